//! Who may edit what, and which edits leave a mark.

use chrono::TimeDelta;

use crate::acts::rules::{Actor, Grounds};
use crate::boards::rules::Standing;
use crate::clock::{Time, date_and_time};
use crate::members::MemberId;
use crate::members::rules::Role;
use crate::text::diff::Diff;
use crate::threads::rules::ThreadKind;

/// For so long after writing, small edits of one's own leave no mark.
pub const GRACE: TimeDelta = TimeDelta::minutes(5);
/// So many characters may change in a small edit.
pub const SMALL: usize = 100;
/// For so long an author changes the title of their own thread.
pub const OWN_TITLE: TimeDelta = TimeDelta::hours(24);
/// Longest note on why one edited, in characters.
pub const LONGEST_NOTE: usize = 200;

/// Somebody who edits.
#[derive(Clone, Debug)]
pub struct Editor {
    /// Who.
    pub id: MemberId,
    /// What they are, as far as boards care.
    pub standing: Standing,
    /// Until when they may not write.
    pub silenced_until: Option<Time>,
}

impl Editor {
    /// As what they keep order, if they edit what others wrote.
    #[must_use]
    pub fn keeping_order(&self) -> Option<Actor> {
        let keeps = [Role::Moderator, Role::Administrator];
        let roles: Vec<Role> =
            self.standing.roles.iter().copied().filter(|role| keeps.contains(role)).collect();
        Actor::of(self.id, &roles)
    }
}

/// As what somebody edits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditsAs {
    /// Their own words.
    Author,
    /// Another's: with a rule and a reason.
    Moderator(Actor),
}

impl EditsAs {
    /// The name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Moderator(_) => "moderator",
        }
    }

    /// Whether it takes a rule and a reason.
    #[must_use]
    pub fn needs_grounds(self) -> bool {
        matches!(self, Self::Moderator(_))
    }
}

/// What stands in the way of an edit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MayNotEdit {
    /// It is another's.
    #[error("You can edit what you wrote yourself. This was written by somebody else.")]
    NotYours,
    /// It was removed.
    #[error("This post was removed, so it cannot be edited.")]
    Removed,
    /// The thread is locked.
    #[error("This thread is locked: it can be read, but not changed.")]
    Locked,
    /// They are silenced.
    #[error("You may read, but not write or edit until {0} UTC.")]
    Silenced(String),
    /// The title has stood for long.
    #[error(
        "A title can be changed for a day after the thread was started. Ask a moderator to change this one."
    )]
    TooLate,
    /// Its posts are elsewhere.
    #[error("This thread was merged into another: its posts are there now.")]
    Merged,
}

/// What is to be edited, as far as the right to do it goes.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// Who wrote it.
    pub author: MemberId,
    /// Whether the thread is locked.
    pub is_locked: bool,
    /// Whether the post was removed.
    pub is_removed: bool,
}

/// As what somebody may edit a post, if they may.
///
/// # Errors
/// The reason, in words for them.
pub fn may_edit(editor: &Editor, subject: Subject, now: Time) -> Result<EditsAs, MayNotEdit> {
    if let Some(until) = editor.silenced_until.filter(|until| *until > now) {
        return Err(MayNotEdit::Silenced(date_and_time(until)));
    }
    match (editor.id == subject.author, editor.keeping_order()) {
        (false, Some(actor)) => Ok(EditsAs::Moderator(actor)),
        (false, None) => Err(MayNotEdit::NotYours),
        (true, None) if subject.is_removed => Err(MayNotEdit::Removed),
        (true, None) if subject.is_locked => Err(MayNotEdit::Locked),
        (true, _) => Ok(EditsAs::Author),
    }
}

/// As what somebody may change a thread's title and label, if they may: the author for a day, moderators at any time.
///
/// # Errors
/// The reason, in words for them.
pub fn may_retitle(
    editor: &Editor,
    subject: Subject,
    started: Time,
    now: Time,
) -> Result<EditsAs, MayNotEdit> {
    match may_edit(editor, subject, now)? {
        EditsAs::Author if now - started > OWN_TITLE => {
            editor.keeping_order().map(EditsAs::Moderator).ok_or(MayNotEdit::TooLate)
        }
        other => Ok(other),
    }
}

/// Why somebody relies on what a post says now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reliance {
    /// An earlier edit left a mark, by the author or by anybody else.
    Marked,
    /// Somebody reported the post, or staff acted on it.
    Reported,
    /// Somebody else answered after it.
    Answered,
    /// Another post quotes it.
    Quoted,
}

/// What decides whether an edit leaves a mark.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// As what it is made.
    pub edits_as: EditsAs,
    /// When the post was written.
    pub written_at: Time,
    /// How many characters change.
    pub changed: usize,
    /// Why others rely on the words before it, if they do.
    pub relied_on: Option<Reliance>,
}

/// Whether an edit is small, soon enough, and nobody relies on the words before it: then it leaves neither a mark nor
/// a revision.
#[must_use]
pub fn is_within_grace(edit: &Circumstances, now: Time) -> bool {
    let is_soon = now - edit.written_at <= GRACE;
    edit.edits_as == EditsAs::Author && is_soon && edit.changed <= SMALL && edit.relied_on.is_none()
}

/// How many characters an edit changes: those that went or those that came, whichever are more.
#[must_use]
pub fn changed(old: &str, new: &str) -> usize {
    let (mut gone, mut come) = (0, 0);
    for piece in Diff::between(old, new).rows.iter().flat_map(|row| &row.pieces) {
        let length = piece.text.chars().count();
        gone += if piece.is_removed() { length } else { 0 };
        come += if piece.is_added() { length } else { 0 };
    }
    gone.max(come)
}

/// Whether two versions of a post say the same: line ends and space around them say nothing.
#[must_use]
pub fn is_same(old: &str, new: &str) -> bool {
    old == new || old.replace("\r\n", "\n").trim_end().trim_start_matches('\n') == new
}

/// Why a note on an edit was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Keep it within {LONGEST_NOTE} characters: it stands in one line below the post.")]
pub struct NoteTooLong;

/// Reads an author's note on why they edited: one line, which may be empty.
///
/// # Errors
/// When it is too long.
pub fn note(text: &str) -> Result<String, NoteTooLong> {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if folded.chars().count() <= LONGEST_NOTE { Ok(folded) } else { Err(NoteTooLong) }
}

/// Why an edit was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// What the author says, if anything.
    Own(String),
    /// What a moderator's act rests on.
    Act(Grounds),
}

impl Why {
    /// The words that are shown.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Own(note) => note,
            Self::Act(grounds) => &grounds.reason,
        }
    }
}

/// The labels that a thread may be given: what staff announce stays an announcement, and nothing becomes one.
#[must_use]
pub fn labels_for(kind: ThreadKind) -> &'static [ThreadKind] {
    match kind {
        ThreadKind::Announcement => &[ThreadKind::Announcement],
        _ => &[ThreadKind::Discussion, ThreadKind::Question],
    }
}

/// Why a thread's label stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLabel {
    /// It is none of those offered.
    #[error("Choose what the thread is for.")]
    Unknown,
    /// Somebody's answer is accepted.
    #[error("An answer was accepted in this thread, so it stays a question.")]
    Answered,
}

/// The label that a form asks for; none means that it stays.
///
/// # Errors
/// When it is none of those offered.
pub fn label(code: &str, current: ThreadKind) -> Result<ThreadKind, BadLabel> {
    if code.is_empty() {
        return Ok(current);
    }
    let wanted = ThreadKind::parse(code).filter(|kind| labels_for(current).contains(kind));
    wanted.ok_or(BadLabel::Unknown)
}

#[cfg(test)]
mod tests;
