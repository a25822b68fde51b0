//! What happens to badges when the member they belong to changes.

use std::collections::HashSet;

use super::rules::{Badge, Cause, GrantState, Move, Place, next};
use super::store::{self, Due, NewGrant};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::events;
use crate::events::rules::Event;
use crate::members::rules::Role;
use crate::members::{self, MemberId};
use crate::rollouts::RolloutId;
use crate::text::names::DisplayName;

/// What a display name looks like to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// Like nobody's.
    Own,
    /// Like another member's, who is neither staff nor verified: a warning and a review.
    NearMiss,
    /// Like the name of staff or of a verified member: refused.
    Imitation,
}

/// Compares a name with everybody's but `except`'s.
///
/// # Errors
/// When the database fails.
pub fn likeness(
    conn: &mut Conn,
    name: &DisplayName,
    except: Option<MemberId>,
    now: Time,
) -> Result<Likeness, Error> {
    let alike = members::store::look_alikes(conn, &name.skeleton(), except)?;
    if alike.is_empty() {
        return Ok(Likeness::Own);
    }
    let is_staff =
        members::store::roles_of(conn, &alike)?.values().any(|roles: &Vec<Role>| !roles.is_empty());
    let is_verified = !store::verified_among(conn, &alike, now)?.is_empty();
    Ok(if is_staff || is_verified { Likeness::Imitation } else { Likeness::NearMiss })
}

/// Changes a display name. A badge binds the name under which the fact was checked, so every badge that binds
/// another name comes off in the same transaction, and what was off for its name alone comes back with it. The
/// answer says how many came off.
///
/// # Errors
/// When the name imitates staff or a verified member, or the database fails.
pub fn rename(conn: &mut Conn, member: MemberId, name: &DisplayName, now: Time) -> Result<usize, Error> {
    let likeness = likeness(conn, name, Some(member), now)?;
    if likeness == Likeness::Imitation {
        return Err(Error::Refused(IMITATION.to_owned()));
    }
    let suspended = store::suspend_all(conn, member)?;
    let review = likeness == Likeness::NearMiss;
    members::store::set_name(conn, member, name.as_str(), &name.skeleton(), review)?;
    let returned = return_named(conn, member, name.as_str(), now)?;
    for (many, act) in [(suspended, "badges-suspended"), (returned, "badges-returned")] {
        if many > 0 {
            let subject = format!("member {}", member.0);
            members::audit::store::add(conn, Some(member), act, &subject, Cause::Name.code(), now)?;
        }
    }
    if suspended + returned > 0 {
        events::store::add(conn, &Event::VerificationMoved { member }, now)?;
    }
    Ok(suspended)
}

/// Shows what is off for its name alone and binds this one; of each badge the newest.
fn return_named(conn: &mut Conn, member: MemberId, name: &str, now: Time) -> Result<usize, Error> {
    let mut seen = HashSet::new();
    let from = Place::off(Cause::Name);
    let lift = Move::Lift { cause: Cause::Name, name_is_bound: true };
    let mut returned = 0;
    for grant in store::named(conn, member, name, now)? {
        if seen.insert(grant.badge) {
            let to = next(from, lift).map_err(Error::refused)?;
            returned += usize::from(store::move_to(conn, &grant, from, to)?);
        }
    }
    Ok(returned)
}

/// Lets a grant begin hidden where its member hid the one before it: who hid a badge stays hidden, until they show it.
///
/// # Errors
/// When the database fails.
pub fn keep_hidden(conn: &mut Conn, grant: &Due) -> Result<(), Error> {
    if let Some(at) = store::hidden_before(conn, grant)? {
        store::note_hidden(conn, grant, at)?;
    }
    Ok(())
}

/// Shows everything that is held back for a rollout, all of it in this transaction, and says how many badges that are.
///
/// # Errors
/// When the database fails.
pub fn show_held(conn: &mut Conn, rollout: RolloutId) -> Result<usize, Error> {
    store::supersede_for(conn, rollout)?;
    Ok(store::show_held(conn, rollout)?)
}

/// Takes Identity Verified off for now because the account looks as if somebody took it over, and says whether there
/// was something to take off.
///
/// # Errors
/// When the database fails.
pub fn suspect(conn: &mut Conn, member: MemberId, now: Time) -> Result<bool, Error> {
    let (badge, cause) = (Badge::IdentityVerified, Cause::TakeOver);
    let Some(grant) = store::open_to(conn, member, badge, Move::Supersede)? else { return Ok(false) };
    // What is off for something else already does not come back by this.
    let Ok(to) = next(grant.place, Move::Suspend(cause)) else { return Ok(false) };
    let due = store::due(conn, grant.id)?.ok_or(Error::NotFound)?;
    if !store::move_to(conn, &due, grant.place, to)? {
        return Ok(false);
    }
    store::note_suspension(conn, grant.id, None, now)?;
    let why = format!("{}: {TAKE_OVER}", cause.code());
    let (grant, member_name) = (format!("grant {}", grant.id), format!("member {}", member.0));
    members::audit::store::add(conn, None, "grant.suspended", &grant, &why, now)?;
    members::audit::store::add(conn, None, "badge-suspended", &member_name, "", now)?;
    events::store::add(conn, &Event::VerificationMoved { member }, now)?;
    Ok(true)
}

/// What the audit says of a badge that is off for that.
const TAKE_OVER: &str = "a second factor was added and the e-mail address changed within a day";

/// Gives a badge for a check that was passed, under the newest policy; what was granted before is superseded.
///
/// # Errors
/// When there is no policy, or the database fails.
pub fn grant(conn: &mut Conn, member: MemberId, badge: Badge, now: Time) -> Result<(), Error> {
    if badge == Badge::IdentityVerified {
        return Err(Error::internal("this badge begins with a passed call alone"));
    }
    let policies = store::policies(conn)?;
    let policy = policies
        .iter()
        .find(|policy| policy.badge == badge)
        .ok_or_else(|| Error::internal(format!("no policy for {}", badge.code())))?;
    let name = members::store::get(conn, member)?.name;
    let months = policy.valid_months.and_then(|months| u32::try_from(months).ok());
    store::end(conn, member, badge, GrantState::Superseded)?;
    let grant = NewGrant {
        member,
        badge,
        policy_version: policy.version,
        bound_name: &name,
        state: GrantState::Active,
        granted_at: now,
        expires_at: months.and_then(|months| now.checked_add_months(chrono::Months::new(months))),
    };
    store::insert_checked(conn, &grant)?;
    match store::newest(conn, member, badge)? {
        Some(known) => keep_hidden(conn, &Due { id: known.id, member, badge, bound_name: known.bound_name }),
        None => Ok(()),
    }
}

/// Ends a badge because what it says does not hold any more, and says whether there was one.
///
/// # Errors
/// When the database fails.
pub fn end(conn: &mut Conn, member: MemberId, badge: Badge) -> Result<bool, Error> {
    Ok(store::end(conn, member, badge, GrantState::Expired)? > 0)
}

/// What a member reads whose name looks like that of staff or of a verified member.
pub const IMITATION: &str = "This name looks like that of a staff member or a verified member. Choose one that cannot be mistaken for it.";
