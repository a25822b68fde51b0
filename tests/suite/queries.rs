//! How many statements a page costs: a fixed number, whatever it shows.

use std::fmt::Write;

use touchstone::commands::demo;

use crate::support::{Person, TestSite};

/// Statements that a page sends, with the beginning and the end of its transaction.
async fn cost(site: &TestSite, who: &Person, path: &str) -> u64 {
    let before = site.db.queries();
    site.get(who, path).await.expect(200);
    site.db.queries() - before
}

#[actix_web::test]
async fn each_page_costs_a_fixed_number_of_statements() {
    let site = TestSite::start();
    let now = site.clock.now();
    demo::load(&site.db, now).unwrap();
    let (visitor, member, administrator) =
        (Person::visitor(), site.sign_in("daniel-r"), site.sign_in("tomasz-w"));
    let long = announcement(&site).await;
    let mut table = String::new();
    let mut note = |who: &str, page: &str, statements: u64| {
        writeln!(table, "{who:<14} {page:<20} {statements}").unwrap();
    };

    for path in ["", "?page=3", "?page=67"] {
        note("visitor", &format!("thread{path}"), cost(&site, &visitor, &format!("{long}{path}")).await);
        note("member", &format!("thread{path}"), cost(&site, &member, &format!("{long}{path}")).await);
    }
    for (page, path) in [
        ("home", "/"),
        ("a full board", "/b/clients"),
        ("another board", "/b/announcements"),
        ("profile", "/u/maria-k"),
        ("another profile", "/u/theo-k"),
        ("badges", "/badges"),
        ("badge", "/badges/identity-verified"),
    ] {
        note("visitor", page, cost(&site, &visitor, path).await);
    }
    note("member", "home", cost(&site, &member, "/").await);
    note("member", "verification", cost(&site, &member, "/verification").await);
    note("member", "settings", cost(&site, &member, "/settings").await);
    note("administrator", "members", cost(&site, &administrator, "/admin/members").await);
    note("administrator", "one member", cost(&site, &administrator, "/admin/members/maria-k").await);
    note("administrator", "boards", cost(&site, &administrator, "/admin/boards").await);
    note("visitor", "rules", cost(&site, &visitor, "/rules").await);
    note("visitor", "log", cost(&site, &visitor, "/moderation/log").await);
    note("member", "notices", cost(&site, &member, "/notices").await);
    note("moderator", "reports", cost(&site, &site.sign_in("goran-m"), "/moderation").await);

    // A transaction's beginning and end count as two; finding whoever is signed in is a trip of its own, three.
    let expected = "\
visitor        thread               8
member         thread               11
visitor        thread?page=3        8
member         thread?page=3        11
visitor        thread?page=67       8
member         thread?page=67       11
visitor        home                 5
visitor        a full board         6
visitor        another board        6
visitor        profile              8
visitor        another profile      8
visitor        badges               6
visitor        badge                4
member         home                 8
member         verification         8
member         settings             9
administrator  members              7
administrator  one member           8
administrator  boards               6
visitor        rules                4
visitor        log                  4
member         notices              6
moderator      reports              10
";
    assert_eq!(table, expected);
}

#[actix_web::test]
async fn an_empty_site_costs_as_much_as_a_full_one() {
    let (empty, full) = (TestSite::start(), TestSite::start());
    demo::load(&full.db, full.clock.now()).unwrap();
    let visitor = Person::visitor();
    assert_eq!(cost(&empty, &visitor, "/").await, cost(&full, &visitor, "/").await);
}

async fn announcement(site: &TestSite) -> String {
    let board = site.get(&Person::visitor(), "/b/announcements").await;
    let paths = board.attributes("a", "href");
    let path =
        paths.iter().find(|path| path.starts_with("/t/") && path.contains("identity-verified")).unwrap();
    path.split('/').take(4).collect::<Vec<_>>().join("/")
}
