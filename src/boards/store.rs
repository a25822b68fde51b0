//! Boards in the database.

use diesel::prelude::*;

use super::BoardId;
use super::rules::{Access, Board};
use crate::db::schema::{board_gates, boards};
use crate::db::{Conn, decode};

type Row = (BoardId, Option<BoardId>, String, String, String, i64, String, String, i64, i64, bool);

/// Every board. There are tens of them, and nearly every page needs most.
pub fn all(conn: &mut Conn) -> QueryResult<Vec<Board>> {
    let rows: Vec<Row> = boards::table.order((boards::position, boards::id)).load(conn)?;
    rows.into_iter().map(board).collect()
}

fn board(row: Row) -> QueryResult<Board> {
    let (id, parent, slug, title, about, position, read, write, threads, posts, is_help) = row;
    let (read, write) = (decode(&read, Access::parse)?, decode(&write, Access::parse)?);
    Ok(Board { id, parent, slug, title, about, position, read, write, threads, posts, is_help })
}

/// What an administrator says of a board.
#[derive(Clone, Debug)]
pub struct Written {
    /// The board it stands in.
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
    /// Whether members ask for help here.
    pub is_help: bool,
}

/// Adds a board; `id` keeps the number it had elsewhere.
pub fn insert(conn: &mut Conn, board: &Written, id: Option<i64>) -> QueryResult<BoardId> {
    let values = (
        boards::parent_id.eq(board.parent),
        boards::slug.eq(&board.slug),
        boards::title.eq(&board.title),
        boards::about.eq(&board.about),
        boards::position.eq(board.position),
        boards::read_rule.eq(board.read.code()),
        boards::write_rule.eq(board.write.code()),
        boards::is_help.eq(board.is_help),
    );
    match id {
        None => diesel::insert_into(boards::table).values(values).returning(boards::id).get_result(conn),
        Some(id) => diesel::insert_into(boards::table)
            .values((boards::id.eq(id), values))
            .returning(boards::id)
            .get_result(conn),
    }
}

/// Changes a board.
pub fn update(conn: &mut Conn, id: BoardId, board: &Written) -> QueryResult<()> {
    diesel::update(boards::table.find(id))
        .set((
            boards::parent_id.eq(board.parent),
            boards::slug.eq(&board.slug),
            boards::title.eq(&board.title),
            boards::about.eq(&board.about),
            boards::position.eq(board.position),
            boards::read_rule.eq(board.read.code()),
            boards::write_rule.eq(board.write.code()),
            boards::is_help.eq(board.is_help),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Whether a board asks for steps before one writes in it.
pub fn has_gate(conn: &mut Conn, id: BoardId) -> QueryResult<bool> {
    let gates = board_gates::table.filter(board_gates::board_id.eq(id));
    diesel::select(diesel::dsl::exists(gates)).get_result(conn)
}

/// Deletes a board; fails when anything stands in it.
pub fn delete(conn: &mut Conn, id: BoardId) -> QueryResult<bool> {
    diesel::delete(boards::table.find(id)).execute(conn).map(|rows| rows == 1)
}

/// Adds to a board's counts.
pub fn add_counts(conn: &mut Conn, id: BoardId, threads: i64, posts: i64) -> QueryResult<()> {
    diesel::update(boards::table.find(id))
        .set((boards::threads.eq(boards::threads + threads), boards::posts.eq(boards::posts + posts)))
        .execute(conn)
        .map(|_| ())
}
