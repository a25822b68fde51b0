//! `touchstone doctor`: says what is wrong, one sentence for each thing.

use std::os::unix::fs::{MetadataExt, PermissionsExt};

use super::{Outcome, say};
use crate::accounts::store::old as accounts;
use crate::db::{DatabaseUrl, Db, migrations};
use crate::error::Error;
use crate::exchange::store::check;
use crate::members::audit;
use crate::outside::storage;
use crate::sealing::{self, Inspected};
use crate::settings::{Settings, StorageSettings};
use crate::uploads::actions::{self as uploads, Pictures};
use crate::verification::evidence::actions::{self as evidence, Checked};

/// Runs the command.
///
/// # Errors
/// How many things are wrong.
pub fn run(settings: &Settings) -> Outcome {
    say("settings: can be read");
    let mut wrong = folder(settings);
    wrong.extend(database(settings));
    for sentence in &wrong {
        say(&format!("wrong: {sentence}"));
    }
    match wrong.len() {
        0 => {
            say("Nothing is wrong.");
            Ok(())
        }
        1 => Err("one thing is wrong".to_owned()),
        many => Err(format!("{many} things are wrong")),
    }
}

fn folder(settings: &Settings) -> Vec<String> {
    let shown = settings.data.display();
    let about = match std::fs::metadata(&settings.data) {
        Ok(about) => about,
        Err(cause) => return vec![format!("The data folder {shown} cannot be read: {cause}.")],
    };
    let mut wrong = Vec::new();
    if !about.is_dir() {
        return vec![format!("The data folder {shown} is no folder.")];
    }
    let mode = about.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        wrong.push(format!(
            "The data folder {shown} is open to others (mode {mode:o}): run chmod 700 {shown}."
        ));
    }
    if let Err(cause) = tempfile_in(&settings.data) {
        wrong.push(format!("Nothing can be written in the data folder {shown}: {cause}."));
    }
    if let DatabaseUrl::Sqlite(path) = &settings.database
        && let Ok(file) = std::fs::metadata(path)
        && file.uid() != about.uid()
    {
        wrong.push(format!("The database {} belongs to another user than the data folder.", path.display()));
    }
    if wrong.is_empty() {
        say(&format!("data folder: {shown}, closed to others, can be written"));
    }
    wrong
}

/// Writes a file and takes it away again.
fn tempfile_in(folder: &std::path::Path) -> std::io::Result<()> {
    let path = folder.join(".doctor");
    std::fs::write(&path, b"can be written")?;
    std::fs::remove_file(&path)
}

fn database(settings: &Settings) -> Vec<String> {
    // A missing file must not be made by looking for it.
    if let DatabaseUrl::Sqlite(path) = &settings.database
        && !path.exists()
    {
        return vec![format!("There is no database at {} yet: start the forum once.", path.display())];
    }
    match Db::open(&settings.database).and_then(|db| inspect(settings, &db)) {
        Ok(wrong) => wrong,
        Err(cause) => vec![cause.cause()],
    }
}

fn inspect(settings: &Settings, db: &Db) -> Result<Vec<String>, Error> {
    let mut conn = db.connection()?;
    say(&format!("database: {} at {}", conn.version()?, db.url().shown()));
    let pending = migrations::pending(&mut conn)?;
    if !pending.is_empty() {
        return Ok(vec![format!(
            "The database lacks {}: run touchstone migrate.",
            match pending.len() {
                1 => "one step".to_owned(),
                many => format!("{many} steps"),
            }
        )]);
    }
    drop(conn);
    let mut wrong = db.read_now(check::all)?;
    if wrong.is_empty() {
        say("counters: equal what they count");
    }
    wrong.extend(keys(settings, db)?);
    wrong.extend(pictures(settings, db)?);
    match db.read_now(|conn| Ok(audit::store::verify(conn)?))? {
        Ok(rows) => say(&format!("audit: {rows} rows, none changed, none missing")),
        Err(broken) => wrong.push(broken),
    }
    Ok(wrong)
}

/// Tries the keys, and looks for what is not sealed.
fn keys(settings: &Settings, db: &Db) -> Result<Vec<String>, Error> {
    let source = settings.keys.clone();
    let (found, plain) =
        db.read_now(|conn| Ok((sealing::inspect(conn, &source)?, accounts::count_plain(conn)?)))?;
    let images = images(settings, db, &found);
    let mut wrong = found.wrong.clone();
    for (name, keys) in &found.wraps {
        let age = age(&found, name);
        let things = if *keys == 1 { "one key".to_owned() } else { format!("{keys} keys") };
        say(&format!("keys: {things} wrapped by {name}, {age}"));
        if wrong.is_empty() && age != "the newest" {
            wrong.push(format!("{name} still wraps {things}: run touchstone keys rotate."));
        }
    }
    if wrong.is_empty() {
        say(&format!("keys: all open with the {source}"));
    }
    // A storage that does not answer says nothing of what it holds.
    let wraps_any = |name: &String| {
        found.wraps.contains_key(name) || images.as_ref().map_or(true, |it| it.wraps.contains_key(name))
    };
    let idle: Vec<&str> = found.names.iter().filter(|name| !wraps_any(name)).map(String::as_str).collect();
    if !idle.is_empty() && !found.wraps.is_empty() {
        say(&format!("keys: {} wraps nothing here; backups from before may still need it", idle.join(", ")));
    }
    match plain {
        0 => {}
        1 => wrong.push("1 address is not sealed: run touchstone migrate.".to_owned()),
        many => wrong.push(format!("{many} addresses are not sealed: run touchstone migrate.")),
    }
    match images {
        Ok(images) => wrong.extend(evidence_wrong(settings, &found, &images)),
        Err(cause) => wrong.push(format!("The sealed images cannot be looked for: {}.", cause.cause())),
    }
    Ok(wrong)
}

/// How old a wrapping key is.
fn age(found: &Inspected, name: &str) -> &'static str {
    match found.names.iter().rposition(|known| known == name) {
        Some(at) if at + 1 == found.names.len() => "the newest",
        Some(_) => "an older one",
        None => "which is not there",
    }
}

/// Tries the keys of sealed images, and looks for their objects.
fn images(settings: &Settings, db: &Db, keys: &Inspected) -> Result<Checked, Error> {
    let storage = storage::open_vault(settings).map_err(Error::Refused)?;
    actix_web::rt::System::new().block_on(evidence::check(db, &*storage, keys))
}

/// Says which keys the images have, and what is wrong with them.
fn evidence_wrong(settings: &Settings, found: &Inspected, images: &Checked) -> Vec<String> {
    let (mut wrong, is_open) = (Vec::new(), found.wrong.is_empty() && images.closed == 0);
    for (name, count) in &images.wraps {
        let (age, things) = (age(found, name), keys_of(*count));
        say(&format!("evidence: {things} wrapped by {name}, {age}"));
        if is_open && age != "the newest" {
            wrong.push(format!("{name} still wraps {things}: run touchstone keys rotate."));
        }
    }
    match images.closed {
        0 => {}
        1 => wrong.push("The key of 1 sealed image opens with no key there is: put the key back.".to_owned()),
        many => wrong
            .push(format!("The keys of {many} sealed images open with no key there is: put the keys back.")),
    }
    let place = place(settings);
    let missing = images.missing.iter().map(|(case, image, object)| {
        format!(
            "The sealed image {} of document case {} is not in {place}: bring its object {object} back from a backup.",
            image.0, case.0
        )
    });
    wrong.extend(missing);
    wrong
}

fn keys_of(images: usize) -> String {
    if images == 1 { "the key of 1 image".to_owned() } else { format!("the keys of {images} images") }
}

/// Where files are kept, in words.
fn place(settings: &Settings) -> String {
    match &settings.storage {
        StorageSettings::Data => "the data folder".to_owned(),
        StorageSettings::S3(bucket) => format!("{bucket:?}"),
    }
}

/// Looks for the file of every uploaded picture.
fn pictures(settings: &Settings, db: &Db) -> Result<Vec<String>, Error> {
    let pictures = Pictures::new(storage::open(settings).map_err(Error::Refused)?);
    let checked = actix_web::rt::System::new().block_on(uploads::check(db, &pictures))?;
    let looked_at = match checked.pictures {
        1 => "the one picture".to_owned(),
        many => format!("all {many} pictures"),
    };
    let place = place(settings);
    say(&format!("uploads: looked for the files of {looked_at} in {place}"));
    let missing = |name: &String| {
        format!("The uploaded picture {name} is not in {place}: bring it back from a backup.")
    };
    Ok(checked.missing.iter().map(missing).collect())
}
