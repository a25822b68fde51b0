//! Where a draft belongs, and how long it may be and is kept.

use chrono::TimeDelta;

use crate::boards::BoardId;
use crate::clock::Time;
use crate::threads::ThreadId;

/// How long a draft is kept after it was saved last.
pub const KEPT: TimeDelta = TimeDelta::days(90);
/// The longest draft, in characters: longer than a post, because one cuts it before posting.
pub const LONGEST: usize = 60_000;
/// How many of their drafts members see.
pub const SHOWN: i64 = 100;

/// What a draft is for. A member has one for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// An answer in a thread.
    Thread(ThreadId),
    /// A new thread in a board.
    Board(BoardId),
}

impl Place {
    /// The place's name in the database.
    #[must_use]
    pub fn code(self) -> String {
        match self {
            Self::Thread(id) => format!("thread {}", id.0),
            Self::Board(id) => format!("board {}", id.0),
        }
    }

    /// The place of this name.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        let (kind, id) = code.split_once(' ')?;
        let id = id.parse().ok()?;
        match kind {
            "thread" => Some(Self::Thread(ThreadId(id))),
            "board" => Some(Self::Board(BoardId(id))),
            _ => None,
        }
    }
}

/// What somebody was writing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The title; empty in an answer.
    pub title: String,
    /// What kind of thread it is to be; empty in an answer.
    pub kind: String,
    /// The words.
    pub body: String,
}

impl Words {
    /// Whether there is nothing in them worth keeping.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.title.trim().is_empty() && self.body.trim().is_empty()
    }

    /// Whether they are no longer than may be kept.
    ///
    /// # Errors
    /// When they are.
    pub fn check(&self) -> Result<(), TooLong> {
        let length = self.body.chars().count();
        if length <= LONGEST && self.title.chars().count() <= 1_000 { Ok(()) } else { Err(TooLong) }
    }
}

/// Why a draft was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A draft can have {LONGEST} characters. Keep the rest somewhere else for now.")]
pub struct TooLong;

/// A draft that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Its words.
    pub words: Words,
    /// Grows with each saving.
    pub sequence: i64,
    /// When it was saved.
    pub saved_at: Time,
}

/// How saving a draft ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is kept.
    Kept,
    /// There was nothing in it, so nothing is kept.
    Gone,
    /// A newer one is kept already.
    Older(Draft),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_as_it_was_written() {
        for place in [Place::Thread(ThreadId(12)), Place::Board(BoardId(3))] {
            assert_eq!(Place::parse(&place.code()), Some(place));
        }
        for code in ["", "thread", "thread x", "post 1"] {
            assert_eq!(Place::parse(code), None, "{code}");
        }
    }

    #[test]
    fn a_draft_may_be_twice_as_long_as_a_post() {
        let words = |length| Words { body: "ä".repeat(length), ..Words::default() };
        assert_eq!(words(LONGEST).check(), Ok(()));
        assert_eq!(words(LONGEST + 1).check(), Err(TooLong));
        assert!(words(0).is_blank());
    }
}
