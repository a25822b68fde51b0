//! What can be reported, and which case comes first.

use chrono::TimeDelta;

/// Longest words of a report, in characters.
pub const LONGEST_WORDS: usize = 500;
/// What a step of harm counts in the queue.
pub const HARM: i64 = 24;
/// What a report counts, up to [`MOST_REPORTS`].
pub const REPORT: i64 = 4;
/// More reports than these add nothing: a crowd cannot push a case before a danger.
pub const MOST_REPORTS: i64 = 5;
/// More hours than these add nothing.
pub const MOST_HOURS: i64 = 72;

/// Why a post is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Somebody is in danger or threatened.
    Danger,
    /// It shows personal data.
    PersonalData,
    /// It is meant to cheat.
    Fraud,
    /// It goes after somebody.
    Harassment,
    /// It pretends to be somebody.
    Imitation,
    /// It advertises.
    Spam,
    /// It does not belong there.
    OffTopic,
    /// Something else, which needs words.
    Other,
}

impl Reason {
    /// Every reason there is, the gravest first.
    pub const ALL: [Self; 8] = [
        Self::Danger,
        Self::PersonalData,
        Self::Fraud,
        Self::Harassment,
        Self::Imitation,
        Self::Spam,
        Self::OffTopic,
        Self::Other,
    ];

    /// The reason's name in the database and in forms.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Danger => "danger",
            Self::PersonalData => "personal-data",
            Self::Fraud => "fraud",
            Self::Harassment => "harassment",
            Self::Imitation => "imitation",
            Self::Spam => "spam",
            Self::OffTopic => "off-topic",
            Self::Other => "other",
        }
    }

    /// The reason of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Danger => "Danger or threats",
            Self::PersonalData => "Personal data",
            Self::Fraud => "Fraud",
            Self::Harassment => "Harassment",
            Self::Imitation => "Imitation",
            Self::Spam => "Advertising or spam",
            Self::OffTopic => "Off topic",
            Self::Other => "Something else",
        }
    }

    /// What it means, for whoever chooses.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::Danger => "Somebody may come to harm",
            Self::PersonalData => "An address, a document, a phone number, a private message",
            Self::Fraud => "It is meant to cheat somebody",
            Self::Harassment => "It goes after a person, not after what they said",
            Self::Imitation => "It pretends to be another member or staff",
            Self::Spam => "An offer, a referral link, the same words over and over",
            Self::OffTopic => "It belongs elsewhere",
            Self::Other => "Say in your words what it is",
        }
    }

    /// How much harm it stands for, from 1 to 5.
    #[must_use]
    pub fn harm(self) -> i64 {
        match self {
            Self::Danger => 5,
            Self::PersonalData | Self::Fraud => 4,
            Self::Harassment | Self::Imitation => 3,
            Self::Spam | Self::Other => 2,
            Self::OffTopic => 1,
        }
    }
}

/// How urgent a case is: its harm counts most, then reports, then waiting. Each hour of waiting counts one, so that
/// nothing lies for ever; the limits keep the harm of the worst reason in front.
#[must_use]
pub fn urgency(harm: i64, reports: i64, waited: TimeDelta) -> i64 {
    HARM * harm + REPORT * reports.clamp(0, MOST_REPORTS) + waited.num_hours().clamp(0, MOST_HOURS)
}

/// Why a report was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadWords {
    /// The reason says nothing by itself.
    #[error("Say what it is: “something else” alone does not help a moderator.")]
    Needed,
    /// Too long.
    #[error("Keep it within {LONGEST_WORDS} characters; these are {0}.")]
    TooLong(usize),
}

/// Reads the words of a report.
///
/// # Errors
/// When the reason needs words and there are none, or there are too many.
pub fn words(reason: Option<Reason>, text: &str) -> Result<String, BadWords> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    match text.chars().count() {
        0 if reason == Some(Reason::Other) => Err(BadWords::Needed),
        0..=LONGEST_WORDS => Ok(text),
        length => Err(BadWords::TooLong(length)),
    }
}

/// What came of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Something was done.
    Acted,
    /// No rule was broken.
    NoBreach,
}

impl Outcome {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Acted, Self::NoBreach];

    /// The outcome's name in the database and in forms.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Acted => "acted",
            Self::NoBreach => "no-breach",
        }
    }

    /// The outcome of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }

    /// What moderators read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Acted => "Something was done",
            Self::NoBreach => "No rule was broken",
        }
    }

    /// What whoever reported reads.
    #[must_use]
    pub fn told(self) -> &'static str {
        match self {
            Self::Acted => "A moderator looked at it and acted. Thank you for reporting it.",
            Self::NoBreach => {
                "A moderator looked at it and found that no rule was broken. Thank you for reporting it."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(hours: i64) -> TimeDelta {
        TimeDelta::hours(hours)
    }

    #[test]
    fn a_danger_comes_before_a_crowd_that_waits_for_what_is_off_topic() {
        assert!(urgency(5, 1, hours(0)) > urgency(1, 1_000, TimeDelta::minutes(59)));
        assert!(urgency(5, 1, hours(0)) > urgency(1, 5, hours(72)));
        assert!(urgency(4, 1, hours(0)) > urgency(3, 5, hours(3)));
        assert!(urgency(2, 2, hours(0)) > urgency(2, 1, hours(3)));
    }

    #[test]
    fn waiting_counts_by_the_hour_and_ends_to_count() {
        assert_eq!(urgency(1, 1, hours(0)), 28);
        assert_eq!(urgency(1, 1, TimeDelta::minutes(59)), 28);
        assert_eq!(urgency(1, 1, hours(1)), 29);
        assert_eq!(urgency(1, 1, hours(72)), urgency(1, 1, hours(999)));
        assert_eq!(urgency(1, 5, hours(0)), urgency(1, 6, hours(0)));
        assert_eq!(urgency(1, 1, hours(-3)), 28);
    }

    #[test]
    fn every_reason_reads_back_and_weighs_from_one_to_five() {
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.code()), Some(reason));
            assert!((1..=5).contains(&reason.harm()));
        }
        assert!(Outcome::ALL.into_iter().all(|outcome| Outcome::parse(outcome.code()) == Some(outcome)));
    }

    #[test]
    fn something_else_needs_words_and_all_words_have_an_end() {
        assert_eq!(words(Some(Reason::Other), " \n"), Err(BadWords::Needed));
        assert_eq!(words(Some(Reason::Spam), " "), Ok(String::new()));
        assert_eq!(words(Some(Reason::Other), "a\r\nb "), Ok("a\nb".to_owned()));
        assert!(words(None, &"ä".repeat(500)).is_ok());
        assert_eq!(words(None, &"ä".repeat(501)), Err(BadWords::TooLong(501)));
    }
}
