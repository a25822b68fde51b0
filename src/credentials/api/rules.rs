//! What the answer about a member's badges holds, and how often it may be asked for.

use serde_json::{Value, json};

use crate::badges::rules::{Badge, Shown};
use crate::clock::rfc3339;

/// How often a token may ask in a quarter of an hour.
pub const ASKS: i64 = 3_000;
/// How often an address may come with a token that is none, in a quarter of an hour.
pub const MISSES: i64 = 60;
/// What a token begins with, so that it is known for one where it should not stand.
pub const PREFIX: &str = "touchstone_";

/// The token in an `Authorization` header.
#[must_use]
pub fn bearer(header: &str) -> Option<&str> {
    let (kind, token) = header.split_once(' ')?;
    let token = token.trim();
    (kind.eq_ignore_ascii_case("bearer") && token.starts_with(PREFIX)).then_some(token)
}

/// What is told of one badge: what is shown, and nothing of one that is not.
#[must_use]
pub fn answer(badge: Badge, shown: Option<&Shown>) -> Value {
    let Some(shown) = shown else { return json!({ "badge": badge.code(), "shown": false }) };
    json!({
        "badge": badge.code(),
        "shown": true,
        "title": badge.title(),
        "checked": shown.checked,
        "policy": shown.policy_version,
        "checked_at": rfc3339(shown.granted_at),
        "valid_until": shown.expires_at.map(rfc3339),
    })
}

/// What is told of every badge of a member.
#[must_use]
pub fn answers(shown: &[Shown]) -> Vec<Value> {
    let of = |badge: Badge| shown.iter().find(|one| one.badge == badge);
    Badge::ALL.into_iter().map(|badge| answer(badge, of(badge))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_in_its_header_alone() {
        assert_eq!(bearer("Bearer touchstone_x"), Some("touchstone_x"));
        assert_eq!(bearer("bearer  touchstone_x "), Some("touchstone_x"));
        for other in ["", "Bearer", "Bearer x", "Basic touchstone_x", "touchstone_x"] {
            assert_eq!(bearer(other), None, "{other}");
        }
    }

    #[test]
    fn of_a_badge_that_is_not_shown_nothing_more_is_told() {
        assert_eq!(answer(Badge::IdentityVerified, None).as_object().unwrap().len(), 2);
        assert_eq!(answers(&[]).len(), Badge::ALL.len());
    }
}
