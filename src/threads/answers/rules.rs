//! Who may accept what.

use crate::boards::rules::MayNotWrite;
use crate::members::rules::Role;
use crate::threads::rules::ThreadKind;

/// Why somebody may not accept an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MayNotAccept {
    /// The e-mail address waits for its link.
    #[error("{}", MayNotWrite::EmailUnconfirmed)]
    EmailUnconfirmed,
    /// Somebody else asked.
    #[error("Only whoever asked, or staff, can accept an answer here.")]
    NotTheirs,
    /// It is no question.
    #[error("Answers are accepted in questions only, and this thread is none.")]
    NoQuestion,
    /// It is the question itself.
    #[error("The first post is the question. Accept one of the answers below it.")]
    TheQuestion,
    /// It was removed.
    #[error("This answer was removed, so it cannot be accepted.")]
    Removed,
}

impl MayNotAccept {
    /// Whether it is about who asks, rather than about what is asked for.
    #[must_use]
    pub fn is_about_rights(self) -> bool {
        matches!(self, Self::EmailUnconfirmed | Self::NotTheirs)
    }
}

/// Whether somebody decides what is accepted in a thread: its asker and staff do.
///
/// # Errors
/// The reason, in words for them.
pub fn may_decide(is_asker: bool, roles: &[Role], email_confirmed: bool) -> Result<(), MayNotAccept> {
    if !email_confirmed {
        return Err(MayNotAccept::EmailUnconfirmed);
    }
    let is_staff = roles.iter().any(|role| Role::STAFF.contains(role));
    if is_asker || is_staff { Ok(()) } else { Err(MayNotAccept::NotTheirs) }
}

/// Whether a post can be an accepted answer. The asker's own can.
///
/// # Errors
/// The reason, in words.
pub fn can_be_accepted(kind: ThreadKind, number: i64, is_removed: bool) -> Result<(), MayNotAccept> {
    match (kind, number, is_removed) {
        (ThreadKind::Question, 1, _) => Err(MayNotAccept::TheQuestion),
        (ThreadKind::Question, _, true) => Err(MayNotAccept::Removed),
        (ThreadKind::Question, _, false) => Ok(()),
        _ => Err(MayNotAccept::NoQuestion),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_asker_and_staff_decide() {
        assert_eq!(may_decide(true, &[], true), Ok(()));
        assert_eq!(may_decide(false, &[], true), Err(MayNotAccept::NotTheirs));
        assert_eq!(may_decide(true, &[], false), Err(MayNotAccept::EmailUnconfirmed));
        for role in Role::ALL {
            let is_staff = matches!(role, Role::Moderator | Role::CommunityManager | Role::Administrator);
            assert_eq!(may_decide(false, &[role], true).is_ok(), is_staff, "{role:?}");
        }
    }

    #[test]
    fn any_answer_to_a_question_that_can_be_read_may_be_accepted() {
        assert_eq!(can_be_accepted(ThreadKind::Question, 2, false), Ok(()));
        assert_eq!(can_be_accepted(ThreadKind::Question, 1, false), Err(MayNotAccept::TheQuestion));
        assert_eq!(can_be_accepted(ThreadKind::Question, 2, true), Err(MayNotAccept::Removed));
        for kind in [ThreadKind::Discussion, ThreadKind::Announcement] {
            assert_eq!(can_be_accepted(kind, 2, false), Err(MayNotAccept::NoQuestion));
        }
    }
}
