//! Liking and taking it back, with the counters of the post and its author.

use super::{rules, store};
use crate::boards::rules::{Standing, find_readable};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::events::rules::Event;
use crate::threads::PostId;
use crate::threads::actions::Author;
use crate::threads::store::{self as threads, Place};
use crate::{boards, events, members};

/// How a post stands after a click.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The post.
    pub place: Place,
    /// How many like it.
    pub likes: i64,
    /// Whether whoever clicked does.
    pub liked: bool,
}

/// Likes a post. A second time changes nothing.
///
/// # Errors
/// When they may not like it, or [`Error::NotFound`] where they may not read it.
pub fn like(conn: &mut Conn, by: &Author, post: PostId, now: Time) -> Result<Outcome, Error> {
    let place = open_post(conn, post, &by.standing)?;
    let forbidden = |why: rules::MayNotLike| Error::Forbidden(why.to_string().into());
    rules::may_like(place.author == by.id, place.is_removed, by.email_confirmed).map_err(forbidden)?;
    if !store::add(conn, post, by.id, now)? {
        return Ok(Outcome { likes: store::count(conn, post)?, place, liked: true });
    }
    let (likes, removed_at) = store::add_count(conn, post, 1)?;
    if removed_at.is_some() {
        // Somebody removed it since it was looked at.
        return Err(forbidden(rules::MayNotLike::Removed));
    }
    if place.audience.is_everyone() {
        members::store::add_likes_received(conn, place.author, 1)?;
    }
    events::store::add(conn, &Event::Liked { post, by: by.id }, now)?;
    Ok(Outcome { place, likes, liked: true })
}

/// Takes a like back. Where there is none, nothing changes.
///
/// # Errors
/// [`Error::NotFound`] where they may not read the post.
pub fn unlike(conn: &mut Conn, by: &Author, post: PostId) -> Result<Outcome, Error> {
    let place = open_post(conn, post, &by.standing)?;
    if !store::take(conn, post, by.id)? {
        return Ok(Outcome { likes: store::count(conn, post)?, place, liked: false });
    }
    let (likes, removed_at) = store::add_count(conn, post, -1)?;
    if place.audience.is_everyone() && removed_at.is_none() {
        members::store::add_likes_received(conn, place.author, -1)?;
    }
    Ok(Outcome { place, likes, liked: false })
}

/// Where a post stands, if this person may read there.
///
/// # Errors
/// [`Error::NotFound`] where there is no such post, or its board or thread is closed to them.
pub fn open_post(conn: &mut Conn, post: PostId, standing: &Standing) -> Result<Place, Error> {
    let place = threads::place_of(conn, post)?.ok_or(Error::NotFound)?;
    let boards = boards::store::all(conn)?;
    find_readable(&boards, place.board, standing).ok_or(Error::NotFound)?;
    if place.audience.includes(standing) { Ok(place) } else { Err(Error::NotFound) }
}
