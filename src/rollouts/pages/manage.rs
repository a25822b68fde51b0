//! `/manage/rollouts`: what runs, what is drafted, what was.

mod act;
mod board;
mod draft;
mod form;
mod sheets;

pub(super) use board::publication_in_words;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::managed;
use crate::accounts::viewer::Manager;
use crate::badges::marks::grouped;
use crate::error::Error;
use crate::rollouts::RolloutId;
use crate::rollouts::rules::Phase;
use crate::rollouts::store::{self, Rollout, Tally};
use crate::web::{Crumb, Frame, Site, When, page};

const HERE: &str = "/manage/rollouts";
/// Rollouts of each list at most.
const SHOWN: i64 = 50;

/// The managers' addresses.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/manage/rollouts", web::get().to(overview))
        .route("/manage/rollouts", web::post().to(draft::begin))
        .route("/manage/rollouts/new", web::get().to(draft::new))
        .route("/manage/rollouts/{id}", web::get().to(board::show))
        .route("/manage/rollouts/{id}", web::post().to(draft::save))
        .route("/manage/rollouts/{id}/draft", web::get().to(draft::show))
        .route("/manage/rollouts/{id}/approve", web::post().to(act::approve))
        .route("/manage/rollouts/{id}/open", web::post().to(act::open))
        .route("/manage/rollouts/{id}/pause", web::post().to(act::pause))
        .route("/manage/rollouts/{id}/close", web::post().to(act::close))
        .route("/manage/rollouts/{id}/cancel", web::post().to(act::cancel))
        .route("/manage/rollouts/{id}/raise", web::post().to(act::raise))
        .route("/manage/rollouts/{id}/ask", web::post().to(act::ask))
        .route("/manage/rollouts/{id}/agree", web::post().to(act::agree))
        .route("/manage/rollouts/{id}/waves.csv", web::get().to(sheets::waves))
        .route("/manage/rollouts/{id}/funnel.csv", web::get().to(sheets::funnel));
}

fn frame(site: &Site, manager: &Manager, title: &str, here: &str) -> Frame {
    let mut way = vec![Crumb::new("Manage", "/manage"), Crumb::new("Rollouts", HERE)];
    if here != HERE {
        way.push(Crumb::new(title, here));
    }
    Frame::new(site, manager.0.account(), title).with_crumbs(way).at(here)
}

struct Row {
    path: String,
    title: String,
    phase: Phase,
    about: String,
    changed: When,
    /// Covered of the whole, where somebody is in it.
    covered: Option<(i64, i64)>,
}

impl Row {
    fn new(rollout: &Rollout, tally: Option<&Tally>) -> Self {
        let whole = tally.filter(|tally| tally.whole() > 0);
        Self {
            path: managed(rollout.id),
            title: rollout.plan.title.clone(),
            phase: rollout.phase,
            about: rollout.plan.audience.in_words(),
            changed: When(rollout.changed_at),
            covered: whole.map(|tally| (tally.covered(), tally.whole())),
        }
    }

    fn says(&self) -> String {
        match self.covered {
            Some((covered, whole)) => {
                format!("{} of {} members are covered", grouped(covered), grouped(whole))
            }
            None => String::new(),
        }
    }
}

struct Group {
    id: &'static str,
    title: &'static str,
    nothing: &'static str,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "rollouts/manage/list.html")]
struct ListPage {
    frame: Frame,
    groups: Vec<Group>,
}

async fn overview(site: web::Data<Site>, manager: Manager) -> Result<HttpResponse, Error> {
    let loading = site.db.read(|conn| {
        let running = store::in_phases(conn, Phase::has_members, SHOWN)?;
        let mut tallies = Vec::with_capacity(running.len());
        // Few run at once, and each is counted by its index.
        for rollout in &running {
            tallies.push(store::tally(conn, rollout.id)?);
        }
        let drafts = store::in_phases(conn, |phase| phase == Phase::Draft, SHOWN)?;
        Ok((running, tallies, drafts, store::in_phases(conn, Phase::is_over, SHOWN)?))
    });
    let (running, tallies, drafts, over) = loading.await?;
    let group = |id, title, nothing, rows| Group { id, title, nothing, rows };
    let running = running.iter().zip(&tallies).map(|(one, tally)| Row::new(one, Some(tally))).collect();
    let plain = |list: &[Rollout]| list.iter().map(|one| Row::new(one, None)).collect();
    let groups = vec![
        group("running", "Running", "No rollout runs.", running),
        group("drafts", "Drafts", "Nobody is drafting a rollout.", plain(&drafts)),
        group("over", "Over", "No rollout has come to its end yet.", plain(&over)),
    ];
    page(&ListPage { frame: frame(&site, &manager, "Rollouts", HERE), groups })
}

/// What was done, for the page that follows.
fn told(code: &str) -> Option<&'static str> {
    Some(match code {
        "saved" => "The draft is kept. Somebody who wrote nothing of it approves it.",
        "approved" => "Approved. Its audience and its order are fixed, and their hashes are public.",
        "opened" => "Waves open by themselves from now on.",
        "paused" => "No new wave opens. Whoever is invited goes on.",
        "closed" => "Nobody is invited any more.",
        "cancelled" => "The rollout is cancelled. What it held is shown.",
        "raised" => "The share is raised. Nobody who was in it has left it.",
        "asked" => "Asked. As soon as another manager agrees, everything that is held is shown.",
        "shown" => "Everything that was held is shown.",
        "refused" => "The badges stay held, as planned.",
        _ => return None,
    })
}

/// What the address of a page says was done.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Asked {
    told: String,
}

/// The number of the rollout in an address.
type Path = web::Path<i64>;

fn id_of(path: &Path) -> RolloutId {
    RolloutId(**path)
}
