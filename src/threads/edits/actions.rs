//! Editing posts and titles, hiding revisions, adding official notes: each with its marks, its history and its act in
//! one transaction.

use super::rules::{self, BadLabel, Circumstances, Editor, EditsAs, MayNotEdit, Reliance, Why};
use super::store::{self, Editable, Mark, NewWords};
use crate::acts::actions::{About, record};
use crate::acts::rules::{ActKind, Actor, Grounds};
use crate::boards::rules::{Board, Standing};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::events::rules::Event;
use crate::text::names::{Title, slug};
use crate::threads::actions::{Written, find_open};
use crate::threads::moving::store::{NewEvent, Trace, add_event};
use crate::threads::rules::{Posted, ThreadKind};
use crate::threads::store::{self as threads, Thread};
use crate::threads::talk::rules::Noted;
use crate::threads::{PostId, ThreadId, talk};
use crate::{events, members, uploads};

/// A post where whoever edits finds it.
#[derive(Clone, Debug)]
pub struct Found {
    /// The post with its words.
    pub post: Editable,
    /// Its thread.
    pub thread: Thread,
    /// Its board.
    pub board: Board,
}

impl Found {
    /// Where it stands.
    #[must_use]
    pub fn posted(&self) -> Posted {
        let (post, thread, slug) = (self.post.id, self.thread.id, self.thread.slug.clone());
        Posted { post, thread, slug, number: self.post.number }
    }
}

/// A post with its words, its thread and its board, where somebody of this standing may read the thread.
///
/// # Errors
/// [`Error::NotFound`] where there is no such post for them.
pub fn find(conn: &mut Conn, post: PostId, standing: &Standing) -> Result<Found, Error> {
    let post = store::editable(conn, post)?.ok_or(Error::NotFound)?;
    let (thread, board) = find_open(conn, post.thread, standing)?;
    Ok(Found { post, thread, board })
}

/// What an editor wants a post to say.
#[derive(Clone, Debug)]
pub struct NewVersion {
    /// The words, rendered before the transaction begins.
    pub written: Written,
    /// How many characters of the version below they change.
    pub changed: usize,
    /// The version that they were written from.
    pub version: i64,
    /// Why.
    pub why: Why,
}

/// What came of an edit.
#[derive(Clone, Debug)]
pub enum Edited {
    /// The post says it now, or said it already.
    Saved(Posted),
    /// Somebody else was quicker: nothing was changed, and this is what the post says.
    Overtaken(Box<Found>),
}

/// Edits a post.
///
/// # Errors
/// When there is no such post for the editor, or they may not edit it.
pub fn edit(
    conn: &mut Conn,
    editor: &Editor,
    post: PostId,
    new: &NewVersion,
    now: Time,
) -> Result<Edited, Error> {
    let found = find(conn, post, &editor.standing)?;
    let edits_as = rules::may_edit(editor, found.post.subject(found.thread.locked), now)
        .map_err(|why| forbidden(&why))?;
    if rules::is_same(&found.post.body, &new.written.body) {
        return Ok(Edited::Saved(found.posted()));
    }
    let words = NewWords { body: &new.written.body, html: &new.written.html };
    if found.post.version != new.version || !store::set_words(conn, post, new.version, words)? {
        return Ok(Edited::Overtaken(Box::new(find(conn, post, &editor.standing)?)));
    }
    if !is_within_grace(conn, &found.post, edits_as, new.changed, now)? {
        let mark = Mark { by: editor.id, edits_as, at: now, reason: new.why.words() };
        leave_mark(conn, &found.post, words, mark)?;
    }
    if let EditsAs::Moderator(actor) = edits_as {
        let Why::Act(grounds) = &new.why else {
            return Err(Error::refused(crate::acts::rules::NoRule));
        };
        record(conn, ActKind::Edit, actor, grounds, about(&found), now)?;
    }
    follow_words(conn, post, &new.written, now)?;
    Ok(Edited::Saved(found.posted()))
}

/// Corrects the first post of an announcement: always a revision, with the reason beside it.
///
/// # Errors
/// When the thread has no first post, or somebody else edits it at this moment.
pub fn correct(
    conn: &mut Conn,
    by: Actor,
    thread: ThreadId,
    written: &Written,
    reason: &str,
    now: Time,
) -> Result<(), Error> {
    let first = threads::in_range(conn, thread, 1, 1)?.into_iter().next().ok_or(Error::NotFound)?;
    let post = store::editable(conn, first.id)?.ok_or(Error::NotFound)?;
    let words = NewWords { body: &written.body, html: &written.html };
    if !store::set_words(conn, post.id, post.version, words)? {
        return Err(Error::Conflict("Somebody else edits this at the moment. Please look again.".into()));
    }
    let edits_as = if post.author == by.id { EditsAs::Author } else { EditsAs::Moderator(by) };
    leave_mark(conn, &post, words, Mark { by: by.id, edits_as, at: now, reason })?;
    follow_words(conn, post.id, written, now)
}

fn is_within_grace(
    conn: &mut Conn,
    post: &Editable,
    edits_as: EditsAs,
    changed: usize,
    now: Time,
) -> Result<bool, Error> {
    let relied_on = if post.edited_at.is_some() {
        Some(Reliance::Marked)
    } else if store::is_watched(conn, post.id)? {
        Some(Reliance::Reported)
    } else if store::is_answered(conn, post)? {
        Some(Reliance::Answered)
    } else {
        store::is_quoted(conn, post.id)?.then_some(Reliance::Quoted)
    };
    let circumstances = Circumstances { edits_as, written_at: post.created_at, changed, relied_on };
    Ok(rules::is_within_grace(&circumstances, now))
}

/// Marks a post as edited and writes its new version into its history; before the first, what it said until now.
fn leave_mark(conn: &mut Conn, before: &Editable, words: NewWords<'_>, mark: Mark<'_>) -> Result<(), Error> {
    let last = store::last_revision(conn, before.id)?;
    if last.is_none() {
        let first = Mark { by: before.author, edits_as: EditsAs::Author, at: before.created_at, reason: "" };
        store::insert_revision(conn, before.id, 1, before.format, &before.body, first)?;
    }
    let last = last.unwrap_or(1);
    store::insert_revision(conn, before.id, last + 1, before.format, words.body, mark)?;
    store::set_mark(conn, before.id, mark)?;
    Ok(())
}

/// What else follows a post's words when they change: whom they name and what they quote. Those who were named or
/// quoted before are not told again.
fn follow_words(conn: &mut Conn, post: PostId, written: &Written, now: Time) -> Result<(), Error> {
    let Noted { mentioned, quoted } = talk::actions::note(conn, post, written)?;
    uploads::actions::note(conn, post, &written.body)?;
    events::store::add(conn, &Event::Edited { post, mentioned, quoted }, now)?;
    Ok(())
}

fn about(found: &Found) -> About {
    About {
        member: Some(found.post.author),
        thread: Some(found.thread.id),
        post: Some(found.post.id),
        ..About::default()
    }
}

fn forbidden(why: &MayNotEdit) -> Error {
    Error::Forbidden(why.to_string().into())
}

/// Takes the words of one revision out of the history; a stub with the reason stays.
///
/// # Errors
/// When there is no such revision, it is hidden already, or it is what the post says now.
pub fn hide_revision(
    conn: &mut Conn,
    by: (Actor, &Standing),
    post: PostId,
    revision: i64,
    grounds: &Grounds,
    now: Time,
) -> Result<(), Error> {
    let (actor, standing) = by;
    let found = find(conn, post, standing)?;
    let last = store::last_revision(conn, post)?.ok_or(Error::NotFound)?;
    if !(1..=last).contains(&revision) {
        return Err(Error::NotFound);
    }
    if revision == last {
        return Err(Error::Conflict(
            "This is what the post says now. Edit the post first, then hide this revision.".into(),
        ));
    }
    if !store::hide_revision(conn, post, revision, actor.id, &grounds.reason, now)? {
        return Err(Error::Conflict("This revision is hidden already.".into()));
    }
    record(conn, ActKind::HideRevision, actor, grounds, about(&found), now)?;
    Ok(())
}

/// Adds an official note below a member's post; their words stay as they are.
///
/// # Errors
/// When there is no such post, or it was removed.
pub fn add_note(
    conn: &mut Conn,
    by: (Actor, &Standing),
    post: PostId,
    written: &Written,
    grounds: &Grounds,
    now: Time,
) -> Result<Posted, Error> {
    let (actor, standing) = by;
    let found = find(conn, post, standing)?;
    if found.post.is_removed {
        return Err(Error::Conflict("This post was removed, so there is nothing to add a note to.".into()));
    }
    store::insert_note(conn, post, actor, NewWords { body: &written.body, html: &written.html }, now)?;
    record(conn, ActKind::Note, actor, grounds, about(&found), now)?;
    Ok(found.posted())
}

/// Takes an official note away.
///
/// # Errors
/// When there is no such note.
pub fn remove_note(
    conn: &mut Conn,
    by: (Actor, &Standing),
    post: PostId,
    note: i64,
    now: Time,
) -> Result<Posted, Error> {
    let (actor, standing) = by;
    let found = find(conn, post, standing)?;
    if !store::remove_note(conn, post, note)? {
        return Err(Error::NotFound);
    }
    members::store::audit(conn, Some(actor.id), "note-removed", &format!("post {}", post.0), "", now)?;
    Ok(found.posted())
}

/// What a thread is to be called, and what it is for.
#[derive(Clone, Debug)]
pub struct NewTitle {
    /// Its title.
    pub title: Title,
    /// Its label, as the form says it; empty where it stays.
    pub label: String,
    /// What a moderator's act rests on.
    pub grounds: Option<Grounds>,
}

/// Changes a thread's title and label, and answers with its address. Lines in the thread say what they were.
///
/// # Errors
/// When there is no such thread for the editor, or they may not change it.
pub fn retitle(
    conn: &mut Conn,
    editor: &Editor,
    thread: ThreadId,
    new: &NewTitle,
    now: Time,
) -> Result<String, Error> {
    let (found, _) = find_open(conn, thread, &editor.standing)?;
    let edits_as = may_retitle(editor, &found, now).map_err(|why| forbidden(&why))?;
    let kind = rules::label(&new.label, found.kind).map_err(Error::refused)?;
    if found.kind == ThreadKind::Question && kind != found.kind && store::has_accepted(conn, thread)? {
        return Err(Error::refused(BadLabel::Answered));
    }
    let title = new.title.as_str();
    if title == found.title && kind == found.kind {
        return Ok(found.path());
    }
    let slug = slug(title);
    store::set_title(conn, thread, title, &slug, kind)?;
    let reason = new.grounds.as_ref().map_or("", |grounds| &grounds.reason);
    let trace = Trace { by: editor.id, at: now, reason };
    let event = NewEvent { thread, after: found.last_number, kind: "title", detail: &found.title, path: "" };
    if title != found.title {
        add_event(conn, event, trace)?;
    }
    if kind != found.kind {
        add_event(conn, NewEvent { kind: "label", detail: found.kind.title(), ..event }, trace)?;
    }
    if let EditsAs::Moderator(actor) = edits_as {
        let grounds = new.grounds.as_ref().ok_or_else(|| Error::refused(crate::acts::rules::NoRule))?;
        let about = About { member: Some(found.author), thread: Some(thread), ..About::default() };
        record(conn, ActKind::Retitle, actor, grounds, about, now)?;
    }
    Ok(crate::paths::thread(thread.0, &slug))
}

/// As what somebody may change this thread's title, if they may.
///
/// # Errors
/// The reason, in words for them.
pub fn may_retitle(editor: &Editor, thread: &Thread, now: Time) -> Result<EditsAs, MayNotEdit> {
    if thread.merged_into.is_some() {
        return Err(MayNotEdit::Merged);
    }
    let subject = rules::Subject { author: thread.author, is_locked: thread.locked, is_removed: false };
    rules::may_retitle(editor, subject, thread.created_at, now)
}
