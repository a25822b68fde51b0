//! A post's history: every version that others could read, and what changed from one to the next.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{Changes, grounds, rules_in_force, way_of};
use crate::accounts::viewer::{Member, Moderator, Viewer};
use crate::acts::rules::Actor;
use crate::acts::store::CommunityRule;
use crate::boards::rules::Standing;
use crate::db::Conn;
use crate::error::Error;
use crate::members::{self, MemberId};
use crate::paths;
use crate::threads::PostId;
use crate::threads::edits::actions::{self, Found};
use crate::threads::edits::store::{self, Revision};
use crate::web::{Frame, Problems, Site, When, page, page_with, see_other};

/// Versions on a page.
const A_PAGE: usize = 10;

#[derive(Template)]
#[template(path = "threads/edits/history.html")]
struct HistoryPage {
    frame: Frame,
    number: i64,
    path: String,
    author: Person,
    written_at: When,
    side: bool,
    address: String,
    revisions: Vec<RevisionRow>,
    older: Option<String>,
}

/// Who wrote a version.
#[derive(Clone, Debug)]
struct Person {
    name: String,
    path: String,
}

/// A version, as the page shows it.
struct RevisionRow {
    number: i64,
    editor: Person,
    by_moderator: bool,
    at: When,
    reason: String,
    is_current: bool,
    shown: Shown,
    hide: Option<String>,
}

/// What is shown of a version.
enum Shown {
    /// What changed from the one before.
    Changes(Changes),
    /// All of it: it is the first.
    Whole(String),
    /// Nothing but the reason.
    Hidden(String),
    /// Nothing: the one before is hidden, and the differences would tell its words.
    BesideHidden,
}

/// How the page is asked for.
#[derive(serde::Deserialize)]
pub(super) struct Asked {
    view: Option<String>,
    before: Option<i64>,
}

pub(super) async fn history(
    site: web::Data<Site>,
    viewer: Viewer,
    post: web::Path<i64>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let moderates = viewer.0.as_ref().is_some_and(Member::moderates);
    let (post, standing) = (PostId(*post), viewer.standing());
    let before = asked.before.unwrap_or(i64::MAX);
    let loading = site.db.read(move |conn| load(conn, post, before, &standing, moderates));
    let Loaded { found, mut revisions, last, people } = loading.await?;
    if last.is_none() {
        revisions.push(only_version(&found));
    }
    let people = people.into_iter().map(|(id, one)| (id, person(one.name, &one.handle))).collect();
    let rows = rows(&found, &revisions, last.unwrap_or(1), &people, moderates);
    let (in_two, address) = (asked.view.as_deref() == Some("side"), format!("/p/{}/history", post.0));
    let view = if in_two { "view=side&" } else { "" };
    let frame = Frame::new(&site, viewer.account(), format!("History of post {}", found.post.number))
        .with_crumbs(way_of(&found, "History"))
        .at(address.clone());
    let older = (revisions.len() > A_PAGE).then(|| rows.last()).flatten();
    page(&HistoryPage {
        frame,
        number: found.post.number,
        path: found.posted().path(),
        author: who(&people, found.post.author),
        written_at: When(found.post.created_at),
        side: in_two,
        older: older.map(|row| format!("{address}?{view}before={}", row.number)),
        address,
        revisions: rows,
    })
}

/// What one trip to the database brings.
struct Loaded {
    found: Found,
    revisions: Vec<Revision>,
    last: Option<i64>,
    people: HashMap<MemberId, members::store::Member>,
}

fn load(
    conn: &mut Conn,
    post: PostId,
    before: i64,
    standing: &Standing,
    moderates: bool,
) -> Result<Loaded, Error> {
    let found = actions::find(conn, post, standing)?;
    if found.post.is_removed && !moderates {
        return Err(Error::NotFound);
    }
    let more = i64::try_from(A_PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let revisions = store::revisions_before(conn, post, before, more)?;
    let last = store::last_revision(conn, post)?;
    let people: Vec<MemberId> = revisions.iter().map(|one| one.editor).chain([found.post.author]).collect();
    let people = members::store::by_ids(conn, &people)?;
    Ok(Loaded { found, revisions, last, people })
}

/// A post that was never edited with a mark has one version: what it says.
fn only_version(found: &Found) -> Revision {
    Revision {
        number: 1,
        body: found.post.body.clone(),
        editor: found.post.author,
        by_moderator: false,
        reason: String::new(),
        written_at: found.post.created_at,
        hidden: None,
    }
}

fn person(name: String, handle: &str) -> Person {
    Person { name, path: paths::member(handle) }
}

fn who(people: &HashMap<MemberId, Person>, id: MemberId) -> Person {
    people.get(&id).cloned().unwrap_or_else(|| Person { name: "somebody".to_owned(), path: "/".to_owned() })
}

fn rows(
    found: &Found,
    revisions: &[Revision],
    last: i64,
    people: &HashMap<MemberId, Person>,
    moderates: bool,
) -> Vec<RevisionRow> {
    let before = revisions.iter().skip(1).map(Some).chain([None]);
    let rows = revisions.iter().zip(before).take(A_PAGE).map(|(one, before)| {
        let is_current = one.number == last;
        let may_hide = moderates && !is_current && one.hidden.is_none();
        RevisionRow {
            number: one.number,
            editor: who(people, one.editor),
            by_moderator: one.by_moderator,
            at: When(one.written_at),
            reason: one.reason.clone(),
            is_current,
            shown: shown(one, before),
            hide: may_hide.then(|| format!("/p/{}/revisions/{}/hide", found.post.id.0, one.number)),
        }
    });
    rows.collect()
}

fn shown(one: &Revision, before: Option<&Revision>) -> Shown {
    match (&one.hidden, before) {
        (Some(reason), _) => Shown::Hidden(reason.clone()),
        (None, None) => Shown::Whole(one.body.clone()),
        (None, Some(before)) if before.hidden.is_some() => Shown::BesideHidden,
        (None, Some(before)) => Shown::Changes(Changes::between(&before.body, &one.body)),
    }
}

#[derive(Clone, Debug, Default, serde::Deserialize)]
pub(super) struct HideForm {
    #[serde(default)]
    rule: String,
    #[serde(default)]
    reason: String,
}

#[derive(Template)]
#[template(path = "threads/edits/hide.html")]
struct HidePage {
    frame: Frame,
    post: PostId,
    revision: i64,
    rules: Vec<CommunityRule>,
    form: HideForm,
    problems: Problems,
}

async fn show_hide(
    site: &Site,
    moderator: &Moderator,
    status: StatusCode,
    (post, revision): (PostId, i64),
    form: HideForm,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let standing = moderator.0.standing();
    let loading = site.db.read(move |conn| {
        let found = actions::find(conn, post, &standing)?;
        let last = store::last_revision(conn, post)?.ok_or(Error::NotFound)?;
        if (1..last).contains(&revision) { Ok((found, rules_in_force(conn)?)) } else { Err(Error::NotFound) }
    });
    let (found, rules) = loading.await?;
    let frame = Frame::new(site, moderator.0.account(), format!("Hide version {revision}"))
        .with_crumbs(way_of(&found, "Hide a version"));
    page_with(status, &HidePage { frame, post, revision, rules, form, problems })
}

pub(super) async fn hide_form(
    site: web::Data<Site>,
    moderator: Moderator,
    path: web::Path<(i64, i64)>,
) -> Result<HttpResponse, Error> {
    let place = (PostId(path.0), path.1);
    show_hide(&site, &moderator, StatusCode::OK, place, HideForm::default(), Problems::none()).await
}

pub(super) async fn hide(
    site: web::Data<Site>,
    moderator: Moderator,
    path: web::Path<(i64, i64)>,
    form: web::Form<HideForm>,
) -> Result<HttpResponse, Error> {
    let ((post, revision), form) = (path.into_inner(), form.into_inner());
    let (post, mut problems) = (PostId(post), Problems::none());
    let Some(grounds) = grounds(&mut problems, &form.rule, &form.reason) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return show_hide(&site, &moderator, status, (post, revision), form, problems).await;
    };
    let member = &moderator.0;
    let actor = Actor::of(member.id, &member.roles).ok_or(Error::NotFound)?;
    let (standing, now) = (member.standing(), site.clock.now());
    site.db
        .write(move |conn| actions::hide_revision(conn, (actor, &standing), post, revision, &grounds, now))
        .await?;
    see_other(&format!("/p/{}/history", post.0))
}
