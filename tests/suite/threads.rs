//! Threads and posts, through their pages.

use actix_web::http::Method;
use touchstone::boards::Audience;
use touchstone::boards::rules::Access;
use touchstone::members;
use touchstone::members::rules::{Role, Tier};
use touchstone::threads::ThreadId;
use touchstone::threads::store as threads;

use crate::support::site::replies;
use crate::support::{Person, TestSite};

/// A rule and a reason.
const BECAUSE: &[(&str, &str)] = &[("rule", "2"), ("reason", "because")];

fn id_of(thread: &str) -> ThreadId {
    ThreadId(thread.split('/').nth(2).unwrap().parse().unwrap())
}

async fn with_replies(site: &TestSite, author: &Person, count: usize) -> String {
    let thread = site.thread(author, "craft", "A thread of some length").await;
    for number in 0..count {
        site.reply(author, &thread, &format!("Reply {number}")).await;
    }
    thread
}

#[actix_web::test]
async fn a_thread_is_started_and_read() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada-lovelace");

    let thread = site.thread(&ada, "craft", "  How do you   name things? ").await;
    let page = site.get(&Person::visitor(), &thread).await.expect(200);

    assert_eq!(page.text("h1"), "How do you name things?");
    assert!(thread.ends_with("/how-do-you-name-things"), "{thread}");
    assert_eq!(page.attribute("article", "id"), "p-1");
    assert_eq!(page.attribute("article", "data-author"), "ada-lovelace");
    assert_eq!(page.attribute("article", "data-number"), "1");
    assert_eq!(page.text(".post-position"), "1 of 1");
    assert_eq!(page.attribute(".post-head time", "datetime"), "2026-11-18T12:00:00Z");
    assert_eq!(page.text("article h2"), "Post 1 of 1 by Ada Lovelace");
    assert_eq!(
        page.texts("nav[aria-label=Breadcrumb] li"),
        ["Community", "Craft", "How do you name things?"]
    );
}

#[actix_web::test]
async fn a_reply_leads_to_its_place_and_counts() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, ben) = (site.member("ada"), site.member("ben"));
    let thread = site.thread(&ada, "craft", "Counting things").await;

    let place = site.reply(&ben, &thread, "I **count** them.").await;
    assert_eq!(place, format!("{thread}/2"));
    let place = site.get(&ben, &place).await.expect(302);
    assert_eq!(place.location(), format!("{thread}#p-2"));

    let page = site.get(&ben, &thread).await.expect(200);
    assert_eq!(page.texts(".post-body").last().unwrap(), "I count them.");
    assert_eq!(page.count("#p-2 .post-body strong"), 1);
    let board = site.get(&ben, "/b/craft").await;
    assert!(board.text(".row-figures").contains("1 reply"), "{}", board.text(".row-figures"));
    assert!(board.text(".row-last").contains("Ben"));
    let home = site.get(&Person::visitor(), "/").await;
    assert!(
        home.text(".rows-count .row-figures").contains("1 thread"),
        "{}",
        home.text(".rows-count .row-figures")
    );
    assert!(home.text(".rows-count .row-last").contains("by Ben"));
}

#[actix_web::test]
async fn pages_hold_ten_posts_and_the_last_takes_stragglers() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let thread = with_replies(&site, &ada, 12).await;
    assert_eq!(site.get(&ada, &thread).await.count("article"), 13);

    site.reply(&ada, &thread, "The fourteenth").await;
    let first = site.get(&ada, &thread).await;
    assert_eq!(first.count("article"), 10);
    assert_eq!(first.attribute("nav.pager a[rel=next]", "href"), format!("{thread}?page=2"));
    let second = site.get(&ada, &format!("{thread}?page=2")).await.expect(200);
    assert_eq!(second.count("article"), 4);
    assert_eq!(second.text(".post-position"), "11 of 14");
    assert!(second.text("title").contains("page 2"));
    assert_eq!(second.attribute("nav.pager a[rel=prev]", "href"), thread);
}

#[actix_web::test]
async fn addresses_that_are_nearly_right_lead_to_the_right_one() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let thread = with_replies(&site, &ada, 14).await;
    let id = id_of(&thread).0;
    let expected = [
        (format!("/t/{id}"), 301, thread.clone()),
        (format!("/t/{id}/wrong-name"), 301, thread.clone()),
        (format!("/t/{id}/wrong-name?page=2"), 301, format!("{thread}?page=2")),
        (format!("{thread}?page=1"), 301, thread.clone()),
        (format!("{thread}?page=99"), 302, format!("{thread}?page=2")),
        (format!("{thread}?page=0"), 302, thread.clone()),
        (format!("{thread}?page=-3"), 302, thread.clone()),
        (format!("{thread}?page=two"), 302, thread.clone()),
        (format!("{thread}?post=12"), 302, format!("{thread}?page=2#p-12")),
        (format!("{thread}?post=999"), 302, format!("{thread}?page=2#p-15")),
        (format!("{thread}/12"), 302, format!("{thread}?page=2#p-12")),
        (format!("{thread}/3"), 302, format!("{thread}#p-3")),
        (format!("{thread}/9999999999"), 302, format!("{thread}?page=2#p-15")),
    ];
    for (path, status, target) in expected {
        let page = site.get(&Person::visitor(), &path).await.expect(status);
        assert_eq!(page.location(), target, "{path}");
    }
    for path in ["/t/999/nothing", "/t/0/nothing", "/t/x/nothing", "/p/999", &format!("{thread}/abc")] {
        site.get(&Person::visitor(), path).await.expect(404);
    }
}

#[actix_web::test]
async fn a_permalink_finds_its_post() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let thread = with_replies(&site, &ada, 14).await;
    let page = site.get(&ada, &format!("{thread}?page=2")).await;
    let post = page.attribute("#p-13", "data-post");

    let answer = site.get(&Person::visitor(), &format!("/p/{post}")).await.expect(302);
    assert_eq!(answer.location(), format!("{thread}?page=2#p-13"));
}

#[actix_web::test]
async fn the_same_form_sent_twice_makes_one_post() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let fields =
        [("title", "Sent twice by a double click"), ("body", "Words."), ("request_id", "abcdefgh1234")];
    let first = site.post(&ada, "/b/craft/threads", &fields).await.expect(303);
    let second = site.post(&ada, "/b/craft/threads", &fields).await.expect(303);
    assert_eq!(first.location(), second.location());

    let thread = first.location().to_owned();
    let fields = [("body", "An answer."), ("request_id", "abcdefgh5678")];
    let first = site.post(&ada, &replies(&thread), &fields).await.expect(303);
    let second = site.post(&ada, &replies(&thread), &fields).await.expect(303);
    assert_eq!(first.location(), second.location());
    assert_eq!(site.get(&ada, &thread).await.count("article"), 2);

    let ben = site.member("ben");
    site.post(&ben, &replies(&thread), &fields).await.expect(303);
    assert_eq!(site.get(&ada, &thread).await.count("article"), 3, "another's form is another form");
}

#[actix_web::test]
async fn each_rendered_form_has_an_id_of_its_own() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let thread = site.thread(&ada, "craft", "Forms and their ids").await;
    let id = async || site.get(&ada, &thread).await.attribute("input[name=request_id]", "value");
    assert_ne!(id().await, id().await);
    assert_eq!(site.get(&Person::visitor(), &thread).await.count("input[name=request_id]"), 0);
}

#[actix_web::test]
async fn bad_input_comes_back_with_its_reason_and_nothing_lost() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let fields = [("title", "Hm"), ("body", "Kept <words> & signs"), ("type", "question")];
    let page = site.post(&ada, "/b/craft/threads", &fields).await.expect(422);
    assert!(page.text("#title-problem").contains('5'), "{}", page.text("#title-problem"));
    assert_eq!(page.text("textarea[name=body]"), "Kept <words> & signs");
    assert_eq!(page.attribute("input[name=title]", "value"), "Hm");
    assert!(page.attribute("input[name=title]", "aria-describedby").contains("title-problem"));
    assert_eq!(page.attribute("input[type=radio][checked]", "value"), "question");

    let page =
        site.post(&ada, "/b/craft/threads", &[("title", "A proper title"), ("body", "  ")]).await.expect(422);
    assert!(page.text("#body-problem").contains("empty"));
    let page =
        site.post(&ada, "/b/craft/threads", &[("title", "A proper title"), ("body", "x"), ("type", "poll")]);
    page.await.expect(422);
    let long = "ä".repeat(30_001);
    let page = site
        .post(&ada, "/b/craft/threads", &[("title", "A proper title"), ("body", &long)])
        .await
        .expect(422);
    assert!(
        page.text("#body-problem").contains("30000")
            && page.text("textarea[name=body]").chars().count() == 30_001
    );
    assert_eq!(site.read(|conn| Ok(threads::latest_of_each(conn, Audience::EVERYONE)?)).len(), 0);
}

#[actix_web::test]
async fn a_preview_shows_what_would_be_posted_and_posts_nothing() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let thread = site.thread(&ada, "craft", "Looking before leaping").await;

    let fields =
        [("body", "So *this* <script>alert(1)</script>"), ("preview", "1"), ("request_id", "abcdefgh1234")];
    let page = site.post(&ada, &replies(&thread), &fields).await.expect(200);
    assert_eq!(page.text(".preview .post-body em"), "this");
    assert_eq!(page.count(".post-body script"), 0);
    assert_eq!(page.text("textarea"), "So *this* <script>alert(1)</script>");
    assert_eq!(page.attribute("input[name=request_id]", "value"), "abcdefgh1234");
    assert_eq!(site.get(&ada, &thread).await.count("article"), 1);

    let page = site.post(&ada, "/preview", &[("body", "~~gone~~")]).await.expect(200);
    assert_eq!(page.body.trim(), "<p><del>gone</del></p>");
    site.post(&Person::visitor(), "/preview", &[("body", "x")]).await.expect(403);
}

#[actix_web::test]
async fn a_locked_thread_refuses_with_the_text_kept() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, mona) = (site.member("ada"), site.staff("mona", &[Role::Moderator]));
    let thread = site.thread(&ada, "craft", "Soon to be locked").await;
    let id = id_of(&thread).0;
    site.post(&ada, &format!("/t/{id}/lock"), BECAUSE).await.expect(403);
    site.post(&mona, &format!("/t/{id}/lock"), &[]).await.expect(422);
    site.post(&mona, &format!("/t/{id}/lock"), BECAUSE).await.expect(303);

    let page = site.post(&ada, &replies(&thread), &[("body", "One more thing")]).await.expect(403);
    assert!(page.body.contains("This thread is locked"));
    assert_eq!(page.text("textarea"), "One more thing");
    assert_eq!(site.get(&ada, &thread).await.count("form[action$=replies]"), 0);
    site.post(&mona, &replies(&thread), &[("body", "A last word")]).await.expect(303);
    site.post(&mona, &format!("/t/{id}/unlock"), BECAUSE).await.expect(303);
    site.reply(&ada, &thread, "Open again").await;
}

#[actix_web::test]
async fn a_lost_right_refuses_with_the_text_kept() {
    let site = TestSite::start();
    site.board("lounge", Access::Anyone, Access::Tier(Tier::TopRated));
    let ada = site.rated("ada", Tier::TopRated);
    let thread = site.thread(&ada, "lounge", "In the lounge").await;
    let now = site.clock.now();
    site.write(move |conn| {
        let ada = members::store::find(conn, "ada")?.unwrap();
        let source = members::rules::TierSource::Administrator;
        Ok(members::store::set_tier(conn, ada.id, None, source, None, now)?)
    });
    let page = site.post(&ada, &replies(&thread), &[("body", "Still here?")]).await.expect(403);
    assert_eq!(page.text("textarea"), "Still here?");
    assert!(page.body.contains("Top Rated or above"));

    let signed_out =
        site.post(&Person::visitor(), &replies(&thread), &[("body", "Hello?")]).await.expect(403);
    assert_eq!(signed_out.text("textarea"), "Hello?");
    assert_eq!(site.get(&ada, &thread).await.count("article"), 1);
}

#[actix_web::test]
async fn a_removed_post_stays_as_a_numbered_stub() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, mona) = (site.member("ada"), site.staff("mona", &[Role::Moderator]));
    let thread = site.thread(&ada, "craft", "What may be said here").await;
    site.reply(&ada, &thread, "Something off topic").await;
    let post = site.get(&ada, &thread).await.attribute("#p-2", "data-post");
    let remove = format!("/p/{post}/remove");

    site.post(&ada, &remove, BECAUSE).await.expect(403);
    let page = site.post(&mona, &remove, &[("rule", "2"), ("reason", "  ")]).await.expect(422);
    assert!(page.text("#reason-problem").contains("reason"));
    let page = site.post(&mona, &remove, &[("reason", "off topic")]).await.expect(422);
    assert!(page.text("#rule-problem").contains("rule"));
    assert_eq!(page.attribute("#reason", "value"), "off topic");
    site.post(&mona, &remove, &[("rule", "99"), ("reason", "off topic")]).await.expect(422);
    site.post(&mona, &remove, &[("rule", "2"), ("reason", "off topic")]).await.expect(303);
    site.post(&mona, &remove, &[("rule", "2"), ("reason", "again")]).await.expect(409);

    let page = site.get(&Person::visitor(), &thread).await;
    assert!(
        page.text("#p-2").contains("Post 2 was removed by a moderator: off topic"),
        "{}",
        page.text("#p-2")
    );
    assert_eq!(page.count("#p-2[data-removed]"), 1);
    assert_eq!(page.attribute("#p-2", "data-author"), "ada");
    assert!(!page.body.contains("Something off topic"));
    assert_eq!(site.reply(&ada, &thread, "Next").await, format!("{thread}/3"));
    let wrong = site.read(touchstone::exchange::store::check::all);
    assert_eq!(wrong, Vec::<String>::new());
}

#[actix_web::test]
async fn pinned_threads_stand_first_and_lists_go_on_by_key() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, mona) = (site.member("ada"), site.staff("mona", &[Role::Moderator]));
    let old = site.thread(&ada, "craft", "The oldest thread of all").await;
    for number in 0..34 {
        site.clock.advance(chrono::TimeDelta::seconds(i64::from(number % 2)));
        site.thread(&ada, "craft", &format!("Thread number {number}")).await;
    }
    site.post(&mona, &format!("/t/{}/pin", id_of(&old).0), BECAUSE).await.expect(303);

    let mut seen = Vec::new();
    let mut next = Some("/b/craft".to_owned());
    while let Some(path) = next {
        let page = site.get(&Person::visitor(), &path).await.expect(200);
        seen.extend(page.texts("main .rows-wide h2, main .rows-wide h3"));
        next = page.attributes("a[rel=next]", "href").into_iter().next();
    }
    assert_eq!(seen[0], "The oldest thread of all");
    assert_eq!(seen[1], "Thread number 33");
    assert_eq!(seen.len(), 35);
    assert_eq!(seen.iter().collect::<std::collections::HashSet<_>>().len(), 35, "no thread twice");
    site.get(&Person::visitor(), "/b/craft?before=nonsense").await.expect(200);
}

#[actix_web::test]
async fn only_managers_announce_and_members_answer() {
    let site = TestSite::start();
    site.board("news", Access::Anyone, Access::Role(Role::CommunityManager));
    let (ada, lena) = (site.member("ada"), site.staff("lena", &[Role::CommunityManager]));
    let fields = [("title", "Something changes"), ("body", "This."), ("type", "announcement")];
    site.post(&ada, "/b/news/threads", &fields).await.expect(403);
    let thread = site.post(&lena, "/b/news/threads", &fields).await.expect(303).location().to_owned();
    site.reply(&ada, &thread, "Thanks for telling us").await;

    site.open_board("craft");
    let page = site.post(&ada, "/b/craft/threads", &fields).await.expect(403);
    assert_eq!(page.text("textarea"), "This.");
}

#[actix_web::test]
async fn a_post_says_what_its_author_held_when_writing() {
    use touchstone::badges::rules::{Badge, GrantState};
    use touchstone::badges::store::{NewGrant, insert_imported};
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.rated("ada", Tier::TopRated);
    let thread = site.thread(&ada, "craft", "Before and after").await;
    let now = site.clock.now();
    site.write(move |conn| {
        let member = members::store::find(conn, "ada")?.unwrap();
        let grant = NewGrant {
            member: member.id,
            badge: Badge::IdentityVerified,
            policy_version: 2,
            bound_name: &member.name,
            state: GrantState::Active,
            granted_at: now,
            expires_at: Some(now + chrono::TimeDelta::days(730)),
        };
        Ok(insert_imported(conn, &grant)?)
    });
    site.reply(&ada, &thread, "Now with a badge").await;

    let page = site.get(&Person::visitor(), &thread).await;
    let fact = "Identity checked on Nov 18, 2026: document and live call, policy 2.";
    let title = |post: &str| page.attribute(&format!("{post} a[data-badge=identity-verified]"), "title");
    assert_eq!(title("#p-1"), format!("{fact} Verified when posted: no."));
    assert_eq!(title("#p-2"), format!("{fact} Verified when posted: yes."));
    assert!(page.attribute("#p-1 .author-name a", "title").ends_with("Identity verified when posted: no."));
    assert_eq!(page.attribute("#p-2 a[data-badge]", "href"), "/badges/of/ada");
    assert_eq!(page.attribute("#p-1 [data-tier]", "data-tier"), "top-rated");
    assert_eq!(page.attribute("#p-1 [data-rank]", "data-rank"), "community-member");
    assert_eq!(page.count(".post-body [data-badge]"), 0);

    site.clock.advance(chrono::TimeDelta::days(731));
    let later = site.get(&Person::visitor(), &thread).await;
    assert_eq!(later.count("[data-badge]"), 0, "an expired badge is not shown");
}

#[actix_web::test]
async fn eligible_members_are_shown_the_way_and_nobody_else() {
    let site = TestSite::start();
    site.open_board("craft");
    let (top, rising) = (site.rated("tilda", Tier::TopRated), site.rated("rosa", Tier::RisingTalent));
    let thread = site.thread(&top, "craft", "On being verified").await;
    site.reply(&rising, &thread, "Me too").await;
    let way = "[data-call-to-action=verify]";
    assert_eq!(site.get(&top, &thread).await.count(&format!("#p-1 {way}")), 1, "beside one's own post");
    assert_eq!(site.get(&top, &thread).await.count(way), 1);
    assert_eq!(site.get(&rising, &thread).await.count(way), 0);
    assert_eq!(site.get(&Person::visitor(), &thread).await.count(way), 0);
    assert_eq!(site.get(&top, "/u/tilda").await.count(way), 1);
    assert_eq!(site.get(&top, "/u/rosa").await.count(way), 0);
    assert_eq!(site.get(&rising, "/u/rosa").await.count(way), 0);
    let page = site.get(&top, "/verification").await.expect(200);
    assert!(page.body.contains("Your account is not affected in any way; the badge will not be shown."));
    assert_eq!(page.count("[data-step=document][data-state=now]"), 1);
    let page = site.get(&rising, "/verification").await.expect(200);
    assert_eq!(page.count("[data-step=document][data-state=locked]"), 1);
}

#[actix_web::test]
async fn other_methods_find_nothing() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let thread = site.thread(&ada, "craft", "Methods and madness").await;
    site.ask(&ada, Method::DELETE, &thread).await.expect(404);
    site.ask(&ada, Method::PUT, "/b/craft").await.expect(404);
}
