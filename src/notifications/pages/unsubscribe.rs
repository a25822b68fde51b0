//! Ending mails with one click, signed in or not: the link in the mail says whose mails of which kind.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::accounts::viewer::Viewer;
use crate::error::Error;
use crate::notifications::actions;
use crate::notifications::unsubscribe::Ends;
use crate::web::{Account, Frame, Site, page, page_with};

#[derive(Template)]
#[template(path = "notifications/unsubscribe.html")]
struct UnsubscribePage {
    frame: Frame,
    /// What the link ends; nothing where it is not ours.
    what: Option<&'static str>,
    is_done: bool,
}

fn frame(site: &Site, account: Account) -> Frame {
    Frame::new(site, account, "Fewer mails")
}

/// Asks: a page that is only looked at ends nothing.
pub(super) async fn ask(
    site: web::Data<Site>,
    viewer: Viewer,
    token: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let found = site.db.read(move |conn| {
        let signer = actions::signer(conn)?;
        Ok(signer.and_then(|signer| signer.read(&token)))
    });
    let ends = found.await?.map(|(_, ends)| ends);
    let status = if ends.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let frame = frame(&site, viewer.account());
    page_with(status, &UnsubscribePage { frame, what: ends.map(Ends::title), is_done: false })
}

/// Ends them. Mail programs send this by themselves (RFC 8058), from anywhere and without a session, so nothing
/// but the link counts here.
pub(super) async fn end(site: web::Data<Site>, token: web::Path<String>) -> Result<HttpResponse, Error> {
    let ending = site.db.write(move |conn| {
        let signer = actions::signer(conn)?.ok_or(Error::NotFound)?;
        let (member, ends) = signer.read(&token).ok_or(Error::NotFound)?;
        actions::end_mails(conn, member, ends)?;
        Ok(ends)
    });
    let ends = ending.await?;
    let frame = frame(&site, Account::Unknown);
    page(&UnsubscribePage { frame, what: Some(ends.title()), is_done: true })
}
