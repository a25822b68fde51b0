//! The forms that start a thread or answer in one. Whatever stands in the way, what was typed comes back.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, web};
use askama::Template;

use super::lists::{crumbs, find_by_slug};
use super::read::open;
use crate::accounts::viewer::{Member, Viewer};
use crate::boards;
use crate::boards::rules::{Board, may_write};
use crate::error::Error;
use crate::text::names::Title;
use crate::text::{Format, SafeHtml, render};
use crate::threads::actions::{self, Author, Written};
use crate::threads::rules::{Body, Outcome, ThreadKind};
use crate::threads::{ThreadId, rules, store};
use crate::tokens;
use crate::web::{Crumb, Frame, Problems, Site, page_with, see_other};

/// The form below a thread.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub(super) struct ReplyForm {
    #[serde(default)]
    pub body: String,
    #[serde(default)]
    pub request_id: String,
    #[serde(default)]
    pub preview: Option<String>,
}

impl ReplyForm {
    /// A form to be filled; `open` says that it will be shown, and so needs its id.
    pub(super) fn empty(open: bool) -> Result<Self, Error> {
        let request_id = if open { tokens::request_id()? } else { String::new() };
        Ok(Self { request_id, ..Self::default() })
    }
}

/// The reply form on a page of its own: as a preview, or with what stands in the way.
#[derive(Template)]
#[template(path = "threads/reply.html")]
struct ReplyPage {
    frame: Frame,
    thread: store::Thread,
    form: ReplyForm,
    preview: Option<SafeHtml>,
    problems: Problems,
    refusal: Option<String>,
}

pub(super) async fn reply(
    site: web::Data<Site>,
    viewer: Viewer,
    id: web::Path<i64>,
    form: web::Form<ReplyForm>,
) -> Result<HttpResponse, Error> {
    let (id, form) = (ThreadId(*id), form.into_inner());
    let (thread, board) = open(&site, &viewer, id).await?;
    let again = Again { site: &site, viewer: &viewer, thread: &thread, board: &board };
    let Some(member) = &viewer.0 else {
        return again.show(StatusCode::FORBIDDEN, form, None, Problems::none(), Some(signed_out()));
    };
    let body = match Body::parse(&form.body) {
        Ok(body) => body,
        Err(problem) => {
            let problems = Problems::one("body", problem.to_string());
            return again.show(StatusCode::UNPROCESSABLE_ENTITY, form, None, problems, None);
        }
    };
    if form.preview.is_some() {
        let html = render(Format::Markdown, body.as_str());
        return again.show(StatusCode::OK, form, Some(html), Problems::none(), None);
    }
    let written = Written::new(&body, rules::request_id(&form.request_id));
    let (author, now, sent) = (author(member), site.clock.now(), written.clone());
    let outcome = site.db.write(move |conn| actions::reply(conn, &author, id, &sent, now)).await;
    match sent_once(&site, member, written, outcome).await {
        Ok(outcome) => see_other(&outcome.path()),
        Err(Error::Forbidden(why)) => {
            again.show(StatusCode::FORBIDDEN, form, None, Problems::none(), Some(why.into_owned()))
        }
        Err(Error::Refused(why)) => {
            let problems = Problems::one("body", why);
            again.show(StatusCode::UNPROCESSABLE_ENTITY, form, None, problems, None)
        }
        Err(Error::TooMany { seconds }) => {
            let page = again.show(
                StatusCode::TOO_MANY_REQUESTS,
                form,
                None,
                Problems::none(),
                Some(slower(seconds)),
            )?;
            Ok(retry_after(page, seconds))
        }
        Err(Error::Busy) => again.show(
            StatusCode::SERVICE_UNAVAILABLE,
            form,
            None,
            Problems::none(),
            Some(Error::Busy.to_string()),
        ),
        Err(other) => Err(other),
    }
}

/// Where the same form was sent twice at once, the second fails on the unique key: then the first's post is
/// the answer.
async fn sent_once(
    site: &Site,
    member: &Member,
    written: Written,
    outcome: Result<Outcome, Error>,
) -> Result<Outcome, Error> {
    let Err(Error::Conflict(why)) = outcome else {
        return outcome;
    };
    let author = member.id;
    let first = site.db.read(move |conn| actions::sent_before(conn, author, &written)).await?;
    first.ok_or(Error::Conflict(why))
}

fn author(member: &Member) -> Author {
    Author { id: member.id, standing: member.standing(), email_confirmed: member.email_confirmed }
}

/// What a newcomer reads who posts more than newcomers may.
fn slower(seconds: i64) -> String {
    let wait =
        if seconds <= 90 { format!("{seconds} seconds") } else { format!("{} minutes", (seconds + 59) / 60) };
    format!(
        "You have posted a lot in a short time, and newcomers may post only so much. Wait {wait} and send it again: what you wrote is kept below."
    )
}

fn retry_after(mut answer: HttpResponse, seconds: i64) -> HttpResponse {
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    answer
}

fn signed_out() -> String {
    "You are signed out. Sign in in another tab, come back to this one and send it again: what you wrote is kept below."
        .to_owned()
}

/// The reply form once more, with what was typed.
struct Again<'a> {
    site: &'a Site,
    viewer: &'a Viewer,
    thread: &'a store::Thread,
    board: &'a Board,
}

impl Again<'_> {
    fn show(
        &self,
        status: StatusCode,
        form: ReplyForm,
        preview: Option<SafeHtml>,
        problems: Problems,
        refusal: Option<String>,
    ) -> Result<HttpResponse, Error> {
        let way = vec![
            Crumb::new(&self.board.title, self.board.path()),
            Crumb::new(&self.thread.title, self.thread.path()),
            Crumb::new("Reply", ""),
        ];
        let frame = Frame::new(self.site, self.viewer.account(), format!("Reply to {}", self.thread.title))
            .with_crumbs(way)
            .at(self.thread.path());
        page_with(status, &ReplyPage { frame, thread: self.thread.clone(), form, preview, problems, refusal })
    }
}

/// The form for a new thread.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub(super) struct ThreadForm {
    #[serde(default)]
    title: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    request_id: String,
    #[serde(default)]
    preview: Option<String>,
}

#[derive(Template)]
#[template(path = "threads/new.html")]
struct NewPage {
    frame: Frame,
    board: Board,
    kinds: Vec<ThreadKind>,
    form: ThreadForm,
    preview: Option<SafeHtml>,
    problems: Problems,
    refusal: Option<String>,
}

/// What the form for a new thread needs, whatever is shown with it.
struct NewForm<'a> {
    site: &'a Site,
    viewer: &'a Viewer,
    boards: &'a [Board],
    board: &'a Board,
}

impl NewForm<'_> {
    fn show(
        &self,
        status: StatusCode,
        form: ThreadForm,
        preview: Option<SafeHtml>,
        problems: Problems,
        refusal: Option<String>,
    ) -> Result<HttpResponse, Error> {
        let mut way = crumbs(self.boards, self.board);
        way.push(Crumb::new("New thread", ""));
        let frame =
            Frame::new(self.site, self.viewer.account(), format!("New thread in {}", self.board.title))
                .with_crumbs(way)
                .at(self.board.new_thread_path());
        let kinds = ThreadKind::open_to(&self.viewer.standing());
        let board = self.board.clone();
        page_with(status, &NewPage { frame, board, kinds, form, preview, problems, refusal })
    }
}

async fn boards_and(site: &Site, viewer: &Viewer, slug: String) -> Result<(Vec<Board>, Board), Error> {
    let standing = viewer.standing();
    let loading = site.db.read(move |conn| {
        let boards = boards::store::all(conn)?;
        let board = find_by_slug(&boards, &slug, &standing)?;
        Ok((boards, board))
    });
    loading.await
}

pub(super) async fn new_thread(
    site: web::Data<Site>,
    viewer: Viewer,
    slug: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let (boards, board) = boards_and(&site, &viewer, slug.into_inner()).await?;
    let member = viewer.0.as_ref().ok_or(Error::SignInNeeded)?;
    may_write(&board, &member.standing(), member.email_confirmed)
        .map_err(|why| Error::Forbidden(why.to_string().into()))?;
    let form = ThreadForm {
        kind: ThreadKind::Discussion.code().to_owned(),
        request_id: tokens::request_id()?,
        ..ThreadForm::default()
    };
    NewForm { site: &site, viewer: &viewer, boards: &boards, board: &board }.show(
        StatusCode::OK,
        form,
        None,
        Problems::none(),
        None,
    )
}

pub(super) async fn start(
    site: web::Data<Site>,
    viewer: Viewer,
    slug: web::Path<String>,
    form: web::Form<ThreadForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let (boards, board) = boards_and(&site, &viewer, slug.into_inner()).await?;
    let again = NewForm { site: &site, viewer: &viewer, boards: &boards, board: &board };
    let Some(member) = &viewer.0 else {
        return again.show(StatusCode::FORBIDDEN, form, None, Problems::none(), Some(signed_out()));
    };
    let mut problems = Problems::none();
    let title = problems.check("title", Title::parse(&form.title));
    let body = problems.check("body", Body::parse(&form.body));
    let kind = kind_of(&form.kind);
    if kind.is_none() {
        problems.add("type", "Choose what the thread is for.");
    }
    let (Some(title), Some(body), Some(kind)) = (title, body, kind) else {
        return again.show(StatusCode::UNPROCESSABLE_ENTITY, form, None, problems, None);
    };
    if form.preview.is_some() {
        let html = render(Format::Markdown, body.as_str());
        return again.show(StatusCode::OK, form, Some(html), problems, None);
    }
    let written = Written::new(&body, rules::request_id(&form.request_id));
    let (author, now, sent, slug) = (author(member), site.clock.now(), written.clone(), board.slug.clone());
    let writing = site.db.write(move |conn| actions::start(conn, &author, &slug, &title, kind, &sent, now));
    match sent_once(&site, member, written, writing.await).await {
        Ok(Outcome::Posted(posted)) => see_other(&crate::paths::thread(posted.thread.0, &posted.slug)),
        Ok(held @ Outcome::Held(_)) => see_other(&held.path()),
        Err(Error::Forbidden(why)) => {
            again.show(StatusCode::FORBIDDEN, form, None, Problems::none(), Some(why.into_owned()))
        }
        Err(Error::Refused(why)) => {
            let problems = Problems::one("body", why);
            again.show(StatusCode::UNPROCESSABLE_ENTITY, form, None, problems, None)
        }
        Err(Error::TooMany { seconds }) => {
            let page = again.show(
                StatusCode::TOO_MANY_REQUESTS,
                form,
                None,
                Problems::none(),
                Some(slower(seconds)),
            )?;
            Ok(retry_after(page, seconds))
        }
        Err(other) => Err(other),
    }
}

/// A form without the field starts a discussion: scripts of others send title and body alone.
fn kind_of(code: &str) -> Option<ThreadKind> {
    if code.is_empty() { Some(ThreadKind::Discussion) } else { ThreadKind::parse(code) }
}

/// What words would look like, for the live preview of those who have scripts.
pub(super) async fn preview(_member: Member, form: web::Form<ReplyForm>) -> Result<HttpResponse, Error> {
    let shown = form.body.chars().take(crate::text::markdown::MAX_CHARACTERS).collect::<String>();
    let html = render(Format::Markdown, &shown);
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html.to_string()))
}
