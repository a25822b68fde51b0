//! Sessions: the cookie, the list, the end.

use actix_web::test::TestRequest;
use chrono::TimeDelta;
use diesel::prelude::*;
use touchstone::db::schema::sessions;
use touchstone::members::rules::Role;
use touchstone::tokens;

use super::{count_sessions, is_signed_in, sign_in, try_to_sign_in};
use crate::support::site::PASSWORD;
use crate::support::{Person, TestSite};

#[actix_web::test]
async fn the_cookie_is_kept_from_scripts_and_from_other_sites() {
    let site = TestSite::start();
    site.member("ada-k");
    let page = try_to_sign_in(&site, "ada-k", PASSWORD).await.expect(303);
    let cookie = page.header("set-cookie").unwrap();
    let parts: Vec<&str> = cookie.split("; ").collect();
    assert!(parts[0].starts_with("session="), "{cookie}");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(parts.contains(&part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"));
    assert!(!parts.contains(&"Secure"));
}

#[actix_web::test]
async fn under_https_the_cookie_is_bound_to_the_host() {
    let site = TestSite::secure();
    site.member("ada-k");
    let page = try_to_sign_in(&site, "ada-k", PASSWORD).await.expect(303);
    let cookie = page.header("set-cookie").unwrap();
    let parts: Vec<&str> = cookie.split("; ").collect();
    assert!(parts[0].starts_with("__Host-session="), "{cookie}");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Secure"] {
        assert!(parts.contains(&part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"));
    let ada = sign_in(&site, "ada-k", PASSWORD).await;
    assert!(is_signed_in(&site, &ada).await);
    // The name for plain http opens nothing here.
    let plain = Person { cookie: ada.cookie.map(|cookie| cookie.replace("__Host-", "")), ..ada };
    assert!(!is_signed_in(&site, &plain).await);
}

#[actix_web::test]
async fn the_cookies_token_is_stored_as_its_hash_alone() {
    let site = TestSite::start();
    site.member("ada-k");
    let ada = sign_in(&site, "ada-k", PASSWORD).await;
    let cookie = ada.cookie.unwrap();
    let token = cookie.strip_prefix("session=").unwrap();
    assert_eq!(token.len(), 43);
    let rows: Vec<(Vec<u8>, String, String)> = site.read(|conn| {
        Ok(sessions::table.select((sessions::token_hash, sessions::agent, sessions::address)).load(conn)?)
    });
    assert_eq!(rows.len(), 2);
    let expected = tokens::hash(token);
    assert_eq!(rows.iter().filter(|row| row.0 == expected).count(), 1);
    for (hash, agent, address) in rows {
        assert_ne!(hash, token.as_bytes());
        assert!(!agent.contains(token) && !address.contains(token));
    }
}

#[actix_web::test]
async fn a_made_up_cookie_is_a_visitors() {
    let site = TestSite::start();
    for cookie in ["session=", "session=nonsense", "session=%00"] {
        let nobody = Person { cookie: Some(cookie.to_owned()), ..Person::visitor() };
        site.get(&nobody, "/").await.expect(200);
        assert!(!is_signed_in(&site, &nobody).await);
    }
}

#[actix_web::test]
async fn a_session_ends_after_thirty_idle_days() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    site.clock.advance(TimeDelta::days(30));
    assert!(is_signed_in(&site, &ada).await);
    site.clock.advance(TimeDelta::seconds(1));
    assert!(!is_signed_in(&site, &ada).await);
}

#[actix_web::test]
async fn a_session_that_is_used_goes_on() {
    let site = TestSite::start();
    site.member("ada-k");
    let page = try_to_sign_in(&site, "ada-k", PASSWORD).await.expect(303);
    let mut parts = page.header("set-cookie").unwrap().split("; ");
    let age = parts.find_map(|part| part.strip_prefix("Max-Age="));
    let age: i64 = age.unwrap().parse().unwrap();
    assert!(age > TimeDelta::days(60).num_seconds(), "the browser drops it too early");

    let ada = sign_in(&site, "ada-k", PASSWORD).await;
    for _ in 0..3 {
        site.clock.advance(TimeDelta::days(20));
        assert!(is_signed_in(&site, &ada).await);
        site.forum.jobs(None).flush().await.unwrap();
    }
}

#[actix_web::test]
async fn signing_out_ends_the_session_in_the_database() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    let elsewhere = site.sign_in("ada-k");
    let page = site.post(&ada, "/logout", &[]).await.expect(303);
    let cookie = page.header("set-cookie").unwrap();
    assert!(cookie.starts_with("session=;"), "{cookie}");
    assert!(cookie.contains("Max-Age=0"), "{cookie}");
    assert_eq!(count_sessions(&site, "ada-k"), 1);
    assert!(!is_signed_in(&site, &ada).await);
    assert!(is_signed_in(&site, &elsewhere).await);
    site.post(&Person::visitor(), "/logout", &[]).await.expect(303);
    assert_eq!(count_sessions(&site, "ada-k"), 1);
}

#[actix_web::test]
async fn the_list_shows_this_session_and_the_others() {
    let site = TestSite::start();
    site.member("ada-k");
    site.member("bob-m");
    let request = TestRequest::post()
        .uri("/login")
        .insert_header((
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        ))
        .set_form([("login", "ada-k"), ("password", PASSWORD)]);
    let page = site.send(request, &Person::visitor()).await.expect(303);
    let cookie = page.header("set-cookie").unwrap().split(';').next().unwrap();
    let ada = Person { handle: "ada-k".to_owned(), cookie: Some(cookie.to_owned()) };
    let page = site.get(&ada, "/settings").await.expect(200);
    let titles = page.texts("#sessions .row-title");
    assert_eq!(titles.len(), 2);
    assert_eq!(titles.iter().filter(|title| title.contains(", this one")).count(), 1);
    assert!(titles.contains(&"Firefox on Linux, this one".to_owned()));
    assert_eq!(page.count("#sessions .row form"), 1, "this one is ended by signing out");
    assert!(page.text("#sessions .row-note").contains("from 127.0.0.1"));
}

/// The form of the list that ends the only other session.
async fn end_form(site: &TestSite, who: &Person) -> String {
    let page = site.get(who, "/settings").await.expect(200);
    page.attribute("#sessions .row form", "action")
}

#[actix_web::test]
async fn one_other_session_is_ended() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    let lost = site.sign_in("ada-k");
    let form = end_form(&site, &ada).await;
    let page = site.post(&ada, &form, &[]).await.expect(303);
    assert_eq!(page.location(), "/settings?saved=session#sessions");
    assert!(!is_signed_in(&site, &lost).await);
    assert!(is_signed_in(&site, &ada).await);
    site.post(&ada, &form, &[]).await.expect(404);
}

#[actix_web::test]
async fn nobody_ends_another_members_session() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    site.sign_in("ada-k");
    let form = end_form(&site, &ada).await;
    let bob = site.staff("bob-m", &[Role::Administrator]);
    site.post(&bob, &form, &[]).await.expect(404);
    site.post(&Person::visitor(), &form, &[]).await.expect(403);
    site.post(&bob, "/settings/sessions/end-others", &[]).await.expect(303);
    site.post(&Person::visitor(), "/settings/sessions/end-others", &[]).await.expect(403);
    assert_eq!(count_sessions(&site, "ada-k"), 2);
}

#[actix_web::test]
async fn all_other_sessions_are_ended_at_once() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    let others = [site.sign_in("ada-k"), site.sign_in("ada-k")];
    site.post(&ada, "/settings/sessions/end-others", &[]).await.expect(303);
    for other in &others {
        assert!(!is_signed_in(&site, other).await);
    }
    assert!(is_signed_in(&site, &ada).await);
    assert_eq!(count_sessions(&site, "ada-k"), 1);
}
