//! The forms: each does its work and leads back.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::accounts::viewer::Member;
use crate::error::Error;
use crate::paths;
use crate::threads::reading::actions::{self, Reader};
use crate::threads::reading::rules::{Level, note};
use crate::threads::reading::{Reads, store};
use crate::threads::store::Thread;
use crate::threads::{ThreadId, actions as threads};
use crate::web::{Crumb, Frame, Problems, Site, page_with, see_other};

/// Any of these forms.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub(super) struct Form {
    #[serde(default)]
    next: String,
    #[serde(default)]
    level: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    number: String,
}

impl Form {
    fn level(&self) -> Result<Level, Error> {
        Level::parse(&self.level).ok_or_else(|| Error::refused("Choose to follow, to mute, or neither."))
    }

    fn number(&self) -> Option<i64> {
        self.number.trim().parse().ok()
    }

    /// Where the form says to go on, or else where its work was done.
    fn back(&self, otherwise: &str) -> Result<HttpResponse, Error> {
        see_other(if self.next.is_empty() { otherwise } else { paths::within_site(&self.next) })
    }
}

fn reader(member: &Member) -> Reader {
    Reader { id: member.id, standing: member.standing() }
}

pub(super) async fn read_all(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<Form>,
) -> Result<HttpResponse, Error> {
    let now = site.clock.now();
    site.db.write(move |conn| Ok(store::mark_all(conn, member.id, now)?)).await?;
    form.back("/unread")
}

pub(super) async fn read_board(
    site: web::Data<Site>,
    member: Member,
    slug: web::Path<String>,
    form: web::Form<Form>,
) -> Result<HttpResponse, Error> {
    let (reader, now) = (reader(&member), site.clock.now());
    let board = site.db.write(move |conn| actions::mark_board(conn, &reader, &slug, now)).await?;
    form.back(&board.path())
}

pub(super) async fn board_level(
    site: web::Data<Site>,
    member: Member,
    slug: web::Path<String>,
    form: web::Form<Form>,
) -> Result<HttpResponse, Error> {
    let (reader, level) = (reader(&member), form.level()?);
    let board = site.db.write(move |conn| actions::set_board_level(conn, &reader, &slug, level)).await?;
    form.back(&board.path())
}

pub(super) async fn read_thread(
    site: web::Data<Site>,
    member: Member,
    id: web::Path<i64>,
    form: web::Form<Form>,
) -> Result<HttpResponse, Error> {
    let (reader, id, now) = (reader(&member), ThreadId(*id), site.clock.now());
    let board = site.db.write(move |conn| actions::mark_thread(conn, &reader, id, None, now)).await?;
    form.back(&board.path())
}

/// Leads to the board, whatever the form says: the thread's page would mark it read again.
pub(super) async fn unread_thread(
    site: web::Data<Site>,
    reads: web::Data<Reads>,
    member: Member,
    id: web::Path<i64>,
    form: web::Form<Form>,
) -> Result<HttpResponse, Error> {
    let (reader, id, now) = (reader(&member), ThreadId(*id), site.clock.now());
    let from = form.number().unwrap_or(1);
    reads.forget(member.id, id);
    let board = site.db.write(move |conn| actions::mark_thread(conn, &reader, id, Some(from), now)).await?;
    see_other(&board.path())
}

pub(super) async fn level(
    site: web::Data<Site>,
    member: Member,
    id: web::Path<i64>,
    form: web::Form<Form>,
) -> Result<HttpResponse, Error> {
    let (reader, id, level) = (reader(&member), ThreadId(*id), form.level()?);
    let thread = site.db.write(move |conn| actions::set_level(conn, &reader, id, level)).await?;
    form.back(&thread.path())
}

/// The form of a bookmark on a page of its own, with what stands in the way.
#[derive(Template)]
#[template(path = "threads/bookmark.html")]
struct BookmarkPage {
    frame: Frame,
    thread: Thread,
    form: Form,
    problems: Problems,
}

pub(super) async fn bookmark(
    site: web::Data<Site>,
    member: Member,
    id: web::Path<i64>,
    form: web::Form<Form>,
) -> Result<HttpResponse, Error> {
    let (reader, id, now, form) = (reader(&member), ThreadId(*id), site.clock.now(), form.into_inner());
    let note = match note(&form.note) {
        Ok(note) => note,
        Err(problem) => return again(&site, &member, id, form, problem.to_string()).await,
    };
    let number = form.number();
    let thread = site.db.write(move |conn| actions::bookmark(conn, &reader, id, &note, number, now)).await?;
    form.back(&number.map_or_else(
        || thread.path(),
        |number| paths::post_number(thread.id.0, &thread.slug, number),
    ))
}

async fn again(
    site: &Site,
    member: &Member,
    id: ThreadId,
    form: Form,
    problem: String,
) -> Result<HttpResponse, Error> {
    let standing = member.standing();
    let (thread, _) = site.db.read(move |conn| threads::find_open(conn, id, &standing)).await?;
    let way = vec![Crumb::new("Bookmarks", "/bookmarks"), Crumb::new(&thread.title, "")];
    let frame =
        Frame::new(site, member.account(), format!("Bookmark in {}", thread.title)).with_crumbs(way);
    let problems = Problems::one("note", problem);
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &BookmarkPage { frame, thread, form, problems })
}

pub(super) async fn unbookmark(
    site: web::Data<Site>,
    member: Member,
    id: web::Path<i64>,
    form: web::Form<Form>,
) -> Result<HttpResponse, Error> {
    let (reader, id) = (reader(&member), ThreadId(*id));
    let thread = site.db.write(move |conn| actions::unbookmark(conn, &reader, id)).await?;
    form.back(&thread.path())
}
