//! What an announcement is, how it goes from draft to end, and where it may stand.

mod places;

use chrono::NaiveDateTime;

pub use places::{BadBoard, audience_in_words, boards_for, is_in_reach, may_stand};

use crate::boards::{Audience, BoardId};
use crate::clock::Time;
use crate::text::names::Title;
use crate::threads::rules::Body;

/// Longest text of a banner, in characters.
pub const LONGEST_BANNER: usize = 140;

/// How far an announcement has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Being written; nobody but managers knows of it.
    Draft,
    /// Waits for its time.
    Scheduled,
    /// Told.
    Published,
    /// Over; its thread stays.
    Ended,
}

impl Phase {
    /// Every phase, in order.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Scheduled, Self::Published, Self::Ended];

    /// The phase's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Published => "published",
            Self::Ended => "ended",
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
            Self::Scheduled => "Scheduled",
            Self::Published => "Live",
            Self::Ended => "Ended",
        }
    }

    /// Where `step` leads from here; `None` when nothing is left of it.
    ///
    /// # Errors
    /// When the step cannot be taken from here, in words for the manager.
    pub fn after(self, step: Step) -> Result<Option<Self>, WrongStep> {
        match (self, step) {
            (Self::Draft | Self::Scheduled, Step::Save | Step::Unschedule) => Ok(Some(Self::Draft)),
            (Self::Draft | Self::Scheduled, Step::Schedule) => Ok(Some(Self::Scheduled)),
            (Self::Draft | Self::Scheduled, Step::Publish) | (Self::Published, Step::Correct) => {
                Ok(Some(Self::Published))
            }
            (Self::Published, Step::End) => Ok(Some(Self::Ended)),
            (Self::Draft, Step::Delete) => Ok(None),
            (from, step) => Err(WrongStep { from, step }),
        }
    }
}

/// What can be done with an announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Keep what was written; a scheduled one becomes a draft again.
    Save,
    /// Publish at a time.
    Schedule,
    /// Make a scheduled one a draft again.
    Unschedule,
    /// Tell it now.
    Publish,
    /// Change the words of a published one.
    Correct,
    /// Take the banner and the pin away.
    End,
    /// Throw a draft away.
    Delete,
}

impl Step {
    /// Every step there is.
    pub const ALL: [Self; 7] =
        [Self::Save, Self::Schedule, Self::Unschedule, Self::Publish, Self::Correct, Self::End, Self::Delete];

    fn done(self) -> &'static str {
        match self {
            Self::Save => "changed as a draft",
            Self::Schedule => "scheduled",
            Self::Unschedule => "made a draft",
            Self::Publish => "published",
            Self::Correct => "corrected",
            Self::End => "ended",
            Self::Delete => "deleted",
        }
    }
}

/// A step that cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This announcement is {}, so it cannot be {}. Open it again to see how it stands.", .from.code(), .step.done())]
pub struct WrongStep {
    /// Where it stands.
    pub from: Phase,
    /// What was tried.
    pub step: Step,
}

/// When an announcement takes comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comments {
    /// At once.
    Open,
    /// Never: the thread is locked.
    Closed,
    /// From a time on.
    From(Time),
}

impl Comments {
    /// The name in the database and in forms.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::From(_) => "later",
        }
    }

    /// From when on, where that is not at once.
    #[must_use]
    pub fn from(self) -> Option<Time> {
        match self {
            Self::From(time) => Some(time),
            _ => None,
        }
    }

    /// The way of this code.
    #[must_use]
    pub fn parse(code: &str, from: Option<Time>) -> Option<Self> {
        match (code, from) {
            ("open", _) => Some(Self::Open),
            ("closed", _) => Some(Self::Closed),
            ("later", Some(time)) => Some(Self::From(time)),
            _ => None,
        }
    }
}

/// An announcement as its manager wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The board it will stand in.
    pub board: BoardId,
    /// Its title.
    pub title: Title,
    /// Its words.
    pub body: Body,
    /// Who it is for.
    pub audience: Audience,
    /// When it is to be published, where that is not at once.
    pub publish_at: Option<Time>,
    /// When it ends by itself.
    pub ends_at: Option<Time>,
    /// Whether it has a banner.
    pub has_banner: bool,
    /// What the banner says; empty for the title.
    pub banner_text: String,
    /// Whether it stands above the other threads.
    pub pinned: bool,
    /// When it takes comments.
    pub comments: Comments,
    /// Whether its thread is locked when it ends.
    pub locks_at_end: bool,
}

/// Why a banner's text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Keep the banner within {LONGEST_BANNER} characters: it stands on every page. This one has {0}.")]
pub struct LongBanner(usize);

/// Reads what a banner says, on one line.
///
/// # Errors
/// When it is too long.
pub fn banner_text(text: &str) -> Result<String, LongBanner> {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = folded.chars().count();
    if length <= LONGEST_BANNER { Ok(folded) } else { Err(LongBanner(length)) }
}

/// Why a time was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTime {
    /// It cannot be read.
    #[error("Write a date and a time in UTC, such as 2026-11-30T09:00.")]
    Unreadable,
    /// It is over already.
    #[error("That is over already. Choose a time that is still to come; times are in UTC.")]
    Past,
    /// It comes before the publishing.
    #[error("That is before it is published. Choose a later time.")]
    BeforePublishing,
}

/// Reads what a browser sends for a date and a time.
///
/// # Errors
/// When it is neither.
pub fn moment(text: &str) -> Result<Time, BadTime> {
    let text = text.trim();
    ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        .into_iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .ok_or(BadTime::Unreadable)
}

/// A time as a form holds it.
#[must_use]
pub fn in_form(time: Option<Time>) -> String {
    time.map(|time| time.format("%Y-%m-%dT%H:%M").to_string()).unwrap_or_default()
}

/// Whether `time` comes after the publishing, which is `publish_at` or now.
///
/// # Errors
/// When it does not.
pub fn comes_after(time: Time, publish_at: Option<Time>, now: Time) -> Result<(), BadTime> {
    match publish_at {
        Some(publish_at) if time <= publish_at => Err(BadTime::BeforePublishing),
        _ if time <= now => Err(BadTime::Past),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(hour: u32) -> Time {
        chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap().and_hms_opt(hour, 0, 0).unwrap()
    }

    #[test]
    fn only_a_draft_is_deleted_and_only_what_is_live_is_corrected_or_ended() {
        for phase in Phase::ALL {
            assert_eq!(phase.after(Step::Delete).is_ok(), phase == Phase::Draft);
            assert_eq!(phase.after(Step::Correct).is_ok(), phase == Phase::Published);
            assert_eq!(phase.after(Step::End).is_ok(), phase == Phase::Published);
        }
        let refused = Phase::Ended.after(Step::Publish).unwrap_err().to_string();
        assert!(refused.starts_with("This announcement is ended, so it cannot be published."), "{refused}");
    }

    proptest! {
        #[test]
        fn whatever_is_tried_nothing_is_published_twice_and_nothing_published_is_a_draft_again(
            steps in prop::collection::vec(0..Step::ALL.len(), 0..40)
        ) {
            let (mut phase, mut published, mut ended) = (Some(Phase::Draft), 0, 0);
            for step in steps.into_iter().map(|place| Step::ALL[place]) {
                let Some(before) = phase else { break };
                let Ok(after) = before.after(step) else { continue };
                published += i32::from(before != Phase::Published && after == Some(Phase::Published));
                ended += i32::from(after == Some(Phase::Ended));
                prop_assert!(after.is_some() || before == Phase::Draft);
                if matches!(before, Phase::Published | Phase::Ended) {
                    prop_assert!(matches!(after, Some(Phase::Published | Phase::Ended)));
                }
                phase = after;
            }
            prop_assert!(published <= 1 && ended <= published);
        }
    }

    #[test]
    fn times_are_read_as_browsers_send_them() {
        assert_eq!(moment("2026-11-22T09:00"), Ok(at(9)));
        assert_eq!(moment("2026-11-22T09:00:00"), Ok(at(9)));
        assert_eq!(moment("tomorrow"), Err(BadTime::Unreadable));
        assert_eq!(in_form(Some(at(9))), "2026-11-22T09:00");
        assert_eq!(comes_after(at(9), None, at(9)), Err(BadTime::Past));
        assert_eq!(comes_after(at(11), Some(at(11)), at(9)), Err(BadTime::BeforePublishing));
        assert_eq!(comes_after(at(12), Some(at(11)), at(9)), Ok(()));
    }

    #[test]
    fn a_banner_is_one_line_of_140_characters() {
        assert_eq!(banner_text(" two\n lines ").unwrap(), "two lines");
        assert!(banner_text(&"ä".repeat(140)).is_ok());
        assert!(banner_text(&"ä".repeat(141)).is_err());
    }
}
