//! Making a link for the phone, opening it, and ending.

use data_encoding::BASE64URL_NOPAD;

use super::HandoverId;
use super::rules::{OPENS, SENDS, Stage};
use super::store::{self, Handover};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::sealing::Keys;
use crate::tokens::{self, Token};
use crate::verification::CaseId;
use crate::verification::document::store as cases;
use crate::verification::document::store::Case;

/// What is said of a link that cannot be used.
pub const USED_UP: &str = "This link was used already, or its 10 minutes are over. Make a new one on your computer, and scan it again.";

/// The secret of a handover's link. It follows from the number and the site's key, so that the computer can show it
/// again though the database holds no more than its hash.
#[must_use]
pub fn link(keys: &Keys, id: HandoverId) -> String {
    BASE64URL_NOPAD.encode(&keys.mac("handover", &[&id.0.to_string()]))
}

/// Makes a link for the phone; those made before end.
///
/// # Errors
/// [`Error::Conflict`] when the case takes no images now.
pub fn make(conn: &mut Conn, keys: &Keys, case: &Case, now: Time) -> Result<HandoverId, Error> {
    if !takes_images(case) {
        return Err(Error::Conflict(
            "There is nothing to photograph now. Look at where your case stands.".into(),
        ));
    }
    store::end_all(conn, case.id, now)?;
    let id = store::insert(conn, case.id, &Token::new()?.hash(), now, now + OPENS)?;
    store::set_link(conn, id, &tokens::hash(&link(keys, id)))?;
    Ok(id)
}

/// Whether images can be sent for a case now.
#[must_use]
pub fn takes_images(case: &Case) -> bool {
    case.place.0.is_with_member() && case.kind.is_some()
}

/// A phone opens the link: it is used up, and whoever holds the cookie may send images of this one case.
///
/// # Errors
/// [`Error::Refused`] when the link was used, or is over.
pub fn open(conn: &mut Conn, link: &str, cookie: &Token, now: Time) -> Result<CaseId, Error> {
    let opened = store::open(conn, &tokens::hash(link), &cookie.hash(), now, now + SENDS)?;
    opened.ok_or_else(|| Error::Refused(USED_UP.to_owned()))
}

/// The handover and the case of the phone that holds this cookie, while it may send.
///
/// # Errors
/// [`Error::NotFound`] when it may not.
pub fn of_cookie(conn: &mut Conn, cookie: &str, now: Time) -> Result<(Handover, Case), Error> {
    let handover = store::by_cookie(conn, &tokens::hash(cookie))?.ok_or(Error::NotFound)?;
    let case = cases::find(conn, handover.case)?.filter(takes_images).ok_or(Error::NotFound)?;
    if handover.stage(now) == Stage::Open { Ok((handover, case)) } else { Err(Error::NotFound) }
}

/// The phone is done.
///
/// # Errors
/// [`Error::NotFound`] when it may not send any more.
pub fn finish(conn: &mut Conn, cookie: &str, now: Time) -> Result<(), Error> {
    let (handover, _) = of_cookie(conn, cookie, now)?;
    store::finish(conn, handover.id, now)?;
    Ok(())
}
