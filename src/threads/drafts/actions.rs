//! Keeping drafts, and dropping those nobody came back to.

use super::rules::{Draft, KEPT, Place, Saved, Words};
use super::store;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;

/// Keeps what a member is writing, unless a newer draft is kept: a tab that was left open must not overwrite it.
///
/// # Errors
/// When it is too long.
pub fn save(
    conn: &mut Conn,
    member: MemberId,
    place: Place,
    words: Words,
    sequence: i64,
    now: Time,
) -> Result<Saved, Error> {
    words.check().map_err(Error::refused)?;
    let new = Draft { words, sequence: sequence.clamp(1, i64::MAX / 2), saved_at: now };
    if new.words.is_blank() {
        store::delete_older(conn, member, place, new.sequence)?;
        return Ok(store::find(conn, member, place)?.map_or(Saved::Gone, Saved::Older));
    }
    if store::replace(conn, member, place, &new)? || store::insert(conn, member, place, &new)? {
        return Ok(Saved::Kept);
    }
    Ok(store::find(conn, member, place)?.map_or(Saved::Gone, Saved::Older))
}

/// Keeps what a member sent and could not post, over whatever is kept.
///
/// # Errors
/// When it is too long.
pub fn keep(
    conn: &mut Conn,
    member: MemberId,
    place: Place,
    words: Words,
    now: Time,
) -> Result<Draft, Error> {
    let sequence = store::find(conn, member, place)?.map_or(1, |older| older.sequence + 1);
    save(conn, member, place, words.clone(), sequence, now)?;
    Ok(Draft { words, sequence, saved_at: now })
}

/// Drops drafts that were not touched for a long time, and says how many. For the job that sweeps.
///
/// # Errors
/// When the database fails.
pub fn sweep(conn: &mut Conn, now: Time) -> Result<usize, Error> {
    Ok(store::drop_before(conn, now - KEPT)?)
}
