//! The one-time link with which the first administrator joins.

use crate::accounts::rules::{self, Purpose};
use crate::accounts::store;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members;
use crate::members::rules::Role;
use crate::tokens::Token;

/// Makes a new one-time link with which the first administrator joins, while there is none. Earlier links
/// stop working.
///
/// # Errors
/// When the database fails.
pub fn offer_first_administrator(conn: &mut Conn, token: &Token, now: Time) -> Result<bool, Error> {
    if members::store::count_holding(conn, Role::Administrator)? > 0 {
        return Ok(false);
    }
    store::drop_links(conn, Purpose::FirstAdministrator, None)?;
    let end = now + rules::FIRST_ADMINISTRATOR_LINK;
    store::insert_link(conn, &token.hash(), Purpose::FirstAdministrator, None, end)?;
    Ok(true)
}

/// Whether this link still lets the first administrator join: once there is one by any other way, it does not.
///
/// # Errors
/// When the database fails.
pub fn is_first_administrator(conn: &mut Conn, link: &str, now: Time) -> Result<bool, Error> {
    let found = store::find_link(conn, &crate::tokens::hash(link), Purpose::FirstAdministrator, now)?;
    Ok(found.is_some() && members::store::count_holding(conn, Role::Administrator)? == 0)
}
