//! Agents' shifts in the database.

use diesel::prelude::*;

use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::agent_shifts;
use crate::members::MemberId;
use crate::verification::desk::ShiftId;
use crate::verification::desk::rules::Span;

/// A shift of an agent.
#[derive(Clone, Copy, Debug)]
pub struct Shift {
    /// Its number.
    pub id: ShiftId,
    /// From when until when.
    pub span: Span,
}

/// The shifts of an agent that are not over, the next first.
pub fn shifts_of(conn: &mut Conn, agent: MemberId, now: Time) -> QueryResult<Vec<Shift>> {
    let rows: Vec<(ShiftId, Time, Time)> = agent_shifts::table
        .filter(agent_shifts::agent_id.eq(agent))
        .filter(agent_shifts::ends_at.gt(now))
        .order((agent_shifts::ends_at, agent_shifts::id))
        .select((agent_shifts::id, agent_shifts::starts_at, agent_shifts::ends_at))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, starts, ends)| Shift { id, span: Span { starts, ends } }).collect())
}

/// Enters a shift.
pub fn insert_shift(conn: &mut Conn, agent: MemberId, span: Span, now: Time) -> QueryResult<()> {
    diesel::insert_into(agent_shifts::table)
        .values((
            agent_shifts::agent_id.eq(agent),
            agent_shifts::starts_at.eq(span.starts),
            agent_shifts::ends_at.eq(span.ends),
            agent_shifts::entered_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Takes out a shift of an agent that is not over, and says whether there was one.
pub fn remove_shift(conn: &mut Conn, id: ShiftId, agent: MemberId, now: Time) -> QueryResult<bool> {
    let own = agent_shifts::table
        .find(id)
        .filter(agent_shifts::agent_id.eq(agent))
        .filter(agent_shifts::ends_at.gt(now));
    diesel::delete(own).execute(conn).map(|rows| rows == 1)
}

/// How many agents are there at this moment.
pub fn on_shift(conn: &mut Conn, now: Time) -> QueryResult<i64> {
    agent_shifts::table
        .filter(agent_shifts::starts_at.le(now))
        .filter(agent_shifts::ends_at.gt(now))
        .select(diesel::dsl::count(agent_shifts::agent_id).aggregate_distinct())
        .get_result(conn)
}
