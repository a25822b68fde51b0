//! What is written of a rollout before it is approved.

use std::ops::RangeInclusive;

use super::{Audience, Publication};
use crate::threads::ThreadId;

/// Characters of a title.
pub const TITLE: RangeInclusive<usize> = 5..=100;
/// Characters of the reason, which everybody reads.
pub const REASON: RangeInclusive<usize> = 20..=2_000;
/// Characters of the note of an approval.
pub const NOTE: RangeInclusive<usize> = 10..=1_000;
/// The most invitations that may be outstanding together.
pub const MOST: RangeInclusive<i64> = 1..=10_000;
/// Hours that nine in ten may wait before no new wave opens.
pub const WAIT: RangeInclusive<i64> = 1..=720;

/// What is written of a rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What it is called.
    pub title: String,
    /// Why, for everybody.
    pub reason: String,
    /// Whom it is for.
    pub audience: Audience,
    /// Of a hundred whom the rule takes, how many take part.
    pub percent: u8,
    /// The policy that its badges are given under.
    pub policy_version: i64,
    /// When its badges are shown.
    pub publication: Publication,
    /// The most invitations that are outstanding together.
    pub most: i64,
    /// Hours that nine in ten may wait before no new wave opens.
    pub longest_wait: i64,
    /// The announcement that told of it.
    pub thread: Option<ThreadId>,
}

/// Why no new wave opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// Members wait too long.
    Wait,
    /// A manager said so.
    Hand,
}

impl Pause {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Wait, Self::Hand];

    /// The name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Wait => "wait",
            Self::Hand => "hand",
        }
    }

    /// The one of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pause| pause.code() == code)
    }
}
