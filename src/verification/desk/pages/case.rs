//! The case that an agent holds: images, what was typed beside the zone, the checklist, the decision.

mod facts;

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use self::facts::{EarlierRow, Facts, ImageRow};
use super::overview::go_on;
use super::{clerk, frame, private};
use crate::accounts::agent::Agent;
use crate::error::Error;
use crate::verification::CaseId;
use crate::verification::desk::actions::{self, Opened, Ruling};
use crate::verification::desk::rules::checklist::{Answer, Answers, Line};
use crate::verification::desk::rules::{CLAIM, Effect, NOTE, Note, Outcome, is_founded, verdict};
use crate::verification::document::rules::{Class, Reason, ReasonKind, State};
use crate::web::{Frame, Problems, Site, When, page_with, see_other};

/// The form as it was sent: an answer to each line, and the decision.
pub(super) type Sent = BTreeMap<String, String>;

#[derive(Template)]
#[template(path = "verification/desk/case.html")]
struct CasePage {
    frame: Frame,
    id: i64,
    until: When,
    until_exact: String,
    class: &'static str,
    account: String,
    facts: Facts,
    images: Vec<ImageRow>,
    missing: Vec<&'static str>,
    others: (usize, bool),
    earlier: Vec<EarlierRow>,
    lines: Vec<LineRow>,
    answers: [Answer; 3],
    outcomes: [Outcome; 4],
    reasons: Vec<(&'static str, Vec<Reason>)>,
    outcome: String,
    reason: String,
    note: String,
    note_limit: usize,
    problems: Problems,
}

/// A line of the checklist with what was answered.
struct LineRow {
    line: Line,
    given: String,
    is_open: bool,
}

impl LineRow {
    fn id(&self) -> String {
        format!("line-{}", self.line.code())
    }
}

/// The reasons, by what they are about.
fn reasons() -> Vec<(&'static str, Vec<Reason>)> {
    let of = |kind: ReasonKind| Reason::ALL.into_iter().filter(|reason| reason.kind() == kind).collect();
    vec![
        ("Images and typing: told exactly", of(ReasonKind::Quality)),
        ("Whose it is: told as a class", of(ReasonKind::Matching)),
        ("Whether it is genuine: two agents, told as a class", of(ReasonKind::Fraud)),
    ]
}

fn field<'a>(sent: &'a Sent, name: &str) -> &'a str {
    sent.get(name).map_or("", String::as_str)
}

/// What was chosen for a line.
fn given(sent: &Sent, line: Line) -> Option<&str> {
    sent.get(&format!("answer-{}", line.code())).map(String::as_str)
}

async fn load(site: &Site, agent: &Agent, id: CaseId) -> Result<(Opened, Facts), Error> {
    let (who, now, keys) = (agent.0.id, site.clock.now(), site.keys.clone());
    let opened = site.db.write(move |conn| actions::open(conn, id, who, now)).await?;
    let facts = Facts::of(&keys, &opened, now)?;
    Ok((opened, facts))
}

/// The page of a case, with the form as it was sent and what is wrong with it.
fn render(
    site: &Site,
    agent: &Agent,
    (opened, facts): (Opened, Facts),
    status: StatusCode,
    sent: &Sent,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let (id, until) = (opened.case.id.0, site.clock.now() + CLAIM);
    let was_sent = !problems.is_empty();
    let lines: Vec<LineRow> = facts
        .lines()
        .into_iter()
        .map(|line| {
            let given = given(sent, line).unwrap_or_default().to_owned();
            LineRow { line, is_open: was_sent && Answer::parse(&given).is_none(), given }
        })
        .collect();
    let title = format!("Case {id}");
    let page = CasePage {
        frame: frame(site, agent, &title, &format!("/agent/cases/{id}")),
        id,
        until: When(until),
        until_exact: crate::clock::rfc3339(until),
        class: match opened.case.place.1 {
            Class::Ordinary => "First look",
            Class::Second => "Second look: another agent doubts that it is genuine",
            Class::Senior => "For a senior agent",
        },
        account: opened.member.name.clone(),
        images: facts::images(&opened),
        missing: facts.missing(&opened),
        others: opened.others,
        earlier: facts::earlier(&site.keys, &opened)?,
        lines,
        answers: Answer::ALL,
        outcomes: Outcome::ALL,
        reasons: reasons(),
        outcome: field(sent, "outcome").to_owned(),
        reason: field(sent, "reason").to_owned(),
        note: field(sent, "note").to_owned(),
        note_limit: NOTE,
        problems,
        facts,
    };
    page_with(status, &page).map(private)
}

pub(super) async fn show(
    site: web::Data<Site>,
    agent: Agent,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let loaded = load(&site, &agent, CaseId(*id)).await?;
    render(&site, &agent, loaded, StatusCode::OK, &Sent::new(), Problems::none())
}

/// Keeps the case for another while; what was filled in so far comes back.
pub(super) async fn renew(
    site: web::Data<Site>,
    agent: Agent,
    id: web::Path<i64>,
    form: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    let (case, who, now) = (CaseId(*id), agent.0.id, site.clock.now());
    if form.is_empty() {
        site.db.write(move |conn| actions::hold(conn, case, who, now)).await?;
        return see_other(&format!("/agent/cases/{}", case.0));
    }
    let loaded = load(&site, &agent, case).await?;
    render(&site, &agent, loaded, StatusCode::OK, &form, Problems::none())
}

pub(super) async fn release(
    site: web::Data<Site>,
    agent: Agent,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (case, who, now) = (CaseId(*id), agent.0.id, site.clock.now());
    site.db.write(move |conn| actions::release(conn, case, who, now)).await?;
    see_other("/agent?told=released")
}

/// Reads the decision and its grounds.
fn read(facts: &Facts, sent: &Sent) -> Result<Ruling, Problems> {
    let mut problems = Problems::none();
    let answers = Answers::read(&facts.lines(), |line| given(sent, line));
    if let Err(open) = &answers {
        let many = if open.len() == 1 { "1 line is".to_owned() } else { format!("{} lines are", open.len()) };
        problems.add("answers", format!("{many} not answered yet. Answer every line before you decide."));
    }
    let note = problems.check("note", Note::parse(field(sent, "note")));
    let chosen = match verdict(field(sent, "outcome"), field(sent, "reason")) {
        Ok(chosen) => Some(chosen),
        Err(why) => {
            let beside = if Outcome::parse(field(sent, "outcome")).is_none() { "outcome" } else { "reason" };
            problems.add(beside, why.to_string());
            None
        }
    };
    let (Ok(answers), Some(note), Some(verdict)) = (answers, note, chosen) else { return Err(problems) };
    match is_founded(verdict, &answers) {
        Ok(()) => Ok(Ruling { verdict, answers, note }),
        Err(why) => Err(Problems::one("outcome", why.to_string())),
    }
}

pub(super) async fn decide(
    site: web::Data<Site>,
    agent: Agent,
    id: web::Path<i64>,
    form: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    let (case, who, now) = (CaseId(*id), agent.0.id, site.clock.now());
    let held = match load(&site, &agent, case).await {
        // Said in words to whoever held it until a moment ago.
        Err(Error::NotFound) => {
            let asking = site.db.read(move |conn| actions::out_of_hand(conn, case, who)).await?;
            return Err(asking);
        }
        other => other?,
    };
    let ruling = match read(&held.1, &form) {
        Ok(ruling) => ruling,
        Err(problems) => {
            return render(&site, &agent, held, StatusCode::UNPROCESSABLE_ENTITY, &form, problems);
        }
    };
    let keys = site.keys.clone();
    let deciding = site.db.write(move |conn| actions::decide(conn, &keys, case, who, &ruling, now));
    let effect = deciding.await?;
    if field(&form, "then") == "next" {
        return go_on(&site, clerk(&agent)).await;
    }
    see_other(&format!("/agent?told={}", told(effect)))
}

/// What the desk says of a decision.
fn told(effect: Effect) -> &'static str {
    match effect.place {
        (State::Approved, _) => "approved",
        (State::Resubmit, _) => "resubmit",
        (State::Declined, _) => "declined",
        (_, Class::Second) => "second",
        _ => "senior",
    }
}
