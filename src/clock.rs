//! The time: real, or standing still for tests. Nothing else in the program reads a clock.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{NaiveDateTime, SubsecRound, TimeDelta};

/// A moment in UTC.
pub type Time = NaiveDateTime;

/// Tells the time.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Still(Arc<Mutex<Time>>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still at `time` until it is moved.
    #[must_use]
    pub fn still_at(time: Time) -> Self {
        Self(Source::Still(Arc::new(Mutex::new(time))))
    }

    /// The present moment, to the microsecond: what both databases keep.
    #[must_use]
    pub fn now(&self) -> Time {
        match &self.0 {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
            Source::System => chrono::Utc::now().naive_utc().trunc_subsecs(6),
            Source::Still(time) => *time.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a still clock on; the machine's clock cannot be moved.
    pub fn advance(&self, by: TimeDelta) {
        if let Source::Still(time) = &self.0 {
            *time.lock().unwrap_or_else(PoisonError::into_inner) += by;
        }
    }
}

/// `2026-06-03T10:12:00Z`: RFC 3339, for `datetime` attributes and the bundle.
#[must_use]
pub fn rfc3339(time: Time) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string()
}

/// `Jun 3, 2026`.
#[must_use]
pub fn date(time: Time) -> String {
    time.format("%b %-d, %Y").to_string()
}

/// `Jun 3, 2026, 10:12`.
#[must_use]
pub fn date_and_time(time: Time) -> String {
    time.format("%b %-d, %Y, %H:%M").to_string()
}

/// `Wednesday, June 3, 2026 at 10:12:00 UTC`.
#[must_use]
pub fn in_full(time: Time) -> String {
    time.format("%A, %B %-d, %Y at %H:%M:%S UTC").to_string()
}

/// `3 h 05 min`, `12 min`, `2 days 4 h`.
#[must_use]
pub fn span(span: TimeDelta) -> String {
    let (days, hours, minutes) = (span.num_days(), span.num_hours() % 24, span.num_minutes() % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes} min"),
        (0, _) => format!("{hours} h {minutes:02} min"),
        (1, _) => format!("1 day {hours} h"),
        _ => format!("{days} days {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment() -> Time {
        chrono::NaiveDate::from_ymd_opt(2026, 6, 3).unwrap().and_hms_opt(10, 12, 0).unwrap()
    }

    #[test]
    fn a_still_clock_moves_only_when_told() {
        let clock = Clock::still_at(moment());
        assert_eq!(clock.now(), moment());
        clock.advance(TimeDelta::hours(48));
        assert_eq!(clock.now(), moment() + TimeDelta::hours(48));
    }

    #[test]
    fn dates_are_written_for_people_and_for_programs() {
        assert_eq!(rfc3339(moment()), "2026-06-03T10:12:00Z");
        assert_eq!(date(moment()), "Jun 3, 2026");
        assert_eq!(date_and_time(moment()), "Jun 3, 2026, 10:12");
        assert_eq!(in_full(moment()), "Wednesday, June 3, 2026 at 10:12:00 UTC");
    }

    #[test]
    fn spans_are_told_as_people_say_them() {
        let told = |minutes| span(TimeDelta::minutes(minutes));
        assert_eq!([told(0), told(59), told(60), told(185)], ["0 min", "59 min", "1 h 00 min", "3 h 05 min"]);
        assert_eq!([told(24 * 60), told(52 * 60)], ["1 day 0 h", "2 days 4 h"]);
    }
}
