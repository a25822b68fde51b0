//! The community's rules: for everybody to read, for administrators to change.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::actions;
use super::rules::{self, BadRulebook};
use super::store::{self, CommunityRule, Rulebook};
use crate::accounts::viewer::{Administrator, Viewer};
use crate::error::Error;
use crate::web::{Crumb, Day, Frame, Problems, Site, page, page_with, see_other};

/// Empty places for new rules below those that are there.
const SPARE: usize = 2;

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/rules", web::get().to(current))
        .route("/rules/{version}", web::get().to(version))
        .route("/admin/rules", web::get().to(form))
        .route("/admin/rules", web::post().to(save));
}

#[derive(Template)]
#[template(path = "acts/rules.html")]
struct RulesPage {
    frame: Frame,
    shown: Rulebook,
    rules: Vec<CommunityRule>,
    history: Vec<Rulebook>,
    is_current: bool,
    may_change: bool,
}

impl RulesPage {
    fn since(&self) -> Day {
        Day(self.shown.published_at)
    }
}

impl Rulebook {
    fn day(&self) -> Day {
        Day(self.published_at)
    }
}

async fn current(site: web::Data<Site>, viewer: Viewer) -> Result<HttpResponse, Error> {
    show(&site, &viewer, None).await
}

async fn version(
    site: web::Data<Site>,
    viewer: Viewer,
    version: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    show(&site, &viewer, Some(*version)).await
}

async fn show(site: &Site, viewer: &Viewer, version: Option<i64>) -> Result<HttpResponse, Error> {
    let loading = site.db.read(move |conn| {
        let history = store::rulebooks(conn)?;
        let newest = history.first().map(|book| book.version);
        let shown = history.iter().find(|book| Some(book.version) == version.or(newest)).cloned();
        let shown = shown.ok_or(Error::NotFound)?;
        let rules = store::rules_of(conn, shown.version)?;
        Ok((newest == Some(shown.version), shown, rules, history))
    });
    let (is_current, shown, rules, history) = loading.await?;
    let mut way = vec![Crumb::new("Rules", "/rules")];
    if version.is_some() {
        way.push(Crumb::new(format!("Version {}", shown.version), ""));
    }
    let frame = Frame::new(site, viewer.account(), "The rules of this community")
        .described("What holds for everybody who writes here, and what changed when.")
        .with_crumbs(way)
        .canonical(site, "/rules")
        .at("/rules");
    let may_change = viewer.0.as_ref().is_some_and(|one| one.is(crate::members::rules::Role::Administrator));
    page(&RulesPage { frame, shown, rules, history, is_current, may_change })
}

/// A rule in the form.
struct Typed {
    place: usize,
    title: String,
    words: String,
}

#[derive(Template)]
#[template(path = "acts/admin.html")]
struct AdminPage {
    frame: Frame,
    version: i64,
    typed: Vec<Typed>,
    summary: String,
    problems: Problems,
}

fn again(
    site: &Site,
    administrator: &Administrator,
    status: StatusCode,
    version: i64,
    typed: Vec<(String, String)>,
    summary: String,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let way = vec![Crumb::new("Admin", "/admin"), Crumb::new("Rules", "/admin/rules")];
    let frame = Frame::new(site, administrator.0.account(), "Change the rules").with_crumbs(way);
    let typed =
        typed.into_iter().enumerate().map(|(at, (title, words))| Typed { place: at + 1, title, words });
    let page = AdminPage { frame, version, typed: typed.collect(), summary, problems };
    page_with(status, &page)
}

async fn form(site: web::Data<Site>, administrator: Administrator) -> Result<HttpResponse, Error> {
    let loading = site.db.read(|conn| {
        let version = store::version(conn)?;
        Ok((version, store::rules_of(conn, version)?))
    });
    let (version, rules) = loading.await?;
    let mut typed: Vec<_> = rules.into_iter().map(|rule| (rule.title, rule.words)).collect();
    typed.resize(typed.len() + SPARE, (String::new(), String::new()));
    again(&site, &administrator, StatusCode::OK, version, typed, String::new(), Problems::none())
}

async fn save(
    site: web::Data<Site>,
    administrator: Administrator,
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let fields = fields.into_inner();
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let all = |name: &'static str| fields.iter().filter(move |(known, _)| known == name);
    let (titles, words) = (all("title"), all("words"));
    let mut typed: Vec<_> =
        titles.zip(words).map(|((_, title), (_, words))| (title.clone(), words.clone())).collect();
    typed.truncate(rules::MOST_RULES + SPARE);
    let seen = field("version").and_then(|text| text.parse().ok()).unwrap_or(0);
    let summary = field("summary").unwrap_or_default();
    let mut problems = Problems::none();
    let read = problems.check("rules", rules::rulebook(&typed));
    let told = rules::reason(&summary).map_err(|_| BadRulebook::Summary);
    let told = problems.check("summary", told);
    if let (Some(read), Some(told)) = (read, told) {
        let (by, now) = (administrator.0.id, site.clock.now());
        let saving = site.db.write(move |conn| actions::publish_rules(conn, seen, &read, &told, by, now));
        match saving.await {
            Ok(_) => return see_other("/rules"),
            Err(Error::Conflict(why)) => problems.add("rules", why),
            Err(other) => return Err(other),
        }
    }
    again(&site, &administrator, StatusCode::UNPROCESSABLE_ENTITY, seen, typed, summary, problems)
}
