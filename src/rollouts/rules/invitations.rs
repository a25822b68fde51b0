//! The way of an invitation.

use chrono::TimeDelta;

use crate::clock::Time;

pub use crate::badges::rules::{DAYS, REMINDERS};

/// Where an invitation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Invitation {
    /// In the order, and not invited yet.
    Queued,
    /// Told.
    Invited,
    /// Opened by the member.
    Seen,
    /// The member said yes, and is on the way.
    Accepted,
    /// It ended in a decision.
    Settled,
    /// Never asked, by the rollout's own rule: imported members in a test of newcomers.
    Exempt,
    /// Has the badge already, from a verification that counts.
    CarriedOver,
    /// The member said no.
    Declined,
    /// Nothing came within [`DAYS`], or it closed before their turn.
    Lapsed,
    /// The member left the community.
    Left,
}

/// What a member does with an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// Their turn has come.
    Invite,
    /// They open it.
    See,
    /// They say yes.
    Accept,
    /// They say no.
    Decline,
    /// Time passed. What was accepted ends so too, where nothing came of it.
    Lapse,
    /// A decision was made.
    Settle,
    /// They come back to it while the rollout is open.
    Rejoin,
    /// They leave the community.
    Leave,
    /// Nobody is invited any more, and their turn had not come.
    Close,
    /// They have the badge already when their turn comes.
    Have,
}

impl Invitation {
    /// Every state there is.
    pub const ALL: [Self; 10] = [
        Self::Queued,
        Self::Invited,
        Self::Seen,
        Self::Accepted,
        Self::Settled,
        Self::Exempt,
        Self::CarriedOver,
        Self::Declined,
        Self::Lapsed,
        Self::Left,
    ];

    /// The state's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Invited => "invited",
            Self::Seen => "seen",
            Self::Accepted => "accepted",
            Self::Settled => "settled",
            Self::Exempt => "exempt",
            Self::CarriedOver => "carried-over",
            Self::Declined => "declined",
            Self::Lapsed => "lapsed",
            Self::Left => "left",
        }
    }

    /// The state of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether the member is covered: nothing of theirs is still to come.
    #[must_use]
    pub fn is_covered(self) -> bool {
        !matches!(self, Self::Queued | Self::Invited | Self::Seen | Self::Accepted)
    }

    /// Whether it counts against what the agents can serve.
    #[must_use]
    pub fn is_outstanding(self) -> bool {
        matches!(self, Self::Invited | Self::Seen | Self::Accepted)
    }

    /// Where an answer leads; nothing where it cannot be given from here.
    #[must_use]
    pub fn after(self, answer: Answer) -> Option<Self> {
        match (self, answer) {
            (Self::Queued, Answer::Invite) => Some(Self::Invited),
            (Self::Queued, Answer::Have) => Some(Self::CarriedOver),
            (Self::Invited, Answer::See) => Some(Self::Seen),
            (Self::Invited | Self::Seen, Answer::Accept) => Some(Self::Accepted),
            (Self::Invited | Self::Seen | Self::Accepted, Answer::Decline) => Some(Self::Declined),
            (Self::Queued, Answer::Close) | (Self::Invited | Self::Seen | Self::Accepted, Answer::Lapse) => {
                Some(Self::Lapsed)
            }
            (Self::Accepted, Answer::Settle) => Some(Self::Settled),
            // Behind everybody who waits, and in the order's own turn.
            (Self::Declined | Self::Lapsed, Answer::Rejoin) => Some(Self::Queued),
            (Self::Queued | Self::Invited | Self::Seen | Self::Accepted, Answer::Leave) => Some(Self::Left),
            _ => None,
        }
    }
}

/// Whether an invitation of this time is over.
#[must_use]
pub fn is_lapsed(invited_at: Time, now: Time) -> bool {
    now - invited_at >= TimeDelta::days(DAYS)
}

/// How many reminders of an invitation of this time should have left by now.
#[must_use]
pub fn reminders_due(invited_at: Time, now: Time) -> usize {
    if is_lapsed(invited_at, now) {
        return 0;
    }
    REMINDERS.iter().filter(|days| now - invited_at >= TimeDelta::days(**days)).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ANSWERS: [Answer; 10] = [
        Answer::Invite,
        Answer::See,
        Answer::Accept,
        Answer::Decline,
        Answer::Lapse,
        Answer::Settle,
        Answer::Rejoin,
        Answer::Leave,
        Answer::Close,
        Answer::Have,
    ];

    fn day(day: i64) -> Time {
        chrono::NaiveDate::from_ymd_opt(2026, 6, 1).unwrap().and_hms_opt(9, 0, 0).unwrap()
            + TimeDelta::days(day)
    }

    #[test]
    fn every_code_reads_back() {
        assert!(Invitation::ALL.iter().all(|state| Invitation::parse(state.code()) == Some(*state)));
        assert_eq!(Invitation::parse("maybe"), None);
    }

    #[test]
    fn reminders_leave_on_their_days_and_not_after_the_end() {
        let due = |days| reminders_due(day(0), day(days));
        assert_eq!([0, 2, 3, 9, 10, 17, 18, 20, 21].map(due), [0, 0, 1, 1, 2, 2, 3, 3, 0]);
        assert!(!is_lapsed(day(0), day(20)) && is_lapsed(day(0), day(21)));
    }

    proptest! {
        /// Invariant: exempt members are never asked; and silence always ends.
        #[test]
        fn the_exempt_are_never_asked_and_silence_ends(
            start in prop::sample::select(Invitation::ALL.to_vec()),
            answers in prop::collection::vec(prop::sample::select(ANSWERS.to_vec()), 0..20)
        ) {
            let mut state = start;
            for answer in answers {
                if let Some(next) = state.after(answer) {
                    prop_assert!(!matches!(state, Invitation::Exempt | Invitation::CarriedOver | Invitation::Settled | Invitation::Left));
                    state = next;
                }
            }
            if state.is_outstanding() {
                prop_assert_eq!(state.after(Answer::Lapse).map(Invitation::is_covered), Some(true));
            }
        }
    }
}
