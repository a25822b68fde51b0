//! Appeals against decisions of verification, from the member's words to what a reversal opens.

mod deciding;
mod states;

use chrono::TimeDelta;
use diesel::prelude::*;
use touchstone::badges::rules::{Cause, GrantState, Place};
use touchstone::db::schema::{calls, document_cases, document_decisions, verification_appeals};
use touchstone::members::rules::{Role, Tier};
use touchstone::verification::appeals::actions;
use touchstone::verification::appeals::rules::What;
use touchstone::verification::document::rules::ATTEMPTS;

use crate::calls::{approve, join, shift, waive};
use crate::grants::{acts, is_shown, passed, place, settle};
use crate::support::look::{id_of, mails};
use crate::support::{Page, Person, TestSite};

const LIST: &str = "/agent/appeals";
const WORDS: &str = "It was me, and I can show it <again>.";

fn trusted(site: &TestSite, handle: &str) -> Person {
    site.add_app(site.staff(handle, &[Role::TrustAdministrator]))
}

fn path(what: &str, id: i64) -> String {
    format!("/verification/appeal/{what}/{id}")
}

async fn appeal(site: &TestSite, who: &Person, what: &str, id: i64) -> Page {
    site.post(who, &path(what, id), &[("words", WORDS)]).await
}

/// The number of the newest appeal.
fn newest(site: &TestSite) -> i64 {
    site.read(|conn| {
        let ids = verification_appeals::table.order(verification_appeals::id.desc());
        Ok(ids.select(verification_appeals::id).first(conn)?)
    })
}

fn count(site: &TestSite) -> i64 {
    site.read(|conn| Ok(verification_appeals::table.count().get_result(conn)?))
}

async fn decide(site: &TestSite, who: &Person, outcome: &str) -> Page {
    let fields = [("outcome", outcome), ("reason", "The seal is that of <1998>.")];
    site.post(who, &format!("{LIST}/{}", newest(site)), &fields).await
}

/// A badge that Tess took off because of a report.
async fn suspended(site: &TestSite) -> (Person, i64) {
    let (ada, grant) = passed(site, "ada-l", false);
    settle(site, 61).await;
    let tess = trusted(site, "tess-t");
    let form = [("handle", "ada-l"), ("act", "report"), ("words", "A report of fraud")];
    site.post(&tess, "/admin/badges", &form).await.expect(303);
    assert_eq!(place(site, grant), Place::off(Cause::Report));
    (ada, grant)
}

/// A badge that Boris refused at the second look.
async fn refused(site: &TestSite) -> (Person, i64) {
    let boris = site.senior("boris-s");
    let (ada, grant) = passed(site, "ada-l", true);
    let form = [("outcome", "refuse"), ("reason", "person"), ("words", "The chin differs")];
    site.post(&boris, &format!("/agent/second-looks/{grant}"), &form).await.expect(303);
    assert_eq!(place(site, grant), Place::of(GrantState::Revoked));
    (ada, grant)
}

/// A badge that Tess wanted to have taken away, and Uma took away.
async fn revoked(site: &TestSite) -> (Person, i64) {
    let (ada, grant) = passed(site, "ada-l", false);
    settle(site, 61).await;
    let (tess, uma) = (trusted(site, "tess-t"), trusted(site, "uma-t"));
    let form = [("handle", "ada-l"), ("act", "revoke"), ("reason", "untrue"), ("words", "It was not them")];
    site.post(&tess, "/admin/badges", &form).await.expect(303);
    let open = site.get(&uma, "/admin/badges").await.expect(200);
    let path = format!("/admin/badges/{}", open.attribute("[data-revocation]", "data-revocation"));
    site.post(&uma, &path, &[("outcome", "confirm")]).await.expect(303);
    assert_eq!(place(site, grant), Place::of(GrantState::Revoked));
    (ada, grant)
}

/// A document that Dora declined; read again by a senior agent, or not yet.
fn declined(site: &TestSite, who: &Person, is_read_again: bool) -> i64 {
    let now = site.clock.now();
    let case = approve(site, id_of(site, &who.handle), id_of(site, "dora-d"));
    site.write(move |conn| {
        diesel::update(document_decisions::table.filter(document_decisions::case_id.eq(case)))
            .set(document_decisions::outcome.eq("decline"))
            .execute(conn)?;
        diesel::update(document_cases::table.find(case))
            .set((
                document_cases::state.eq("declined"),
                document_cases::reason.eq("other-person"),
                document_cases::appealed_at.eq(is_read_again.then_some(now)),
            ))
            .execute(conn)?;
        Ok(case.0)
    })
}

/// Calls that Noor and Otis found to be of somebody else, the second in place of an appeal against the first.
fn failed_twice(site: &TestSite, who: &Person) -> i64 {
    let (member, dora) = (id_of(site, &who.handle), id_of(site, "dora-d"));
    let agents = [id_of(site, "noor-v"), id_of(site, "otis-w")];
    let (case, now) = (approve(site, member, dora), site.clock.now());
    waive(site, member, dora);
    site.write(move |conn| {
        let mut last = 0;
        for (agent, appealed_at) in agents.into_iter().zip([Some(now), None]) {
            last = diesel::insert_into(calls::table)
                .values((
                    calls::member_id.eq(member),
                    calls::case_id.eq(case.0),
                    calls::policy_version.eq(2),
                    calls::state.eq("failed"),
                    calls::reason.eq("other-person"),
                    calls::agent_id.eq(agent.0),
                    calls::decided_at.eq(now),
                    calls::ended_at.eq(now),
                    calls::made_at.eq(now),
                    calls::queued_at.eq(now),
                    calls::appealed_at.eq(appealed_at),
                ))
                .returning(calls::id)
                .get_result(conn)?;
        }
        Ok(last)
    })
}

#[actix_web::test]
async fn a_member_appeals_in_sealed_words_and_reads_by_when_it_is_decided() {
    let site = TestSite::start();
    let (ada, grant) = suspended(&site).await;
    let status = site.get(&ada, "/verification").await.expect(200);
    assert!(status.text("[data-appeal]").contains("until Dec 18, 2026, 13:01 UTC, the last day"));
    let path = path("grant", grant);
    assert_eq!(status.attribute("[data-appeal] a", "href"), path);
    assert_eq!(
        site.get(&ada, "/verification/badge").await.expect(200).attribute("#badge .button-primary", "href"),
        path
    );
    assert_eq!(site.get(&ada, &path).await.expect(200).count("form textarea"), 1);

    let short = site.post(&ada, &path, &[("words", "Not <me>")]).await.expect(422);
    assert_eq!((short.count("#words-problem"), short.text("textarea").as_str()), (1, "Not <me>"));
    site.post(&ada, &path, &[("words", &"x".repeat(4_001))]).await.expect(422);
    assert_eq!(count(&site), 0);

    let sent = appeal(&site, &ada, "grant", grant).await.expect(303);
    assert_eq!(sent.location(), format!("{path}?told=sent"));
    let page = site.get(&ada, sent.location()).await.expect(200);
    // Wednesday to Wednesday: five working days.
    assert!(
        page.text("#stands").contains("is being read, by Nov 25, 2026, 13:01 UTC"),
        "{}",
        page.text("#stands")
    );
    assert_eq!(page.count("form textarea"), 0);
    let sealed: String =
        site.read(|conn| Ok(verification_appeals::table.select(verification_appeals::words).first(conn)?));
    assert!(sealed.starts_with("sealed1.") && !sealed.contains("me"), "{sealed}");
    assert_eq!(acts(&site, "verification.appealed"), 1);

    let again = appeal(&site, &ada, "grant", grant).await.expect(409);
    assert_eq!(again.text("#typed"), WORDS, "nothing that was typed is lost");
    assert_eq!(count(&site), 1);
    site.clock.advance(TimeDelta::days(8));
    let ada = site.sign_in("ada-l");
    let late = site.get(&ada, "/verification").await.expect(200).text("[data-appeal]");
    assert!(late.contains("late by 1 day 0 h. We are sorry"), "{late}");
}

#[actix_web::test]
async fn nobody_appeals_for_others_nor_what_was_not_decided_against_them() {
    let site = TestSite::start();
    let (ada, grant) = suspended(&site).await;
    let ben = site.member("ben-o");
    site.get(&ben, &path("grant", grant)).await.expect(404);
    appeal(&site, &ben, "grant", grant).await.expect(404);
    appeal(&site, &Person::visitor(), "grant", grant).await.expect(403);
    for (what, id) in [("grant", 999), ("call", 1), ("document", 1), ("phone", 1)] {
        site.get(&ada, &path(what, id)).await.expect(404);
        appeal(&site, &ada, what, id).await.expect(404);
    }
    assert_eq!(count(&site), 0);
}

#[actix_web::test]
async fn after_thirty_days_it_is_too_late_and_the_steps_can_be_done_anew() {
    let site = TestSite::start();
    let (_, grant) = refused(&site).await;
    site.clock.advance(TimeDelta::days(30));
    let ada = site.sign_in("ada-l");
    assert_eq!(site.get(&ada, &path("grant", grant)).await.expect(200).count("form textarea"), 1);
    site.clock.advance(TimeDelta::seconds(1));
    let page = site.get(&ada, &path("grant", grant)).await.expect(200);
    assert_eq!(page.count("form textarea"), 0);
    assert!(page.text("#stands").contains("The 30 days for an appeal are over"));
    assert_eq!(page.attribute("#stands .button-primary", "href"), "/verification/document/consent");
    appeal(&site, &ada, "grant", grant).await.expect(409);
    assert_eq!(count(&site), 0);
    crate::documents::consent(&site, &ada).await;
}

#[test]
fn two_appeals_at_once_are_one() {
    let site = TestSite::start();
    let ada = site.member("ada-l");
    site.agent("dora-d");
    let case = declined(&site, &ada, true);
    let (member, now, keys) = (id_of(&site, "ada-l"), site.clock.now(), site.keys());
    let barrier = std::sync::Barrier::new(2);
    let write = || {
        let keys = keys.clone();
        barrier.wait();
        site.db
            .write_now(move |conn| actions::appeal(conn, &keys, (What::Document, case), member, WORDS, now))
    };
    let (one, other) = std::thread::scope(|scope| {
        let (one, other) = (scope.spawn(write), scope.spawn(write));
        (one.join().unwrap(), other.join().unwrap())
    });
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    assert_eq!((count(&site), acts(&site, "verification.appealed")), (1, 1));
}

#[actix_web::test]
async fn what_another_look_is_to_be_had_at_first_leads_there() {
    let site = TestSite::start();
    let ada = site.member("ada-l");
    site.agent("dora-d");
    let case = declined(&site, &ada, false);
    let page = site.get(&ada, &path("document", case)).await.expect(303);
    assert_eq!(page.location(), "/verification/document/appeal");
    appeal(&site, &ada, "document", case).await.expect(404);
    assert_eq!(site.get(&ada, "/verification").await.expect(200).count("[data-appeal]"), 0);
    assert_eq!(count(&site), 0);
}

#[actix_web::test]
async fn a_reversed_document_makes_earlier_attempts_count_no_more() {
    let site = TestSite::start();
    let ada = site.rated("ada-l", Tier::TopRated);
    site.agent("dora-d");
    let mut case = 0;
    for _ in 0..ATTEMPTS {
        case = declined(&site, &ada, true);
    }
    let form = [("version", "1"), ("agree", "yes")];
    site.post(&ada, "/verification/document/consent", &form).await.expect(422);
    appeal(&site, &ada, "document", case).await.expect(303);
    let sela = site.senior("sela-s");
    decide(&site, &sela, "reverse").await.expect(303);
    let told = site.get(&ada, "/verification").await.expect(200);
    assert!(
        told.text("[data-appeal]").contains("The seal is that of <1998>."),
        "{}",
        told.text("[data-appeal]")
    );
    assert_eq!(told.attribute("[data-appeal] a", "href"), "/verification/document/consent");
    site.clock.advance(TimeDelta::seconds(1));
    crate::documents::consent(&site, &ada).await;
}

#[actix_web::test]
async fn a_reversed_call_lets_another_agent_talk_to_the_member() {
    let site = TestSite::start();
    let ada = site.member("ada-l");
    for agent in ["dora-d", "noor-v", "otis-w", "pia-q"] {
        site.agent(agent);
        shift(&site, agent, 0, 120);
    }
    let call = failed_twice(&site, &ada);
    join(&site, &ada).await.expect(422);
    let page = site.get(&ada, "/verification/call").await.expect(200);
    assert_eq!(page.attribute("[data-appeal] a", "href"), path("call", call));
    appeal(&site, &ada, "call", call).await.expect(303);
    join(&site, &ada).await.expect(422);
    let sela = site.senior("sela-s");
    decide(&site, &sela, "reverse").await.expect(303);
    join(&site, &ada).await.expect(303);
    crate::calls::arrive(&site, &ada);
    for agent in ["noor-v", "otis-w", "dora-d"] {
        let agent = site.sign_in(agent);
        site.prove(&agent);
        let page = site.post(&agent, "/agent/calls", &[]).await.expect(303);
        assert_eq!(page.location(), "/agent/calls?told=nothing", "{}", agent.handle);
    }
    let pia = site.sign_in("pia-q");
    site.prove(&pia);
    let page = site.post(&pia, "/agent/calls", &[]).await.expect(303);
    assert_ne!(page.location(), "/agent/calls?told=nothing");
}

#[actix_web::test]
async fn a_badge_that_was_refused_at_the_second_look_can_be_had_anew_and_from_the_start() {
    let site = TestSite::start();
    let (ada, grant) = refused(&site).await;
    let form = [("version", "1"), ("agree", "yes")];
    let page = site.post(&ada, "/verification/document/consent", &form).await.expect(422);
    assert!(page.body.contains("You can take the steps anew from Dec 18, 2026, 12:00 UTC."));
    let status = site.get(&ada, "/verification").await.expect(200);
    assert_eq!(status.attribute("[data-step=document]", "data-state"), "ended");
    assert_eq!(status.attribute("[data-step=call]", "data-state"), "locked");

    appeal(&site, &ada, "grant", grant).await.expect(303);
    let sela = site.senior("sela-s");
    decide(&site, &sela, "reverse").await.expect(303);
    assert_eq!(place(&site, grant), Place::of(GrantState::Revoked), "nobody gives a badge");
    let status = site.get(&ada, "/verification").await.expect(200);
    assert_eq!(status.attribute("[data-step=document]", "data-state"), "now");
    let way = site.get(&ada, "/verification/document").await.expect(303);
    assert_eq!(way.location(), "/verification/document/consent");
    site.get(&ada, way.location()).await.expect(200);
    crate::documents::consent(&site, &ada).await;
    let way = site.get(&ada, "/verification/document").await.expect(303);
    assert_eq!(way.location(), "/verification/document/choose");
    // Once that is approved, a call can be had, by whoever took no part in this case.
    site.agent("pia-q");
    shift(&site, "pia-q", 0, 120);
    approve(&site, id_of(&site, "ada-l"), id_of(&site, "dora-d"));
    join(&site, &ada).await.expect(303);
}

#[actix_web::test]
async fn a_reversed_suspension_puts_the_badge_back_where_it_was_and_is_told() {
    let site = TestSite::start();
    let (ada, grant) = suspended(&site).await;
    appeal(&site, &ada, "grant", grant).await.expect(303);
    let uma = trusted(&site, "uma-t");
    site.forum.jobs(None).drain_outbox().await.unwrap();
    let before = mails(&site).len();
    site.clock.advance(TimeDelta::minutes(1));
    let done = decide(&site, &uma, "reverse").await.expect(303);
    assert_eq!(site.get(&uma, done.location()).await.expect(200).count("[role=status]"), 1);
    assert_eq!(place(&site, grant), Place::of(GrantState::Active));
    assert!(is_shown(&site, "ada-l"));
    assert_eq!((acts(&site, "verification.appeal-reversed"), acts(&site, "grant.lifted")), (1, 1));
    site.forum.jobs(None).drain_outbox().await.unwrap();
    assert!(mails(&site).len() > before, "a mail says that the verification moved on");
    let told = site.get(&ada, "/verification").await.expect(200).text("[data-appeal]");
    assert!(
        told.contains("Your appeal was granted") && told.contains("The seal is that of <1998>."),
        "{told}"
    );
}

#[actix_web::test]
async fn a_decision_that_stands_is_told_with_its_reason_and_the_day_on_which_it_goes_on() {
    let site = TestSite::start();
    let (ada, grant) = revoked(&site).await;
    appeal(&site, &ada, "grant", grant).await.expect(303);
    let vera = trusted(&site, "vera-t");
    decide(&site, &vera, "uphold").await.expect(303);
    assert_eq!(place(&site, grant), Place::of(GrantState::Revoked));
    let told = site.get(&ada, "/verification").await.expect(200).text("[data-appeal]");
    assert!(told.contains("the decision stands") && told.contains("The seal is that of <1998>."), "{told}");
    assert!(told.contains("From Dec 18, 2026, 13:01 UTC, you can take document and call anew."), "{told}");
    appeal(&site, &ada, "grant", grant).await.expect(409);
    assert_eq!(acts(&site, "verification.appeal-upheld"), 1);
    let form = [("version", "1"), ("agree", "yes")];
    site.post(&ada, "/verification/document/consent", &form).await.expect(422);
    site.clock.advance(TimeDelta::days(30));
    crate::documents::consent(&site, &site.sign_in("ada-l")).await;
}

#[actix_web::test]
async fn another_suspension_is_another_decision() {
    let site = TestSite::start();
    let (ada, grant) = suspended(&site).await;
    appeal(&site, &ada, "grant", grant).await.expect(303);
    let uma = trusted(&site, "uma-t");
    decide(&site, &uma, "reverse").await.expect(303);
    site.clock.advance(TimeDelta::minutes(1));
    let form = [("handle", "ada-l"), ("act", "take-over"), ("words", "Signs of it")];
    site.post(&uma, "/admin/badges", &form).await.expect(303);
    appeal(&site, &ada, "grant", grant).await.expect(303);
    assert_eq!(count(&site), 2);
    decide(&site, &uma, "reverse").await.expect(403);
}
