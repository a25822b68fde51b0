//! Joining, confirming, signing in and out, and changing the password: each in one transaction.

mod added;
mod first;
mod profile;

use super::SessionId;
use super::mails::Letterhead;
use super::rules::{self, Email, Purpose};
use super::store::{self, Device, NewMember};
use crate::badges::actions::{IMITATION, Likeness, likeness};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::rules::Role;
use crate::members::{self, MemberId};
use crate::outside;
use crate::text::names::{DisplayName, Handle};
use crate::tokens::Token;

pub use added::{Added, add};
pub use first::{is_first_administrator, offer_first_administrator};
pub use profile::{Profile, save_profile};

/// A checked wish to join.
#[derive(Clone, Debug)]
pub struct Joining {
    /// Name in addresses.
    pub handle: Handle,
    /// Name that people read.
    pub name: DisplayName,
    /// E-mail address.
    pub email: Email,
    /// The password's hash.
    pub password_hash: String,
    /// Whether the member was told that the name looks like another's, and stays with it.
    pub keeps_name: bool,
    /// The one-time link of the first administrator, where one was followed.
    pub first_administrator: Option<String>,
}

/// Which field stands in the way of joining, and why.
#[derive(Debug)]
pub enum JoinProblem {
    /// The handle is taken.
    Handle(String),
    /// The name imitates somebody.
    Name(String),
    /// The name looks like another member's: allowed when one insists.
    NameLooksAlike(String),
    /// The first administrator's address is a member's.
    Email(String),
    /// Anything else.
    Other(Error),
}

impl<E: Into<Error>> From<E> for JoinProblem {
    fn from(cause: E) -> Self {
        Self::Other(cause.into())
    }
}

/// Makes an account and queues the mail that confirms its address. An address that has an account already
/// gets a mail that says so, and the answer is the same: nobody learns who is a member.
///
/// # Errors
/// What stands in the way, by field.
pub fn join(
    conn: &mut Conn,
    joining: &Joining,
    letterhead: &Letterhead,
    token: &Token,
    now: Time,
) -> Result<(), JoinProblem> {
    if store::handle_exists(conn, joining.handle.as_str())? {
        return Err(JoinProblem::Handle(
            "This handle is taken. Choose another one.".to_owned(),
        ));
    }
    let likeness = likeness(conn, &joining.name, None, now)?;
    match likeness {
        Likeness::Imitation => return Err(JoinProblem::Name(IMITATION.to_owned())),
        Likeness::NearMiss if !joining.keeps_name => {
            return Err(JoinProblem::NameLooksAlike(LOOKS_ALIKE.to_owned()));
        }
        Likeness::NearMiss | Likeness::Own => {}
    }
    let account = store::by_email(conn, &joining.email.key())?;
    let is_first = match &joining.first_administrator {
        None => false,
        Some(link) => {
            if !is_first_administrator(conn, link, now)? {
                return Err(spent_link().into());
            }
            // Whoever holds the link may know who is a member, and must not lose it for nothing.
            if account.is_some() {
                return Err(JoinProblem::Email(
                    "This address belongs to a member already. Take another one.".to_owned(),
                ));
            }
            let hash = crate::tokens::hash(link);
            store::use_link(conn, &hash, Purpose::FirstAdministrator, now)?.ok_or_else(spent_link)?;
            true
        }
    };
    if let Some(account) = account {
        let mail = letterhead.joined_already(joining.email.as_str(), &account);
        outside::store::queue(conn, &mail, now)?;
        return Ok(());
    }
    let (email, key) = (joining.email.as_str(), joining.email.key());
    let member = store::insert_member(
        conn,
        &NewMember {
            id: None,
            handle: joining.handle.as_str(),
            name: joining.name.as_str(),
            skeleton: &joining.name.skeleton(),
            review: likeness == Likeness::NearMiss,
            email: Some((email, &key)),
            // Whoever reads the link off the machine's own console needs no mail to be believed.
            email_verified_at: is_first.then_some(now),
            password_hash: Some(&joining.password_hash),
            joined_at: now,
        },
    )?;
    if is_first {
        members::store::give_role(conn, member, Role::Administrator, None, now)?;
        members::store::audit(
            conn,
            Some(member),
            "first-administrator",
            joining.handle.as_str(),
            "one-time link",
            now,
        )?;
        return Ok(());
    }
    store::insert_link(
        conn,
        &token.hash(),
        Purpose::VerifyEmail,
        Some(member),
        now + rules::VERIFY_LINK,
    )?;
    let mail = letterhead.confirm(email, joining.name.as_str(), token.as_str());
    outside::store::queue(conn, &mail, now)?;
    Ok(())
}

/// What a member reads whose name looks like another ordinary member's.
pub const LOOKS_ALIKE: &str = "This name looks like another member's. If it is yours all the same, tick the box below; \
                               a moderator will have a look at it.";

fn spent_link() -> Error {
    Error::Refused("This link was used already, or its time is over. Ask for a new one.".to_owned())
}

/// Sends the link that confirms the address once more; the earlier one stops working.
///
/// # Errors
/// When the address is confirmed, or too many mails were sent.
pub fn resend_confirmation(
    conn: &mut Conn,
    member: MemberId,
    letterhead: &Letterhead,
    token: &Token,
    now: Time,
) -> Result<(), Error> {
    throttle(
        conn,
        &format!("mail member {}", member.0),
        rules::MAILS_PER_WINDOW,
        now,
    )?;
    let mailbox = store::mailbox_of(conn, member)?.ok_or(Error::NotFound)?;
    let (Some(email), None) = (&mailbox.email, mailbox.verified_at) else {
        return Err(Error::Conflict("Your address is confirmed already.".into()));
    };
    store::drop_links(conn, Purpose::VerifyEmail, Some(member))?;
    store::insert_link(
        conn,
        &token.hash(),
        Purpose::VerifyEmail,
        Some(member),
        now + rules::VERIFY_LINK,
    )?;
    let mail = letterhead.confirm(email, &mailbox.name, token.as_str());
    outside::store::queue(conn, &mail, now)?;
    Ok(())
}

/// Confirms the address that a link was sent to, and uses the link up.
///
/// # Errors
/// When the link is spent.
pub fn confirm_email(conn: &mut Conn, link: &str, now: Time) -> Result<(), Error> {
    let member = store::use_link(conn, &crate::tokens::hash(link), Purpose::VerifyEmail, now)?;
    let member = member.flatten().ok_or_else(spent_link)?;
    store::confirm_email(conn, member, now)?;
    Ok(())
}

/// Counts a try and refuses it when there were too many in the window. The count stands even when the rest
/// of the request fails, so call it in a transaction of its own where that matters.
///
/// # Errors
/// [`Error::TooMany`] with the time to wait.
pub fn throttle(conn: &mut Conn, name: &str, limit: i64, now: Time) -> Result<(), Error> {
    let (tries, began) = store::count_try(conn, name, now - rules::WINDOW, now)?;
    if tries > limit {
        Err(Error::TooMany {
            seconds: rules::seconds_left(began, now),
        })
    } else {
        Ok(())
    }
}

/// Counts a sign-in for the account and for the network address, whether or not there is such an account.
/// `Ok(Some(seconds))` says that there were too many; the counts are kept either way.
///
/// # Errors
/// When the database fails.
pub fn count_sign_in(conn: &mut Conn, login: &str, address: &str, now: Time) -> Result<Option<i64>, Error> {
    let since = now - rules::WINDOW;
    let (by_account, account_began) = store::count_try(conn, &account_key(login), since, now)?;
    let (by_address, address_began) = store::count_try(conn, &format!("sign-in from {address}"), since, now)?;
    let account = (by_account > rules::TRIES_PER_ACCOUNT).then(|| rules::seconds_left(account_began, now));
    let address = (by_address > rules::TRIES_PER_ADDRESS).then(|| rules::seconds_left(address_began, now));
    Ok(account.max(address))
}

/// The name under which tries for an account are counted. Hashed, so that what was typed into the wrong
/// field is not kept.
fn account_key(login: &str) -> String {
    format!(
        "sign-in to {}",
        data_encoding::HEXLOWER.encode(&crate::tokens::hash(login)[..16])
    )
}

/// Opens a session after the right password, and forgets the account's failed tries.
///
/// # Errors
/// When the database fails.
pub fn sign_in(
    conn: &mut Conn,
    member: MemberId,
    login: Option<&str>,
    token: &Token,
    device: &Device,
    now: Time,
) -> Result<(), Error> {
    if let Some(login) = login {
        store::forget_tries(conn, &account_key(login))?;
    }
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
    email: &Email,
    address: &str,
    letterhead: &Letterhead,
    token: &Token,
    now: Time,
) -> Result<(), Error> {
    let for_address = format!(
        "reset {}",
        data_encoding::HEXLOWER.encode(&crate::tokens::hash(&email.key())[..16])
    );
    throttle(conn, &for_address, rules::MAILS_PER_WINDOW, now)?;
    throttle(
        conn,
        &format!("reset from {address}"),
        rules::TRIES_PER_ADDRESS,
        now,
    )?;
    let Some(account) = store::by_email(conn, &email.key())? else {
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
    outside::store::queue(conn, &letterhead.reset(&to, &account, token.as_str()), now)?;
    Ok(())
}

/// Sets a new password by a reset link, uses the link up and ends every session. Who can read the mailbox
/// has also proved the address.
///
/// # Errors
/// When the link is spent.
pub fn reset_password(
    conn: &mut Conn,
    link: &str,
    hash: &str,
    letterhead: &Letterhead,
    now: Time,
) -> Result<(), Error> {
    let member = store::use_link(conn, &crate::tokens::hash(link), Purpose::ResetPassword, now)?;
    let member = member.flatten().ok_or_else(spent_link)?;
    store::confirm_email(conn, member, now)?;
    change_password(conn, member, hash, None, letterhead, now)
}

/// Sets a new password, ends every session but `keep`, and tells the member by mail.
///
/// # Errors
/// When the database fails.
pub fn change_password(
    conn: &mut Conn,
    member: MemberId,
    hash: &str,
    keep: Option<SessionId>,
    letterhead: &Letterhead,
    now: Time,
) -> Result<(), Error> {
    store::set_password(conn, member, hash)?;
    store::end_sessions(conn, member, keep)?;
    store::drop_links(conn, Purpose::ResetPassword, Some(member))?;
    let mailbox = store::mailbox_of(conn, member)?.ok_or(Error::NotFound)?;
    if let Some(email) = &mailbox.email {
        outside::store::queue(conn, &letterhead.password_changed(email, &mailbox), now)?;
    }
    Ok(())
}
