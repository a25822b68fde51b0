//! The live call: choosing a time, the queue, the result; and the agents' side of it.

mod agent;
mod deciding;
mod desk;
mod member;
mod news;
pub mod seated;
mod shown;

use actix_web::web;

use super::actions::Ground;
use super::rules::may_appeal;
use super::store::Call;
use crate::accounts::agent::Agent;
use crate::clock::Time;
use crate::verification::rules::steps::{self, CallFacts, Step};
use crate::web::{Crumb, Frame, Site, private};

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/verification/call", web::get().to(member::show))
        .route("/verification/call/state", web::get().to(news::state))
        .route("/verification/call/calendar.ics", web::get().to(news::calendar))
        .route("/verification/call/hold", web::post().to(member::hold))
        .route("/verification/call/confirm", web::post().to(member::confirm))
        .route("/verification/call/change", web::post().to(member::change))
        .route("/verification/call/cancel", web::post().to(member::cancel))
        .route("/verification/call/queue", web::post().to(member::join))
        .route("/verification/call/appeal", web::post().to(member::appeal))
        .route("/agent/calls", web::get().to(desk::show))
        .route("/agent/calls", web::post().to(desk::next))
        .route("/agent/calls/{id}", web::get().to(agent::show))
        .route("/agent/calls/{id}/admit", web::post().to(agent::admit))
        .route("/agent/calls/{id}/back", web::post().to(agent::give_back))
        .route("/agent/calls/{id}/code", web::post().to(agent::send_code))
        .route("/agent/calls/{id}/check", web::post().to(agent::check_code))
        .route("/agent/calls/{id}/decide", web::post().to(deciding::decide))
        .route("/agent/calls/{id}/images/{evidence}", web::get().to(agent::image));
}

/// The call as a step on the way, for those whose document is approved and for everybody else.
#[must_use]
pub fn step(ground: Option<&Ground>, now: Time) -> Step {
    let Some(ground) = ground else { return steps::call_locked(false) };
    let Some(newest) = ground.calls.first() else {
        return if ground.has_phone { steps::call(None) } else { steps::call_locked(true) };
    };
    steps::call(Some(&facts(ground, newest, now)))
}

fn facts(ground: &Ground, newest: &Call, now: Time) -> CallFacts {
    // A call that was taken back says less than what was decided before.
    let is_back = newest.state == super::rules::State::Cancelled;
    let decided = ground.calls.iter().find(|call| call.state.is_decided()).filter(|_| is_back);
    let call = decided.unwrap_or(newest);
    let past = ground.past(now);
    // What is held no longer is taken back, even before a job says so.
    let is_over = call.held_until.is_some_and(|until| until <= now);
    CallFacts {
        state: if is_over { super::rules::State::Cancelled } else { call.state },
        starts_at: call.starts_at,
        held_until: call.held_until,
        ended_at: call.decided_at.or(call.ended_at),
        reason: call.reason,
        may_appeal: may_appeal(call.state, call.decided_at, past.appealed, now),
        is_appealed: call.appealed_at.is_some(),
        is_first: call.is_first,
        missed: past.missed,
    }
}

/// The frame of a page of the agents' side.
fn frame(site: &Site, agent: &Agent, title: &str, path: &str) -> Frame {
    let mut crumbs = vec![Crumb::new("Desk", "/agent"), Crumb::new("Calls", "/agent/calls")];
    if path != "/agent/calls" {
        crumbs.push(Crumb::new(title, ""));
    }
    Frame::new(site, agent.0.account(), title).at(path).with_crumbs(crumbs)
}
