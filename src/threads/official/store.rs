//! Official answers in the database.

use diesel::dsl::max;
use diesel::prelude::*;

use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{members, official_answers, posts};
use crate::members::MemberId;
use crate::text::SafeHtml;
use crate::threads::store::Person;
use crate::threads::{PostId, ThreadId};

/// An official answer, as the list under the first post shows it.
#[derive(Clone, Debug)]
pub struct Official {
    /// The post.
    pub post: PostId,
    /// Its number in the thread.
    pub number: i64,
    /// Who answered.
    pub author: Person,
    /// When.
    pub created_at: Time,
    /// What readers see of the whole answer; lists show an excerpt.
    pub html: SafeHtml,
    /// Its place in the list.
    pub position: i64,
}

/// The official answers of a thread in their order, without those that were removed or went elsewhere.
pub fn official_of(conn: &mut Conn, thread: ThreadId) -> QueryResult<Vec<Official>> {
    type Row = (PostId, i64, String, String, Time, String, i64);
    let rows: Vec<Row> = official_answers::table
        .inner_join(posts::table.inner_join(members::table))
        .filter(official_answers::thread_id.eq(thread))
        .filter(posts::thread_id.eq(thread))
        .filter(posts::removed_at.is_null())
        .order((official_answers::position, official_answers::post_id))
        .select((
            posts::id,
            posts::number,
            members::handle,
            members::name,
            posts::created_at,
            posts::html,
            official_answers::position,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(post, number, handle, name, created_at, html, position)| Official {
            post,
            number,
            author: Person { handle, name },
            created_at,
            html: SafeHtml::from_store(html),
            position,
        })
        .collect())
}

/// Whether an answer is listed.
pub fn is_listed(conn: &mut Conn, post: PostId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(official_answers::table.find(post))).get_result(conn)
}

/// The last place that is taken in a thread's list.
pub fn last_position(conn: &mut Conn, thread: ThreadId) -> QueryResult<i64> {
    let last: Option<i64> = official_answers::table
        .filter(official_answers::thread_id.eq(thread))
        .select(max(official_answers::position))
        .first(conn)?;
    Ok(last.unwrap_or(0))
}

/// Lists an answer.
pub fn insert(
    conn: &mut Conn,
    thread: ThreadId,
    post: PostId,
    position: i64,
    by: MemberId,
) -> QueryResult<()> {
    diesel::insert_into(official_answers::table)
        .values((
            official_answers::thread_id.eq(thread),
            official_answers::post_id.eq(post),
            official_answers::position.eq(position),
            official_answers::listed_by.eq(by),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Takes an answer off the list, and says whether it was there.
pub fn delete(conn: &mut Conn, post: PostId) -> QueryResult<bool> {
    diesel::delete(official_answers::table.find(post)).execute(conn).map(|rows| rows == 1)
}

/// Gives an answer a place.
pub fn set_position(conn: &mut Conn, post: PostId, position: i64) -> QueryResult<()> {
    diesel::update(official_answers::table.find(post))
        .set(official_answers::position.eq(position))
        .execute(conn)
        .map(|_| ())
}
