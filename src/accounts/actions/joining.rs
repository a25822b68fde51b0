//! Joining: by the form, by the first administrator's link, and from the command line.

use super::{spent_link, throttle};
use crate::accounts::mails::Letterhead;
use crate::accounts::rules::{self, Email, Purpose};
use crate::accounts::store::{self, NewMember};
use crate::badges::actions::{IMITATION, Likeness, likeness};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::gates;
use crate::members::rules::{Role, Tier, TierSource};
use crate::members::{self, MemberId};
use crate::outside;
use crate::sealing::Keys;
use crate::text::names::{DisplayName, Handle};
use crate::tokens::Token;

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
    keys: &Keys,
    joining: &Joining,
    letterhead: &Letterhead,
    token: &Token,
    now: Time,
) -> Result<(), JoinProblem> {
    if store::handle_exists(conn, joining.handle.as_str())? {
        return Err(JoinProblem::Handle("This handle is taken. Choose another one.".to_owned()));
    }
    let likeness = likeness(conn, &joining.name, None, now)?;
    match likeness {
        Likeness::Imitation => return Err(JoinProblem::Name(IMITATION.to_owned())),
        Likeness::NearMiss if !joining.keeps_name => {
            return Err(JoinProblem::NameLooksAlike(LOOKS_ALIKE.to_owned()));
        }
        Likeness::NearMiss | Likeness::Own => {}
    }
    let account = store::by_email(conn, keys, &joining.email.key())?;
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
        outside::store::queue(conn, keys, &mail, now)?;
        return Ok(());
    }
    let email = keys.seal_address(joining.email.as_str(), &joining.email.key())?;
    let member = store::insert_member(
        conn,
        &NewMember {
            id: None,
            handle: joining.handle.as_str(),
            name: joining.name.as_str(),
            skeleton: &joining.name.skeleton(),
            review: likeness == Likeness::NearMiss,
            email: Some(&email),
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
    gates::actions::assign(conn, member, now)?;
    store::insert_link(conn, &token.hash(), Purpose::VerifyEmail, Some(member), now + rules::VERIFY_LINK)?;
    let mail = letterhead.confirm(joining.email.as_str(), joining.name.as_str(), token.as_str());
    outside::store::queue(conn, keys, &mail, now)?;
    Ok(())
}

/// What a member reads whose name looks like another ordinary member's.
pub const LOOKS_ALIKE: &str = "This name looks like another member's. If it is yours all the same, tick the box below; \
                               a moderator will have a look at it.";

/// Sends the link that confirms the address once more; the earlier one stops working.
///
/// # Errors
/// When the address is confirmed, or too many mails were sent.
pub fn resend_confirmation(
    conn: &mut Conn,
    keys: &Keys,
    member: MemberId,
    letterhead: &Letterhead,
    token: &Token,
    now: Time,
) -> Result<(), Error> {
    throttle(conn, &format!("mail member {}", member.0), rules::MAILS_PER_WINDOW, now)?;
    let mailbox = store::mailbox_of(conn, keys, member)?.ok_or(Error::NotFound)?;
    let (Some(email), None) = (&mailbox.email, mailbox.verified_at) else {
        return Err(Error::Conflict("Your address is confirmed already.".into()));
    };
    store::drop_links(conn, Purpose::VerifyEmail, Some(member))?;
    store::insert_link(conn, &token.hash(), Purpose::VerifyEmail, Some(member), now + rules::VERIFY_LINK)?;
    let mail = letterhead.confirm(email, &mailbox.name, token.as_str());
    outside::store::queue(conn, keys, &mail, now)?;
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

/// Makes a new one-time link with which the first administrator joins, while there is none. Earlier links
/// stop working.
///
/// # Errors
/// When the database fails.
pub fn offer_first_administrator(conn: &mut Conn, token: &Token, now: Time) -> Result<bool, Error> {
    if members::store::count_holding(conn, Role::Administrator)? > 0 {
        return Ok(false);
    }
    store::drop_links(conn, Purpose::FirstAdministrator, None)?;
    let end = now + rules::FIRST_ADMINISTRATOR_LINK;
    store::insert_link(conn, &token.hash(), Purpose::FirstAdministrator, None, end)?;
    Ok(true)
}

/// Whether this link still lets the first administrator join: once there is one by any other way, it does not.
///
/// # Errors
/// When the database fails.
pub fn is_first_administrator(conn: &mut Conn, link: &str, now: Time) -> Result<bool, Error> {
    let found = store::find_link(conn, &crate::tokens::hash(link), Purpose::FirstAdministrator, now)?;
    Ok(found.is_some() && members::store::count_holding(conn, Role::Administrator)? == 0)
}

/// A checked member from the command line.
#[derive(Clone, Debug)]
pub struct Added {
    /// Name in addresses.
    pub handle: Handle,
    /// Name that people read.
    pub name: DisplayName,
    /// E-mail address, which counts as confirmed.
    pub email: Email,
    /// Roles.
    pub roles: Vec<Role>,
    /// Tier.
    pub tier: Option<Tier>,
    /// The password's hash.
    pub password_hash: String,
}

/// Adds a member from the command line: whoever can run it needs no mail to be believed.
///
/// # Errors
/// When the handle or the address is taken, the name imitates somebody, or the roles clash.
pub fn add(conn: &mut Conn, keys: &Keys, added: &Added, now: Time) -> Result<MemberId, Error> {
    members::rules::may_hold(&added.roles).map_err(Error::refused)?;
    if store::handle_exists(conn, added.handle.as_str())? {
        return Err(Error::Refused(format!("The handle {} is taken.", added.handle.as_str())));
    }
    if store::by_email(conn, keys, &added.email.key())?.is_some() {
        return Err(Error::Refused(format!(
            "The address {} belongs to a member already.",
            added.email.as_str()
        )));
    }
    let likeness = likeness(conn, &added.name, None, now)?;
    if likeness == Likeness::Imitation {
        return Err(Error::Refused(IMITATION.to_owned()));
    }
    let email = keys.seal_address(added.email.as_str(), &added.email.key())?;
    let member = store::insert_member(
        conn,
        &NewMember {
            id: None,
            handle: added.handle.as_str(),
            name: added.name.as_str(),
            skeleton: &added.name.skeleton(),
            review: likeness == Likeness::NearMiss,
            email: Some(&email),
            email_verified_at: Some(now),
            password_hash: Some(&added.password_hash),
            joined_at: now,
        },
    )?;
    for role in &added.roles {
        members::store::give_role(conn, member, *role, None, now)?;
    }
    if let Some(tier) = added.tier {
        members::store::set_tier(conn, member, Some(tier), TierSource::Command, None, now)?;
    }
    members::store::audit(conn, None, "member-added", added.handle.as_str(), "command line", now)?;
    Ok(member)
}
