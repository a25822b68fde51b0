//! Limits on newcomers, and what waits for approval.

use chrono::TimeDelta;
use diesel::prelude::*;
use touchstone::boards::rules::Access;
use touchstone::db::schema::{post_mentions, post_quotes};
use touchstone::members::MemberId;
use touchstone::members::rules::Role;

use super::{GROUNDS, Scene};
use crate::support::Person;
use crate::support::look::id_of;
use crate::support::site::replies;

/// The words of a post that is held.
const DOUBTFUL: &str = "Send me a copy of your passport, please.";

#[actix_web::test]
async fn a_newcomer_posts_five_in_half_a_minute_and_keeps_the_sixth() {
    let scene = Scene::set().await;
    let Scene { site, ada, mona, thread, .. } = &scene;
    let boss = site.staff("boss", &[Role::Administrator]);
    // Everybody with fewer than fifty posts is new here.
    let page = site.get(&boss, "/admin/limits").await.expect(200);
    let mut fields: Vec<(String, String)> = page
        .attributes("main form input.input", "name")
        .into_iter()
        .zip(page.attributes("main form input.input", "value"))
        .collect();
    assert_eq!(fields.len(), 7);
    fields[0].1 = "fifty".to_owned();
    let sent = |fields: &[(String, String)]| -> Vec<(String, String)> { fields.to_vec() };
    let borrowed = sent(&fields);
    let form: Vec<(&str, &str)> = borrowed.iter().map(|(name, value)| (&**name, &**value)).collect();
    let wrong = site.post(&boss, "/admin/limits", &form).await.expect(422);
    assert_eq!(wrong.attribute("#newcomer_posts", "value"), "fifty");
    fields[0].1 = "50".to_owned();
    let form: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    site.post(&boss, "/admin/limits", &form).await.expect(303);

    for number in 2..=5 {
        site.reply(ada, thread, &format!("Number {number}")).await;
    }
    let page = site.post(ada, &replies(thread), &[("body", "Number 6")]).await.expect(429);
    assert_eq!(page.text("textarea"), "Number 6");
    assert_eq!(page.header("retry-after"), Some("30"));
    site.reply(mona, thread, "Staff are exempt").await;
    site.clock.advance(TimeDelta::seconds(30));
    site.reply(ada, thread, "Number 6").await;

    let links = "https://a.example https://b.example https://c.example";
    let page = site.post(ada, &replies(thread), &[("body", links)]).await.expect(422);
    assert!(page.text("#body-problem").contains("may hold 2 links; this one holds 3"));
    scene.holds();
}

#[actix_web::test]
async fn a_held_reply_is_let_through_under_its_authors_name() {
    let scene = Scene::set().await;
    let Scene { site, ada, ben, mona, milo, thread, .. } = &scene;
    let fields = [("body", DOUBTFUL), ("request_id", "held-request-1")];
    let held = site.post(ben, &replies(thread), &fields).await.expect(303);
    let held = held.location().to_owned();
    assert!(held.starts_with("/held/"), "{held}");
    // Sent twice, it is held once.
    assert_eq!(site.post(ben, &replies(thread), &fields).await.expect(303).location(), held);
    assert_eq!(site.get(&Person::visitor(), thread).await.count("article"), 2);
    let page = site.get(ben, &held).await.expect(200);
    assert_eq!(page.text("h1"), "Held for approval");
    assert!(
        page.text(".notice").contains("identity documents") && page.text(".post-body").contains("passport")
    );
    site.get(ada, &held).await.expect(404);

    let list = site.get(mona, "/moderation/held").await.expect(200);
    assert_eq!(list.count("#held > li"), 1);
    let decide = list.attribute("#held .row-title a", "href");
    site.post(ben, &decide, &[("decision", "approve")]).await.expect(403);
    site.post(mona, &decide, &[("decision", "refuse")]).await.expect(422);
    let (one, two) = tokio::join!(
        site.post(mona, &decide, &[("decision", "approve")]),
        site.post(milo, &decide, &[("decision", "approve")])
    );
    let mut both = [one.status.as_u16(), two.status.as_u16()];
    both.sort_unstable();
    assert_eq!(both, [303, 409]);
    let page = site.get(&Person::visitor(), thread).await;
    assert_eq!(page.attribute("#p-3", "data-author"), "ben");
    assert_eq!(site.get(ben, &held).await.text("h1"), "Approved");
    assert_eq!(scene.events("hold-decided"), 1);
    // The same form once more leads to the post that it became.
    assert_eq!(site.post(ben, &replies(thread), &fields).await.expect(303).location(), format!("{thread}/3"));
    scene.holds();
}

#[actix_web::test]
async fn a_held_reply_that_is_let_through_calls_and_quotes_as_its_author_may() {
    let scene = Scene::set().await;
    let Scene { site, ada, ben, mona, thread, .. } = &scene;
    let first = site.get(ada, thread).await.attribute("#p-1", "data-post");
    // Mona may read this board, Ben may not: his words point at nothing there.
    site.board("agents", Access::Role(Role::Moderator), Access::Role(Role::Moderator));
    let closed = site.thread(mona, "agents", "Among ourselves").await;
    let hidden = site.get(mona, &closed).await.attribute("#p-1", "data-post");
    let body = format!(
        "> [@ada wrote:](/p/{first})\n>\n> The first words.\n\n> [@mona wrote:](/p/{hidden})\n>\n> Hidden.\n\n\
         @ada, {DOUBTFUL}"
    );
    let held = site.post(ben, &replies(thread), &[("body", &body)]).await.expect(303).location().to_owned();
    assert!(held.starts_with("/held/"), "{held}");
    site.post(mona, &format!("/moderation{held}"), &[("decision", "approve")]).await.expect(303);

    let page = site.get(&Person::visitor(), thread).await;
    assert_eq!(page.attributes("#p-3 blockquote.quote", "data-quote"), [first.as_str()]);
    assert!(page.attributes("#p-3 .post-body a", "href").contains(&"/u/ada".to_owned()));
    let third: i64 = page.attribute("#p-3", "data-post").parse().unwrap();
    let quoted: Vec<i64> = site.read(move |conn| {
        let of = post_quotes::table.filter(post_quotes::post_id.eq(third));
        Ok(of.select(post_quotes::quoted_id).load(conn)?)
    });
    assert_eq!(quoted, [first.parse::<i64>().unwrap()]);
    let mentioned: Vec<MemberId> = site.read(move |conn| {
        let of = post_mentions::table.filter(post_mentions::post_id.eq(third));
        Ok(of.select(post_mentions::member_id).load(conn)?)
    });
    assert_eq!(mentioned, [id_of(site, "ada")]);
    scene.holds();
}

#[actix_web::test]
async fn a_held_thread_is_refused_with_a_rule_and_its_author_is_told() {
    let scene = Scene::set().await;
    let Scene { site, ben, mona, .. } = &scene;
    let fields = [("title", "An offer for everybody"), ("body", DOUBTFUL)];
    let held = site.post(ben, "/b/craft/threads", &fields).await.expect(303).location().to_owned();
    let decide = format!("/moderation{held}");
    site.post(mona, &decide, &[("decision", "refuse"), GROUNDS[0], GROUNDS[1]]).await.expect(303);
    site.post(mona, &decide, &[("decision", "approve")]).await.expect(409);

    let page = site.get(ben, &held).await.expect(200);
    assert_eq!(page.text("h1"), "Not approved");
    let notice = scene.notice(ben).await;
    assert!(site.get(ben, &notice).await.text("h1").contains("Held post refused"));
    assert!(!site.get(&Person::visitor(), "/b/craft").await.body.contains("An offer for everybody"));
    scene.holds();
}

#[actix_web::test]
async fn staff_are_never_held() {
    let scene = Scene::set().await;
    let Scene { site, mona, thread, .. } = &scene;
    assert_eq!(site.reply(mona, thread, DOUBTFUL).await, format!("{thread}/3"));
}
