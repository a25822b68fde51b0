//! The queue.

use chrono::TimeDelta;
use serde_json::Value;
use touchstone::verification::call::rules::State;

use super::{approve, arrive, book, call, join, later, path, ready, shift, state, take, talk, waive};
use crate::support::look::id_of;
use crate::support::{Person, TestSite};

async fn news(site: &TestSite, who: &Person) -> Value {
    let page = site.get(who, "/verification/call/state").await.expect(200);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    serde_json::from_str(&page.body).unwrap()
}

#[actix_web::test]
async fn whoever_waits_longest_is_next_and_never_with_who_decided_before() {
    let site = TestSite::start();
    let (noor, otis) = (site.agent("noor-v"), site.agent("otis-w"));
    shift(&site, "noor-v", 0, 120);
    shift(&site, "otis-w", 0, 120);
    // The first who waits is one about whom Noor decided.
    let ada = site.member("ada-l");
    approve(&site, id_of(&site, "ada-l"), id_of(&site, "noor-v"));
    waive(&site, id_of(&site, "ada-l"), id_of(&site, "otis-w"));
    let (ben, cleo) = (ready(&site, "ben-o"), ready(&site, "cleo-p"));
    for who in [&ada, &ben, &cleo] {
        join(&site, who).await.expect(303);
        site.clock.advance(TimeDelta::seconds(10));
    }
    assert_eq!(take(&site, &noor).await, Some(call(&site, &ben).id));
    assert_eq!(take(&site, &noor).await, Some(call(&site, &ben).id), "the same until it is done");
    assert_eq!(take(&site, &otis).await, Some(call(&site, &ada).id));
    let others = path(call(&site, &ben).id, "back");
    site.post(&otis, &others, &[]).await.expect(404);
    // Given back, it keeps its place.
    site.post(&noor, &others, &[]).await.expect(303);
    assert_eq!(take(&site, &noor).await, Some(call(&site, &ben).id));
}

#[actix_web::test]
async fn place_and_minutes_are_told_live() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    shift(&site, "noor-v", 0, 120);
    let (ada, ben, cleo) = (ready(&site, "ada-l"), ready(&site, "ben-o"), ready(&site, "cleo-p"));
    assert_eq!(news(&site, &ada).await["state"], "none");
    talk(&site, &ada, &noor).await;
    join(&site, &ben).await.expect(303);
    site.clock.advance(TimeDelta::seconds(1));
    join(&site, &cleo).await.expect(303);
    let (first, second) = (news(&site, &ben).await, news(&site, &cleo).await);
    assert_eq!((&first["place"], &first["minutes"], &first["turn"]), (&1.into(), &12.into(), &false.into()));
    assert_eq!((&second["place"], &second["minutes"]), (&2.into(), &24.into()));
    let page = site.get(&cleo, "/verification/call").await.expect(200);
    assert_eq!(page.texts(".call-figures dd"), ["2", "24 min"]);
    site.post(&ben, "/verification/call/cancel", &[]).await.expect(303);
    assert_eq!(news(&site, &cleo).await["place"], 1);
    assert_eq!(news(&site, &ada).await["state"], "in-call");
}

#[actix_web::test]
async fn who_is_not_there_is_passed_over_and_leaves_the_queue_after_a_while() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    shift(&site, "noor-v", 0, 240);
    let (ada, ben) = (ready(&site, "ada-l"), ready(&site, "ben-o"));
    join(&site, &ada).await.expect(303);
    site.clock.advance(TimeDelta::minutes(5));
    assert_eq!(take(&site, &noor).await, None, "her page has asked for nothing");
    join(&site, &ben).await.expect(303);
    news(&site, &ada).await;
    assert_eq!(take(&site, &noor).await, Some(call(&site, &ada).id));
    assert_eq!(news(&site, &ada).await["turn"], true);
    assert!(site.get(&ada, "/verification/call").await.expect(200).text("#now").contains("It is your turn"));
    // She does not come in: that is missed, and it is somebody else's turn.
    later(&site, TimeDelta::minutes(3)).await;
    assert_eq!(state(&site, &ada), State::Missed);
    news(&site, &ben).await;
    assert_eq!(take(&site, &noor).await, Some(call(&site, &ben).id));
    site.post(&noor, &path(call(&site, &ben).id, "back"), &[]).await.expect(303);
    later(&site, TimeDelta::minutes(14)).await;
    assert_eq!(state(&site, &ben), State::Queued);
    later(&site, TimeDelta::minutes(1)).await;
    assert_eq!(state(&site, &ben), State::Cancelled);
}

#[actix_web::test]
async fn a_call_that_broke_off_comes_first_and_costs_nothing() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    shift(&site, "noor-v", 0, 120);
    let (ada, ben) = (ready(&site, "ada-l"), ready(&site, "ben-o"));
    let broken = talk(&site, &ada, &noor).await;
    join(&site, &ben).await.expect(303);
    later(&site, TimeDelta::seconds(59)).await;
    assert_eq!(state(&site, &ada), State::InCall);
    // As long as both are together it goes on.
    let now = site.clock.now();
    site.write(move |conn| touchstone::verification::call::actions::together(conn, broken, now));
    later(&site, TimeDelta::seconds(59)).await;
    assert_eq!(state(&site, &ada), State::InCall);
    later(&site, TimeDelta::seconds(1)).await;
    let again = call(&site, &ada);
    assert_eq!((again.state, again.is_first, again.agent), (State::Queued, true, None));
    news(&site, &ada).await;
    news(&site, &ben).await;
    assert_eq!(take(&site, &noor).await, Some(again.id), "before the one who waits longer");
    let page = site.get(&ada, "/verification/call").await.expect(200);
    assert!(page.text("#now").contains("That costs you nothing"), "{}", page.text("#now"));
    site.get(&noor, &format!("/agent/calls/{}", broken.0)).await.expect(200);
    super::decide(&site, &noor, broken, ("passed", "", "yes")).await.expect(409);
}

#[actix_web::test]
async fn a_booked_call_soon_comes_before_the_queue() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    shift(&site, "noor-v", 0, 60);
    let (ada, ben) = (ready(&site, "ada-l"), ready(&site, "ben-o"));
    book(&site, &ada, 20).await;
    site.clock.advance(TimeDelta::minutes(5));
    join(&site, &ben).await.expect(303);
    site.post(&noor, "/agent/calls", &[]).await.expect(422);
    assert_eq!(call(&site, &ben).agent, None);
    arrive(&site, &ben);
    let page = site.get(&noor, "/agent/calls").await.expect(200);
    assert_eq!(page.texts(".call-bookings tbody th"), ["12:20 to 12:40"]);
}
