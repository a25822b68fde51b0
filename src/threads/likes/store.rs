//! Likes in the database.

use std::collections::HashMap;

use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::super::PostId;
use crate::clock::Time;
use crate::db::schema::{post_likes, posts, threads};
use crate::db::{Conn, on_backend};
use crate::members::MemberId;

/// Writes a like down, and says whether the member had not liked the post until now.
pub fn add(conn: &mut Conn, post: PostId, member: MemberId, now: Time) -> QueryResult<bool> {
    let like = diesel::insert_into(post_likes::table)
        .values((
            post_likes::post_id.eq(post),
            post_likes::member_id.eq(member),
            post_likes::liked_at.eq(now),
        ))
        .on_conflict_do_nothing();
    on_backend!(conn, |c| like.execute(c)).map(|rows| rows == 1)
}

/// Takes a like back, and says whether there was one.
pub fn take(conn: &mut Conn, post: PostId, member: MemberId) -> QueryResult<bool> {
    diesel::delete(post_likes::table.find((post, member))).execute(conn).map(|rows| rows == 1)
}

/// Adds to a post's likes, and answers with them and with when the post was removed. Its row stays locked until the
/// transaction ends, so that nobody removes it meanwhile.
pub fn add_count(conn: &mut Conn, post: PostId, change: i64) -> QueryResult<(i64, Option<Time>)> {
    diesel::update(posts::table.find(post))
        .set(posts::likes.eq(posts::likes + change))
        .returning((posts::likes, posts::removed_at))
        .get_result(conn)
}

/// How many like a post.
pub fn count(conn: &mut Conn, post: PostId) -> QueryResult<i64> {
    posts::table.find(post).select(posts::likes).first(conn)
}

/// Where a list of likes goes on: after the like of this time by this member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    /// When it was given.
    pub at: Time,
    /// By whom, which breaks ties.
    pub by: MemberId,
}

/// Who likes a post, the latest first.
pub fn likers(
    conn: &mut Conn,
    post: PostId,
    after: Option<After>,
    limit: i64,
) -> QueryResult<Vec<(MemberId, Time)>> {
    let all = post_likes::table
        .filter(post_likes::post_id.eq(post))
        .order((post_likes::liked_at.desc(), post_likes::member_id.desc()))
        .limit(limit)
        .select((post_likes::member_id, post_likes::liked_at));
    match after {
        None => all.load(conn),
        Some(After { at, by }) => all
            .filter(post_likes::liked_at.le(at))
            .filter(post_likes::liked_at.lt(at).or(post_likes::member_id.lt(by)))
            .load(conn),
    }
}

/// How many likes count for each of these authors: those on posts that can be read, in threads for everyone.
pub fn received_by(conn: &mut Conn, authors: &[MemberId]) -> QueryResult<HashMap<MemberId, i64>> {
    let rows: Vec<(MemberId, i64)> = post_likes::table
        .inner_join(posts::table.on(posts::id.eq(post_likes::post_id)))
        .inner_join(threads::table.on(threads::id.eq(posts::thread_id)))
        .filter(posts::author_id.eq_any(authors))
        .filter(posts::removed_at.is_null())
        .filter(sql::<Bool>("(threads.audience & 1) = 1"))
        .group_by(posts::author_id)
        .select((posts::author_id, count_star()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
