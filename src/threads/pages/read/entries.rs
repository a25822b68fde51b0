//! A thread's stream: posts, what is left of posts, and the lines between them.

use std::collections::HashMap;

use super::Reader;
use super::rows::{answers, event_row, post_row};
use crate::badges::marks::Marks;
use crate::badges::rules::Badge;
use crate::error::Error;
use crate::members::MemberId;
use crate::members::blocks::rules::may_block;
use crate::paths;
use crate::text::SafeHtml;
use crate::threads::PostId;
use crate::threads::store::{Beside, Post, Thread};
use crate::web::When;

/// One thing in the stream.
pub(super) enum Entry {
    /// A post that can be read.
    Post(Box<PostRow>),
    /// A post of somebody whom the reader blocks: a stub that one can open.
    Blocked(Box<PostRow>),
    /// A post that was removed.
    Removed { id: PostId, number: i64, author: String, reason: String, path: String },
    /// A post that moved elsewhere.
    Moved { number: i64, reason: String, path: String, permalink: String },
    /// A number that was never filled.
    Missing { number: i64, path: String },
    /// From here on it is new to the reader.
    New(i64),
    /// What happened to the thread.
    Event(EventRow),
    /// The accepted answer, under the first post.
    Accepted(AnswerRow),
    /// The answers that managers list, under the first post.
    Official(Vec<AnswerRow>),
}

/// A post that can be read.
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own for the template")]
pub(super) struct PostRow {
    pub id: PostId,
    pub number: i64,
    pub path: String,
    pub permalink: String,
    pub author: Marks,
    pub badges: Vec<BadgeRow>,
    pub name_title: String,
    pub at: When,
    pub html: SafeHtml,
    pub edit: Option<EditRow>,
    pub notes: Vec<NoteRow>,
    pub quotes: Vec<QuoteRow>,
    pub quoted_by: Vec<QuotedRow>,
    pub likes: i64,
    pub is_liked: bool,
    pub is_accepted: bool,
    pub is_listed: bool,
    pub invites: bool,
    pub may: May,
}

impl PostRow {
    /// `Like`, `1 like` or `12 likes`.
    pub fn likes_in_words(&self) -> String {
        match self.likes {
            0 => "Like".to_owned(),
            1 => "1 like".to_owned(),
            many => format!("{many} likes"),
        }
    }
}

/// What the reader may do with a post.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own for the template")]
pub(super) struct May {
    pub like: bool,
    pub quote: bool,
    pub edit: bool,
    pub report: bool,
    pub accept: bool,
    pub list: bool,
    pub note: bool,
    pub moderate: bool,
}

impl May {
    /// Whether there is anything for the menu beside a post.
    pub fn has_menu(self) -> bool {
        self.report || self.accept || self.list || self.note || self.moderate
    }
}

/// A badge beside a post.
pub(super) struct BadgeRow {
    pub badge: Badge,
    pub path: String,
    pub title: String,
}

/// An edit, in words.
pub(super) struct EditRow {
    pub name: String,
    pub role: &'static str,
    pub at: When,
    pub reason: String,
    pub history: String,
}

/// An official note.
pub(super) struct NoteRow {
    pub name: String,
    pub path: String,
    pub role: &'static str,
    pub at: When,
    pub html: SafeHtml,
}

/// What became of a post that is quoted here.
pub(super) struct QuoteRow {
    pub path: String,
    pub what: String,
    pub since: &'static str,
}

/// A post that quotes this one.
pub(super) struct QuotedRow {
    pub path: String,
    pub number: i64,
    pub name: String,
}

/// What happened to the thread, in words.
pub(super) struct EventRow {
    pub name: String,
    pub profile: String,
    pub verb: &'static str,
    pub detail: String,
    pub path: String,
    pub at: When,
}

/// An answer shown under the first post.
pub(super) struct AnswerRow {
    pub path: String,
    pub number: i64,
    pub name: String,
    pub profile: String,
    pub by: String,
    pub excerpt: String,
}

impl Entry {
    /// The beginning of a post's words.
    pub fn excerpt(&self) -> Option<String> {
        match self {
            Self::Post(post) => Some(crate::text::excerpt(&post.html, 200)),
            _ => None,
        }
    }
}

/// The stream of one page: everything that happened up to its last number, in order.
pub(super) fn entries(
    thread: &Thread,
    posts: &[Post],
    (from, to): (i64, i64),
    beside: &Beside,
    marks: &HashMap<MemberId, Marks>,
    reader: &Reader<'_>,
) -> Result<Vec<Entry>, Error> {
    let by_number: HashMap<i64, &Post> = posts.iter().map(|post| (post.number, post)).collect();
    let last = to.min(thread.last_number);
    let new_from = Reader::first_new(thread, beside);
    let mut stream = Vec::new();
    let mut events = beside.events.iter().peekable();
    for number in from..=last {
        while let Some(event) = events.next_if(|event| event.after < number) {
            stream.push(Entry::Event(event_row(event)));
        }
        if new_from == Some(number) {
            stream.push(Entry::New(thread.last_number - number + 1));
        }
        let post = by_number.get(&number).copied();
        stream.push(entry(thread, number, post, beside, marks, reader)?);
        if number == 1 {
            stream.extend(answers(beside));
        }
    }
    // What happened after the last number of the last page still belongs to it.
    if last == thread.last_number {
        stream.extend(events.map(|event| Entry::Event(event_row(event))));
    }
    Ok(stream)
}

/// The posts that a filter picked, without what stands between them.
pub(super) fn picked(
    thread: &Thread,
    posts: &[Post],
    beside: &Beside,
    marks: &HashMap<MemberId, Marks>,
    reader: &Reader<'_>,
) -> Result<Vec<Entry>, Error> {
    posts.iter().map(|post| entry(thread, post.number, Some(post), beside, marks, reader)).collect()
}

fn entry(
    thread: &Thread,
    number: i64,
    post: Option<&Post>,
    beside: &Beside,
    marks: &HashMap<MemberId, Marks>,
    reader: &Reader<'_>,
) -> Result<Entry, Error> {
    let path = paths::post_number(thread.id.0, &thread.slug, number);
    let Some(post) = post else {
        return Ok(match beside.moved.get(&number) {
            None => Entry::Missing { number, path },
            Some(moved) => {
                let permalink = paths::post(moved.post.0);
                Entry::Moved { number, reason: moved.reason.clone(), path, permalink }
            }
        });
    };
    let author = marks.get(&post.author).ok_or_else(|| Error::internal("a post without its author"))?.clone();
    if let Some(removal) = &post.removal {
        let (author, reason) = (author.handle, removal.reason.clone());
        return Ok(Entry::Removed { id: post.id, number, author, reason, path });
    }
    // Whoever became staff since they were blocked is read again.
    let is_blocked = beside.blocked.contains(&post.author) && may_block(false, &author.roles).is_ok();
    let row = Box::new(post_row(thread, post, path, author, beside, marks, reader)?);
    Ok(if is_blocked { Entry::Blocked(row) } else { Entry::Post(row) })
}
