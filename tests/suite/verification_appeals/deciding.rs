//! Who decides about an appeal, and once.

use chrono::TimeDelta;
use touchstone::badges::rules::{GrantState, Place};
use touchstone::verification::appeals::AppealId;
use touchstone::verification::appeals::actions;
use touchstone::verification::appeals::rules::{Decider, Outcome};

use super::{
    LIST, WORDS, appeal, count, decide, declined, failed_twice, newest, path, refused, revoked, suspended,
    trusted,
};
use crate::grants::{acts, place};
use crate::support::look::id_of;
use crate::support::{Person, TestSite};

/// Sees the appeal in the list and may not decide: there is no form, and nothing comes of sending one.
async fn is_refused(site: &TestSite, who: &Person) {
    let list = site.get(who, LIST).await.expect(200);
    assert_eq!((list.count("[data-appeal]"), list.count("[data-appeal] .button")), (1, 0), "{}", who.handle);
    let page = site.get(who, &format!("{LIST}/{}", newest(site))).await.expect(200);
    assert_eq!(page.count("main form[method=post] textarea"), 0, "{}", who.handle);
    decide(site, who, "reverse").await.expect(403);
    assert_eq!(acts(site, "verification.appeal-reversed"), 0);
}

/// Somebody with a second factor, signed in anew, who showed it.
fn proved(site: &TestSite, handle: &str) -> Person {
    let who = site.sign_in(handle);
    site.prove(&who);
    who
}

#[actix_web::test]
async fn agents_who_are_not_senior_and_everybody_else_are_kept_out() {
    let site = TestSite::start();
    let (ada, grant) = suspended(&site).await;
    appeal(&site, &ada, "grant", grant).await.expect(303);
    let root = site.staff("root-r", &[touchstone::members::rules::Role::Administrator]);
    for who in [&ada, &root, &site.agent("pia-q")] {
        site.get(who, LIST).await.expect(403);
        site.get(who, &format!("{LIST}/{}", newest(&site))).await.expect(403);
        decide(&site, who, "reverse").await.expect(403);
    }
    let unproved = site.staff("sela-s", &[touchstone::members::rules::Role::SeniorAgent]);
    site.get(&unproved, LIST).await.expect(303);
    assert_eq!(acts(&site, "verification.appeal-reversed"), 0);
}

#[actix_web::test]
async fn whoever_took_a_badge_off_decides_nothing_and_neither_does_a_senior_agent() {
    let site = TestSite::start();
    let (ada, grant) = suspended(&site).await;
    appeal(&site, &ada, "grant", grant).await.expect(303);
    is_refused(&site, &proved(&site, "tess-t")).await;
    is_refused(&site, &site.senior("sela-s")).await;
    let uma = trusted(&site, "uma-t");
    let page = site.get(&uma, &format!("{LIST}/{}", newest(&site))).await.expect(200);
    assert_eq!(page.text("#member-words"), WORDS);
    assert!(
        page.body.contains("report: A report of fraud") && !page.body.contains("Tess"),
        "roles, no names"
    );
    decide(&site, &uma, "uphold").await.expect(303);
}

#[actix_web::test]
async fn whoever_asked_for_a_revocation_or_confirmed_it_decides_nothing() {
    let site = TestSite::start();
    let (ada, grant) = revoked(&site).await;
    appeal(&site, &ada, "grant", grant).await.expect(303);
    for handle in ["tess-t", "uma-t"] {
        is_refused(&site, &proved(&site, handle)).await;
    }
    is_refused(&site, &site.senior("sela-s")).await;
    decide(&site, &trusted(&site, "vera-t"), "reverse").await.expect(303);
    assert_eq!(place(&site, grant), Place::of(GrantState::Revoked));
}

#[actix_web::test]
async fn whoever_refused_at_the_second_look_decides_nothing() {
    let site = TestSite::start();
    let (ada, grant) = refused(&site).await;
    appeal(&site, &ada, "grant", grant).await.expect(303);
    let boris = site.sign_in("boris-s");
    site.prove(&boris);
    is_refused(&site, &boris).await;
    decide(&site, &site.senior("sela-s"), "reverse").await.expect(303);
}

#[actix_web::test]
async fn whoever_decided_about_the_document_or_talked_decides_nothing() {
    let site = TestSite::start();
    for agent in ["dora-d", "noor-v", "otis-w"] {
        site.senior(agent);
    }
    let (ada, ben) = (site.member("ada-l"), site.member("ben-o"));
    let case = declined(&site, &ada, true);
    appeal(&site, &ada, "document", case).await.expect(303);
    let dora = site.sign_in("dora-d");
    site.prove(&dora);
    is_refused(&site, &dora).await;
    let noor = site.sign_in("noor-v");
    site.prove(&noor);
    decide(&site, &noor, "uphold").await.expect(303);

    let call = failed_twice(&site, &ben);
    appeal(&site, &ben, "call", call).await.expect(303);
    let otis = site.sign_in("otis-w");
    site.prove(&otis);
    for who in [&dora, &noor, &otis] {
        is_refused(&site, who).await;
    }
    decide(&site, &trusted(&site, "tess-t"), "reverse").await.expect(303);
}

#[actix_web::test]
async fn nobody_decides_their_own() {
    let site = TestSite::start();
    site.agent("dora-d");
    let ada = site.senior("ada-l");
    let case = declined(&site, &ada, true);
    appeal(&site, &ada, "document", case).await.expect(303);
    is_refused(&site, &ada).await;
}

#[actix_web::test]
async fn a_decision_needs_its_outcome_and_its_reason_and_is_made_once() {
    let site = TestSite::start();
    let (ada, grant) = suspended(&site).await;
    appeal(&site, &ada, "grant", grant).await.expect(303);
    let uma = trusted(&site, "uma-t");
    let address = format!("{LIST}/{}", newest(&site));
    let form = [("outcome", "perhaps"), ("reason", "Because <of> it")];
    let page = site.post(&uma, &address, &form).await.expect(422);
    assert_eq!((page.count("#outcome-problem"), page.text("#reason").as_str()), (1, "Because <of> it"));
    let page = site.post(&uma, &address, &[("outcome", "uphold"), ("reason", " ")]).await.expect(422);
    assert_eq!((page.count("#reason-problem"), page.count("input[checked]")), (1, 1));
    decide(&site, &uma, "uphold").await.expect(303);
    decide(&site, &uma, "reverse").await.expect(409);
    assert_ne!(place(&site, grant), Place::of(GrantState::Active));
    let page = site.get(&uma, &address).await.expect(200);
    assert!(page.text("#decided").contains("The decision stands"));
    assert_eq!(site.get(&uma, LIST).await.expect(200).count("[data-appeal]"), 0);
    site.get(&uma, &format!("{LIST}/999")).await.expect(404);
    assert_eq!(count(&site), 1);
}

#[actix_web::test]
async fn the_list_goes_by_the_day_on_which_they_are_due_and_marks_what_is_late() {
    let site = TestSite::start();
    site.agent("dora-d");
    let (ada, ben) = (site.member("ada-l"), site.member("ben-o"));
    let (first, second) = (declined(&site, &ben, true), declined(&site, &ada, true));
    appeal(&site, &ben, "document", first).await.expect(303);
    site.clock.advance(TimeDelta::days(6));
    let ada = site.sign_in("ada-l");
    appeal(&site, &ada, "document", second).await.expect(303);
    site.clock.advance(TimeDelta::days(2));
    let sela = site.senior("sela-s");
    let list = site.get(&sela, LIST).await.expect(200);
    let rows = list.texts("[data-appeal]");
    assert_eq!((rows.len(), list.count("[data-appeal] .flag")), (2, 1));
    assert!(rows[0].contains("Ben O") && rows[0].contains("late by 1 day 0 h"), "{rows:?}");
    assert_eq!(path("document", first), format!("/verification/appeal/document/{first}"));
}

#[test]
fn two_who_decide_at_once_decide_once() {
    let site = TestSite::start();
    let (ada, keys, now) = (site.member("ada-l"), site.keys(), site.clock.now());
    site.agent("dora-d");
    let case = declined(&site, &ada, true);
    let member = id_of(&site, "ada-l");
    let id: AppealId = site.write(move |conn| {
        let about = (touchstone::verification::appeals::rules::What::Document, case);
        actions::appeal(conn, &keys, about, member, WORDS, now)
    });
    let deciders = ["tess-t", "uma-t"].map(|handle| {
        trusted(&site, handle);
        Decider { id: id_of(&site, handle), is_trust: true }
    });
    let barrier = std::sync::Barrier::new(2);
    let decide = |by, outcome| {
        barrier.wait();
        site.db.write_now(move |conn| actions::decide(conn, id, by, (outcome, "Because"), now))
    };
    let (one, other) = std::thread::scope(|scope| {
        let one = scope.spawn(|| decide(deciders[0], Outcome::Uphold));
        let other = scope.spawn(|| decide(deciders[1], Outcome::Reverse));
        (one.join().unwrap(), other.join().unwrap())
    });
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    assert_eq!(acts(&site, "verification.appeal-upheld") + acts(&site, "verification.appeal-reversed"), 1);
}
