//! `touchstone keys rotate`: wrap everything anew by a new key, also beside a running server.

use super::{Outcome, open_ready, say};
use crate::clock::{Clock, Time};
use crate::credentials::actions as credentials;
use crate::credentials::signing::{self, Drawn};
use crate::db::Conn;
use crate::error::Error;
use crate::sealing::{Keys, Rotation};
use crate::settings::Settings;
use crate::verification::evidence;

/// Runs the command.
///
/// # Errors
/// A sentence for whoever ran it. What was not wrapped anew still opens with the key from before.
pub fn rotate(settings: &Settings) -> Outcome {
    let clock = Clock::system();
    let (db, keys) = open_ready(settings, &clock)?;
    // Drawn first: it takes a second, and the transaction holds others up.
    let (drawn, now) = (signing::draw().map_err(|cause| cause.cause())?, clock.now());
    let done = db.write_now(move |conn| anew(conn, &keys, &drawn, now)).map_err(|cause| cause.cause())?;
    let Rotated { rotation, rewrapped, signs } = done;
    let things = match rewrapped {
        0 => "Nothing had to be wrapped anew".to_owned(),
        1 => "Wrapped one key anew".to_owned(),
        many => format!("Wrapped {many} keys anew"),
    };
    let source = &settings.keys;
    match rotation {
        Rotation::Added(name) => {
            say(&format!("Added {name} to the {source}."));
            say(&format!("{things}: everything is wrapped by {name} now. A running server goes on."));
            say("Back the file up now, apart from the database.");
            say(
                "Keep the older lines while you keep backups of the database from before today; then delete them.",
            );
        }
        Rotation::FromCommand(name) => {
            say(&format!(
                "The newest key that the command prints is {name}; add one as its last line to rotate."
            ));
            say(&format!("{things}: everything is wrapped by {name} now. A running server goes on."));
            say(
                "The command must print older keys while you keep backups of the database from before today.",
            );
        }
    }
    if signs {
        say(
            "Credentials are signed by a new key. The old public key stays published: what it signed still checks.",
        );
    }
    Ok(())
}

/// What was done.
struct Rotated {
    rotation: Rotation,
    rewrapped: usize,
    signs: bool,
}

/// In one transaction, so that nobody else rotates meanwhile.
fn anew(conn: &mut Conn, keys: &Keys, drawn: &Drawn, now: Time) -> Result<Rotated, Error> {
    let rotation = keys.add_master(conn)?;
    let rewrapped = keys.rewrap(conn)? + evidence::actions::rewrap(conn, keys)?;
    let signs = credentials::rotate(conn, keys, drawn, now)?;
    Ok(Rotated { rotation, rewrapped, signs })
}
