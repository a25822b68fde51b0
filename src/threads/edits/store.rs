//! Posts as they are edited, their revisions and notes, in the database.

use diesel::prelude::*;

use super::rules::{EditsAs, Subject};
use crate::acts::rules::Actor;
use crate::clock::Time;
use crate::db::schema::{
    accepted_answers, acts, post_notes, post_quotes, post_revisions, posts, reports, threads,
};
use crate::db::{Conn, decode};
use crate::members::MemberId;
use crate::text::markdown::RENDERER_VERSION;
use crate::text::{Format, SafeHtml};
use crate::threads::rules::ThreadKind;
use crate::threads::{PostId, ThreadId};

/// A post with its words, as an editor finds it.
#[derive(Clone, Debug)]
pub struct Editable {
    /// The post.
    pub id: PostId,
    /// Its thread.
    pub thread: ThreadId,
    /// Its number there.
    pub number: i64,
    /// Who wrote it.
    pub author: MemberId,
    /// When.
    pub created_at: Time,
    /// What the words are written in.
    pub format: Format,
    /// The words.
    pub body: String,
    /// Counts each change of the words.
    pub version: i64,
    /// When it was edited last, with a mark.
    pub edited_at: Option<Time>,
    /// Whether it was removed.
    pub is_removed: bool,
}

impl Editable {
    /// What it is, as far as the right to edit it goes.
    #[must_use]
    pub fn subject(&self, is_locked: bool) -> Subject {
        Subject { author: self.author, is_locked, is_removed: self.is_removed }
    }
}

type EditableRow = (PostId, ThreadId, i64, MemberId, Time, String, String, i64, Option<Time>, Option<Time>);

/// A post with its words.
pub fn editable(conn: &mut Conn, id: PostId) -> QueryResult<Option<Editable>> {
    let row: Option<EditableRow> = posts::table
        .find(id)
        .select((
            posts::id,
            posts::thread_id,
            posts::number,
            posts::author_id,
            posts::created_at,
            posts::format,
            posts::body,
            posts::version,
            posts::edited_at,
            posts::removed_at,
        ))
        .first(conn)
        .optional()?;
    row.map(|(id, thread, number, author, created_at, format, body, version, edited_at, removed_at)| {
        let format = decode(&format, Format::parse)?;
        let is_removed = removed_at.is_some();
        Ok(Editable { id, thread, number, author, created_at, format, body, version, edited_at, is_removed })
    })
    .transpose()
}

/// Whether somebody else wrote in the thread after this post.
pub fn is_answered(conn: &mut Conn, post: &Editable) -> QueryResult<bool> {
    let after = posts::table
        .filter(posts::thread_id.eq(post.thread))
        .filter(posts::number.gt(post.number))
        .filter(posts::author_id.ne(post.author));
    diesel::select(diesel::dsl::exists(after)).get_result(conn)
}

/// Whether another post quotes this one.
pub fn is_quoted(conn: &mut Conn, post: PostId) -> QueryResult<bool> {
    let quotes = post_quotes::table.filter(post_quotes::quoted_id.eq(post));
    diesel::select(diesel::dsl::exists(quotes)).get_result(conn)
}

/// Whether others keep an eye on this post: somebody reported it, or staff acted on it.
pub fn is_watched(conn: &mut Conn, post: PostId) -> QueryResult<bool> {
    let acted = acts::table.filter(acts::post_id.eq(post));
    let reported = reports::table.filter(reports::post_id.eq(post));
    diesel::select(diesel::dsl::exists(acted).or(diesel::dsl::exists(reported))).get_result(conn)
}

/// New words of a post.
#[derive(Clone, Copy, Debug)]
pub struct NewWords<'a> {
    /// The words.
    pub body: &'a str,
    /// What readers see.
    pub html: &'a SafeHtml,
}

/// Replaces a post's words where they are still of this version, and says whether they were. Two who write at once
/// wait for each other here, and the second finds another version.
pub fn set_words(conn: &mut Conn, post: PostId, version: i64, words: NewWords<'_>) -> QueryResult<bool> {
    diesel::update(posts::table.find(post).filter(posts::version.eq(version)))
        .set((
            posts::body.eq(words.body),
            posts::html.eq(words.html.as_str()),
            posts::renderer.eq(i64::from(RENDERER_VERSION)),
            posts::version.eq(version + 1),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Who edits, when, as what and why.
#[derive(Clone, Copy, Debug)]
pub struct Mark<'a> {
    /// Who.
    pub by: MemberId,
    /// As what.
    pub edits_as: EditsAs,
    /// When.
    pub at: Time,
    /// Why.
    pub reason: &'a str,
}

/// Marks a post as edited.
pub fn set_mark(conn: &mut Conn, post: PostId, mark: Mark<'_>) -> QueryResult<()> {
    diesel::update(posts::table.find(post))
        .set((
            posts::edited_at.eq(mark.at),
            posts::edited_by.eq(mark.by),
            posts::edited_as.eq(mark.edits_as.code()),
            posts::edit_reason.eq(mark.reason),
        ))
        .execute(conn)
        .map(|_| ())
}

/// The number of a post's newest revision; none where it was never edited with a mark.
pub fn last_revision(conn: &mut Conn, post: PostId) -> QueryResult<Option<i64>> {
    post_revisions::table
        .filter(post_revisions::post_id.eq(post))
        .select(diesel::dsl::max(post_revisions::revision))
        .first(conn)
}

/// Writes a revision.
pub fn insert_revision(
    conn: &mut Conn,
    post: PostId,
    revision: i64,
    format: Format,
    body: &str,
    mark: Mark<'_>,
) -> QueryResult<()> {
    diesel::insert_into(post_revisions::table)
        .values((
            post_revisions::post_id.eq(post),
            post_revisions::revision.eq(revision),
            post_revisions::format.eq(format.code()),
            post_revisions::body.eq(body),
            post_revisions::editor_id.eq(mark.by),
            post_revisions::edited_as.eq(mark.edits_as.code()),
            post_revisions::reason.eq(mark.reason),
            post_revisions::written_at.eq(mark.at),
        ))
        .execute(conn)
        .map(|_| ())
}

/// A version of a post that was shown to others.
#[derive(Clone, Debug)]
pub struct Revision {
    /// Its number, from one on.
    pub number: i64,
    /// The words; empty where it is hidden.
    pub body: String,
    /// Who wrote it.
    pub editor: MemberId,
    /// Whether they wrote as a moderator.
    pub by_moderator: bool,
    /// Why.
    pub reason: String,
    /// When.
    pub written_at: Time,
    /// Why it is hidden, if it is.
    pub hidden: Option<String>,
}

type RevisionRow = (i64, String, MemberId, String, String, Time, Option<String>);

/// A post's revisions with numbers below this one, the newest first.
pub fn revisions_before(
    conn: &mut Conn,
    post: PostId,
    before: i64,
    limit: i64,
) -> QueryResult<Vec<Revision>> {
    let rows: Vec<RevisionRow> = post_revisions::table
        .filter(post_revisions::post_id.eq(post))
        .filter(post_revisions::revision.lt(before))
        .order(post_revisions::revision.desc())
        .limit(limit)
        .select((
            post_revisions::revision,
            post_revisions::body,
            post_revisions::editor_id,
            post_revisions::edited_as,
            post_revisions::reason,
            post_revisions::written_at,
            post_revisions::hidden_reason,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(number, body, editor, edited_as, reason, written_at, hidden)| Revision {
            number,
            body,
            editor,
            by_moderator: edited_as == "moderator",
            reason,
            written_at,
            hidden,
        })
        .collect())
}

/// Takes a revision's words out of the database, and says whether they were there.
pub fn hide_revision(
    conn: &mut Conn,
    post: PostId,
    revision: i64,
    by: MemberId,
    reason: &str,
    now: Time,
) -> QueryResult<bool> {
    let shown = post_revisions::table
        .filter(post_revisions::post_id.eq(post))
        .filter(post_revisions::revision.eq(revision))
        .filter(post_revisions::hidden_at.is_null());
    diesel::update(shown)
        .set((
            post_revisions::body.eq(""),
            post_revisions::hidden_at.eq(now),
            post_revisions::hidden_by.eq(by),
            post_revisions::hidden_reason.eq(reason),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Adds an official note below a post.
pub fn insert_note(
    conn: &mut Conn,
    post: PostId,
    by: Actor,
    words: NewWords<'_>,
    now: Time,
) -> QueryResult<i64> {
    diesel::insert_into(post_notes::table)
        .values((
            post_notes::post_id.eq(post),
            post_notes::author_id.eq(by.id),
            post_notes::role.eq(by.role.code()),
            post_notes::body.eq(words.body),
            post_notes::html.eq(words.html.as_str()),
            post_notes::written_at.eq(now),
        ))
        .returning(post_notes::id)
        .get_result(conn)
}

/// Takes a note away, and says whether it was there.
pub fn remove_note(conn: &mut Conn, post: PostId, note: i64) -> QueryResult<bool> {
    diesel::delete(post_notes::table.find(note).filter(post_notes::post_id.eq(post)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Changes a thread's title, its name in addresses and its label.
pub fn set_title(
    conn: &mut Conn,
    thread: ThreadId,
    title: &str,
    slug: &str,
    kind: ThreadKind,
) -> QueryResult<()> {
    diesel::update(threads::table.find(thread))
        .set((threads::title.eq(title), threads::slug.eq(slug), threads::kind.eq(kind.code())))
        .execute(conn)
        .map(|_| ())
}

/// Whether an answer is accepted in a thread.
pub fn has_accepted(conn: &mut Conn, thread: ThreadId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(accepted_answers::table.find(thread))).get_result(conn)
}
