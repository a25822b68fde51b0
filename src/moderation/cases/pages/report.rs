//! Reporting a post.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError, web};
use askama::Template;

use crate::accounts::viewer::Member;
use crate::error::Error;
use crate::moderation::cases::actions;
use crate::moderation::cases::rules::{Outcome, Reason, words};
use crate::moderation::cases::store;
use crate::paths;
use crate::threads::PostId;
use crate::web::{Crumb, Frame, Problems, Site, When, page_with, see_other};

/// The form as it was sent.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct ReportForm {
    reason: String,
    words: String,
}

#[derive(Template)]
#[template(path = "moderation/report.html")]
struct ReportPage {
    frame: Frame,
    post: i64,
    reasons: [Reason; 8],
    form: ReportForm,
    problems: Problems,
    refusal: Option<String>,
    /// What they reported before, when, and what came of it.
    sent: Option<(Reason, When, Option<Outcome>)>,
}

fn show(
    site: &Site,
    member: &Member,
    status: StatusCode,
    post: i64,
    filled: (ReportForm, Problems, Option<String>),
    sent: Option<(Reason, When, Option<Outcome>)>,
) -> Result<HttpResponse, Error> {
    let way = vec![Crumb::new("The post", paths::post(post)), Crumb::new("Report", "")];
    let frame = Frame::new(site, member.account(), "Report a post").with_crumbs(way);
    let (form, problems, refusal) = filled;
    page_with(status, &ReportPage { frame, post, reasons: Reason::ALL, form, problems, refusal, sent })
}

pub(super) async fn form(
    site: web::Data<Site>,
    member: Member,
    post: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (post, reader, standing) = (*post, member.id, member.standing());
    let loading = site.db.read(move |conn| {
        let sent = store::own_report(conn, PostId(post), reader)?;
        let place = actions::readable_place(conn, PostId(post), &standing)?;
        if sent.is_none() && place.is_removed { Err(Error::NotFound) } else { Ok((sent, place.author)) }
    });
    let (sent, author) = loading.await?;
    let sent = sent.map(|(reason, at, outcome)| (reason, When(at), outcome));
    let own = "This post is your own: edit it, or ask a moderator to remove it.";
    let refusal = (author == member.id).then(|| own.to_owned());
    show(&site, &member, StatusCode::OK, post, (ReportForm::default(), Problems::none(), refusal), sent)
}

pub(super) async fn send(
    site: web::Data<Site>,
    member: Member,
    post: web::Path<i64>,
    form: web::Form<ReportForm>,
) -> Result<HttpResponse, Error> {
    let (post, form) = (*post, form.into_inner());
    let mut problems = Problems::none();
    let reason = Reason::parse(&form.reason);
    if reason.is_none() {
        problems.add("reason", "Choose what is wrong with it.");
    }
    let text = problems.check("words", words(reason, &form.words));
    let (Some(reason), Some(text)) = (reason, text) else {
        let filled = (form, problems, None);
        return show(&site, &member, StatusCode::UNPROCESSABLE_ENTITY, post, filled, None);
    };
    let (by, standing, now) = (member.id, member.standing(), site.clock.now());
    let reporting =
        site.db.write(move |conn| actions::report(conn, by, &standing, PostId(post), (reason, &text), now));
    match reporting.await {
        Ok(_) => see_other(&format!("/p/{post}/report")),
        Err(why @ (Error::Refused(_) | Error::Conflict(_) | Error::Forbidden(_))) => {
            let filled = (form, Problems::none(), Some(why.to_string()));
            show(&site, &member, why.status_code(), post, filled, None)
        }
        Err(other) => Err(other),
    }
}
