//! The forms that warn, silence and suspend.

use actix_web::{HttpResponse, web};

use super::actions;
use super::rules::Sanction;
use crate::accounts::viewer::Moderator;
use crate::error::Error;
use crate::moderation::pages::{ActForm, Sheet, blank, submit};
use crate::web::{Crumb, Site};
use crate::{members, paths};

/// The addresses of this part of the room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/u/{handle}/warn", web::get().to(warn_form))
        .route("/u/{handle}/warn", web::post().to(warn))
        .route("/u/{handle}/silence", web::get().to(silence_form))
        .route("/u/{handle}/silence", web::post().to(silence))
        .route("/u/{handle}/suspend", web::get().to(suspend_form))
        .route("/u/{handle}/suspend", web::post().to(suspend));
}

fn sheet(sanction: Sanction, handle: &str, name: &str) -> Sheet {
    let (heading, lede, button) = match sanction {
        Sanction::Warn => (
            format!("Warn {name}"),
            "They are told which rule was broken, and why. Nothing else changes for them.",
            "Warn them",
        ),
        Sanction::Silence => (
            format!("Silence {name}"),
            "Until the end they can read, keep drafts and appeal, but post, edit and like nothing.",
            "Silence them",
        ),
        Sanction::Suspend => (
            format!("Suspend {name}"),
            "Until the end they can sign in, read what is public, see their notices and appeal. Nothing else.",
            "Suspend them",
        ),
    };
    Sheet {
        heading,
        lede,
        action: format!("/u/{handle}/{}", sanction.word()),
        button,
        is_grave: true,
        has_end: sanction.has_end(),
        about: Crumb::new(name, paths::member(handle)),
    }
}

async fn form(
    site: &Site,
    moderator: &Moderator,
    sanction: Sanction,
    handle: String,
    asked: ActForm,
) -> Result<HttpResponse, Error> {
    let found = move |conn: &mut _| {
        let member = members::store::find(conn, &handle)?.ok_or(Error::NotFound)?;
        Ok(sheet(sanction, &member.handle, &member.name))
    };
    blank(site, moderator, asked, found).await
}

async fn send(
    site: &Site,
    moderator: &Moderator,
    sanction: Sanction,
    handle: String,
    sent: ActForm,
) -> Result<HttpResponse, Error> {
    let sheet = sheet(sanction, &handle, &format!("@{handle}"));
    submit(site, moderator, sheet, sent, move |conn, work, until| {
        let act = actions::sanction(conn, work, &handle, sanction, until)?;
        Ok(paths::notice(act.0))
    })
    .await
}

async fn warn_form(
    site: web::Data<Site>,
    moderator: Moderator,
    handle: web::Path<String>,
    asked: web::Query<ActForm>,
) -> Result<HttpResponse, Error> {
    form(&site, &moderator, Sanction::Warn, handle.into_inner(), asked.into_inner()).await
}

async fn silence_form(
    site: web::Data<Site>,
    moderator: Moderator,
    handle: web::Path<String>,
    asked: web::Query<ActForm>,
) -> Result<HttpResponse, Error> {
    form(&site, &moderator, Sanction::Silence, handle.into_inner(), asked.into_inner()).await
}

async fn suspend_form(
    site: web::Data<Site>,
    moderator: Moderator,
    handle: web::Path<String>,
    asked: web::Query<ActForm>,
) -> Result<HttpResponse, Error> {
    form(&site, &moderator, Sanction::Suspend, handle.into_inner(), asked.into_inner()).await
}

async fn warn(
    site: web::Data<Site>,
    moderator: Moderator,
    handle: web::Path<String>,
    sent: web::Form<ActForm>,
) -> Result<HttpResponse, Error> {
    send(&site, &moderator, Sanction::Warn, handle.into_inner(), sent.into_inner()).await
}

async fn silence(
    site: web::Data<Site>,
    moderator: Moderator,
    handle: web::Path<String>,
    sent: web::Form<ActForm>,
) -> Result<HttpResponse, Error> {
    send(&site, &moderator, Sanction::Silence, handle.into_inner(), sent.into_inner()).await
}

async fn suspend(
    site: web::Data<Site>,
    moderator: Moderator,
    handle: web::Path<String>,
    sent: web::Form<ActForm>,
) -> Result<HttpResponse, Error> {
    send(&site, &moderator, Sanction::Suspend, handle.into_inner(), sent.into_inner()).await
}
