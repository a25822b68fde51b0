//! `/agent/second-looks`: badges that are decided and that a second agent looks at before they are shown.

mod admin;
mod images;
mod own;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::actions;
use super::rules::{Doubt, LONGEST_WORDS, TOOK_PART, may_look, words};
use super::store::{self, Look, StepDone};
use crate::accounts::agent::Agent;
use crate::badges::rules::{GrantState, Place};
use crate::badges::store as badges;
use crate::clock::{Time, date_and_time, span};
use crate::db::Conn;
use crate::error::Error;
use crate::members;
use crate::members::rules::Role;
use crate::paths;
use crate::verification::CaseId;
use crate::verification::evidence::store::{Image, of_case};
use crate::web::{Crumb, Frame, Problems, Site, When, page, page_with, private, see_other};

const LIST: &str = "/agent/second-looks";
/// Grants on a page.
const A_PAGE: usize = 50;

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/agent/second-looks", web::get().to(list))
        .route("/agent/second-looks/{grant}", web::get().to(show))
        .route("/agent/second-looks/{grant}", web::post().to(decide))
        .route("/agent/second-looks/{grant}/images/{evidence}", web::get().to(images::send))
        .route("/agent/second-looks/{grant}/images/{evidence}/look", web::get().to(images::look))
        .route("/verification/badge", web::get().to(own::show))
        .route("/verification/badge", web::post().to(own::hide))
        .route("/admin/badges", web::get().to(admin::show))
        .route("/admin/badges", web::post().to(admin::act))
        .route("/admin/badges/{revocation}", web::post().to(admin::decide));
}

#[derive(Template)]
#[template(path = "verification/badge/looks.html")]
struct ListPage {
    frame: Frame,
    told: Option<&'static str>,
    rows: Vec<Row>,
    next: Option<i64>,
}

#[derive(Template)]
#[template(path = "verification/badge/look.html")]
struct LookPage {
    frame: Frame,
    row: Row,
    images: Vec<ImageRow>,
    doubts: [Doubt; 4],
    form: Sent,
    longest: usize,
    problems: Problems,
}

impl LookPage {
    fn all_destroyed(&self) -> bool {
        self.images.iter().all(|image| image.destroyed.is_some())
    }
}

/// A grant as an agent reads it: what was decided, when, and by which role; never by whom.
struct Row {
    id: i64,
    name: String,
    profile: String,
    steps: Vec<String>,
    is_flagged: bool,
    promised: String,
    late: Option<String>,
    may_look: bool,
}

/// An image of the document.
struct ImageRow {
    id: i64,
    side: &'static str,
    width: i64,
    height: i64,
    /// When it was destroyed.
    destroyed: Option<When>,
}

impl ImageRow {
    fn of(image: &Image) -> Self {
        Self {
            id: image.id.0,
            side: image.side.title(),
            width: image.width,
            height: image.height,
            destroyed: image.destroyed_at.map(When),
        }
    }
}

/// The form as it was sent.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    outcome: String,
    reason: String,
    words: String,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    told: String,
    after: i64,
}

/// What the agents' page says of each of these grants: three queries, however many they are.
fn rows(conn: &mut Conn, looks: Vec<Look>, agent: &Agent, now: Time) -> Result<Vec<Row>, Error> {
    let cases: Vec<i64> = looks.iter().filter_map(|look| look.case).collect();
    let documents = store::documents(conn, &cases)?;
    let talks = store::talks(conn, &cases)?;
    let people: Vec<_> = documents.values().chain(talks.values()).flatten().map(|one| one.agent).collect();
    let roles = members::store::roles_of(conn, &people)?;
    let role = |step: &StepDone| {
        let is_senior = roles.get(&step.agent).is_some_and(|roles| roles.contains(&Role::SeniorAgent));
        if is_senior { "a senior agent" } else { "an agent" }
    };
    let line = |what, step: &StepDone| {
        format!("{what}: {} by {} on {} UTC", step.outcome, role(step), date_and_time(step.at))
    };
    let row = |look: Look| {
        let of = |steps: Option<&Vec<StepDone>>| steps.cloned().unwrap_or_default();
        let of_case = look.case.unwrap_or(0);
        let (document, talk) = (of(documents.get(&of_case)), of(talks.get(&of_case)));
        let took_part: Vec<_> = document.iter().chain(&talk).map(|step| step.agent).collect();
        Row {
            id: look.id,
            profile: paths::member(&look.handle),
            name: look.name,
            is_flagged: talk.iter().any(|step| step.is_flagged),
            promised: look.promised_until.map_or_else(String::new, date_and_time),
            late: look.promised_until.filter(|until| *until < now).map(|until| span(now - until)),
            may_look: may_look(agent.0.id, look.member, &took_part),
            steps: (document.iter().map(|step| line("Document", step)))
                .chain(talk.iter().map(|step| line("Call", step)))
                .collect(),
        }
    };
    Ok(looks.into_iter().map(row).collect())
}

fn frame(site: &Site, agent: &Agent, title: &str, path: &str) -> Frame {
    let mut crumbs = vec![Crumb::new("Desk", "/agent"), Crumb::new("Second looks", LIST)];
    if path != LIST {
        crumbs.push(Crumb::new(title, ""));
    }
    Frame::new(site, agent.0.account(), title).at(path).with_crumbs(crumbs)
}

fn told(code: &str) -> Option<&'static str> {
    Some(match code {
        "active" => "Confirmed. The badge is shown from now on, and the member hears of it.",
        "suspended" => "Confirmed. The member’s name changed meanwhile, so the badge waits for the name.",
        "revoked" => "Refused. The badge is not shown, and the member is told the class of the reason.",
        _ => return None,
    })
}

async fn list(site: web::Data<Site>, agent: Agent, asked: web::Query<Asked>) -> Result<HttpResponse, Error> {
    let (now, after, who) = (site.clock.now(), asked.after, agent.clone());
    let limit = i64::try_from(A_PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let reading = site.db.read(move |conn| {
        let looks = store::waiting(conn, after, limit)?;
        rows(conn, looks, &who, now)
    });
    let mut rows = reading.await?;
    let has_more = rows.len() > A_PAGE;
    rows.truncate(A_PAGE);
    let answer = page(&ListPage {
        frame: frame(&site, &agent, "Second looks", LIST),
        told: told(&asked.told),
        next: rows.last().filter(|_| has_more).map(|row| row.id),
        rows,
    });
    answer.map(private)
}

/// The page of one grant, for an agent who may look.
async fn respond(
    site: &Site,
    agent: &Agent,
    grant: i64,
    form: Sent,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let (now, who) = (site.clock.now(), agent.clone());
    let reading = site.db.read(move |conn| {
        let look = store::look(conn, grant)?.ok_or(Error::NotFound)?;
        if badges::place(conn, grant)? != Some(Place::BEGIN) {
            return Err(Error::Conflict("Somebody looked at this already.".into()));
        }
        let images = match look.case {
            Some(case) => of_case(conn, CaseId(case))?,
            None => Vec::new(),
        };
        Ok((rows(conn, vec![look], &who, now)?.pop().ok_or(Error::NotFound)?, images))
    });
    let (row, images) = reading.await?;
    if !row.may_look {
        return Err(Error::Forbidden(TOOK_PART.into()));
    }
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let frame = frame(site, agent, &format!("Badge {grant}"), &format!("{LIST}/{grant}"));
    let longest = LONGEST_WORDS;
    let images = images.iter().map(ImageRow::of).collect();
    page_with(status, &LookPage { frame, row, images, doubts: Doubt::ALL, form, longest, problems })
        .map(private)
}

async fn show(site: web::Data<Site>, agent: Agent, grant: web::Path<i64>) -> Result<HttpResponse, Error> {
    respond(&site, &agent, *grant, Sent::default(), Problems::none()).await
}

/// What an agent decided.
enum Ruling {
    Confirm,
    Refuse(Doubt, String),
}

fn read(form: &Sent) -> Result<Ruling, Problems> {
    let mut problems = Problems::none();
    match form.outcome.as_str() {
        "confirm" => return Ok(Ruling::Confirm),
        "refuse" => {}
        _ => return Err(Problems::one("outcome", "Choose what you found.")),
    }
    let doubt = Doubt::parse(&form.reason);
    if doubt.is_none() {
        problems.add("reason", "Choose what is wrong.");
    }
    let words = problems.check("words", words(&form.words));
    match (doubt, words) {
        (Some(doubt), Some(words)) => Ok(Ruling::Refuse(doubt, words)),
        _ => Err(problems),
    }
}

async fn decide(
    site: web::Data<Site>,
    agent: Agent,
    grant: web::Path<i64>,
    form: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    let (grant, who, now) = (*grant, agent.0.id, site.clock.now());
    let ruling = match read(&form) {
        Ok(ruling) => ruling,
        Err(problems) => return respond(&site, &agent, grant, form.into_inner(), problems).await,
    };
    let deciding = site.db.write(move |conn| match ruling {
        Ruling::Confirm => actions::confirm(conn, grant, who, now),
        Ruling::Refuse(doubt, words) => {
            actions::refuse(conn, grant, who, (doubt, &words), now).map(|()| GrantState::Revoked)
        }
    });
    see_other(&format!("{LIST}?told={}", deciding.await?.code()))
}
