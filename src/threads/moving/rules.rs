//! What may be moved where, and which numbers it gets there.

use crate::acts::rules::Actor;
use crate::boards::rules::{Board, Standing, readable};
use crate::clock::Time;
use crate::members::MemberId;
use crate::threads::{PostId, ThreadId};

/// Somebody who keeps order, at work.
#[derive(Clone, Debug)]
pub struct Keeper {
    /// Who, and as what.
    pub actor: Actor,
    /// What they are, as far as boards care.
    pub standing: Standing,
}

/// A post where it stands before it moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standpoint {
    /// The post.
    pub post: PostId,
    /// Its number there.
    pub number: i64,
    /// Who wrote it.
    pub author: MemberId,
    /// When.
    pub created_at: Time,
    /// Whether it was removed.
    pub is_removed: bool,
}

/// Why something stays where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stays {
    /// The thread is in that board.
    #[error("The thread stands in this board already. Choose another.")]
    SameBoard,
    /// There is no such board for whoever moves.
    #[error("Choose one of the boards in the list.")]
    NoBoard,
    /// Its posts are in another thread.
    #[error("This thread was merged into another: its posts are there now.")]
    Merged,
    /// A thread cannot go into itself.
    #[error("That is this very thread. Name the other one.")]
    SameThread,
    /// There is no such thread for whoever merges.
    #[error("There is no such thread. Give its address, such as /t/12/its-title, or its number.")]
    NoThread,
    /// Who may read the one may not read the other.
    #[error("The two threads exist for different people, so posts of the one cannot be shown in the other.")]
    OtherAudience,
    /// Nothing was chosen.
    #[error("Choose at least one post.")]
    NothingChosen,
    /// A post went elsewhere meanwhile.
    #[error("Somebody moved one of these posts meanwhile. Look at the thread again.")]
    Elsewhere,
    /// The thread would be empty.
    #[error("At least one post stays here. To move all of them, move or merge the thread.")]
    NothingLeft,
}

/// The posts that leave a thread, by their numbers there.
///
/// # Errors
/// When none was chosen, one is elsewhere, or none would be left.
pub fn chosen(all: &[Standpoint], wanted: &[PostId]) -> Result<Vec<Standpoint>, Stays> {
    let leaving: Vec<Standpoint> = all.iter().filter(|one| wanted.contains(&one.post)).cloned().collect();
    let distinct: std::collections::HashSet<PostId> = wanted.iter().copied().collect();
    match leaving.len() {
        _ if distinct.is_empty() => Err(Stays::NothingChosen),
        found if found < distinct.len() => Err(Stays::Elsewhere),
        found if found == all.len() => Err(Stays::NothingLeft),
        _ => Ok(leaving),
    }
}

/// The posts of a thread in the order of time: so they are numbered where they come to others.
#[must_use]
pub fn in_order_of_time(mut posts: Vec<Standpoint>) -> Vec<Standpoint> {
    posts.sort_by_key(|one| (one.created_at, one.number));
    posts
}

/// The numbers that posts get after `last`, in the order in which they come.
#[must_use]
pub fn numbered(posts: &[Standpoint], last: i64) -> Vec<(PostId, i64)> {
    posts.iter().map(|one| one.post).zip(last + 1..).collect()
}

/// How many of these posts can be read.
#[must_use]
pub fn readable_among(posts: &[Standpoint]) -> i64 {
    posts.iter().map(|one| i64::from(!one.is_removed)).sum()
}

/// Whether those who read one board may be told of what stands in another: it is open to everybody, or the same.
#[must_use]
pub fn may_name(boards: &[Board], reading: &Board, other: &Board) -> bool {
    reading.id == other.id || readable(boards, &Standing::default()).iter().any(|open| open.id == other.id)
}

/// The thread that somebody means by an address of it or its number.
#[must_use]
pub fn thread_of(text: &str) -> Option<ThreadId> {
    let text = text.trim();
    let number = match text.split_once("/t/") {
        Some((_, rest)) => rest.split(['/', '?', '#']).next().unwrap_or_default(),
        None => text.trim_start_matches('#'),
    };
    number.parse().ok().filter(|number| *number > 0).map(ThreadId)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boards::BoardId;
    use crate::boards::rules::Access;
    use crate::members::rules::Role;

    fn post(id: i64, number: i64, minute: u32) -> Standpoint {
        let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 18).unwrap();
        Standpoint {
            post: PostId(id),
            number,
            author: MemberId(1),
            created_at: day.and_hms_opt(12, minute, 0).unwrap(),
            is_removed: number == 2,
        }
    }

    #[test]
    fn what_leaves_is_chosen_here_and_leaves_something_behind() {
        let all = [post(11, 1, 0), post(12, 2, 1), post(13, 3, 2)];
        let wanted = |ids: &[i64]| chosen(&all, &ids.iter().map(|id| PostId(*id)).collect::<Vec<_>>());
        let numbers = |leaving: Vec<Standpoint>| leaving.iter().map(|one| one.number).collect::<Vec<_>>();
        assert_eq!(wanted(&[13, 12, 13]).map(numbers), Ok(vec![2, 3]));
        assert_eq!(wanted(&[]), Err(Stays::NothingChosen));
        assert_eq!(wanted(&[12, 99]), Err(Stays::Elsewhere));
        assert_eq!(wanted(&[11, 12, 13]), Err(Stays::NothingLeft));
    }

    #[test]
    fn posts_get_the_next_numbers_in_the_order_of_time() {
        let posts = in_order_of_time(vec![post(11, 1, 9), post(12, 2, 1), post(13, 3, 9)]);
        assert_eq!(numbered(&posts, 4), [(PostId(12), 5), (PostId(11), 6), (PostId(13), 7)]);
        assert_eq!(readable_among(&posts), 2);
    }

    #[test]
    fn a_thread_is_named_by_its_number_or_any_of_its_addresses() {
        for text in [
            "12",
            " #12 ",
            "/t/12",
            "/t/12/a-title",
            "https://forum.example/t/12/a-title/7#p-7",
            "/t/12?page=2",
        ] {
            assert_eq!(thread_of(text), Some(ThreadId(12)), "{text}");
        }
        for text in ["", "0", "-3", "/p/12", "twelve", "/t/"] {
            assert_eq!(thread_of(text), None, "{text}");
        }
    }

    #[test]
    fn a_closed_board_is_named_only_inside_itself() {
        let board = |id, read| Board {
            id: BoardId(id),
            parent: None,
            slug: String::new(),
            title: String::new(),
            about: String::new(),
            position: id,
            read,
            write: Access::Members,
            threads: 0,
            posts: 0,
            is_help: false,
        };
        let boards = [board(1, Access::Anyone), board(2, Access::Role(Role::Moderator))];
        assert!(may_name(&boards, &boards[1], &boards[0]) && may_name(&boards, &boards[1], &boards[1]));
        assert!(!may_name(&boards, &boards[0], &boards[1]));
    }
}
