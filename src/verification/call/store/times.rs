//! Times that are free or taken, and calls whose time has come.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::{Call, Row};
use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{agent_shifts, calls, member_roles};
use crate::members::MemberId;
use crate::members::rules::Role;
use crate::verification::CaseId;
use crate::verification::call::CallId;
use crate::verification::call::rules::State;
use crate::verification::call::rules::slots::Shift;

/// How many waits are measured at most, the newest first.
const SAMPLES: i64 = 1_000;

/// The shifts of agents in this span.
pub fn shifts(conn: &mut Conn, from: Time, to: Time) -> QueryResult<Vec<Shift>> {
    let agents = member_roles::table
        .filter(member_roles::role.eq_any([Role::VerificationAgent.code(), Role::SeniorAgent.code()]))
        .select(member_roles::member_id);
    let rows: Vec<(MemberId, Time, Time)> = agent_shifts::table
        .filter(agent_shifts::ends_at.gt(from))
        .filter(agent_shifts::starts_at.lt(to))
        .filter(agent_shifts::agent_id.eq_any(agents))
        .order((agent_shifts::starts_at, agent_shifts::id))
        .select((agent_shifts::agent_id, agent_shifts::starts_at, agent_shifts::ends_at))
        .load(conn)?;
    Ok(rows.into_iter().map(|(agent, starts, ends)| Shift { agent, starts, ends }).collect())
}

/// Which agents have a call when, in this span. A time that is held no longer is free.
pub fn taken(conn: &mut Conn, from: Time, to: Time, now: Time) -> QueryResult<Vec<(MemberId, Time)>> {
    let rows: Vec<(Option<MemberId>, Option<Time>)> = calls::table
        .filter(calls::state.eq_any(["held", "booked", "waiting", "in-call"]))
        .filter(calls::starts_at.ge(from))
        .filter(calls::starts_at.le(to))
        .filter(calls::held_until.is_null().or(calls::held_until.gt(now).assume_not_null()))
        .select((calls::agent_id, calls::starts_at))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(agent, starts)| agent.zip(starts)).collect())
}

/// A call about to be begun.
#[derive(Clone, Copy, Debug)]
pub struct NewCall {
    /// Whose.
    pub member: MemberId,
    /// The approved document.
    pub case: CaseId,
    /// The policy of the document.
    pub policy_version: i64,
    /// Where it begins.
    pub state: State,
    /// With whom, from when until when; nothing for the queue.
    pub slot: Option<(MemberId, Time, Time)>,
    /// Until when the time is held.
    pub held_until: Option<Time>,
    /// Whether an aborted call put it first.
    pub is_first: bool,
}

/// Begins a call. Of two for one time, or of one member, the database refuses the second.
pub fn insert(conn: &mut Conn, new: &NewCall, now: Time) -> QueryResult<CallId> {
    let (agent, starts, ends) =
        new.slot.map_or((None, None, None), |(agent, starts, ends)| (Some(agent), Some(starts), Some(ends)));
    let queued_at = new.slot.is_none().then_some(now);
    diesel::insert_into(calls::table)
        .values((
            calls::member_id.eq(new.member),
            calls::case_id.eq(new.case),
            calls::policy_version.eq(new.policy_version),
            calls::state.eq(new.state.code()),
            calls::agent_id.eq(agent),
            calls::starts_at.eq(starts),
            calls::ends_at.eq(ends),
            calls::held_until.eq(new.held_until),
            calls::queued_at.eq(queued_at),
            calls::is_first.eq(new.is_first),
            calls::made_at.eq(now),
        ))
        .returning(calls::id)
        .get_result(conn)
}

/// Ends what is held no longer, and says how many that were.
pub fn end_holds(conn: &mut Conn, now: Time) -> QueryResult<usize> {
    let over = calls::table.filter(calls::state.eq(State::Held.code())).filter(calls::held_until.le(now));
    diesel::update(over)
        .set((
            calls::state.eq(State::Cancelled.code()),
            calls::held_until.eq(None::<Time>),
            calls::ended_at.eq(now),
        ))
        .execute(conn)
}

fn read(rows: Vec<Row>) -> QueryResult<Vec<Call>> {
    rows.into_iter().map(Row::read).collect()
}

/// Booked calls that began before then, and whose member is not there.
pub fn late(conn: &mut Conn, began_before: Time, limit: i64) -> QueryResult<Vec<Call>> {
    let rows = calls::table
        .filter(calls::state.eq(State::Booked.code()))
        .filter(calls::starts_at.le(began_before))
        .order(calls::id)
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    read(rows)
}

/// Booked calls that are over, and whose agent never let the member in.
pub fn stood_up(conn: &mut Conn, now: Time, limit: i64) -> QueryResult<Vec<Call>> {
    let rows = calls::table
        .filter(calls::state.eq(State::Waiting.code()))
        .filter(calls::ends_at.le(now))
        .order(calls::id)
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    read(rows)
}

/// Calls that were taken from the queue before then, and whose member did not come in.
pub fn turn_over(conn: &mut Conn, taken_before: Time, limit: i64) -> QueryResult<Vec<Call>> {
    let rows = calls::table
        .filter(calls::state.eq(State::Queued.code()))
        .filter(calls::taken_at.le(taken_before))
        .order(calls::id)
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    read(rows)
}

/// Calls in the queue that nobody took and of whose member nothing was heard since then.
pub fn left_queue(conn: &mut Conn, heard_before: Time, limit: i64) -> QueryResult<Vec<Call>> {
    let rows = calls::table
        .filter(calls::state.eq(State::Queued.code()))
        .filter(calls::agent_id.is_null())
        .filter(calls::queued_at.le(heard_before))
        .filter(calls::seen_at.is_null().or(calls::seen_at.le(heard_before).assume_not_null()))
        .order(calls::id)
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    read(rows)
}

/// Calls under way whose two have not been together since then.
pub fn apart(conn: &mut Conn, since: Time, limit: i64) -> QueryResult<Vec<Call>> {
    let rows = calls::table
        .filter(calls::state.eq(State::InCall.code()))
        .filter(calls::began_at.le(since))
        .filter(calls::together_at.is_null().or(calls::together_at.le(since).assume_not_null()))
        .order(calls::id)
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    read(rows)
}

/// Booked calls that begin until then.
pub fn to_remind(conn: &mut Conn, now: Time, until: Time, limit: i64) -> QueryResult<Vec<Call>> {
    let rows = calls::table
        .filter(calls::state.eq(State::Booked.code()))
        .filter(calls::starts_at.gt(now))
        .filter(calls::starts_at.le(until))
        .order((calls::starts_at, calls::id))
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    read(rows)
}

/// Whether there is anything for the job to do: so that nothing is written while all is well.
pub fn lapsed(
    conn: &mut Conn,
    now: Time,
    late: Time,
    turn: Time,
    apart: Time,
    gone: Time,
) -> QueryResult<bool> {
    let state = |state: State| calls::state.eq(state.code());
    let due = calls::table.filter(
        (state(State::Held).and(calls::held_until.le(now).assume_not_null()))
            .or(state(State::Booked).and(calls::starts_at.le(late).assume_not_null()))
            .or(state(State::Waiting).and(calls::ends_at.le(now).assume_not_null()))
            .or(state(State::Queued).and(calls::taken_at.le(turn).assume_not_null()))
            .or(state(State::Queued).and(calls::queued_at.le(gone).assume_not_null()))
            .or(state(State::InCall).and(calls::began_at.le(apart).assume_not_null())),
    );
    diesel::select(diesel::dsl::exists(due)).get_result(conn)
}

/// How long it took from asking for a call to its beginning, of those decided since then, the newest first.
pub fn waits(conn: &mut Conn, since: Time) -> QueryResult<Vec<TimeDelta>> {
    let rows: Vec<(Time, Option<Time>)> = calls::table
        .filter(calls::decided_at.ge(since))
        .order(calls::decided_at.desc())
        .limit(SAMPLES)
        .select((calls::made_at, calls::began_at))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(from, to)| Some(to? - from)).collect())
}
