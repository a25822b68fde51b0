//! What members do with their invitations.

use super::{find, subject};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::{self, MemberId};
use crate::rollouts::RolloutId;
use crate::rollouts::rules::{Answer, Invitation, Phase};
use crate::rollouts::store::{self, Entry};

/// A member opened their invitation. Says where it stands then.
///
/// # Errors
/// [`Error::NotFound`] where they have none.
pub fn open_invitation(
    conn: &mut Conn,
    member: MemberId,
    rollout: RolloutId,
    now: Time,
) -> Result<Invitation, Error> {
    let found = own(conn, member, rollout)?;
    let Some(to) = found.state.after(Answer::See) else { return Ok(found.state) };
    store::move_entry(conn, &found, to, (found.turn, false), now)?;
    Ok(to)
}

fn own(conn: &mut Conn, member: MemberId, rollout: RolloutId) -> Result<Entry, Error> {
    store::entry(conn, rollout, member)?.ok_or(Error::NotFound)
}

/// A member accepts or declines.
///
/// # Errors
/// When the invitation is not theirs to answer any more.
pub fn answer(
    conn: &mut Conn,
    member: MemberId,
    rollout: RolloutId,
    accepts: bool,
    now: Time,
) -> Result<(), Error> {
    let found = own(conn, member, rollout)?;
    let step = if accepts { Answer::Accept } else { Answer::Decline };
    if !find(conn, rollout)?.phase.runs() {
        return Err(over());
    }
    let to = found.state.after(step).ok_or_else(over)?;
    if !store::move_entry(conn, &found, to, (found.turn, true), now)? {
        return Err(over());
    }
    let act = if accepts { "invitation-accepted" } else { "invitation-declined" };
    Ok(members::store::audit(conn, Some(member), act, &subject(rollout), "", now)?)
}

fn over() -> Error {
    Error::Conflict("This invitation cannot be answered any more. The page shows where it stands.".into())
}

/// A member who declined, or let it lapse, comes back: behind everybody who waits, while waves open.
///
/// # Errors
/// When no waves open any more, there is nothing to come back to, or the member waits in another rollout.
pub fn rejoin(conn: &mut Conn, member: MemberId, rollout: RolloutId, now: Time) -> Result<(), Error> {
    // The rollout must not close meanwhile: nobody would be left to invite whoever came back.
    let phase = store::lock(conn, rollout)?.ok_or(Error::NotFound)?.phase;
    let found = own(conn, member, rollout)?;
    let to = found.state.after(Answer::Rejoin).filter(|_| matches!(phase, Phase::Open | Phase::Paused));
    let to = to.ok_or_else(|| {
        Error::Conflict("One cannot come back to this rollout any more: no more invitations leave.".into())
    })?;
    if !store::in_another(conn, rollout, (MemberId(member.0 - 1), member))?.is_empty() {
        return Err(Error::Conflict("You wait in another rollout, and one is in one at a time.".into()));
    }
    if !store::move_entry(conn, &found, to, (now.and_utc().timestamp(), false), now)? {
        return Err(over());
    }
    Ok(members::store::audit(conn, Some(member), "invitation-rejoined", &subject(rollout), "", now)?)
}

/// A member wants to be told when the badge opens to them, or no longer.
///
/// # Errors
/// When the database fails.
pub fn watch(conn: &mut Conn, member: MemberId, wants: bool, now: Time) -> Result<(), Error> {
    let is_watching = store::is_watching(conn, member)?;
    if wants && !is_watching {
        store::add_watcher(conn, member, now)?;
    } else if !wants && is_watching {
        store::drop_watcher(conn, member)?;
    }
    Ok(())
}

/// Whether a member wants to be told.
///
/// # Errors
/// When the database fails.
pub fn is_watching(conn: &mut Conn, member: MemberId) -> Result<bool, Error> {
    Ok(store::is_watching(conn, member)?)
}
