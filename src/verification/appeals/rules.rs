//! What can be appealed, until when, who decides and by when, what a reversal opens, and the way on where none comes.

mod told;

use chrono::{Datelike, TimeDelta, Weekday};

use crate::badges::rules::{Cause, GrantState, Place};
use crate::clock::Time;
use crate::members::MemberId;

pub use told::{Heard, Notice, Way, anew_words, notice};

/// How long a decision can be appealed. After as long the steps are open again, whatever was decided.
pub const WINDOW: TimeDelta = TimeDelta::days(30);
/// Within how many working days it is decided.
pub const WORKING_DAYS: u32 = 5;
/// The fewest and the most characters of an appeal.
pub const WORDS: (usize, usize) = (20, 4_000);
/// The most characters of a reason.
pub const LONGEST_REASON: usize = 2_000;

/// What a decision was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum What {
    /// A document case.
    Document,
    /// A live call.
    Call,
    /// The grant of a badge.
    Grant,
}

impl What {
    /// Every one there is.
    pub const ALL: [Self; 3] = [Self::Document, Self::Call, Self::Grant];

    /// Its name in addresses.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Call => "call",
            Self::Grant => "grant",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.code() == code)
    }

    /// How the audit calls it.
    #[must_use]
    pub fn subject(self, id: i64) -> String {
        match self {
            Self::Document => format!("document case {id}"),
            Self::Call => format!("live call {id}"),
            Self::Grant => format!("grant {id}"),
        }
    }
}

/// The decision that is appealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Against {
    /// The document was not approved.
    Declined,
    /// The call was not passed.
    Failed,
    /// The badge was refused at the second look.
    Refused,
    /// The badge was taken away.
    Revoked,
    /// The badge was taken off for now.
    Suspended,
}

impl Against {
    /// Every one there is.
    pub const ALL: [Self; 5] = [Self::Declined, Self::Failed, Self::Refused, Self::Revoked, Self::Suspended];

    /// Its name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Revoked => "revoked",
            Self::Suspended => "suspended",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|against| against.code() == code)
    }

    /// What it was about.
    #[must_use]
    pub fn what(self) -> What {
        match self {
            Self::Declined => What::Document,
            Self::Failed => What::Call,
            Self::Refused | Self::Revoked | Self::Suspended => What::Grant,
        }
    }

    /// What a reversal does.
    #[must_use]
    pub fn opening(self) -> Opening {
        match self {
            Self::Declined => Opening::Document,
            Self::Failed => Opening::Call,
            Self::Refused | Self::Revoked => Opening::Steps,
            Self::Suspended => Opening::Lift,
        }
    }

    /// Whether trust administrators alone decide about it.
    #[must_use]
    pub fn is_for_trust(self) -> bool {
        matches!(self, Self::Revoked | Self::Suspended)
    }

    /// The decision on a grant that stands there; nothing where it is no decision against the member, or one with a
    /// way back of its own: a name that can be changed back.
    #[must_use]
    pub fn of_grant(place: Place, refused_at_second_look: bool) -> Option<Self> {
        match (place.state, place.cause) {
            (GrantState::Revoked, _) if refused_at_second_look => Some(Self::Refused),
            (GrantState::Revoked, _) => Some(Self::Revoked),
            (GrantState::Suspended, Some(Cause::TakeOver | Cause::Report | Cause::Other)) => {
                Some(Self::Suspended)
            }
            _ => None,
        }
    }
}

/// The one thing that a reversal does. None of them gives a badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// Another document can be shown: attempts before it count no more.
    Document,
    /// Another call, with an agent who took no part, can be had.
    Call,
    /// Document and call can be done anew.
    Steps,
    /// The badge goes back to where it stood before it was taken off.
    Lift,
}

/// How an appeal is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The decision stands.
    Uphold,
    /// It does not.
    Reverse,
}

impl Outcome {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Uphold, Self::Reverse];

    /// Its name in the database and in forms.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Uphold => "uphold",
            Self::Reverse => "reverse",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }
}

/// A decision against a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adverse {
    /// Which decision.
    pub against: Against,
    /// The number of what it was about.
    pub id: i64,
    /// Whom it concerns.
    pub member: MemberId,
    /// When it was decided.
    pub at: Time,
    /// What the member was told: exactly, or as a class.
    pub told: String,
    /// Where another look at it is to be had first, without this room: a senior agent reads the document again, or
    /// another agent calls. Nothing where that was had.
    pub first: Option<&'static str>,
}

/// Why nothing can be appealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// The time is over.
    #[error("The 30 days for an appeal are over.")]
    Over,
    /// It was appealed.
    #[error("You appealed this decision already. A decision can be appealed once.")]
    Twice,
}

/// Whether a decision can be appealed now.
///
/// # Errors
/// Why not.
pub fn may_appeal(at: Time, has_appeal: bool, now: Time) -> Result<(), Closed> {
    match (has_appeal, now <= until(at)) {
        (true, _) => Err(Closed::Twice),
        (false, false) => Err(Closed::Over),
        (false, true) => Ok(()),
    }
}

/// Until when a decision of then can be appealed, and from when the steps are open again without one.
#[must_use]
pub fn until(at: Time) -> Time {
    at + WINDOW
}

/// By when an appeal of then is decided: five working days later, Monday to Friday, at the same time of the day.
#[must_use]
pub fn due(appealed: Time) -> Time {
    let mut day = appealed;
    let mut left = WORKING_DAYS;
    while left > 0 {
        day += TimeDelta::days(1);
        left -= u32::from(!matches!(day.weekday(), Weekday::Sat | Weekday::Sun));
    }
    day
}

/// Checks the words of an appeal.
///
/// # Errors
/// What is wrong with them.
pub fn words(typed: &str) -> Result<String, String> {
    let (words, (least, most)) = (typed.replace("\r\n", "\n").trim().to_owned(), WORDS);
    match words.chars().count() {
        count if count < least => {
            Err(format!("Say in at least {least} characters why the decision is wrong."))
        }
        count if count > most => Err(format!("Keep it within {most} characters; these are {count}.")),
        _ => Ok(words),
    }
}

/// Checks the reason of a decision, which the member reads.
///
/// # Errors
/// What is wrong with it.
pub fn reason(typed: &str) -> Result<String, String> {
    let reason = typed.replace("\r\n", "\n").trim().to_owned();
    match reason.chars().count() {
        0 => Err("Give the reason. The member reads it.".to_owned()),
        1..=LONGEST_REASON => Ok(reason),
        count => Err(format!("Keep it within {LONGEST_REASON} characters; these are {count}.")),
    }
}

/// Somebody who may decide appeals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decider {
    /// Who.
    pub id: MemberId,
    /// Whether they are a trust administrator; if not, a senior agent.
    pub is_trust: bool,
}

/// Why somebody does not decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Their own.
    #[error("This is your own appeal. Somebody else decides.")]
    Own,
    /// They took part in what is appealed.
    #[error("You took part in what is appealed. Somebody who took no part decides.")]
    TookPart,
    /// It is for trust administrators.
    #[error("Trust administrators decide about badges that were taken off or away.")]
    ForTrust,
}

/// Whether somebody decides an appeal against this decision about `member`.
///
/// # Errors
/// Why not.
pub fn may_decide(
    decider: Decider,
    against: Against,
    member: MemberId,
    took_part: &[MemberId],
) -> Result<(), Refusal> {
    if decider.id == member {
        Err(Refusal::Own)
    } else if took_part.contains(&decider.id) {
        Err(Refusal::TookPart)
    } else if against.is_for_trust() && !decider.is_trust {
        Err(Refusal::ForTrust)
    } else {
        Ok(())
    }
}

/// Whether the steps behind a badge can be done anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anew {
    /// They stand, so there is nothing to do anew.
    Stands,
    /// Now.
    Open,
    /// From then on.
    From(Time),
}

/// Whether document and call can be done anew by whoever has a grant from them that stands there: at once where it is
/// over, or nearly so, or not counted any more, or bound to another name, or where an appeal was granted; 30 days after
/// it was taken off or away.
#[must_use]
pub fn anew(
    place: Place,
    is_over: bool,
    decided: Option<(Against, Time)>,
    is_reversed: bool,
    now: Time,
) -> Anew {
    match (place.state, decided) {
        _ if is_over => Anew::Open,
        (GrantState::Settling | GrantState::Embargoed | GrantState::Active, _) => Anew::Stands,
        (_, Some((_, at))) if !is_reversed && now < until(at) => Anew::From(until(at)),
        (GrantState::Suspended | GrantState::Expired | GrantState::Superseded | GrantState::Revoked, _) => {
            Anew::Open
        }
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
