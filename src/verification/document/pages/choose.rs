//! Which document it is, and which are accepted.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{case_or_way, frame, unkept};
use crate::accounts::viewer::{Member, Viewer};
use crate::error::Error;
use crate::verification::document::actions;
use crate::verification::document::countries::{self, COUNTRIES, Country};
use crate::verification::document::rules::{Kind, Reason};
use crate::web::{Frame, Problems, Site, page, see_other};

#[derive(Template)]
#[template(path = "verification/document/choose.html")]
struct ChoosePage {
    frame: Frame,
    countries: &'static [Country],
    kinds: [Kind; 4],
    form: ChooseForm,
    problems: Problems,
    reason: Option<&'static str>,
    is_changing: bool,
}

/// What was chosen.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct ChooseForm {
    country: String,
    kind: String,
}

const PATH: &str = "/verification/document/choose";

pub(super) async fn form(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    show(&site, &member, StatusCode::OK, None, Problems::none()).await
}

async fn show(
    site: &Site,
    member: &Member,
    status: StatusCode,
    chosen: Option<ChooseForm>,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let id = member.id;
    let finding = site.db.read(move |conn| case_or_way(conn, id, |case| case.place.0.is_with_member()));
    let case = match finding.await? {
        Ok(case) => case,
        Err(way) => return see_other(way),
    };
    let before = ChooseForm {
        country: case.country.clone().unwrap_or_default(),
        kind: case.kind.map_or("", Kind::code).to_owned(),
    };
    let choosing = ChoosePage {
        frame: frame(site, member.account(), "Your document", PATH),
        countries: COUNTRIES,
        kinds: Kind::ALL,
        form: chosen.unwrap_or(before),
        problems,
        reason: case.reason.map(Reason::told),
        is_changing: case.kind.is_some(),
    };
    unkept(status, &choosing)
}

pub(super) async fn choose(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<ChooseForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let mut problems = Problems::none();
    let (country, kind) = (countries::find(&form.country), Kind::parse(&form.kind));
    if country.is_none() {
        problems.add("country", "Choose the country that issued the document.");
    }
    if kind.is_none() {
        problems.add("kind", "Choose which document you want to show.");
    }
    if let (Some(country), Some(kind)) = (country, kind)
        && !country.accepts(kind)
    {
        let (name, list) = (country.name, listed(country));
        problems.add(
            "kind",
            format!("We cannot check a {} from {name}. From there we accept: {list}.", kind.word()),
        );
    }
    let (Some(country), Some(kind), true) = (country, kind, problems.is_empty()) else {
        return show(&site, &member, StatusCode::UNPROCESSABLE_ENTITY, Some(form), problems).await;
    };
    let (id, now) = (member.id, site.clock.now());
    site.db.write(move |conn| actions::choose(conn, id, kind, country.code, now)).await?;
    see_other("/verification/document/photos")
}

/// The accepted kinds in a sentence.
fn listed(country: &Country) -> String {
    let words: Vec<_> = country.accepted().map(Kind::word).collect();
    match words.as_slice() {
        [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        _ => words.concat(),
    }
}

#[derive(Template)]
#[template(path = "verification/document/accepted.html")]
struct AcceptedPage {
    frame: Frame,
    kinds: [Kind; 4],
    /// Each country from which more than passports are accepted, and for each kind whether it is.
    more: Vec<(&'static str, [bool; 4])>,
    others: usize,
}

/// The list of accepted documents, for everybody.
pub(super) async fn accepted(site: web::Data<Site>, viewer: Viewer) -> Result<HttpResponse, Error> {
    let path = "/verification/documents";
    let more = COUNTRIES.iter().filter(|country| country.accepted().count() > 1);
    let more: Vec<_> = more.map(|one| (one.name, Kind::ALL.map(|kind| one.accepts(kind)))).collect();
    page(&AcceptedPage {
        frame: frame(&site, viewer.account(), "Accepted documents", path).canonical(&site, path),
        kinds: Kind::ALL,
        others: COUNTRIES.len() - more.len(),
        more,
    })
}
