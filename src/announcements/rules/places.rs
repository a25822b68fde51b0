//! Where an announcement may stand, and who it is for, in words.

use crate::boards::rules::{Access, Board, Standing, find_readable, parent_of};
use crate::boards::{Audience, BoardId};
use crate::members::rules::Role;

/// The boards in which somebody may announce, the ones that are for announcements first: those are the
/// boards that a role fills.
#[must_use]
pub fn boards_for<'a>(boards: &'a [Board], standing: &Standing) -> Vec<&'a Board> {
    let open = crate::boards::rules::readable(boards, standing);
    let mut mine: Vec<&Board> = open.into_iter().filter(|board| standing.passes(board.write)).collect();
    mine.sort_by_key(|board| !matches!(board.write, Access::Role(_)));
    mine
}

/// Why an announcement cannot stand where its manager wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBoard {
    /// The manager may not write there.
    #[error("Choose one of the boards in which you may announce.")]
    Closed,
    /// Some of the audience would not find it.
    #[error(
        "Not everybody in this audience can read that board. Choose another board, or a narrower audience."
    )]
    OutOfReach,
}

/// Whether an announcement for this audience may stand in a board: everybody in it must be able to read there.
///
/// # Errors
/// The reason, in words for the manager.
pub fn may_stand(
    boards: &[Board],
    board: BoardId,
    audience: Audience,
    standing: &Standing,
) -> Result<(), BadBoard> {
    let board = find_readable(boards, board, standing).ok_or(BadBoard::Closed)?;
    if !standing.passes(board.write) {
        return Err(BadBoard::Closed);
    }
    if is_in_reach(boards, board, audience) { Ok(()) } else { Err(BadBoard::OutOfReach) }
}

/// Whether everybody in an audience can read a board.
#[must_use]
pub fn is_in_reach(boards: &[Board], board: &Board, audience: Audience) -> bool {
    let way = [Some(board), parent_of(boards, board)];
    way.into_iter().flatten().all(|one| audience.rules().into_iter().all(|rule| lets_in(one.read, rule)))
}

/// Whether whoever passes `passed` passes `read` too.
fn lets_in(read: Access, passed: Access) -> bool {
    match (read, passed) {
        (Access::Anyone, _) => true,
        (Access::Members, other) => other != Access::Anyone,
        (Access::Tier(least), Access::Tier(tier)) => tier >= least,
        (Access::Tier(_), Access::Role(role)) => Role::STAFF.contains(&role),
        (Access::Role(role), Access::Role(passed)) => role == passed || passed == Role::Administrator,
        _ => false,
    }
}

/// An audience, in words.
#[must_use]
pub fn audience_in_words(audience: Audience) -> String {
    let titles: Vec<String> = audience
        .rules()
        .into_iter()
        .map(|rule| match rule {
            Access::Anyone => "Everyone".to_owned(),
            Access::Members => "All members".to_owned(),
            Access::Role(role) => format!("{}s", role.title()),
            tier @ Access::Tier(_) => tier.title(),
        })
        .collect();
    titles.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::members::rules::Tier;

    #[test]
    fn an_announcement_stands_only_where_all_of_its_audience_reads() {
        let board = |id, parent: Option<i64>, read| Board {
            id: BoardId(id),
            parent: parent.map(BoardId),
            slug: String::new(),
            title: String::new(),
            about: String::new(),
            position: 0,
            read,
            write: Access::Role(Role::CommunityManager),
            threads: 0,
            posts: 0,
            is_help: false,
        };
        let boards = [
            board(1, None, Access::Anyone),
            board(2, None, Access::Tier(Tier::TopRated)),
            board(3, Some(2), Access::Anyone),
        ];
        let manager = Standing { is_member: true, tier: None, roles: vec![Role::CommunityManager] };
        let of = |rule| Audience::of(&[rule]).unwrap();
        for place in [2, 3] {
            let may = |rule| may_stand(&boards, BoardId(place), of(rule), &manager);
            assert_eq!(may(Access::Members), Err(BadBoard::OutOfReach));
            assert_eq!(may(Access::Tier(Tier::RisingTalent)), Err(BadBoard::OutOfReach));
            assert_eq!(may(Access::Tier(Tier::TopRatedPlus)), Ok(()));
            assert_eq!(may(Access::Role(Role::Moderator)), Ok(()));
        }
        assert_eq!(may_stand(&boards, BoardId(1), Audience::EVERYONE, &manager), Ok(()));
        let member = Standing { is_member: true, ..Standing::default() };
        assert_eq!(may_stand(&boards, BoardId(1), Audience::EVERYONE, &member), Err(BadBoard::Closed));
    }
}
