//! Choosing a time.

use chrono::TimeDelta;
use diesel::prelude::*;
use futures_util::future::join_all;
use touchstone::db::schema::calls;
use touchstone::verification::call::rules::State;

use super::{approve, arrive, at, book, call, decide, join, later, ready, shift, state, talk};
use crate::support::look::{id_of, mails};
use crate::support::{Person, TestSite};

const CALL: &str = "/verification/call";

fn count_held(site: &TestSite) -> i64 {
    site.read(|conn| Ok(calls::table.filter(calls::state.eq("held")).count().get_result(conn)?))
}

#[actix_web::test]
async fn a_time_is_held_confirmed_moved_and_taken_back() {
    let site = TestSite::start();
    site.agent("noor-v");
    let ada = ready(&site, "ada-l");
    shift(&site, "noor-v", 5, 120);

    let page = site.get(&ada, CALL).await.expect(200);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let times = page.texts(".call-times button");
    assert_eq!(times.len(), 5, "{times:?}");
    assert!(times[0].starts_with("12:20"), "not before a quarter of an hour from now: {times:?}");
    let elsewhere = site.get(&ada, "/verification/call?zone=%2B05:45").await.expect(200);
    assert!(elsewhere.texts(".call-times button")[0].starts_with("18:05"));

    site.post(&ada, "/verification/call/hold", &[("at", &at(&site, 20))]).await.expect(303);
    assert_eq!(state(&site, &ada), State::Held);
    let page = site.get(&ada, CALL).await.expect(200);
    assert!(page.text("#now").contains("held for you until 12:05"), "{}", page.text("#now"));
    site.get(&ada, "/verification/call/calendar.ics").await.expect(404);
    site.post(&ada, "/verification/call/confirm", &[]).await.expect(303);
    assert_eq!(state(&site, &ada), State::Booked);

    let file = site.get(&ada, "/verification/call/calendar.ics").await.expect(200);
    assert_eq!(file.header("content-type"), Some("text/calendar; charset=utf-8"));
    assert!(file.body.contains("DTSTART:20261118T122000Z\r\n"), "{}", file.body);
    let page = site.get(&ada, CALL).await.expect(200);
    assert!(page.text("#now").contains("The waiting room opens at 12:10"));
    assert_eq!(page.count("#times"), 0);

    // Moved: the old time is free again, and where the new one is gone, nothing changes.
    let page = site.get(&ada, "/verification/call?change=1").await.expect(200);
    assert_eq!(page.attribute(".call-days", "action"), "/verification/call/change");
    site.post(&ada, "/verification/call/change", &[("at", &at(&site, 41))]).await.expect(409);
    assert_eq!(call(&site, &ada).starts_at, Some(site.clock.now() + TimeDelta::minutes(20)));
    site.post(&ada, "/verification/call/change", &[("at", &at(&site, 40))]).await.expect(303);
    let moved = call(&site, &ada);
    assert_eq!(moved.starts_at, Some(site.clock.now() + TimeDelta::minutes(40)));
    assert_eq!(moved.state, State::Booked);

    site.post(&ada, "/verification/call/cancel", &[]).await.expect(303);
    assert_eq!(state(&site, &ada), State::Cancelled);
    assert_eq!(site.get(&ada, CALL).await.expect(200).texts(".call-times button").len(), 5);
    site.post(&ada, "/verification/call/cancel", &[]).await.expect(404);
}

#[actix_web::test]
async fn of_thirty_two_who_ask_for_one_time_at_once_one_gets_it() {
    let site = TestSite::start();
    site.agent("noor-v");
    shift(&site, "noor-v", 20, 40);
    let people: Vec<Person> = (0..32).map(|number| ready(&site, &format!("member-{number}"))).collect();
    let time = at(&site, 20);
    let fields = [("at", time.as_str())];
    let asking = people.iter().map(|who| site.post(who, "/verification/call/hold", &fields));
    let answers: Vec<u16> = join_all(asking).await.into_iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(answers.iter().filter(|status| **status == 303).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 409).count(), 31, "{answers:?}");
    assert_eq!(count_held(&site), 1);
}

#[actix_web::test]
async fn one_member_who_asks_for_everything_at_once_gets_one_time() {
    let site = TestSite::start();
    site.agent("noor-v");
    shift(&site, "noor-v", 20, 240);
    let ada = ready(&site, "ada-l");
    let times: Vec<String> = (1..9).map(|number| at(&site, number * 20)).collect();
    join_all(times.iter().map(|time| async {
        let fields = [("at", time.as_str())];
        site.post(&ada, "/verification/call/hold", &fields).await.status.as_u16()
    }))
    .await;
    assert_eq!(count_held(&site), 1);
}

#[actix_web::test]
async fn a_second_agent_takes_the_second_who_asks_for_a_time() {
    let site = TestSite::start();
    for agent in ["noor-v", "otis-w"] {
        site.agent(agent);
        shift(&site, agent, 20, 40);
    }
    let (ada, ben, cleo) = (ready(&site, "ada-l"), ready(&site, "ben-o"), ready(&site, "cleo-p"));
    book(&site, &ada, 20).await;
    book(&site, &ben, 20).await;
    assert_ne!(call(&site, &ada).agent, call(&site, &ben).agent);
    site.post(&cleo, "/verification/call/hold", &[("at", &at(&site, 20))]).await.expect(409);
}

#[actix_web::test]
async fn nobody_talks_to_who_decided_about_their_document_or_could_not_tell_before() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    let ada = site.member("ada-l");
    approve(&site, id_of(&site, "ada-l"), id_of(&site, "noor-v"));
    super::waive(&site, id_of(&site, "ada-l"), id_of(&site, "noor-v"));
    shift(&site, "noor-v", 0, 120);
    let page = site.get(&ada, CALL).await.expect(200);
    assert_eq!(page.count(".call-times button"), 0);
    assert!(page.text("#queue").contains("No agent who may talk to you is here"));
    site.post(&ada, "/verification/call/hold", &[("at", &at(&site, 20))]).await.expect(409);
    join(&site, &ada).await.expect(422);

    let ben = ready(&site, "ben-o");
    assert_eq!(site.get(&ben, CALL).await.expect(200).count(".call-times button"), 5);
    let id = talk(&site, &ben, &noor).await;
    decide(&site, &noor, id, ("inconclusive", "light", "cannot-tell")).await.expect(303);
    let page = site.get(&ben, CALL).await.expect(200);
    assert_eq!(
        (page.count(".call-times button"), page.text("#now h2")),
        (0, "Another call is needed".into())
    );
    site.agent("otis-w");
    shift(&site, "otis-w", 0, 60);
    assert_eq!(site.get(&ben, CALL).await.expect(200).count(".call-times button"), 2);
    // An agent's own call is with somebody else, too.
    let dora = ready(&site, "eve-s");
    assert!(site.get(&dora, CALL).await.expect(200).count(".call-times button") > 0);
}

#[actix_web::test]
async fn what_is_held_is_free_after_five_minutes() {
    let site = TestSite::start();
    site.agent("noor-v");
    shift(&site, "noor-v", 40, 60);
    let (ada, ben) = (ready(&site, "ada-l"), ready(&site, "ben-o"));
    let time = at(&site, 40);
    site.post(&ada, "/verification/call/hold", &[("at", &time)]).await.expect(303);
    assert_eq!(site.get(&ben, CALL).await.expect(200).count(".call-times button"), 0);
    site.clock.advance(TimeDelta::minutes(5));
    // Before any job has looked.
    assert_eq!(site.get(&ben, CALL).await.expect(200).count(".call-times button"), 1);
    site.post(&ada, "/verification/call/confirm", &[]).await.expect(409);
    site.post(&ben, "/verification/call/hold", &[("at", &time)]).await.expect(303);
    assert_eq!((state(&site, &ada), state(&site, &ben)), (State::Cancelled, State::Held));
    later(&site, TimeDelta::minutes(5)).await;
    assert_eq!(state(&site, &ben), State::Cancelled);
}

#[actix_web::test]
async fn missing_twice_is_free_and_then_one_comes_by_the_queue_a_day_later() {
    let site = TestSite::start();
    site.agent("noor-v");
    let ada = ready(&site, "ada-l");
    for missed in 1..=3 {
        shift(&site, "noor-v", 20, 40);
        book(&site, &ada, 20).await;
        later(&site, TimeDelta::minutes(24)).await;
        assert_eq!(state(&site, &ada), State::Booked, "not yet");
        later(&site, TimeDelta::minutes(1)).await;
        assert_eq!(state(&site, &ada), State::Missed);
        let page = site.get(&ada, CALL).await.expect(200);
        assert_eq!(page.count("#times"), usize::from(missed < 3), "{missed}");
        site.clock.advance(TimeDelta::minutes(15));
    }
    shift(&site, "noor-v", 0, 120);
    site.post(&ada, "/verification/call/hold", &[("at", &at(&site, 20))]).await.expect(422);
    join(&site, &ada).await.expect(422);
    site.clock.advance(TimeDelta::days(1));
    shift(&site, "noor-v", 0, 120);
    let ada = site.sign_in("ada-l");
    let refused = site.post(&ada, "/verification/call/hold", &[("at", &at(&site, 20))]).await.expect(422);
    assert!(
        refused.text("[role=alert]").contains("You can join the queue."),
        "{}",
        refused.text("[role=alert]")
    );
    join(&site, &ada).await.expect(303);
    assert_eq!(state(&site, &ada), State::Queued);
}

#[actix_web::test]
async fn who_is_in_the_waiting_room_has_not_missed_and_an_agent_who_is_not_there_costs_nothing() {
    let site = TestSite::start();
    site.agent("noor-v");
    shift(&site, "noor-v", 20, 40);
    let ada = ready(&site, "ada-l");
    book(&site, &ada, 20).await;
    site.clock.advance(TimeDelta::minutes(12));
    arrive(&site, &ada);
    later(&site, TimeDelta::minutes(27)).await;
    assert_eq!(state(&site, &ada), State::Waiting);
    later(&site, TimeDelta::minutes(1)).await;
    let again = call(&site, &ada);
    assert_eq!((again.state, again.is_first), (State::Queued, true));
}

#[actix_web::test]
async fn reminders_leave_a_day_and_an_hour_before() {
    let site = TestSite::start();
    site.agent("noor-v");
    shift(&site, "noor-v", 3_000, 3_060);
    let ada = ready(&site, "ada-l");
    book(&site, &ada, 3_000).await;
    let reminders = async || {
        site.forum.jobs(None).calls().await.unwrap();
        site.forum.jobs(None).drain_outbox().await.unwrap();
        mails(&site).into_iter().filter(|mail| mail.subject.contains("live call")).collect::<Vec<_>>()
    };
    assert_eq!(reminders().await.len(), 0);
    for (minutes, count) in [(1_559, 0), (1, 1), (30, 1), (1_349, 1), (1, 2), (30, 2)] {
        site.clock.advance(TimeDelta::minutes(minutes));
        assert_eq!(reminders().await.len(), count, "after {minutes} more");
    }
    let mail = reminders().await.remove(0);
    assert_eq!(mail.subject, "Your live call on Nov 20, 2026, 14:00 UTC");
    let told = site.get(&site.sign_in("ada-l"), "/notifications").await.expect(200);
    assert!(told.body.contains("Your live call is near"), "{}", told.body);
}

#[actix_web::test]
async fn a_call_comes_after_document_and_phone() {
    let site = TestSite::start();
    let (noor, ada) = (site.agent("noor-v"), site.member("ada-l"));
    shift(&site, "noor-v", 0, 120);
    let time = at(&site, 20);
    let page = site.get(&ada, CALL).await.expect(200);
    assert_eq!((page.text("#now h2"), page.count("#times")), ("Not open yet".to_owned(), 0));
    site.post(&ada, "/verification/call/hold", &[("at", &time)]).await.expect(404);
    join(&site, &ada).await.expect(404);
    site.agent("dora-d");
    approve(&site, id_of(&site, "ada-l"), id_of(&site, "dora-d"));
    let page = site.get(&ada, CALL).await.expect(200);
    assert_eq!((page.text("#now h2"), page.count("#times")), ("Your phone first".to_owned(), 0));
    site.post(&ada, "/verification/call/hold", &[("at", &time)]).await.expect(422);
    join(&site, &ada).await.expect(422);
    let status = site.get(&ada, "/verification").await.expect(200);
    assert_eq!(status.text("[data-step=call] .step-state"), "Your phone first");
    drop(noor);
}
