//! Where a member stands with Identity Verified, and with each step on the way.

pub mod steps;
pub mod waits;

use crate::badges::rules::{Badge, Grant, GrantState, Shown};
use crate::members::rules::Tier;

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

/// Whether a member who stands there may begin with a document: those who are invited, whoever held the badge
/// before, and whoever a gate asks.
#[must_use]
pub fn may_begin(standing: &Standing, is_asked: bool) -> bool {
    is_asked || *standing != Standing::NotYet
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
    fn every_other_state_of_a_grant_has_its_words() {
        for state in GrantState::ALL {
            let Standing::Off(words) = standing(Some(Tier::TopRated), &[], &[grant(state)]) else {
                panic!("{state:?} has no words")
            };
            assert!(words.ends_with('.'));
        }
    }
}
