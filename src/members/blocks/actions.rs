//! Blocking, and taking it back.

use super::{rules, store};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::{self, MemberId};

/// Blocks the member of this handle.
///
/// # Errors
/// When there is none, or they may not be blocked.
pub fn block(conn: &mut Conn, by: MemberId, handle: &str, now: Time) -> Result<(), Error> {
    let other = members::store::find(conn, handle)?.ok_or(Error::NotFound)?;
    let roles = members::store::roles_of(conn, &[other.id])?.remove(&other.id).unwrap_or_default();
    rules::may_block(other.id == by, &roles).map_err(Error::refused)?;
    Ok(store::add(conn, by, other.id, now)?)
}

/// Takes the block of the member of this handle away.
///
/// # Errors
/// When there is no such member.
pub fn unblock(conn: &mut Conn, by: MemberId, handle: &str) -> Result<(), Error> {
    let other = members::store::find(conn, handle)?.ok_or(Error::NotFound)?;
    Ok(store::take(conn, by, other.id)?)
}
