//! Adding and showing passkeys.

use super::{Office, Waiting, add, context, finish, over};
use crate::accounts::SessionId;
use crate::accounts::factors::FactorId;
use crate::accounts::factors::passkeys::{Passkeys, Question};
use crate::accounts::factors::rules::{self, Kind};
use crate::accounts::factors::store::{self, Asked, NewFactor};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;
use crate::sealing::Keys;

fn opened_passkeys(
    conn: &mut Conn,
    keys: &Keys,
    member: MemberId,
) -> Result<Vec<(FactorId, String, Vec<u8>)>, Error> {
    let sealed = store::sealed(conn, member, Kind::Passkey)?.into_iter();
    let open = |(id, credential, sealed): store::Sealed| {
        let bytes = keys.unseal(&context(member, Kind::Passkey, credential.as_deref()), &sealed)?;
        Ok((id, credential.unwrap_or_default(), bytes.to_vec()))
    };
    sealed.map(open).collect()
}

fn bytes_of(passkeys: Vec<(FactorId, String, Vec<u8>)>) -> Vec<Vec<u8>> {
    passkeys.into_iter().map(|(_, _, bytes)| bytes).collect()
}

fn asking(session: SessionId) -> String {
    format!("passkey_challenges.state {}", session.0)
}

/// Asks a session's browser for a new passkey; answers with the question as JSON.
///
/// # Errors
/// When the member has too many factors.
pub fn ask_new_passkey(
    conn: &mut Conn,
    keys: &Keys,
    passkeys: &Passkeys,
    (member, session): (MemberId, SessionId),
    (handle, name): (&str, &str),
    now: Time,
) -> Result<String, Error> {
    rules::may_add(store::list(conn, member)?.len()).map_err(Error::refused)?;
    let known = bytes_of(opened_passkeys(conn, keys, member)?);
    // Passkeys keep a number for their owner, which should say nothing to anybody else.
    let mut user = [0; 16];
    user.copy_from_slice(&keys.mac("passkey user", &[&member.0.to_string()])[..16]);
    let Question { json, state } = passkeys.ask_new(user, handle, name, &known)?;
    let state = keys.seal(&asking(session), &state)?;
    store::put_challenge(conn, session, Asked::Register, &state, now + rules::CHALLENGE)?;
    Ok(json)
}

/// Adds the passkey of the answer to a session's question; with that, the session showed its second factor.
/// Answers whether it was added: an answer that does not fit uses the question up as well.
///
/// # Errors
/// When the passkey is somebody's already, or the member has too many factors.
pub fn add_passkey(
    conn: &mut Conn,
    office: &Office,
    passkeys: &Passkeys,
    (member, session): (MemberId, SessionId),
    name: &str,
    answer: &str,
    now: Time,
) -> Result<bool, Error> {
    let keys = &office.keys;
    let Some(state) = store::take_challenge(conn, session, Asked::Register, now)? else { return Ok(false) };
    let state = keys.unseal(&asking(session), &state)?;
    let Some(made) = passkeys.read_new(answer, &state)? else { return Ok(false) };
    let credential = Some(made.credential.as_str());
    let sealed = keys.seal(&context(member, Kind::Passkey, credential), &made.bytes)?;
    let new = NewFactor { member, kind: Kind::Passkey, name, credential, sealed: &sealed, last_step: None };
    add(conn, office, &new, session, now)?;
    Ok(true)
}

fn question(conn: &mut Conn, keys: &Keys, passkeys: &Passkeys, member: MemberId) -> Result<Question, Error> {
    let known = bytes_of(opened_passkeys(conn, keys, member)?);
    if known.is_empty() {
        return Err(Error::Refused("You have no passkey here. Use a code.".to_owned()));
    }
    passkeys.ask(&known)
}

/// Whether an answer shows one of the member's passkeys; if so, that is written down.
fn is_shown(
    conn: &mut Conn,
    keys: &Keys,
    passkeys: &Passkeys,
    member: MemberId,
    (answer, state): (&str, &[u8]),
    now: Time,
) -> Result<bool, Error> {
    let Some(shown) = passkeys.read_shown(answer, state)? else { return Ok(false) };
    let credential = shown.credential();
    let own = opened_passkeys(conn, keys, member)?.into_iter().find(|(_, known, _)| *known == credential);
    // It may have been removed while the browser was asked.
    let Some((factor, _, bytes)) = own else { return Ok(false) };
    let sealed = keys.seal(&context(member, Kind::Passkey, Some(&credential)), &shown.update(&bytes)?)?;
    store::note_passkey(conn, factor, &sealed, now)?;
    Ok(true)
}

/// Asks a session's browser for one of the member's passkeys; answers with the question as JSON.
///
/// # Errors
/// When the member has no passkey.
pub fn ask_passkey(
    conn: &mut Conn,
    keys: &Keys,
    passkeys: &Passkeys,
    (member, session): (MemberId, SessionId),
    now: Time,
) -> Result<String, Error> {
    let Question { json, state } = question(conn, keys, passkeys, member)?;
    let state = keys.seal(&asking(session), &state)?;
    store::put_challenge(conn, session, Asked::Show, &state, now + rules::CHALLENGE)?;
    Ok(json)
}

/// Takes the answer to a session's question, and says whether it showed a passkey of the member.
///
/// # Errors
/// When the database fails.
pub fn show_passkey(
    conn: &mut Conn,
    keys: &Keys,
    passkeys: &Passkeys,
    (member, session): (MemberId, SessionId),
    answer: &str,
    now: Time,
) -> Result<bool, Error> {
    let Some(state) = store::take_challenge(conn, session, Asked::Show, now)? else { return Ok(false) };
    let state = keys.unseal(&asking(session), &state)?;
    let is_right = is_shown(conn, keys, passkeys, member, (answer, &state), now)?;
    if is_right {
        store::prove(conn, session, now)?;
    }
    Ok(is_right)
}

/// The context in which a waiting sign-in's question is sealed.
fn waiting_for(hash: &[u8]) -> String {
    format!("pending_sign_ins.challenge {}", data_encoding::HEXLOWER.encode(hash))
}

/// Asks for one of the passkeys of whoever's sign-in waits; answers with the question as JSON.
///
/// # Errors
/// When nothing waits under this token, or they have no passkey.
pub fn ask_waiting(
    conn: &mut Conn,
    keys: &Keys,
    passkeys: &Passkeys,
    hash: &[u8],
    now: Time,
) -> Result<String, Error> {
    let member = store::find_pending(conn, hash, now)?.ok_or_else(over)?;
    let Question { json, state } = question(conn, keys, passkeys, member)?;
    store::put_pending_challenge(conn, hash, &keys.seal(&waiting_for(hash), &state)?)?;
    Ok(json)
}

/// Signs in with a passkey, and says whether it was one of theirs.
///
/// # Errors
/// When nothing waits under this token.
pub fn sign_in_with_passkey(
    conn: &mut Conn,
    keys: &Keys,
    passkeys: &Passkeys,
    waiting: &Waiting<'_>,
    answer: &str,
    now: Time,
) -> Result<bool, Error> {
    let member = store::find_pending(conn, waiting.hash, now)?.ok_or_else(over)?;
    let Some(state) = store::pending_challenge(conn, waiting.hash)? else { return Ok(false) };
    if !store::clear_pending_challenge(conn, waiting.hash)? {
        return Ok(false);
    }
    let state = keys.unseal(&waiting_for(waiting.hash), &state)?;
    if !is_shown(conn, keys, passkeys, member, (answer, &state), now)? {
        return Ok(false);
    }
    finish(conn, waiting, now)?;
    Ok(true)
}
