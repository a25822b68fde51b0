//! Adding a passkey. A script does it, because only a script can ask a browser for one.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::list::{PATH, frame};
use super::{NO_PASSKEYS, UNKNOWN_PASSKEY, asks_who, go_on, office, private_page, question, sent, told, who};
use crate::accounts::factors::passkeys::Passkeys;
use crate::accounts::factors::{actions, rules};
use crate::accounts::viewer::Member;
use crate::error::Error;
use crate::web::{Frame, Site};

#[derive(Template)]
#[template(path = "accounts/factors/passkey.html")]
struct PasskeyPage {
    frame: Frame,
    has_passkeys: bool,
    asks_who: bool,
}

pub(super) async fn form(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let frame = frame(&site, &member, "Add a passkey");
    let (has_passkeys, asks_who) = (Passkeys::of(&site.settings).is_some(), asks_who(&site, &member).await?);
    private_page(StatusCode::OK, &PasskeyPage { frame, has_passkeys, asks_who })
}

/// What a script sends before the browser asks for a passkey.
#[derive(serde::Deserialize)]
struct Asking {
    #[serde(default)]
    name: String,
    #[serde(default)]
    who: String,
}

/// What it sends after.
#[derive(serde::Deserialize)]
struct Answered {
    #[serde(default)]
    name: String,
    answer: serde_json::Value,
}

pub(super) async fn ask(
    site: web::Data<Site>,
    member: Member,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Error> {
    let asking: Asking = sent(&body)?;
    match question_for(&site, &member, &request, asking).await {
        Ok(json) => Ok(question(json)),
        Err(refused) => told(refused),
    }
}

async fn question_for(
    site: &Site,
    member: &Member,
    request: &HttpRequest,
    asking: Asking,
) -> Result<String, Error> {
    rules::name(&asking.name).map_err(Error::refused)?;
    let passkeys = Passkeys::of(&site.settings).ok_or_else(|| Error::refused(NO_PASSKEYS))?;
    if let Some(problem) = who(site, member, request, asking.who).await? {
        return Err(Error::refused(problem));
    }
    let (keys, whose, now) = (site.keys.clone(), (member.id, member.session), site.clock.now());
    let (handle, name) = (member.handle.clone(), member.name.clone());
    let asked = site
        .db
        .write(move |conn| actions::ask_new_passkey(conn, &keys, &passkeys, whose, (&handle, &name), now));
    asked.await
}

pub(super) async fn add(
    site: web::Data<Site>,
    member: Member,
    body: web::Bytes,
) -> Result<HttpResponse, Error> {
    let answered: Answered = sent(&body)?;
    match keep(&site, &member, answered).await {
        Ok(true) => {
            site.mail_queued.notify_one();
            Ok(go_on(&format!("{PATH}?saved=passkey")))
        }
        Ok(false) => told(Error::refused(UNKNOWN_PASSKEY)),
        Err(refused) => told(refused),
    }
}

async fn keep(site: &Site, member: &Member, answered: Answered) -> Result<bool, Error> {
    let Answered { name, answer } = answered;
    let name = rules::name(&name).map_err(Error::refused)?;
    let passkeys = Passkeys::of(&site.settings).ok_or_else(|| Error::refused(NO_PASSKEYS))?;
    let (office, whose, now) = (office(site), (member.id, member.session), site.clock.now());
    let answer = answer.to_string();
    let adding =
        site.db.write(move |conn| actions::add_passkey(conn, &office, &passkeys, whose, &name, &answer, now));
    adding.await
}
