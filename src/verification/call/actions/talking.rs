//! Coming in, being let in, and the queue as agents take from it.

use std::collections::BTreeSet;

use super::{held_by, moved_on, own, subject};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::{self, MemberId};
use crate::verification::call::CallId;
use crate::verification::call::rules::checks::{DRAWN, draw, kept};
use crate::verification::call::rules::queue::{NOTED, Waiting, has_time, in_order};
use crate::verification::call::rules::{Move, State, is_room_open, next};
use crate::verification::call::store;

/// The member comes into the waiting room; who is in there already, or in the call, stays.
///
/// # Errors
/// [`Error::NotFound`] when it is another's call, [`Error::Refused`] while the room is closed,
/// [`Error::Conflict`] when the call is over.
pub fn enter_waiting(conn: &mut Conn, call: CallId, member: MemberId, now: Time) -> Result<(), Error> {
    let call = own(conn, call, member)?;
    if matches!(call.state, State::Waiting | State::InCall) {
        return Ok(());
    }
    if !is_room_open(call.starts_at, call.ends_at, now) {
        return Err(Error::refused("The waiting room opens 10 minutes before your call."));
    }
    let came = next(call.state, Move::Arrive).is_some() && store::arrive(conn, call.id, call.state, now)?;
    if came { Ok(()) } else { Err(moved_on()) }
}

/// The agent whose call it is lets the member in; the challenges are drawn at this moment.
///
/// # Errors
/// [`Error::NotFound`] when it is another's, [`Error::Refused`] while the member is not there,
/// [`Error::Conflict`] while the agent is in another call.
pub fn admit(conn: &mut Conn, call: CallId, agent: MemberId, now: Time) -> Result<(), Error> {
    let call = held_by(conn, call, agent)?;
    if call.state == State::InCall {
        return Ok(());
    }
    if next(call.state, Move::Admit).is_none() {
        return Err(Error::refused("The member is not in the waiting room yet."));
    }
    let mut random = [0; DRAWN];
    getrandom::fill(&mut random).map_err(|cause| Error::internal(format!("no randomness: {cause}")))?;
    if !store::admit(conn, call.id, agent, &kept(&draw(random)), now)? {
        return Err(moved_on());
    }
    Ok(members::store::audit(conn, Some(agent), "live-call.begun", &subject(call.id), "", now)?)
}

/// Both are connected at this moment.
///
/// # Errors
/// [`Error::Conflict`] when the call is over.
pub fn together(conn: &mut Conn, call: CallId, now: Time) -> Result<(), Error> {
    if store::set_together(conn, call, now)? { Ok(()) } else { Err(moved_on()) }
}

/// Those whom an agent may take, the next first.
///
/// # Errors
/// When the database fails.
pub fn line(conn: &mut Conn, agent: MemberId, now: Time) -> Result<Vec<Waiting>, Error> {
    let queue = store::queue(conn)?;
    let mut not: BTreeSet<CallId> = store::waiting_cases(conn, agent)?;
    not.extend(store::refused_by(conn, agent)?);
    Ok(in_order(queue, agent, &not, now))
}

/// Gives an agent whoever is next for them, or the call that they took and did not finish.
///
/// # Errors
/// [`Error::Refused`] where a booked call of theirs begins soon.
pub fn take(conn: &mut Conn, agent: MemberId, now: Time) -> Result<Option<CallId>, Error> {
    if let Some(held) = store::holding(conn, agent)? {
        return Ok(Some(held.id));
    }
    if !has_time(store::next_booking(conn, agent, now)?, now) {
        return Err(Error::refused("Your next booked call begins within 20 minutes. Be there for that one."));
    }
    for waiting in line(conn, agent, now)? {
        if store::take(conn, waiting.call, agent, now)? {
            members::store::audit(conn, Some(agent), "live-call.taken", &subject(waiting.call), "", now)?;
            return Ok(Some(waiting.call));
        }
    }
    Ok(None)
}

/// Puts a call back into the queue that an agent took and did not begin; it keeps its place.
///
/// # Errors
/// [`Error::NotFound`] where that is not so.
pub fn give_back(conn: &mut Conn, call: CallId, agent: MemberId, now: Time) -> Result<(), Error> {
    held_by(conn, call, agent)?;
    if !store::give_back(conn, call, agent)? {
        return Err(Error::NotFound);
    }
    Ok(members::store::audit(conn, Some(agent), "live-call.given-back", &subject(call), "", now)?)
}

/// The member's page asks for news: they are there. Written down twice a minute at most.
///
/// # Errors
/// When the database fails.
pub fn news(conn: &mut Conn, call: CallId, member: MemberId, now: Time) -> Result<(), Error> {
    let call = own(conn, call, member)?;
    if call.seen_at.is_none_or(|seen| now - seen >= NOTED) {
        store::note_seen(conn, call.id, now)?;
    }
    Ok(())
}
