//! A member's notifications.

use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::accounts::viewer::Member;
use crate::boards::rules::{Board, Standing, find_readable};
use crate::clock::{Time, rfc3339};
use crate::error::Error;
use crate::notifications::rules::{
    BADGES_SHOWN, Kind, ROLLOUT_OPENED, VERIFICATION, badge_ends, call_begins, does, invited,
};
use crate::notifications::store::{self, After, Listed, Place, Which};
use crate::notifications::{NotificationId, actions};
use crate::web::{Crumb, Frame, Site, When, page, see_other};
use crate::{boards, paths};

/// Notifications on a page.
const A_PAGE: usize = 30;

#[derive(Template)]
#[template(path = "notifications/list.html")]
struct ListPage {
    frame: Frame,
    rows: Vec<Row>,
    unread: i64,
    /// The newest that the page shows: what comes meanwhile stays unread.
    newest: i64,
    next: Option<String>,
}

struct Row {
    id: i64,
    path: String,
    icon: &'static str,
    is_unread: bool,
    actor: String,
    others: i64,
    does: String,
    title: String,
    at: When,
    kind: &'static str,
    /// Whether what it tells of is closed to the member now.
    is_closed: bool,
    /// Whether the post it tells of was removed.
    is_removed: bool,
}

impl Row {
    fn new(listed: &Listed, boards: &[Board], standing: &Standing) -> Self {
        let place = listed.place.as_ref();
        let is_decided = listed.kind == Kind::Decision;
        let shown = place.filter(|place| may_read(place, boards, standing));
        let is_closed = place.is_some() && shown.is_none() && !is_decided;
        let post = shown.and_then(|place| place.post);
        let does = if is_closed {
            "Something that is not open to you any more".to_owned()
        } else {
            let act = listed.act.map(|act| act.kind);
            does(listed.kind, post.map(|(_, number, _)| number), act, &listed.detail)
        };
        let title = shown.filter(|_| wants_title(&does)).map(|place| place.title.clone()).unwrap_or_default();
        let does = if title.is_empty() { does.trim_end_matches(" in").to_owned() } else { does };
        Self {
            id: listed.id.0,
            path: paths::notification(listed.id.0),
            icon: listed.kind.icon(),
            is_unread: !listed.is_read,
            actor: listed.actor.clone().filter(|_| !is_decided && !is_closed).unwrap_or_default(),
            others: listed.gathered - 1,
            title,
            does,
            at: When(listed.happened_at),
            kind: listed.kind.title(),
            is_closed,
            is_removed: !is_decided && post.is_some_and(|(_, _, is_removed)| is_removed),
        }
    }
}

/// Whether a sentence goes on with a thread's title.
fn wants_title(does: &str) -> bool {
    [" in", " of", "started", "announced", "your thread"].iter().any(|end| does.ends_with(end))
}

fn may_read(place: &Place, boards: &[Board], standing: &Standing) -> bool {
    find_readable(boards, place.board, standing).is_some() && place.audience.includes(standing)
}

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    after: String,
}

impl Asked {
    /// `2026-11-18T12:00:00Z.17`: the moment and the number of the last one shown.
    fn after(&self) -> Option<After> {
        let (moment, id) = self.after.rsplit_once('.')?;
        let happened_at = Time::parse_from_str(moment, "%Y-%m-%dT%H:%M:%S%.fZ").ok()?;
        Some(After { happened_at, id: id.parse().ok()? })
    }
}

pub(super) async fn list(
    site: web::Data<Site>,
    member: Member,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let (id, after) = (member.id, asked.after());
    let limit = i64::try_from(A_PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let loading = site.db.read(move |conn| {
        Ok((store::list(conn, id, &Which::Newest(after), limit)?, boards::store::all(conn)?))
    });
    let (mut listed, boards) = loading.await?;
    let has_more = listed.len() > A_PAGE;
    listed.truncate(A_PAGE);
    let next = listed.last().filter(|_| has_more).map(|last| {
        let after = format!("{}.{}", rfc3339(last.happened_at), last.id.0);
        let asked =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("after", &after).finish();
        format!("/notifications?{asked}")
    });
    let standing = member.standing();
    let frame = Frame::new(&site, member.account(), "Notifications")
        .with_crumbs(vec![Crumb::new("Notifications", "/notifications")])
        .at("/notifications");
    page(&ListPage {
        frame,
        newest: listed.iter().map(|one| one.id.0).max().unwrap_or(0),
        rows: listed.iter().map(|one| Row::new(one, &boards, &standing)).collect(),
        unread: member.state.unread_notifications,
        next,
    })
}

/// Leads on to what a notification tells of, and marks it as read. A browser that only looks ahead marks nothing.
pub(super) async fn open(
    site: web::Data<Site>,
    member: Member,
    id: web::Path<i64>,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let (id, owner, now) = (NotificationId(*id), member.id, site.clock.now());
    let found = site.db.read(move |conn| Ok(store::list(conn, owner, &Which::These(&[id]), 1)?.pop()));
    let listed = found.await?.ok_or(Error::NotFound)?;
    let looks_ahead = request.headers().get("sec-purpose").is_some_and(|why: &HeaderValue| {
        why.to_str().is_ok_and(|why| why.contains("prefetch") || why.contains("prerender"))
    });
    if !listed.is_read && !looks_ahead {
        site.db.write(move |conn| actions::mark_read(conn, owner, id, now)).await?;
    }
    see_other(&target(&listed))
}

/// What a notification tells of.
fn target(listed: &Listed) -> String {
    match (listed.kind, &listed.act, &listed.place) {
        (Kind::Decision, Some(act), _) => paths::notice(act.id),
        (Kind::Rank, ..) => "/ranks".to_owned(),
        (Kind::Decision, None, None)
            if listed.detail == VERIFICATION || badge_ends(&listed.detail).is_some() =>
        {
            "/verification".to_owned()
        }
        (Kind::Decision, None, None)
            if invited(&listed.detail).is_some() || listed.detail == ROLLOUT_OPENED =>
        {
            paths::INVITATION.to_owned()
        }
        (Kind::Decision, None, None) if listed.detail == BADGES_SHOWN => paths::VERIFICATION.to_owned(),
        (Kind::Decision, None, None) if call_begins(&listed.detail).is_some() => {
            "/verification/call".to_owned()
        }
        (Kind::Announcement | Kind::Thread, _, Some(place)) => paths::thread(place.thread.0, &place.slug),
        (_, _, Some(Place { post: Some((post, ..)), .. })) => paths::post(post.0),
        (_, _, Some(place)) => paths::thread(place.thread.0, &place.slug),
        _ => "/notifications".to_owned(),
    }
}

pub(super) async fn read(
    site: web::Data<Site>,
    member: Member,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (id, owner, now) = (NotificationId(*id), member.id, site.clock.now());
    let writing = site.db.write(move |conn| {
        store::list(conn, owner, &Which::These(&[id]), 1)?.pop().ok_or(Error::NotFound)?;
        actions::mark_read(conn, owner, id, now)
    });
    writing.await?;
    see_other("/notifications")
}

#[derive(serde::Deserialize)]
pub(super) struct ReadForm {
    #[serde(default)]
    up_to: Option<i64>,
}

pub(super) async fn read_all(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<ReadForm>,
) -> Result<HttpResponse, Error> {
    let (owner, now, up_to) = (member.id, site.clock.now(), form.up_to.unwrap_or(i64::MAX));
    site.db.write(move |conn| actions::mark_all_read(conn, owner, up_to, now)).await?;
    see_other("/notifications")
}
