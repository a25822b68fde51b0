//! What is wrong with the keys, for whoever asks.

use std::collections::{BTreeMap, BTreeSet};

use super::keys::{Wrapped, unwrap, wrapping};
use super::masters::Masters;
use super::{masters, store};
use crate::db::Conn;
use crate::error::Error;
use crate::settings::KeySource;

/// What the keys look like from outside, for whoever asks what is wrong.
#[derive(Default)]
pub struct Inspected {
    /// The wrapping keys, the newest last.
    pub names: Vec<String>,
    /// How many of the site's keys each of them wraps.
    pub wraps: BTreeMap<String, usize>,
    /// What is wrong, a sentence each.
    pub wrong: Vec<String>,
    masters: Option<Masters>,
}

impl Inspected {
    /// Whether an object's key opens in this context by any of the wrapping keys.
    #[must_use]
    pub fn opens(&self, wrapped: &Wrapped, context: &str) -> bool {
        self.masters.as_ref().is_some_and(|masters| unwrap(masters, wrapped, context).is_ok())
    }
}

/// Tries every key of the site, and makes none.
///
/// # Errors
/// When the database fails.
pub fn inspect(conn: &mut Conn, source: &KeySource) -> Result<Inspected, Error> {
    let (stored, mut found) = (store::all(conn)?, Inspected::default());
    for (_, wrapped) in &stored {
        *found.wraps.entry(wrapped.by.clone()).or_default() += 1;
    }
    match masters::load(source) {
        Err(why) => found.wrong.push(format!("The keys cannot be read: {why}.")),
        Ok(None) if stored.is_empty() => {
            found.wrong.push("There are no keys yet: start the forum once.".into());
        }
        Ok(None) => found
            .wrong
            .push(format!("The {source} is missing, and nothing that is sealed can be opened: put it back.")),
        Ok(Some(masters)) => {
            found.names = masters.names().map(str::to_owned).collect();
            let failing = stored.iter().filter_map(|(purpose, wrapped)| {
                unwrap(&masters, wrapped, &wrapping(purpose)).err().map(|why| why.cause())
            });
            let reasons: BTreeSet<String> = failing.collect();
            found.wrong.extend(reasons.into_iter().map(|why| format!("In the {source}, {why}.")));
            found.masters = Some(masters);
        }
    }
    Ok(found)
}
