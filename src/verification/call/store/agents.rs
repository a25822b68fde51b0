//! What agents and the queue ask for.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use diesel::prelude::*;

use super::{Call, Row};
use crate::clock::Time;
use crate::db::schema::{agent_shifts, calls, document_decisions, members};
use crate::db::{Conn, decode};
use crate::members::MemberId;
use crate::verification::call::CallId;
use crate::verification::call::rules::State;
use crate::verification::call::rules::queue::Waiting;

/// Most of a queue that is looked at.
const QUEUE: i64 = 500;
/// How many talks are measured.
const SAMPLES: i64 = 50;

type QueueRow = (CallId, MemberId, Option<Time>, bool, String, Option<Time>);

/// Everybody in the queue whom no agent took, in no order that matters.
pub fn queue(conn: &mut Conn) -> QueryResult<Vec<Waiting>> {
    let rows: Vec<QueueRow> = calls::table
        .filter(calls::state.eq_any([State::Queued.code(), State::Waiting.code()]))
        .filter(calls::queued_at.is_not_null())
        .filter(calls::agent_id.is_null())
        .order((calls::is_first.desc(), calls::queued_at, calls::id))
        .limit(QUEUE)
        .select((
            calls::id,
            calls::member_id,
            calls::queued_at,
            calls::is_first,
            calls::state,
            calls::seen_at,
        ))
        .load(conn)?;
    let read = |(call, member, since, is_first, state, seen_at): QueueRow| {
        let is_inside = decode(&state, State::parse)? == State::Waiting;
        Ok(since.map(|since| Waiting { call, member, since, is_first, is_inside, seen_at }))
    };
    rows.into_iter().filter_map(|row| read(row).transpose()).collect()
}

/// Of these cases, those about whose document this agent decided.
pub fn waiting_cases(conn: &mut Conn, agent: MemberId) -> QueryResult<BTreeSet<CallId>> {
    let rows: Vec<CallId> = calls::table
        .inner_join(document_decisions::table.on(document_decisions::case_id.eq(calls::case_id)))
        .filter(calls::state.eq_any([State::Queued.code(), State::Waiting.code()]))
        .filter(document_decisions::agent_id.eq(agent))
        .select(calls::id)
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Open calls of members to whom this agent talked before without passing them.
pub fn refused_by(conn: &mut Conn, agent: MemberId) -> QueryResult<BTreeSet<CallId>> {
    let earlier = diesel::alias!(calls as earlier);
    let rows: Vec<CallId> = calls::table
        .inner_join(earlier.on(earlier.field(calls::case_id).eq(calls::case_id)))
        .filter(calls::state.eq_any([State::Queued.code(), State::Waiting.code()]))
        .filter(earlier.field(calls::agent_id).eq(agent))
        .filter(earlier.field(calls::decided_at).is_not_null())
        .select(calls::id)
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// A call from the queue that an agent took, or one they are in: they see to it before they take another.
pub fn holding(conn: &mut Conn, agent: MemberId) -> QueryResult<Option<Call>> {
    let row = calls::table
        .filter(calls::agent_id.eq(agent))
        .filter(
            calls::state.eq(State::InCall.code()).or(calls::queued_at
                .is_not_null()
                .and(calls::state.eq_any([State::Queued.code(), State::Waiting.code()]))),
        )
        .order(calls::id)
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::read).transpose()
}

/// When the next booked call of an agent begins.
pub fn next_booking(conn: &mut Conn, agent: MemberId, after: Time) -> QueryResult<Option<Time>> {
    calls::table
        .filter(calls::agent_id.eq(agent))
        .filter(calls::state.eq_any([State::Booked.code(), State::Waiting.code()]))
        .filter(calls::starts_at.gt(after))
        .select(diesel::dsl::min(calls::starts_at))
        .first(conn)
}

/// The agents who are there at this moment.
pub fn on_shift(conn: &mut Conn, now: Time) -> QueryResult<Vec<MemberId>> {
    agent_shifts::table
        .filter(agent_shifts::starts_at.le(now))
        .filter(agent_shifts::ends_at.gt(now))
        .select(agent_shifts::agent_id)
        .distinct()
        .load(conn)
}

/// The agents who are in a call.
pub fn talking(conn: &mut Conn) -> QueryResult<Vec<MemberId>> {
    let rows: Vec<Option<MemberId>> =
        calls::table.filter(calls::state.eq(State::InCall.code())).select(calls::agent_id).load(conn)?;
    Ok(rows.into_iter().flatten().collect())
}

/// How long the last calls were.
pub fn expected(conn: &mut Conn) -> QueryResult<Vec<TimeDelta>> {
    let rows: Vec<(Option<Time>, Option<Time>)> = calls::table
        .filter(calls::decided_at.is_not_null())
        .order(calls::decided_at.desc())
        .limit(SAMPLES)
        .select((calls::began_at, calls::decided_at))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(began, decided)| Some(decided? - began?)).collect())
}

/// A call as an agent's list shows it.
#[derive(Clone, Debug)]
pub struct Booking {
    /// The call.
    pub call: Call,
    /// The member's display name.
    pub name: String,
}

/// The booked calls of an agent in this span, the next first.
pub fn bookings(conn: &mut Conn, agent: MemberId, from: Time, to: Time) -> QueryResult<Vec<Booking>> {
    let rows: Vec<(Row, String)> = calls::table
        .inner_join(members::table.on(members::id.eq(calls::member_id)))
        .filter(calls::agent_id.eq(agent))
        .filter(calls::state.ne_all([State::Held.code(), State::Cancelled.code()]))
        .filter(calls::starts_at.ge(from))
        .filter(calls::starts_at.lt(to))
        .order((calls::starts_at, calls::id))
        .select((Row::as_select(), members::name))
        .load(conn)?;
    rows.into_iter().map(|(row, name)| Ok(Booking { call: row.read()?, name })).collect()
}

/// What an agent did since then: how many calls they decided, and how long they talked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mine {
    /// Calls with a decision.
    pub decided: usize,
    /// How long they talked.
    pub talked: TimeDelta,
}

/// What an agent did since then.
pub fn decided_since(conn: &mut Conn, agent: MemberId, since: Time) -> QueryResult<Mine> {
    let rows: Vec<(Option<Time>, Option<Time>)> = calls::table
        .filter(calls::agent_id.eq(agent))
        .filter(calls::decided_at.ge(since))
        .select((calls::began_at, calls::decided_at))
        .load(conn)?;
    let spans = rows.iter().filter_map(|(began, decided)| Some((*decided)? - (*began)?));
    Ok(Mine { decided: rows.len(), talked: spans.sum() })
}
