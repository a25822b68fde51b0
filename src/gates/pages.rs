//! Where administrators set gates and run tests.

mod chart;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use self::chart::Chart;
use super::figures;
use super::rules::{self, Step};
use super::store::{self, NewTest, Test};
use super::{TestId, actions};
use crate::accounts::viewer::Administrator;
use crate::boards;
use crate::boards::BoardId;
use crate::boards::rules::{Board, readable};
use crate::error::Error;
use crate::tokens::Token;
use crate::web::{Crumb, Day, Frame, Problems, Site, page_with, see_other};

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/admin/gates", web::get().to(overview))
        .route("/admin/gates/boards", web::post().to(require))
        .route("/admin/gates/tests", web::post().to(start))
        .route("/admin/gates/tests/{id}/raise", web::post().to(raise))
        .route("/admin/gates/tests/{id}/end", web::post().to(end));
}

/// How many tests of the past are named.
const TESTS_SHOWN: i64 = 20;

/// What an address asks for.
#[derive(Clone, Copy, Debug, Default, serde::Deserialize)]
struct Asked {
    test: Option<i64>,
}

/// The forms about a test, as they were sent: each sends some of the fields.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
struct TestForm {
    phone: Option<String>,
    document: Option<String>,
    percent: String,
    reason: String,
    end_reason: String,
}

impl TestForm {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass arguments by reference")]
    fn is_ticked(&self, step: &Step) -> bool {
        match step {
            Step::Phone => self.phone.is_some(),
            Step::Document => self.document.is_some(),
        }
    }
}

#[derive(Template)]
#[template(path = "gates/admin.html")]
struct GatesPage {
    frame: Frame,
    rows: Vec<BoardRow>,
    steps: [Step; 2],
    /// The test that runs.
    running: Option<TestRow>,
    /// The test whose figures are shown.
    shown: Option<TestRow>,
    chart: Chart,
    past: Vec<TestRow>,
    form: TestForm,
    problems: Problems,
}

/// A board with what it asks for.
struct BoardRow {
    id: BoardId,
    title: String,
    path: String,
    is_inside: bool,
    is_help: bool,
    asked: Vec<Step>,
}

impl BoardRow {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass arguments by reference")]
    fn asks(&self, step: &Step) -> bool {
        self.asked.contains(step)
    }
}

struct TestRow {
    id: TestId,
    asks: String,
    percent: i64,
    salt: String,
    reason: String,
    started: Day,
    ended: Option<Day>,
}

impl From<&Test> for TestRow {
    fn from(test: &Test) -> Self {
        Self {
            id: test.id,
            asks: rules::in_words(&test.steps),
            percent: test.percent,
            salt: test.salt.clone(),
            reason: test.reason.clone(),
            started: Day(test.started_at),
            ended: test.ended_at.map(Day),
        }
    }
}

/// What one trip to the database brings.
struct Loaded {
    boards: Vec<Board>,
    gates: Vec<(BoardId, Step)>,
    tests: Vec<Test>,
    /// The place of the shown test among these.
    shown: usize,
    figures: [figures::rules::Counts; 2],
}

async fn load(site: &Site, asked: Option<i64>) -> Result<Loaded, Error> {
    let loading = site.db.read(move |conn| {
        let (boards, gates) = (boards::store::all(conn)?, store::gates(conn)?);
        let tests = store::before(conn, TestId(i64::MAX), TESTS_SHOWN)?;
        let shown = tests.iter().position(|test| Some(test.id.0) == asked).unwrap_or(0);
        let figures = figures::store::of(conn, tests.get(shown).map_or(TestId(0), |test| test.id))?;
        Ok(Loaded { boards, gates, tests, shown, figures })
    });
    loading.await
}

async fn show(
    site: &Site,
    administrator: &Administrator,
    asked: Option<i64>,
    form: TestForm,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let Loaded { boards, gates, tests, shown, figures } = load(site, asked).await?;
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let rows = readable(&boards, &administrator.0.standing()).into_iter().map(|board| BoardRow {
        id: board.id,
        title: board.title.clone(),
        path: board.path(),
        is_inside: board.parent.is_some(),
        is_help: board.is_help,
        asked: gates.iter().filter(|(id, _)| *id == board.id).map(|(_, step)| *step).collect(),
    });
    let way = vec![Crumb::new("Admin", "/admin"), Crumb::new("Gates", "/admin/gates")];
    let page = GatesPage {
        frame: Frame::new(site, administrator.0.account(), "Gates").with_crumbs(way),
        rows: rows.collect(),
        steps: Step::ALL,
        running: tests.iter().find(|test| test.ended_at.is_none()).map(TestRow::from),
        shown: tests.get(shown).map(TestRow::from),
        chart: Chart::new(figures),
        past: if tests.len() > 1 { tests.iter().map(TestRow::from).collect() } else { Vec::new() },
        form,
        problems,
    };
    page_with(status, &page)
}

async fn overview(
    site: web::Data<Site>,
    administrator: Administrator,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    show(&site, &administrator, asked.test, TestForm::default(), Problems::none()).await
}

/// A form about gates, or the page again with what stands in the way.
async fn answer<T>(
    site: &Site,
    administrator: &Administrator,
    field: &'static str,
    form: TestForm,
    outcome: Result<T, Error>,
) -> Result<HttpResponse, Error> {
    let problems = match outcome {
        Ok(_) => return see_other("/admin/gates"),
        Err(Error::Refused(why)) => Problems::one(field, why),
        // The page the form stood on is no more what is: no field of it is wrong.
        Err(Error::Conflict(why)) => Problems::one("test", why),
        Err(other) => return Err(other),
    };
    show(site, administrator, None, form, problems).await
}

/// `12:phone`, as a box of the list of boards has it.
fn read_box(value: &str) -> Option<(BoardId, Step)> {
    let (board, step) = value.split_once(':')?;
    Some((BoardId(board.parse().ok()?), Step::parse(step)?))
}

async fn require(
    site: web::Data<Site>,
    administrator: Administrator,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let named = |name: &str| {
        form.iter()
            .filter(|(field, _)| field == name)
            .filter_map(|(_, value)| read_box(value))
            .collect::<Vec<_>>()
    };
    let changes = rules::changes(&named("shown"), &named("gate"));
    let (by, now) = (administrator.0.id, site.clock.now());
    let outcome = site.db.write(move |conn| actions::require(conn, &changes, by, now)).await;
    answer(&site, &administrator, "boards", TestForm::default(), outcome).await
}

async fn start(
    site: web::Data<Site>,
    administrator: Administrator,
    form: web::Form<TestForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let mut problems = Problems::none();
    let steps: Vec<Step> = Step::ALL.into_iter().filter(|step| form.is_ticked(step)).collect();
    if steps.is_empty() {
        problems.add("steps", "Choose at least one step.");
    }
    let percent = problems.check("percent", rules::share(&form.percent));
    let reason = problems.check("reason", rules::reason(&form.reason));
    let (Some(percent), Some(reason), true) = (percent, reason, problems.is_empty()) else {
        return show(&site, &administrator, None, form, problems).await;
    };
    let salt = Token::new()?.as_str().to_owned();
    let new = NewTest { steps, percent, salt, reason };
    let (by, now) = (administrator.0.id, site.clock.now());
    let outcome = site.db.write(move |conn| actions::start(conn, &new, by, now)).await;
    answer(&site, &administrator, "steps", form, outcome).await
}

async fn raise(
    site: web::Data<Site>,
    administrator: Administrator,
    id: web::Path<i64>,
    form: web::Form<TestForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let mut problems = Problems::none();
    let percent = problems.check("percent", rules::share(&form.percent));
    let reason = problems.check("reason", rules::reason(&form.reason));
    let (Some(percent), Some(reason)) = (percent, reason) else {
        return show(&site, &administrator, None, form, problems).await;
    };
    let (id, by, now) = (TestId(*id), administrator.0.id, site.clock.now());
    let outcome = site.db.write(move |conn| actions::raise(conn, id, percent, &reason, by, now)).await;
    answer(&site, &administrator, "percent", form, outcome).await
}

async fn end(
    site: web::Data<Site>,
    administrator: Administrator,
    id: web::Path<i64>,
    form: web::Form<TestForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let mut problems = Problems::none();
    let Some(reason) = problems.check("end_reason", rules::reason(&form.end_reason)) else {
        return show(&site, &administrator, None, form, problems).await;
    };
    let (id, by, now) = (TestId(*id), administrator.0.id, site.clock.now());
    let outcome = site.db.write(move |conn| actions::end(conn, id, &reason, by, now)).await;
    answer(&site, &administrator, "end_reason", form, outcome).await
}
