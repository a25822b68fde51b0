//! How many invitations the agents can serve, from what is measured now.

use chrono::TimeDelta;

use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::rollouts::rules::{Crew, Measured, wave};
use crate::rollouts::store::{self, Rollout};
use crate::verification::call::store as calls;
use crate::verification::rules::waits::median;

/// The time ahead whose shifts serve a wave.
const AHEAD: TimeDelta = TimeDelta::days(7);
/// Over how long calls and answers are measured.
const MEASURED: TimeDelta = TimeDelta::days(60);
/// Under how many calls or answers a measure says nothing, and the first values stand.
const ENOUGH: i64 = 50;
/// The longest series that is measured.
const SAMPLES: i64 = 1_000;

/// What the agents can serve, and what is outstanding already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// The agents.
    pub crew: Crew,
    /// How it went so far.
    pub measured: Measured,
    /// How many invitations may be outstanding together.
    pub capacity: u64,
    /// How many are outstanding, of all rollouts.
    pub outstanding: u64,
    /// How many more may leave.
    pub free: u64,
}

/// How many more invitations of a rollout may leave now.
///
/// # Errors
/// When the database fails.
pub fn room(conn: &mut Conn, rollout: &Rollout, now: Time) -> Result<Room, Error> {
    let shifts = calls::shifts(conn, now, now + AHEAD)?;
    let minutes = |shift: &crate::verification::call::rules::slots::Shift| {
        (shift.ends.min(now + AHEAD) - shift.starts.max(now)).num_minutes()
    };
    let crew = Crew {
        shift_minutes: shifts.iter().map(minutes).map(whole).sum(),
        backlog: whole(store::backlog(conn)?),
    };
    let measured = measured(conn, now)?;
    let (own, all) = store::outstanding(conn, rollout.id)?;
    // The most of one rollout is its own; the agents are shared by all.
    let capacity = wave(crew, measured, u64::MAX).min(whole(rollout.plan.most) + whole(all - own));
    let outstanding = whole(all);
    Ok(Room { crew, measured, capacity, outstanding, free: capacity.saturating_sub(outstanding) })
}

/// What was measured takes the place of the first values as soon as there is enough of it. The share of the shifts that
/// is talked is not measured: while agents wait for members it would be low because few are invited, and ever fewer
/// would be.
fn measured(conn: &mut Conn, now: Time) -> Result<Measured, Error> {
    let talks = store::call_seconds(conn, now - MEASURED, SAMPLES)?;
    let (accepted, answered) = store::acceptance(conn, now - MEASURED)?;
    let mut measured = Measured::AT_FIRST;
    if i64::try_from(talks.len()).unwrap_or(i64::MAX) >= ENOUGH
        && let Some(half) = median(talks)
    {
        measured.call_seconds = whole(half.num_seconds()).max(60);
    }
    if answered >= ENOUGH {
        measured.accept_percent = whole((accepted * 100).div_euclid(answered) + 1).min(100);
    }
    Ok(measured)
}

fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}
