//! Trying camera, microphone and connection before a call.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{TEST, frame, private};
use crate::accounts::viewer::Member;
use crate::error::Error;
use crate::tokens;
use crate::verification::call::room::rules::TEST_RELAY;
use crate::verification::call::room::turn;
use crate::verification::call::store as calls;
use crate::web::{Frame, Site, headers, page};

#[derive(Template)]
#[template(path = "verification/call/test.html")]
struct TestPage {
    frame: Frame,
    /// Whether the member has a call to come.
    has_call: bool,
}

pub(super) async fn show(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let id = member.id;
    let has_call = site.db.read(move |conn| Ok(calls::open_of(conn, id)?.is_some())).await?;
    let frame = frame(&site, &member, "Test camera and microphone", TEST);
    let mut answer = page(&TestPage { frame, has_call })?;
    headers::allow_call(&mut answer, &site.settings);
    Ok(private(answer))
}

/// The servers to try the connection with. The relay is for members who have a call to come, and for minutes.
pub(super) async fn servers(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let (id, now) = (member.id, site.clock.now());
    let has_call = site.db.read(move |conn| Ok(calls::open_of(conn, id)?.is_some())).await?;
    let mut servers = turn::servers(&site.settings.call_servers, &tokens::request_id()?, now + TEST_RELAY);
    if !has_call {
        servers.retain(|one| one.credential.is_none());
    }
    Ok(private(HttpResponse::Ok().json(serde_json::json!({ "ice": servers }))))
}
