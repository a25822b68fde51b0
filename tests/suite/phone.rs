//! The phone step: a number, a code, the badge, and taking it off.

use chrono::TimeDelta;
use diesel::prelude::*;
use touchstone::badges::rules::{Badge, GrantState};
use touchstone::db::schema::{phone_checks, texts};
use touchstone::members::rules::Role;
use touchstone::outside::texts::store as queue;
use touchstone::outside::texts::{Channel, Text};
use touchstone::verification::phone::actions;
use touchstone::verification::phone::rules::State;
use touchstone::verification::phone::store;

use crate::support::look::{audit, grants, id_of};
use crate::support::{Person, TestSite};

pub const NUMBER: &[(&str, &str)] = &[("country", "DE"), ("number", "01512 3456789"), ("channel", "text")];

/// Every message that was queued, the newest first.
pub fn messages(site: &TestSite) -> Vec<Text> {
    let queued = site.read(|conn| Ok(queue::newest(conn, 100)?));
    let open = |queued: queue::Queued| {
        let plain =
            site.forum.site.keys.unseal(&queue::context(&queued.number_index), &queued.sealed?).ok()?;
        serde_json::from_slice(&plain).ok()
    };
    queued.into_iter().filter_map(open).collect()
}

/// The code of the newest text.
pub fn code(site: &TestSite) -> String {
    messages(site)[0].words.split(' ').next().unwrap().to_owned()
}

/// A code that is not that one.
pub fn another(code: &str) -> String {
    format!("{:05}", (code.parse::<u32>().unwrap() + 1) % 100_000)
}

pub fn state(site: &TestSite, handle: &str) -> State {
    let id = id_of(site, handle);
    site.read(|conn| Ok(store::of(conn, id)?)).map_or(State::None, |phone| phone.state)
}

async fn ask(site: &TestSite, who: &Person) {
    let page = site.post(who, "/verification/phone", NUMBER).await.expect(303);
    assert_eq!(page.location(), "/verification/phone/code");
}

async fn enter(site: &TestSite, who: &Person, code: &str) -> crate::support::Page {
    site.post(who, "/verification/phone/code", &[("code", code)]).await
}

#[actix_web::test]
async fn a_number_is_verified_and_brings_the_badge_and_taking_it_off_ends_both() {
    let site = TestSite::demo();
    let ada = site.member("ada-l");
    ask(&site, &ada).await;

    let page = site.get(&ada, "/verification/phone/code").await.expect(200);
    assert!(page.text(".lede").contains("ends with 89"));
    assert_eq!(page.attribute("#code", "autocomplete"), "one-time-code");
    assert_eq!(page.attribute("#code", "inputmode"), "numeric");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert!(!page.body.contains("3456789"));

    // The whole message, as it is pasted.
    let words = messages(&site)[0].words.clone();
    assert!(words.ends_with(&format!("@127.0.0.1 #{}", code(&site))), "{words}");
    assert_eq!(enter(&site, &ada, &words).await.expect(303).location(), "/verification/phone");

    let page = site.get(&ada, "/verification/phone").await.expect(200);
    assert_eq!(page.text(".notice-title"), "Your number is verified");
    assert!(page.text(".facts").contains("ends with 89") && !page.body.contains("3456789"));
    let grant = grants(&site, "ada-l").pop().unwrap();
    assert_eq!(
        (grant.badge, grant.policy_version, grant.state),
        (Badge::PhoneVerified, 1, GrantState::Active)
    );

    // Another number only after this one is gone.
    site.post(&ada, "/verification/phone", NUMBER).await.expect(422);
    site.post(&ada, "/verification/phone/remove", &[]).await.expect(303);
    assert_eq!(grants(&site, "ada-l").pop().unwrap().state, GrantState::Expired);
    assert_eq!(state(&site, "ada-l"), State::None);
}

#[actix_web::test]
async fn a_number_taken_off_is_forgotten_after_ninety_days_and_a_begun_one_at_once() {
    let site = TestSite::demo();
    let (ada, ben) = (site.member("ada-l"), site.member("ben-o"));
    let rows = || site.read(|conn| Ok(phone_checks::table.count().get_result::<i64>(conn)?));
    ask(&site, &ada).await;
    enter(&site, &ada, &code(&site)).await.expect(303);
    site.post(&ada, "/verification/phone/remove", &[]).await.expect(303);
    site.clock.advance(TimeDelta::days(89));
    site.forum.jobs(None).sweep().await.unwrap();
    assert_eq!(rows(), 1);
    site.clock.advance(TimeDelta::days(1));
    site.forum.jobs(None).sweep().await.unwrap();
    assert_eq!(rows(), 0);
    // What was sent when is gone as well.
    assert_eq!(site.read(|conn| Ok(texts::table.count().get_result::<i64>(conn)?)), 0);

    ask(&site, &site.sign_in("ben-o")).await;
    site.post(&site.sign_in("ben-o"), "/verification/phone/remove", &[]).await.expect(303);
    assert_eq!(rows(), 0);
    drop(ben);
}

#[actix_web::test]
async fn what_is_wrong_with_a_number_stands_beside_it_and_nothing_is_sent() {
    let site = TestSite::demo();
    let ada = site.member("ada-l");
    for (number, channel, why) in [
        ("", "text", "Enter your phone number"),
        ("nonsense", "text", "no phone number"),
        ("0900 1234567", "call", "premium"),
        ("0700 12345678", "text", "service number"),
        ("030 123456", "text", "landline"),
    ] {
        let form = [("country", "DE"), ("number", number), ("channel", channel)];
        let page = site.post(&ada, "/verification/phone", &form).await.expect(422);
        assert!(page.text("#number-problem").contains(why), "{number}: {}", page.text("#number-problem"));
        assert_eq!(page.attribute("#number", "value"), number);
        assert_eq!(page.attribute("#country option[selected]", "value"), "DE");
    }
    let page = site.post(&ada, "/verification/phone", &[("number", "015123456789")]).await.expect(422);
    assert!(page.text("#country-problem").contains("Choose the country"));
    assert!(messages(&site).is_empty());
    // A landline is called.
    let form = [("country", "DE"), ("number", "030 123456"), ("channel", "call")];
    site.post(&ada, "/verification/phone", &form).await.expect(303);
    let call = messages(&site).remove(0);
    assert_eq!((call.channel, call.to.as_str()), (Channel::Call, "+4930123456"));
    let outbox = site.get(&Person::visitor(), "/outbox").await.expect(200);
    assert!(outbox.text("h3").contains("Call to +4930123456"), "{}", outbox.body);
}

#[actix_web::test]
async fn without_a_way_to_send_texts_the_page_says_so() {
    let site = TestSite::start();
    let ada = site.member("ada-l");
    let page = site.get(&ada, "/verification/phone").await.expect(200);
    assert_eq!(page.text(".notice-title"), "No codes can be sent yet");
    site.post(&ada, "/verification/phone", NUMBER).await.expect(422);
    assert!(messages(&site).is_empty());
}

#[actix_web::test]
async fn a_code_is_good_for_ten_minutes_and_once_and_a_newer_one_replaces_it() {
    let site = TestSite::demo();
    let ada = site.member("ada-l");
    ask(&site, &ada).await;
    let first = code(&site);
    let page = site.post(&ada, "/verification/phone/resend", &[]).await.expect(422);
    assert!(page.text("#resend-problem").contains("in 60 seconds"), "{}", page.text("#resend-problem"));
    site.clock.advance(TimeDelta::seconds(60));
    site.post(&ada, "/verification/phone/resend", &[]).await.expect(303);
    let second = code(&site);
    if first != second {
        let page = enter(&site, &ada, &first).await.expect(422);
        assert!(page.text("#code-problem").contains("4 tries left"));
    }
    // What cannot be a code is no try, and comes back.
    let page = enter(&site, &ada, "123").await.expect(422);
    assert_eq!(page.attribute("#code", "value"), "123");
    site.clock.advance(TimeDelta::minutes(10));
    assert_eq!(enter(&site, &ada, &second).await.expect(303).location(), "/verification/phone");
    let page = site.get(&ada, "/verification/phone").await.expect(200);
    assert_eq!(page.text(".notice-title"), "The code has expired");
    assert!(grants(&site, "ada-l").is_empty());
    // And on from there.
    ask(&site, &ada).await;
    let third = code(&site);
    enter(&site, &ada, &third).await.expect(303);
    assert_eq!(state(&site, "ada-l"), State::Verified);
    assert_eq!(enter(&site, &ada, &third).await.expect(303).location(), "/verification/phone");
}

#[actix_web::test]
async fn that_a_number_proves_another_account_is_told_after_the_right_code_alone() {
    let site = TestSite::demo();
    let (ada, ben) = (site.member("ada-l"), site.member("ben-o"));
    ask(&site, &ada).await;
    enter(&site, &ada, &code(&site)).await.expect(303);
    site.clock.advance(TimeDelta::minutes(2));
    ask(&site, &ben).await;
    let wrong = enter(&site, &ben, &another(&code(&site))).await.expect(422);
    assert!(!wrong.body.contains("another account"));
    enter(&site, &ben, &code(&site)).await.expect(303);
    let page = site.get(&ben, "/verification/phone").await.expect(200);
    assert_eq!(page.text(".notice-title"), "This number proves another account");
    assert!(!page.body.contains("ada-l"));
    assert_eq!((state(&site, "ada-l"), state(&site, "ben-o")), (State::Verified, State::Conflict));
    assert!(grants(&site, "ben-o").is_empty());
    // Once it is free, it can be taken.
    site.post(&ada, "/verification/phone/remove", &[]).await.expect(303);
    site.clock.advance(TimeDelta::minutes(2));
    ask(&site, &ben).await;
    enter(&site, &ben, &code(&site)).await.expect(303);
    assert_eq!(state(&site, "ben-o"), State::Verified);
}

#[actix_web::test]
async fn a_senior_agent_waives_with_a_reason_and_never_for_oneself() {
    let site = TestSite::demo();
    let ada = site.member("ada-l");
    site.staff("sam-s", &[Role::SeniorAgent]);
    let (agent, member, now) = (id_of(&site, "sam-s"), id_of(&site, "ada-l"), site.clock.now());
    ask(&site, &ada).await;
    for (who, reason) in [(agent, " "), (member, "I may")] {
        assert!(site.try_write(move |conn| actions::waive(conn, who, member, reason, now)).is_err());
    }
    assert_eq!(state(&site, "ada-l"), State::Sent);
    site.write(move |conn| actions::waive(conn, agent, member, "No phone after a move", now));
    assert_eq!(state(&site, "ada-l"), State::Waived);
    assert!(site.try_write(move |conn| actions::waive(conn, agent, member, "Again", now)).is_err());
    let (act, subject, reason) = audit(&site).pop().unwrap();
    assert_eq!((act.as_str(), reason.as_str()), ("waive phone", "No phone after a move"));
    assert!(subject.contains("ada-l"));
    // It is no checked fact.
    assert!(grants(&site, "ada-l").is_empty());
    let page = site.get(&ada, "/verification/phone").await.expect(200);
    assert_eq!(page.text(".notice-title"), "You need no phone number here");
    site.post(&ada, "/verification/phone", NUMBER).await.expect(422);
    site.post(&ada, "/verification/phone/remove", &[]).await.expect(303);
    assert_eq!(state(&site, "ada-l"), State::None);
}
