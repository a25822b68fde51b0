//! Looking at what is about to be posted, and deciding on what was held.

use chrono::TimeDelta;

use super::HeldId;
use super::rules::{self, Limits, TooManyLinks};
use super::store::{self, Held, NewHeld};
use crate::accounts::rules::may_write;
use crate::acts::ActId;
use crate::boards::BoardId;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::events::rules::Event;
use crate::members::{self, MemberId};
use crate::text::known::Named;
use crate::text::names::Title;
use crate::threads::actions::{self, Rendered, Written};
use crate::threads::rules::{Body, Posted, ThreadKind};
use crate::threads::talk::{self, rules::Pointed};
use crate::threads::{PostId, ThreadId};
use crate::{accounts, acts, boards, events, threads};

/// Where words are to stand.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// Below others.
    Reply(ThreadId),
    /// At the head of a thread of their own.
    Thread(&'a Title, ThreadKind),
}

/// Whether words may be posted now: `None` where they may, and their number where they were held instead. Asked
/// in the transaction that posts them.
///
/// # Errors
/// When the author may not write at present, or posts too much.
pub fn check(
    conn: &mut Conn,
    author: MemberId,
    board: BoardId,
    target: Target<'_>,
    written: &Written,
    now: Time,
) -> Result<Option<HeldId>, Error> {
    let poster = store::poster(conn, author)?;
    may_write(poster.silenced_until, poster.suspended_until, now)
        .map_err(|barred| Error::Forbidden(barred.to_string().into()))?;
    if poster.is_staff() {
        return Ok(None);
    }
    let limits = store::limits(conn)?;
    let links = rules::links_in(written.html.as_str());
    if poster.is_newcomer(&limits, now) {
        let hour = now - TimeDelta::hours(1);
        // A row of nobody else's, so that two at once are not both the fifth; the member's own row comes later.
        accounts::store::count_try(conn, &format!("post {}", author.0), hour, now)?;
        let lately = store::posted_since(conn, author, hour, limits.in_an_hour.max(1))?;
        if let Some(wait) = rules::wait(&limits, &lately, now) {
            return Err(Error::TooMany { seconds: wait.num_seconds().max(1) });
        }
        if links > limits.newcomer_links {
            return Err(Error::refused(TooManyLinks { most: limits.newcomer_links, found: links }));
        }
    }
    let Some(why) = rules::why_held(&limits, &written.body, links) else {
        return Ok(None);
    };
    let (thread, title, kind) = match target {
        Target::Reply(thread) => (Some(thread), "", ThreadKind::Discussion),
        Target::Thread(title, kind) => (None, title.as_str(), kind),
    };
    let request_id = written.request_id.as_deref();
    let new = NewHeld { board, thread, title, kind, body: &written.body, author, request_id, why };
    Ok(Some(store::insert(conn, &new, now)?))
}

/// The words of something held, rendered before the transaction that lets it through.
///
/// # Errors
/// When they are no post's words, which they were when they were held.
pub fn rendered(held: &Held) -> Result<Rendered, Error> {
    Ok(Rendered::new(&Body::parse(&held.body).map_err(Error::refused)?))
}

/// What these words point at, as far as their author may now, whoever lets them through.
///
/// # Errors
/// When the database fails.
pub fn pointed(conn: &mut Conn, held: &Held, named: &Named) -> Result<Pointed, Error> {
    let standing = boards::actions::standing_of(conn, held.author)?;
    talk::actions::look_up(conn, held.author, &standing, named)
}

fn settled() -> Error {
    Error::Conflict("Somebody decided on this already.".into())
}

/// Lets something through: it is posted under its author's name, now.
///
/// # Errors
/// When it was decided on already.
pub fn approve(
    conn: &mut Conn,
    held: &Held,
    written: &Written,
    by: MemberId,
    now: Time,
) -> Result<Posted, Error> {
    if !store::decide(conn, held.id, by, "approved", now)? {
        return Err(settled());
    }
    let posted = if let Some(thread) = held.thread {
        // An answer goes where the thread's posts went.
        let into = threads::store::find(conn, thread)?.and_then(|thread| thread.merged_into);
        actions::add_reply(conn, held.author, into.unwrap_or(thread), written, now)?
    } else {
        let title = Title::parse(&held.title).map_err(Error::refused)?;
        actions::add_thread(conn, held.author, held.board, &title, held.kind, written, now)?
    };
    store::became(conn, held.id, Some(posted.post), None)?;
    let subject = format!("held {}", held.id.0);
    members::store::audit(conn, Some(by), "held-approved", &subject, &post_subject(posted.post), now)?;
    events::store::add(conn, &Event::HoldDecided { held: held.id.0 }, now)?;
    Ok(posted)
}

fn post_subject(post: PostId) -> String {
    format!("post {}", post.0)
}

/// Refuses something that was held; its author is told of the act.
///
/// # Errors
/// When it was decided on already, or the rule is none of those in force.
pub fn refuse(
    conn: &mut Conn,
    held: &Held,
    by: acts::rules::Actor,
    grounds: &acts::rules::Grounds,
    now: Time,
) -> Result<ActId, Error> {
    if !store::decide(conn, held.id, by.id, "refused", now)? {
        return Err(settled());
    }
    let about = acts::actions::About { member: Some(held.author), thread: held.thread, ..Default::default() };
    let act = acts::actions::record(conn, acts::rules::ActKind::Refuse, by, grounds, about, now)?;
    store::became(conn, held.id, None, Some(act))?;
    events::store::add(conn, &Event::HoldDecided { held: held.id.0 }, now)?;
    Ok(act)
}

/// Changes the limits.
///
/// # Errors
/// When the database fails.
pub fn set_limits(conn: &mut Conn, limits: &Limits, by: MemberId, now: Time) -> Result<(), Error> {
    store::set_limits(conn, limits)?;
    let text = serde_json::to_string(limits).map_err(|cause| Error::internal(cause.to_string()))?;
    members::store::audit(conn, Some(by), "limits-set", "posting-limits", &text, now)?;
    Ok(())
}
