//! What is done with rollouts, each with its audit row in one transaction.

mod answering;
mod capacity;
mod drafting;
mod enrolling;
mod running;
mod tending;

pub use answering::{answer, is_watching, open_invitation, rejoin, watch};
pub use capacity::{Room, room};
pub use drafting::{approve, preview, save};
pub use enrolling::Preview;
pub use running::{agree_to_show, ask_to_show, cancel, close, open, pause, raise};
pub use tending::{PAUSE, Tended, is_anything_held_too_long, release, tend};

use super::RolloutId;
use super::rules::{Phase, Step};
use super::store::{self, Rollout};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::{self, MemberId};

/// The rollout of this number.
///
/// # Errors
/// [`Error::NotFound`] where there is none.
pub fn find(conn: &mut Conn, id: RolloutId) -> Result<Rollout, Error> {
    store::find(conn, id)?.ok_or(Error::NotFound)
}

/// A rollout from which `step` may be taken, at the version that was seen, and where it leads; its next version is
/// taken, so that nobody else changes it until the transaction ends.
fn take(
    conn: &mut Conn,
    (id, version): (RolloutId, i64),
    step: Step,
    now: Time,
) -> Result<(Rollout, Phase), Error> {
    let found = find(conn, id)?;
    let to = found.phase.after(step).map_err(|why| Error::Conflict(why.to_string().into()))?;
    hold(conn, (id, version), now)?;
    Ok((found, to))
}

/// Takes a rollout's next version without going a step.
fn hold(conn: &mut Conn, (id, version): (RolloutId, i64), now: Time) -> Result<(), Error> {
    if store::take(conn, id, version, now)? {
        return Ok(());
    }
    Err(Error::Conflict("This rollout changed meanwhile. Open it again to see how it stands.".into()))
}

fn note(
    conn: &mut Conn,
    by: Option<MemberId>,
    act: &str,
    id: RolloutId,
    reason: &str,
    now: Time,
) -> Result<(), Error> {
    Ok(members::store::audit(conn, by, act, &subject(id), reason, now)?)
}

/// How the audit calls a rollout.
fn subject(id: RolloutId) -> String {
    format!("rollout {}", id.0)
}
