//! What moves, and where it went, in the database.

use std::fmt::Write;

use diesel::prelude::*;

use super::rules::Standpoint;
use crate::boards::BoardId;
use crate::clock::Time;
use crate::db::schema::{
    accepted_answers, members, moved_posts, official_answers, posts, thread_events, threads,
};
use crate::db::{Conn, on_backend};
use crate::members::MemberId;
use crate::threads::store::{Place, place_of};
use crate::threads::{PostId, ThreadId};

/// Posts that one statement moves.
pub const AT_ONCE: usize = 500;

/// Keeps others from writing in a thread, or moving it, until this transaction ends; says whether it is there.
pub fn lock(conn: &mut Conn, id: ThreadId) -> QueryResult<bool> {
    diesel::update(threads::table.find(id))
        .set(threads::posts.eq(threads::posts))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Every post of a thread, by number.
pub fn posts_of(conn: &mut Conn, thread: ThreadId) -> QueryResult<Vec<Standpoint>> {
    let rows: Vec<(PostId, i64, MemberId, Time, Option<Time>)> = posts::table
        .filter(posts::thread_id.eq(thread))
        .order(posts::number)
        .select((posts::id, posts::number, posts::author_id, posts::created_at, posts::removed_at))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(post, number, author, created_at, removed_at)| Standpoint {
            post,
            number,
            author,
            created_at,
            is_removed: removed_at.is_some(),
        })
        .collect())
}

/// Who moved something, when and why.
#[derive(Clone, Copy, Debug)]
pub struct Trace<'a> {
    /// Who.
    pub by: MemberId,
    /// When.
    pub at: Time,
    /// Why.
    pub reason: &'a str,
}

/// Leaves a stub at each number that these posts have in a thread; [`AT_ONCE`] at the most.
pub fn leave_stubs(
    conn: &mut Conn,
    thread: ThreadId,
    left: &[Standpoint],
    trace: Trace<'_>,
) -> QueryResult<()> {
    let rows: Vec<_> = left
        .iter()
        .map(|one| {
            (
                moved_posts::thread_id.eq(thread),
                moved_posts::number.eq(one.number),
                moved_posts::post_id.eq(one.post),
                moved_posts::moved_at.eq(trace.at),
                moved_posts::moved_by.eq(trace.by),
                moved_posts::reason.eq(trace.reason),
            )
        })
        .collect();
    let stubs = diesel::insert_into(moved_posts::table).values(&rows);
    on_backend!(conn, |c| stubs.execute(c)).map(|_| ())
}

/// Puts posts into a thread under these numbers; [`AT_ONCE`] at the most. Nothing but numbers goes into the text.
pub fn renumber(conn: &mut Conn, into: ThreadId, numbers: &[(PostId, i64)]) -> QueryResult<()> {
    let mut rows = String::new();
    for (post, number) in numbers {
        let comma = if rows.is_empty() { "" } else { ", " };
        // Writing to a string cannot fail.
        let _ = write!(rows, "{comma}({}, {number})", post.0);
    }
    let statement = format!(
        "UPDATE posts SET thread_id = {}, number = moving.column2 FROM (VALUES {rows}) AS moving \
         WHERE posts.id = moving.column1",
        into.0
    );
    on_backend!(conn, |c| diesel::sql_query(statement).execute(c)).map(|_| ())
}

/// Takes posts off the list of official answers.
pub fn drop_official(conn: &mut Conn, left: &[PostId]) -> QueryResult<()> {
    diesel::delete(official_answers::table.filter(official_answers::post_id.eq_any(left)))
        .execute(conn)
        .map(|_| ())
}

/// Takes the acceptance off these posts, and says off which.
pub fn drop_accepted(conn: &mut Conn, left: &[PostId]) -> QueryResult<Vec<PostId>> {
    diesel::delete(accepted_answers::table.filter(accepted_answers::post_id.eq_any(left)))
        .returning(accepted_answers::post_id)
        .get_results(conn)
}

/// Counts an accepted answer less for a member.
pub fn uncount_accepted(conn: &mut Conn, member: MemberId) -> QueryResult<()> {
    diesel::update(members::table.find(member).filter(members::accepted_answers.gt(0)))
        .set(members::accepted_answers.eq(members::accepted_answers - 1))
        .execute(conn)
        .map(|_| ())
}

/// Counts a thread's posts anew, and finds who wrote last; `last_number` is the highest number given in it. A thread
/// without posts keeps its last post's time.
pub fn settle(conn: &mut Conn, thread: ThreadId, last_number: i64) -> QueryResult<()> {
    let latest = |column: &str| {
        format!(
            "coalesce((SELECT p.{column} FROM posts p WHERE p.thread_id = threads.id \
             ORDER BY p.created_at DESC, p.number DESC LIMIT 1)"
        )
    };
    let statement = format!(
        "UPDATE threads SET last_number = {last_number}, \
         posts = (SELECT count(*) FROM posts p WHERE p.thread_id = threads.id AND p.removed_at IS NULL), \
         last_post_at = {}, last_post_at), last_poster_id = {}, last_poster_id) WHERE id = {}",
        latest("created_at"),
        latest("author_id"),
        thread.0
    );
    on_backend!(conn, |c| diesel::sql_query(statement).execute(c)).map(|_| ())
}

/// Puts a thread into another board.
pub fn set_board(conn: &mut Conn, thread: ThreadId, board: BoardId) -> QueryResult<()> {
    diesel::update(threads::table.find(thread)).set(threads::board_id.eq(board)).execute(conn).map(|_| ())
}

/// Notes into which thread the posts of another went. It is above the others no more.
pub fn set_merged(conn: &mut Conn, from: ThreadId, into: ThreadId) -> QueryResult<()> {
    diesel::update(threads::table.find(from))
        .set((threads::merged_into.eq(into), threads::pinned.eq(false)))
        .execute(conn)
        .map(|_| ())
}

/// Something that happened to a thread, about to be written down.
#[derive(Clone, Copy, Debug)]
pub struct NewEvent<'a> {
    /// The thread.
    pub thread: ThreadId,
    /// The number after which it is shown.
    pub after: i64,
    /// What: `moved`, `title` and so on.
    pub kind: &'static str,
    /// The title, label, board or thread that it was before, or that it is about.
    pub detail: &'a str,
    /// Its address; empty where there is none.
    pub path: &'a str,
}

/// Writes down what happened to a thread, for a line in its stream.
pub fn add_event(conn: &mut Conn, event: NewEvent<'_>, trace: Trace<'_>) -> QueryResult<()> {
    diesel::insert_into(thread_events::table)
        .values((
            thread_events::thread_id.eq(event.thread),
            thread_events::after_number.eq(event.after),
            thread_events::happened_at.eq(trace.at),
            thread_events::actor_id.eq(trace.by),
            thread_events::kind.eq(event.kind),
            thread_events::detail.eq(event.detail),
            thread_events::detail_path.eq(event.path),
            thread_events::reason.eq(trace.reason),
        ))
        .execute(conn)
        .map(|_| ())
}

/// What a number of a thread leads to.
#[derive(Clone, Debug)]
pub enum AtNumber {
    /// This post stands there.
    Here(PostId),
    /// The post that stood there is elsewhere now.
    Moved(Place),
    /// Nothing that is known.
    Nothing,
}

/// What a number of a thread leads to.
pub fn place_of_number(conn: &mut Conn, thread: ThreadId, number: i64) -> QueryResult<AtNumber> {
    let here = posts::table
        .filter(posts::thread_id.eq(thread))
        .filter(posts::number.eq(number))
        .select(posts::id)
        .first(conn)
        .optional()?;
    if let Some(post) = here {
        return Ok(AtNumber::Here(post));
    }
    let moved =
        moved_posts::table.find((thread, number)).select(moved_posts::post_id).first(conn).optional()?;
    let Some(post) = moved else {
        return Ok(AtNumber::Nothing);
    };
    Ok(place_of(conn, post)?.map_or(AtNumber::Nothing, AtNumber::Moved))
}
