//! The document step, page by page: agree, choose, photograph, type, look over; and taking it back, and appealing.

mod check;
mod choose;
mod consent;
mod details;
mod end;
mod phone;
pub(super) mod photos;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpResponse, web};
use askama::Template;

use super::rules::way_on;
use super::store::{self, Case};
use super::{actions, handover};
use crate::accounts::viewer::Member;
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;
use crate::web::{Account, Crumb, Frame, Site, page_with, see_other};

/// The addresses of this part of the room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/verification/document", web::get().to(go_on))
        .route("/verification/documents", web::get().to(choose::accepted))
        .route("/verification/document/consent", web::get().to(consent::form))
        .route("/verification/document/consent", web::post().to(consent::agree))
        .route("/verification/document/choose", web::get().to(choose::form))
        .route("/verification/document/choose", web::post().to(choose::choose))
        .route("/verification/document/photos", web::get().to(photos::form))
        .route("/verification/document/photos", web::post().to(photos::send))
        .route("/verification/document/photos/remove", web::post().to(photos::remove))
        .route("/verification/document/phone", web::get().to(phone::form))
        .route("/verification/document/phone", web::post().to(phone::make))
        .route("/verification/document/phone/state", web::get().to(phone::state))
        .route("/verification/document/details", web::get().to(details::form))
        .route("/verification/document/details", web::post().to(details::save))
        .route("/verification/document/check", web::get().to(check::form))
        .route("/verification/document/check", web::post().to(check::submit))
        .route("/verification/document/withdraw", web::get().to(end::ask))
        .route("/verification/document/withdraw", web::post().to(end::withdraw))
        .route("/verification/document/appeal", web::get().to(end::appeal_form))
        .route("/verification/document/appeal", web::post().to(end::appeal))
        .configure(handover::pages::routes);
}

/// The frame of a page of the document step.
fn frame(site: &Site, account: Account, title: &str, path: &str) -> Frame {
    Frame::new(site, account, title)
        .with_crumbs(vec![Crumb::new("Verification", "/verification"), Crumb::new(title, "")])
        .at(path)
}

/// A page that nothing keeps a copy of.
pub(super) fn unkept(status: StatusCode, template: &impl Template) -> Result<HttpResponse, Error> {
    let mut answer = page_with(status, template)?;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

/// The page on which this case goes on.
fn next_page(conn: &mut Conn, case: Option<&Case>) -> Result<&'static str, Error> {
    let Some(case) = case else { return Ok(way_on(None, false, None)) };
    let has_details = store::details(conn, case.id)?.is_some();
    Ok(way_on(Some(case.place.0), has_details, case.reason))
}

/// The member's newest case where `fits` says so, or the page on which they go on instead.
fn case_or_way(
    conn: &mut Conn,
    member: MemberId,
    fits: impl FnOnce(&Case) -> bool,
) -> Result<Result<Case, &'static str>, Error> {
    match store::newest_of(conn, member)? {
        Some(case) if fits(&case) => Ok(Ok(case)),
        other => next_page(conn, other.as_ref()).map(Err),
    }
}

/// Leads to the step that comes next.
async fn go_on(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let (id, now) = (member.id, site.clock.now());
    let looking = site.db.read(move |conn| {
        if actions::is_anew(conn, id, now)? {
            return Ok(way_on(None, false, None));
        }
        let case = store::newest_of(conn, id)?;
        next_page(conn, case.as_ref())
    });
    see_other(looking.await?)
}
