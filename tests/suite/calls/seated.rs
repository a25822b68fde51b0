//! An agent who sits in a call is not asked for the second factor while it runs, and the pages of calls alone load
//! their scripts.

use chrono::TimeDelta;
use touchstone::accounts;
use touchstone::verification::call::CallId;
use touchstone::verification::call::room::rules::Side;
use touchstone::verification::call::room::{Holder, Place, actions, store};
use touchstone::verification::call::rules::State;

use super::{decide, path, ready, shift, state, talk};
use crate::support::{Page, Person, TestSite};

const AGENT: &str = "/agent/sign-in";

/// The agent's page sits down in the room.
fn sit(site: &TestSite, agent: &Person, call: CallId) -> Place {
    let (hash, now) = (agent.token_hash(), site.clock.now());
    site.write(move |conn| {
        let found = accounts::store::find_session(conn, &hash)?.unwrap();
        let holder = Holder { member: found.member, session: found.session };
        let place = Place { call, side: Side::Agent, connection: "one".to_owned() };
        let ticket = actions::issue(conn, call, Side::Agent, holder, now)?;
        actions::sit(conn, &place, holder, ticket.as_str(), now)?;
        Ok(place)
    })
}

/// So many minutes pass, and the page is heard.
fn minutes(site: &TestSite, place: &Place, minutes: i64) {
    site.clock.advance(TimeDelta::minutes(minutes));
    let (place, now) = (place.clone(), site.clock.now());
    assert!(site.write(move |conn| Ok(store::hear(conn, &place, true, now)?)));
}

fn asks(page: Page) {
    assert!(page.expect(303).location().starts_with(AGENT));
}

/// A call under way, in whose room the agent sits.
async fn scene(site: &TestSite) -> (Person, Person, CallId, Place) {
    let noor = site.agent("noor-v");
    shift(site, "noor-v", 0, 180);
    let ada = ready(site, "ada-l");
    let call = talk(site, &ada, &noor).await;
    let place = sit(site, &noor, call);
    (noor, ada, call, place)
}

#[actix_web::test]
async fn a_call_of_twenty_minutes_ends_in_its_decision_and_opens_nothing_else() {
    let site = TestSite::start();
    let (noor, ada, call, place) = scene(&site).await;
    let page = format!("/agent/calls/{}", call.0);
    minutes(&site, &place, 20);
    site.get(&noor, &page).await.expect(200);
    // Nothing that the call allows is work at the desk.
    for elsewhere in
        ["/agent", "/agent/calls", "/agent/second-looks", &format!("/agent/calls/{}", call.0 + 1)]
    {
        asks(site.get(&noor, elsewhere).await);
    }
    site.post(&noor, "/agent/next", &[]).await.expect(401);
    site.post(&noor, "/agent/calls", &[]).await.expect(401);
    site.post(&noor, &path(call, "check"), &[("code", "123456")]).await.expect(422);
    site.post(&noor, &path(call, "ticket"), &[]).await.expect(200);
    decide(&site, &noor, call, ("passed", "", "cannot-tell")).await.expect(422);
    assert_eq!(state(&site, &ada), State::InCall);
    decide(&site, &noor, call, ("passed", "", "yes")).await.expect(303);
    assert_eq!(state(&site, &ada), State::Passed);
    asks(site.get(&noor, &page).await);
    decide(&site, &noor, call, ("failed", "other-person", "no")).await.expect(401);
}

#[actix_web::test]
async fn a_seat_counts_for_its_own_session_while_it_is_held_and_for_ninety_minutes() {
    let site = TestSite::start();
    let (noor, ada, call, place) = scene(&site).await;
    let page = format!("/agent/calls/{}", call.0);
    minutes(&site, &place, 20);
    site.get(&noor, &page).await.expect(200);
    let other = site.sign_in("noor-v");
    asks(site.get(&other, &page).await);
    let (gone, now) = (place.clone(), site.clock.now());
    site.clock.advance(TimeDelta::seconds(61));
    asks(site.get(&noor, &page).await);
    minutes(&site, &place, 1);
    site.get(&noor, &page).await.expect(200);
    minutes(&site, &place, 67);
    site.get(&noor, &page).await.expect(200);
    minutes(&site, &place, 1);
    asks(site.get(&noor, &page).await);
    decide(&site, &noor, call, ("passed", "", "yes")).await.expect(401);
    assert_eq!(state(&site, &ada), State::InCall);
    site.prove(&noor);
    site.get(&noor, &page).await.expect(200);
    site.clock.advance(TimeDelta::minutes(16));
    site.write(move |conn| Ok(store::stand_up(conn, &gone, now)?));
    asks(site.get(&noor, &page).await);
}

/// The names of the scripts that a page loads.
fn scripts(page: &Page) -> Vec<String> {
    let words = page.body.split("<script ").skip(1).filter_map(|tag| tag.split("src=\"/assets/").nth(1));
    words.filter_map(|rest| rest.split('?').next()).map(str::to_owned).collect()
}

#[actix_web::test]
async fn scripts_of_calls_are_loaded_by_the_pages_of_calls_alone() {
    let site = TestSite::start();
    let (noor, ada, call, _) = scene(&site).await;
    site.open_board("talk");
    let thread = site.thread(&ada, "talk", "A thread of its own").await;
    let own = ["call.js", "calls.js", "calltest.js"];
    for who in [&ada, &Person::visitor()] {
        let named = scripts(&site.get(who, &thread).await.expect(200));
        assert!(named.contains(&"posts.js".to_owned()), "{named:?}");
        assert!(named.iter().all(|name| !own.contains(&name.as_str())), "{named:?}");
    }
    let agents = ["/agent/calls".to_owned(), format!("/agent/calls/{}", call.0)];
    let members = ["/verification/call", "/verification/call/test", "/verification/call/room"];
    let all = agents.iter().map(|path| (&noor, path.as_str())).chain(members.map(|path| (&ada, path)));
    for (who, path) in all {
        let named = scripts(&site.get(who, path).await.expect(200));
        assert!(own.iter().all(|name| named.contains(&(*name).to_owned())), "{path}: {named:?}");
    }
}
