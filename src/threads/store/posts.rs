//! Posts in the database.

use diesel::prelude::*;

use super::super::rules::{Edit, Held, Posted, Removal};
use super::super::{PostId, ThreadId};
use super::exists_for;
use crate::boards::Audience;
use crate::boards::BoardId;
use crate::clock::Time;
use crate::db::schema::{posts, threads};
use crate::db::{Conn, decode};
use crate::members::MemberId;
use crate::members::rules::Tier;
use crate::text::markdown::RENDERER_VERSION;
use crate::text::{Format, SafeHtml};

/// A post as a page shows it.
#[derive(Clone, Debug)]
pub struct Post {
    /// Number in the database.
    pub id: PostId,
    /// Number in the thread.
    pub number: i64,
    /// Who wrote it.
    pub author: MemberId,
    /// When.
    pub created_at: Time,
    /// What readers see.
    pub html: SafeHtml,
    /// The badges its author held when writing.
    pub held_badges: String,
    /// The last edit.
    pub edit: Option<Edit>,
    /// Its removal.
    pub removal: Option<Removal>,
    /// Counts each change of the words.
    pub version: i64,
    /// Who likes it, counted.
    pub likes: i64,
}

type EditColumns = (Option<Time>, Option<MemberId>, Option<String>, Option<String>);
type RemovalColumns = (Option<Time>, Option<MemberId>, Option<String>);
type Row = (PostId, i64, MemberId, Time, String, String, EditColumns, RemovalColumns, i64, i64);

#[diesel::dsl::auto_type]
fn columns() -> _ {
    (
        posts::id,
        posts::number,
        posts::author_id,
        posts::created_at,
        posts::html,
        posts::held_badges,
        (posts::edited_at, posts::edited_by, posts::edited_as, posts::edit_reason),
        (posts::removed_at, posts::removed_by, posts::removal_reason),
        posts::version,
        posts::likes,
    )
}

/// The posts of a thread with numbers from `from` to `to`: one query that costs the same wherever in the
/// thread it reads. Numbers without a post are missing from the answer.
pub fn in_range(conn: &mut Conn, thread: ThreadId, from: i64, to: i64) -> QueryResult<Vec<Post>> {
    let rows: Vec<Row> = posts::table
        .filter(posts::thread_id.eq(thread))
        .filter(posts::number.ge(from))
        .filter(posts::number.le(to))
        .order(posts::number)
        .select(columns())
        .load(conn)?;
    Ok(rows.into_iter().map(post).collect())
}

/// The posts of a thread with these numbers, in the order of the list.
pub fn with_numbers(conn: &mut Conn, thread: ThreadId, numbers: &[i64]) -> QueryResult<Vec<Post>> {
    let rows: Vec<Row> = posts::table
        .filter(posts::thread_id.eq(thread))
        .filter(posts::number.eq_any(numbers))
        .select(columns())
        .load(conn)?;
    let mut posts: Vec<Post> = rows.into_iter().map(post).collect();
    posts.sort_by_key(|post| numbers.iter().position(|number| *number == post.number));
    Ok(posts)
}

fn post((id, number, author, created_at, html, held_badges, edit, removal, version, likes): Row) -> Post {
    Post {
        id,
        number,
        author,
        created_at,
        html: SafeHtml::from_store(html),
        held_badges,
        edit: edit_of(edit),
        removal: removal_of(removal),
        version,
        likes,
    }
}

fn edit_of(columns: EditColumns) -> Option<Edit> {
    match columns {
        (Some(at), Some(by), Some(role), Some(reason)) => Some(Edit { by, at, role, reason }),
        _ => None,
    }
}

fn removal_of(columns: RemovalColumns) -> Option<Removal> {
    match columns {
        (Some(at), Some(by), Some(reason)) => Some(Removal { by, at, reason }),
        _ => None,
    }
}

/// Where a post stands.
#[derive(Clone, Debug)]
pub struct Place {
    /// The post.
    pub post: PostId,
    /// Its thread.
    pub thread: ThreadId,
    /// The thread's name in addresses.
    pub slug: String,
    /// The thread's board.
    pub board: BoardId,
    /// The highest number in the thread.
    pub last_number: i64,
    /// Its number.
    pub number: i64,
    /// Who wrote it.
    pub author: MemberId,
    /// Whether it was removed.
    pub is_removed: bool,
    /// Who its thread exists for.
    pub audience: Audience,
}

type PlaceRow = (PostId, ThreadId, String, BoardId, i64, i64, MemberId, Option<Time>, Audience);

/// Where this post stands.
pub fn place_of(conn: &mut Conn, id: PostId) -> QueryResult<Option<Place>> {
    let row: Option<PlaceRow> = posts::table
        .inner_join(threads::table)
        .filter(posts::id.eq(id))
        .select((
            posts::id,
            threads::id,
            threads::slug,
            threads::board_id,
            threads::last_number,
            posts::number,
            posts::author_id,
            posts::removed_at,
            threads::audience,
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(|(post, thread, slug, board, last_number, number, author, removed_at, audience)| Place {
        post,
        thread,
        slug,
        board,
        last_number,
        number,
        author,
        is_removed: removed_at.is_some(),
        audience,
    }))
}

/// What an author sent with this form before.
pub fn by_request(conn: &mut Conn, author: MemberId, request_id: &str) -> QueryResult<Option<Posted>> {
    posts::table
        .inner_join(threads::table)
        .filter(posts::author_id.eq(author))
        .filter(posts::request_id.eq(request_id))
        .select((posts::id, threads::id, threads::slug, posts::number))
        .first(conn)
        .optional()
        .map(|row| row.map(|(post, thread, slug, number)| Posted { post, thread, slug, number }))
}

/// A post's number in its thread.
pub fn number_of(conn: &mut Conn, id: PostId) -> QueryResult<i64> {
    posts::table.find(id).select(posts::number).first(conn)
}

/// A post's words and format, and who wrote it.
pub fn find_post(conn: &mut Conn, id: PostId) -> QueryResult<Option<(MemberId, Format, String)>> {
    let row: Option<(MemberId, String, String)> = posts::table
        .find(id)
        .select((posts::author_id, posts::format, posts::body))
        .first(conn)
        .optional()?;
    row.map(|(author, format, body)| Ok((author, decode(&format, Format::parse)?, body))).transpose()
}

/// A post about to be written.
#[derive(Clone, Debug)]
pub struct NewPost<'a> {
    /// The number it had elsewhere, where it comes from an export.
    pub id: Option<i64>,
    /// Its thread.
    pub thread: ThreadId,
    /// Its number in the thread.
    pub number: i64,
    /// Who writes.
    pub author: MemberId,
    /// When.
    pub at: Time,
    /// What the words are written in.
    pub format: Format,
    /// The words.
    pub body: &'a str,
    /// What readers see.
    pub html: &'a SafeHtml,
    /// What the author holds.
    pub held: &'a Held,
    /// Of the form it was sent with.
    pub request_id: Option<&'a str>,
}

/// Writes a post.
pub fn insert_post(conn: &mut Conn, new: &NewPost<'_>) -> QueryResult<PostId> {
    let values = (
        posts::thread_id.eq(new.thread),
        posts::number.eq(new.number),
        posts::author_id.eq(new.author),
        posts::created_at.eq(new.at),
        posts::format.eq(new.format.code()),
        posts::body.eq(new.body),
        posts::html.eq(new.html.as_str()),
        posts::renderer.eq(i64::from(RENDERER_VERSION)),
        posts::held_rank.eq(new.held.rank.code()),
        posts::held_tier.eq(new.held.tier.map(Tier::code)),
        posts::held_badges.eq(&new.held.badges),
        posts::request_id.eq(new.request_id),
    );
    match new.id {
        None => diesel::insert_into(posts::table).values(values).returning(posts::id).get_result(conn),
        Some(id) => diesel::insert_into(posts::table)
            .values((posts::id.eq(id), values))
            .returning(posts::id)
            .get_result(conn),
    }
}

/// Removes a post, and says whether it was there to be removed. Its number stays taken.
pub fn remove_post(conn: &mut Conn, id: PostId, removal: &Removal) -> QueryResult<bool> {
    diesel::update(posts::table.find(id).filter(posts::removed_at.is_null()))
        .set((
            posts::removed_at.eq(removal.at),
            posts::removed_by.eq(removal.by),
            posts::removal_reason.eq(&removal.reason),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// A member's newest posts that can be read in these boards.
pub fn written_by(
    conn: &mut Conn,
    author: MemberId,
    boards: &[BoardId],
    reader: Audience,
    limit: i64,
) -> QueryResult<Vec<Recent>> {
    let rows: Vec<(PostId, i64, Time, String, String)> = posts::table
        .inner_join(threads::table)
        .filter(posts::author_id.eq(author))
        .filter(posts::removed_at.is_null())
        .filter(threads::board_id.eq_any(boards))
        .filter(exists_for(reader))
        .order(posts::id.desc())
        .limit(limit)
        .select((posts::id, posts::number, posts::created_at, threads::title, posts::html))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, number, created_at, title, html)| Recent {
            id,
            number,
            created_at,
            title,
            html: SafeHtml::from_store(html),
        })
        .collect())
}

/// One of a member's newest posts.
#[derive(Clone, Debug)]
pub struct Recent {
    /// Number in the database.
    pub id: PostId,
    /// Number in the thread.
    pub number: i64,
    /// When.
    pub created_at: Time,
    /// The thread's title.
    pub title: String,
    /// What readers see.
    pub html: SafeHtml,
}
