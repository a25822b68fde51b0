//! The forms of moderators: each does its work and leads back.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::actions::{self, Switch};
use crate::accounts::viewer::{Member, Moderator};
use crate::error::Error;
use crate::paths;
use crate::threads::rules::reason;
use crate::threads::{self, PostId, ThreadId};
use crate::web::{Crumb, Frame, Problems, Site, page_with, see_other};

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/p/{post}/remove", web::get().to(remove_form))
        .route("/p/{post}/remove", web::post().to(remove))
        .route("/t/{id}/lock", web::post().to(lock))
        .route("/t/{id}/unlock", web::post().to(unlock))
        .route("/t/{id}/pin", web::post().to(pin))
        .route("/t/{id}/unpin", web::post().to(unpin));
}

#[derive(Clone, Debug, Default, serde::Deserialize)]
struct ReasonForm {
    #[serde(default)]
    reason: String,
}

#[derive(Template)]
#[template(path = "moderation/remove.html")]
struct RemovePage {
    frame: Frame,
    post: PostId,
    form: ReasonForm,
    problems: Problems,
}

fn show(
    site: &Site,
    moderator: &Moderator,
    status: StatusCode,
    post: PostId,
    form: ReasonForm,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let way = vec![Crumb::new("The post", paths::post(post.0)), Crumb::new("Remove", "")];
    let frame = Frame::new(site, moderator.0.account(), "Remove a post").with_crumbs(way);
    page_with(status, &RemovePage { frame, post, form, problems })
}

async fn remove_form(
    site: web::Data<Site>,
    moderator: Moderator,
    post: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let post = PostId(*post);
    let looking = site.db.read(move |conn| Ok(threads::store::place_of(conn, post)?));
    looking.await?.filter(|place| !place.is_removed).ok_or(Error::NotFound)?;
    show(&site, &moderator, StatusCode::OK, post, ReasonForm::default(), Problems::none())
}

async fn remove(
    site: web::Data<Site>,
    moderator: Moderator,
    post: web::Path<i64>,
    form: web::Form<ReasonForm>,
) -> Result<HttpResponse, Error> {
    let (post, form) = (PostId(*post), form.into_inner());
    let reason = match reason(&form.reason) {
        Ok(reason) => reason,
        Err(problem) => {
            let problems = Problems::one("reason", problem.to_string());
            return show(&site, &moderator, StatusCode::UNPROCESSABLE_ENTITY, post, form, problems);
        }
    };
    let (by, now) = (at_work(&moderator.0), site.clock.now());
    let place = site.db.write(move |conn| actions::remove(conn, &by, post, &reason, now)).await?;
    see_other(&paths::post_number(place.thread.0, &place.slug, place.number))
}

fn at_work(member: &Member) -> actions::Moderator {
    actions::Moderator { id: member.id, standing: member.standing() }
}

async fn lock(
    site: web::Data<Site>,
    moderator: Moderator,
    id: web::Path<i64>,
    form: web::Form<ReasonForm>,
) -> Result<HttpResponse, Error> {
    let reason = reason(&form.reason).map_err(Error::refused)?;
    switch(&site, &moderator, *id, Switch::Locked(true), reason).await
}

async fn unlock(
    site: web::Data<Site>,
    moderator: Moderator,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    switch(&site, &moderator, *id, Switch::Locked(false), String::new()).await
}

async fn pin(site: web::Data<Site>, moderator: Moderator, id: web::Path<i64>) -> Result<HttpResponse, Error> {
    switch(&site, &moderator, *id, Switch::Pinned(true), String::new()).await
}

async fn unpin(
    site: web::Data<Site>,
    moderator: Moderator,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    switch(&site, &moderator, *id, Switch::Pinned(false), String::new()).await
}

async fn switch(
    site: &Site,
    moderator: &Moderator,
    id: i64,
    switch: Switch,
    reason: String,
) -> Result<HttpResponse, Error> {
    let (by, now) = (at_work(&moderator.0), site.clock.now());
    let writing = site.db.write(move |conn| actions::switch(conn, &by, ThreadId(id), switch, &reason, now));
    see_other(&writing.await?)
}
