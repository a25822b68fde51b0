//! Accepting an answer and taking that back, with the counters of the authors.

use super::{rules, store};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::events;
use crate::events::rules::Event;
use crate::threads::actions::Author;
use crate::threads::likes::actions::open_post;
use crate::threads::store::{self as threads, Place};
use crate::threads::{PostId, credit};

/// Accepts an answer, in place of the one accepted before. A second time changes nothing.
///
/// # Errors
/// When they may not, or the post cannot be accepted.
pub fn accept(conn: &mut Conn, by: &Author, post: PostId, now: Time) -> Result<Place, Error> {
    let (place, thread) = decided_by(conn, by, post)?;
    rules::can_be_accepted(thread.kind, place.number, place.is_removed).map_err(refused)?;
    let before = store::current(conn, thread.id)?;
    if before.is_some_and(|(accepted, _)| accepted == post) {
        return Ok(place);
    }
    store::delete(conn, thread.id)?;
    store::insert(conn, thread.id, post, by.id, now)?;
    let authors: Vec<_> = before.map(|(_, author)| author).into_iter().chain([place.author]).collect();
    credit::recount(conn, &authors)?;
    events::store::add(conn, &Event::Accepted { post, by: by.id }, now)?;
    Ok(place)
}

/// Takes an acceptance back. Where the post is not the accepted one, nothing changes.
///
/// # Errors
/// When they may not.
pub fn unaccept(conn: &mut Conn, by: &Author, post: PostId) -> Result<Place, Error> {
    let (place, thread) = decided_by(conn, by, post)?;
    if store::current(conn, thread.id)?.is_some_and(|(accepted, _)| accepted == post) {
        store::delete(conn, thread.id)?;
        credit::recount(conn, &[place.author])?;
    }
    Ok(place)
}

/// A post and its thread, where this person decides what is accepted.
fn decided_by(conn: &mut Conn, by: &Author, post: PostId) -> Result<(Place, threads::Thread), Error> {
    let place = open_post(conn, post, &by.standing)?;
    let thread = threads::find(conn, place.thread)?.ok_or(Error::NotFound)?;
    rules::may_decide(thread.author == by.id, &by.standing.roles, by.email_confirmed).map_err(refused)?;
    Ok((place, thread))
}

fn refused(why: rules::MayNotAccept) -> Error {
    if why.is_about_rights() { Error::Forbidden(why.to_string().into()) } else { Error::refused(why) }
}
