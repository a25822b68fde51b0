//! A thread's page, and the addresses that lead to it.

use std::collections::{HashMap, HashSet};

use actix_web::{HttpResponse, web};
use askama::Template;

use super::lists::crumbs;
use super::write::ReplyForm;
use crate::accounts::viewer::Viewer;
use crate::badges::marks::{self, Marks, grouped};
use crate::badges::rules::{Badge, Shown, held_from_codes, is_invited};
use crate::boards::rules::{Board, find_readable};
use crate::error::Error;
use crate::members::MemberId;
use crate::text::SafeHtml;
use crate::threads::drafts::rules::{Draft, Place};
use crate::threads::rules::Edit;
use crate::threads::store::{Post, Thread};
use crate::threads::views::Views;
use crate::threads::{PostId, ThreadId, actions, drafts, rules, store};
use crate::web::answers::{found, moved};
use crate::web::pager::Pages;
use crate::web::{Crumb, Frame, Problems, Site, When, page};
use crate::{boards, paths};

#[derive(Template)]
#[template(path = "threads/thread.html")]
struct ThreadPage {
    frame: Frame,
    thread: Thread,
    author: Marks,
    started: When,
    posts: String,
    page: i64,
    pager: Pager,
    entries: Vec<Entry>,
    invite: Option<&'static str>,
    moderates: bool,
    reply: Reply,
    form: ReplyForm,
    problems: Problems,
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
    pages: Pages,
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

/// One number of the thread: a post, or what is left of one.
enum Entry {
    Post(Box<PostRow>),
    Removed { id: PostId, number: i64, author: String, reason: String, path: String },
    Missing { number: i64, path: String },
}

/// A post that can be read.
struct PostRow {
    id: PostId,
    number: i64,
    path: String,
    permalink: String,
    author: Marks,
    badges: Vec<BadgeRow>,
    name_title: String,
    at: When,
    html: SafeHtml,
    edit: Option<EditRow>,
    is_own: bool,
    invites: bool,
}

/// A badge beside a post.
struct BadgeRow {
    badge: Badge,
    path: String,
    title: String,
}

/// An edit, in words.
struct EditRow {
    name: String,
    role: &'static str,
    at: When,
    reason: String,
}

/// What one trip to the database brings.
pub(super) struct Loaded {
    pub boards: Vec<Board>,
    pub board: Board,
    pub thread: Thread,
    posts: Vec<Post>,
    marks: HashMap<MemberId, Marks>,
    draft: Option<Draft>,
}

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    page: Option<String>,
    post: Option<String>,
}

pub(super) async fn thread(
    site: web::Data<Site>,
    views: web::Data<Views>,
    viewer: Viewer,
    path: web::Path<(i64, String)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let (id, slug) = path.into_inner();
    let wanted = asked.page.as_deref().map(|page| page.parse::<i64>().unwrap_or(0));
    let (reader, now) = (viewer.clone(), site.clock.now());
    let loading = site.db.read(move |conn| load(conn, ThreadId(id), wanted.unwrap_or(1), &reader, now));
    let loaded = loading.await?;
    let thread = &loaded.thread;
    let pages = Pages { last: thread.last_number };
    if let Some(number) = asked.post.as_deref() {
        let number = number.trim().parse::<i64>().unwrap_or(1).clamp(1, thread.last_number.max(1));
        return found(&place_of_number(thread.id, &thread.slug, thread.last_number, number));
    }
    if slug != thread.slug {
        return moved(&paths::thread_page(id, &thread.slug, wanted.unwrap_or(1)));
    }
    let current = match wanted {
        None => 1,
        Some(1) => return moved(&thread.path()),
        Some(page) if (2..=pages.count()).contains(&page) => page,
        Some(page) => {
            return found(&paths::thread_page(id, &thread.slug, page.clamp(1, pages.count())));
        }
    };
    if viewer.0.is_some() {
        views.count(thread.id);
    }
    page(&show(&site, &viewer, loaded, current)?)
}

fn load(
    conn: &mut crate::db::Conn,
    id: ThreadId,
    page: i64,
    viewer: &Viewer,
    now: crate::clock::Time,
) -> Result<Loaded, Error> {
    let boards = boards::store::all(conn)?;
    let thread = store::find(conn, id)?.ok_or(Error::NotFound)?;
    let standing = viewer.standing();
    let board = find_readable(&boards, thread.board, &standing).ok_or(Error::NotFound)?.clone();
    if !thread.audience.includes(&standing) {
        return Err(Error::NotFound);
    }
    let (from, to) = Pages { last: thread.last_number }.range(page);
    let posts = store::in_range(conn, id, from, to)?;
    let editors = posts.iter().filter_map(|post| post.edit.as_ref().map(|edit| edit.by));
    let people: HashSet<MemberId> = posts
        .iter()
        .map(|post| post.author)
        .chain(editors)
        .chain([thread.author])
        .chain(viewer.0.as_ref().map(|member| member.id))
        .collect();
    let people: Vec<MemberId> = people.into_iter().collect();
    let marks = marks::of(conn, &people, now)?;
    let writer = viewer.0.as_ref().map(|member| member.id);
    let draft =
        writer.map(|writer| drafts::store::find(conn, writer, Place::Thread(id))).transpose()?.flatten();
    Ok(Loaded { boards, board, thread, posts, marks, draft })
}

fn show(site: &Site, viewer: &Viewer, loaded: Loaded, current: i64) -> Result<ThreadPage, Error> {
    let Loaded { boards, board, thread, posts, mut marks, draft } = loaded;
    let pages = Pages { last: thread.last_number };
    let is_invited = viewer
        .0
        .as_ref()
        .is_some_and(|member| marks.get(&member.id).is_some_and(|own| is_invited(own.tier, &own.badges)));
    let entries = entries(&thread, &posts, pages.range(current), &marks, viewer, is_invited)?;
    let reply = may_reply(&board, &thread, viewer);
    let description = entries.iter().find_map(Entry::excerpt).unwrap_or_else(|| thread.title.clone());
    let author =
        marks.remove(&thread.author).ok_or_else(|| Error::internal("a thread without its author"))?;
    let here = paths::thread_page(thread.id.0, &thread.slug, current);
    let title = if current == 1 { thread.title.clone() } else { format!("{}, page {current}", thread.title) };
    let mut way = crumbs(&boards, &board);
    way.push(Crumb::new(&thread.title, thread.path()));
    let invites = is_invited && thread.about_verification;
    Ok(ThreadPage {
        frame: Frame::new(site, viewer.account(), title)
            .described(description)
            .with_crumbs(way)
            .canonical(site, &here)
            .at(here),
        started: When(thread.created_at),
        posts: grouped(thread.posts),
        page: current,
        pager: Pager { thread_path: thread.path(), pages, current },
        entries,
        invite: invites.then(|| author_tier(viewer)),
        moderates: viewer.0.as_ref().is_some_and(crate::accounts::viewer::Member::moderates),
        form: ReplyForm::beginning(matches!(reply, Reply::Open), thread.last_number, draft)?,
        reply,
        problems: Problems::none(),
        author,
        thread,
    })
}

fn author_tier(viewer: &Viewer) -> &'static str {
    viewer.0.as_ref().and_then(|member| member.tier).map_or("", crate::members::rules::Tier::title)
}

fn may_reply(board: &Board, thread: &Thread, viewer: &Viewer) -> Reply {
    let Some(member) = &viewer.0 else {
        return if thread.locked {
            Reply::Closed(rules::MayNotReply::Locked.to_string())
        } else {
            Reply::SignIn
        };
    };
    match rules::may_reply(board, thread.kind, thread.locked, &member.standing(), member.email_confirmed) {
        Ok(()) => Reply::Open,
        Err(why) => Reply::Closed(why.to_string()),
    }
}

fn entries(
    thread: &Thread,
    posts: &[Post],
    (from, to): (i64, i64),
    marks: &HashMap<MemberId, Marks>,
    viewer: &Viewer,
    is_invited: bool,
) -> Result<Vec<Entry>, Error> {
    let by_number: HashMap<i64, &Post> = posts.iter().map(|post| (post.number, post)).collect();
    let numbers = from..=to.min(thread.last_number);
    numbers
        .map(|number| {
            let path = paths::post_number(thread.id.0, &thread.slug, number);
            let Some(post) = by_number.get(&number) else {
                return Ok(Entry::Missing { number, path });
            };
            let author =
                marks.get(&post.author).ok_or_else(|| Error::internal("a post without its author"))?.clone();
            if let Some(removal) = &post.removal {
                let (author, reason) = (author.handle, removal.reason.clone());
                return Ok(Entry::Removed { id: post.id, number, author, reason, path });
            }
            let is_own = viewer.0.as_ref().is_some_and(|member| member.id == post.author);
            post_row(post, path, author, marks, is_own, is_own && is_invited).map(Box::new).map(Entry::Post)
        })
        .collect()
}

fn post_row(
    post: &Post,
    path: String,
    author: Marks,
    marks: &HashMap<MemberId, Marks>,
    is_own: bool,
    invites: bool,
) -> Result<PostRow, Error> {
    let held = held_from_codes(&post.held_badges)
        .ok_or_else(|| Error::internal(format!("post {} keeps an unknown badge", post.id.0)))?;
    let verified_then = if held.contains(&Badge::IdentityVerified) { "yes" } else { "no" };
    Ok(PostRow {
        id: post.id,
        number: post.number,
        permalink: paths::post(post.id.0),
        badges: author.badges.iter().map(|shown| badge_row(shown, &held)).collect(),
        name_title: format!("Profile of {}. Identity verified when posted: {verified_then}.", author.name),
        at: When(post.created_at),
        html: post.html.clone(),
        edit: post.edit.as_ref().map(|edit| edit_row(edit, marks)),
        is_own,
        invites,
        path,
        author,
    })
}

fn badge_row(shown: &Shown, held: &[Badge]) -> BadgeRow {
    let then = if held.contains(&shown.badge) { "yes" } else { "no" };
    BadgeRow {
        badge: shown.badge,
        path: paths::badge(shown.badge.code()),
        title: format!("{} Verified when posted: {then}.", shown.fact()),
    }
}

fn edit_row(edit: &Edit, marks: &HashMap<MemberId, Marks>) -> EditRow {
    EditRow {
        name: marks.get(&edit.by).map_or_else(|| "somebody".to_owned(), |marks| marks.name.clone()),
        role: if edit.role == "moderator" { " (moderator)" } else { "" },
        at: When(edit.at),
        reason: edit.reason.clone(),
    }
}

impl Entry {
    fn excerpt(&self) -> Option<String> {
        match self {
            Self::Post(post) => Some(crate::text::excerpt(&post.html, 200)),
            _ => None,
        }
    }
}

/// The page that holds a number, with the place on it.
fn place_of_number(id: ThreadId, slug: &str, last_number: i64, number: i64) -> String {
    let page = Pages { last: last_number }.page_of(number);
    format!("{}#p-{number}", paths::thread_page(id.0, slug, page))
}

pub(super) async fn number(
    site: web::Data<Site>,
    viewer: Viewer,
    path: web::Path<(i64, String, String)>,
) -> Result<HttpResponse, Error> {
    let (id, _, number) = path.into_inner();
    let (thread, _) = open(&site, &viewer, ThreadId(id)).await?;
    let number = number.parse::<i64>().map_err(|_| Error::NotFound)?.clamp(1, thread.last_number.max(1));
    found(&place_of_number(thread.id, &thread.slug, thread.last_number, number))
}

pub(super) async fn bare(
    site: web::Data<Site>,
    viewer: Viewer,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (thread, _) = open(&site, &viewer, ThreadId(*id)).await?;
    moved(&thread.path())
}

pub(super) async fn permalink(
    site: web::Data<Site>,
    viewer: Viewer,
    post: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let standing = viewer.standing();
    let place = site.db.read(move |conn| {
        let boards = boards::store::all(conn)?;
        let place = store::place_of(conn, PostId(*post))?.ok_or(Error::NotFound)?;
        find_readable(&boards, place.board, &standing).ok_or(Error::NotFound)?;
        if place.audience.includes(&standing) { Ok(place) } else { Err(Error::NotFound) }
    });
    let place = place.await?;
    found(&place_of_number(place.thread, &place.slug, place.last_number, place.number))
}

/// A thread and its board, where the reader may see them.
pub(super) async fn open(site: &Site, viewer: &Viewer, id: ThreadId) -> Result<(Thread, Board), Error> {
    let standing = viewer.standing();
    site.db.read(move |conn| actions::find_open(conn, id, &standing)).await
}
