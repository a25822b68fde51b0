//! The demo's outbox: what would have been sent. These addresses exist in a demo only.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::store::{self, Queued};
use super::texts::store::{self as texts, Queued as QueuedText};
use super::texts::{Channel, Text};
use crate::accounts::viewer::Viewer;
use crate::error::Error;
use crate::web::{Crumb, Frame, Site, When, page};

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/outbox", web::get().to(list)).route("/outbox/{id}", web::get().to(mail));
}

#[derive(Template)]
#[template(path = "outside/outbox.html")]
struct ListPage {
    frame: Frame,
    rows: Vec<Row>,
    texts: Vec<TextRow>,
}

/// A text or a call, with its words: the demo alone keeps them.
struct TextRow {
    is_call: bool,
    to: String,
    words: String,
    at: When,
}

fn text_row(site: &Site, queued: &QueuedText) -> Option<TextRow> {
    let sealed = queued.sealed.as_ref()?;
    let plain = site.keys.unseal(&texts::context(&queued.number_index), sealed).ok()?;
    let text: Text = serde_json::from_slice(&plain).ok()?;
    Some(TextRow {
        is_call: queued.channel == Channel::Call,
        to: text.to,
        words: text.words,
        at: When(queued.queued_at),
    })
}

struct Row {
    path: String,
    subject: String,
    to: String,
    at: When,
}

impl From<&Queued> for Row {
    fn from(queued: &Queued) -> Self {
        Self {
            path: format!("/outbox/{}", queued.id),
            subject: queued.mail.subject.clone(),
            to: queued.mail.to.clone(),
            at: When(queued.queued_at),
        }
    }
}

async fn list(site: web::Data<Site>, viewer: Viewer) -> Result<HttpResponse, Error> {
    let keys = site.keys.clone();
    let loading = site.db.read(move |conn| Ok((store::newest(conn, &keys, 100)?, texts::newest(conn, 50)?)));
    let (mails, queued) = loading.await?;
    let frame =
        Frame::new(&site, viewer.account(), "Outbox").with_crumbs(vec![Crumb::new("Outbox", "/outbox")]);
    let texts = queued.iter().filter_map(|queued| text_row(&site, queued)).collect();
    page(&ListPage { frame, rows: mails.iter().map(Row::from).collect(), texts })
}

#[derive(Template)]
#[template(path = "outside/mail.html")]
struct MailPage {
    frame: Frame,
    from: String,
    row: Row,
    pieces: Vec<Piece>,
}

/// A piece of a mail's text: words, or a link of this site.
enum Piece {
    Words(String),
    Link(String),
}

async fn mail(site: web::Data<Site>, viewer: Viewer, id: web::Path<i64>) -> Result<HttpResponse, Error> {
    let keys = site.keys.clone();
    let found = site.db.read(move |conn| Ok(store::find(conn, &keys, *id)?)).await?.ok_or(Error::NotFound)?;
    let row = Row::from(&found);
    let way = vec![Crumb::new("Outbox", "/outbox"), Crumb::new(&row.subject, "")];
    let frame = Frame::new(&site, viewer.account(), &row.subject).with_crumbs(way);
    let from = format!("{} <{}>", site.settings.name, site.settings.mail_from);
    let pieces = pieces(&found.mail.body, &site.settings.origin());
    page(&MailPage { frame, from, row, pieces })
}

/// Cuts a text into words and the addresses of this site, so that one can click what one would have got.
fn pieces(text: &str, origin: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(origin) {
        let (before, link) = rest.split_at(start);
        let end = link.find(char::is_whitespace).unwrap_or(link.len());
        pieces.push(Piece::Words(before.to_owned()));
        pieces.push(Piece::Link(link[..end].to_owned()));
        rest = &link[end..];
    }
    pieces.push(Piece::Words(rest.to_owned()));
    pieces
}
