//! The managers' pages, and the button that dismisses a banner.

mod edit;
mod figures;
mod form;
mod overview;
mod preview;

use actix_web::{HttpResponse, web};

use super::AnnouncementId;
use super::actions::{self, Manager as Worker};
use super::banners::refresh;
use crate::accounts::viewer::{Manager, Member};
use crate::error::Error;
use crate::paths;
use crate::web::{Crumb, Frame, Site, see_other};

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/manage", web::get().to(overview::overview))
        .route("/manage/announcements", web::post().to(edit::create))
        .route("/manage/announcements/new", web::get().to(edit::new))
        .route("/manage/announcements/{id}", web::get().to(edit::edit))
        .route("/manage/announcements/{id}", web::post().to(edit::change))
        .route("/manage/announcements/{id}/preview", web::get().to(preview::preview))
        .route("/manage/announcements/{id}/figures", web::get().to(figures::figures))
        .route("/manage/announcements/{id}/publish", web::post().to(edit::publish))
        .route("/manage/announcements/{id}/unschedule", web::post().to(edit::unschedule))
        .route("/manage/announcements/{id}/correct", web::post().to(edit::correct))
        .route("/manage/announcements/{id}/end", web::post().to(edit::end))
        .route("/manage/announcements/{id}/delete", web::post().to(edit::delete))
        .route("/announcements/{id}/dismiss", web::post().to(dismiss));
}

fn worker(manager: &Manager) -> Worker {
    Worker { id: manager.0.id, standing: manager.0.standing() }
}

/// A frame below "Manage".
fn frame(site: &Site, manager: &Manager, title: &str, here: &str) -> Frame {
    let mut way = vec![Crumb::new("Manage", "/manage")];
    if here != "/manage" {
        way.push(Crumb::new(title, here));
    }
    Frame::new(site, manager.0.account(), title).with_crumbs(way).at(here)
}

fn path_of(id: AnnouncementId) -> String {
    format!("/manage/announcements/{}", id.0)
}

#[derive(serde::Deserialize)]
struct DismissForm {
    #[serde(default)]
    next: String,
}

async fn dismiss(
    site: web::Data<Site>,
    member: Member,
    id: web::Path<i64>,
    form: web::Form<DismissForm>,
) -> Result<HttpResponse, Error> {
    let (id, who, standing, now) = (AnnouncementId(*id), member.id, member.standing(), site.clock.now());
    site.db.write(move |conn| actions::dismiss(conn, who, &standing, id, now)).await?;
    see_other(paths::within_site(&form.next))
}
