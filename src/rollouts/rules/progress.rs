//! What came of an invitation that was accepted.

use chrono::TimeDelta;

use super::DAYS;
use crate::badges::rules::GrantState;
use crate::clock::Time;
use crate::verification::call::rules::State as Call;
use crate::verification::document::rules::State as Document;

/// How the verification of somebody who accepted ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// With the badge, shown or held.
    Verified,
    /// Without it, by a decision.
    NotVerified,
}

impl Outcome {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Verified, Self::NotVerified];

    /// The name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::NotVerified => "not-verified",
        }
    }

    /// The one of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Verified => "Verified",
            Self::NotVerified => "Not verified",
        }
    }
}

/// The newest of each step of a member, with the time when it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The grant.
    pub grant: Option<(GrantState, Time)>,
    /// The document.
    pub document: Option<(Document, Time)>,
    /// The call.
    pub call: Option<(Call, Time)>,
}

impl Progress {
    /// Whether the badge is there, or on its way from steps that are decided.
    #[must_use]
    pub fn has_badge(&self) -> bool {
        use GrantState::{Active, Embargoed, Settling};
        matches!(self.grant, Some((Settling | Embargoed | Active, _)))
    }

    /// How it ended for somebody who accepted then; nothing while it is open.
    #[must_use]
    pub fn outcome(&self, accepted_at: Time) -> Option<Outcome> {
        match self.grant {
            Some((GrantState::Embargoed | GrantState::Active | GrantState::Suspended, _)) => {
                return Some(Outcome::Verified);
            }
            Some((GrantState::Revoked, at)) if at >= accepted_at => return Some(Outcome::NotVerified),
            Some((GrantState::Settling, _)) => return None,
            _ => {}
        }
        let is_declined = matches!(self.document, Some((Document::Declined, at)) if at >= accepted_at);
        let is_failed = matches!(self.call, Some((Call::Failed, at)) if at >= accepted_at);
        (is_declined || is_failed).then_some(Outcome::NotVerified)
    }

    /// Whether it is not the member's turn: an agent decides, or a call is to come.
    #[must_use]
    pub fn is_with_us(&self) -> bool {
        use Call::{Booked, Held, InCall, Queued, Waiting};
        matches!(self.grant, Some((GrantState::Settling, _)))
            || matches!(
                self.document,
                Some((Document::Submitted | Document::InReview | Document::Referred, _))
            )
            || matches!(self.call, Some((Held | Booked | Queued | Waiting | InCall, _)))
    }

    /// Whether what was accepted then has ended because the member went no further.
    #[must_use]
    pub fn is_given_up(&self, accepted_at: Time, now: Time) -> bool {
        now - accepted_at >= TimeDelta::days(DAYS)
            && !self.is_with_us()
            && self.outcome(accepted_at).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i64) -> Time {
        chrono::NaiveDate::from_ymd_opt(2026, 6, 1).unwrap().and_hms_opt(9, 0, 0).unwrap()
            + TimeDelta::days(day)
    }

    #[test]
    fn whoever_does_nothing_gives_up_after_three_weeks() {
        let nothing = Progress::default();
        assert_eq!(nothing.outcome(day(0)), None);
        assert!(!nothing.is_given_up(day(0), day(20)) && nothing.is_given_up(day(0), day(21)));
    }

    #[test]
    fn what_waits_for_an_agent_is_not_given_up() {
        for document in Document::ALL {
            let progress = Progress { document: Some((document, day(1))), ..Progress::default() };
            let is_ours = matches!(document, Document::Submitted | Document::InReview | Document::Referred);
            let is_open = document != Document::Declined;
            assert_eq!(progress.is_given_up(day(0), day(40)), is_open && !is_ours, "{document:?}");
        }
        for call in Call::ALL {
            let progress = Progress { call: Some((call, day(1))), ..Progress::default() };
            assert_eq!(progress.is_with_us(), call.is_open(), "{call:?}");
        }
    }

    #[test]
    fn a_badge_is_verified_whether_it_is_shown_or_held() {
        for state in GrantState::ALL {
            let progress = Progress { grant: Some((state, day(1))), ..Progress::default() };
            let expected = match state {
                GrantState::Embargoed | GrantState::Active | GrantState::Suspended => Some(Outcome::Verified),
                GrantState::Revoked => Some(Outcome::NotVerified),
                _ => None,
            };
            assert_eq!(progress.outcome(day(0)), expected, "{state:?}");
        }
    }

    #[test]
    fn what_was_decided_before_the_invitation_does_not_settle_it() {
        let before = Progress {
            document: Some((Document::Declined, day(-1))),
            call: Some((Call::Failed, day(-1))),
            grant: Some((GrantState::Revoked, day(-1))),
        };
        assert_eq!(before.outcome(day(0)), None);
        let after = Progress { document: Some((Document::Declined, day(1))), ..before };
        assert_eq!(after.outcome(day(0)), Some(Outcome::NotVerified));
        assert!(Outcome::ALL.iter().all(|one| Outcome::parse(one.code()) == Some(*one)));
    }
}
