//! Saving, discarding and listing drafts.

use actix_web::http::StatusCode;
use actix_web::http::header::ACCEPT;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::rules::{Draft, Place, SHOWN, Saved, Words};
use super::{actions, store};
use crate::accounts::viewer::{Member, Viewer};
use crate::boards::rules::{Board, find_readable};
use crate::clock;
use crate::error::Error;
use crate::text::{Format, excerpt, render};
use crate::threads::pages::write::signed_out;
use crate::threads::{ThreadId, rules::ThreadKind};
use crate::web::{Frame, Site, When, page, page_with, see_other};
use crate::{boards, paths, threads};

/// How much of each draft the list shows, in characters.
const EXCERPT: usize = 200;

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/t/{id}/draft", web::post().to(save_reply))
        .route("/t/{id}/draft/discard", web::post().to(discard_reply))
        .route("/b/{slug}/draft", web::post().to(save_thread))
        .route("/b/{slug}/draft/discard", web::post().to(discard_thread))
        .route("/drafts", web::get().to(list));
}

/// What is saved, from the form or by its script.
#[derive(Clone, Debug, Default, serde::Deserialize)]
struct DraftForm {
    #[serde(default)]
    title: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    sequence: String,
}

/// Where a draft belongs, for whoever may see that place.
struct At {
    place: Place,
    /// What the place is called.
    title: String,
    /// Where the form is that the draft fills.
    form: String,
    /// Where the draft is saved.
    save: String,
}

impl At {
    fn thread(thread: &threads::store::Thread) -> Self {
        let page = crate::web::pager::Pages { last: thread.last_number }.count();
        Self {
            place: Place::Thread(thread.id),
            title: thread.title.clone(),
            form: format!("{}#reply", paths::thread_page(thread.id.0, &thread.slug, page)),
            save: format!("/t/{}/draft", thread.id.0),
        }
    }

    fn board(board: &Board) -> Self {
        Self {
            place: Place::Board(board.id),
            title: format!("New thread in {}", board.title),
            form: board.new_thread_path(),
            save: format!("{}/draft", board.path()),
        }
    }
}

async fn at_thread(site: &Site, viewer: &Viewer, id: i64) -> Result<At, Error> {
    let standing = viewer.standing();
    let finding = site.db.read(move |conn| threads::actions::find_open(conn, ThreadId(id), &standing));
    finding.await.map(|(thread, _)| At::thread(&thread))
}

async fn at_board(site: &Site, viewer: &Viewer, slug: String) -> Result<At, Error> {
    let standing = viewer.standing();
    let finding = site.db.read(move |conn| {
        let boards = boards::store::all(conn)?;
        let board = boards.iter().find(|board| board.slug == slug).ok_or(Error::NotFound)?;
        find_readable(&boards, board.id, &standing).map(At::board).ok_or(Error::NotFound)
    });
    finding.await
}

async fn save_reply(
    site: web::Data<Site>,
    viewer: Viewer,
    id: web::Path<i64>,
    form: web::Form<DraftForm>,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let at = at_thread(&site, &viewer, *id).await?;
    save(&site, &viewer, at, form.into_inner(), &request).await
}

async fn save_thread(
    site: web::Data<Site>,
    viewer: Viewer,
    slug: web::Path<String>,
    form: web::Form<DraftForm>,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let at = at_board(&site, &viewer, slug.into_inner()).await?;
    save(&site, &viewer, at, form.into_inner(), &request).await
}

async fn save(
    site: &Site,
    viewer: &Viewer,
    at: At,
    form: DraftForm,
    request: &HttpRequest,
) -> Result<HttpResponse, Error> {
    let answer = Answer { site, viewer, at: &at, form: &form, is_script: is_script(request) };
    let Some(member) = &viewer.0 else {
        return answer.refuse(StatusCode::FORBIDDEN, signed_out());
    };
    let kind = ThreadKind::parse(&form.kind).map_or("", ThreadKind::code).to_owned();
    let words = Words { title: form.title.clone(), kind, body: form.body.replace("\r\n", "\n") };
    let sequence = form.sequence.parse::<i64>().unwrap_or(1).max(1);
    let (id, place, now) = (member.id, at.place, site.clock.now());
    let saving = site.db.write(move |conn| actions::save(conn, id, place, words, sequence, now));
    match saving.await {
        Ok(Saved::Older(newer)) => answer.older(&newer),
        Ok(saved) if answer.is_script => {
            let at = (saved == Saved::Kept).then(|| clock::rfc3339(now));
            Ok(HttpResponse::Ok().json(serde_json::json!({ "sequence": sequence, "saved": at })))
        }
        Ok(_) => see_other(&at.form),
        Err(Error::Refused(why)) => answer.refuse(StatusCode::UNPROCESSABLE_ENTITY, why),
        Err(Error::Busy) => answer.refuse(StatusCode::SERVICE_UNAVAILABLE, Error::Busy.to_string()),
        Err(other) => Err(other),
    }
}

fn is_script(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("application/json"))
}

/// A draft that could not be saved, with what is kept in its place.
#[derive(Template)]
#[template(path = "threads/draft.html")]
struct DraftPage {
    frame: Frame,
    form_path: String,
    save_path: String,
    is_reply: bool,
    form: DraftForm,
    refusal: Option<String>,
    newer: Option<NewerDraft>,
}

struct NewerDraft {
    words: Words,
    at: When,
}

/// What is answered when a draft is not saved; what was typed comes back.
struct Answer<'a> {
    site: &'a Site,
    viewer: &'a Viewer,
    at: &'a At,
    form: &'a DraftForm,
    is_script: bool,
}

impl Answer<'_> {
    fn refuse(&self, status: StatusCode, why: String) -> Result<HttpResponse, Error> {
        if self.is_script {
            return Ok(HttpResponse::build(status).json(serde_json::json!({ "message": why })));
        }
        page_with(status, &self.page(self.form.clone(), Some(why), None))
    }

    fn older(&self, newer: &Draft) -> Result<HttpResponse, Error> {
        if self.is_script {
            return Ok(HttpResponse::Conflict().json(serde_json::json!({
                "title": newer.words.title,
                "type": newer.words.kind,
                "body": newer.words.body,
                "sequence": newer.sequence,
                "saved": clock::rfc3339(newer.saved_at),
            })));
        }
        let form = DraftForm { sequence: (newer.sequence + 1).to_string(), ..self.form.clone() };
        let newer = NewerDraft { words: newer.words.clone(), at: When(newer.saved_at) };
        page_with(StatusCode::CONFLICT, &self.page(form, None, Some(newer)))
    }

    fn page(&self, form: DraftForm, refusal: Option<String>, newer: Option<NewerDraft>) -> DraftPage {
        DraftPage {
            frame: Frame::new(self.site, self.viewer.account(), format!("Draft: {}", self.at.title)),
            form_path: self.at.form.clone(),
            save_path: self.at.save.clone(),
            is_reply: matches!(self.at.place, Place::Thread(_)),
            form,
            refusal,
            newer,
        }
    }
}

/// What the list sends along, so that one comes back to it.
#[derive(Debug, Default, serde::Deserialize)]
struct Discard {
    #[serde(default)]
    from: String,
}

/// Discarding does not ask whether the place is still open: the words are the member's own.
async fn discard_reply(
    site: web::Data<Site>,
    member: Member,
    id: web::Path<i64>,
    form: web::Form<Discard>,
) -> Result<HttpResponse, Error> {
    drop_draft(&site, &member, Place::Thread(ThreadId(*id))).await?;
    if form.from == "drafts" {
        return see_other("/drafts");
    }
    match at_thread(&site, &Viewer(Some(member)), *id).await {
        Ok(at) => see_other(&at.form),
        Err(Error::NotFound) => see_other("/drafts"),
        Err(other) => Err(other),
    }
}

async fn discard_thread(
    site: web::Data<Site>,
    member: Member,
    slug: web::Path<String>,
    form: web::Form<Discard>,
) -> Result<HttpResponse, Error> {
    let slug = slug.into_inner();
    let found = site.db.read(move |conn| Ok(boards::store::all(conn)?)).await?;
    let board = found.iter().find(|board| board.slug == slug).ok_or(Error::NotFound)?;
    drop_draft(&site, &member, Place::Board(board.id)).await?;
    let is_open = find_readable(&found, board.id, &member.standing()).is_some();
    see_other(&if is_open && form.from != "drafts" { board.new_thread_path() } else { "/drafts".to_owned() })
}

async fn drop_draft(site: &Site, member: &Member, place: Place) -> Result<(), Error> {
    let id = member.id;
    site.db.write(move |conn| Ok(store::delete(conn, id, place)?)).await
}

#[derive(Template)]
#[template(path = "threads/drafts.html")]
struct DraftsPage {
    frame: Frame,
    rows: Vec<DraftRow>,
}

struct DraftRow {
    /// Where the draft goes on; nothing where the place is closed by now.
    path: Option<String>,
    title: String,
    discard: String,
    words: String,
    at: When,
}

async fn list(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let (id, standing) = (member.id, member.standing());
    let loading = site.db.read(move |conn| {
        let drafts = store::of_member(conn, id, SHOWN)?;
        let boards = boards::store::all(conn)?;
        let ids: Vec<ThreadId> = drafts.iter().filter_map(|(place, _)| thread_of(*place)).collect();
        let found = store::threads(conn, &ids)?;
        let open = found.into_iter().filter(|thread| {
            find_readable(&boards, thread.board, &standing).is_some() && thread.audience.includes(&standing)
        });
        let open: Vec<store::ThreadNamed> = open.collect();
        Ok(drafts.iter().filter_map(|(place, draft)| row(*place, draft, &boards, &open, &standing)).collect())
    });
    let rows: Vec<DraftRow> = loading.await?;
    page(&DraftsPage { frame: Frame::new(&site, member.account(), "Your drafts").at("/drafts"), rows })
}

fn thread_of(place: Place) -> Option<ThreadId> {
    match place {
        Place::Thread(id) => Some(id),
        Place::Board(_) => None,
    }
}

fn row(
    place: Place,
    draft: &Draft,
    boards: &[Board],
    open: &[store::ThreadNamed],
    reader: &boards::rules::Standing,
) -> Option<DraftRow> {
    let (path, title, discard) = match place {
        Place::Thread(id) => {
            let thread = open.iter().find(|thread| thread.id == id);
            let title = thread.map_or("A thread that is closed to you", |thread| thread.title.as_str());
            let path = thread.map(|thread| format!("{}#reply", paths::thread(id.0, &thread.slug)));
            (path, format!("Reply to {title}"), format!("/t/{}/draft/discard", id.0))
        }
        Place::Board(id) => {
            let board = boards.iter().find(|board| board.id == id)?;
            let path = find_readable(boards, id, reader).map(Board::new_thread_path);
            (path, format!("New thread in {}", board.title), format!("{}/draft/discard", board.path()))
        }
    };
    let words = excerpt(&render(Format::Text, &draft.words.body), EXCERPT);
    let words = [draft.words.title.as_str(), &words].into_iter().filter(|part| !part.is_empty());
    let words = words.collect::<Vec<_>>().join(" · ");
    Some(DraftRow { path, title, discard, words, at: When(draft.saved_at) })
}
