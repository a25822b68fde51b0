//! The form in which administrators change what ranks need: first who would change, then changing it.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::accounts::viewer::Administrator;
use crate::error::Error;
use crate::members::ranks::actions::{self, Change, Effect};
use crate::members::ranks::rules::{self, BadRules, Measure, Needs, RankRules};
use crate::members::ranks::store::{self, Rulebook};
use crate::members::rules::Rank;
use crate::paths;
use crate::web::{Crumb, Day, Frame, Problems, Site, page_with, see_other};

/// Names that a preview shows.
const NAMES: usize = 50;

/// The ranks that have a rule to change, and the fields of each, in the order of [`Measure::ALL`].
const FIELDS: [(Rank, [&str; 5]); 3] = [
    (Rank::ActiveMember, ["active-posts", "active-days", "active-likes", "active-answers", "active-clean"]),
    (Rank::AceContributor, ["ace-posts", "ace-days", "ace-likes", "ace-answers", "ace-clean"]),
    (Rank::CommunityGuru, ["guru-posts", "guru-days", "guru-likes", "guru-answers", "guru-clean"]),
];

#[derive(Template)]
#[template(path = "members/rank_rules.html")]
struct RulesPage {
    frame: Frame,
    good: bool,
    version: i64,
    since: Day,
    groups: Vec<Group>,
    preview: Option<Preview>,
    problems: Problems,
}

/// A rank with its fields.
struct Group {
    rank: Rank,
    fields: Vec<Field>,
}

struct Field {
    name: &'static str,
    title: &'static str,
    value: String,
}

/// What the rules in the form would do.
struct Preview {
    total: usize,
    moves: Vec<(&'static str, &'static str, usize)>,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    path: String,
    from: Rank,
    to: Rank,
}

impl From<Effect> for Preview {
    fn from(effect: Effect) -> Self {
        let row = |change: &Change| Row {
            name: change.name.clone(),
            path: paths::member(&change.handle),
            from: change.from,
            to: change.to,
        };
        Self {
            total: effect.moves.iter().map(|one| one.2).sum(),
            moves: effect.moves.iter().map(|one| (one.0.title(), one.1.title(), one.2)).collect(),
            rows: effect.first.iter().map(row).collect(),
        }
    }
}

/// The form as it was sent: its fields by name.
type Sent = HashMap<String, String>;

#[derive(serde::Deserialize)]
pub(super) struct Saved {
    #[serde(default)]
    saved: String,
}

/// What a page shows beside the form.
#[derive(Default)]
struct Beside {
    good: bool,
    preview: Option<Preview>,
    problems: Problems,
}

fn show(
    site: &Site,
    administrator: &Administrator,
    status: StatusCode,
    book: &Rulebook,
    sent: Option<&Sent>,
    beside: Beside,
) -> Result<HttpResponse, Error> {
    let value = |name: &str, rank: Rank, measure: Measure| match sent {
        Some(sent) => sent.get(name).cloned().unwrap_or_default(),
        None => book.rules.needs(rank).of(measure).to_string(),
    };
    let groups = FIELDS.map(|(rank, names)| {
        let fields = names.into_iter().zip(Measure::ALL);
        let field = |(name, measure): (&'static str, Measure)| Field {
            name,
            title: measure.title(),
            value: value(name, rank, measure),
        };
        Group { rank, fields: fields.map(field).collect() }
    });
    // Whoever sends the form again sends the version they began from.
    let version = sent.and_then(|sent| sent.get("version")?.parse().ok()).unwrap_or(book.version);
    let way = vec![Crumb::new("Admin", "/admin"), Crumb::new("Ranks", "/admin/ranks")];
    let page = RulesPage {
        frame: Frame::new(site, administrator.0.account(), "What ranks need").with_crumbs(way),
        good: beside.good,
        version,
        since: Day(book.published_at),
        groups: groups.into(),
        preview: beside.preview,
        problems: beside.problems,
    };
    page_with(status, &page)
}

pub(super) async fn form(
    site: web::Data<Site>,
    administrator: Administrator,
    saved: web::Query<Saved>,
) -> Result<HttpResponse, Error> {
    let book = site.db.read(|conn| Ok(store::rulebook(conn)?)).await?;
    let beside = Beside { good: saved.saved == "rules", ..Beside::default() };
    show(&site, &administrator, StatusCode::OK, &book, None, beside)
}

pub(super) async fn send(
    site: web::Data<Site>,
    administrator: Administrator,
    form: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    let (sent, now) = (form.into_inner(), site.clock.now());
    let rules = match read(&sent) {
        Ok(rules) => rules,
        Err(problems) => {
            let book = site.db.read(|conn| Ok(store::rulebook(conn)?)).await?;
            let beside = Beside { problems, ..Beside::default() };
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return show(&site, &administrator, status, &book, Some(&sent), beside);
        }
    };
    if sent.contains_key("apply") {
        return apply(&site, &administrator, &sent, rules).await;
    }
    let looking =
        site.db.read(move |conn| Ok((store::rulebook(conn)?, actions::effect(conn, &rules, NAMES, now)?)));
    let (book, effect) = looking.await?;
    let beside = Beside { preview: Some(effect.into()), ..Beside::default() };
    show(&site, &administrator, StatusCode::OK, &book, Some(&sent), beside)
}

async fn apply(
    site: &Site,
    administrator: &Administrator,
    sent: &Sent,
    rules: RankRules,
) -> Result<HttpResponse, Error> {
    let from = sent.get("version").and_then(|text| text.parse().ok()).unwrap_or_default();
    let (by, now) = (administrator.0.id, site.clock.now());
    match site.db.write(move |conn| actions::publish(conn, &rules, from, by, now)).await {
        Ok(_) => {
            // Should this break off, the job that runs every hour does the rest.
            actions::settle_everybody(&site.db, now).await?;
            see_other("/admin/ranks?saved=rules")
        }
        Err(Error::Refused(why)) => {
            let book = site.db.read(|conn| Ok(store::rulebook(conn)?)).await?;
            let beside = Beside { problems: Problems::one("rules", why), ..Beside::default() };
            show(site, administrator, StatusCode::UNPROCESSABLE_ENTITY, &book, Some(sent), beside)
        }
        Err(other) => Err(other),
    }
}

/// Reads the rules of a form, or says what is wrong, beside each field.
fn read(sent: &Sent) -> Result<RankRules, Problems> {
    let mut problems = Problems::none();
    let mut all = [Needs::default(); 4];
    for ((_, names), needs) in FIELDS.iter().zip(all.iter_mut().skip(1)) {
        for (name, measure) in names.iter().zip(Measure::ALL) {
            let text = sent.get(*name).map_or("", String::as_str);
            if let Some(number) = problems.check(name, rules::number(text)) {
                *needs = needs.with(measure, number);
            }
        }
    }
    if problems.is_empty() {
        for problem in rules::shrinking(&all) {
            problems.add(field_of(problem), problem.to_string());
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    RankRules::new(all).map_err(|why| Problems::one("rules", why.to_string()))
}

/// The field that a problem is about.
fn field_of(problem: BadRules) -> &'static str {
    let BadRules::Shrinks { rank, measure, .. } = problem else { return "rules" };
    let names = FIELDS.iter().find(|(other, _)| *other == rank);
    let field = names.and_then(|(_, names)| {
        names.iter().zip(Measure::ALL).find(|(_, other)| *other == measure).map(|(name, _)| *name)
    });
    field.unwrap_or("rules")
}
