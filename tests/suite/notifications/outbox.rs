//! The outbox: at least once, never twice to be seen, and nothing holds anything else up.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use touchstone::db::Db;
use touchstone::events::rules::Event;
use touchstone::members::rules::Role;

use super::Scene;
use crate::support::database::postgres;

#[actix_web::test]
async fn an_event_that_comes_twice_is_told_once() {
    let scene = Scene::new();
    let site = &scene.site;
    let (ada, ben) = (site.member("ada-north"), site.member("ben-south"));
    let thread = site.thread(&ada, "craft", "Counting things").await;
    let post = scene.post_at(&site.reply(&ben, &thread, "One.").await);
    for _ in 0..3 {
        scene.happens(Event::Posted { post });
        scene.tell().await;
    }
    assert_eq!(scene.told(&ada).await.len(), 1);
    assert_eq!(scene.mails_to(&ada).len(), 1);
    assert_eq!(scene.unread(&ada).await, "1 unread notification");
    assert!(!scene.jobs.tell_one().await.unwrap(), "the outbox is empty");
    let queries = site.db.queries();
    scene.jobs.tell_one().await.unwrap();
    assert_eq!(site.db.queries() - queries, 3, "looking is one question, and writes nothing");
}

#[actix_web::test]
async fn an_event_that_fails_is_tried_again_with_growing_pauses_and_holds_nothing_up() {
    let scene = Scene::new();
    let site = &scene.site;
    let (ada, ben) = (site.member("ada-north"), site.member("ben-south"));
    let boss = site.staff("boss-b", &[Role::Administrator]);
    scene.sql(
        "INSERT INTO outbox_events (kind, payload, happened_at, due_at) VALUES ('posted', '{\"event\":\"sung\"}', '2026-11-18 11:00:00', '2026-11-18 11:00:00')",
    );
    let thread = site.thread(&ada, "craft", "Counting things").await;
    site.reply(&ben, &thread, "One.").await;
    scene.tell().await;
    assert_eq!(scene.told(&ada).await.len(), 1, "what came after it was told");

    let state = |scene: &Scene| scene.lines("SELECT CAST(tries AS TEXT) AS line FROM outbox_events");
    assert_eq!(state(&scene), ["1"]);
    for (tries, pause) in [(2, 30), (3, 60), (4, 120)] {
        site.clock.advance(TimeDelta::seconds(pause - 1));
        scene.tell().await;
        assert_eq!(state(&scene), [(tries - 1).to_string()], "before {pause} s are over");
        site.clock.advance(TimeDelta::seconds(1));
        scene.tell().await;
        assert_eq!(state(&scene), [tries.to_string()]);
    }
    for _ in 0..30 {
        site.clock.advance(TimeDelta::hours(6));
        scene.tell().await;
    }
    assert_eq!(state(&scene), ["12"], "it stays, and is not tried any more");

    let page = site.get(&boss, "/admin/mail").await.expect(200);
    let row = page.text("section[aria-labelledby=events-title] .row");
    assert!(row.contains("given up") && row.contains("the event cannot be read"), "{row}");
    site.get(&ada, "/admin/mail").await.expect(403);

    let again = page.attribute("section[aria-labelledby=events-title] form", "action");
    site.post(&ada, &again, &[]).await.expect(403);
    assert_eq!(state(&scene), ["12"]);
    scene.sql(&format!(
        "UPDATE outbox_events SET payload = '{{\"event\":\"posted\",\"post\":{}}}'",
        scene.post_at(&thread).0
    ));
    site.post(&boss, &again, &[]).await.expect(303);
    scene.tell().await;
    assert!(state(&scene).is_empty());
}

#[test]
fn two_workers_tell_each_event_once() {
    const REPLIES: usize = 40;
    let scene = Scene::new();
    let site = &scene.site;
    let system = actix_web::rt::System::new();
    let people = system.block_on(async {
        let (ada, ben) = (site.member("ada-north"), site.member("ben-south"));
        let thread = site.thread(&ada, "craft", "Counting things").await;
        for number in 0..REPLIES {
            site.reply(&ben, &thread, &format!("Number {number}.")).await;
        }
        [ada, ben]
    });

    let told: Vec<usize> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|_| {
                let mut jobs = site.forum.jobs(None);
                // As in a process of its own: nothing is shared but the database.
                jobs.db = Db::open(&site.database.url).unwrap();
                scope.spawn(move || {
                    actix_web::rt::System::new().block_on(async {
                        let (mut told, mut idle) = (0, 0);
                        while idle < 20 {
                            if jobs.tell_one().await.unwrap() {
                                (told, idle) = (told + 1, 0);
                            } else {
                                idle += 1;
                                actix_web::rt::time::sleep(std::time::Duration::from_millis(5)).await;
                            }
                        }
                        told
                    })
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });

    // On SQLite one may write all the time; PostgreSQL lets both work.
    assert!(postgres().is_none() || told.iter().all(|told| *told > 0), "one did nothing: {told:?}");
    assert_eq!(told.iter().sum::<usize>(), REPLIES + 1);
    system.block_on(scene.tell());
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for queued in scene.mails_to(&people[0]) {
        *times.entry(queued.mail.body).or_default() += 1;
    }
    assert_eq!(times.len(), REPLIES);
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    assert_eq!(
        scene.lines("SELECT CAST(count(*) AS TEXT) AS line FROM notifications"),
        [REPLIES.to_string()]
    );
}
