//! Bringing a database to this program's version, and refusing one that is ahead of it.

use std::collections::BTreeSet;

use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::Conn;
use crate::error::Error;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// What a run of [`migrate`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// The steps that were run, oldest first; empty when there was nothing to do.
    pub steps: Vec<String>,
}

/// Brings the database to this program's version.
///
/// # Errors
/// When a step fails, or when the database holds steps that this program does not know.
pub fn migrate(conn: &mut Conn) -> Result<Migrated, Error> {
    use diesel::connection::SimpleConnection;
    if let Conn::Sqlite(_) = conn {
        return run_pending(conn);
    }
    // Two processes that start at once must not both create the tables, and already looking at the steps
    // creates the table in which they stand.
    conn.batch_execute("SELECT pg_advisory_lock(7461)")?;
    let migrated = run_pending(conn);
    conn.batch_execute("SELECT pg_advisory_unlock(7461)")?;
    migrated
}

fn run_pending(conn: &mut Conn) -> Result<Migrated, Error> {
    refuse_newer(conn)?;
    let steps = match conn {
        Conn::Sqlite(conn) => run(conn, SQLITE),
        Conn::Postgres(conn) => run(conn, POSTGRES),
    }?;
    Ok(Migrated { steps })
}

/// Takes every step back again: for the test that walks up, down and up.
///
/// # Errors
/// When a step cannot be taken back.
pub fn revert_all(conn: &mut Conn) -> Result<(), Error> {
    match conn {
        Conn::Sqlite(conn) => conn.revert_all_migrations(SQLITE).map(|_| ()),
        Conn::Postgres(conn) => conn.revert_all_migrations(POSTGRES).map(|_| ()),
    }
    .map_err(|cause| Error::internal(format!("taking the database back failed: {cause}")))
}

/// The steps that are still to be run.
///
/// # Errors
/// When the database does not answer, or is newer than the program.
pub fn pending(conn: &mut Conn) -> Result<Vec<String>, Error> {
    refuse_newer(conn)?;
    let applied = applied(conn)?;
    Ok(known()?.into_iter().filter(|version| !applied.contains(version)).collect())
}

fn run<DB: diesel::backend::Backend>(
    conn: &mut impl MigrationHarness<DB>,
    source: EmbeddedMigrations,
) -> Result<Vec<String>, Error> {
    let steps = conn
        .run_pending_migrations(source)
        .map_err(|cause| Error::internal(format!("bringing the database up to date failed: {cause}")))?;
    Ok(steps.iter().map(ToString::to_string).collect())
}

fn refuse_newer(conn: &mut Conn) -> Result<(), Error> {
    let known: BTreeSet<String> = known()?.into_iter().collect();
    match applied(conn)?.into_iter().find(|version| !known.contains(version)) {
        None => Ok(()),
        Some(version) => Err(Error::Refused(format!(
            "The database is newer than this program: it holds step {version}, which this version of Touchstone \
             does not know. Start the newer Touchstone, or restore a backup made before the upgrade."
        ))),
    }
}

fn applied(conn: &mut Conn) -> Result<Vec<String>, Error> {
    let versions: diesel::migration::Result<Vec<MigrationVersion<'static>>> = match conn {
        Conn::Sqlite(conn) => conn.applied_migrations(),
        Conn::Postgres(conn) => conn.applied_migrations(),
    };
    let versions = versions.map_err(|cause| Error::internal(format!("reading the steps failed: {cause}")))?;
    Ok(versions.iter().map(ToString::to_string).collect())
}

fn known() -> Result<Vec<String>, Error> {
    let migrations: Vec<Box<dyn Migration<diesel::sqlite::Sqlite>>> = SQLITE
        .migrations()
        .map_err(|cause| Error::internal(format!("the built-in steps cannot be read: {cause}")))?;
    Ok(migrations.iter().map(|migration| migration.name().version().to_string()).collect())
}
