//! What administrators do with boards.

use super::rules::{self, Board, Standing};
use super::{BoardId, store};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::{self, MemberId};

/// Adds a board, or changes the one of number `id`.
///
/// # Errors
/// When it cannot stand there, or another has its slug.
pub fn save(
    conn: &mut Conn,
    id: Option<BoardId>,
    board: &store::Written,
    by: MemberId,
    now: Time,
) -> Result<BoardId, Error> {
    let boards = store::all(conn)?;
    rules::may_stand(&boards, id, board.parent).map_err(Error::refused)?;
    if boards.iter().any(|other| other.slug == board.slug && Some(other.id) != id) {
        return Err(Error::Conflict(SLUG_TAKEN.into()));
    }
    let (saved, act) = match id {
        None => (store::insert(conn, board, None)?, "board-added"),
        Some(id) if boards.iter().any(|other| other.id == id) => {
            if board.is_help && store::has_gate(conn, id)? {
                return Err(Error::Forbidden(HAS_GATE.into()));
            }
            store::update(conn, id, board)?;
            (id, "board-changed")
        }
        Some(_) => return Err(Error::NotFound),
    };
    members::store::audit(conn, Some(by), act, &format!("board {}", saved.0), &board.slug, now)?;
    Ok(saved)
}

/// What an administrator reads who makes a help board of one that asks for steps.
pub const HAS_GATE: &str = "This board asks for steps before one writes, and a help board asks for none. Take them off under Gates first.";

/// What an administrator reads whose slug is another board's.
pub const SLUG_TAKEN: &str = "Another board has this address. Choose a different one.";

/// Deletes an empty board.
///
/// # Errors
/// When threads or boards stand in it.
pub fn delete(conn: &mut Conn, id: BoardId, by: MemberId, now: Time) -> Result<(), Error> {
    let boards = store::all(conn)?;
    let board = boards.iter().find(|board| board.id == id).ok_or(Error::NotFound)?;
    if !is_empty(&boards, board) || store::has_gate(conn, id)? {
        return Err(Error::Conflict(
            "Only an empty board without a gate can be deleted: move or close what stands in it.".into(),
        ));
    }
    store::delete(conn, id)?;
    members::store::audit(conn, Some(by), "board-deleted", &format!("board {}", id.0), &board.slug, now)?;
    Ok(())
}

/// What a member is at present, as far as boards care. Suspensions are not asked for: they end what a member does by
/// themselves, not what is done in their name.
///
/// # Errors
/// When there is no such member.
pub fn standing_of(conn: &mut Conn, member: MemberId) -> Result<Standing, Error> {
    let tier = members::store::get(conn, member)?.tier;
    let roles = members::store::roles_of(conn, &[member])?.remove(&member).unwrap_or_default();
    Ok(Standing { is_member: true, tier, roles })
}

fn is_empty(boards: &[Board], board: &Board) -> bool {
    board.threads == 0 && boards.iter().all(|other| other.parent != Some(board.id))
}
