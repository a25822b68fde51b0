//! What is new, and what is kept.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::accounts::viewer::Member;
use crate::boards;
use crate::boards::rules::readable;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::paths;
use crate::threads::ThreadId;
use crate::threads::pages::lists::{key_of, read_key};
use crate::threads::pages::rows::Row;
use crate::threads::reading::news::{Asking, Marks, Place};
use crate::threads::reading::rules::LONGEST_NOTE;
use crate::threads::reading::store::Kept;
use crate::threads::reading::{Reads, store};
use crate::threads::store::{Listed, Which, list};
use crate::web::{Crumb, Day, Frame, Site, page};

/// Rows on a page.
const A_PAGE: usize = 30;

/// The rows of a page and one more, which says whether there is another page.
fn one_more() -> i64 {
    i64::try_from(A_PAGE).unwrap_or(i64::MAX).saturating_add(1)
}

#[derive(Template)]
#[template(path = "threads/unread.html")]
struct UnreadPage {
    frame: Frame,
    followed: bool,
    rows: Vec<Row>,
    is_first: bool,
    next: Option<String>,
}

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    show: Option<String>,
    before: Option<String>,
}

impl Asked {
    fn after(&self) -> Option<crate::threads::store::After> {
        self.before.as_deref().and_then(read_key)
    }
}

struct Unread {
    listed: Vec<Listed>,
    marks: Marks,
    next: Option<(Time, ThreadId)>,
}

pub(super) async fn unread(
    site: web::Data<Site>,
    reads: web::Data<Reads>,
    member: Member,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let followed = asked.show.as_deref() == Some("followed");
    let (standing, after) = (member.standing(), asked.after());
    let asking = Asking::of(&member, &reads, site.clock.now());
    let loading = site.db.read(move |conn| {
        let boards = boards::store::all(conn)?;
        let open: Vec<_> = readable(&boards, &standing).iter().map(|board| board.id).collect();
        let place = Place { open: &open, reader: standing.audiences(), followed, after };
        Ok(load_unread(conn, &asking, &place)?)
    });
    let Unread { listed, marks, next } = loading.await?;
    let here = if followed { "/unread?show=followed&" } else { "/unread?" };
    let next = next.map(|(at, id)| format!("{here}before={}", key_of(at, id)));
    let frame = Frame::new(&site, member.account(), "What is new")
        .with_crumbs(vec![Crumb::new("What is new", "/unread")])
        .at("/unread");
    let rows = listed.iter().map(|thread| Row::new(thread, &marks)).collect();
    page(&UnreadPage { frame, followed, rows, is_first: after.is_none(), next })
}

fn load_unread(conn: &mut Conn, asking: &Asking, place: &Place<'_>) -> diesel::QueryResult<Unread> {
    let mut fresh = asking.threads(conn, place, one_more())?;
    let more = fresh.len() > A_PAGE;
    fresh.truncate(A_PAGE);
    let next = fresh.last().filter(|_| more).map(|last| (last.last_post_at, last.id));
    let ids: Vec<ThreadId> = fresh.iter().map(|thread| thread.id).collect();
    let listed = list(conn, Which::These(place.open, &ids), place.reader, one_more())?;
    let marks = asking.in_threads(conn, &listed.iter().collect::<Vec<_>>())?;
    Ok(Unread { listed, marks, next })
}

#[derive(Template)]
#[template(path = "threads/bookmarks.html")]
struct BookmarksPage {
    frame: Frame,
    rows: Vec<KeptRow>,
    longest: usize,
    is_first: bool,
    next: Option<String>,
}

/// A thread that is kept.
struct KeptRow {
    id: i64,
    title: String,
    icon: &'static str,
    path: String,
    note: String,
    number: Option<i64>,
    kept: Day,
    posts: String,
    new: Option<crate::threads::reading::news::Mark>,
}

impl KeptRow {
    fn new(kept: &Kept, thread: &Listed, marks: &Marks) -> Self {
        let row = Row::new(thread, marks);
        let number = kept.bookmark.number;
        let at = number.map(|number| paths::post_number(thread.id.0, &thread.slug, number));
        Self {
            id: thread.id.0,
            path: at.unwrap_or(row.path),
            title: row.title,
            icon: row.icon,
            note: kept.bookmark.note.clone(),
            number,
            kept: Day(kept.bookmark.at),
            posts: row.posts,
            new: row.new,
        }
    }
}

pub(super) async fn bookmarks(
    site: web::Data<Site>,
    reads: web::Data<Reads>,
    member: Member,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let (standing, after, id) = (member.standing(), asked.after(), member.id);
    let asking = Asking::of(&member, &reads, site.clock.now());
    let loading = site.db.read(move |conn| {
        let boards = boards::store::all(conn)?;
        let open: Vec<_> = readable(&boards, &standing).iter().map(|board| board.id).collect();
        let (reader, after) = (standing.audiences(), after.map(|after| (after.last_post_at, after.id)));
        let kept = store::bookmarks_of(conn, id, &open, reader, after, one_more())?;
        let ids: Vec<ThreadId> = kept.iter().map(|kept| kept.thread).collect();
        let listed = list(conn, Which::These(&open, &ids), reader, one_more())?;
        let marks = asking.in_threads(conn, &listed.iter().collect::<Vec<_>>())?;
        Ok((kept, listed, marks))
    });
    let (mut kept, listed, marks) = loading.await?;
    let more = kept.len() > A_PAGE;
    kept.truncate(A_PAGE);
    let next = kept.last().filter(|_| more);
    let next = next.map(|last| format!("/bookmarks?before={}", key_of(last.bookmark.at, last.thread)));
    let row = |kept: &Kept| {
        let thread = listed.iter().find(|thread| thread.id == kept.thread)?;
        Some(KeptRow::new(kept, thread, &marks))
    };
    let rows = kept.iter().filter_map(row).collect();
    let frame = Frame::new(&site, member.account(), "Bookmarks")
        .with_crumbs(vec![Crumb::new("Bookmarks", "/bookmarks")])
        .at("/bookmarks");
    page(&BookmarksPage { frame, rows, longest: LONGEST_NOTE, is_first: after.is_none(), next })
}
