//! `/badges/check`, where anybody checks a credential, and the page of a link that a member handed out.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{issuer, unkept};
use crate::accounts::viewer::Viewer;
use crate::credentials::actions::{self, Checked};
use crate::credentials::rules::{LARGEST, Standing, Verdict};
use crate::credentials::store::Credential;
use crate::error::Error;
use crate::paths;
use crate::web::{Crumb, Day, Frame, Problems, Site, When, page};

const PATH: &str = "/badges/check";

/// What was found, in a box of its own.
struct Found {
    verdict: Verdict,
    facts: Option<Facts>,
    at: When,
}

/// What a credential says.
struct Facts {
    name: String,
    profile: String,
    handle: String,
    /// Only where the badge is or was public: of one that is off for now, nothing more than that is told.
    details: Option<Details>,
}

struct Details {
    checked_at: Day,
    checked: String,
    policy: i64,
    until: Option<Day>,
}

fn facts(credential: Credential, verdict: Verdict) -> Facts {
    let is_told = !matches!(verdict, Verdict::Stands(Standing::Off | Standing::Ended));
    Facts {
        profile: paths::member(&credential.handle),
        details: is_told.then(|| Details {
            checked_at: Day(credential.granted_at),
            checked: credential.checked,
            policy: credential.policy_version,
            until: credential.expires_at.map(Day),
        }),
        name: credential.bound_name,
        handle: credential.handle,
    }
}

#[derive(Template)]
#[template(path = "credentials/check.html")]
struct CheckPage {
    frame: Frame,
    text: String,
    name: String,
    found: Option<Found>,
    problems: Problems,
}

#[derive(Default, serde::Deserialize)]
pub(super) struct CheckForm {
    #[serde(default)]
    text: String,
    #[serde(default)]
    name: String,
}

fn frame(site: &Site, viewer: &Viewer, title: &str, path: &str) -> Frame {
    Frame::new(site, viewer.account(), title)
        .described("Check whether a badge that somebody showed you is genuine and stands at this moment.")
        .with_crumbs(vec![Crumb::new("Badges", "/badges"), Crumb::new(title, path)])
        .at(path)
}

pub(super) async fn form(site: web::Data<Site>, viewer: Viewer) -> Result<HttpResponse, Error> {
    let frame = frame(&site, &viewer, "Check a badge", PATH).canonical(&site, PATH);
    let (text, name) = (String::new(), String::new());
    page(&CheckPage { frame, text, name, found: None, problems: Problems::none() })
}

pub(super) async fn check(
    site: web::Data<Site>,
    viewer: Viewer,
    form: web::Form<CheckForm>,
) -> Result<HttpResponse, Error> {
    let CheckForm { text, name } = form.into_inner();
    let frame = frame(&site, &viewer, "Check a badge", PATH);
    let problem = if text.trim().is_empty() {
        Some("Paste a credential or a link first.")
    } else if text.len() > LARGEST || name.len() > LARGEST {
        Some("This is more than 64 KiB. A credential is much shorter: paste it alone.")
    } else {
        None
    };
    if let Some(why) = problem {
        let problems = Problems::one("text", why);
        let refused = CheckPage { frame, text, name, found: None, problems };
        return unkept(StatusCode::UNPROCESSABLE_ENTITY, &refused);
    }
    let (issuer, now) = (issuer(&site), site.clock.now());
    let (pasted, typed) = (text.clone(), name.clone());
    let checking = site.db.read(move |conn| actions::check(conn, &issuer, &pasted, &typed, now));
    let Checked { verdict, credential } = checking.await?;
    let facts = credential.map(|credential| facts(credential, verdict));
    let found = Some(Found { verdict, facts, at: When(now) });
    unkept(StatusCode::OK, &CheckPage { frame, text, name, found, problems: Problems::none() })
}

#[derive(Template)]
#[template(path = "credentials/link.html")]
struct LinkPage {
    frame: Frame,
    address: String,
    found: Found,
}

/// What a client sees who opens a link or scans its code.
pub(super) async fn link(
    site: web::Data<Site>,
    viewer: Viewer,
    token: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let (secret, now) = (token.clone(), site.clock.now());
    let loading = site.db.read(move |conn| {
        let credential = actions::linked(conn, &secret)?;
        Ok((actions::standing_of(conn, &credential, now)?, credential))
    });
    let (standing, credential) = loading.await?;
    let verdict = Verdict::Stands(standing);
    let address = format!("{}/c/{token}", site.settings.origin());
    let found = Found { verdict, facts: Some(facts(credential, verdict)), at: When(now) };
    let frame = frame(&site, &viewer, "A member's badge", "");
    let mut answer = unkept(StatusCode::OK, &LinkPage { frame, address, found })?;
    let robots = (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    answer.headers_mut().insert(robots.0, robots.1);
    Ok(answer)
}
