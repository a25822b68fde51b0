//! The code that the member reads out in the call.

use super::{held_by, subject};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::{self, MemberId};
use crate::sealing::Keys;
use crate::verification::call::CallId;
use crate::verification::call::rules::State;
use crate::verification::call::store::{self, Call};
use crate::verification::phone::actions::{new_code, send_to_proved, was_read};
use crate::verification::phone::rules::{Purpose, is_over, read_out_words};

/// Wrong tries that end a code.
pub const TRIES: i64 = 3;
/// What the HMAC is for.
const CODE: &str = "live call code";

fn in_call(conn: &mut Conn, call: CallId, agent: MemberId) -> Result<Call, Error> {
    let call = held_by(conn, call, agent)?;
    if call.state == State::InCall { Ok(call) } else { Err(super::moved_on()) }
}

/// What a code is bound to: the call, the member and the moment it was sent.
fn parts(call: &Call, sent_at: Time) -> [String; 3] {
    let moment = sent_at.and_utc().timestamp_micros().to_string();
    [call.id.0.to_string(), call.member.0.to_string(), moment]
}

/// Sends a code to the member's proved phone, within the limits of all codes.
///
/// # Errors
/// [`Error::NotFound`] when it is another's call, [`Error::Refused`] where no phone is proved or a limit is reached.
pub fn send_code(
    conn: &mut Conn,
    keys: &Keys,
    call: CallId,
    agent: MemberId,
    community: &str,
    now: Time,
) -> Result<(), Error> {
    let call = in_call(conn, call, agent)?;
    let code = new_code(Purpose::LiveCall)?;
    let [number, member, moment] = parts(&call, now);
    let mac = keys.mac(CODE, &[&number, &member, &moment, &code]);
    let words = read_out_words(community, &code);
    // Agents share an address of the network, so each call is counted as one of its own.
    match send_to_proved(conn, keys, call.member, &subject(call.id), words, now) {
        Err(Error::NotFound) => Err(Error::refused("The member has no proved phone: no code can be sent.")),
        other => other,
    }?;
    store::set_code(conn, call.id, &mac, now)?;
    Ok(members::store::audit(conn, Some(agent), "live-call.code-sent", &subject(call.id), "", now)?)
}

/// How typing in what the member read out went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// It was right.
    Right,
    /// It was wrong; this many tries are left.
    Wrong(i64),
    /// The code counts no more: too old, or too many wrong tries, or none was sent.
    Over,
}

/// Types in what the member read out. A wrong code is counted, so it is no error.
///
/// # Errors
/// [`Error::NotFound`] when it is another's call.
pub fn enter_code(
    conn: &mut Conn,
    keys: &Keys,
    call: CallId,
    agent: MemberId,
    code: &str,
    now: Time,
) -> Result<Typed, Error> {
    let call = in_call(conn, call, agent)?;
    if call.code_right_at.is_some() {
        return Ok(Typed::Right);
    }
    let (Some(mac), Some(sent_at)) = (&call.code_mac, call.code_sent_at) else { return Ok(Typed::Over) };
    if is_over(Some(sent_at), now) {
        return Ok(Typed::Over);
    }
    let [number, member, moment] = parts(&call, sent_at);
    if keys.is_mac(CODE, &[&number, &member, &moment, code], mac) {
        store::check_code(conn, call.id, now)?;
        was_read(conn, call.member, now)?;
        return Ok(Typed::Right);
    }
    let left = TRIES - store::count_try(conn, call.id, TRIES)?;
    Ok(if left > 0 { Typed::Wrong(left) } else { Typed::Over })
}
