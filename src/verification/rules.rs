//! Where a member stands with Identity Verified, and with each step on the way.

pub mod steps;
pub mod waits;

use crate::badges::rules::{Badge, Grant, GrantState, Shown};
use crate::members::rules::Tier;
use crate::rollouts::rules::{Invitation, Phase};

/// Where a member stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The badge is shown.
    Verified,
    /// There was a badge, and it is off, for this reason.
    Off(&'static str),
    /// May verify once it opens.
    Eligible(Tier),
    /// Cannot verify yet.
    NotYet,
}

/// What rollouts say of whether a member may begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Door {
    /// Nothing: the rule of the badge decides.
    #[default]
    None,
    /// Their turn has not come, or they did not answer.
    Waits,
    /// They were invited, and said yes; or everybody of their rollout may begin now.
    Open,
}

impl Door {
    /// What one rollout says to a member who stands there.
    #[must_use]
    pub fn of(phase: Phase, state: Invitation) -> Self {
        match (phase, state) {
            (Phase::Draft | Phase::Cancelled, _) | (_, Invitation::Exempt | Invitation::CarriedOver) => {
                Self::None
            }
            // Whoever said yes goes on to the end, and when nobody is invited any more it is open to all of them.
            (_, Invitation::Accepted | Invitation::Settled)
            | (Phase::Closing | Phase::Complete | Phase::Published, _) => Self::Open,
            (Phase::Approved | Phase::Open | Phase::Paused, _) => Self::Waits,
        }
    }

    /// Of what several rollouts say, that which opens most.
    #[must_use]
    pub fn widest(doors: &[Self]) -> Self {
        doors.iter().copied().max().unwrap_or_default()
    }
}

/// Whether a member who stands there may begin with a document: those whom a rollout opened it to, whoever held the
/// badge before, and whoever a gate asks; and where no rollout says anything, those who are eligible.
#[must_use]
pub fn may_begin(standing: &Standing, is_asked: bool, door: Door) -> bool {
    is_asked
        || match standing {
            Standing::Verified | Standing::Off(_) => true,
            Standing::Eligible(_) => door != Door::Waits,
            Standing::NotYet => door == Door::Open,
        }
}

/// Where a member of this tier and with these grants (oldest first) stands.
#[must_use]
pub fn standing(tier: Option<Tier>, shown: &[Shown], grants: &[Grant]) -> Standing {
    if shown.iter().any(|one| one.badge == Badge::IdentityVerified) {
        return Standing::Verified;
    }
    let newest = grants.iter().rfind(|grant| grant.badge == Badge::IdentityVerified);
    match (newest.map(|grant| grant.state), tier) {
        (Some(GrantState::Suspended), _) => Standing::Off(
            "Your display name changed, and the badge belongs to the name that was checked. It comes back when the new name is checked.",
        ),
        // Active in the database, and not shown: its date has passed.
        (Some(GrantState::Active | GrantState::Expired), _) => Standing::Off(
            "Its time is over. You can have your identity checked anew once verification is open.",
        ),
        (Some(GrantState::Revoked), _) => {
            Standing::Off("It was taken away. You were told why when that happened.")
        }
        (Some(GrantState::Superseded), _) => Standing::Off("A newer check replaced it."),
        (Some(GrantState::Settling | GrantState::Embargoed), _) => {
            Standing::Off("It is decided, and not shown yet.")
        }
        (None, Some(tier)) if tier >= Tier::TopRated => Standing::Eligible(tier),
        (None, _) => Standing::NotYet,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::badges::rules::Origin;
    use crate::clock::Time;

    fn day() -> Time {
        chrono::NaiveDate::from_ymd_opt(2026, 6, 3).unwrap().and_hms_opt(0, 0, 0).unwrap()
    }

    fn grant(state: GrantState) -> Grant {
        Grant {
            badge: Badge::IdentityVerified,
            policy_version: 2,
            bound_name: "Maria K".to_owned(),
            state,
            granted_at: day(),
            expires_at: None,
            origin: Origin::Checks,
        }
    }

    fn shown(badge: Badge) -> Shown {
        Shown { badge, granted_at: day(), expires_at: None, policy_version: 2, checked: String::new() }
    }

    #[test]
    fn top_rated_members_without_the_badge_are_eligible() {
        assert_eq!(standing(Some(Tier::TopRated), &[], &[]), Standing::Eligible(Tier::TopRated));
        assert_eq!(standing(Some(Tier::RisingTalent), &[], &[]), Standing::NotYet);
        assert_eq!(standing(None, &[shown(Badge::PhoneVerified)], &[]), Standing::NotYet);
    }

    #[test]
    fn whoever_shows_the_badge_is_verified_whatever_the_tier() {
        let active = grant(GrantState::Active);
        assert_eq!(standing(None, &[shown(Badge::IdentityVerified)], &[active]), Standing::Verified);
    }

    #[test]
    fn a_rollout_decides_when_those_in_it_may_begin() {
        let eligible = Standing::Eligible(Tier::TopRated);
        assert!(may_begin(&eligible, false, Door::None) && !may_begin(&Standing::NotYet, false, Door::None));
        for phase in [Phase::Approved, Phase::Open, Phase::Paused] {
            for state in Invitation::ALL {
                let door = Door::of(phase, state);
                let said_yes = matches!(state, Invitation::Accepted | Invitation::Settled);
                let is_left_alone = matches!(state, Invitation::Exempt | Invitation::CarriedOver);
                assert_eq!(
                    may_begin(&eligible, false, door),
                    said_yes || is_left_alone,
                    "{phase:?} {state:?}"
                );
                assert_eq!(may_begin(&Standing::NotYet, false, door), said_yes);
                // A gate is another machine, and who held the badge comes back to it.
                assert!(
                    may_begin(&Standing::NotYet, true, door) && may_begin(&Standing::Off(""), false, door)
                );
            }
        }
        for phase in [Phase::Closing, Phase::Complete, Phase::Published] {
            assert!(may_begin(&Standing::NotYet, false, Door::of(phase, Invitation::Declined)));
        }
        assert_eq!(Door::of(Phase::Cancelled, Invitation::Queued), Door::None);
        assert_eq!(Door::widest(&[Door::Waits, Door::Open, Door::None]), Door::Open);
    }

    #[test]
    fn every_other_state_of_a_grant_has_its_words() {
        for state in GrantState::ALL {
            let Standing::Off(words) = standing(Some(Tier::TopRated), &[], &[grant(state)]) else {
                panic!("{state:?} has no words")
            };
            assert!(words.ends_with('.'));
        }
    }
}
