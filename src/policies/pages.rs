//! `/admin/policies`: the versions in force so far, and the drafts of the next.

mod draft;
mod form;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::DraftId;
use super::rules::Phase;
use super::store::{self, Draft};
use crate::accounts::viewer::PolicyKeeper;
use crate::badges;
use crate::badges::rules::{Badge, Policy};
use crate::error::Error;
use crate::members;
use crate::members::rules::Role;
use crate::threads::ThreadId;
use crate::web::{Crumb, Day, Frame, Site, When, page};

const HERE: &str = "/admin/policies";

/// Drafts that are listed at most.
const DRAFTS: i64 = 50;

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/admin/policies", web::get().to(list))
        .route("/admin/policies", web::post().to(draft::begin))
        .route("/admin/policies/new", web::get().to(draft::new))
        .route("/admin/policies/{id}", web::get().to(draft::show))
        .route("/admin/policies/{id}", web::post().to(draft::save))
        .route("/admin/policies/{id}/approve", web::post().to(draft::approve))
        .route("/admin/policies/{id}/publish", web::post().to(draft::publish))
        .route("/admin/policies/{id}/discard", web::post().to(draft::discard));
}

fn path_of(id: DraftId) -> String {
    format!("{HERE}/{}", id.0)
}

fn frame(site: &Site, keeper: &PolicyKeeper, title: &str, here: &str) -> Frame {
    let mut way = vec![Crumb::new("Admin", "/admin"), Crumb::new("Badge policies", HERE)];
    if here != HERE {
        way.push(Crumb::new(title, here));
    }
    Frame::new(site, keeper.0.account(), title).with_crumbs(way).at(here)
}

/// Whether they may open the rest of the administration, and publish.
fn administers(keeper: &PolicyKeeper) -> bool {
    keeper.0.is(Role::Administrator)
}

#[derive(Template)]
#[template(path = "policies/list.html")]
struct ListPage {
    frame: Frame,
    administers: bool,
    told: Option<&'static str>,
    drafts: Vec<DraftRow>,
    versions: Vec<VersionRow>,
}

struct DraftRow {
    path: String,
    checked: String,
    phase: Phase,
    by: String,
    at: When,
}

struct VersionRow {
    version: i64,
    published: Day,
    checked: String,
    months: Option<i64>,
    thread: Option<ThreadId>,
    is_in_force: bool,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Asked {
    told: String,
}

fn told(code: &str) -> Option<&'static str> {
    Some(match code {
        "saved" => "The draft is kept. Somebody who wrote nothing of it approves it.",
        "approved" => "Approved as it stands. An administrator publishes it.",
        "published" => "The policy is in force, and the announcement is out.",
        "discarded" => "The draft is gone.",
        _ => return None,
    })
}

async fn list(
    site: web::Data<Site>,
    keeper: PolicyKeeper,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let loading = site.db.read(|conn| {
        let drafts = store::open(conn, DRAFTS)?;
        let people: Vec<_> = drafts.iter().map(|draft| draft.drafted_by).collect();
        Ok((
            members::store::by_ids(conn, &people)?,
            drafts,
            badges::store::policies(conn)?,
            badges::store::policies::announced(conn, Badge::IdentityVerified)?,
        ))
    });
    let (people, drafts, policies, announced) = loading.await?;
    let draft_row = |draft: Draft| DraftRow {
        path: path_of(draft.id),
        by: people.get(&draft.drafted_by).map(|member| member.name.clone()).unwrap_or_default(),
        checked: draft.terms.checked,
        phase: draft.phase,
        at: When(draft.changed_at),
    };
    let own = policies.iter().filter(|policy| policy.badge == Badge::IdentityVerified);
    let version_row = |(place, policy): (usize, &Policy)| VersionRow {
        version: policy.version,
        published: Day(policy.published_at),
        checked: policy.checked.clone(),
        months: policy.valid_months,
        thread: announced.iter().find(|one| one.0 == policy.version).map(|one| one.1),
        is_in_force: place == 0,
    };
    page(&ListPage {
        frame: frame(&site, &keeper, "Badge policies", HERE),
        administers: administers(&keeper),
        told: told(&asked.told),
        drafts: drafts.into_iter().map(draft_row).collect(),
        versions: own.enumerate().map(version_row).collect(),
    })
}
