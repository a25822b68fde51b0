//! Editing: posts, their history, official notes and titles, through their pages.

use chrono::TimeDelta;
use diesel::prelude::*;
use touchstone::boards::rules::{Access, Standing};
use touchstone::db::schema::{accepted_answers, thread_events};
use touchstone::db::schema::{acts, members, outbox_events, post_mentions, post_notes, post_quotes};
use touchstone::db::schema::{post_revisions, posts};
use touchstone::members::rules::Role;
use touchstone::text::names::Title;
use touchstone::threads::actions::{Author, Written, start};
use touchstone::threads::edits::actions::{Edited, NewVersion, edit as change};
use touchstone::threads::edits::rules::{Editor, Why};
use touchstone::threads::rules::{Body, Outcome, ThreadKind};
use touchstone::threads::{PostId, ThreadId};

use crate::support::look::id_of;
use crate::support::{Page, Person, TestSite};

const GROUNDS: [(&str, &str); 2] = [("rule", "4"), ("reason", "Took a phone number out")];

fn with<'a>(fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().copied().chain(GROUNDS).collect()
}

/// A thread of Ada's, which is hers alone, and her post in it.
async fn scene() -> (TestSite, Person, String, PostId) {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let thread = site.thread(&ada, "craft", "About tools").await;
    let page = site.get(&ada, &thread).await.expect(200);
    let post = page.attribute("article", "data-post").parse().unwrap();
    (site, ada, thread, PostId(post))
}

fn path(post: PostId, word: &str) -> String {
    format!("/p/{}/{word}", post.0)
}

/// The words, the version and whether the post bears a mark.
fn state(site: &TestSite, post: PostId) -> (String, i64, bool) {
    site.read(|conn| {
        let row =
            posts::table.find(post).select((posts::body, posts::version, posts::edited_at.is_not_null()));
        Ok(row.first(conn)?)
    })
}

fn revisions(site: &TestSite, post: PostId) -> Vec<(i64, String, String)> {
    site.read(|conn| {
        let rows = post_revisions::table.filter(post_revisions::post_id.eq(post));
        let rows = rows.order(post_revisions::revision);
        let columns = (post_revisions::revision, post_revisions::body, post_revisions::edited_as);
        Ok(rows.select(columns).load(conn)?)
    })
}

async fn edit(site: &TestSite, who: &Person, post: PostId, body: &str) -> Page {
    let form = site.get(who, &path(post, "edit")).await.expect(200);
    let version = form.attribute("input[name=version]", "value");
    site.post(who, &path(post, "edit"), &[("body", body), ("version", &version), ("reason", "")]).await
}

#[actix_web::test]
async fn a_small_edit_soon_after_writing_leaves_no_mark() {
    let (site, ada, thread, post) = scene().await;
    site.clock.advance(TimeDelta::minutes(5));

    let done = edit(&site, &ada, post, "The first words of this **thread**!").await.expect(303);

    assert_eq!(done.location(), format!("{thread}/1"));
    assert_eq!(state(&site, post), ("The first words of this **thread**!".to_owned(), 2, false));
    assert_eq!(revisions(&site, post), []);
    let page = site.get(&Person::visitor(), &thread).await;
    assert_eq!(page.count(".post-body strong"), 1);
    let events: i64 = site.read(|conn| {
        Ok(outbox_events::table.filter(outbox_events::kind.eq("edited")).count().get_result(conn)?)
    });
    assert_eq!(events, 1);
}

#[actix_web::test]
async fn later_or_larger_edits_leave_a_mark_and_a_history() {
    let (site, ada, thread, post) = scene().await;
    edit(&site, &ada, post, "The first words, with a typo mended.").await.expect(303);
    let long = "word ".repeat(50);
    edit(&site, &ada, post, &long).await.expect(303);
    site.clock.advance(TimeDelta::minutes(6));
    edit(&site, &ada, post, "Short.").await.expect(303);

    let (_, version, marked) = state(&site, post);
    assert_eq!((version, marked), (4, true));
    let bodies: Vec<_> = revisions(&site, post).into_iter().map(|one| (one.0, one.1)).collect();
    let long = long.trim_end().to_owned();
    assert_eq!(
        bodies,
        [(1, "The first words, with a typo mended.".to_owned()), (2, long), (3, "Short.".to_owned())]
    );
    assert!(site.get(&ada, &thread).await.body.contains("Edited by"));
}

#[actix_web::test]
async fn grace_ends_when_somebody_answers_or_quotes() {
    let (site, ada, thread, post) = scene().await;
    site.reply(&ada, &thread, "A word more of mine.").await;
    edit(&site, &ada, post, "The first words of this thread, mended.").await.expect(303);
    assert!(!state(&site, post).2, "one's own answer does not count");
    let ben = site.member("ben");
    site.reply(&ben, &thread, "I see.").await;
    edit(&site, &ada, post, "The first words of this thread, mended again.").await.expect(303);
    assert!(state(&site, post).2);

    let other = site.thread(&ada, "craft", "Another thread").await;
    let page = site.get(&ada, &other).await;
    let quoted = PostId(page.attribute("article", "data-post").parse().unwrap());
    site.write(move |conn| {
        let row = (post_quotes::post_id.eq(post), post_quotes::quoted_id.eq(quoted));
        let row = (row, post_quotes::quoted_version.eq(1_i64));
        Ok(diesel::insert_into(post_quotes::table).values(row).execute(conn)?)
    });
    edit(&site, &ada, quoted, "The first words of this thread?").await.expect(303);
    assert!(state(&site, quoted).2);
}

#[actix_web::test]
async fn saving_the_same_words_changes_nothing() {
    let (site, ada, _, post) = scene().await;
    site.clock.advance(TimeDelta::hours(1));
    edit(&site, &ada, post, "The first words of this thread.\r\n").await.expect(303);
    assert_eq!(state(&site, post), ("The first words of this thread.".to_owned(), 1, false));
    assert_eq!(revisions(&site, post), []);
}

#[actix_web::test]
async fn what_was_typed_comes_back_with_a_preview_or_a_problem() {
    let (site, ada, _, post) = scene().await;
    let long = "x".repeat(201);
    let fields = [("body", " "), ("version", "1"), ("reason", &long)];
    let page = site.post(&ada, &path(post, "edit"), &fields).await.expect(422);
    assert_eq!(page.count("#body-problem") + page.count("#reason-problem"), 2);
    assert_eq!(page.attribute("#reason", "value"), long);

    let fields = [("body", "**New**"), ("version", "1"), ("reason", "better"), ("preview", "1")];
    let page = site.post(&ada, &path(post, "edit"), &fields).await.expect(200);
    assert_eq!(page.texts("#preview strong"), ["New"]);
    assert_eq!(page.attribute("#reason", "value"), "better");

    let page = site.post(&Person::visitor(), &path(post, "edit"), &fields).await.expect(403);
    assert!(page.text("textarea").contains("**New**"));
    assert_eq!(state(&site, post).1, 1);
}

#[actix_web::test]
async fn others_and_the_silenced_do_not_edit_and_a_lock_stops_authors() {
    let (site, ada, thread, post) = scene().await;
    let (ben, goran) = (site.member("ben"), site.staff("goran", &[Role::Moderator]));
    let manager = site.staff("manager", &[Role::CommunityManager]);
    for who in [&ben, &manager] {
        site.get(who, &path(post, "edit")).await.expect(403);
        site.post(who, &path(post, "edit"), &with(&[("body", "Mine"), ("version", "1")])).await.expect(403);
    }
    let (until, id) = (site.clock.now() + TimeDelta::hours(1), id_of(&site, "ada"));
    site.write(move |conn| {
        let ada = diesel::update(members::table.find(id));
        Ok(ada.set(members::silenced_until.eq(until)).execute(conn)?)
    });
    let silenced = site.post(&ada, &path(post, "edit"), &[("body", "Mine"), ("version", "1")]).await;
    assert!(silenced.expect(403).text("main").contains("Nov 18, 2026, 13:00"));
    site.clock.advance(TimeDelta::hours(2));
    let lock = format!("/t/{}/lock", thread.split('/').nth(2).unwrap());
    site.post(&goran, &lock, &GROUNDS).await.expect(303);
    let locked = site.post(&ada, &path(post, "edit"), &[("body", "Mine"), ("version", "1")]).await;
    assert!(locked.expect(403).text("textarea").contains("Mine"));
    assert_eq!(state(&site, post).1, 1);
    site.post(&goran, &path(post, "remove"), &GROUNDS).await.expect(303);
    site.get(&ada, &path(post, "edit")).await.expect(403);
}

#[actix_web::test]
async fn a_moderator_edits_with_a_rule_and_a_reason_and_it_is_written_down() {
    let (site, _, thread, post) = scene().await;
    let goran = site.staff("goran", &[Role::Moderator]);
    let fields = [("body", "Call me."), ("version", "1")];
    let page = site.post(&goran, &path(post, "edit"), &fields).await.expect(422);
    assert_eq!(page.count("#rule-problem") + page.count("#reason-problem"), 2);
    assert!(page.text("textarea").contains("Call me."));
    assert_eq!(state(&site, post).1, 1);

    site.post(&goran, &path(post, "edit"), &with(&fields)).await.expect(303);

    assert!(state(&site, post).2, "no grace for moderators");
    assert_eq!(revisions(&site, post)[1].2, "moderator");
    let page = site.get(&Person::visitor(), &thread).await;
    assert!(page.body.contains("Edited by Goran") && page.body.contains("Took a phone number out"));
    let ada = id_of(&site, "ada");
    let act: (String, i64, Option<i64>) = site.read(|conn| {
        let rows = acts::table.filter(acts::member_id.eq(ada.0)).filter(acts::post_id.eq(post.0));
        Ok(rows.select((acts::kind, acts::rule_number, acts::post_id)).first(conn)?)
    });
    assert_eq!(act, ("edit".to_owned(), 4, Some(post.0)));
}

#[actix_web::test]
async fn who_comes_second_sees_both_versions_and_decides() {
    let (site, ada, _, post) = scene().await;
    let goran = site.staff("goran", &[Role::Moderator]);
    let theirs = with(&[("body", "The first words, moderated."), ("version", "1")]);
    site.post(&goran, &path(post, "edit"), &theirs).await.expect(303);

    let mine = [("body", "The first words, mine."), ("version", "1"), ("reason", "clearer")];
    let page = site.post(&ada, &path(post, "edit"), &mine).await.expect(409);

    assert!(page.text(".diff-old").contains("moderated") && page.text(".diff-new").contains("mine"));
    assert!(page.text("textarea").contains("The first words, mine."));
    assert_eq!(page.attribute("#reason", "value"), "clearer");
    assert_eq!(state(&site, post).0, "The first words, moderated.");
    let version = page.attribute("input[name=version]", "value");
    assert_eq!(version, "2");
    let mine = [("body", "The first words, mine."), ("version", version.as_str())];
    site.post(&ada, &path(post, "edit"), &mine).await.expect(303);
    assert_eq!(state(&site, post).0, "The first words, mine.");
    assert_eq!(revisions(&site, post).len(), 3);
}

#[actix_web::test]
async fn the_history_tells_what_changed_in_both_views() {
    let (site, ada, _, post) = scene().await;
    site.clock.advance(TimeDelta::hours(1));
    let fields = [("body", "The first words of that thread."), ("version", "1"), ("reason", "that one")];
    site.post(&ada, &path(post, "edit"), &fields).await.expect(303);

    let page = site.get(&Person::visitor(), &path(post, "history")).await.expect(200);
    assert_eq!(page.attributes(".revision", "id"), ["revision-2", "revision-1"]);
    assert_eq!((page.text("del"), page.text("ins")), ("this".to_owned(), "that".to_owned()));
    assert!(page.text("#revision-2 .page-meta").starts_with("Ada, Nov 18, 2026, 13:00: that one"));
    assert_eq!(page.text("#revision-1 .diff"), "The first words of this thread.");
    let page =
        site.get(&Person::visitor(), &format!("{}?view=side", path(post, "history"))).await.expect(200);
    assert_eq!(page.text(".diff-old"), "The first words of this thread.");
    assert_eq!(page.text(".diff-new"), "The first words of that thread.");
}

#[actix_web::test]
async fn a_post_that_was_not_edited_has_one_version() {
    let (site, _, _, post) = scene().await;
    let page = site.get(&Person::visitor(), &path(post, "history")).await.expect(200);
    assert_eq!(page.texts(".revision .diff"), ["The first words of this thread."]);
}

#[actix_web::test]
async fn a_history_is_read_by_whoever_reads_the_post() {
    let site = TestSite::start();
    site.board("backstage", Access::Role(Role::Moderator), Access::Role(Role::Moderator));
    site.open_board("craft");
    let (goran, ada) = (site.staff("goran", &[Role::Moderator]), site.member("ada"));
    for (board, seen) in [("backstage", 404), ("craft", 200)] {
        let thread = site.thread(&goran, board, "A thread of some kind").await;
        let post = site.get(&goran, &thread).await.attribute("article", "data-post");
        site.get(&ada, &format!("/p/{post}/history")).await.expect(seen);
        site.post(&goran, &format!("/p/{post}/remove"), &GROUNDS).await.expect(303);
        site.get(&ada, &format!("/p/{post}/history")).await.expect(404);
        site.get(&goran, &format!("/p/{post}/history")).await.expect(200);
    }
}

#[actix_web::test]
async fn a_hidden_version_leaves_a_stub_and_nothing_of_its_words() {
    let (site, ada, _, post) = scene().await;
    let goran = site.staff("goran", &[Role::Moderator]);
    for (version, body) in [("1", "My number is 555-0199."), ("2", "My number is gone."), ("3", "Gone.")] {
        site.clock.advance(TimeDelta::hours(1));
        let fields = [("body", body), ("version", version)];
        site.post(&ada, &path(post, "edit"), &fields).await.expect(303);
    }
    let (two, four) = (path(post, "revisions/2/hide"), path(post, "revisions/4/hide"));
    site.get(&goran, &two).await.expect(200);
    site.get(&goran, &four).await.expect(404);
    site.post(&goran, &two, &[]).await.expect(422);
    site.post(&ada, &two, &GROUNDS).await.expect(403);
    site.post(&goran, &four, &GROUNDS).await.expect(409);
    site.post(&goran, &path(post, "revisions/9/hide"), &GROUNDS).await.expect(404);
    assert_eq!(revisions(&site, post)[1].1, "My number is 555-0199.");

    site.post(&goran, &two, &GROUNDS).await.expect(303);

    assert_eq!(revisions(&site, post)[1].1, "");
    for view in ["", "?view=side"] {
        let page = site.get(&goran, &format!("{}{view}", path(post, "history"))).await.expect(200);
        assert!(!page.body.contains("555"), "{view}");
        assert!(page.text("#revision-2 .revision-stub").contains("Took a phone number out"));
        assert!(page.text("#revision-3 .revision-stub").contains("the difference is not shown"));
        assert_eq!(page.count("#revision-4 del"), 1);
    }
    site.post(&goran, &two, &GROUNDS).await.expect(409);
}

#[actix_web::test]
async fn a_long_history_comes_in_pages() {
    let (site, ada, _, post) = scene().await;
    site.clock.advance(TimeDelta::hours(1));
    for version in 1..=12 {
        let (body, version) = (format!("Words number {version}."), version.to_string());
        site.post(&ada, &path(post, "edit"), &[("body", &body), ("version", &version)]).await.expect(303);
    }
    let page = site.get(&ada, &format!("{}?view=side", path(post, "history"))).await.expect(200);
    assert_eq!(page.count(".revision"), 10);
    let older = page.attributes("a.button", "href");
    let older = older.iter().find(|address| address.contains("before")).unwrap();
    let page = site.get(&ada, older).await.expect(200);
    assert_eq!(page.attributes(".revision", "id"), ["revision-3", "revision-2", "revision-1"]);
    assert_eq!(page.count(".diff-side"), 2);
}

#[actix_web::test]
async fn staff_add_a_note_and_the_words_stay() {
    let (site, ada, thread, post) = scene().await;
    let (goran, manager) =
        (site.staff("goran", &[Role::Moderator]), site.staff("manager", &[Role::CommunityManager]));
    let fields = with(&[("body", "This changed in **June**.")]);
    site.post(&ada, &path(post, "note"), &fields).await.expect(403);
    let page = site.post(&manager, &path(post, "note"), &[("body", "Words")]).await.expect(422);
    assert_eq!(page.count("#rule-problem") + page.count("#reason-problem"), 2);
    assert!(page.text("textarea").contains("Words"));
    let fields_and_preview = [("body", "This is **so**"), ("preview", "1")];
    let page = site.post(&manager, &path(post, "note"), &fields_and_preview).await.expect(200);
    assert_eq!(page.texts("#preview strong"), ["so"]);
    let notes = || -> Vec<(i64, String, String)> {
        site.read(|conn| {
            Ok(post_notes::table.select((post_notes::id, post_notes::role, post_notes::html)).load(conn)?)
        })
    };
    assert_eq!(notes(), []);

    let done = site.post(&manager, &path(post, "note"), &fields).await.expect(303);

    assert_eq!(done.location(), format!("{thread}/1"));
    assert_eq!(notes().len(), 1);
    assert_eq!(notes()[0].1, "community-manager");
    assert!(notes()[0].2.contains("<strong>June</strong>"));
    assert_eq!(state(&site, post), ("The first words of this thread.".to_owned(), 1, false));
    let remove = path(post, &format!("notes/{}/remove", notes()[0].0));
    site.post(&ada, &remove, &[]).await.expect(403);
    site.post(&goran, &remove, &[]).await.expect(303);
    assert_eq!(notes(), []);
    site.post(&goran, &remove, &[]).await.expect(404);
}

#[actix_web::test]
async fn an_author_changes_the_title_for_a_day() {
    let (site, ada, thread, _) = scene().await;
    let id = thread.split('/').nth(2).unwrap();
    let (form, change) = (format!("{thread}/title"), format!("/t/{id}/title"));
    assert_eq!(site.get(&ada, &form).await.expect(200).attribute("#title", "value"), "About tools");
    let page = site.post(&ada, &change, &[("title", ""), ("kind", "announcement")]).await.expect(422);
    assert_eq!(page.count("#title-problem") + page.count("#kind-problem"), 2);

    let fields = [("title", "Which hammer?"), ("kind", "question")];
    let done = site.post(&ada, &change, &fields).await.expect(303);

    assert_eq!(done.location(), format!("/t/{id}/which-hammer"));
    let page = site.get(&ada, done.location()).await.expect(200);
    assert_eq!(page.text("h1"), "Which hammer?");
    site.get(&ada, &thread).await.expect(301);
    let events: Vec<(String, String)> = site.read(|conn| {
        let rows = thread_events::table.order(thread_events::id);
        Ok(rows.select((thread_events::kind, thread_events::detail)).load(conn)?)
    });
    let expected = [("title", "About tools"), ("label", "Discussion")];
    assert_eq!(events, expected.map(|(kind, detail)| (kind.to_owned(), detail.to_owned())));
    site.clock.advance(TimeDelta::hours(25));
    site.post(&ada, &change, &[("title", "Too late"), ("kind", "question")]).await.expect(403);
    assert_eq!(
        site.get(&ada, &format!("/t/{id}/which-hammer")).await.expect(200).text("h1"),
        "Which hammer?"
    );
}

#[actix_web::test]
async fn moderators_change_titles_with_a_rule_and_an_answered_question_stays_one() {
    let (site, ada, thread, post) = scene().await;
    let (goran, ben) = (site.staff("goran", &[Role::Moderator]), site.member("ben"));
    let id = thread.split('/').nth(2).unwrap();
    let change = format!("/t/{id}/title");
    let fields = [("title", "About hammers"), ("kind", "question")];
    site.post(&ben, &change, &fields).await.expect(403);
    site.post(&Person::visitor(), &change, &fields).await.expect(403);
    let page = site.post(&goran, &change, &fields).await.expect(422);
    assert_eq!(page.count("#rule-problem"), 1);
    site.post(&goran, &change, &with(&fields)).await.expect(303);
    let kinds: Vec<String> = site.read(|conn| Ok(acts::table.select(acts::kind).load(conn)?));
    assert_eq!(kinds, ["retitle"]);

    let (thread, by, now) = (ThreadId(id.parse().unwrap()), id_of(&site, "ada"), site.clock.now());
    site.write(move |conn| {
        let of = (accepted_answers::thread_id.eq(thread), accepted_answers::post_id.eq(post));
        let by = (accepted_answers::accepted_by.eq(by), accepted_answers::accepted_at.eq(now));
        Ok(diesel::insert_into(accepted_answers::table).values((of, by)).execute(conn)?)
    });
    let fields = [("title", "About hammers"), ("kind", "discussion")];
    let page = site.post(&ada, &change, &fields).await.expect(422);
    assert!(page.text(".notice-problem").contains("stays a question"));
}

#[actix_web::test]
async fn an_edit_follows_whom_its_words_name_and_tells_nobody_twice() {
    let (site, ada, _, post) = scene().await;
    site.member("ben");
    site.member("cleo");
    edit(&site, &ada, post, "I agree with @ben here.").await.expect(303);
    edit(&site, &ada, post, "I agree with @ben and with @cleo here.").await.expect(303);
    edit(&site, &ada, post, "I agree with @cleo here.").await.expect(303);

    let events: Vec<String> = site.read(|conn| {
        let rows = outbox_events::table.filter(outbox_events::kind.eq("edited")).order(outbox_events::id);
        Ok(rows.select(outbox_events::payload).load(conn)?)
    });
    let named = |handle| format!("\"mentioned\":[{}]", id_of(&site, handle).0);
    assert!(events[0].contains(&named("ben")), "{}", events[0]);
    assert!(events[1].contains(&named("cleo")), "{}", events[1]);
    assert!(events[2].contains("\"mentioned\":[]"), "{}", events[2]);
    let still: Vec<i64> =
        site.read(|conn| Ok(post_mentions::table.select(post_mentions::member_id).load(conn)?));
    assert_eq!(still, [id_of(&site, "cleo").0]);
}

#[test]
fn of_two_who_save_at_once_one_is_told_of_the_other() {
    let site = TestSite::start();
    site.open_board("craft");
    site.member("ada");
    let (id, now) = (id_of(&site, "ada"), site.clock.now());
    let standing = Standing { is_member: true, tier: None, roles: vec![] };
    let words = |text: &str| Written::new(&Body::parse(text).unwrap(), None);
    let author = Author { id, standing: standing.clone(), email_confirmed: true };
    let (title, first) = (Title::parse("About tools").unwrap(), words("The first words."));
    let post = site.write(move |conn| {
        match start(conn, &author, "craft", &title, ThreadKind::Discussion, &first, now)? {
            Outcome::Posted(posted) => Ok(posted.post),
            other => panic!("not posted: {other:?}"),
        }
    });
    let save = &|text: &str| {
        let editor = Editor { id, standing: standing.clone(), silenced_until: None };
        let why = Why::Own(String::new());
        let new = NewVersion { written: words(text), changed: 200, version: 1, why };
        site.db.write_now(move |conn| change(conn, &editor, post, &new, now)).unwrap()
    };
    let outcomes = std::thread::scope(|scope| {
        let both = ["One way.", "Another way."].map(|text| scope.spawn(move || save(text)));
        both.map(|one| one.join().unwrap())
    });
    let saved = outcomes.iter().filter(|outcome| matches!(outcome, Edited::Saved(_))).count();
    assert_eq!(saved, 1, "{outcomes:?}");
    assert_eq!(state(&site, post).1, 2);
    assert_eq!(revisions(&site, post).len(), 2);
}
