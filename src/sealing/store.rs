//! The site's keys in the database: wrapped, each for one purpose.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::Wrapped;
use crate::clock::Time;
use crate::db::schema::sealing_keys;
use crate::db::{Conn, on_backend};

/// The key that seals columns.
pub(super) const COLUMNS: &str = "columns";
/// The key behind blind indexes and codes.
pub(super) const INDEX: &str = "index";
/// The key that signs receipts.
pub(super) const RECEIPTS: &str = "receipts";

fn wrapped((by, bytes): (String, Vec<u8>)) -> Wrapped {
    Wrapped { by, bytes }
}

/// The key for a purpose.
pub(super) fn find(conn: &mut Conn, purpose: &str) -> QueryResult<Option<Wrapped>> {
    let columns = (sealing_keys::wrapped_by, sealing_keys::wrapped);
    sealing_keys::table.find(purpose).select(columns).first(conn).optional().map(|row| row.map(wrapped))
}

/// Every key, with its purpose.
pub fn all(conn: &mut Conn) -> QueryResult<Vec<(String, Wrapped)>> {
    let columns = (sealing_keys::purpose, (sealing_keys::wrapped_by, sealing_keys::wrapped));
    let rows: Vec<(String, (String, Vec<u8>))> =
        sealing_keys::table.order(sealing_keys::purpose).select(columns).load(conn)?;
    Ok(rows.into_iter().map(|(purpose, row)| (purpose, wrapped(row))).collect())
}

/// Keeps a key, unless there is one for this purpose already.
pub(super) fn add(conn: &mut Conn, purpose: &str, key: &Wrapped, now: Time) -> QueryResult<()> {
    let row = (
        sealing_keys::purpose.eq(purpose),
        sealing_keys::wrapped_by.eq(&key.by),
        sealing_keys::wrapped.eq(&key.bytes),
        sealing_keys::made_at.eq(now),
    );
    on_backend!(conn, |c| diesel::insert_into(sealing_keys::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))
    .map(|_| ())
}

/// Keeps everybody else from opening or changing the keys until the transaction ends. SQLite lets one write at a
/// time anyway; PostgreSQL takes a lock of its own, as there may be no row yet that could be locked.
pub(super) fn hold(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Postgres(conn) => conn.batch_execute("SELECT pg_advisory_xact_lock(7462)"),
    }
}

/// Puts the newly wrapped form of a key in the place of the old one.
pub(super) fn replace(conn: &mut Conn, purpose: &str, key: &Wrapped) -> QueryResult<()> {
    diesel::update(sealing_keys::table.find(purpose))
        .set((sealing_keys::wrapped_by.eq(&key.by), sealing_keys::wrapped.eq(&key.bytes)))
        .execute(conn)
        .map(|_| ())
}
