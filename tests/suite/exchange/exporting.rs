//! A community that moves out and in again looks the same.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::Value;
use touchstone::commands::{demo, export, import};
use touchstone::members::rules::{Role, Tier};

use super::{COMMUNITY, assert_well, bundle, load, post, rows};
use crate::support::database::{TestDatabase, postgres};
use crate::support::site::replies;
use crate::support::{Person, TestSite, tables};

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
            // What staff did is not part of a bundle, nor are sessions, nor the keys by which a site signs.
            let is_kept = link != "/admin"
                && !["/settings", "/login", "/moderation", "/notices", "/openness"]
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
    let lines = export::write(&site.db, &site.keys(), &path).unwrap();
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

    let report = import::load(&there.db, &there.keys(), &path, there.clock.now()).unwrap();

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
    let again = import::load(&there.db, &there.keys(), &path, there.clock.now()).unwrap();
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

    let report = import::load(&site.db, &site.keys(), &path, site.clock.now()).unwrap();

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
    let problem = export::write(&site.db, &site.keys(), &nowhere).unwrap_err();
    assert!(problem.starts_with(&nowhere.display().to_string()), "{problem}");
}

/// How long the demo may take: as people run it, and as tests are built.
const PATIENCE: Duration =
    if cfg!(debug_assertions) { Duration::from_mins(1) } else { Duration::from_secs(10) };

#[actix_web::test]
async fn the_demo_comes_in_whole_and_soon() {
    let site = TestSite::demo();
    let began = Instant::now();

    demo::load(&site.db, &site.keys(), site.clock.now()).unwrap();

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
