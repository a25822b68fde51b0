//! Taking it back, and appealing.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::photos::images_of;
use super::{case_or_way, frame, unkept};
use crate::accounts::viewer::Member;
use crate::clock::date;
use crate::error::Error;
use crate::verification::document::actions;
use crate::verification::document::rules::{APPEAL, APPEAL_CHARACTERS, State, may_appeal};
use crate::verification::document::store;
use crate::web::{Frame, Problems, Site, see_other};

#[derive(Template)]
#[template(path = "verification/document/withdraw.html")]
struct WithdrawPage {
    frame: Frame,
    /// Whether it was decided already: then only the images go.
    is_decided: bool,
    is_approved: bool,
    count: usize,
}

pub(super) async fn ask(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let id = member.id;
    let loading = site.db.read(move |conn| {
        let Some(case) = store::newest_of(conn, id)? else { return Ok(None) };
        Ok(Some((case.place.0, images_of(conn, &case)?.there.len())))
    });
    let Some((state, count)) = loading.await? else { return see_other("/verification") };
    // What is over and has no images has nothing to take back.
    if state.is_over() && count == 0 {
        return see_other("/verification");
    }
    let title = if state.is_over() { "Destroy the images" } else { "Take it back" };
    let asking = WithdrawPage {
        frame: frame(&site, member.account(), title, "/verification/document/withdraw"),
        is_decided: state.is_over(),
        is_approved: state == State::Approved,
        count,
    };
    unkept(StatusCode::OK, &asking)
}

pub(super) async fn withdraw(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let (id, now, keys) = (member.id, site.clock.now(), Arc::clone(&site.keys));
    let withdrawing = site.db.write(move |conn| match actions::withdraw(conn, &keys, id, now) {
        // Nothing was begun, so there is nothing left.
        Err(Error::NotFound) => Ok(0),
        other => other,
    });
    withdrawing.await?;
    see_other("/verification")
}

#[derive(Template)]
#[template(path = "verification/document/appeal.html")]
struct AppealPage {
    frame: Frame,
    told: &'static str,
    decided: String,
    until: String,
    most: usize,
    words: String,
    problems: Problems,
}

/// The words of an appeal.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct AppealForm {
    words: String,
}

pub(super) async fn appeal_form(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    show(&site, &member, StatusCode::OK, AppealForm::default(), Problems::none()).await
}

async fn show(
    site: &Site,
    member: &Member,
    status: StatusCode,
    form: AppealForm,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let (id, now) = (member.id, site.clock.now());
    let finding =
        site.db.read(move |conn| case_or_way(conn, id, |case| case.place.0 == State::Declined)).await?;
    let case = finding.map_err(|_| Error::NotFound)?;
    let decided =
        case.decided_at.filter(|at| may_appeal(*at, case.appealed_at, now)).ok_or(Error::NotFound)?;
    let appealing = AppealPage {
        frame: frame(site, member.account(), "Appeal", "/verification/document/appeal"),
        told: case.reason.map_or("", |reason| reason.told()),
        decided: date(decided),
        until: date(decided + APPEAL),
        most: APPEAL_CHARACTERS.1,
        words: form.words,
        problems,
    };
    unkept(status, &appealing)
}

pub(super) async fn appeal(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<AppealForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let (id, now, keys, words) = (member.id, site.clock.now(), Arc::clone(&site.keys), form.words.clone());
    match site.db.write(move |conn| actions::appeal(conn, &keys, id, &words, now)).await {
        Ok(()) => see_other("/verification"),
        Err(Error::Refused(why)) => {
            show(&site, &member, StatusCode::UNPROCESSABLE_ENTITY, form, Problems::one("words", why)).await
        }
        Err(error) => Err(error),
    }
}
