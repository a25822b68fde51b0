//! Accepted answers in the database.

use std::collections::{HashMap, HashSet};

use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::super::{PostId, ThreadId};
use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{accepted_answers, posts, threads};
use crate::members::MemberId;

/// Which of these threads have an accepted answer that can be read.
pub fn answered(conn: &mut Conn, threads: &[ThreadId]) -> QueryResult<HashSet<ThreadId>> {
    let found: Vec<ThreadId> = accepted_answers::table
        .inner_join(posts::table)
        .filter(accepted_answers::thread_id.eq_any(threads))
        .filter(posts::removed_at.is_null())
        .select(accepted_answers::thread_id)
        .load(conn)?;
    Ok(found.into_iter().collect())
}

/// The post that a thread's acceptance names, readable or not, and its author.
pub fn current(conn: &mut Conn, thread: ThreadId) -> QueryResult<Option<(PostId, MemberId)>> {
    accepted_answers::table
        .inner_join(posts::table)
        .filter(accepted_answers::thread_id.eq(thread))
        .select((posts::id, posts::author_id))
        .first(conn)
        .optional()
}

/// Writes an acceptance down. The thread must have none.
pub fn insert(conn: &mut Conn, thread: ThreadId, post: PostId, by: MemberId, now: Time) -> QueryResult<()> {
    diesel::insert_into(accepted_answers::table)
        .values((
            accepted_answers::thread_id.eq(thread),
            accepted_answers::post_id.eq(post),
            accepted_answers::accepted_by.eq(by),
            accepted_answers::accepted_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Takes a thread's acceptance away.
pub fn delete(conn: &mut Conn, thread: ThreadId) -> QueryResult<()> {
    diesel::delete(accepted_answers::table.find(thread)).execute(conn).map(|_| ())
}

/// Which of these threads have an acceptance whose post stands in another thread by now.
pub fn astray(conn: &mut Conn, threads: &[ThreadId]) -> QueryResult<Vec<ThreadId>> {
    accepted_answers::table
        .inner_join(posts::table)
        .filter(accepted_answers::thread_id.eq_any(threads))
        .filter(posts::thread_id.ne(accepted_answers::thread_id))
        .select(accepted_answers::thread_id)
        .load(conn)
}

/// Takes the acceptances of these threads away.
pub fn delete_all(conn: &mut Conn, threads: &[ThreadId]) -> QueryResult<()> {
    diesel::delete(accepted_answers::table.filter(accepted_answers::thread_id.eq_any(threads)))
        .execute(conn)
        .map(|_| ())
}

/// How many accepted answers count for each of these authors: those that can be read, in threads for everyone that
/// somebody else started, accepted by somebody else.
pub fn given_by(conn: &mut Conn, authors: &[MemberId]) -> QueryResult<HashMap<MemberId, i64>> {
    let rows: Vec<(MemberId, i64)> = accepted_answers::table
        .inner_join(posts::table.on(posts::id.eq(accepted_answers::post_id)))
        .inner_join(threads::table.on(threads::id.eq(accepted_answers::thread_id)))
        .filter(posts::author_id.eq_any(authors))
        .filter(posts::removed_at.is_null())
        .filter(posts::author_id.ne(threads::author_id))
        .filter(posts::author_id.ne(accepted_answers::accepted_by))
        .filter(sql::<Bool>("(threads.audience & 1) = 1"))
        .group_by(posts::author_id)
        .select((posts::author_id, count_star()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
