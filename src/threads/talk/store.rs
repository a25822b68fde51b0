//! Quotes and mentions in the database.

use std::collections::HashMap;

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::rules::Start;
use crate::boards::{Audience, BoardId};
use crate::clock::Time;
use crate::db::schema::{member_blocks, members, post_mentions, post_quotes, posts, threads};
use crate::db::{Conn, decode, on_backend};
use crate::members::MemberId;
use crate::text::{Format, SafeHtml};
use crate::threads::{PostId, ThreadId};

/// The members of these handles whom this writer may mention: not the writer, and nobody who blocked the writer.
pub fn mentionable(
    conn: &mut Conn,
    handles: &[String],
    writer: MemberId,
) -> QueryResult<Vec<(MemberId, String)>> {
    let blocked = member_blocks::table
        .filter(member_blocks::member_id.eq(members::id))
        .filter(member_blocks::blocked_id.eq(writer));
    members::table
        .filter(members::handle.eq_any(handles))
        .filter(members::id.ne(writer))
        .filter(not(exists(blocked)))
        .order(members::id)
        .select((members::id, members::handle))
        .load(conn)
}

/// A post that may be quoted by whoever may read its thread.
#[derive(Clone, Debug)]
pub struct Source {
    /// The post.
    pub post: PostId,
    /// Its author's handle.
    pub handle: String,
    /// Where its thread stands.
    pub board: BoardId,
    /// Who its thread exists for.
    pub audience: Audience,
}

/// Those of these posts that were not removed.
pub fn sources(conn: &mut Conn, ids: &[i64]) -> QueryResult<Vec<Source>> {
    let rows: Vec<(PostId, String, BoardId, Audience)> = posts::table
        .inner_join(threads::table)
        .inner_join(members::table.on(members::id.eq(posts::author_id)))
        .filter(posts::id.eq_any(ids))
        .filter(posts::removed_at.is_null())
        .select((posts::id, members::handle, threads::board_id, threads::audience))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(post, handle, board, audience)| Source { post, handle, board, audience })
        .collect())
}

/// A post as whoever quotes it, or opens it in place, sees it.
#[derive(Clone, Debug)]
pub struct Original {
    /// The post.
    pub post: PostId,
    /// Its thread.
    pub thread: ThreadId,
    /// Where its thread stands.
    pub board: BoardId,
    /// Who its thread exists for.
    pub audience: Audience,
    /// Its author's handle.
    pub handle: String,
    /// Its author's name.
    pub name: String,
    /// When it was written.
    pub created_at: Time,
    /// What it is written in.
    pub format: Format,
    /// Its words.
    pub body: String,
    /// What readers see.
    pub html: SafeHtml,
}

type OriginalRow = ((PostId, ThreadId, BoardId, Audience), (String, String), (Time, String, String, String));

/// The post of this number, unless it was removed.
pub fn original(conn: &mut Conn, id: PostId) -> QueryResult<Option<Original>> {
    let row: Option<OriginalRow> = posts::table
        .inner_join(threads::table)
        .inner_join(members::table.on(members::id.eq(posts::author_id)))
        .filter(posts::id.eq(id))
        .filter(posts::removed_at.is_null())
        .select((
            (posts::id, threads::id, threads::board_id, threads::audience),
            (members::handle, members::name),
            (posts::created_at, posts::format, posts::body, posts::html),
        ))
        .first(conn)
        .optional()?;
    let original = |((post, thread, board, audience), (handle, name), words): OriginalRow| {
        let (created_at, format, body, html) = words;
        let (format, html) = (decode(&format, Format::parse)?, SafeHtml::from_store(html));
        Ok(Original { post, thread, board, audience, handle, name, created_at, format, body, html })
    };
    row.map(original).transpose()
}

/// A reply that came while somebody was writing.
#[derive(Clone, Debug)]
pub struct Newer {
    /// Its number in the thread.
    pub number: i64,
    /// Its author's name.
    pub name: String,
    /// When it was written.
    pub created_at: Time,
    /// What readers see.
    pub html: SafeHtml,
}

/// How many posts of others came into a thread after this number.
pub fn count_after(conn: &mut Conn, thread: ThreadId, number: i64, writer: MemberId) -> QueryResult<i64> {
    posts::table
        .filter(posts::thread_id.eq(thread))
        .filter(posts::number.gt(number))
        .filter(posts::author_id.ne(writer))
        .filter(posts::removed_at.is_null())
        .count()
        .get_result(conn)
}

/// The newest of them, in their order.
pub fn newest_after(
    conn: &mut Conn,
    thread: ThreadId,
    number: i64,
    writer: MemberId,
    limit: i64,
) -> QueryResult<Vec<Newer>> {
    let rows: Vec<(i64, String, Time, String)> = posts::table
        .inner_join(members::table.on(members::id.eq(posts::author_id)))
        .filter(posts::thread_id.eq(thread))
        .filter(posts::number.gt(number))
        .filter(posts::author_id.ne(writer))
        .filter(posts::removed_at.is_null())
        .order(posts::number.desc())
        .limit(limit)
        .select((posts::number, members::name, posts::created_at, posts::html))
        .load(conn)?;
    let newer = |(number, name, created_at, html)| Newer {
        number,
        name,
        created_at,
        html: SafeHtml::from_store(html),
    };
    Ok(rows.into_iter().rev().map(newer).collect())
}

/// The members a post mentions.
pub fn mentioned_in(conn: &mut Conn, post: PostId) -> QueryResult<Vec<MemberId>> {
    post_mentions::table
        .filter(post_mentions::post_id.eq(post))
        .order(post_mentions::member_id)
        .select(post_mentions::member_id)
        .load(conn)
}

/// The posts a post quotes.
pub fn quoted_in(conn: &mut Conn, post: PostId) -> QueryResult<Vec<PostId>> {
    post_quotes::table
        .filter(post_quotes::post_id.eq(post))
        .order(post_quotes::quoted_id)
        .select(post_quotes::quoted_id)
        .load(conn)
}

/// How often the words of these posts changed.
pub fn versions(conn: &mut Conn, ids: &[PostId]) -> QueryResult<HashMap<PostId, i64>> {
    let rows: Vec<(PostId, i64)> =
        posts::table.filter(posts::id.eq_any(ids)).select((posts::id, posts::version)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Writes down whom a post mentions.
pub fn add_mentions(conn: &mut Conn, post: PostId, members: &[MemberId]) -> QueryResult<()> {
    let rows: Vec<_> = members
        .iter()
        .map(|member| (post_mentions::post_id.eq(post), post_mentions::member_id.eq(*member)))
        .collect();
    let insert = diesel::insert_into(post_mentions::table).values(rows);
    on_backend!(conn, |c| insert.execute(c)).map(|_| ())
}

/// Forgets that a post mentions these members.
pub fn drop_mentions(conn: &mut Conn, post: PostId, members: &[MemberId]) -> QueryResult<()> {
    let rows = post_mentions::table
        .filter(post_mentions::post_id.eq(post))
        .filter(post_mentions::member_id.eq_any(members));
    diesel::delete(rows).execute(conn).map(|_| ())
}

/// Writes down what a post quotes, and in which version.
pub fn add_quotes(conn: &mut Conn, post: PostId, quoted: &[(PostId, i64)]) -> QueryResult<()> {
    let rows: Vec<_> = quoted
        .iter()
        .map(|(quoted, version)| {
            (
                post_quotes::post_id.eq(post),
                post_quotes::quoted_id.eq(*quoted),
                post_quotes::quoted_version.eq(*version),
            )
        })
        .collect();
    let insert = diesel::insert_into(post_quotes::table).values(rows);
    on_backend!(conn, |c| insert.execute(c)).map(|_| ())
}

/// Forgets that a post quotes these.
pub fn drop_quotes(conn: &mut Conn, post: PostId, quoted: &[PostId]) -> QueryResult<()> {
    let rows = post_quotes::table
        .filter(post_quotes::post_id.eq(post))
        .filter(post_quotes::quoted_id.eq_any(quoted));
    diesel::delete(rows).execute(conn).map(|_| ())
}

/// A member who is offered while a name is typed.
#[derive(Clone, Debug, QueryableByName, serde::Serialize)]
pub struct Offered {
    /// Name in addresses.
    #[diesel(sql_type = Text)]
    pub handle: String,
    /// Name that people read.
    #[diesel(sql_type = Text)]
    pub name: String,
}

/// Members whose handle or name begins so, those who write most first. Two walks along an index, however many
/// members there are; letters are compared by their bytes, because no other order keeps beginnings together.
pub fn beginning_with(
    conn: &mut Conn,
    start: &Start,
    asker: MemberId,
    limit: i64,
) -> QueryResult<Vec<Offered>> {
    let (handle, name) = (start.handle.clone(), start.name.clone());
    let query = |order: &str| {
        diesel::sql_query(format!(
            "SELECT m.handle, m.name FROM members m WHERE m.id IN (\
             SELECT id FROM (SELECT id FROM members WHERE handle {order} >= $1 AND handle {order} < $2 \
             ORDER BY handle {order} LIMIT 40) by_handle UNION \
             SELECT id FROM (SELECT id FROM members WHERE name_skeleton {order} >= $3 AND name_skeleton {order} < $4 \
             ORDER BY name_skeleton {order} LIMIT 40) by_name) \
             AND m.id <> $5 AND NOT EXISTS (SELECT 1 FROM member_blocks b WHERE b.member_id = m.id AND b.blocked_id = $5) \
             ORDER BY m.posts DESC, m.handle LIMIT $6"
        ))
        .bind::<Text, _>(handle.clone())
        .bind::<Text, _>(format!("{handle}{LAST}"))
        .bind::<Text, _>(name.clone())
        .bind::<Text, _>(format!("{name}{LAST}"))
        .bind::<BigInt, _>(asker.0)
        .bind::<BigInt, _>(limit)
    };
    match conn {
        Conn::Sqlite(conn) => query("").load(conn),
        Conn::Postgres(conn) => query("COLLATE \"C\"").load(conn),
    }
}

/// Stands behind every other character.
const LAST: char = '\u{10FFFF}';
