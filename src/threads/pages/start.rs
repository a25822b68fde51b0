//! The form that starts a thread. Whatever stands in the way, what was typed comes back.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::lists::{crumbs, find_by_slug};
use super::write::{author, retry_after, sent_once, signed_out, slower};
use crate::accounts::viewer::Viewer;
use crate::boards::rules::{Board, may_write};
use crate::error::Error;
use crate::gates::rules::Blocked;
use crate::text::SafeHtml;
use crate::text::names::Title;
use crate::threads::actions::{self, Rendered};
use crate::threads::drafts::rules::{Draft, Place};
use crate::threads::rules::{Body, Outcome, ThreadKind};
use crate::threads::talk::rules::Pointed;
use crate::threads::{drafts, rules, talk};
use crate::tokens;
use crate::web::{Crumb, Frame, Problems, Site, When, page_with, see_other};
use crate::{boards, gates};

/// The form for a new thread.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub(in crate::threads) struct ThreadForm {
    #[serde(default)]
    pub title: String,
    #[serde(default, rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub body: String,
    #[serde(default)]
    pub request_id: String,
    #[serde(default)]
    pub preview: Option<String>,
    /// The number under which the draft is saved next.
    #[serde(default)]
    pub sequence: String,
    /// When the draft was saved that the form is filled from.
    #[serde(skip)]
    pub saved: Option<When>,
}

impl ThreadForm {
    /// A form to be filled, or to go on with.
    fn beginning(draft: Option<Draft>) -> Result<Self, Error> {
        let sequence = draft.as_ref().map_or(1, |draft| draft.sequence + 1).to_string();
        let saved = draft.as_ref().map(|draft| When(draft.saved_at));
        let words = draft.map(|draft| draft.words).unwrap_or_default();
        let kind = ThreadKind::parse(&words.kind).unwrap_or(ThreadKind::Discussion).code().to_owned();
        let request_id = tokens::request_id()?;
        Ok(Self { title: words.title, kind, body: words.body, request_id, preview: None, sequence, saved })
    }
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
    gate: Option<Blocked>,
    /// Whether the gate kept words from being posted, and not only from being begun.
    kept: bool,
}

/// What the form for a new thread needs, whatever is shown with it.
struct NewForm<'a> {
    site: &'a Site,
    viewer: &'a Viewer,
    boards: &'a [Board],
    board: &'a Board,
    /// What stands between the viewer and posting.
    gate: Option<Blocked>,
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
        let (board, gate, kept) = (self.board.clone(), self.gate.clone(), status == StatusCode::FORBIDDEN);
        page_with(status, &NewPage { frame, board, kinds, form, preview, problems, refusal, gate, kept })
    }

    /// What became of a form that was sent.
    fn answer(self, form: ThreadForm, outcome: Result<Outcome, Error>) -> Result<HttpResponse, Error> {
        match outcome {
            Ok(Outcome::Posted(posted)) => see_other(&crate::paths::thread(posted.thread.0, &posted.slug)),
            Ok(held @ Outcome::Held(_)) => see_other(&held.path()),
            Ok(Outcome::Blocked(kept)) => {
                let sequence = (kept.draft.sequence + 1).to_string();
                let form = ThreadForm { sequence, saved: Some(When(kept.draft.saved_at)), ..form };
                let again = Self { gate: Some(kept.blocked), ..self };
                again.show(StatusCode::FORBIDDEN, form, None, Problems::none(), None)
            }
            Err(Error::Forbidden(why)) => {
                self.show(StatusCode::FORBIDDEN, form, None, Problems::none(), Some(why.into_owned()))
            }
            Err(Error::Refused(why)) => {
                let problems = Problems::one("body", why);
                self.show(StatusCode::UNPROCESSABLE_ENTITY, form, None, problems, None)
            }
            Err(Error::TooMany { seconds }) => {
                let status = StatusCode::TOO_MANY_REQUESTS;
                let page = self.show(status, form, None, Problems::none(), Some(slower(seconds)))?;
                Ok(retry_after(page, seconds))
            }
            Err(other) => Err(other),
        }
    }
}

/// What one trip to the database brings.
struct Loaded {
    boards: Vec<Board>,
    board: Board,
    draft: Option<Draft>,
    pointed: Pointed,
    gate: Option<Blocked>,
}

async fn load(
    site: &Site,
    viewer: &Viewer,
    slug: String,
    rendered: Option<Rendered>,
    with_draft: bool,
) -> Result<Loaded, Error> {
    let (standing, writer) = (viewer.standing(), viewer.0.as_ref().map(|member| member.id));
    let loading = site.db.read(move |conn| {
        let boards = boards::store::all(conn)?;
        let board = find_by_slug(&boards, &slug, &standing)?;
        let (mut draft, mut pointed, mut gate) = (None, Pointed::default(), None);
        if let Some(writer) = writer.filter(|_| with_draft) {
            draft = drafts::store::find(conn, writer, Place::Board(board.id))?;
            gate = gates::actions::blocked(conn, writer, board.id)?;
        }
        if let (Some(writer), Some(rendered)) = (writer, rendered) {
            pointed = talk::actions::look_up(conn, writer, &standing, &rendered.named)?;
        }
        Ok(Loaded { boards, board, draft, pointed, gate })
    });
    loading.await
}

pub(super) async fn new_thread(
    site: web::Data<Site>,
    viewer: Viewer,
    slug: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let Loaded { boards, board, draft, gate, .. } =
        load(&site, &viewer, slug.into_inner(), None, true).await?;
    let member = viewer.0.as_ref().ok_or(Error::SignInNeeded)?;
    may_write(&board, &member.standing(), member.email_confirmed)
        .map_err(|why| Error::Forbidden(why.to_string().into()))?;
    NewForm { site: &site, viewer: &viewer, boards: &boards, board: &board, gate }.show(
        StatusCode::OK,
        ThreadForm::beginning(draft)?,
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
    let mut problems = Problems::none();
    let title = problems.check("title", Title::parse(&form.title));
    let body = problems.check("body", Body::parse(&form.body));
    let kind = kind_of(&form.kind);
    if kind.is_none() {
        problems.add("type", "Choose what the thread is for.");
    }
    let rendered = viewer.0.as_ref().and(body.as_ref()).map(Rendered::new);
    let loaded = load(&site, &viewer, slug.into_inner(), rendered.clone(), false).await?;
    let Loaded { boards, board, pointed, .. } = loaded;
    let again = NewForm { site: &site, viewer: &viewer, boards: &boards, board: &board, gate: None };
    let Some(member) = &viewer.0 else {
        return again.show(StatusCode::FORBIDDEN, form, None, Problems::none(), Some(signed_out()));
    };
    problems.check("body", pointed.check());
    let (Some(title), Some(rendered), Some(kind), true) = (title, rendered, kind, problems.is_empty()) else {
        return again.show(StatusCode::UNPROCESSABLE_ENTITY, form, None, problems, None);
    };
    let written = rendered.pointing(pointed, rules::request_id(&form.request_id));
    if form.preview.is_some() {
        return again.show(StatusCode::OK, form, Some(written.html), problems, None);
    }
    let (author, now, sent, slug) = (author(member), site.clock.now(), written.clone(), board.slug.clone());
    let writing = site.db.write(move |conn| actions::start(conn, &author, &slug, &title, kind, &sent, now));
    let outcome = sent_once(&site, member, written, writing.await).await;
    again.answer(form, outcome)
}

/// A form without the field starts a discussion: scripts of others send title and body alone.
fn kind_of(code: &str) -> Option<ThreadKind> {
    if code.is_empty() { Some(ThreadKind::Discussion) } else { ThreadKind::parse(code) }
}
