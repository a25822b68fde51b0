//! One draft: written, approved, published, thrown away.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::form::{Sent, TermsForm, meant};
use super::{administers, frame, path_of};
use crate::accounts::viewer::{Administrator, PolicyKeeper};
use crate::announcements::actions::Manager;
use crate::announcements::banners::refresh;
use crate::announcements::rules::{Comments, Plan, boards_for};
use crate::badges::rules::{Badge, Terms};
use crate::badges::store::policies;
use crate::boards;
use crate::boards::rules::Board;
use crate::boards::{Audience, BoardId};
use crate::db::Conn;
use crate::error::Error;
use crate::members;
use crate::members::MemberId;
use crate::policies::DraftId;
use crate::policies::actions;
use crate::policies::rules::{Phase, may_approve};
use crate::policies::store::{self, Draft};
use crate::text::names::Title;
use crate::threads::actions::Written;
use crate::threads::rules::Body;
use crate::web::{Frame, Problems, Site, page_with, see_other};

/// The version a form was begun from.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Seen {
    version: i64,
}

/// The announcement that goes with a policy, as it was typed.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Told {
    version: i64,
    board: String,
    title: String,
    body: String,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    told: String,
}

#[derive(Template)]
#[template(path = "policies/draft.html")]
struct DraftPage {
    frame: Frame,
    told: Option<&'static str>,
    path: String,
    /// Whether it can still be worked on.
    is_open: bool,
    next: i64,
    draft: Option<Around>,
    version: i64,
    form: TermsForm,
    announcement: Option<Told>,
    boards: Vec<(i64, String)>,
    problems: Problems,
    refusal: Option<String>,
}

/// Who stands behind a draft, and what the reader may do with it.
struct Around {
    phase: Phase,
    writers: String,
    approved_by: Option<String>,
    may_approve: bool,
    published_as: Option<i64>,
}

/// What a page shows that is not asked of the database.
#[derive(Default)]
struct Typed {
    told: Option<&'static str>,
    sent: Option<Sent>,
    announcement: Option<Told>,
    problems: Problems,
    refusal: Option<String>,
}

/// A draft with what stands around it.
struct Found {
    next: i64,
    in_force: Option<Terms>,
    draft: Option<(Draft, Vec<MemberId>)>,
    names: Vec<(MemberId, String)>,
    boards: Vec<Board>,
}

fn load(conn: &mut Conn, id: Option<DraftId>) -> Result<Found, Error> {
    let newest = policies::newest_version(conn, Badge::IdentityVerified)?;
    let in_force = policies::terms(conn, Badge::IdentityVerified, newest)?.map(|found| found.0);
    let mut names = Vec::new();
    let draft = match id {
        None => None,
        Some(id) => {
            let draft = store::find(conn, id)?.ok_or(Error::NotFound)?;
            let writers = store::writers(conn, id)?;
            let people: Vec<_> = writers.iter().copied().chain(draft.approved_by).collect();
            let found = members::store::by_ids(conn, &people)?;
            names = found.into_values().map(|member| (member.id, member.name)).collect();
            Some((draft, writers))
        }
    };
    Ok(Found { next: newest + 1, in_force, draft, names, boards: boards::store::all(conn)? })
}

impl Found {
    fn name(&self, id: MemberId) -> String {
        self.names.iter().find(|one| one.0 == id).map(|one| one.1.clone()).unwrap_or_default()
    }

    fn around(&self, reader: MemberId) -> Option<Around> {
        let (draft, writers) = self.draft.as_ref()?;
        let names: Vec<_> = writers.iter().map(|id| self.name(*id)).collect();
        Some(Around {
            phase: draft.phase,
            writers: names.join(", "),
            approved_by: draft.approved_by.map(|id| self.name(id)),
            may_approve: draft.phase == Phase::Draft && may_approve(reader, writers),
            published_as: draft.published_as,
        })
    }

    /// The form as it was typed, or with what the draft says, or with what is in force.
    fn form(&self, sent: Option<&Sent>) -> TermsForm {
        let empty = Terms {
            checked: String::new(),
            words: String::new(),
            valid_months: 24,
            settling_minutes: 60,
            promise_hours: 48,
            carries: Vec::new(),
        };
        match (sent, &self.draft, &self.in_force) {
            (Some(sent), ..) => TermsForm::read(sent, self.next).0,
            (None, Some((draft, _)), _) => TermsForm::of(&draft.terms, self.next),
            (None, None, Some(terms)) => TermsForm::of(terms, self.next),
            (None, None, None) => TermsForm::of(&empty, self.next),
        }
    }
}

async fn respond(
    site: &Site,
    keeper: &PolicyKeeper,
    id: Option<DraftId>,
    typed: Typed,
) -> Result<HttpResponse, Error> {
    let found = site.db.read(move |conn| load(conn, id)).await?;
    let path = id.map_or_else(|| super::HERE.to_owned(), path_of);
    let draft = found.draft.as_ref().map(|one| &one.0);
    let is_approved = draft.is_some_and(|draft| draft.phase == Phase::Approved);
    let announcement = match (&typed.announcement, draft) {
        (Some(typed), _) => Some(typed.clone()),
        (None, Some(draft)) if is_approved => Some(proposed(&draft.terms, found.next)),
        _ => None,
    };
    let own_boards = boards_for(&found.boards, &keeper.0.standing());
    // Whoever sends a form again sends the version they began from.
    let seen = typed.sent.as_ref().and_then(|sent| sent.get("version")?.parse().ok());
    let title = if id.is_some() { "Draft of a policy" } else { "A new policy" };
    let here = if id.is_some() { path.clone() } else { format!("{path}/new") };
    let page = DraftPage {
        frame: frame(site, keeper, title, &here),
        told: typed.told,
        is_open: draft.is_none_or(|draft| draft.phase != Phase::Published),
        next: found.next,
        version: seen.or_else(|| draft.map(|draft| draft.version)).unwrap_or_default(),
        form: found.form(typed.sent.as_ref()),
        draft: found.around(keeper.0.id),
        announcement: announcement.filter(|_| administers(keeper)),
        boards: own_boards.into_iter().map(|board| (board.id.0, board.title.clone())).collect(),
        path,
        problems: typed.problems,
        refusal: typed.refusal,
    };
    page_with(status(&page), &page)
}

fn status(page: &DraftPage) -> StatusCode {
    let is_well = page.problems.is_empty() && page.refusal.is_none();
    if is_well { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
}

/// What an announcement of these terms may say, to be changed at will.
fn proposed(terms: &Terms, next: i64) -> Told {
    let counts = terms.carries.iter().map(|carry| {
        let says = if carry.counts { "counts" } else { "does not count" };
        format!("- {}: {says}. {}", meant(carry.origin, carry.version, next), carry.reason)
    });
    let body = format!(
        "From today policy {next} says what Identity Verified stands for. Checked: {}. A badge counts for {} months.\n\n\
         Earlier verifications:\n\n{}\n\n\
         Nobody loses a badge today: each stays until its own date, and [your verification](/verification) says what \
         becomes of yours. Verifying is optional, and your account is not affected in any way.\n\n\
         [The whole policy](/badges/identity-verified)",
        terms.checked,
        terms.valid_months,
        counts.collect::<Vec<_>>().join("\n"),
    );
    Told { version: 0, board: String::new(), title: format!("Identity Verified: policy {next}"), body }
}

pub(super) async fn new(site: web::Data<Site>, keeper: PolicyKeeper) -> Result<HttpResponse, Error> {
    respond(&site, &keeper, None, Typed::default()).await
}

pub(super) async fn show(
    site: web::Data<Site>,
    keeper: PolicyKeeper,
    id: web::Path<i64>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let told = super::told(&asked.told);
    respond(&site, &keeper, Some(DraftId(*id)), Typed { told, ..Typed::default() }).await
}

pub(super) async fn begin(
    site: web::Data<Site>,
    keeper: PolicyKeeper,
    form: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    keep(&site, &keeper, None, form.into_inner()).await
}

pub(super) async fn save(
    site: web::Data<Site>,
    keeper: PolicyKeeper,
    id: web::Path<i64>,
    form: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    keep(&site, &keeper, Some(DraftId(*id)), form.into_inner()).await
}

async fn keep(
    site: &Site,
    keeper: &PolicyKeeper,
    id: Option<DraftId>,
    sent: Sent,
) -> Result<HttpResponse, Error> {
    let newest = site.db.read(|conn| Ok(policies::newest_version(conn, Badge::IdentityVerified)?)).await?;
    let terms = match TermsForm::read(&sent, newest + 1).1 {
        Ok(terms) => terms,
        Err(problems) => {
            let typed = Typed { sent: Some(sent), problems, ..Typed::default() };
            return respond(site, keeper, id, typed).await;
        }
    };
    let version = sent.get("version").and_then(|text| text.parse().ok()).unwrap_or_default();
    let (by, now) = (keeper.0.id, site.clock.now());
    let writing = site.db.write(move |conn| actions::save(conn, by, id.map(|id| (id, version)), &terms, now));
    match writing.await {
        Ok(id) => see_other(&format!("{}?told=saved", path_of(id))),
        Err(refused) => {
            let typed = Typed { sent: Some(sent), refusal: Some(why(refused)?), ..Typed::default() };
            respond(site, keeper, id, typed).await
        }
    }
}

/// What a page can say of a refusal; anything else goes on.
fn why(error: Error) -> Result<String, Error> {
    match error {
        Error::Refused(why) => Ok(why),
        Error::Conflict(why) | Error::Forbidden(why) => Ok(why.into_owned()),
        other => Err(other),
    }
}

pub(super) async fn approve(
    site: web::Data<Site>,
    keeper: PolicyKeeper,
    id: web::Path<i64>,
    seen: web::Form<Seen>,
) -> Result<HttpResponse, Error> {
    let (id, by, now) = (DraftId(*id), keeper.0.id, site.clock.now());
    let seen = (id, seen.version);
    match site.db.write(move |conn| actions::approve(conn, by, seen, now)).await {
        Ok(()) => see_other(&format!("{}?told=approved", path_of(id))),
        Err(refused) => {
            let typed = Typed { refusal: Some(why(refused)?), ..Typed::default() };
            respond(&site, &keeper, Some(id), typed).await
        }
    }
}

/// The announcement that was typed.
fn plan(told: &Told) -> Result<Plan, Problems> {
    let mut problems = Problems::none();
    let board = told.board.parse().map_err(|_| "Choose where it is announced.");
    let board = problems.check("board", board);
    let title = problems.check("title", Title::parse(&told.title));
    let body = problems.check("body", Body::parse(&told.body));
    let (Some(board), Some(title), Some(body)) = (board, title, body) else { return Err(problems) };
    Ok(Plan {
        board: BoardId(board),
        title,
        body,
        audience: Audience::EVERYONE,
        publish_at: None,
        ends_at: None,
        has_banner: true,
        banner_text: String::new(),
        pinned: true,
        comments: Comments::Open,
        locks_at_end: false,
    })
}

pub(super) async fn publish(
    site: web::Data<Site>,
    administrator: Administrator,
    id: web::Path<i64>,
    form: web::Form<Told>,
) -> Result<HttpResponse, Error> {
    let (id, told, keeper) = (DraftId(*id), form.into_inner(), PolicyKeeper(administrator.0));
    let by = Manager { id: keeper.0.id, standing: keeper.0.standing() };
    let (seen, now) = ((id, told.version), site.clock.now());
    let plan = match plan(&told) {
        Ok(plan) => plan,
        Err(problems) => {
            let typed = Typed { announcement: Some(told), problems, ..Typed::default() };
            return respond(&site, &keeper, Some(id), typed).await;
        }
    };
    let written = Written::new(&plan.body, None);
    let writing = site.db.write(move |conn| actions::publish(conn, &by, seen, (&plan, &written), now));
    match writing.await {
        Ok(_) => {
            refresh(&site.db, &site.banners, now).await?;
            see_other(&format!("{}?told=published", super::HERE))
        }
        Err(refused) => {
            let refusal = Some(why(refused)?);
            let typed = Typed { announcement: Some(told), refusal, ..Typed::default() };
            respond(&site, &keeper, Some(id), typed).await
        }
    }
}

pub(super) async fn discard(
    site: web::Data<Site>,
    keeper: PolicyKeeper,
    id: web::Path<i64>,
    seen: web::Form<Seen>,
) -> Result<HttpResponse, Error> {
    let (id, by, now) = (DraftId(*id), keeper.0.id, site.clock.now());
    let seen = (id, seen.version);
    match site.db.write(move |conn| actions::discard(conn, by, seen, now)).await {
        Ok(()) => see_other(&format!("{}?told=discarded", super::HERE)),
        Err(refused) => {
            let typed = Typed { refusal: Some(why(refused)?), ..Typed::default() };
            respond(&site, &keeper, Some(id), typed).await
        }
    }
}
