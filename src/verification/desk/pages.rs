//! The agents' desk: what waits, the case one holds, one's decisions and shifts.

mod case;
mod history;
pub(in crate::verification) mod images;
mod overview;
mod picture;
mod shifts;

use actix_web::web;

use super::actions::Clerk;
use crate::accounts::agent::Agent;
use crate::members::rules::Role;
use crate::web::{Crumb, Frame, Site, private};

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/agent", web::get().to(overview::show))
        .route("/agent/next", web::post().to(overview::next))
        .route("/agent/decisions", web::get().to(history::show))
        .route("/agent/shifts", web::post().to(shifts::enter))
        .route("/agent/shifts/{id}/remove", web::post().to(shifts::remove))
        .route("/agent/cases/{id}", web::get().to(case::show))
        .route("/agent/cases/{id}/renew", web::post().to(case::renew))
        .route("/agent/cases/{id}/release", web::post().to(case::release))
        .route("/agent/cases/{id}/decide", web::post().to(case::decide))
        .route("/agent/cases/{id}/images/{evidence}", web::get().to(images::send))
        .route("/agent/cases/{id}/images/{evidence}/look", web::get().to(images::look));
}

fn clerk(agent: &Agent) -> Clerk {
    Clerk { id: agent.0.id, is_senior: agent.0.is(Role::SeniorAgent) }
}

/// The frame of a page below the desk.
fn frame(site: &Site, agent: &Agent, title: &str, path: &str) -> Frame {
    let frame = Frame::new(site, agent.0.account(), title).at(path);
    let here = Crumb::new(title, "");
    if path == "/agent" { frame } else { frame.with_crumbs(vec![Crumb::new("Desk", "/agent"), here]) }
}
