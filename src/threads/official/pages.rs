//! The managers' buttons beside a post, and the page on which they arrange the list.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::actions::{self, Manager as Worker};
use super::rules::Direction;
use super::store::official_of;
use crate::accounts::viewer::Manager;
use crate::error::Error;
use crate::paths;
use crate::text::excerpt;
use crate::threads::{PostId, ThreadId, actions as threads};
use crate::web::{Crumb, Day, Frame, Site, page, see_other};

/// The addresses of this part of the room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/p/{post}/official", web::post().to(list))
        .route("/p/{post}/unofficial", web::post().to(unlist))
        .route("/t/{id}/official/order", web::post().to(arrange))
        .route("/manage/answers/{thread}", web::get().to(answers));
}

fn worker(manager: &Manager) -> Worker {
    Worker { id: manager.0.id, standing: manager.0.standing() }
}

async fn list(site: web::Data<Site>, manager: Manager, post: web::Path<i64>) -> Result<HttpResponse, Error> {
    let (post, by, now) = (PostId(*post), worker(&manager), site.clock.now());
    let place = site.db.write(move |conn| actions::list(conn, &by, post, now)).await?;
    see_other(&paths::post_number(place.thread.0, &place.slug, place.number))
}

#[derive(serde::Deserialize)]
struct UnlistForm {
    #[serde(default)]
    next: String,
}

async fn unlist(
    site: web::Data<Site>,
    manager: Manager,
    post: web::Path<i64>,
    form: web::Form<UnlistForm>,
) -> Result<HttpResponse, Error> {
    let (post, by, now) = (PostId(*post), worker(&manager), site.clock.now());
    let place = site.db.write(move |conn| actions::unlist(conn, &by, post, now)).await?;
    if form.next.is_empty() {
        return see_other(&paths::post_number(place.thread.0, &place.slug, place.number));
    }
    see_other(paths::within_site(&form.next))
}

#[derive(serde::Deserialize)]
struct OrderForm {
    #[serde(default)]
    post: i64,
    #[serde(default, rename = "move")]
    direction: String,
}

async fn arrange(
    site: web::Data<Site>,
    manager: Manager,
    thread: web::Path<i64>,
    form: web::Form<OrderForm>,
) -> Result<HttpResponse, Error> {
    let (thread, post, by) = (ThreadId(*thread), PostId(form.post), worker(&manager));
    let direction = Direction::parse(&form.direction)
        .ok_or_else(|| Error::Refused("Say whether it moves up or down.".to_owned()))?;
    site.db.write(move |conn| actions::arrange(conn, &by, thread, post, direction)).await?;
    see_other(&format!("/manage/answers/{}", thread.0))
}

#[derive(Template)]
#[template(path = "threads/official.html")]
struct AnswersPage {
    frame: Frame,
    thread: ThreadId,
    title: String,
    path: String,
    rows: Vec<Row>,
}

struct Row {
    post: PostId,
    number: i64,
    path: String,
    author: String,
    at: Day,
    excerpt: String,
    is_first: bool,
    is_last: bool,
}

async fn answers(
    site: web::Data<Site>,
    manager: Manager,
    thread: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (thread, standing) = (ThreadId(*thread), manager.0.standing());
    let loading = site.db.read(move |conn| {
        let (found, _) = threads::find_open(conn, thread, &standing)?;
        Ok((found, official_of(conn, thread)?))
    });
    let (found, listed) = loading.await?;
    let last = listed.len();
    let rows = (1..).zip(&listed).map(|(place, one)| Row {
        post: one.post,
        number: one.number,
        path: paths::post_number(thread.0, &found.slug, one.number),
        author: one.author.name.clone(),
        at: Day(one.created_at),
        excerpt: excerpt(&one.html, 200),
        is_first: place == 1,
        is_last: place == last,
    });
    let way = vec![Crumb::new("Manage", "/manage"), Crumb::new("Official answers", "")];
    let frame = Frame::new(&site, manager.0.account(), "Official answers")
        .with_crumbs(way)
        .at(format!("/manage/answers/{}", thread.0));
    page(&AnswersPage { frame, thread, path: found.path(), title: found.title, rows: rows.collect() })
}
