//! Who is asked: an order that anybody who knows the salt can compute again.

use sha2::{Digest, Sha256};

use crate::gates::TestId;
use crate::members::MemberId;

/// The two halves of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arm {
    /// Asked for the test's steps before they write.
    Asked,
    /// Asked for nothing.
    Control,
}

impl Arm {
    /// Both, in the order in which they are shown.
    pub const ALL: [Self; 2] = [Self::Asked, Self::Control];

    /// The arm's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Control => "control",
        }
    }

    /// The arm of this name.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|arm| arm.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Asked => "Asked",
            Self::Control => "Not asked",
        }
    }
}

/// Where a member stands in a test's order, from 0 to 2^63 - 1: the first 63 bits of
/// `SHA-256(salt ‖ test ‖ member)`, where the salt is its text in UTF-8, and both numbers are eight bytes with the
/// highest first. Sixty-three bits, because that is what both databases compare as a number.
#[must_use]
pub fn place(salt: &str, test: TestId, member: MemberId) -> i64 {
    let hash = Sha256::new()
        .chain_update(salt.as_bytes())
        .chain_update(test.0.to_be_bytes())
        .chain_update(member.0.to_be_bytes())
        .finalize();
    let first = hash.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    i64::try_from(first >> 1).unwrap_or(i64::MAX)
}

/// The highest place that a share of `percent` asks: a place is asked where `place · 100 < percent · 2^63`, without
/// rounding. With 0 it is -1, which is nobody's place; with 100 it is the highest there is.
#[must_use]
pub fn highest_asked(percent: i64) -> i64 {
    let bound = (i128::from(percent.clamp(0, 100)) << 63) - 1;
    i64::try_from(bound.div_euclid(100)).unwrap_or(i64::MAX)
}

/// The arm of whoever stands at `place`. A higher share never takes anybody out of the asked.
#[must_use]
pub fn arm(place: i64, percent: i64) -> Arm {
    if place <= highest_asked(percent) { Arm::Asked } else { Arm::Control }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_place_is_what_anybody_computes() {
        // printf 'salt\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\7' | sha256sum | cut -c1-16, halved
        assert_eq!(place("salt", TestId(1), MemberId(7)), 1_832_940_014_590_836_669);
        assert_ne!(place("salt", TestId(2), MemberId(7)), place("salt", TestId(1), MemberId(7)));
        assert_ne!(place("other", TestId(1), MemberId(7)), place("salt", TestId(1), MemberId(7)));
    }

    #[test]
    fn nobody_is_asked_at_0_and_everybody_at_100() {
        assert_eq!((highest_asked(0), highest_asked(100)), (-1, i64::MAX));
        assert_eq!((arm(0, 0), arm(0, 1)), (Arm::Control, Arm::Asked));
        assert_eq!((arm(i64::MAX, 99), arm(i64::MAX, 100)), (Arm::Control, Arm::Asked));
        // Half of 2^63 is a whole number: the first place above it is not asked.
        assert_eq!((arm((1 << 62) - 1, 50), arm(1 << 62, 50)), (Arm::Asked, Arm::Control));
    }

    #[test]
    fn the_share_that_is_asked_is_the_share_that_was_named() {
        let asked = |percent| {
            (1..=20_000)
                .filter(|id| arm(place("a salt", TestId(3), MemberId(*id)), percent) == Arm::Asked)
                .count()
        };
        // Four standard deviations on each side.
        assert!((1_830..=2_170).contains(&asked(10)), "{}", asked(10));
        assert!((9_717..=10_283).contains(&asked(50)), "{}", asked(50));
    }

    proptest! {
        /// Invariant: raising a percentage removes nobody.
        #[test]
        fn raising_a_percentage_removes_nobody(
            salt in "[A-Za-z0-9_-]{1,43}", test in 1_i64.., member in 1_i64.., lower in 0_i64..=100, by in 0_i64..=100
        ) {
            let place = place(&salt, TestId(test), MemberId(member));
            prop_assert!(place >= 0);
            let higher = (lower + by).min(100);
            if arm(place, lower) == Arm::Asked {
                prop_assert_eq!(arm(place, higher), Arm::Asked);
            }
        }

        #[test]
        fn the_bound_is_exact(place in 0_i64.., percent in 0_i64..=100) {
            let is_asked = i128::from(place) * 100 < i128::from(percent) << 63;
            prop_assert_eq!(arm(place, percent) == Arm::Asked, is_asked);
        }
    }
}
