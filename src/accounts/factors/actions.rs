//! Adding, showing and removing second factors, each in one transaction.

mod passkeys;
mod telling;

use zeroize::Zeroizing;

use super::FactorId;
use super::rules::{self, Kind, Typed};
use super::store::{self, NewFactor};
use crate::accounts::email;
use crate::accounts::email::rules::Entry;
use crate::accounts::store::Device;
use crate::accounts::{SessionId, actions as accounts, rules as limits, store as sessions};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;
use crate::sealing::Keys;
use crate::tokens::Token;

pub use passkeys::{
    add_passkey, ask_new_passkey, ask_passkey, ask_waiting, show_passkey, sign_in_with_passkey,
};
use telling::{Change, tell};
pub use telling::{Office, reset};

/// What came of showing a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is the member's.
    Right,
    /// It is not, or no longer.
    Wrong,
    /// There were too many tries: in so many seconds again.
    Wait(i64),
}

/// The context in which a factor is sealed: whose it is, and which.
fn context(member: MemberId, kind: Kind, credential: Option<&str>) -> String {
    format!("second_factors.sealed {} {} {}", member.0, kind.code(), credential.unwrap_or_default())
}

/// A new secret for an app.
///
/// # Errors
/// When the system has no randomness to give.
pub fn new_secret() -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut secret = Zeroizing::new(vec![0; rules::SECRET]);
    getrandom::fill(&mut secret).map_err(|cause| Error::internal(format!("no randomness: {cause}")))?;
    Ok(secret)
}

/// Adds an app that showed the right code for its secret; with that, the session showed its second factor.
///
/// # Errors
/// When the code is another, or the member has too many factors.
pub fn add_app(
    conn: &mut Conn,
    office: &Office,
    (member, session): (MemberId, SessionId),
    name: &str,
    secret: &[u8],
    code: &str,
    now: Time,
) -> Result<(), Error> {
    let shown = match Typed::parse(code) {
        Some(Typed::App(code)) => rules::step_of(secret, &code, now),
        _ => None,
    };
    let Some(step) = shown else {
        let why = "This is not the code that the app should show now. Wait for its next one, and check the clock of \
                   your device.";
        return Err(Error::Refused(why.to_owned()));
    };
    let sealed = office.keys.seal(&context(member, Kind::App, None), secret)?;
    let new =
        NewFactor { member, kind: Kind::App, name, credential: None, sealed: &sealed, last_step: Some(step) };
    add(conn, office, &new, session, now)
}

fn add(
    conn: &mut Conn,
    office: &Office,
    new: &NewFactor<'_>,
    session: SessionId,
    now: Time,
) -> Result<(), Error> {
    rules::may_add(store::list(conn, new.member)?.len()).map_err(Error::refused)?;
    store::insert(conn, new, now)?;
    store::prove(conn, session, now)?;
    email::actions::note(conn, new.member, Entry::Factor, now)?;
    tell(conn, office, new.member, &Change::Added(new.kind, new.name), now)
}

/// Puts an app there without a word to its member: for the demo's agents and for tests, whom no mail warns.
///
/// # Errors
/// When the database fails.
pub fn put_app(
    conn: &mut Conn,
    keys: &Keys,
    member: MemberId,
    name: &str,
    (secret, last_step): (&[u8], Option<i64>),
    now: Time,
) -> Result<(), Error> {
    let sealed = keys.seal(&context(member, Kind::App, None), secret)?;
    let new = NewFactor { member, kind: Kind::App, name, credential: None, sealed: &sealed, last_step };
    Ok(store::insert(conn, &new, now)?)
}

/// Lets the session of a token count as one that showed its second factor, with an app that nobody has: for the
/// demo's agents, whose desk is open at one click.
///
/// # Errors
/// When the database fails.
pub fn stand_in(
    conn: &mut Conn,
    keys: &Keys,
    member: MemberId,
    token: &Token,
    now: Time,
) -> Result<(), Error> {
    if !store::has_any(conn, member)? {
        put_app(conn, keys, member, "The demo’s own", (&new_secret()?, None), now)?;
    }
    Ok(store::prove_token(conn, &token.hash(), now)?)
}

/// Shows a code of an app or a recovery code in a member's session.
///
/// # Errors
/// When the database fails.
pub fn show_code(
    conn: &mut Conn,
    office: &Office,
    (member, session): (MemberId, SessionId),
    typed: &str,
    address: &str,
    now: Time,
) -> Result<Outcome, Error> {
    let (outcome, taken) = try_code(conn, &office.keys, member, typed, address, now)?;
    if outcome == Outcome::Right {
        store::prove(conn, session, now)?;
    }
    tell_use(conn, office, member, taken.as_ref(), now)?;
    Ok(outcome)
}

/// Tells of a recovery code that was used up. The audit's row comes last in its transaction.
fn tell_use(
    conn: &mut Conn,
    office: &Office,
    member: MemberId,
    taken: Option<&Typed>,
    now: Time,
) -> Result<(), Error> {
    if !matches!(taken, Some(Typed::Recovery(_))) {
        return Ok(());
    }
    let left = store::count_recovery(conn, member)?;
    tell(conn, office, member, &Change::RecoveryUsed(left), now)
}

/// Counts a try, and takes a code of an app or a recovery code. The count is kept whatever follows.
fn try_code(
    conn: &mut Conn,
    keys: &Keys,
    member: MemberId,
    typed: &str,
    address: &str,
    now: Time,
) -> Result<(Outcome, Option<Typed>), Error> {
    let (by_member, since) = (format!("second factor of {}", member.0), now - limits::WINDOW);
    let (own, own_began) = sessions::count_try(conn, &by_member, since, now)?;
    let (there, there_began) = sessions::count_try(conn, &format!("sign-in from {address}"), since, now)?;
    let wait = (own > rules::TRIES).then(|| limits::seconds_left(own_began, now));
    let wait = wait.max((there > limits::TRIES_PER_ADDRESS).then(|| limits::seconds_left(there_began, now)));
    if let Some(seconds) = wait {
        return Ok((Outcome::Wait(seconds), None));
    }
    let Some(taken) = take_code(conn, keys, member, typed, now)? else { return Ok((Outcome::Wrong, None)) };
    sessions::forget_tries(conn, &by_member)?;
    Ok((Outcome::Right, Some(taken)))
}

/// Takes a code of an app or a recovery code, and answers with it where it counted: each counts once.
///
/// # Errors
/// When a secret does not open, or the database fails.
pub fn take_code(
    conn: &mut Conn,
    keys: &Keys,
    member: MemberId,
    typed: &str,
    now: Time,
) -> Result<Option<Typed>, Error> {
    let Some(typed) = Typed::parse(typed) else { return Ok(None) };
    let counts = match &typed {
        Typed::Recovery(code) => store::use_recovery(conn, member, &recovery_hash(keys, member, code))?,
        Typed::App(code) => take_app_code(conn, keys, member, code, now)?,
    };
    Ok(counts.then_some(typed))
}

fn take_app_code(
    conn: &mut Conn,
    keys: &Keys,
    member: MemberId,
    code: &str,
    now: Time,
) -> Result<bool, Error> {
    for (factor, _, sealed) in store::sealed(conn, member, Kind::App)? {
        let secret = keys.unseal(&context(member, Kind::App, None), &sealed)?;
        if let Some(step) = rules::step_of(&secret, code, now) {
            return Ok(store::take_step(conn, factor, step, now)?);
        }
    }
    Ok(false)
}

/// By a key of the site, so that a copy of the database cannot try them out.
fn recovery_hash(keys: &Keys, member: MemberId, code: &str) -> Vec<u8> {
    keys.mac("recovery code", &[&member.0.to_string(), code])
}

/// Makes new recovery codes in place of the earlier ones, and answers with them: they are not to be had again.
///
/// # Errors
/// When the member has no second factor, or the system no randomness.
pub fn make_recovery(
    conn: &mut Conn,
    office: &Office,
    member: MemberId,
    now: Time,
) -> Result<Vec<String>, Error> {
    if !store::has_any(conn, member)? {
        return Err(Error::Refused("Add a second factor first. Recovery codes stand in for it.".to_owned()));
    }
    let codes = (0..rules::RECOVERY_CODES).map(|_| recovery_code()).collect::<Result<Vec<_>, _>>()?;
    let hashes: Vec<_> = codes.iter().map(|code| recovery_hash(&office.keys, member, code)).collect();
    store::drop_recovery(conn, member)?;
    store::insert_recovery(conn, member, &hashes, now)?;
    tell(conn, office, member, &Change::RecoveryMade, now)?;
    Ok(codes.iter().map(|code| rules::in_groups(code, '-')).collect())
}

fn recovery_code() -> Result<String, Error> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|cause| Error::internal(format!("no randomness: {cause}")))?;
    let mut code = data_encoding::BASE32_NOPAD.encode(&bytes);
    code.truncate(rules::RECOVERY_LENGTH);
    Ok(code)
}

/// Removes a factor; with the last one go the recovery codes. What other sessions showed is forgotten: it may have
/// been this one.
///
/// # Errors
/// When there is no such factor.
pub fn remove(
    conn: &mut Conn,
    office: &Office,
    (member, session): (MemberId, SessionId),
    factor: FactorId,
    now: Time,
) -> Result<(), Error> {
    let (kind, name) = store::remove(conn, member, factor)?.ok_or(Error::NotFound)?;
    store::forget_proofs(conn, member, session)?;
    if !store::has_any(conn, member)? {
        store::drop_recovery(conn, member)?;
    }
    tell(conn, office, member, &Change::Removed(kind, &name), now)
}

/// Where the right password leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entered {
    /// The session is open.
    SignedIn,
    /// The token stands for a wait, and opens nothing until the second factor is shown.
    FactorNeeded,
}

/// Goes on after the right password: opens a session, or lets the sign-in wait for the second factor of whoever
/// has one.
///
/// # Errors
/// When the database fails.
pub fn enter(
    conn: &mut Conn,
    member: MemberId,
    token: &Token,
    device: &Device,
    now: Time,
) -> Result<Entered, Error> {
    if store::has_any(conn, member)? {
        store::insert_pending(conn, &token.hash(), member, now + rules::PENDING)?;
        return Ok(Entered::FactorNeeded);
    }
    accounts::sign_in(conn, member, token, device, now)?;
    Ok(Entered::SignedIn)
}

/// A sign-in that waits, and the session that it becomes.
pub struct Waiting<'a> {
    /// The hash of the token under which it waits.
    pub hash: &'a [u8],
    /// The session's token.
    pub token: &'a Token,
    /// What the session is on.
    pub device: &'a Device,
}

/// What somebody reads who took longer than a sign-in waits.
#[must_use]
pub fn over() -> Error {
    Error::Forbidden("Signing in took too long. Sign in with your password once more.".into())
}

/// Ends the wait and opens the session, which showed its second factor.
fn finish(conn: &mut Conn, waiting: &Waiting<'_>, now: Time) -> Result<(), Error> {
    let member = store::use_pending(conn, waiting.hash, now)?.ok_or_else(over)?;
    accounts::sign_in(conn, member, waiting.token, waiting.device, now)?;
    store::prove_token(conn, &waiting.token.hash(), now)?;
    Ok(())
}

/// Signs in with a code of an app or a recovery code.
///
/// # Errors
/// When nothing waits under this token.
pub fn sign_in_with_code(
    conn: &mut Conn,
    office: &Office,
    waiting: &Waiting<'_>,
    typed: &str,
    now: Time,
) -> Result<Outcome, Error> {
    let member = store::find_pending(conn, waiting.hash, now)?.ok_or_else(over)?;
    let (outcome, taken) = try_code(conn, &office.keys, member, typed, &waiting.device.address, now)?;
    if outcome == Outcome::Right {
        finish(conn, waiting, now)?;
    }
    tell_use(conn, office, member, taken.as_ref(), now)?;
    Ok(outcome)
}
