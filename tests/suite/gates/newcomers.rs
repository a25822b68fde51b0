//! The test among newcomers: who is in it, and what raising and ending it does.

use std::sync::LazyLock;

use chrono::TimeDelta;
use touchstone::accounts::actions::{self as accounts, Joining};
use touchstone::accounts::mails::Letterhead;
use touchstone::accounts::passwords;
use touchstone::accounts::rules::Email;
use touchstone::clock::Time;
use touchstone::commands::import;
use touchstone::db::Conn;
use touchstone::error::Error;
use touchstone::gates::rules::{Arm, Exemption, Step, Why, arm, place};
use touchstone::gates::store::{self, Test};
use touchstone::gates::{TestId, actions};
use touchstone::members::rules::Role;
use touchstone::sealing::Keys;
use touchstone::text::names::{DisplayName, Handle};
use touchstone::tokens::Token;

use super::{assert_blocked, audit, document, gate, help, id_of, phone, rows, standing};
use crate::support::site::{PASSWORD, replies};
use crate::support::{Person, TestSite};

static HASH: LazyLock<String> = LazyLock::new(|| passwords::hash_now(PASSWORD).unwrap());

/// Joins as somebody does who fills in the form and follows the link.
fn join(conn: &mut Conn, keys: &Keys, handle: &str, now: Time) -> Result<(), Error> {
    let joining = Joining {
        handle: Handle::parse(handle).unwrap(),
        name: DisplayName::parse(handle).unwrap(),
        email: Email::parse(&format!("{handle}@example.org")).unwrap(),
        password_hash: HASH.clone(),
        keeps_name: true,
        first_administrator: None,
    };
    let letterhead = Letterhead { origin: "http://127.0.0.1".to_owned(), community: "Touchstone".to_owned() };
    let token = Token::new()?;
    accounts::join(conn, keys, &joining, &letterhead, &token, now)
        .map_err(|why| Error::internal(format!("{why:?}")))?;
    accounts::confirm_email(conn, token.as_str(), now)
}

fn joined(site: &TestSite, handle: &str) -> Person {
    let (now, who) = (site.clock.now(), handle.to_owned());
    let keys = site.keys();
    site.write(move |conn| join(conn, &keys, &who, now));
    site.sign_in(handle)
}

/// Starts a test through its form.
async fn start(site: &TestSite, boss: &Person, steps: &[&str], percent: &str) {
    let mut fields: Vec<(&str, &str)> = steps.iter().map(|step| (*step, "yes")).collect();
    fields.extend([("percent", percent), ("reason", "Spam from new accounts.")]);
    site.post(boss, "/admin/gates/tests", &fields).await.expect(303);
}

fn tests(site: &TestSite) -> Vec<Test> {
    site.read(|conn| Ok(store::before(conn, TestId(i64::MAX), 100)?))
}

fn arm_of(site: &TestSite, handle: &str) -> Option<Arm> {
    let id = id_of(site, handle);
    site.read(|conn| Ok(store::arm_of(conn, id)?)).map(|(_, arm)| arm)
}

fn asked(site: &TestSite, handles: &[String]) -> Vec<String> {
    handles.iter().filter(|handle| arm_of(site, handle) == Some(Arm::Asked)).cloned().collect()
}

#[actix_web::test]
async fn whoever_is_asked_does_the_step_and_then_posts() {
    let site = TestSite::start();
    site.open_board("craft");
    site.open_board("help");
    let boss = site.staff("boss", &[Role::Administrator]);
    let thread = site.thread(&boss, "craft", "About tools").await;
    help(&site, &boss, "help").await.expect(303);
    start(&site, &boss, &["phone"], "100").await;
    let ada = joined(&site, "ada");

    assert_blocked(
        site.post(&ada, &replies(&thread), &[("body", super::WORDS)]).await,
        "To write here you need a verified phone number",
    );
    assert!(site.get(&ada, &thread).await.text(".gate-notice").contains("A test asks some new members"));
    let told = standing(&site, "ada");
    assert_eq!((told.missing, told.exempt), (vec![Step::Phone], false));
    assert_eq!(told.because, [Why::Test { steps: vec![Step::Phone] }]);
    site.thread(&ada, "help", "How do I do this?").await;
    site.clock.advance(TimeDelta::hours(1));
    phone(&site, "ada", "verified");
    site.reply(&ada, &thread, "Here I am.").await;
}

#[actix_web::test]
async fn exempt_members_are_never_asked() {
    let site = TestSite::start();
    let board = site.open_board("craft");
    let boss = site.staff("boss", &[Role::Administrator]);
    let thread = site.thread(&boss, "craft", "About tools").await;
    let earlier = joined(&site, "earlier");
    start(&site, &boss, &["phone", "document"], "100").await;
    let by_command = site.member("by-command");
    let path = site.database.folder.path().join("bundle.jsonl");
    let lines = [
        r#"{"kind":"community","version":1,"source":"elsewhere"}"#,
        r#"{"kind":"member","id":"m1","handle":"imported","name":"Imported One","joined":"2015-01-01T00:00:00Z"}"#,
    ];
    std::fs::write(&path, lines.join("\n")).unwrap();
    import::load(&site.db, &site.keys(), &path, site.clock.now()).unwrap();

    for handle in ["earlier", "by-command", "imported"] {
        let (id, told) = (id_of(&site, handle), standing(&site, handle));
        assert_eq!(arm_of(&site, handle), None);
        assert_eq!(site.read(|conn| actions::missing(conn, id, board)), []);
        assert_eq!((told.missing, told.because, told.exempt), (vec![], vec![], true), "{handle}");
        assert_eq!(told.exemption, Some(Exemption::Earlier));
    }
    let test = tests(&site)[0].id.0;
    for who in [&earlier, &by_command] {
        assert_eq!(site.get(who, &thread).await.expect(200).count(".gate-notice"), 0);
        site.reply(who, &thread, "Nobody asks me.").await;
    }
    // Nor does a later test, nor one whose share was raised.
    let by = id_of(&site, "boss");
    let now = site.clock.now();
    site.write(move |conn| actions::end(conn, TestId(test), "It is over.", by, now));
    let in_first = joined(&site, "between");
    start(&site, &boss, &["phone"], "1").await;
    let second = tests(&site)[0].id.0;
    let fields = [("percent", "100"), ("reason", "To see it at scale.")];
    site.post(&boss, &format!("/admin/gates/tests/{second}/raise"), &fields).await.expect(303);
    site.reply(&in_first, &thread, "Nor me.").await;
    assert!(standing(&site, "between").exempt);
}

#[actix_web::test]
async fn raising_moves_members_one_way_and_removes_nobody() {
    let site = TestSite::start();
    let boss = site.staff("boss", &[Role::Administrator]);
    start(&site, &boss, &["phone"], "20").await;
    let handles: Vec<String> = (0..60).map(|number| format!("newcomer-{number}")).collect();
    let (now, all) = (site.clock.now(), handles.clone());
    let keys = site.keys();
    site.write(move |conn| all.iter().try_for_each(|handle| join(conn, &keys, handle, now)));
    let test = tests(&site).remove(0);
    let mut before = asked(&site, &handles);
    assert!((3..=24).contains(&before.len()), "{}", before.len());

    for (percent, reason) in [("50", "More of them."), ("51", "A few more."), ("100", "All of them.")] {
        let way = format!("/admin/gates/tests/{}/raise", test.id.0);
        site.post(&boss, &way, &[("percent", percent), ("reason", reason)]).await.expect(303);
        let after = asked(&site, &handles);
        assert!(before.iter().all(|handle| after.contains(handle)), "{before:?} {after:?}");
        let share = percent.parse().unwrap();
        for handle in &handles {
            let place = place(&test.salt, test.id, id_of(&site, handle));
            assert_eq!(arm_of(&site, handle), Some(arm(place, share)), "{handle}");
        }
        before = after;
    }
    assert_eq!(before.len(), 60);
    let events: Vec<String> = audit(&site).into_iter().filter(|line| line.starts_with("test-")).collect();
    let id = test.id.0;
    assert_eq!(
        events,
        [
            format!("test-started/newcomer test {id}/20 % phone: Spam from new accounts."),
            format!("test-raised/newcomer test {id}/from 20 to 50 %: More of them."),
            format!("test-raised/newcomer test {id}/from 50 to 51 %: A few more."),
            format!("test-raised/newcomer test {id}/from 51 to 100 %: All of them."),
        ]
    );
}

#[actix_web::test]
async fn an_arm_is_kept_whatever_becomes_of_the_member() {
    let site = TestSite::start();
    site.open_board("craft");
    let boss = site.staff("boss", &[Role::Administrator]);
    let thread = site.thread(&boss, "craft", "About tools").await;
    start(&site, &boss, &["phone"], "50").await;
    let handles: Vec<String> = (0..8).map(|number| format!("newcomer-{number}")).collect();
    for handle in &handles {
        joined(&site, handle);
    }
    let before = asked(&site, &handles);
    for handle in &handles {
        let who = site.sign_in(handle);
        let expected = if before.contains(handle) { 403 } else { 303 };
        site.post(&who, &replies(&thread), &[("body", "Words.")]).await.expect(expected);
        site.clock.advance(TimeDelta::days(40));
        let who = site.sign_in(handle);
        site.post(&who, &replies(&thread), &[("body", "Words again.")]).await.expect(expected);
    }
    assert_eq!(asked(&site, &handles), before);
}

#[actix_web::test]
async fn a_share_is_never_lowered_and_a_form_in_need_of_another_look_comes_back() {
    let site = TestSite::start();
    let boss = site.staff("boss", &[Role::Administrator]);
    let refused =
        site.post(&boss, "/admin/gates/tests", &[("percent", "0"), ("reason", "x")]).await.expect(422);
    for field in ["steps", "percent", "reason"] {
        assert_eq!(refused.count(&format!("#{field}-problem")), 1, "{field}");
    }
    assert_eq!(
        (refused.attribute("#percent", "value"), refused.attribute("#reason", "value")),
        ("0".into(), "x".into())
    );
    assert_eq!(tests(&site).len(), 0);

    start(&site, &boss, &["document"], "30").await;
    let id = tests(&site)[0].id.0;
    let before = rows(&site);
    for (percent, problem) in
        [("30", "It is 30 % now"), ("29", "can only be raised"), ("101", "from 1 to 100")]
    {
        let fields = [("percent", percent), ("reason", "Because we can.")];
        let page = site.post(&boss, &format!("/admin/gates/tests/{id}/raise"), &fields).await.expect(422);
        assert!(page.text("#percent-problem").contains(problem), "{}", page.text("#percent-problem"));
        assert_eq!(page.attribute("#reason", "value"), "Because we can.");
    }
    let page =
        site.post(&boss, &format!("/admin/gates/tests/{id}/end"), &[("end_reason", "no")]).await.expect(422);
    assert_eq!(page.count("#end_reason-problem"), 1);
    let second = [("phone", "yes"), ("percent", "10"), ("reason", "Another question.")];
    let page = site.post(&boss, "/admin/gates/tests", &second).await.expect(422);
    assert!(page.text(".notice-problem").contains("A test runs already"));
    let page =
        site.post(&boss, "/admin/gates/tests/99/end", &[("end_reason", "It was over.")]).await.expect(422);
    assert!(page.text(".notice-problem").contains("over already"));
    assert_eq!(rows(&site), before);
}

#[actix_web::test]
async fn ending_a_test_frees_everybody() {
    let site = TestSite::start();
    let board = site.open_board("craft");
    let boss = site.staff("boss", &[Role::Administrator]);
    let thread = site.thread(&boss, "craft", "About tools").await;
    start(&site, &boss, &["phone"], "100").await;
    let ada = joined(&site, "ada");
    site.post(&ada, &replies(&thread), &[("body", "Words.")]).await.expect(403);

    let id = tests(&site)[0].id.0;
    let fields = [("end_reason", "We know enough.")];
    site.post(&boss, &format!("/admin/gates/tests/{id}/end"), &fields).await.expect(303);

    site.reply(&ada, &thread, "Words.").await;
    assert_eq!(standing(&site, "ada").missing, []);
    assert!(tests(&site)[0].ended_at.is_some());
    assert!(audit(&site).contains(&format!("test-ended/newcomer test {id}/We know enough.")));
    joined(&site, "later");
    assert_eq!(arm_of(&site, "later"), None);
    // What a board asks for stays.
    gate(&site, &boss, board, &["phone"]).await;
    site.post(&ada, &replies(&thread), &[("body", "Words.")]).await.expect(403);
}

#[test]
fn whoever_joins_while_the_share_is_raised_is_placed_by_one_share_or_the_other() {
    let site = TestSite::start();
    site.staff("boss", &[Role::Administrator]);
    let (by, now) = (id_of(&site, "boss"), site.clock.now());
    let reason = "Spam from new accounts.".to_owned();
    let new = store::NewTest { steps: vec![Step::Phone], percent: 10, salt: "a salt".to_owned(), reason };
    let test = site.write(move |conn| actions::start(conn, &new, by, now));
    let handles: Vec<Vec<String>> =
        (0..6).map(|thread| (0..6).map(|number| format!("newcomer-{thread}-{number}")).collect()).collect();

    std::thread::scope(|scope| {
        for some in &handles {
            let (db, keys) = (&site.db, site.keys());
            scope.spawn(move || {
                for handle in some {
                    let (handle, keys) = (handle.clone(), keys.clone());
                    db.write_now(move |conn| join(conn, &keys, &handle, now)).unwrap();
                }
            });
        }
        scope.spawn(|| {
            for percent in [20, 40, 60] {
                site.db.write_now(move |conn| actions::raise(conn, test, percent, "More.", by, now)).unwrap();
            }
        });
    });

    let all = handles.concat();
    for handle in &all {
        let place = place("a salt", test, id_of(&site, handle));
        assert_eq!(arm_of(&site, handle), Some(arm(place, 60)), "{handle}");
    }
    assert!((8..=34).contains(&asked(&site, &all).len()));
}

#[actix_web::test]
async fn both_halves_stand_side_by_side() {
    let site = TestSite::start();
    site.open_board("craft");
    let boss = site.staff("boss", &[Role::Administrator]);
    let thread = site.thread(&boss, "craft", "About tools").await;
    assert_eq!(site.get(&boss, "/admin/gates").await.expect(200).count("#figures-title"), 0);
    start(&site, &boss, &["phone"], "50").await;
    assert!(site.get(&boss, "/admin/gates").await.text("main").contains("Nobody has joined"));
    let handles: Vec<String> = (0..14).map(|number| format!("newcomer-{number}")).collect();
    for handle in &handles {
        joined(&site, handle);
    }
    let (asked, control): (Vec<_>, Vec<_>) =
        handles.iter().partition(|handle| arm_of(&site, handle) == Some(Arm::Asked));
    assert!(!asked.is_empty() && !control.is_empty());
    phone(&site, asked[0], "verified");
    document(&site, control[0], "approved", id_of(&site, "boss"));
    site.reply(&site.sign_in(asked[0]), &thread, "First of the asked.").await;
    let post = site.get(&boss, &thread).await.attributes("article", "data-post").pop().unwrap();
    site.post(&boss, &format!("/p/{post}/report"), &[("reason", "spam")]).await.expect(303);
    for handle in &control {
        site.reply(&site.sign_in(handle), &thread, "Nobody asked me.").await;
    }

    let page = site.get(&boss, "/admin/gates").await.expect(200);

    let cells = page.texts(".gate-figures tbody td");
    let count = |cell: usize| cells[cell].split(' ').next().unwrap().parse::<usize>().unwrap();
    assert_eq!((count(0), count(1)), (asked.len(), control.len()));
    let figures: Vec<usize> = (2..10).map(count).collect();
    assert_eq!(figures, [1, 0, 0, 1, 1, control.len(), 1, 0]);
    assert!(cells[2].contains("under 10"), "{cells:?}");
    assert!(page.text(".columns-nav .notice-title").contains("Do not conclude"));
    let words = page.text("#gate-chart-words");
    assert!(words.contains(&format!("Posted at least once: asked 1 of {}", asked.len())), "{words}");
    assert_eq!(page.attribute(".gate-chart", "aria-labelledby"), "gate-chart-title gate-chart-words");
    assert_eq!(page.count(".gate-bar"), 8);
    // The figures of a test that is over stay where they were.
    let id = tests(&site)[0].id.0;
    let fields = [("end_reason", "We know enough.")];
    site.post(&boss, &format!("/admin/gates/tests/{id}/end"), &fields).await.expect(303);
    start(&site, &boss, &["phone"], "50").await;
    let earlier = site.get(&boss, &format!("/admin/gates?test={id}")).await.expect(200);
    assert_eq!(earlier.texts(".gate-figures tbody td"), cells);
}
