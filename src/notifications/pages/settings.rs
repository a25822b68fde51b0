//! How a member wants to be told.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::accounts;
use crate::accounts::viewer::Member;
use crate::error::Error;
use crate::notifications::actions;
use crate::notifications::rules::{Choice, DIGEST_HOUR, Delivery, Kind};
use crate::web::{Crumb, Frame, Problems, Site, page_with, see_other};

#[derive(Template)]
#[template(path = "notifications/settings.html")]
struct SettingsPage {
    frame: Frame,
    rows: Vec<Row>,
    ways: [Delivery; 3],
    /// Where mail goes, if it may.
    mailbox: Option<String>,
    hour: u32,
    good: Option<&'static str>,
    problems: Problems,
}

struct Row {
    kind: Kind,
    id: String,
    /// The way as it was chosen; of a form that comes back, as it was sent.
    mail: String,
    shown: bool,
}

impl Row {
    fn new(kind: Kind, mail: String, shown: bool) -> Self {
        Self { kind, id: format!("mail-{}", kind.code()), mail, shown }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass arguments by reference")]
    fn is(&self, way: &Delivery) -> bool {
        self.mail == way.code()
    }

    fn hint(&self) -> String {
        format!("{} Usual: {}.", self.kind.about(), self.kind.usual().mail.title().to_lowercase())
    }
}

#[derive(serde::Deserialize)]
pub(super) struct Saved {
    #[serde(default)]
    saved: String,
}

pub(super) async fn show(
    site: web::Data<Site>,
    member: Member,
    saved: web::Query<Saved>,
) -> Result<HttpResponse, Error> {
    let good = (saved.saved == "yes").then_some("What is sent to you is saved.");
    respond(&site, &member, StatusCode::OK, good, None, Problems::none()).await
}

async fn respond(
    site: &Site,
    member: &Member,
    status: StatusCode,
    good: Option<&'static str>,
    rows: Option<Vec<Row>>,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let (id, keys) = (member.id, site.keys.clone());
    let loading = site.db.read(move |conn| {
        let mailbox = accounts::store::mailbox_of(conn, &keys, id)?.ok_or(Error::NotFound)?;
        Ok((mailbox, actions::choices(conn, id)?))
    });
    let (mailbox, choices) = loading.await?;
    let chosen = |(kind, choice): (Kind, Choice)| Row::new(kind, choice.mail.code().to_owned(), choice.shown);
    let frame = Frame::new(site, member.account(), "What is sent to you").with_crumbs(vec![
        Crumb::new("Settings", "/settings"),
        Crumb::new("Notifications", "/settings/notifications"),
    ]);
    let page = SettingsPage {
        frame,
        rows: rows.unwrap_or_else(|| choices.into_iter().map(chosen).collect()),
        ways: Delivery::ALL,
        mailbox: mailbox.email.filter(|_| mailbox.verified_at.is_some()),
        hour: DIGEST_HOUR,
        good,
        problems,
    };
    page_with(status, &page)
}

pub(super) async fn save(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let sent = |name: &str, kind: Kind| {
        let name = format!("{name}-{}", kind.code());
        form.iter().find(|(field, _)| *field == name).map(|(_, value)| value.clone())
    };
    let rows: Vec<Row> = Kind::ALL
        .into_iter()
        .map(|kind| {
            let shown = !kind.may_be_hidden() || sent("shown", kind).is_some();
            Row::new(kind, sent("mail", kind).unwrap_or_default(), shown)
        })
        .collect();
    let (mut problems, mut choices) = (Problems::none(), Vec::new());
    for row in &rows {
        match Delivery::parse(&row.mail) {
            Some(mail) => choices.push((row.kind, Choice { mail, shown: row.shown })),
            None => problems.add(row.kind.code(), "Choose one of the three."),
        }
    }
    if !problems.is_empty() {
        return respond(&site, &member, StatusCode::UNPROCESSABLE_ENTITY, None, Some(rows), problems).await;
    }
    let id = member.id;
    site.db.write(move |conn| actions::choose(conn, id, &choices)).await?;
    see_other("/settings/notifications?saved=yes")
}
