//! What moderators change and ask of threads and posts.

use diesel::prelude::*;

use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{posts, thread_events, threads};
use crate::members::MemberId;
use crate::threads::{PostId, ThreadId};

/// Puts a removed post back, and says whether it was removed until now.
pub fn restore_post(conn: &mut Conn, id: PostId) -> QueryResult<bool> {
    diesel::update(posts::table.find(id).filter(posts::removed_at.is_not_null()))
        .set((
            posts::removed_at.eq(None::<Time>),
            posts::removed_by.eq(None::<MemberId>),
            posts::removal_reason.eq(None::<String>),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Locks or opens a thread, and says whether that changed anything.
pub fn switch_locked(conn: &mut Conn, id: ThreadId, locked: bool) -> QueryResult<bool> {
    diesel::update(threads::table.find(id).filter(threads::locked.ne(locked)))
        .set(threads::locked.eq(locked))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Pins a thread or lets it go, and says whether that changed anything.
pub fn switch_pinned(conn: &mut Conn, id: ThreadId, pinned: bool) -> QueryResult<bool> {
    diesel::update(threads::table.find(id).filter(threads::pinned.ne(pinned)))
        .set(threads::pinned.eq(pinned))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Writes into a thread's stream that it was locked or opened.
pub fn add_lock_event(
    conn: &mut Conn,
    id: ThreadId,
    locked: bool,
    by: MemberId,
    reason: &str,
    now: Time,
) -> QueryResult<()> {
    let last: i64 = threads::table.find(id).select(threads::last_number).first(conn)?;
    diesel::insert_into(thread_events::table)
        .values((
            thread_events::thread_id.eq(id),
            thread_events::after_number.eq(last),
            thread_events::happened_at.eq(now),
            thread_events::actor_id.eq(by),
            thread_events::kind.eq(if locked { "locked" } else { "unlocked" }),
            thread_events::detail.eq(""),
            thread_events::reason.eq(reason),
        ))
        .execute(conn)
        .map(|_| ())
}
