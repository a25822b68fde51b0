//! Listing answers as official, each with its audit row in one transaction.

use super::rules::{self, Direction, may_list};
use super::store;
use crate::boards;
use crate::boards::rules::{Standing, find_readable};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::{self, MemberId};
use crate::threads::store::{Place, place_of};
use crate::threads::{PostId, ThreadId, actions};

/// A manager at work.
#[derive(Clone, Debug)]
pub struct Manager {
    /// Who.
    pub id: MemberId,
    /// What they are, as far as boards care.
    pub standing: Standing,
}

/// Lists a staff answer at the end of the official ones; one that is listed stays where it is.
///
/// # Errors
/// When there is no such post, or it cannot be listed.
pub fn list(conn: &mut Conn, by: &Manager, post: PostId, now: Time) -> Result<Place, Error> {
    let place = find(conn, by, post)?;
    let roles = members::store::roles_of(conn, &[place.author])?.remove(&place.author).unwrap_or_default();
    may_list(place.number, place.is_removed, &roles).map_err(Error::refused)?;
    if !store::is_listed(conn, post)? {
        let position = store::last_position(conn, place.thread)? + 1;
        store::insert(conn, place.thread, post, position, by.id)?;
        members::store::audit(conn, Some(by.id), "answer-official", &format!("post {}", post.0), "", now)?;
    }
    Ok(place)
}

/// Takes an answer off the list.
///
/// # Errors
/// When there is no such post.
pub fn unlist(conn: &mut Conn, by: &Manager, post: PostId, now: Time) -> Result<Place, Error> {
    let place = find(conn, by, post)?;
    if store::delete(conn, post)? {
        members::store::audit(conn, Some(by.id), "answer-unofficial", &format!("post {}", post.0), "", now)?;
    }
    Ok(place)
}

/// Moves an answer one place up or down; at the end of the list nothing moves.
///
/// # Errors
/// When the thread lists no such answer.
pub fn arrange(
    conn: &mut Conn,
    by: &Manager,
    thread: ThreadId,
    post: PostId,
    direction: Direction,
) -> Result<(), Error> {
    actions::find_open(conn, thread, &by.standing)?;
    let listed = store::official_of(conn, thread)?;
    let place = listed.iter().position(|one| one.post == post).ok_or(Error::NotFound)?;
    if let Some((above, below)) = rules::neighbours(place, listed.len(), direction) {
        store::set_position(conn, listed[above].post, listed[below].position)?;
        store::set_position(conn, listed[below].post, listed[above].position)?;
    }
    Ok(())
}

fn find(conn: &mut Conn, by: &Manager, post: PostId) -> Result<Place, Error> {
    let place = place_of(conn, post)?.ok_or(Error::NotFound)?;
    let boards = boards::store::all(conn)?;
    find_readable(&boards, place.board, &by.standing).ok_or(Error::NotFound)?;
    if place.audience.includes(&by.standing) { Ok(place) } else { Err(Error::NotFound) }
}
