//! Doing without a member's phone, at the desk.

use chrono::TimeDelta;
use touchstone::verification::phone::rules::State;
use touchstone::verification::phone::store;

use crate::support::look::{audit, grants, id_of};
use crate::support::{Person, TestSite};

const PATH: &str = "/agent/phones/waive";

fn state(site: &TestSite, handle: &str) -> Option<State> {
    let id = id_of(site, handle);
    site.read(|conn| Ok(store::of(conn, id)?)).map(|phone| phone.state)
}

fn form<'a>(handle: &'a str, reason: &'a str, sure: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![("handle", handle), ("reason", reason), ("sure", sure)]
}

#[actix_web::test]
async fn a_senior_agent_waives_a_phone_with_a_reason() {
    let site = TestSite::start();
    let (sam, ada) = (site.senior("sam-s"), site.member("ada-l"));
    assert_eq!(site.get(&sam, "/agent").await.expect(200).count(&format!("a[href='{PATH}']")), 1);
    let page = site.get(&sam, PATH).await.expect(200);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let page = site.post(&sam, PATH, &form(" @Ada-L ", "No phone <after> a move", "yes")).await.expect(303);
    assert_eq!(page.location(), "/agent?told=waived");
    assert!(site.get(&sam, "/agent?told=waived").await.text(".notice-good").contains("is waived"));
    assert_eq!(state(&site, "ada-l"), Some(State::Waived));
    let last = audit(&site).pop().unwrap();
    assert_eq!(last, ("waive phone".into(), "member ada-l".into(), "No phone <after> a move".into()));
    assert!(grants(&site, "ada-l").is_empty(), "it is no checked fact");
    assert!(
        site.get(&ada, "/verification/phone").await.expect(200).body.contains("You need no phone number")
    );
    let page = site.post(&sam, PATH, &form("ada-l", "Once more", "yes")).await.expect(422);
    assert!(page.text("#handle-problem").contains("needs none already"), "{}", page.body);
}

#[actix_web::test]
async fn what_is_wrong_comes_back_with_what_was_typed() {
    let site = TestSite::start();
    let sam = site.senior("sam-s");
    site.member("ada-l");
    let rows = audit(&site).len();
    let long = "x".repeat(501);
    for (handle, reason, sure, beside) in [
        ("ada-l", " ", "yes", "reason"),
        ("ada-l", long.as_str(), "yes", "reason"),
        ("ada-l", "No phone", "", "sure"),
        ("nobody-here", "No phone", "yes", "handle"),
        ("", "No phone", "yes", "handle"),
        ("sam-s", "I have none", "yes", "handle"),
    ] {
        let page = site.post(&sam, PATH, &form(handle, reason, sure)).await.expect(422);
        assert_eq!(page.count(&format!("#{beside}-problem")), 1, "{beside}: {}", page.body);
        assert_eq!(page.attribute("#handle", "value"), handle);
        assert_eq!(page.text("#reason"), reason.trim());
    }
    assert_eq!((state(&site, "ada-l"), state(&site, "sam-s"), audit(&site).len()), (None, None, rows));
}

#[actix_web::test]
async fn nobody_but_a_senior_agent_with_a_second_factor_waives() {
    let site = TestSite::start();
    site.member("ada-l");
    let (noor, sam) = (site.agent("noor-v"), site.senior("sam-s"));
    let fields = form("ada-l", "No phone", "yes");
    assert_eq!(site.get(&noor, "/agent").await.expect(200).count(&format!("a[href='{PATH}']")), 0);
    site.get(&noor, PATH).await.expect(403);
    for who in [&noor, &Person::visitor(), &site.member("ben-o")] {
        site.post(who, PATH, &fields).await.expect(403);
    }
    site.clock.advance(TimeDelta::minutes(16));
    let page = site.post(&sam, PATH, &fields).await.expect(401);
    assert_eq!(page.attribute("form[data-kept] input[name=reason]", "value"), "No phone");
    assert_eq!(state(&site, "ada-l"), None);
}
