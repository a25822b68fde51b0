//! Showing one's second factor in an open session, as the agents' desk asks for.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::again::{Kept, again};
use super::{NO_PASSKEYS, UNKNOWN_PASSKEY, WRONG, go_on, private_page, question, sent, told};
use crate::accounts::factors::actions::{self, Outcome};
use crate::accounts::factors::passkeys::Passkeys;
use crate::accounts::factors::rules::Kind;
use crate::accounts::factors::store;
use crate::accounts::viewer::Member;
use crate::error::Error;
use crate::paths;
use crate::web::{Frame, Site, see_other};

/// The page that asks for a second factor: after the password, and at the desk.
#[derive(Template)]
#[template(path = "accounts/factors/show.html")]
pub(super) struct ShowPage {
    pub(super) frame: Frame,
    pub(super) lede: &'static str,
    /// Where the forms are sent.
    pub(super) path: &'static str,
    pub(super) next: String,
    pub(super) has_app: bool,
    pub(super) has_passkey: bool,
    pub(super) problem: Option<String>,
    /// What was typed at the desk, and is sent again after.
    pub(super) kept: Option<Kept>,
}

/// A code, and where to go on.
#[derive(serde::Deserialize)]
pub(super) struct CodeForm {
    #[serde(default)]
    pub(super) code: String,
    #[serde(default)]
    pub(super) next: String,
}

/// An answer of a browser, and where to go on.
#[derive(serde::Deserialize)]
pub(super) struct Answered {
    pub(super) answer: serde_json::Value,
    #[serde(default)]
    pub(super) next: String,
}

#[derive(serde::Deserialize)]
pub(super) struct Arrived {
    #[serde(default)]
    pub(super) next: String,
}

pub(super) async fn form(
    site: web::Data<Site>,
    member: Member,
    arrived: web::Query<Arrived>,
) -> Result<HttpResponse, Error> {
    respond(&site, &member, &arrived.next, None, (StatusCode::OK, None)).await
}

pub(super) async fn respond(
    site: &Site,
    member: &Member,
    next: &str,
    kept: Option<Kept>,
    (status, problem): (StatusCode, Option<String>),
) -> Result<HttpResponse, Error> {
    let id = member.id;
    let factors = site.db.read(move |conn| Ok(store::list(conn, id)?)).await?;
    if factors.is_empty() {
        return see_other(&paths::add_factor());
    }
    let has = |kind: Kind| factors.iter().any(|factor| factor.kind == kind);
    private_page(
        status,
        &ShowPage {
            frame: Frame::new(site, member.account(), "Show your second factor").at("/agent/sign-in"),
            lede: "Where you are going asks for it when you come, and again after 15 minutes without work.",
            path: "/agent/sign-in",
            next: where_to(next).to_owned(),
            has_app: has(Kind::App),
            has_passkey: has(Kind::Passkey) && Passkeys::of(&site.settings).is_some(),
            problem,
            kept,
        },
    )
}

/// Where to go on from here: to the desk, unless a page of the site was named.
fn where_to(next: &str) -> &str {
    if paths::within_site(next) == "/" { "/agent" } else { next }
}

pub(super) async fn show_code(
    site: web::Data<Site>,
    member: Member,
    request: HttpRequest,
    // What was kept has names of its own.
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let field = |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let (code, next) = (field("code").unwrap_or_default(), field("next").unwrap_or_default());
    let kept = Kept::come_back(&form);
    let (status, problem) = match (super::show_code(&site, &member, &request, code).await?, &kept) {
        (Outcome::Right, None) => return see_other(where_to(&next)),
        (Outcome::Right, Some(kept)) => return again(&site, &member, kept.clone()),
        (Outcome::Wait(seconds), None) => return Err(Error::TooMany { seconds }),
        (Outcome::Wait(seconds), Some(_)) => {
            (StatusCode::TOO_MANY_REQUESTS, Error::TooMany { seconds }.to_string())
        }
        (Outcome::Wrong, _) => (StatusCode::UNPROCESSABLE_ENTITY, WRONG.to_owned()),
    };
    respond(&site, &member, &next, kept, (status, Some(problem))).await
}

pub(super) async fn ask(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let Some(passkeys) = Passkeys::of(&site.settings) else { return told(Error::refused(NO_PASSKEYS)) };
    let (keys, whose, now) = (site.keys.clone(), (member.id, member.session), site.clock.now());
    match site.db.write(move |conn| actions::ask_passkey(conn, &keys, &passkeys, whose, now)).await {
        Ok(json) => Ok(question(json)),
        Err(refused) => told(refused),
    }
}

pub(super) async fn show_passkey(
    site: web::Data<Site>,
    member: Member,
    body: web::Bytes,
) -> Result<HttpResponse, Error> {
    let Answered { answer, next } = sent(&body)?;
    let Some(passkeys) = Passkeys::of(&site.settings) else { return told(Error::refused(NO_PASSKEYS)) };
    let (keys, whose, now) = (site.keys.clone(), (member.id, member.session), site.clock.now());
    let answer = answer.to_string();
    let showing =
        site.db.write(move |conn| actions::show_passkey(conn, &keys, &passkeys, whose, &answer, now));
    if showing.await? { Ok(go_on(where_to(&next))) } else { told(Error::refused(UNKNOWN_PASSKEY)) }
}
