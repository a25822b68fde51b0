//! A visitor's page: no cookie, nothing written, and headers that keep it to itself.

use std::path::Path;

use actix_web::http::Method;
use touchstone::commands::demo;
use touchstone::db::DatabaseUrl;

use crate::support::{Person, TestSite};

const PAGES: [&str; 13] = [
    "/",
    "/feed",
    "/b/clients/feed",
    "/sitemap.xml",
    "/b/clients",
    "/b/announcements",
    "/u/maria-k",
    "/badges",
    "/badges/identity-verified",
    "/login",
    "/join",
    "/reset",
    "/nowhere",
];

fn state(site: &TestSite) -> Vec<Vec<u8>> {
    match &site.database.url {
        DatabaseUrl::Sqlite(path) => bytes(path),
        DatabaseUrl::Postgres(_) => Vec::new(),
    }
}

/// Every byte of the database and its write-ahead log.
fn bytes(path: &Path) -> Vec<Vec<u8>> {
    let beside = |ending: &str| {
        path.with_file_name(format!("{}{ending}", path.file_name().unwrap().to_string_lossy()))
    };
    [path.to_path_buf(), beside("-wal")].iter().map(|file| std::fs::read(file).unwrap_or_default()).collect()
}

#[actix_web::test]
async fn a_visitor_gets_no_cookie_and_writes_nothing() {
    let site = TestSite::start();
    demo::load(&site.db, &site.keys(), site.clock.now()).unwrap();
    let visitor = Person::visitor();
    let mut paths: Vec<String> = PAGES.iter().map(|path| (*path).to_owned()).collect();
    let threads = site.get(&visitor, "/b/announcements").await.attributes("main a[href^='/t/']", "href");
    paths.extend(threads);
    let before = state(&site);
    if let DatabaseUrl::Postgres(address) = &site.database.url {
        // PostgreSQL's files change by themselves; there, a page that writes fails.
        let name = address.rsplit('/').next().unwrap();
        site.write({
            let sql = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
            move |conn| Ok(diesel::connection::SimpleConnection::batch_execute(conn, &sql)?)
        });
    }
    let site = site.reopened();
    for path in &paths {
        let page = site.get(&visitor, path).await;
        assert_eq!(page.header("set-cookie"), None, "{path}");
        assert!(page.status.as_u16() < 500, "{path}: {}", page.body);
    }
    // Jobs gather what pages count; of visitors there is nothing to gather.
    site.forum.jobs(None).flush().await.unwrap();
    assert!(before == state(&site), "a visitor's visit changed the database");
}

#[actix_web::test]
async fn the_same_address_and_content_give_the_same_page() {
    let site = TestSite::start();
    demo::load(&site.db, &site.keys(), site.clock.now()).unwrap();
    for path in PAGES {
        let first = site.get(&Person::visitor(), path).await;
        site.clock.advance(chrono::TimeDelta::minutes(3));
        let second = site.get(&Person::visitor(), path).await;
        assert_eq!(first.body, second.body, "{path}");
    }
}

#[actix_web::test]
async fn every_answer_keeps_strangers_out() {
    let site = TestSite::start();
    let ada = site.member("ada");
    for (who, path) in [(&Person::visitor(), "/"), (&ada, "/settings"), (&ada, "/nowhere"), (&ada, "/admin")]
    {
        let page = site.get(who, path).await;
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert!(page.header("x-request-id").is_some());
        for inline in ["style=", "<style", "<script>", " onclick", "javascript:"] {
            assert!(!page.body.contains(inline), "{path} holds {inline}");
        }
    }
    assert_eq!(site.get(&ada, "/settings").await.header("cache-control"), Some("no-store"));
    assert_eq!(site.get(&ada, "/").await.header("cache-control"), Some("private, no-cache"));
    assert_eq!(site.get(&Person::visitor(), "/").await.header("vary"), Some("Cookie"));
    assert!(
        TestSite::secure().get(&Person::visitor(), "/").await.header("strict-transport-security").is_some()
    );
}

#[actix_web::test]
async fn assets_are_kept_for_good_under_their_hash() {
    let site = TestSite::start();
    let home = site.get(&Person::visitor(), "/").await;
    let mut links = home.attributes("link[rel=stylesheet], link[rel=icon]", "href");
    links.extend(home.attributes("script", "src"));
    assert!(links.len() >= 3, "{links:?}");
    for link in links {
        let asset = site.get(&Person::visitor(), &link).await.expect(200);
        if link.contains("?v=") {
            assert_eq!(asset.header("cache-control"), Some("public, max-age=31536000, immutable"), "{link}");
        }
    }
    let plain = site.get(&Person::visitor(), "/assets/site.css").await.expect(200);
    assert_eq!(plain.header("cache-control"), Some("public, no-cache"));
    site.get(&Person::visitor(), "/assets/nothing.css").await.expect(404);
    site.get(&Person::visitor(), "/assets/..%2fCargo.toml").await.expect(404);
}

#[actix_web::test]
async fn a_head_request_is_answered_like_a_get_without_its_body() {
    let site = TestSite::start();
    let head = site.ask(&Person::visitor(), Method::HEAD, "/").await;
    assert_eq!(head.status.as_u16(), 200);
}
