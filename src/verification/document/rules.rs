//! The states of a case, and who may move it where: the table that everything about documents follows.

mod files;
mod kinds;
mod reasons;
mod ways;

use chrono::TimeDelta;

use crate::clock::Time;

pub use files::{FILES, FileProblem, Hint, LONGEST_KEPT, LONGEST_READ, SHORTEST, what_it_is};
pub use kinds::{Kind, Side, Zoned};
pub use reasons::{Reason, ReasonKind};
pub use ways::way_on;

/// How long an attempt waits for its member to go on.
pub const PATIENCE: TimeDelta = TimeDelta::days(7);
/// How long a decision against the member can be appealed.
pub const APPEAL: TimeDelta = TimeDelta::days(30);
/// How often a member may be asked to send better images before a senior agent takes the case.
pub const RESUBMISSIONS: i64 = 3;

/// How many attempts a member may begin within [`APPEAL`].
pub const ATTEMPTS: i64 = 5;
/// The shortest and the longest appeal, in characters.
pub const APPEAL_CHARACTERS: (usize, usize) = (20, 2_000);

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// The member agreed; no document is chosen yet.
    Consented,
    /// A document is chosen, and images are missing.
    Uploading,
    /// Every image is there; what is typed is checked, and the member looks it over.
    Checking,
    /// In the queue.
    Submitted,
    /// An agent holds it.
    InReview,
    /// The document was found good.
    Approved,
    /// The member is asked for something better.
    Resubmit,
    /// Waits for a second or a senior agent.
    Referred,
    /// Decided against the member.
    Declined,
    /// The member took it back.
    Withdrawn,
    /// The member did not go on in time.
    Expired,
}

impl State {
    /// Every state there is.
    pub const ALL: [Self; 11] = [
        Self::Consented,
        Self::Uploading,
        Self::Checking,
        Self::Submitted,
        Self::InReview,
        Self::Approved,
        Self::Resubmit,
        Self::Referred,
        Self::Declined,
        Self::Withdrawn,
        Self::Expired,
    ];

    /// The state's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Consented => "consented",
            Self::Uploading => "uploading",
            Self::Checking => "checking",
            Self::Submitted => "submitted",
            Self::InReview => "in-review",
            Self::Approved => "approved",
            Self::Resubmit => "resubmit",
            Self::Referred => "referred",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }

    /// The state of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether the member is the one who has to go on.
    #[must_use]
    pub fn is_with_member(self) -> bool {
        matches!(self, Self::Consented | Self::Uploading | Self::Checking | Self::Resubmit)
    }

    /// Whether it waits for an agent, or is with one.
    #[must_use]
    pub fn is_with_agents(self) -> bool {
        matches!(self, Self::Submitted | Self::InReview | Self::Referred)
    }

    /// Whether this attempt is over; another may begin.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Approved | Self::Declined | Self::Withdrawn | Self::Expired)
    }

    /// Whether the member can agree once more, after an attempt that did not end well.
    #[must_use]
    pub fn may_begin_anew(self) -> bool {
        self.is_over() && self != Self::Approved
    }
}

/// Who may take a case from the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Any agent.
    Ordinary,
    /// A second agent: somebody else said that the document is not genuine.
    Second,
    /// A senior agent.
    Senior,
}

impl Class {
    /// Every class there is.
    pub const ALL: [Self; 3] = [Self::Ordinary, Self::Second, Self::Senior];

    /// The class's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Second => "second",
            Self::Senior => "senior",
        }
    }

    /// The class of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.code() == code)
    }
}

/// What an agent decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The document is good.
    Approve,
    /// Something better is needed.
    Resubmit(Reason),
    /// A senior agent has to look.
    Refer,
    /// The document is not accepted.
    Decline(Reason),
}

/// What an agent's verdict has to stand beside: what was decided about the case before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// How often the member was asked for something better.
    pub resubmissions: i64,
    /// Whether another agent already said that the document is not genuine.
    pub fraud_by_other: bool,
}

/// What may happen to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Move {
    /// The member chose kind and country.
    Choose,
    /// The last image that was missing came.
    Complete,
    /// An image was taken out, so that one is missing.
    Reopen,
    /// The member sent it off.
    Submit,
    /// The member took it back.
    Withdraw,
    /// The member appealed.
    Appeal,
    /// The member did not go on in time.
    Expire,
    /// An agent took it.
    Claim,
    /// The agent gave it back, or the claim ran out.
    Release,
    /// The agent decided.
    Decide(Verdict),
}

/// Where a move leads: the state, and who may take the case then.
pub type Place = (State, Class);

/// A move that the table does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is not possible any more: the case has moved on. Look at its page for where it stands.")]
pub struct NoSuchMove;

/// Where `step` leads from `from`.
///
/// # Errors
/// When the table has no such move.
pub fn next(from: Place, step: Move, past: Past) -> Result<Place, NoSuchMove> {
    use State::{
        Checking, Consented, Declined, Expired, InReview, Referred, Resubmit, Submitted, Uploading, Withdrawn,
    };
    let (state, class) = from;
    let waiting = || if class == Class::Ordinary { Submitted } else { Referred };
    match (state, step) {
        (Consented | Uploading | Checking | Resubmit, Move::Choose) | (Checking | Resubmit, Move::Reopen) => {
            Ok((Uploading, Class::Ordinary))
        }
        (Uploading | Resubmit, Move::Complete) => Ok((Checking, Class::Ordinary)),
        (Checking, Move::Submit) if past.resubmissions >= RESUBMISSIONS => Ok((Referred, Class::Senior)),
        (Checking, Move::Submit) => Ok((Submitted, Class::Ordinary)),
        (Submitted | Referred, Move::Claim) => Ok((InReview, class)),
        (InReview, Move::Release) => Ok((waiting(), class)),
        (InReview, Move::Decide(verdict)) => Ok(decided(class, verdict, past)),
        (Declined, Move::Appeal) => Ok((Referred, Class::Senior)),
        (state, Move::Withdraw) if !state.is_over() => Ok((Withdrawn, Class::Ordinary)),
        (state, Move::Expire) if state.is_with_member() => Ok((Expired, Class::Ordinary)),
        _ => Err(NoSuchMove),
    }
}

/// Where a verdict leads. That a document is not genuine takes two agents; where a second one sees it
/// otherwise, a senior agent decides.
fn decided(class: Class, verdict: Verdict, past: Past) -> Place {
    let is_fraud = matches!(verdict, Verdict::Decline(reason) if reason.kind() == ReasonKind::Fraud);
    match verdict {
        Verdict::Refer => (State::Referred, Class::Senior),
        Verdict::Decline(_) if is_fraud && !past.fraud_by_other => (State::Referred, Class::Second),
        _ if class == Class::Second && !is_fraud => (State::Referred, Class::Senior),
        Verdict::Approve => (State::Approved, Class::Ordinary),
        Verdict::Resubmit(_) => (State::Resubmit, Class::Ordinary),
        Verdict::Decline(_) => (State::Declined, Class::Ordinary),
    }
}

/// Whether an attempt that its member last touched then is over.
#[must_use]
pub fn is_expired(state: State, touched_at: Time, now: Time) -> bool {
    state.is_with_member() && now - touched_at >= PATIENCE
}

/// Whether a decision of then can still be appealed.
#[must_use]
pub fn may_appeal(decided_at: Time, appealed_at: Option<Time>, now: Time) -> bool {
    appealed_at.is_none() && now - decided_at <= APPEAL
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
