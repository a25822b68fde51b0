//! `touchstone migrate`: bring the database to this version and stop.

use super::{Outcome, open, say};
use crate::settings::Settings;

/// Runs the command.
///
/// # Errors
/// A sentence for whoever ran it.
pub fn run(settings: &Settings) -> Outcome {
    let migrated = open(settings)?.migrate().map_err(|cause| cause.cause())?;
    for step in &migrated.steps {
        say(&format!("ran step {step}"));
    }
    say(&format!("{} is at this version.", settings.database.shown()));
    Ok(())
}
