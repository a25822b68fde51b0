//! Choosing a time, joining the queue, and taking either back.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Ground, moved_on, subject};
use crate::clock::Time;
use crate::db::{self, Conn};
use crate::error::Error;
use crate::members::store::lock;
use crate::members::{self, MemberId};
use crate::verification::call::CallId;
use crate::verification::call::rules::slots::{FARTHEST, SLOT, free};
use crate::verification::call::rules::{HOLD, Move, State, Way, may_appeal, may_begin, next};
use crate::verification::call::store::{self, Call, NewCall};

/// The free times of agents who may talk to this member.
///
/// # Errors
/// When the database fails.
pub fn choices(conn: &mut Conn, ground: &Ground, now: Time) -> Result<BTreeMap<Time, Vec<MemberId>>, Error> {
    let until = now + FARTHEST + SLOT;
    let mut shifts = store::shifts(conn, now, until)?;
    shifts.retain(|shift| !ground.not.contains(&shift.agent));
    let taken: BTreeSet<_> = store::taken(conn, now, until, now)?.into_iter().collect();
    let mut free = free(&shifts, &taken, now);
    // Whoever has fewest calls comes first.
    let mut load: HashMap<MemberId, usize> = HashMap::new();
    for (agent, _) in &taken {
        *load.entry(*agent).or_default() += 1;
    }
    for agents in free.values_mut() {
        agents.sort_by_key(|agent| (load.get(agent).copied().unwrap_or(0), *agent));
    }
    Ok(free)
}

/// The ground of a member who may begin a call this way.
fn ground(conn: &mut Conn, member: MemberId, way: Way, now: Time) -> Result<Ground, Error> {
    lock(conn, &[member])?;
    let ground = Ground::of(conn, member, now)?.ok_or(Error::NotFound)?;
    if !ground.has_phone {
        return Err(Error::refused("Prove your phone first: a code is sent to it in the call."));
    }
    may_begin(way, &ground.past(now), now).map_err(Error::refused)?;
    Ok(ground)
}

/// Begins a call at this time with one of the agents who are free then. Of many who ask for one time, the database
/// lets one have it.
fn place(conn: &mut Conn, ground: &Ground, at: Time, state: State, now: Time) -> Result<CallId, Error> {
    store::end_holds(conn, now)?;
    let agents = choices(conn, ground, now)?.remove(&at).unwrap_or_default();
    for agent in agents {
        let new = NewCall {
            member: ground.case.member,
            case: ground.case.id,
            policy_version: ground.case.policy_version,
            state,
            slot: Some((agent, at, at + SLOT)),
            held_until: (state == State::Held).then_some(now + HOLD),
            is_first: false,
        };
        match db::savepoint(conn, |conn| Ok(store::insert(conn, &new, now)?)) {
            Err(Error::Conflict(_)) => {}
            other => return other,
        }
    }
    Err(Error::Conflict("Somebody was quicker, or this time is over. Choose another.".into()))
}

/// Holds a time while the member decides. Another time that was held is let go.
///
/// # Errors
/// [`Error::Refused`] where no call can be begun, [`Error::Conflict`] where the time is gone.
pub fn hold(conn: &mut Conn, member: MemberId, at: Time, now: Time) -> Result<CallId, Error> {
    let ground = ground(conn, member, Way::Slot, now)?;
    match store::open_of(conn, member)? {
        Some(call) if call.state == State::Held => step(conn, &call, Move::Cancel, now)?,
        Some(_) => return Err(Error::refused("You have a call already. Change it, or cancel it first.")),
        None => {}
    }
    place(conn, &ground, at, State::Held, now)
}

/// Books the time that is held.
///
/// # Errors
/// [`Error::Conflict`] when it was held no longer.
pub fn confirm(conn: &mut Conn, member: MemberId, now: Time) -> Result<CallId, Error> {
    lock(conn, &[member])?;
    let held = store::open_of(conn, member)?.filter(|call| next(call.state, Move::Confirm).is_some());
    match held {
        Some(call) if store::confirm(conn, call.id, now)? => {
            members::store::audit(conn, Some(member), "live-call.booked", &subject(call.id), "", now)?;
            Ok(call.id)
        }
        _ => Err(Error::Conflict(
            "The time was held for 5 minutes, which are over. Choose it again, or another.".into(),
        )),
    }
}

/// Moves a booked call to another time; where that is gone, the call stays as it is.
///
/// # Errors
/// As [`hold`]; [`Error::NotFound`] where nothing is booked.
pub fn change(conn: &mut Conn, member: MemberId, at: Time, now: Time) -> Result<CallId, Error> {
    let ground = ground(conn, member, Way::Slot, now)?;
    let booked = store::open_of(conn, member)?.filter(|call| call.state == State::Booked);
    let booked = booked.ok_or(Error::NotFound)?;
    not_begun(&booked, now)?;
    step(conn, &booked, Move::Cancel, now)?;
    let id = place(conn, &ground, at, State::Booked, now)?;
    members::store::audit(conn, Some(member), "live-call.changed", &subject(id), "", now)?;
    Ok(id)
}

fn not_begun(call: &Call, now: Time) -> Result<(), Error> {
    match call.starts_at {
        Some(starts) if starts <= now && call.state == State::Booked => Err(Error::refused(
            "Your call has begun. Come in, or wait: you can choose another time after it.",
        )),
        _ => Ok(()),
    }
}

/// Takes a call back that has not begun.
///
/// # Errors
/// [`Error::NotFound`] where there is none, [`Error::Refused`] where it has begun.
pub fn cancel(conn: &mut Conn, member: MemberId, now: Time) -> Result<(), Error> {
    lock(conn, &[member])?;
    let call = store::open_of(conn, member)?.ok_or(Error::NotFound)?;
    not_begun(&call, now)?;
    if next(call.state, Move::Cancel).is_none() {
        return Err(Error::refused(
            "You are in the call. You may stop it at any time: tell the agent, or close the page.",
        ));
    }
    step(conn, &call, Move::Cancel, now)?;
    Ok(members::store::audit(conn, Some(member), "live-call.cancelled", &subject(call.id), "", now)?)
}

/// Joins the queue.
///
/// # Errors
/// [`Error::Refused`] where that cannot be, or no agent is there.
pub fn join(conn: &mut Conn, member: MemberId, now: Time) -> Result<CallId, Error> {
    let ground = ground(conn, member, Way::Queue, now)?;
    match store::open_of(conn, member)? {
        Some(call) if call.state == State::Held => step(conn, &call, Move::Cancel, now)?,
        Some(_) => {
            return Err(Error::refused("You have a call already. Cancel it before you join the queue."));
        }
        None => {}
    }
    let agents = store::on_shift(conn, now)?;
    if !agents.iter().any(|agent| !ground.not.contains(agent)) {
        return Err(Error::refused(
            "No agent who may talk to you is there right now. Choose a time, or come back later.",
        ));
    }
    let new = NewCall {
        member,
        case: ground.case.id,
        policy_version: ground.case.policy_version,
        state: State::Queued,
        slot: None,
        held_until: None,
        is_first: false,
    };
    let id = store::insert(conn, &new, now)?;
    store::note_seen(conn, id, now)?;
    members::store::audit(conn, Some(member), "live-call.queued", &subject(id), "", now)?;
    Ok(id)
}

/// Appeals a result: the member may talk to somebody who took no part.
///
/// # Errors
/// [`Error::NotFound`] where there is nothing to appeal any more.
pub fn appeal(conn: &mut Conn, member: MemberId, now: Time) -> Result<(), Error> {
    lock(conn, &[member])?;
    let ground = Ground::of(conn, member, now)?.ok_or(Error::NotFound)?;
    let appealed = ground.past(now).appealed;
    let decided = ground.calls.iter().find(|call| call.state.is_decided()).ok_or(Error::NotFound)?;
    if !may_appeal(decided.state, decided.decided_at, appealed, now) || !store::appeal(conn, decided.id, now)?
    {
        return Err(Error::NotFound);
    }
    Ok(members::store::audit(conn, Some(member), "live-call.appealed", &subject(decided.id), "", now)?)
}

/// Ends a call by a move of the table.
pub(super) fn step(conn: &mut Conn, call: &Call, happens: Move, now: Time) -> Result<(), Error> {
    let to = next(call.state, happens).ok_or_else(moved_on)?;
    if store::end(conn, call.id, call.state, to, now)? { Ok(()) } else { Err(moved_on()) }
}
