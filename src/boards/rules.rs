//! What a board is, and who may read and write in it.

use super::{Audience, BoardId};
use crate::members::rules::{Role, Tier};
use crate::paths;

/// What a board's page, the home page and the breadcrumbs need to know of a board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// Number.
    pub id: BoardId,
    /// The board it stands in; boards stand in two levels.
    pub parent: Option<BoardId>,
    /// Name in addresses.
    pub slug: String,
    /// Name that people read.
    pub title: String,
    /// One line on what belongs here.
    pub about: String,
    /// Place among its siblings.
    pub position: i64,
    /// Who may read.
    pub read: Access,
    /// Who may write.
    pub write: Access,
    /// Threads in it.
    pub threads: i64,
    /// Readable posts in it.
    pub posts: i64,
    /// Whether members ask for help here: no gate stands before it.
    pub is_help: bool,
}

impl Board {
    /// The board's address.
    #[must_use]
    pub fn path(&self) -> String {
        paths::board(&self.slug)
    }

    /// The address of the form for a new thread.
    #[must_use]
    pub fn new_thread_path(&self) -> String {
        paths::new_thread(&self.slug)
    }
}

/// Who may do something in a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody; for writing, anybody who is signed in.
    Anyone,
    /// Whoever is signed in.
    Members,
    /// Members of this tier or above.
    Tier(Tier),
    /// Members who hold this role.
    Role(Role),
}

impl Access {
    /// Every rule there is, in the order in which a form offers them.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let tiers = Tier::ALL.into_iter().map(Self::Tier);
        let roles = Role::ALL.into_iter().map(Self::Role);
        [Self::Anyone, Self::Members].into_iter().chain(tiers).chain(roles).collect()
    }

    /// The rule's name in the database: `anyone`, `members`, `tier:top-rated`, `role:moderator`.
    #[must_use]
    pub fn code(self) -> String {
        match self {
            Self::Anyone => "anyone".to_owned(),
            Self::Members => "members".to_owned(),
            Self::Tier(tier) => format!("tier:{}", tier.code()),
            Self::Role(role) => format!("role:{}", role.code()),
        }
    }

    /// The rule of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        match code.split_once(':') {
            None if code == "anyone" => Some(Self::Anyone),
            None if code == "members" => Some(Self::Members),
            Some(("tier", tier)) => Tier::parse(tier).map(Self::Tier),
            Some(("role", role)) => Role::parse(role).map(Self::Role),
            _ => None,
        }
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> String {
        match self {
            Self::Anyone => "Anyone".to_owned(),
            Self::Members => "Members".to_owned(),
            Self::Tier(Tier::TopRatedPlus) => "Top Rated Plus".to_owned(),
            Self::Tier(tier) => format!("{} or above", tier.title()),
            Self::Role(role) => format!("{} only", role.title()),
        }
    }
}

/// What somebody is, as far as boards care.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether they are signed in.
    pub is_member: bool,
    /// Their tier.
    pub tier: Option<Tier>,
    /// Their roles.
    pub roles: Vec<Role>,
}

impl Standing {
    /// Whether `access` lets them through. Whoever keeps order reads along in the boards of a tier; a role's
    /// board is for that role and for administrators.
    #[must_use]
    pub fn passes(&self, access: Access) -> bool {
        let holds = |role: &Role| self.roles.contains(role);
        match access {
            Access::Anyone => true,
            Access::Members => self.is_member,
            Access::Tier(least) => {
                self.is_member
                    && (self.tier.is_some_and(|tier| tier >= least) || Role::STAFF.iter().any(holds))
            }
            Access::Role(role) => self.is_member && (holds(&role) || holds(&Role::Administrator)),
        }
    }

    /// Every audience that this standing belongs to.
    #[must_use]
    pub fn audiences(&self) -> Audience {
        let passed: Vec<Access> = Access::all().into_iter().filter(|rule| self.passes(*rule)).collect();
        Audience::of(&passed).unwrap_or(Audience::EVERYONE)
    }
}

/// The boards somebody may read, in the order of the tree: a board, then those inside it. A board inside
/// one that is closed to them is closed too.
#[must_use]
pub fn readable<'a>(boards: &'a [Board], standing: &Standing) -> Vec<&'a Board> {
    let mut tops: Vec<&Board> = boards.iter().filter(|board| board.parent.is_none()).collect();
    tops.sort_by_key(|board| (board.position, board.id));
    let mut open = Vec::new();
    for top in tops.into_iter().filter(|board| standing.passes(board.read)) {
        let mut inside: Vec<&Board> = boards.iter().filter(|board| board.parent == Some(top.id)).collect();
        inside.sort_by_key(|board| (board.position, board.id));
        open.push(top);
        open.extend(inside.into_iter().filter(|board| standing.passes(board.read)));
    }
    open
}

/// The board of this number, if it is open to somebody of this standing.
#[must_use]
pub fn find_readable<'a>(boards: &'a [Board], id: BoardId, standing: &Standing) -> Option<&'a Board> {
    readable(boards, standing).into_iter().find(|board| board.id == id)
}

/// The board that this one stands in.
#[must_use]
pub fn parent_of<'a>(boards: &'a [Board], board: &Board) -> Option<&'a Board> {
    boards.iter().find(|other| Some(other.id) == board.parent)
}

/// Why somebody may not write in a board.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MayNotWrite {
    /// Not signed in.
    #[error("Please sign in to write.")]
    SignedOut,
    /// The e-mail address waits for its link.
    #[error(
        "Please confirm your e-mail address first: we sent you a link. Under Settings you can have it sent again."
    )]
    EmailUnconfirmed,
    /// The board's rule.
    #[error("Only these may write in this board: {0}.")]
    Closed(String),
}

/// Whether somebody may write in `board`.
///
/// # Errors
/// The reason, in words for them.
pub fn may_write(board: &Board, standing: &Standing, email_confirmed: bool) -> Result<(), MayNotWrite> {
    if !standing.is_member {
        return Err(MayNotWrite::SignedOut);
    }
    if !standing.passes(board.write) {
        return Err(MayNotWrite::Closed(board.write.title()));
    }
    if email_confirmed { Ok(()) } else { Err(MayNotWrite::EmailUnconfirmed) }
}

/// Why a board cannot stand where somebody wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPlace {
    /// Boards stand in two levels.
    #[error("Boards stand in two levels: choose a board that is not inside another.")]
    TooDeep,
    /// It has boards of its own.
    #[error("This board has boards inside it, so it must stay on the first level.")]
    HasChildren,
    /// There is no such board.
    #[error("Choose one of the boards in the list.")]
    Unknown,
}

/// Whether `board` (`None` for a new one) may stand inside `parent`.
///
/// # Errors
/// The reason, in words.
pub fn may_stand(boards: &[Board], board: Option<BoardId>, parent: Option<BoardId>) -> Result<(), BadPlace> {
    let Some(parent) = parent else { return Ok(()) };
    let Some(parent) = boards.iter().find(|other| other.id == parent) else {
        return Err(BadPlace::Unknown);
    };
    if parent.parent.is_some() || board == Some(parent.id) {
        return Err(BadPlace::TooDeep);
    }
    let has_children = board.is_some() && boards.iter().any(|other| other.parent == board);
    if has_children { Err(BadPlace::HasChildren) } else { Ok(()) }
}

/// Longest slug of a board, in characters.
pub const LONGEST_SLUG: usize = 40;

/// Why a board's slug cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Use 2 to {LONGEST_SLUG} lower-case letters, digits and single hyphens, such as finding-work.")]
pub struct BadSlug;

/// Whether a board may have this slug.
///
/// # Errors
/// What would be right.
pub fn check_slug(slug: &str) -> Result<(), BadSlug> {
    let is_plain = slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let is_tidy = !slug.starts_with('-') && !slug.ends_with('-') && !slug.contains("--");
    if (2..=LONGEST_SLUG).contains(&slug.len()) && is_plain && is_tidy { Ok(()) } else { Err(BadSlug) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(id: i64, parent: Option<i64>, read: Access) -> Board {
        Board {
            id: BoardId(id),
            parent: parent.map(BoardId),
            slug: format!("board-{id}"),
            title: String::new(),
            about: String::new(),
            position: id,
            read,
            write: Access::Members,
            threads: 0,
            posts: 0,
            is_help: false,
        }
    }

    fn top_rated() -> Standing {
        Standing { is_member: true, tier: Some(Tier::TopRated), roles: vec![] }
    }

    #[test]
    fn every_rule_reads_back() {
        assert!(Access::all().into_iter().all(|access| Access::parse(&access.code()) == Some(access)));
        assert_eq!(Access::parse("tier:gold"), None);
        assert_eq!(Access::parse("nobody"), None);
    }

    #[test]
    fn a_tier_opens_its_board_and_those_below() {
        let standing = top_rated();
        assert!(standing.passes(Access::Tier(Tier::RisingTalent)));
        assert!(standing.passes(Access::Tier(Tier::TopRated)));
        assert!(!standing.passes(Access::Tier(Tier::TopRatedPlus)));
        assert!(!standing.passes(Access::Role(Role::Moderator)));
    }

    #[test]
    fn a_moderator_reads_along_in_tier_boards_but_not_in_another_roles() {
        let moderator = Standing { is_member: true, tier: None, roles: vec![Role::Moderator] };
        assert!(moderator.passes(Access::Tier(Tier::TopRatedPlus)));
        assert!(!moderator.passes(Access::Role(Role::CommunityManager)));
        let agent = Standing { is_member: true, tier: None, roles: vec![Role::VerificationAgent] };
        assert!(!agent.passes(Access::Tier(Tier::TopRated)));
    }

    #[test]
    fn a_board_inside_a_closed_one_is_closed_too() {
        let boards = [
            board(1, None, Access::Members),
            board(2, Some(1), Access::Anyone),
            board(3, None, Access::Anyone),
        ];
        let open: Vec<i64> = readable(&boards, &Standing::default()).iter().map(|board| board.id.0).collect();
        assert_eq!(open, [3]);
        let open: Vec<i64> = readable(&boards, &top_rated()).iter().map(|board| board.id.0).collect();
        assert_eq!(open, [1, 2, 3]);
    }

    #[test]
    fn writing_needs_signing_in_the_rule_and_a_confirmed_address() {
        let mut here = board(1, None, Access::Anyone);
        assert_eq!(may_write(&here, &Standing::default(), false), Err(MayNotWrite::SignedOut));
        assert_eq!(may_write(&here, &top_rated(), false), Err(MayNotWrite::EmailUnconfirmed));
        assert_eq!(may_write(&here, &top_rated(), true), Ok(()));
        here.write = Access::Role(Role::CommunityManager);
        assert!(matches!(may_write(&here, &top_rated(), true), Err(MayNotWrite::Closed(_))));
    }

    #[test]
    fn boards_stand_in_two_levels() {
        let boards = [
            board(1, None, Access::Anyone),
            board(2, Some(1), Access::Anyone),
            board(3, None, Access::Anyone),
        ];
        assert_eq!(may_stand(&boards, None, Some(BoardId(1))), Ok(()));
        assert_eq!(may_stand(&boards, None, Some(BoardId(2))), Err(BadPlace::TooDeep));
        assert_eq!(may_stand(&boards, Some(BoardId(1)), Some(BoardId(3))), Err(BadPlace::HasChildren));
        assert_eq!(may_stand(&boards, Some(BoardId(3)), Some(BoardId(3))), Err(BadPlace::TooDeep));
        assert_eq!(may_stand(&boards, None, Some(BoardId(9))), Err(BadPlace::Unknown));
        assert_eq!(may_stand(&boards, Some(BoardId(2)), None), Ok(()));
    }

    #[test]
    fn slugs_are_plain() {
        assert!(check_slug("finding-work").is_ok());
        for slug in ["a", "-ab", "ab-", "a--b", "Ab", "a b", "ä1", ""] {
            assert_eq!(check_slug(slug), Err(BadSlug), "{slug}");
        }
        assert!(check_slug(&"a".repeat(40)).is_ok());
        assert!(check_slug(&"a".repeat(41)).is_err());
    }
}
