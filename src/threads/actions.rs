//! Starting threads and answering in them, each with its counters in one transaction.

mod announcing;

pub use announcing::{Announcing, announce};

use super::drafts::rules::{Place, Words};
use super::holding::actions::{Target, check};
use super::rules::{self, Body, Held, Kept, Outcome, Posted, ThreadKind};
use super::store::{self, NewPost, NewThread};
use super::talk::rules::Pointed;
use super::{PostId, ThreadId, drafts, holding, talk};
use crate::badges::rules::{Badge, held_codes};
use crate::boards::rules::{Board, Standing, find_readable, may_write};
use crate::boards::{Audience, BoardId};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::events::rules::Event;
use crate::members::{self, MemberId};
use crate::text::known::{self, Named};
use crate::text::names::{Title, slug};
use crate::text::{Format, SafeHtml, render};
use crate::{badges, boards, events, gates, uploads};

/// Who writes, and what they may.
#[derive(Clone, Debug)]
pub struct Author {
    /// Who.
    pub id: MemberId,
    /// What they are, as far as boards care.
    pub standing: Standing,
    /// Whether their e-mail address is confirmed.
    pub email_confirmed: bool,
}

/// A post's words with their HTML, before anybody looked up what they point at.
#[derive(Clone, Debug)]
pub struct Rendered {
    body: String,
    html: SafeHtml,
    /// What the words name.
    pub named: Named,
}

impl Rendered {
    /// Renders a post's words.
    #[must_use]
    pub fn new(body: &Body) -> Self {
        let html = render(Format::Markdown, body.as_str());
        Self { named: known::named(&html), body: body.as_str().to_owned(), html }
    }

    /// The words with what they point at.
    #[must_use]
    pub fn pointing(self, pointed: Pointed, request_id: Option<String>) -> Written {
        let html = known::dress(&self.html, &pointed.known);
        Written { body: self.body, html, pointed, request_id }
    }
}

/// Words, rendered before the transaction begins: rendering must not hold the writer up.
#[derive(Clone, Debug)]
pub struct Written {
    /// The words as typed.
    pub body: String,
    /// What readers see.
    pub html: SafeHtml,
    /// The members and posts they point at.
    pub pointed: Pointed,
    /// Of the form they were sent with.
    pub request_id: Option<String>,
}

impl Written {
    /// Renders a post's words, which point at nothing.
    #[must_use]
    pub fn new(body: &Body, request_id: Option<String>) -> Self {
        Rendered::new(body).pointing(Pointed::default(), request_id)
    }
}

/// Starts a thread with its first post, or holds it for a look; where a gate stands before it, it is kept as a
/// draft. Sent twice with the same request id, it answers with the first.
///
/// # Errors
/// When the author may not write there.
pub fn start(
    conn: &mut Conn,
    author: &Author,
    board: &str,
    title: &Title,
    kind: ThreadKind,
    written: &Written,
    now: Time,
) -> Result<Outcome, Error> {
    if let Some(outcome) = sent_before(conn, author.id, written)? {
        return Ok(outcome);
    }
    let boards = boards::store::all(conn)?;
    let board = boards.iter().find(|one| one.slug == board).ok_or(Error::NotFound)?;
    let board = find_readable(&boards, board.id, &author.standing).ok_or(Error::NotFound)?;
    may_write(board, &author.standing, author.email_confirmed).map_err(forbidden)?;
    if !ThreadKind::open_to(&author.standing).contains(&kind) {
        return Err(Error::Forbidden("Only community managers start announcements.".into()));
    }
    let place = Place::Board(board.id);
    if let Some(blocked) = gates::actions::blocked(conn, author.id, board.id)? {
        let body = written.body.clone();
        let words = Words { title: title.as_str().to_owned(), kind: kind.code().to_owned(), body };
        let draft = drafts::actions::keep(conn, author.id, place, words, now)?;
        return Ok(Outcome::Blocked(Box::new(Kept { blocked, draft })));
    }
    drafts::store::delete(conn, author.id, place)?;
    if let Some(held) = check(conn, author.id, board.id, Target::Thread(title, kind), written, now)? {
        return Ok(Outcome::Held(held));
    }
    add_thread(conn, author.id, board.id, title, kind, written, now).map(Outcome::Posted)
}

/// Writes a thread with its first post, whoever may do so was asked before.
pub(super) fn add_thread(
    conn: &mut Conn,
    author: MemberId,
    board: BoardId,
    title: &Title,
    kind: ThreadKind,
    written: &Written,
    now: Time,
) -> Result<Posted, Error> {
    let slug = slug(title.as_str());
    let new = NewThread {
        id: None,
        board,
        title: title.as_str(),
        slug: &slug,
        kind,
        author,
        at: now,
        audience: Audience::EVERYONE,
    };
    let thread = store::insert_thread(conn, &new)?;
    boards::store::add_counts(conn, board, 1, 0)?;
    let post = add_post(conn, author, thread, written, now)?;
    Ok(Posted { post, thread, slug, number: 1 })
}

/// Answers in a thread, or holds the answer for a look; where a gate stands before it, it is kept as a draft. Sent
/// twice with the same request id, it answers with the first.
///
/// # Errors
/// When the author may not write there, or the thread is locked.
pub fn reply(
    conn: &mut Conn,
    author: &Author,
    thread: ThreadId,
    written: &Written,
    now: Time,
) -> Result<Outcome, Error> {
    if let Some(outcome) = sent_before(conn, author.id, written)? {
        return Ok(outcome);
    }
    let (found, board) = find_open(conn, thread, &author.standing)?;
    if found.merged_into.is_some() {
        return Err(forbidden("This thread was merged into another one. Answer there."));
    }
    rules::may_reply(&board, found.kind, found.locked, &author.standing, author.email_confirmed)
        .map_err(forbidden)?;
    rules::comments_open(found.comments_from, &author.standing, now).map_err(forbidden)?;
    let place = Place::Thread(thread);
    if let Some(blocked) = gates::actions::blocked(conn, author.id, board.id)? {
        let words = Words { body: written.body.clone(), ..Words::default() };
        let draft = drafts::actions::keep(conn, author.id, place, words, now)?;
        return Ok(Outcome::Blocked(Box::new(Kept { blocked, draft })));
    }
    drafts::store::delete(conn, author.id, place)?;
    if let Some(held) = check(conn, author.id, board.id, Target::Reply(thread), written, now)? {
        return Ok(Outcome::Held(held));
    }
    add_reply(conn, author.id, thread, written, now).map(Outcome::Posted)
}

/// Writes an answer, whoever may do so was asked before.
pub(super) fn add_reply(
    conn: &mut Conn,
    author: MemberId,
    thread: ThreadId,
    written: &Written,
    now: Time,
) -> Result<Posted, Error> {
    let slug = store::find(conn, thread)?.ok_or(Error::NotFound)?.slug;
    let post = add_post(conn, author, thread, written, now)?;
    let number = store::number_of(conn, post)?;
    Ok(Posted { post, thread, slug, number })
}

/// The thread and its board, where this person may read it.
///
/// # Errors
/// [`Error::NotFound`] where there is no such thread, or the board is closed to them.
pub fn find_open(
    conn: &mut Conn,
    thread: ThreadId,
    standing: &Standing,
) -> Result<(store::Thread, Board), Error> {
    let boards = boards::store::all(conn)?;
    let found = store::find(conn, thread)?.ok_or(Error::NotFound)?;
    let board = find_readable(&boards, found.board, standing).ok_or(Error::NotFound)?.clone();
    if !found.audience.includes(standing) {
        return Err(Error::NotFound);
    }
    Ok((found, board))
}

fn forbidden(why: impl std::fmt::Display) -> Error {
    Error::Forbidden(why.to_string().into())
}

/// What an author sent with the same form before. A second that comes while the first is being written
/// fails on the unique key; its page looks here again.
///
/// # Errors
/// When the database fails.
pub fn sent_before(conn: &mut Conn, author: MemberId, written: &Written) -> Result<Option<Outcome>, Error> {
    let Some(request_id) = &written.request_id else {
        return Ok(None);
    };
    if let Some(posted) = store::by_request(conn, author, request_id)? {
        return Ok(Some(Outcome::Posted(posted)));
    }
    Ok(holding::store::by_request(conn, author, request_id)?.map(Outcome::Held))
}

/// Gives the next number, writes the post and counts it: in its thread, its board and its author.
fn add_post(
    conn: &mut Conn,
    author: MemberId,
    thread: ThreadId,
    written: &Written,
    now: Time,
) -> Result<PostId, Error> {
    let (number, board, audience) = store::give_number(conn, thread, author, now)?;
    let held = held_by(conn, author, now)?;
    let new = NewPost {
        id: None,
        thread,
        number,
        author,
        at: now,
        format: Format::Markdown,
        body: &written.body,
        html: &written.html,
        held: &held,
        request_id: written.request_id.as_deref(),
    };
    let post = store::insert_post(conn, &new)?;
    if !written.pointed.is_empty() {
        talk::actions::note(conn, post, written)?;
    }
    uploads::actions::note_new(conn, post, &written.body)?;
    // What does not exist for everyone shows in no count either.
    if audience.is_everyone() {
        boards::store::add_counts(conn, board, 0, 1)?;
        members::store::add_posts(conn, author, 1)?;
    }
    store::follow(conn, author, thread)?;
    events::store::add(conn, &Event::Posted { post }, now)?;
    Ok(post)
}

/// What a member holds at this moment, for the post to keep.
fn held_by(conn: &mut Conn, member: MemberId, now: Time) -> Result<Held, Error> {
    let author = members::store::get(conn, member)?;
    let shown = badges::store::shown_by(conn, &[member], now)?;
    let badges: Vec<Badge> = shown.get(&member).into_iter().flatten().map(|one| one.badge).collect();
    Ok(Held { rank: author.rank, tier: author.tier, badges: held_codes(&badges) })
}
