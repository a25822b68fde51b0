//! The buttons that block, and the list of those whom one blocked.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::actions;
use super::store::{self, Blocked};
use crate::accounts::viewer::Member;
use crate::error::Error;
use crate::members::rules::monogram;
use crate::paths;
use crate::web::{Crumb, Day, Frame, Site, page, see_other};

/// Members on a page.
const A_PAGE: usize = 50;

/// The addresses of blocks.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/u/{handle}/block", web::post().to(block))
        .route("/u/{handle}/unblock", web::post().to(unblock))
        .route("/settings/blocks", web::get().to(list));
}

/// Where to go afterwards, when it is not the profile.
#[derive(serde::Deserialize)]
struct Onward {
    #[serde(default)]
    next: String,
}

impl Onward {
    fn path(&self, handle: &str) -> String {
        if self.next.is_empty() { paths::member(handle) } else { paths::within_site(&self.next).to_owned() }
    }
}

async fn block(
    site: web::Data<Site>,
    member: Member,
    handle: web::Path<String>,
    onward: web::Form<Onward>,
) -> Result<HttpResponse, Error> {
    let (handle, now) = (handle.to_lowercase(), site.clock.now());
    let path = onward.path(&handle);
    site.db.write(move |conn| actions::block(conn, member.id, &handle, now)).await?;
    see_other(&path)
}

async fn unblock(
    site: web::Data<Site>,
    member: Member,
    handle: web::Path<String>,
    onward: web::Form<Onward>,
) -> Result<HttpResponse, Error> {
    let handle = handle.to_lowercase();
    let path = onward.path(&handle);
    site.db.write(move |conn| actions::unblock(conn, member.id, &handle)).await?;
    see_other(&path)
}

#[derive(Template)]
#[template(path = "members/blocks.html")]
struct BlocksPage {
    frame: Frame,
    rows: Vec<Row>,
    next: Option<String>,
}

struct Row {
    handle: String,
    name: String,
    path: String,
    monogram: String,
    hue: i64,
    since: Day,
}

impl From<&Blocked> for Row {
    fn from(blocked: &Blocked) -> Self {
        Self {
            path: paths::member(&blocked.handle),
            monogram: monogram(&blocked.name),
            hue: blocked.id.0 % 8,
            since: Day(blocked.since),
            handle: blocked.handle.clone(),
            name: blocked.name.clone(),
        }
    }
}

#[derive(serde::Deserialize)]
struct Asked {
    #[serde(default)]
    after: String,
}

async fn list(
    site: web::Data<Site>,
    member: Member,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let (id, after) = (member.id, asked.into_inner().after);
    let limit = i64::try_from(A_PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let mut blocked = site.db.read(move |conn| Ok(store::page(conn, id, &after, limit)?)).await?;
    let next = (blocked.len() > A_PAGE).then(|| {
        blocked.truncate(A_PAGE);
        let after = blocked.last().map(|last| last.handle.as_str()).unwrap_or_default();
        format!("/settings/blocks?after={after}")
    });
    let way = vec![Crumb::new("Settings", "/settings"), Crumb::new("Blocked members", "/settings/blocks")];
    let frame =
        Frame::new(&site, member.account(), "Blocked members").with_crumbs(way).at("/settings/blocks");
    page(&BlocksPage { frame, rows: blocked.iter().map(Row::from).collect(), next })
}
