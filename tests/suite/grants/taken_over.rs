//! A new second factor and another address within a day: the badge is off before anybody can use it.

use chrono::TimeDelta;
use touchstone::accounts::factors::rules::code_at;
use touchstone::badges::rules::{Cause, GrantState, Place};

use super::{acts, is_shown, passed, place, settle, trust};
use crate::support::look::{audit, link, mails};
use crate::support::site::PASSWORD;
use crate::support::{Person, TestSite};

/// Adds an app through its form.
async fn add_factor(site: &TestSite, who: &Person, name: &str) {
    let path = "/settings/second-factor/app";
    let page = site.get(who, path).await.expect(200);
    let typed = page.text(".factor-secret code").replace(' ', "");
    let secret = data_encoding::BASE32_NOPAD.decode(typed.as_bytes()).unwrap();
    let (setup, code) = (page.attribute("input[name=setup]", "value"), code_at(&secret, site.clock.now()));
    let form = [("setup", setup.as_str()), ("name", name), ("code", &code), ("who", PASSWORD)];
    site.post(who, path, &form).await.expect(303);
}

/// Asks for another address and confirms it.
async fn change_address(site: &TestSite, who: &Person, email: &str) {
    site.post(who, "/settings/email", &[("email", email), ("who", PASSWORD)]).await.expect(303);
    let mail = mails(site).into_iter().find(|mail| mail.to == email).unwrap();
    let link = link(&mail, "/settings/email/confirm?token=");
    let token = link.split_once("token=").unwrap().1;
    site.post(&Person::visitor(), "/settings/email/confirm", &[("token", token)]).await.expect(303);
}

async fn with_badge(site: &TestSite) -> (Person, i64) {
    let (ada, grant) = passed(site, "ada-l", false);
    settle(site, 61).await;
    assert!(is_shown(site, "ada-l"));
    (ada, grant)
}

async fn assert_off(site: &TestSite, ada: &Person, grant: i64) {
    assert_eq!(place(site, grant), Place::off(Cause::TakeOver));
    assert!(!is_shown(site, "ada-l"));
    assert_eq!((acts(site, "grant.suspended"), acts(site, "badge-suspended")), (1, 1));
    let why = audit(site).into_iter().find(|(act, ..)| act == "grant.suspended").unwrap();
    assert_eq!(why.1, format!("grant {grant}"));
    assert!(why.2.starts_with("take-over: "), "{}", why.2);
    let lede = site.get(ada, "/verification").await.expect(200).text(".lede");
    assert!(lede.contains("a new second factor and another e-mail address"), "{lede}");
    assert!(lede.contains("until a trust administrator has looked"), "{lede}");
    let appeal = site.get(ada, &format!("/verification/appeal/grant/{grant}")).await.expect(200);
    assert_eq!(
        appeal.count("textarea[name=words]"),
        1,
        "nobody decided, and it can be appealed all the same"
    );
}

#[actix_web::test]
async fn a_factor_and_then_an_address_within_a_day_take_the_badge_off() {
    let site = TestSite::start();
    let (ada, grant) = with_badge(&site).await;
    add_factor(&site, &ada, "New phone").await;
    assert!(is_shown(&site, "ada-l"), "one alone is no sign");
    site.clock.advance(TimeDelta::hours(23));
    change_address(&site, &ada, "elsewhere@example.net").await;
    assert_off(&site, &ada, grant).await;

    // The way on: a trust administrator sees who waits, and shows it again.
    let tess = trust::trusted(&site, "tess-t");
    let page = site.get(&tess, "/admin/badges").await.expect(200);
    assert_eq!(page.attributes("[data-suspected]", "data-suspected"), ["ada-l"]);
    let form = site.get(&tess, &page.attribute("[data-suspected] .button", "href")).await.expect(200);
    assert_eq!(form.attribute("#handle", "value"), "ada-l");
    let lift = [("handle", "ada-l"), ("act", "lift"), ("words", "She said so at her number")];
    site.post(&tess, "/admin/badges", &lift).await.expect(303);
    assert_eq!(place(&site, grant), Place::of(GrantState::Active));
    assert_eq!(site.get(&tess, "/admin/badges").await.expect(200).count("[data-suspected]"), 0);
}

#[actix_web::test]
async fn an_address_and_then_a_factor_within_a_day_take_the_badge_off() {
    let site = TestSite::start();
    let (ada, grant) = with_badge(&site).await;
    change_address(&site, &ada, "elsewhere@example.net").await;
    assert!(is_shown(&site, "ada-l"), "one alone is no sign");
    site.clock.advance(TimeDelta::hours(23));
    add_factor(&site, &ada, "New phone").await;
    assert_off(&site, &ada, grant).await;
}

#[actix_web::test]
async fn twenty_five_hours_apart_nothing_happens() {
    let site = TestSite::start();
    let (ada, grant) = with_badge(&site).await;
    change_address(&site, &ada, "elsewhere@example.net").await;
    site.clock.advance(TimeDelta::hours(25));
    add_factor(&site, &ada, "New phone").await;
    site.clock.advance(TimeDelta::hours(25));
    change_address(&site, &ada, "third@example.net").await;
    assert_eq!(place(&site, grant), Place::of(GrantState::Active));
    assert!(is_shown(&site, "ada-l"));
    assert_eq!(acts(&site, "grant.suspended"), 0);
}

#[actix_web::test]
async fn asking_for_an_address_is_no_sign_until_it_is_confirmed() {
    let site = TestSite::start();
    let (ada, _) = with_badge(&site).await;
    let form = [("email", "elsewhere@example.net"), ("who", PASSWORD)];
    site.post(&ada, "/settings/email", &form).await.expect(303);
    add_factor(&site, &ada, "New phone").await;
    assert!(is_shown(&site, "ada-l"));
}
