//! Joining, confirming, signing in and out, and changing the password: each in one transaction.

mod joining;
mod old;
mod profile;

use super::SessionId;
use super::email;
use super::factors;
use super::mails::Letterhead;
use super::rules::{self, Email, Purpose};
use super::store::{self, Credentials, Device};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;
use crate::outside;
use crate::sealing::Keys;
use crate::tokens::Token;

pub use joining::{
    Added, JoinProblem, Joining, LOOKS_ALIKE, add, confirm_email, is_first_administrator, join,
    offer_first_administrator, resend_confirmation,
};
pub use old::seal_old_addresses;
pub use profile::{Profile, save_profile};

fn spent_link() -> Error {
    Error::Refused("This link was used already, or its time is over. Ask for a new one.".to_owned())
}

/// Counts a try and refuses it when there were too many in the window. The count stands even when the rest
/// of the request fails, so call it in a transaction of its own where that matters.
///
/// # Errors
/// [`Error::TooMany`] with the time to wait.
pub fn throttle(conn: &mut Conn, name: &str, limit: i64, now: Time) -> Result<(), Error> {
    let (tries, began) = store::count_try(conn, name, now - rules::WINDOW, now)?;
    if tries > limit { Err(Error::TooMany { seconds: rules::seconds_left(began, now) }) } else { Ok(()) }
}

/// What counting a sign-in found.
#[derive(Clone, Debug)]
pub struct Counted {
    /// In how many seconds to try again, when there were too many tries.
    pub wait: Option<i64>,
    /// The account, when there is one.
    pub credentials: Option<Credentials>,
}

/// Counts a sign-in for the account and for the network address, and looks the account up. What is no account is
/// counted alike. Tries are counted by the name that was typed: one count for handle and address together would
/// let a stranger find out which of them belong together. The counts are kept whatever follows.
///
/// # Errors
/// When the database fails.
pub fn count_sign_in(
    conn: &mut Conn,
    keys: &Keys,
    login: &str,
    address: &str,
    now: Time,
) -> Result<Counted, Error> {
    let since = now - rules::WINDOW;
    let (by_account, account_began) = store::count_try(conn, &account_key(keys, login), since, now)?;
    let (by_address, address_began) = store::count_try(conn, &format!("sign-in from {address}"), since, now)?;
    let account = (by_account > rules::TRIES_PER_ACCOUNT).then(|| rules::seconds_left(account_began, now));
    let address = (by_address > rules::TRIES_PER_ADDRESS).then(|| rules::seconds_left(address_began, now));
    Ok(Counted { wait: account.max(address), credentials: store::credentials(conn, keys, login)? })
}

/// A blind index, so that what was typed is not kept, and nobody finds it out by trying addresses.
fn account_key(keys: &Keys, login: &str) -> String {
    format!("sign-in to {}", keys.index("sign-in", login))
}

/// Forgets the tries for an account after the right password.
///
/// # Errors
/// When the database fails.
pub fn forget_tries(conn: &mut Conn, keys: &Keys, login: &str) -> Result<(), Error> {
    Ok(store::forget_tries(conn, &account_key(keys, login))?)
}

/// Opens a session.
///
/// # Errors
/// When the database fails.
pub fn sign_in(
    conn: &mut Conn,
    member: MemberId,
    token: &Token,
    device: &Device,
    now: Time,
) -> Result<(), Error> {
    store::insert_session(conn, &token.hash(), member, device, now)?;
    Ok(())
}

/// Queues the mail that lets somebody choose a new password. Where no account has the address, nothing is
/// sent, and the answer is the same.
///
/// # Errors
/// When too many mails were asked for, or the database fails.
pub fn ask_reset(
    conn: &mut Conn,
    keys: &Keys,
    email: &Email,
    address: &str,
    letterhead: &Letterhead,
    token: &Token,
    now: Time,
) -> Result<(), Error> {
    let for_address = format!("reset {}", keys.index("reset", &email.key()));
    throttle(conn, &for_address, rules::MAILS_PER_WINDOW, now)?;
    throttle(conn, &format!("reset from {address}"), rules::TRIES_PER_ADDRESS, now)?;
    let Some(account) = store::by_email(conn, keys, &email.key())? else {
        return Ok(());
    };
    store::drop_links(conn, Purpose::ResetPassword, Some(account.id))?;
    store::insert_link(
        conn,
        &token.hash(),
        Purpose::ResetPassword,
        Some(account.id),
        now + rules::RESET_LINK,
    )?;
    let to = account.email.clone().unwrap_or_else(|| email.as_str().to_owned());
    outside::store::queue(conn, keys, &letterhead.reset(&to, &account, token.as_str()), now)?;
    Ok(())
}

/// Sets a new password by a reset link, uses the link up and ends every session. Who can read the mailbox
/// has also proved the address.
///
/// # Errors
/// When the link is spent.
pub fn reset_password(
    conn: &mut Conn,
    keys: &Keys,
    link: &str,
    hash: &str,
    letterhead: &Letterhead,
    now: Time,
) -> Result<(), Error> {
    let member = store::use_link(conn, &crate::tokens::hash(link), Purpose::ResetPassword, now)?;
    let member = member.flatten().ok_or_else(spent_link)?;
    store::confirm_email(conn, member, now)?;
    change_password(conn, keys, member, hash, None, letterhead, now)
}

/// Sets a new password, ends every session but `keep`, and tells the member by mail.
///
/// # Errors
/// When the database fails.
pub fn change_password(
    conn: &mut Conn,
    keys: &Keys,
    member: MemberId,
    hash: &str,
    keep: Option<SessionId>,
    letterhead: &Letterhead,
    now: Time,
) -> Result<(), Error> {
    store::set_password(conn, member, hash)?;
    store::end_sessions(conn, member, keep)?;
    factors::store::drop_pending(conn, member)?;
    // Whoever asked for another address may not be the member: this is how they stop it.
    email::store::drop_change(conn, member)?;
    store::drop_links(conn, Purpose::ResetPassword, Some(member))?;
    let mailbox = store::mailbox_of(conn, keys, member)?.ok_or(Error::NotFound)?;
    if let Some(email) = &mailbox.email {
        outside::store::queue(conn, keys, &letterhead.password_changed(email, &mailbox), now)?;
    }
    Ok(())
}
