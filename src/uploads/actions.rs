//! Taking a picture in, tying it to posts, and clearing away what nobody uses.
//!
//! A row comes before its files and goes after them, so that whatever is kept is known, whenever the power goes.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::UploadId;
use super::images::{Prepared, prepare};
use super::rules::{self, Alt, ImageProblem};
use super::store::{self, NewUpload, Upload};
use crate::accounts;
use crate::clock::{Clock, Time};
use crate::db::{Conn, Db};
use crate::error::Error;
use crate::members::MemberId;
use crate::outside::storage::{Storage, StorageFailure};
use crate::text::images::{ImageName, used};
use crate::threads::PostId;

/// How many pictures are read at once: each takes a core, and up to a quarter of a gigabyte.
const AT_ONCE: usize = 1;
/// How many pictures one sweep clears away in one go.
const BATCH: i64 = 100;

/// Where pictures are made and kept. Cloning is cheap.
#[derive(Clone)]
pub struct Pictures {
    storage: Arc<dyn Storage>,
    turns: Arc<Semaphore>,
}

impl Pictures {
    /// Around a storage.
    #[must_use]
    pub fn new(storage: Arc<dyn Storage>) -> Self {
        Self { storage, turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Where files are kept.
    #[must_use]
    pub fn storage(&self) -> &Arc<dyn Storage> {
        &self.storage
    }

    /// Makes a picture of what was sent, when it is its turn.
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn develop(&self, sent: Vec<u8>) -> Result<Prepared, ImageProblem> {
        // A decoder that broke off broke on this file.
        self.in_turn(move || prepare(&sent)).await.unwrap_or(Err(ImageProblem::Damaged))
    }

    /// Does work that reads a picture, when it is its turn. `None` when the work broke off.
    pub async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        // Nobody closes it, so a turn always comes.
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let working = tokio::task::spawn_blocking(move || {
            let made = work();
            // Whoever asked may have gone away; the turn ends with the work.
            drop(turn);
            made
        });
        working.await.ok()
    }

    async fn put(&self, prepared: Prepared) -> Result<(), StorageFailure> {
        let kind = prepared.name.kind().content_type();
        // The thumbnail first: whoever sees the whole finds both.
        if let Some(thumbnail) = prepared.thumbnail {
            self.storage.put(prepared.name.thumbnail_name(), kind, thumbnail).await?;
        }
        self.storage.put(prepared.name.file_name(), kind, prepared.whole).await
    }

    async fn delete(&self, name: &ImageName) -> Result<(), StorageFailure> {
        self.storage.delete(name.file_name()).await?;
        self.storage.delete(name.thumbnail_name()).await
    }
}

/// Counts a file that was sent, whatever becomes of it, and refuses it where there were too many.
///
/// # Errors
/// [`Error::TooMany`] with the time to wait.
pub fn count_try(conn: &mut Conn, member: MemberId, now: Time) -> Result<(), Error> {
    accounts::actions::throttle(conn, &format!("uploads of member {}", member.0), rules::TRIES, now)
}

/// Whether a member may upload another picture now.
///
/// # Errors
/// [`Error::Refused`] when they uploaded enough for now.
pub fn may_upload(conn: &mut Conn, member: MemberId, now: Time) -> Result<(), Error> {
    rules::may_upload(store::count_since(conn, member, now - rules::WINDOW)?).map_err(Error::refused)
}

/// Keeps a picture: its row first, then its files. The same picture uploaded twice is there once, and belongs to
/// whoever uploaded it last.
///
/// # Errors
/// [`Error::Busy`] while files of the same name are being deleted, and what the database and the storage say.
pub async fn keep(
    db: &Db,
    pictures: &Pictures,
    member: MemberId,
    prepared: Prepared,
    alt: Alt,
    now: Time,
) -> Result<(), Error> {
    let length = prepared.whole.len() + prepared.thumbnail.as_ref().map_or(0, Vec::len);
    let (name, bytes) = (prepared.name.clone(), i64::try_from(length).unwrap_or(i64::MAX));
    let claiming = db.write(move |conn| {
        // Counted again where nothing can come between.
        may_upload(conn, member, now)?;
        let new = NewUpload { name: &name, member, bytes, alt: alt.as_str(), at: now };
        if store::claim(conn, &new)? { Ok(()) } else { Err(Error::Busy) }
    });
    claiming.await?;
    pictures
        .put(prepared)
        .await
        .map_err(|cause| Error::internal(format!("a picture cannot be kept: {cause}")))
}

/// Brings what is known of a post's pictures in step with its words and with what its history shows. To be called in
/// the transaction that writes them, after the revision is written or hidden.
///
/// # Errors
/// When the database fails.
pub fn note(conn: &mut Conn, post: PostId, body: &str) -> Result<(), Error> {
    let mut names = names_in(body);
    for before in store::history_of(conn, post)? {
        names.extend(names_in(&before));
    }
    let wanted = if names.is_empty() { Vec::new() } else { store::lock_named(conn, &names)? };
    let known = store::of_post(conn, post)?;
    let (new, gone) = changes(&known, &wanted);
    if !gone.is_empty() {
        store::untie(conn, post, &gone)?;
    }
    if !new.is_empty() {
        store::tie(conn, post, &new)?;
    }
    Ok(())
}

fn names_in(body: &str) -> Vec<String> {
    used(body).iter().map(ImageName::file_name).collect()
}

/// [`note`] for a post that is new, of which nothing is known: words without pictures ask the database nothing.
///
/// # Errors
/// When the database fails.
pub fn note_new(conn: &mut Conn, post: PostId, body: &str) -> Result<(), Error> {
    if used(body).is_empty() { Ok(()) } else { note(conn, post, body) }
}

fn changes(known: &[UploadId], wanted: &[UploadId]) -> (Vec<UploadId>, Vec<UploadId>) {
    let without = |all: &[UploadId], others: &[UploadId]| {
        all.iter().copied().filter(|one| !others.contains(one)).collect::<Vec<_>>()
    };
    (without(wanted, known), without(known, wanted))
}

/// Marks the pictures that neither a post nor a draft names. Those in drafts are looked at again in a day.
fn mark_unused(conn: &mut Conn, until: Time, now: Time) -> Result<(), Error> {
    let ids = |all: &[(UploadId, MemberId, String)]| all.iter().map(|one| one.0).collect::<Vec<_>>();
    let before = store::unused(conn, until, BATCH)?;
    let locked = store::lock(conn, &ids(&before))?;
    // Asked again where no post can come between.
    let unused = store::unused(conn, until, BATCH)?;
    let members: Vec<MemberId> = unused.iter().map(|one| one.1).collect();
    let begun: Vec<String> =
        store::drafts_of(conn, &members)?.iter().flat_map(|body| names_in(body)).collect();
    let (drafted, mut unused): (Vec<_>, Vec<_>) = unused.into_iter().partition(|one| begun.contains(&one.2));
    unused.retain(|one| locked.contains(&one.0));
    store::renew(conn, &ids(&drafted), now)?;
    store::mark(conn, &ids(&unused), now)?;
    Ok(())
}

/// Clears away the pictures that nobody uses: they are marked, their files deleted, their rows dropped. What a crash
/// leaves marked is finished by the next sweep. Says how many went.
///
/// # Errors
/// What the database and the storage say.
pub async fn orphans(db: &Db, clock: &Clock, pictures: &Pictures) -> Result<usize, Error> {
    let now = clock.now();
    let until = now - rules::KEPT_UNUSED;
    // Looking is a read, so that with nothing to clear away nothing is written.
    let look = move |conn: &mut Conn| Ok((store::unused(conn, until, 1)?, store::marked(conn, BATCH)?));
    let (unused, mut marked) = db.read(look).await?;
    if !unused.is_empty() {
        let marking = db.write(move |conn| {
            mark_unused(conn, until, now)?;
            Ok(store::marked(conn, BATCH)?)
        });
        marked = marking.await?;
    }
    if marked.is_empty() {
        return Ok(0);
    }
    for upload in &marked {
        let deleting = pictures.delete(&upload.name).await;
        deleting.map_err(|cause| Error::internal(format!("a picture cannot be deleted: {cause}")))?;
    }
    let gone: Vec<UploadId> = marked.iter().map(|upload| upload.id).collect();
    db.write(move |conn| Ok(store::drop_marked(conn, &gone)?)).await
}

/// How many pictures there should be, and which of them have lost a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// How many were looked at.
    pub pictures: usize,
    /// The files that are not there.
    pub missing: Vec<String>,
}

/// Looks for the files of every picture.
///
/// # Errors
/// What the database and the storage say.
pub async fn check(db: &Db, pictures: &Pictures) -> Result<Checked, Error> {
    let mut checked = Checked::default();
    let mut after = UploadId(0);
    loop {
        let page: Vec<Upload> = db.read(move |conn| Ok(store::page(conn, after, BATCH)?)).await?;
        let Some(last) = page.last() else { return Ok(checked) };
        after = last.id;
        checked.pictures += page.len();
        for upload in &page {
            let mut names = vec![upload.name.file_name()];
            names.extend(upload.name.thumbnail().map(|_| upload.name.thumbnail_name()));
            for name in names {
                let has = pictures.storage.has(name.clone()).await;
                if !has.map_err(|cause| Error::internal(format!("the storage of pictures: {cause}")))? {
                    checked.missing.push(name);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_is_tied_and_what_is_gone_untied() {
        let ids = |numbers: &[i64]| numbers.iter().copied().map(UploadId).collect::<Vec<_>>();
        assert_eq!(changes(&ids(&[1, 2]), &ids(&[2, 3])), (ids(&[3]), ids(&[1])));
        assert_eq!(changes(&ids(&[1]), &ids(&[1])), (ids(&[]), ids(&[])));
    }
}
