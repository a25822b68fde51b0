//! The decision about a call.

use super::{Ground, held_by, moved_on, subject};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::events::rules::Event;
use crate::members::MemberId;
use crate::verification::badge;
use crate::verification::call::CallId;
use crate::verification::call::rules::checks::{Reason, Ruling, is_founded};
use crate::verification::call::rules::{Move, State, next};
use crate::verification::call::store::{self, Call};
use crate::verification::phone;
use crate::verification::phone::rules::State as Phone;
use crate::{events, members};

/// Whether no code is missing: it was right, or the member proved no phone to which one could be sent.
///
/// # Errors
/// When the database fails.
fn has_code(conn: &mut Conn, call: &Call) -> Result<bool, Error> {
    let proved = phone::store::of(conn, call.member)?.is_some_and(|phone| phone.state == Phone::Verified);
    Ok(call.code_right_at.is_some() || !proved)
}

/// Decides about the call that an agent is in, and says where it stands then. The member hears of it, and a passed
/// call begins the grant in the same transaction; so many of a hundred grants get a second look.
///
/// # Errors
/// [`Error::NotFound`] when it is another's call, [`Error::Conflict`] when it is over, [`Error::Refused`] when the
/// decision does not go with what was found.
pub fn decide(
    conn: &mut Conn,
    call: CallId,
    agent: MemberId,
    ruling: &Ruling,
    second_looks: u8,
    now: Time,
) -> Result<State, Error> {
    let call = held_by(conn, call, agent)?;
    if call.state != State::InCall {
        return Err(moved_on());
    }
    let has_code = has_code(conn, &call)?;
    is_founded(ruling, has_code).map_err(Error::refused)?;
    let ground = Ground::of(conn, call.member, now)?.filter(|ground| ground.case.id == call.case);
    let ground = ground.ok_or_else(moved_on)?;
    if store::deciders(conn, call.case)?.contains(&agent) {
        return Err(Error::NotFound);
    }
    let flagged_before = ground.calls.iter().any(|one| one.state == State::Flagged);
    let state = next(call.state, Move::Decide(ruling.outcome, flagged_before)).ok_or_else(moved_on)?;
    let is_flagged = ruling.is_flagged || flagged_before || state == State::Flagged;
    let decided = (state, ruling.reason, is_flagged);
    if !store::decide(conn, call.id, agent, decided, &ruling.answers.kept(), now)? {
        return Err(moved_on());
    }
    let why = match ruling.reason {
        Some(reason) => format!("{}: {}", state.code(), Reason::code(reason)),
        None => state.code().to_owned(),
    };
    members::store::audit(conn, Some(agent), "live-call.decided", &subject(call.id), &why, now)?;
    if state == State::Passed {
        badge::actions::begin(conn, call.case, call.id, (is_flagged, second_looks), now)?;
    }
    events::store::add(conn, &Event::VerificationMoved { member: call.member }, now)?;
    Ok(state)
}
