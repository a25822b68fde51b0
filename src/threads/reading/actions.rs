//! Saying what is read, what to hear of, and what to keep. A thread or board that somebody may not read is not there.

use super::rules::Level;
use super::store::{self, Bookmark};
use crate::boards;
use crate::boards::rules::{Board, Standing, readable};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;
use crate::threads::ThreadId;
use crate::threads::actions::find_open;
use crate::threads::store::Thread;

/// Somebody who reads: who they are and what they may see.
#[derive(Clone, Debug)]
pub struct Reader {
    /// Who.
    pub id: MemberId,
    /// What they are, as far as boards care.
    pub standing: Standing,
}

fn open_board(conn: &mut Conn, reader: &Reader, slug: &str) -> Result<Board, Error> {
    let boards = boards::store::all(conn)?;
    let open = readable(&boards, &reader.standing);
    open.into_iter().find(|board| board.slug == slug).cloned().ok_or(Error::NotFound)
}

/// Marks a thread read up to its end, or with `from` unread from that number on. Answers with the thread's board.
///
/// # Errors
/// [`Error::NotFound`] where the reader may not see the thread.
pub fn mark_thread(
    conn: &mut Conn,
    reader: &Reader,
    thread: ThreadId,
    from: Option<i64>,
    now: Time,
) -> Result<Board, Error> {
    let (found, board) = find_open(conn, thread, &reader.standing)?;
    let read = from.map_or(found.last_number, |from| from.clamp(1, found.last_number.max(1)) - 1);
    store::set_read(conn, reader.id, thread, read, from.map(|_| now), now)?;
    Ok(board)
}

/// Marks a board read.
///
/// # Errors
/// [`Error::NotFound`] where the reader may not see it.
pub fn mark_board(conn: &mut Conn, reader: &Reader, slug: &str, now: Time) -> Result<Board, Error> {
    let board = open_board(conn, reader, slug)?;
    store::mark_board(conn, reader.id, board.id, now)?;
    Ok(board)
}

/// Follows or mutes a thread, or neither.
///
/// # Errors
/// [`Error::NotFound`] where the reader may not see it.
pub fn set_level(conn: &mut Conn, reader: &Reader, thread: ThreadId, level: Level) -> Result<Thread, Error> {
    let (found, _) = find_open(conn, thread, &reader.standing)?;
    store::set_level(conn, reader.id, thread, level)?;
    Ok(found)
}

/// Follows or mutes a board, or neither.
///
/// # Errors
/// [`Error::NotFound`] where the reader may not see it.
pub fn set_board_level(conn: &mut Conn, reader: &Reader, slug: &str, level: Level) -> Result<Board, Error> {
    let board = open_board(conn, reader, slug)?;
    store::set_board_level(conn, reader.id, board.id, level)?;
    Ok(board)
}

/// Keeps a thread with a note, at one of its posts or as a whole.
///
/// # Errors
/// [`Error::NotFound`] where the reader may not see it.
pub fn bookmark(
    conn: &mut Conn,
    reader: &Reader,
    thread: ThreadId,
    note: &str,
    number: Option<i64>,
    now: Time,
) -> Result<Thread, Error> {
    let (found, _) = find_open(conn, thread, &reader.standing)?;
    let number = number.map(|number| number.clamp(1, found.last_number.max(1)));
    store::set_bookmark(conn, reader.id, thread, &Bookmark { at: now, note: note.to_owned(), number })?;
    Ok(found)
}

/// Keeps a thread no longer.
///
/// # Errors
/// [`Error::NotFound`] where the reader may not see it.
pub fn unbookmark(conn: &mut Conn, reader: &Reader, thread: ThreadId) -> Result<Thread, Error> {
    let (found, _) = find_open(conn, thread, &reader.standing)?;
    store::unset_bookmark(conn, reader.id, thread)?;
    Ok(found)
}
