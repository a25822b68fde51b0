//! The queue and a case, for moderators.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError, web};
use askama::Template;

use crate::accounts::viewer::Moderator;
use crate::acts::rules::reason;
use crate::acts::store::Act;
use crate::badges::marks::{self, Marks};
use crate::boards::rules::{Board, Standing, find_readable};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;
use crate::moderation::cases::rules::{HARM, MOST_HOURS, MOST_REPORTS, Outcome, REPORT, urgency};
use crate::moderation::cases::store::{self, Case, Report};
use crate::moderation::cases::{CaseId, actions};
use crate::web::{Crumb, Frame, Problems, Site, When, page, page_with, see_other};
use crate::{acts, boards, paths, text};

/// Earlier acts on an author that a case shows.
const EARLIER: i64 = 10;

#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Filter {
    #[serde(default)]
    show: String,
}

struct Row {
    case: Case,
    author: Option<Marks>,
    urgency: i64,
    excerpt: String,
}

impl Row {
    fn since(&self) -> When {
        When(self.case.opened_at)
    }
}

#[derive(Template)]
#[template(path = "moderation/queue.html")]
struct QueuePage {
    frame: Frame,
    rows: Vec<Row>,
    filter: &'static str,
    all: usize,
    own: usize,
    free: usize,
    formula: (i64, i64, i64, i64),
}

/// The open cases that a moderator may read, the most urgent first.
fn sorted(cases: Vec<Case>, boards: &[Board], standing: &Standing, now: Time) -> Vec<(i64, Case)> {
    let may_read = |case: &Case| {
        find_readable(boards, case.board, standing).is_some() && case.audience.includes(standing)
    };
    let with_urgency = |case: Case| (urgency(case.harm, case.reports, now - case.opened_at), case);
    let mut open: Vec<_> = cases.into_iter().filter(may_read).map(with_urgency).collect();
    open.sort_by_key(|(urgency, case)| (-urgency, case.opened_at, case.id));
    open
}

pub(super) async fn queue(
    site: web::Data<Site>,
    moderator: Moderator,
    filter: web::Query<Filter>,
) -> Result<HttpResponse, Error> {
    let (now, me, standing) = (site.clock.now(), moderator.0.id, moderator.0.standing());
    let loading = site.db.read(move |conn| {
        let boards = boards::store::all(conn)?;
        let open = sorted(store::open(conn)?, &boards, &standing, now);
        let authors: Vec<MemberId> = open.iter().map(|(_, case)| case.author).collect();
        Ok((open, marks::of(conn, &authors, now)?))
    });
    let (open, marks) = loading.await?;
    let is_own = |case: &Case| case.claim.as_ref().is_some_and(|(by, ..)| *by == me);
    let counts = (
        open.len(),
        open.iter().filter(|(_, case)| is_own(case)).count(),
        open.iter().filter(|(_, case)| case.claim.is_none()).count(),
    );
    let filter = match filter.show.as_str() {
        "own" => "own",
        "free" => "free",
        _ => "all",
    };
    let shown = open.into_iter().filter(|(_, case)| match filter {
        "own" => is_own(case),
        "free" => case.claim.is_none(),
        _ => true,
    });
    let rows = shown.map(|(urgency, case)| Row {
        author: marks.get(&case.author).cloned(),
        excerpt: text::excerpt(&case.html, 220),
        urgency,
        case,
    });
    page(&QueuePage {
        frame: Frame::new(&site, moderator.0.account(), "Reports")
            .with_crumbs(vec![Crumb::new("Moderation", "/moderation"), Crumb::new("Reports", "")]),
        rows: rows.collect(),
        filter,
        all: counts.0,
        own: counts.1,
        free: counts.2,
        formula: (HARM, REPORT, MOST_REPORTS, MOST_HOURS),
    })
}

/// The form that closes a case.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct CloseForm {
    outcome: String,
    reason: String,
}

struct Loaded {
    case: Case,
    reports: Vec<Report>,
    author: Option<Marks>,
    earlier: Vec<Act>,
}

fn load(conn: &mut Conn, id: CaseId, standing: &Standing, now: Time) -> Result<Loaded, Error> {
    let case = actions::find(conn, id, standing)?;
    Ok(Loaded {
        reports: store::reports_of(conn, id)?,
        author: marks::of(conn, &[case.author], now)?.remove(&case.author),
        earlier: acts::store::of_member(conn, case.author, i64::MAX, EARLIER)?,
        case,
    })
}

#[derive(Template)]
#[template(path = "moderation/case.html")]
struct CasePage {
    frame: Frame,
    case: Case,
    reports: Vec<Report>,
    author: Option<Marks>,
    earlier: Vec<Act>,
    is_own: bool,
    form: CloseForm,
    problems: Problems,
    refusal: Option<String>,
    outcomes: [Outcome; 2],
}

impl CasePage {
    fn path(&self) -> String {
        paths::post_number(self.case.thread.0, &self.case.slug, self.case.number)
    }
}

async fn show(
    site: &Site,
    moderator: &Moderator,
    status: StatusCode,
    id: CaseId,
    filled: (CloseForm, Problems, Option<String>),
) -> Result<HttpResponse, Error> {
    let (now, standing) = (site.clock.now(), moderator.0.standing());
    let Loaded { case, reports, author, earlier } =
        site.db.read(move |conn| load(conn, id, &standing, now)).await?;
    let title = format!("Case {}", id.0);
    let way = vec![Crumb::new("Moderation", "/moderation"), Crumb::new(&title, "")];
    let (form, problems, refusal) = filled;
    let page = CasePage {
        frame: Frame::new(site, moderator.0.account(), title).with_crumbs(way),
        is_own: case.claim.as_ref().is_some_and(|(by, ..)| *by == moderator.0.id),
        case,
        reports,
        author,
        earlier,
        form,
        problems,
        refusal,
        outcomes: Outcome::ALL,
    };
    page_with(status, &page)
}

pub(super) async fn case(
    site: web::Data<Site>,
    moderator: Moderator,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let filled = (CloseForm::default(), Problems::none(), None);
    show(&site, &moderator, StatusCode::OK, CaseId(*id), filled).await
}

/// Leads back to the case, or shows it with what stood in the way.
async fn answer(
    site: &Site,
    moderator: &Moderator,
    id: CaseId,
    form: CloseForm,
    outcome: Result<(), Error>,
) -> Result<HttpResponse, Error> {
    match outcome {
        Ok(()) => see_other(&paths::case(id.0)),
        Err(why @ Error::Conflict(_)) => {
            let filled = (form, Problems::none(), Some(why.to_string()));
            show(site, moderator, why.status_code(), id, filled).await
        }
        Err(other) => Err(other),
    }
}

pub(super) async fn claim(
    site: web::Data<Site>,
    moderator: Moderator,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (id, by, now) = (CaseId(*id), moderator.0.id, site.clock.now());
    let standing = moderator.0.standing();
    let claiming = site.db.write(move |conn| {
        actions::find(conn, id, &standing)?;
        actions::claim(conn, id, by, now)
    });
    answer(&site, &moderator, id, CloseForm::default(), claiming.await).await
}

pub(super) async fn release(
    site: web::Data<Site>,
    moderator: Moderator,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (id, by, now) = (CaseId(*id), moderator.0.id, site.clock.now());
    let releasing = site.db.write(move |conn| actions::release(conn, id, by, now));
    answer(&site, &moderator, id, CloseForm::default(), releasing.await).await
}

pub(super) async fn close(
    site: web::Data<Site>,
    moderator: Moderator,
    id: web::Path<i64>,
    form: web::Form<CloseForm>,
) -> Result<HttpResponse, Error> {
    let (id, form, by, now) = (CaseId(*id), form.into_inner(), moderator.0.id, site.clock.now());
    let mut problems = Problems::none();
    let outcome = Outcome::parse(&form.outcome);
    if outcome.is_none() {
        problems.add("outcome", "Choose what came of it.");
    }
    let why = problems.check("reason", reason(&form.reason));
    let (Some(outcome), Some(why)) = (outcome, why) else {
        return show(&site, &moderator, StatusCode::UNPROCESSABLE_ENTITY, id, (form, problems, None)).await;
    };
    let standing = moderator.0.standing();
    let closing = site.db.write(move |conn| {
        actions::find(conn, id, &standing)?;
        actions::close(conn, id, by, outcome, &why, now)
    });
    answer(&site, &moderator, id, form, closing.await).await
}
