//! New answers, as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;
use tokio::time::Instant;

use super::{Full, Watcher, Watching};
use crate::accounts::viewer::Viewer;
use crate::error::Error;
use crate::threads::{ThreadId, actions};
use crate::web::{Site, address};

/// How often a line is sent that means nothing, so that whatever stands between keeps the connection.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// How long one connection lasts. The browser asks again by itself, and what it may read is looked at anew.
const AT_MOST: Duration = Duration::from_mins(10);
/// Tells proxies not to gather what is sent.
const UNGATHERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Tells a page that shows a thread of new answers, as long as it is open.
pub(in crate::threads) async fn live(
    site: web::Data<Site>,
    watching: web::Data<Watching>,
    viewer: Viewer,
    at: web::Path<(i64, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let (thread, standing) = (ThreadId(at.0), viewer.standing());
    let finding = site.db.read(move |conn| actions::find_open(conn, thread, &standing));
    let (found, _) = finding.await?;
    let from = address::of(&request, site.settings.proxies);
    let watcher =
        watching.into_inner().watch(thread, found.last_number, &from).map_err(|full| match full {
            Full::Address => Error::TooMany { seconds: 60 },
            Full::All => Error::Busy,
        })?;
    let ends = Instant::now() + AT_MOST;
    let lines = stream::unfold(watcher, move |watcher| next(watcher, ends));
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .insert_header((UNGATHERED, HeaderValue::from_static("no")))
        .streaming(lines))
}

/// The next lines, and who goes on watching.
async fn next(mut watcher: Watcher, ends: Instant) -> Option<(Result<web::Bytes, Infallible>, Watcher)> {
    if Instant::now() >= ends {
        return None;
    }
    let lines = match tokio::time::timeout(HEARTBEAT, watcher.next()).await {
        Ok(Some(last)) => web::Bytes::from(format!("event: replies\ndata: {{\"last\": {last}}}\n\n")),
        Ok(None) => return None,
        Err(_) => web::Bytes::from_static(b": still here\n\n"),
    };
    Some((Ok(lines), watcher))
}
