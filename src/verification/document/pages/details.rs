//! Typing what the document says.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::photos::{called, images_of};
use super::{case_or_way, frame, unkept};
use crate::accounts::viewer::Member;
use crate::error::Error;
use crate::verification::document::actions::{self, is_complete};
use crate::verification::document::countries::{self, COUNTRIES, Country};
use crate::verification::document::details::{Details, NO_COUNTRY, Typed, read};
use crate::verification::document::rules::{Kind, Reason, State, Zoned};
use crate::verification::document::store::{self, Case};
use crate::web::{Frame, Problems, Site, see_other};

const PATH: &str = "/verification/document/details";

#[derive(Template)]
#[template(path = "verification/document/details.html")]
struct DetailsPage {
    frame: Frame,
    document: String,
    countries: &'static [Country],
    no_country: &'static str,
    typed: Typed,
    problems: Problems,
    reason: Option<&'static str>,
    /// Whether the names in the zone are others: then it can be said that they are printed so.
    asks_names: bool,
    zone: ZoneField,
}

/// What is said of the zone.
struct ZoneField {
    is_asked: bool,
    may_miss: bool,
    hint: &'static str,
}

impl ZoneField {
    fn of(kind: Kind) -> Self {
        let zoned = kind.zoned();
        Self {
            is_asked: zoned != Zoned::Never,
            may_miss: zoned == Zoned::Mostly,
            hint: match kind {
                Kind::Passport => {
                    "The 2 lines at the bottom of the page with your photograph, 44 characters each, with every <."
                }
                _ => {
                    "The lines with the many <, mostly on the back: 3 of 30 characters, or 2 of 36. Type every <."
                }
            },
        }
    }
}

/// The case of a member who may type now: its images are there.
struct Ready {
    case: Case,
    sealed: Option<Vec<u8>>,
}

async fn load(site: &Site, member: &Member) -> Result<Result<Ready, &'static str>, Error> {
    let id = member.id;
    let loading = site.db.read(move |conn| {
        let case = match case_or_way(conn, id, |case| case.place.0.is_with_member() && case.kind.is_some())? {
            Ok(case) => case,
            Err(way) => return Ok(Err(way)),
        };
        if !is_complete(case.kind, &images_of(conn, &case)?.there) {
            return Ok(Err("/verification/document/photos"));
        }
        Ok(Ok(Ready { sealed: store::details(conn, case.id)?, case }))
    });
    loading.await
}

pub(super) async fn form(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let ready = match load(&site, &member).await? {
        Ok(ready) => ready,
        Err(way) => return see_other(way),
    };
    let typed = match &ready.sealed {
        Some(sealed) => Typed::from(&Details::open(&site.keys, ready.case.id, sealed)?),
        None => Typed { nationality: ready.case.country.clone().unwrap_or_default(), ..Typed::default() },
    };
    show(&site, &member, StatusCode::OK, &ready.case, typed, Problems::none())
}

fn show(
    site: &Site,
    member: &Member,
    status: StatusCode,
    case: &Case,
    typed: Typed,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let zone_says = |field: &str| problems.get(field).is_some_and(|why| why.starts_with("The zone"));
    let is_asked_again = case.place.0 == State::Resubmit && case.reason == Some(Reason::TypedDiffers);
    let details = DetailsPage {
        frame: frame(site, member.account(), "What the document says", PATH),
        document: called(case),
        countries: COUNTRIES,
        no_country: NO_COUNTRY,
        asks_names: typed.names_differ.is_some() || zone_says("surname") || zone_says("given_names"),
        typed,
        problems,
        reason: case.reason.filter(|_| is_asked_again).map(Reason::told),
        zone: ZoneField::of(case.kind.ok_or(Error::NotFound)?),
    };
    unkept(status, &details)
}

pub(super) async fn save(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<Typed>,
) -> Result<HttpResponse, Error> {
    let (typed, now) = (form.into_inner(), site.clock.now());
    let ready = match load(&site, &member).await? {
        Ok(ready) => ready,
        Err(way) => return see_other(way),
    };
    let country = ready.case.country.as_deref().and_then(countries::find);
    let (Some(kind), Some(country)) = (ready.case.kind, country) else {
        return see_other("/verification/document/choose");
    };
    let details = match read(&typed, kind, country, now.date()) {
        Ok(details) => details,
        Err(wrong) => {
            let mut problems = Problems::none();
            for (field, why) in wrong {
                problems.add(field, why);
            }
            return show(&site, &member, StatusCode::UNPROCESSABLE_ENTITY, &ready.case, typed, problems);
        }
    };
    let (id, keys) = (member.id, Arc::clone(&site.keys));
    site.db.write(move |conn| actions::type_in(conn, &keys, id, &details, now)).await?;
    see_other("/verification/document/check")
}
