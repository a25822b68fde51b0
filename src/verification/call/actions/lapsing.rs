//! What ends by itself: held times, missed calls, calls that broke off; and reminders.

use chrono::TimeDelta;

use super::booking::step;
use super::subject;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::events::rules::Event;
use crate::verification::call::rules::queue::GONE;
use crate::verification::call::rules::{APART, LATE, Move, State, TURN, is_reminder_due};
use crate::verification::call::store::{self, Call, NewCall};
use crate::{events, members};

/// As many of each as one step takes.
const BATCH: i64 = 100;
/// How long before a call the first reminder leaves.
const AHEAD: TimeDelta = TimeDelta::hours(24);

/// Whether anything is due: so that nothing is written while all is well.
///
/// # Errors
/// When the database fails.
pub fn is_anything_due(conn: &mut Conn, now: Time) -> Result<bool, Error> {
    Ok(store::lapsed(conn, now, now - LATE, now - TURN, now - APART, now - GONE)?)
}

/// Ends what is over, and says how many calls that were: times that are held no longer; booked calls whose member did
/// not come; turns that nobody took; calls in which both were not together for 60 s, and booked ones whose agent did
/// not come: after these the member is first in line.
///
/// # Errors
/// When the database fails.
pub fn lapse(conn: &mut Conn, now: Time) -> Result<usize, Error> {
    let mut count = store::end_holds(conn, now)?;
    let late = store::late(conn, now - LATE, BATCH)?;
    let missed = late.into_iter().chain(store::turn_over(conn, now - TURN, BATCH)?);
    let broken = store::apart(conn, now - APART, BATCH)?;
    let broken: Vec<Call> = broken.into_iter().chain(store::stood_up(conn, now, BATCH)?).collect();
    let ends = missed.map(|call| (call, Move::Miss));
    let gone = store::left_queue(conn, now - GONE, BATCH)?;
    let ends = ends.chain(gone.into_iter().map(|call| (call, Move::Cancel)));
    // Each is a change of its own: somebody may act on one of them at this moment.
    for (call, happens) in ends.chain(broken.into_iter().map(|call| (call, Move::Break))) {
        count += usize::from(end(conn, &call, happens, now)?);
    }
    Ok(count)
}

/// Ends one call, unless it went on meanwhile.
fn end(conn: &mut Conn, call: &Call, happens: Move, now: Time) -> Result<bool, Error> {
    match step(conn, call, happens, now) {
        Ok(()) => {}
        Err(Error::Conflict(_)) => return Ok(false),
        Err(other) => return Err(other),
    }
    let act = match happens {
        Move::Miss => "live-call.missed",
        Move::Break => "live-call.aborted",
        _ => "live-call.left",
    };
    members::store::audit(conn, None, act, &subject(call.id), "", now)?;
    if happens == Move::Break {
        let again = NewCall {
            member: call.member,
            case: call.case,
            policy_version: call.policy_version,
            state: State::Queued,
            slot: None,
            held_until: None,
            is_first: true,
        };
        store::insert(conn, &again, now)?;
    }
    events::store::add(conn, &Event::VerificationMoved { member: call.member }, now)?;
    Ok(true)
}

/// Booked calls of which their members are to be reminded at this moment.
fn to_remind(conn: &mut Conn, now: Time) -> Result<Vec<(Call, Time)>, Error> {
    let near = store::to_remind(conn, now, now + AHEAD, BATCH)?;
    let due = near.into_iter().filter_map(|call| {
        let starts = call.starts_at?;
        is_reminder_due(call.made_at, starts, call.reminded_at, now).then_some((call, starts))
    });
    Ok(due.collect())
}

/// Whether anybody is to be reminded.
///
/// # Errors
/// When the database fails.
pub fn is_anybody_to_remind(conn: &mut Conn, now: Time) -> Result<bool, Error> {
    Ok(!to_remind(conn, now)?.is_empty())
}

/// Reminds of booked calls a day and an hour before, and says how many mails that are.
///
/// # Errors
/// When the database fails.
pub fn remind(conn: &mut Conn, now: Time) -> Result<usize, Error> {
    let due = to_remind(conn, now)?;
    for (call, starts) in &due {
        store::note_reminder(conn, call.id, now)?;
        let soon =
            Event::CallSoon { member: call.member, call: call.id.0, starts: starts.and_utc().timestamp() };
        events::store::add(conn, &soon, now)?;
    }
    Ok(due.len())
}
