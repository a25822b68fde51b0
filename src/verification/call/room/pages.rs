//! The member's room and the test before it; tickets for both sides; the socket.

mod socket;
mod test;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::rules::Side;
use super::{Holder, actions};
use crate::accounts::viewer::Member;
use crate::error::Error;
use crate::verification::call::pages::seated::Seated;
use crate::verification::call::rules::State;
use crate::verification::call::{CallId, store as calls};
use crate::web::{Crumb, Frame, Site, When, headers, page, private, see_other};

/// Where the member chooses a time, and reads what came of the call.
const CALL: &str = "/verification/call";
const ROOM: &str = "/verification/call/room";
const TEST: &str = "/verification/call/test";

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/verification/call/room", web::get().to(room))
        .route("/verification/call/room/ticket", web::post().to(member_ticket))
        .route("/agent/calls/{id}/ticket", web::post().to(agent_ticket))
        .route("/calls/{id}/socket", web::get().to(socket::open))
        .route("/verification/call/test", web::get().to(test::show))
        .route("/verification/call/test/servers", web::post().to(test::servers));
}

/// What a page needs to hold the stage of a call: `templates/verification/call/stage.html`.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The call.
    pub call: i64,
    /// Whose page it is: `member` or `agent`.
    pub side: &'static str,
    /// How the other is called.
    pub other: &'static str,
    /// Where the page gets its tickets.
    pub tickets: String,
    /// Where one goes on when it is over.
    pub after: &'static str,
}

impl Stage {
    /// Of a call, as this side (`member` or `agent`) sees it.
    #[must_use]
    pub fn new(call: i64, side: &'static str) -> Self {
        let (other, tickets, after) = match Side::parse(side) {
            Some(Side::Agent) => ("the member", format!("/agent/calls/{call}/ticket"), "/agent/calls"),
            _ => ("the agent", format!("{ROOM}/ticket"), CALL),
        };
        Self { call, side, other, tickets, after }
    }

    /// Whether the agent's page shows it.
    #[must_use]
    pub fn is_agents(&self) -> bool {
        self.side == Side::Agent.code()
    }
}

#[derive(Template)]
#[template(path = "verification/call/room.html")]
struct RoomPage {
    frame: Frame,
    stage: Stage,
    /// The booked beginning; nothing from the queue.
    starts: Option<When>,
}

async fn room(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let id = member.id;
    let call = site.db.read(move |conn| Ok(calls::open_of(conn, id)?)).await?;
    let Some(call) = call.filter(|call| call.state != State::Held) else {
        return see_other(CALL);
    };
    let frame = frame(&site, &member, "Your call", ROOM);
    let starts = call.starts_at.map(When);
    let mut answer = page(&RoomPage { frame, stage: Stage::new(call.id.0, Side::Member.code()), starts })?;
    headers::allow_call(&mut answer, &site.settings);
    Ok(private(answer))
}

fn frame(site: &Site, member: &Member, title: &str, path: &str) -> Frame {
    let crumbs = vec![
        Crumb::new("Verification", "/verification"),
        Crumb::new("Live call", CALL),
        Crumb::new(title, ""),
    ];
    Frame::new(site, member.account(), title).with_crumbs(crumbs).at(path)
}

/// A ticket for the member's own call; whoever asks for one comes into the waiting room.
async fn member_ticket(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let (holder, now) = (holder(&member), site.clock.now());
    let writing = site.db.write(move |conn| {
        let call = actions::arrive(conn, holder.member, now)?;
        Ok((call, actions::issue(conn, call, Side::Member, holder, now)?))
    });
    Ok(ticket(writing.await?))
}

/// A ticket for the agent who has the call.
async fn agent_ticket(
    site: web::Data<Site>,
    Seated(agent): Seated,
    at: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (holder, call, now) = (holder(&agent.0), CallId(*at), site.clock.now());
    let writing =
        site.db.write(move |conn| Ok((call, actions::issue(conn, call, Side::Agent, holder, now)?)));
    Ok(ticket(writing.await?))
}

fn holder(member: &Member) -> Holder {
    Holder { member: member.id, session: member.session }
}

fn ticket((call, ticket): (CallId, crate::tokens::Token)) -> HttpResponse {
    let answer = serde_json::json!({ "call": call.0, "ticket": ticket.as_str() });
    private(HttpResponse::Ok().json(answer))
}
