//! Doing without a member's phone: a senior agent's page.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::accounts::agent::Agent;
use crate::error::Error;
use crate::members;
use crate::members::rules::Role;
use crate::verification::phone::{actions, rules};
use crate::web::{Crumb, Frame, Problems, Site, page_with, see_other};

#[derive(Template)]
#[template(path = "verification/desk/waive.html")]
struct WaivePage {
    frame: Frame,
    form: WaiveForm,
    longest: usize,
    problems: Problems,
}

/// The form as it was sent.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct WaiveForm {
    handle: String,
    reason: String,
    sure: String,
}

/// Agents who are no seniors have no such page.
fn senior(agent: &Agent) -> Result<(), Error> {
    let is_senior = agent.0.is(Role::SeniorAgent);
    if is_senior { Ok(()) } else { Err(Error::Forbidden("This is for senior agents.".into())) }
}

pub(super) async fn form(site: web::Data<Site>, agent: Agent) -> Result<HttpResponse, Error> {
    senior(&agent)?;
    respond(&site, &agent, WaiveForm::default(), Problems::none())
}

fn respond(site: &Site, agent: &Agent, form: WaiveForm, problems: Problems) -> Result<HttpResponse, Error> {
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let title = "Waive a phone";
    let frame = Frame::new(site, agent.0.account(), title).at("/agent/phones/waive");
    let frame = frame.with_crumbs(vec![Crumb::new("Desk", "/agent"), Crumb::new(title, "")]);
    let mut answer = page_with(status, &WaivePage { frame, form, longest: rules::LONGEST_REASON, problems })?;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

pub(super) async fn waive(
    site: web::Data<Site>,
    agent: Agent,
    form: web::Form<WaiveForm>,
) -> Result<HttpResponse, Error> {
    senior(&agent)?;
    let form = form.into_inner();
    let (who, handle, now) =
        (agent.0.id, form.handle.trim().trim_start_matches('@').to_lowercase(), site.clock.now());
    let mut problems = Problems::none();
    problems.check("reason", rules::reason(&form.reason));
    if form.sure.is_empty() {
        problems.add("sure", "Tick this once you looked at both.");
    }
    let found = site.db.read(move |conn| Ok(members::store::find(conn, &handle)?)).await?;
    if found.is_none() {
        problems.add("handle", "No member has this handle.");
    }
    let Some(member) = found.filter(|_| problems.is_empty()) else {
        return respond(&site, &agent, form, problems);
    };
    let reason = form.reason.clone();
    match site.db.write(move |conn| actions::waive(conn, who, member.id, &reason, now)).await {
        Ok(()) => see_other("/agent?told=waived"),
        Err(Error::Refused(why)) => respond(&site, &agent, form, Problems::one("handle", why)),
        Err(other) => Err(other),
    }
}
