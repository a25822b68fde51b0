//! A draft: what it says, and whom it would take.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::form::{PlanForm, Sent};
use super::{Asked, HERE, Path, frame, id_of, managed, told};
use crate::accounts::viewer::Manager;
use crate::badges::marks::grouped;
use crate::badges::rules::Badge;
use crate::badges::store as badges;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members;
use crate::members::MemberId;
use crate::paths;
use crate::rollouts::RolloutId;
use crate::rollouts::actions::{self, Preview};
use crate::rollouts::rules::{Audience, LEAD, Phase, Plan, Publication, may_agree};
use crate::rollouts::store::{self, Rollout};
use crate::web::{Frame, Problems, Site, page_with, see_other};

#[derive(Template)]
#[template(path = "rollouts/manage/draft.html")]
struct DraftPage {
    frame: Frame,
    told: Option<&'static str>,
    path: String,
    version: i64,
    policy: i64,
    form: PlanForm,
    draft: Option<Around>,
    takes: Option<Takes>,
    problems: Problems,
    refusal: Option<String>,
}

/// Who stands behind a draft, and what the reader may do with it.
struct Around {
    phase: Phase,
    writers: String,
    may_approve: bool,
}

/// Whom a plan takes, in words.
struct Takes {
    whole: String,
    rule: String,
    notes: Vec<String>,
    sample: Vec<(String, String)>,
    more: bool,
}

/// What a page shows that is not asked of the database.
#[derive(Default)]
struct Typed {
    told: Option<&'static str>,
    sent: Option<Sent>,
    problems: Problems,
    refusal: Option<String>,
}

struct Found {
    policy: i64,
    draft: Option<(Rollout, Vec<MemberId>)>,
    names: Vec<(MemberId, String)>,
    takes: Option<(Preview, Vec<(String, String)>)>,
}

/// A draft with what stands around it, and whom the plan on the page takes.
fn load(conn: &mut Conn, id: Option<RolloutId>, typed: Option<&PlanForm>, now: Time) -> Result<Found, Error> {
    let policies = badges::policies(conn)?;
    let own = policies.iter().filter(|policy| policy.badge == Badge::IdentityVerified);
    let policy = own.map(|policy| policy.version).max().unwrap_or(1);
    let mut names = Vec::new();
    let mut draft = None;
    if let Some(id) = id {
        let found = actions::find(conn, id)?;
        let writers = store::writers(conn, id)?;
        let people = members::store::by_ids(conn, &writers)?;
        names = people.into_values().map(|member| (member.id, member.name)).collect();
        draft = Some((found, writers));
    }
    let plan = match (typed, &draft) {
        (Some(typed), _) => typed.plan(policy, now).ok(),
        (None, Some((found, _))) => Some(found.plan.clone()),
        (None, None) => None,
    };
    let takes = match plan {
        Some(plan) => Some(taken(conn, &plan, id, now)?),
        None => None,
    };
    Ok(Found { policy, draft, names, takes })
}

fn taken(
    conn: &mut Conn,
    plan: &Plan,
    id: Option<RolloutId>,
    now: Time,
) -> Result<(Preview, Vec<(String, String)>), Error> {
    let preview = actions::preview(conn, plan, id, now)?;
    let mut people = members::store::by_ids(conn, &preview.sample)?;
    let named = preview.sample.iter().filter_map(|id| people.remove(id));
    let sample = named.map(|member| (member.name, paths::member(&member.handle))).collect();
    Ok((preview, sample))
}

fn takes(plan: &Plan, (preview, sample): (Preview, Vec<(String, String)>)) -> Takes {
    let count = |number: u64| grouped(i64::try_from(number).unwrap_or(i64::MAX));
    let asked = preview.whole - preview.exempt - preview.have_it;
    let mut notes = Vec::new();
    if plan.percent < 100 {
        notes.push(format!(
            "{} of a hundred of them are asked, drawn by a salt that nobody chooses.",
            plan.percent
        ));
    }
    if preview.experienced > 0 {
        notes.push(format!(
            "{} joined more than 90 days ago: an announcement stands for {} days before the first invitation.",
            count(preview.experienced),
            LEAD.num_days()
        ));
    }
    if preview.exempt > 0 {
        notes.push(format!(
            "{} came with the earlier forum and are exempt, because only a share is asked.",
            count(preview.exempt)
        ));
    }
    if preview.have_it > 0 {
        notes.push(format!("{} show the badge already and are not asked.", count(preview.have_it)));
    }
    if preview.elsewhere > 0 {
        notes.push(format!(
            "{} more wait in another rollout and are left out of this one.",
            count(preview.elsewhere)
        ));
    }
    if plan.audience.takes_newcomers() {
        notes.push("Whoever joins while it is open comes in as well.".to_owned());
    }
    let more = asked > u64::try_from(sample.len()).unwrap_or(u64::MAX);
    Takes { whole: count(preview.whole), rule: plan.audience.in_words(), notes, sample, more }
}

/// What a new draft begins with.
fn empty(policy_version: i64) -> Plan {
    Plan {
        title: String::new(),
        reason: String::new(),
        audience: Audience { lacks: vec![Badge::IdentityVerified], ..Audience::default() },
        percent: 100,
        policy_version,
        publication: Publication::AtOnce,
        most: 500,
        longest_wait: 72,
        thread: None,
    }
}

async fn respond(
    site: &Site,
    manager: &Manager,
    id: Option<RolloutId>,
    typed: Typed,
) -> Result<HttpResponse, Error> {
    let now = site.clock.now();
    let form = typed.sent.clone().map(PlanForm::typed);
    let loading = site.db.read(move |conn| {
        let found = load(conn, id, form.as_ref(), now)?;
        Ok((found, form))
    });
    let (found, form) = loading.await?;
    let policy = found.policy;
    let stored = found.draft.as_ref().map(|one| &one.0);
    let form =
        form.unwrap_or_else(|| PlanForm::of(&stored.map_or_else(|| empty(policy), |one| one.plan.clone())));
    let plan = form.plan(policy, now).ok().or_else(|| stored.map(|one| one.plan.clone()));
    let seen = typed.sent.as_ref().and_then(|sent| sent.get("version")?.parse().ok());
    let draft = found.draft.as_ref().map(|(rollout, writers)| Around {
        phase: rollout.phase,
        writers: names(&found.names),
        may_approve: rollout.phase == Phase::Draft && may_agree(manager.0.id, writers),
    });
    let title = stored.map_or_else(|| "A new rollout".to_owned(), |one| one.plan.title.clone());
    let here = id.map_or_else(|| format!("{HERE}/new"), managed);
    let page = DraftPage {
        frame: frame(site, manager, &title, &here),
        told: typed.told,
        path: id.map_or_else(|| HERE.to_owned(), managed),
        version: seen.or_else(|| stored.map(|one| one.version)).unwrap_or_default(),
        policy,
        form,
        draft,
        takes: plan.zip(found.takes).map(|(plan, found)| takes(&plan, found)),
        problems: typed.problems,
        refusal: typed.refusal,
    };
    let is_well = page.problems.is_empty() && page.refusal.is_none();
    page_with(if is_well { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &page)
}

fn names(people: &[(MemberId, String)]) -> String {
    people.iter().map(|one| one.1.as_str()).collect::<Vec<_>>().join(", ")
}

pub(super) async fn new(site: web::Data<Site>, manager: Manager) -> Result<HttpResponse, Error> {
    respond(&site, &manager, None, Typed::default()).await
}

/// A rollout's plan, to be changed while nothing has opened.
pub(super) async fn show(
    site: web::Data<Site>,
    manager: Manager,
    path: Path,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    respond(&site, &manager, Some(id_of(&path)), Typed { told: told(&asked.told), ..Typed::default() }).await
}

pub(super) async fn begin(
    site: web::Data<Site>,
    manager: Manager,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    keep(&site, &manager, None, sent.into_inner()).await
}

pub(super) async fn save(
    site: web::Data<Site>,
    manager: Manager,
    path: Path,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    keep(&site, &manager, Some(id_of(&path)), sent.into_inner()).await
}

/// Keeps what was sent; or shows whom it takes, where that was asked.
async fn keep(
    site: &Site,
    manager: &Manager,
    id: Option<RolloutId>,
    sent: Sent,
) -> Result<HttpResponse, Error> {
    let now = site.clock.now();
    let policy = site.db.read(move |conn| Ok(load(conn, None, None, now)?.policy)).await?;
    let plan = match PlanForm::typed(sent.clone()).plan(policy, now) {
        Ok(plan) => plan,
        Err(problems) => {
            return respond(site, manager, id, Typed { sent: Some(sent), problems, ..Typed::default() })
                .await;
        }
    };
    if sent.contains_key("look") {
        return respond(site, manager, id, Typed { sent: Some(sent), ..Typed::default() }).await;
    }
    let by = manager.0.id;
    let seen = id.map(|id| (id, sent.get("version").and_then(|text| text.parse().ok()).unwrap_or_default()));
    match site.db.write(move |conn| actions::save(conn, by, seen, &plan, now)).await {
        Ok(id) => see_other(&format!("{}?told=saved", managed(id))),
        Err(Error::Refused(why)) => refused(site, manager, id, sent, why).await,
        Err(Error::Conflict(why)) => refused(site, manager, id, sent, why.to_string()).await,
        Err(other) => Err(other),
    }
}

async fn refused(
    site: &Site,
    manager: &Manager,
    id: Option<RolloutId>,
    sent: Sent,
    why: String,
) -> Result<HttpResponse, Error> {
    respond(site, manager, id, Typed { sent: Some(sent), refusal: Some(why), ..Typed::default() }).await
}

/// The draft as it stands, with why it was not approved.
pub(super) async fn refuse_approval(
    site: &Site,
    manager: &Manager,
    id: RolloutId,
    why: String,
) -> Result<HttpResponse, Error> {
    respond(site, manager, Some(id), Typed { refusal: Some(why), ..Typed::default() }).await
}
