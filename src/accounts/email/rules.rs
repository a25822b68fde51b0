//! When changes of an account look as if somebody took it over.

use chrono::TimeDelta;

use crate::clock::Time;

/// How long the link lives that confirms another address.
pub const LINK: TimeDelta = TimeDelta::hours(24);
/// A new second factor and another address within this time are a sign.
pub const TOGETHER: TimeDelta = TimeDelta::hours(24);

/// What lets somebody into an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A second factor, which was added.
    Factor,
    /// The e-mail address, which is another one.
    Email,
}

/// When each of them last changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// When a second factor was last added.
    pub factor: Option<Time>,
    /// When the address last changed.
    pub email: Option<Time>,
}

/// Whether these changes together look as if somebody took the account over: whoever gets in wants to stay in, and to
/// keep its owner out.
#[must_use]
pub fn is_take_over(changes: Changes) -> bool {
    let both = changes.factor.zip(changes.email);
    both.is_some_and(|(factor, email)| (factor - email).abs() <= TOGETHER)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Time {
        chrono::DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap().naive_utc()
    }

    fn changes(factor: Option<i64>, email: Option<i64>) -> Changes {
        Changes { factor: factor.map(at), email: email.map(at) }
    }

    #[test]
    fn a_day_is_together_and_a_second_more_is_not() {
        let day = 24 * 60 * 60;
        for (gap, expected) in [(0, true), (day, true), (day + 1, false), (day + 3600, false)] {
            assert_eq!(is_take_over(changes(Some(0), Some(gap))), expected, "{gap}");
            assert_eq!(is_take_over(changes(Some(gap), Some(0))), expected, "{gap}");
        }
    }

    proptest! {
        #[test]
        fn only_two_changes_are_a_sign_and_only_by_the_time_between_them(
            factor in -1_000_000_i64..1_000_000, gap in -200_000_i64..200_000, moved in -1_000_000_i64..1_000_000,
        ) {
            let email = factor + gap;
            let found = is_take_over(changes(Some(factor), Some(email)));
            prop_assert_eq!(found, gap.abs() <= 86_400);
            // Which of them came first does not matter, nor when.
            prop_assert_eq!(found, is_take_over(changes(Some(email), Some(factor))));
            prop_assert_eq!(found, is_take_over(changes(Some(factor + moved), Some(email + moved))));
            // One alone, however often it changes, is none.
            prop_assert!(!is_take_over(changes(Some(factor), None)) && !is_take_over(changes(None, Some(email))));
        }
    }
}
