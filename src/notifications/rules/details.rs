//! What a notification says beyond its kind, where it tells of a moment.

use crate::clock::Time;

/// What a decision says beyond its kind where a member's verification moved on.
pub const VERIFICATION: &str = "verification";

/// How that begins where a booked call is near; the moment follows.
pub const CALL_SOON: &str = "call-soon ";

/// How that begins where a badge ends soon; the moment follows.
pub const BADGE_ENDS: &str = "badge-ends ";

/// How that begins where a member is invited to a rollout, or reminded of it; which reminder it is and until when it
/// can be answered follow.
pub const INVITED: &str = "invited ";

/// What a decision says where badges that were held are shown.
pub const BADGES_SHOWN: &str = "badges-shown";

/// What a decision says where a rollout opened that a member is in and waited for.
pub const ROLLOUT_OPENED: &str = "rollout-opened";

/// Which reminder of an invitation this detail tells of, 0 for the invitation, and until when it can be answered.
#[must_use]
pub fn invited(detail: &str) -> Option<(i64, Time)> {
    let (reminder, _) = detail.strip_prefix(INVITED)?.split_once(' ')?;
    Some((reminder.parse().ok()?, moment_after(&format!("{INVITED}{reminder} "), detail)?))
}

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
