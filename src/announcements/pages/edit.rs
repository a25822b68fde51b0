//! Writing an announcement, and each step from the draft to the end.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::form::DraftForm;
use super::{frame, path_of, refresh, worker};
use crate::accounts::viewer::Manager;
use crate::acts::rules::reason;
use crate::announcements::actions::{self, Correction};
use crate::announcements::rules::{Phase, Plan, audience_in_words, banner_text, boards_for};
use crate::announcements::store::Announcement;
use crate::announcements::{AnnouncementId, store};
use crate::boards;
use crate::boards::rules::{Access, Board};
use crate::error::Error;
use crate::text::{Format, SafeHtml, render};
use crate::threads::actions::Written;
use crate::threads::rules::Body;
use crate::web::{Frame, Problems, Site, When, page_with, see_other};

/// A choice of the form.
struct Choice {
    code: String,
    title: String,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "announcements/edit.html")]
struct EditPage {
    frame: Frame,
    heading: String,
    id: Option<AnnouncementId>,
    phase: Phase,
    boards: Vec<Choice>,
    everybody: Vec<Choice>,
    tiers: Vec<Choice>,
    roles: Vec<Choice>,
    audience: String,
    publish_at: Option<When>,
    form: DraftForm,
    preview: Option<SafeHtml>,
    problems: Problems,
    refusal: Option<String>,
}

/// What stands around the form, whatever is in it.
struct Editor<'a> {
    site: &'a Site,
    manager: &'a Manager,
    boards: &'a [Board],
    found: Option<&'a Announcement>,
}

impl Editor<'_> {
    fn show(
        &self,
        status: StatusCode,
        form: DraftForm,
        preview: Option<SafeHtml>,
        problems: Problems,
        refusal: Option<String>,
    ) -> Result<HttpResponse, Error> {
        let phase = self.found.map_or(Phase::Draft, |one| one.phase);
        let heading = match (self.found, phase) {
            (None, _) => "New announcement".to_owned(),
            (Some(one), _) => one.title.clone(),
        };
        let id = self.found.map(|one| one.id);
        let here = id.map_or_else(|| "/manage/announcements/new".to_owned(), path_of);
        let choice = |code: String, title: String| Choice { is_chosen: form.is_for(&code), code, title };
        let of = |wanted: fn(&Access) -> bool| {
            let rules = Access::all().into_iter().filter(wanted);
            rules.map(|rule| choice(rule.code(), audience_title(rule))).collect::<Vec<_>>()
        };
        let boards = boards_for(self.boards, &self.manager.0.standing()).into_iter().map(|board| Choice {
            code: board.id.0.to_string(),
            title: board.title.clone(),
            is_chosen: form.board == board.id.0.to_string(),
        });
        let page = EditPage {
            frame: frame(self.site, self.manager, &heading, &here),
            heading,
            id,
            phase,
            boards: boards.collect(),
            everybody: of(|rule| matches!(rule, Access::Anyone | Access::Members)),
            tiers: of(|rule| matches!(rule, Access::Tier(_))),
            roles: of(|rule| matches!(rule, Access::Role(_))),
            audience: self.found.map(|one| audience_in_words(one.audience)).unwrap_or_default(),
            publish_at: self.found.and_then(|one| one.publish_at).map(When),
            form,
            preview,
            problems,
            refusal,
        };
        page_with(status, &page)
    }
}

fn audience_title(rule: Access) -> String {
    match rule {
        Access::Anyone => "Everyone, visitors included".to_owned(),
        Access::Members => "All members".to_owned(),
        Access::Tier(_) => rule.title(),
        Access::Role(held) => format!("{}s", held.title()),
    }
}

async fn load(
    site: &Site,
    manager: &Manager,
    id: Option<AnnouncementId>,
) -> Result<(Vec<Board>, Option<Announcement>), Error> {
    let standing = manager.0.standing();
    let loading = site.db.read(move |conn| {
        let found = id.map(|id| actions::find(conn, id, &standing)).transpose()?;
        Ok((boards::store::all(conn)?, found))
    });
    loading.await
}

pub(super) async fn new(site: web::Data<Site>, manager: Manager) -> Result<HttpResponse, Error> {
    let (boards, _) = load(&site, &manager, None).await?;
    let first = boards_for(&boards, &manager.0.standing()).first().map(|board| board.id);
    let editor = Editor { site: &site, manager: &manager, boards: &boards, found: None };
    editor.show(StatusCode::OK, DraftForm::empty(first), None, Problems::none(), None)
}

pub(super) async fn edit(
    site: web::Data<Site>,
    manager: Manager,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (boards, found) = load(&site, &manager, Some(AnnouncementId(*id))).await?;
    let editor = Editor { site: &site, manager: &manager, boards: &boards, found: found.as_ref() };
    let form = found.as_ref().map(DraftForm::from).ok_or(Error::NotFound)?;
    editor.show(StatusCode::OK, form, None, Problems::none(), None)
}

pub(super) async fn create(
    site: web::Data<Site>,
    manager: Manager,
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    keep(&site, &manager, None, DraftForm::read(fields.into_inner())).await
}

pub(super) async fn change(
    site: web::Data<Site>,
    manager: Manager,
    id: web::Path<i64>,
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    keep(&site, &manager, Some(AnnouncementId(*id)), DraftForm::read(fields.into_inner())).await
}

/// Saves what was typed, and goes on as the pressed button says.
async fn keep(
    site: &Site,
    manager: &Manager,
    id: Option<AnnouncementId>,
    form: DraftForm,
) -> Result<HttpResponse, Error> {
    let (boards, found) = load(site, manager, id).await?;
    let editor = Editor { site, manager, boards: &boards, found: found.as_ref() };
    let (plan, problems) = form.plan(&boards, &manager.0.standing(), site.clock.now());
    let Some(plan) = plan else {
        return editor.show(StatusCode::UNPROCESSABLE_ENTITY, form, None, problems, None);
    };
    if form.then == "preview" {
        let html = render(Format::Markdown, plan.body.as_str());
        return editor.show(StatusCode::OK, form, Some(html), problems, None);
    }
    match save(site, manager, id, &form, &plan).await {
        Ok(path) => see_other(&path),
        Err(Error::Conflict(why)) => {
            editor.show(StatusCode::CONFLICT, form, None, problems, Some(why.into_owned()))
        }
        Err(Error::Refused(why)) => {
            editor.show(StatusCode::UNPROCESSABLE_ENTITY, form, None, problems, Some(why))
        }
        Err(other) => Err(other),
    }
}

async fn save(
    site: &Site,
    manager: &Manager,
    id: Option<AnnouncementId>,
    form: &DraftForm,
    plan: &Plan,
) -> Result<String, Error> {
    let goes_on = form.then == "publish";
    let written = (goes_on && plan.publish_at.is_none()).then(|| Written::new(&plan.body, None));
    let (by, plan, now) = (worker(manager), plan.clone(), site.clock.now());
    let draft = id.map(|id| (id, form.version));
    // One transaction: where publishing is refused, the draft is as it was.
    let writing = site.db.write(move |conn| {
        let id = actions::save(conn, &by, draft, &plan, now)?;
        if let Some(written) = written {
            let seen = store::find(conn, id)?.ok_or(Error::NotFound)?;
            actions::publish(conn, Some(by.id), &seen, &written, now)?;
            return Ok(path_of(id));
        }
        if goes_on {
            actions::set_scheduled(conn, &by, id, true, now)?;
        }
        Ok(path_of(id))
    });
    let path = writing.await?;
    refresh(&site.db, &site.banners, now).await?;
    Ok(path)
}

pub(super) async fn publish(
    site: web::Data<Site>,
    manager: Manager,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (_, found) = load(&site, &manager, Some(AnnouncementId(*id))).await?;
    let found = found.ok_or(Error::NotFound)?;
    let path = path_of(found.id);
    let body = Body::parse(&found.body).map_err(Error::refused)?;
    let (written, by, now) = (Written::new(&body, None), manager.0.id, site.clock.now());
    let writing = site.db.write(move |conn| actions::publish(conn, Some(by), &found, &written, now));
    writing.await?;
    refresh(&site.db, &site.banners, now).await?;
    see_other(&path)
}

pub(super) async fn unschedule(
    site: web::Data<Site>,
    manager: Manager,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (id, by, now) = (AnnouncementId(*id), worker(&manager), site.clock.now());
    site.db.write(move |conn| actions::set_scheduled(conn, &by, id, false, now)).await?;
    see_other(&path_of(id))
}

pub(super) async fn correct(
    site: web::Data<Site>,
    manager: Manager,
    id: web::Path<i64>,
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let (id, form, now) = (AnnouncementId(*id), DraftForm::read(fields.into_inner()), site.clock.now());
    let (boards, found) = load(&site, &manager, Some(id)).await?;
    let editor = Editor { site: &site, manager: &manager, boards: &boards, found: found.as_ref() };
    let mut problems = Problems::none();
    let body = problems.check("body", Body::parse(&form.body));
    let reason = problems.check("reason", reason(&form.reason));
    let banner = problems.check("banner_text", banner_text(&form.banner_text));
    let ends_at = form.ends_at(&mut problems, None, now);
    let (Some(body), Some(reason), Some(banner_text), true) = (body, reason, banner, problems.is_empty())
    else {
        return editor.show(StatusCode::UNPROCESSABLE_ENTITY, form, None, problems, None);
    };
    let written = Written::new(&body, None);
    let correction = Correction { reason, banner_text, ends_at };
    let (by, version) = (worker(&manager), form.version);
    let writing =
        site.db.write(move |conn| actions::correct(conn, &by, (id, version), &correction, &written, now));
    match writing.await {
        Ok(()) => {
            refresh(&site.db, &site.banners, now).await?;
            see_other(&path_of(id))
        }
        Err(Error::Conflict(why)) => {
            editor.show(StatusCode::CONFLICT, form, None, problems, Some(why.into_owned()))
        }
        Err(other) => Err(other),
    }
}

pub(super) async fn end(
    site: web::Data<Site>,
    manager: Manager,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (id, by, now) = (AnnouncementId(*id), worker(&manager), site.clock.now());
    let writing = site.db.write(move |conn| {
        let seen = actions::find(conn, id, &by.standing)?;
        actions::end(conn, Some(by.id), &seen, now)
    });
    writing.await?;
    refresh(&site.db, &site.banners, now).await?;
    see_other("/manage")
}

pub(super) async fn delete(
    site: web::Data<Site>,
    manager: Manager,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (id, by, now) = (AnnouncementId(*id), worker(&manager), site.clock.now());
    site.db.write(move |conn| actions::delete(conn, &by, id, now)).await?;
    see_other("/manage")
}
