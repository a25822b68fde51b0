//! What stands beside the posts of a thread's page.

use diesel::prelude::*;
use diesel::sql_query;
use touchstone::db::Conn;
use touchstone::members::rules::Role;

use crate::support::{Person, TestSite};

/// Writes rows that other rooms' forms would write, in the SQL that both databases speak.
fn rows(site: &TestSite, statements: &[&str]) {
    let statements: Vec<String> = statements.iter().map(|one| (*one).to_owned()).collect();
    site.write(move |conn| {
        for statement in &statements {
            match conn {
                Conn::Sqlite(conn) => sql_query(statement).execute(conn)?,
                Conn::Postgres(conn) => sql_query(statement).execute(conn)?,
            };
        }
        Ok(())
    });
}

/// A thread with three posts by three people, who have the numbers 1 to 3.
async fn scene() -> (TestSite, String, [Person; 3]) {
    let site = TestSite::start();
    site.open_board("talk");
    let (ada, ben) = (site.member("ada-a"), site.member("ben-b"));
    let mia = site.staff("mia-m", &[Role::Moderator]);
    let thread = site.thread(&ada, "talk", "Which knife").await;
    for who in [&ben, &mia] {
        let reply = format!("/t/{}/replies", thread.split('/').nth(2).unwrap());
        site.post(who, &reply, &[("body", "Words of an answer.")]).await.expect(303);
    }
    (site, thread, [ada, ben, mia])
}

#[actix_web::test]
async fn notes_and_quotes_stand_below_the_words_they_belong_to() {
    let (site, thread, [ada, ..]) = scene().await;
    rows(
        &site,
        &[
            "INSERT INTO post_notes (post_id, author_id, role, body, html, written_at) VALUES (2, 3, 'moderator', 'x', '<p>Prices changed.</p>', '2026-11-18 12:00:00')",
            "INSERT INTO post_quotes (post_id, quoted_id, quoted_version) VALUES (3, 2, 1)",
            "UPDATE posts SET version = 2 WHERE id = 2",
        ],
    );
    let page = site.get(&ada, &thread).await.expect(200);
    assert!(page.text("#p-2 .note").contains("Official note by Mia M"), "{}", page.text("#p-2 .note"));
    assert!(page.text("#p-2 .note-body").contains("Prices changed."));
    assert_eq!(page.text("#p-2 .post-body").trim(), "Words of an answer.");
    assert!(page.text("#p-2 .post-quoted").contains("3 by Mia M"));
    assert!(page.text("#p-3 .post-edited").contains("was edited since"));

    rows(
        &site,
        &[
            "UPDATE posts SET removed_at = '2026-11-18 12:00:00', removed_by = 3, removal_reason = 'x' WHERE id = 2",
        ],
    );
    let page = site.get(&ada, &thread).await.expect(200);
    assert!(page.text("#p-3 .post-edited").contains("was removed since"));
}

#[actix_web::test]
async fn a_moved_post_leaves_a_stub_that_leads_to_it() {
    let (site, thread, [ada, ..]) = scene().await;
    rows(
        &site,
        &[
            "UPDATE threads SET last_number = 4",
            "INSERT INTO moved_posts (thread_id, number, post_id, moved_at, moved_by, reason) VALUES (1, 4, 2, '2026-11-18 12:00:00', 3, 'Another subject')",
        ],
    );
    let page = site.get(&ada, &thread).await.expect(200);
    assert!(page.text("#p-4").contains("moved: Another subject"));
    assert!(page.attributes("#p-4 a", "href").contains(&"/p/2".to_owned()));
}

#[actix_web::test]
async fn what_happened_to_the_thread_stands_where_it_happened() {
    let (site, thread, _) = scene().await;
    rows(
        &site,
        &[
            "INSERT INTO thread_events (thread_id, after_number, happened_at, actor_id, kind, detail) VALUES (1, 1, '2026-11-18 12:00:00', 3, 'moved', 'Clients')",
        ],
    );
    let page = site.get(&Person::visitor(), &thread).await.expect(200);
    assert!(page.text(".stream-line").contains("Mia M moved this thread from Clients"));
    let (line, second) = (page.body.find("stream-line").unwrap(), page.body.find("id=\"p-2\"").unwrap());
    assert!(page.body.find("id=\"p-1\"").unwrap() < line && line < second);
}

#[actix_web::test]
async fn answers_stand_under_the_first_post_and_are_marked_in_place() {
    let (site, thread, _) = scene().await;
    rows(
        &site,
        &[
            "UPDATE threads SET kind = 'question'",
            "INSERT INTO accepted_answers (thread_id, post_id, accepted_by, accepted_at) VALUES (1, 2, 1, '2026-11-18 12:00:00')",
            "INSERT INTO official_answers (thread_id, post_id, position, listed_by) VALUES (1, 3, 1, 3)",
        ],
    );
    let page = site.get(&Person::visitor(), &thread).await.expect(200);
    assert!(page.text(".answer-accepted").contains("Accepted answer by Ben B, accepted by Ada A"));
    assert!(page.text("#p-2 .flag-good").contains("Accepted answer"));
    assert!(page.body.contains("Official answers"));
}

#[actix_web::test]
async fn a_blocked_members_post_is_a_stub_for_the_one_who_blocks() {
    let (site, thread, [ada, _, mia]) = scene().await;
    rows(
        &site,
        &[
            "INSERT INTO member_blocks (member_id, blocked_id, blocked_at) VALUES (1, 2, '2026-11-18 12:00:00')",
        ],
    );
    let page = site.get(&ada, &thread).await.expect(200);
    assert!(page.text("#p-2[data-blocked] summary").contains("whom you blocked"));
    assert!(page.text("#p-2 details .post-body").contains("Words of an answer."));
    let others = site.get(&mia, &thread).await.expect(200);
    assert!(!others.body.contains("data-blocked"));
}

#[actix_web::test]
async fn what_is_new_is_marked_and_can_be_gone_to() {
    let (site, thread, [ada, ..]) = scene().await;
    rows(
        &site,
        &[
            "DELETE FROM thread_members",
            "INSERT INTO thread_members (member_id, thread_id, last_read, level) VALUES (1, 1, 1, 'follow')",
        ],
    );
    let page = site.get(&ada, &thread).await.expect(200);
    assert!(page.text(".stream-new").contains("2 new since your last visit"));
    assert!(page.attributes(".page-tools > a", "href")[0].ends_with("/2"));
    assert!(page.text(".page-tools").contains("Stop following"));
    let visitor = site.get(&Person::visitor(), &thread).await.expect(200);
    assert!(!visitor.body.contains("stream-new") && !visitor.body.contains("Mute"));
}

#[actix_web::test]
async fn the_forms_beside_a_post_are_those_that_the_reader_may_use() {
    let (site, thread, [ada, _, mia]) = scene().await;
    let forms = |page: &crate::support::Page, post: i64| {
        let mut forms = page.attributes(&format!("#p-{post} form"), "action");
        forms.extend(page.attributes(&format!("#p-{post} .post-actions a"), "href"));
        forms.into_iter().filter_map(|path| path.rsplit('/').next().map(str::to_owned)).collect::<Vec<_>>()
    };
    let page = site.get(&Person::visitor(), &thread).await.expect(200);
    assert_eq!(forms(&page, 2), ["2"], "a visitor has the permalink alone");
    let page = site.get(&ada, &thread).await.expect(200);
    assert_eq!(forms(&page, 1), ["quote", "edit", "1"]);
    assert_eq!(forms(&page, 2), ["like", "quote", "2", "report"]);
    let page = site.get(&mia, &thread).await.expect(200);
    assert!(forms(&page, 2).contains(&"remove".to_owned()) && forms(&page, 2).contains(&"note".to_owned()));
}
