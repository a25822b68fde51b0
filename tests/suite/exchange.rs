//! Moving in and out: a bundle comes in line by line and as often as one likes, and an export loses nothing.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::Value;
use touchstone::commands::{demo, export, import};
use touchstone::exchange::report::{Count, Report};
use touchstone::exchange::store::check;
use touchstone::members::rules::{Role, Tier};

use crate::support::database::{TestDatabase, postgres};
use crate::support::program::said;
use crate::support::site::replies;
use crate::support::{Installation, Page, Person, TestSite, tables};

const COMMUNITY: &str = r#"{"kind":"community","version":1,"source":"elsewhere"}"#;

/// The five lines of the contract, with one choice made where it lists several.
const CONTRACT: [&str; 5] = [
    r#"{"kind":"community","version":1,"source":"…"}"#,
    r#"{"kind":"member","id":"m1","handle":"maria-k","name":"Maria K","joined":"2015-03-31T00:00:00Z","roles":["moderator"],"rank":"ace-contributor","tier":"top-rated","badges":["identity-verified"],"signature":"…","profile":"everyone","email":null}"#,
    r#"{"kind":"board","id":"b1","parent":null,"slug":"clients","title":"Clients","about":"…"}"#,
    r#"{"kind":"thread","id":"t1","board":"b1","title":"Background checks","type":"question","author":"m1","created":"2016-05-04T09:00:00Z"}"#,
    r#"{"kind":"post","id":"p1","thread":"t1","number":41,"total":668,"author":"m1","created":"2016-05-04T09:00:00Z","format":"markdown","body":"Some *words*.","quotes":"p0"}"#,
];

fn member(id: &str, handle: &str, name: &str) -> String {
    format!(
        r#"{{"kind":"member","id":"{id}","handle":"{handle}","name":"{name}","joined":"2015-03-31T00:00:00Z"}}"#
    )
}

fn post(id: &str, more: &str) -> String {
    format!(
        r#"{{"kind":"post","id":"{id}","thread":"t1",{more}"author":"m1","created":"2016-05-04T09:00:00Z","format":"text","body":"Words of {id}"}}"#
    )
}

/// A community with one member, one board and one thread, and these lines after them.
fn bundle(more: &[String]) -> String {
    let mut lines = vec![
        COMMUNITY.to_owned(),
        member("m1", "maria-k", "Maria K"),
        r#"{"kind":"board","id":"b1","slug":"clients","title":"Clients"}"#.to_owned(),
        r#"{"kind":"thread","id":"t1","board":"b1","title":"Background checks","author":"m1","created":"2016-05-04T09:00:00Z"}"#.to_owned(),
    ];
    lines.extend_from_slice(more);
    lines.join("\n")
}

fn write(site: &TestSite, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = site.database.folder.path().join("bundle.jsonl");
    std::fs::write(&path, bytes).unwrap();
    path
}

fn load(site: &TestSite, bytes: impl AsRef<[u8]>) -> Report {
    import::load(&site.db, &write(site, bytes), site.clock.now()).unwrap()
}

/// Loads a bundle that cannot be begun, and answers with the reason.
fn refused(site: &TestSite, bytes: impl AsRef<[u8]>) -> String {
    let before = rows(site);
    let problem = import::load(&site.db, &write(site, bytes), site.clock.now()).unwrap_err();
    assert_eq!(rows(site), before, "something came in all the same");
    problem
}

fn rows(site: &TestSite) -> Vec<String> {
    site.read(|conn| Ok(tables::rows(conn)))
}

fn assert_well(site: &TestSite) {
    assert_eq!(site.read(check::all), Vec::<String>::new());
}

fn count(added: u64, here: u64, refused: u64) -> Count {
    Count { added, here, refused }
}

fn remarks(list: &[touchstone::exchange::report::Remark]) -> Vec<String> {
    list.iter().map(|remark| format!("{}: {}", remark.line, remark.text)).collect()
}

/// The page that holds a number of the first thread.
async fn page_of(site: &TestSite, number: i64) -> Page {
    let visitor = Person::visitor();
    let way = site.get(&visitor, &format!("/t/1/background-checks/{number}")).await.expect(302);
    let path = way.location().split('#').next().unwrap().to_owned();
    site.get(&visitor, &path).await.expect(200)
}

/// Each number of the first thread's first page, with its words.
async fn numbered(site: &TestSite) -> Vec<(String, String)> {
    let page = site.get(&Person::visitor(), "/t/1/background-checks").await.expect(200);
    let numbers = page.attributes("article", "data-number");
    let words = page.texts("article .post-main > p:first-child, article .post-body");
    assert_eq!(numbers.len(), words.len());
    numbers.into_iter().zip(words).collect()
}

#[actix_web::test]
async fn the_five_lines_of_the_contract_come_in() {
    let site = TestSite::start();

    let report = load(&site, CONTRACT.join("\n"));

    for counted in [report.members, report.boards, report.threads, report.posts] {
        assert_eq!(counted, count(1, 0, 0), "{report}");
    }
    assert_eq!(
        remarks(&report.remarks),
        ["5: the quoted post p0 is not here, so the reference was left out"]
    );
    let page = page_of(&site, 41).await;
    assert_eq!(page.text("#p-41 .post-position"), "41 of 668");
    assert_eq!(page.text("#p-41 .post-body"), "Some words.");
    assert_eq!(page.text("#p-41 .author [data-tier]"), "Top Rated");
    assert_eq!(page.count("#p-41 .author [data-role=moderator]"), 1);
    assert_eq!(page.count("#p-41 .author [data-badge=identity-verified]"), 1);
    assert_eq!(page.text("#p-42 p"), "Post 42 was not imported");
    assert_eq!(page.text("#p-42 .post-position"), "42 of 668");
    assert_well(&site);
}

#[actix_web::test]
async fn importing_twice_changes_nothing() {
    let site = TestSite::start();
    let lines = bundle(&[
        member("m2", "ben-s", "Ben S"),
        post("p1", ""),
        post("p2", r#""number":2,"#),
        post("p3", r#""number":2,"#),
        post("p9", r#""number":9,"total":12,"#),
        post("p10", ""),
    ]);
    let first = load(&site, &lines);
    assert_eq!(first.posts, count(5, 0, 0), "{first}");
    let before = rows(&site);
    site.clock.advance(TimeDelta::days(3));

    let second = load(&site, &lines);

    assert_eq!(second.members, count(0, 2, 0), "{second}");
    assert_eq!(second.boards, count(0, 1, 0), "{second}");
    assert_eq!(second.threads, count(0, 1, 0), "{second}");
    assert_eq!(second.posts, count(0, 5, 0), "{second}");
    assert!(second.refusals.is_empty() && second.remarks.is_empty(), "{second}");
    assert_eq!(rows(&site), before);
    assert_well(&site);
}

#[test]
fn the_program_prints_what_came_in_and_what_was_refused() {
    let place = Installation::new();
    let path = place.database.folder.path().join("bundle.jsonl");
    let lines = bundle(&[post("p1", ""), r#"{"kind":"poll","id":"x"}"#.to_owned()]);
    std::fs::write(&path, lines).unwrap();

    let first = place.run(&["import", path.to_str().unwrap()]);
    let second = place.run(&["import", path.to_str().unwrap()]);

    assert!(first.status.success() && second.status.success());
    let line = |output: &std::process::Output, name: &str| {
        let text = said(output);
        let line = text.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line(&first, "posts"), "posts 1 0 0");
    assert_eq!(line(&second, "posts"), "posts 0 1 0");
    assert_eq!(line(&second, "members"), "members 0 1 0");
    assert_eq!(line(&first, "unreadable"), "unreadable 0 0 1");
    assert!(said(&first).contains("  line 6: unknown variant `poll`"), "{}", said(&first));
}

#[actix_web::test]
async fn unknown_keys_are_refused_by_line_and_name_and_the_rest_comes_in() {
    let site = TestSite::start();
    let with = |key: &str, line: &str| line.replacen('}', &format!(",{key}}}"), 1);
    let lines = bundle(&[
        with(r#""colour":"red""#, &member("m2", "ben-s", "Ben S")),
        r#"{"kind":"member","id":"m3","handle":"cleo-t","name":"Cleo T","joined":"2015-03-31T00:00:00Z","roles":[{"role":"moderator","since":"2016-01-01T00:00:00Z","until":"never"}]}"#.to_owned(),
        r#"{"kind":"member","id":"m4","handle":"dora-u","name":"Dora U","joined":"2015-03-31T00:00:00Z","badges":[{"badge":"phone-verified","policy":1,"name":"Dora U","state":"active","granted":"2016-01-01T00:00:00Z","shine":true}]}"#.to_owned(),
        r#"{"kind":"board","id":"b2","slug":"more","title":"More","mood":"calm"}"#.to_owned(),
        with(r#""likes":3"#, &post("p1", "")),
        post("p2", ""),
    ]);

    let report = load(&site, lines);

    assert_eq!(report.unreadable, 5, "{report}");
    let lines = ["colour", "until", "shine", "mood", "likes"];
    assert_eq!(report.refusals.len(), lines.len());
    for ((line, key), refusal) in (5..).zip(lines).zip(&report.refusals) {
        assert_eq!(refusal.line, line);
        assert!(refusal.text.contains(&format!("unknown field `{key}`")), "{refusal:?}");
    }
    assert_eq!(report.posts, count(1, 0, 0), "{report}");
    assert_well(&site);
}

#[actix_web::test]
async fn gaps_become_stubs_and_the_total_counts() {
    let site = TestSite::start();

    load(&site, bundle(&[post("p1", r#""number":1,"total":7,"#), post("p4", r#""number":4,"total":7,"#)]));

    let page = page_of(&site, 4).await;
    assert_eq!(page.count("article"), 7);
    assert_eq!(page.text("#p-1 .post-position"), "1 of 7");
    for missing in [2, 3, 5, 6, 7] {
        assert_eq!(page.text(&format!("#p-{missing} p")), format!("Post {missing} was not imported"));
        assert_eq!(page.count(&format!("#p-{missing}[data-post]")), 0);
    }
    // Who answers next does not take a number that the source has given away.
    let member = site.member("newcomer");
    let location = site.reply(&member, "/t/1/background-checks", "Hello").await;
    assert!(location.ends_with("/8"), "{location}");
    assert_well(&site);
}

#[actix_web::test]
async fn a_doubled_number_takes_the_nearest_free_one_and_is_reported() {
    let site = TestSite::start();

    let report = load(
        &site,
        bundle(&[
            post("a", r#""number":1,"#),
            post("b", r#""number":2,"#),
            post("c", r#""number":2,"#),
            post("d", r#""number":3,"#),
            post("e", r#""number":6,"#),
            post("f", r#""number":6,"#),
        ]),
    );

    assert_eq!(report.posts, count(6, 0, 0), "{report}");
    assert_eq!(
        remarks(&report.remarks),
        [
            "7: number 2 stands twice, so this post became number 4",
            "10: number 6 stands twice, so this post became number 7",
        ]
    );
    let shown = numbered(&site).await;
    let words: Vec<&str> = shown.iter().map(|(_, words)| words.as_str()).collect();
    assert_eq!(
        words,
        [
            "Words of a",
            "Words of b",
            "Words of d",
            "Words of c",
            "Post 5 was not imported",
            "Words of e",
            "Words of f",
        ]
    );
    assert_well(&site);
}

#[actix_web::test]
async fn refused_lines_are_counted_and_what_depends_on_them_says_so() {
    let site = TestSite::start();

    let report = load(
        &site,
        bundle(&[
            r#"{"kind":"member","id":"m2","handle":"ben-s","name":"Ben S","joined":"2015-03-31T00:00:00Z","rank":"baron"}"#.to_owned(),
            r#"{"kind":"board","id":"b2","parent":"b9","slug":"more","title":"More"}"#.to_owned(),
            r#"{"kind":"thread","id":"t2","board":"b2","title":"Lost","author":"m1","created":"2016-05-04T09:00:00Z"}"#.to_owned(),
            r#"{"kind":"thread","id":"t3","board":"b1","title":"By nobody","author":"m2","created":"2016-05-04T09:00:00Z"}"#.to_owned(),
            post("p1", "").replace("t1", "t2"),
            post("p2", "").replace("m1", "m2"),
            post("p3", "").replace("\"text\"", "\"word\""),
            post("p4", r#""number":0,"#),
            post("p5", ""),
        ]),
    );

    assert_eq!(
        remarks(&report.refusals),
        [
            "5: \"baron\" is no known rank",
            "6: no board b9 stands above, or it was refused",
            "7: no board b2 stands above, or it was refused",
            "8: no member m2 stands above, or it was refused",
            "9: no thread t2 stands above, or it was refused",
            "10: no member m2 stands above, or it was refused",
            "11: \"word\" is no format: markdown, html and text are",
            "12: number and total lie between 1 and 10000000",
        ]
    );
    assert_eq!(report.members, count(1, 0, 1), "{report}");
    assert_eq!(report.boards, count(1, 0, 1), "{report}");
    assert_eq!(report.threads, count(1, 0, 2), "{report}");
    assert_eq!(report.posts, count(1, 0, 4), "{report}");
    assert_eq!(numbered(&site).await, [("1".to_owned(), "Words of p5".to_owned())]);
    assert_well(&site);
}

#[actix_web::test]
async fn an_import_that_broke_off_in_a_thread_goes_on_where_it_stopped() {
    let lines = bundle(&[
        post("a", ""),
        post("b", ""),
        post("c", r#""number":2,"#),
        post("d", r#""number":5,"total":9,"#),
        post("e", ""),
        post("f", r#""number":5,"#),
    ]);
    let whole = TestSite::start();
    load(&whole, &lines);

    for cut in 5..10 {
        let site = TestSite::start();
        let begun: Vec<&str> = lines.lines().take(cut).collect();
        load(&site, begun.join("\n"));
        assert_well(&site);

        let report = load(&site, &lines);

        let here = cut as u64 - 4;
        assert_eq!(report.posts, count(6 - here, here, 0), "cut after {cut}: {report}");
        let numbers: BTreeSet<String> = numbered(&site).await.into_iter().map(|(_, words)| words).collect();
        for post in ["a", "b", "c", "d", "e", "f"] {
            assert!(numbers.contains(&format!("Words of {post}")), "{post} is lost");
        }
        assert_well(&site);
        let before = rows(&site);
        load(&site, &lines);
        assert_eq!(rows(&site), before);
    }
}

#[actix_web::test]
async fn html_and_text_are_converted_safely() {
    let site = TestSite::start();
    let written = |id: &str, format: &str, body: &str| {
        let body = serde_json::to_string(body).unwrap();
        format!(
            r#"{{"kind":"post","id":"{id}","thread":"t1","author":"m1","created":"2016-05-04T09:00:00Z","format":"{format}","body":{body}}}"#
        )
    };

    let report = load(
        &site,
        bundle(&[
            written(
                "p1",
                "html",
                "<p onclick=\"x()\">Hello <b>there</b><script>alert(1)</script></p><img src=\"https://elsewhere.example/a.png\" \
                 onerror=\"x()\"><a href=\"javascript:alert(1)\">a link</a> <a href=\"https://example.org/\">another</a>",
            ),
            written("p2", "text", "<b>not bold</b> & 1 < 2\n\nSecond *paragraph*"),
            written("p3", "markdown", "<b>not bold</b> but **this** is"),
            written(
                "p4",
                "html",
                "<a data-badge=\"identity-verified\" href=\"/badges\" class=\"mark\">✔ Identity Verified</a>",
            ),
        ]),
    );

    assert_eq!(report.posts, count(4, 0, 0), "{report}");
    let page = page_of(&site, 1).await;
    assert_eq!(
        page.count(".post-body script, .post-body img, .post-body [onclick], .post-body [data-badge], .post-body [class]"),
        0
    );
    assert!(page.attributes(".post-body a", "href").iter().all(|href| !href.starts_with("javascript")));
    assert!(page.attributes("#p-1 .post-body a", "href").contains(&"https://example.org/".to_owned()));
    assert!(page.attributes(".post-body a", "rel").iter().all(|rel| rel.contains("ugc")));
    assert_eq!(page.text("#p-1 .post-body strong, #p-1 .post-body b"), "there");
    assert!(page.text("#p-1 .post-body").starts_with("Hello there"));
    assert_eq!(page.texts("#p-2 .post-body p"), ["<b>not bold</b> & 1 < 2", "Second *paragraph*"]);
    assert_eq!(page.text("#p-3 .post-body strong"), "this");
    assert_eq!(page.count("#p-2 .post-body b, #p-3 .post-body b"), 0);
}

#[actix_web::test]
async fn handles_that_clash_get_a_number() {
    let site = TestSite::start();
    site.member("maria-k");

    let report = load(
        &site,
        [
            COMMUNITY.to_owned(),
            member("m1", "Maria-K", "Maria Keller"),
            member("m2", "maria-k", "Maria Kovac"),
            member("m3", "admin", "Somebody Else"),
        ]
        .join("\n"),
    );

    assert_eq!(report.members, count(3, 0, 0), "{report}");
    assert_eq!(
        remarks(&report.remarks),
        [
            "2: the handle Maria-K is taken or reserved here, so it became Maria-K-2",
            "3: the handle maria-k is taken or reserved here, so it became maria-k-3",
            "4: the handle admin is taken or reserved here, so it became admin-2",
        ]
    );
    let visitor = Person::visitor();
    for (handle, name) in
        [("maria-k", "Maria K"), ("maria-k-2", "Maria Keller"), ("maria-k-3", "Maria Kovac")]
    {
        let page = site.get(&visitor, &format!("/u/{handle}")).await.expect(200);
        assert_eq!(page.text("h1"), name);
    }
}

#[actix_web::test]
async fn an_address_is_kept_but_never_another_members() {
    let site = TestSite::start();
    site.member("ada-north");
    let with = |id: &str, handle: &str, name: &str, email: &str| {
        member(id, handle, name).replacen('}', &format!(r#","email":"{email}"}}"#), 1)
    };

    let report = load(
        &site,
        [
            COMMUNITY.to_owned(),
            with("m1", "ben-s", "Ben S", "ben@example.org"),
            with("m2", "cleo-t", "Cleo T", "Ada-North@example.org"),
            with("m3", "dora-u", "Dora U", "BEN@example.org"),
            with("m4", "emil-v", "Emil V", "no address"),
        ]
        .join("\n"),
    );

    assert_eq!(report.members, count(4, 0, 0), "{report}");
    assert_eq!(
        remarks(&report.remarks),
        [
            "3: the e-mail address was left out: another member has it",
            "4: the e-mail address was left out: another member has it",
            "5: the e-mail address \"no address\" was left out: it is none",
        ]
    );
    let addresses = site.read(|conn| {
        Ok(tables::lines(
            conn,
            "SELECT handle || ' ' || coalesce(email, 'none') || ' ' || (email_verified_at IS NOT NULL) AS line FROM members ORDER BY id",
        ))
    });
    let addresses: Vec<String> =
        addresses.into_iter().map(|line| line.replace("true", "1").replace("false", "0")).collect();
    assert_eq!(
        addresses,
        [
            "ada-north ada-north@example.org 1",
            "ben-s ben@example.org 0",
            "cleo-t none 0",
            "dora-u none 0",
            "emil-v none 0",
        ]
    );
}

#[actix_web::test]
async fn an_imported_name_that_imitates_a_verified_member_is_not_kept() {
    let site = TestSite::start();
    let verified = member("m1", "maria-k", "Maria K").replacen('}', r#","badges":["identity-verified"]}"#, 1);

    let report = load(&site, [COMMUNITY.to_owned(), verified, member("m2", "mk-2017", "Маria K")].join("\n"));

    assert_eq!(report.members, count(2, 0, 0), "{report}");
    assert_eq!(report.remarks.len(), 1, "{report}");
    let page = site.get(&Person::visitor(), "/u/mk-2017").await.expect(200);
    assert_eq!(page.text("h1"), "mk-2017");
}

#[actix_web::test]
async fn a_bundle_that_cannot_be_begun_is_refused_whole() {
    let site = TestSite::start();

    assert_eq!(
        refused(&site, member("m1", "maria-k", "Maria K")),
        "line 1: The bundle must begin with a line of kind community."
    );
    assert_eq!(
        refused(&site, COMMUNITY.replace(":1", ":2")),
        "line 1: This bundle has version 2; this program reads version 1."
    );
    assert_eq!(
        refused(&site, COMMUNITY.replace("elsewhere", " ")),
        "line 1: The community's line must name its source."
    );
    let long = format!("{}\n{}", bundle(&[]), "x".repeat(4 * 1024 * 1024 + 1));
    assert_eq!(refused(&site, long), "line 5 is longer than 4 MiB");
    let path = site.database.folder.path().join("no-such-file");
    let problem = import::load(&site.db, &path, site.clock.now()).unwrap_err();
    assert!(problem.starts_with(&path.display().to_string()), "{problem}");
}

#[actix_web::test]
async fn a_second_community_in_one_bundle_is_refused() {
    let site = TestSite::start();
    let lines = [
        COMMUNITY,
        &member("m1", "maria-k", "Maria K"),
        &COMMUNITY.replace("elsewhere", "another"),
        &member("m1", "ben-s", "Ben S"),
    ]
    .join("\n");

    let problem = import::load(&site.db, &write(&site, lines), site.clock.now()).unwrap_err();

    assert_eq!(problem, "line 3: A bundle has one line of kind community, the first.");
}

#[actix_web::test]
async fn a_line_that_is_not_utf_8_is_refused_and_the_rest_comes_in() {
    let site = TestSite::start();
    let mut bytes = bundle(&[]).into_bytes();
    bytes.extend_from_slice(b"\n{\"kind\":\"post\",\"body\":\"\xff\xfe\"}\n\n");
    bytes.extend_from_slice(post("p1", "").as_bytes());
    bytes.extend_from_slice(b"\r\n");

    let report = load(&site, bytes);

    assert_eq!(remarks(&report.refusals), ["5: is not UTF-8 text"]);
    assert_eq!(report.unreadable, 1);
    assert_eq!(report.posts, count(1, 0, 0), "{report}");
}

/// What comes from elsewhere: badges of every kind, formats, a gap, a doubled number, edits and a removal.
fn elsewhere() -> String {
    let lines = [
        COMMUNITY,
        r#"{"kind":"member","id":"m1","handle":"vera-lind","name":"Véra Lind","joined":"2015-03-31T00:00:00.25Z","rank":"community-guru","rank_since":"2020-01-01T00:00:00Z","tier":"top-rated-plus","tier_since":"2021-06-01T00:00:00Z","tiers":[{"tier":"rising-talent","at":"2018-01-01T00:00:00Z","source":"import"},{"tier":null,"at":"2019-01-01T00:00:00Z","source":"csv"},{"tier":"top-rated-plus","at":"2021-06-01T00:00:00Z","source":"administrator"}],"badges":[{"badge":"identity-verified","policy":1,"name":"Véra L","state":"superseded","granted":"2026-02-01T00:00:00Z","expires":"2027-02-01T00:00:00Z"},{"badge":"identity-verified","policy":2,"name":"Véra Lind","state":"active","granted":"2026-07-01T00:00:00Z","expires":"2028-07-01T00:00:00Z"},"phone-verified"],"signature":"Never a dull day","email":"vera@example.org","email_verified":"2015-04-01T00:00:00Z"}"#,
        r#"{"kind":"member","id":"m2","handle":"olek-w","name":"Olek W","joined":"2016-03-31T00:00:00Z","roles":["moderator",{"role":"community-manager","since":"2018-01-01T00:00:00Z"}],"badges":[{"badge":"identity-verified","policy":2,"name":"Olek W","state":"suspended","granted":"2026-07-01T00:00:00Z"},{"badge":"background-check-passed","policy":1,"name":"Olek W","state":"active","granted":"2025-01-01T00:00:00Z","expires":"2026-01-01T00:00:00Z"}],"profile":"members"}"#,
        r#"{"kind":"board","id":"b1","slug":"archive","title":"Archive","about":"From before","position":9}"#,
        r#"{"kind":"thread","id":"t1","board":"b1","title":"What we learnt","type":"announcement","author":"m1","created":"2016-05-04T09:00:00Z","about_verification":true,"views":412}"#,
        r#"{"kind":"post","id":"p1","thread":"t1","number":1,"total":14,"author":"m1","created":"2016-05-04T09:00:00Z","format":"html","body":"<p>Bold <b>words</b> &amp; a <a href=\"https://example.org/\">link</a></p>"}"#,
        r#"{"kind":"post","id":"p2","thread":"t1","number":2,"total":14,"author":"m2","created":"2016-05-04T10:00:00Z","format":"text","body":"One line\nand <another>","quotes":"p1","edited":{"at":"2016-05-05T00:00:00Z","by":"m1","as":"author","reason":"a typo"}}"#,
        r#"{"kind":"post","id":"p3","thread":"t1","number":2,"total":14,"author":"m1","created":"2026-08-01T10:00:00Z","format":"markdown","body":"> quoted\n\nand *answered*","edited":{"at":"2026-08-02T00:00:00Z","by":"m2","as":"moderator","reason":""}}"#,
        r#"{"kind":"post","id":"p4","thread":"t1","number":5,"total":14,"author":"m2","created":"2026-08-03T10:00:00Z","format":"markdown","body":"Gone","removed":{"at":"2026-08-04T00:00:00Z","by":"m2","reason":"off topic"}}"#,
    ];
    lines.join("\n")
}

/// Who lives in the lively community.
struct Cast {
    ada: Person,
    moderator: Person,
    rated: Person,
    plain: Person,
    other: Person,
    vera: Person,
}

fn wait(site: &TestSite, minutes: i64) {
    site.clock.advance(TimeDelta::minutes(minutes));
}

/// A community in which everything has happened that can.
async fn lively(database: TestDatabase) -> TestSite {
    let site = TestSite::on(database, false, "http://127.0.0.1:8080");
    let report = load(&site, elsewhere());
    assert!(report.refusals.is_empty(), "{report}");
    let cast = Cast {
        ada: site.staff("ada-north", &[Role::Administrator]),
        moderator: site.staff("mo-derrick", &[Role::Moderator]),
        rated: site.rated("rita-field", Tier::TopRated),
        plain: site.member("piet-oort"),
        other: site.member("quinn-fox"),
        vera: site.sign_in("vera-lind"),
    };
    build_boards(&site, &cast).await;
    change_people(&site, &cast).await;
    let threads = talk(&site, &cast).await;
    keep_order(&site, &cast, &threads).await;
    for _ in 0..3 {
        site.get(&cast.other, &threads[0]).await.expect(200);
    }
    site.forum.jobs(None).flush().await.unwrap();
    assert_well(&site);
    site
}

async fn build_boards(site: &TestSite, cast: &Cast) {
    let boards = [
        ("clients", "Clients", "", "anyone", "members"),
        ("inside", "Inside clients", "2", "members", "members"),
        ("announcements", "Announcements", "", "anyone", "role:community-manager"),
        ("staff", "Staff", "", "role:moderator", "role:moderator"),
        ("rated", "The rated", "", "tier:top-rated", "tier:top-rated"),
    ];
    for (slug, title, parent, read, write) in boards {
        let about = format!("About “{title}” & <more>");
        let fields = [
            ("slug", slug),
            ("title", title),
            ("about", &about),
            ("parent", parent),
            ("position", "2"),
            ("read", read),
            ("write", write),
        ];
        site.post(&cast.ada, "/admin/boards", &fields).await.expect(303);
    }
}

/// Tiers with a history, roles, and a profile of each kind.
async fn change_people(site: &TestSite, cast: &Cast) {
    for tier in ["rising-talent", "top-rated", "none", "top-rated-plus"] {
        wait(site, 60);
        let path = "/admin/members/quinn-fox/tier";
        site.post(&cast.ada, path, &[("tier", tier)]).await.expect(303);
    }
    let own = "/admin/members/ada-north/tier";
    site.post(&cast.ada, own, &[("tier", "top-rated")]).await.expect(303);
    // Who set this tier stands below the member in the bundle.
    let early = "/admin/members/olek-w/tier";
    site.post(&cast.ada, early, &[("tier", "top-rated")]).await.expect(303);
    wait(site, 1);
    let roles = [("role", "moderator"), ("role", "community-manager")];
    site.post(&cast.ada, "/admin/members/mo-derrick/roles", &roles).await.expect(303);
    // A new name takes the badge off.
    for (who, name, signature, profile) in [
        (&cast.vera, "Véra Lindqvist", "Never a dull day", "everyone"),
        (&cast.plain, "Piet Oort", "One line & <no> more", "private"),
        (&cast.other, "Quinn Fox", "", "members"),
    ] {
        let fields = [("name", name), ("signature", signature), ("profile", profile)];
        site.post(who, "/settings/profile", &fields).await.expect(303);
    }
}

/// Threads of each kind in each board, and answers.
async fn talk(site: &TestSite, cast: &Cast) -> Vec<String> {
    let bodies = [
        "A list:\n\n- one\n- two\n\nand `code`, **strong**, ~~gone~~, https://example.org/path?q=1",
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n```rust\nfn main() {}\n```",
        "> Quoted\n\nÄnderung, 日本語, 🙂 and a trailing backslash \\",
    ];
    let started = [
        (&cast.plain, "clients", "discussion", "A discussion with “quotes” & <signs>"),
        (&cast.other, "clients", "question", "Is this a question?"),
        (&cast.moderator, "announcements", "announcement", "An announcement"),
        (&cast.moderator, "staff", "discussion", "Among ourselves"),
        (&cast.rated, "rated", "discussion", "Among the rated"),
        (&cast.plain, "inside", "discussion", "Inside"),
        (&cast.plain, "clients", "discussion", "Nobody answers"),
    ];
    let mut threads = Vec::new();
    for (author, board, kind, title) in started {
        wait(site, 7);
        let fields = [("title", title), ("type", kind), ("body", bodies[0])];
        let page = site.post(author, &format!("/b/{board}/threads"), &fields).await.expect(303);
        threads.push(page.location().to_owned());
    }
    let authors = [&cast.plain, &cast.other, &cast.vera, &cast.rated, &cast.moderator];
    for turn in 0..25 {
        wait(site, 3);
        let words = format!("{}\n\nAnswer {turn}", bodies[turn % 3]);
        site.reply(authors[turn % 5], &threads[0], &words).await;
    }
    for thread in &threads[1..3] {
        wait(site, 1);
        site.reply(&cast.plain, thread, "An answer").await;
    }
    threads
}

/// The last post of one thread is removed, and one in the middle of another; one is locked, one pinned.
async fn keep_order(site: &TestSite, cast: &Cast, threads: &[String]) {
    for (thread, number) in [(&threads[1], 2), (&threads[0], 4)] {
        wait(site, 1);
        let page = site.get(&cast.moderator, thread).await.expect(200);
        let post = page.attribute(&format!("#p-{number}"), "data-post");
        let reason = [("rule", "2"), ("reason", "off topic & <rude>")];
        site.post(&cast.moderator, &format!("/p/{post}/remove"), &reason).await.expect(303);
    }
    for (thread, act) in [(&threads[1], "lock"), (&threads[0], "pin")] {
        let path = replies(thread).replace("replies", act);
        site.post(&cast.moderator, &path, &[("rule", "2"), ("reason", "answered")]).await.expect(303);
    }
}

/// Every page that links lead to from the home page and from the profiles, each as it is sent.
async fn crawl(site: &TestSite, who: &Person, also: &[String]) -> Vec<(String, String)> {
    let mut waiting: BTreeSet<String> = also.iter().cloned().collect();
    waiting.insert("/".to_owned());
    let mut seen = BTreeSet::new();
    let mut pages = Vec::new();
    while let Some(path) = waiting.pop_first() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let page = site.get(who, &path).await;
        let mut links = page.attributes("a", "href");
        links.extend(page.header("location").map(str::to_owned));
        for link in links {
            let link = link.split('#').next().unwrap().to_owned();
            let is_ours = link.starts_with('/') && !link.starts_with("/assets");
            // What staff did is not part of a bundle, nor are sessions.
            let is_kept = link != "/admin"
                && !["/settings", "/login", "/moderation", "/notices"]
                    .iter()
                    .any(|path| link.starts_with(path));
            if is_ours && is_kept && !seen.contains(&link) {
                waiting.insert(link);
            }
        }
        let status = page.status.as_u16();
        let location = page.header("location").unwrap_or_default().to_owned();
        // What happened to a thread is not part of a bundle either, nor is who follows it or what waits to be told.
        let body = without_request_ids(&page.body);
        let left_out = ["\"stream-line\"", "name=\"level\"", "not told yet"];
        let is_kept = |line: &&str| !left_out.iter().any(|part| line.contains(part));
        let kept: Vec<&str> = body.lines().filter(is_kept).collect();
        pages.push((path, format!("{status} {location}\n{}", kept.join("\n"))));
    }
    pages
}

/// A form's id is new each time; nothing else on a page is.
fn without_request_ids(body: &str) -> String {
    let marker = "name=\"request_id\" value=\"";
    let mut pieces = body.split(marker);
    let mut text = pieces.next().unwrap().to_owned();
    for piece in pieces {
        text.push_str(marker);
        text.push_str(piece.split_once('"').unwrap().1);
    }
    text
}

fn written(site: &TestSite, name: &str) -> (PathBuf, String) {
    let path = site.database.folder.path().join(name);
    let lines = export::write(&site.db, &path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(usize::try_from(lines).unwrap(), text.lines().count());
    (path, text)
}

/// A bundle without what differs by right: the source's name, and what things were called before.
fn without_origins(bundle: &str) -> Vec<String> {
    let lines = bundle.lines().skip(1);
    lines
        .map(|line| match line.rfind(",\"origin\":[") {
            Some(place) => format!("{}}}", &line[..place]),
            None => line.to_owned(),
        })
        .collect()
}

fn origins(line: &str) -> usize {
    let line: Value = serde_json::from_str(line).unwrap();
    line["origin"].as_array().map_or(0, Vec::len)
}

/// Moves a community from one database to another, and compares them by everything that can be seen.
async fn move_house(from: TestDatabase, to: TestDatabase) {
    let here = lively(from).await;
    let there = TestSite::on(to, false, "http://127.0.0.1:8080");
    there.clock.advance(here.clock.now() - there.clock.now());
    let (path, first) = written(&here, "first.jsonl");

    let report = import::load(&there.db, &path, there.clock.now()).unwrap();

    assert!(report.refusals.is_empty() && report.remarks.is_empty(), "{report}");
    assert_eq!(report.members.added, 7);
    assert_well(&there);

    let (_, second) = written(&there, "second.jsonl");
    let (before, after) = (without_origins(&first), without_origins(&second));
    assert_eq!(before.len(), after.len());
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after);
    }
    for (before, after) in first.lines().zip(second.lines()).skip(1) {
        assert_eq!(origins(before) + 1, origins(after), "{after}");
    }

    let handles: Vec<String> =
        here.read(|conn| Ok(tables::lines(conn, "SELECT handle AS line FROM members")));
    let profiles: Vec<String> = handles.iter().map(|handle| format!("/u/{handle}")).collect();
    let administered = handles.iter().map(|handle| format!("/admin/members/{handle}"));
    let everything: Vec<String> = profiles.iter().cloned().chain(administered).collect();
    for (who, also) in [("", &profiles), ("rita-field", &profiles), ("ada-north", &everything)] {
        let person = |site: &TestSite| {
            if who.is_empty() { Person::visitor() } else { site.sign_in(who) }
        };
        let before = crawl(&here, &person(&here), also).await;
        let after = crawl(&there, &person(&there), also).await;
        assert!(before.len() > 50, "{} pages only", before.len());
        for (before, after) in before.iter().zip(&after) {
            assert_eq!(before, after, "as {who:?}");
        }
        assert_eq!(before.len(), after.len());
    }

    // Life goes on: numbers go on after those that were brought along.
    let again = import::load(&there.db, &path, there.clock.now()).unwrap();
    assert_eq!(again.posts.added + again.members.added + again.boards.added + again.threads.added, 0);
    let member = there.member("newcomer");
    let home = there.get(&member, "/").await;
    let thread =
        home.attributes("a", "href").into_iter().find(|href| href.contains("a-discussion-with")).unwrap();
    let thread = thread.split(['#', '?']).next().unwrap().to_owned();
    let location = there.reply(&member, &thread, "Hello from the new house").await;
    assert!(location.ends_with("/27"), "{location}");
    let started = there.thread(&member, "clients", "A new thread here").await;
    let ids = there.read(|conn| Ok(tables::lines(conn, "SELECT CAST(max(id) AS TEXT) AS line FROM threads")));
    assert_eq!(replies(&started), format!("/t/{}/replies", ids[0]));
    assert_well(&there);
}

#[actix_web::test]
async fn a_community_that_moves_to_another_database_looks_the_same() {
    // On SQLite alone from one file to another; with PostgreSQL there and back.
    move_house(TestDatabase::sqlite(), TestDatabase::new()).await;
    if postgres().is_some() {
        move_house(TestDatabase::new(), TestDatabase::sqlite()).await;
    }
}

#[actix_web::test]
async fn a_community_that_is_given_its_own_export_stays_as_it_is() {
    let site = lively(TestDatabase::new()).await;
    let (path, _) = written(&site, "own.jsonl");
    let before = rows(&site);

    let report = import::load(&site.db, &path, site.clock.now()).unwrap();

    for counted in [report.members, report.boards, report.threads, report.posts] {
        assert_eq!((counted.added, counted.refused), (0, 0), "{report}");
    }
    assert_eq!(rows(&site), before);
}

#[actix_web::test]
async fn an_export_is_for_its_owner_alone_and_replaces_no_good_one_by_a_broken_one() {
    use std::os::unix::fs::PermissionsExt;
    let site = TestSite::start();
    load(&site, bundle(&[post("p1", "")]));

    let (path, text) = written(&site, "out.jsonl");

    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(text.starts_with(r#"{"kind":"community","version":1,"source":"touchstone-"#));
    assert!(!path.with_extension("unfinished").exists());
    let nowhere = site.database.folder.path().join("no-such-folder/out.jsonl");
    let problem = export::write(&site.db, &nowhere).unwrap_err();
    assert!(problem.starts_with(&nowhere.display().to_string()), "{problem}");
}

/// How long the demo may take: as people run it, and as tests are built.
const PATIENCE: Duration =
    if cfg!(debug_assertions) { Duration::from_mins(1) } else { Duration::from_secs(10) };

#[actix_web::test]
async fn the_demo_comes_in_whole_and_soon() {
    let site = TestSite::demo();
    let began = Instant::now();

    demo::load(&site.db, site.clock.now()).unwrap();

    let took = began.elapsed();
    assert!(took < PATIENCE, "it took {took:?}");
    assert_well(&site);
    let home = site.get(&Person::visitor(), "/").await.expect(200);
    let announcement = home
        .attributes("a", "href")
        .into_iter()
        .find(|href| href.contains("identity-verified-is-coming"))
        .unwrap();
    let announcement = announcement.split(['#', '?']).next().unwrap().to_owned();
    let page = site.get(&Person::visitor(), &announcement).await.expect(200);
    assert_eq!(page.text("#p-1 .post-position"), "1 of 669");
}
