//! Tickets, sitting down, saying and hearing.

use super::rules::{HELD, PROVED, Said, Seat, Side, TICKET, WAITING, has_room};
use super::{Holder, Place, store};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;
use crate::sealing::Keys;
use crate::tokens::{self, Token};
use crate::verification::call::rules::State;
use crate::verification::call::store::Call;
use crate::verification::call::{CallId, actions as calls, store as call_store};

/// How many messages are handed over at once.
const AT_ONCE: i64 = 100;

/// Whether this is somebody's seat: the member's own, or that of the agent who has the call.
fn has_seat(call: &Call, side: Side, who: MemberId) -> bool {
    match side {
        Side::Member => call.member == who,
        Side::Agent => call.agent == Some(who),
    }
}

/// The call in which somebody has this seat.
///
/// # Errors
/// [`Error::NotFound`] for everybody else: they learn nothing of it.
pub fn of(conn: &mut Conn, call: CallId, side: Side, who: MemberId) -> Result<Call, Error> {
    call_store::find(conn, call)?.filter(|call| has_seat(call, side, who)).ok_or(Error::NotFound)
}

/// Whether an agent sits by this session in a call of theirs that is under way, and not for too long.
///
/// # Errors
/// When the database fails.
pub fn is_in_call(conn: &mut Conn, call: CallId, holder: Holder, now: Time) -> Result<bool, Error> {
    let Some(call) = call_store::find(conn, call)? else { return Ok(false) };
    let is_theirs = call.state == State::InCall && has_seat(&call, Side::Agent, holder.member);
    let is_short = call.began_at.is_some_and(|began| now - began <= PROVED);
    Ok(is_theirs && is_short && store::is_held(conn, (call.id, Side::Agent), holder, now - HELD)?)
}

/// The member's call, whose waiting room they enter where they are not in it yet.
///
/// # Errors
/// [`Error::NotFound`] without a call; [`Error::Refused`] where the waiting room is not open yet.
pub fn arrive(conn: &mut Conn, member: MemberId, now: Time) -> Result<CallId, Error> {
    let call = call_store::open_of(conn, member)?.ok_or(Error::NotFound)?;
    if !has_room(call.state) {
        calls::enter_waiting(conn, call.id, member, now)?;
    }
    Ok(call.id)
}

/// Gives out a ticket for a seat: one connection, within a minute, by this session alone. The one before is void.
///
/// # Errors
/// [`Error::NotFound`] when it is not their seat; [`Error::Refused`] when there is no room now;
/// [`Error::Conflict`] when another session of theirs sits there.
pub fn issue(conn: &mut Conn, call: CallId, side: Side, holder: Holder, now: Time) -> Result<Token, Error> {
    let call = of(conn, call, side, holder.member)?;
    if !has_room(call.state) {
        return Err(no_room(call.state));
    }
    let ticket = Token::new()?;
    let (hash, seat) = (ticket.hash(), (call.id, side));
    let good = (hash.as_slice(), now + TICKET);
    if store::renew_ticket(conn, seat, holder, good, now - HELD)?
        || store::first_ticket(conn, seat, holder, good)?
    {
        return Ok(ticket);
    }
    Err(Error::Conflict(
        "You are in this call already, in another browser. Go on there, or leave it there first.".into(),
    ))
}

fn no_room(state: State) -> Error {
    Error::refused(match state {
        State::Held | State::Booked | State::Queued => "The room of this call is not open yet.",
        _ => "This call is over.",
    })
}

/// Sits down with a ticket, which is used up by that. Whoever sat there before is out.
///
/// # Errors
/// [`Error::NotFound`] when it is not their seat; [`Error::Refused`] when the ticket is not good or the call is over.
pub fn sit(conn: &mut Conn, place: &Place, holder: Holder, ticket: &str, now: Time) -> Result<Call, Error> {
    let call = of(conn, place.call, place.side, holder.member)?;
    if !has_room(call.state) {
        return Err(no_room(call.state));
    }
    if store::take_seat(conn, place, holder, &tokens::hash(ticket), now)? {
        Ok(call)
    } else {
        Err(Error::refused("This ticket is not good, or not any more. Open the page of the call again."))
    }
}

/// How a room stands for somebody who sits in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// The room is open.
    Open {
        /// Whether the agent let the member in.
        admitted: bool,
        /// Whether the other side is there.
        other: bool,
    },
    /// Another connection has the seat, or another agent the call.
    Replaced,
    /// The call is over.
    Over {
        /// Whether it broke off.
        aborted: bool,
    },
}

fn seat_of(seats: &[(Side, Seat)], side: Side) -> Option<&Seat> {
    seats.iter().find(|(of, _)| *of == side).map(|(_, seat)| seat)
}

fn is_seated(seats: &[(Side, Seat)], place: &Place) -> bool {
    seat_of(seats, place.side).is_some_and(|seat| seat.connection.as_ref() == Some(&place.connection))
}

/// Looks around: how the room stands, and what the other side said after that number.
///
/// # Errors
/// When the database fails, or something sealed does not open.
pub fn look(
    conn: &mut Conn,
    keys: &Keys,
    (place, who): (&Place, MemberId),
    after: i64,
    now: Time,
) -> Result<(Stand, Vec<(i64, String)>), Error> {
    let Some(call) = call_store::find(conn, place.call)? else {
        return Ok((Stand::Over { aborted: false }, Vec::new()));
    };
    if !has_room(call.state) {
        return Ok((Stand::Over { aborted: call.state == State::Aborted }, Vec::new()));
    }
    let (seats, side) = (store::seats(conn, place.call)?, place.side.other());
    if !is_seated(&seats, place) || !has_seat(&call, place.side, who) {
        return Ok((Stand::Replaced, Vec::new()));
    }
    let other = seat_of(&seats, side).is_some_and(|seat| seat.is_there(now));
    if call.state != State::InCall {
        return Ok((Stand::Open { admitted: false, other }, Vec::new()));
    }
    let context = store::context(place.call, side);
    let open = |(number, sealed): (i64, Vec<u8>)| {
        let plain = keys.unseal(&context, &sealed)?;
        let text = String::from_utf8(plain.to_vec()).map_err(|_| Error::internal("a message is no text"))?;
        Ok((number, text))
    };
    let said = store::said(conn, place.call, side, after, AT_ONCE)?;
    let said = said.into_iter().map(open).collect::<Result<Vec<_>, Error>>()?;
    Ok((Stand::Open { admitted: true, other }, said))
}

/// What became of something that was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// It is on its way.
    On,
    /// The connection has its seat no more, or the call is over: looking around tells.
    Nowhere,
}

/// Passes something on to the other side.
///
/// # Errors
/// [`Error::Refused`] before the agent let the member in, and when too much waits for the other side.
pub fn say(conn: &mut Conn, keys: &Keys, place: &Place, said: &Said, now: Time) -> Result<Passed, Error> {
    let Some(call) = call_store::find(conn, place.call)?.filter(|call| has_room(call.state)) else {
        return Ok(Passed::Nowhere);
    };
    if !is_seated(&store::seats(conn, place.call)?, place) {
        return Ok(Passed::Nowhere);
    }
    if call.state != State::InCall {
        return Err(Error::refused(
            "This is the waiting room: nothing is passed on before the agent lets you in.",
        ));
    }
    if store::waiting(conn, place.call, place.side)? >= WAITING {
        return Err(Error::refused("The other side is not there, and too much waits for it."));
    }
    let text = serde_json::to_string(said).map_err(|cause| Error::internal(cause.to_string()))?;
    let sealed = keys.seal(&store::context(place.call, place.side), text.as_bytes())?;
    store::say(conn, place.call, place.side, &sealed, now)?;
    Ok(Passed::On)
}

/// The connection was heard. Where sound and picture arrive at both sides, the two are together. Says whether it
/// still has its seat.
///
/// # Errors
/// When the database fails.
pub fn hear(
    conn: &mut Conn,
    (place, who): (&Place, MemberId),
    linked: bool,
    now: Time,
) -> Result<bool, Error> {
    if !store::hear(conn, place, linked, now)? {
        return Ok(false);
    }
    if place.side == Side::Member {
        calls::news(conn, place.call, who, now)?;
    }
    if linked {
        let seats = store::seats(conn, place.call)?;
        if seat_of(&seats, place.side.other()).is_some_and(|seat| seat.is_linked(now)) {
            match calls::together(conn, place.call, now) {
                // It ended at this moment, and looking around tells.
                Ok(()) | Err(Error::Conflict(_)) => {}
                Err(cause) => return Err(cause),
            }
        }
    }
    Ok(true)
}

/// What the other side said up to this number was handed over to this one.
///
/// # Errors
/// When the database fails.
pub fn handed_over(conn: &mut Conn, call: CallId, side: Side, up_to: i64) -> Result<(), Error> {
    Ok(store::drop_said(conn, call, side.other(), up_to)?)
}

/// The connection broke. Its session may come back for a while, and no other of this member.
///
/// # Errors
/// When the database fails.
pub fn leave(conn: &mut Conn, place: &Place, now: Time) -> Result<(), Error> {
    Ok(store::leave(conn, place, now)?)
}

/// Whoever sat there went, and the seat is free for any session of theirs.
///
/// # Errors
/// When the database fails.
pub fn stand_up(conn: &mut Conn, place: &Place, now: Time) -> Result<(), Error> {
    Ok(store::stand_up(conn, place, now)?)
}

/// The call is over: its seats are gone, and whatever was not handed over.
///
/// # Errors
/// When the database fails.
pub fn clear_one(conn: &mut Conn, place: &Place) -> Result<(), Error> {
    Ok(store::clear_one(conn, place.call)?)
}

/// Clears the rooms of calls that ended while nobody sat in them.
///
/// # Errors
/// When the database fails.
pub fn clear(conn: &mut Conn) -> Result<usize, Error> {
    Ok(store::clear(conn)?)
}
