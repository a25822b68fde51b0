//! Members who are added from the command line.

use crate::accounts::rules::Email;
use crate::accounts::store::{self, NewMember};
use crate::badges::actions::{IMITATION, Likeness, likeness};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::rules::{Role, Tier, TierSource};
use crate::members::{self, MemberId};
use crate::text::names::{DisplayName, Handle};

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
pub fn add(conn: &mut Conn, added: &Added, now: Time) -> Result<MemberId, Error> {
    members::rules::may_hold(&added.roles).map_err(Error::refused)?;
    if store::handle_exists(conn, added.handle.as_str())? {
        return Err(Error::Refused(format!(
            "The handle {} is taken.",
            added.handle.as_str()
        )));
    }
    if store::by_email(conn, &added.email.key())?.is_some() {
        return Err(Error::Refused(format!(
            "The address {} belongs to a member already.",
            added.email.as_str()
        )));
    }
    let likeness = likeness(conn, &added.name, None, now)?;
    if likeness == Likeness::Imitation {
        return Err(Error::Refused(IMITATION.to_owned()));
    }
    let member = store::insert_member(
        conn,
        &NewMember {
            id: None,
            handle: added.handle.as_str(),
            name: added.name.as_str(),
            skeleton: &added.name.skeleton(),
            review: likeness == Likeness::NearMiss,
            email: Some((added.email.as_str(), &added.email.key())),
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
    members::store::audit(
        conn,
        None,
        "member-added",
        added.handle.as_str(),
        "command line",
        now,
    )?;
    Ok(member)
}
