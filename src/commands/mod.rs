//! What the command line can do. Each command reads the settings, opens the database and calls actions.

pub mod demo;
pub mod doctor;
pub mod export;
pub mod import;
pub mod keys;
pub mod member;
pub mod migrate;
pub mod serve;

use std::fs::DirBuilder;
use std::io::{IsTerminal, Write};
use std::os::unix::fs::DirBuilderExt;
use std::process::ExitCode;
use std::sync::Arc;

use crate::accounts::actions::seal_old_addresses;
use crate::clock::Clock;
use crate::db::Db;
use crate::sealing::Keys;
use crate::settings::Settings;

/// How a command ends: well, or with a sentence for whoever ran it.
pub type Outcome = Result<(), String>;

/// Sends logs to standard error: for people on a terminal, as JSON otherwise.
pub fn start_logging(settings: &Settings) {
    let filter = tracing_subscriber::EnvFilter::new(&settings.log);
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        logs.compact().with_target(false).init();
    } else {
        logs.json().flatten_event(true).init();
    }
}

/// Ends the program: a failure is one line.
#[must_use]
pub fn end(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "touchstone: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Says something to whoever ran the command. Nobody listening is no reason to fail.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}

/// Makes the data folder, readable by its owner alone, and opens the database.
pub(crate) fn open(settings: &Settings) -> Result<Db, String> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&settings.data)
        .map_err(|cause| format!("the data folder {} cannot be made: {cause}", settings.data.display()))?;
    Db::open(&settings.database).map_err(|cause| cause.cause())
}

/// [`open`], and bring the database to this version.
pub(crate) fn open_migrated(settings: &Settings) -> Result<Db, String> {
    let db = open(settings)?;
    let migrated = db.migrate().map_err(|cause| cause.cause())?;
    if !migrated.steps.is_empty() {
        tracing::info!(steps = migrated.steps.len(), "the database was brought to this version");
    }
    Ok(db)
}

/// [`open_migrated`] with the site's keys, and seal whatever an earlier version kept in the clear.
pub(crate) fn open_ready(settings: &Settings, clock: &Clock) -> Result<(Db, Arc<Keys>), String> {
    let db = open_migrated(settings)?;
    let keys = open_keys(settings, &db, clock)?;
    let sealed = seal_old_addresses(&db, &keys).map_err(|cause| cause.cause())?;
    if sealed > 0 {
        tracing::info!(sealed, "what an earlier version kept in the clear was sealed");
    }
    Ok((db, keys))
}

/// Opens the site's keys; the first start makes them.
pub(crate) fn open_keys(settings: &Settings, db: &Db, clock: &Clock) -> Result<Arc<Keys>, String> {
    let (source, now) = (settings.keys.clone(), clock.now());
    let opened = db.write_now(move |conn| Keys::open(conn, &source, now));
    opened.map(Arc::new).map_err(|cause| cause.cause())
}
