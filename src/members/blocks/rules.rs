//! Who may be blocked.

use crate::members::rules::Role;

/// Why somebody may not be blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MayNotBlock {
    /// It is oneself.
    #[error("This is you. Nobody blocks themselves.")]
    Oneself,
    /// They are staff.
    #[error(
        "Staff cannot be blocked, because what they decide and announce is for everybody. If they treat you unfairly, appeal, or write to an administrator."
    )]
    Staff,
}

/// Whether a member with these roles may be blocked: the words of staff are for everybody.
///
/// # Errors
/// The reason, in words for whoever blocks.
pub fn may_block(is_oneself: bool, roles: &[Role]) -> Result<(), MayNotBlock> {
    let is_staff = roles.iter().any(|role| Role::STAFF.contains(role));
    match (is_oneself, is_staff) {
        (true, _) => Err(MayNotBlock::Oneself),
        (_, true) => Err(MayNotBlock::Staff),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_but_staff_and_oneself_may_be_blocked() {
        assert_eq!(may_block(false, &[]), Ok(()));
        assert_eq!(may_block(false, &[Role::VerificationAgent]), Ok(()));
        assert_eq!(may_block(true, &[]), Err(MayNotBlock::Oneself));
        for role in Role::STAFF {
            assert_eq!(may_block(false, &[Role::VerificationAgent, role]), Err(MayNotBlock::Staff));
        }
    }
}
