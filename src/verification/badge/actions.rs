//! What follows from a passed call: the grant begins, settles and is shown, and what trust administrators do.

mod ending;
mod trust;

pub use ending::{is_anybody_to_remind, remind};
pub use trust::{ask_revocation, decide_revocation, lift, lift_one, suspend};

use super::rules::{Doubt, TOOK_PART, is_drawn, may_look};
use super::store::{self, Look};
use crate::badges::actions as badge_actions;
use crate::badges::rules::{Badge, GrantState, Move, Place, Settled, next};
use crate::badges::store::{self as badges, Due, NewSettling};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::events;
use crate::events::rules::Event;
use crate::members;
use crate::members::MemberId;
use crate::verification::CaseId;
use crate::verification::call::CallId;
use crate::verification::document;

/// Begins the grant that a passed call leads to; so many of a hundred are drawn for a second look, beside every
/// flagged one.
///
/// # Errors
/// When the database refuses the two steps, or fails.
pub fn begin(
    conn: &mut Conn,
    case: CaseId,
    call: CallId,
    (is_flagged, share): (bool, u8),
    now: Time,
) -> Result<(), Error> {
    let number = getrandom::u64().map_err(|cause| Error::internal(format!("no randomness: {cause}")))?;
    begin_with(conn, case, call, is_flagged || is_drawn(number, share), now)
}

/// Begins a grant of which it is known whether a second agent looks.
///
/// # Errors
/// When the database refuses the two steps, or fails.
pub fn begin_with(
    conn: &mut Conn,
    case: CaseId,
    call: CallId,
    needs_second: bool,
    now: Time,
) -> Result<(), Error> {
    let found = document::store::find(conn, case)?.ok_or(Error::NotFound)?;
    let (badge, member) = (Badge::IdentityVerified, found.member);
    let policies = badges::policies(conn)?;
    let policy = policies
        .iter()
        .find(|policy| policy.badge == badge && policy.version == found.policy_version)
        .ok_or_else(|| Error::internal("no policy for this case"))?;
    let (minutes, hours) = badges::clock_of(conn, badge, policy.version)?;
    let months = policy.valid_months.and_then(|months| u32::try_from(months).ok());
    let name = members::store::get(conn, member)?.name;
    let grant = NewSettling {
        member,
        policy_version: policy.version,
        bound_name: &name,
        document_case: case.0,
        call: call.0,
        granted_at: now,
        expires_at: months.and_then(|months| now.checked_add_months(chrono::Months::new(months))),
        settles_at: now + chrono::Duration::minutes(minutes),
        promised_until: now + chrono::Duration::hours(hours),
        needs_second,
    };
    badges::insert_settling(conn, &grant)?;
    tell(conn, member, "badge-settling", now)
}

/// Shows every grant that has settled, holds back those whose name changed meanwhile, and ends those past their
/// date. Says how many are shown now.
///
/// # Errors
/// When the database fails.
pub fn settle(conn: &mut Conn, now: Time) -> Result<usize, Error> {
    end_expired(conn, now)?;
    let mut shown = 0;
    for grant in badges::settled(conn, now)? {
        let state = settle_one(conn, &grant, now)?;
        shown += usize::from(state == GrantState::Active);
    }
    Ok(shown)
}

fn end_expired(conn: &mut Conn, now: Time) -> Result<(), Error> {
    let past = badges::expiring(conn, now)?;
    if past.is_empty() {
        return Ok(());
    }
    let numbers: Vec<i64> = past.iter().map(|grant| grant.id).collect();
    badges::expire(conn, &numbers)?;
    for grant in past.iter().filter(|grant| grant.badge == Badge::IdentityVerified) {
        tell(conn, grant.member, "badge-expired", now)?;
    }
    Ok(())
}

/// Ends the settling of a grant that needed no second look, or had it, and says where it stands then.
fn settle_one(conn: &mut Conn, grant: &Due, now: Time) -> Result<GrantState, Error> {
    let is_bound = members::store::get(conn, grant.member)?.name == grant.bound_name;
    let held_for = badges::holding(conn, grant.member)?.filter(|_| grant.badge == Badge::IdentityVerified);
    let end = match held_for {
        _ if !is_bound => Settled::NameDiffers,
        Some(_) => Settled::Embargoed,
        None => Settled::Shown,
    };
    let to = next(Place::BEGIN, Move::Settle { is_looked_at: true, end }).map_err(Error::refused)?;
    if to.state == GrantState::Active {
        badges::end(conn, grant.member, grant.badge, GrantState::Superseded)?;
    }
    if !badges::move_to(conn, grant, Place::BEGIN, to)? {
        return Err(moved_on());
    }
    if let Some(rollout) = held_for {
        badges::note_held(conn, grant.id, rollout)?;
    }
    badge_actions::keep_hidden(conn, grant)?;
    let act = match to.state {
        GrantState::Active => "badge-active",
        GrantState::Embargoed => "badge-embargoed",
        _ => "badge-suspended",
    };
    tell(conn, grant.member, act, now)?;
    Ok(to.state)
}

/// A grant that waits for a second look, and that this agent may look at.
///
/// # Errors
/// [`Error::NotFound`] when there is none, [`Error::Forbidden`] when the agent took part, [`Error::Conflict`] when
/// it was looked at meanwhile.
fn to_look_at(conn: &mut Conn, grant: i64, agent: MemberId) -> Result<Due, Error> {
    let look = store::look(conn, grant)?.ok_or(Error::NotFound)?;
    if !may_look(agent, look.member, &took_part(conn, &look)?) {
        return Err(Error::Forbidden(TOOK_PART.into()));
    }
    if badges::place(conn, grant)? != Some(Place::BEGIN) {
        return Err(moved_on());
    }
    badges::due(conn, grant)?.ok_or(Error::NotFound)
}

/// Everybody who decided about the document or in a call about it.
///
/// # Errors
/// When the database fails.
pub fn took_part(conn: &mut Conn, look: &Look) -> Result<Vec<MemberId>, Error> {
    let cases: Vec<i64> = look.case.into_iter().collect();
    let documents = store::documents(conn, &cases)?;
    let talks = store::talks(conn, &cases)?;
    Ok(documents.into_values().chain(talks.into_values()).flatten().map(|step| step.agent).collect())
}

fn moved_on() -> Error {
    Error::Conflict("Somebody looked at this meanwhile. Nothing of yours was written.".into())
}

/// A second agent found nothing wrong: the grant settles at once. Says where it stands then.
///
/// # Errors
/// As for an agent who may not look, and when somebody was quicker.
pub fn confirm(conn: &mut Conn, grant: i64, agent: MemberId, now: Time) -> Result<GrantState, Error> {
    let due = to_look_at(conn, grant, agent)?;
    if !badges::note_second(conn, grant, agent, None, now)? {
        return Err(moved_on());
    }
    let subject = format!("grant {grant}");
    members::audit::store::add(conn, Some(agent), "second-look.confirmed", &subject, "", now)?;
    settle_one(conn, &due, now)
}

/// A second agent found something wrong: the grant is taken away before it was shown, and the member is told the
/// class of the reason. The words are for whoever looks after.
///
/// # Errors
/// As for [`confirm`].
pub fn refuse(
    conn: &mut Conn,
    grant: i64,
    agent: MemberId,
    (doubt, words): (Doubt, &str),
    now: Time,
) -> Result<(), Error> {
    let due = to_look_at(conn, grant, agent)?;
    if !badges::note_second(conn, grant, agent, Some(doubt.code()), now)? {
        return Err(moved_on());
    }
    let to = next(Place::BEGIN, Move::Revoke).map_err(Error::refused)?;
    if !badges::move_to(conn, &due, Place::BEGIN, to)? {
        return Err(moved_on());
    }
    let (subject, why) = (format!("grant {grant}"), format!("{}: {words}", doubt.code()));
    members::audit::store::add(conn, Some(agent), "second-look.refused", &subject, &why, now)?;
    tell(conn, due.member, "badge-revoked", now)
}

/// Hides the member's own badge from everybody, or shows it again; nothing else changes.
///
/// # Errors
/// When the database fails.
pub fn set_hidden(conn: &mut Conn, member: MemberId, is_hidden: bool, now: Time) -> Result<bool, Error> {
    let changed = badges::set_hidden(conn, member, Badge::IdentityVerified, is_hidden.then_some(now))? > 0;
    if changed {
        let act = if is_hidden { "badge-hidden" } else { "badge-shown" };
        members::audit::store::add(
            conn,
            Some(member),
            act,
            &format!("member {member}", member = member.0),
            "",
            now,
        )?;
    }
    Ok(changed)
}

fn tell(conn: &mut Conn, member: MemberId, act: &str, now: Time) -> Result<(), Error> {
    members::audit::store::add(conn, None, act, &format!("member {member}", member = member.0), "", now)?;
    Ok(events::store::add(conn, &Event::VerificationMoved { member }, now)?)
}
