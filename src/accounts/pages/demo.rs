//! The demo's way in: one click signs in as one of its people. These addresses exist in a demo only.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::sign_in::add_cookie;
use crate::accounts::demo::{PEOPLE, Person};
use crate::accounts::viewer::{Viewer, device, session_cookie};
use crate::accounts::{actions, factors};
use crate::error::Error;
use crate::members;
use crate::members::rules::Role;
use crate::tokens::Token;
use crate::web::{Frame, Site, page, see_other};

/// Whose desk asks for a second factor, which nobody can show in a demo: one click stands for it.
const AGENTS: [Role; 3] = [Role::VerificationAgent, Role::SeniorAgent, Role::TrustAdministrator];

#[derive(Template)]
#[template(path = "accounts/demo.html")]
struct DemoPage {
    frame: Frame,
    people: &'static [Person],
}

pub(super) async fn choose(site: web::Data<Site>, viewer: Viewer) -> Result<HttpResponse, Error> {
    page(&DemoPage { frame: Frame::new(&site, viewer.account(), "Choose who you are"), people: &PEOPLE })
}

#[derive(serde::Deserialize)]
pub(super) struct Choice {
    #[serde(rename = "as")]
    handle: String,
}

pub(super) async fn become_somebody(
    site: web::Data<Site>,
    request: HttpRequest,
    choice: web::Form<Choice>,
) -> Result<HttpResponse, Error> {
    sign_in_as(&site, &request, choice.into_inner().handle).await
}

/// The links that the program prints at its start.
pub(super) async fn enter(
    site: web::Data<Site>,
    request: HttpRequest,
    handle: web::Path<String>,
) -> Result<HttpResponse, Error> {
    sign_in_as(&site, &request, handle.into_inner()).await
}

async fn sign_in_as(site: &Site, request: &HttpRequest, handle: String) -> Result<HttpResponse, Error> {
    let (token, device, now) = (Token::new()?, device(request, &site.settings), site.clock.now());
    let cookie = session_cookie(&site.settings, &token);
    let keys = site.keys.clone();
    let writing = site.db.write(move |conn| {
        let member = members::store::find(conn, &handle)?.ok_or(Error::NotFound)?;
        actions::sign_in(conn, member.id, &token, &device, now)?;
        let roles = members::store::roles_of(conn, &[member.id])?.remove(&member.id).unwrap_or_default();
        if roles.iter().any(|role| AGENTS.contains(role)) {
            factors::actions::stand_in(conn, &keys, member.id, &token, now)?;
        }
        Ok(())
    });
    writing.await?;
    let mut answer = see_other("/")?;
    add_cookie(&mut answer, &cookie)?;
    Ok(answer)
}
