//! When a member is told that their badge ends.

use chrono::TimeDelta;

use crate::clock::Time;

/// A reminder that leaves before a badge ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reminder {
    /// A month before.
    First,
    /// A week before.
    Last,
}

impl Reminder {
    /// Every one, the last first: whoever is due both gets the last alone.
    pub const ALL: [Self; 2] = [Self::Last, Self::First];

    /// Its number in the database.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::First => 1,
            Self::Last => 2,
        }
    }

    /// How long before the end it leaves.
    #[must_use]
    pub fn ahead(self) -> TimeDelta {
        match self {
            Self::First => TimeDelta::days(30),
            Self::Last => TimeDelta::days(7),
        }
    }

    /// Whether it says anything new: not of a badge that was given when it was due already.
    #[must_use]
    pub fn is_news(self, granted_at: Time, expires_at: Time) -> bool {
        granted_at < expires_at - self.ahead()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_badge_of_a_month_is_reminded_of_once() {
        let given = chrono::NaiveDate::from_ymd_opt(2026, 2, 1).unwrap().and_hms_opt(9, 0, 0).unwrap();
        let end = given + TimeDelta::days(28);
        assert!(!Reminder::First.is_news(given, end) && Reminder::Last.is_news(given, end));
        assert!(Reminder::First.is_news(given, given + TimeDelta::days(31)));
        assert!(!Reminder::First.is_news(given, given + TimeDelta::days(30)));
    }
}
