//! What a thread and a post may be, and who may write where.

use super::drafts::rules::Draft;
use super::holding::HeldId;
use super::{PostId, ThreadId};
use crate::boards::rules::{Board, MayNotWrite, Standing, may_write};
use crate::clock::Time;
use crate::gates::rules::Blocked;
use crate::members::MemberId;
use crate::members::rules::{Rank, Role, Tier};
use crate::paths;
use crate::text::markdown::MAX_CHARACTERS;

/// What a thread is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThreadKind {
    /// People talk.
    Discussion,
    /// Staff tell.
    Announcement,
    /// Somebody asks.
    Question,
}

impl ThreadKind {
    /// Every kind there is.
    pub const ALL: [Self; 3] = [Self::Discussion, Self::Announcement, Self::Question];

    /// The kind's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Discussion => "discussion",
            Self::Announcement => "announcement",
            Self::Question => "question",
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
            Self::Discussion => "Discussion",
            Self::Announcement => "Announcement",
            Self::Question => "Question",
        }
    }

    /// The kind's mark in the icon sheet.
    #[must_use]
    pub fn icon(self) -> &'static str {
        match self {
            Self::Discussion => "thread",
            Self::Announcement => "megaphone",
            Self::Question => "question",
        }
    }

    /// The kinds that somebody may start.
    #[must_use]
    pub fn open_to(standing: &Standing) -> Vec<Self> {
        let announces =
            [Role::CommunityManager, Role::Administrator].iter().any(|role| standing.roles.contains(role));
        Self::ALL.into_iter().filter(|kind| announces || *kind != Self::Announcement).collect()
    }
}

/// A post's words, within their limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body(String);

/// Why a post's words were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBody {
    /// Nothing to read.
    #[error("Write something first: the post is empty.")]
    Empty,
    /// Too long.
    #[error(
        "Keep a post within {MAX_CHARACTERS} characters; this one has {0}. You can spread it over two posts."
    )]
    TooLong(usize),
}

impl Body {
    /// Reads a post's words. Line ends become those of Unix, space at the end goes.
    ///
    /// # Errors
    /// When there is nothing to read, or too much.
    pub fn parse(text: &str) -> Result<Self, BadBody> {
        let text = text.replace("\r\n", "\n");
        let trimmed = text.trim_end().trim_start_matches('\n');
        let length = trimmed.chars().count();
        match length {
            _ if !trimmed.chars().any(is_seen) => Err(BadBody::Empty),
            1..=MAX_CHARACTERS => Ok(Self(trimmed.to_owned())),
            _ => Err(BadBody::TooLong(length)),
        }
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a character can be seen: neither white space, nor of no width, nor a direction mark.
fn is_seen(c: char) -> bool {
    let has_no_width = matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
    !c.is_whitespace() && !c.is_control() && !has_no_width
}

/// Why somebody may not write in a thread.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MayNotReply {
    /// The board says no.
    #[error("{0}")]
    Board(#[from] MayNotWrite),
    /// The thread is locked.
    #[error("This thread is locked: it can be read, but not answered.")]
    Locked,
    /// Comments begin later.
    #[error("Comments open on {} UTC.", crate::clock::date_and_time(*.0))]
    NotYet(Time),
}

/// Whether comments on an announcement have begun. Staff may write before.
///
/// # Errors
/// When they begin, in words for them.
pub fn comments_open(from: Option<Time>, standing: &Standing, now: Time) -> Result<(), MayNotReply> {
    let is_staff = standing.roles.iter().any(|role| Role::STAFF.contains(role));
    match from {
        Some(begin) if begin > now && !is_staff => Err(MayNotReply::NotYet(begin)),
        _ => Ok(()),
    }
}

/// Whether somebody may answer in a thread. An announcement's board may be closed to new threads of members,
/// and its threads open to their answers; whoever keeps order may answer in a locked thread.
///
/// # Errors
/// The reason, in words for them.
pub fn may_reply(
    board: &Board,
    kind: ThreadKind,
    locked: bool,
    standing: &Standing,
    email_confirmed: bool,
) -> Result<(), MayNotReply> {
    let open = Board { write: crate::boards::rules::Access::Members, ..board.clone() };
    let board = if kind == ThreadKind::Announcement { &open } else { board };
    may_write(board, standing, email_confirmed)?;
    let keeps_order = standing.roles.iter().any(|role| matches!(role, Role::Moderator | Role::Administrator));
    if locked && !keeps_order { Err(MayNotReply::Locked) } else { Ok(()) }
}

/// Where a new post stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The post.
    pub post: PostId,
    /// Its thread.
    pub thread: ThreadId,
    /// The thread's name in addresses.
    pub slug: String,
    /// Its number in the thread.
    pub number: i64,
}

impl Posted {
    /// The address of the page that shows it.
    #[must_use]
    pub fn path(&self) -> String {
        paths::post_number(self.thread.0, &self.slug, self.number)
    }
}

/// What became of words that were sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// They stand.
    Posted(Posted),
    /// They wait for a moderator.
    Held(HeldId),
    /// A gate stands before them: nothing was posted.
    Blocked(Box<Kept>),
}

/// What a gate kept from being posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What stands in the way.
    pub blocked: Blocked,
    /// The words, as their author's draft.
    pub draft: Draft,
}

impl Outcome {
    /// The address of the page that shows it.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Posted(posted) => posted.path(),
            Self::Held(held) => paths::held(held.0),
            Self::Blocked(_) => paths::VERIFICATION.to_owned(),
        }
    }
}

/// An edit that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Who edited.
    pub by: MemberId,
    /// When.
    pub at: Time,
    /// As what: `author` or `moderator`.
    pub role: String,
    /// Why.
    pub reason: String,
}

/// A removal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// Who removed it.
    pub by: MemberId,
    /// When.
    pub at: Time,
    /// Why.
    pub reason: String,
}

/// What an author holds at the moment of writing.
#[derive(Clone, Debug)]
pub struct Held {
    /// Their rank.
    pub rank: Rank,
    /// Their tier.
    pub tier: Option<Tier>,
    /// The codes of their badges.
    pub badges: String,
}

/// How an id that a form carries may look; anything else is treated as if there were none.
#[must_use]
pub fn request_id(text: &str) -> Option<String> {
    let is_sane = (8..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    is_sane.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boards::BoardId;
    use crate::boards::rules::Access;

    fn board(write: Access) -> Board {
        Board {
            id: BoardId(1),
            parent: None,
            slug: "announcements".to_owned(),
            title: String::new(),
            about: String::new(),
            position: 0,
            read: Access::Anyone,
            write,
            threads: 0,
            posts: 0,
            is_help: false,
        }
    }

    fn member(roles: Vec<Role>) -> Standing {
        Standing { is_member: true, tier: None, roles }
    }

    #[test]
    fn a_body_has_between_one_and_the_greatest_number_of_characters() {
        assert_eq!(Body::parse(" \r\n "), Err(BadBody::Empty));
        assert_eq!(Body::parse("\u{FEFF}\u{200B}\u{AD}"), Err(BadBody::Empty));
        assert_eq!(Body::parse("a\r\nb  \n").unwrap().as_str(), "a\nb");
        assert!(Body::parse(&"ä".repeat(MAX_CHARACTERS)).is_ok());
        assert_eq!(Body::parse(&"ä".repeat(MAX_CHARACTERS + 1)), Err(BadBody::TooLong(MAX_CHARACTERS + 1)));
    }

    #[test]
    fn indented_code_at_the_beginning_keeps_its_indent() {
        assert_eq!(Body::parse("\n    code").unwrap().as_str(), "    code");
    }

    #[test]
    fn members_answer_announcements_in_a_board_that_only_managers_fill() {
        let board = board(Access::Role(Role::CommunityManager));
        let anybody = member(vec![]);
        assert_eq!(may_reply(&board, ThreadKind::Announcement, false, &anybody, true), Ok(()));
        assert!(matches!(
            may_reply(&board, ThreadKind::Discussion, false, &anybody, true),
            Err(MayNotReply::Board(MayNotWrite::Closed(_)))
        ));
        assert!(may_reply(&board, ThreadKind::Announcement, false, &anybody, false).is_err());
    }

    #[test]
    fn a_locked_thread_is_open_to_those_who_keep_order_only() {
        let board = board(Access::Members);
        let reply = |roles| may_reply(&board, ThreadKind::Discussion, true, &member(roles), true);
        assert_eq!(reply(vec![]), Err(MayNotReply::Locked));
        assert_eq!(reply(vec![Role::CommunityManager]), Err(MayNotReply::Locked));
        assert_eq!(reply(vec![Role::Moderator]), Ok(()));
    }

    #[test]
    fn only_managers_announce() {
        assert!(!ThreadKind::open_to(&member(vec![])).contains(&ThreadKind::Announcement));
        assert!(
            ThreadKind::open_to(&member(vec![Role::CommunityManager])).contains(&ThreadKind::Announcement)
        );
    }

    #[test]
    fn a_strange_request_id_counts_as_none() {
        assert_eq!(request_id("abcDEF-_123"), Some("abcDEF-_123".to_owned()));
        assert_eq!(request_id("short"), None);
        assert_eq!(request_id("with space in it"), None);
    }
}
