//! Which earlier verifications a policy counts, each with the reason that the member reads.

use serde::Deserialize;
use serde_json::json;

use super::{Grant, GrantState, Policy, is_current};
use crate::clock::{Time, date};

/// Where a grant came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Steps that were decided here.
    Checks,
    /// Another community or service, with an import.
    Import,
}

impl Origin {
    /// Both, the checks of this place first.
    pub const ALL: [Self; 2] = [Self::Checks, Self::Import];

    /// The name in the database and in forms.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Checks => "checks",
            Self::Import => "import",
        }
    }

    /// The origin of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.code() == code)
    }
}

/// What a policy says of verifications from one origin under one version.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Carry {
    /// Where they came from.
    pub origin: Origin,
    /// The policy they were made under.
    pub version: i64,
    /// Whether they count under the policy that says so.
    pub counts: bool,
    /// Why, for the member.
    pub reason: String,
}

impl Carry {
    /// Several, as the database keeps them.
    #[must_use]
    pub fn written(carries: &[Self]) -> String {
        let all = carries.iter().map(|carry| {
            json!({
                "origin": carry.origin.code(),
                "version": carry.version,
                "counts": carry.counts,
                "reason": carry.reason,
            })
        });
        all.collect::<serde_json::Value>().to_string()
    }

    /// What [`Carry::written`] wrote.
    #[must_use]
    pub fn read(text: &str) -> Option<Vec<Self>> {
        serde_json::from_str(text).ok()
    }
}

/// What a policy asks for, and for how long it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What is checked, in a few words.
    pub checked: String,
    /// The policy's text.
    pub words: String,
    /// How many months a badge counts.
    pub valid_months: i64,
    /// How many minutes a grant settles.
    pub settling_minutes: i64,
    /// Within how many hours of the call the badge is promised.
    pub promise_hours: i64,
    /// Which earlier verifications count.
    pub carries: Vec<Carry>,
}

/// Whether a verification counts under the policy in force, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counted {
    /// It counts.
    Yes(String),
    /// It does not.
    No(String),
}

/// Whether a grant counts at `now` under the policy in force. What the policy does not name does not count.
#[must_use]
pub fn counted(grant: &Grant, current: &Policy, now: Time) -> Counted {
    if let Some(why) = over(grant, now) {
        return Counted::No(why);
    }
    says(current, grant.origin, grant.policy_version)
}

/// What the policy in force says of verifications from this origin under that version.
#[must_use]
pub fn says(current: &Policy, origin: Origin, version: i64) -> Counted {
    if origin == Origin::Checks && version == current.version {
        return Counted::Yes(format!("It was made under policy {version}, which is in force."));
    }
    let named = current.carries.iter().find(|carry| carry.origin == origin && carry.version == version);
    match named {
        Some(carry) if carry.counts => Counted::Yes(carry.reason.clone()),
        Some(carry) => Counted::No(carry.reason.clone()),
        None => Counted::No(format!("Policy {} does not name it.", current.version)),
    }
}

/// Why a grant counts under no policy at all, where that is so.
fn over(grant: &Grant, now: Time) -> Option<String> {
    let why = match grant.state {
        GrantState::Active if is_current(grant.expires_at, now) => return None,
        GrantState::Active | GrantState::Expired => match grant.expires_at {
            Some(end) if end <= now => format!("It ended on {}.", date(end)),
            _ => "It has ended.".to_owned(),
        },
        GrantState::Settling | GrantState::Embargoed => "It is decided, and not in force yet.".to_owned(),
        GrantState::Suspended => "It is off for now.".to_owned(),
        GrantState::Superseded => "A newer one took its place.".to_owned(),
        GrantState::Revoked => "It was taken away.".to_owned(),
    };
    Some(why)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::badges::rules::Badge;

    fn day() -> Time {
        chrono::NaiveDate::from_ymd_opt(2026, 6, 3).unwrap().and_hms_opt(0, 0, 0).unwrap()
    }

    fn grant(origin: Origin, policy_version: i64, state: GrantState, days: Option<i64>) -> Grant {
        Grant {
            badge: Badge::IdentityVerified,
            policy_version,
            bound_name: "Maria K".to_owned(),
            state,
            granted_at: day(),
            expires_at: days.map(|days| day() + TimeDelta::days(days)),
            origin,
        }
    }

    fn policy(version: i64, carries: Vec<Carry>) -> Policy {
        Policy {
            badge: Badge::IdentityVerified,
            version,
            published_at: day(),
            valid_months: Some(24),
            checked: "document and live call".to_owned(),
            carries,
        }
    }

    fn origins() -> impl Strategy<Value = Origin> {
        prop::sample::select(Origin::ALL.to_vec())
    }

    fn carry() -> impl Strategy<Value = Carry> {
        (origins(), 1..4i64, any::<bool>()).prop_map(|(origin, version, counts)| Carry {
            origin,
            version,
            counts,
            reason: format!("{} {version}", origin.code()),
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(carries in prop::collection::vec(carry(), 0..5)) {
            prop_assert_eq!(Carry::read(&Carry::written(&carries)), Some(carries));
        }

        /// Whatever the rules are: only what is in force counts, and only where the policy says so, with its words.
        #[test]
        fn nothing_counts_that_the_policy_does_not_name(
            carries in prop::collection::vec(carry(), 0..5),
            origin in origins(),
            version in 1..4i64,
            state in prop::sample::select(GrantState::ALL.to_vec()),
            days in prop::option::of(-3..3i64),
        ) {
            let (current, grant) = (policy(3, carries.clone()), grant(origin, version, state, days));
            let named = carries.iter().find(|one| one.origin == origin && one.version == version);
            let is_own = origin == Origin::Checks && version == 3;
            let stands = state == GrantState::Active && days.is_none_or(|days| days > 0);
            match counted(&grant, &current, day()) {
                Counted::Yes(why) => {
                    prop_assert!(stands && (is_own || named.is_some_and(|one| one.counts && one.reason == why)));
                }
                Counted::No(why) => {
                    prop_assert!(!stands || !is_own && named.is_none_or(|one| !one.counts));
                    prop_assert!(!why.is_empty());
                }
            }
        }
    }

    #[test]
    fn every_code_reads_back() {
        assert!(Origin::ALL.iter().all(|origin| Origin::parse(origin.code()) == Some(*origin)));
        assert_eq!(Origin::parse("elsewhere"), None);
    }
}
