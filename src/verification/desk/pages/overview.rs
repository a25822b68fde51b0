//! The desk: what waits, how one's day went, and the way to the next case.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{NaiveTime, TimeDelta};

use super::picture::{self, Bars, by_day, by_hour, first_day};
use super::shifts::{ShiftForm, ShiftRow};
use super::{clerk, frame, private};
use crate::accounts::agent::Agent;
use crate::clock::{Time, span};
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;
use crate::verification::CaseId;
use crate::verification::desk::actions::{self, Clerk};
use crate::verification::desk::rules::Outcome;
use crate::verification::desk::store::{self, Shift};
use crate::verification::document::rules::Class;
use crate::verification::rules::waits::median;
use crate::web::{Frame, Problems, Site, When, page_with, see_other};

#[derive(Template)]
#[template(path = "verification/desk/overview.html")]
struct DeskPage {
    frame: Frame,
    told: Option<&'static str>,
    held: Option<Held>,
    is_senior: bool,
    classes: Vec<ClassRow>,
    total: usize,
    oldest: Option<String>,
    for_me: i64,
    median: Option<String>,
    settled: usize,
    on_shift: i64,
    day: Vec<(&'static str, usize)>,
    day_total: usize,
    width: i64,
    height: i64,
    by_hour: Bars,
    by_day: Bars,
    shifts: Vec<ShiftRow>,
    today: String,
    form: ShiftForm,
    problems: Problems,
}

struct Held {
    id: i64,
    until: When,
}

struct ClassRow {
    title: &'static str,
    count: usize,
    oldest: Option<String>,
}

struct Loaded {
    held: Option<(CaseId, Time)>,
    waiting: Vec<(Class, Time)>,
    for_me: i64,
    decided: Vec<(MemberId, Outcome, Time)>,
    waits: Vec<(Time, Time)>,
    on_shift: i64,
    shifts: Vec<Shift>,
}

fn load(conn: &mut Conn, clerk: Clerk, now: Time) -> Result<Loaded, Error> {
    Ok(Loaded {
        held: store::held_by(conn, clerk.id, now)?,
        waiting: store::waiting(conn, now)?,
        for_me: store::count_for(conn, clerk.id, clerk.is_senior, now)?,
        decided: store::since(conn, first_day(now))?,
        waits: store::waits_since(conn, midnight(now))?,
        on_shift: store::on_shift(conn, now)?,
        shifts: store::shifts_of(conn, clerk.id, now)?,
    })
}

fn midnight(now: Time) -> Time {
    now.date().and_time(NaiveTime::MIN)
}

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    told: String,
}

/// What was done on the page before.
fn told(code: &str) -> Option<&'static str> {
    Some(match code {
        "nothing" => "Nothing waits for you right now. Cases that you decided before go to somebody else.",
        "approved" => "Approved. The member hears of it, and the images are destroyed in 7 days.",
        "resubmit" => "The member is asked for something better.",
        "second" => "It goes to a second agent. The member hears nothing yet.",
        "senior" => "It goes to a senior agent. The member hears nothing yet.",
        "declined" => "Declined. The member hears of it and may appeal for 30 days.",
        "released" => "You gave the case back. It keeps its place in the queue.",
        "waived" => "The phone is waived. The member sees it on their verification page.",
        "shift" => "The shift is entered.",
        "no-shift" => "The shift is taken out.",
        _ => return None,
    })
}

pub(super) async fn show(
    site: web::Data<Site>,
    agent: Agent,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    desk(&site, &agent, StatusCode::OK, told(&asked.told), (ShiftForm::default(), Problems::none())).await
}

/// The desk, with the form for shifts as it was sent.
pub(super) async fn desk(
    site: &Site,
    agent: &Agent,
    status: StatusCode,
    told: Option<&'static str>,
    (form, problems): (ShiftForm, Problems),
) -> Result<HttpResponse, Error> {
    let (clerk, now) = (clerk(agent), site.clock.now());
    let loaded = site.db.read(move |conn| load(conn, clerk, now)).await?;
    let decided: Vec<_> = loaded.decided.iter().map(|(_, outcome, at)| (*outcome, *at)).collect();
    let own = |outcome: Outcome| {
        let today = |(by, what, at): &&(MemberId, Outcome, Time)| {
            *by == clerk.id && *what == outcome && *at >= midnight(now)
        };
        (outcome.done(), loaded.decided.iter().filter(today).count())
    };
    let day: Vec<_> = Outcome::ALL.into_iter().map(own).collect();
    let spans: Vec<TimeDelta> = loaded.waits.iter().map(|(from, to)| *to - *from).collect();
    let answer = page_with(
        status,
        &DeskPage {
            frame: frame(site, agent, "Desk", "/agent"),
            told,
            held: loaded.held.map(|(id, until)| Held { id: id.0, until: When(until) }),
            is_senior: clerk.is_senior,
            classes: Class::ALL.into_iter().rev().map(|class| row(&loaded.waiting, class, now)).collect(),
            total: loaded.waiting.len(),
            oldest: oldest(&loaded.waiting, now),
            for_me: loaded.for_me,
            settled: spans.len(),
            median: median(spans).map(span),
            on_shift: loaded.on_shift,
            day_total: day.iter().map(|(_, count)| count).sum(),
            day,
            width: picture::WIDTH,
            height: picture::HEIGHT,
            by_hour: by_hour(&loaded.waiting, now),
            by_day: by_day(&decided, now),
            shifts: loaded.shifts.iter().map(|shift| ShiftRow::new(shift, now)).collect(),
            today: now.format("%Y-%m-%d").to_string(),
            form,
            problems,
        },
    );
    answer.map(private)
}

fn row(waiting: &[(Class, Time)], class: Class, now: Time) -> ClassRow {
    let these: Vec<_> = waiting.iter().filter(|(one, _)| *one == class).copied().collect();
    ClassRow { title: picture::title(class), count: these.len(), oldest: oldest(&these, now) }
}

fn oldest(waiting: &[(Class, Time)], now: Time) -> Option<String> {
    waiting.iter().map(|(_, since)| *since).min().map(|since| span(now - since))
}

pub(super) async fn next(site: web::Data<Site>, agent: Agent) -> Result<HttpResponse, Error> {
    go_on(&site, clerk(&agent)).await
}

/// Leads to the next case, or back to the desk where none waits.
pub(super) async fn go_on(site: &Site, clerk: Clerk) -> Result<HttpResponse, Error> {
    let now = site.clock.now();
    let asking = || site.db.write(move |conn| actions::next(conn, clerk, now));
    let found = match asking().await {
        // Asked twice at once: the other answer got a case, and this one leads there.
        Err(Error::Conflict(_)) => asking().await?,
        other => other?,
    };
    match found {
        Some(case) => see_other(&format!("/agent/cases/{}", case.0)),
        None => see_other("/agent?told=nothing"),
    }
}
