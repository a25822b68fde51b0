//! Quoting a post, looking at one in place, and finding a member while typing.

use actix_web::http::StatusCode;
use actix_web::http::header::ACCEPT;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::rules::{LONGEST_SELECTION, OFFERED, Start};
use super::{actions, store};
use crate::accounts::viewer::{Member, Viewer};
use crate::error::Error;
use crate::paths;
use crate::text::{Format, SafeHtml, excerpt, quotes};
use crate::threads::drafts::rules::Place;
use crate::threads::pages::write::{Again, ReplyForm, With};
use crate::threads::{PostId, drafts};
use crate::web::{Site, When, page};

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/p/{post}/quote", web::get().to(quote))
        .route("/p/{post}/original", web::get().to(original))
        .route("/u", web::get().to(begin));
}

#[derive(serde::Deserialize)]
struct Selected {
    words: Option<String>,
}

/// The reply form, filled with the quote; what one was writing stands before it. A script that asks for Markdown gets
/// the quote alone.
async fn quote(
    site: web::Data<Site>,
    member: Member,
    post: web::Path<i64>,
    selected: web::Query<Selected>,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let (post, standing, writer) = (PostId(*post), member.standing(), member.id);
    let loading = site.db.read(move |conn| {
        let original = actions::find_original(conn, post, &standing)?;
        let draft = drafts::store::find(conn, writer, Place::Thread(original.thread))?;
        let (thread, board) = crate::threads::actions::find_open(conn, original.thread, &standing)?;
        Ok((original, draft, thread, board))
    });
    let (original, draft, thread, board) = loading.await?;
    crate::threads::rules::may_reply(
        &board,
        thread.kind,
        thread.locked,
        &member.standing(),
        member.email_confirmed,
    )
    .map_err(|why| Error::Forbidden(why.to_string().into()))?;
    let quote = quotes::quote(&original.handle, post.0, &words(&original, selected.words.as_deref()));
    if request.headers().get(ACCEPT).is_some_and(|accepted| accepted.as_bytes() == b"text/markdown") {
        return Ok(HttpResponse::Ok().content_type("text/markdown; charset=utf-8").body(quote));
    }
    let mut form = ReplyForm::beginning(true, thread.last_number, draft)?;
    if !form.body.is_empty() {
        form.body = format!("{}\n\n", form.body.trim_end());
    }
    form.body.push_str(&quote);
    let viewer = Viewer(Some(member));
    let again = Again { site: &site, viewer: &viewer, thread: &thread, board: &board };
    again.show(StatusCode::OK, form, With::default())
}

/// What is quoted: the selection, or else the post as it was written.
fn words(original: &store::Original, selected: Option<&str>) -> String {
    let selected = selected.map(str::trim).filter(|words| !words.is_empty());
    match (selected, original.format) {
        (Some(words), _) => quotes::plain(&words.chars().take(LONGEST_SELECTION).collect::<String>()),
        (None, Format::Markdown) => original.body.clone(),
        (None, Format::Text) => quotes::plain(&original.body),
        (None, Format::Html) => quotes::plain(&excerpt(&original.html, LONGEST_SELECTION)),
    }
}

/// A post as it stands now, to be opened within another.
#[derive(Template)]
#[template(path = "threads/original.html")]
struct OriginalPart {
    name: String,
    author_path: String,
    path: String,
    at: When,
    html: SafeHtml,
}

async fn original(
    site: web::Data<Site>,
    viewer: Viewer,
    post: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (post, standing) = (PostId(*post), viewer.standing());
    let found = site.db.read(move |conn| actions::find_original(conn, post, &standing)).await?;
    page(&OriginalPart {
        author_path: paths::member(&found.handle),
        path: paths::post(post.0),
        at: When(found.created_at),
        name: found.name,
        html: found.html,
    })
}

#[derive(serde::Deserialize)]
struct Typed {
    #[serde(default)]
    start: String,
}

/// Members whose handle or name begins with what was typed.
async fn begin(
    site: web::Data<Site>,
    member: Member,
    typed: web::Query<Typed>,
) -> Result<HttpResponse, Error> {
    let found = match Start::parse(&typed.start) {
        None => Vec::new(),
        Some(start) => {
            let looking =
                site.db.read(move |conn| Ok(store::beginning_with(conn, &start, member.id, OFFERED)?));
            looking.await?
        }
    };
    Ok(HttpResponse::Ok().json(found))
}
