//! Who gets which case next, how long it is theirs, and what may be decided about it.

pub mod checklist;
pub mod comparison;
pub mod view;

use std::collections::HashSet;

use chrono::{NaiveDate, NaiveTime, TimeDelta};

use self::checklist::{Answer, Answers, grounds};
use crate::clock::Time;
use crate::members::MemberId;
use crate::verification::CaseId;
use crate::verification::document::rules::{Class, Place, Reason, ReasonKind, State, Verdict};

/// How long a case is its agent's, counted from their last step.
pub const CLAIM: TimeDelta = TimeDelta::minutes(20);
/// How long images are kept after a decision that ends the attempt.
pub const KEPT: TimeDelta = TimeDelta::days(7);
/// The longest note for colleagues, in characters.
pub const NOTE: usize = 300;
/// The longest shift.
pub const SHIFT: TimeDelta = TimeDelta::hours(12);
/// How far ahead a shift may be entered.
pub const AHEAD: TimeDelta = TimeDelta::days(90);

/// The classes that an agent works on, the first of them first: a senior agent sees to what only seniors may
/// decide, then to second looks, then to the rest; every other agent to second looks, then to the rest.
#[must_use]
pub fn classes(is_senior: bool) -> &'static [Class] {
    if is_senior {
        &[Class::Senior, Class::Second, Class::Ordinary]
    } else {
        &[Class::Second, Class::Ordinary]
    }
}

/// A case in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its number.
    pub case: CaseId,
    /// Whose it is.
    pub member: MemberId,
    /// Who may take it.
    pub class: Class,
    /// Since when it waits.
    pub since: Time,
}

/// Whoever asks for the next case.
#[derive(Clone, Debug)]
pub struct Asking {
    /// Who.
    pub agent: MemberId,
    /// Whether they are a senior agent.
    pub is_senior: bool,
    /// The cases that they decided before.
    pub decided: HashSet<CaseId>,
}

/// Whether this case may go to them: never their own, never one that they decided before.
#[must_use]
pub fn may_take(waiting: &Waiting, asking: &Asking) -> bool {
    waiting.member != asking.agent
        && !asking.decided.contains(&waiting.case)
        && classes(asking.is_senior).contains(&waiting.class)
}

/// The case that goes to them: of the first class that has one, the one that waits longest.
#[must_use]
pub fn choose(queue: &[Waiting], asking: &Asking) -> Option<CaseId> {
    let rank = |class: Class| classes(asking.is_senior).iter().position(|known| *known == class);
    let theirs = queue.iter().filter(|waiting| may_take(waiting, asking));
    theirs
        .min_by_key(|waiting| (rank(waiting.class), waiting.since, waiting.case))
        .map(|waiting| waiting.case)
}

/// Whether a claim until then has run out.
#[must_use]
pub fn is_lapsed(until: Time, now: Time) -> bool {
    until <= now
}

/// What an agent decided before about a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// Who.
    pub agent: MemberId,
    /// What.
    pub outcome: Outcome,
    /// Why.
    pub reason: Option<Reason>,
    /// When.
    pub at: Time,
}

/// Whether somebody else found that the document as it was last sent is not genuine. What was said of images
/// that the member has since replaced does not count.
#[must_use]
pub fn is_fraud_by_other(earlier: &[Earlier], agent: MemberId, submitted_at: Option<Time>) -> bool {
    earlier.iter().any(|one| {
        one.agent != agent
            && one.outcome == Outcome::Decline
            && one.reason.is_some_and(|reason| reason.kind() == ReasonKind::Fraud)
            && submitted_at.is_none_or(|submitted| one.at >= submitted)
    })
}

/// What kind of decision it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The document is good.
    Approve,
    /// Something better is needed.
    Resubmit,
    /// A senior agent has to look.
    Refer,
    /// The document is not accepted.
    Decline,
}

impl Outcome {
    /// Every one, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Approve, Self::Resubmit, Self::Refer, Self::Decline];

    /// Its name in the database and in forms.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Resubmit => "resubmit",
            Self::Refer => "refer",
            Self::Decline => "decline",
        }
    }

    /// The one of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }

    /// What an agent chooses from.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Approve => "Approve",
            Self::Resubmit => "Ask for something better",
            Self::Refer => "Refer to a senior agent",
            Self::Decline => "Decline",
        }
    }

    /// What was done, in a list.
    #[must_use]
    pub fn done(self) -> &'static str {
        match self {
            Self::Approve => "Approved",
            Self::Resubmit => "Asked for something better",
            Self::Refer => "Referred",
            Self::Decline => "Declined",
        }
    }

    /// When it is right.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::Approve => "Every answer is yes.",
            Self::Resubmit => "Better images or a correction would settle it. The member reads the reason.",
            Self::Refer => "You cannot settle it. Say in the note what a senior agent should look at.",
            Self::Decline => "It cannot be accepted. Where it is not genuine, a second agent looks first.",
        }
    }
}

/// The outcome and the reason of a verdict.
#[must_use]
pub fn parts(verdict: Verdict) -> (Outcome, Option<Reason>) {
    match verdict {
        Verdict::Approve => (Outcome::Approve, None),
        Verdict::Resubmit(reason) => (Outcome::Resubmit, Some(reason)),
        Verdict::Refer => (Outcome::Refer, None),
        Verdict::Decline(reason) => (Outcome::Decline, Some(reason)),
    }
}

/// Why a verdict does not stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfounded {
    /// Nothing was chosen.
    #[error("Choose what you decide.")]
    NoOutcome,
    /// A reason is missing.
    #[error("Choose a reason.")]
    NoReason,
    /// Approved although not every answer is yes.
    #[error(
        "A document is approved only when every answer is yes. Look at the marked lines again, or decide otherwise."
    )]
    NotAllYes,
    /// Resubmission for a reason that better images do not mend.
    #[error("Better images do not mend this. Choose a reason about the images or the typing, or decline.")]
    NotMendable,
    /// The reason rests on no answer.
    #[error(
        "This reason rests on none of your answers. Answer the line it is about with no or cannot tell, or choose another."
    )]
    NoGrounds,
    /// A document is declined for what could not be told.
    #[error("A decline needs a line that you answered with no. Where you cannot tell, refer the case.")]
    OnlyDoubt,
}

/// Reads a verdict from a form.
///
/// # Errors
/// When the outcome is missing, or a reason where it needs one.
pub fn verdict(outcome: &str, reason: &str) -> Result<Verdict, Unfounded> {
    let outcome = Outcome::parse(outcome).ok_or(Unfounded::NoOutcome)?;
    let reason = Reason::parse(reason).ok_or(Unfounded::NoReason);
    Ok(match outcome {
        Outcome::Approve => Verdict::Approve,
        Outcome::Refer => Verdict::Refer,
        Outcome::Resubmit => Verdict::Resubmit(reason?),
        Outcome::Decline => Verdict::Decline(reason?),
    })
}

/// Whether a verdict goes with the answers to the checklist.
///
/// # Errors
/// What does not go together.
pub fn is_founded(verdict: Verdict, answers: &Answers) -> Result<(), Unfounded> {
    let (_, reason) = parts(verdict);
    let given: Vec<Answer> = match reason {
        None => Vec::new(),
        Some(reason) => grounds(reason).iter().filter_map(|line| answers.get(*line)).collect(),
    };
    match verdict {
        Verdict::Approve if answers.are_all_yes() => Ok(()),
        Verdict::Approve => Err(Unfounded::NotAllYes),
        Verdict::Refer => Ok(()),
        Verdict::Resubmit(reason) if reason.kind() != ReasonKind::Quality => Err(Unfounded::NotMendable),
        _ if given.iter().all(|answer| *answer == Answer::Yes) => Err(Unfounded::NoGrounds),
        Verdict::Decline(_) if !given.contains(&Answer::No) => Err(Unfounded::OnlyDoubt),
        Verdict::Resubmit(_) | Verdict::Decline(_) => Ok(()),
    }
}

/// What becomes of a case that a decision moved to `place`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect {
    /// Where it stands now.
    pub place: Place,
    /// What the member is told; nothing while agents go on.
    pub told: Option<Reason>,
    /// Whether the member is asked for something better.
    pub asks_again: bool,
    /// Whether it is decided for the member, so that they hear of it.
    pub is_decided: bool,
    /// Whether the images are not needed for longer than [`KEPT`].
    pub ends_images: bool,
}

/// What a decision means once the table of states said where it leads.
#[must_use]
pub fn effect(verdict: Verdict, place: Place) -> Effect {
    let (state, _) = place;
    let is_decided = !state.is_with_agents();
    Effect {
        place,
        told: parts(verdict).1.filter(|_| is_decided),
        asks_again: state == State::Resubmit,
        is_decided,
        // Who is asked for something better may keep the sides that were good.
        ends_images: state.is_over(),
    }
}

/// A note for colleagues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note(String);

/// Why a note is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Keep the note within {NOTE} characters.")]
pub struct NoteTooLong;

impl Note {
    /// Reads a note; it may be empty.
    ///
    /// # Errors
    /// When it is too long.
    pub fn parse(text: &str) -> Result<Self, NoteTooLong> {
        let text = text.replace("\r\n", "\n");
        let text = text.trim();
        if text.chars().count() <= NOTE { Ok(Self(text.to_owned())) } else { Err(NoteTooLong) }
    }

    /// Its words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// From when until when an agent is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its beginning.
    pub starts: Time,
    /// Its end.
    pub ends: Time,
}

/// Why a shift is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongShift {
    /// The day cannot be read.
    #[error("Write the day as in 2026-11-18.")]
    Day,
    /// A time cannot be read.
    #[error("Write the time as in 09:30.")]
    Hour,
    /// It is over.
    #[error("This shift is over. Enter one that ends later than now.")]
    Past,
    /// Too far ahead.
    #[error("Enter shifts at most {} days ahead.", AHEAD.num_days())]
    TooFar,
    /// Too long.
    #[error("A shift is at most {} hours long.", SHIFT.num_hours())]
    TooLong,
    /// Another of theirs covers a part of it.
    #[error("You have a shift in this time already.")]
    Overlaps,
}

/// Reads a shift from a day and two times; one that ends before it begins ends on the next day.
///
/// # Errors
/// What cannot be read.
pub fn span(day: &str, from: &str, to: &str) -> Result<Span, WrongShift> {
    let day = NaiveDate::parse_from_str(day.trim(), "%Y-%m-%d").map_err(|_| WrongShift::Day)?;
    let hour = |text: &str| NaiveTime::parse_from_str(text.trim(), "%H:%M").map_err(|_| WrongShift::Hour);
    let (from, to) = (hour(from)?, hour(to)?);
    let starts = day.and_time(from);
    let last = if to > from { Some(day) } else { day.succ_opt() };
    Ok(Span { starts, ends: last.ok_or(WrongShift::Day)?.and_time(to) })
}

/// Whether an agent may enter this shift beside those they have.
///
/// # Errors
/// Why not.
pub fn may_enter(new: Span, own: &[Span], now: Time) -> Result<(), WrongShift> {
    if new.ends <= now {
        return Err(WrongShift::Past);
    }
    if new.starts > now + AHEAD {
        return Err(WrongShift::TooFar);
    }
    if new.ends - new.starts > SHIFT {
        return Err(WrongShift::TooLong);
    }
    let overlaps = own.iter().any(|one| one.starts < new.ends && new.starts < one.ends);
    if overlaps { Err(WrongShift::Overlaps) } else { Ok(()) }
}

#[cfg(test)]
#[path = "rules/tests.rs"]
mod tests;
