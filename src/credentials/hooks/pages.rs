//! A webhook's page: its secret, what was sent there and what became of it, and sending again.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpResponse, web};
use askama::Template;

use super::rules::Reach;
use super::store::{self, Delivery};
use super::{DeliveryId, HookId, actions, rules, sending};
use crate::accounts::viewer::Administrator;
use crate::credentials::api::pages::{Form, answer};
use crate::error::Error;
use crate::web::{Crumb, Frame, Problems, Site, When, page, see_other};

/// How long a name may take to be looked up when it is typed.
const LOOK_UP: Duration = Duration::from_secs(5);
/// How many messages a page shows.
const A_PAGE: i64 = 25;

/// The addresses of this part of the room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/admin/api/webhooks", web::post().to(make))
        .route("/admin/api/webhooks/{id}", web::get().to(show))
        .route("/admin/api/webhooks/{id}/end", web::post().to(end))
        .route("/admin/api/webhooks/{id}/test", web::post().to(test))
        .route("/admin/api/webhooks/{id}/deliveries/{delivery}/again", web::post().to(again));
}

#[derive(Template)]
#[template(path = "credentials/hook.html")]
struct HookPage {
    frame: Frame,
    path: String,
    address: String,
    secret: String,
    ended: Option<When>,
    rows: Vec<Row>,
    older: Option<String>,
    good: Option<&'static str>,
}

struct Row {
    id: i64,
    name: String,
    kind: String,
    body: String,
    made: When,
    tries: i64,
    due: Option<When>,
    sent: Option<When>,
    failure: Option<String>,
}

fn row(delivery: Delivery) -> Row {
    let said: serde_json::Value = serde_json::from_str(&delivery.body).unwrap_or_default();
    Row {
        id: delivery.id.0,
        name: delivery.name,
        kind: said.get("type").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned(),
        body: format!("{said:#}"),
        made: When(delivery.made_at),
        tries: delivery.tries,
        due: delivery.due_at.map(When),
        sent: delivery.sent_at.map(When),
        failure: delivery.failure,
    }
}

#[derive(Default, serde::Deserialize)]
struct Asked {
    #[serde(default)]
    done: String,
    before: Option<i64>,
}

async fn show(
    site: web::Data<Site>,
    administrator: Administrator,
    id: web::Path<i64>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let (id, before, keys) = (HookId(*id), asked.before, Arc::clone(&site.keys));
    let loading = site.db.read(move |conn| {
        let hook = store::find(conn, id)?.ok_or(Error::NotFound)?;
        let found = store::deliveries(conn, id, before, A_PAGE + 1)?;
        Ok((actions::secret(&keys, &hook)?, hook, found))
    });
    let (secret, hook, found) = loading.await?;
    let mut rows: Vec<Row> = found.into_iter().map(row).collect();
    let path = format!("/admin/api/webhooks/{}", id.0);
    let mut older = None;
    if rows.len() > usize::try_from(A_PAGE).unwrap_or_default() {
        rows.pop();
        older = rows.last().map(|last| format!("{path}?before={}", last.id));
    }
    let good = match asked.done.as_str() {
        "made" => Some("The webhook is ready. Type its secret in on the other side."),
        "queued" => Some("The message is on its way. Look again in a moment."),
        _ => None,
    };
    let frame = Frame::new(&site, administrator.0.account(), "Webhook")
        .with_crumbs(vec![
            Crumb::new("Admin", "/admin"),
            Crumb::new("API and webhooks", "/admin/api"),
            Crumb::new("Webhook", &path),
        ])
        .at(&path);
    let (address, ended) = (hook.address, hook.ended_at.map(When));
    let mut shown = page(&HookPage { frame, path, address, secret, ended, rows, older, good })?;
    shown.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(shown)
}

/// An address to which messages may go, and whose name leads nowhere else at this moment.
async fn checked(typed: &str, reach: Reach) -> Result<String, &'static str> {
    let address = rules::address(typed, reach)?;
    let asked = address.clone();
    let looking = tokio::task::spawn_blocking(move || sending::leads_out(&asked, reach));
    // A name that takes too long to look up is looked at again whenever something is sent.
    let leads_out = tokio::time::timeout(LOOK_UP, looking).await.is_ok_and(|found| found.unwrap_or(false));
    if leads_out { Err(rules::INSIDE) } else { Ok(address) }
}

async fn make(
    site: web::Data<Site>,
    administrator: Administrator,
    form: web::Form<Form>,
) -> Result<HttpResponse, Error> {
    let reach = Reach::of(site.settings.webhooks_private);
    let refused = match checked(&form.address, reach).await {
        Ok(address) => {
            let (by, keys, now) = (administrator.0.id, Arc::clone(&site.keys), site.clock.now());
            match site.db.write(move |conn| actions::make(conn, &keys, by, &address, now)).await {
                Ok(id) => return see_other(&format!("/admin/api/webhooks/{}?done=made", id.0)),
                Err(Error::Refused(why)) => why,
                Err(error) => return Err(error),
            }
        }
        Err(why) => why.to_owned(),
    };
    let (status, problems) = (StatusCode::UNPROCESSABLE_ENTITY, Problems::one("address", refused));
    answer(&site, &administrator, status, None, form.into_inner(), problems, None).await
}

async fn end(
    site: web::Data<Site>,
    administrator: Administrator,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (by, id, now) = (administrator.0.id, HookId(*id), site.clock.now());
    site.db.write(move |conn| actions::end(conn, by, id, now)).await?;
    see_other("/admin/api?done=unhooked")
}

async fn test(
    site: web::Data<Site>,
    _administrator: Administrator,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (id, now) = (HookId(*id), site.clock.now());
    site.db.write(move |conn| actions::send_test(conn, id, now)).await?;
    see_other(&format!("/admin/api/webhooks/{}?done=queued", id.0))
}

async fn again(
    site: web::Data<Site>,
    _administrator: Administrator,
    ids: web::Path<(i64, i64)>,
) -> Result<HttpResponse, Error> {
    let ((hook, delivery), now) = ((HookId(ids.0), DeliveryId(ids.1)), site.clock.now());
    site.db.write(move |conn| actions::send_again(conn, hook, delivery, now)).await?;
    see_other(&format!("/admin/api/webhooks/{}?done=queued", hook.0))
}
