//! A thread's page, put together.

use askama::Template;

use super::super::lists::crumbs;
use super::super::write::ReplyForm;
use super::entries::{Entry, entries, picked};
use super::{Asked, Loaded, Reader, pages_for};
use crate::accounts::viewer::Viewer;
use crate::badges::marks::{Marks, grouped};
use crate::badges::rules::is_invited;
use crate::boards::rules::Board;
use crate::clock::Time;
use crate::error::Error;
use crate::gates::rules::Blocked;
use crate::members::rules::Tier;
use crate::paths;
use crate::threads::reading::store::{Filter, Filtered};
use crate::threads::rules;
use crate::threads::store::beside::Relation;
use crate::threads::store::{Beside, Post, Thread};
use crate::web::pager::SizedPages;
use crate::web::{Crumb, Frame, Problems, Site, When};

#[derive(Template)]
#[template(path = "threads/thread.html")]
pub(super) struct ThreadPage {
    frame: Frame,
    thread: Thread,
    author: Marks,
    started: When,
    posts: String,
    page: i64,
    pager: Pager,
    entries: Vec<Entry>,
    filtered: Option<FilterRow>,
    options: Options,
    invite: Option<&'static str>,
    reply: Reply,
    gate: Option<Blocked>,
    form: ReplyForm,
    problems: Problems,
}

/// The page's own menu.
struct Options {
    /// Where reading goes on, and how much is new.
    first_new: Option<(String, i64)>,
    /// What the reader has to do with the thread; nothing for visitors.
    relation: Option<Relation>,
    /// Whether something can be read as unread again.
    was_read: bool,
    report: Option<String>,
    moderates: bool,
    /// Whether the title may be changed.
    retitles: bool,
}

/// What a filter shows and leaves out.
struct FilterRow {
    what: String,
    left_out: String,
    next: Option<String>,
}

/// What stands below the last post.
enum Reply {
    /// The form.
    Open,
    /// Signing in first.
    SignIn,
    /// Nothing but the reason.
    Closed(String),
}

/// The links between the pages of a thread.
struct Pager {
    thread_path: String,
    pages: SizedPages,
    current: i64,
}

impl Pager {
    fn count(&self) -> i64 {
        self.pages.count()
    }
    fn last_number(&self) -> i64 {
        self.pages.last
    }
    fn shown(&self) -> Vec<Option<i64>> {
        self.pages.shown(self.current)
    }
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass arguments by reference")]
    fn is_far(&self, page: &i64) -> bool {
        (page - self.current).abs() > 1
    }
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass arguments by reference")]
    fn path(&self, page: &i64) -> String {
        if *page <= 1 { self.thread_path.clone() } else { format!("{}?page={page}", self.thread_path) }
    }
    fn previous(&self) -> Option<i64> {
        (self.current > 1).then(|| self.current - 1)
    }
    fn next(&self) -> Option<i64> {
        (self.current < self.count()).then(|| self.current + 1)
    }
}

/// Puts the page together from what one trip to the database brought.
pub(super) fn show(
    site: &Site,
    viewer: &Viewer,
    loaded: Loaded,
    current: i64,
    asked: &Asked,
) -> Result<ThreadPage, Error> {
    let Loaded { boards, board, thread, posts, filtered, beside, mut marks, gate } = loaded;
    let pages = pages_for(viewer, thread.last_number);
    let reply = may_reply(&board, &thread, viewer, site.clock.now());
    let reader = Reader {
        member: viewer.0.as_ref(),
        is_invited: viewer
            .0
            .as_ref()
            .is_some_and(|member| marks.get(&member.id).is_some_and(|own| is_invited(own.tier, &own.badges))),
        may_reply: matches!(reply, Reply::Open),
    };
    let entries = match &filtered {
        None => entries(&thread, &posts, pages.range(current), &beside, &marks, &reader)?,
        Some(_) => picked(&thread, &posts, &beside, &marks, &reader)?,
    };
    let filtered = filtered.map(|filtered| filter_row(&thread, asked, &filtered));
    let options = options(&thread, &posts, &beside, &reader);
    let description = entries.iter().find_map(Entry::excerpt).unwrap_or_else(|| thread.title.clone());
    let invites = reader.is_invited && thread.about_verification;
    let author =
        marks.remove(&thread.author).ok_or_else(|| Error::internal("a thread without its author"))?;
    let here = paths::thread_page(thread.id.0, &thread.slug, current);
    let title = if current == 1 { thread.title.clone() } else { format!("{}, page {current}", thread.title) };
    let mut way = crumbs(&boards, &board);
    way.push(Crumb::new(&thread.title, thread.path()));
    Ok(ThreadPage {
        frame: Frame::new(site, viewer.account(), title)
            .described(description)
            .with_crumbs(way)
            .canonical(site, &here)
            .feeding(paths::thread_feed(thread.id.0, &thread.slug))
            .at(here),
        started: When(thread.created_at),
        posts: grouped(thread.posts),
        page: current,
        pager: Pager { thread_path: thread.path(), pages, current },
        entries,
        filtered,
        options,
        invite: invites.then(|| author_tier(viewer)),
        form: ReplyForm::beginning(matches!(reply, Reply::Open), thread.last_number, beside.draft)?,
        reply,
        gate,
        problems: Problems::none(),
        author,
        thread,
    })
}

fn filter_row(thread: &Thread, asked: &Asked, filtered: &Filtered) -> FilterRow {
    let (what, query) = match asked.filter() {
        Some(Filter::Staff) | None => ("answers of staff".to_owned(), "only=staff".to_owned()),
        Some(Filter::Best) => ("the best liked posts".to_owned(), "only=liked".to_owned()),
        Some(Filter::By(handle)) => {
            let query =
                url::form_urlencoded::Serializer::new(String::new()).append_pair("by", handle).finish();
            (format!("posts by @{handle}"), query)
        }
    };
    let left_out = match filtered.left_out {
        0 => "no post is left out".to_owned(),
        1 => "1 post is left out".to_owned(),
        many => format!("{} posts are left out", grouped(many)),
    };
    let last = filtered.numbers.last().filter(|_| filtered.more);
    let next = last.map(|last| format!("{}?{query}&after={last}", thread.path()));
    FilterRow { what, left_out, next }
}

fn options(thread: &Thread, posts: &[Post], beside: &Beside, reader: &Reader<'_>) -> Options {
    let first_new = Reader::first_new(thread, beside);
    let opening = posts.iter().find(|post| post.number == 1 && post.removal.is_none());
    let may_report = opening.filter(|post| reader.is_member() && !reader.is(post.author));
    Options {
        first_new: first_new.map(|number| {
            (paths::post_number(thread.id.0, &thread.slug, number), thread.last_number - number + 1)
        }),
        relation: reader.is_member().then(|| beside.relation.clone().unwrap_or_default()),
        was_read: beside.relation.as_ref().is_some_and(|relation| relation.last_read > 0),
        report: may_report.map(|post| format!("{}/report", paths::post(post.id.0))),
        moderates: reader.moderates(),
        retitles: reader.moderates() || (reader.is(thread.author) && !thread.locked),
    }
}

impl Options {
    fn is_level(&self, level: &str) -> bool {
        self.relation.as_ref().is_some_and(|relation| relation.level == level)
    }
}

fn author_tier(viewer: &Viewer) -> &'static str {
    viewer.0.as_ref().and_then(|member| member.tier).map_or("", Tier::title)
}

/// Whether the form below the last post is there for this reader.
pub(super) fn is_open(board: &Board, thread: &Thread, viewer: &Viewer, now: Time) -> bool {
    matches!(may_reply(board, thread, viewer, now), Reply::Open)
}

fn may_reply(board: &Board, thread: &Thread, viewer: &Viewer, now: Time) -> Reply {
    let Some(member) = &viewer.0 else {
        return if thread.locked {
            Reply::Closed(rules::MayNotReply::Locked.to_string())
        } else {
            Reply::SignIn
        };
    };
    let standing = member.standing();
    let open = rules::may_reply(board, thread.kind, thread.locked, &standing, member.email_confirmed);
    let open = open.map_err(|why| why.to_string());
    let begun = rules::comments_open(thread.comments_from, &standing, now).map_err(|why| why.to_string());
    open.and(begun).map_or_else(Reply::Closed, |()| Reply::Open)
}
