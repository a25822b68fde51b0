//! The decision, and what the member reads of it.

use chrono::TimeDelta;
use touchstone::db::Conn;
use touchstone::error::Error;
use touchstone::verification::call::actions;
use touchstone::verification::call::rules::State;

use super::{book, call, decide, join, later, ready, shift, state, talk};
use crate::support::look::{audit, count_grants, member};
use crate::support::{Person, TestSite};

const CALL: &str = "/verification/call";

#[actix_web::test]
async fn a_pass_is_told_audited_and_final() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    shift(&site, "noor-v", 0, 60);
    let ada = ready(&site, "ada-l");
    let id = talk(&site, &ada, &noor).await;
    decide(&site, &noor, id, ("passed", "", "cannot-tell")).await.expect(422);
    decide(&site, &noor, id, ("", "", "yes")).await.expect(422);
    site.post(&noor, &super::path(id, "decide"), &[("outcome", "passed")]).await.expect(422);
    assert_eq!(state(&site, &ada), State::InCall);

    decide(&site, &noor, id, ("passed", "", "yes")).await.expect(303);
    let passed = call(&site, &ada);
    assert_eq!(
        (passed.state, passed.decided_at, passed.is_flagged),
        (State::Passed, Some(site.clock.now()), false)
    );
    let page = site.get(&ada, CALL).await.expect(200);
    assert_eq!(page.text("#now h2"), "Passed");
    assert!(page.text("#now").contains("by Nov 20, 2026, 12:00 UTC"), "{}", page.text("#now"));
    assert_eq!((page.count("#times"), page.count("#queue")), (0, 0));
    let status = site.get(&ada, "/verification").await.expect(200);
    assert_eq!(status.attribute("[data-step=call]", "data-state"), "done");
    join(&site, &ada).await.expect(422);
    decide(&site, &noor, id, ("failed", "other-person", "no")).await.expect(409);
    assert_eq!(state(&site, &ada), State::Passed);
    let decided: Vec<_> = audit(&site)
        .into_iter()
        .filter(|(act, ..)| act == "live-call.decided")
        .map(|(_, _, why)| why)
        .collect();
    assert_eq!(decided, ["passed"]);
    site.forum.jobs(None).drain_outbox().await.unwrap();
    let told = site.get(&ada, "/notifications").await.expect(200);
    assert!(told.body.contains("Your verification moved on"));
    assert!(!told.body.to_lowercase().contains("passed"), "what it moved to stands on its page alone");
}

#[actix_web::test]
async fn a_failed_call_is_told_as_a_class_and_can_be_appealed_once() {
    let site = TestSite::start();
    let (noor, otis) = (site.agent("noor-v"), site.agent("otis-w"));
    for agent in ["noor-v", "otis-w"] {
        shift(&site, agent, 0, 120);
    }
    let ada = ready(&site, "ada-l");
    let id = talk(&site, &ada, &noor).await;
    decide(&site, &noor, id, ("failed", "light", "no")).await.expect(422);
    decide(&site, &noor, id, ("failed", "other-person", "yes")).await.expect(422);
    decide(&site, &noor, id, ("failed", "other-person", "no")).await.expect(303);
    let page = site.get(&ada, CALL).await.expect(200);
    assert!(page.text("#now").contains("We could not confirm in the call that the document is yours"));
    assert!(page.text("#now").contains("until Dec 18, 2026, 12:00 UTC"), "{}", page.text("#now"));
    assert_eq!((page.count("#times"), page.count("form[action='/verification/call/appeal']")), (0, 1));
    join(&site, &ada).await.expect(422);

    site.post(&ada, "/verification/call/appeal", &[]).await.expect(303);
    site.post(&ada, "/verification/call/appeal", &[]).await.expect(404);
    assert_eq!(site.get(&ada, CALL).await.expect(200).text("#now h2"), "Appealed");
    join(&site, &ada).await.expect(303);
    super::arrive(&site, &ada);
    assert_eq!(super::take(&site, &noor).await, None, "who decided takes no part");
    let again = super::take(&site, &otis).await.unwrap();
    site.post(&otis, &super::path(again, "admit"), &[]).await.expect(303);
    decide(&site, &otis, again, ("failed", "would-not", "no")).await.expect(303);
    site.post(&ada, "/verification/call/appeal", &[]).await.expect(404);
    let page = site.get(&ada, CALL).await.expect(200);
    assert!(page.text("#now").contains("From Dec 18, 2026, 12:00 UTC you can have another call"));
}

#[actix_web::test]
async fn an_appeal_is_over_after_thirty_days_and_then_another_call_is_open() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    shift(&site, "noor-v", 0, 60);
    let ada = ready(&site, "ada-l");
    let id = talk(&site, &ada, &noor).await;
    decide(&site, &noor, id, ("failed", "other-person", "no")).await.expect(303);
    site.clock.advance(TimeDelta::days(30) + TimeDelta::seconds(1));
    site.agent("otis-w");
    shift(&site, "otis-w", 0, 60);
    let ada = site.sign_in("ada-l");
    site.post(&ada, "/verification/call/appeal", &[]).await.expect(404);
    join(&site, &ada).await.expect(303);
}

#[actix_web::test]
async fn fraud_takes_two_agents_and_a_flag_goes_with_the_case() {
    let site = TestSite::start();
    let agents = ["noor-v", "otis-w", "pia-q"].map(|handle| {
        let agent = site.agent(handle);
        shift(&site, handle, 0, 240);
        agent
    });
    let (ada, ben) = (ready(&site, "ada-l"), ready(&site, "ben-o"));
    for (who, second, result) in
        [(&ada, ("flagged", "", "no"), State::Failed), (&ben, ("passed", "", "yes"), State::Passed)]
    {
        let id = talk(&site, who, &agents[0]).await;
        decide(&site, &agents[0], id, ("flagged", "", "no")).await.expect(303);
        assert_eq!(state(&site, who), State::Flagged);
        let page = site.get(who, CALL).await.expect(200);
        assert_eq!(page.text("#now h2"), "Another call is needed");
        assert!(!page.text("#now").to_lowercase().contains("fraud"));
        let id = talk(&site, who, &agents[1]).await;
        decide(&site, &agents[1], id, second).await.expect(303);
        assert_eq!((state(&site, who), call(&site, who).is_flagged), (result, true));
    }
}

/// Invariant 1, for the call.
#[actix_web::test]
async fn missing_breaking_off_or_failing_a_call_changes_nothing_else() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    shift(&site, "noor-v", 0, 240);
    let ada = ready(&site, "ada-l");
    let looks = async || {
        let public = site.get(&Person::visitor(), "/u/ada-l").await.expect(200).body;
        (public, format!("{:?}", member(&site, "ada-l")), count_grants(&site))
    };
    let before = looks().await;
    book(&site, &ada, 20).await;
    later(&site, TimeDelta::minutes(26)).await;
    assert_eq!(state(&site, &ada), State::Missed);
    assert_eq!(looks().await, before);
    site.prove(&noor);
    let id = talk(&site, &ada, &noor).await;
    later(&site, TimeDelta::seconds(61)).await;
    assert_eq!(state(&site, &ada), State::Queued);
    assert_eq!(looks().await, before);
    super::arrive(&site, &ada);
    let again = super::take(&site, &noor).await.unwrap();
    assert_ne!(again, id);
    site.post(&noor, &super::path(again, "admit"), &[]).await.expect(303);
    decide(&site, &noor, again, ("failed", "would-not", "no")).await.expect(303);
    assert_eq!(looks().await, before);
}

#[actix_web::test]
async fn an_agent_never_decides_where_they_decided_about_the_document() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    shift(&site, "noor-v", 0, 60);
    let ada = ready(&site, "ada-l");
    let id = talk(&site, &ada, &noor).await;
    // Noor had a part in the document after all.
    let (case, agent, now) =
        (call(&site, &ada).case.0, crate::support::look::id_of(&site, "noor-v").0, site.clock.now());
    site.write(move |conn: &mut Conn| -> Result<(), Error> {
        use diesel::prelude::*;
        use touchstone::db::schema::document_decisions as decisions;
        diesel::insert_into(decisions::table)
            .values((
                decisions::case_id.eq(touchstone::verification::CaseId(case)),
                decisions::agent_id.eq(touchstone::members::MemberId(agent)),
                decisions::outcome.eq("refer"),
                decisions::answers.eq(""),
                decisions::note.eq(""),
                decisions::decided_at.eq(now),
            ))
            .execute(conn)?;
        Ok(())
    });
    decide(&site, &noor, id, ("passed", "", "yes")).await.expect(404);
    assert_eq!(state(&site, &ada), State::InCall);
    let now = site.clock.now();
    assert_eq!(site.write(move |conn| actions::lapse(conn, now)), 0);
}
