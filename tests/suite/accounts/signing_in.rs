//! Signing in, and how often it is tried.

use std::sync::Arc;

use actix_web::test::TestRequest;
use chrono::TimeDelta;

use super::{OTHER, count_sessions, is_signed_in, sign_in, try_to_sign_in};
use crate::support::site::PASSWORD;
use crate::support::{Page, Person, TestSite};

#[actix_web::test]
async fn a_member_signs_in_by_handle_or_by_address_in_any_case() {
    let site = TestSite::start();
    site.member("ada-k");
    for login in ["ada-k", " ADA-K ", "ada-k@example.org", "Ada-K@Example.ORG"] {
        let ada = sign_in(&site, login, PASSWORD).await;
        assert!(is_signed_in(&site, &ada).await, "{login}");
    }
}

#[actix_web::test]
async fn signing_in_leads_back_to_where_one_was_and_never_to_another_site() {
    let site = TestSite::start();
    site.member("ada-k");
    let page = site.get(&Person::visitor(), "/settings").await.expect(303);
    let page = site.get(&Person::visitor(), page.location()).await.expect(200);
    assert_eq!(page.attribute("input[name=next]", "value"), "/settings");
    for (next, expected) in [
        ("/settings", "/settings"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/café", "/"),
        ("", "/"),
    ] {
        let fields = [("login", "ada-k"), ("password", PASSWORD), ("next", next)];
        let page = site.post(&Person::visitor(), "/login", &fields).await.expect(303);
        assert_eq!(page.location(), expected, "{next}");
    }
}

#[actix_web::test]
async fn a_wrong_password_and_an_unknown_account_get_the_same_answer() {
    let site = TestSite::start();
    site.member("ada-k");
    let wrong = try_to_sign_in(&site, "ada-k", OTHER).await.expect(422);
    let unknown = try_to_sign_in(&site, "nobody-here", OTHER).await.expect(422);
    assert_eq!(wrong.header("set-cookie"), None);
    assert!(wrong.text("[role=alert]").contains("do not belong together"));
    assert_eq!(wrong.attribute("input[name=login]", "value"), "ada-k");
    assert_eq!(wrong.body.replace("ada-k", "nobody-here"), unknown.body);
    assert_eq!(count_sessions(&site, "ada-k"), 1);
}

#[actix_web::test]
async fn a_member_without_a_password_signs_in_with_none() {
    let site = TestSite::start();
    site.write(|conn| {
        let new = touchstone::accounts::store::NewMember {
            id: None,
            handle: "old-timer",
            name: "Old Timer",
            skeleton: "oldtirner",
            review: false,
            email: None,
            email_verified_at: None,
            password_hash: None,
            joined_at: crate::support::site::noon(),
        };
        Ok(touchstone::accounts::store::insert_member(conn, &new)?)
    });
    for password in ["", PASSWORD] {
        try_to_sign_in(&site, "old-timer", password).await.expect(422);
    }
    assert_eq!(count_sessions(&site, "old-timer"), 0);
}

#[actix_web::test]
async fn after_ten_wrong_passwords_the_right_one_waits_for_a_quarter_of_an_hour() {
    let site = TestSite::start();
    site.member("ada-k");
    for login in ["ada-k", "nobody-here"] {
        for _ in 0..10 {
            try_to_sign_in(&site, login, OTHER).await.expect(422);
        }
        let page = try_to_sign_in(&site, login, PASSWORD).await.expect(429);
        assert_eq!(page.header("retry-after"), Some("900"), "{login}");
        assert_eq!(page.header("set-cookie"), None);
    }
    site.clock.advance(TimeDelta::minutes(15) - TimeDelta::seconds(1));
    let page = try_to_sign_in(&site, "ada-k", PASSWORD).await.expect(429);
    assert_eq!(page.header("retry-after"), Some("1"));
    site.clock.advance(TimeDelta::seconds(1));
    try_to_sign_in(&site, "nobody-here", PASSWORD).await.expect(422);
    sign_in(&site, "ada-k", PASSWORD).await;
}

#[actix_web::test]
async fn the_right_password_forgets_the_wrong_ones() {
    let site = TestSite::start();
    site.member("ada-k");
    for _ in 0..2 {
        for _ in 0..9 {
            try_to_sign_in(&site, "ada-k", OTHER).await.expect(422);
        }
        sign_in(&site, "ada-k", PASSWORD).await;
    }
}

/// A site behind a proxy, which says where requests come from.
pub(super) fn behind_a_proxy() -> TestSite {
    let mut site = TestSite::start();
    let mut settings = (*site.forum.site.settings).clone();
    settings.proxies = 1;
    site.forum.site.settings = Arc::new(settings);
    site
}

pub(super) async fn post_from(
    site: &TestSite,
    address: &str,
    who: &Person,
    path: &str,
    form: &[(&str, &str)],
) -> Page {
    let request = TestRequest::post().uri(path).insert_header(("x-forwarded-for", address)).set_form(form);
    site.send(request, who).await
}

#[actix_web::test]
async fn after_forty_tries_an_address_waits_and_others_do_not() {
    let site = behind_a_proxy();
    site.member("ada-k");
    let nobody = Person::visitor();
    let right = [("login", "ada-k"), ("password", PASSWORD)];
    for number in 0..40 {
        let login = format!("stranger-{number}");
        let wrong = [("login", login.as_str()), ("password", OTHER)];
        post_from(&site, "203.0.113.9", &nobody, "/login", &wrong).await.expect(422);
    }
    let page = post_from(&site, "203.0.113.9", &nobody, "/login", &right).await.expect(429);
    assert_eq!(page.header("retry-after"), Some("900"));
    post_from(&site, "203.0.113.10", &nobody, "/login", &right).await.expect(303);
    site.clock.advance(TimeDelta::minutes(15));
    post_from(&site, "203.0.113.9", &nobody, "/login", &right).await.expect(303);
}
