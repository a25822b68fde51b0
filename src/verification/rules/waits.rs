//! How long a step takes now: measured where there is enough to measure, promised otherwise.

use chrono::TimeDelta;

/// Over how many days waits are measured.
pub const WINDOW: TimeDelta = TimeDelta::days(7);
/// Under how many samples a measure says nothing, and the promise stands.
pub const ENOUGH: usize = 20;

/// How long a step takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// What half and nine in ten of the last days took at most.
    Measured {
        /// Half took no longer.
        median: TimeDelta,
        /// Nine in ten took no longer.
        nine_in_ten: TimeDelta,
    },
    /// What is promised.
    Promised(TimeDelta),
}

/// How long a step takes, by the waits of the last days and the promise.
#[must_use]
pub fn wait(mut samples: Vec<TimeDelta>, promise: TimeDelta) -> Wait {
    if samples.len() < ENOUGH {
        return Wait::Promised(promise);
    }
    samples.sort_unstable();
    match (nearest_rank(&samples, 50), nearest_rank(&samples, 90)) {
        (Some(median), Some(nine_in_ten)) => Wait::Measured { median, nine_in_ten },
        _ => Wait::Promised(promise),
    }
}

/// What half of these do not exceed; nothing where there are none.
#[must_use]
pub fn median(mut samples: Vec<TimeDelta>) -> Option<TimeDelta> {
    samples.sort_unstable();
    nearest_rank(&samples, 50)
}

/// The smallest sample that at least so many in a hundred do not exceed.
fn nearest_rank(sorted: &[TimeDelta], percent: usize) -> Option<TimeDelta> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

impl std::fmt::Display for Wait {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Measured { median, nine_in_ten } => write!(
                f,
                "Half within {}, nine in ten within {} (last 7 days)",
                in_words(*median),
                in_words(*nine_in_ten)
            ),
            Self::Promised(promise) => write!(f, "Within {}: that is our promise", in_words(*promise)),
        }
    }
}

/// A span of time in the unit that tells most, rounded up: "40 seconds", "1 hour", "3 days".
#[must_use]
pub fn in_words(span: TimeDelta) -> String {
    let seconds = span.num_seconds().max(1);
    let (length, unit) = match seconds {
        ..=90 => (1, "second"),
        91..=5_400 => (60, "minute"),
        5_401..=172_800 => (3_600, "hour"),
        _ => (86_400, "day"),
    };
    let count = (seconds + length - 1) / length;
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn minutes(count: i64) -> TimeDelta {
        TimeDelta::minutes(count)
    }

    #[test]
    fn under_twenty_samples_the_promise_stands() {
        let few: Vec<_> = (1..20).map(minutes).collect();
        assert_eq!(wait(few, minutes(60)), Wait::Promised(minutes(60)));
    }

    #[test]
    fn twenty_samples_are_measured_by_nearest_rank() {
        let enough: Vec<_> = (1..=20).rev().map(minutes).collect();
        let measured = wait(enough, minutes(60));
        assert_eq!(measured, Wait::Measured { median: minutes(10), nine_in_ten: minutes(18) });
        assert_eq!(
            measured.to_string(),
            "Half within 10 minutes, nine in ten within 18 minutes (last 7 days)"
        );
    }

    #[test]
    fn the_median_is_the_one_that_half_do_not_exceed() {
        let of = |list: &[i64]| median(list.iter().copied().map(minutes).collect());
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[9, 1, 5]), Some(minutes(5)));
        assert_eq!(of(&[9, 1]), Some(minutes(1)));
    }

    #[test]
    fn spans_are_rounded_up_to_the_unit_that_tells_most() {
        let cases =
            [(0, "1 second"), (90, "90 seconds"), (91, "2 minutes"), (5_401, "2 hours"), (172_801, "3 days")];
        for (seconds, words) in cases {
            assert_eq!(in_words(TimeDelta::seconds(seconds)), words);
        }
    }

    proptest! {
        #[test]
        fn half_and_nine_in_ten_are_what_they_say(samples in prop::collection::vec(0_i64..1_000_000, 20..200)) {
            let samples: Vec<_> = samples.into_iter().map(TimeDelta::seconds).collect();
            let Wait::Measured { median, nine_in_ten } = wait(samples.clone(), minutes(1)) else {
                return Err(TestCaseError::fail("not measured"));
            };
            let share = |limit| samples.iter().filter(|sample| **sample <= limit).count() * 100 / samples.len();
            prop_assert!(share(median) >= 50 && share(nine_in_ten) >= 90);
            prop_assert!(samples.contains(&median) && median <= nine_in_ten);
        }
    }
}
