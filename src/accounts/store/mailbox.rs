//! Where mail reaches members: addresses are sealed, and found by a blind index.

use diesel::prelude::*;

use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::members;
use crate::members::MemberId;
use crate::sealing::Keys;

/// A member's e-mail address and whether it is confirmed.
#[derive(Clone, Debug)]
pub struct Mailbox {
    /// Who.
    pub id: MemberId,
    /// Name in addresses.
    pub handle: String,
    /// Name that people read.
    pub name: String,
    /// The address.
    pub email: Option<String>,
    /// When it was confirmed.
    pub verified_at: Option<Time>,
}

/// The account of this address in lower case.
pub fn by_email(conn: &mut Conn, keys: &Keys, lower: &str) -> QueryResult<Option<Mailbox>> {
    let account = members::table.filter(members::email_key.eq(keys.address_index(lower)));
    let row = account.select(MAILBOX).first(conn).optional()?;
    row.map(|row| mailbox(keys, row)).transpose()
}

/// The mailbox of a member.
pub fn mailbox_of(conn: &mut Conn, keys: &Keys, id: MemberId) -> QueryResult<Option<Mailbox>> {
    let row = members::table.find(id).select(MAILBOX).first(conn).optional()?;
    row.map(|row| mailbox(keys, row)).transpose()
}

type MailboxRow = (MemberId, String, String, Columns, Option<Time>);
type Columns = (Option<String>, Option<String>);
type MailboxColumns = (
    members::id,
    members::handle,
    members::name,
    (members::email, members::email_key),
    members::email_verified_at,
);
const MAILBOX: MailboxColumns = (
    members::id,
    members::handle,
    members::name,
    (members::email, members::email_key),
    members::email_verified_at,
);

fn mailbox(keys: &Keys, (id, handle, name, email, verified_at): MailboxRow) -> QueryResult<Mailbox> {
    let email = keys.open_address(email.0.as_deref(), email.1.as_deref())?;
    Ok(Mailbox { id, handle, name, email, verified_at })
}
