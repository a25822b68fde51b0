//! Keeping an image, looking at it, and its end.
//!
//! A row comes before its object, and its key goes before its object: whatever a crash leaves is known, opens for
//! nobody, and is finished by the next sweep.

mod checking;
mod ending;
mod proofs;

use zeroize::Zeroizing;

pub use super::rules::Looker;
use super::rules::{IMAGES, OPENED, may_open};
use super::store;
pub use super::vault::NewImage;
use super::vault::{self, Vault};
pub use checking::{Checked, check};
pub use ending::{drop_image, end_case, orphans, sweep};
pub use proofs::{Proven, Verdict, look_up, prove};

use crate::clock::Time;
use crate::db::{Conn, Db};
use crate::error::Error;
use crate::members;
use crate::sealing::Keys;
use crate::verification::EvidenceId;

/// How many rows one step takes.
const BATCH: i64 = 100;

/// Keeps an image: its row first, then its object, which is sealed under a key of its own. The case has to be with
/// its member, at the beginning and at the end.
///
/// # Errors
/// [`Error::Conflict`] when the case has moved on, [`Error::Refused`] when it is full, and what the database and the
/// storage say.
pub async fn keep(db: &Db, vault: &Vault, new: NewImage, now: Time) -> Result<EvidenceId, Error> {
    let (row, sealed) = vault.seal(new).await?;
    let object = row.object.clone();
    let adding = db.write(move |conn| {
        let case = store::hold_case(conn, row.case)?.filter(|(owner, _)| *owner == row.member);
        let (_, state) = case.ok_or(Error::NotFound)?;
        if !state.is_with_member() {
            return Err(moved_on());
        }
        if store::count_of(conn, row.case)? >= IMAGES {
            return Err(Error::Refused(format!("A case takes {IMAGES} images. Take one out first.")));
        }
        Ok(store::insert(conn, &row, now)?)
    });
    let id = adding.await?;
    vault.put(&object, sealed).await?;
    if db.write(move |conn| Ok(store::keep(conn, id, now)?)).await? {
        return Ok(id);
    }
    // It was destroyed meanwhile, and a sweep may have looked for the object before it came.
    vault.delete(&object).await?;
    Err(moved_on())
}

fn moved_on() -> Error {
    Error::Conflict("The case has moved on. Look at its page for where it stands.".into())
}

/// Opens an image for whoever may look at it at this moment. The look is written down before anything is handed out.
///
/// # Errors
/// [`Error::NotFound`] for everybody else, and what the database and the storage say.
pub async fn open(
    db: &Db,
    vault: &Vault,
    id: EvidenceId,
    who: Looker,
    now: Time,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let looking = db.write(move |conn| {
        let (found, held) = store::to_open(conn, id, who.id)?.ok_or(Error::NotFound)?;
        if !may_open(held, who, now) {
            return Err(Error::NotFound);
        }
        let subject = store::looks::subject(found.case);
        members::store::audit(conn, Some(who.id), OPENED, &subject, who.role.code(), now)?;
        Ok(found)
    });
    vault.open(looking.await?).await
}

/// Wraps the keys of all images anew that another key than the newest outside wraps, and says how many.
///
/// # Errors
/// When a key does not open, or the database fails.
pub fn rewrap(conn: &mut Conn, keys: &Keys) -> Result<usize, Error> {
    let newest = keys.newest_master()?;
    let (mut after, mut count) = (EvidenceId(0), 0);
    loop {
        let batch = store::wrapped_by_others(conn, &newest, after, BATCH)?;
        let Some(last) = batch.last() else { return Ok(count) };
        after = *last;
        store::hold(conn, &batch)?;
        // Each key has bytes of its own, so each is a change of its own.
        for found in store::found(conn, &batch)? {
            store::replace_key(conn, found.id, &vault::rewrap(keys, &found)?)?;
            count += 1;
        }
    }
}
