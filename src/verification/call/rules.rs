//! The states of a call.

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
    /// Confirmed.
    Passed,
    /// It could not be told.
    Inconclusive,
    /// Decided against the member.
    Failed,
    /// The connection broke off.
    Aborted,
    /// Fraud is suspected.
    Flagged,
    /// The member was not there.
    Missed,
    /// Taken back.
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
}
