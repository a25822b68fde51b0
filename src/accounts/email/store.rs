//! Addresses that wait for their confirmation, and when entries to an account changed.

use diesel::prelude::*;

use super::rules::{Changes, Entry};
use crate::clock::Time;
use crate::db::schema::{account_changes, email_changes, members};
use crate::db::{Conn, on_backend};
use crate::members::MemberId;
use crate::sealing::{Keys, SealedAddress};

/// An address that waits for its confirmation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The address.
    pub email: String,
    /// Until when its link works.
    pub expires_at: Time,
}

/// Writes down which address a member wants, in place of any other that waits.
pub fn put_change(
    conn: &mut Conn,
    member: MemberId,
    token_hash: &[u8],
    email: &SealedAddress,
    (now, expires_at): (Time, Time),
) -> QueryResult<()> {
    let values = (
        email_changes::token_hash.eq(token_hash),
        email_changes::email.eq(&email.text),
        email_changes::email_key.eq(&email.index),
        email_changes::asked_at.eq(now),
        email_changes::expires_at.eq(expires_at),
    );
    let put = diesel::insert_into(email_changes::table)
        .values((email_changes::member_id.eq(member.0), values))
        .on_conflict(email_changes::member_id)
        .do_update()
        .set(values);
    on_backend!(conn, |c| put.execute(c)).map(|_| ())
}

/// The address of a member that waits at `now`.
pub fn waiting(conn: &mut Conn, keys: &Keys, member: MemberId, now: Time) -> QueryResult<Option<Waiting>> {
    let row: Option<(String, String, Time)> = email_changes::table
        .find(member.0)
        .filter(email_changes::expires_at.gt(now))
        .select((email_changes::email, email_changes::email_key, email_changes::expires_at))
        .first(conn)
        .optional()?;
    let Some((text, key, expires_at)) = row else { return Ok(None) };
    let email = keys.open_address(Some(&text), Some(&key))?;
    Ok(email.map(|email| Waiting { email, expires_at }))
}

/// Whether a link still confirms an address.
pub fn is_link(conn: &mut Conn, token_hash: &[u8], now: Time) -> QueryResult<bool> {
    let link = email_changes::table
        .filter(email_changes::token_hash.eq(token_hash))
        .filter(email_changes::expires_at.gt(now));
    diesel::select(diesel::dsl::exists(link)).get_result(conn)
}

/// Uses a link up, and says whose address becomes which. Of two that come at once, one gets it.
pub fn use_link(
    conn: &mut Conn,
    token_hash: &[u8],
    now: Time,
) -> QueryResult<Option<(MemberId, SealedAddress)>> {
    let link = email_changes::table
        .filter(email_changes::token_hash.eq(token_hash))
        .filter(email_changes::expires_at.gt(now));
    let used: Option<(i64, String, String)> = diesel::delete(link)
        .returning((email_changes::member_id, email_changes::email, email_changes::email_key))
        .get_result(conn)
        .optional()?;
    Ok(used.map(|(member, text, index)| (MemberId(member), SealedAddress { text, index })))
}

/// Drops the address of a member that waits, and says whether there was one.
pub fn drop_change(conn: &mut Conn, member: MemberId) -> QueryResult<bool> {
    diesel::delete(email_changes::table.find(member.0)).execute(conn).map(|rows| rows > 0)
}

/// Whether an account has the address of this index.
pub fn is_taken(conn: &mut Conn, index: &str) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(members::table.filter(members::email_key.eq(index)))).get_result(conn)
}

/// Gives a member another address, which is confirmed.
pub fn set_email(conn: &mut Conn, member: MemberId, email: &SealedAddress, now: Time) -> QueryResult<()> {
    diesel::update(members::table.find(member))
        .set((
            members::email.eq(&email.text),
            members::email_key.eq(&email.index),
            members::email_verified_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Writes down that an entry to an account changed, and says when each last did. Two that change at once wait for
/// each other here, so that the second knows of the first.
pub fn note(conn: &mut Conn, member: MemberId, entry: Entry, now: Time) -> QueryResult<Changes> {
    type Row = (Option<Time>, Option<Time>);
    let columns = (account_changes::factor_added_at, account_changes::email_changed_at);
    let id = account_changes::member_id.eq(member.0);
    let (factor, email): Row = match entry {
        Entry::Factor => {
            let at = account_changes::factor_added_at.eq(now);
            let put = diesel::insert_into(account_changes::table)
                .values((id, at))
                .on_conflict(account_changes::member_id)
                .do_update()
                .set(at)
                .returning(columns);
            on_backend!(conn, |c| put.get_result(c))?
        }
        Entry::Email => {
            let at = account_changes::email_changed_at.eq(now);
            let put = diesel::insert_into(account_changes::table)
                .values((id, at))
                .on_conflict(account_changes::member_id)
                .do_update()
                .set(at)
                .returning(columns);
            on_backend!(conn, |c| put.get_result(c))?
        }
    };
    Ok(Changes { factor, email })
}

/// Drops addresses whose time to confirm them is over.
pub fn sweep(conn: &mut Conn, now: Time) -> QueryResult<usize> {
    diesel::delete(email_changes::table.filter(email_changes::expires_at.le(now))).execute(conn)
}
