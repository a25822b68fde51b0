//! The thread of an announcement: begun by whoever may announce, and corrected.

use super::{Author, Written, add_post, forbidden};
use crate::boards::rules::{find_readable, may_write};
use crate::boards::{Audience, BoardId};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::events::rules::Event;
use crate::text::names::{Title, slug};
use crate::threads::rules::{Posted, ThreadKind};
use crate::threads::store::{self, NewThread};
use crate::{boards, events};

/// What an announcement's thread begins with.
#[derive(Clone, Debug)]
pub struct Announcing<'a> {
    /// Where it stands.
    pub board: BoardId,
    /// Its title.
    pub title: &'a Title,
    /// Who it exists for.
    pub audience: Audience,
    /// Whether it stands above the others.
    pub pinned: bool,
    /// Whether it takes no comments.
    pub locked: bool,
    /// When comments begin, where they do not begin at once.
    pub comments_from: Option<Time>,
}

/// Starts an announcement's thread with its first post.
///
/// # Errors
/// When the author may not announce there.
pub fn announce(
    conn: &mut Conn,
    author: &Author,
    new: &Announcing<'_>,
    written: &Written,
    now: Time,
) -> Result<Posted, Error> {
    let boards = boards::store::all(conn)?;
    let board = find_readable(&boards, new.board, &author.standing).ok_or(Error::NotFound)?;
    may_write(board, &author.standing, author.email_confirmed).map_err(forbidden)?;
    if !ThreadKind::open_to(&author.standing).contains(&ThreadKind::Announcement) {
        return Err(Error::Forbidden("Only community managers start announcements.".into()));
    }
    let slug = slug(new.title.as_str());
    let row = NewThread {
        id: None,
        board: board.id,
        title: new.title.as_str(),
        slug: &slug,
        kind: ThreadKind::Announcement,
        author: author.id,
        at: now,
        audience: new.audience,
    };
    let thread = store::insert_thread(conn, &row)?;
    store::set_announced(conn, thread, new.pinned, new.locked, new.comments_from)?;
    if new.audience.is_everyone() {
        boards::store::add_counts(conn, board.id, 1, 0)?;
    }
    let post = add_post(conn, author.id, thread, written, now)?;
    events::store::add(conn, &Event::Announced { thread }, now)?;
    Ok(Posted { post, thread, slug, number: 1 })
}
