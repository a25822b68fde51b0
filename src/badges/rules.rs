//! What badges there are, what they say, and when they may be shown.

mod carrying;
mod inviting;
mod moves;

pub use carrying::{Carry, Counted, Origin, Terms, counted, says};
pub use inviting::{DAYS, OpenInvitation, REMINDERS};
pub use moves::{Cause, Known, Move, Place, Refusal, Settled, before, is_renewable, next};

use crate::clock::{Time, date};
use crate::members::rules::Tier;

/// A fact that can be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Badge {
    /// A person and a document were compared.
    IdentityVerified,
    /// A phone number was reached.
    PhoneVerified,
    /// A client's payment method was charged.
    PaymentMethodVerified,
    /// An outside agency reported a check as passed.
    BackgroundCheckPassed,
}

impl Badge {
    /// Every badge, the weightiest first.
    pub const ALL: [Self; 4] = [
        Self::IdentityVerified,
        Self::PhoneVerified,
        Self::PaymentMethodVerified,
        Self::BackgroundCheckPassed,
    ];

    /// The badge's name in the database and in addresses.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::IdentityVerified => "identity-verified",
            Self::PhoneVerified => "phone-verified",
            Self::PaymentMethodVerified => "payment-method-verified",
            Self::BackgroundCheckPassed => "background-check-passed",
        }
    }

    /// The badge of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|badge| badge.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::IdentityVerified => "Identity Verified",
            Self::PhoneVerified => "Phone Verified",
            Self::PaymentMethodVerified => "Payment Method Verified",
            Self::BackgroundCheckPassed => "Background Check Passed",
        }
    }

    /// The badge's mark in the icon sheet.
    #[must_use]
    pub fn icon(self) -> &'static str {
        match self {
            Self::IdentityVerified => "badge-check",
            Self::PhoneVerified => "phone",
            Self::PaymentMethodVerified => "card",
            Self::BackgroundCheckPassed => "shield",
        }
    }

    /// The thing that was checked, as the beginning of a sentence.
    #[must_use]
    pub fn subject(self) -> &'static str {
        match self {
            Self::IdentityVerified => "Identity",
            Self::PhoneVerified => "Phone number",
            Self::PaymentMethodVerified => "Payment method",
            Self::BackgroundCheckPassed => "Background",
        }
    }
}

/// What became of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantState {
    /// Decided, and waiting for a possible second look.
    Settling,
    /// Held back until it is published together with others.
    Embargoed,
    /// Shown.
    Active,
    /// Taken off for now, for instance because the display name changed.
    Suspended,
    /// Past its date.
    Expired,
    /// Replaced by a newer one.
    Superseded,
    /// Taken away.
    Revoked,
}

impl GrantState {
    /// Every state there is.
    pub const ALL: [Self; 7] = [
        Self::Settling,
        Self::Embargoed,
        Self::Active,
        Self::Suspended,
        Self::Expired,
        Self::Superseded,
        Self::Revoked,
    ];

    /// The state's name in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Settling => "settling",
            Self::Embargoed => "embargoed",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Expired => "expired",
            Self::Superseded => "superseded",
            Self::Revoked => "revoked",
        }
    }

    /// The state of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// An active grant, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Which badge.
    pub badge: Badge,
    /// When the fact was checked.
    pub granted_at: Time,
    /// Until when it counts.
    pub expires_at: Option<Time>,
    /// Under which policy.
    pub policy_version: i64,
    /// What that policy checks, in words.
    pub checked: String,
}

impl Shown {
    /// The fact and nothing more: "Identity checked on Jun 3, 2026: document and live call, policy 2."
    #[must_use]
    pub fn fact(&self) -> String {
        format!(
            "{} checked on {}: {}, policy {}.",
            self.badge.subject(),
            date(self.granted_at),
            self.checked,
            self.policy_version
        )
    }
}

/// A grant as it stands, active or not, for the member's own page and for export.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Which badge.
    pub badge: Badge,
    /// Under which policy.
    pub policy_version: i64,
    /// The display name it binds.
    pub bound_name: String,
    /// What became of it.
    pub state: GrantState,
    /// When it was decided.
    pub granted_at: Time,
    /// Until when it counts.
    pub expires_at: Option<Time>,
    /// Where it came from.
    pub origin: Origin,
}

/// A published policy version.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Of which badge.
    pub badge: Badge,
    /// Counted from 1.
    pub version: i64,
    /// When it was published.
    pub published_at: Time,
    /// How many months a badge counts; without an end where there is none.
    pub valid_months: Option<i64>,
    /// What is checked, in words.
    pub checked: String,
    /// Which earlier verifications count under it.
    pub carries: Vec<Carry>,
}

/// Whether a grant that is active in the database is still shown at `now`.
#[must_use]
pub fn is_current(expires_at: Option<Time>, now: Time) -> bool {
    expires_at.is_none_or(|end| now < end)
}

/// Whether a member is shown the way to verification: Top Rated or above, and without the badge.
#[must_use]
pub fn is_invited(tier: Option<Tier>, shown: &[Shown]) -> bool {
    let has_badge = shown.iter().any(|one| one.badge == Badge::IdentityVerified);
    tier.is_some_and(|tier| tier >= Tier::TopRated) && !has_badge
}

/// The codes of badges held, as a post keeps them: in a fixed order, divided by spaces.
#[must_use]
pub fn held_codes(badges: &[Badge]) -> String {
    let held: Vec<&str> =
        Badge::ALL.into_iter().filter(|badge| badges.contains(badge)).map(Badge::code).collect();
    held.join(" ")
}

/// The badges that a post kept.
#[must_use]
pub fn held_from_codes(codes: &str) -> Option<Vec<Badge>> {
    codes.split_whitespace().map(Badge::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> Time {
        chrono::NaiveDate::from_ymd_opt(2026, 6, day).unwrap().and_hms_opt(0, 0, 0).unwrap()
    }

    #[test]
    fn every_code_reads_back() {
        assert!(Badge::ALL.iter().all(|badge| Badge::parse(badge.code()) == Some(*badge)));
        assert!(GrantState::ALL.iter().all(|state| GrantState::parse(state.code()) == Some(*state)));
        assert_eq!(GrantState::parse("granted"), None);
    }

    #[test]
    fn a_badge_says_the_fact_the_date_and_the_policy() {
        let shown = Shown {
            badge: Badge::IdentityVerified,
            granted_at: day(3),
            expires_at: None,
            policy_version: 2,
            checked: "document and live call".to_owned(),
        };
        assert_eq!(shown.fact(), "Identity checked on Jun 3, 2026: document and live call, policy 2.");
    }

    #[test]
    fn only_top_rated_members_without_the_badge_are_invited() {
        let shown = |badge| Shown {
            badge,
            granted_at: day(3),
            expires_at: None,
            policy_version: 1,
            checked: String::new(),
        };
        assert!(is_invited(Some(Tier::TopRated), &[]));
        assert!(is_invited(Some(Tier::TopRatedPlus), &[shown(Badge::PhoneVerified)]));
        assert!(!is_invited(Some(Tier::TopRated), &[shown(Badge::IdentityVerified)]));
        assert!(!is_invited(Some(Tier::RisingTalent), &[]));
        assert!(!is_invited(None, &[]));
    }

    #[test]
    fn a_badge_ends_on_its_date() {
        assert!(is_current(None, day(3)));
        assert!(is_current(Some(day(4)), day(3)));
        assert!(!is_current(Some(day(3)), day(3)));
    }

    #[test]
    fn what_a_post_keeps_reads_back_in_one_order() {
        let codes = held_codes(&[Badge::PhoneVerified, Badge::IdentityVerified]);
        assert_eq!(codes, "identity-verified phone-verified");
        assert_eq!(held_from_codes(&codes), Some(vec![Badge::IdentityVerified, Badge::PhoneVerified]));
        assert_eq!(held_from_codes(""), Some(vec![]));
        assert_eq!(held_from_codes("gold-star"), None);
    }
}
