//! The figures of a rollout to take along, as tables.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, web};

use super::board::funnel as steps;
use super::{Path, id_of};
use crate::accounts::viewer::Manager;
use crate::clock::rfc3339;
use crate::error::Error;
use crate::rollouts::actions;
use crate::rollouts::store;
use crate::web::Site;

/// Waves in the table at most: one a day for more than a quarter of a century.
const WAVES: i64 = 10_000;

fn sheet(name: &str, rows: Vec<Vec<String>>) -> Result<HttpResponse, Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer
            .write_record(row)
            .map_err(|cause| Error::internal(format!("a table cannot be written: {cause}")))?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|cause| Error::internal(format!("a table cannot be written: {cause}")))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(bytes))
}

pub(super) async fn waves(site: web::Data<Site>, _: Manager, path: Path) -> Result<HttpResponse, Error> {
    let id = id_of(&path);
    let loading = site.db.read(move |conn| {
        actions::find(conn, id)?;
        Ok(store::waves(conn, id, WAVES)?)
    });
    let head = [
        "wave",
        "opened_at",
        "invited",
        "capacity",
        "outstanding_before",
        "shift_minutes",
        "backlog",
        "call_seconds",
        "fill_percent",
        "accept_percent",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(loading.await?.into_iter().rev().map(|wave| {
        let figures = [
            wave.size,
            wave.capacity,
            wave.outstanding,
            wave.shift_minutes,
            wave.backlog,
            wave.call_seconds,
            wave.fill_percent,
            wave.accept_percent,
        ];
        let mut row = vec![wave.number.to_string(), rfc3339(wave.opened_at)];
        row.extend(figures.map(|figure| figure.to_string()));
        row
    }));
    sheet(&format!("rollout-{}-waves", id.0), rows)
}

pub(super) async fn funnel(site: web::Data<Site>, _: Manager, path: Path) -> Result<HttpResponse, Error> {
    let id = id_of(&path);
    let loading = site.db.read(move |conn| {
        actions::find(conn, id)?;
        Ok(store::tally(conn, id)?)
    });
    let mut rows = vec![vec!["state".to_owned(), "members".to_owned()]];
    let tally = loading.await?;
    rows.extend(steps(&tally).into_iter().map(|(title, count)| vec![title.to_owned(), count.to_string()]));
    sheet(&format!("rollout-{}-funnel", id.0), rows)
}
