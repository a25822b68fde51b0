//! `touchstone migrate`: bring the database to this version and stop.

use super::{Outcome, open, open_keys, say};
use crate::accounts::actions::seal_old_addresses;
use crate::clock::Clock;
use crate::settings::Settings;

/// Runs the command.
///
/// # Errors
/// A sentence for whoever ran it.
pub fn run(settings: &Settings) -> Outcome {
    let db = open(settings)?;
    let migrated = db.migrate().map_err(|cause| cause.cause())?;
    for step in &migrated.steps {
        say(&format!("ran step {step}"));
    }
    let keys = open_keys(settings, &db, &Clock::system())?;
    match seal_old_addresses(&db, &keys).map_err(|cause| cause.cause())? {
        0 => {}
        1 => say("sealed one row that was kept in the clear, and overwrote the old one"),
        many => say(&format!("sealed {many} rows that were kept in the clear, and overwrote the old ones")),
    }
    say(&format!("{} is at this version.", settings.database.shown()));
    Ok(())
}
