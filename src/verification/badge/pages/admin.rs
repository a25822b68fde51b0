//! `/admin/badges`: where trust administrators take a badge off for now, show it again, and, two together, take it
//! away.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::private;
use crate::accounts::agent::Trust;
use crate::badges::rules::Cause;
use crate::clock::date_and_time;
use crate::error::Error;
use crate::members::rules::Role;
use crate::paths;
use crate::verification::badge::actions;
use crate::verification::badge::rules::{Doubt, LONGEST_WORDS, words};
use crate::verification::badge::store::{self, Revocation};
use crate::web::{Crumb, Frame, Problems, Site, page_with, see_other};

const HERE: &str = "/admin/badges";
/// Members in the list of those whose account may have been taken over.
const A_LIST: i64 = 50;

#[derive(Template)]
#[template(path = "verification/badge/admin.html")]
struct AdminPage {
    frame: Frame,
    /// Whether the rest of the administration is theirs as well.
    is_administrator: bool,
    told: Option<&'static str>,
    rows: Vec<Row>,
    /// Whose badge is off for signs of a take-over: name, profile, handle.
    suspected: Vec<(String, String, String)>,
    acts: [(&'static str, &'static str, &'static str); 4],
    doubts: [Doubt; 4],
    form: Sent,
    longest: usize,
    problems: Problems,
}

/// A revocation that waits.
struct Row {
    id: i64,
    name: String,
    profile: String,
    reason: &'static str,
    words: String,
    asked: String,
    may_decide: bool,
}

/// What can be done with a badge.
const ACTS: [(&str, &str, &str); 4] = [
    (
        "report",
        "Take it off while a report is looked into",
        "A report alone takes nothing off: you do, and answer for it.",
    ),
    (
        "take-over",
        "Take it off because the account may have been taken over",
        "The account itself works as before.",
    ),
    ("lift", "Show it again", "If the name changed meanwhile, the badge waits for the name."),
    ("revoke", "Ask for it to be taken away", "Another trust administrator decides. It does not come back."),
];

/// The form as it was sent.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    handle: String,
    act: String,
    reason: String,
    words: String,
}

/// The answer to a revocation.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    outcome: String,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    told: String,
    handle: String,
    act: String,
}

fn told(code: &str) -> Option<&'static str> {
    Some(match code {
        "report" | "take-over" => "The badge is off, and the member hears of it.",
        "lift" => "Done. The member hears of it.",
        "revoke" => "Asked. Another trust administrator decides.",
        "confirm" => "The badge is taken away, and the member is told the class of the reason.",
        "refuse" => "The badge stays as it is.",
        _ => return None,
    })
}

async fn respond(
    site: &Site,
    trust: &Trust,
    told: Option<&'static str>,
    form: Sent,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let reading = site.db.read(|conn| Ok((store::open(conn)?, store::suspected(conn, A_LIST)?)));
    let (open, suspected) = reading.await?;
    let suspect = |(name, handle): (String, String)| (name, paths::member(&handle), handle);
    let row = |one: Revocation| Row {
        id: one.id,
        profile: paths::member(&one.handle),
        name: one.name,
        reason: Doubt::parse(&one.reason).map_or("", Doubt::title),
        words: one.words,
        asked: date_and_time(one.asked_at),
        may_decide: one.asked_by != trust.0.id && one.member != trust.0.id,
    };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let frame = Frame::new(site, trust.0.account(), "Badges").at(HERE);
    let page = AdminPage {
        frame: frame.with_crumbs(vec![Crumb::new("Trust", HERE)]),
        is_administrator: trust.0.is(Role::Administrator),
        told,
        rows: open.into_iter().map(row).collect(),
        suspected: suspected.into_iter().map(suspect).collect(),
        acts: ACTS,
        doubts: Doubt::ALL,
        form,
        longest: LONGEST_WORDS,
        problems,
    };
    page_with(status, &page).map(private)
}

pub(super) async fn show(
    site: web::Data<Site>,
    trust: Trust,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let Asked { told: done, handle, act } = asked.into_inner();
    let form = Sent { handle, act, ..Sent::default() };
    respond(&site, &trust, told(&done), form, Problems::none()).await
}

/// What a trust administrator wants.
enum Wish {
    Suspend(Cause),
    Lift,
    Revoke(Doubt),
}

fn read(form: &Sent) -> Result<(Wish, String), Problems> {
    let mut problems = Problems::none();
    let wish = match form.act.as_str() {
        "report" => Some(Wish::Suspend(Cause::Report)),
        "take-over" => Some(Wish::Suspend(Cause::TakeOver)),
        "lift" => Some(Wish::Lift),
        "revoke" => {
            let doubt = Doubt::parse(&form.reason);
            if doubt.is_none() {
                problems.add("reason", "Choose what is wrong.");
            }
            doubt.map(Wish::Revoke)
        }
        _ => {
            problems.add("act", "Choose what to do.");
            None
        }
    };
    let words = problems.check("words", words(&form.words));
    match (wish, words) {
        (Some(wish), Some(words)) => Ok((wish, words)),
        _ => Err(problems),
    }
}

pub(super) async fn act(
    site: web::Data<Site>,
    trust: Trust,
    form: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let (wish, words) = match read(&form) {
        Ok(read) => read,
        Err(problems) => return respond(&site, &trust, None, form, problems).await,
    };
    let (handle, by, now) = (form.handle.clone(), trust.0.id, site.clock.now());
    let writing = site.db.write(move |conn| match wish {
        Wish::Suspend(cause) => actions::suspend(conn, &handle, (cause, &words), by, now),
        Wish::Lift => actions::lift(conn, &handle, &words, by, now),
        Wish::Revoke(doubt) => actions::ask_revocation(conn, &handle, (doubt, &words), by, now).map(|_| ()),
    });
    match writing.await {
        Ok(()) => see_other(&format!("{HERE}?told={}", form.act)),
        Err(Error::Refused(why)) => respond(&site, &trust, None, form, Problems::one("handle", why)).await,
        Err(other) => Err(other),
    }
}

pub(super) async fn decide(
    site: web::Data<Site>,
    trust: Trust,
    id: web::Path<i64>,
    form: web::Form<Answer>,
) -> Result<HttpResponse, Error> {
    let is_confirmed = match form.outcome.as_str() {
        "confirm" => true,
        "refuse" => false,
        _ => {
            let problems = Problems::one("outcome", "Choose whether the badge is taken away.");
            return respond(&site, &trust, None, Sent::default(), problems).await;
        }
    };
    let (id, by, now) = (*id, trust.0.id, site.clock.now());
    site.db.write(move |conn| actions::decide_revocation(conn, id, by, is_confirmed, now)).await?;
    see_other(&format!("{HERE}?told={}", form.outcome))
}
