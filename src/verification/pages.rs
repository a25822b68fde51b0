//! A member's own verification: where they stand with each step, what comes next, and what is kept of them.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpResponse, web};
use askama::Template;

use super::appeals::rules::{Anew, Notice};
use super::call::actions::Ground;
use super::document::rules::State::{Approved, Expired, Withdrawn};
use super::document::store::Case;
use super::evidence::store::Summary;
use super::phone::rules::{State as PhoneState, is_over};
use super::phone::store::Phone;
use super::rules::steps::{self, DocumentFacts, Step};
use super::rules::waits::{self, WINDOW, Wait};
use super::rules::{Door, Standing, may_begin, standing};
use super::{appeals, badge, call, document, evidence, phone, store};
use crate::accounts::viewer::Member;
use crate::badges;
use crate::badges::rules::{
    Badge, Counted, Grant, GrantState, Known, Origin, Policy, Shown, counted, is_current, is_renewable,
};
use crate::clock::{Time, date};
use crate::db::Conn;
use crate::error::Error;
use crate::gates;
use crate::gates::rules::STAYS_OPEN;
use crate::members::MemberId;
use crate::web::{Crumb, Day, Frame, Site, When, page};

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/verification", web::get().to(status));
}

#[derive(Template)]
#[template(path = "verification/status.html")]
struct StatusPage {
    frame: Frame,
    lede: String,
    gate: Option<GateNotice>,
    identity: Option<ShownRow>,
    /// The end of the shown badge, where its member may be checked anew.
    renewal: Option<When>,
    appeals: Vec<Notice>,
    steps: [StepRow; 3],
    past: Vec<PastRow>,
    anew: Option<AnewNotice>,
    held: Vec<Fact>,
    policy: Option<PolicyRow>,
    invitation: Option<&'static str>,
}

/// A name, and what it says.
type Fact = (&'static str, String);

struct GateNotice {
    is_open: bool,
    title: &'static str,
    lines: Vec<String>,
}

struct StepRow {
    code: &'static str,
    title: &'static str,
    step: Step,
    facts: Vec<Fact>,
}

struct ShownRow {
    fact: String,
    until: Option<String>,
}

/// A verification so far: what it was, and whether it counts under the policy in force.
struct PastRow {
    title: &'static str,
    at: Day,
    policy: i64,
    state: &'static str,
    name: String,
    origin: &'static str,
    counts: bool,
    why: String,
}

/// That the policy in force does not count the badge that is shown.
struct AnewNotice {
    version: i64,
    why: String,
    until: Option<String>,
}

struct PolicyRow {
    version: i64,
    published: Day,
    checked: String,
    valid_months: Option<i64>,
}

impl From<&Shown> for ShownRow {
    fn from(shown: &Shown) -> Self {
        Self { fact: shown.fact(), until: shown.expires_at.map(date) }
    }
}

/// Everything that the page shows, asked for in one trip.
struct Facts {
    shown: Vec<Shown>,
    grants: Vec<Grant>,
    newest: Option<Known>,
    /// Whether the member may be checked anew, and has not begun.
    policies: Vec<Policy>,
    gate: gates::rules::Standing,
    door: Door,
    phone: Option<Phone>,
    case: Option<Case>,
    ground: Option<Ground>,
    anew: Anew,
    appeals: appeals::actions::Standing,
    evidence: Summary,
    phone_wait: Wait,
    document_wait: Wait,
}

impl Facts {
    fn load(conn: &mut Conn, id: MemberId, now: Time) -> Result<Self, Error> {
        let since = now - WINDOW;
        let newest = badges::store::newest(conn, id, Badge::IdentityVerified)?;
        let case = document::store::newest_of(conn, id)?;
        let ground = Ground::of(conn, id, now)?;
        let anew = match case.as_ref().filter(|case| case.place.0 == Approved) {
            Some(case) => appeals::actions::steps_anew(conn, case, now)?,
            None => Anew::Stands,
        };
        let calls = ground.as_ref().map_or(&[][..], |ground| &ground.calls);
        let about = (case.as_ref(), calls, newest.as_ref().map(|grant| grant.id));
        let appeals = appeals::actions::standing(conn, id, about)?;
        Ok(Self {
            shown: badges::store::shown_by(conn, &[id], now)?.remove(&id).unwrap_or_default(),
            grants: badges::store::grants_of(conn, &[id])?.remove(&id).unwrap_or_default(),
            newest,
            policies: badges::store::policies(conn)?,
            gate: gates::actions::standing(conn, id)?,
            door: store::door(conn, id)?,
            phone: phone::store::of(conn, id)?,
            case,
            ground,
            anew,
            appeals,
            evidence: evidence::store::summary_of(conn, id)?,
            phone_wait: waits::wait(store::phone_waits(conn, since)?, steps::PHONE_PROMISE),
            document_wait: waits::wait(store::document_waits(conn, since)?, steps::DOCUMENT_PROMISE),
        })
    }
}

impl Facts {
    /// What is said of rollouts to somebody who has no badge yet.
    fn invitation(&self, standing: &Standing) -> Option<&'static str> {
        match (standing, self.door) {
            (Standing::Verified | Standing::Off(_), _)
            | (_, Door::Open)
            | (Standing::Eligible(_), Door::None) => None,
            (_, Door::Waits) => Some(
                "The badge is opened in waves, and you are in one of them. See where you stand, or answer your invitation.",
            ),
            (Standing::NotYet, Door::None) => {
                Some("See whom the badge is opened to now, and be told when it opens to you.")
            }
        }
    }
}

async fn status(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let (id, now) = (member.id, site.clock.now());
    let facts = site.db.read(move |conn| Facts::load(conn, id, now)).await?;
    let standing = standing(member.tier, &facts.shown, &facts.grants);
    let frame = Frame::new(&site, member.account(), "Your verification")
        .with_crumbs(vec![Crumb::new("Verification", "/verification")])
        .at("/verification");
    let mut answer = page(&StatusPage {
        frame,
        lede: lede(&standing, facts.newest.as_ref(), now),
        gate: gate_notice(&facts.gate),
        identity: facts.shown.iter().find(|one| one.badge == Badge::IdentityVerified).map(ShownRow::from),
        renewal: renewal(&facts, now),
        appeals: appeals::pages::told(&facts.appeals, now),
        steps: rows(&facts, &standing, now),
        past: past(&facts.grants, &facts.policies, now),
        anew: anew(&facts, now),
        held: held(&facts),
        policy: facts.policies.iter().find(|policy| policy.badge == Badge::IdentityVerified).map(policy_row),
        invitation: facts.invitation(&standing),
    })?;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

/// The end of the shown badge, once its member may be checked anew; not while a newer one is on its way.
fn renewal(facts: &Facts, now: Time) -> Option<When> {
    let shown = facts.newest.as_ref().filter(|grant| grant.place.state == GrantState::Active);
    shown.and_then(|grant| grant.expires_at).filter(|end| is_renewable(*end, now) && *end > now).map(When)
}

fn rows(facts: &Facts, standing: &Standing, now: Time) -> [StepRow; 3] {
    let is_asked = facts.gate.missing.contains(&gates::rules::Step::Document);
    let is_open = may_begin(standing, is_asked, facts.door);
    // An attempt that came to nothing counts for nothing once the step has closed.
    let case = facts.case.as_ref().filter(|case| is_open || !matches!(case.place.0, Withdrawn | Expired));
    let document = match (case, facts.anew) {
        (Some(_), Anew::Open) => steps::document_anew(None),
        (Some(_), Anew::From(at)) => steps::document_anew(Some(at)),
        (Some(case), Anew::Stands) => steps::document(&document_facts(case, &facts.evidence), now),
        (None, _) => steps::document_not_begun(is_open),
    };
    [
        StepRow {
            code: "phone",
            title: "Phone number",
            step: phone_step(facts, now),
            facts: vec![
                ("Takes", facts.phone_wait.to_string()),
                ("Kept", "The number, sealed".to_owned()),
                ("Who sees it", "Nobody; you see its last two digits".to_owned()),
                ("Destroyed", "90 days after you take it off or change it".to_owned()),
            ],
        },
        StepRow {
            code: "document",
            title: "Document",
            step: document,
            facts: vec![
                ("Takes", facts.document_wait.to_string()),
                ("Kept", "Images, sealed; then only name, country and date of expiry".to_owned()),
                ("Who sees it", "The agent who has your case, nobody else; every look is written down".to_owned()),
                (
                    "Destroyed",
                    "Images 7 days after the decision, at once if you ask, never later than 30 days after you send them"
                        .to_owned(),
                ),
            ],
        },
        StepRow {
            code: "call",
            title: "Live call",
            step: call::pages::step(facts.ground.as_ref(), now),
            facts: vec![
                ("Takes", "About 12 minutes of yours".to_owned()),
                ("Kept", "No picture and no sound: the result, and who decided".to_owned()),
            ],
        },
    ]
}

/// A badge without a number came with an import.
fn phone_step(facts: &Facts, now: Time) -> Step {
    let is_shown = facts.shown.iter().any(|one| one.badge == Badge::PhoneVerified);
    match phone_state(facts.phone.as_ref(), now) {
        PhoneState::None if is_shown => steps::phone_from_before(),
        state => steps::phone(state),
    }
}

fn phone_state(phone: Option<&Phone>, now: Time) -> PhoneState {
    match phone {
        None => PhoneState::None,
        Some(phone) if phone.state == PhoneState::Sent && is_over(phone.code_sent_at, now) => {
            PhoneState::Expired
        }
        Some(phone) => phone.state,
    }
}

fn document_facts(case: &Case, evidence: &Summary) -> DocumentFacts {
    DocumentFacts {
        state: case.place.0,
        touched_at: case.touched_at,
        decided_at: case.decided_at,
        reason: case.reason,
        appealed_at: case.appealed_at,
        has_images: evidence.kept > 0,
    }
}

/// What a gate says to this member; nothing where none concerns them.
fn gate_notice(standing: &gates::rules::Standing) -> Option<GateNotice> {
    let is_open = !standing.missing.is_empty();
    if is_open {
        let because = standing.because.iter().map(gates::rules::Why::words);
        let lines = because.chain(std::iter::once(STAYS_OPEN.to_owned())).collect();
        return Some(GateNotice { is_open, title: "Needed before you write in some places", lines });
    }
    let exemption = standing.exemption?;
    Some(GateNotice { is_open, title: "Nothing is asked of you", lines: vec![exemption.words().to_owned()] })
}

/// What is kept of the member, and what was destroyed.
fn held(facts: &Facts) -> Vec<Fact> {
    let summary = &facts.evidence;
    let images = match (summary.kept, summary.until) {
        (0, _) => "None".to_owned(),
        (kept, Some(until)) => format!("{}, until {} at the latest", number_of(kept), date(until)),
        (kept, None) => number_of(kept),
    };
    let mut held = vec![("Images", images)];
    if let Some(at) = summary.destroyed_at {
        held.push(("Destroyed", format!("{}, the last on {}", number_of(summary.destroyed), date(at))));
    }
    if let Some(phone) = facts.phone.as_ref() {
        held.push(("Phone number", format!("ends in {}", phone.last_digits)));
    }
    held
}

fn number_of(images: i64) -> String {
    if images == 1 { "1 image".to_owned() } else { format!("{images} images") }
}

fn past(grants: &[Grant], policies: &[Policy], now: Time) -> Vec<PastRow> {
    let mut newest_first: Vec<_> = grants.iter().collect();
    newest_first.sort_by_key(|grant| std::cmp::Reverse(grant.granted_at));
    let rows = newest_first.into_iter().map(|grant| {
        let (counts, why) = match in_force(policies, grant.badge).map(|policy| counted(grant, policy, now)) {
            Some(Counted::Yes(why)) => (true, why),
            Some(Counted::No(why)) => (false, why),
            None => (false, "No policy is in force.".to_owned()),
        };
        PastRow {
            title: grant.badge.title(),
            at: Day(grant.granted_at),
            policy: grant.policy_version,
            state: grant.state.code(),
            name: grant.bound_name.clone(),
            origin: match grant.origin {
                Origin::Checks => "checked here",
                Origin::Import => "brought from another community",
            },
            counts,
            why,
        }
    });
    rows.collect()
}

/// The newest policy of a badge.
fn in_force(policies: &[Policy], badge: Badge) -> Option<&Policy> {
    policies.iter().find(|policy| policy.badge == badge)
}

/// The badge that is shown, where the policy in force does not count it.
fn anew(facts: &Facts, now: Time) -> Option<AnewNotice> {
    let policy = in_force(&facts.policies, Badge::IdentityVerified)?;
    let grant = facts.grants.iter().rfind(|grant| is_standing(grant, now))?;
    let Counted::No(why) = counted(grant, policy, now) else { return None };
    Some(AnewNotice { version: policy.version, why, until: grant.expires_at.map(date) })
}

/// Whether a grant is the identity badge that counts today, hidden or not.
fn is_standing(grant: &Grant, now: Time) -> bool {
    grant.badge == Badge::IdentityVerified
        && grant.state == GrantState::Active
        && is_current(grant.expires_at, now)
}

fn policy_row(policy: &Policy) -> PolicyRow {
    PolicyRow {
        version: policy.version,
        published: Day(policy.published_at),
        checked: policy.checked.clone(),
        valid_months: policy.valid_months,
    }
}

/// Where the member stands. Of a badge that is not shown it says why, and by when it is promised.
fn lede(standing: &Standing, newest: Option<&Known>, now: Time) -> String {
    match standing {
        Standing::Verified => {
            let words = "Your identity is verified, and the badge stands beside your posts.";
            let is_new = |grant: &&Known| grant.place.state == GrantState::Settling;
            let newer = newest.filter(is_new).map(|grant| badge::rules::told(grant, now));
            newer.map_or_else(|| words.to_owned(), |told| format!("{words} You were checked anew. {told}"))
        }
        Standing::Off(why) => {
            let told = newest.map_or_else(|| (*why).to_owned(), |grant| badge::rules::told(grant, now));
            let is_held = newest.is_some_and(|grant| grant.place.state == GrantState::Embargoed);
            if is_held { told } else { format!("Your badge is not shown. {told}") }
        }
        Standing::Eligible(tier) => format!(
            "You are eligible, because you are {}. Phone, document and a short call lead to the badge.",
            tier.title()
        ),
        Standing::NotYet => {
            "You can verify your phone today. The badge opens to Top Rated members first, and to others later.".to_owned()
        }
    }
}
