//! Going on with the phone, on the computer's side: the link, its picture, and how far the phone got.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::photos::{Images, Shot, called, images_of};
use super::{case_or_way, frame, unkept};
use crate::accounts::viewer::Member;
use crate::error::Error;
use crate::verification::document::handover::rules::Stage;
use crate::verification::document::handover::store::{self as handovers, Handover};
use crate::verification::document::handover::{actions, actions::takes_images};
use crate::verification::document::store::Case;
use crate::web::codes::{Picture, draw};
use crate::web::{Frame, Site, When, see_other};

const PATH: &str = "/verification/document/phone";

#[derive(Template)]
#[template(path = "verification/document/phone.html")]
struct PhonePage {
    frame: Frame,
    document: String,
    /// `none` where no link was made yet.
    stage: &'static str,
    link: Option<Link>,
    shots: Vec<(&'static str, Shot)>,
    is_complete: bool,
    missing: String,
    count: usize,
}

/// A link that waits for a phone.
struct Link {
    address: String,
    code: Picture,
    until: When,
}

type Loaded = Result<(Case, Option<Handover>, Images), &'static str>;

async fn load(site: &Site, member: &Member) -> Result<Loaded, Error> {
    let id = member.id;
    let loading = site.db.read(move |conn| match case_or_way(conn, id, takes_images)? {
        Ok(case) => {
            let (handover, images) = (handovers::newest_of(conn, case.id)?, images_of(conn, &case)?);
            Ok(Ok((case, handover, images)))
        }
        Err(way) => Ok(Err(way)),
    });
    loading.await
}

pub(super) async fn form(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let (case, handover, images) = match load(&site, &member).await? {
        Ok(loaded) => loaded,
        Err(way) => return see_other(way),
    };
    let (kind, now) = (case.kind.ok_or(Error::NotFound)?, site.clock.now());
    let stage = handover.as_ref().map(|handover| handover.stage(now));
    let link = match handover.filter(|_| stage == Some(Stage::Waiting)) {
        Some(handover) => {
            let secret = actions::link(&site.keys, handover.id);
            let address = format!("{}/handover/{secret}", site.settings.origin());
            Some(Link { code: draw(&address)?, address, until: When(handover.expires_at) })
        }
        None => None,
    };
    let (is_complete, missing, count) =
        (images.are_complete(Some(kind)), images.missing(kind), images.there.len());
    let cards = images.cards(kind, None).into_iter();
    let phone = PhonePage {
        frame: frame(&site, member.account(), "Go on with your phone", PATH),
        document: called(&case),
        stage: stage.map_or("none", Stage::code),
        link,
        shots: cards.flat_map(|card| card.shots.into_iter().map(move |shot| (card.title, shot))).collect(),
        is_complete,
        missing,
        count,
    };
    unkept(StatusCode::OK, &phone)
}

pub(super) async fn make(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let (id, now, keys) = (member.id, site.clock.now(), Arc::clone(&site.keys));
    let making = site.db.write(move |conn| match case_or_way(conn, id, takes_images)? {
        Ok(case) => actions::make(conn, &keys, &case, now).map(|_| PATH),
        Err(way) => Ok(way),
    });
    see_other(making.await?)
}

/// How far the phone got, for the script that follows it.
pub(super) async fn state(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let (stage, count) = match load(&site, &member).await? {
        Ok((_, handover, images)) => {
            (handover.map_or("none", |handover| handover.stage(site.clock.now()).code()), images.there.len())
        }
        Err(_) => ("gone", 0),
    };
    let told = serde_json::json!({ "stage": stage, "images": count });
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(told))
}
