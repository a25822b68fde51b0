//! Announcements: from the draft to the end, banners, figures, and that they exist for nobody outside their audience.

use std::sync::Arc;

use chrono::TimeDelta;
use diesel::prelude::*;
use touchstone::announcements::AnnouncementId;
use touchstone::announcements::rules::Phase;
use touchstone::announcements::store::{self, Announcement};
use touchstone::boards::rules::Access;
use touchstone::commands::serve::Forum;
use touchstone::db::Db;
use touchstone::db::schema::{outbox_events, threads};
use touchstone::members::rules::{Role, Tier};
use touchstone::settings::Settings;
use touchstone::threads::ThreadId;

use crate::support::{Page, Person, TestSite, look};

const TITLE: &str = "The lighthouse closes";

/// A site with a board for announcements and a manager.
fn scene() -> (TestSite, Person) {
    let site = TestSite::start();
    site.board("news", Access::Anyone, Access::Role(Role::CommunityManager));
    let manager = site.staff("lena-h", &[Role::CommunityManager]);
    (site, manager)
}

/// The form as a manager fills it, with some fields filled otherwise; an empty value leaves a field out.
fn filled<'a>(other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("board", "1"),
        ("title", TITLE),
        ("body", "It closes **on Friday**."),
        ("audience", "anyone"),
        ("when", "now"),
        ("has_banner", "1"),
        ("pinned", "1"),
        ("comments", "open"),
        ("then", "publish"),
    ];
    let kept = usual.into_iter().filter(|(name, _)| other.iter().all(|(changed, _)| changed != name));
    kept.chain(other.iter().copied()).filter(|(_, value)| !value.is_empty()).collect()
}

async fn create(site: &TestSite, manager: &Person, other: &[(&str, &str)]) -> Page {
    site.post(manager, "/manage/announcements", &filled(other)).await
}

/// Creates one and answers with its number.
async fn created(site: &TestSite, manager: &Person, other: &[(&str, &str)]) -> i64 {
    let page = create(site, manager, other).await.expect(303);
    page.location().rsplit('/').next().unwrap().parse().unwrap()
}

fn find(site: &TestSite, id: i64) -> Announcement {
    site.read(|conn| Ok(store::find(conn, AnnouncementId(id))?)).unwrap()
}

fn thread_of(site: &TestSite, id: i64) -> ThreadId {
    find(site, id).thread.unwrap()
}

fn count_threads(site: &TestSite) -> i64 {
    site.read(|conn| Ok(threads::table.count().get_result(conn)?))
}

async fn banner(site: &TestSite, who: &Person, path: &str) -> Option<String> {
    site.get(who, path).await.texts(".banner-text").into_iter().next()
}

#[actix_web::test]
async fn an_announcement_is_published_with_all_that_was_chosen() {
    let (site, manager) = scene();
    let id = created(&site, &manager, &[("banner_text", "Closing on Friday"), ("comments", "closed")]).await;

    let found = find(&site, id);
    assert_eq!((found.phase, found.audience_size, found.banner_number), (Phase::Published, 1, Some(1)));
    let thread = site.get(&Person::visitor(), &format!("/t/{}", found.thread.unwrap().0)).await.expect(301);
    let page = site.get(&Person::visitor(), thread.location()).await.expect(200);
    assert_eq!(page.text("h1"), TITLE);
    assert!(page.text(".page-kind").contains("Announcement Pinned Locked"), "{}", page.text(".page-kind"));
    assert_eq!(page.attribute("article", "data-author"), "lena-h");
    assert_eq!(page.count(".banner"), 0, "an announcement's banner stands on its own page");
    assert_eq!(banner(&site, &Person::visitor(), "/").await.as_deref(), Some("Closing on Friday"));
    let events: Vec<String> =
        site.read(|conn| Ok(outbox_events::table.select(outbox_events::kind).load(conn)?));
    assert_eq!(events, ["posted", "announced"]);
    let acts: Vec<String> = look::audit(&site).into_iter().map(|(act, _, _)| act).collect();
    assert!(acts.ends_with(&["announcement-drafted".to_owned(), "announcement-published".to_owned()]));
}

#[actix_web::test]
async fn a_refused_form_comes_back_whole_and_nothing_is_written() {
    let (site, manager) = scene();
    site.board("tops", Access::Tier(Tier::TopRated), Access::Role(Role::CommunityManager));
    let cases: [(&[(&str, &str)], &str); 8] = [
        (&[("title", "")], "#title-problem"),
        (&[("body", "")], "#body-problem"),
        (&[("audience", "")], "#audience-problem"),
        (&[("board", "2"), ("audience", "members")], "#board-problem"),
        (&[("when", "at"), ("publish_at", "2026-11-18T11:00")], "#publish_at-problem"),
        (&[("ends_at", "someday")], "#ends_at-problem"),
        (&[("comments", "later"), ("comments_from", "")], "#comments_from-problem"),
        (&[("comments", "")], "#comments-problem"),
    ];
    for (other, problem) in cases {
        let other: Vec<_> = other.iter().copied().chain([("banner_text", "Kept words")]).collect();
        let page = create(&site, &manager, &other).await.expect(422);
        assert_eq!(page.count(problem), 1, "{other:?}");
        assert_eq!(page.attribute("#banner_text", "value"), "Kept words");
    }
    let drafts = site.read(|conn| Ok(store::of_phase(conn, Phase::Draft, 9)?));
    assert!(drafts.is_empty() && count_threads(&site) == 0);
}

#[actix_web::test]
async fn a_draft_is_nowhere_and_goes_without_a_trace() {
    let (site, manager) = scene();
    let id = created(&site, &manager, &[("then", "save")]).await;
    let boss = site.staff("boss-b", &[Role::Administrator]);
    assert_eq!(count_threads(&site), 0);
    for who in [&Person::visitor(), &site.member("ada"), &manager, &boss] {
        for path in ["/", "/b/news", "/u/lena-h", "/t/1", "/p/1"] {
            assert!(!site.get(who, path).await.body.contains(TITLE), "{path}");
        }
    }
    assert!(site.get(&manager, "/manage").await.body.contains(TITLE));
    let page = site.get(&manager, &format!("/manage/announcements/{id}")).await.expect(200);
    assert_eq!(page.attribute("#title", "value"), TITLE);
    let preview = create(&site, &manager, &[("then", "preview")]).await.expect(200);
    assert_eq!(preview.text("#preview strong"), "on Friday");

    // An old tab does not overwrite what is newer.
    let path = format!("/manage/announcements/{id}");
    let newer = filled(&[("then", "save"), ("title", "The lighthouse opens"), ("version", "1")]);
    site.post(&manager, &path, &newer).await.expect(303);
    let refused = site.post(&manager, &path, &newer).await.expect(409);
    assert_eq!(refused.attribute("#title", "value"), "The lighthouse opens");

    site.post(&manager, &format!("{path}/delete"), &[]).await.expect(303);
    site.get(&manager, &path).await.expect(404);
}

#[actix_web::test]
async fn a_scheduled_one_is_published_at_its_time_once_by_whoever_is_first() {
    let (site, manager) = scene();
    let at = [("when", "at"), ("publish_at", "2026-11-18T13:00"), ("ends_at", "2026-11-18T15:00")];
    let id = created(&site, &manager, &at).await;
    let settings = Settings::clone(&site.forum.site.settings);
    let (db, keys) = (Db::open(&site.database.url).unwrap(), Arc::clone(&site.forum.site.keys));
    let other = Forum::new(settings, db, keys, site.clock.clone(), false).jobs(None);
    let own = site.forum.jobs(None);

    own.announce().await.unwrap();
    assert_eq!((find(&site, id).phase, count_threads(&site)), (Phase::Scheduled, 0));

    site.clock.advance(TimeDelta::hours(1));
    let (one, two) = tokio::join!(own.announce(), other.announce());
    assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
    own.announce().await.unwrap();
    assert_eq!((find(&site, id).phase, count_threads(&site)), (Phase::Published, 1));
    assert_eq!(banner(&site, &Person::visitor(), "/").await.as_deref(), Some(TITLE));

    site.clock.advance(TimeDelta::hours(2));
    assert_eq!(banner(&site, &Person::visitor(), "/").await, None, "it ends to the second");
    own.announce().await.unwrap();
    other.announce().await.unwrap();
    assert_eq!(find(&site, id).phase, Phase::Ended);
    let page = site.get(&Person::visitor(), "/b/news").await;
    assert!(page.body.contains(TITLE), "the thread stays");
    assert_eq!(page.count("a.flag, .flag"), 0, "and is pinned no more");
}

#[actix_web::test]
async fn a_schedule_can_be_taken_back_and_one_whose_writer_may_no_more_is_held_back() {
    let (site, manager) = scene();
    let at = [("when", "at"), ("publish_at", "2026-11-18T13:00")];
    let id = created(&site, &manager, &at).await;
    site.post(&manager, &format!("/manage/announcements/{id}/unschedule"), &[]).await.expect(303);
    assert_eq!(find(&site, id).phase, Phase::Draft);

    let second = created(&site, &manager, &at).await;
    let lena = look::id_of(&site, "lena-h");
    site.write(move |conn| Ok(touchstone::members::store::take_role(conn, lena, Role::CommunityManager)?));
    site.clock.advance(TimeDelta::hours(2));
    site.forum.jobs(None).announce().await.unwrap();
    assert_eq!((find(&site, second).phase, count_threads(&site)), (Phase::Draft, 0));
    let (act, _, reason) = look::audit(&site).pop().unwrap();
    assert_eq!(act, "announcement-held-back");
    assert!(!reason.is_empty());
}

#[actix_web::test]
async fn banners_come_one_at_a_time_until_dismissed_or_ended() {
    let (site, manager) = scene();
    let ada = site.member("ada");
    let first = created(&site, &manager, &[("banner_text", "First"), ("audience", "members")]).await;
    created(&site, &manager, &[("banner_text", "Second")]).await;
    assert_eq!(banner(&site, &ada, "/badges").await.as_deref(), Some("First"));
    assert_eq!(banner(&site, &Person::visitor(), "/").await.as_deref(), Some("Second"));

    let before = site.db.queries();
    site.get(&Person::visitor(), "/login").await.expect(200);
    assert_eq!(site.db.queries(), before, "a banner costs no query");

    let path = format!("/announcements/{first}/dismiss");
    let page = site.post(&ada, &path, &[("next", "/badges")]).await.expect(303);
    assert_eq!(page.location(), "/badges");
    assert_eq!(banner(&site, &ada, "/").await.as_deref(), Some("Second"));
    let page = site.post(&ada, &path, &[("next", "//evil.example")]).await.expect(303);
    assert_eq!(page.location(), "/");
    site.post(&Person::visitor(), &path, &[]).await.expect(403);
    assert_eq!(banner(&site, &Person::visitor(), "/").await.as_deref(), Some("Second"));

    site.post(&manager, "/manage/announcements/2/end", &[]).await.expect(303);
    assert_eq!(banner(&site, &ada, "/").await, None);
    site.post(&manager, "/manage/announcements/2/end", &[]).await.expect(409);
}

#[actix_web::test]
async fn a_correction_changes_the_words_and_says_why() {
    let (site, manager) = scene();
    let id = created(&site, &manager, &[]).await;
    let path = format!("/manage/announcements/{id}");
    let page = site.get(&manager, &path).await.expect(200);
    assert_eq!(page.count("input[name=audience]"), 0, "the audience is fixed");
    let version = page.attribute("input[name=version]", "value");
    let fields = [
        ("version", version.as_str()),
        ("body", "It closes on **Saturday**."),
        ("reason", "Wrong day"),
        ("banner_text", "Closing on Saturday"),
    ];
    let correct = format!("{path}/correct");
    site.post(&manager, &correct, &fields[..2]).await.expect(422);
    site.post(&site.member("ada"), &correct, &fields).await.expect(403);
    site.post(&manager, &correct, &fields).await.expect(303);
    site.post(&manager, &correct, &fields).await.expect(409);

    let thread = format!("/t/{}/the-lighthouse-closes", thread_of(&site, id).0);
    let page = site.get(&Person::visitor(), &thread).await.expect(200);
    assert_eq!(page.text(".post-body strong"), "Saturday");
    assert!(page.text(".post-edited").contains("Wrong day"));
    let history = format!("/p/{}/history", page.attribute("#p-1", "data-post"));
    let history = site.get(&Person::visitor(), &history).await.expect(200);
    assert!(history.body.contains("Wrong day"), "{}", history.body);
    assert_eq!(banner(&site, &Person::visitor(), "/").await.as_deref(), Some("Closing on Saturday"));
    site.post(&manager, &path, &filled(&[("version", "9")])).await.expect(409);
}

#[actix_web::test]
async fn comments_open_at_their_time() {
    let (site, manager) = scene();
    let ada = site.member("ada");
    let id = created(&site, &manager, &[("comments", "later"), ("comments_from", "2026-11-18T18:00")]).await;
    let replies = format!("/t/{}/replies", thread_of(&site, id).0);
    let page = site.post(&ada, &replies, &[("body", "Too early")]).await.expect(403);
    assert!(page.body.contains("Comments open on Nov 18, 2026, 18:00 UTC."), "{}", page.body);
    assert_eq!(page.text("textarea"), "Too early");
    site.clock.advance(TimeDelta::hours(6));
    site.post(&ada, &replies, &[("body", "In time")]).await.expect(303);
}

#[actix_web::test]
async fn a_preview_shows_what_somebody_would_see() {
    let (site, manager) = scene();
    let id = created(&site, &manager, &[("audience", "tier:top-rated"), ("then", "save")]).await;
    for (kind, exists) in [
        ("", false),
        ("members", false),
        ("tier:rising-talent", false),
        ("tier:top-rated", true),
        ("role:moderator", true),
    ] {
        let page =
            site.get(&manager, &format!("/manage/announcements/{id}/preview?as={kind}")).await.expect(200);
        assert_eq!(page.count("[data-exists]"), usize::from(exists), "{kind}");
        assert_eq!(page.count("[data-missing]"), usize::from(!exists), "{kind}");
    }
}

/// Everybody who may look, and the audiences that they are in.
fn people(site: &TestSite) -> Vec<(Person, &'static [&'static str])> {
    vec![
        (Person::visitor(), &[]),
        (site.member("plain"), &["members"]),
        (site.rated("rising", Tier::RisingTalent), &["members"]),
        (site.rated("topper", Tier::TopRated), &["members", "tier:top-rated"]),
        (site.rated("plusser", Tier::TopRatedPlus), &["members", "tier:top-rated"]),
        (site.staff("mod-m", &[Role::Moderator]), &["members", "tier:top-rated", "role:moderator"]),
        (site.sign_in("lena-h"), &["members", "tier:top-rated", "role:community-manager"]),
        (
            site.staff("boss-b", &[Role::Administrator]),
            &["members", "tier:top-rated", "role:moderator", "role:community-manager"],
        ),
    ]
}

#[actix_web::test]
async fn outside_its_audience_an_announcement_exists_nowhere() {
    for audience in ["members", "tier:top-rated", "role:moderator", "role:community-manager"] {
        let (site, manager) = scene();
        let everybody = people(&site);
        let mut before = Vec::new();
        for (who, _) in &everybody {
            before.push(figures(&site, who).await);
        }
        let id = created(&site, &manager, &[("audience", audience), ("pinned", "")]).await;
        let thread = thread_of(&site, id).0;
        for ((who, audiences), before) in everybody.iter().zip(before) {
            let is_in = audiences.contains(&audience);
            let mut after = figures(&site, who).await;
            // Whom it is for sees that there is something new, and nobody else does.
            after.retain(|figure| !(is_in && figure == "1 new"));
            assert_eq!(after, before, "a count changed for {who:?}: {audience}");
            for path in ["/", "/b/news", "/u/lena-h", "/login", "/robots.txt", "/sitemap.xml", "/nowhere"] {
                let page = site.get(who, path).await;
                let lists = ["/", "/b/news", "/u/lena-h"].contains(&path);
                if !is_in || lists {
                    assert_eq!(page.body.contains(TITLE), is_in, "{path} for {who:?}: {audience}");
                }
            }
            walk(&site, who, thread, id, is_in).await;
        }
    }
}

/// What counts show to somebody.
async fn figures(site: &TestSite, who: &Person) -> Vec<String> {
    let home = site.get(who, "/").await;
    let board = site.get(who, "/b/news").await;
    let author = site.get(who, "/u/lena-h").await;
    [home.texts(".row-figures b"), board.texts(".page-meta"), author.texts(".facts")].concat()
}

/// Every address of the thread itself.
async fn walk(site: &TestSite, who: &Person, thread: i64, id: i64, is_in: bool) {
    let slug = "the-lighthouse-closes";
    let reads = [
        format!("/t/{thread}"),
        format!("/t/{thread}/{slug}"),
        format!("/t/{thread}/wrong"),
        format!("/t/{thread}/{slug}?page=1"),
        format!("/t/{thread}/{slug}?page=7"),
        format!("/t/{thread}/{slug}?post=1"),
        format!("/t/{thread}/{slug}/1"),
        format!("/p/{thread}"),
    ];
    for path in reads {
        let page = site.get(who, &path).await;
        assert_eq!(page.status == 404, !is_in, "{path} for {who:?}: {}", page.status);
        if !is_in {
            assert!(!page.body.contains(TITLE) && page.header("location").is_none(), "{path}");
        }
    }
    if is_in {
        return;
    }
    let replied = site.post(who, &format!("/t/{thread}/replies"), &[("body", "Hello")]).await.expect(404);
    assert!(!replied.body.contains(TITLE));
    let below = ["print", "feed", "live", "title", "move", "split", "merge", "lock", "pin"];
    let of_post = ["likes", "history", "quote", "original", "edit", "note", "report", "remove", "restore"];
    let closed = below
        .iter()
        .map(|word| format!("/t/{thread}/{slug}/{word}"))
        .chain(of_post.iter().map(|word| format!("/p/{thread}/{word}")))
        .chain(["staff", "liked"].iter().map(|only| format!("/t/{thread}/{slug}?only={only}")));
    for path in closed {
        let page = site.get(who, &path).await;
        assert_hidden(&page, &path, who);
    }
    for path in ["/feed", "/b/news/feed", "/sitemap.xml", "/notifications", "/unread", "/search?q=lighthouse"]
    {
        let page = site.get(who, path).await;
        assert!(!page.body.contains(TITLE), "{path} for {who:?}");
    }
    let act = [("rule", "2"), ("reason", "Because")];
    let words = [("body", "Hello"), ("version", "1")];
    let of_thread =
        ["lock", "unlock", "pin", "unpin", "title", "move", "split", "merge", "level", "bookmark"];
    let more = ["unbookmark", "read", "unread", "draft", "official/order"];
    let acts = ["remove", "restore", "like", "unlike", "accept", "report", "edit", "note", "official"];
    let writes = of_thread
        .iter()
        .chain(&more)
        .map(|word| format!("/t/{thread}/{word}"))
        .chain(acts.iter().map(|word| format!("/p/{thread}/{word}")))
        .chain([format!("/announcements/{id}/dismiss")]);
    for path in writes {
        let fields =
            [&act[..], &words[..], &[("level", "follow"), ("number", "1"), ("sequence", "1")]].concat();
        let page = site.post(who, &path, &fields).await;
        if page.status == 422 {
            // What is looked at before the address answers alike where nothing is.
            let nothing = path.replace(&format!("/{thread}/"), "/999999/");
            assert_eq!(site.post(who, &nothing, &fields).await.status, 422, "{path} for {who:?}");
            assert!(!page.body.contains(TITLE), "{path}");
        } else {
            assert_hidden(&page, &path, who);
        }
    }
}

/// Nothing is there, or whoever asks may not know: those who lack the role are told so, whatever stands there.
fn assert_hidden(page: &Page, path: &str, who: &Person) {
    let leads_to_sign_in = page.status == 303 && page.location().starts_with("/login");
    let is_refused = [403, 404].contains(&page.status.as_u16());
    assert!(leads_to_sign_in || is_refused, "{path} for {who:?}: {}", page.status);
    assert!(!page.body.contains(TITLE), "{path}");
}

#[actix_web::test]
async fn what_is_for_everyone_counts_and_what_is_not_does_not() {
    let (site, manager) = scene();
    created(&site, &manager, &[("audience", "members")]).await;
    let counts = |board: &str| {
        site.read(|conn| Ok(touchstone::boards::store::all(conn)?))
            .into_iter()
            .find(|one| one.slug == board)
            .map(|one| (one.threads, one.posts))
            .unwrap()
    };
    assert_eq!((counts("news"), look::member(&site, "lena-h").posts), ((0, 0), 0));
    created(&site, &manager, &[]).await;
    assert_eq!((counts("news"), look::member(&site, "lena-h").posts), ((1, 1), 1));
}

#[actix_web::test]
async fn figures_count_each_member_once() {
    let (site, manager) = scene();
    let (ada, ben) = (site.member("ada"), site.member("ben"));
    let id = created(&site, &manager, &[]).await;
    let thread = thread_of(&site, id);
    let jobs = site.forum.jobs(None);
    for _ in 0..3 {
        site.get(&ada, "/badges").await.expect(200);
        site.get(&Person::visitor(), "/").await.expect(200);
    }
    site.forum.readers.opened(look::id_of(&site, "ben"), thread);
    jobs.flush().await.unwrap();
    site.clock.advance(TimeDelta::days(2));
    site.post(&ada, &format!("/announcements/{id}/dismiss"), &[]).await.expect(303);
    site.post(&ben, &format!("/t/{}/replies", thread.0), &[("body", "Thank you")]).await.expect(303);
    site.post(&ben, &format!("/t/{}/replies", thread.0), &[("body", "Again")]).await.expect(303);
    site.forum.readers.opened(look::id_of(&site, "ada"), thread);
    jobs.flush().await.unwrap();

    let page = site.get(&manager, &format!("/manage/announcements/{id}/figures")).await.expect(200);
    let count = |code: &str| page.text(&format!("[data-figure={code}]"));
    assert_eq!(
        [count("reached"), count("read"), count("dismissed"), count("commented")],
        ["2", "2", "1", "1"]
    );
    assert_eq!(page.texts("tbody tr:first-child td"), ["2", "2", "1", "1"]);
    assert_eq!(page.texts("tbody tr:last-child td"), ["2", "1", "0", "0"]);
    assert_eq!(page.count("svg.chart polyline"), 4);
    assert!(
        page.text("svg.chart desc").starts_with("Of 3 members: reached 2, read 2, dismissed 1, commented 1.")
    );
}

#[actix_web::test]
async fn managers_list_staff_answers_and_arrange_them() {
    let (site, manager) = scene();
    let ada = site.member("ada");
    let id = created(&site, &manager, &[]).await;
    let number = thread_of(&site, id).0;
    let thread = format!("/t/{number}/the-lighthouse-closes");
    for (who, words) in [(&ada, "A question"), (&manager, "One answer"), (&manager, "Another answer")] {
        site.reply(who, &thread, words).await;
    }
    let posts = site.get(&manager, &thread).await.attributes("article", "data-post");
    site.post(&ada, &format!("/p/{}/official", posts[2]), &[]).await.expect(403);
    site.post(&manager, &format!("/p/{}/official", posts[0]), &[]).await.expect(422);
    site.post(&manager, &format!("/p/{}/official", posts[1]), &[]).await.expect(422);
    for post in [&posts[2], &posts[2], &posts[3]] {
        site.post(&manager, &format!("/p/{post}/official"), &[]).await.expect(303);
    }
    let list = format!("/manage/answers/{number}");
    let titles = |page: Page| page.texts(".row-title");
    assert_eq!(titles(site.get(&manager, &list).await), ["Lena H, post 3", "Lena H, post 4"]);

    let order = format!("/t/{number}/official/order");
    site.post(&ada, &order, &[("post", &posts[3]), ("move", "up")]).await.expect(403);
    site.post(&manager, &order, &[("post", &posts[3]), ("move", "sideways")]).await.expect(422);
    site.post(&manager, &order, &[("post", &posts[3]), ("move", "up")]).await.expect(303);
    site.post(&manager, &order, &[("post", &posts[3]), ("move", "up")]).await.expect(303);
    assert_eq!(titles(site.get(&manager, &list).await), ["Lena H, post 4", "Lena H, post 3"]);

    let off = format!("/p/{}/unofficial", posts[3]);
    let page = site.post(&manager, &off, &[("next", &list)]).await.expect(303);
    assert_eq!(page.location(), list);
    assert_eq!(titles(site.get(&manager, &list).await), ["Lena H, post 3"]);
}
