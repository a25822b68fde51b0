//! What managers do with a rollout: each a form of its page.

use std::sync::Arc;

use actix_web::{HttpResponse, web};

use super::board::respond;
use super::form::thread_of;
use super::{Path, id_of, managed};
use crate::accounts::viewer::Manager;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;
use crate::policies::rules::{number, text};
use crate::rollouts::RolloutId;
use crate::rollouts::actions;
use crate::rollouts::rules::NOTE;
use crate::sealing::Keys;
use crate::web::{Site, see_other};

/// A form of the board: the version that was seen, and the words that go with it.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    version: i64,
    reason: String,
    percent: String,
    thread: String,
    agrees: String,
}

/// What an act gets: who, the rollout at the version that was seen, and the words.
struct Doing {
    by: MemberId,
    seen: (RolloutId, i64),
    words: String,
    keys: Arc<Keys>,
    now: Time,
}

/// Does something, and shows the page with what was done; or the page as it is with why not, and what was typed.
async fn act(
    site: &Site,
    manager: &Manager,
    (path, sent): (&Path, &Sent),
    needs_words: bool,
    work: impl FnOnce(&mut Conn, &Doing) -> Result<&'static str, Error> + Send + 'static,
) -> Result<HttpResponse, Error> {
    let id = id_of(path);
    let words = match text(&sent.reason, &NOTE) {
        Ok(words) => words,
        Err(why) if needs_words => return refuse(site, manager, id, (why.to_string(), &sent.reason)).await,
        Err(_) => String::new(),
    };
    let doing = Doing {
        by: manager.0.id,
        seen: (id, sent.version),
        words,
        keys: Arc::clone(&site.keys),
        now: site.clock.now(),
    };
    match site.db.write(move |conn| work(conn, &doing)).await {
        Ok(told) => see_other(&format!("{}?told={told}", managed(id))),
        Err(Error::Refused(why)) => refuse(site, manager, id, (why, &sent.reason)).await,
        Err(Error::Conflict(why)) => refuse(site, manager, id, (why.to_string(), &sent.reason)).await,
        Err(other) => Err(other),
    }
}

async fn refuse(
    site: &Site,
    manager: &Manager,
    id: RolloutId,
    (why, typed): (String, &str),
) -> Result<HttpResponse, Error> {
    let is_draft =
        site.db.read(move |conn| Ok(actions::find(conn, id)?.phase == crate::rollouts::rules::Phase::Draft));
    if is_draft.await? {
        return super::draft::refuse_approval(site, manager, id, why).await;
    }
    respond(site, manager, id, None, Some(why), typed.to_owned()).await
}

pub(super) async fn approve(
    site: web::Data<Site>,
    manager: Manager,
    path: Path,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    let work = |conn: &mut Conn, it: &Doing| {
        actions::approve(conn, &it.keys, it.by, (it.seen, &it.words), it.now).map(|()| "approved")
    };
    act(&site, &manager, (&path, &sent), true, work).await
}

pub(super) async fn open(
    site: web::Data<Site>,
    manager: Manager,
    path: Path,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    let work = |conn: &mut Conn, it: &Doing| {
        actions::open(conn, &it.keys, it.by, it.seen, it.now).map(|()| "opened")
    };
    act(&site, &manager, (&path, &sent), false, work).await
}

pub(super) async fn pause(
    site: web::Data<Site>,
    manager: Manager,
    path: Path,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    let work = |conn: &mut Conn, it: &Doing| {
        actions::pause(conn, &it.keys, it.by, (it.seen, &it.words), it.now).map(|()| "paused")
    };
    act(&site, &manager, (&path, &sent), true, work).await
}

pub(super) async fn close(
    site: web::Data<Site>,
    manager: Manager,
    path: Path,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    let work = |conn: &mut Conn, it: &Doing| {
        actions::close(conn, &it.keys, it.by, (it.seen, &it.words), it.now).map(|()| "closed")
    };
    act(&site, &manager, (&path, &sent), true, work).await
}

pub(super) async fn cancel(
    site: web::Data<Site>,
    manager: Manager,
    path: Path,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    let work = |conn: &mut Conn, it: &Doing| {
        actions::cancel(conn, &it.keys, it.by, (it.seen, &it.words), it.now).map(|()| "cancelled")
    };
    act(&site, &manager, (&path, &sent), true, work).await
}

pub(super) async fn ask(
    site: web::Data<Site>,
    manager: Manager,
    path: Path,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    let work = |conn: &mut Conn, it: &Doing| {
        actions::ask_to_show(conn, it.by, (it.seen, &it.words), it.now).map(|()| "asked")
    };
    act(&site, &manager, (&path, &sent), true, work).await
}

pub(super) async fn agree(
    site: web::Data<Site>,
    manager: Manager,
    path: Path,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    let agrees = match &*sent.agrees {
        "yes" => true,
        "no" => false,
        _ => return refuse(&site, &manager, id_of(&path), ("Say whether you agree.".to_owned(), "")).await,
    };
    let work = move |conn: &mut Conn, it: &Doing| {
        actions::agree_to_show(conn, it.by, (it.seen, agrees), it.now)?;
        Ok(if agrees { "shown" } else { "refused" })
    };
    act(&site, &manager, (&path, &sent), false, work).await
}

pub(super) async fn raise(
    site: web::Data<Site>,
    manager: Manager,
    path: Path,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    let percent = match number(&sent.percent, &(1..=100)) {
        Ok(percent) => u8::try_from(percent).unwrap_or(100),
        Err(why) => return refuse(&site, &manager, id_of(&path), (why.to_string(), "")).await,
    };
    let typed = sent.thread.trim();
    let thread = thread_of(typed);
    if thread.is_none() && !typed.is_empty() {
        let why = "Paste the address of the announcement, or leave it empty.".to_owned();
        return refuse(&site, &manager, id_of(&path), (why, "")).await;
    }
    let work = move |conn: &mut Conn, it: &Doing| {
        actions::raise(conn, &it.keys, it.by, (it.seen, percent, thread), it.now).map(|_| "raised")
    };
    act(&site, &manager, (&path, &sent), false, work).await
}
