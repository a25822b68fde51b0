//! Who is told of what.

use touchstone::acts::actions::{About, record};
use touchstone::acts::rules::{ActKind, Actor, Grounds};
use touchstone::boards::rules::Access;
use touchstone::events::rules::Event;
use touchstone::members::rules::{Role, Tier};
use touchstone::threads::ThreadId;

use super::Scene;

#[actix_web::test]
async fn a_reply_is_told_to_those_who_wrote_in_the_thread_and_nobody_else() {
    let scene = Scene::new();
    let site = &scene.site;
    let (ada, ben, cal) = (site.member("ada-north"), site.member("ben-south"), site.member("cal-west"));
    let thread = site.thread(&ada, "craft", "Counting things").await;
    assert_eq!(scene.unread(&ada).await, "Notifications");

    site.reply(&ben, &thread, "I count them.").await;
    scene.tell().await;

    assert_eq!(scene.told(&ada).await, ["Unread: Ben South replied in Counting things"]);
    assert_eq!(scene.unread(&ada).await, "1 unread notification");
    assert!(scene.told(&ben).await.is_empty(), "nobody is told of what they did");
    assert!(scene.told(&cal).await.is_empty());

    site.reply(&ada, &thread, "So do I.").await;
    site.reply(&ada, &thread, "Twice.").await;
    scene.tell().await;
    assert_eq!(scene.unread(&ben).await, "2 unread notifications");
    assert_eq!(scene.unread(&ada).await, "1 unread notification");
}

#[actix_web::test]
async fn writing_follows_a_thread_unless_it_is_muted() {
    let scene = Scene::new();
    let site = &scene.site;
    let (ada, ben, cal) = (site.member("ada-north"), site.member("ben-south"), site.member("cal-west"));
    let thread = site.thread(&ada, "craft", "Counting things").await;
    scene.thread_level(&ben, &thread, "mute");
    scene.thread_level(&cal, &thread, "normal");
    for who in [&ben, &cal] {
        site.reply(who, &thread, "I count them.").await;
    }
    let levels = scene.lines(
        "SELECT m.handle || ' ' || t.level AS line FROM thread_members t JOIN members m ON m.id = t.member_id ORDER BY m.handle",
    );
    assert_eq!(levels, ["ada-north follow", "ben-south mute", "cal-west follow"]);

    scene.tell().await;
    site.post(&cal, "/notifications/read", &[]).await.expect(303);
    site.reply(&ada, &thread, "Well.").await;
    scene.tell().await;
    assert!(scene.told(&ben).await.is_empty());
    assert_eq!(scene.unread(&cal).await, "1 unread notification");
}

#[actix_web::test]
async fn one_post_tells_one_member_once_and_in_the_strongest_way() {
    let scene = Scene::new();
    let site = &scene.site;
    let (ada, ben, cal) = (site.member("ada-north"), site.member("ben-south"), site.member("cal-west"));
    let thread = site.thread(&ada, "craft", "Counting things").await;
    let first = scene.post_at(&thread);
    let second = scene.post_at(&site.reply(&ben, &thread, "One.").await);
    scene.tell().await;
    let third = scene.post_at(&site.reply(&cal, &thread, "Two.").await);
    // To one it is a mention, a quote and a reply; to the other a quote and a reply.
    scene.mention(third, &ada);
    scene.quote(third, first);
    scene.quote(third, second);
    scene.tell().await;

    assert_eq!(scene.told(&ada).await[0], "Unread: Cal West mentioned you in post 3 of Counting things");
    assert_eq!(scene.told(&ada).await.len(), 2, "the reply before, and this");
    assert_eq!(scene.told(&ben).await, ["Unread: Cal West quoted you in post 3 of Counting things"]);
    assert_eq!(scene.mails_to(&ben).len(), 1);
}

#[actix_web::test]
async fn nobody_is_told_what_they_muted_blocked_or_may_not_read() {
    let scene = Scene::new();
    let site = &scene.site;
    let staff = site.staff("mod-m", &[Role::Moderator]);
    let people = ["muted-t", "muted-b", "blocks-b", "outside-o", "rated-r", "open-o"];
    let people = people.map(|handle| site.member(handle));
    let [muted, muted_board, blocks, outside, rated, open] = &people;
    site.board("inner", Access::Tier(Tier::TopRated), Access::Tier(Tier::TopRated));
    scene.sql("UPDATE members SET tier = 'top-rated', tier_since = joined_at WHERE handle <> 'outside-o' AND handle <> 'mod-m'");
    let thread = site.thread(&staff, "craft", "In the open").await;
    scene.thread_level(muted, &thread, "mute");
    scene.board_level(muted_board, "craft", "mute");
    scene.block(blocks, &staff);
    let post = scene.post_at(&site.reply(&staff, &thread, "Everybody is named.").await);
    for who in &people {
        scene.mention(post, who);
    }
    scene.tell().await;
    for (who, count) in [(muted, 0), (muted_board, 0), (blocks, 0), (outside, 1), (rated, 1), (open, 1)] {
        assert_eq!(scene.told(who).await.len(), count, "{}", who.handle);
    }

    // What is closed to somebody tells them nothing, whether by the board or by the thread's audience.
    let closed = site.thread(rated, "inner", "Behind the door").await;
    let post = scene.post_at(&site.reply(rated, &closed, "Named again.").await);
    scene.mention(post, outside);
    scene.mention(post, open);
    let narrow = site.thread(&staff, "craft", "For a few").await;
    let number = narrow.split('/').nth(2).unwrap();
    scene.sql(&format!("UPDATE threads SET audience = 8 WHERE id = {number}"));
    let post = scene.post_at(&site.reply(&staff, &narrow, "Named once more.").await);
    scene.mention(post, outside);
    scene.mention(post, rated);
    scene.jobs.drain_outbox().await.unwrap();
    assert_eq!(scene.told(outside).await.len(), 1);
    assert_eq!(scene.told(open).await.len(), 2);
    assert_eq!(scene.told(rated).await.len(), 2);
    assert_eq!(scene.mails_to(outside).len(), 1);
}

#[actix_web::test]
async fn a_followed_thread_is_heard_in_a_muted_board_and_a_followed_board_tells_of_new_threads() {
    let scene = Scene::new();
    let site = &scene.site;
    let (ada, ben, cal) = (site.member("ada-north"), site.member("ben-south"), site.member("cal-west"));
    scene.board_level(&ben, "craft", "mute");
    scene.board_level(&cal, "craft", "follow");
    let thread = site.thread(&ada, "craft", "Counting things").await;
    scene.thread_level(&ben, &thread, "follow");
    scene.tell().await;
    assert_eq!(scene.told(&cal).await, ["Unread: Ada North started Counting things"]);
    assert!(scene.told(&ben).await.is_empty());

    site.reply(&ada, &thread, "More.").await;
    scene.tell().await;
    assert_eq!(scene.told(&ben).await, ["Unread: Ada North replied in Counting things"]);
    assert_eq!(scene.told(&cal).await.len(), 1, "a followed board tells of threads, not of each post");
}

#[actix_web::test]
async fn what_was_removed_meanwhile_is_told_to_nobody() {
    let scene = Scene::new();
    let site = &scene.site;
    let (ada, ben) = (site.member("ada-north"), site.member("ben-south"));
    let moderator = site.staff("mod-m", &[Role::Moderator]);
    let thread = site.thread(&ada, "craft", "Counting things").await;
    let post = scene.post_at(&site.reply(&ben, &thread, "I count them.").await);
    scene.like(scene.post_at(&thread), &ben);
    scene.unlike(scene.post_at(&thread), &ben);
    let moderator = scene.id(&moderator).0;
    scene.sql(&format!(
        "UPDATE posts SET removed_at = created_at, removed_by = {moderator}, removal_reason = 'x' WHERE id = {};
         UPDATE threads SET posts = posts - 1; UPDATE boards SET posts = posts - 1;
         UPDATE members SET posts = posts - 1 WHERE handle = 'ben-south'",
        post.0
    ));
    scene.tell().await;
    assert!(scene.told(&ada).await.is_empty());
    assert!(scene.mails().is_empty());
}

#[actix_web::test]
async fn likes_of_one_post_are_gathered_until_they_are_read() {
    let scene = Scene::new();
    let site = &scene.site;
    let ada = site.member("ada-north");
    let [ben, cal, dan, eve] = ["ben-south", "cal-west", "dan-east", "eve-mid"].map(|who| site.member(who));
    let thread = site.thread(&ada, "craft", "Counting things").await;
    let post = scene.post_at(&thread);
    scene.like(post, &ben);
    scene.tell().await;
    assert_eq!(scene.told(&ada).await, ["Unread: Ben South liked your post 1 in Counting things"]);
    scene.like(post, &cal);
    scene.like(post, &dan);
    scene.tell().await;
    assert_eq!(
        scene.told(&ada).await,
        ["Unread: Dan East and 2 others liked your post 1 in Counting things"]
    );
    assert_eq!(scene.unread(&ada).await, "1 unread notification");

    // Taken back and given again is no news, read or not.
    site.post(&ada, "/notifications/read", &[]).await.expect(303);
    scene.unlike(post, &ben);
    scene.like(post, &ben);
    scene.tell().await;
    assert_eq!(scene.unread(&ada).await, "Notifications");
    scene.like(post, &eve);
    scene.tell().await;
    assert_eq!(scene.told(&ada).await, ["Unread: Eve Mid liked your post 1 in Counting things"]);
    assert_eq!(scene.unread(&ada).await, "1 unread notification");
}

#[actix_web::test]
async fn an_edit_tells_whom_it_names_anew_and_nobody_twice() {
    let scene = Scene::new();
    let site = &scene.site;
    let (ada, ben, cal) = (site.member("ada-north"), site.member("ben-south"), site.member("cal-west"));
    let thread = site.thread(&ada, "craft", "Counting things").await;
    let post = scene.post_at(&site.reply(&ben, &thread, "One.").await);
    scene.tell().await;
    site.post(&ada, "/notifications/read", &[]).await.expect(303);
    let mails = scene.mails().len();

    scene.mention(post, &ada);
    scene.mention(post, &cal);
    let mentioned = vec![scene.id(&ada), scene.id(&cal)];
    let edited = Event::Edited { post, mentioned: mentioned.clone(), quoted: vec![] };
    scene.happens(edited.clone());
    scene.tell().await;
    // A reply has become a mention: the same one, unread again.
    let named = "Unread: Ben South mentioned you in post 2 of Counting things";
    assert_eq!(scene.told(&ada).await, [named]);
    assert_eq!(scene.told(&cal).await, [named]);
    assert_eq!(scene.mails().len(), mails + 1, "only who was not told before gets a mail");

    site.post(&ada, "/notifications/read", &[]).await.expect(303);
    scene.happens(edited);
    scene.tell().await;
    assert_eq!(scene.unread(&ada).await, "Notifications");
    assert_eq!(scene.told(&ada).await.len(), 1);
    assert_eq!(scene.mails().len(), mails + 1);

    // Whom a later edit does not name any more is not told.
    scene.sql(&format!("DELETE FROM post_mentions WHERE post_id = {}", post.0));
    let dan = site.member("dan-east");
    scene.happens(Event::Edited { post, mentioned: vec![scene.id(&dan)], quoted: vec![] });
    scene.tell().await;
    assert!(scene.told(&dan).await.is_empty());
}

#[actix_web::test]
async fn an_accepted_answer_and_a_new_rank_are_told() {
    let scene = Scene::new();
    let site = &scene.site;
    let (ada, ben) = (site.member("ada-north"), site.member("ben-south"));
    let thread = site.thread(&ada, "craft", "How to count?").await;
    let post = scene.post_at(&site.reply(&ben, &thread, "With fingers.").await);
    scene.happens(Event::Accepted { post, by: scene.id(&ada) });
    scene.sql("UPDATE members SET rank = 'ace-contributor' WHERE handle = 'ben-south'");
    scene.happens(Event::RankChanged { member: scene.id(&ben) });
    scene.happens(Event::RankChanged { member: scene.id(&ben) });
    scene.tell().await;
    assert_eq!(
        scene.told(&ben).await,
        ["Unread: You are now Ace Contributor", "Unread: Ada North accepted your answer in How to count?"]
    );
    let page = site.get(&ben, "/notifications").await;
    let paths = page.attributes(".notifications .row-title a", "href");
    assert_eq!(site.get(&ben, &paths[0]).await.expect(303).location(), "/ranks");
    assert_eq!(site.get(&ben, &paths[1]).await.expect(303).location(), format!("/p/{}", post.0));
}

#[actix_web::test]
async fn a_decision_is_told_whatever_was_muted_with_its_rule_and_reason() {
    let scene = Scene::new();
    let site = &scene.site;
    let ada = site.member("ada-north");
    let moderator = site.staff("mod-m", &[Role::Moderator]);
    let thread = site.thread(&ada, "craft", "Counting things").await;
    let post = scene.post_at(&thread);
    scene.thread_level(&ada, &thread, "mute");
    scene.block(&ada, &moderator);
    let (by, member, now) = (scene.id(&moderator), scene.id(&ada), site.clock.now());
    let act = site.write(move |conn| {
        let actor = Actor { id: by, role: Role::Moderator };
        let grounds = Grounds { rule: 3, reason: "It sells something".to_owned() };
        let about = About { member: Some(member), post: Some(post), ..About::default() };
        record(conn, ActKind::Remove, actor, &grounds, about, now)
    });
    scene.tell().await;
    assert_eq!(scene.told(&ada).await, ["Unread: A moderator removed your post in Counting things"]);
    let page = site.get(&ada, "/notifications").await;
    assert!(!page.text(".notifications .row").contains("Mod M"), "staff acts for the community");
    let path = page.attribute(".notifications .row-title a", "href");
    assert_eq!(site.get(&ada, &path).await.expect(303).location(), format!("/notices/{}", act.0));
    let mails = scene.mails_to(&ada);
    assert_eq!(mails.len(), 1);
    for said in ["The rule: 3. No advertising", "The reason: It sells something", "/notices/"] {
        assert!(mails[0].mail.body.contains(said), "{}", mails[0].mail.body);
    }

    scene
        .sql(&format!("UPDATE acts SET reversed_at = acted_at, reversed_by = actor_id WHERE id = {}", act.0));
    scene.happens(Event::AppealDecided { act: act.0 });
    scene.tell().await;
    assert_eq!(scene.told(&ada).await[0], "Unread: Your appeal was granted");
}

#[actix_web::test]
async fn an_announcement_reaches_everybody_it_is_for_and_holds_nothing_up() {
    let scene = Scene::new();
    let site = &scene.site;
    let manager = site.staff("manager-m", &[Role::CommunityManager]);
    let (ada, outside) = (site.rated("ada-north", Tier::TopRatedPlus), site.member("out-o"));
    let thread = site.thread(&manager, "craft", "What changes here").await;
    scene.tell().await;
    let many = (0..1_200).map(|number| {
        format!("('many-{number}', 'Many {number}', 'many {number}', FALSE, '', 'members', 'community-member', '2026-01-01 00:00:00', 'top-rated', '2026-01-01 00:00:00', 0, '2026-01-01 00:00:00')")
    });
    scene.sql(&format!(
        "INSERT INTO members (handle, name, name_skeleton, name_review, signature, profile, rank, rank_since, tier, tier_since, posts, joined_at) VALUES {}",
        many.collect::<Vec<_>>().join(", ")
    ));
    let number: i64 = thread.split('/').nth(2).unwrap().parse().unwrap();
    // For Top Rated and Top Rated Plus.
    scene.sql(&format!("UPDATE threads SET audience = 24 WHERE id = {number}"));
    scene.happens(Event::Announced { thread: ThreadId(number) });
    let other = site.thread(&outside, "craft", "Something else").await;
    site.reply(&ada, &other, "An answer.").await;

    // After one part of the announcement the reply has its turn.
    assert!(scene.jobs.tell_one().await.unwrap());
    let told = |scene: &Scene| -> usize {
        scene.lines("SELECT CAST(count(*) AS TEXT) AS line FROM notifications WHERE kind = 'announcement'")[0]
            .parse()
            .unwrap()
    };
    assert!((1..=500).contains(&told(&scene)), "{}", told(&scene));
    scene.jobs.drain_outbox().await.unwrap();

    assert_eq!(told(&scene), 1_201);
    assert_eq!(scene.told(&ada).await, ["Unread: Manager M announced What changes here"]);
    assert_eq!(scene.told(&outside).await, ["Unread: Ada North replied in Something else"]);
    assert!(scene.told(&manager).await.is_empty());
    assert_eq!(scene.mails_to(&ada).len(), 1);
    scene.happens(Event::Announced { thread: ThreadId(number) });
    scene.jobs.drain_outbox().await.unwrap();
    assert_eq!(told(&scene), 1_201, "told once");
    assert_eq!(scene.mails_to(&ada).len(), 1);
}
