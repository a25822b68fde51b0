//! The demo's way in: one click signs in as one of its people. These addresses exist in a demo only.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::sign_in::add_cookie;
use crate::accounts::actions;
use crate::accounts::viewer::{Viewer, device, session_cookie};
use crate::error::Error;
use crate::members;
use crate::members::rules::monogram;
use crate::tokens::Token;
use crate::web::{Frame, Site, page, see_other};

/// Somebody of the demo whom one can be.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// Name in addresses.
    pub handle: &'static str,
    /// Name that people read.
    pub name: &'static str,
    /// What kind of user.
    pub kind: &'static str,
    /// What there is to try.
    pub about: &'static str,
}

impl Person {
    fn monogram(&self) -> String {
        monogram(self.name)
    }
}

/// One of each kind of user.
pub const PEOPLE: [Person; 8] = [
    Person {
        handle: "maria-k",
        name: "Maria K",
        kind: "A verified member",
        about: "Top Rated Plus, with the Identity Verified badge. Reads, replies, starts threads.",
    },
    Person {
        handle: "daniel-r",
        name: "Daniel R",
        kind: "An eligible member",
        about: "Top Rated Plus without the badge: is shown the way to verification.",
    },
    Person {
        handle: "leo-p",
        name: "Leo P",
        kind: "A newcomer",
        about: "Rising Talent, and not eligible yet.",
    },
    Person {
        handle: "oliver-h",
        name: "Oliver H",
        kind: "A client",
        about: "Hires. His payment method is verified.",
    },
    Person {
        handle: "goran-m",
        name: "Goran M",
        kind: "A moderator",
        about: "Removes posts with a reason, locks and pins threads.",
    },
    Person {
        handle: "lena-h",
        name: "Lena H",
        kind: "A community manager",
        about: "Starts announcements.",
    },
    Person {
        handle: "noor-v",
        name: "Noor V",
        kind: "A verification agent",
        about: "Will work the agents' desk.",
    },
    Person {
        handle: "tomasz-w",
        name: "Tomasz W",
        kind: "An administrator",
        about: "Boards, roles and tiers, by hand or from a file.",
    },
];

#[derive(Template)]
#[template(path = "accounts/demo.html")]
struct DemoPage {
    frame: Frame,
    people: &'static [Person],
}

pub(super) async fn choose(site: web::Data<Site>, viewer: Viewer) -> Result<HttpResponse, Error> {
    page(&DemoPage {
        frame: Frame::new(&site, viewer.account(), "Choose who you are"),
        people: &PEOPLE,
    })
}

#[derive(serde::Deserialize)]
pub(super) struct Choice {
    #[serde(rename = "as")]
    handle: String,
}

pub(super) async fn become_somebody(
    site: web::Data<Site>,
    request: HttpRequest,
    choice: web::Form<Choice>,
) -> Result<HttpResponse, Error> {
    sign_in_as(&site, &request, choice.into_inner().handle).await
}

/// The links that the program prints at its start.
pub(super) async fn enter(
    site: web::Data<Site>,
    request: HttpRequest,
    handle: web::Path<String>,
) -> Result<HttpResponse, Error> {
    sign_in_as(&site, &request, handle.into_inner()).await
}

async fn sign_in_as(site: &Site, request: &HttpRequest, handle: String) -> Result<HttpResponse, Error> {
    let (token, device, now) = (Token::new()?, device(request, &site.settings), site.clock.now());
    let cookie = session_cookie(&site.settings, &token);
    let writing = site.db.write(move |conn| {
        let member = members::store::find(conn, &handle)?.ok_or(Error::NotFound)?;
        actions::sign_in(conn, member.id, None, &token, &device, now)
    });
    writing.await?;
    let mut answer = see_other("/")?;
    add_cookie(&mut answer, &cookie)?;
    Ok(answer)
}
