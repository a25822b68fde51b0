//! Proving a phone: a code is sent, and typed in.
//!
//! Whoever counts holds the rows of what is counted first, always in this order: the member, the number, the address,
//! the prefix. Two requests at once would otherwise both count the last free place.

use super::numbers::Number;
use super::rules::{self, Move, Past, Purpose, State};
use super::store::{self, Check, NewCode};
use crate::badges::actions as badges;
use crate::badges::rules::Badge;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::audit::store as audit;
use crate::members::store::lock;
use crate::members::{self, MemberId};
use crate::outside::texts::store::{self as texts, By, NewText};
use crate::outside::texts::{Channel, Text};
use crate::sealing::Keys;

/// As many moments as any limit needs.
const MOMENTS: i64 = 12;

/// What proves a number here.
const PURPOSE: Purpose = Purpose::Onboarding;

/// Who asks for a code, and how it is to come.
#[derive(Clone, Debug)]
pub struct Asking {
    /// Who.
    pub member: MemberId,
    /// By text or by call.
    pub channel: Channel,
    /// The address of the network that asks.
    pub address: String,
    /// How the community is called.
    pub community: String,
    /// The site's host, which the text names so that browsers fill the code in here alone.
    pub host: String,
}

/// Sends a code to a number.
///
/// # Errors
/// [`Error::Refused`] when a limit is reached or another number is proved already.
pub fn send(conn: &mut Conn, keys: &Keys, asking: &Asking, number: &Number, now: Time) -> Result<(), Error> {
    lock(conn, &[asking.member])?;
    let check = store::find(conn, asking.member)?;
    dispatch(conn, keys, asking, check.as_ref(), number, now)
}

/// Sends another code to the number that was entered last.
///
/// # Errors
/// [`Error::NotFound`] when none was; otherwise as [`send`].
pub fn resend(conn: &mut Conn, keys: &Keys, asking: &Asking, now: Time) -> Result<(), Error> {
    lock(conn, &[asking.member])?;
    let check = store::find(conn, asking.member)?.ok_or(Error::NotFound)?;
    let sealed = check.sealed.as_ref().ok_or(Error::NotFound)?;
    let number = opened(keys, asking.member, sealed)?;
    number.takes(asking.channel).map_err(Error::refused)?;
    dispatch(conn, keys, asking, Some(&check), &number, now)
}

/// The member's row is held already.
fn dispatch(
    conn: &mut Conn,
    keys: &Keys,
    asking: &Asking,
    check: Option<&Check>,
    number: &Number,
    now: Time,
) -> Result<(), Error> {
    let state = check.map_or(State::None, |check| check.phone.state);
    if rules::next(state, Move::Ask).is_none() {
        return Err(Error::refused("Take your number off before you prove another."));
    }
    let number_index = keys.index("phone number", &number.e164);
    let address_index = keys.index("network address", &asking.address);
    let past = past(conn, asking.member, &number_index, &address_index, &number.prefix, now)?;
    rules::may_send(&past, now).map_err(Error::refused)?;

    let code = new_code(PURPOSE)?;
    let code_mac = keys.mac(CODE, &code_parts(asking.member, &number_index, now, &code).each());
    let sealed = keys.seal(&store::context(asking.member), number.e164.as_bytes())?;
    let new = NewCode { number, sealed: &sealed, number_index: &number_index, code_mac: &code_mac };
    store::put(conn, asking.member, check.map(|check| check.id), &new, now)?;

    let words = match asking.channel {
        Channel::Text => rules::text_words(&asking.community, &asking.host, &code),
        Channel::Call => rules::call_words(&asking.community, &code),
    };
    let message = Message { number, channel: asking.channel, words };
    queue(conn, keys, asking.member, &message, (&number_index, &address_index), now)
}

/// What is sent to a number.
struct Message<'a> {
    number: &'a Number,
    channel: Channel,
    words: String,
}

fn queue(
    conn: &mut Conn,
    keys: &Keys,
    member: MemberId,
    message: &Message<'_>,
    (number_index, address_index): (&str, &str),
    now: Time,
) -> Result<(), Error> {
    let Message { number, channel, words } = message;
    let (to, words) = (number.e164.clone(), words.clone());
    let text = Text { to, words, channel: *channel, receipt: String::new() };
    let plain = serde_json::to_vec(&text).map_err(|cause| Error::internal(cause.to_string()))?;
    let queued = NewText {
        channel: *channel,
        sealed: &keys.seal(&texts::context(number_index), &plain)?,
        member,
        number_index,
        prefix: &number.prefix,
        address_index,
    };
    Ok(texts::queue(conn, &queued, now)?)
}

/// Sends words with a code to the number that a member proved, within the limits of all codes. `from` is what asks
/// for it, counted like an address of the network.
///
/// # Errors
/// [`Error::NotFound`] where no number is proved, [`Error::Refused`] when a limit is reached.
pub fn send_to_proved(
    conn: &mut Conn,
    keys: &Keys,
    member: MemberId,
    from: &str,
    words: String,
    now: Time,
) -> Result<(), Error> {
    lock(conn, &[member])?;
    let check = store::find(conn, member)?.filter(|check| check.phone.state == State::Verified);
    let sealed = check.and_then(|check| check.sealed).ok_or(Error::NotFound)?;
    let number = opened(keys, member, &sealed)?;
    let channel = if number.takes(Channel::Text).is_ok() { Channel::Text } else { Channel::Call };
    let number_index = keys.index("phone number", &number.e164);
    let address_index = keys.index("network address", from);
    let past = past(conn, member, &number_index, &address_index, &number.prefix, now)?;
    rules::may_send(&past, now).map_err(Error::refused)?;
    let message = Message { number: &number, channel, words };
    queue(conn, keys, member, &message, (&number_index, &address_index), now)
}

/// Notes that a code which was sent to the proved number arrived.
///
/// # Errors
/// When the database fails.
pub fn was_read(conn: &mut Conn, member: MemberId, now: Time) -> Result<(), Error> {
    let Some(index) = store::find(conn, member)?.and_then(|check| check.number_index) else { return Ok(()) };
    Ok(texts::mark_converted(conn, member, &index, now)?)
}

/// A number as it was kept.
fn opened(keys: &Keys, member: MemberId, sealed: &[u8]) -> Result<Number, Error> {
    let plain = keys.unseal(&store::context(member), sealed)?;
    let number = std::str::from_utf8(&plain).ok().and_then(|number| Number::from_e164(number).ok());
    number.ok_or_else(|| Error::internal("a kept number is none"))
}

fn number_row(number_index: &str) -> String {
    format!("number {number_index}")
}

/// Holds what is counted, and counts it.
fn past(
    conn: &mut Conn,
    member: MemberId,
    number_index: &str,
    address_index: &str,
    prefix: &str,
    now: Time,
) -> Result<Past, Error> {
    texts::hold(conn, &number_row(number_index), now)?;
    texts::hold(conn, &format!("address {address_index}"), now)?;
    let prefix = texts::hold_prefix(conn, prefix)?;
    let (hour, day) = (now - rules::HOUR, now - rules::DAY);
    Ok(Past {
        by_member: texts::times(conn, By::Member(member), hour, MOMENTS)?,
        by_number: texts::times(conn, By::Number(number_index), hour, MOMENTS)?,
        by_address: texts::times(conn, By::Address(address_index), hour, MOMENTS)?,
        wrong_of_member: store::wrong_of_member(conn, member, day, MOMENTS)?,
        wrong_of_number: store::wrong_of_number(conn, number_index, day, MOMENTS)?,
        to_prefix: texts::count_to(conn, &prefix.prefix, day)?,
        budget: prefix.daily_budget.unwrap_or(super::prefixes::rules::BUDGET),
        is_stopped: prefix.stopped_at.is_some(),
    })
}

const CODE: &str = "phone code";

/// What a code is bound to: the member, the number and the moment it was sent.
struct CodeParts([String; 4]);

impl CodeParts {
    fn each(&self) -> [&str; 4] {
        let [member, number, moment, code] = &self.0;
        [member, number, moment, code]
    }
}

fn code_parts(member: MemberId, number_index: &str, sent_at: Time, code: &str) -> CodeParts {
    let moment = sent_at.and_utc().timestamp_micros().to_string();
    CodeParts([member.0.to_string(), number_index.to_owned(), moment, code.to_owned()])
}

/// A code, each as likely as any other.
///
/// # Errors
/// When the system has no randomness.
pub fn new_code(purpose: Purpose) -> Result<String, Error> {
    let codes = (0..purpose.digits()).fold(1_u32, |codes, _| codes * 10);
    loop {
        let mut bytes = [0; 4];
        getrandom::fill(&mut bytes).map_err(|cause| Error::internal(format!("no randomness: {cause}")))?;
        let drawn = u32::from_ne_bytes(bytes);
        // What lies past the last whole round would favour the first codes.
        if drawn < u32::MAX - u32::MAX % codes {
            return Ok(rules::code(drawn % codes, purpose.digits()));
        }
    }
}

/// How typing a code in went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// It was right: the number is verified.
    Verified,
    /// It was right, and the number proves another account.
    Conflict,
    /// It was wrong; this many tries are left for this code.
    Wrong(i64),
    /// The code is closed: too many wrong ones.
    Locked,
    /// There were too many wrong codes in a day; one may go on in so many seconds.
    Closed(i64),
    /// The code is over.
    Expired,
    /// No code waits to be typed in.
    Nothing,
}

/// Types a code in. A wrong one is counted, so it is no error.
///
/// # Errors
/// When the database fails.
pub fn enter(conn: &mut Conn, keys: &Keys, member: MemberId, code: &str, now: Time) -> Result<Typed, Error> {
    lock(conn, &[member])?;
    let Some(check) = store::find(conn, member)? else { return Ok(Typed::Nothing) };
    let (State::Sent, Some(number_index), Some(mac)) =
        (check.phone.state, check.number_index.as_deref(), check.code_mac.as_deref())
    else {
        return Ok(Typed::Nothing);
    };
    texts::hold(conn, &number_row(number_index), now)?;
    if rules::is_over(check.phone.code_sent_at, now) {
        end(conn, &check, Move::TimeOut)?;
        return Ok(Typed::Expired);
    }
    let past = wrong_codes(conn, member, number_index, now)?;
    if let Some(left) = rules::wrong_too_often(&past, now) {
        end(conn, &check, Move::WrongAgain)?;
        return Ok(Typed::Closed(left));
    }
    let sent_at = check.phone.code_sent_at.unwrap_or(now);
    if keys.is_mac(CODE, &code_parts(member, number_index, sent_at, code).each(), mac) {
        return right(conn, member, &check, number_index, now);
    }
    store::add_wrong(conn, check.id, member, number_index, now)?;
    if let Some(left) = rules::wrong_too_often(&wrong_codes(conn, member, number_index, now)?, now) {
        end(conn, &check, Move::WrongAgain)?;
        return Ok(Typed::Closed(left));
    }
    let left = rules::TRIES_A_CODE - check.code_tries - 1;
    if left <= 0 {
        end(conn, &check, Move::WrongAgain)?;
        return Ok(Typed::Locked);
    }
    Ok(Typed::Wrong(left))
}

/// Where this move leads by the table.
fn follow(check: &Check, happens: Move) -> Result<State, Error> {
    rules::next(check.phone.state, happens).ok_or_else(|| Error::internal("a phone cannot go on like that"))
}

/// Closes the code that waits.
fn end(conn: &mut Conn, check: &Check, happens: Move) -> Result<(), Error> {
    Ok(store::end_code(conn, check.id, follow(check, happens)?)?)
}

fn wrong_codes(conn: &mut Conn, member: MemberId, number_index: &str, now: Time) -> Result<Past, Error> {
    let day = now - rules::DAY;
    let wrong_of_member = store::wrong_of_member(conn, member, day, MOMENTS)?;
    let wrong_of_number = store::wrong_of_number(conn, number_index, day, MOMENTS)?;
    Ok(Past { wrong_of_member, wrong_of_number, ..Past::default() })
}

fn right(
    conn: &mut Conn,
    member: MemberId,
    check: &Check,
    number_index: &str,
    now: Time,
) -> Result<Typed, Error> {
    texts::mark_converted(conn, member, number_index, now)?;
    // Only now is it told that another account has the number: whoever reads its texts may know.
    if store::is_bound(conn, number_index)? {
        end(conn, check, Move::RightElsewhere)?;
        return Ok(Typed::Conflict);
    }
    follow(check, Move::Right)?;
    store::verify(conn, check.id, now)?;
    badges::grant(conn, member, Badge::PhoneVerified, now)?;
    Ok(Typed::Verified)
}

/// Takes the number off, and the badge with it. A number that was proved is kept sealed for 90 days, so that a number
/// which goes from account to account can be told; what was only begun is forgotten at once.
///
/// # Errors
/// When the database fails.
pub fn remove(conn: &mut Conn, member: MemberId, now: Time) -> Result<(), Error> {
    lock(conn, &[member])?;
    let Some(check) = store::find(conn, member)? else { return Ok(()) };
    if check.phone.state != State::Verified {
        return Ok(store::forget(conn, check.id)?);
    }
    store::release(conn, check.id, now)?;
    badges::end(conn, member, Badge::PhoneVerified)?;
    Ok(())
}

/// Does without a member's phone. The caller is a senior agent, and never the member.
///
/// # Errors
/// [`Error::Refused`] without a reason, for oneself, or where there is nothing to waive.
pub fn waive(
    conn: &mut Conn,
    agent: MemberId,
    member: MemberId,
    reason: &str,
    now: Time,
) -> Result<(), Error> {
    let reason = rules::reason(reason).map_err(Error::refused)?;
    if agent == member {
        return Err(Error::refused("Somebody else has to decide about your own phone."));
    }
    lock(conn, &[member])?;
    let check = store::find(conn, member)?;
    let state = check.as_ref().map_or(State::None, |check| check.phone.state);
    if rules::next(state, Move::Waive).is_none() {
        return Err(Error::refused("This member has a phone, or needs none already."));
    }
    if let Some(check) = check {
        store::forget(conn, check.id)?;
    }
    store::waive(conn, member, agent, &reason, now)?;
    let handle = members::store::get(conn, member)?.handle;
    Ok(audit::add(conn, Some(agent), "waive phone", &format!("member {handle}"), &reason, now)?)
}

/// Ends codes that are over, and forgets what has had its time.
///
/// # Errors
/// When the database fails.
pub fn sweep(conn: &mut Conn, now: Time) -> Result<(), Error> {
    store::expire(conn, now - rules::LIVES)?;
    store::sweep(conn, now - rules::KEPT, now - rules::DAY)?;
    texts::sweep(conn, now - rules::TEXTS_KEPT, now - rules::DAY - rules::DAY)?;
    Ok(())
}
