//! What follows from a passed call: the grant begins, settles and is shown.

use crate::badges::rules::{Badge, GrantState};
use crate::badges::store::{self as badges, NewSettling};
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

/// How many of a hundred grants a second agent looks at, beside every flagged one.
const SECOND_LOOKS: u64 = 5;

/// Begins the grant that a passed call leads to; some are drawn for a second look.
///
/// # Errors
/// When the database refuses the two steps, or fails.
pub fn begin(conn: &mut Conn, case: CaseId, call: CallId, is_flagged: bool, now: Time) -> Result<(), Error> {
    let drawn = getrandom::u64().map_err(|cause| Error::internal(format!("no randomness: {cause}")))? % 100
        < SECOND_LOOKS;
    begin_with(conn, case, call, is_flagged || drawn, now)
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
    badges::expire(conn, now)?;
    let mut shown = 0;
    for (grant, member, bound) in badges::settled(conn, now)? {
        if members::store::get(conn, member)?.name == bound {
            badges::end(conn, member, Badge::IdentityVerified, GrantState::Superseded)?;
            shown += badges::activate(conn, grant, &bound)?;
            tell(conn, member, "badge-active", now)?;
        } else {
            badges::suspend_for_name(conn, grant)?;
            tell(conn, member, "badge-suspended", now)?;
        }
    }
    Ok(shown)
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
