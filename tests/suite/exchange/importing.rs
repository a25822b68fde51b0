//! A bundle comes in line by line and as often as one likes.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::{CONTRACT, assert_well, bundle, count, load, member, numbered, page_of, post, remarks, rows};
use crate::support::program::said;
use crate::support::{Installation, TestSite};

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
