//! Likes and accepted answers, with the counters that ranks rest on.

use std::collections::HashSet;

use actix_web::test::TestRequest;
use diesel::prelude::*;
use touchstone::boards::Audience;
use touchstone::boards::rules::Access;
use touchstone::clock::Time;
use touchstone::db::schema::{accepted_answers, members, outbox_events, posts, threads};
use touchstone::exchange::store::check;
use touchstone::members::MemberId;
use touchstone::members::rules::Role;
use touchstone::threads::answers::store as answers;
use touchstone::threads::likes::store as likes;
use touchstone::threads::store::{Beside, Posts, beside};
use touchstone::threads::{PostId, ThreadId, credit};

use crate::support::look::id_of;
use crate::support::{Page, Person, TestSite};

fn thread_of(path: &str) -> ThreadId {
    ThreadId(path.split('/').nth(2).unwrap().parse().unwrap())
}

/// The number of the post that stands at this place of a thread.
fn post_at(site: &TestSite, thread: &str, number: i64) -> PostId {
    let thread = thread_of(thread);
    site.read(|conn| {
        let post = posts::table.filter(posts::thread_id.eq(thread)).filter(posts::number.eq(number));
        Ok(post.select(posts::id).first(conn)?)
    })
}

fn likes_of(site: &TestSite, post: PostId) -> i64 {
    site.read(|conn| Ok(likes::count(conn, post)?))
}

/// A member's likes received and accepted answers.
fn credit_of(site: &TestSite, handle: &str) -> (i64, i64) {
    let id = id_of(site, handle);
    site.read(|conn| {
        Ok(members::table
            .find(id)
            .select((members::likes_received, members::accepted_answers))
            .first(conn)?)
    })
}

fn events(site: &TestSite, kind: &str) -> i64 {
    site.read(|conn| {
        Ok(outbox_events::table.filter(outbox_events::kind.eq(kind)).count().get_result(conn)?)
    })
}

#[track_caller]
fn assert_counts(site: &TestSite) {
    let wrong = site.read(check::all);
    assert!(wrong.is_empty(), "{wrong:?}");
}

async fn act(site: &TestSite, who: &Person, post: PostId, verb: &str) -> Page {
    site.post(who, &format!("/p/{}/{verb}", post.0), &[]).await
}

/// What stands beside the posts of a thread for this reader.
fn beside_of(site: &TestSite, thread: ThreadId, reader: Option<MemberId>) -> Beside {
    site.read(|conn| Ok(beside(conn, thread, Posts::Range(1, 50), reader)?))
}

async fn question(site: &TestSite, asker: &Person) -> String {
    let fields = [("title", "How is this done?"), ("type", "question"), ("body", "I cannot find it.")];
    site.post(asker, "/b/craft/threads", &fields).await.expect(303).location().to_owned()
}

// Likes

#[actix_web::test]
async fn a_like_counts_once_for_the_post_and_its_author() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, ben, cid) = (site.member("ada"), site.member("ben"), site.member("cid"));
    let thread = site.thread(&ada, "craft", "Something to like").await;
    let post = post_at(&site, &thread, 1);

    let page = act(&site, &ben, post, "like").await.expect(303);
    assert_eq!(page.location(), format!("{thread}/1"));
    act(&site, &ben, post, "like").await.expect(303);
    assert_eq!((likes_of(&site, post), credit_of(&site, "ada")), (1, (1, 0)));
    assert_eq!(events(&site, "liked"), 1, "a second click tells nobody anything");
    act(&site, &cid, post, "like").await.expect(303);
    assert_eq!((likes_of(&site, post), credit_of(&site, "ada")), (2, (2, 0)));
    let ben_id = id_of(&site, "ben");
    let liked = beside_of(&site, thread_of(&thread), Some(ben_id)).liked;
    assert_eq!(liked, HashSet::from([post]));

    act(&site, &ben, post, "unlike").await.expect(303);
    act(&site, &ben, post, "unlike").await.expect(303);
    assert_eq!((likes_of(&site, post), credit_of(&site, "ada")), (1, (1, 0)));
    assert_counts(&site);
}

#[actix_web::test]
async fn nobody_likes_their_own_post_and_no_visitor_any() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let thread = site.thread(&ada, "craft", "Something to like").await;
    let post = post_at(&site, &thread, 1);

    let page = act(&site, &ada, post, "like").await.expect(403);
    assert!(page.body.contains("This post is yours"), "{}", page.body);
    act(&site, &Person::visitor(), post, "like").await.expect(403);
    act(&site, &ada, PostId(999), "like").await.expect(404);
    site.post(&ada, "/p/nonsense/like", &[]).await.expect(404);
    assert_eq!((likes_of(&site, post), credit_of(&site, "ada")), (0, (0, 0)));
}

#[actix_web::test]
async fn whoever_has_not_confirmed_their_address_likes_nothing() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, ben) = (site.member("ada"), site.member("ben"));
    let thread = site.thread(&ada, "craft", "Something to like").await;
    let post = post_at(&site, &thread, 1);
    let ben_id = id_of(&site, "ben");
    site.write(move |conn| {
        let none: Option<Time> = None;
        diesel::update(members::table.find(ben_id)).set(members::email_verified_at.eq(none)).execute(conn)?;
        Ok(())
    });

    let page = act(&site, &ben, post, "like").await.expect(403);
    assert!(page.body.contains("confirm your e-mail"), "{}", page.body);
    assert_eq!(likes_of(&site, post), 0);
}

#[actix_web::test]
async fn what_one_may_not_read_one_may_not_like() {
    let site = TestSite::start();
    site.board("backstage", Access::Role(Role::Moderator), Access::Role(Role::Moderator));
    let (mona, ben) = (site.staff("mona", &[Role::Moderator]), site.member("ben"));
    let thread = site.thread(&mona, "backstage", "Among ourselves").await;
    let post = post_at(&site, &thread, 1);
    for verb in ["like", "unlike", "accept", "unaccept"] {
        act(&site, &ben, post, verb).await.expect(404);
    }
    site.get(&ben, &format!("/p/{}/likes", post.0)).await.expect(404);
    assert_eq!(likes_of(&site, post), 0);
}

#[actix_web::test]
async fn likes_in_a_thread_for_some_count_for_the_post_alone() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, ben) = (site.member("ada"), site.member("ben"));
    let thread = site.thread(&ada, "craft", "For members only").await;
    let (id, ada_id) = (thread_of(&thread), id_of(&site, "ada"));
    site.write(move |conn| {
        // As if it had been published for members: the counts never knew it.
        let inside = Audience::of(&[Access::Members]).unwrap();
        diesel::update(threads::table.find(id)).set(threads::audience.eq(inside)).execute(conn)?;
        touchstone::members::store::add_posts(conn, ada_id, -1)?;
        let board = touchstone::boards::store::all(conn)?[0].id;
        Ok(touchstone::boards::store::add_counts(conn, board, -1, -1)?)
    });
    let post = post_at(&site, &thread, 1);

    act(&site, &ben, post, "like").await.expect(303);
    assert_eq!((likes_of(&site, post), credit_of(&site, "ada")), (1, (0, 0)));
    assert_counts(&site);
    act(&site, &ben, post, "unlike").await.expect(303);
    assert_eq!((likes_of(&site, post), credit_of(&site, "ada")), (0, (0, 0)));
    act(&site, &Person::visitor(), post, "like").await.expect(403);
    site.get(&Person::visitor(), &format!("/p/{}/likes", post.0)).await.expect(404);
}

#[actix_web::test]
async fn a_removed_post_takes_its_likes_out_of_the_count() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, ben) = (site.member("ada"), site.member("ben"));
    let cid = site.member("cid");
    let mona = site.staff("mona", &[Role::Moderator]);
    let thread = site.thread(&ada, "craft", "Something to like").await;
    site.reply(&ada, &thread, "And one more.").await;
    let (first, second) = (post_at(&site, &thread, 1), post_at(&site, &thread, 2));
    act(&site, &ben, first, "like").await.expect(303);
    act(&site, &ben, second, "like").await.expect(303);
    act(&site, &cid, second, "like").await.expect(303);
    assert_eq!(credit_of(&site, "ada"), (3, 0));

    let fields = [("rule", "2"), ("reason", "Off topic")];
    site.post(&mona, &format!("/p/{}/remove", second.0), &fields).await.expect(303);
    assert_eq!(credit_of(&site, "ada"), (1, 0));
    let page = act(&site, &mona, second, "like").await.expect(403);
    assert!(page.body.contains("was removed"), "{}", page.body);
    site.get(&ada, &format!("/p/{}/likes", second.0)).await.expect(404);
    // Who liked it may take it back all the same.
    act(&site, &cid, second, "unlike").await.expect(303);
    assert_eq!((likes_of(&site, second), credit_of(&site, "ada")), (1, (1, 0)));
    assert_counts(&site);
}

#[actix_web::test]
async fn a_script_is_told_how_it_stands_and_stays_where_it_is() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, ben) = (site.member("ada"), site.member("ben"));
    let thread = site.thread(&ada, "craft", "Something to like").await;
    let post = post_at(&site, &thread, 1);
    let ask = async |who: &Person, verb: &str| {
        let request = TestRequest::post()
            .uri(&format!("/p/{}/{verb}", post.0))
            .insert_header(("accept", "application/json"))
            .insert_header(("sec-fetch-site", "same-origin"));
        site.send(request, who).await
    };
    for _ in 0..2 {
        let page = ask(&ben, "like").await.expect(200);
        assert_eq!(page.body, r#"{"likes":1,"liked":true}"#);
        assert_eq!(page.header("content-type"), Some("application/json"));
    }
    for _ in 0..2 {
        assert_eq!(ask(&ben, "unlike").await.expect(200).body, r#"{"likes":0,"liked":false}"#);
    }
    ask(&ada, "like").await.expect(403);
}

#[actix_web::test]
async fn everybody_may_see_who_likes_a_post() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let thread = site.thread(&ada, "craft", "Something to like").await;
    let post = post_at(&site, &thread, 1);
    let path = format!("/p/{}/likes", post.0);
    assert!(site.get(&Person::visitor(), &path).await.expect(200).text(".empty").contains("Nobody yet"));
    for number in 0..52 {
        let liker = site.member(&format!("liker-{number:02}"));
        act(&site, &liker, post, "like").await.expect(303);
        // Some likes share a moment, so that the page has to break ties.
        if number % 3 == 0 {
            site.clock.advance(chrono::TimeDelta::seconds(1));
        }
    }
    let first = site.get(&Person::visitor(), &path).await.expect(200);
    assert!(first.text(".page-meta").contains("52 likes"), "{}", first.text(".page-meta"));
    assert_eq!(first.count(".rows .row"), 50);
    assert_eq!(first.texts(".row-title")[0], "Liker 51");
    let second = site.get(&Person::visitor(), &first.attribute("a[rel=next]", "href")).await.expect(200);
    assert_eq!(second.texts(".row-title").len(), 2);
    let both: HashSet<String> =
        first.texts(".row-title").into_iter().chain(second.texts(".row-title")).collect();
    assert_eq!(both.len(), 52, "nobody is left out or shown twice");
}

// Accepted answers

#[actix_web::test]
async fn the_asker_accepts_an_answer_and_then_another() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, ben, cid) = (site.member("ada"), site.member("ben"), site.member("cid"));
    let thread = question(&site, &ada).await;
    site.reply(&ben, &thread, "Like **this**.").await;
    site.reply(&cid, &thread, "Or like that.").await;
    let (bens, cids) = (post_at(&site, &thread, 2), post_at(&site, &thread, 3));
    let id = thread_of(&thread);
    let accepted = || beside_of(&site, id, None).accepted;
    assert!(accepted().is_none());

    let page = act(&site, &ada, bens, "accept").await.expect(303);
    assert_eq!(page.location(), format!("{thread}/2"));
    act(&site, &ada, bens, "accept").await.expect(303);
    let shown = accepted().unwrap();
    assert_eq!((shown.post, shown.number), (bens, 2));
    assert_eq!((shown.author.handle.as_str(), shown.accepted_by.as_str()), ("ben", "Ada"));
    let row: (MemberId, MemberId, Time) = site.read(|conn| {
        let of = accepted_answers::table.inner_join(posts::table).filter(accepted_answers::thread_id.eq(id));
        let columns = (posts::author_id, accepted_answers::accepted_by, accepted_answers::accepted_at);
        Ok(of.select(columns).first(conn)?)
    });
    assert_eq!(row, (id_of(&site, "ben"), id_of(&site, "ada"), site.clock.now()));
    assert!(shown.html.as_str().contains("<strong>this</strong>"));
    assert_eq!((credit_of(&site, "ben"), events(&site, "accepted")), ((0, 1), 1));
    let answered = site.read(|conn| Ok(answers::answered(conn, &[id, ThreadId(999)])?));
    assert_eq!(answered, HashSet::from([id]));

    act(&site, &ada, cids, "accept").await.expect(303);
    assert_eq!(accepted().unwrap().post, cids);
    assert_eq!((credit_of(&site, "ben"), credit_of(&site, "cid")), ((0, 0), (0, 1)));
    // What is not accepted cannot be taken back.
    act(&site, &ada, bens, "unaccept").await.expect(303);
    assert_eq!(accepted().unwrap().post, cids);
    act(&site, &ada, cids, "unaccept").await.expect(303);
    assert!(accepted().is_none());
    assert_eq!(credit_of(&site, "cid"), (0, 0));
    assert_counts(&site);
}

#[actix_web::test]
async fn only_the_asker_and_staff_accept() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, ben) = (site.member("ada"), site.member("ben"));
    let thread = question(&site, &ada).await;
    site.reply(&ben, &thread, "Like this.").await;
    let answer = post_at(&site, &thread, 2);
    let agent = site.staff("agent-a", &[Role::VerificationAgent]);
    for who in [&ben, &agent] {
        for verb in ["accept", "unaccept"] {
            let page = act(&site, who, answer, verb).await.expect(403);
            assert!(page.body.contains("Only whoever asked"), "{}", page.body);
        }
    }
    act(&site, &Person::visitor(), answer, "accept").await.expect(403);
    assert_eq!(credit_of(&site, "ben"), (0, 0));

    for (handle, role) in
        [("mona", Role::Moderator), ("lena", Role::CommunityManager), ("boss-b", Role::Administrator)]
    {
        let staff = site.staff(handle, &[role]);
        act(&site, &staff, answer, "accept").await.expect(303);
        assert_eq!(credit_of(&site, "ben"), (0, 1));
        act(&site, &staff, answer, "unaccept").await.expect(303);
        assert_eq!(credit_of(&site, "ben"), (0, 0));
    }
}

#[actix_web::test]
async fn only_an_answer_in_a_question_is_accepted() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, ben) = (site.member("ada"), site.member("ben"));
    let asked = question(&site, &ada).await;
    let page = act(&site, &ada, post_at(&site, &asked, 1), "accept").await.expect(422);
    assert!(page.body.contains("The first post is the question"), "{}", page.body);

    let talk = site.thread(&ada, "craft", "No question at all").await;
    site.reply(&ben, &talk, "Indeed.").await;
    let page = act(&site, &ada, post_at(&site, &talk, 2), "accept").await.expect(422);
    assert!(page.body.contains("in questions only"), "{}", page.body);
    assert_eq!((credit_of(&site, "ben"), events(&site, "accepted")), ((0, 0), 0));
}

#[actix_web::test]
async fn nobody_climbs_by_answering_themselves() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let mona = site.staff("mona", &[Role::Moderator]);
    let thread = question(&site, &ada).await;
    site.reply(&ada, &thread, "I found it myself.").await;
    site.reply(&mona, &thread, "It is in the settings.").await;
    let (adas, monas) = (post_at(&site, &thread, 2), post_at(&site, &thread, 3));

    act(&site, &ada, adas, "accept").await.expect(303);
    act(&site, &mona, adas, "accept").await.expect(303);
    assert_eq!(credit_of(&site, "ada"), (0, 0));
    act(&site, &mona, monas, "accept").await.expect(303);
    assert_eq!(credit_of(&site, "mona"), (0, 0));
    act(&site, &mona, monas, "unaccept").await.expect(303);
    act(&site, &ada, monas, "accept").await.expect(303);
    assert_eq!(credit_of(&site, "mona"), (0, 1));
    assert_counts(&site);
}

#[actix_web::test]
async fn a_removed_answer_solves_nothing() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, ben) = (site.member("ada"), site.member("ben"));
    let mona = site.staff("mona", &[Role::Moderator]);
    let thread = question(&site, &ada).await;
    site.reply(&ben, &thread, "Like this.").await;
    let (id, answer) = (thread_of(&thread), post_at(&site, &thread, 2));
    act(&site, &ada, answer, "accept").await.expect(303);

    let fields = [("rule", "2"), ("reason", "Off topic")];
    site.post(&mona, &format!("/p/{}/remove", answer.0), &fields).await.expect(303);
    assert_eq!(credit_of(&site, "ben"), (0, 0));
    assert!(beside_of(&site, id, None).accepted.is_none());
    assert!(site.read(|conn| Ok(answers::answered(conn, &[id])?)).is_empty());
    act(&site, &ada, answer, "unaccept").await.expect(303);
    let page = act(&site, &ada, answer, "accept").await.expect(422);
    assert!(page.body.contains("was removed"), "{}", page.body);
    assert_counts(&site);
}

#[actix_web::test]
async fn an_acceptance_ends_where_its_answer_leaves_the_question() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, ben) = (site.member("ada"), site.member("ben"));
    let (from, to) = (question(&site, &ada).await, site.thread(&ada, "craft", "Where it goes").await);
    site.reply(&ben, &from, "Like this.").await;
    let answer = post_at(&site, &from, 2);
    act(&site, &ada, answer, "accept").await.expect(303);
    let (old, new, author) = (thread_of(&from), thread_of(&to), id_of(&site, "ben"));
    site.write(move |conn| {
        let moved = (posts::thread_id.eq(new), posts::number.eq(2_i64));
        diesel::update(posts::table.find(answer)).set(moved).execute(conn)?;
        Ok(())
    });
    let wrong = site.read(check::all);
    assert!(wrong.iter().any(|one| one.contains("accepted answer of thread")), "{wrong:?}");

    site.write(move |conn| credit::settle(conn, &[old, new], &[author]));
    assert_eq!(credit_of(&site, "ben"), (0, 0));
    let wrong = site.read(check::all);
    assert!(!wrong.iter().any(|one| one.contains("accepted")), "{wrong:?}");
}

#[actix_web::test]
async fn doctor_finds_each_of_these_counters_off() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let thread = site.thread(&ada, "craft", "Something to like").await;
    let (post, ada_id): (PostId, MemberId) = (post_at(&site, &thread, 1), id_of(&site, "ada"));
    assert_counts(&site);
    site.write(move |conn| {
        diesel::update(posts::table.find(post)).set(posts::likes.eq(5_i64)).execute(conn)?;
        Ok(touchstone::members::store::set_credit(conn, ada_id, 6, 7)?)
    });
    let wrong = site.read(check::all).join("\n");
    assert!(wrong.contains(&format!("likes of post {}: stored 5, counted 0", post.0)), "{wrong}");
    assert!(wrong.contains("likes received by member ada: stored 6, counted 0"), "{wrong}");
    assert!(wrong.contains("accepted answers of member ada: stored 7, counted 0"), "{wrong}");

    site.write(move |conn| credit::recount(conn, &[ada_id]));
    assert_eq!(credit_of(&site, "ada"), (0, 0));
}
