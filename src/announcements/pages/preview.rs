//! How an announcement will look to somebody: as a visitor, as a member, as whoever it is for.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{frame, path_of};
use crate::accounts::viewer::Manager;
use crate::announcements::rules::audience_in_words;
use crate::announcements::store::Announcement;
use crate::announcements::{AnnouncementId, actions};
use crate::badges::marks::{self, Marks};
use crate::boards;
use crate::boards::rules::{Access, Board, Standing, find_readable};
use crate::error::Error;
use crate::members::rules::Role;
use crate::text::{Format, SafeHtml, render};
use crate::web::{Frame, Site, When, page};

#[derive(Template)]
#[template(path = "announcements/preview.html")]
struct PreviewPage {
    frame: Frame,
    back: String,
    kinds: Vec<Kind>,
    kind: String,
    exists: bool,
    title: String,
    board: String,
    banner: Option<String>,
    pinned: bool,
    locked: bool,
    audience: String,
    comments_from: Option<When>,
    author: Marks,
    at: When,
    html: SafeHtml,
}

/// Somebody whom one can look as.
struct Kind {
    code: String,
    title: String,
    is_here: bool,
}

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default, rename = "as")]
    kind: String,
}

pub(super) async fn preview(
    site: web::Data<Site>,
    manager: Manager,
    id: web::Path<i64>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let (id, standing, now) = (AnnouncementId(*id), manager.0.standing(), site.clock.now());
    let loading = site.db.read(move |conn| {
        let found = actions::find(conn, id, &standing)?;
        let boards = boards::store::all(conn)?;
        let marks = marks::of(conn, &[found.author], now)?.remove(&found.author);
        Ok((found, boards, marks.ok_or(Error::NotFound)?))
    });
    show(&site, &manager, &asked.kind, loading.await?)
}

/// What one trip to the database brings: the announcement, the boards, and its author.
type Loaded = (Announcement, Vec<Board>, Marks);

fn show(
    site: &Site,
    manager: &Manager,
    kind: &str,
    (found, boards, author): Loaded,
) -> Result<HttpResponse, Error> {
    let rule = Access::parse(kind).filter(|rule| *rule != Access::Anyone);
    let reader = rule.map_or_else(Standing::default, someone);
    let board = boards.iter().find(|board| board.id == found.board).ok_or(Error::NotFound)?;
    let exists = found.audience.includes(&reader) && find_readable(&boards, board.id, &reader).is_some();
    let chosen = rule.unwrap_or(Access::Anyone);
    let kinds = Access::all().into_iter().map(|rule| Kind {
        code: rule.code(),
        title: kind_title(rule),
        is_here: rule == chosen,
    });
    let banner = if found.banner_text.is_empty() { &found.title } else { &found.banner_text };
    let here = format!("{}/preview", path_of(found.id));
    page(&PreviewPage {
        frame: frame(site, manager, "Preview", &here),
        back: path_of(found.id),
        kinds: kinds.collect(),
        kind: kind_title(chosen),
        exists,
        board: board.title.clone(),
        banner: found.has_banner.then(|| banner.clone()),
        pinned: found.pinned,
        locked: found.comments.code() == "closed",
        audience: audience_in_words(found.audience),
        comments_from: found.comments.from().map(When),
        author,
        at: When(found.published_at.or(found.publish_at).unwrap_or_else(|| site.clock.now())),
        html: render(Format::Markdown, &found.body),
        title: found.title,
    })
}

/// Somebody who passes this rule, and no more.
fn someone(rule: Access) -> Standing {
    let mut standing = Standing { is_member: true, tier: None, roles: Vec::new() };
    match rule {
        Access::Tier(tier) => standing.tier = Some(tier),
        Access::Role(held) => standing.roles.push(held),
        Access::Anyone | Access::Members => {}
    }
    standing
}

fn kind_title(rule: Access) -> String {
    match rule {
        Access::Anyone => "a visitor".to_owned(),
        Access::Members => "a member".to_owned(),
        Access::Tier(tier) => format!("a {} member", tier.title()),
        Access::Role(Role::Administrator) => "an Administrator".to_owned(),
        Access::Role(held) => format!("a {}", held.title()),
    }
}
