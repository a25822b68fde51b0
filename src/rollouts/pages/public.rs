//! `/rollouts`: what everybody may know of a rollout, from its approval on.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::manage::publication_in_words;
use super::public_path;
use crate::accounts::viewer::Viewer;
use crate::badges::marks::grouped;
use crate::error::Error;
use crate::gates::figures::rules::FEW;
use crate::rollouts::RolloutId;
use crate::rollouts::actions;
use crate::rollouts::rules::{Invitation, Phase};
use crate::rollouts::store::{self, Rollout, Tally};
use crate::web::{Crumb, Day, Frame, Site, page};

/// Rollouts on the page at most.
const SHOWN: i64 = 100;
/// Waves on the page at most.
const WAVES: i64 = 30;

/// The addresses of everybody.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/rollouts", web::get().to(list)).route("/rollouts/{id}", web::get().to(show));
}

struct Row {
    title: String,
    path: String,
    phase: Phase,
    about: String,
    approved: Day,
}

#[derive(Template)]
#[template(path = "rollouts/list.html")]
struct ListPage {
    frame: Frame,
    rows: Vec<Row>,
}

/// Whether everybody may know of it: from the approval on. One that was cancelled as a draft was never known.
fn is_public(rollout: &Rollout) -> bool {
    rollout.phase != Phase::Draft && rollout.approval.is_some()
}

async fn list(site: web::Data<Site>, viewer: Viewer) -> Result<HttpResponse, Error> {
    let all = site.db.read(|conn| Ok(store::in_phases(conn, |phase| phase != Phase::Draft, SHOWN)?)).await?;
    let row = |one: &Rollout| {
        Some(Row {
            title: one.plan.title.clone(),
            path: public_path(one.id),
            phase: one.phase,
            about: one.plan.audience.in_words(),
            approved: Day(one.approval.as_ref()?.at),
        })
    };
    let frame = Frame::new(&site, viewer.account(), "Rollouts")
        .described("How the badge Identity Verified is opened, to whom, and in which order.")
        .with_crumbs(vec![Crumb::new("Rollouts", "/rollouts")])
        .canonical(&site, "/rollouts")
        .at("/rollouts");
    page(&ListPage { frame, rows: all.iter().filter_map(row).collect() })
}

/// A count as everybody may see it: small ones would tell of somebody.
fn shown(count: i64) -> String {
    if count < FEW { format!("fewer than {FEW}") } else { grouped(count) }
}

struct Figure {
    title: &'static str,
    count: String,
}

#[derive(Template)]
#[template(path = "rollouts/public.html")]
struct RolloutPage {
    frame: Frame,
    title: String,
    reason: String,
    rule: String,
    percent: u8,
    phase: Phase,
    approved: Day,
    note: String,
    publication: String,
    figures: Vec<Figure>,
    salt_hash: String,
    audience_hash: String,
    salt: Option<String>,
    thread: Option<i64>,
    waves: Vec<(i64, Day, String)>,
    place: String,
}

fn figures(tally: &Tally) -> Vec<Figure> {
    let of = |states: &[Invitation]| states.iter().map(|state| tally.of(*state)).sum::<i64>();
    let waiting = of(&[Invitation::Queued]);
    let open = of(&[Invitation::Invited, Invitation::Seen, Invitation::Accepted]);
    let figure = |title, count| Figure { title, count: shown(count) };
    vec![
        figure("In it", tally.whole()),
        figure("Still to be invited", waiting),
        figure("Invited, and not at the end", open),
        figure("Decided", of(&[Invitation::Settled])),
        figure("Declined, or let it lapse", of(&[Invitation::Declined, Invitation::Lapsed])),
        figure("Exempt", of(&[Invitation::Exempt])),
    ]
}

async fn show(site: web::Data<Site>, viewer: Viewer, path: web::Path<i64>) -> Result<HttpResponse, Error> {
    let id = RolloutId(*path);
    let loading = site.db.read(move |conn| {
        let rollout = actions::find(conn, id)?;
        if !is_public(&rollout) {
            return Err(Error::NotFound);
        }
        Ok((store::tally(conn, id)?, store::waves(conn, id, WAVES)?, rollout))
    });
    let (tally, waves, rollout) = loading.await?;
    let approval = rollout.approval.as_ref().ok_or(Error::NotFound)?;
    let here = public_path(id);
    let frame = Frame::new(&site, viewer.account(), &rollout.plan.title)
        .described("Whom this rollout is for, how far it has come, and how its order can be computed again.")
        .with_crumbs(vec![Crumb::new("Rollouts", "/rollouts"), Crumb::new(&rollout.plan.title, &here)])
        .canonical(&site, &here)
        .at(&here);
    page(&RolloutPage {
        frame,
        title: rollout.plan.title.clone(),
        reason: rollout.plan.reason.clone(),
        rule: rollout.plan.audience.in_words(),
        percent: rollout.plan.percent,
        phase: rollout.phase,
        approved: Day(approval.at),
        note: approval.note.clone(),
        publication: publication_in_words(rollout.plan.publication),
        figures: figures(&tally),
        salt_hash: approval.salt_hash.clone(),
        audience_hash: approval.audience_hash.clone(),
        salt: rollout.salt.as_ref().map(|salt| salt.as_str().to_owned()),
        thread: rollout.plan.thread.map(|thread| thread.0),
        waves: waves.iter().map(|wave| (wave.number, Day(wave.opened_at), shown(wave.size))).collect(),
        place: format!("{here}/place"),
    })
}
