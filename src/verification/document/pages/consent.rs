//! What a member agrees to, before anything is sent.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{case_or_way, frame, unkept};
use crate::accounts::viewer::Member;
use crate::error::Error;
use crate::verification::document::actions;
use crate::verification::document::store;
use crate::web::{Day, Frame, Problems, Site, see_other};

#[derive(Template)]
#[template(path = "verification/document/consent.html")]
struct ConsentPage {
    frame: Frame,
    version: i64,
    published: Day,
    hash: String,
    parts: Vec<(String, String)>,
    problems: Problems,
    refusal: Option<String>,
}

pub(super) async fn form(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let id = member.id;
    let now = site.clock.now();
    let finding =
        site.db.read(move |conn| match case_or_way(conn, id, |case| case.place.0.may_begin_anew())? {
            Err(way) if !way.ends_with("/consent") && !actions::is_anew(conn, id, now)? => Ok(Some(way)),
            // The page of all steps says to whom it is open.
            _ => Ok((!actions::is_open(conn, id, now)?).then_some("/verification")),
        });
    match finding.await? {
        Some(way) => see_other(way),
        None => show(&site, &member, StatusCode::OK, Problems::none(), None).await,
    }
}

async fn show(
    site: &Site,
    member: &Member,
    status: StatusCode,
    problems: Problems,
    refusal: Option<String>,
) -> Result<HttpResponse, Error> {
    let words = site.db.read(|conn| Ok(store::newest_consent(conn)?)).await?;
    let part = |part: &str| {
        let (heading, text) = part.split_once('\n').unwrap_or(("", part));
        (heading.to_owned(), text.to_owned())
    };
    let consent = ConsentPage {
        frame: frame(site, member.account(), "Before you begin", "/verification/document/consent"),
        version: words.version,
        published: Day(words.published_at),
        hash: words.hash,
        parts: words.words.split("\n\n").map(part).collect(),
        problems,
        refusal,
    };
    unkept(status, &consent)
}

#[derive(serde::Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct ConsentForm {
    version: i64,
    agree: Option<String>,
}

pub(super) async fn agree(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<ConsentForm>,
) -> Result<HttpResponse, Error> {
    let (id, version, now) = (member.id, form.version, site.clock.now());
    if form.agree.is_none() {
        let problem = "Tick that you agree, or go back: nothing happens then.";
        let problems = Problems::one("agree", problem);
        return show(&site, &member, StatusCode::UNPROCESSABLE_ENTITY, problems, None).await;
    }
    match site.db.write(move |conn| actions::consent(conn, id, version, now)).await {
        Ok(_) => see_other("/verification/document"),
        Err(Error::Refused(why)) => {
            show(&site, &member, StatusCode::UNPROCESSABLE_ENTITY, Problems::none(), Some(why)).await
        }
        Err(error) => Err(error),
    }
}
