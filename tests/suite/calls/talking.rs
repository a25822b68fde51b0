//! The agent's side: who gets in, what is seen, and the code.

use chrono::TimeDelta;
use diesel::prelude::*;
use touchstone::db::schema::audit_events;
use touchstone::verification::call::CallId;
use touchstone::verification::call::rules::State;
use touchstone::verification::call::rules::checks::{DRAWN, challenges};

use super::{arrive, book, call, join, path, ready, shift, state, take, talk, waive};
use crate::phone::{NUMBER, code, messages};
use crate::support::look::{audit, id_of};
use crate::support::{Page, Person, TestSite};

/// How often images were opened.
fn looks(site: &TestSite) -> i64 {
    site.read(|conn| {
        Ok(audit_events::table.filter(audit_events::act.eq("evidence.opened")).count().get_result(conn)?)
    })
}

#[actix_web::test]
async fn a_booked_call_is_its_agents_alone() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    shift(&site, "noor-v", 20, 40);
    let otis = site.senior("otis-w");
    let ada = ready(&site, "ada-l");
    let id = book(&site, &ada, 20).await;
    let page = format!("/agent/calls/{}", id.0);
    site.get(&noor, &page).await.expect(200);
    site.post(&noor, &path(id, "admit"), &[]).await.expect(422);
    site.clock.advance(TimeDelta::minutes(11));
    arrive(&site, &ada);

    let forms = ["admit", "back", "code", "check", "decide"];
    for what in forms {
        let fields: &[_] = if what == "check" { &[("code", "123456")] } else { &[] };
        site.post(&otis, &path(id, what), fields).await.expect(404);
        let refused = site.post(&ada, &path(id, what), fields).await.status.as_u16();
        assert_eq!(refused, 403, "{what}");
    }
    site.get(&otis, &page).await.expect(404);
    assert_eq!((state(&site, &ada), call(&site, &ada).challenges.as_str()), (State::Waiting, ""));

    site.post(&noor, &path(id, "admit"), &[]).await.expect(303);
    let begun = call(&site, &ada);
    assert_eq!((begun.state, begun.began_at), (State::InCall, Some(site.clock.now())));
    assert_eq!(challenges(&begun.challenges).len(), DRAWN);
    site.get(&otis, &page).await.expect(404);
    site.post(&noor, &path(id, "back"), &[]).await.expect(404);
    let shown = site.get(&noor, &page).await.expect(200);
    assert_eq!(shown.header("cache-control"), Some("no-store"));
    assert_eq!((shown.count("#stage [data-stage]"), shown.count("[data-line]")), (1, 7));
}

#[actix_web::test]
async fn challenges_are_drawn_anew_for_each_call() {
    let site = TestSite::start();
    let mut drawn = std::collections::HashSet::new();
    for number in 0..6 {
        let (agent, who) = (format!("agent-{number}"), format!("member-{number}"));
        let agent = site.agent(&agent);
        shift(&site, &agent.handle, 0, 60);
        let who = ready(&site, &who);
        talk(&site, &who, &agent).await;
        drawn.insert(call(&site, &who).challenges);
    }
    assert!(drawn.len() > 1, "{drawn:?}");
}

#[actix_web::test]
async fn images_open_to_who_is_in_the_call_and_each_look_is_written_down() {
    let site = TestSite::start();
    let (dora, noor) = (site.agent("dora-d"), site.agent("noor-v"));
    let case = crate::desk::submit(&site, "ada-l", 60).await;
    crate::desk::next(&site, &dora).await;
    crate::desk::decide(&site, &dora, case, &crate::desk::form("approve", "", &[])).await.expect(303);
    waive(&site, id_of(&site, "ada-l"), id_of(&site, "dora-d"));
    let ada = site.sign_in("ada-l");
    shift(&site, "noor-v", 0, 60);
    join(&site, &ada).await.expect(303);
    arrive(&site, &ada);
    let id = take(&site, &noor).await.unwrap();
    let page = format!("/agent/calls/{}", id.0);
    let before = site.get(&noor, &page).await.expect(200);
    assert!(!before.body.contains("Eriksson") && before.count(".desk-pane") == 0, "not before the call");
    site.get(&noor, &path(id, "images/1")).await.expect(404);

    site.post(&noor, &path(id, "admit"), &[]).await.expect(303);
    let shown = site.get(&noor, &page).await.expect(200);
    assert!(shown.text("#images-title").contains("Anna Maria Eriksson"));
    assert!(!shown.body.contains("C01X00T47"), "only how the number ends");
    let image = shown.attribute(".desk-pane img", "src");
    assert_eq!(looks(&site), 0);
    let sent = site.get(&noor, &image).await.expect(200);
    assert_eq!(
        (sent.header("content-type"), sent.header("cache-control")),
        (Some("image/jpeg"), Some("no-store"))
    );
    assert_eq!(looks(&site), 1);
    site.get(&dora, &image).await.expect(404);
    let opened = site.get(&ada, "/verification/opened").await.expect(200);
    assert_eq!(opened.count("#looks tbody tr"), 1);

    super::decide(&site, &noor, id, ("inconclusive", "light", "cannot-tell")).await.expect(303);
    site.get(&noor, &image).await.expect(404);
    assert_eq!(looks(&site), 1);
}

/// A call under way of a member whose phone is proved.
async fn with_phone(site: &TestSite) -> (Person, Person, CallId) {
    let (noor, ada) = (site.agent("noor-v"), site.member("ada-l"));
    site.post(&ada, "/verification/phone", NUMBER).await.expect(303);
    site.post(&ada, "/verification/phone/code", &[("code", &code(site))]).await.expect(303);
    site.agent("dora-d");
    super::approve(site, id_of(site, "ada-l"), id_of(site, "dora-d"));
    shift(site, "noor-v", 0, 60);
    site.clock.advance(TimeDelta::minutes(2));
    let id = talk(site, &ada, &noor).await;
    (noor, ada, id)
}

async fn send(site: &TestSite, agent: &Person, id: CallId) -> Page {
    site.post(agent, &path(id, "code"), &[]).await
}

async fn check(site: &TestSite, agent: &Person, id: CallId, code: &str) -> Page {
    site.post(agent, &path(id, "check"), &[("code", code)]).await
}

fn another(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[actix_web::test]
async fn a_code_is_read_out_and_has_three_tries() {
    let site = TestSite::demo();
    let (noor, ada, id) = with_phone(&site).await;
    assert!(check(&site, &noor, id, "123456").await.expect(422).body.contains("counts no more"));
    super::decide(&site, &noor, id, ("passed", "", "yes")).await.expect(422);

    send(&site, &noor, id).await.expect(303);
    let text = messages(&site).remove(0);
    assert!(text.words.contains("live call") && text.to == "+4915123456789", "{text:?}");
    let first = code(&site);
    assert_eq!(first.len(), 6);
    let shown = site.get(&noor, &format!("/agent/calls/{}", id.0)).await.expect(200);
    assert!(!shown.body.contains(&first), "the agent does not see it");
    // Another in the same minute is refused by the limits of all codes.
    send(&site, &noor, id).await.expect(422);
    assert!(check(&site, &noor, id, "12345").await.expect(422).text("#code").contains("6 digits"));
    assert!(
        check(&site, &noor, id, &another(&first))
            .await
            .expect(422)
            .text("#code")
            .contains("2 tries are left")
    );
    assert!(
        check(&site, &noor, id, &another(&first)).await.expect(422).text("#code").contains("One try is left")
    );
    check(&site, &noor, id, &another(&first)).await.expect(422);
    check(&site, &noor, id, &first).await.expect(422);
    assert_eq!(call(&site, &ada).code_right_at, None, "after three wrong ones the right one is too late");

    site.clock.advance(TimeDelta::seconds(61));
    send(&site, &noor, id).await.expect(303);
    let second = code(&site);
    check(&site, &noor, id, &first).await.expect(422);
    site.clock.advance(TimeDelta::minutes(10));
    check(&site, &noor, id, &second).await.expect(422);
    send(&site, &noor, id).await.expect(303);
    check(&site, &noor, id, &code(&site)).await.expect(303);
    assert_eq!(call(&site, &ada).code_right_at, Some(site.clock.now()));
    super::decide(&site, &noor, id, ("passed", "", "yes")).await.expect(303);
    assert_eq!(state(&site, &ada), State::Passed);
    let sent = audit(&site).into_iter().filter(|(act, ..)| act == "live-call.code-sent").count();
    assert_eq!(sent, 3);
}

#[actix_web::test]
async fn what_was_ticked_comes_back_when_a_code_is_sent_or_checked() {
    let site = TestSite::demo();
    let (noor, _, id) = with_phone(&site).await;
    let ticked = [("answer-questions", "yes"), ("answer-face", "no"), ("outcome", "failed"), ("reason", "")];
    let sent = site.post(&noor, &path(id, "code"), &ticked).await.expect(200);
    assert_eq!(sent.count("input[checked]"), 3);
    let fields = [("answer-free", "yes"), ("reason", "would-not"), ("code", "nonsense")];
    let checked = site.post(&noor, &path(id, "check"), &fields).await.expect(422);
    assert_eq!(checked.count("input[checked]"), 1);
    assert_eq!(checked.attribute("#reason option[selected]", "value"), "would-not");
}
