//! When an administrator may take second factors from a member who lost them.

use crate::members::MemberId;

/// The longest reason for removing a member's factors.
pub const LONGEST_REASON: usize = 500;

/// Why an administrator may not remove somebody's factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoReset {
    /// There is no reason.
    #[error("Write why they are removed, and how you know whose account it is.")]
    NoReason,
    /// The reason is too long.
    #[error("Keep the reason within {LONGEST_REASON} characters.")]
    LongReason,
    /// They are the administrator's own.
    #[error("Another administrator has to remove yours. What you still have, you remove in your settings.")]
    Own,
}

/// A reason as an administrator wrote it.
///
/// # Errors
/// When it is empty or too long.
pub fn reason(typed: &str) -> Result<String, NoReset> {
    let reason = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    match reason.chars().count() {
        0 => Err(NoReset::NoReason),
        1..=LONGEST_REASON => Ok(reason),
        _ => Err(NoReset::LongReason),
    }
}

/// Whether an administrator may remove this member's factors.
///
/// # Errors
/// For their own.
pub fn may_reset(member: MemberId, by: MemberId) -> Result<(), NoReset> {
    if member == by { Err(NoReset::Own) } else { Ok(()) }
}
