//! `/verification/badge`: one's own badge, which can be hidden and shown again.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::accounts::viewer::Member;
use crate::badges::rules::{Badge, GrantState};
use crate::badges::store as badges;
use crate::error::Error;
use crate::paths;
use crate::verification::appeals;
use crate::verification::appeals::rules::Notice;
use crate::verification::badge::{actions, rules};
use crate::web::{Crumb, Frame, Site, page, see_other};

const PATH: &str = "/verification/badge";

#[derive(Template)]
#[template(path = "verification/badge/own.html")]
struct OwnPage {
    frame: Frame,
    told: Option<&'static str>,
    words: Option<String>,
    /// Where it stands with an appeal, where something was decided against the member.
    appeal: Option<Notice>,
    /// Whether it stands beside posts, or would if it were not hidden.
    is_active: bool,
    is_hidden: bool,
    public: String,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    told: String,
}

pub(super) async fn show(
    site: web::Data<Site>,
    member: Member,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let (id, now) = (member.id, site.clock.now());
    let reading = site.db.read(move |conn| {
        let newest = badges::newest(conn, id, Badge::IdentityVerified)?;
        let about = (None, &[][..], newest.as_ref().map(|grant| grant.id));
        Ok((newest, appeals::actions::standing(conn, id, about)?))
    });
    let (newest, standing) = reading.await?;
    let is_over = |end: Option<crate::clock::Time>| end.is_some_and(|end| end <= now);
    let is_active = newest
        .as_ref()
        .is_some_and(|grant| grant.place.state == GrantState::Active && !is_over(grant.expires_at));
    let frame = Frame::new(&site, member.account(), "Your badge")
        .with_crumbs(vec![Crumb::new("Verification", paths::VERIFICATION), Crumb::new("Your badge", "")])
        .at(PATH);
    let mut answer = page(&OwnPage {
        frame,
        told: match &*asked.told {
            "hidden" => Some("Your badge is hidden."),
            "shown" => Some("Your badge is shown again."),
            _ => None,
        },
        words: newest.as_ref().map(|grant| rules::told(grant, now)),
        appeal: appeals::pages::told(&standing, now).into_iter().find(|_| !standing.adverse.is_empty()),
        is_active,
        is_hidden: newest.is_some_and(|grant| grant.hidden_at.is_some()),
        public: paths::badges_of(&member.handle),
    })?;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

#[derive(serde::Deserialize)]
pub(super) struct Choice {
    hide: bool,
}

pub(super) async fn hide(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<Choice>,
) -> Result<HttpResponse, Error> {
    let (id, hide, now) = (member.id, form.hide, site.clock.now());
    let changed = site.db.write(move |conn| actions::set_hidden(conn, id, hide, now)).await?;
    match (changed, hide) {
        (false, _) => see_other(PATH),
        (true, true) => see_other(&format!("{PATH}?told=hidden")),
        (true, false) => see_other(&format!("{PATH}?told=shown")),
    }
}
