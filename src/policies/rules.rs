//! What a policy may say, how a draft becomes one, and who may approve it.

use std::ops::RangeInclusive;

use crate::badges::rules::Origin;
use crate::members::MemberId;

/// Characters of what is checked, in a few words.
pub const CHECKED: RangeInclusive<usize> = 5..=80;
/// Characters of the policy's text.
pub const WORDS: RangeInclusive<usize> = 50..=8_000;
/// Characters of the reason why an earlier verification counts or does not.
pub const REASON: RangeInclusive<usize> = 15..=300;
/// Months that a badge may count.
pub const MONTHS: RangeInclusive<i64> = 1..=60;
/// Minutes that a grant may settle: at most a day, so that the promise can be kept.
pub const MINUTES: RangeInclusive<i64> = 0..=1_440;
/// Hours within which a badge may be promised.
pub const HOURS: RangeInclusive<i64> = 24..=168;

/// How far a draft has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Being written.
    Draft,
    /// Somebody else agreed to it as it stands.
    Approved,
    /// In force, or followed by a newer one.
    Published,
}

impl Phase {
    /// Every phase, in order.
    pub const ALL: [Self; 3] = [Self::Draft, Self::Approved, Self::Published];

    /// The phase's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Approved => "approved",
            Self::Published => "published",
        }
    }

    /// The phase of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Approved => "Approved",
            Self::Published => "Published",
        }
    }

    /// Where `step` leads from here; `None` when nothing is left of the draft. Whoever changes an approved draft
    /// makes it one that nobody approved.
    ///
    /// # Errors
    /// When the step cannot be taken from here.
    pub fn after(self, step: Step) -> Result<Option<Self>, WrongStep> {
        match (self, step) {
            (Self::Draft | Self::Approved, Step::Save) => Ok(Some(Self::Draft)),
            (Self::Draft, Step::Approve) => Ok(Some(Self::Approved)),
            (Self::Approved, Step::Publish) => Ok(Some(Self::Published)),
            (Self::Draft | Self::Approved, Step::Discard) => Ok(None),
            (from, step) => Err(WrongStep { from, step }),
        }
    }
}

/// What can be done with a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Keep what was written.
    Save,
    /// Agree to it as it stands.
    Approve,
    /// Make it the policy in force.
    Publish,
    /// Throw it away.
    Discard,
}

impl Step {
    /// Every step there is.
    pub const ALL: [Self; 4] = [Self::Save, Self::Approve, Self::Publish, Self::Discard];

    fn done(self) -> &'static str {
        match self {
            Self::Save => "changed",
            Self::Approve => "approved",
            Self::Publish => "published",
            Self::Discard => "thrown away",
        }
    }
}

/// A step that cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This policy is {}, so it cannot be {}. Open it again to see how it stands.", .from.title().to_lowercase(), .step.done())]
pub struct WrongStep {
    /// Where it stands.
    pub from: Phase,
    /// What was tried.
    pub step: Step,
}

/// Whether somebody may approve what these wrote: whoever wrote on it has agreed already.
#[must_use]
pub fn may_approve(who: MemberId, writers: &[MemberId]) -> bool {
    !writers.contains(&who)
}

/// What a policy must say something of: every earlier version, checked here or brought by an import, and an import
/// that names the new version itself.
#[must_use]
pub fn asked(version: i64) -> Vec<(Origin, i64)> {
    let earlier = (1..version).rev().flat_map(|earlier| Origin::ALL.map(|origin| (origin, earlier)));
    std::iter::once((Origin::Import, version)).chain(earlier).collect()
}

/// Text that is too short or too long.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Write {} to {} characters. This has {has}.", .range.start(), .range.end())]
pub struct BadLength {
    range: RangeInclusive<usize>,
    has: usize,
}

/// Reads a text of a policy: trimmed, with lines as they were written.
///
/// # Errors
/// When it is too short or too long.
pub fn text(text: &str, range: &RangeInclusive<usize>) -> Result<String, BadLength> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    let has = text.chars().count();
    if range.contains(&has) { Ok(text) } else { Err(BadLength { range: range.clone(), has }) }
}

/// A number that is none, or out of its range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Write a whole number from {} to {}.", .0.start(), .0.end())]
pub struct BadNumber(RangeInclusive<i64>);

/// Reads a number of a policy.
///
/// # Errors
/// When it is none, or out of its range.
pub fn number(text: &str, range: &RangeInclusive<i64>) -> Result<i64, BadNumber> {
    let number = text.trim().parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| BadNumber(range.clone()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_code_reads_back() {
        assert!(Phase::ALL.iter().all(|phase| Phase::parse(phase.code()) == Some(*phase)));
        assert_eq!(Phase::parse("live"), None);
    }

    proptest! {
        /// However a draft is handled: what is published was approved, and not changed since.
        #[test]
        fn nothing_is_published_that_was_not_approved_as_it_stands(
            steps in prop::collection::vec(prop::sample::select(Step::ALL.to_vec()), 0..12)
        ) {
            let (mut phase, mut is_agreed) = (Some(Phase::Draft), false);
            for step in steps {
                let Some(from) = phase else { break };
                let Ok(to) = from.after(step) else { continue };
                match step {
                    Step::Approve => is_agreed = true,
                    Step::Publish => prop_assert!(is_agreed),
                    Step::Save | Step::Discard => is_agreed = false,
                }
                prop_assert_ne!(from, Phase::Published, "a published policy moved");
                phase = to;
            }
        }

        #[test]
        fn every_origin_and_version_is_asked_once(version in 1..20i64) {
            let asked = asked(version);
            prop_assert_eq!(asked.len(), usize::try_from(2 * version - 1).unwrap());
            for earlier in 1..version {
                prop_assert!(Origin::ALL.iter().all(|origin| asked.contains(&(*origin, earlier))));
            }
            prop_assert!(asked.contains(&(Origin::Import, version)));
        }
    }

    #[test]
    fn texts_and_numbers_keep_to_their_ranges() {
        assert_eq!(text("  five!\r\nmore ", &CHECKED), Ok("five!\nmore".to_owned()));
        assert_eq!(text("four", &CHECKED).unwrap_err().to_string(), "Write 5 to 80 characters. This has 4.");
        assert_eq!(number(" 24 ", &MONTHS), Ok(24));
        for wrong in ["", "0", "61", "-1", "two", "99999999999999999999"] {
            assert_eq!(number(wrong, &MONTHS).unwrap_err().to_string(), "Write a whole number from 1 to 60.");
        }
    }

    #[test]
    fn whoever_wrote_does_not_approve() {
        let writers = [MemberId(1), MemberId(3)];
        assert!(!may_approve(MemberId(3), &writers));
        assert!(may_approve(MemberId(2), &writers));
    }
}
