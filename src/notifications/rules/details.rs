//! What a notification says beyond its kind, where it tells of a moment.

use crate::clock::Time;

/// What a decision says beyond its kind where a member's verification moved on.
pub const VERIFICATION: &str = "verification";

/// How that begins where a booked call is near; the moment follows.
pub const CALL_SOON: &str = "call-soon ";

/// How that begins where a badge ends soon; the moment follows.
pub const BADGE_ENDS: &str = "badge-ends ";

/// When a call begins, of which this detail tells.
#[must_use]
pub fn call_begins(detail: &str) -> Option<Time> {
    moment_after(CALL_SOON, detail)
}

/// When a badge ends, of which this detail tells.
#[must_use]
pub fn badge_ends(detail: &str) -> Option<Time> {
    moment_after(BADGE_ENDS, detail)
}

fn moment_after(what: &str, detail: &str) -> Option<Time> {
    let seconds = detail.strip_prefix(what)?.parse().ok()?;
    chrono::DateTime::from_timestamp(seconds, 0).map(|at| at.naive_utc())
}
