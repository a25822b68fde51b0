//! What an act is, and what it has to name.

use crate::members::MemberId;
use crate::members::rules::Role;

/// Longest reason, in characters.
pub const LONGEST_REASON: usize = 200;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActKind {
    /// A post was removed.
    Remove,
    /// A removed post was put back.
    Restore,
    /// A member's words were edited.
    Edit,
    /// An official note was added to a post.
    Note,
    /// A revision was taken out of the history.
    HideRevision,
    /// A thread was closed to answers.
    Lock,
    /// A thread was opened again.
    Unlock,
    /// A thread was moved to another board.
    Move,
    /// Posts became a thread of their own.
    Split,
    /// A thread's posts went into another.
    Merge,
    /// A thread was put above the others.
    Pin,
    /// A thread was put back among the others.
    Unpin,
    /// A thread's title or label was changed.
    Retitle,
    /// A member was warned.
    Warn,
    /// A member may not write for some time.
    Silence,
    /// A member may not take part for some time.
    Suspend,
    /// A post that was held was refused.
    Refuse,
    /// A post that was held was let through.
    Approve,
    /// An act was taken back.
    Reverse,
}

impl ActKind {
    /// Every kind there is.
    pub const ALL: [Self; 19] = [
        Self::Remove,
        Self::Restore,
        Self::Edit,
        Self::Note,
        Self::HideRevision,
        Self::Lock,
        Self::Unlock,
        Self::Move,
        Self::Split,
        Self::Merge,
        Self::Pin,
        Self::Unpin,
        Self::Retitle,
        Self::Warn,
        Self::Silence,
        Self::Suspend,
        Self::Refuse,
        Self::Approve,
        Self::Reverse,
    ];

    /// The kind's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Remove => "remove",
            Self::Restore => "restore",
            Self::Edit => "edit",
            Self::Note => "note",
            Self::HideRevision => "hide-revision",
            Self::Lock => "lock",
            Self::Unlock => "unlock",
            Self::Move => "move",
            Self::Split => "split",
            Self::Merge => "merge",
            Self::Pin => "pin",
            Self::Unpin => "unpin",
            Self::Retitle => "retitle",
            Self::Warn => "warn",
            Self::Silence => "silence",
            Self::Suspend => "suspend",
            Self::Refuse => "refuse",
            Self::Approve => "approve",
            Self::Reverse => "reverse",
        }
    }

    /// The kind of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Who acts, and as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub id: MemberId,
    /// As what.
    pub role: Role,
}

impl Actor {
    /// A member with these roles, if one of them keeps order. The role that is nearest to the work is named.
    #[must_use]
    pub fn of(id: MemberId, roles: &[Role]) -> Option<Self> {
        let acting = [Role::Moderator, Role::CommunityManager, Role::Administrator];
        acting.into_iter().find(|role| roles.contains(role)).map(|role| Self { id, role })
    }
}

/// What an act rests on: a rule of the community by its number, and a reason in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grounds {
    /// The rule's number in the version that is in force.
    pub rule: i64,
    /// Why, in one line.
    pub reason: String,
}

/// Why no rule was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Choose the rule that this rests on.")]
pub struct NoRule;

/// Why a reason was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Give a reason of at most {LONGEST_REASON} characters: whom it concerns reads it.")]
pub struct BadReason;

/// Reads the number of a rule.
///
/// # Errors
/// When none was chosen.
pub fn rule(text: &str) -> Result<i64, NoRule> {
    text.trim().parse().ok().filter(|number| *number > 0).ok_or(NoRule)
}

/// Reads the reason for an act: one line.
///
/// # Errors
/// When there is none, or it is too long.
pub fn reason(text: &str) -> Result<String, BadReason> {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if (1..=LONGEST_REASON).contains(&folded.chars().count()) { Ok(folded) } else { Err(BadReason) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_line_and_not_empty() {
        assert_eq!(reason("  off \n topic "), Ok("off topic".to_owned()));
        assert_eq!(reason(" \n"), Err(BadReason));
        assert!(reason(&"x".repeat(200)).is_ok() && reason(&"x".repeat(201)).is_err());
    }

    #[test]
    fn a_rule_is_a_number_from_one_on() {
        assert_eq!(rule(" 3 "), Ok(3));
        assert!(rule("").is_err() && rule("0").is_err() && rule("all").is_err());
    }

    #[test]
    fn whoever_acts_is_named_by_the_role_nearest_to_the_work() {
        let role = |roles: &[Role]| Actor::of(MemberId(1), roles).map(|actor| actor.role);
        assert_eq!(role(&[Role::Administrator, Role::Moderator]), Some(Role::Moderator));
        assert_eq!(role(&[Role::VerificationAgent]), None);
    }

    #[test]
    fn every_kind_reads_back() {
        assert!(ActKind::ALL.into_iter().all(|kind| ActKind::parse(kind.code()) == Some(kind)));
    }
}
