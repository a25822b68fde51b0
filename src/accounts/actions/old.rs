//! Sealing what an earlier version kept in the clear.

use std::sync::Arc;

use crate::accounts::store::old;
use crate::db::{Conn, Db};
use crate::error::Error;
use crate::members::store::{drop_site_fact, set_site_fact, site_fact};
use crate::outside::store::old as mails;
use crate::sealing::Keys;

/// Rows that share a transaction.
const TOGETHER: i64 = 500;
/// The fact that says that rows were sealed and their plain forms may still lie in the database's files.
const REMAINS: &str = "remains-to-overwrite";

/// Seals every address and every mail that is kept in the clear, says how many there were, and has the database
/// write its files anew: what was deleted or changed before lies in them until then. What breaks off goes on at the
/// next start.
///
/// # Errors
/// When the database fails.
pub fn seal_old_addresses(db: &Db, keys: &Arc<Keys>) -> Result<usize, Error> {
    let members = in_steps(db, keys, members_step)?;
    let mails = in_steps(db, keys, mails_step)?;
    if db.read_now(|conn| Ok(site_fact(conn, REMAINS)?))?.is_some() {
        overwrite(db)?;
    }
    Ok(members + mails)
}

/// What one step did: how many rows it sealed, and up to which number it got, unless that was the last.
type Step = (usize, Option<i64>);

fn in_steps(
    db: &Db,
    keys: &Arc<Keys>,
    step: fn(&mut Conn, &Keys, i64) -> Result<Step, Error>,
) -> Result<usize, Error> {
    let (mut sealed, mut after) = (0, Some(0));
    while let Some(from) = after {
        let keys = Arc::clone(keys);
        let (rows, up_to) = db.write_now(move |conn| step(conn, &keys, from))?;
        sealed += rows;
        after = up_to;
    }
    Ok(sealed)
}

// Each row is sealed by a statement of its own: this runs once in a community's life.

fn members_step(conn: &mut Conn, keys: &Keys, after: i64) -> Result<Step, Error> {
    let (rows, mut sealed) = (old::plain_after(conn, after, TOGETHER)?, 0);
    for (id, plain) in &rows {
        let address = keys.seal_address(plain, &plain.to_lowercase())?;
        sealed += old::seal(conn, *id, plain, &address)?;
    }
    step(conn, sealed, rows.last().map(|(id, _)| id.0))
}

fn mails_step(conn: &mut Conn, keys: &Keys, after: i64) -> Result<Step, Error> {
    let (rows, mut sealed) = (mails::plain_after(conn, after, TOGETHER)?, 0);
    for plain in &rows {
        sealed += mails::seal(conn, keys, plain)?;
    }
    step(conn, sealed, rows.last().map(|plain| plain.0))
}

fn step(conn: &mut Conn, sealed: usize, up_to: Option<i64>) -> Result<Step, Error> {
    if sealed > 0 {
        set_site_fact(conn, REMAINS, "yes")?;
    }
    Ok((sealed, up_to))
}

fn overwrite(db: &Db) -> Result<(), Error> {
    if db.connection()?.overwrite_what_is_gone()? {
        db.write_now(|conn| Ok(drop_site_fact(conn, REMAINS)?))
    } else {
        tracing::warn!(
            "another process reads from the database: what was sealed is overwritten at the next start"
        );
        Ok(())
    }
}
