//! Who comes when: an order that anybody can compute again who has the salt.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::members::MemberId;
use crate::rollouts::RolloutId;

/// The salt of a rollout's order: 32 bytes from the system's randomness, as 64 hexadecimal digits. Its hash is
/// published before anybody is invited and the salt itself at the end, so nobody could choose it to their liking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Salt(String);

impl Salt {
    /// A salt of these bytes.
    #[must_use]
    pub fn of(bytes: [u8; 32]) -> Self {
        Self(HEXLOWER.encode(&bytes))
    }

    /// A salt as the database keeps it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_one = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_one.then(|| Self(text.to_owned()))
    }

    /// Its 64 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is published of it at first: `SHA-256` of the 64 digits, as hexadecimal digits.
    #[must_use]
    pub fn published_hash(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(self.0.as_bytes()))
    }
}

/// What is hashed for a member: the salt, the rollout's number and the member's, with colons between.
fn hashed(salt: &Salt, rollout: RolloutId, member: MemberId) -> String {
    format!("{}:{}:{}", salt.0, rollout.0, member.0)
}

/// Where a member stands in a rollout's order: `SHA-256` of salt, rollout and member, as 64 hexadecimal digits. Whoever
/// has the lower one comes first.
#[must_use]
pub fn place(salt: &Salt, rollout: RolloutId, member: MemberId) -> String {
    HEXLOWER.encode(&Sha256::digest(hashed(salt, rollout, member).as_bytes()))
}

/// What a member types to compute their place, with nothing of ours.
#[must_use]
pub fn line_to_type(salt: &Salt, rollout: RolloutId, member: MemberId) -> String {
    format!("printf %s {} | sha256sum", hashed(salt, rollout, member))
}

/// Whether the member of this place is among the `percent` of a hundred whom a rollout takes: those whose first 32 bits
/// are below that share of 2^32. A higher share takes more and leaves out nobody whom a lower one takes.
#[must_use]
pub fn takes_part(place: &str, percent: u8) -> bool {
    let first = place.get(..8).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    first.is_some_and(|first| u64::from(first) * 100 < u64::from(percent.min(100)) << 32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_published_line_gives_the_place() {
        let salt = Salt::of([7; 32]);
        let line = line_to_type(&salt, RolloutId(3), MemberId(42));
        let text =
            line.strip_prefix("printf %s ").and_then(|rest| rest.strip_suffix(" | sha256sum")).unwrap();
        assert_eq!(text, format!("{}:3:42", "07".repeat(32)));
        assert_eq!(place(&salt, RolloutId(3), MemberId(42)), HEXLOWER.encode(&Sha256::digest(text)));
    }

    #[test]
    fn a_salt_reads_back_and_nothing_else_does() {
        let salt = Salt::of([0xab; 32]);
        assert_eq!(Salt::parse(salt.as_str()), Some(salt));
        for wrong in ["", "ab", &"AB".repeat(32), &"ab".repeat(33), &"zz".repeat(32)] {
            assert_eq!(Salt::parse(wrong), None);
        }
    }

    proptest! {
        /// Invariant: raising a percentage removes nobody.
        #[test]
        fn raising_a_percentage_removes_nobody(
            seed in any::<[u8; 32]>(), member in 1..i64::MAX, low in 0..=100u8, high in 0..=100u8
        ) {
            let place = place(&Salt::of(seed), RolloutId(1), MemberId(member));
            let (low, high) = (low.min(high), low.max(high));
            prop_assert!(!takes_part(&place, low) || takes_part(&place, high));
            prop_assert!(!takes_part(&place, 0) && takes_part(&place, 100));
        }
    }

    #[test]
    fn a_percentage_takes_about_so_many() {
        let salt = Salt::of([1; 32]);
        let taken = (1..=10_000).filter(|id| takes_part(&place(&salt, RolloutId(1), MemberId(*id)), 30));
        let taken = taken.count();
        assert!((2_800..=3_200).contains(&taken), "{taken}");
    }
}
