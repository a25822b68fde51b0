//! An invitation to a badge, where pages of the forum show it.

use chrono::TimeDelta;

use crate::clock::Time;

/// How many days an invitation can be answered.
pub const DAYS: i64 = 21;
/// On which days after it members are reminded of it.
pub const REMINDERS: [i64; 3] = [3, 10, 18];

/// An invitation that can be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenInvitation {
    /// When it was made.
    pub invited_at: Time,
    /// When the member opened it.
    pub seen_at: Option<Time>,
}

impl OpenInvitation {
    /// Until when it can be answered.
    #[must_use]
    pub fn until(&self) -> Time {
        self.invited_at + TimeDelta::days(DAYS)
    }

    /// Whether a line says enough: the member opened it, and no reminder left since.
    #[must_use]
    pub fn is_quiet(&self, now: Time) -> bool {
        let reminded =
            REMINDERS.iter().map(|days| self.invited_at + TimeDelta::days(*days)).rfind(|at| *at <= now);
        self.seen_at.is_some_and(|seen| reminded.is_none_or(|at| seen >= at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_enough_until_the_next_reminder() {
        let day = |day: i64| {
            chrono::NaiveDate::from_ymd_opt(2026, 6, 1).unwrap().and_hms_opt(9, 0, 0).unwrap()
                + TimeDelta::days(day)
        };
        let seen = |at: Option<i64>| OpenInvitation { invited_at: day(0), seen_at: at.map(day) };
        assert!(!seen(None).is_quiet(day(0)) && seen(Some(1)).is_quiet(day(1)));
        assert!(seen(Some(1)).is_quiet(day(2)) && !seen(Some(1)).is_quiet(day(3)));
        assert!(seen(Some(4)).is_quiet(day(9)) && !seen(Some(4)).is_quiet(day(10)));
        assert_eq!(seen(None).until(), day(21));
    }
}
