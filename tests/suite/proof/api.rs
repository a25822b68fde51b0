//! What programs may ask with a token.

use actix_web::http::header::AUTHORIZATION;
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use serde_json::Value;
use touchstone::badges::rules::GrantState;
use touchstone::members::rules::Role;

use super::{grant, set_state};
use crate::support::{Page, Person, TestSite};

const ASK: &str = "/api/v1/members/ada-north/badges";

async fn ask(site: &TestSite, token: &str, path: &str) -> Page {
    let request = TestRequest::get().uri(path).insert_header((AUTHORIZATION, format!("Bearer {token}")));
    site.send(request, &Person::visitor()).await
}

async fn make(site: &TestSite, admin: &Person) -> String {
    let page = site.post(admin, "/admin/api/tokens", &[("name", "The marketplace")]).await.expect(200);
    page.text("[data-token]")
}

fn answer(page: &Page) -> Value {
    serde_json::from_str(&page.body).unwrap()
}

#[actix_web::test]
async fn a_program_with_a_token_sees_what_visitors_see() {
    let site = TestSite::start();
    let (admin, ada) = (site.staff("tom-admin", &[Role::Administrator]), site.member("ada-north"));
    let token = make(&site, &admin).await;
    assert!(token.starts_with("touchstone_"));
    assert!(!site.get(&admin, "/admin/api").await.body.contains(&token), "a token is shown once");

    let none = ask(&site, &token, ASK).await.expect(200);
    assert_eq!(
        answer(&none)["badges"][0],
        serde_json::json!({ "badge": "identity-verified", "shown": false })
    );
    grant(&site, &ada, GrantState::Embargoed);
    assert_eq!(ask(&site, &token, ASK).await.body, none.body, "an embargoed badge changes no byte");
    set_state(&site, &ada, GrantState::Active);
    let shown = ask(&site, &token, ASK).await.expect(200);
    assert_eq!(shown.header("cache-control"), Some("no-store"));
    let badge = answer(&shown)["badges"][0].clone();
    assert_eq!((&badge["shown"], &badge["policy"]), (&true.into(), &2.into()));
    assert_eq!(badge["checked_at"], "2026-11-08T12:00:00Z");
    assert_eq!(answer(&shown)["member"]["name"], "Ada North");
    ask(&site, &token, "/api/v1/members/nobody-x/badges").await.expect(404);
    assert!(site.get(&admin, "/admin/api").await.text(".row-note").contains("last used"));
}

#[actix_web::test]
async fn without_a_token_that_stands_nothing_is_told() {
    let site = TestSite::start();
    let (admin, ada) = (site.staff("tom-admin", &[Role::Administrator]), site.member("ada-north"));
    grant(&site, &ada, GrantState::Active);
    let token = make(&site, &admin).await;
    for wrong in ["", "touchstone_nonsense", token.strip_prefix("touchstone_").unwrap()] {
        let page = ask(&site, wrong, ASK).await.expect(401);
        assert_eq!(answer(&page)["error"]["code"], "unauthorized");
        assert_eq!(page.header("www-authenticate"), Some("Bearer"));
    }
    // A session is no token.
    site.get(&admin, ASK).await.expect(401);
    let end = site.get(&admin, "/admin/api").await.attribute("form[action$='/end']", "action");
    site.post(&ada, &end, &[]).await.expect(403);
    ask(&site, &token, ASK).await.expect(200);
    site.post(&admin, &end, &[]).await.expect(303);
    ask(&site, &token, ASK).await.expect(401);
    site.post(&admin, &end, &[]).await.expect(404);
    site.post(&admin, "/admin/api/tokens", &[("name", " ")]).await.expect(422);
}

#[actix_web::test]
async fn who_guesses_tokens_is_slowed_down() {
    let site = TestSite::start();
    site.member("ada-north");
    for _ in 0..60 {
        ask(&site, "touchstone_nonsense", ASK).await.expect(401);
    }
    let page = ask(&site, "touchstone_nonsense", ASK).await.expect(429);
    assert_eq!(answer(&page)["error"]["code"], "too-many");
    assert!(page.header("retry-after").is_some());
    site.clock.advance(TimeDelta::minutes(16));
    ask(&site, "touchstone_nonsense", ASK).await.expect(401);
}
