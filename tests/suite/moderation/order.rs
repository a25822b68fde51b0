//! Acts on members and threads, the rules, and the audit.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use touchstone::db::Conn;
use touchstone::members;
use touchstone::members::rules::Role;

use super::{GROUNDS, Scene};
use crate::support::site::replies;
use crate::support::{Person, look};

#[actix_web::test]
async fn a_removed_post_is_restored_with_its_counters() {
    let scene = Scene::set().await;
    let Scene { site, ben, mona, post, thread, .. } = &scene;
    let restore = format!("/p/{post}/restore");
    site.get(mona, &restore).await.expect(404);
    site.post(mona, &restore, &GROUNDS).await.expect(409);
    site.post(mona, &format!("/p/{post}/remove"), &GROUNDS).await.expect(303);
    scene.holds();

    site.post(ben, &restore, &GROUNDS).await.expect(403);
    site.get(mona, &restore).await.expect(200);
    site.post(mona, &restore, &GROUNDS).await.expect(303);
    assert!(site.get(&Person::visitor(), thread).await.text("#p-2").contains("Buy my course"));
    scene.holds();
}

#[actix_web::test]
async fn a_thread_is_locked_and_opened_on_forms_that_name_a_rule() {
    let scene = Scene::set().await;
    let Scene { site, ada, mona, thread, .. } = &scene;
    let id = thread.split('/').nth(2).unwrap();
    let form = site.get(mona, &format!("{thread}/lock")).await.expect(200);
    assert_eq!(form.attribute("main form", "action"), format!("/t/{id}/lock"));
    site.get(ada, &format!("{thread}/lock")).await.expect(403);
    site.post(mona, &format!("/t/{id}/lock"), &GROUNDS).await.expect(303);
    site.post(mona, &format!("/t/{id}/lock"), &GROUNDS).await.expect(409);
    site.post(ada, &replies(thread), &[("body", "More")]).await.expect(403);
    let form = site.get(mona, &format!("{thread}/lock")).await.expect(200);
    assert_eq!(form.attribute("main form", "action"), format!("/t/{id}/unlock"));
    let form = site.get(mona, &format!("{thread}/pin")).await.expect(200);
    assert_eq!(form.attribute("main form", "action"), format!("/t/{id}/pin"));

    // Taking the lock back opens the thread.
    let notice = scene.notice(ada).await;
    site.post(mona, &format!("{notice}/reverse"), &[("reason", " ")]).await.expect(422);
    site.post(mona, &format!("{notice}/reverse"), &[("reason", "Calm again")]).await.expect(303);
    site.post(mona, &format!("{notice}/reverse"), &[("reason", "Calm again")]).await.expect(409);
    site.reply(ada, thread, "More").await;
    scene.holds();
}

#[actix_web::test]
async fn a_silenced_member_reads_and_writes_nothing_until_the_end() {
    let scene = Scene::set().await;
    let Scene { site, ada, ben, mona, post, thread, .. } = &scene;
    site.get(ben, "/u/ada/silence").await.expect(403);
    site.post(mona, "/u/ben/silence", &GROUNDS).await.expect(422);
    site.reply(ben, thread, "Still here").await;
    site.post(mona, "/u/ben/silence", &[GROUNDS[0], GROUNDS[1], ("days", "3")]).await.expect(303);

    let page = site.post(ben, &replies(thread), &[("body", "And now?")]).await.expect(403);
    assert_eq!(page.text("textarea"), "And now?");
    assert!(page.text("[role=alert]").contains("silenced until Nov 21, 2026, 12:00"));
    let fields = [("title", "A new thread"), ("body", "Words")];
    site.post(ben, "/b/craft/threads", &fields).await.expect(403);
    let first = site.get(ada, thread).await.attribute("#p-1", "data-post");
    site.post(ben, &format!("/p/{first}/report"), &[("reason", "spam")]).await.expect(403);
    site.get(ben, thread).await.expect(200);
    assert!(site.get(ben, "/notices").await.text(".notice-title").contains("You are silenced until"));
    site.post(ben, "/settings/sessions/end-others", &[]).await.expect(303);

    site.clock.advance(TimeDelta::days(3));
    site.reply(ben, thread, "Back again").await;
    assert_eq!(site.get(ada, thread).await.count("article"), 4);
    let _ = post;
    scene.holds();
}

#[actix_web::test]
async fn a_suspended_member_reads_what_is_public_and_appeals() {
    let scene = Scene::set().await;
    let Scene { site, ben, mona, milo, thread, .. } = &scene;
    site.board(
        "inside",
        touchstone::boards::rules::Access::Members,
        touchstone::boards::rules::Access::Members,
    );
    site.get(ben, "/b/inside").await.expect(200);
    site.post(mona, "/u/ben/suspend", &[GROUNDS[0], GROUNDS[1], ("date", "2026-12-01")]).await.expect(303);

    site.get(ben, thread).await.expect(200);
    site.get(ben, "/b/inside").await.expect(404);
    let page = site.post(ben, &replies(thread), &[("body", "And now?")]).await.expect(403);
    assert_eq!(page.text("textarea"), "And now?");
    site.post(ben, "/settings/profile", &[]).await.expect(403);
    let notice = scene.notice(ben).await;
    site.post(ben, &format!("{notice}/appeal"), &[("words", "It was not me.")]).await.expect(303);

    let decide = format!("/moderation/appeals/{}", notice.rsplit('/').next().unwrap());
    site.post(milo, &decide, &[("decision", "reverse"), ("reason", "Right")]).await.expect(303);
    site.get(ben, "/b/inside").await.expect(200);
    site.reply(ben, thread, "Thank you").await;
}

#[actix_web::test]
async fn a_warning_that_is_struck_no_longer_counts() {
    let scene = Scene::set().await;
    let Scene { site, ben, mona, milo, .. } = &scene;
    let warned = || {
        use diesel::prelude::*;
        use touchstone::db::schema::members;
        site.read(|conn| {
            let at: Option<touchstone::clock::Time> =
                members::table.filter(members::handle.eq("ben")).select(members::warned_at).first(conn)?;
            Ok(at)
        })
    };
    let before = site.clock.now();
    site.post(mona, "/u/ben/warn", &GROUNDS).await.expect(303);
    site.clock.advance(TimeDelta::days(1));
    site.post(mona, "/u/ben/warn", &GROUNDS).await.expect(303);
    assert_eq!(warned(), Some(site.clock.now()));
    let notice = scene.notice(ben).await;
    site.post(ben, &format!("{notice}/appeal"), &[("words", "I did not.")]).await.expect(303);
    site.post(mona, &format!("{notice}/reverse"), &[("reason", "Oh")]).await.expect(409);
    let decide = format!("/moderation/appeals/{}", notice.rsplit('/').next().unwrap());
    site.post(milo, &decide, &[("decision", "reverse"), ("reason", "Right")]).await.expect(303);
    assert_eq!(warned(), Some(before));
}

#[actix_web::test]
async fn moderators_act_neither_on_themselves_nor_on_administrators() {
    let scene = Scene::set().await;
    let Scene { site, mona, .. } = &scene;
    let boss = site.staff("boss", &[Role::Administrator]);
    site.post(mona, "/u/mona/warn", &GROUNDS).await.expect(403);
    site.post(mona, "/u/boss/suspend", &[GROUNDS[0], GROUNDS[1], ("days", "1")]).await.expect(403);
    site.post(&boss, "/u/mona/warn", &GROUNDS).await.expect(303);
    site.post(mona, "/u/nobody/warn", &GROUNDS).await.expect(404);
    assert_eq!(site.get(mona, "/notices").await.count("#notices > li"), 1);
    assert_eq!(site.get(&boss, "/notices").await.count("#notices"), 0);
}

#[actix_web::test]
async fn rules_come_in_versions_and_acts_keep_theirs() {
    let scene = Scene::set().await;
    let Scene { site, ben, mona, post, .. } = &scene;
    let boss = site.staff("boss", &[Role::Administrator]);
    site.post(mona, &format!("/p/{post}/remove"), &GROUNDS).await.expect(303);
    let new = [
        ("version", "1"),
        ("title", "Be kind"),
        ("words", "To everybody."),
        ("title", ""),
        ("words", ""),
        ("summary", "One rule is enough."),
    ];
    site.post(mona, "/admin/rules", &new).await.expect(403);
    let half = [("version", "1"), ("title", "Be kind"), ("words", ""), ("summary", "Less")];
    let page = site.post(&boss, "/admin/rules", &half).await.expect(422);
    assert_eq!(page.attribute("input[name=title]", "value"), "Be kind");
    site.post(&boss, "/admin/rules", &new).await.expect(303);
    assert!(site.post(&boss, "/admin/rules", &new).await.expect(422).body.contains("Somebody else saved"));

    let rules = site.get(&Person::visitor(), "/rules").await.expect(200);
    assert_eq!(rules.texts(".rulebook h2"), ["Be kind"]);
    assert!(rules.body.contains("One rule is enough."));
    assert_eq!(site.get(&Person::visitor(), "/rules/1").await.count(".rulebook li"), 7);
    let notice = scene.notice(ben).await;
    assert!(site.get(ben, &notice).await.text(".facts").contains("3. No advertising"));
    site.post(mona, "/u/ben/warn", &GROUNDS).await.expect(422);
    site.post(mona, "/u/ben/warn", &[("rule", "1"), ("reason", "Rude")]).await.expect(303);
    scene.holds();
}

#[actix_web::test]
async fn the_audit_can_only_grow_and_says_where_it_was_broken() {
    let scene = Scene::set().await;
    let Scene { site, mona, post, .. } = &scene;
    site.post(mona, &format!("/p/{post}/remove"), &GROUNDS).await.expect(303);
    site.post(mona, &format!("/p/{post}/restore"), &GROUNDS).await.expect(303);
    let rows = look::audit(site).len();
    let verify = || site.read(|conn| Ok(members::audit::store::verify(conn)?));
    assert_eq!(verify(), Ok(i64::try_from(rows).unwrap()));

    let mut conn = Conn::open(&site.database.url).unwrap();
    for change in ["UPDATE audit_events SET reason = 'nothing'", "DELETE FROM audit_events"] {
        assert!(conn.batch_execute(change).is_err(), "{change}");
    }
    assert_eq!(verify(), Ok(i64::try_from(rows).unwrap()));

    // Whoever can take the trigger away can change a row; then the chain says so.
    let (untrigger, forge) = match conn {
        Conn::Sqlite(_) => {
            ("DROP TRIGGER audit_events_unchanged", "UPDATE audit_events SET reason = 'nothing' WHERE id = ")
        }
        Conn::Postgres(_) => (
            "DROP TRIGGER audit_events_unchanged ON audit_events",
            "UPDATE audit_events SET reason = 'nothing' WHERE id = ",
        ),
    };
    conn.batch_execute(untrigger).unwrap();
    conn.batch_execute(&format!("{forge}{}", rows - 1)).unwrap();
    assert!(verify().unwrap_err().contains(&format!("row {}", rows - 1)));
}
