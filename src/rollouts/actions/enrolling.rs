//! Who is in a rollout: its rule, held against every member.

use std::collections::HashSet;

use crate::badges::rules::Badge;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;
use crate::rollouts::RolloutId;
use crate::rollouts::rules::{EXPERIENCED, Facts, Invitation, Plan, Salt, place, takes_part};
use crate::rollouts::store::{self, NewEntry};

/// How many members are looked at in one go.
const PAGE: i64 = 5_000;

/// Whom a rule takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// How many.
    pub whole: u64,
    /// Of these, who were members long before.
    pub experienced: u64,
    /// Of these, who show the badge already.
    pub have_it: u64,
    /// Of these, who are never asked: they came with an import, and only a share is asked.
    pub exempt: u64,
    /// Who would be in it, and is in another rollout that is not over.
    pub elsewhere: u64,
    /// The first of them.
    pub sample: Vec<MemberId>,
}

/// Where a member begins whom the rule takes. Where only a share is asked, whoever came with an import is exempt.
pub(super) fn beginning(who: &Facts, is_test: bool) -> Invitation {
    if is_test && who.is_imported {
        Invitation::Exempt
    } else if who.badges.contains(&Badge::IdentityVerified) {
        Invitation::CarriedOver
    } else {
        Invitation::Queued
    }
}

/// Calls `take` for every member after `after` whom a rule takes and who is in no other rollout, in the order of their
/// numbers, and says whose number was the last there is. `elsewhere` counts the others.
pub(super) fn each_in(
    conn: &mut Conn,
    (plan, id): (&Plan, RolloutId),
    after: MemberId,
    now: Time,
    mut take: impl FnMut(MemberId, &Facts),
) -> Result<(MemberId, u64), Error> {
    let (mut last, mut elsewhere) = (after, 0);
    loop {
        let page = store::facts(conn, last, PAGE, now)?;
        let Some(end) = page.last().map(|(member, _)| *member) else { return Ok((last, elsewhere)) };
        let others = store::in_another(conn, id, (last, end))?;
        for (member, facts) in page.iter().filter(|(_, facts)| plan.audience.includes(facts)) {
            if others.contains(member) {
                elsewhere += 1;
            } else {
                take(*member, facts);
            }
        }
        last = end;
    }
}

/// Whether somebody has been a member for long.
pub(super) fn is_experienced(who: &Facts, now: Time) -> bool {
    now - who.joined_at >= EXPERIENCED
}

/// Members with their places.
pub(super) struct Found {
    /// Each with where they begin.
    pub(super) new: Vec<NewEntry>,
    /// Who of those to be asked have been members for long.
    pub(super) experienced: HashSet<MemberId>,
    /// Up to whom was looked.
    pub(super) up_to: MemberId,
}

/// Everybody of a plan with their places by this salt, of those after `after`: whoever the share leaves out is not
/// among them.
pub(super) fn entries(
    conn: &mut Conn,
    (plan, id, salt): (&Plan, RolloutId, &Salt),
    (after, turn, is_test): (MemberId, i64, bool),
    now: Time,
) -> Result<Found, Error> {
    let (mut new, mut experienced) = (Vec::new(), HashSet::new());
    let (up_to, _) = each_in(conn, (plan, id), after, now, |member, who| {
        let place = place(salt, id, member);
        let state = beginning(who, is_test);
        if state == Invitation::Exempt || takes_part(&place, plan.percent) {
            if state == Invitation::Queued && is_experienced(who, now) {
                experienced.insert(member);
            }
            new.push(NewEntry { member, turn, place, state });
        }
    })?;
    Ok(Found { new, experienced, up_to })
}
