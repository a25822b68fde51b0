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

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Remove => "Post removed",
            Self::Restore => "Post restored",
            Self::Edit => "Post edited",
            Self::Note => "Official note added",
            Self::HideRevision => "Revision hidden",
            Self::Lock => "Thread locked",
            Self::Unlock => "Thread unlocked",
            Self::Move => "Thread moved",
            Self::Split => "Thread split",
            Self::Merge => "Threads merged",
            Self::Pin => "Thread pinned",
            Self::Unpin => "Thread unpinned",
            Self::Retitle => "Title changed",
            Self::Warn => "Member warned",
            Self::Silence => "Member silenced",
            Self::Suspend => "Member suspended",
            Self::Refuse => "Held post refused",
            Self::Approve => "Held post approved",
            Self::Reverse => "Decision reversed",
        }
    }

    /// Its mark in the icon sheet.
    #[must_use]
    pub fn icon(self) -> &'static str {
        match self {
            Self::Remove | Self::Refuse | Self::HideRevision => "trash",
            Self::Lock | Self::Unlock | Self::Silence | Self::Suspend => "lock",
            Self::Pin | Self::Unpin => "pin",
            Self::Edit | Self::Note | Self::Retitle => "edit",
            Self::Warn => "warning",
            Self::Move | Self::Split | Self::Merge => "thread",
            Self::Restore | Self::Approve | Self::Reverse => "history",
        }
    }

    /// Whether reversing it undoes it.
    #[must_use]
    pub fn is_undone(self) -> bool {
        matches!(self, Self::Remove | Self::Lock | Self::Warn | Self::Silence | Self::Suspend)
    }

    /// Whether whom it concerns may appeal: not against what helps them, nor against the end of an appeal.
    #[must_use]
    pub fn may_be_appealed(self) -> bool {
        !matches!(
            self,
            Self::Restore | Self::Approve | Self::Reverse | Self::Unlock | Self::Pin | Self::Unpin
        )
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
        Role::STAFF.into_iter().find(|role| roles.contains(role)).map(|role| Self { id, role })
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

/// Most rules that a version may have.
pub const MOST_RULES: usize = 20;

/// Why a new version of the rules was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRulebook {
    /// A rule lacks one half.
    #[error(
        "Rule {0}: write a title of at most 80 characters and words of at most 1,000, or leave both empty."
    )]
    Rule(usize),
    /// None at all, or too many.
    #[error("Keep between 1 and {MOST_RULES} rules.")]
    Count,
    /// Nothing says what changed.
    #[error("Say in at most 200 characters what changed: members read it in the history.")]
    Summary,
}

/// Reads the rules as they were typed: those left empty on both sides go.
///
/// # Errors
/// What is wrong, with the place of the rule.
pub fn rulebook(typed: &[(String, String)]) -> Result<Vec<(String, String)>, BadRulebook> {
    let fold = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rules = Vec::new();
    for (place, (title, words)) in typed.iter().enumerate() {
        let (title, words) = (fold(title), fold(words));
        match (title.chars().count(), words.chars().count()) {
            (0, 0) => {}
            (1..=80, 1..=1_000) => rules.push((title, words)),
            _ => return Err(BadRulebook::Rule(place + 1)),
        }
    }
    if (1..=MOST_RULES).contains(&rules.len()) { Ok(rules) } else { Err(BadRulebook::Count) }
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
    fn a_rulebook_has_whole_rules_and_drops_what_was_emptied() {
        let rule = |title: &str, words: &str| (title.to_owned(), words.to_owned());
        let typed = [rule(" Be  fair ", "To people."), rule("", " "), rule("Stay on", "the subject")];
        let kept = [rule("Be fair", "To people."), rule("Stay on", "the subject")];
        assert_eq!(rulebook(&typed).as_deref(), Ok(&kept[..]));
        assert_eq!(rulebook(&[rule("Fair", "Yes"), rule("No words", "")]), Err(BadRulebook::Rule(2)));
        assert_eq!(rulebook(&[rule("", "")]), Err(BadRulebook::Count));
        assert_eq!(rulebook(&vec![rule("a", "b"); MOST_RULES + 1]), Err(BadRulebook::Count));
        assert_eq!(rulebook(&[rule(&"x".repeat(81), "b")]), Err(BadRulebook::Rule(1)));
    }

    #[test]
    fn what_is_undone_can_be_appealed() {
        let undone = ActKind::ALL.into_iter().filter(|kind| kind.is_undone());
        assert!(undone.into_iter().all(ActKind::may_be_appealed));
        assert!(!ActKind::Reverse.may_be_appealed());
    }

    #[test]
    fn every_kind_reads_back() {
        assert!(ActKind::ALL.into_iter().all(|kind| ActKind::parse(kind.code()) == Some(kind)));
    }
}
