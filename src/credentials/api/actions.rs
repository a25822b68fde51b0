//! Making, using and ending the tokens of programs.

use super::rules::{ASKS, MISSES, PREFIX};
use super::{ApiTokenId, store};
use crate::accounts::actions::throttle;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;
use crate::members::audit::store as audit;
use crate::tokens::{self, Token};

/// Makes a token and answers with it: it is not to be had again.
///
/// # Errors
/// When the database fails.
pub fn make(conn: &mut Conn, by: MemberId, name: &str, now: Time) -> Result<String, Error> {
    let token = format!("{PREFIX}{}", Token::new()?.as_str());
    store::insert(conn, name, &tokens::hash(&token), by, now)?;
    audit::add(conn, Some(by), "make api token", name, "", now)?;
    Ok(token)
}

/// Ends a token.
///
/// # Errors
/// [`Error::NotFound`] when there is none that stands.
pub fn end(conn: &mut Conn, by: MemberId, id: ApiTokenId, now: Time) -> Result<(), Error> {
    if !store::end(conn, id, now)? {
        return Err(Error::NotFound);
    }
    Ok(audit::add(conn, Some(by), "end api token", &format!("token {}", id.0), "", now)?)
}

/// What became of a try to use a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It may ask.
    Granted,
    /// There is no such token.
    Unknown,
    /// It was used too often.
    TooOften {
        /// When to try again.
        seconds: i64,
    },
}

/// Counts a use of a token that came from `address`. The count stands whatever is answered.
///
/// # Errors
/// When the database fails.
pub fn count(conn: &mut Conn, token: Option<&str>, address: &str, now: Time) -> Result<Use, Error> {
    let found = match token {
        Some(token) => store::used(conn, &tokens::hash(token), now)?,
        None => None,
    };
    let (name, limit, use_) = match found {
        Some(id) => (format!("api token {}", id.0), ASKS, Use::Granted),
        None => (format!("api from {address}"), MISSES, Use::Unknown),
    };
    match throttle(conn, &name, limit, now) {
        Ok(()) => Ok(use_),
        Err(Error::TooMany { seconds }) => Ok(Use::TooOften { seconds }),
        Err(error) => Err(error),
    }
}
