//! The list, reading it, and what administrators see of mail.

use std::sync::Arc;

use actix_web::test::TestRequest;
use touchstone::members::rules::Role;
use touchstone::notifications::actions;
use touchstone::outside;
use touchstone::outside::mail::{Failure, Mail, Mailer};
use touchstone::threads::ThreadId;

use super::Scene;
use crate::support::Person;

#[actix_web::test]
async fn the_list_is_walked_page_by_page() {
    let scene = Scene::new();
    let site = &scene.site;
    let (ada, ben) = (site.member("ada-north"), site.member("ben-south"));
    let thread = site.thread(&ada, "craft", "Counting things").await;
    for number in 0..65 {
        if number % 7 == 0 {
            site.clock.advance(chrono::TimeDelta::minutes(1));
        }
        site.reply(&ben, &thread, "Well.").await;
    }
    scene.tell().await;
    let (mut path, mut seen) = ("/notifications".to_owned(), Vec::new());
    for count in [30, 30, 5] {
        let page = site.get(&ada, &path).await.expect(200);
        let links = page.attributes(".notifications .row-title a", "href");
        assert_eq!(links.len(), count);
        seen.extend(links);
        path = page.attributes("a[rel=next]", "href").pop().unwrap_or_default();
    }
    assert_eq!(path, "");
    let mut all = seen.clone();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 65, "each once");
    assert!(site.get(&Person::visitor(), "/").await.texts(".bell").is_empty());
    site.get(&ada, "/notifications?after=nonsense").await.expect(200);
}

#[actix_web::test]
async fn opening_one_marks_it_and_leads_there_and_anothers_is_not_to_be_found() {
    let scene = Scene::new();
    let site = &scene.site;
    let (ada, ben) = (site.member("ada-north"), site.member("ben-south"));
    let thread = site.thread(&ada, "craft", "Counting things").await;
    let post = scene.post_at(&site.reply(&ben, &thread, "One.").await);
    site.reply(&ben, &thread, "Two.").await;
    scene.tell().await;
    let page = site.get(&ada, "/notifications").await;
    let paths = page.attributes(".notifications .row-title a", "href");
    let first = &paths[1];

    site.get(&ben, first).await.expect(404);
    site.get(&Person::visitor(), first).await.expect(303);
    site.post(&ben, &format!("{first}/read"), &[]).await.expect(404);
    site.post(&ben, "/notifications/read", &[]).await.expect(303);
    let ahead = TestRequest::get().uri(first).insert_header(("sec-purpose", "prefetch;prerender"));
    site.send(ahead, &ada).await.expect(303);
    assert_eq!(scene.unread(&ada).await, "2 unread notifications", "none of that read anything");

    assert_eq!(site.get(&ada, first).await.expect(303).location(), format!("/p/{}", post.0));
    assert_eq!(scene.unread(&ada).await, "1 unread notification");
    site.get(&ada, first).await.expect(303);
    site.post(&ada, &format!("{first}/read"), &[]).await.expect(303);
    assert_eq!(scene.unread(&ada).await, "1 unread notification");
    site.post(&ada, &format!("{}/read", paths[0]), &[]).await.expect(303);
    assert_eq!(scene.unread(&ada).await, "Notifications");
    scene.tell().await;
}

#[actix_web::test]
async fn marking_all_as_read_leaves_what_came_meanwhile() {
    let scene = Scene::new();
    let site = &scene.site;
    let (ada, ben) = (site.member("ada-north"), site.member("ben-south"));
    let thread = site.thread(&ada, "craft", "Counting things").await;
    site.reply(&ben, &thread, "One.").await;
    scene.tell().await;
    let shown = site.get(&ada, "/notifications").await.attribute("input[name=up_to]", "value");
    site.reply(&ben, &thread, "Two.").await;
    scene.tell().await;
    site.post(&ada, "/notifications/read", &[("up_to", &shown)]).await.expect(303);
    assert_eq!(scene.unread(&ada).await, "1 unread notification");
    scene.tell().await;
}

#[actix_web::test]
async fn reading_a_thread_marks_what_was_told_of_its_words() {
    let scene = Scene::new();
    let site = &scene.site;
    let (ada, ben) = (site.member("ada-north"), site.member("ben-south"));
    let thread = site.thread(&ada, "craft", "Counting things").await;
    let other = site.thread(&ada, "craft", "Naming things").await;
    for thread in [&thread, &thread, &other] {
        site.reply(&ben, thread, "Well.").await;
    }
    scene.like(scene.post_at(&thread), &ben);
    scene.tell().await;
    let (member, now) = (scene.id(&ada), site.clock.now());
    let number = ThreadId(thread.split('/').nth(2).unwrap().parse().unwrap());
    let unread = async |up_to: i64| {
        site.write(move |conn| actions::mark_seen(conn, member, number, up_to, now));
        scene.tell().await;
        scene.unread(&ada).await
    };
    assert_eq!(unread(1).await, "4 unread notifications");
    assert_eq!(unread(2).await, "3 unread notifications");
    assert_eq!(unread(3).await, "2 unread notifications", "the like and the other thread stay");
    assert_eq!(unread(3).await, "2 unread notifications");
}

#[actix_web::test]
async fn what_one_read_in_a_thread_is_read_among_what_one_is_told() {
    let scene = Scene::new();
    let site = &scene.site;
    let (ada, ben) = (site.member("ada-north"), site.member("ben-south"));
    let thread = site.thread(&ada, "craft", "Counting things").await;
    let other = site.thread(&ada, "craft", "Naming things").await;
    for thread in [&thread, &thread, &other] {
        site.reply(&ben, thread, "Well.").await;
    }
    scene.tell().await;
    let number = ThreadId(thread.split('/').nth(2).unwrap().parse().unwrap());
    site.forum.reads.note(scene.id(&ben), number, 3);
    scene.jobs.flush_reads().await.unwrap();
    assert_eq!(scene.unread(&ada).await, "3 unread notifications");
    site.forum.reads.note(scene.id(&ada), number, 3);
    scene.jobs.flush_reads().await.unwrap();
    scene.tell().await;
    assert_eq!(scene.unread(&ada).await, "1 unread notification");
}

/// A mail server that takes nothing.
struct Closed;

impl Mailer for Closed {
    fn send(&self, _: i64, mail: &Mail) -> Result<(), Failure> {
        Err(Failure::Final(format!("550 no such mailbox: {}", mail.to)))
    }
}

#[actix_web::test]
async fn administrators_see_what_mail_does_not_get_through_and_try_it_again() {
    let scene = Scene::new();
    let site = &scene.site;
    let (boss, ada) = (site.staff("boss-b", &[Role::Administrator]), site.member("ada-north"));
    let (now, keys) = (site.clock.now(), site.keys());
    site.write(move |conn| {
        let mails = [
            Mail::new("nora@members.example", "Hello", "A link"),
            Mail::new("max@members.example", "Hi", "B"),
        ];
        Ok(outside::store::queue_all(conn, &keys, &mails, now)?)
    });
    let mailer: Arc<dyn Mailer> = Arc::new(Closed);
    assert!(scene.jobs.send_one(&mailer).await.unwrap());

    let page = site.get(&boss, "/admin/mail").await.expect(200);
    assert_eq!(page.texts(".figures dd"), ["1", "1", "0"]);
    let rows = page.texts("section[aria-labelledby=mails-title] .row");
    assert_eq!(rows.len(), 1);
    assert!(rows[0].contains("n…@members.example") && rows[0].contains("given up"), "{}", rows[0]);
    assert!(!page.body.contains("nora@"), "the address is masked, in the failure too");
    assert!(site.get(&boss, "/admin").await.attributes("a", "href").contains(&"/admin/mail".to_owned()));

    let again = page.attribute("section[aria-labelledby=mails-title] form", "action");
    site.post(&ada, &again, &[]).await.expect(403);
    assert_eq!(site.get(&boss, "/admin/mail").await.texts(".figures dd"), ["1", "1", "0"]);
    let tried = site.post(&boss, &again, &[]).await.expect(303);
    assert_eq!(tried.location(), "/admin/mail?saved=again");
    assert_eq!(site.get(&boss, "/admin/mail").await.texts(".figures dd"), ["2", "0", "0"]);
    site.post(&boss, "/admin/mail/999999/again", &[]).await.expect(404);
}
