//! Who may like what.

use crate::boards::rules::MayNotWrite;

/// Why somebody may not like a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MayNotLike {
    /// The e-mail address waits for its link.
    #[error("{}", MayNotWrite::EmailUnconfirmed)]
    EmailUnconfirmed,
    /// They wrote it.
    #[error("This post is yours. Likes come from others.")]
    Own,
    /// It was removed.
    #[error("This post was removed, so it cannot be liked.")]
    Removed,
}

/// Whether a member may like a post that they can read.
///
/// # Errors
/// The reason, in words for them.
pub fn may_like(is_own: bool, is_removed: bool, email_confirmed: bool) -> Result<(), MayNotLike> {
    match (email_confirmed, is_own, is_removed) {
        (false, _, _) => Err(MayNotLike::EmailUnconfirmed),
        (_, true, _) => Err(MayNotLike::Own),
        (_, _, true) => Err(MayNotLike::Removed),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anothers_post_that_can_be_read_may_be_liked() {
        assert_eq!(may_like(false, false, true), Ok(()));
        assert_eq!(may_like(true, false, true), Err(MayNotLike::Own));
        assert_eq!(may_like(false, true, true), Err(MayNotLike::Removed));
        assert_eq!(may_like(false, false, false), Err(MayNotLike::EmailUnconfirmed));
    }
}
