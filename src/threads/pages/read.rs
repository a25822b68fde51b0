//! A thread's page, and the addresses that lead to it.

mod entries;
mod page;
mod rows;

use std::collections::{HashMap, HashSet};

use actix_web::{HttpResponse, web};

use self::page::show;
use crate::accounts::viewer::{Member, Viewer};
use crate::badges::marks::{self, Marks};
use crate::boards::rules::{Board, find_readable};
use crate::error::Error;
use crate::members::MemberId;
use crate::members::rules::Role;
use crate::threads::store::{Beside, Post, Posts, Thread};
use crate::threads::views::Views;
use crate::threads::{PostId, ThreadId, actions, store};
use crate::web::answers::{found, moved};
use crate::web::pager::Pages;
use crate::web::{Site, page as show_page};
use crate::{boards, paths};

/// What one trip to the database brings.
pub(super) struct Loaded {
    boards: Vec<Board>,
    board: Board,
    thread: Thread,
    posts: Vec<Post>,
    beside: Beside,
    marks: HashMap<MemberId, Marks>,
}

/// Whoever reads, as far as the stream cares.
pub(super) struct Reader<'a> {
    member: Option<&'a Member>,
    is_invited: bool,
    may_reply: bool,
}

impl Reader<'_> {
    fn is_member(&self) -> bool {
        self.member.is_some()
    }
    fn is(&self, member: MemberId) -> bool {
        self.member.is_some_and(|reader| reader.id == member)
    }
    fn holds(&self, roles: &[Role]) -> bool {
        self.member.is_some_and(|reader| roles.iter().any(|role| reader.is(*role)))
    }
    fn moderates(&self) -> bool {
        self.member.is_some_and(Member::moderates)
    }
    fn manages(&self) -> bool {
        self.holds(&[Role::CommunityManager, Role::Administrator])
    }
    /// The first number that is new to them, where they were here before and something is.
    fn first_new(&self, thread: &Thread, beside: &Beside) -> Option<i64> {
        let last_read = beside.relation.as_ref().map_or(0, |relation| relation.last_read);
        (last_read > 0 && last_read < thread.last_number).then_some(last_read + 1)
    }
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
    if let Some(into) = thread.merged_into {
        return found(&format!("/t/{}", into.0));
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
    show_page(&show(&site, &viewer, loaded, current)?)
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
    let reader = viewer.0.as_ref().map(|member| member.id);
    let beside = store::beside(conn, id, Posts::Range(from, to), reader)?;
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
    Ok(Loaded { boards, board, thread, posts, beside, marks })
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
