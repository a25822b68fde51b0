//! Appealing, deciding, and taking back what was done.

use super::rules::{self, Decision};
use super::store;
use crate::acts::ActId;
use crate::acts::rules::{ActKind, Actor};
use crate::acts::store::Act;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::events::rules::Event;
use crate::members::{self, MemberId};
use crate::moderation::{actions, sanctions};
use crate::{acts, events, threads};

/// Appeals against an act, once.
///
/// # Errors
/// When it does not concern them, or may not be appealed.
pub fn appeal(conn: &mut Conn, act: ActId, by: MemberId, words: &str, now: Time) -> Result<(), Error> {
    let found = acts::store::find(conn, act)?.filter(|one| one.member == Some(by));
    let found = found.ok_or(Error::NotFound)?;
    let has_appeal = store::find(conn, act)?.is_some();
    rules::may_appeal(found.kind, found.reversed_at.is_some(), has_appeal)
        .map_err(|why| Error::Conflict(why.to_string().into()))?;
    store::insert(conn, act, by, words, now)?;
    members::store::audit(conn, Some(by), "appealed", &format!("act {}", act.0), "", now)?;
    Ok(())
}

/// Decides an appeal; whoever appealed is told.
///
/// # Errors
/// When there is none, it was decided already, or somebody else has to decide it.
pub fn decide(
    conn: &mut Conn,
    act: ActId,
    by: Actor,
    decision: Decision,
    reason: &str,
    now: Time,
) -> Result<(), Error> {
    let appeal = store::find(conn, act)?.ok_or(Error::NotFound)?;
    let found = acts::store::find(conn, act)?.ok_or(Error::NotFound)?;
    rules::may_decide(by.id, found.actor, appeal.member)
        .map_err(|why| Error::Forbidden(why.to_string().into()))?;
    if !store::decide(conn, act, by.id, decision, reason, now)? {
        return Err(Error::Conflict("Somebody decided on this appeal already.".into()));
    }
    if decision == Decision::Reverse && found.reversed_at.is_none() {
        undo(conn, &found, by, reason, now)?;
    }
    if decision == Decision::Uphold {
        members::store::audit(conn, Some(by.id), "appeal-upheld", &format!("act {}", act.0), reason, now)?;
    }
    events::store::add(conn, &Event::AppealDecided { act: act.0 }, now)?;
    Ok(())
}

/// Takes an act back without an appeal: a silence or a suspension is lifted so.
///
/// # Errors
/// When there is no such act, it was taken back already, an appeal waits, or it is against themselves.
pub fn lift(conn: &mut Conn, act: ActId, by: Actor, reason: &str, now: Time) -> Result<(), Error> {
    let found = acts::store::find(conn, act)?.ok_or(Error::NotFound)?;
    if found.member == Some(by.id) {
        return Err(Error::Forbidden("This concerns you. Another moderator can take it back.".into()));
    }
    if !found.kind.is_undone() {
        return Err(Error::Refused("This cannot be taken back from here.".to_owned()));
    }
    if store::find(conn, act)?.is_some_and(|appeal| appeal.decided.is_none()) {
        return Err(Error::Conflict("An appeal waits: decide on it instead.".into()));
    }
    let reversal = undo(conn, &found, by, reason, now)?;
    events::store::add(conn, &Event::Acted { act: reversal.0 }, now)?;
    Ok(())
}

/// Undoes what an act did, where that can be undone, and writes down that it was taken back.
fn undo(conn: &mut Conn, act: &Act, by: Actor, reason: &str, now: Time) -> Result<ActId, Error> {
    // The thread's row before all others, as everywhere.
    match (act.kind, act.post, &act.thread) {
        (ActKind::Remove, Some(post), _) => {
            if let Some(place) = threads::store::place_of(conn, post)? {
                actions::put_back(conn, &place)?;
            }
        }
        (ActKind::Lock, _, Some(thread)) if threads::store::switch_locked(conn, thread.id, false)? => {
            threads::store::add_lock_event(conn, thread.id, false, by.id, reason, now)?;
        }
        _ => {}
    }
    if let Some(member) = act.member {
        sanctions::actions::hold(conn, member)?;
    }
    let reversal = acts::actions::record_reversal(conn, act, by, reason, now)?;
    if let Some(member) = act.member {
        sanctions::actions::recount(conn, member, act.kind)?;
    }
    Ok(reversal)
}
