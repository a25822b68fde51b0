//! What a member reads of their invitation, and when their turn may come.

use chrono::TimeDelta;

use super::{Invitation, Phase};
use crate::clock::Time;

/// What a member can do with their invitation where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Accept, put off, or decline.
    Answer,
    /// Take the steps.
    Verify,
    /// Come back to it.
    Rejoin,
    /// Wait for their turn.
    Wait,
    /// Look at their badge.
    Badge,
}

/// Where an invitation stands, in words, and what comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// In a few words.
    pub title: &'static str,
    /// What it means.
    pub words: &'static str,
    /// What can be done.
    pub way: Way,
}

const OPEN_TO_ALL: &str = "Nobody is invited one by one any more: you can take the steps whenever you like. If you do not, your account is not affected in any way; the badge will not be shown.";

/// What a member reads who stands there in a rollout of this phase.
#[must_use]
pub fn told(phase: Phase, state: Invitation) -> Told {
    let of = |title, words, way| Told { title, words, way };
    let is_open = matches!(phase, Phase::Open | Phase::Paused);
    match (state, phase) {
        (_, Phase::Cancelled) if !state.is_covered() => of(
            "This rollout was cancelled",
            "Nobody is invited any more. Your account is not affected in any way.",
            Way::Verify,
        ),
        (Invitation::Queued, Phase::Closing | Phase::Complete | Phase::Published) => {
            of("It is open to you", OPEN_TO_ALL, Way::Verify)
        }
        (Invitation::Queued, _) => of(
            "Your turn is still to come",
            "Members are invited in an order that nobody chose, as many at a time as the agents can serve. You will get a notice and a mail. There is nothing to do until then.",
            Way::Wait,
        ),
        (Invitation::Invited | Invitation::Seen, _) => of(
            "You are invited",
            "It is your choice. If you decline, or do nothing, your account is not affected in any way; the badge will not be shown.",
            Way::Answer,
        ),
        (Invitation::Accepted, _) => of(
            "You accepted",
            "Take the steps at your own pace. Nothing is lost if you stop; where nothing is under way three weeks after you accepted, your place goes to the next.",
            Way::Verify,
        ),
        (Invitation::Settled, _) => of(
            "It is decided",
            "Your verification came to its end. Its page says what came of it.",
            Way::Badge,
        ),
        (Invitation::Exempt, _) => of(
            "You are exempt",
            "Only a share of newer members is asked. You came with the earlier forum, so you are not asked, and never will be in this rollout.",
            Way::Wait,
        ),
        (Invitation::CarriedOver, _) => {
            of("You have the badge already", "There is nothing to do for you.", Way::Badge)
        }
        (Invitation::Declined, _) if is_open => of(
            "You declined",
            "Your account is not affected in any way. You can come back while invitations leave; you then stand behind everybody who waits.",
            Way::Rejoin,
        ),
        (Invitation::Lapsed, _) if is_open => of(
            "Your invitation has ended",
            "Your account is not affected in any way. You can come back while invitations leave; you then stand behind everybody who waits.",
            Way::Rejoin,
        ),
        (Invitation::Declined | Invitation::Lapsed, _) => of("It is open to you", OPEN_TO_ALL, Way::Verify),
        (Invitation::Left, _) => of("You had left", "You left the community while this ran.", Way::Wait),
    }
}

/// Between which days the turn of somebody may come before whom so many stand, when about so many are invited a day.
/// Nothing where nobody is invited.
#[must_use]
pub fn turn_between(before: u64, a_day: u64, now: Time) -> Option<(Time, Time)> {
    let days = i64::try_from(before.checked_div(a_day)?).ok().filter(|days| *days < 3_650)?;
    // Answers come late and agents fall ill: the later day is half as far again, and a week at least.
    Some((now + TimeDelta::days(days), now + TimeDelta::days(days + (days / 2).max(7))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_in_every_phase_has_words_and_a_way_on() {
        for phase in Phase::ALL {
            for state in Invitation::ALL {
                let told = told(phase, state);
                assert!(!told.title.is_empty() && told.words.ends_with('.'), "{phase:?} {state:?}");
                let can_answer =
                    matches!(state, Invitation::Invited | Invitation::Seen) && phase != Phase::Cancelled;
                assert_eq!(told.way == Way::Answer, can_answer, "{phase:?} {state:?}");
                let is_waiting = matches!(state, Invitation::Queued | Invitation::Exempt | Invitation::Left);
                assert!(told.way != Way::Wait || is_waiting);
            }
        }
    }

    #[test]
    fn a_turn_lies_between_two_days() {
        let now = chrono::NaiveDate::from_ymd_opt(2026, 6, 1).unwrap().and_hms_opt(9, 0, 0).unwrap();
        let days = |before, a_day| {
            turn_between(before, a_day, now)
                .map(|(from, to)| ((from - now).num_days(), (to - now).num_days()))
        };
        assert_eq!(days(0, 20), Some((0, 7)));
        assert_eq!(days(411, 20), Some((20, 30)));
        assert_eq!(days(411, 0), None);
        assert_eq!(days(u64::MAX, 1), None);
    }
}
