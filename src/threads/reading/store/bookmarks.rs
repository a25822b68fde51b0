//! Bookmarks in the database.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Timestamp};

use crate::boards::{Audience, BoardId};
use crate::clock::Time;
use crate::db::schema::{thread_members, threads};
use crate::db::{Conn, on_backend};
use crate::members::MemberId;
use crate::threads::ThreadId;
use crate::threads::store::exists_for;

/// A bookmark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bookmark {
    /// When it was set.
    pub at: Time,
    /// What the member wrote on it; may be empty.
    pub note: String,
    /// The post at which it lies; `None` for the thread as a whole.
    pub number: Option<i64>,
}

/// A thread with its bookmark.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The thread.
    pub thread: ThreadId,
    /// The bookmark in it.
    pub bookmark: Bookmark,
}

/// Sets a member's bookmark in a thread. Where one was set before, it keeps its time and so its place in the list.
pub fn set_bookmark(
    conn: &mut Conn,
    member: MemberId,
    thread: ThreadId,
    bookmark: &Bookmark,
) -> QueryResult<()> {
    let fields = (
        thread_members::bookmark_note.eq(&bookmark.note),
        thread_members::bookmark_number.eq(bookmark.number),
    );
    let first = sql::<Nullable<Timestamp>>("COALESCE(thread_members.bookmarked_at, excluded.bookmarked_at)");
    let set = diesel::insert_into(thread_members::table)
        .values((
            thread_members::member_id.eq(member),
            thread_members::thread_id.eq(thread),
            thread_members::bookmarked_at.eq(bookmark.at),
            fields,
        ))
        .on_conflict((thread_members::member_id, thread_members::thread_id))
        .do_update()
        .set((thread_members::bookmarked_at.eq(first), fields));
    on_backend!(conn, |c| set.execute(c)).map(|_| ())
}

/// Takes a member's bookmark out of a thread.
pub fn unset_bookmark(conn: &mut Conn, member: MemberId, thread: ThreadId) -> QueryResult<()> {
    diesel::update(thread_members::table.find((member, thread)))
        .set((
            thread_members::bookmarked_at.eq(None::<Time>),
            thread_members::bookmark_note.eq(""),
            thread_members::bookmark_number.eq(None::<i64>),
        ))
        .execute(conn)
        .map(|_| ())
}

/// A member's bookmarks in what they may read, the newest first; after the one of this time and thread.
pub fn bookmarks_of(
    conn: &mut Conn,
    member: MemberId,
    open: &[BoardId],
    reader: Audience,
    after: Option<(Time, ThreadId)>,
    limit: i64,
) -> QueryResult<Vec<Kept>> {
    let mut query = thread_members::table
        .inner_join(threads::table)
        .filter(thread_members::member_id.eq(member))
        .filter(thread_members::bookmarked_at.is_not_null())
        .filter(threads::board_id.eq_any(open))
        .filter(exists_for(reader))
        .order((thread_members::bookmarked_at.desc(), thread_members::thread_id.desc()))
        .limit(limit)
        .select((
            thread_members::thread_id,
            thread_members::bookmarked_at.assume_not_null(),
            thread_members::bookmark_note,
            thread_members::bookmark_number,
        ))
        .into_boxed();
    if let Some((at, id)) = after {
        query = query.filter(thread_members::bookmarked_at.le(at)).filter(
            thread_members::bookmarked_at
                .lt(at)
                .or(thread_members::thread_id.lt(id).nullable())
                .assume_not_null(),
        );
    }
    let rows: Vec<(ThreadId, Time, String, Option<i64>)> = query.load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(thread, at, note, number)| Kept { thread, bookmark: Bookmark { at, note, number } })
        .collect())
}
