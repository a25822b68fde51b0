//! The limits and what is held, in the database.

use diesel::prelude::*;

use super::HeldId;
use super::rules::{Limits, Poster, Why};
use crate::acts::ActId;
use crate::boards::BoardId;
use crate::clock::Time;
use crate::db::schema::{boards, held_posts, member_roles, members, posts, site_facts, threads};
use crate::db::{Conn, decode, on_backend};
use crate::members::MemberId;
use crate::members::rules::Role;
use crate::threads::rules::ThreadKind;
use crate::threads::{PostId, ThreadId};

/// The name of the fact that holds the limits.
const LIMITS: &str = "posting-limits";

/// The limits that administrators set, or those that hold until they do.
pub fn limits(conn: &mut Conn) -> QueryResult<Limits> {
    let text: Option<String> =
        site_facts::table.find(LIMITS).select(site_facts::value).first(conn).optional()?;
    text.map_or_else(
        || Ok(Limits::default()),
        |text| {
            serde_json::from_str(&text)
                .map_err(|cause| diesel::result::Error::DeserializationError(Box::new(cause)))
        },
    )
}

/// Changes the limits.
pub fn set_limits(conn: &mut Conn, limits: &Limits) -> QueryResult<()> {
    let text = serde_json::to_string(limits)
        .map_err(|cause| diesel::result::Error::SerializationError(Box::new(cause)))?;
    let row = diesel::insert_into(site_facts::table)
        .values((site_facts::name.eq(LIMITS), site_facts::value.eq(&text)))
        .on_conflict(site_facts::name)
        .do_update()
        .set(site_facts::value.eq(&text));
    on_backend!(conn, |c| row.execute(c)).map(|_| ())
}

type PosterRow = (Time, i64, Option<Time>, Option<Time>, Option<String>);

/// What the limits need to know of whoever posts.
pub fn poster(conn: &mut Conn, member: MemberId) -> QueryResult<Poster> {
    let rows: Vec<PosterRow> = members::table
        .left_join(member_roles::table.on(member_roles::member_id.eq(members::id)))
        .filter(members::id.eq(member))
        .select((
            members::joined_at,
            members::posts,
            members::silenced_until,
            members::suspended_until,
            member_roles::role.nullable(),
        ))
        .load(conn)?;
    let codes = rows.iter().filter_map(|row| row.4.as_deref());
    let roles = codes.map(|code| decode(code, Role::parse)).collect::<QueryResult<_>>()?;
    let (joined_at, posts, silenced_until, suspended_until, _) =
        rows.into_iter().next().ok_or(diesel::result::Error::NotFound)?;
    Ok(Poster { joined_at, posts, roles, silenced_until, suspended_until })
}

/// When a member posted since `since`, newest first, however many limits ask for.
pub fn posted_since(conn: &mut Conn, member: MemberId, since: Time, most: i64) -> QueryResult<Vec<Time>> {
    posts::table
        .filter(posts::author_id.eq(member))
        .filter(posts::created_at.gt(since))
        .order(posts::created_at.desc())
        .limit(most)
        .select(posts::created_at)
        .load(conn)
}

/// Something about to be held.
#[derive(Clone, Debug)]
pub struct NewHeld<'a> {
    /// The board.
    pub board: BoardId,
    /// The thread it answers; nothing where it starts one.
    pub thread: Option<ThreadId>,
    /// The title of the thread.
    pub title: &'a str,
    /// What the thread is for.
    pub kind: ThreadKind,
    /// The words.
    pub body: &'a str,
    /// Who wrote them.
    pub author: MemberId,
    /// Of the form they came with.
    pub request_id: Option<&'a str>,
    /// Why they are held.
    pub why: Why,
}

/// Holds something.
pub fn insert(conn: &mut Conn, new: &NewHeld<'_>, now: Time) -> QueryResult<HeldId> {
    diesel::insert_into(held_posts::table)
        .values((
            held_posts::kind.eq(if new.thread.is_some() { "reply" } else { "thread" }),
            held_posts::board_id.eq(new.board),
            held_posts::thread_id.eq(new.thread),
            held_posts::title.eq(new.title),
            held_posts::thread_kind.eq(new.kind.code()),
            held_posts::body.eq(new.body),
            held_posts::author_id.eq(new.author),
            held_posts::request_id.eq(new.request_id),
            held_posts::why.eq(new.why.code()),
            held_posts::held_at.eq(now),
        ))
        .returning(held_posts::id)
        .get_result(conn)
}

/// What an author sent with this form before and is held.
pub fn by_request(conn: &mut Conn, author: MemberId, request_id: &str) -> QueryResult<Option<HeldId>> {
    held_posts::table
        .filter(held_posts::author_id.eq(author))
        .filter(held_posts::request_id.eq(request_id))
        .select(held_posts::id)
        .first(conn)
        .optional()
}

/// What became of something that was held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It waits.
    Waits,
    /// It was let through, as this post.
    Approved(PostId),
    /// It was refused, by this act.
    Refused(ActId),
}

/// Something that is or was held.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its number.
    pub id: HeldId,
    /// The board.
    pub board: BoardId,
    /// The thread it answers; nothing where it starts one.
    pub thread: Option<ThreadId>,
    /// The title of the thread, of the one to be or the one it answers.
    pub title: String,
    /// What the thread is for.
    pub kind: ThreadKind,
    /// The words.
    pub body: String,
    /// Who wrote them.
    pub author: MemberId,
    /// Their name.
    pub author_name: String,
    /// Their name in addresses.
    pub author_handle: String,
    /// Of the form they came with.
    pub request_id: Option<String>,
    /// Why they are held.
    pub why: Why,
    /// Since when.
    pub at: Time,
    /// What became of it.
    pub outcome: Outcome,
    /// The board's title.
    pub board_title: String,
}

type Row = (
    (HeldId, BoardId, Option<ThreadId>, String, String, String, MemberId, Option<String>, String, Time),
    (Option<PostId>, Option<ActId>),
    (String, String, String),
    Option<String>,
);

/// What is held, with its author, its board and the thread it answers: the one query for one and for many.
#[diesel::dsl::auto_type]
fn whole() -> _ {
    held_posts::table
        .inner_join(boards::table)
        .inner_join(members::table.on(members::id.eq(held_posts::author_id)))
        .left_join(threads::table.on(threads::id.nullable().eq(held_posts::thread_id)))
}

#[diesel::dsl::auto_type]
fn columns() -> _ {
    (
        (
            held_posts::id,
            held_posts::board_id,
            held_posts::thread_id,
            held_posts::title,
            held_posts::thread_kind,
            held_posts::body,
            held_posts::author_id,
            held_posts::request_id,
            held_posts::why,
            held_posts::held_at,
        ),
        (held_posts::post_id, held_posts::act_id),
        (members::name, members::handle, boards::title),
        threads::title.nullable(),
    )
}

fn held((what, became, names, thread_title): Row) -> QueryResult<Held> {
    let outcome = match became {
        (Some(post), _) => Outcome::Approved(post),
        (None, Some(act)) => Outcome::Refused(act),
        (None, None) => Outcome::Waits,
    };
    Ok(Held {
        id: what.0,
        board: what.1,
        thread: what.2,
        title: thread_title.unwrap_or(what.3),
        kind: decode(&what.4, ThreadKind::parse)?,
        body: what.5,
        author: what.6,
        request_id: what.7,
        why: decode(&what.8, Why::parse)?,
        at: what.9,
        outcome,
        author_name: names.0,
        author_handle: names.1,
        board_title: names.2,
    })
}

/// What is held under this number.
pub fn find(conn: &mut Conn, id: HeldId) -> QueryResult<Option<Held>> {
    let row: Option<Row> = whole().filter(held_posts::id.eq(id)).select(columns()).first(conn).optional()?;
    row.map(held).transpose()
}

/// What waits, the longest first, from the one after `after` on.
pub fn waiting(conn: &mut Conn, after: i64, limit: i64) -> QueryResult<Vec<Held>> {
    let rows: Vec<Row> = whole()
        .filter(held_posts::decided_at.is_null())
        .filter(held_posts::id.gt(HeldId(after)))
        .order(held_posts::id)
        .limit(limit)
        .select(columns())
        .load(conn)?;
    rows.into_iter().map(held).collect()
}

/// Takes something to decide on, and says whether it still waited: of two who decide, one does.
pub fn decide(conn: &mut Conn, id: HeldId, by: MemberId, outcome: &str, now: Time) -> QueryResult<bool> {
    diesel::update(held_posts::table.find(id).filter(held_posts::decided_at.is_null()))
        .set((held_posts::decided_at.eq(now), held_posts::decided_by.eq(by), held_posts::outcome.eq(outcome)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Notes what something became.
pub fn became(conn: &mut Conn, id: HeldId, post: Option<PostId>, act: Option<ActId>) -> QueryResult<()> {
    diesel::update(held_posts::table.find(id))
        .set((held_posts::post_id.eq(post), held_posts::act_id.eq(act)))
        .execute(conn)
        .map(|_| ())
}
