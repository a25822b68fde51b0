//! How long a link to the phone lives, and what a handover is at a moment.

use chrono::TimeDelta;

use crate::clock::Time;

/// How long a link can be opened.
pub const OPENS: TimeDelta = TimeDelta::minutes(10);
/// How long a phone that opened it can send images.
pub const SENDS: TimeDelta = TimeDelta::minutes(30);

/// Where a handover stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The link waits for a phone.
    Waiting,
    /// A phone opened it and may send.
    Open,
    /// The phone said that it is done.
    Finished,
    /// Its time is over.
    Over,
}

impl Stage {
    /// Its name for scripts.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Open => "open",
            Self::Finished => "finished",
            Self::Over => "over",
        }
    }
}

/// Where a handover with these times stands. `expires_at` is the end of the link, and of sending once it was opened.
#[must_use]
pub fn stage(opened_at: Option<Time>, finished_at: Option<Time>, expires_at: Time, now: Time) -> Stage {
    match (opened_at, finished_at) {
        (_, Some(_)) => Stage::Finished,
        _ if now >= expires_at => Stage::Over,
        (Some(_), None) => Stage::Open,
        (None, None) => Stage::Waiting,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_lives_ten_minutes_and_not_a_moment_longer() {
        let noon = chrono::NaiveDate::from_ymd_opt(2026, 11, 18).unwrap().and_hms_opt(12, 0, 0).unwrap();
        let end = noon + OPENS;
        assert_eq!(stage(None, None, end, end - TimeDelta::microseconds(1)), Stage::Waiting);
        assert_eq!(stage(None, None, end, end), Stage::Over);
        assert_eq!(stage(Some(noon), None, noon + SENDS, noon), Stage::Open);
        assert_eq!(stage(Some(noon), None, noon + SENDS, noon + SENDS), Stage::Over);
        assert_eq!(stage(Some(noon), Some(noon), noon + SENDS, noon + SENDS), Stage::Finished);
    }
}
