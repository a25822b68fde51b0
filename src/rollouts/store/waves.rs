//! Waves, and the figures that they come from.

use chrono::TimeDelta;
use diesel::dsl::{count_star, exists, not};
use diesel::prelude::*;

use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{calls, rollout_members, rollout_waves, rollouts};
use crate::rollouts::RolloutId;
use crate::rollouts::rules::{Invitation, Phase};

/// A wave as it was opened.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Wave {
    /// Counted from 1.
    pub number: i64,
    /// When.
    pub opened_at: Time,
    /// How many were invited.
    pub size: i64,
    /// How many might have been outstanding together.
    pub capacity: i64,
    /// How many were outstanding before it.
    pub outstanding: i64,
    /// Minutes of the agents' shifts in the week ahead.
    pub shift_minutes: i64,
    /// Calls that were to come already.
    pub backlog: i64,
    /// Seconds of a call with what is written down after it.
    pub call_seconds: i64,
    /// Of a hundred minutes on shift, how many are talked.
    pub fill_percent: i64,
    /// Of a hundred who are invited, how many accept.
    pub accept_percent: i64,
}

/// Writes a wave down. The database refuses a number that is taken and a wave that is too large.
pub fn add_wave(conn: &mut Conn, rollout: RolloutId, wave: &Wave) -> QueryResult<()> {
    diesel::insert_into(rollout_waves::table)
        .values((
            rollout_waves::rollout_id.eq(rollout),
            rollout_waves::number.eq(wave.number),
            rollout_waves::opened_at.eq(wave.opened_at),
            rollout_waves::size.eq(wave.size),
            rollout_waves::capacity.eq(wave.capacity),
            rollout_waves::outstanding.eq(wave.outstanding),
            rollout_waves::shift_minutes.eq(wave.shift_minutes),
            rollout_waves::backlog.eq(wave.backlog),
            rollout_waves::call_seconds.eq(wave.call_seconds),
            rollout_waves::fill_percent.eq(wave.fill_percent),
            rollout_waves::accept_percent.eq(wave.accept_percent),
        ))
        .execute(conn)
        .map(|_| ())
}

/// The waves of a rollout, the newest first.
pub fn waves(conn: &mut Conn, rollout: RolloutId, limit: i64) -> QueryResult<Vec<Wave>> {
    rollout_waves::table
        .filter(rollout_waves::rollout_id.eq(rollout))
        .order(rollout_waves::number.desc())
        .limit(limit)
        .select((
            rollout_waves::number,
            rollout_waves::opened_at,
            rollout_waves::size,
            rollout_waves::capacity,
            rollout_waves::outstanding,
            rollout_waves::shift_minutes,
            rollout_waves::backlog,
            rollout_waves::call_seconds,
            rollout_waves::fill_percent,
            rollout_waves::accept_percent,
        ))
        .load(conn)
}

/// How many invitations are without an answer: of one rollout, and of all that run.
pub fn outstanding(conn: &mut Conn, rollout: RolloutId) -> QueryResult<(i64, i64)> {
    let rows: Vec<(RolloutId, i64)> = rollout_members::table
        .inner_join(rollouts::table)
        .filter(rollouts::state.eq_any(Phase::codes(Phase::runs)))
        .filter(rollout_members::state.eq_any([Invitation::Invited.code(), Invitation::Seen.code()]))
        .group_by(rollout_members::rollout_id)
        .select((rollout_members::rollout_id, count_star()))
        .load(conn)?;
    let own = rows.iter().find(|(id, _)| *id == rollout).map_or(0, |(_, count)| *count);
    Ok((own, rows.into_iter().map(|(_, count)| count).sum()))
}

/// How many calls are to come already: of everybody who accepted and is not decided, and of members outside any
/// rollout who have a call before them.
pub fn backlog(conn: &mut Conn) -> QueryResult<i64> {
    let accepted = || {
        rollout_members::table
            .inner_join(rollouts::table)
            .filter(rollouts::state.eq_any(Phase::codes(Phase::runs)))
            .filter(rollout_members::state.eq(Invitation::Accepted.code()))
    };
    let invited: i64 = accepted().count().get_result(conn)?;
    let own = rollout_members::table
        .filter(rollout_members::member_id.eq(calls::member_id))
        .filter(rollout_members::state.eq(Invitation::Accepted.code()));
    let others: i64 = calls::table
        .filter(calls::state.eq_any(["held", "booked", "queued", "waiting", "in-call"]))
        .filter(not(exists(own)))
        .count()
        .get_result(conn)?;
    Ok(invited + others)
}

/// How many seconds each of the calls took that were decided since then, the newest first.
pub fn call_seconds(conn: &mut Conn, since: Time, limit: i64) -> QueryResult<Vec<TimeDelta>> {
    let rows: Vec<(Option<Time>, Option<Time>)> = calls::table
        .filter(calls::decided_at.ge(since))
        .filter(calls::began_at.is_not_null())
        .order(calls::decided_at.desc())
        .limit(limit)
        .select((calls::began_at, calls::decided_at))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(from, to)| Some(to? - from?))
        .filter(|span| *span > TimeDelta::zero())
        .collect())
}

/// Of the invitations that were answered or lapsed since then: how many were accepted, and how many there were.
pub fn acceptance(conn: &mut Conn, since: Time) -> QueryResult<(i64, i64)> {
    let answered = || {
        rollout_members::table.filter(rollout_members::invited_at.ge(since)).filter(
            rollout_members::state.eq_any([
                Invitation::Accepted.code(),
                Invitation::Settled.code(),
                Invitation::Declined.code(),
                Invitation::Lapsed.code(),
            ]),
        )
    };
    let said_yes = rollout_members::state
        .eq_any([Invitation::Accepted.code(), Invitation::Settled.code()])
        .or(rollout_members::state
            .eq(Invitation::Lapsed.code())
            .and(rollout_members::answered_at.is_not_null()));
    Ok((answered().filter(said_yes).count().get_result(conn)?, answered().count().get_result(conn)?))
}
