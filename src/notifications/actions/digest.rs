//! The daily mail.

use std::sync::Arc;

use super::signer_or_new;
use crate::accounts::mails::Letterhead;
use crate::boards;
use crate::boards::rules::{Standing, find_readable};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members;
use crate::notifications::mails::{Desk, To};
use crate::notifications::rules::{DIGEST_ENTRIES, last_digest};
use crate::notifications::store::{self, Listed, Which};
use crate::outside;
use crate::sealing::Keys;

/// Whether a daily mail is due.
///
/// # Errors
/// When the database fails.
pub fn digest_is_due(conn: &mut Conn, now: Time) -> Result<bool, Error> {
    Ok(store::next_waiting(conn, last_digest(now))?.is_some())
}

/// Queues the daily mail of one member for whom something waits, and says whether there was one. What they read
/// in the page meanwhile is left out, and so is what they may not read any more.
///
/// # Errors
/// When the database fails.
pub fn send_digest(
    conn: &mut Conn,
    letterhead: &Letterhead,
    keys: &Arc<Keys>,
    now: Time,
) -> Result<bool, Error> {
    let since = last_digest(now);
    let Some(member) = store::next_waiting(conn, since)? else { return Ok(false) };
    let unread = store::take_waiting(conn, member, since)?;
    let person = store::people(conn, keys, &[member])?.remove(&member);
    let (Some(person), false) = (person, unread.is_empty()) else { return Ok(true) };
    let Some(mailbox) = person.mailbox.as_deref() else { return Ok(true) };
    let boards = boards::store::all(conn)?;
    let roles = members::store::roles_of(conn, &[member])?.remove(&member).unwrap_or_default();
    let standing = Standing { is_member: true, tier: person.tier, roles };
    let is_open = |entry: &Listed| match &entry.place {
        None => true,
        Some(place) => {
            let is_gone = place.post.is_some_and(|(_, _, is_removed)| is_removed);
            !is_gone
                && find_readable(&boards, place.board, &standing).is_some()
                && place.audience.includes(&standing)
        }
    };
    let mut entries = store::list(conn, member, &Which::These(&unread), i64::MAX)?;
    entries.retain(is_open);
    if entries.is_empty() {
        return Ok(true);
    }
    let more = entries.len().saturating_sub(DIGEST_ENTRIES);
    entries.truncate(DIGEST_ENTRIES);
    let signer = signer_or_new(conn)?;
    let desk = Desk { letterhead: letterhead.clone(), signer, keys: Arc::clone(keys) };
    let mail = desk.daily(To { member, mailbox }, &entries, more);
    outside::store::queue(conn, keys, &mail, now)?;
    Ok(true)
}
