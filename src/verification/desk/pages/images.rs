//! The images of a case, for whoever holds it: each request is one look, and one row of the audit.

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue,
};
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{clerk, frame, private};
use crate::accounts::agent::Agent;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;
use crate::members::rules::Role;
pub(in crate::verification) use crate::verification::desk::rules::view::View;
use crate::verification::desk::{actions, watermark};
use crate::verification::evidence::actions::{Looker, open};
use crate::verification::evidence::store::Image;
use crate::verification::evidence::{self, Vault};
use crate::verification::{CaseId, EvidenceId};
use crate::web::{Frame, Site, page};

/// What of an image is asked for; what cannot be read is the whole.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(in crate::verification) struct Asked {
    turn: String,
    zoom: String,
    x: String,
    y: String,
}

impl Asked {
    pub(in crate::verification) fn view(&self) -> View {
        let number = |text: &str, usual| text.parse().unwrap_or(usual);
        View::new(number(&self.turn, 0), number(&self.zoom, 1), number(&self.x, 0), number(&self.y, 0))
    }
}

/// An image of a case that an agent holds.
fn find(
    conn: &mut Conn,
    case: CaseId,
    image: EvidenceId,
    agent: MemberId,
    now: Time,
) -> Result<Image, Error> {
    actions::hold(conn, case, agent, now)?;
    let images = evidence::store::of_case(conn, case)?;
    images.into_iter().find(|one| one.id == image && one.destroyed_at.is_none()).ok_or(Error::NotFound)
}

/// Sends an image to the holder of its case, with their name and the moment across it.
pub(super) async fn send(
    site: web::Data<Site>,
    vault: web::Data<Vault>,
    agent: Agent,
    path: web::Path<(i64, i64)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let (clerk, now) = (clerk(&agent), site.clock.now());
    let (case, image) = (CaseId(path.0), EvidenceId(path.1));
    site.db.write(move |conn| find(conn, case, image, clerk.id, now)).await?;
    answer(&site, &vault, &agent, image, asked.view()).await
}

/// Opens an image for an agent who may look at it, which is one look, and draws their name and the moment across it.
pub(in crate::verification) async fn answer(
    site: &Site,
    vault: &Vault,
    agent: &Agent,
    image: EvidenceId,
    view: View,
) -> Result<HttpResponse, Error> {
    let (clerk, now) = (clerk(agent), site.clock.now());
    let role = if clerk.is_senior { Role::SeniorAgent } else { Role::VerificationAgent };
    let jpeg = open(&site.db, vault, image, Looker { id: clerk.id, role }, now).await?;
    let words = format!("{} {} UTC", agent.0.handle, now.format("%Y-%m-%d %H:%M:%S"));
    let drawn = watermark::draw(jpeg, view, words).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, HeaderValue::from_static("image/jpeg")))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .insert_header((CONTENT_DISPOSITION, HeaderValue::from_static("inline")))
        .insert_header((
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'"),
        ))
        .body(drawn))
}

#[derive(Template)]
#[template(path = "verification/desk/look.html")]
struct LookPage {
    frame: Frame,
    /// What the image belongs to, and its page.
    of: String,
    back: String,
    image: i64,
    side: &'static str,
    view: View,
}

impl LookPage {
    fn source(&self) -> String {
        format!("{}/images/{}{}", self.back, self.image, self.view.query())
    }

    /// Where a way leads, if it leads anywhere.
    fn way(&self, to: Option<View>) -> Option<String> {
        to.map(|view| format!("{}/images/{}/look{}", self.back, self.image, view.query()))
    }

    /// The ways from here, with their icon and words.
    fn ways(&self) -> Vec<(&'static str, Option<String>)> {
        let view = self.view;
        vec![
            ("Turn", self.way(Some(view.turned()))),
            ("Nearer", self.way(view.nearer())),
            ("Farther", self.way(view.farther())),
            ("Left", self.way(view.moved(-1, 0))),
            ("Right", self.way(view.moved(1, 0))),
            ("Up", self.way(view.moved(0, -1))),
            ("Down", self.way(view.moved(0, 1))),
            ("Whole", (view != View::default()).then(|| self.way(Some(View::default()))).flatten()),
        ]
    }
}

/// An image by itself, with links that turn it and go nearer.
pub(super) async fn look(
    site: web::Data<Site>,
    agent: Agent,
    path: web::Path<(i64, i64)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let (who, now) = (agent.0.id, site.clock.now());
    let (case, image) = (CaseId(path.0), EvidenceId(path.1));
    let found = site.db.write(move |conn| find(conn, case, image, who, now)).await?;
    let back = (format!("case {}", case.0), format!("/agent/cases/{}", case.0));
    closely(&site, &agent, &found, back, asked.view())
}

/// The page of one image by itself; `back` is what it belongs to, in words, with its address.
pub(in crate::verification) fn closely(
    site: &Site,
    agent: &Agent,
    found: &Image,
    (of, back): (String, String),
    view: View,
) -> Result<HttpResponse, Error> {
    let title = format!("{}{}: {}", of[..1].to_uppercase(), &of[1..], found.side.title());
    let answer = page(&LookPage {
        frame: frame(site, agent, &title, &format!("{back}/images/{}/look", found.id.0)),
        of,
        back,
        image: found.id.0,
        side: found.side.title(),
        view,
    });
    answer.map(private)
}
