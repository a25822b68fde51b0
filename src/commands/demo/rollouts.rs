//! The demo's rollouts: one that runs, and one that is being written.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::badges::rules::Badge;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members;
use crate::members::rules::Tier;
use crate::rollouts::actions::{approve, open, save, tend};
use crate::rollouts::rules::{Audience, Plan, Publication};
use crate::rollouts::store;
use crate::sealing::Keys;
use crate::threads::store::{Which, list};
use crate::{boards, boards::Audience as Readers};

/// Adds the demo's rollouts, once.
pub(super) fn fill(conn: &mut Conn, keys: &Arc<Keys>, now: Time) -> Result<(), Error> {
    let (manager, other) = (members::store::find(conn, "lena-h")?, members::store::find(conn, "tomasz-w")?);
    let (Some(manager), Some(other)) = (manager, other) else { return Ok(()) };
    if !store::in_phases(conn, |_| true, 1)?.is_empty() {
        return Ok(());
    }
    let boards = boards::store::all(conn)?;
    let Some(board) = boards.iter().find(|board| board.slug == "announcements") else { return Ok(()) };
    let told = list(conn, Which::Pinned(board.id), Readers::EVERYONE, 1)?.into_iter().next();
    let rising = Plan {
        title: "Identity Verified for Rising Talent".to_owned(),
        reason: "They are new to most clients, and a checked identity helps them most. Agents have time for them on weekdays.".to_owned(),
        audience: Audience {
            tiers: vec![Some(Tier::RisingTalent)],
            without_roles: true,
            lacks: vec![Badge::IdentityVerified],
            ..Audience::default()
        },
        percent: 100,
        policy_version: 2,
        publication: Publication::WhenCovered { latest: now + TimeDelta::days(90) },
        most: 200,
        longest_wait: 72,
        thread: told.map(|thread| thread.id),
    };
    let id = save(conn, manager.id, None, &rising, now - TimeDelta::days(3))?;
    let note = "Read it with the agents: they can serve this many beside the others.";
    approve(conn, keys, other.id, ((id, 1), note), now - TimeDelta::days(2))?;
    let version = store::find(conn, id)?.map_or(0, |rollout| rollout.version);
    open(conn, keys, manager.id, (id, version), now - TimeDelta::hours(20))?;
    tend(conn, keys, id, now)?;
    let next = Plan {
        title: "Everybody else, in spring".to_owned(),
        reason: "When the tiers have had their turn, the badge opens to all members of at least a year."
            .to_owned(),
        audience: Audience {
            joined_before: now.date().checked_sub_days(chrono::Days::new(365)),
            without_roles: true,
            lacks: vec![Badge::IdentityVerified],
            ..Audience::default()
        },
        publication: Publication::AtOnce,
        thread: None,
        ..rising
    };
    save(conn, manager.id, None, &next, now - TimeDelta::hours(5)).map(|_| ())
}
