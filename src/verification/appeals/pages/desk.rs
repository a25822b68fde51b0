//! `/agent/appeals`: where senior agents and trust administrators decide appeals, each of which they had no part in.

use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use askama::Template;

use crate::accounts::agent::{Agent, Trust};
use crate::accounts::viewer::Member;
use crate::clock::{Time, date_and_time, span};
use crate::db::Conn;
use crate::error::Error;
use crate::members;
use crate::members::rules::Role;
use crate::paths;
use crate::sealing::Keys;
use crate::verification::appeals::AppealId;
use crate::verification::appeals::actions::{self, Hands};
use crate::verification::appeals::rules::{Against, Decider, LONGEST_REASON, Outcome, may_decide, reason};
use crate::verification::appeals::store::{self, Appeal, Waiting};
use crate::verification::badge::store::StepDone;
use crate::web::{Crumb, Frame, Problems, Site, page, page_with, see_other};

const LIST: &str = "/agent/appeals";
/// Appeals on a page.
const A_PAGE: usize = 50;

/// A senior agent at the desk, or a trust administrator.
pub(super) struct Judge(Member);

impl Judge {
    fn decider(&self) -> Decider {
        Decider { id: self.0.id, is_trust: self.0.is(Role::TrustAdministrator) }
    }
}

impl FromRequest for Judge {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (trust, agent) = (Trust::from_request(request, payload), Agent::from_request(request, payload));
        Box::pin(async move {
            match trust.await {
                Ok(trust) => return Ok(Self(trust.0)),
                Err(Error::Forbidden(_)) => {}
                Err(other) => return Err(other),
            }
            let agent = agent.await?;
            let may = agent.0.is(Role::SeniorAgent);
            let why = "This is for senior agents and trust administrators.";
            if may { Ok(Self(agent.0)) } else { Err(Error::Forbidden(why.into())) }
        })
    }
}

#[derive(Template)]
#[template(path = "verification/appeals/list.html")]
struct ListPage {
    frame: Frame,
    is_told: bool,
    rows: Vec<Row>,
    next: Option<String>,
}

/// An appeal as those who decide read it: by which role each step was done, never by whom.
struct Row {
    id: i64,
    title: &'static str,
    name: String,
    profile: String,
    appealed: String,
    due: String,
    late: Option<String>,
    steps: Vec<String>,
    /// Why this reader does not decide.
    refusal: Option<String>,
}

#[derive(Template)]
#[template(path = "verification/appeals/one.html")]
struct OnePage {
    frame: Frame,
    row: Row,
    words: String,
    said: Vec<(String, String, String)>,
    decided: Option<(Outcome, String)>,
    form: Sent,
    longest: usize,
    problems: Problems,
}

/// The form as it was sent.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    outcome: String,
    reason: String,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    told: String,
    /// Behind which: the microsecond in which it is due, and its number.
    after: String,
}

/// What stands in the list of each of these: six queries, however many they are.
fn rows(conn: &mut Conn, waiting: Vec<Waiting>, judge: Decider, now: Time) -> Result<Vec<Row>, Error> {
    let appeals: Vec<&Appeal> = waiting.iter().map(|one| &one.appeal).collect();
    let mut hands = actions::hands(conn, &appeals)?;
    let agents = hands.values().flat_map(|hands| hands.documents.iter().chain(&hands.talks));
    let agents: Vec<_> = agents.map(|step| step.agent).collect();
    let roles = members::store::roles_of(conn, &agents)?;
    let role = |agent| {
        let is_senior = roles.get(&agent).is_some_and(|roles| roles.contains(&Role::SeniorAgent));
        if is_senior { "a senior agent" } else { "an agent" }
    };
    let row = |one: Waiting| {
        let Hands { documents, talks, took_part } = hands.remove(&one.appeal.id).unwrap_or_default();
        let appeal = one.appeal;
        let steps = documents.iter().map(|step| ("Document", step));
        let steps = steps.chain(talks.iter().map(|step| ("Call", step)));
        let line = |(what, step): (&str, &StepDone)| {
            format!("{what}: {} by {} on {} UTC", step.outcome, role(step.agent), date_and_time(step.at))
        };
        Row {
            id: appeal.id.0,
            title: title(&appeal),
            profile: paths::member(&one.handle),
            name: one.name,
            appealed: date_and_time(appeal.appealed_at),
            due: date_and_time(appeal.due_at),
            late: (appeal.decided.is_none() && appeal.due_at < now).then(|| span(now - appeal.due_at)),
            steps: steps.map(line).collect(),
            refusal: may_decide(judge, appeal.against, appeal.member, &took_part)
                .err()
                .map(|why| why.to_string()),
        }
    };
    Ok(waiting.into_iter().map(row).collect())
}

/// What is appealed, as those who decide read it.
fn title(appeal: &Appeal) -> &'static str {
    match appeal.against {
        Against::Declined => "Document declined",
        Against::Failed => "Call failed",
        Against::Refused => "Badge refused at the second look",
        Against::Revoked => "Badge taken away",
        Against::Suspended => "Badge off for now",
    }
}

/// What is for these eyes alone is kept nowhere.
fn private(mut answer: HttpResponse) -> HttpResponse {
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn frame(site: &Site, judge: &Judge, title: &str, path: &str) -> Frame {
    let mut crumbs = vec![Crumb::new("Appeals", LIST)];
    if path != LIST {
        crumbs.push(Crumb::new(title, ""));
    }
    Frame::new(site, judge.0.account(), title).at(path).with_crumbs(crumbs)
}

/// From behind which appeal a page goes on.
fn behind(after: &str) -> (Time, AppealId) {
    let parsed = after.split_once('-').and_then(|(due, id)| {
        let due = chrono::DateTime::from_timestamp_micros(due.parse().ok()?)?.naive_utc();
        Some((due, AppealId(id.parse().ok()?)))
    });
    parsed.unwrap_or((chrono::DateTime::UNIX_EPOCH.naive_utc(), AppealId(0)))
}

pub(super) async fn list(
    site: web::Data<Site>,
    judge: Judge,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let (now, after, decider) = (site.clock.now(), behind(&asked.after), judge.decider());
    let limit = i64::try_from(A_PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let reading = site.db.read(move |conn| {
        let mut waiting = store::waiting(conn, after, limit)?;
        let has_more = waiting.len() > A_PAGE;
        waiting.truncate(A_PAGE);
        let last = waiting.last().filter(|_| has_more).map(|one| (one.appeal.due_at, one.appeal.id));
        Ok((rows(conn, waiting, decider, now)?, last))
    });
    let (rows, last) = reading.await?;
    let answer = page(&ListPage {
        frame: frame(&site, &judge, "Appeals", LIST),
        is_told: asked.told == "decided",
        rows,
        next: last.map(|(due, id)| format!("{LIST}?after={}-{}", due.and_utc().timestamp_micros(), id.0)),
    });
    answer.map(private)
}

/// An appeal with everything that its page shows.
struct Opened {
    row: Row,
    words: String,
    said: Vec<(String, String, String)>,
    decided: Option<(Outcome, String)>,
}

fn open(conn: &mut Conn, keys: &Keys, id: AppealId, judge: Decider, now: Time) -> Result<Opened, Error> {
    let appeal = store::find(conn, id)?.ok_or(Error::NotFound)?;
    let member = members::store::get(conn, appeal.member)?;
    let words = actions::words(keys, &appeal)?;
    let subject = appeal.against.what().subject(appeal.about);
    let said = store::said(conn, &subject, appeal.against_at)?;
    let said = said.into_iter().map(|(act, words, at)| (date_and_time(at), act, words)).collect();
    let decided = appeal.decided.as_ref().map(|(outcome, reason, _)| (*outcome, reason.clone()));
    let waiting = Waiting { appeal, name: member.name, handle: member.handle };
    let row = rows(conn, vec![waiting], judge, now)?.pop().ok_or(Error::NotFound)?;
    Ok(Opened { row, words, said, decided })
}

async fn respond(
    site: &Site,
    judge: &Judge,
    id: AppealId,
    (form, problems): (Sent, Problems),
) -> Result<HttpResponse, Error> {
    let (now, decider, keys) = (site.clock.now(), judge.decider(), Arc::clone(&site.keys));
    let opening = site.db.read(move |conn| open(conn, &keys, id, decider, now));
    let Opened { row, words, said, decided } = opening.await?;
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let frame = frame(site, judge, &format!("Appeal {}", id.0), &format!("{LIST}/{}", id.0));
    let longest = LONGEST_REASON;
    page_with(status, &OnePage { frame, row, words, said, decided, form, longest, problems }).map(private)
}

pub(super) async fn show(
    site: web::Data<Site>,
    judge: Judge,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    respond(&site, &judge, AppealId(*id), (Sent::default(), Problems::none())).await
}

pub(super) async fn decide(
    site: web::Data<Site>,
    judge: Judge,
    id: web::Path<i64>,
    form: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    let (id, by, now) = (AppealId(*id), judge.decider(), site.clock.now());
    let mut problems = Problems::none();
    let outcome = Outcome::parse(&form.outcome);
    if outcome.is_none() {
        problems.add("outcome", "Choose whether the decision stands.");
    }
    let why = problems.check("reason", reason(&form.reason));
    let (Some(outcome), Some(why)) = (outcome, why) else {
        return respond(&site, &judge, id, (form.into_inner(), problems)).await;
    };
    site.db.write(move |conn| actions::decide(conn, id, by, (outcome, &why), now)).await?;
    see_other(&format!("{LIST}?told=decided"))
}
