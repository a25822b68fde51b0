//! `/agent/calls`: who waits, today's bookings, and the time used.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{NaiveTime, TimeDelta};

use super::{frame, private};
use crate::accounts::agent::Agent;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;
use crate::verification::call::actions;
use crate::verification::call::rules::State;
use crate::verification::call::rules::queue::{Waiting, has_time, talk};
use crate::verification::call::rules::slots::TALK;
use crate::verification::call::store::{self, Booking, Call, Mine};
use crate::web::{Frame, Site, page_with, see_other};

#[derive(Template)]
#[template(path = "verification/call/desk.html")]
struct CallsPage {
    frame: Frame,
    told: Option<&'static str>,
    problem: Option<String>,
    held: Option<i64>,
    mine: usize,
    waiting: usize,
    longest: Option<String>,
    agents: usize,
    talking: usize,
    pace: i64,
    decided: usize,
    used: i64,
    planned: i64,
    soon: Option<String>,
    days: Vec<Bookings>,
}

/// The booked calls of a day.
struct Bookings {
    title: &'static str,
    rows: Vec<BookingRow>,
}

struct BookingRow {
    id: i64,
    hours: String,
    name: String,
    state: &'static str,
    is_here: bool,
    is_open: bool,
}

/// What an agent reads of a state.
pub(super) fn title(state: State) -> &'static str {
    match state {
        State::Held => "Held",
        State::Booked => "Booked",
        State::Queued => "In the queue",
        State::Waiting => "In the waiting room",
        State::InCall => "In the call",
        State::Passed => "Passed",
        State::Inconclusive => "Inconclusive",
        State::Failed => "Failed",
        State::Aborted => "Broken off",
        State::Flagged => "Fraud suspected",
        State::Missed => "The member was not there",
        State::Cancelled => "Taken back",
    }
}

struct Loaded {
    held: Option<Call>,
    line: Vec<Waiting>,
    queue: Vec<Waiting>,
    agents: Vec<MemberId>,
    talking: Vec<MemberId>,
    pace: TimeDelta,
    mine: Mine,
    next: Option<Time>,
    bookings: Vec<Booking>,
}

fn load(conn: &mut Conn, agent: MemberId, now: Time) -> Result<Loaded, Error> {
    let midnight = now.date().and_time(NaiveTime::MIN);
    Ok(Loaded {
        held: store::holding(conn, agent)?,
        line: actions::line(conn, agent, now)?,
        queue: store::queue(conn)?,
        agents: store::on_shift(conn, now)?,
        talking: store::talking(conn)?,
        pace: talk(store::expected(conn)?),
        mine: store::decided_since(conn, agent, midnight)?,
        next: store::next_booking(conn, agent, now)?,
        bookings: store::bookings(conn, agent, midnight, midnight + TimeDelta::days(2))?,
    })
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    told: String,
}

fn told(code: &str) -> Option<&'static str> {
    Some(match code {
        "nothing" => {
            "Nobody waits whom you may talk to. Whoever you decided about before goes to somebody else."
        }
        "back" => "You gave the call back. The member keeps their place.",
        "passed" => "Passed. The member hears of it, and the badge goes its way.",
        "inconclusive" => "Inconclusive. The member talks to another agent.",
        "failed" => "Failed. The member hears of it and may appeal for 30 days.",
        "flagged" => "Noted. Another agent talks to the member before anything is decided.",
        _ => return None,
    })
}

fn row(booking: &Booking) -> BookingRow {
    let call = &booking.call;
    let hour = |time: Option<Time>| time.map_or_else(String::new, |time| time.format("%H:%M").to_string());
    BookingRow {
        id: call.id.0,
        hours: format!("{} to {}", hour(call.starts_at), hour(call.ends_at)),
        name: booking.name.clone(),
        state: title(call.state),
        is_here: matches!(call.state, State::Waiting | State::InCall),
        is_open: call.state.is_open(),
    }
}

async fn render(
    site: &Site,
    agent: &Agent,
    told: Option<&'static str>,
    (status, problem): (StatusCode, Option<String>),
) -> Result<HttpResponse, Error> {
    let (id, now) = (agent.0.id, site.clock.now());
    let loaded = site.db.read(move |conn| load(conn, id, now)).await?;
    let longest = loaded.queue.iter().map(|one| one.since).min();
    let of_day = |title, ahead: i64| {
        let day = now.date() + TimeDelta::days(ahead);
        let these = |one: &&Booking| one.call.starts_at.is_some_and(|starts| starts.date() == day);
        Bookings { title, rows: loaded.bookings.iter().filter(these).map(row).collect() }
    };
    let days = vec![of_day("Today", 0), of_day("Tomorrow", 1)];
    let decided = loaded.mine.decided;
    let page = CallsPage {
        frame: frame(site, agent, "Calls", "/agent/calls"),
        told,
        problem,
        held: loaded.held.map(|call| call.id.0),
        mine: loaded.line.len(),
        waiting: loaded.queue.len(),
        longest: longest.map(|since| format!("{} min", (now - since).num_minutes())),
        agents: loaded.agents.len(),
        talking: loaded.talking.len(),
        pace: loaded.pace.num_minutes(),
        used: loaded.mine.talked.num_minutes(),
        planned: i64::try_from(decided).unwrap_or(0) * TALK.num_minutes(),
        decided,
        soon: loaded
            .next
            .filter(|next| !has_time(Some(*next), now))
            .map(|next| next.format("%H:%M").to_string()),
        days,
    };
    page_with(status, &page).map(private)
}

pub(super) async fn show(
    site: web::Data<Site>,
    agent: Agent,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    render(&site, &agent, told(&asked.told), (StatusCode::OK, None)).await
}

pub(super) async fn next(site: web::Data<Site>, agent: Agent) -> Result<HttpResponse, Error> {
    let (id, now) = (agent.0.id, site.clock.now());
    match site.db.write(move |conn| actions::take(conn, id, now)).await {
        Ok(Some(call)) => see_other(&format!("/agent/calls/{}", call.0)),
        Ok(None) => see_other("/agent/calls?told=nothing"),
        Err(Error::Refused(why)) => {
            render(&site, &agent, None, (StatusCode::UNPROCESSABLE_ENTITY, Some(why))).await
        }
        Err(other) => Err(other),
    }
}
