//! What is new to a member, and what they follow, mute and keep.

use chrono::TimeDelta;
use diesel::prelude::*;
use touchstone::boards::rules::Access;
use touchstone::db::schema::members;
use touchstone::members::rules::Role;
use touchstone::threads::ThreadId;
use touchstone::threads::reading::rules::Level;
use touchstone::threads::reading::store::{self, Filter};
use touchstone::threads::store::{Posts, beside};

use crate::support::look::id_of;
use crate::support::{Person, TestSite};

fn number_of(thread: &str) -> ThreadId {
    ThreadId(thread.split('/').nth(2).unwrap().parse().unwrap())
}

/// `/t/7/verb`.
fn at(thread: &str, verb: &str) -> String {
    format!("/t/{}/{verb}", number_of(thread).0)
}

/// What somebody has to do with a thread.
#[derive(Debug, PartialEq)]
struct Relation {
    last_read: i64,
    level: Level,
}

fn relation(site: &TestSite, who: &Person, thread: &str) -> Option<Relation> {
    let (member, thread) = (id_of(site, &who.handle), number_of(thread));
    let beside = site.read(|conn| Ok(beside(conn, thread, Posts::Range(1, 1), Some(member))?));
    let relation = beside.relation?;
    Some(Relation { last_read: relation.last_read, level: Level::parse(&relation.level).unwrap() })
}

/// Notes that somebody read, as the thread's page does.
fn note(site: &TestSite, who: &Person, thread: &str, number: i64) {
    site.forum.reads.note(id_of(site, &who.handle), number_of(thread), number);
}

async fn flush(site: &TestSite) {
    site.forum.jobs(None).flush_reads().await.unwrap();
}

/// A site with a thread of three posts by Ada, written after Ben and Ada joined.
async fn scene() -> (TestSite, Person, Person, String) {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, ben) = (site.member("ada"), site.member("ben"));
    site.clock.advance(TimeDelta::minutes(1));
    let thread = site.thread(&ada, "craft", "News of the day").await;
    for words in ["A second", "A third"] {
        site.reply(&ada, &thread, words).await;
    }
    (site, ada, ben, thread)
}

async fn news(site: &TestSite, who: &Person, path: &str) -> Vec<String> {
    let page = site.get(who, path).await.expect(200);
    page.texts("a.new").iter().map(|words| words.split(" in ").next().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn a_position_is_written_in_batches_and_never_goes_back() {
    let (site, _, ben, thread) = scene().await;
    flush(&site).await;
    assert_eq!(relation(&site, &ben, &thread), None);

    note(&site, &ben, &thread, 2);
    note(&site, &ben, &thread, 1);
    assert_eq!(relation(&site, &ben, &thread), None);
    flush(&site).await;
    assert_eq!(relation(&site, &ben, &thread).unwrap().last_read, 2);

    note(&site, &ben, &thread, 1);
    flush(&site).await;
    assert_eq!(relation(&site, &ben, &thread).unwrap().last_read, 2);
    let before = site.db.queries();
    flush(&site).await;
    assert_eq!(site.db.queries(), before, "nothing was gathered, and yet something was written");
}

#[actix_web::test]
async fn lists_tell_what_is_new_and_lead_to_the_first_of_it() {
    let (site, ada, ben, thread) = scene().await;
    for path in ["/", "/b/craft", "/unread"] {
        assert_eq!(news(&site, &ben, path).await, ["3 new"], "{path}");
    }
    let home = site.get(&ben, "/").await;
    assert_eq!(home.attribute("a.new", "href"), format!("{thread}/1"));
    assert_eq!(home.text(".row-figures .new"), "1 new");

    note(&site, &ben, &thread, 2);
    // What waits for the next batch counts already.
    for path in ["/", "/b/craft", "/unread"] {
        assert_eq!(news(&site, &ben, path).await, ["1 new"], "{path}");
    }
    flush(&site).await;
    assert_eq!(news(&site, &ben, "/").await, ["1 new"]);
    let board = site.get(&ben, "/b/craft").await;
    assert_eq!(board.attribute("a.new", "href"), format!("{thread}/3"));

    note(&site, &ben, &thread, 3);
    let home = site.get(&ben, "/").await;
    assert_eq!(home.count(".new"), 0);
    assert!(site.get(&ben, "/unread").await.text(".empty").contains("You have read everything"));
    site.reply(&ada, &thread, "A fourth").await;
    assert_eq!(news(&site, &ben, "/").await, ["1 new"]);
    assert_eq!(site.get(&Person::visitor(), "/").await.count(".new, .new-way, a[href='/unread']"), 0);
}

#[actix_web::test]
async fn what_was_written_before_one_joined_or_long_ago_is_read() {
    let (site, ada, ben, thread) = scene().await;
    site.clock.advance(TimeDelta::minutes(1));
    let late = site.member("late");
    let now = site.clock.now();
    site.write(move |conn| {
        let late = members::table.filter(members::handle.eq("late"));
        Ok(diesel::update(late).set(members::joined_at.eq(now)).execute(conn)?)
    });
    assert!(news(&site, &late, "/").await.is_empty());
    site.clock.advance(TimeDelta::minutes(1));
    site.reply(&ada, &thread, "A fourth").await;
    assert_eq!(news(&site, &late, "/").await, ["1 new"]);
    let home = site.get(&late, "/").await;
    assert_eq!(home.attribute("a.new", "href"), format!("{thread}/4"));
    assert_eq!(news(&site, &ben, "/").await, ["4 new"]);

    site.clock.advance(TimeDelta::days(25));
    let ben = site.sign_in("ben");
    assert_eq!(news(&site, &ben, "/").await, ["4 new"]);
    site.clock.advance(TimeDelta::days(66));
    let ben = site.sign_in("ben");
    assert!(news(&site, &ben, "/").await.is_empty());
    assert!(news(&site, &ben, "/unread").await.is_empty());
}

#[actix_web::test]
async fn a_board_or_everything_is_marked_read_at_once() {
    let (site, ada, ben, thread) = scene().await;
    site.open_board("other");
    let second = site.thread(&ada, "other", "Elsewhere").await;
    site.clock.advance(TimeDelta::minutes(1));

    let answer = site.post(&ben, "/b/craft/read", &[]).await.expect(303);
    assert_eq!(answer.location(), "/b/craft");
    assert!(news(&site, &ben, "/b/craft").await.is_empty());
    assert_eq!(news(&site, &ben, "/b/other").await, ["1 new"]);
    assert_eq!(site.get(&ben, "/unread").await.attribute(".rows a.new", "href"), format!("{second}/1"));

    let answer = site.post(&ben, "/read", &[]).await.expect(303);
    assert_eq!(answer.location(), "/unread");
    assert!(news(&site, &ben, "/").await.is_empty());
    assert_eq!(news(&site, &ada, "/").await.len(), 2, "only Ben said so");

    site.clock.advance(TimeDelta::minutes(1));
    site.reply(&ada, &thread, "A fourth").await;
    assert_eq!(news(&site, &ben, "/").await, ["1 new"]);
    assert_eq!(site.get(&ben, "/").await.attribute("a.new", "href"), format!("{thread}/4"));
}

#[actix_web::test]
async fn a_thread_is_marked_read_and_unread_from_a_post_on() {
    let (site, _, ben, thread) = scene().await;
    let answer = site.post(&ben, &at(&thread, "read"), &[]).await.expect(303);
    assert_eq!(answer.location(), "/b/craft");
    assert_eq!(relation(&site, &ben, &thread).unwrap().last_read, 3);

    note(&site, &ben, &thread, 3);
    // The thread's own page would mark it read again, so the form does not lead there.
    let fields = [("number", "2"), ("next", thread.as_str())];
    let answer = site.post(&ben, &at(&thread, "unread"), &fields).await.expect(303);
    assert_eq!(answer.location(), "/b/craft");
    flush(&site).await;
    assert_eq!(relation(&site, &ben, &thread).unwrap().last_read, 1);
    assert_eq!(news(&site, &ben, "/b/craft").await, ["2 new"]);

    site.post(&ben, &at(&thread, "unread"), &[("number", "999")]).await.expect(303);
    assert_eq!(relation(&site, &ben, &thread).unwrap().last_read, 2);
    site.post(&ben, &at(&thread, "unread"), &[("number", "x")]).await.expect(303);
    assert_eq!(relation(&site, &ben, &thread).unwrap().last_read, 0);
}

#[actix_web::test]
async fn a_thread_said_to_be_unread_is_new_although_everything_was_read() {
    let (site, _, ben, thread) = scene().await;
    site.clock.advance(TimeDelta::minutes(1));
    site.post(&ben, "/read", &[]).await.expect(303);
    site.post(&ben, "/b/craft/read", &[]).await.expect(303);
    assert!(news(&site, &ben, "/unread").await.is_empty());
    site.clock.advance(TimeDelta::minutes(1));
    site.post(&ben, &at(&thread, "unread"), &[("number", "2")]).await.expect(303);
    for path in ["/", "/b/craft", "/unread"] {
        assert_eq!(news(&site, &ben, path).await, ["2 new"], "{path}");
    }
    assert_eq!(site.get(&ben, "/").await.text(".row-figures .new"), "1 new");
    site.clock.advance(TimeDelta::minutes(1));
    site.post(&ben, "/read", &[]).await.expect(303);
    assert_eq!(site.get(&ben, "/").await.count(".new"), 0);
    assert!(news(&site, &ben, "/unread").await.is_empty());
}

#[actix_web::test]
async fn muted_threads_and_boards_are_not_counted_unless_followed() {
    let (site, _, ben, thread) = scene().await;
    let level = |level: &'static str| [("level", level)];
    let answer = site.post(&ben, &at(&thread, "level"), &level("mute")).await.expect(303);
    assert_eq!(answer.location(), thread);
    assert_eq!(relation(&site, &ben, &thread).unwrap().level, Level::Mute);
    for path in ["/", "/b/craft", "/unread"] {
        assert_eq!(site.get(&ben, path).await.count(".new"), 0, "{path}");
    }

    site.post(&ben, &at(&thread, "level"), &level("normal")).await.expect(303);
    assert_eq!(news(&site, &ben, "/").await, ["3 new"]);
    site.post(&ben, "/b/craft/level", &level("mute")).await.expect(303);
    assert_eq!(site.get(&ben, "/").await.count(".new"), 0);
    assert_eq!(site.get(&ben, "/b/craft").await.text(".menu-start summary"), "Muted");
    site.post(&ben, &at(&thread, "level"), &level("follow")).await.expect(303);
    assert_eq!(news(&site, &ben, "/").await, ["3 new"]);

    let refused = site.post(&ben, &at(&thread, "level"), &level("loud")).await;
    refused.expect(422);
    assert_eq!(relation(&site, &ben, &thread).unwrap().level, Level::Follow);
}

#[actix_web::test]
async fn the_list_of_what_is_new_can_hold_only_what_is_followed() {
    let (site, ada, ben, thread) = scene().await;
    site.open_board("other");
    let second = site.thread(&ada, "other", "Elsewhere").await;
    let followed = "/unread?show=followed";
    assert!(site.get(&ben, followed).await.text(".empty").contains("Nothing new in what you follow"));
    site.post(&ben, &at(&thread, "level"), &[("level", "follow")]).await.expect(303);
    assert_eq!(site.get(&ben, followed).await.attributes(".rows a.new", "href"), [format!("{thread}/1")]);
    site.post(&ben, "/b/other/level", &[("level", "follow")]).await.expect(303);
    assert_eq!(news(&site, &ben, followed).await.len(), 2);
    site.post(&ben, &at(&second, "level"), &[("level", "mute")]).await.expect(303);
    assert_eq!(news(&site, &ben, followed).await.len(), 1);
}

#[actix_web::test]
async fn the_list_of_what_is_new_goes_on_by_key() {
    let (site, ada, ben, _) = scene().await;
    for number in 0..30 {
        site.thread(&ada, "craft", &format!("Thread {number}")).await;
    }
    let first = site.get(&ben, "/unread").await.expect(200);
    assert_eq!(first.count(".rows > li"), 30);
    let next = first.attribute("a[rel=next]", "href");
    let second = site.get(&ben, &next).await.expect(200);
    assert_eq!(second.texts(".row-title"), ["News of the day"]);
    assert_eq!(second.count("a[rel=next]"), 0);
    assert_eq!(site.get(&ben, "/").await.text(".row-figures .new"), "31 new");
}

#[actix_web::test]
async fn nothing_new_is_told_of_what_one_may_not_read() {
    let (site, ada, ben, _) = scene().await;
    let boss = site.staff("boss", &[Role::Administrator]);
    site.board("backstage", Access::Role(Role::Moderator), Access::Role(Role::Moderator));
    site.thread(&boss, "backstage", "Behind the scenes").await;
    assert_eq!(news(&site, &ben, "/unread").await, ["3 new"]);
    assert!(!site.get(&ada, "/unread").await.body.contains("Behind the scenes"));
}

#[actix_web::test]
async fn a_bookmark_is_set_changed_and_removed() {
    let (site, _, ben, thread) = scene().await;
    assert!(site.get(&ben, "/bookmarks").await.text(".empty").contains("You keep nothing yet"));
    let fields = [("note", "  Read <again> \n soon "), ("number", "2")];
    let answer = site.post(&ben, &at(&thread, "bookmark"), &fields).await.expect(303);
    assert_eq!(answer.location(), format!("{thread}/2"));
    let page = site.get(&ben, "/bookmarks").await.expect(200);
    assert_eq!(page.text(".kept-note"), "Read <again> soon");
    assert_eq!(page.attribute(".row-title a", "href"), format!("{thread}/2"));

    let fields = [("note", ""), ("next", "/bookmarks")];
    let answer = site.post(&ben, &at(&thread, "bookmark"), &fields).await.expect(303);
    assert_eq!(answer.location(), "/bookmarks");
    let page = site.get(&ben, "/bookmarks").await;
    assert_eq!((page.count(".kept-note"), page.count(".rows > li")), (0, 1));
    assert_eq!(page.attribute(".row-title a", "href"), thread);

    let fields = [("next", "//evil.example")];
    let answer = site.post(&ben, &at(&thread, "unbookmark"), &fields).await.expect(303);
    assert_eq!(answer.location(), "/");
    assert_eq!(site.get(&ben, "/bookmarks").await.count(".rows"), 0);
}

#[actix_web::test]
async fn a_note_that_is_too_long_comes_back() {
    let (site, _, ben, thread) = scene().await;
    let long = "x".repeat(201);
    let fields = [("note", long.as_str()), ("number", "2"), ("next", "/bookmarks")];
    let page = site.post(&ben, &at(&thread, "bookmark"), &fields).await.expect(422);
    assert_eq!(page.attribute("#note", "value"), long);
    assert_eq!(page.attribute("input[name=number]", "value"), "2");
    assert_eq!(page.attribute("input[name=next]", "value"), "/bookmarks");
    assert!(page.text("#note-problem").contains("within 200 characters"));
    assert_eq!(relation(&site, &ben, &thread), None);
}

#[actix_web::test]
async fn bookmarks_keep_their_order_and_go_on_by_key() {
    let (site, ada, ben, first) = scene().await;
    site.post(&ben, &at(&first, "bookmark"), &[]).await.expect(303);
    for number in 0..30 {
        let thread = site.thread(&ada, "craft", &format!("Thread {number}")).await;
        site.clock.advance(TimeDelta::seconds(1));
        site.post(&ben, &at(&thread, "bookmark"), &[]).await.expect(303);
    }
    // A new note leaves the bookmark where it was.
    site.post(&ben, &at(&first, "bookmark"), &[("note", "The oldest")]).await.expect(303);
    let page = site.get(&ben, "/bookmarks").await;
    assert_eq!((page.count(".rows > li"), page.text(".row-title")), (30, "Thread 29".to_owned()));
    let rest = site.get(&ben, &page.attribute("a[rel=next]", "href")).await.expect(200);
    assert_eq!(rest.texts(".kept-note"), ["The oldest"]);
}

#[actix_web::test]
async fn somebody_without_the_right_gets_nowhere() {
    let (site, _, ben, thread) = scene().await;
    let boss = site.staff("boss", &[Role::Administrator]);
    site.board("backstage", Access::Role(Role::Moderator), Access::Role(Role::Moderator));
    let secret = site.thread(&boss, "backstage", "Behind the scenes").await;
    for verb in ["read", "unread", "level", "bookmark", "unbookmark"] {
        let fields = [("level", "follow"), ("note", "x")];
        site.post(&ben, &at(&secret, verb), &fields).await.expect(404);
        site.post(&Person::visitor(), &at(&thread, verb), &fields).await.expect(403);
    }
    assert_eq!(relation(&site, &ben, &secret), None);
    let long = "x".repeat(201);
    site.post(&ben, &at(&secret, "bookmark"), &[("note", &long)]).await.expect(404);
}

#[actix_web::test]
async fn a_member_chooses_how_many_posts_a_page_holds() {
    let (site, _, ben, _) = scene().await;
    let answer = site.post(&ben, "/settings/reading", &[("page_size", "50")]).await.expect(303);
    let page = site.get(&ben, answer.location()).await.expect(200);
    assert_eq!(page.attribute("#page_size option[selected]", "value"), "50");
    let page = site.post(&ben, "/settings/reading", &[("page_size", "1000")]).await.expect(422);
    assert!(page.text("#page_size-problem").contains("10, 20 or 50"));
    assert_eq!(page.attribute("#page_size option[selected]", "value"), "50");
}

#[actix_web::test]
async fn filters_let_through_what_they_say_and_count_the_rest() {
    let (site, _, ben, thread) = scene().await;
    let keeper = site.staff("keeper", &[Role::Moderator]);
    site.reply(&keeper, &thread, "A word of order").await;
    site.reply(&ben, &thread, "Thanks").await;
    site.reply(&keeper, &thread, "And another").await;
    let id = number_of(&thread);
    let ask = |filter, after, limit| {
        let found = site.read(|conn| Ok(store::in_range_by(conn, id, 6, filter, after, limit)?));
        (found.numbers, found.more, found.left_out)
    };
    assert_eq!(ask(Filter::Staff, 0, 10), (vec![4, 6], false, 4));
    assert_eq!(ask(Filter::Staff, 0, 1), (vec![4], true, 4));
    assert_eq!(ask(Filter::Staff, 4, 1), (vec![6], false, 4));
    assert_eq!(ask(Filter::By("Ben"), 0, 10), (vec![5], false, 5));
    assert_eq!(ask(Filter::By("nobody"), 0, 10), (vec![], false, 6));
    assert_eq!(ask(Filter::Best, 0, 10), (vec![], false, 6));
    like(&site, id, &[(2, 1), (5, 7), (1, 1)]);
    assert_eq!(ask(Filter::Best, 0, 10), (vec![5, 1, 2], false, 3));
}

/// Sets how many likes posts have.
fn like(site: &TestSite, thread: ThreadId, likes: &[(i64, i64)]) {
    use diesel::prelude::*;
    use touchstone::db::schema::posts;
    let likes = likes.to_vec();
    site.write(move |conn| {
        for (number, count) in likes {
            let post = posts::table.filter(posts::thread_id.eq(thread)).filter(posts::number.eq(number));
            diesel::update(post).set(posts::likes.eq(count)).execute(conn)?;
        }
        Ok(())
    });
}
