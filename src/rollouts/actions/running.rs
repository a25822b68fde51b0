//! What managers do with a rollout that is approved.

use super::enrolling::entries;
use super::{find, hold, note, take};
use crate::badges::actions as badges;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::events;
use crate::events::rules::Event;
use crate::members::MemberId;
use crate::rollouts::RolloutId;
use crate::rollouts::rules::{Pause, Phase, Plan, Salt, Step, may_agree, may_open};
use crate::rollouts::store::{self, NewEntry, Rollout};
use crate::sealing::Keys;
use crate::threads::ThreadId;

/// What the sealed salt of a rollout is bound to.
pub(super) fn salt_context(id: RolloutId) -> String {
    format!("rollouts.salt {}", id.0)
}

/// The salt of a rollout, sealed or public.
pub(super) fn salt_of(keys: &Keys, rollout: &Rollout) -> Result<Salt, Error> {
    if let Some(salt) = &rollout.salt {
        return Ok(salt.clone());
    }
    let sealed =
        rollout.sealed_salt.as_deref().ok_or_else(|| Error::internal("a rollout without its salt"))?;
    let plain = keys
        .unseal_text(&salt_context(rollout.id), sealed)
        .map_err(|_| Error::internal("the salt of a rollout does not open"))?;
    Salt::parse(&plain).ok_or_else(|| Error::internal("the salt of a rollout is none"))
}

/// Notes where a rollout stands now; its salt becomes public where the phase shows it.
pub(super) fn go(
    conn: &mut Conn,
    keys: &Keys,
    (rollout, to): (&Rollout, Phase),
    pause: Option<Pause>,
    now: Time,
) -> Result<(), Error> {
    let has_sealed = rollout.sealed_salt.is_some();
    let salt = if to.shows_salt() && has_sealed { Some(salt_of(keys, rollout)?) } else { None };
    Ok(store::set_phase(conn, rollout.id, to, (pause, salt.as_ref()), now)?)
}

/// Lets waves open, for the first time or again.
///
/// # Errors
/// When members of long standing have not read of it for long enough, or the latest date has passed.
pub fn open(
    conn: &mut Conn,
    keys: &Keys,
    by: MemberId,
    seen: (RolloutId, i64),
    now: Time,
) -> Result<(), Error> {
    let (found, to) = take(conn, seen, Step::Open, now)?;
    if found.phase == Phase::Approved {
        let approval = found.approval.as_ref().ok_or_else(|| Error::internal("approved by nobody"))?;
        let size = (whole(approval.size), whole(approval.experienced));
        is_told(conn, size, &found.plan, found.plan.thread, now)?;
    }
    go(conn, keys, (&found, to), None, now)?;
    if found.opened_at.is_none() {
        events::store::add(conn, &Event::RolloutOpened { rollout: found.id }, now)?;
    }
    note(conn, Some(by), "rollout-opened", found.id, "", now)
}

fn is_told(
    conn: &mut Conn,
    size: (u64, u64),
    plan: &Plan,
    thread: Option<ThreadId>,
    now: Time,
) -> Result<(), Error> {
    let announced = thread.map(|thread| store::announced_at(conn, thread)).transpose()?.flatten();
    may_open(size, announced, plan.publication, now).map_err(Error::refused)
}

fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

/// Lets no new wave open, until somebody opens it again.
///
/// # Errors
/// When it is not open, or changed meanwhile.
pub fn pause(
    conn: &mut Conn,
    keys: &Keys,
    by: MemberId,
    (seen, reason): ((RolloutId, i64), &str),
    now: Time,
) -> Result<(), Error> {
    let (found, to) = take(conn, seen, Step::Pause, now)?;
    go(conn, keys, (&found, to), Some(Pause::Hand), now)?;
    note(conn, Some(by), "rollout-paused", found.id, reason, now)
}

/// Invites nobody any more: whoever still waits for their turn is left out, and reads so.
///
/// # Errors
/// When it is neither open nor paused, or changed meanwhile.
pub fn close(
    conn: &mut Conn,
    keys: &Keys,
    by: MemberId,
    (seen, reason): ((RolloutId, i64), &str),
    now: Time,
) -> Result<(), Error> {
    let (found, to) = take(conn, seen, Step::Close, now)?;
    store::leave_out(conn, found.id, now)?;
    go(conn, keys, (&found, to), None, now)?;
    note(conn, Some(by), "rollout-closed", found.id, reason, now)
}

/// Ends a rollout before its time. What it held is shown in the same transaction: it was earned.
///
/// # Errors
/// When it is over, or changed meanwhile.
pub fn cancel(
    conn: &mut Conn,
    keys: &Keys,
    by: MemberId,
    (seen, reason): ((RolloutId, i64), &str),
    now: Time,
) -> Result<(), Error> {
    let (found, to) = take(conn, seen, Step::Cancel, now)?;
    if found.holds() {
        show(conn, &found, now)?;
    }
    go(conn, keys, (&found, to), None, now)?;
    note(conn, Some(by), "rollout-cancelled", found.id, reason, now)
}

/// Asks for what is held to be shown now. Another person agrees, or nothing happens.
///
/// # Errors
/// When it holds nothing, somebody asked already, or it changed meanwhile.
pub fn ask_to_show(
    conn: &mut Conn,
    by: MemberId,
    (seen, reason): ((RolloutId, i64), &str),
    now: Time,
) -> Result<(), Error> {
    let found = find(conn, seen.0)?;
    hold(conn, seen, now)?;
    if !found.holds() || found.asked_by.is_some() {
        return Err(Error::Conflict("Nothing is held here, or somebody has asked already.".into()));
    }
    store::set_asked(conn, found.id, Some(by))?;
    note(conn, Some(by), "rollout-show-asked", found.id, reason, now)
}

/// Agrees to what somebody else asked for: everything that is held is shown in this transaction. Or refuses it, where
/// `agrees` is false. Says how many badges are shown.
///
/// # Errors
/// [`Error::Forbidden`] for whoever asked.
pub fn agree_to_show(
    conn: &mut Conn,
    by: MemberId,
    (seen, agrees): ((RolloutId, i64), bool),
    now: Time,
) -> Result<usize, Error> {
    let found = find(conn, seen.0)?;
    hold(conn, seen, now)?;
    let asked = found.asked_by.filter(|_| found.holds());
    let asked = asked.ok_or_else(|| Error::Conflict("Nobody asks for that any more.".into()))?;
    if !agrees {
        store::set_asked(conn, found.id, None)?;
        note(conn, Some(by), "rollout-show-refused", found.id, "", now)?;
        return Ok(0);
    }
    if !may_agree(by, &[asked]) {
        return Err(Error::Forbidden("You asked for this. Somebody else agrees.".into()));
    }
    let count = show(conn, &found, now)?;
    note(conn, Some(by), "rollout-show-agreed", found.id, "", now)?;
    Ok(count)
}

/// Shows what a rollout holds, all of it in this transaction. From now on nothing is held for it.
pub(super) fn show(conn: &mut Conn, rollout: &Rollout, now: Time) -> Result<usize, Error> {
    store::set_shown(conn, rollout.id, now)?;
    store::set_asked(conn, rollout.id, None)?;
    let count = badges::show_held(conn, rollout.id)?;
    events::store::add(conn, &Event::BadgesShown { rollout: rollout.id }, now)?;
    note(conn, None, "rollout-shown", rollout.id, &format!("{count} badges"), now)?;
    Ok(count)
}

/// Asks a larger share of a rollout that runs. Whoever is in it stays in it.
///
/// # Errors
/// When the share is not larger, it does not run, or members of long standing would be asked who have not read of it.
pub fn raise(
    conn: &mut Conn,
    keys: &Keys,
    by: MemberId,
    (seen, percent, thread): ((RolloutId, i64), u8, Option<ThreadId>),
    now: Time,
) -> Result<usize, Error> {
    let found = find(conn, seen.0)?;
    hold(conn, seen, now)?;
    if !matches!(found.phase, Phase::Open | Phase::Paused) {
        return Err(Error::Conflict("This rollout is not open, so its share stays as it is.".into()));
    }
    if percent <= found.plan.percent || percent > 100 {
        return Err(Error::Refused(format!("Write a share from {} to 100.", found.plan.percent + 1)));
    }
    let thread = thread.or(found.plan.thread);
    let plan = Plan { percent, thread, ..found.plan.clone() };
    let salt = salt_of(keys, &found)?;
    let turn = now.and_utc().timestamp();
    // It was a test, and stays one at a hundred: whoever came with an import is not asked.
    let found_now = entries(conn, (&plan, found.id, &salt), (MemberId(0), turn, true), now)?;
    let there = store::everybody(conn, found.id)?;
    let new: Vec<NewEntry> =
        found_now.new.into_iter().filter(|entry| !there.contains(&entry.member)).collect();
    let experienced = new.iter().filter(|entry| found_now.experienced.contains(&entry.member)).count();
    is_told(conn, (1, u64::try_from(experienced).unwrap_or(u64::MAX)), &plan, thread, now)?;
    store::set_percent(conn, found.id, percent, thread)?;
    store::enrol(conn, found.id, &new, now)?;
    note(conn, Some(by), "rollout-raised", found.id, &format!("to {percent} of a hundred"), now)?;
    Ok(new.len())
}
