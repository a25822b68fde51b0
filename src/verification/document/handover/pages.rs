//! The phone's side: opening the link, sending the images, and that is all.

use actix_multipart::Multipart;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::actions::{self, USED_UP};
use super::rules::{SENDS, Stage};
use super::store;
use crate::error::Error;
use crate::settings::Settings;
use crate::tokens::{self, Token};
use crate::uploads::actions::Pictures;
use crate::uploads::rules::LARGEST_FILE;
use crate::verification::document::pages::photos::{Card, called, images_of, receive};
use crate::verification::document::pages::unkept;
use crate::verification::evidence::Vault;
use crate::web::multipart::FileForm;
use crate::web::{Account, Frame, Site, see_other};

/// The addresses of this part of the room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/handover", web::get().to(form))
        .route("/handover", web::post().to(send))
        .route("/handover/done", web::get().to(done))
        .route("/handover/done", web::post().to(finish))
        .route("/handover/{link}", web::get().to(look))
        .route("/handover/{link}", web::post().to(open));
}

/// The page is for a phone on which nobody needs to be signed in: the header says nothing of anybody.
fn frame(site: &Site, title: &str) -> Frame {
    Frame::new(site, Account::Unknown, title)
}

#[derive(Template)]
#[template(path = "verification/handover/open.html")]
struct OpenPage {
    frame: Frame,
    link: String,
    refusal: Option<&'static str>,
}

/// Shows a button and uses nothing up: programs that preview links come here too.
async fn look(site: web::Data<Site>, link: web::Path<String>) -> Result<HttpResponse, Error> {
    let (hash, now) = (tokens::hash(&link), site.clock.now());
    let found = site.db.read(move |conn| Ok(store::by_link(conn, &hash)?)).await?;
    let is_waiting = found.is_some_and(|handover| handover.stage(now) == Stage::Waiting);
    show_link(&site, link.into_inner(), is_waiting)
}

fn show_link(site: &Site, link: String, is_waiting: bool) -> Result<HttpResponse, Error> {
    if !is_waiting {
        return refuse(site, USED_UP);
    }
    let frame = frame(site, "Send images of your document");
    unkept(StatusCode::OK, &OpenPage { frame, link, refusal: None })
}

/// What is said to a phone whose half hour is over, or whose case moved on.
const ENDED: &str = "This phone can send nothing more: half an hour is over, or the document was sent off. Make a new link on your computer if something is missing.";

fn refuse(site: &Site, why: &'static str) -> Result<HttpResponse, Error> {
    let frame = frame(site, "This link cannot be used");
    unkept(StatusCode::NOT_FOUND, &OpenPage { frame, link: String::new(), refusal: Some(why) })
}

async fn open(site: web::Data<Site>, link: web::Path<String>) -> Result<HttpResponse, Error> {
    let (cookie, now) = (Token::new()?, site.clock.now());
    let (given, secret) = (cookie.clone(), link.clone());
    match site.db.write(move |conn| actions::open(conn, &secret, &given, now)).await {
        Ok(_) => {
            let mut answer = see_other("/handover")?;
            let cookie = build_cookie(&site.settings, cookie.as_str(), SENDS.num_seconds());
            answer.add_cookie(&cookie).map_err(|cause| Error::internal(cause.to_string()))?;
            Ok(answer)
        }
        Err(Error::Refused(_)) => show_link(&site, link.into_inner(), false),
        Err(error) => Err(error),
    }
}

/// `__Host-` binds the cookie to this host and to https, as for the session.
fn cookie_name(settings: &Settings) -> &'static str {
    if settings.is_https() { "__Host-handover" } else { "handover" }
}

fn build_cookie(settings: &Settings, value: &str, seconds: i64) -> Cookie<'static> {
    Cookie::build(cookie_name(settings), value.to_owned())
        .path("/")
        .http_only(true)
        .secure(settings.is_https())
        .same_site(SameSite::Strict)
        .max_age(Duration::seconds(seconds))
        .finish()
}

fn cookie_of(site: &Site, request: &HttpRequest) -> Result<String, Error> {
    let cookie = request.cookie(cookie_name(&site.settings)).ok_or(Error::NotFound)?;
    Ok(cookie.value().to_owned())
}

#[derive(Template)]
#[template(path = "verification/handover/photos.html")]
struct PhotosPage {
    frame: Frame,
    document: String,
    cards: Vec<Card>,
    is_complete: bool,
    missing: String,
    action: &'static str,
    refusal: Option<String>,
}

async fn form(site: web::Data<Site>, request: HttpRequest) -> Result<HttpResponse, Error> {
    show(&site, cookie_of(&site, &request)?, StatusCode::OK, None, None).await
}

async fn show(
    site: &Site,
    cookie: String,
    status: StatusCode,
    wrong: Option<(crate::verification::document::rules::Side, String)>,
    refusal: Option<String>,
) -> Result<HttpResponse, Error> {
    let now = site.clock.now();
    let loading = site.db.read(move |conn| {
        let (_, case) = actions::of_cookie(conn, &cookie, now)?;
        Ok((images_of(conn, &case)?, case))
    });
    let (images, case) = match loading.await {
        Err(Error::NotFound) => return refuse(site, ENDED),
        other => other?,
    };
    let kind = case.kind.ok_or(Error::NotFound)?;
    let photos = PhotosPage {
        frame: frame(site, "Photograph your document"),
        document: called(&case),
        cards: images.cards(kind, wrong.as_ref()),
        is_complete: images.are_complete(Some(kind)),
        missing: images.missing(kind),
        action: "/handover",
        refusal,
    };
    unkept(status, &photos)
}

async fn send(
    site: web::Data<Site>,
    vault: web::Data<Vault>,
    pictures: web::Data<Pictures>,
    request: HttpRequest,
    mut parts: Multipart,
) -> Result<HttpResponse, Error> {
    let (cookie, now) = (cookie_of(&site, &request)?, site.clock.now());
    let holder = cookie.clone();
    // Whoever may not send is not read.
    let (_, case) = match site.db.read(move |conn| actions::of_cookie(conn, &holder, now)).await {
        Err(Error::NotFound) => return refuse(&site, ENDED),
        other => other?,
    };
    let form = match FileForm::read(&mut parts, "image", LARGEST_FILE).await {
        Err(Error::Refused(why)) => {
            return show(&site, cookie, StatusCode::UNPROCESSABLE_ENTITY, None, Some(why)).await;
        }
        other => other?,
    };
    match receive(&site, &vault, &pictures, &case, form).await? {
        Ok(()) => see_other("/handover"),
        Err(refused) => show(&site, cookie, refused.status, refused.wrong, refused.refusal).await,
    }
}

async fn finish(site: web::Data<Site>, request: HttpRequest) -> Result<HttpResponse, Error> {
    let (cookie, now) = (cookie_of(&site, &request)?, site.clock.now());
    site.db.write(move |conn| actions::finish(conn, &cookie, now)).await?;
    let mut answer = see_other("/handover/done")?;
    let gone = build_cookie(&site.settings, "", 0);
    answer.add_cookie(&gone).map_err(|cause| Error::internal(cause.to_string()))?;
    Ok(answer)
}

#[derive(Template)]
#[template(path = "verification/handover/done.html")]
struct DonePage {
    frame: Frame,
}

async fn done(site: web::Data<Site>) -> Result<HttpResponse, Error> {
    unkept(StatusCode::OK, &DonePage { frame: frame(&site, "Go on at your computer") })
}
