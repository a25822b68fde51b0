//! What moderators do, each with its counters and its audit row in one transaction.

use crate::boards;
use crate::boards::rules::{Standing, find_readable};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::{self, MemberId};
use crate::threads::rules::Removal;
use crate::threads::store::{self, Place};
use crate::threads::{PostId, ThreadId, actions};

/// A moderator at work.
#[derive(Clone, Debug)]
pub struct Moderator {
    /// Who.
    pub id: MemberId,
    /// What they are, as far as boards care.
    pub standing: Standing,
}

/// Removes a post. Its number stays taken, and a stub with the reason stands in its place.
///
/// # Errors
/// When there is no such post, or it is removed already.
pub fn remove(
    conn: &mut Conn,
    by: &Moderator,
    post: PostId,
    reason: &str,
    now: Time,
) -> Result<Place, Error> {
    let place = store::place_of(conn, post)?.ok_or(Error::NotFound)?;
    let boards = boards::store::all(conn)?;
    find_readable(&boards, place.board, &by.standing).ok_or(Error::NotFound)?;
    if !place.audience.includes(&by.standing) {
        return Err(Error::NotFound);
    }
    // The thread's row first, as when a post is written: two who lock rows in one order never wait in a ring.
    let (board, audience) = store::add_thread_posts(conn, place.thread, -1)?;
    let removal = Removal { by: by.id, at: now, reason: reason.to_owned() };
    if !store::remove_post(conn, post, &removal)? {
        return Err(Error::Conflict("This post is removed already.".into()));
    }
    if audience.is_everyone() {
        boards::store::add_counts(conn, board, 0, -1)?;
        members::store::add_posts(conn, place.author, -1)?;
    }
    members::store::audit(conn, Some(by.id), "post-removed", &format!("post {}", post.0), reason, now)?;
    Ok(place)
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
    fn act(self) -> &'static str {
        match self {
            Self::Locked(true) => "thread-locked",
            Self::Locked(false) => "thread-unlocked",
            Self::Pinned(true) => "thread-pinned",
            Self::Pinned(false) => "thread-unpinned",
        }
    }
}

/// Locks, unlocks, pins or unpins a thread, and answers with its address.
///
/// # Errors
/// When there is no such thread.
pub fn switch(
    conn: &mut Conn,
    by: &Moderator,
    thread: ThreadId,
    switch: Switch,
    reason: &str,
    now: Time,
) -> Result<String, Error> {
    let (found, _) = actions::find_open(conn, thread, &by.standing)?;
    match switch {
        Switch::Locked(locked) => store::set_locked(conn, thread, locked)?,
        Switch::Pinned(pinned) => store::set_pinned(conn, thread, pinned)?,
    };
    members::store::audit(conn, Some(by.id), switch.act(), &format!("thread {}", thread.0), reason, now)?;
    Ok(found.path())
}
