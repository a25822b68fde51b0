//! Announcements in the database; how far they got is in `readers`.

mod readers;

use diesel::dsl::{max, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

pub use readers::{Reader, Staff, comments_on, dismiss_all_to, note, ordinary_members, readers_of, staff};

use super::AnnouncementId;
use super::rules::{Comments, Phase, Plan};
use crate::boards::{Audience, BoardId};
use crate::clock::Time;
use crate::db::schema::{announcements, threads};
use crate::db::{Conn, decode};
use crate::members::MemberId;
use crate::threads::ThreadId;

/// An announcement.
#[derive(Clone, Debug)]
pub struct Announcement {
    /// Number.
    pub id: AnnouncementId,
    /// The manager who wrote it.
    pub author: MemberId,
    /// Where it stands or will stand.
    pub board: BoardId,
    /// Its title.
    pub title: String,
    /// Its words.
    pub body: String,
    /// Who it is for.
    pub audience: Audience,
    /// When it is to be published.
    pub publish_at: Option<Time>,
    /// When it ends by itself.
    pub ends_at: Option<Time>,
    /// Whether it has a banner.
    pub has_banner: bool,
    /// What the banner says; empty for the title.
    pub banner_text: String,
    /// Whether it stands above the other threads.
    pub pinned: bool,
    /// When it takes comments.
    pub comments: Comments,
    /// Whether its thread is locked when it ends.
    pub locks_at_end: bool,
    /// How far it has come.
    pub phase: Phase,
    /// Counts each change: whoever changes it names the version they saw.
    pub version: i64,
    /// When it was changed last.
    pub changed_at: Time,
    /// Its thread, once it is published.
    pub thread: Option<ThreadId>,
    /// Its banner's place in the order.
    pub banner_number: Option<i64>,
    /// When it was published.
    pub published_at: Option<Time>,
    /// When it ended.
    pub ended_at: Option<Time>,
    /// How many members it was for.
    pub audience_size: i64,
}

type Row = (
    (AnnouncementId, MemberId, BoardId, String, String, Audience),
    (Option<Time>, Option<Time>, bool, String, bool, String, Option<Time>, bool),
    (String, i64, Time, Option<ThreadId>, Option<i64>, Option<Time>, Option<Time>, i64),
);

#[diesel::dsl::auto_type]
fn columns() -> _ {
    (
        (
            announcements::id,
            announcements::author_id,
            announcements::board_id,
            announcements::title,
            announcements::body,
            announcements::audience,
        ),
        (
            announcements::publish_at,
            announcements::ends_at,
            announcements::has_banner,
            announcements::banner_text,
            announcements::pinned,
            announcements::comments,
            announcements::comments_from,
            announcements::locks_at_end,
        ),
        (
            announcements::state,
            announcements::version,
            announcements::changed_at,
            announcements::thread_id,
            announcements::banner_number,
            announcements::published_at,
            announcements::ended_at,
            announcements::audience_size,
        ),
    )
}

fn announcement((what, plan, state): Row) -> QueryResult<Announcement> {
    Ok(Announcement {
        id: what.0,
        author: what.1,
        board: what.2,
        title: what.3,
        body: what.4,
        audience: what.5,
        publish_at: plan.0,
        ends_at: plan.1,
        has_banner: plan.2,
        banner_text: plan.3,
        pinned: plan.4,
        comments: decode(&plan.5, |code| Comments::parse(code, plan.6))?,
        locks_at_end: plan.7,
        phase: decode(&state.0, Phase::parse)?,
        version: state.1,
        changed_at: state.2,
        thread: state.3,
        banner_number: state.4,
        published_at: state.5,
        ended_at: state.6,
        audience_size: state.7,
    })
}

/// The announcement of this number.
pub fn find(conn: &mut Conn, id: AnnouncementId) -> QueryResult<Option<Announcement>> {
    let row: Option<Row> = announcements::table.find(id).select(columns()).first(conn).optional()?;
    row.map(announcement).transpose()
}

/// Those of a phase, the last changed first.
pub fn of_phase(conn: &mut Conn, phase: Phase, limit: i64) -> QueryResult<Vec<Announcement>> {
    let rows: Vec<Row> = announcements::table
        .filter(announcements::state.eq(phase.code()))
        .order((announcements::changed_at.desc(), announcements::id.desc()))
        .limit(limit)
        .select(columns())
        .load(conn)?;
    rows.into_iter().map(announcement).collect()
}

/// Scheduled ones whose time has come, the oldest time first.
pub fn to_publish(conn: &mut Conn, now: Time) -> QueryResult<Vec<Announcement>> {
    let rows: Vec<Row> = announcements::table
        .filter(announcements::state.eq(Phase::Scheduled.code()))
        .filter(announcements::publish_at.le(now))
        .order((announcements::publish_at, announcements::id))
        .select(columns())
        .load(conn)?;
    rows.into_iter().map(announcement).collect()
}

/// Live ones, by the number of their banner: those with one are shown, those whose end has come are ended.
pub fn live(conn: &mut Conn) -> QueryResult<Vec<(Announcement, String)>> {
    let rows: Vec<(Row, String)> = announcements::table
        .inner_join(threads::table)
        .filter(announcements::state.eq(Phase::Published.code()))
        .filter(announcements::has_banner.eq(true).or(announcements::ends_at.is_not_null()))
        .order(announcements::banner_number)
        .select((columns(), threads::slug))
        .load(conn)?;
    rows.into_iter().map(|(row, slug)| Ok((announcement(row)?, slug))).collect()
}

/// Writes a draft.
pub fn insert(conn: &mut Conn, author: MemberId, plan: &Plan, now: Time) -> QueryResult<AnnouncementId> {
    diesel::insert_into(announcements::table)
        .values((
            announcements::author_id.eq(author),
            announcements::board_id.eq(plan.board),
            announcements::title.eq(plan.title.as_str()),
            announcements::body.eq(plan.body.as_str()),
            announcements::audience.eq(plan.audience),
            announcements::publish_at.eq(plan.publish_at),
            announcements::ends_at.eq(plan.ends_at),
            announcements::has_banner.eq(plan.has_banner),
            announcements::banner_text.eq(&plan.banner_text),
            announcements::pinned.eq(plan.pinned),
            announcements::comments.eq(plan.comments.code()),
            announcements::comments_from.eq(plan.comments.from()),
            announcements::locks_at_end.eq(plan.locks_at_end),
            announcements::state.eq(Phase::Draft.code()),
            announcements::changed_at.eq(now),
        ))
        .returning(announcements::id)
        .get_result(conn)
}

/// Changes what is not published yet, if it is still at this version; it is a draft then.
pub fn save(conn: &mut Conn, id: AnnouncementId, version: i64, plan: &Plan, now: Time) -> QueryResult<bool> {
    let open = announcements::table
        .find(id)
        .filter(announcements::version.eq(version))
        .filter(announcements::thread_id.is_null());
    diesel::update(open)
        .set((
            announcements::board_id.eq(plan.board),
            announcements::title.eq(plan.title.as_str()),
            announcements::body.eq(plan.body.as_str()),
            announcements::audience.eq(plan.audience),
            announcements::publish_at.eq(plan.publish_at),
            announcements::ends_at.eq(plan.ends_at),
            announcements::has_banner.eq(plan.has_banner),
            announcements::banner_text.eq(&plan.banner_text),
            announcements::pinned.eq(plan.pinned),
            announcements::comments.eq(plan.comments.code()),
            announcements::comments_from.eq(plan.comments.from()),
            announcements::locks_at_end.eq(plan.locks_at_end),
            announcements::state.eq(Phase::Draft.code()),
            announcements::version.eq(announcements::version + 1),
            announcements::changed_at.eq(now),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Takes an announcement that is still at this version, and says whether it was. Of several processes that try
/// at once, one gets it; the row stays locked until the transaction ends.
pub fn take(conn: &mut Conn, id: AnnouncementId, version: i64, now: Time) -> QueryResult<bool> {
    diesel::update(announcements::table.find(id).filter(announcements::version.eq(version)))
        .set((announcements::version.eq(announcements::version + 1), announcements::changed_at.eq(now)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Puts an unpublished announcement into a phase.
pub fn set_phase(conn: &mut Conn, id: AnnouncementId, phase: Phase) -> QueryResult<()> {
    diesel::update(announcements::table.find(id))
        .set(announcements::state.eq(phase.code()))
        .execute(conn)
        .map(|_| ())
}

/// The highest number that a banner has; zero where there is none.
pub fn last_number(conn: &mut Conn) -> QueryResult<i64> {
    let last: Option<i64> = announcements::table.select(max(announcements::banner_number)).first(conn)?;
    Ok(last.unwrap_or(0))
}

/// Notes that an announcement was published.
pub fn set_published(
    conn: &mut Conn,
    id: AnnouncementId,
    thread: ThreadId,
    number: i64,
    size: i64,
    now: Time,
) -> QueryResult<()> {
    diesel::update(announcements::table.find(id))
        .set((
            announcements::state.eq(Phase::Published.code()),
            announcements::thread_id.eq(thread),
            announcements::banner_number.eq(number),
            announcements::audience_size.eq(size),
            announcements::published_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Notes that an announcement ended.
pub fn set_ended(conn: &mut Conn, id: AnnouncementId, now: Time) -> QueryResult<()> {
    diesel::update(announcements::table.find(id))
        .set((announcements::state.eq(Phase::Ended.code()), announcements::ended_at.eq(now)))
        .execute(conn)
        .map(|_| ())
}

/// Writes a correction down.
pub fn set_corrected(
    conn: &mut Conn,
    id: AnnouncementId,
    body: &str,
    banner_text: &str,
    ends_at: Option<Time>,
) -> QueryResult<()> {
    diesel::update(announcements::table.find(id))
        .set((
            announcements::body.eq(body),
            announcements::banner_text.eq(banner_text),
            announcements::ends_at.eq(ends_at),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Throws an announcement away that was never published.
pub fn delete(conn: &mut Conn, id: AnnouncementId) -> QueryResult<bool> {
    diesel::delete(announcements::table.find(id).filter(announcements::thread_id.is_null()))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// How many answers each of these announcements' threads has.
pub fn answers(conn: &mut Conn, ids: &[ThreadId]) -> QueryResult<Vec<(ThreadId, i64)>> {
    threads::table
        .filter(threads::id.eq_any(ids))
        .select((threads::id, sql::<BigInt>("threads.posts - 1")))
        .load(conn)
}
