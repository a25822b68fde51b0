//! What stands beside the posts of a page: notes, quotes, likes, events, stubs, and what the reader has to do with
//! the thread. It comes in one statement, however much of it there is: a dozen small ones would cost more than the
//! page's own posts.

use std::collections::{HashMap, HashSet};

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Nullable, Text, Timestamp};

use super::super::drafts::rules::{Draft, Words};
use super::super::{PostId, ThreadId};
use super::Person;
use crate::clock::Time;
use crate::db::Conn;
use crate::db::conn::on_backend;
use crate::members::MemberId;
use crate::text::SafeHtml;

/// An official note below a member's words.
#[derive(Clone, Debug)]
pub struct Note {
    /// Its number.
    pub id: i64,
    /// Who wrote it.
    pub by: Person,
    /// As what.
    pub role: String,
    /// When.
    pub at: Time,
    /// What readers see.
    pub html: SafeHtml,
}

/// What became of a quoted post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// Nothing.
    Same,
    /// Its words changed.
    Changed,
    /// It was removed.
    Removed,
}

/// A post that another quotes, or that quotes it.
#[derive(Clone, Debug)]
pub struct Quote {
    /// The other post.
    pub post: PostId,
    /// Its number, where it stands in the same thread.
    pub number: Option<i64>,
    /// Its author.
    pub author: Person,
    /// What became of it.
    pub since: Since,
}

/// What happened to the thread.
#[derive(Clone, Debug)]
pub struct Happened {
    /// Its number.
    pub id: i64,
    /// The number given last at that time.
    pub after: i64,
    /// When.
    pub at: Time,
    /// By whom.
    pub by: Person,
    /// What.
    pub kind: String,
    /// What it was before, or what it is about.
    pub detail: String,
    /// Where that is.
    pub path: String,
}

/// A post that stood here before it moved.
#[derive(Clone, Debug)]
pub struct MovedAway {
    /// The post.
    pub post: PostId,
    /// Why.
    pub reason: String,
}

/// An answer that is shown under the first post.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The post.
    pub post: PostId,
    /// Its number.
    pub number: i64,
    /// Who wrote it.
    pub author: Person,
    /// Who accepted it.
    pub accepted_by: String,
    /// What readers see; empty on pages after the first.
    pub html: SafeHtml,
}

/// What the reader has to do with the thread.
#[derive(Clone, Debug, Default)]
pub struct Relation {
    /// The highest number they read.
    pub last_read: i64,
    /// `follow`, `normal` or `mute`.
    pub level: String,
    /// When they put a bookmark in.
    pub bookmarked_at: Option<Time>,
    /// What they noted on it.
    pub note: String,
}

/// Everything beside the posts of a page.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Official notes by post.
    pub notes: HashMap<PostId, Vec<Note>>,
    /// What each post quotes.
    pub quotes: HashMap<PostId, Vec<Quote>>,
    /// Who quotes each post, in this thread.
    pub quoted_by: HashMap<PostId, Vec<Quote>>,
    /// What happened to the thread, in order.
    pub events: Vec<Happened>,
    /// Where posts stood that moved, by number.
    pub moved: HashMap<i64, MovedAway>,
    /// Answers that managers list, in their order; on the first page only.
    pub official: Vec<Answer>,
    /// The accepted answer.
    pub accepted: Option<Answer>,
    /// Which posts the reader likes.
    pub liked: HashSet<PostId>,
    /// Whom the reader blocks.
    pub blocked: HashSet<MemberId>,
    /// What the reader has to do with the thread.
    pub relation: Option<Relation>,
    /// What the reader was writing here.
    pub draft: Option<Draft>,
}

impl Beside {
    /// The highest number that the reader read; nothing for visitors.
    #[must_use]
    pub fn last_read(&self) -> i64 {
        self.relation.as_ref().map_or(0, |relation| relation.last_read)
    }

    /// Takes a position into account that is not written down yet.
    pub fn read_at_least(&mut self, pending: Option<i64>) {
        if let Some(number) = pending {
            let relation = self.relation.get_or_insert_default();
            relation.last_read = relation.last_read.max(number);
        }
    }
}

/// Which posts a page shows.
#[derive(Clone, Debug)]
pub enum Posts {
    /// A range of numbers.
    Range(i64, i64),
    /// These, picked by a filter.
    These(Vec<PostId>),
}

type Columns = (Text, BigInt, BigInt, BigInt, Nullable<Timestamp>, Text, Text, Text, Text, Text);
type Row = (String, PostId, i64, i64, Option<Time>, String, String, String, String, String);

/// The statement. Its text depends on nothing but the kind of page, so that the database plans it once. `CROSS JOIN`
/// holds SQLite to the order in which the tables stand: left to itself it may walk the whole thread.
struct Ask {
    thread: ThreadId,
    member: i64,
    from: i64,
    to: i64,
}

/// The same for posts that a filter picked; their numbers stand in the text, so it is planned each time.
struct AskThese {
    ask: Ask,
    posts: Vec<PostId>,
}

impl QueryId for Ask {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryId for AskThese {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Ask {
    type SqlType = Columns;
}

impl Query for AskThese {
    type SqlType = Columns;
}

impl<C> RunQueryDsl<C> for Ask {}
impl<C> RunQueryDsl<C> for AskThese {}

impl<DB: Backend + HasSqlType<BigInt>> QueryFragment<DB> for Ask
where
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        walk(self, None, &mut out)
    }
}

impl<DB: Backend + HasSqlType<BigInt>> QueryFragment<DB> for AskThese
where
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        walk(&self.ask, Some(&self.posts), &mut out)
    }
}

/// Writes the statement: `:name` in its text stands for a value, `:page` for the posts of the page.
fn walk<'b, DB: Backend + HasSqlType<BigInt>>(
    ask: &'b Ask,
    these: Option<&[PostId]>,
    out: &mut AstPass<'_, 'b, DB>,
) -> QueryResult<()>
where
    i64: ToSql<BigInt, DB>,
{
    let mut pieces = include_str!("beside.sql").split(':');
    out.push_sql(pieces.next().unwrap_or_default());
    for piece in pieces {
        let end = piece.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(piece.len());
        match (&piece[..end], these) {
            ("thread", _) => out.push_bind_param::<BigInt, _>(&ask.thread.0)?,
            ("member", _) => out.push_bind_param::<BigInt, _>(&ask.member)?,
            ("from", _) => out.push_bind_param::<BigInt, _>(&ask.from)?,
            ("to", _) => out.push_bind_param::<BigInt, _>(&ask.to)?,
            ("page", Some(posts)) => {
                let ids: Vec<String> = posts.iter().map(|post| post.0.to_string()).collect();
                out.push_sql(&format!(
                    "p.id IN ({})",
                    if ids.is_empty() { "0".into() } else { ids.join(",") }
                ));
            }
            (_, _) => {
                out.push_sql("p.thread_id = ");
                out.push_bind_param::<BigInt, _>(&ask.thread.0)?;
                out.push_sql(" AND p.number >= ");
                out.push_bind_param::<BigInt, _>(&ask.from)?;
                out.push_sql(" AND p.number <= ");
                out.push_bind_param::<BigInt, _>(&ask.to)?;
            }
        }
        out.push_sql(&piece[end..]);
    }
    Ok(())
}

/// What stands beside these posts, for this reader.
pub fn beside(
    conn: &mut Conn,
    thread: ThreadId,
    posts: Posts,
    member: Option<MemberId>,
) -> QueryResult<Beside> {
    let ask = |from, to| Ask { thread, member: member.map_or(0, |member| member.0), from, to };
    let rows: Vec<Row> = match posts {
        Posts::Range(from, to) => on_backend!(conn, |c| ask(from, to).load(c)),
        // Neither events nor stubs belong among picked posts.
        Posts::These(posts) => {
            on_backend!(conn, |c| AskThese { ask: ask(i64::MAX, 0), posts: posts.clone() }.load(c))
        }
    }?;
    Ok(sorted(rows))
}

fn sorted(mut rows: Vec<Row>) -> Beside {
    // The statement promises no order: notes and events by their numbers, answers by their place, quotes by post.
    rows.sort_by_key(|row| row.2);
    let mut beside = Beside::default();
    for (kind, post, other, number, at, handle, name, code, words, path) in rows {
        let by = Person { handle, name };
        let when = at.unwrap_or_default();
        match kind.as_str() {
            "note" => {
                let note = Note { id: other, by, role: code, at: when, html: SafeHtml::from_store(words) };
                beside.notes.entry(post).or_default().push(note);
            }
            "quotes" => beside.quotes.entry(post).or_default().push(quote(other, number, by, &code)),
            "quoted" => beside.quoted_by.entry(post).or_default().push(quote(other, number, by, "")),
            "event" => {
                let (after, detail) = (number, words);
                beside.events.push(Happened { id: other, after, at: when, by, kind: code, detail, path });
            }
            "moved" => {
                beside.moved.insert(number, MovedAway { post: PostId(other), reason: words });
            }
            "official" => beside.official.push(answer(post, number, by, String::new(), words)),
            "accepted" => beside.accepted = Some(answer(post, number, by, code, words)),
            "liked" => {
                beside.liked.insert(post);
            }
            "blocked" => {
                beside.blocked.insert(MemberId(other));
            }
            "relation" => {
                let relation = Relation { last_read: number, level: code, bookmarked_at: at, note: words };
                beside.relation = Some(relation);
            }
            _ => {
                beside.draft = Some(Draft {
                    words: Words { body: words, ..Words::default() },
                    sequence: other,
                    saved_at: when,
                });
            }
        }
    }
    beside.events.sort_by_key(|event| (event.after, event.id));
    beside
}

fn quote(other: i64, number: i64, author: Person, code: &str) -> Quote {
    let since = match code {
        "removed" => Since::Removed,
        "changed" => Since::Changed,
        _ => Since::Same,
    };
    Quote { post: PostId(other), number: (number > 0).then_some(number), author, since }
}

fn answer(post: PostId, number: i64, author: Person, accepted_by: String, html: String) -> Answer {
    Answer { post, number, author, accepted_by, html: SafeHtml::from_store(html) }
}
