//! A thread's page, and the addresses that lead to it.

mod entries;
mod page;
mod rows;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use actix_web::{HttpResponse, web};

use self::page::{is_open, show};
use crate::accounts::viewer::{Member, Viewer};
use crate::badges::marks::{self, Marks};
use crate::boards::rules::{Board, find_readable};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::gates::rules::Blocked;
use crate::members::MemberId;
use crate::members::rules::Role;
use crate::threads::moving::store::{self as moving, AtNumber};
use crate::threads::readers::Readers;
use crate::threads::reading::Reads;
use crate::threads::reading::store::{Filter, Filtered, in_range_by};
use crate::threads::rules::ThreadKind;
use crate::threads::store::{Beside, Post, Posts, Thread};
use crate::threads::views::Views;
use crate::threads::{PostId, ThreadId, actions, store};
use crate::web::answers::{found, moved};
use crate::web::pager::{Pages, SizedPages};
use crate::web::{Site, page as show_page};
use crate::{boards, gates, paths};

/// What one trip to the database brings.
pub(super) struct Loaded {
    boards: Vec<Board>,
    board: Board,
    thread: Thread,
    posts: Vec<Post>,
    filtered: Option<Filtered>,
    beside: Beside,
    marks: HashMap<MemberId, Marks>,
    /// What stands between the reader and answering.
    gate: Option<Blocked>,
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
    fn first_new(thread: &Thread, beside: &Beside) -> Option<i64> {
        let last_read = beside.last_read();
        (last_read > 0 && last_read < thread.last_number).then_some(last_read + 1)
    }
}

/// What an address asks for beside the thread.
#[derive(Default, serde::Deserialize)]
pub(super) struct Asked {
    page: Option<String>,
    post: Option<String>,
    /// `staff` or `liked`.
    only: Option<String>,
    /// The handle of an author.
    by: Option<String>,
    /// Where a filtered list goes on.
    after: Option<String>,
}

impl Asked {
    /// The filter, if one is asked for; an unknown one shows the whole thread.
    fn filter(&self) -> Option<Filter<'_>> {
        match (self.only.as_deref(), self.by.as_deref()) {
            (Some("staff"), _) => Some(Filter::Staff),
            (Some("liked"), _) => Some(Filter::Best),
            (_, Some(handle)) if !handle.is_empty() => Some(Filter::By(handle)),
            _ => None,
        }
    }

    fn page(&self) -> Option<i64> {
        self.page.as_deref().map(|page| page.parse().unwrap_or(0))
    }
}

/// How the numbers of a thread fall into pages for this reader.
fn pages_for(viewer: &Viewer, last: i64) -> SizedPages {
    Pages::sized(last, viewer.0.as_ref().map_or(paths::POSTS_A_PAGE, |member| member.state.page_size))
}

pub(super) async fn thread(
    site: web::Data<Site>,
    views: web::Data<Views>,
    reads: web::Data<Reads>,
    readers: web::Data<Readers>,
    viewer: Viewer,
    path: web::Path<(i64, String)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let ((id, slug), asked) = (path.into_inner(), Arc::new(asked.into_inner()));
    let (reader, question, now) = (viewer.clone(), Arc::clone(&asked), site.clock.now());
    let loading = site.db.read(move |conn| load(conn, ThreadId(id), &question, &reader, now));
    let mut loaded = loading.await?;
    let thread = &loaded.thread;
    let pages = pages_for(&viewer, thread.last_number);
    if let Some(number) = asked.post.as_deref() {
        let number = number.trim().parse::<i64>().unwrap_or(1).clamp(1, thread.last_number.max(1));
        return found(&place_of_number(&viewer, thread.id, &thread.slug, thread.last_number, number));
    }
    if let Some(into) = thread.merged_into {
        return found(&format!("/t/{}", into.0));
    }
    if slug != thread.slug {
        return moved(&paths::thread_page(id, &thread.slug, asked.page().unwrap_or(1)));
    }
    let current = match asked.page() {
        None => 1,
        Some(1) => return moved(&thread.path()),
        Some(page) if (2..=pages.count()).contains(&page) => page,
        Some(page) => {
            return found(&paths::thread_page(id, &thread.slug, page.clamp(1, pages.count())));
        }
    };
    if let Some(member) = &viewer.0 {
        views.count(thread.id);
        if thread.kind == ThreadKind::Announcement {
            readers.opened(member.id, thread.id);
        }
        let up_to = loaded.filtered.is_none().then(|| pages.range(current).1);
        let before = reads.pending(member.id).get(&thread.id).copied();
        loaded.beside.read_at_least(before);
        if let Some(up_to) = up_to.filter(|up_to| loaded.beside.last_read() < *up_to) {
            reads.note(member.id, loaded.thread.id, up_to);
        }
    }
    show_page(&show(&site, &viewer, loaded, current, &asked)?)
}

fn load(conn: &mut Conn, id: ThreadId, asked: &Asked, viewer: &Viewer, now: Time) -> Result<Loaded, Error> {
    let boards = boards::store::all(conn)?;
    let thread = store::find(conn, id)?.ok_or(Error::NotFound)?;
    let standing = viewer.standing();
    let board = find_readable(&boards, thread.board, &standing).ok_or(Error::NotFound)?.clone();
    if !thread.audience.includes(&standing) {
        return Err(Error::NotFound);
    }
    let pages = pages_for(viewer, thread.last_number);
    let reader = viewer.0.as_ref().map(|member| member.id);
    let (posts, filtered, shown) = match asked.filter() {
        None => {
            let (from, to) = pages.range(asked.page().unwrap_or(1));
            (store::in_range(conn, id, from, to)?, None, Posts::Range(from, to))
        }
        Some(filter) => {
            let after = asked.after.as_deref().and_then(|after| after.parse().ok()).unwrap_or(0);
            let filtered = in_range_by(conn, id, thread.posts, filter, after, pages.size)?;
            let posts = store::with_numbers(conn, id, &filtered.numbers)?;
            let ids = posts.iter().map(|post| post.id).collect();
            (posts, Some(filtered), Posts::These(ids))
        }
    };
    let beside = store::beside(conn, id, shown, reader)?;
    let editors = posts.iter().filter_map(|post| post.edit.as_ref().map(|edit| edit.by));
    let people: HashSet<MemberId> =
        posts.iter().map(|post| post.author).chain(editors).chain([thread.author]).chain(reader).collect();
    let people: Vec<MemberId> = people.into_iter().collect();
    let marks = marks::of(conn, &people, now)?;
    let asked = viewer.0.as_ref().filter(|member| member.roles.is_empty() && !board.is_help);
    let gate = match asked.filter(|_| is_open(&board, &thread, viewer, now)) {
        Some(member) => gates::actions::blocked(conn, member.id, board.id)?,
        None => None,
    };
    Ok(Loaded { boards, board, thread, posts, filtered, beside, marks, gate })
}

/// The page that holds a number, with the place on it.
fn place_of_number(viewer: &Viewer, id: ThreadId, slug: &str, last_number: i64, number: i64) -> String {
    let page = pages_for(viewer, last_number).page_of(number);
    format!("{}#p-{number}", paths::thread_page(id.0, slug, page))
}

pub(super) async fn number(
    site: web::Data<Site>,
    viewer: Viewer,
    path: web::Path<(i64, String, String)>,
) -> Result<HttpResponse, Error> {
    let (id, _, number) = path.into_inner();
    let number = number.parse::<i64>().map_err(|_| Error::NotFound)?;
    let standing = viewer.standing();
    let finding = site.db.read(move |conn| {
        let (thread, _) = actions::find_open(conn, ThreadId(id), &standing)?;
        let number = number.clamp(1, thread.last_number.max(1));
        let AtNumber::Moved(place) = moving::place_of_number(conn, thread.id, number)? else {
            return Ok((thread.id, thread.slug, thread.last_number, number));
        };
        // A post that went where this reader may not look stays a stub for them.
        match actions::find_open(conn, place.thread, &standing) {
            Ok(_) => Ok((place.thread, place.slug, place.last_number, place.number)),
            Err(Error::NotFound) => Ok((thread.id, thread.slug, thread.last_number, number)),
            Err(other) => Err(other),
        }
    });
    let (thread, slug, last_number, number) = finding.await?;
    found(&place_of_number(&viewer, thread, &slug, last_number, number))
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
    found(&place_of_number(&viewer, place.thread, &place.slug, place.last_number, place.number))
}

/// A thread and its board, where the reader may see them.
pub(super) async fn open(site: &Site, viewer: &Viewer, id: ThreadId) -> Result<(Thread, Board), Error> {
    let standing = viewer.standing();
    site.db.read(move |conn| actions::find_open(conn, id, &standing)).await
}
