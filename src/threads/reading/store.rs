//! Members' relations to threads and boards in the database.

mod bookmarks;
mod feeds;
mod filters;
mod news;

use diesel::prelude::*;
use diesel::upsert::excluded;

pub use bookmarks::{Bookmark, Kept, bookmarks_of, set_bookmark, unset_bookmark};
pub use feeds::{Started, Told, first_of_thread, for_everyone, newest_of_thread, started};
pub use filters::{BEST, Filter, Filtered, in_range_by};
pub use news::{Fresh, Kind, News, Wanted, fresh, stands};

use super::gathered::Batch;
use super::rules::Level;
use crate::boards::BoardId;
use crate::clock::Time;
use crate::db::schema::{board_members, members, thread_members};
use crate::db::{Conn, decode, on_backend};
use crate::members::MemberId;
use crate::threads::ThreadId;

/// Writes how far members read, and never takes one back.
pub fn advance(conn: &mut Conn, batch: &Batch, now: Time) -> QueryResult<()> {
    for (member, thread, number) in batch {
        let read = diesel::insert_into(thread_members::table)
            .values((
                thread_members::member_id.eq(member),
                thread_members::thread_id.eq(thread),
                thread_members::last_read.eq(number),
                thread_members::read_at.eq(now),
            ))
            .on_conflict((thread_members::member_id, thread_members::thread_id))
            .do_update()
            .set((
                thread_members::last_read.eq(excluded(thread_members::last_read)),
                thread_members::read_at.eq(now),
            ));
        let read = diesel::query_dsl::methods::FilterDsl::filter(
            read,
            thread_members::last_read.lt(excluded(thread_members::last_read)),
        );
        on_backend!(conn, |c| read.execute(c))?;
    }
    Ok(())
}

/// Sets how far a member read, forward or back; `unread_at` where they say that the rest is unread.
pub fn set_read(
    conn: &mut Conn,
    member: MemberId,
    thread: ThreadId,
    number: i64,
    unread_at: Option<Time>,
    now: Time,
) -> QueryResult<()> {
    let fields = (
        thread_members::last_read.eq(number),
        thread_members::read_at.eq(now),
        thread_members::unread_at.eq(unread_at),
    );
    let read = diesel::insert_into(thread_members::table)
        .values((thread_members::member_id.eq(member), thread_members::thread_id.eq(thread), fields))
        .on_conflict((thread_members::member_id, thread_members::thread_id))
        .do_update()
        .set(fields);
    on_backend!(conn, |c| read.execute(c)).map(|_| ())
}

/// Sets how much a member wants to hear of a thread.
pub fn set_level(conn: &mut Conn, member: MemberId, thread: ThreadId, level: Level) -> QueryResult<()> {
    let set = diesel::insert_into(thread_members::table)
        .values((
            thread_members::member_id.eq(member),
            thread_members::thread_id.eq(thread),
            thread_members::level.eq(level.code()),
        ))
        .on_conflict((thread_members::member_id, thread_members::thread_id))
        .do_update()
        .set(thread_members::level.eq(level.code()));
    on_backend!(conn, |c| set.execute(c)).map(|_| ())
}

/// Sets how much a member wants to hear of a board.
pub fn set_board_level(conn: &mut Conn, member: MemberId, board: BoardId, level: Level) -> QueryResult<()> {
    let set = diesel::insert_into(board_members::table)
        .values((
            board_members::member_id.eq(member),
            board_members::board_id.eq(board),
            board_members::level.eq(level.code()),
        ))
        .on_conflict((board_members::member_id, board_members::board_id))
        .do_update()
        .set(board_members::level.eq(level.code()));
    on_backend!(conn, |c| set.execute(c)).map(|_| ())
}

/// Everything in a board is read.
pub fn mark_board(conn: &mut Conn, member: MemberId, board: BoardId, now: Time) -> QueryResult<()> {
    let read = diesel::insert_into(board_members::table)
        .values((
            board_members::member_id.eq(member),
            board_members::board_id.eq(board),
            board_members::all_read_at.eq(now),
        ))
        .on_conflict((board_members::member_id, board_members::board_id))
        .do_update()
        .set(board_members::all_read_at.eq(now));
    on_backend!(conn, |c| read.execute(c)).map(|_| ())
}

/// Everything is read.
pub fn mark_all(conn: &mut Conn, member: MemberId, now: Time) -> QueryResult<()> {
    diesel::update(members::table.find(member)).set(members::all_read_at.eq(now)).execute(conn).map(|_| ())
}

/// A member's level of a board.
pub fn level_of_board(conn: &mut Conn, member: MemberId, board: BoardId) -> QueryResult<Level> {
    let level: Option<String> =
        board_members::table.find((member, board)).select(board_members::level).first(conn).optional()?;
    level.map_or(Ok(Level::Normal), |level| decode(&level, Level::parse))
}
