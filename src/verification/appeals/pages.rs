//! Appealing a decision of verification, where it stands, and where it is decided.

mod desk;

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpResponse, web};
use askama::Template;

use super::actions::{self, Standing};
use super::rules::{Adverse, Heard, Notice, WORDS, What, may_appeal, notice, words};
use super::store::Appeal;
use crate::accounts::viewer::Member;
use crate::clock::Time;
use crate::error::Error;
use crate::paths;
use crate::web::{Crumb, Frame, Problems, Site, page_with, see_other};

/// The addresses of this part of the room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/verification/appeal/{what}/{id}", web::get().to(show))
        .route("/verification/appeal/{what}/{id}", web::post().to(appeal))
        .route("/agent/appeals", web::get().to(desk::list))
        .route("/agent/appeals/{id}", web::get().to(desk::show))
        .route("/agent/appeals/{id}", web::post().to(desk::decide));
}

fn heard(appeal: &Appeal) -> Heard<'_> {
    let decided = appeal.decided.as_ref().map(|(outcome, reason, _)| (*outcome, reason.as_str()));
    Heard { due: appeal.due_at, decided }
}

/// What a member reads of what stands against them, and of their other appeals.
#[must_use]
pub fn told(standing: &Standing, now: Time) -> Vec<Notice> {
    let of_one =
        |(adverse, appeal): &(Adverse, Option<Appeal>)| notice(adverse, appeal.as_ref().map(heard), now);
    let past = standing.past.iter().map(|appeal| notice(&of_past(appeal), Some(heard(appeal)), now));
    // What stands no more has its outcome, and no way on but what stands.
    let past = past.map(|notice| Notice { way: None, words: Vec::new(), ..notice });
    standing.adverse.iter().map(of_one).chain(past).collect()
}

fn of_past(appeal: &Appeal) -> Adverse {
    Adverse {
        against: appeal.against,
        id: appeal.about,
        member: appeal.member,
        at: appeal.against_at,
        told: String::new(),
        first: None,
    }
}

#[derive(Template)]
#[template(path = "verification/appeals/appeal.html")]
struct AppealPage {
    frame: Frame,
    is_sent: bool,
    notice: Notice,
    /// Where the form goes, where a form is shown.
    form: Option<String>,
    words: String,
    least: usize,
    most: usize,
    problems: Problems,
    refusal: Option<String>,
}

/// The words of an appeal as they were sent.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Sent {
    words: String,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Asked {
    told: String,
}

/// What is appealed, by its address.
#[derive(Clone, Copy)]
struct About(What, i64);

impl About {
    fn parse(path: &(String, String)) -> Result<Self, Error> {
        let what = What::parse(&path.0).ok_or(Error::NotFound)?;
        Ok(Self(what, path.1.parse().map_err(|_| Error::NotFound)?))
    }

    fn path(self) -> String {
        format!("/verification/appeal/{}/{}", self.0.code(), self.1)
    }
}

async fn respond(
    site: &Site,
    member: &Member,
    about: About,
    is_sent: bool,
    (status, form, problems, refusal): (StatusCode, Sent, Problems, Option<String>),
) -> Result<HttpResponse, Error> {
    let (reader, now) = (member.id, site.clock.now());
    let loading = site.db.read(move |conn| {
        let adverse = actions::adverse(conn, about.0, about.1)?.filter(|one| one.member == reader);
        let adverse = adverse.ok_or(Error::NotFound)?;
        let appeal = actions::of(conn, &adverse)?;
        Ok((adverse, appeal))
    });
    let (adverse, appeal) = loading.await?;
    if let Some(first) = adverse.first {
        return see_other(first);
    }
    let is_open = may_appeal(adverse.at, appeal.is_some(), now).is_ok();
    let crumbs = vec![Crumb::new("Verification", paths::VERIFICATION), Crumb::new("Appeal", "")];
    let mut answer = page_with(
        status,
        &AppealPage {
            frame: Frame::new(site, member.account(), "Appeal").with_crumbs(crumbs).at(about.path()),
            is_sent,
            notice: notice(&adverse, appeal.as_ref().map(heard), now),
            form: is_open.then(|| about.path()),
            words: form.words,
            least: WORDS.0,
            most: WORDS.1,
            problems,
            refusal,
        },
    )?;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

async fn show(
    site: web::Data<Site>,
    member: Member,
    path: web::Path<(String, String)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let blank = (StatusCode::OK, Sent::default(), Problems::none(), None);
    respond(&site, &member, About::parse(&path)?, asked.told == "sent", blank).await
}

async fn appeal(
    site: web::Data<Site>,
    member: Member,
    path: web::Path<(String, String)>,
    form: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    let (about, form, by, now) = (About::parse(&path)?, form.into_inner(), member.id, site.clock.now());
    let text = match words(&form.words) {
        Ok(text) => text,
        Err(why) => {
            let filled = (StatusCode::UNPROCESSABLE_ENTITY, form, Problems::one("words", why), None);
            return respond(&site, &member, about, false, filled).await;
        }
    };
    let keys = Arc::clone(&site.keys);
    let writing = site.db.write(move |conn| actions::appeal(conn, &keys, (about.0, about.1), by, &text, now));
    match writing.await {
        Ok(_) => see_other(&format!("{}?told=sent", about.path())),
        Err(Error::Conflict(why)) => {
            let filled = (StatusCode::CONFLICT, form, Problems::none(), Some(why.into_owned()));
            respond(&site, &member, about, false, filled).await
        }
        Err(other) => Err(other),
    }
}
