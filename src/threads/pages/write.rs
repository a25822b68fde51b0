//! The form that answers in a thread. Whatever stands in the way, what was typed comes back.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::accounts::viewer::{Member, Viewer};
use crate::boards::rules::Board;
use crate::clock::Time;
use crate::error::Error;
use crate::gates::rules::Blocked;
use crate::text::SafeHtml;
use crate::threads::actions::{self, Author, Rendered, Written};
use crate::threads::drafts::rules::Draft;
use crate::threads::rules::{Body, Outcome};
use crate::threads::store::Thread;
use crate::threads::talk::rules::Pointed;
use crate::threads::talk::store::Newer;
use crate::threads::{ThreadId, rules, talk};
use crate::tokens;
use crate::web::{Crumb, Frame, Problems, Site, When, page_with, see_other};

/// How many of the replies that came meanwhile are shown.
const NEWEST: i64 = 3;

/// The form below a thread.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub(in crate::threads) struct ReplyForm {
    #[serde(default)]
    pub body: String,
    #[serde(default)]
    pub request_id: String,
    #[serde(default)]
    pub preview: Option<String>,
    /// The highest number in the thread when the form was made.
    #[serde(default)]
    pub seen: String,
    /// The number under which the draft is saved next.
    #[serde(default)]
    pub sequence: String,
    /// When the draft was saved that the form is filled from.
    #[serde(skip)]
    pub saved: Option<When>,
}

impl ReplyForm {
    /// A form to be filled, or to go on with; `open` says that it will be shown, and so needs its id.
    pub(in crate::threads) fn beginning(open: bool, last: i64, draft: Option<Draft>) -> Result<Self, Error> {
        let request_id = if open { tokens::request_id()? } else { String::new() };
        let sequence = draft.as_ref().map_or(1, |draft| draft.sequence + 1).to_string();
        let saved = draft.as_ref().map(|draft| When(draft.saved_at));
        let body = draft.map(|draft| draft.words.body).unwrap_or_default();
        Ok(Self { body, request_id, preview: None, seen: last.to_string(), sequence, saved })
    }
}

/// The reply form on a page of its own: as a preview, or with what stands in the way.
#[derive(Template)]
#[template(path = "threads/reply.html")]
struct ReplyPage {
    frame: Frame,
    thread: Thread,
    form: ReplyForm,
    with: With,
}

/// What stands above the form.
#[derive(Default)]
pub(in crate::threads) struct With {
    pub preview: Option<SafeHtml>,
    pub problems: Problems,
    pub refusal: Option<String>,
    pub gate: Option<Blocked>,
    pub meanwhile: Option<Meanwhile>,
}

/// What came while somebody was writing.
pub(in crate::threads) struct Meanwhile {
    count: i64,
    path: String,
    newest: Vec<Newer>,
}

impl Meanwhile {
    fn words(&self) -> String {
        if self.count == 1 { "1 new reply".to_owned() } else { format!("{} new replies", self.count) }
    }
}

impl Newer {
    fn at(&self) -> When {
        When(self.created_at)
    }
}

/// What one trip to the database brings for an answer.
struct Loaded {
    thread: Thread,
    board: Board,
    pointed: Pointed,
    meanwhile: Option<Meanwhile>,
}

pub(super) async fn reply(
    site: web::Data<Site>,
    viewer: Viewer,
    id: web::Path<i64>,
    form: web::Form<ReplyForm>,
) -> Result<HttpResponse, Error> {
    let (id, form) = (ThreadId(*id), form.into_inner());
    let body = Body::parse(&form.body);
    let rendered = viewer.0.as_ref().and(body.as_ref().ok()).map(Rendered::new);
    let Loaded { thread, board, pointed, meanwhile } =
        load(&site, &viewer, id, rendered.clone(), &form).await?;
    let again = Again { site: &site, viewer: &viewer, thread: &thread, board: &board };
    let Some(member) = &viewer.0 else {
        return again.refuse(StatusCode::FORBIDDEN, form, signed_out());
    };
    let mut problems = Problems::none();
    problems.check("body", body);
    problems.check("body", pointed.check());
    let Some(rendered) = rendered.filter(|_| problems.is_empty()) else {
        let with = With { problems, ..With::default() };
        return again.show(StatusCode::UNPROCESSABLE_ENTITY, form, with);
    };
    let written = rendered.pointing(pointed, rules::request_id(&form.request_id));
    if form.preview.is_some() {
        let with = With { preview: Some(written.html), ..With::default() };
        return again.show(StatusCode::OK, form, with);
    }
    if meanwhile.is_some() {
        let form = ReplyForm { seen: thread.last_number.to_string(), ..form };
        return again.show(StatusCode::CONFLICT, form, With { meanwhile, ..With::default() });
    }
    again.send(member, form, written, site.clock.now()).await
}

async fn load(
    site: &Site,
    viewer: &Viewer,
    id: ThreadId,
    rendered: Option<Rendered>,
    form: &ReplyForm,
) -> Result<Loaded, Error> {
    let (standing, writer) = (viewer.standing(), viewer.0.as_ref().map(|member| member.id));
    let seen = form.seen.parse::<i64>().ok().filter(|_| form.preview.is_none());
    let loading = site.db.read(move |conn| {
        let (thread, board) = actions::find_open(conn, id, &standing)?;
        let (mut pointed, mut meanwhile) = (Pointed::default(), None);
        if let (Some(writer), Some(rendered)) = (writer, rendered) {
            pointed = talk::actions::look_up(conn, writer, &standing, &rendered.named)?;
        }
        if let (Some(writer), Some(seen)) = (writer, seen.filter(|seen| *seen < thread.last_number)) {
            let count = talk::store::count_after(conn, id, seen, writer)?;
            let newest = talk::store::newest_after(conn, id, seen, writer, NEWEST)?;
            let path = crate::paths::post_number(id.0, &thread.slug, seen + 1);
            meanwhile = (count > 0).then_some(Meanwhile { count, path, newest });
        }
        Ok(Loaded { thread, board, pointed, meanwhile })
    });
    loading.await
}

/// Where the same form was sent twice at once, the second fails on the unique key: then the first's post is
/// the answer.
pub(super) async fn sent_once(
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

pub(super) fn author(member: &Member) -> Author {
    Author { id: member.id, standing: member.standing(), email_confirmed: member.email_confirmed }
}

/// What a newcomer reads who posts more than newcomers may.
pub(super) fn slower(seconds: i64) -> String {
    let wait =
        if seconds <= 90 { format!("{seconds} seconds") } else { format!("{} minutes", (seconds + 59) / 60) };
    format!(
        "You have posted a lot in a short time, and newcomers may post only so much. Wait {wait} and send it again: what you wrote is kept below."
    )
}

pub(super) fn retry_after(mut answer: HttpResponse, seconds: i64) -> HttpResponse {
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    answer
}

pub(in crate::threads) fn signed_out() -> String {
    "You are signed out. Sign in in another tab, come back to this one and send it again: what you wrote is kept below."
        .to_owned()
}

/// The reply form once more, with what was typed.
pub(in crate::threads) struct Again<'a> {
    pub site: &'a Site,
    pub viewer: &'a Viewer,
    pub thread: &'a Thread,
    pub board: &'a Board,
}

impl Again<'_> {
    async fn send(
        &self,
        member: &Member,
        form: ReplyForm,
        written: Written,
        now: Time,
    ) -> Result<HttpResponse, Error> {
        let (author, id, sent) = (author(member), self.thread.id, written.clone());
        let outcome = self.site.db.write(move |conn| actions::reply(conn, &author, id, &sent, now)).await;
        match sent_once(self.site, member, written, outcome).await {
            Ok(Outcome::Blocked(kept)) => {
                let form = ReplyForm {
                    sequence: (kept.draft.sequence + 1).to_string(),
                    saved: Some(When(kept.draft.saved_at)),
                    ..form
                };
                let with = With { gate: Some(kept.blocked), ..With::default() };
                self.show(StatusCode::FORBIDDEN, form, with)
            }
            Ok(outcome) => see_other(&outcome.path()),
            Err(Error::Forbidden(why)) => self.refuse(StatusCode::FORBIDDEN, form, why.into_owned()),
            Err(Error::Refused(why)) => {
                let with = With { problems: Problems::one("body", why), ..With::default() };
                self.show(StatusCode::UNPROCESSABLE_ENTITY, form, with)
            }
            Err(Error::TooMany { seconds }) => {
                let page = self.refuse(StatusCode::TOO_MANY_REQUESTS, form, slower(seconds))?;
                Ok(retry_after(page, seconds))
            }
            Err(Error::Busy) => self.refuse(StatusCode::SERVICE_UNAVAILABLE, form, Error::Busy.to_string()),
            Err(other) => Err(other),
        }
    }

    pub(in crate::threads) fn refuse(
        &self,
        status: StatusCode,
        form: ReplyForm,
        why: String,
    ) -> Result<HttpResponse, Error> {
        self.show(status, form, With { refusal: Some(why), ..With::default() })
    }

    pub(in crate::threads) fn show(
        &self,
        status: StatusCode,
        form: ReplyForm,
        with: With,
    ) -> Result<HttpResponse, Error> {
        let way = vec![
            Crumb::new(&self.board.title, self.board.path()),
            Crumb::new(&self.thread.title, self.thread.path()),
            Crumb::new("Reply", ""),
        ];
        let frame = Frame::new(self.site, self.viewer.account(), format!("Reply to {}", self.thread.title))
            .with_crumbs(way)
            .at(self.thread.path());
        page_with(status, &ReplyPage { frame, thread: self.thread.clone(), form, with })
    }
}

/// What words would look like, for the live preview of those who have scripts.
pub(super) async fn preview(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<ReplyForm>,
) -> Result<HttpResponse, Error> {
    let shown = form.body.chars().take(crate::text::markdown::MAX_CHARACTERS).collect::<String>();
    let html = match Body::parse(&shown) {
        Err(_) => String::new(),
        Ok(body) => {
            let (rendered, standing) = (Rendered::new(&body), member.standing());
            let named = rendered.named.clone();
            let looking =
                site.db.read(move |conn| talk::actions::look_up(conn, member.id, &standing, &named));
            rendered.pointing(looking.await?, None).html.to_string()
        }
    };
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html))
}
