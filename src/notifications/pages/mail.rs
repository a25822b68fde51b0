//! For administrators: mail that does not get through, and what could not be told.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::accounts::viewer::Administrator;
use crate::error::Error;
use crate::events;
use crate::events::store::Failing;
use crate::notifications::rules::{self, masked};
use crate::outside;
use crate::outside::mail::TRIES;
use crate::outside::store::Queued;
use crate::web::{Crumb, Frame, Site, When, page, see_other};

/// Mails on a page.
const A_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "notifications/mail.html")]
struct MailPage {
    frame: Frame,
    sends_mail: bool,
    waiting: i64,
    given_up: i64,
    untold: i64,
    mails: Vec<MailRow>,
    events: Vec<EventRow>,
    next: Option<String>,
    good: Option<&'static str>,
}

struct MailRow {
    id: i64,
    to: String,
    subject: String,
    queued: When,
    tries: i64,
    failure: String,
    is_given_up: bool,
}

impl From<Queued> for MailRow {
    fn from(queued: Queued) -> Self {
        Self {
            id: queued.id,
            // Who runs the site need not know who that is to see what is wrong.
            to: masked(&queued.mail.to),
            subject: queued.mail.subject,
            queued: When(queued.queued_at),
            tries: queued.tries,
            failure: queued.failure.unwrap_or_default().replace(&queued.mail.to, &masked(&queued.mail.to)),
            is_given_up: queued.tries >= TRIES,
        }
    }
}

struct EventRow {
    id: i64,
    kind: String,
    happened: When,
    tries: i64,
    failure: String,
    is_given_up: bool,
}

impl From<Failing> for EventRow {
    fn from(event: Failing) -> Self {
        Self {
            id: event.id,
            kind: event.kind,
            happened: When(event.happened_at),
            tries: event.tries,
            failure: event.failure,
            is_given_up: event.tries >= rules::TRIES,
        }
    }
}

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    before: Option<i64>,
    #[serde(default)]
    saved: String,
}

pub(super) async fn show(
    site: web::Data<Site>,
    administrator: Administrator,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let before = asked.before;
    let limit = i64::try_from(A_PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let keys = site.keys.clone();
    let loading = site.db.read(move |conn| {
        let counts = outside::store::counts(conn, TRIES)?;
        let mails = outside::store::failing_before(conn, &keys, before, limit)?;
        Ok((counts, mails, events::store::waiting(conn)?, events::store::failing(conn, 50)?))
    });
    let ((waiting, given_up), mut mails, untold, failing) = loading.await?;
    let has_more = mails.len() > A_PAGE;
    mails.truncate(A_PAGE);
    let next = mails.last().filter(|_| has_more).map(|last| format!("/admin/mail?before={}", last.id));
    let frame = Frame::new(&site, administrator.0.account(), "Mail")
        .with_crumbs(vec![Crumb::new("Admin", "/admin"), Crumb::new("Mail", "/admin/mail")]);
    page(&MailPage {
        frame,
        sends_mail: site.demo || site.settings.smtp.is_some(),
        waiting,
        given_up,
        untold,
        mails: mails.into_iter().map(MailRow::from).collect(),
        events: failing.into_iter().map(EventRow::from).collect(),
        next,
        good: (asked.saved == "again").then_some("It is tried again now."),
    })
}

pub(super) async fn again(
    site: web::Data<Site>,
    _administrator: Administrator,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let now = site.clock.now();
    if !site.db.write(move |conn| Ok(outside::store::try_again(conn, *id, now)?)).await? {
        return Err(Error::NotFound);
    }
    site.mail_queued.notify_one();
    see_other("/admin/mail?saved=again")
}

pub(super) async fn event_again(
    site: web::Data<Site>,
    _administrator: Administrator,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let now = site.clock.now();
    if !site.db.write(move |conn| Ok(events::store::try_again(conn, *id, now)?)).await? {
        return Err(Error::NotFound);
    }
    see_other("/admin/mail?saved=again")
}
