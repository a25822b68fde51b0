//! What moderators do to posts and threads: each with its counters, its act and its case in one transaction.

use super::cases::rules::Outcome;
use super::cases::{self, CaseId};
use crate::acts::ActId;
use crate::acts::actions::{About, record};
use crate::acts::rules::{ActKind, Actor, Grounds};
use crate::boards::rules::Standing;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::threads::rules::Removal;
use crate::threads::store::{self, Place};
use crate::threads::{PostId, ThreadId, actions, credit};
use crate::{boards, members};

/// A moderator at work on something.
#[derive(Clone, Debug)]
pub struct Work {
    /// Who, and as what.
    pub by: Actor,
    /// What they are, as far as boards care.
    pub standing: Standing,
    /// What it rests on.
    pub grounds: Grounds,
    /// The case that it settles.
    pub case: Option<CaseId>,
    /// When.
    pub now: Time,
}

impl Work {
    /// Closes the case and writes the act down. It comes last, when all other rows are held: the end of the audit
    /// is the row that everybody waits for.
    ///
    /// # Errors
    /// When the rule is none of those in force, or somebody else works on the case.
    pub fn finish(&self, conn: &mut Conn, kind: ActKind, about: About) -> Result<ActId, Error> {
        if let Some(case) = self.case {
            let reason = &self.grounds.reason;
            cases::actions::close(conn, case, self.by.id, Outcome::Acted, reason, self.now)?;
        }
        let case = self.case.map(|case| case.0);
        record(conn, kind, self.by, &self.grounds, About { case, ..about }, self.now)
    }
}

fn about(place: &Place) -> About {
    About {
        member: Some(place.author),
        thread: Some(place.thread),
        post: Some(place.post),
        ..About::default()
    }
}

/// Where a post stands, with its thread's row held: two who lock rows in one order never wait in a ring, and nobody
/// moves the post meanwhile.
fn held_place(conn: &mut Conn, post: PostId, standing: &Standing) -> Result<Place, Error> {
    let before = cases::actions::readable_place(conn, post, standing)?;
    store::add_thread_posts(conn, before.thread, 0)?;
    let place = cases::actions::readable_place(conn, post, standing)?;
    if place.thread != before.thread {
        return Err(Error::Conflict("This post was moved a moment ago. Please look at it again.".into()));
    }
    Ok(place)
}

/// Removes a post. Its number stays taken, and a stub with the reason stands in its place.
///
/// # Errors
/// When there is no such post, or it is removed already.
pub fn remove(conn: &mut Conn, work: &Work, post: PostId) -> Result<Place, Error> {
    let place = held_place(conn, post, &work.standing)?;
    let removal = Removal { by: work.by.id, at: work.now, reason: work.grounds.reason.clone() };
    if !store::remove_post(conn, post, &removal)? {
        return Err(Error::Conflict("This post is removed already.".into()));
    }
    let (board, audience) = store::add_thread_posts(conn, place.thread, -1)?;
    if audience.is_everyone() {
        boards::store::add_counts(conn, board, 0, -1)?;
        members::store::add_posts(conn, place.author, -1)?;
    }
    credit::recount(conn, &[place.author])?;
    work.finish(conn, ActKind::Remove, about(&place))?;
    Ok(place)
}

/// Puts a removed post back.
///
/// # Errors
/// When there is no such post, or it stands.
pub fn restore(conn: &mut Conn, work: &Work, post: PostId) -> Result<Place, Error> {
    let place = held_place(conn, post, &work.standing)?;
    if !put_back(conn, &place)? {
        return Err(Error::Conflict("This post is not removed.".into()));
    }
    work.finish(conn, ActKind::Restore, about(&place))?;
    Ok(place)
}

/// Puts a removed post back with its counters, and says whether it was removed until now.
///
/// # Errors
/// When the database fails.
pub(super) fn put_back(conn: &mut Conn, place: &Place) -> Result<bool, Error> {
    // First the thread's row, which is locked until the end; it counts one more only if there was one to put back.
    store::add_thread_posts(conn, place.thread, 0)?;
    if !store::restore_post(conn, place.post)? {
        return Ok(false);
    }
    let (board, audience) = store::add_thread_posts(conn, place.thread, 1)?;
    if audience.is_everyone() {
        boards::store::add_counts(conn, board, 0, 1)?;
        members::store::add_posts(conn, place.author, 1)?;
    }
    credit::recount(conn, &[place.author])?;
    Ok(true)
}

/// What can be switched on a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Close it to answers, or open it.
    Locked(bool),
    /// Put it above the others, or back among them.
    Pinned(bool),
}

impl Switch {
    fn kind(self) -> ActKind {
        match self {
            Self::Locked(true) => ActKind::Lock,
            Self::Locked(false) => ActKind::Unlock,
            Self::Pinned(true) => ActKind::Pin,
            Self::Pinned(false) => ActKind::Unpin,
        }
    }

    fn settled(self) -> &'static str {
        match self {
            Self::Locked(true) => "This thread is locked already.",
            Self::Locked(false) => "This thread is open already.",
            Self::Pinned(true) => "This thread is pinned already.",
            Self::Pinned(false) => "This thread is not pinned.",
        }
    }
}

/// Locks, unlocks, pins or unpins a thread, and answers with its address.
///
/// # Errors
/// When there is no such thread, or it is so already.
pub fn switch(conn: &mut Conn, work: &Work, thread: ThreadId, switch: Switch) -> Result<String, Error> {
    let (found, _) = actions::find_open(conn, thread, &work.standing)?;
    let changed = match switch {
        Switch::Locked(locked) => store::switch_locked(conn, thread, locked)?,
        Switch::Pinned(pinned) => store::switch_pinned(conn, thread, pinned)?,
    };
    if !changed {
        return Err(Error::Conflict(switch.settled().into()));
    }
    if let Switch::Locked(locked) = switch {
        store::add_lock_event(conn, thread, locked, work.by.id, &work.grounds.reason, work.now)?;
    }
    let about = About { member: Some(found.author), thread: Some(thread), ..About::default() };
    work.finish(conn, switch.kind(), about)?;
    Ok(found.path())
}
