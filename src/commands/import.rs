//! `touchstone import`: load a community from a bundle.

use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal};
use std::path::Path;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};

use super::{Outcome, open_ready, say};
use crate::clock::{Clock, Time};
use crate::db::Db;
use crate::exchange::actions::{Claims, Importer};
use crate::exchange::bundle;
use crate::exchange::report::Report;
use crate::sealing::Keys;
use crate::settings::Settings;

/// Longest line, in bytes: one that never ends must not fill the memory.
const LONGEST_LINE: u64 = 4 * 1024 * 1024;

/// Runs the command.
///
/// # Errors
/// A sentence for whoever ran it.
pub fn run(settings: &Settings, path: &Path) -> Outcome {
    let clock = Clock::system();
    let (db, keys) = open_ready(settings, &clock)?;
    let report = load(&db, &keys, path, clock.now())?;
    say(&report.to_string());
    Ok(())
}

/// Loads a bundle and says what was done.
///
/// # Errors
/// A sentence for whoever asked for it.
pub fn load(db: &Db, keys: &Arc<Keys>, path: &Path, now: Time) -> Result<Report, String> {
    let size = std::fs::metadata(path).map_err(|cause| format!("{}: {cause}", path.display()))?.len();
    // Two passes over the file, so twice its size.
    let progress = progress_bar(size * 2);
    let mut claims = Claims::default();
    each_line(path, &progress, |_, record| {
        if let Ok(record) = &record {
            claims.note(record);
        }
        Ok(())
    })?;
    let mut importer = Importer::new(db.clone(), Arc::clone(keys), claims, now);
    each_line(path, &progress, |line, record| {
        importer.take(line, record).map_err(|cause| format!("line {line}: {}", cause.cause()))
    })?;
    let report = importer.finish().map_err(|cause| cause.cause())?;
    progress.finish_and_clear();
    Ok(report)
}

fn each_line(
    path: &Path,
    progress: &ProgressBar,
    mut take: impl FnMut(u64, Result<bundle::Record, String>) -> Outcome,
) -> Outcome {
    let unreadable = |cause: std::io::Error| format!("{}: {cause}", path.display());
    let mut file = BufReader::new(File::open(path).map_err(unreadable)?);
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        let read =
            std::io::Read::take(&mut file, LONGEST_LINE).read_until(b'\n', &mut bytes).map_err(unreadable)?;
        if read == 0 {
            break;
        }
        progress.inc(read as u64);
        if read as u64 == LONGEST_LINE && !bytes.ends_with(b"\n") {
            return Err(format!("line {line} is longer than {} MiB", LONGEST_LINE / 1024 / 1024));
        }
        let record = match std::str::from_utf8(&bytes) {
            Ok(text) if text.trim().is_empty() => continue,
            Ok(text) => bundle::read(text.trim()),
            Err(_) => Err("is not UTF-8 text".to_owned()),
        };
        take(line, record)?;
    }
    Ok(())
}

fn progress_bar(length: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {percent}% {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style)
}
