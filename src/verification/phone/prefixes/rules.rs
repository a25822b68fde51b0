//! When a prefix is spent for the day, and when it is stopped.
//!
//! Whoever earns on texts to a range of numbers asks for many codes and types none in. Of people who ask for
//! themselves, two in three or more type theirs in.

use chrono::TimeDelta;

/// Texts to one prefix in 24 hours, where an administrator set no other number.
pub const BUDGET: i64 = 200;
/// The largest budget that can be set.
pub const LARGEST_BUDGET: i64 = 100_000;
/// Of which stretch of time the share is counted.
pub const STRETCH: TimeDelta = TimeDelta::hours(1);
/// How long a text has to be typed in before it counts as one that was not.
pub const SETTLES: TimeDelta = TimeDelta::minutes(3);
/// Fewer texts than these say nothing.
pub const ENOUGH: i64 = 20;
/// The share, in percent, under which a prefix is stopped.
pub const SHARE: i64 = 30;

/// Why a prefix is to be stopped, if it is: `converted` of `sent` codes were typed in.
#[must_use]
pub fn alarm(sent: i64, converted: i64) -> Option<String> {
    let is_low = sent >= ENOUGH && converted * 100 < SHARE * sent;
    is_low.then(|| {
        let share = converted * 100 / sent.max(1);
        format!("Only {converted} of {sent} codes of the last hour were typed in ({share} %).")
    })
}

/// A budget as an administrator typed it.
///
/// # Errors
/// A sentence for the administrator.
pub fn budget(typed: &str) -> Result<i64, String> {
    let wrong = || format!("Write a whole number from 0 to {LARGEST_BUDGET}.");
    let budget = typed.trim().parse().map_err(|_| wrong())?;
    if (0..=LARGEST_BUDGET).contains(&budget) { Ok(budget) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_texts_of_which_fewer_than_three_in_ten_were_typed_in_are_an_alarm() {
        assert!(alarm(20, 5).is_some_and(|words| words.contains("5 of 20") && words.contains("25 %")));
        assert_eq!(alarm(20, 6), None);
        assert_eq!(alarm(19, 0), None);
        assert!(alarm(1000, 299).is_some());
        assert_eq!(alarm(0, 0), None);
    }

    #[test]
    fn a_budget_is_a_number_within_reason() {
        assert_eq!(budget(" 0 "), Ok(0));
        assert_eq!(budget("100000"), Ok(LARGEST_BUDGET));
        for wrong in ["", "-1", "100001", "many"] {
            assert!(budget(wrong).is_err(), "{wrong}");
        }
    }
}
