//! `touchstone export`: write everything that `import` reads.

use std::fs::OpenOptions;
use std::io::{BufWriter, IsTerminal};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use indicatif::ProgressBar;

use super::{Outcome, open_ready, say};
use crate::clock::Clock;
use crate::db::Db;
use crate::exchange::export;
use crate::sealing::Keys;
use crate::settings::Settings;

/// Runs the command.
///
/// # Errors
/// A sentence for whoever ran it.
pub fn run(settings: &Settings, path: &Path) -> Outcome {
    let (db, keys) = open_ready(settings, &Clock::system())?;
    let lines = write(&db, &keys, path)?;
    say(&format!("Wrote {lines} lines to {}.", path.display()));
    Ok(())
}

/// Writes the bundle beside its place and moves it there when it is whole, so that a broken one never takes
/// a good one's place. It holds e-mail addresses: only its owner may read it.
///
/// # Errors
/// A sentence for whoever asked for it.
pub fn write(db: &Db, keys: &Keys, path: &Path) -> Result<u64, String> {
    let failed = |cause: std::io::Error| format!("{}: {cause}", path.display());
    let unfinished = path.with_extension("unfinished");
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)
        .map_err(failed)?;
    let progress =
        if std::io::stderr().is_terminal() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
    let mut out = BufWriter::new(file);
    let lines = export::export(db, keys, &mut out, |lines| {
        progress.set_message(format!("{lines} lines"));
        progress.tick();
    });
    let lines = lines.map_err(|cause| cause.cause())?;
    out.get_ref().sync_all().map_err(failed)?;
    std::fs::rename(&unfinished, path).map_err(failed)?;
    progress.finish_and_clear();
    Ok(lines)
}
