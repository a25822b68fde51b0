//! Asking for another address, confirming it, and what follows when a second factor is new as well.

use super::rules::{Entry, LINK, is_take_over};
use super::store;
use crate::accounts::actions::throttle;
use crate::accounts::factors::actions::Office;
use crate::accounts::rules::{Email, MAILS_PER_WINDOW, Purpose};
use crate::accounts::store as accounts;
use crate::badges;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::{self, MemberId};
use crate::outside;
use crate::tokens::Token;

/// What a member reads who asks for the address they have.
pub const SAME: &str = "This is your address already.";

/// What somebody reads whose link opens nothing any more.
#[must_use]
pub fn spent() -> Error {
    Error::Refused(
        "This link was used already, or its 24 hours are over. Your address is as it was; ask for a new link under \
         Settings."
            .to_owned(),
    )
}

/// Sends a link to the address that a member wants, and a notice to the one they have. An address that belongs to an
/// account gets a mail that says so, and the answer is the same: nobody learns who is a member.
///
/// # Errors
/// When it is their address already, or too many mails were sent.
pub fn ask(
    conn: &mut Conn,
    office: &Office,
    member: MemberId,
    email: &Email,
    token: &Token,
    now: Time,
) -> Result<(), Error> {
    let (keys, letterhead) = (&*office.keys, &office.letterhead);
    let account = accounts::mailbox_of(conn, keys, member)?.ok_or(Error::NotFound)?;
    if account.email.as_ref().is_some_and(|now| now.to_lowercase() == email.key()) {
        return Err(Error::refused(SAME));
    }
    throttle(conn, &format!("mail member {}", member.0), MAILS_PER_WINDOW, now)?;
    let for_address = format!("new address {}", keys.index("new address", &email.key()));
    throttle(conn, &for_address, MAILS_PER_WINDOW, now)?;
    let sealed = keys.seal_address(email.as_str(), &email.key())?;
    store::put_change(conn, member, &token.hash(), &sealed, (now, now + LINK))?;
    let mail = match accounts::by_email(conn, keys, &email.key())? {
        Some(other) => letterhead.address_taken(email.as_str(), &other),
        None => letterhead.new_address(email.as_str(), &account, token.as_str()),
    };
    outside::store::queue(conn, keys, &mail, now)?;
    if let (Some(old), Some(_)) = (&account.email, account.verified_at) {
        outside::store::queue(conn, keys, &letterhead.address_changing(old, &account, now), now)?;
    }
    Ok(())
}

/// Changes the address to the one that a link was sent to, uses the link up, and tells the one before. Links that
/// went there open nothing any more.
///
/// # Errors
/// When the link is spent, or the address became an account's meanwhile.
pub fn confirm(conn: &mut Conn, office: &Office, link: &str, now: Time) -> Result<(), Error> {
    let (keys, letterhead) = (&*office.keys, &office.letterhead);
    let (member, email) = store::use_link(conn, &crate::tokens::hash(link), now)?.ok_or_else(spent)?;
    if store::is_taken(conn, &email.index)? {
        return Err(Error::refused("This address belongs to an account already, so yours stays as it was."));
    }
    let account = accounts::mailbox_of(conn, keys, member)?.ok_or(Error::NotFound)?;
    store::set_email(conn, member, &email, now)?;
    accounts::drop_links(conn, Purpose::VerifyEmail, Some(member))?;
    accounts::drop_links(conn, Purpose::ResetPassword, Some(member))?;
    if let (Some(old), Some(_)) = (&account.email, account.verified_at) {
        outside::store::queue(conn, keys, &letterhead.address_changed(old, &account, now), now)?;
    }
    note(conn, member, Entry::Email, now)?;
    let subject = format!("member {}", account.handle);
    members::audit::store::add(conn, Some(member), "email-changed", &subject, "", now)?;
    Ok(())
}

/// Writes down that an entry to an account changed. Where both did within a day, the badge of its member is off
/// before anybody can use it: in the transaction of the second.
///
/// # Errors
/// When the database fails.
pub fn note(conn: &mut Conn, member: MemberId, entry: Entry, now: Time) -> Result<(), Error> {
    let changes = store::note(conn, member, entry, now)?;
    if is_take_over(changes) {
        badges::actions::suspect(conn, member, now)?;
    }
    Ok(())
}
