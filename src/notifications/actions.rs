//! Telling members, marking what they read, and what they chose.

mod deliver;
mod digest;
mod tell;

use super::NotificationId;
use super::rules::{Choice, Delivery, Kind};
use super::store;
use super::unsubscribe::{Ends, Signer};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::{self, MemberId};
use crate::threads::ThreadId;
use crate::tokens::Token;

pub use digest::{digest_is_due, send_digest};
pub use tell::tell_next;

/// The fact of the site under which the key for signed links stands.
const KEY: &str = "unsubscribe-key";

/// What signs the links that end mails, if there is a key yet.
///
/// # Errors
/// When the database fails.
pub fn signer(conn: &mut Conn) -> Result<Option<Signer>, Error> {
    Ok(members::store::site_fact(conn, KEY)?.map(|key| Signer::new(&key)))
}

/// What signs the links that end mails; the key is made when it is first needed.
fn signer_or_new(conn: &mut Conn) -> Result<Signer, Error> {
    if let Some(signer) = signer(conn)? {
        return Ok(signer);
    }
    members::store::set_site_fact(conn, KEY, Token::new()?.as_str())?;
    // Another worker may have been quicker: what stands there counts.
    signer(conn)?.ok_or_else(|| Error::internal("the key for signed links is gone"))
}

/// Marks one of a member's notifications as read; one that is read stays so.
///
/// # Errors
/// When the database fails.
pub fn mark_read(conn: &mut Conn, member: MemberId, id: NotificationId, now: Time) -> Result<(), Error> {
    let read = store::mark_read(conn, member, id, now)?;
    count_down(conn, member, read)
}

/// Marks what a member was told, up to the notification of this number, as read.
///
/// # Errors
/// When the database fails.
pub fn mark_all_read(conn: &mut Conn, member: MemberId, up_to: i64, now: Time) -> Result<(), Error> {
    let read = store::mark_all_read(conn, member, up_to, now)?;
    count_down(conn, member, read)
}

/// Marks what a member was told of the posts of a thread, up to this number, as read: they have seen them.
///
/// # Errors
/// When the database fails.
pub fn mark_seen(
    conn: &mut Conn,
    member: MemberId,
    thread: ThreadId,
    up_to: i64,
    now: Time,
) -> Result<(), Error> {
    let read = store::mark_seen(conn, member, thread, up_to, now)?;
    count_down(conn, member, read)
}

/// Marks what members were told of posts that they read since, as far as each read in each thread.
///
/// # Errors
/// When the database fails.
pub fn mark_all_seen(conn: &mut Conn, read: &[(MemberId, ThreadId, i64)], now: Time) -> Result<(), Error> {
    let members: Vec<MemberId> = read.iter().map(|(member, ..)| *member).collect();
    let threads: Vec<ThreadId> = read.iter().map(|(_, thread, _)| *thread).collect();
    let unread = store::unread_in(conn, &members, &threads)?;
    for (member, thread, up_to) in read {
        if unread.contains(&(*member, Some(*thread))) {
            mark_seen(conn, *member, *thread, *up_to, now)?;
        }
    }
    Ok(())
}

fn count_down(conn: &mut Conn, member: MemberId, read: usize) -> Result<(), Error> {
    if read > 0 {
        store::add_unread(conn, &[member], -i64::try_from(read).unwrap_or(i64::MAX))?;
    }
    Ok(())
}

/// How a member is told of each kind.
///
/// # Errors
/// When the database fails.
pub fn choices(conn: &mut Conn, member: MemberId) -> Result<Vec<(Kind, Choice)>, Error> {
    let chosen = store::choices_of(conn, &[member])?;
    let choice = |kind: Kind| chosen.get(&(member, kind)).copied().unwrap_or_else(|| kind.usual());
    Ok(Kind::ALL.into_iter().map(|kind| (kind, choice(kind))).collect())
}

/// Writes down how a member wants to be told; what is as usual needs no row.
///
/// # Errors
/// When the database fails.
pub fn choose(conn: &mut Conn, member: MemberId, choices: &[(Kind, Choice)]) -> Result<(), Error> {
    let unusual: Vec<_> = choices.iter().copied().filter(|(kind, choice)| *choice != kind.usual()).collect();
    store::save_choices(conn, member, &unusual)?;
    Ok(())
}

/// Ends mails of one kind, or everything that waits for the daily mail.
///
/// # Errors
/// When the database fails.
pub fn end_mails(conn: &mut Conn, member: MemberId, ends: Ends) -> Result<(), Error> {
    let mut choices = choices(conn, member)?;
    for (kind, choice) in &mut choices {
        let is_ended = match ends {
            Ends::Kind(ended) => *kind == ended,
            Ends::Daily => choice.mail == Delivery::Daily,
        };
        if is_ended {
            choice.mail = Delivery::Never;
        }
    }
    choose(conn, member, &choices)
}
