//! `/admin/texts`: budgets, stops and the last day's figures, by dialling prefix.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{actions, rules};
use crate::accounts::viewer::Administrator;
use crate::error::Error;
use crate::outside::texts::store::{DayOf, Prefix, prefixes};
use crate::verification::phone::rules::DAY;
use crate::web::{Crumb, Frame, Problems, Site, When, page_with, see_other};

/// The addresses of prefixes.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/admin/texts", web::get().to(show))
        .route("/admin/texts/budget", web::post().to(budget))
        .route("/admin/texts/allow", web::post().to(allow))
        .route("/admin/texts/stop", web::post().to(stop));
}

#[derive(Template)]
#[template(path = "verification/texts.html")]
struct TextsPage {
    frame: Frame,
    sends: bool,
    asked: i64,
    delivered: i64,
    converted: i64,
    stopped: Vec<Stopped>,
    rows: Vec<Row>,
    good: Option<&'static str>,
    problems: Problems,
}

struct Stopped {
    prefix: String,
    since: When,
    reason: String,
}

struct Row {
    number: usize,
    prefix: String,
    budget: i64,
    asked: i64,
    delivered: i64,
    failed: i64,
    converted: i64,
    share: Option<i64>,
    is_stopped: bool,
}

#[derive(Default, serde::Deserialize)]
struct Asked {
    #[serde(default)]
    saved: String,
}

#[derive(serde::Deserialize)]
struct PrefixForm {
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    budget: String,
}

fn row((number, prefix): (usize, Prefix), day: &HashMap<String, DayOf>) -> Row {
    let day = day.get(&prefix.prefix);
    let of = |count: fn(&DayOf) -> i64| day.map_or(0, count);
    let (asked, converted) = (of(|day| day.asked), of(|day| day.converted));
    Row {
        number,
        budget: prefix.daily_budget.unwrap_or(rules::BUDGET),
        asked,
        delivered: of(|day| day.delivered),
        failed: of(|day| day.failed),
        converted,
        share: (asked > 0).then(|| converted * 100 / asked),
        is_stopped: prefix.stopped_at.is_some(),
        prefix: prefix.prefix,
    }
}

async fn answer(
    site: &Site,
    administrator: &Administrator,
    good: Option<&'static str>,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let since = site.clock.now() - DAY;
    let loading = site.db.read(move |conn| Ok((prefixes(conn)?, actions::day(conn, since)?)));
    let (known, day) = loading.await?;
    let sum = |count: fn(&DayOf) -> i64| day.values().map(count).sum();
    let (asked, delivered) = (sum(|day| day.asked), sum(|day| day.delivered));
    let converted = sum(|day| day.converted);
    let stopped = known.iter().filter_map(|prefix| {
        Some(Stopped {
            prefix: prefix.prefix.clone(),
            since: When(prefix.stopped_at?),
            reason: prefix.reason.clone().unwrap_or_default(),
        })
    });
    let stopped = stopped.collect();
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let frame = Frame::new(site, administrator.0.account(), "Texts and calls")
        .with_crumbs(vec![Crumb::new("Admin", "/admin"), Crumb::new("Texts and calls", "/admin/texts")]);
    let page = TextsPage {
        frame,
        sends: site.demo || site.settings.texts.is_some(),
        asked,
        delivered,
        converted,
        stopped,
        rows: known.into_iter().enumerate().map(|prefix| row(prefix, &day)).collect(),
        good,
        problems,
    };
    page_with(status, &page)
}

async fn show(
    site: web::Data<Site>,
    administrator: Administrator,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let good = match asked.saved.as_str() {
        "budget" => Some("The budget is set."),
        "allow" => Some("Texts go there again."),
        "stop" => Some("Nothing is sent there any more."),
        _ => None,
    };
    answer(&site, &administrator, good, Problems::none()).await
}

async fn budget(
    site: web::Data<Site>,
    administrator: Administrator,
    form: web::Form<PrefixForm>,
) -> Result<HttpResponse, Error> {
    let PrefixForm { prefix, budget } = form.into_inner();
    let budget = match rules::budget(&budget) {
        Ok(budget) => budget,
        Err(why) => {
            let why = format!("{prefix}: {why}");
            return answer(&site, &administrator, None, Problems::one("budget", why)).await;
        }
    };
    let (by, now) = (administrator.0.id, site.clock.now());
    site.db.write(move |conn| actions::set_budget(conn, &prefix, budget, by, now)).await?;
    see_other("/admin/texts?saved=budget")
}

async fn allow(
    site: web::Data<Site>,
    administrator: Administrator,
    form: web::Form<PrefixForm>,
) -> Result<HttpResponse, Error> {
    let (prefix, by, now) = (form.into_inner().prefix, administrator.0.id, site.clock.now());
    site.db.write(move |conn| actions::allow(conn, &prefix, by, now)).await?;
    see_other("/admin/texts?saved=allow")
}

async fn stop(
    site: web::Data<Site>,
    administrator: Administrator,
    form: web::Form<PrefixForm>,
) -> Result<HttpResponse, Error> {
    let (prefix, by, now) = (form.into_inner().prefix, administrator.0.id, site.clock.now());
    let reason = "An administrator stopped it.";
    let stopping = site.db.write(move |conn| actions::stop(conn, &prefix, reason, Some(by), now));
    if !stopping.await? {
        return Err(Error::NotFound);
    }
    see_other("/admin/texts?saved=stop")
}
