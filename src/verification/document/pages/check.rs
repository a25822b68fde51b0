//! Looking it all over, and sending it off.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::photos::{Images, Shot, called, images_of};
use super::{case_or_way, frame, unkept};
use crate::accounts::viewer::Member;
use crate::error::Error;
use crate::verification::document::actions;
use crate::verification::document::countries;
use crate::verification::document::details::Details;
use crate::verification::document::rules::State;
use crate::verification::document::store::{self, Case};
use crate::web::{Frame, Site, see_other};

#[derive(Template)]
#[template(path = "verification/document/check.html")]
struct CheckPage {
    frame: Frame,
    document: String,
    facts: Vec<(&'static str, String)>,
    zone: Option<String>,
    shots: Vec<(&'static str, Shot)>,
    has_hints: bool,
    refusal: Option<String>,
}

pub(super) async fn form(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    show(&site, &member, StatusCode::OK, None).await
}

async fn show(
    site: &Site,
    member: &Member,
    status: StatusCode,
    refusal: Option<String>,
) -> Result<HttpResponse, Error> {
    let id = member.id;
    let loading =
        site.db.read(move |conn| match case_or_way(conn, id, |case| case.place.0 == State::Checking)? {
            Ok(case) => match store::details(conn, case.id)? {
                Some(sealed) => Ok(Ok((images_of(conn, &case)?, case, sealed))),
                None => Ok(Err("/verification/document/details")),
            },
            Err(way) => Ok(Err(way)),
        });
    let (images, case, sealed): (Images, Case, Vec<u8>) = match loading.await? {
        Ok(loaded) => loaded,
        Err(way) => return see_other(way),
    };
    let details = Details::open(&site.keys, case.id, &sealed)?;
    let cards = images.cards(case.kind.ok_or(Error::NotFound)?, None).into_iter();
    let shots: Vec<_> =
        cards.flat_map(|card| card.shots.into_iter().map(move |shot| (card.title, shot))).collect();
    let checking = CheckPage {
        frame: frame(site, member.account(), "Look it over", "/verification/document/check"),
        document: called(&case),
        facts: facts(&details),
        zone: details.mrz,
        has_hints: shots.iter().any(|(_, shot)| !shot.hints.is_empty()),
        shots,
        refusal,
    };
    unkept(status, &checking)
}

fn facts(details: &Details) -> Vec<(&'static str, String)> {
    let day = |date: chrono::NaiveDate| date.format("%B %-d, %Y").to_string();
    let nation = countries::find(&details.nationality).map_or("None of the list", |country| country.name);
    let given = if details.given_names.is_empty() { "None" } else { &details.given_names };
    vec![
        ("Surname", details.surname.clone()),
        ("Given names", given.to_owned()),
        ("Date of birth", day(details.birth_date)),
        ("Nationality", nation.to_owned()),
        ("Number", details.number.clone()),
        ("Valid until", details.expiry.map_or_else(|| "It has no end".to_owned(), day)),
    ]
}

pub(super) async fn submit(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let (id, now, keys) = (member.id, site.clock.now(), Arc::clone(&site.keys));
    match site.db.write(move |conn| actions::submit(conn, &keys, id, now)).await {
        Ok(()) => see_other("/verification"),
        Err(Error::Refused(why)) => show(&site, &member, StatusCode::UNPROCESSABLE_ENTITY, Some(why)).await,
        Err(error) => Err(error),
    }
}
