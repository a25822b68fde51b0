//! One of one's second factors: its name, and its end.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::list::{PATH, Row, WhoForm, frame};
use super::{asks_who, office, private_page, status, who};
use crate::accounts::factors::{FactorId, actions, rules, store};
use crate::accounts::viewer::Member;
use crate::error::Error;
use crate::web::{Frame, Problems, Site, see_other};

#[derive(Template)]
#[template(path = "accounts/factors/one.html")]
struct OnePage {
    frame: Frame,
    factor: Row,
    name: String,
    is_last: bool,
    is_agent: bool,
    asks_who: bool,
    problems: Problems,
}

pub(super) async fn form(
    site: web::Data<Site>,
    member: Member,
    factor: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    respond(&site, &member, FactorId(*factor), None, Problems::none()).await
}

async fn respond(
    site: &Site,
    member: &Member,
    factor: FactorId,
    name: Option<String>,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let id = member.id;
    let all = site.db.read(move |conn| Ok(store::list(conn, id)?)).await?;
    let is_last = all.len() == 1;
    let factor = all.into_iter().find(|own| own.id == factor).ok_or(Error::NotFound)?;
    private_page(
        status(!problems.is_empty()),
        &OnePage {
            frame: frame(site, member, &factor.name),
            name: name.unwrap_or_else(|| factor.name.clone()),
            factor: Row::of(factor),
            is_last,
            is_agent: member.is_agent(),
            asks_who: asks_who(site, member).await?,
            problems,
        },
    )
}

#[derive(serde::Deserialize)]
pub(super) struct NameForm {
    #[serde(default)]
    name: String,
}

pub(super) async fn rename(
    site: web::Data<Site>,
    member: Member,
    factor: web::Path<i64>,
    form: web::Form<NameForm>,
) -> Result<HttpResponse, Error> {
    let (factor, typed) = (FactorId(*factor), form.into_inner().name);
    let name = match rules::name(&typed) {
        Ok(name) => name,
        Err(problem) => {
            let problems = Problems::one("name", problem.to_string());
            return respond(&site, &member, factor, Some(typed), problems).await;
        }
    };
    let id = member.id;
    let named = site.db.write(move |conn| Ok(store::rename(conn, id, factor, &name)?)).await?;
    if named { see_other(&format!("{PATH}?saved=name")) } else { Err(Error::NotFound) }
}

pub(super) async fn remove(
    site: web::Data<Site>,
    member: Member,
    request: HttpRequest,
    factor: web::Path<i64>,
    form: web::Form<WhoForm>,
) -> Result<HttpResponse, Error> {
    let (factor, id) = (FactorId(*factor), member.id);
    // What is not there asks nobody who they are.
    let all = site.db.read(move |conn| Ok(store::list(conn, id)?)).await?;
    if all.iter().all(|own| own.id != factor) {
        return Err(Error::NotFound);
    }
    if let Some(problem) = who(&site, &member, &request, form.into_inner().who).await? {
        return respond(&site, &member, factor, None, Problems::one("who", problem)).await;
    }
    let (office, whose, now) = (office(&site), (member.id, member.session), site.clock.now());
    site.db.write(move |conn| actions::remove(conn, &office, whose, factor, now)).await?;
    site.mail_queued.notify_one();
    see_other(&format!("{PATH}?saved=removed"))
}
