//! The states of a call, who may begin one, and how a member who was not there goes on.

pub mod calendar;
pub mod checks;
pub mod queue;
pub mod slots;

use chrono::TimeDelta;

use crate::clock::{Time, date_and_time};

/// How long a time is held while its member decides.
pub const HOLD: TimeDelta = TimeDelta::minutes(5);
/// How long before a booked call its waiting room opens.
pub const OPENS: TimeDelta = TimeDelta::minutes(10);
/// How long after its beginning a booked call waits for its member.
pub const LATE: TimeDelta = TimeDelta::minutes(5);
/// How long somebody whose turn it is in the queue has to come in.
pub const TURN: TimeDelta = TimeDelta::minutes(3);
/// How long a call goes on while the two do not reach each other.
pub const APART: TimeDelta = TimeDelta::seconds(60);
/// How often not being there has no consequence.
pub const FREE_MISSES: usize = 2;
/// How long one waits after missing more than that.
pub const PAUSE: TimeDelta = TimeDelta::days(1);
/// How long a result against the member can be appealed.
pub const APPEAL: TimeDelta = TimeDelta::days(30);
/// How many calls may be begun in a day: choosing again and again keeps times from others.
pub const A_DAY: usize = 20;

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// A time is held while the member decides.
    Held,
    /// At a time.
    Booked,
    /// In the queue.
    Queued,
    /// The member is in the waiting room.
    Waiting,
    /// The agent let the member in.
    InCall,
    /// The agent confirmed that it is the person of the document.
    Passed,
    /// It could not be told: again, with another agent.
    Inconclusive,
    /// Decided against the member.
    Failed,
    /// The connection broke off, or the agent was not there: no penalty, first in line.
    Aborted,
    /// The agent suspects fraud: another agent talks to the member before anything is decided.
    Flagged,
    /// The member was not there.
    Missed,
    /// Taken back by the member, or not confirmed in time.
    Cancelled,
}

impl State {
    /// Every state there is.
    pub const ALL: [Self; 12] = [
        Self::Held,
        Self::Booked,
        Self::Queued,
        Self::Waiting,
        Self::InCall,
        Self::Passed,
        Self::Inconclusive,
        Self::Failed,
        Self::Aborted,
        Self::Flagged,
        Self::Missed,
        Self::Cancelled,
    ];

    /// The state's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Booked => "booked",
            Self::Queued => "queued",
            Self::Waiting => "waiting",
            Self::InCall => "in-call",
            Self::Passed => "passed",
            Self::Inconclusive => "inconclusive",
            Self::Failed => "failed",
            Self::Aborted => "aborted",
            Self::Flagged => "flagged",
            Self::Missed => "missed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether the call is still to come, or under way.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Held | Self::Booked | Self::Queued | Self::Waiting | Self::InCall)
    }

    /// Whether an agent decided about it.
    #[must_use]
    pub fn is_decided(self) -> bool {
        matches!(self, Self::Passed | Self::Inconclusive | Self::Failed | Self::Flagged)
    }
}

/// What an agent decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It is the person of the document.
    Passed,
    /// It could not be told.
    Inconclusive,
    /// It is not, or they would not do what is asked.
    Failed,
    /// Fraud is suspected.
    Flagged,
}

impl Outcome {
    /// Every one, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Passed, Self::Inconclusive, Self::Failed, Self::Flagged];

    /// Where it leads. Fraud is never found by one agent alone, and never left open by two.
    #[must_use]
    pub fn state(self, flagged_before: bool) -> State {
        match self {
            Self::Passed => State::Passed,
            Self::Inconclusive => State::Inconclusive,
            Self::Flagged if !flagged_before => State::Flagged,
            Self::Failed | Self::Flagged => State::Failed,
        }
    }

    /// Its name in forms.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.state(false).code()
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
            Self::Passed => "Passed",
            Self::Inconclusive => "Inconclusive",
            Self::Failed => "Failed",
            Self::Flagged => "Fraud suspected",
        }
    }

    /// When to choose it.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::Passed => "Every answer is yes, and the code was right.",
            Self::Inconclusive => {
                "It could not be told. The member talks to another agent; nothing is held against them."
            }
            Self::Failed => "It is not the person of the document, or they would not do what is asked.",
            Self::Flagged => {
                "Say nothing of it in the call. Another agent talks to the member before anything is decided."
            }
        }
    }
}

/// What can happen to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Move {
    /// The member confirms the time that is held.
    Confirm,
    /// The member takes it back, or did not confirm in time.
    Cancel,
    /// The member comes into the waiting room.
    Arrive,
    /// The agent lets the member in.
    Admit,
    /// The member was not there.
    Miss,
    /// The two did not reach each other, or the agent was not there.
    Break,
    /// The agent decides, and it leads there.
    Decide(Outcome, bool),
}

impl Move {
    /// Every move there is.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let simple = [Self::Confirm, Self::Cancel, Self::Arrive, Self::Admit, Self::Miss, Self::Break];
        let decisions =
            Outcome::ALL.into_iter().flat_map(|one| [Self::Decide(one, false), Self::Decide(one, true)]);
        simple.into_iter().chain(decisions).collect()
    }
}

/// Where a call begins.
pub const BEGINNINGS: [State; 3] = [State::Held, State::Booked, State::Queued];

/// Where a move leads; nothing where it is not possible.
#[must_use]
pub fn next(state: State, happens: Move) -> Option<State> {
    match (state, happens) {
        (State::Held, Move::Confirm) => Some(State::Booked),
        (State::Held | State::Booked | State::Queued | State::Waiting, Move::Cancel) => {
            Some(State::Cancelled)
        }
        (State::Booked | State::Queued, Move::Arrive) => Some(State::Waiting),
        (State::Booked | State::Queued, Move::Miss) => Some(State::Missed),
        (State::Waiting, Move::Admit) => Some(State::InCall),
        (State::Waiting | State::InCall, Move::Break) => Some(State::Aborted),
        (State::InCall, Move::Decide(outcome, flagged_before)) => Some(outcome.state(flagged_before)),
        _ => None,
    }
}

/// A way to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// At a time.
    Slot,
    /// By the queue, now.
    Queue,
}

/// What went before in a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// How often the member was not there.
    pub missed: usize,
    /// When that was last.
    pub last_missed: Option<Time>,
    /// The last decision, when it was made, and whether it was appealed.
    pub decided: Option<(State, Time, bool)>,
    /// Whether any decision of the case was appealed.
    pub appealed: bool,
    /// How many calls were begun within a day.
    pub today: usize,
}

/// Why no call can be begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// It was passed.
    #[error("You passed your call. There is nothing more to do.")]
    Passed,
    /// It was decided against the member.
    #[error("Your call was decided. You can have another from {} UTC.", date_and_time(*.0))]
    Failed(Time),
    /// Missed too often: only by the queue.
    #[error("You missed more than {FREE_MISSES} calls, so you cannot book a time. You can join the queue.")]
    OnlyQueue,
    /// Missed too often, and a moment ago.
    #[error("You missed more than {FREE_MISSES} calls. You can join the queue from {} UTC.", date_and_time(*.0))]
    Until(Time),
    /// Begun too often.
    #[error("You chose {A_DAY} times within a day. Come back tomorrow.")]
    TooOften,
}

/// Whether a member may begin a call this way.
///
/// # Errors
/// Why not.
pub fn may_begin(way: Way, past: &Past, now: Time) -> Result<(), Closed> {
    match past.decided {
        Some((State::Passed, ..)) => return Err(Closed::Passed),
        Some((State::Failed, at, false)) if now < at + APPEAL => return Err(Closed::Failed(at + APPEAL)),
        _ => {}
    }
    if past.today >= A_DAY {
        return Err(Closed::TooOften);
    }
    if past.missed <= FREE_MISSES {
        return Ok(());
    }
    let from = past.last_missed.map_or(now, |last| last + PAUSE);
    match way {
        _ if now < from => Err(Closed::Until(from)),
        Way::Slot => Err(Closed::OnlyQueue),
        Way::Queue => Ok(()),
    }
}

/// Whether a result against the member can be appealed: once in a case, within 30 days.
#[must_use]
pub fn may_appeal(state: State, decided_at: Option<Time>, appealed: bool, now: Time) -> bool {
    state == State::Failed && !appealed && decided_at.is_some_and(|at| now <= at + APPEAL)
}

/// Whether the waiting room of a call is open: for the queue always, for a time shortly before it.
#[must_use]
pub fn is_room_open(starts: Option<Time>, ends: Option<Time>, now: Time) -> bool {
    starts.is_none_or(|starts| now >= starts - OPENS) && ends.is_none_or(|ends| now < ends)
}

/// Whether the member of a booked call has not come.
#[must_use]
pub fn is_missed(starts: Time, now: Time) -> bool {
    now >= starts + LATE
}

/// Whether a reminder is due: a day and an hour before; the first of these only where it was booked earlier.
#[must_use]
pub fn is_reminder_due(made: Time, starts: Time, reminded: Option<Time>, now: Time) -> bool {
    let due = |before: TimeDelta| {
        let at = starts - before;
        now >= at && made < at && reminded.is_none_or(|reminded| reminded < at)
    };
    now < starts && (due(TimeDelta::hours(1)) || due(TimeDelta::hours(24)))
}

#[cfg(test)]
mod tests;
