//! What is done with drafts of policies, each with its audit row in one transaction.

use super::DraftId;
use super::rules::{Step, WrongStep, asked, may_approve};
use super::store::{self, Draft};
use crate::announcements;
use crate::announcements::actions::Manager;
use crate::announcements::rules::Plan;
use crate::badges::rules::{Badge, Terms};
use crate::badges::store::policies::{self, Behind};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::{self, MemberId};
use crate::threads::actions::Written;

/// Keeps what was written as a draft: a new one, or one at this version.
///
/// # Errors
/// When somebody else changed it meanwhile, it is published, or it says nothing of some earlier version.
pub fn save(
    conn: &mut Conn,
    by: MemberId,
    draft: Option<(DraftId, i64)>,
    terms: &Terms,
    now: Time,
) -> Result<DraftId, Error> {
    is_whole(conn, terms)?;
    let id = match draft {
        None => store::insert(conn, by, terms, now)?,
        Some((id, version)) => {
            take(conn, id, version, Step::Save, now)?;
            store::save(conn, id, terms)?;
            id
        }
    };
    if !store::writers(conn, id)?.contains(&by) {
        store::note_writer(conn, id, by)?;
    }
    note(conn, by, if draft.is_none() { "policy-drafted" } else { "policy-saved" }, id, "", now)?;
    Ok(id)
}

/// Whether a policy says of every earlier version, whoever checked, whether it counts. Another version may have been
/// published since it was written.
fn is_whole(conn: &mut Conn, terms: &Terms) -> Result<i64, Error> {
    let version = policies::newest_version(conn, Badge::IdentityVerified)? + 1;
    let says = |(origin, of): (_, i64)| {
        terms.carries.iter().filter(|carry| carry.origin == origin && carry.version == of).count() == 1
    };
    if asked(version).into_iter().all(says) {
        return Ok(version);
    }
    Err(Error::Refused(
        "Another version was published meanwhile. Say of it, too, whether it counts, and have the draft approved again."
            .to_owned(),
    ))
}

/// Somebody who wrote nothing of it approves a draft as it stands.
///
/// # Errors
/// [`Error::Forbidden`] for whoever wrote on it, [`Error::Conflict`] when it was changed meanwhile.
pub fn approve(conn: &mut Conn, by: MemberId, (id, version): (DraftId, i64), now: Time) -> Result<(), Error> {
    if !may_approve(by, &store::writers(conn, id)?) {
        return Err(Error::Forbidden("You wrote on this draft. Somebody else approves it.".into()));
    }
    let found = take(conn, id, version, Step::Approve, now)?;
    is_whole(conn, &found.terms)?;
    store::approve(conn, id, by, now)?;
    note(conn, by, "policy-approved", id, "", now)
}

/// Publishes an approved draft as the next version, with the announcement that tells everybody. Nothing changes it
/// from then on. Says which version it is.
///
/// # Errors
/// When nobody approved it as it stands, somebody was quicker, or the announcement may not stand there.
pub fn publish(
    conn: &mut Conn,
    by: &Manager,
    (id, version): (DraftId, i64),
    (plan, written): (&Plan, &Written),
    now: Time,
) -> Result<i64, Error> {
    let found = take(conn, id, version, Step::Publish, now)?;
    let number = is_whole(conn, &found.terms)?;
    let approved_by = found.approved_by.ok_or_else(|| Error::internal("approved by nobody"))?;
    let announcement = announcements::actions::save(conn, by, None, plan, now)?;
    let seen = announcements::actions::find(conn, announcement, &by.standing)?;
    announcements::actions::publish(conn, Some(by.id), &seen, written, now)?;
    let told = announcements::actions::find(conn, announcement, &by.standing)?;
    let thread = told.thread.ok_or_else(|| Error::internal("an announcement without its thread"))?;
    let behind = Behind { drafted_by: found.drafted_by, approved_by, thread };
    policies::publish(conn, number, &found.terms, &behind, now)?;
    store::set_published(conn, id, number)?;
    note(conn, by.id, "policy-published", id, &format!("as version {number}"), now)?;
    Ok(number)
}

/// Throws a draft away.
///
/// # Errors
/// When it is published, or was changed meanwhile.
pub fn discard(conn: &mut Conn, by: MemberId, (id, version): (DraftId, i64), now: Time) -> Result<(), Error> {
    take(conn, id, version, Step::Discard, now)?;
    store::delete(conn, id)?;
    note(conn, by, "policy-discarded", id, "", now)
}

/// A draft from which `step` may be taken, at the version that was seen; its next version is taken.
fn take(conn: &mut Conn, id: DraftId, version: i64, step: Step, now: Time) -> Result<Draft, Error> {
    let found = store::find(conn, id)?.ok_or(Error::NotFound)?;
    found.phase.after(step).map_err(|why: WrongStep| Error::Conflict(why.to_string().into()))?;
    if !store::take(conn, id, version, now)? {
        return Err(Error::Conflict(
            "Somebody changed this draft meanwhile. Open it again to see how it stands.".into(),
        ));
    }
    Ok(found)
}

fn note(conn: &mut Conn, by: MemberId, act: &str, id: DraftId, reason: &str, now: Time) -> Result<(), Error> {
    Ok(members::store::audit(conn, Some(by), act, &format!("policy draft {}", id.0), reason, now)?)
}
