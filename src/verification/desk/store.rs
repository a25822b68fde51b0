//! The queue, claims, decisions and shifts in the database.

mod shifts;

use diesel::dsl::{exists, not};
use diesel::prelude::*;

pub use shifts::{Shift, insert_shift, on_shift, remove_shift, shifts_of};

use super::rules::{Earlier, Effect, Outcome, Waiting, classes};
use crate::clock::Time;
use crate::db::schema::{document_cases, document_decisions};
use crate::db::{Conn, decode};
use crate::members::MemberId;
use crate::verification::CaseId;
use crate::verification::document::rules::{Class, Reason, State};

/// What stands in the queue.
const QUEUED: [&str; 2] = ["submitted", "referred"];

/// The class of every case that waits, and since when; a claim that ran out holds none back.
pub fn waiting(conn: &mut Conn, now: Time) -> QueryResult<Vec<(Class, Time)>> {
    let rows: Vec<(String, Option<Time>)> = document_cases::table
        .filter(
            document_cases::state.eq_any(QUEUED).or(document_cases::state
                .eq(State::InReview.code())
                .and(document_cases::claimed_until.le(now).assume_not_null())),
        )
        .select((document_cases::class, document_cases::waiting_since))
        .load(conn)?;
    let rows = rows.into_iter().filter_map(|(class, since)| since.map(|since| (class, since)));
    rows.map(|(class, since)| decode(&class, Class::parse).map(|class| (class, since))).collect()
}

/// How many cases wait that this agent may take.
pub fn count_for(conn: &mut Conn, agent: MemberId, is_senior: bool, now: Time) -> QueryResult<i64> {
    document_cases::table
        .filter(
            document_cases::state.eq_any(QUEUED).or(document_cases::state
                .eq(State::InReview.code())
                .and(document_cases::claimed_until.le(now).assume_not_null())),
        )
        .filter(document_cases::class.eq_any(codes(is_senior)))
        .filter(document_cases::member_id.ne(agent))
        .filter(not(exists(
            document_decisions::table
                .filter(document_decisions::case_id.eq(document_cases::id))
                .filter(document_decisions::agent_id.eq(agent)),
        )))
        .count()
        .get_result(conn)
}

fn codes(is_senior: bool) -> Vec<&'static str> {
    classes(is_senior).iter().map(|class| class.code()).collect()
}

type QueueRow = (CaseId, MemberId, String, Option<Time>);

/// The case that [`super::rules::choose`] chooses for this agent. On PostgreSQL its row is locked, and agents who
/// ask meanwhile get the next, or wait whether one comes free after all; on SQLite there is one writer.
pub fn next_for(
    conn: &mut Conn,
    agent: MemberId,
    is_senior: bool,
    waits: bool,
) -> QueryResult<Option<Waiting>> {
    // The codes of the classes, backwards, are in the order in which they are worked on.
    let next = document_cases::table
        .filter(document_cases::state.eq_any(QUEUED))
        .filter(document_cases::class.eq_any(codes(is_senior)))
        .filter(document_cases::member_id.ne(agent))
        .filter(not(exists(
            document_decisions::table
                .filter(document_decisions::case_id.eq(document_cases::id))
                .filter(document_decisions::agent_id.eq(agent)),
        )))
        .order((document_cases::class.desc(), document_cases::waiting_since, document_cases::id))
        .select((
            document_cases::id,
            document_cases::member_id,
            document_cases::class,
            document_cases::waiting_since,
        ))
        .limit(1);
    let row: Option<QueueRow> = match conn {
        Conn::Sqlite(conn) => next.get_result(conn).optional()?,
        Conn::Postgres(conn) if waits => next.for_update().get_result(conn).optional()?,
        Conn::Postgres(conn) => next.for_update().skip_locked().get_result(conn).optional()?,
    };
    let Some((case, member, class, Some(since))) = row else { return Ok(None) };
    Ok(Some(Waiting { case, member, class: decode(&class, Class::parse)?, since }))
}

/// Gives a case that still waits to an agent, and says whether it did.
pub fn claim(conn: &mut Conn, case: CaseId, agent: MemberId, until: Time) -> QueryResult<bool> {
    let free = document_cases::table
        .find(case)
        .filter(document_cases::state.eq_any(QUEUED))
        .filter(document_cases::claimed_by.is_null());
    diesel::update(free)
        .set((
            document_cases::state.eq(State::InReview.code()),
            document_cases::claimed_by.eq(agent),
            document_cases::claimed_until.eq(until),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// The case that an agent holds, and until when.
pub fn held_by(conn: &mut Conn, agent: MemberId, now: Time) -> QueryResult<Option<(CaseId, Time)>> {
    let row: Option<(CaseId, Option<Time>)> = document_cases::table
        .filter(document_cases::state.eq(State::InReview.code()))
        .filter(document_cases::claimed_by.eq(agent))
        .filter(document_cases::claimed_until.gt(now))
        .select((document_cases::id, document_cases::claimed_until))
        .first(conn)
        .optional()?;
    Ok(row.and_then(|(case, until)| until.map(|until| (case, until))))
}

/// Renews the claim of an agent who holds the case, and says whether they do.
pub fn renew(conn: &mut Conn, case: CaseId, agent: MemberId, until: Time, now: Time) -> QueryResult<bool> {
    let held = document_cases::table
        .find(case)
        .filter(document_cases::state.eq(State::InReview.code()))
        .filter(document_cases::claimed_by.eq(agent))
        .filter(document_cases::claimed_until.gt(now));
    diesel::update(held).set(document_cases::claimed_until.eq(until)).execute(conn).map(|rows| rows == 1)
}

/// What becomes of a case that nobody holds any more.
#[derive(AsChangeset)]
#[diesel(table_name = document_cases, treat_none_as_null = true)]
struct Unclaimed {
    state: &'static str,
    claimed_by: Option<MemberId>,
    claimed_until: Option<Time>,
}

impl Unclaimed {
    fn in_state(state: State) -> Self {
        Self { state: state.code(), claimed_by: None, claimed_until: None }
    }
}

/// Puts a case that an agent holds back into the queue, where it keeps its place.
pub fn release(conn: &mut Conn, case: CaseId, agent: MemberId, to: State) -> QueryResult<bool> {
    let held = document_cases::table
        .find(case)
        .filter(document_cases::state.eq(State::InReview.code()))
        .filter(document_cases::claimed_by.eq(agent));
    diesel::update(held).set(Unclaimed::in_state(to)).execute(conn).map(|rows| rows == 1)
}

/// The cases whose claim ran out, with their class; those that somebody else puts back meanwhile are left out.
pub fn lapsed(conn: &mut Conn, now: Time) -> QueryResult<Vec<(CaseId, Class)>> {
    let lapsed = document_cases::table
        .filter(document_cases::state.eq(State::InReview.code()))
        .filter(document_cases::claimed_until.le(now))
        .order(document_cases::id)
        .select((document_cases::id, document_cases::class));
    let rows: Vec<(CaseId, String)> = match conn {
        Conn::Sqlite(conn) => lapsed.load(conn)?,
        Conn::Postgres(conn) => lapsed.for_update().skip_locked().load(conn)?,
    };
    rows.into_iter().map(|(case, class)| decode(&class, Class::parse).map(|class| (case, class))).collect()
}

/// Whether a claim ran out.
pub fn has_lapsed(conn: &mut Conn, now: Time) -> QueryResult<bool> {
    let lapsed = document_cases::table
        .filter(document_cases::state.eq(State::InReview.code()))
        .filter(document_cases::claimed_until.le(now));
    diesel::select(exists(lapsed)).get_result(conn)
}

/// Puts cases whose claim ran out back into the queue.
pub fn put_back(conn: &mut Conn, cases: &[CaseId], to: State, now: Time) -> QueryResult<usize> {
    let lapsed = document_cases::table
        .filter(document_cases::id.eq_any(cases))
        .filter(document_cases::state.eq(State::InReview.code()))
        .filter(document_cases::claimed_until.le(now));
    diesel::update(lapsed).set(Unclaimed::in_state(to)).execute(conn)
}

/// What is sealed of a case: what was typed, the index of the number, and the words of an appeal.
#[derive(Clone, Debug, Queryable)]
pub struct Sealed {
    /// What was typed.
    pub details: Option<Vec<u8>>,
    /// Finds the same document elsewhere.
    pub number_index: Option<String>,
    /// The words of an appeal.
    pub appeal: Option<Vec<u8>>,
}

/// What is sealed of a case.
pub fn sealed(conn: &mut Conn, case: CaseId) -> QueryResult<Sealed> {
    document_cases::table
        .find(case)
        .select((document_cases::sealed_details, document_cases::number_index, document_cases::sealed_appeal))
        .first(conn)
}

/// In which states other members' attempts with the same document are, with their number: whose they are is not
/// told to anybody.
pub fn same_document(conn: &mut Conn, index: &str, member: MemberId) -> QueryResult<Vec<(MemberId, State)>> {
    let rows: Vec<(MemberId, String)> = document_cases::table
        .filter(document_cases::number_index.eq(index))
        .filter(document_cases::member_id.ne(member))
        .select((document_cases::member_id, document_cases::state))
        .distinct()
        .load(conn)?;
    rows.into_iter()
        .map(|(member, state)| decode(&state, State::parse).map(|state| (member, state)))
        .collect()
}

/// A decision about one of a member's attempts.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Its number.
    pub id: i64,
    /// The attempt.
    pub case: CaseId,
    /// Who decided what, and when.
    pub earlier: Earlier,
    /// The answers, as they are kept.
    pub answers: String,
    /// The note, sealed; empty where there is none.
    pub note: String,
}

type DecisionRow = (i64, CaseId, MemberId, String, Option<String>, String, String, Time);

/// What was decided about a member's attempts so far, the newest first.
pub fn about_member(conn: &mut Conn, member: MemberId, limit: i64) -> QueryResult<Vec<Decision>> {
    let rows: Vec<DecisionRow> = document_decisions::table
        .inner_join(document_cases::table.on(document_cases::id.eq(document_decisions::case_id)))
        .filter(document_cases::member_id.eq(member))
        .order(document_decisions::id.desc())
        .limit(limit)
        .select(COLUMNS)
        .load(conn)?;
    rows.into_iter().map(decision).collect()
}

type Columns = (
    document_decisions::id,
    document_decisions::case_id,
    document_decisions::agent_id,
    document_decisions::outcome,
    document_decisions::reason,
    document_decisions::answers,
    document_decisions::note,
    document_decisions::decided_at,
);
const COLUMNS: Columns = (
    document_decisions::id,
    document_decisions::case_id,
    document_decisions::agent_id,
    document_decisions::outcome,
    document_decisions::reason,
    document_decisions::answers,
    document_decisions::note,
    document_decisions::decided_at,
);

fn decision((id, case, agent, outcome, reason, answers, note, at): DecisionRow) -> QueryResult<Decision> {
    let outcome = decode(&outcome, Outcome::parse)?;
    let reason = reason.as_deref().map(|reason| decode(reason, Reason::parse)).transpose()?;
    Ok(Decision { id, case, earlier: Earlier { agent, outcome, reason, at }, answers, note })
}

/// What an agent decided, the newest first, below the one of number `before`; with where each case stands now.
pub fn by_agent(
    conn: &mut Conn,
    agent: MemberId,
    before: i64,
    limit: i64,
) -> QueryResult<Vec<(Decision, State)>> {
    let rows: Vec<(DecisionRow, String)> = document_decisions::table
        .inner_join(document_cases::table.on(document_cases::id.eq(document_decisions::case_id)))
        .filter(document_decisions::agent_id.eq(agent))
        .filter(document_decisions::id.lt(before))
        .order(document_decisions::id.desc())
        .limit(limit)
        .select((COLUMNS, document_cases::state))
        .load(conn)?;
    let rows = rows.into_iter().map(|(row, state)| Ok((decision(row)?, decode(&state, State::parse)?)));
    rows.collect()
}

/// Whether an agent decided about a case before.
pub fn has_decided(conn: &mut Conn, case: CaseId, agent: MemberId) -> QueryResult<bool> {
    let theirs = document_decisions::table
        .filter(document_decisions::case_id.eq(case))
        .filter(document_decisions::agent_id.eq(agent));
    diesel::select(exists(theirs)).get_result(conn)
}

/// Every decision since then: by whom, what, and when.
pub fn since(conn: &mut Conn, since: Time) -> QueryResult<Vec<(MemberId, Outcome, Time)>> {
    let rows: Vec<(MemberId, String, Time)> = document_decisions::table
        .filter(document_decisions::decided_at.ge(since))
        .select((document_decisions::agent_id, document_decisions::outcome, document_decisions::decided_at))
        .load(conn)?;
    let rows =
        rows.into_iter().map(|(agent, outcome, at)| Ok((agent, decode(&outcome, Outcome::parse)?, at)));
    rows.collect()
}

/// When the cases that were decided for their members since then were submitted, and when they were decided.
pub fn waits_since(conn: &mut Conn, since: Time) -> QueryResult<Vec<(Time, Time)>> {
    let rows: Vec<(Option<Time>, Option<Time>)> = document_cases::table
        .filter(document_cases::decided_at.ge(since))
        .filter(document_cases::submitted_at.is_not_null())
        .select((document_cases::submitted_at, document_cases::decided_at))
        .load(conn)?;
    let rows = rows.into_iter().filter_map(|(submitted, decided)| submitted.zip(decided));
    Ok(rows.filter(|(submitted, decided)| submitted <= decided).collect())
}

/// A decision about to be written.
#[derive(Clone, Debug)]
pub struct NewDecision<'a> {
    /// The attempt.
    pub case: CaseId,
    /// Who decides.
    pub agent: MemberId,
    /// What.
    pub outcome: Outcome,
    /// Why.
    pub reason: Option<Reason>,
    /// The answers to the checklist.
    pub answers: &'a str,
    /// The note, sealed.
    pub note: &'a str,
}

/// Writes a decision down.
pub fn insert(conn: &mut Conn, new: &NewDecision<'_>, now: Time) -> QueryResult<()> {
    diesel::insert_into(document_decisions::table)
        .values((
            document_decisions::case_id.eq(new.case),
            document_decisions::agent_id.eq(new.agent),
            document_decisions::outcome.eq(new.outcome.code()),
            document_decisions::reason.eq(new.reason.map(Reason::code)),
            document_decisions::answers.eq(new.answers),
            document_decisions::note.eq(new.note),
            document_decisions::decided_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Moves a case that an agent holds to where their decision leads, and says whether they held it. A case that
/// goes to another agent keeps its place among those that wait.
pub fn settle(
    conn: &mut Conn,
    case: CaseId,
    agent: MemberId,
    effect: &Effect,
    now: Time,
) -> QueryResult<bool> {
    let held = document_cases::table
        .find(case)
        .filter(document_cases::state.eq(State::InReview.code()))
        .filter(document_cases::claimed_by.eq(agent))
        .filter(document_cases::claimed_until.gt(now));
    let (state, class) = effect.place;
    diesel::update(held)
        .set((
            document_cases::state.eq(state.code()),
            document_cases::class.eq(class.code()),
            document_cases::claimed_by.eq(None::<MemberId>),
            document_cases::claimed_until.eq(None::<Time>),
            document_cases::reason.eq(effect.told.map(Reason::code)),
            document_cases::resubmissions.eq(document_cases::resubmissions + i64::from(effect.asks_again)),
            effect.asks_again.then(|| document_cases::touched_at.eq(now)),
            effect.is_decided.then(|| document_cases::decided_at.eq(now)),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}
