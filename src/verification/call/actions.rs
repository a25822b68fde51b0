//! What happens to a call.

use super::rules::State;
use super::{CallId, store};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;

/// The member comes into the waiting room.
///
/// # Errors
/// [`Error::NotFound`] when it is another's call, [`Error::Refused`] when the room is not open.
pub fn enter_waiting(conn: &mut Conn, call: CallId, member: MemberId, now: Time) -> Result<(), Error> {
    let call = store::find(conn, call)?.filter(|call| call.member == member).ok_or(Error::NotFound)?;
    let is_early = call.starts_at.is_some_and(|starts| now < starts - chrono::TimeDelta::minutes(10));
    if is_early || !matches!(call.state, State::Booked | State::Queued) {
        return Err(Error::refused("The waiting room opens 10 minutes before your call."));
    }
    store::arrive(conn, call.id, call.state, now).map(|_| ()).map_err(Error::from)
}

/// Both are connected at this moment.
///
/// # Errors
/// [`Error::Conflict`] when the call is over.
pub fn together(conn: &mut Conn, call: CallId, now: Time) -> Result<(), Error> {
    if store::set_together(conn, call, now)? { Ok(()) } else { Err(Error::Conflict("The call is over.".into())) }
}

/// The member's page asks for news.
///
/// # Errors
/// When the database fails.
pub fn news(_: &mut Conn, _: CallId, _: MemberId, _: Time) -> Result<(), Error> {
    Ok(())
}
