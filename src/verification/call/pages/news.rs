//! Where a call stands, for scripts; and the calendar file.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use actix_web::{HttpResponse, web};

use crate::accounts::viewer::Member;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::verification::call::actions::{self, Ground};
use crate::verification::call::rules::State;
use crate::verification::call::rules::calendar::{Appointment, file};
use crate::verification::call::rules::queue::{minutes, talk};
use crate::verification::call::rules::slots::SLOT;
use crate::verification::call::store::{self, Call};
use crate::web::Site;

/// Somebody's place in the queue.
#[derive(Clone, Debug, serde::Serialize)]
pub(super) struct Place {
    /// Where the call stands.
    pub state: &'static str,
    /// Counted from 1.
    #[serde(rename = "place")]
    pub number: i64,
    /// Expected until it is their turn; nothing while no agent is there.
    pub minutes: Option<i64>,
    /// Whether it is their turn.
    pub turn: bool,
}

impl Place {
    /// The place of a call from the queue; nothing for others.
    pub fn of(conn: &mut Conn, call: &Call, ground: &Ground, now: Time) -> Result<Option<Self>, Error> {
        let Some(since) = call.queued_at else { return Ok(None) };
        if !matches!(call.state, State::Queued | State::Waiting) {
            return Ok(None);
        }
        let queue = store::queue(conn)?;
        let before = queue
            .iter()
            .filter(|one| (!one.is_first, one.since, one.call) < (!call.is_first, since, call.id));
        let number = i64::try_from(before.count()).unwrap_or(i64::MAX - 1) + 1;
        let (agents, talking, talk) = Self::pace(conn, ground, now)?;
        let (minutes, turn) = (minutes(number, agents, talking, talk), call.agent.is_some());
        Ok(Some(Self { state: call.state.code(), number, minutes, turn }))
    }

    /// How many agents are there who may talk to the member, how many of them talk, and for how long one talks.
    fn pace(conn: &mut Conn, ground: &Ground, now: Time) -> Result<(i64, i64, chrono::TimeDelta), Error> {
        let mut agents = store::on_shift(conn, now)?;
        agents.retain(|agent| !ground.not.contains(agent));
        let talking = store::talking(conn)?.into_iter().filter(|agent| agents.contains(agent)).count();
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        Ok((count(agents.len()), count(talking), talk(store::expected(conn)?)))
    }

    /// What whoever joins now can expect: agents, how many wait, and the minutes.
    pub fn expected(conn: &mut Conn, ground: &Ground, now: Time) -> Result<(usize, i64, Option<i64>), Error> {
        let waiting = i64::try_from(store::queue(conn)?.len()).unwrap_or(i64::MAX - 1);
        let (agents, talking, talk) = Self::pace(conn, ground, now)?;
        let minutes = minutes(waiting + 1, agents, talking, talk);
        Ok((usize::try_from(agents).unwrap_or(0), waiting, minutes))
    }
}

/// Where the member's call stands, as JSON. Whoever asks is there.
pub(super) async fn state(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let (id, now) = (member.id, site.clock.now());
    let asking = site.db.read(move |conn| {
        let Some(call) = store::open_of(conn, id)? else { return Ok(None) };
        let place = match Ground::of(conn, id, now)? {
            Some(ground) => Place::of(conn, &call, &ground, now)?,
            None => None,
        };
        Ok(Some((call, place)))
    });
    let found = asking.await?;
    let news = match found {
        None => serde_json::json!({ "state": "none" }),
        Some((call, None)) => serde_json::json!({ "state": call.state.code() }),
        Some((call, Some(place))) => {
            site.db.write(move |conn| actions::news(conn, call.id, id, now)).await?;
            serde_json::to_value(place).map_err(|cause| Error::internal(cause.to_string()))?
        }
    };
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store"))).json(news))
}

/// The booked call as a calendar file.
pub(super) async fn calendar(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let (id, now) = (member.id, site.clock.now());
    let found = site.db.read(move |conn| Ok(store::open_of(conn, id)?)).await?;
    let booked = found.filter(|call| call.state == State::Booked).ok_or(Error::NotFound)?;
    let starts = booked.starts_at.ok_or(Error::NotFound)?;
    let origin = site.settings.origin();
    let host = origin.split_once("://").map_or(origin.as_str(), |(_, host)| host);
    let body = file(&Appointment {
        uid: &format!("live-call-{}@{host}", booked.id.0),
        made: now,
        starts,
        ends: starts + SLOT,
        summary: &format!("Live call, {}", site.settings.name),
        description: "About 12 minutes in the browser. Have your document and your phone at hand. The waiting room opens 10 minutes before.",
        url: &format!("{origin}/verification/call"),
    });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8")))
        .insert_header((
            CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"live-call.ics\""),
        ))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .body(body))
}
