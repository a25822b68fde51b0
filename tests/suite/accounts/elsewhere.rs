//! What other sites may send here.

use actix_web::test::TestRequest;

use super::count_sessions;
use crate::support::TestSite;
use crate::support::look::member;
use crate::support::site::PASSWORD;

#[actix_web::test]
async fn a_write_from_another_site_is_refused_and_nothing_is_done() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    let send = |name: &'static str, value: &'static str| {
        TestRequest::post().uri("/settings/profile").insert_header((name, value)).set_form([
            ("name", "Ada K"),
            ("signature", "Written elsewhere"),
            ("profile", "everyone"),
        ])
    };
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://127.0.0.1:8081"),
    ] {
        let page = site.send(send(name, value), &ada).await.expect(403);
        assert!(page.text(".lede").contains("another site"), "{name}: {value}");
    }
    assert_eq!(member(&site, "ada-k").signature, "");
    for (name, value) in
        [("sec-fetch-site", "same-origin"), ("sec-fetch-site", "none"), ("origin", "http://127.0.0.1:8080")]
    {
        site.send(send(name, value), &ada).await.expect(303);
    }
    assert_eq!(member(&site, "ada-k").signature, "Written elsewhere");
}

#[actix_web::test]
async fn a_link_on_another_site_may_be_followed() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    let request = TestRequest::get().uri("/settings").insert_header(("sec-fetch-site", "cross-site"));
    site.send(request, &ada).await.expect(200);
}

#[actix_web::test]
async fn no_site_signs_anybody_in_or_out_from_elsewhere() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    for path in ["/login", "/logout"] {
        let request = TestRequest::post()
            .uri(path)
            .insert_header(("sec-fetch-site", "cross-site"))
            .set_form([("login", "ada-k"), ("password", PASSWORD)]);
        let page = site.send(request, &ada).await.expect(403);
        assert_eq!(page.header("set-cookie"), None);
    }
    assert_eq!(count_sessions(&site, "ada-k"), 1);
}
