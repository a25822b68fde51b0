//! How many statements a page costs: a fixed number, whatever it shows.

mod verifying;

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
    demo::load(&site.db, &site.keys(), now).unwrap();
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
        ("likes", "/p/1/likes"),
        ("ranks", "/ranks"),
        ("badges", "/badges"),
        ("badge", "/badges/identity-verified"),
        ("badges of a member", "/badges/of/maria-k"),
    ] {
        note("visitor", page, cost(&site, &visitor, path).await);
    }
    for (page, path) in
        [("a full board", "/b/clients"), ("what is new", "/unread"), ("bookmarks", "/bookmarks")]
    {
        note("member", page, cost(&site, &member, path).await);
    }
    for (page, path) in [
        ("print", format!("{long}/print")),
        ("a thread's feed", format!("{long}/feed")),
        ("a board's feed", "/b/clients/feed".to_owned()),
        ("map", "/sitemap.xml".to_owned()),
    ] {
        note("visitor", page, cost(&site, &visitor, &path).await);
    }
    note("member", "home", cost(&site, &member, "/").await);
    note("visitor", "destroyed", cost(&site, &visitor, "/openness/destroyed").await);
    note("member", "receipts", cost(&site, &member, "/verification/receipts").await);
    note("member", "opened", cost(&site, &member, "/verification/opened").await);
    note("member", "verification", cost(&site, &member, "/verification").await);
    note("member", "settings", cost(&site, &member, "/settings").await);
    note("member", "e-mail", cost(&site, &member, "/settings/email").await);
    note("member", "profile", cost(&site, &member, "/u/theo-k").await);
    note("member", "ranks", cost(&site, &member, "/ranks").await);
    note("member", "blocks", cost(&site, &member, "/settings/blocks").await);
    note("administrator", "badge policies", cost(&site, &administrator, "/admin/policies").await);
    note("administrator", "a new policy", cost(&site, &administrator, "/admin/policies/new").await);
    note("administrator", "ranks", cost(&site, &administrator, "/admin/ranks").await);
    note("administrator", "rollouts", cost(&site, &administrator, "/manage/rollouts").await);
    note("administrator", "a new rollout", cost(&site, &administrator, "/manage/rollouts/new").await);
    note("administrator", "a rollout", cost(&site, &administrator, "/manage/rollouts/1").await);
    note("visitor", "a rollout", cost(&site, &visitor, "/rollouts/1").await);
    note("member", "invitation", cost(&site, &member, "/verification/invitation").await);
    note("member", "upload", cost(&site, &member, "/uploads/new").await);
    note("administrator", "members", cost(&site, &administrator, "/admin/members").await);
    note("administrator", "one member", cost(&site, &administrator, "/admin/members/maria-k").await);
    note("administrator", "boards", cost(&site, &administrator, "/admin/boards").await);
    note("visitor", "rules", cost(&site, &visitor, "/rules").await);
    note("visitor", "log", cost(&site, &visitor, "/moderation/log").await);
    note("member", "notices", cost(&site, &member, "/notices").await);
    note("moderator", "reports", cost(&site, &site.sign_in("goran-m"), "/moderation").await);

    let moderator = site.sign_in("goran-m");
    let post = site.get(&visitor, &long).await.attribute("article", "data-post");
    note("visitor", "history", cost(&site, &visitor, &format!("/p/{post}/history")).await);
    note("moderator", "edit", cost(&site, &moderator, &format!("/p/{post}/edit")).await);
    note("moderator", "note", cost(&site, &moderator, &format!("/p/{post}/note")).await);
    note("moderator", "title", cost(&site, &moderator, &format!("{long}/title")).await);
    note("moderator", "move", cost(&site, &moderator, &format!("{long}/move")).await);
    note("moderator", "split", cost(&site, &moderator, &format!("{long}/split")).await);
    note("visitor", "check", cost(&site, &visitor, "/badges/check").await);
    note("visitor", "a picture", cost(&site, &visitor, "/badges/of/maria-k.svg").await);
    note("visitor", "keys", cost(&site, &visitor, "/.well-known/jwks.json").await);
    note("member", "credential", cost(&site, &member, "/verification/credential").await);
    note("administrator", "api", cost(&site, &administrator, "/admin/api").await);
    note("moderator", "merge", cost(&site, &moderator, &format!("{long}/merge")).await);

    // A transaction's beginning and end count as two; finding whoever is signed in is a trip of its own, three.
    let expected = "\
visitor        thread               9
member         thread               13
visitor        thread?page=3        9
member         thread?page=3        13
visitor        thread?page=67       9
member         thread?page=67       13
visitor        home                 5
visitor        a full board         6
visitor        another board        6
visitor        profile              8
visitor        another profile      8
visitor        likes                9
visitor        ranks                4
visitor        badges               6
visitor        badge                4
visitor        badges of a member   4
member         a full board         12
member         what is new          9
member         bookmarks            9
visitor        print                5
visitor        a thread's feed      5
visitor        a board's feed       4
visitor        map                  4
member         home                 11
visitor        destroyed            4
member         receipts             7
member         opened               7
member         verification         20
member         settings             9
member         e-mail               11
member         profile              12
member         ranks                9
member         blocks               6
administrator  badge policies       9
administrator  a new policy         8
administrator  ranks                7
administrator  rollouts             10
administrator  a new rollout        6
administrator  a rollout            21
visitor        a rollout            6
member         invitation           13
member         upload               6
administrator  members              7
administrator  one member           8
administrator  boards               6
visitor        rules                4
visitor        log                  4
member         notices              6
moderator      reports              10
visitor        history              8
moderator      edit                 10
moderator      note                 10
moderator      title                9
moderator      move                 10
moderator      split                12
visitor        check                0
visitor        a picture            4
visitor        keys                 3
member         credential           7
administrator  api                  7
moderator      merge                10
";
    assert_eq!(table, expected);
}

#[actix_web::test]
async fn an_empty_site_costs_as_much_as_a_full_one() {
    let (empty, full) = (TestSite::start(), TestSite::start());
    demo::load(&full.db, &full.keys(), full.clock.now()).unwrap();
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
