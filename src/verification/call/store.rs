//! Calls in the database.

use diesel::prelude::*;

use super::CallId;
use super::rules::State;
use crate::clock::Time;
use crate::db::schema::calls;
use crate::db::{Conn, decode};
use crate::members::MemberId;

/// A live call.
#[derive(Clone, Debug)]
pub struct Call {
    /// Its number.
    pub id: CallId,
    /// Whose.
    pub member: MemberId,
    /// Where it stands.
    pub state: State,
    /// The agent of the booking, or whoever took it from the queue.
    pub agent: Option<MemberId>,
    /// The booked beginning.
    pub starts_at: Option<Time>,
    /// The booked end.
    pub ends_at: Option<Time>,
}

type Row = (CallId, MemberId, String, Option<MemberId>, Option<Time>, Option<Time>);

fn read((id, member, state, agent, starts_at, ends_at): Row) -> QueryResult<Call> {
    Ok(Call { id, member, state: decode(&state, State::parse)?, agent, starts_at, ends_at })
}

/// One call.
pub fn find(conn: &mut Conn, id: CallId) -> QueryResult<Option<Call>> {
    let row: Option<Row> = calls::table
        .find(id)
        .select((calls::id, calls::member_id, calls::state, calls::agent_id, calls::starts_at, calls::ends_at))
        .first(conn)
        .optional()?;
    row.map(read).transpose()
}

/// The call of a member that is to come, or under way.
pub fn open_of(conn: &mut Conn, member: MemberId) -> QueryResult<Option<Call>> {
    let row: Option<Row> = calls::table
        .filter(calls::member_id.eq(member))
        .filter(calls::state.eq_any(["held", "booked", "queued", "waiting", "in-call"]))
        .select((calls::id, calls::member_id, calls::state, calls::agent_id, calls::starts_at, calls::ends_at))
        .first(conn)
        .optional()?;
    row.map(read).transpose()
}

/// The member comes into the waiting room.
pub fn arrive(conn: &mut Conn, id: CallId, from: State, now: Time) -> QueryResult<bool> {
    diesel::update(calls::table.find(id).filter(calls::state.eq(from.code())))
        .set((calls::state.eq(State::Waiting.code()), calls::waiting_at.eq(now)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Both are connected.
pub fn set_together(conn: &mut Conn, id: CallId, now: Time) -> QueryResult<bool> {
    diesel::update(calls::table.find(id).filter(calls::state.eq(State::InCall.code())))
        .set(calls::together_at.eq(now))
        .execute(conn)
        .map(|rows| rows == 1)
}
