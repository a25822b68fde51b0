//! What is told by mail: at once, once a day, never; and how one ends it.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use touchstone::outside::mail::{Mail, Mailer};
use touchstone::outside::smtp::Smtp;

use super::Scene;
use crate::support::smtp::Sink;
use crate::support::{Page, Person};

/// The form of the settings with every kind as usual, and these changed.
fn chosen(changes: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let usual = [
        ("mail-mention", "at-once"),
        ("mail-quote", "at-once"),
        ("mail-reply", "at-once"),
        ("mail-thread", "daily"),
        ("mail-like", "daily"),
        ("mail-answer", "at-once"),
        ("mail-decision", "at-once"),
        ("mail-announcement", "at-once"),
        ("mail-rank", "never"),
        ("shown-like", "yes"),
        ("shown-rank", "yes"),
    ];
    let change = |field: &str| changes.iter().find(|(changed, _)| *changed == field).map(|(_, value)| *value);
    usual.iter().map(|(field, value)| (*field, change(field).unwrap_or(value))).collect()
}

async fn choose(scene: &Scene, who: &Person, changes: &[(&'static str, &'static str)]) -> Page {
    scene.site.post(who, "/settings/notifications", &chosen(changes)).await
}

/// What a mail program sends by itself: from elsewhere, with nobody's cookie.
async fn one_click(scene: &Scene, path: &str) -> Page {
    let request = TestRequest::post()
        .uri(path)
        .insert_header((CONTENT_TYPE, "application/x-www-form-urlencoded"))
        .insert_header(("sec-fetch-site", "cross-site"))
        .insert_header(("origin", "https://mail.example"))
        .set_payload("List-Unsubscribe=One-Click");
    scene.site.send(request, &Person::visitor()).await
}

fn unsubscribe_path(mail: &Mail) -> String {
    let address = mail.unsubscribe.as_deref().unwrap();
    address.strip_prefix("http://127.0.0.1:8080").unwrap().to_owned()
}

#[actix_web::test]
async fn a_mail_says_what_happened_and_carries_the_heads_that_mail_programs_know() {
    let scene = Scene::new();
    let site = &scene.site;
    let (ada, ben) = (site.member("ada-north"), site.member("ben-south"));
    let thread = site.thread(&ada, "craft", "Counting things").await;
    let post = scene.post_at(&site.reply(&ben, &thread, "I **count** them.").await);
    scene.tell().await;
    let queued = scene.mails_to(&ada).remove(0);
    assert_eq!(queued.mail.subject, "Re: Counting things");
    let body = &queued.mail.body;
    assert!(body.starts_with("Ben South replied in “Counting things”.\n\nI count them.\n\n"), "{body}");
    assert!(body.contains(&format!("http://127.0.0.1:8080/p/{}\n", post.0)), "{body}");
    assert!(body.contains("because you follow this thread"), "{body}");

    let sink = Sink::start("250 fine");
    let smtp = Smtp::new(&sink.url().parse().unwrap(), "forum@touchstone.example", "The Quay").unwrap();
    smtp.send(queued.id, &queued.mail).unwrap();
    let taken = sink.taken().remove(0);
    let number = thread.split('/').nth(2).unwrap();
    let root = format!("<thread-{number}@touchstone.example>");
    assert_eq!(taken.head("Message-ID"), Some(format!("<mail-{}@touchstone.example>", queued.id).as_str()));
    assert_eq!(taken.head("In-Reply-To"), Some(root.as_str()));
    assert_eq!(taken.head("References"), Some(root.as_str()));
    assert_eq!(taken.head("List-Id"), Some("<notifications.touchstone.example>"));
    assert_eq!(taken.head("List-Unsubscribe-Post"), Some("List-Unsubscribe=One-Click"));
    assert_eq!(taken.head("Auto-Submitted"), Some("auto-generated"));
    let unfolded = taken.data.replace("\n ", " ");
    let address = queued.mail.unsubscribe.unwrap();
    assert!(
        unfolded
            .lines()
            .any(|line| line.split_whitespace().eq(["List-Unsubscribe:", &format!("<{address}>")])),
        "{unfolded}"
    );
}

#[actix_web::test]
async fn an_address_that_is_not_confirmed_gets_no_mail() {
    let scene = Scene::new();
    let site = &scene.site;
    let (ada, ben) = (site.member("ada-north"), site.member("ben-south"));
    let thread = site.thread(&ada, "craft", "Counting things").await;
    scene.sql("UPDATE members SET email_verified_at = NULL WHERE handle = 'ada-north'");
    site.reply(&ben, &thread, "One.").await;
    scene.like(scene.post_at(&thread), &ben);
    scene.tell().await;
    assert_eq!(scene.told(&ada).await.len(), 2);
    site.clock.advance(TimeDelta::days(2));
    scene.jobs.send_digests().await.unwrap();
    assert!(scene.mails().is_empty());
    let page = site.get(&ada, "/settings/notifications").await.expect(200);
    assert!(page.text(".notice").contains("No mail reaches you yet"));
}

#[actix_web::test]
async fn a_member_chooses_for_each_kind_and_a_wrong_form_changes_nothing() {
    let scene = Scene::new();
    let site = &scene.site;
    let (ada, ben) = (site.member("ada-north"), site.member("ben-south"));
    let selected = async |who: &Person| {
        let page = site.get(who, "/settings/notifications").await.expect(200);
        page.attributes("option[selected]", "value")
    };
    let usual = selected(&ada).await;
    assert_eq!(usual.join(" "), "at-once at-once at-once daily daily at-once at-once at-once never");

    let refused = choose(&scene, &ada, &[("mail-reply", "daily"), ("mail-like", "hourly")]).await.expect(422);
    assert_eq!(refused.text(".field-wrong .problem"), "Choose one of the three.");
    assert_eq!(refused.attribute("select[name=mail-reply] option[selected]", "value"), "daily");
    assert_eq!(selected(&ada).await, usual, "nothing was changed");
    site.post(&Person::visitor(), "/settings/notifications", &chosen(&[])).await.expect(403);

    let saved = choose(&scene, &ada, &[("mail-reply", "never"), ("mail-rank", "daily")]).await.expect(303);
    assert_eq!(saved.location(), "/settings/notifications?saved=yes");
    let now = selected(&ada).await;
    assert_eq!(now.join(" "), "at-once at-once never daily daily at-once at-once at-once daily");
    assert_eq!(selected(&ben).await, usual);

    let thread = site.thread(&ada, "craft", "Counting things").await;
    site.reply(&ben, &thread, "One.").await;
    scene.tell().await;
    assert_eq!((scene.told(&ada).await.len(), scene.mails().len()), (1, 0));

    // Likes that are not shown are not told at all.
    let mut without = chosen(&[]);
    without.retain(|(field, _)| *field != "shown-like");
    site.post(&ada, "/settings/notifications", &without).await.expect(303);
    scene.like(scene.post_at(&thread), &ben);
    scene.tell().await;
    assert_eq!(scene.told(&ada).await.len(), 1);
}

#[actix_web::test]
async fn one_mail_a_day_gathers_what_waits_by_thread() {
    let scene = Scene::new();
    let site = &scene.site;
    let (ada, ben, cal) = (site.member("ada-north"), site.member("ben-south"), site.member("cal-west"));
    choose(&scene, &ada, &[("mail-reply", "daily")]).await.expect(303);
    let one = site.thread(&ada, "craft", "Counting things").await;
    let other = site.thread(&ada, "craft", "Naming things").await;
    for thread in [&one, &other, &one] {
        site.reply(&ben, thread, "Well.").await;
    }
    for number in 0..40 {
        site.reply(&cal, &other, &format!("Number {number}")).await;
    }
    scene.tell().await;
    assert!(scene.mails_to(&ada).is_empty());
    scene.jobs.send_digests().await.unwrap();
    assert!(scene.mails_to(&ada).is_empty(), "it leaves at seven, and it is noon");

    // What is read until then is left out.
    let page = site.get(&ada, "/notifications").await;
    let newest = page.attribute(".notifications .row-title a", "href");
    site.get(&ada, &newest).await.expect(303);
    site.clock.advance(TimeDelta::hours(19));
    scene.jobs.send_digests().await.unwrap();
    scene.jobs.send_digests().await.unwrap();
    let mails = scene.mails_to(&ada);
    assert_eq!(mails.len(), 1, "one a day");
    let body = &mails[0].mail.body;
    assert_eq!(mails[0].mail.subject, "News from Touchstone");
    assert_eq!(body.matches("/notifications/").count(), 30, "{body}");
    assert!(body.contains("And 12 more: http://127.0.0.1:8080/notifications"), "{body}");
    assert!(!body.contains(&format!("{newest}\n")), "{body}");
    assert_eq!(body.matches("Naming things").count(), 1, "{body}");

    site.clock.advance(TimeDelta::days(1));
    scene.jobs.send_digests().await.unwrap();
    assert_eq!(scene.mails_to(&ada).len(), 1, "nothing new, no mail");
    site.reply(&ben, &one, "More.").await;
    scene.tell().await;
    site.clock.advance(TimeDelta::days(1));
    scene.jobs.send_digests().await.unwrap();
    let mails = scene.mails_to(&ada);
    assert_eq!(mails.len(), 2);
    assert!(
        mails[1].mail.body.starts_with("Counting things\n  Ben South replied\n"),
        "{}",
        mails[1].mail.body
    );

    // Its own link ends the daily mail and nothing else.
    one_click(&scene, &unsubscribe_path(&mails[1].mail)).await.expect(200);
    let settings = site.get(&ada, "/settings/notifications").await;
    let ways = settings.attributes("option[selected]", "value").join(" ");
    assert_eq!(ways, "at-once at-once never never never at-once at-once at-once never");
}

#[actix_web::test]
async fn what_is_closed_meanwhile_is_in_no_daily_mail() {
    let scene = Scene::new();
    let site = &scene.site;
    let (ada, ben) = (site.member("ada-north"), site.member("ben-south"));
    let thread = site.thread(&ada, "craft", "Counting things").await;
    scene.like(scene.post_at(&thread), &ben);
    scene.tell().await;
    scene.sql("UPDATE boards SET read_rule = 'role:moderator'");
    site.clock.advance(TimeDelta::days(1));
    scene.jobs.send_digests().await.unwrap();
    assert!(scene.mails().is_empty());
    let page = site.get(&ada, "/notifications").await.expect(200);
    assert!(!page.body.contains("Counting things"), "nor in the page");
    assert_eq!(page.count(".notifications .row-title a"), 0);
}

#[actix_web::test]
async fn one_click_ends_mails_of_one_kind_and_looking_ends_nothing() {
    let scene = Scene::new();
    let site = &scene.site;
    let (ada, ben) = (site.member("ada-north"), site.member("ben-south"));
    let thread = site.thread(&ada, "craft", "Counting things").await;
    site.reply(&ben, &thread, "One.").await;
    scene.tell().await;
    let path = unsubscribe_path(&scene.mails_to(&ada)[0].mail);

    let asked = site.get(&Person::visitor(), &path).await.expect(200);
    assert!(asked.text(".lede").contains("Replies"), "{}", asked.body);
    assert!(!asked.body.contains("Ada"), "it says nothing of whose mails");
    let way = async || {
        let page = site.get(&ada, "/settings/notifications").await;
        page.attribute("select[name=mail-reply] option[selected]", "value")
    };
    assert_eq!(way().await, "at-once", "looking ends nothing");
    for wrong in [format!("{path}x"), path.replace(".reply.", ".mention."), "/unsubscribe/1.reply".to_owned()]
    {
        one_click(&scene, &wrong).await.expect(404);
        site.get(&Person::visitor(), &wrong).await.expect(404);
    }
    assert_eq!(way().await, "at-once");

    let ended = one_click(&scene, &path).await.expect(200);
    assert!(ended.text(".lede").contains("No more mails of this kind"), "{}", ended.body);
    assert_eq!(ended.header("set-cookie"), None);
    assert_eq!(way().await, "never");
    one_click(&scene, &path).await.expect(200);
    site.reply(&ben, &thread, "Two.").await;
    scene.tell().await;
    assert_eq!((scene.mails_to(&ada).len(), scene.told(&ada).await.len()), (1, 2));

    // Nothing else may be sent from elsewhere.
    let request =
        TestRequest::post().uri("/notifications/read").insert_header(("sec-fetch-site", "cross-site"));
    site.send(request, &ada).await.expect(403);
    assert_eq!(scene.unread(&ada).await, "2 unread notifications");
}
