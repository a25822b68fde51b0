//! Appealing a decision, and deciding about an appeal.

use std::collections::{BTreeSet, HashMap};

use super::AppealId;
use super::rules::{
    Adverse, Against, Anew, Decider, Opening, Outcome, What, anew, due, may_appeal, may_decide,
};
use super::store::{self, Appeal, Held};
use crate::badges;
use crate::badges::rules::{Badge, Cause, Counted, GrantState, Origin, is_renewable, says};
use crate::clock::{Time, rfc3339};
use crate::db::Conn;
use crate::error::Error;
use crate::events;
use crate::events::rules::Event;
use crate::members::{self, MemberId};
use crate::sealing::Keys;
use crate::verification::CaseId;
use crate::verification::badge::actions::lift_one;
use crate::verification::badge::rules::Doubt;
use crate::verification::badge::store::{self as steps, StepDone};
use crate::verification::call::CallId;
use crate::verification::call::rules::State as CallState;
use crate::verification::call::store as calls;
use crate::verification::document::rules::State;
use crate::verification::document::store::{self as cases, Case};

/// As many calls of a case as are looked at.
const CALLS: i64 = 200;
/// As many appeals of a member as are looked at.
const APPEALS: i64 = 20;

/// The decision against a member that stands with this document, call or grant; nothing where none stands any more.
///
/// # Errors
/// When the database fails.
pub fn adverse(conn: &mut Conn, what: What, id: i64) -> Result<Option<Adverse>, Error> {
    match what {
        What::Document => {
            let Some(case) = cases::find(conn, CaseId(id))? else { return Ok(None) };
            let newest = cases::newest_of(conn, case.member)?;
            Ok(newest.filter(|newest| newest.id == case.id).as_ref().and_then(of_case))
        }
        What::Call => {
            let Some(call) = calls::find(conn, CallId(id))? else { return Ok(None) };
            let calls = calls::of_case(conn, call.case, CALLS)?;
            Ok(of_calls(&calls).filter(|adverse| adverse.id == id))
        }
        What::Grant => Ok(store::grants(conn, &[id], &[])?.first().and_then(of_grant)),
    }
}

/// What stands against a member with their newest case.
fn of_case(case: &Case) -> Option<Adverse> {
    let at = case.decided_at.filter(|_| case.place.0 == State::Declined)?;
    let told = case.reason.map_or("It was not approved.", crate::verification::document::rules::Reason::told);
    Some(Adverse {
        against: Against::Declined,
        id: case.id.0,
        member: case.member,
        at,
        told: told.to_owned(),
        first: case.appealed_at.is_none().then_some("/verification/document/appeal"),
    })
}

/// What stands against a member in the calls of a case, the newest first.
fn of_calls(calls: &[calls::Call]) -> Option<Adverse> {
    let call = calls.iter().find(|call| call.state.is_decided())?;
    let at = call.decided_at.filter(|_| call.state == CallState::Failed)?;
    let told =
        call.reason.map_or("It was not passed.", crate::verification::call::rules::checks::Reason::told);
    let was_looked_at = calls.iter().any(|one| one.appealed_at.is_some());
    Some(Adverse {
        against: Against::Failed,
        id: call.id.0,
        member: call.member,
        at,
        told: told.to_owned(),
        first: (!was_looked_at).then_some("/verification/call"),
    })
}

/// What stands against a member with a grant.
fn of_grant(held: &Held) -> Option<Adverse> {
    let (against, at) = held.decided()?;
    let doubt = held.revoked_for.as_deref().and_then(Doubt::parse).map(Doubt::told);
    let told = match (against, held.place.cause) {
        (Against::Suspended, Some(Cause::TakeOver)) => {
            "Changes to your account looked as if somebody else might have made them."
        }
        (Against::Suspended, Some(Cause::Report)) => "A report about you is being looked into.",
        (Against::Suspended, _) => "A trust administrator took it off for now.",
        _ => doubt.unwrap_or("You were told why when that happened."),
    };
    Some(Adverse { against, id: held.id, member: held.member, at, told: told.to_owned(), first: None })
}

/// Appeals a decision, once, in the member's own words.
///
/// # Errors
/// [`Error::NotFound`] when there is no such decision against them, [`Error::Conflict`] when it was appealed already or
/// the time is over.
pub fn appeal(
    conn: &mut Conn,
    keys: &Keys,
    (what, id): (What, i64),
    by: MemberId,
    words: &str,
    now: Time,
) -> Result<AppealId, Error> {
    members::store::lock(conn, &[by])?;
    let found = adverse(conn, what, id)?.filter(|one| one.member == by && one.first.is_none());
    let adverse = found.ok_or(Error::NotFound)?;
    let has_appeal = of(conn, &adverse)?.is_some();
    may_appeal(adverse.at, has_appeal, now).map_err(|why| Error::Conflict(why.to_string().into()))?;
    let sealed = keys.seal_text(&context(adverse.against, id, adverse.at), words)?;
    let appeal = store::insert(conn, &adverse, &sealed, (now, due(now)))?;
    members::store::audit(conn, Some(by), "verification.appealed", &what.subject(id), "", now)?;
    Ok(appeal)
}

/// The appeal against this decision, if there is one.
///
/// # Errors
/// When the database fails.
pub fn of(conn: &mut Conn, adverse: &Adverse) -> Result<Option<Appeal>, Error> {
    let appeals = store::of_member(conn, adverse.member, APPEALS)?;
    Ok(appeals.into_iter().find(|appeal| is_against(appeal, adverse)))
}

fn is_against(appeal: &Appeal, adverse: &Adverse) -> bool {
    appeal.against == adverse.against && appeal.about == adverse.id && appeal.against_at == adverse.at
}

/// Under which context the words are sealed: a decision is appealed once.
fn context(against: Against, about: i64, at: Time) -> String {
    format!("verification_appeals.words {} {}", against.what().subject(about), rfc3339(at))
}

/// The words of an appeal.
///
/// # Errors
/// When they were not sealed by this site's keys.
pub fn words(keys: &Keys, appeal: &Appeal) -> Result<String, Error> {
    Ok(keys.unseal_text(&context(appeal.against, appeal.about, appeal.against_at), &appeal.words)?)
}

/// What was done before an appeal, and by whom.
#[derive(Clone, Debug, Default)]
pub struct Hands {
    /// What was decided about the document.
    pub documents: Vec<StepDone>,
    /// What was decided in calls.
    pub talks: Vec<StepDone>,
    /// Everybody who took part in any of it.
    pub took_part: Vec<MemberId>,
}

/// What was done before each of these appeals: five queries, however many they are.
///
/// # Errors
/// When the database fails.
pub fn hands(conn: &mut Conn, appeals: &[&Appeal]) -> Result<HashMap<AppealId, Hands>, Error> {
    let about = |what| {
        appeals.iter().filter(move |one| one.against.what() == what).map(|one| one.about).collect::<Vec<_>>()
    };
    let of_calls = store::cases_of_calls(conn, &about(What::Call))?;
    let grants = store::grants(conn, &about(What::Grant), &[])?;
    let grants: HashMap<i64, Held> = grants.into_iter().map(|held| (held.id, held)).collect();
    let revokers = store::revokers(conn, &about(What::Grant))?;
    let case_of = |appeal: &Appeal| match appeal.against.what() {
        What::Document => Some(appeal.about),
        What::Call => of_calls.get(&appeal.about).copied(),
        What::Grant => grants.get(&appeal.about).and_then(|held| held.case),
    };
    let cases: BTreeSet<i64> = appeals.iter().filter_map(|appeal| case_of(appeal)).collect();
    let cases: Vec<i64> = cases.into_iter().collect();
    let (documents, talks) = (steps::documents(conn, &cases)?, steps::talks(conn, &cases)?);
    let of_one = |appeal: &&Appeal| {
        let case = case_of(appeal).unwrap_or(0);
        let documents = documents.get(&case).cloned().unwrap_or_default();
        let talks = talks.get(&case).cloned().unwrap_or_default();
        let mut took_part: Vec<_> = documents.iter().chain(&talks).map(|step| step.agent).collect();
        if let Some(held) = Some(appeal.about)
            .filter(|_| appeal.against.what() == What::Grant)
            .and_then(|grant| grants.get(&grant))
        {
            took_part.extend(held.second.0.into_iter().chain(held.suspended.0));
            took_part.extend(revokers.get(&held.id).into_iter().flatten());
        }
        (appeal.id, Hands { documents, talks, took_part })
    };
    Ok(appeals.iter().map(of_one).collect())
}

/// Decides an appeal. A reversal does the one thing that opens the way again; whoever appealed is told.
///
/// # Errors
/// [`Error::NotFound`] when there is none, [`Error::Forbidden`] when somebody else decides, [`Error::Conflict`] when it
/// was decided already.
pub fn decide(
    conn: &mut Conn,
    id: AppealId,
    by: Decider,
    (outcome, reason): (Outcome, &str),
    now: Time,
) -> Result<(), Error> {
    let appeal = store::find(conn, id)?.ok_or(Error::NotFound)?;
    let took_part = hands(conn, &[&appeal])?.remove(&id).unwrap_or_default().took_part;
    may_decide(by, appeal.against, appeal.member, &took_part)
        .map_err(|why| Error::Forbidden(why.to_string().into()))?;
    if !store::decide(conn, id, by.id, (outcome, reason), now)? {
        return Err(Error::Conflict("Somebody decided on this appeal already.".into()));
    }
    let (act, subject) = match outcome {
        Outcome::Uphold => ("verification.appeal-upheld", appeal.against.what().subject(appeal.about)),
        Outcome::Reverse => ("verification.appeal-reversed", appeal.against.what().subject(appeal.about)),
    };
    members::store::audit(conn, Some(by.id), act, &subject, reason, now)?;
    if outcome == Outcome::Reverse {
        open(conn, &appeal, by.id, reason, now)?;
    }
    Ok(events::store::add(conn, &Event::VerificationMoved { member: appeal.member }, now)?)
}

/// Does what a reversal does. For documents, and the steps behind a badge, that is read from the appeal itself.
fn open(conn: &mut Conn, appeal: &Appeal, by: MemberId, reason: &str, now: Time) -> Result<(), Error> {
    match appeal.against.opening() {
        Opening::Document | Opening::Steps => {}
        Opening::Call => {
            calls::appeal(conn, CallId(appeal.about), now)?;
        }
        Opening::Lift => {
            let held = store::grants(conn, &[appeal.about], &[])?.into_iter().next();
            // It may have been lifted, or taken away, meanwhile.
            let stands = |held: &Held| held.decided() == Some((appeal.against, appeal.against_at));
            if let Some(held) = held.filter(stands) {
                lift_one(conn, (held.id, held.place), reason, by, now)?;
            }
        }
    }
    Ok(())
}

/// Whether the steps behind this approved document can be done anew.
///
/// # Errors
/// When the database fails.
pub fn steps_anew(conn: &mut Conn, case: &Case, now: Time) -> Result<Anew, Error> {
    let Some(held) = store::grants(conn, &[], &[case.id.0])?.pop() else { return Ok(Anew::Stands) };
    let decided = held.decided();
    let is_reversed = match decided {
        Some((_, at)) => store::is_reversed(conn, held.id, at)?,
        None => false,
    };
    let is_expired = held.expires_at.is_some_and(|end| end <= now);
    let is_near = held.expires_at.is_some_and(|end| is_renewable(end, now));
    let is_shown = held.place.state == GrantState::Active;
    let is_over = is_expired || is_shown && (is_near || !is_counted(conn, case.policy_version)?);
    Ok(anew(held.place, is_over, decided, is_reversed, now))
}

/// Whether the policy in force counts what was checked here under this version.
fn is_counted(conn: &mut Conn, version: i64) -> Result<bool, Error> {
    let policies = badges::store::policies(conn)?;
    let current = policies.iter().find(|policy| policy.badge == Badge::IdentityVerified);
    Ok(current.is_some_and(|current| matches!(says(current, Origin::Checks, version), Counted::Yes(_))))
}

/// What stands against a member, each with its appeal, and their other appeals.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// What stands.
    pub adverse: Vec<(Adverse, Option<Appeal>)>,
    /// Appeals against what does not stand any more, the newest first.
    pub past: Vec<Appeal>,
}

/// What stands against a member with their newest case, the calls about it and their newest grant.
///
/// # Errors
/// When the database fails.
pub fn standing(
    conn: &mut Conn,
    member: MemberId,
    (case, calls, grant): (Option<&Case>, &[calls::Call], Option<i64>),
) -> Result<Standing, Error> {
    let mut appeals = store::of_member(conn, member, APPEALS)?;
    let held = store::grants(conn, &grant.into_iter().collect::<Vec<_>>(), &[])?.pop();
    let all = [case.and_then(of_case), of_calls(calls), held.as_ref().and_then(of_grant)];
    let mut adverse = Vec::new();
    for one in all.into_iter().flatten().filter(|one| one.first.is_none()) {
        let at = appeals.iter().position(|appeal| is_against(appeal, &one));
        let appeal = at.map(|at| appeals.remove(at));
        // A call in place of which another may be had says so itself.
        let is_open = |call: &calls::Call| call.id.0 == one.id && call.appealed_at.is_some();
        let says_so = one.against == Against::Failed && calls.iter().any(is_open);
        if appeal.is_some() || !says_so {
            adverse.push((one, appeal));
        }
    }
    Ok(Standing { adverse, past: appeals })
}
