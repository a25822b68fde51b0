//! Drafts of policies in the database.

use diesel::dsl::insert_into;
use diesel::prelude::*;

use super::DraftId;
use super::rules::Phase;
use crate::badges::rules::{Carry, Terms};
use crate::clock::Time;
use crate::db::schema::{policy_drafts, policy_writers};
use crate::db::{Conn, decode};
use crate::members::MemberId;

/// A draft.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Number.
    pub id: DraftId,
    /// What it says.
    pub terms: Terms,
    /// How far it has come.
    pub phase: Phase,
    /// Counts each change: whoever changes it names the version they saw.
    pub version: i64,
    /// Who began it.
    pub drafted_by: MemberId,
    /// When it was changed last.
    pub changed_at: Time,
    /// Who approved it.
    pub approved_by: Option<MemberId>,
    /// The version it was published as.
    pub published_as: Option<i64>,
}

type Row = (
    (DraftId, String, String, i64, i64, i64, String),
    (String, i64, MemberId, Time, Option<MemberId>, Option<i64>),
);

#[diesel::dsl::auto_type]
fn columns() -> _ {
    (
        (
            policy_drafts::id,
            policy_drafts::checked,
            policy_drafts::words,
            policy_drafts::valid_months,
            policy_drafts::settling_minutes,
            policy_drafts::promise_hours,
            policy_drafts::carries,
        ),
        (
            policy_drafts::state,
            policy_drafts::version,
            policy_drafts::drafted_by,
            policy_drafts::changed_at,
            policy_drafts::approved_by,
            policy_drafts::published_as,
        ),
    )
}

fn draft(((id, checked, words, months, minutes, hours, carries), state): Row) -> QueryResult<Draft> {
    Ok(Draft {
        id,
        terms: Terms {
            checked,
            words,
            valid_months: months,
            settling_minutes: minutes,
            promise_hours: hours,
            carries: decode(&carries, Carry::read)?,
        },
        phase: decode(&state.0, Phase::parse)?,
        version: state.1,
        drafted_by: state.2,
        changed_at: state.3,
        approved_by: state.4,
        published_as: state.5,
    })
}

/// The draft of this number.
pub fn find(conn: &mut Conn, id: DraftId) -> QueryResult<Option<Draft>> {
    let row: Option<Row> = policy_drafts::table.find(id).select(columns()).first(conn).optional()?;
    row.map(draft).transpose()
}

/// Drafts that are not published, the last changed first.
pub fn open(conn: &mut Conn, limit: i64) -> QueryResult<Vec<Draft>> {
    let rows: Vec<Row> = policy_drafts::table
        .filter(policy_drafts::state.ne(Phase::Published.code()))
        .order((policy_drafts::changed_at.desc(), policy_drafts::id.desc()))
        .limit(limit)
        .select(columns())
        .load(conn)?;
    rows.into_iter().map(draft).collect()
}

/// Everybody who wrote on a draft, in the order of their numbers.
pub fn writers(conn: &mut Conn, id: DraftId) -> QueryResult<Vec<MemberId>> {
    policy_writers::table
        .filter(policy_writers::draft_id.eq(id))
        .order(policy_writers::member_id)
        .select(policy_writers::member_id)
        .load(conn)
}

/// Begins a draft.
pub fn insert(conn: &mut Conn, by: MemberId, terms: &Terms, now: Time) -> QueryResult<DraftId> {
    insert_into(policy_drafts::table)
        .values((
            (
                policy_drafts::checked.eq(&terms.checked),
                policy_drafts::words.eq(&terms.words),
                policy_drafts::valid_months.eq(terms.valid_months),
                policy_drafts::settling_minutes.eq(terms.settling_minutes),
                policy_drafts::promise_hours.eq(terms.promise_hours),
                policy_drafts::carries.eq(Carry::written(&terms.carries)),
            ),
            (
                policy_drafts::state.eq(Phase::Draft.code()),
                policy_drafts::version.eq(1_i64),
                policy_drafts::drafted_by.eq(by),
                policy_drafts::drafted_at.eq(now),
                policy_drafts::changed_at.eq(now),
            ),
        ))
        .returning(policy_drafts::id)
        .get_result(conn)
}

/// Notes that somebody wrote on a draft for the first time.
pub fn note_writer(conn: &mut Conn, id: DraftId, by: MemberId) -> QueryResult<()> {
    insert_into(policy_writers::table)
        .values((policy_writers::draft_id.eq(id), policy_writers::member_id.eq(by)))
        .execute(conn)
        .map(|_| ())
}

/// Takes a draft's next version, and says whether it was still the one that was seen.
pub fn take(conn: &mut Conn, id: DraftId, version: i64, now: Time) -> QueryResult<bool> {
    let seen = policy_drafts::table.find(id).filter(policy_drafts::version.eq(version));
    let next = (policy_drafts::version.eq(version + 1), policy_drafts::changed_at.eq(now));
    diesel::update(seen).set(next).execute(conn).map(|count| count == 1)
}

/// Writes what a draft says; nobody has approved it then.
pub fn save(conn: &mut Conn, id: DraftId, terms: &Terms) -> QueryResult<()> {
    diesel::update(policy_drafts::table.find(id))
        .set((
            policy_drafts::checked.eq(&terms.checked),
            policy_drafts::words.eq(&terms.words),
            policy_drafts::valid_months.eq(terms.valid_months),
            policy_drafts::settling_minutes.eq(terms.settling_minutes),
            policy_drafts::promise_hours.eq(terms.promise_hours),
            policy_drafts::carries.eq(Carry::written(&terms.carries)),
            policy_drafts::state.eq(Phase::Draft.code()),
            policy_drafts::approved_by.eq(None::<MemberId>),
            policy_drafts::approved_at.eq(None::<Time>),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Notes who approved a draft.
pub fn approve(conn: &mut Conn, id: DraftId, by: MemberId, now: Time) -> QueryResult<()> {
    diesel::update(policy_drafts::table.find(id))
        .set((
            policy_drafts::state.eq(Phase::Approved.code()),
            policy_drafts::approved_by.eq(by),
            policy_drafts::approved_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Notes as which version a draft was published.
pub fn set_published(conn: &mut Conn, id: DraftId, version: i64) -> QueryResult<()> {
    diesel::update(policy_drafts::table.find(id))
        .set((policy_drafts::state.eq(Phase::Published.code()), policy_drafts::published_as.eq(version)))
        .execute(conn)
        .map(|_| ())
}

/// Throws a draft away.
pub fn delete(conn: &mut Conn, id: DraftId) -> QueryResult<()> {
    diesel::delete(policy_writers::table.filter(policy_writers::draft_id.eq(id))).execute(conn)?;
    diesel::delete(policy_drafts::table.find(id)).execute(conn).map(|_| ())
}
