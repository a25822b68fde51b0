//! From a draft to an approved rollout.

use super::enrolling::{Preview, beginning, each_in, entries, is_experienced};
use super::{note, take};
use crate::badges::rules::Badge;
use crate::badges::store as badges;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;
use crate::rollouts::RolloutId;
use crate::rollouts::rules::{Invitation, Plan, Salt, Step, audience_hash, may_agree};
use crate::rollouts::store::{self, Approval};
use crate::sealing::Keys;

/// How many members a preview names.
const SAMPLE: usize = 10;

/// Whom a plan takes, with the first of them.
///
/// # Errors
/// When the database fails.
pub fn preview(conn: &mut Conn, plan: &Plan, id: Option<RolloutId>, now: Time) -> Result<Preview, Error> {
    let mut found = Preview::default();
    let id = id.unwrap_or(RolloutId(0));
    let (_, elsewhere) = each_in(conn, (plan, id), MemberId(0), now, |member, who| {
        found.whole += 1;
        match beginning(who, plan.percent < 100) {
            Invitation::Exempt => found.exempt += 1,
            Invitation::CarriedOver => found.have_it += 1,
            _ => {
                found.experienced += u64::from(is_experienced(who, now));
                if found.sample.len() < SAMPLE {
                    found.sample.push(member);
                }
            }
        }
    })?;
    Ok(Preview { elsewhere, ..found })
}

/// Keeps what was written as a draft: a new one, or one at this version. What was approved is a draft again.
///
/// # Errors
/// When somebody else changed it meanwhile, it is open, or its policy is not the one in force.
pub fn save(
    conn: &mut Conn,
    by: MemberId,
    draft: Option<(RolloutId, i64)>,
    plan: &Plan,
    now: Time,
) -> Result<RolloutId, Error> {
    is_in_force(conn, plan)?;
    let id = match draft {
        None => store::insert(conn, by, plan, now)?,
        Some(seen) => {
            take(conn, seen, Step::Save, now)?;
            store::clear(conn, seen.0)?;
            store::save(conn, seen.0, plan)?;
            seen.0
        }
    };
    if !store::writers(conn, id)?.contains(&by) {
        store::note_writer(conn, id, by)?;
    }
    note(conn, Some(by), if draft.is_none() { "rollout-drafted" } else { "rollout-saved" }, id, "", now)?;
    Ok(id)
}

fn is_in_force(conn: &mut Conn, plan: &Plan) -> Result<(), Error> {
    let policies = badges::policies(conn)?;
    let newest =
        policies.iter().filter(|policy| policy.badge == Badge::IdentityVerified).map(|one| one.version).max();
    if newest == Some(plan.policy_version) {
        return Ok(());
    }
    Err(Error::Refused(
        "Another version of the policy is in force now. Choose it and read it once more.".to_owned(),
    ))
}

/// Somebody who wrote nothing of it approves a draft as it stands. Its audience is fixed and put into its order, by a
/// salt that nobody chose; the hashes of both are public from now on.
///
/// # Errors
/// [`Error::Forbidden`] for whoever wrote on it, [`Error::Conflict`] when it was changed meanwhile, and a refusal when
/// nobody would be in it.
pub fn approve(
    conn: &mut Conn,
    keys: &Keys,
    by: MemberId,
    (seen, note_text): ((RolloutId, i64), &str),
    now: Time,
) -> Result<(), Error> {
    let id = seen.0;
    if !may_agree(by, &store::writers(conn, id)?) {
        return Err(Error::Forbidden("You wrote on this rollout. Somebody else approves it.".into()));
    }
    let (found, _) = take(conn, seen, Step::Approve, now)?;
    is_in_force(conn, &found.plan)?;
    let salt = new_salt()?;
    let is_test = found.plan.percent < 100;
    let all = entries(conn, (&found.plan, id, &salt), (MemberId(0), 0, is_test), now)?;
    let new = all.new;
    if !new.iter().any(|entry| entry.state == Invitation::Queued) {
        return Err(Error::refused("Nobody is in this rollout, so there is nobody to invite."));
    }
    let members: Vec<MemberId> = new.iter().map(|entry| entry.member).collect();
    let approval = Approval {
        by,
        at: now,
        note: note_text.to_owned(),
        salt_hash: salt.published_hash(),
        audience_hash: audience_hash(&members),
        size: i64::try_from(new.len()).unwrap_or(i64::MAX),
        experienced: i64::try_from(all.experienced.len()).unwrap_or(i64::MAX),
    };
    let sealed = keys.seal_text(&super::running::salt_context(id), salt.as_str())?;
    store::approve(conn, id, &approval, &sealed, all.up_to)?;
    store::enrol(conn, id, &new, now)?;
    note(conn, Some(by), "rollout-approved", id, note_text, now)
}

fn new_salt() -> Result<Salt, Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|cause| Error::internal(format!("no randomness: {cause}")))?;
    Ok(Salt::of(bytes))
}
