//! How many people a post may call, and what it points at.

use std::collections::HashSet;

use crate::members::MemberId;
use crate::text::known::Known;
use crate::text::names::skeleton;
use crate::threads::PostId;

/// How many members one post may mention.
pub const MOST_MENTIONS: usize = 20;
/// How many names and quotes of one post are looked up.
pub const MOST_LOOKED_UP: usize = 200;
/// The longest selection that is quoted, in characters.
pub const LONGEST_SELECTION: usize = 2_000;
/// How many members are offered while a name is typed.
pub const OFFERED: i64 = 8;

/// Why a post's mentions were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "A post can mention {MOST_MENTIONS} members at most; this one mentions {0}. Leave the @ out before some of the names."
)]
pub struct TooManyMentions(pub usize);

/// What a post points at, as far as its writer may.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pointed {
    /// What the words become links to.
    pub known: Known,
    /// The members it mentions.
    pub members: Vec<MemberId>,
    /// The posts it quotes.
    pub posts: Vec<PostId>,
}

impl Pointed {
    /// Whether it points at nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty() && self.posts.is_empty()
    }

    /// Whether the post mentions no more members than it may.
    ///
    /// # Errors
    /// When it mentions too many, in words for the writer.
    pub fn check(&self) -> Result<(), TooManyMentions> {
        let count = self.members.len();
        if count <= MOST_MENTIONS { Ok(()) } else { Err(TooManyMentions(count)) }
    }
}

/// What a post began to point at with its latest words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    /// Members it mentions now and did not before.
    pub mentioned: Vec<MemberId>,
    /// Posts it quotes now and did not before.
    pub quoted: Vec<PostId>,
}

/// What came and what went between two lists, in their order.
pub(super) fn changes<T: Copy + Eq + std::hash::Hash>(before: &[T], after: &[T]) -> (Vec<T>, Vec<T>) {
    let (old, new): (HashSet<T>, HashSet<T>) =
        (before.iter().copied().collect(), after.iter().copied().collect());
    let came = after.iter().copied().filter(|one| !old.contains(one)).collect();
    let went = before.iter().copied().filter(|one| !new.contains(one)).collect();
    (came, went)
}

/// The beginning of a handle or a name that somebody types, as each is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// As handles are stored.
    pub handle: String,
    /// What it looks like.
    pub name: String,
}

impl Start {
    /// Reads what was typed; nothing where it is too short or too long.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let typed = typed.trim().trim_start_matches('@');
        let name = skeleton(typed);
        let is_sane = typed.chars().count() <= 40 && !name.is_empty();
        is_sane.then(|| Self { handle: typed.to_lowercase(), name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_may_be_mentioned_and_twenty_one_not() {
        let pointed = |count| Pointed { members: (0..count).map(MemberId).collect(), ..Pointed::default() };
        assert_eq!(pointed(20).check(), Ok(()));
        assert_eq!(pointed(21).check(), Err(TooManyMentions(21)));
    }

    #[test]
    fn what_came_and_what_went_is_told_apart() {
        assert_eq!(changes(&[1, 2, 3], &[3, 4]), (vec![4], vec![1, 2]));
        assert_eq!(changes::<i64>(&[], &[]), (vec![], vec![]));
    }

    #[test]
    fn a_beginning_is_small_letters_without_the_sign() {
        assert_eq!(Start::parse(" @Ma").map(|start| start.handle).as_deref(), Some("ma"));
        assert_eq!(Start::parse("Ma"), Start::parse("@ma"));
        assert_eq!(Start::parse(" @ "), None);
        assert_eq!(Start::parse(&"a".repeat(41)), None);
    }
}
