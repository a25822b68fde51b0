//! Cases and reports in the database.

use diesel::prelude::*;

use super::CaseId;
use super::rules::{Outcome, Reason};
use crate::boards::{Audience, BoardId};
use crate::clock::Time;
use crate::db::schema::{members, posts, report_cases, reports, threads};
use crate::db::{Conn, decode, on_backend};
use crate::members::MemberId;
use crate::text::SafeHtml;
use crate::threads::{PostId, ThreadId};

/// Open cases that the queue looks through.
pub const MOST: i64 = 300;

/// A case, with the post that it is about.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its number.
    pub id: CaseId,
    /// When the first report came.
    pub opened_at: Time,
    /// The weight of the worst reason.
    pub harm: i64,
    /// How many reports there are.
    pub reports: i64,
    /// Who works on it, and since when.
    pub claim: Option<(MemberId, String, Time)>,
    /// When it was closed, with what, and why.
    pub closed: Option<(Time, Outcome, String)>,
    /// The post.
    pub post: PostId,
    /// Its number in the thread.
    pub number: i64,
    /// Who wrote it.
    pub author: MemberId,
    /// What readers see.
    pub html: SafeHtml,
    /// When it was written.
    pub written_at: Time,
    /// Whether it was removed.
    pub is_removed: bool,
    /// Its thread.
    pub thread: ThreadId,
    /// The thread's title.
    pub title: String,
    /// The thread's name in addresses.
    pub slug: String,
    /// The thread's board.
    pub board: BoardId,
    /// Who the thread exists for.
    pub audience: Audience,
}

type Row = (
    (CaseId, Time, i64, i64, Option<MemberId>, Option<Time>),
    (Option<Time>, Option<String>, Option<String>),
    (PostId, i64, MemberId, String, Time, Option<Time>),
    (ThreadId, String, String, BoardId, Audience),
    Option<String>,
);

#[diesel::dsl::auto_type]
fn whole() -> _ {
    report_cases::table
        .inner_join(posts::table.inner_join(threads::table))
        .left_join(members::table.on(members::id.nullable().eq(report_cases::claimed_by)))
}

#[diesel::dsl::auto_type]
fn columns() -> _ {
    (
        (
            report_cases::id,
            report_cases::opened_at,
            report_cases::harm,
            report_cases::reports,
            report_cases::claimed_by,
            report_cases::claimed_at,
        ),
        (report_cases::closed_at, report_cases::outcome, report_cases::reason),
        (posts::id, posts::number, posts::author_id, posts::html, posts::created_at, posts::removed_at),
        (threads::id, threads::title, threads::slug, threads::board_id, threads::audience),
        members::name.nullable(),
    )
}

fn case((what, end, post, thread, claimer): Row) -> QueryResult<Case> {
    let claim = match (what.4, claimer, what.5) {
        (Some(by), Some(name), Some(at)) => Some((by, name, at)),
        _ => None,
    };
    let closed = match end {
        (Some(at), Some(outcome), reason) => {
            Some((at, decode(&outcome, Outcome::parse)?, reason.unwrap_or_default()))
        }
        _ => None,
    };
    Ok(Case {
        id: what.0,
        opened_at: what.1,
        harm: what.2,
        reports: what.3,
        claim,
        closed,
        post: post.0,
        number: post.1,
        author: post.2,
        html: SafeHtml::from_store(post.3),
        written_at: post.4,
        is_removed: post.5.is_some(),
        thread: thread.0,
        title: thread.1,
        slug: thread.2,
        board: thread.3,
        audience: thread.4,
    })
}

/// The case of this number.
pub fn find(conn: &mut Conn, id: CaseId) -> QueryResult<Option<Case>> {
    let row: Option<Row> =
        whole().filter(report_cases::id.eq(id)).select(columns()).first(conn).optional()?;
    row.map(case).transpose()
}

/// The open cases, the gravest and oldest first, as many as one looks through.
pub fn open(conn: &mut Conn) -> QueryResult<Vec<Case>> {
    let rows: Vec<Row> = whole()
        .filter(report_cases::closed_at.is_null())
        .order((report_cases::harm.desc(), report_cases::opened_at, report_cases::id))
        .limit(MOST)
        .select(columns())
        .load(conn)?;
    rows.into_iter().map(case).collect()
}

/// Opens a case for a post, unless one is open.
pub fn ensure(conn: &mut Conn, post: PostId, harm: i64, now: Time) -> QueryResult<()> {
    let row = diesel::insert_into(report_cases::table)
        .values((
            report_cases::post_id.eq(post),
            report_cases::opened_at.eq(now),
            report_cases::harm.eq(harm),
        ))
        .on_conflict_do_nothing();
    on_backend!(conn, |c| row.execute(c)).map(|_| ())
}

/// Counts a report in the open case of a post, and answers with the case.
pub fn count_report(conn: &mut Conn, post: PostId, harm: i64) -> QueryResult<CaseId> {
    let open =
        report_cases::table.filter(report_cases::post_id.eq(post)).filter(report_cases::closed_at.is_null());
    let (id, worst): (CaseId, i64) = diesel::update(open)
        .set(report_cases::reports.eq(report_cases::reports + 1))
        .returning((report_cases::id, report_cases::harm))
        .get_result(conn)?;
    if harm > worst {
        diesel::update(report_cases::table.find(id)).set(report_cases::harm.eq(harm)).execute(conn)?;
    }
    Ok(id)
}

/// Writes a report. A second of the same member on the same post fails on the key.
pub fn insert_report(
    conn: &mut Conn,
    case: CaseId,
    post: PostId,
    member: MemberId,
    report: (Reason, &str),
    now: Time,
) -> QueryResult<()> {
    diesel::insert_into(reports::table)
        .values((
            reports::post_id.eq(post),
            reports::member_id.eq(member),
            reports::case_id.eq(case),
            reports::reason.eq(report.0.code()),
            reports::words.eq(report.1),
            reports::reported_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// A report.
#[derive(Clone, Debug)]
pub struct Report {
    /// The name of whoever reported.
    pub by: String,
    /// Their name in addresses.
    pub handle: String,
    /// Why.
    pub reason: Reason,
    /// In their words.
    pub words: String,
    /// When.
    pub at: Time,
}

/// The reports of a case, oldest first.
pub fn reports_of(conn: &mut Conn, case: CaseId) -> QueryResult<Vec<Report>> {
    let rows: Vec<(String, String, String, String, Time)> = reports::table
        .inner_join(members::table)
        .filter(reports::case_id.eq(case))
        .order((reports::reported_at, reports::member_id))
        .limit(200)
        .select((members::name, members::handle, reports::reason, reports::words, reports::reported_at))
        .load(conn)?;
    rows.into_iter()
        .map(|(by, handle, reason, words, at)| {
            Ok(Report { by, handle, reason: decode(&reason, Reason::parse)?, words, at })
        })
        .collect()
}

/// What a member reported about a post: why, when, and what came of it.
pub fn own_report(
    conn: &mut Conn,
    post: PostId,
    member: MemberId,
) -> QueryResult<Option<(Reason, Time, Option<Outcome>)>> {
    let row: Option<(String, Time, Option<String>)> = reports::table
        .inner_join(report_cases::table.on(report_cases::id.eq(reports::case_id)))
        .filter(reports::post_id.eq(post))
        .filter(reports::member_id.eq(member))
        .select((reports::reason, reports::reported_at, report_cases::outcome))
        .first(conn)
        .optional()?;
    row.map(|(reason, at, outcome)| {
        let outcome = outcome.map(|code| decode(&code, Outcome::parse)).transpose()?;
        Ok((decode(&reason, Reason::parse)?, at, outcome))
    })
    .transpose()
}

/// Takes an open case on, and says whether it was free or theirs: of two who come at once, one gets it.
pub fn claim(conn: &mut Conn, id: CaseId, by: MemberId, now: Time) -> QueryResult<bool> {
    let free = report_cases::table
        .find(id)
        .filter(report_cases::closed_at.is_null())
        .filter(report_cases::claimed_by.is_null());
    diesel::update(free)
        .set((report_cases::claimed_by.eq(by), report_cases::claimed_at.eq(now)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Gives an open case back, and says whether it was theirs.
pub fn release(conn: &mut Conn, id: CaseId, by: MemberId) -> QueryResult<bool> {
    let own = report_cases::table
        .find(id)
        .filter(report_cases::closed_at.is_null())
        .filter(report_cases::claimed_by.eq(by));
    diesel::update(own)
        .set((report_cases::claimed_by.eq(None::<MemberId>), report_cases::claimed_at.eq(None::<Time>)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Closes a case that is free or theirs, and says whether it was.
pub fn close(
    conn: &mut Conn,
    id: CaseId,
    by: MemberId,
    outcome: Outcome,
    reason: &str,
    now: Time,
) -> QueryResult<bool> {
    let own = report_cases::table
        .find(id)
        .filter(report_cases::closed_at.is_null())
        .filter(report_cases::claimed_by.is_null().or(report_cases::claimed_by.eq(by)));
    diesel::update(own)
        .set((
            report_cases::closed_at.eq(now),
            report_cases::closed_by.eq(by),
            report_cases::outcome.eq(outcome.code()),
            report_cases::reason.eq(reason),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}
