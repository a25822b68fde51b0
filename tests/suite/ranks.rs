//! Ranks: the published rules, one's own way, the job, and who changes the rules.

use diesel::prelude::*;
use touchstone::clock::Time;
use touchstone::db::schema::{members, outbox_events, rank_changes, rank_losses};
use touchstone::jobs::Jobs;
use touchstone::members::MemberId;
use touchstone::members::ranks::actions::{self, Step};
use touchstone::members::ranks::store as ranks;
use touchstone::members::rules::{Rank, Role};

use crate::support::look::{audit, id_of, member};
use crate::support::{Page, Person, TestSite};

/// What a test says that a member did, as if the posts were there.
#[derive(Clone, Copy, Default)]
struct Did {
    posts: i64,
    days: i64,
    likes: i64,
    answers: i64,
    warned: Option<i64>,
}

const ACTIVE: Did = Did { posts: 10, days: 14, likes: 0, answers: 0, warned: None };
const ACE: Did = Did { posts: 100, days: 90, likes: 50, answers: 3, warned: None };
const GURU: Did = Did { posts: 500, days: 365, likes: 300, answers: 20, warned: None };

fn set(site: &TestSite, handle: &str, did: Did) {
    let (id, now) = (id_of(site, handle), site.clock.now());
    let ago = move |days: i64| now - chrono::TimeDelta::days(days);
    site.write(move |conn| {
        diesel::update(members::table.find(id))
            .set((
                members::posts.eq(did.posts),
                members::likes_received.eq(did.likes),
                members::accepted_answers.eq(did.answers),
                members::joined_at.eq(ago(did.days)),
                members::warned_at.eq(did.warned.map(ago)),
            ))
            .execute(conn)?;
        Ok(())
    });
}

fn set_rank(site: &TestSite, handle: &str, rank: Rank) {
    let (id, now) = (id_of(site, handle), site.clock.now());
    site.write(move |conn| Ok(ranks::set_rank(conn, &[id], rank, now)?));
}

fn rank(site: &TestSite, handle: &str) -> Rank {
    member(site, handle).rank
}

fn recompute(site: &TestSite, after: i64, limit: i64) -> Step {
    let now = site.clock.now();
    site.write(move |conn| actions::recompute(conn, MemberId(after), limit, now))
}

fn jobs(site: &TestSite) -> Jobs {
    site.forum.jobs(None)
}

fn history(site: &TestSite) -> Vec<(MemberId, String, String, Time)> {
    site.read(|conn| {
        Ok(rank_changes::table
            .order(rank_changes::id)
            .select((
                rank_changes::member_id,
                rank_changes::old,
                rank_changes::rank,
                rank_changes::changed_at,
            ))
            .load(conn)?)
    })
}

fn events(site: &TestSite) -> i64 {
    site.read(|conn| {
        Ok(outbox_events::table.filter(outbox_events::kind.eq("rank-changed")).count().get_result(conn)?)
    })
}

fn losses(site: &TestSite) -> i64 {
    site.read(|conn| Ok(rank_losses::table.count().get_result(conn)?))
}

// The job

#[actix_web::test]
async fn the_job_gives_each_member_the_rank_of_their_figures() {
    let site = TestSite::start();
    for handle in ["new-n", "active-a", "ace-a", "guru-g"] {
        site.member(handle);
    }
    set(&site, "active-a", ACTIVE);
    set(&site, "ace-a", ACE);
    set(&site, "guru-g", GURU);

    jobs(&site).ranks().await.unwrap();
    let held = ["new-n", "active-a", "ace-a", "guru-g"].map(|handle| rank(&site, handle));
    assert_eq!(held, Rank::ALL);
    let now = site.clock.now();
    assert_eq!(member(&site, "guru-g").rank_since, now);
    let expected =
        [("active-a", "active-member"), ("ace-a", "ace-contributor"), ("guru-g", "community-guru")];
    let expected = expected
        .map(|(handle, rank)| (id_of(&site, handle), "community-member".to_owned(), rank.to_owned(), now));
    assert_eq!(history(&site), expected);
    assert_eq!(events(&site), 3);

    // Where nothing changes, nothing is written.
    site.clock.advance(chrono::TimeDelta::hours(1));
    jobs(&site).ranks().await.unwrap();
    assert_eq!((history(&site).len(), events(&site), losses(&site)), (3, 3, 0));
    assert_eq!(member(&site, "guru-g").rank_since, now);
}

#[actix_web::test]
async fn the_job_goes_from_member_to_member_in_steps() {
    let site = TestSite::start();
    for number in 0..5 {
        site.member(&format!("member-{number}"));
        set(&site, &format!("member-{number}"), ACTIVE);
    }
    let first = recompute(&site, 0, 2);
    assert_eq!(first.changes.len(), 2);
    assert_eq!(first.last, Some(id_of(&site, "member-1")));
    assert_eq!(rank(&site, "member-2"), Rank::CommunityMember);
    let second = recompute(&site, first.last.unwrap().0, 10);
    assert_eq!((second.changes.len(), second.last), (3, Some(id_of(&site, "member-4"))));
    let over = recompute(&site, second.last.unwrap().0, 10);
    assert!(over.changes.is_empty() && over.last.is_none());
}

#[actix_web::test]
async fn a_rank_that_was_reached_or_imported_is_kept() {
    let site = TestSite::start();
    site.member("old-o");
    set_rank(&site, "old-o", Rank::AceContributor);
    set(&site, "old-o", ACTIVE);
    jobs(&site).ranks().await.unwrap();
    assert_eq!(rank(&site, "old-o"), Rank::AceContributor);
    assert!(history(&site).is_empty());

    set(&site, "old-o", GURU);
    jobs(&site).ranks().await.unwrap();
    assert_eq!(rank(&site, "old-o"), Rank::CommunityGuru);
    set(&site, "old-o", Did { likes: 0, ..GURU });
    jobs(&site).ranks().await.unwrap();
    assert_eq!(rank(&site, "old-o"), Rank::CommunityGuru);
}

#[actix_web::test]
async fn a_warning_lowers_a_rank_and_time_brings_it_back() {
    let site = TestSite::start();
    for handle in ["earned-e", "imported-i"] {
        site.member(handle);
    }
    set(&site, "earned-e", GURU);
    set_rank(&site, "earned-e", Rank::CommunityGuru);
    set_rank(&site, "imported-i", Rank::CommunityGuru);
    set(&site, "earned-e", Did { warned: Some(0), ..GURU });
    set(&site, "imported-i", Did { warned: Some(0), ..Did::default() });
    let held = || ["earned-e", "imported-i"].map(|handle| rank(&site, handle));

    jobs(&site).ranks().await.unwrap();
    assert_eq!(held(), [Rank::ActiveMember; 2]);
    assert_eq!(losses(&site), 2);
    jobs(&site).ranks().await.unwrap();
    assert_eq!((history(&site).len(), losses(&site)), (2, 2));

    site.clock.advance(chrono::TimeDelta::days(30));
    jobs(&site).ranks().await.unwrap();
    assert_eq!(held(), [Rank::AceContributor; 2]);
    assert_eq!(losses(&site), 2, "the guru's rank is still out");

    site.clock.advance(chrono::TimeDelta::days(60));
    jobs(&site).ranks().await.unwrap();
    assert_eq!(held(), [Rank::CommunityGuru; 2]);
    assert_eq!((history(&site).len(), losses(&site), events(&site)), (6, 0, 6));
}

// The published rules

#[actix_web::test]
async fn everybody_reads_the_rules() {
    let site = TestSite::start();
    let page = site.get(&Person::visitor(), "/ranks").await.expect(200);
    assert_eq!(
        page.texts("ol .row-title"),
        ["Community Member", "Active Member", "Ace Contributor", "Community Guru"]
    );
    let notes = page.texts("ol .row-note");
    assert_eq!(notes[0], "Everybody begins here.");
    assert_eq!(notes[1], "At least 10 posts and 14 days since joining.");
    assert_eq!(page.texts("tbody tr:last-child td"), ["500", "365", "300", "20", "90"]);
    assert_eq!(page.count("progress"), 0);
}

#[actix_web::test]
async fn a_member_sees_their_way_to_the_next_rank() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    set(&site, "ada-k", Did { posts: 4, days: 20, ..Did::default() });
    let page = site.get(&ada, "/ranks").await.expect(200);
    assert!(page.text("#own + .sheet h3").contains("Active Member"));
    assert_eq!(page.texts(".progress-row dt"), ["Posts", "Days since joining"]);
    assert_eq!(page.attributes("progress", "value"), ["4", "14"]);
    assert_eq!(page.attributes("progress", "max"), ["10", "14"]);
    assert_eq!(page.texts(".progress-row dd:not(.progress-bar)"), ["4 of 10", "14 of 14, reached"]);
    assert_eq!(page.count("[style]"), 0);

    set(&site, "ada-k", GURU);
    jobs(&site).ranks().await.unwrap();
    let page = site.get(&ada, "/ranks").await.expect(200);
    assert_eq!(page.text("ol .row[aria-current] .row-title"), "Community Guru Your rank");
    assert!(page.body.contains("There is no higher rank"));
    assert_eq!(page.texts("#history + .rows .row-note").len(), 1);
    assert!(
        site.get(&ada, "/u/ada-k")
            .await
            .text("#facts + .sheet")
            .contains("Community Guru, since Nov 18, 2026")
    );
}

#[actix_web::test]
async fn whoever_was_warned_sees_when_the_rank_comes_back() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    set_rank(&site, "ada-k", Rank::CommunityGuru);
    set(&site, "ada-k", Did { warned: Some(10), ..GURU });
    jobs(&site).ranks().await.unwrap();
    let page = site.get(&ada, "/ranks").await.expect(200);
    let own = page.text("#own + .sheet");
    assert!(own.contains("Community Guru comes back in 80 days"), "{own}");
    assert!(page.text("#history + .rows .row-note").starts_with("Lowered by a warning"));
    // Nobody else learns of it.
    let profile = site.get(&Person::visitor(), "/u/ada-k").await;
    assert!(!profile.body.contains("warning"));
}

// Changing the rules

const RULES: [(&str, &str); 15] = [
    ("active-posts", "5"),
    ("active-days", "7"),
    ("active-likes", "0"),
    ("active-answers", "0"),
    ("active-clean", "0"),
    ("ace-posts", "100"),
    ("ace-days", "90"),
    ("ace-likes", "50"),
    ("ace-answers", "3"),
    ("ace-clean", "30"),
    ("guru-posts", "500"),
    ("guru-days", "365"),
    ("guru-likes", "300"),
    ("guru-answers", "20"),
    ("guru-clean", "90"),
];

async fn send(site: &TestSite, who: &Person, version: &str, apply: bool, other: &[(&str, &str)]) -> Page {
    let mut fields: Vec<(&str, &str)> = vec![("version", version)];
    fields.extend(RULES.iter().map(|(name, value)| {
        let changed = other.iter().find(|(field, _)| field == name);
        changed.copied().unwrap_or((*name, *value))
    }));
    fields.extend(apply.then_some(("apply", "yes")));
    site.post(who, "/admin/ranks", &fields).await
}

fn version(site: &TestSite) -> i64 {
    site.read(|conn| Ok(ranks::rulebook(conn)?.version))
}

#[actix_web::test]
async fn an_administrator_sees_who_would_change_and_then_publishes() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    site.member("ada-k");
    site.member("bob-m");
    set(&site, "ada-k", Did { posts: 6, days: 8, ..Did::default() });
    let form = site.get(&boss, "/admin/ranks").await.expect(200);
    assert_eq!(form.attribute("form:last-of-type input#active-posts", "value"), "10");

    let page = send(&site, &boss, "1", false, &[]).await.expect(200);
    assert_eq!(page.text("#preview-title"), "1 rank would change");
    assert_eq!(
        page.texts("#preview-title ~ table tbody tr").join(" | "),
        "Community MemberActive Member1 | Ada KCommunity MemberActive Member"
    );
    assert_eq!(page.attribute("input#active-posts", "value"), "5");
    assert_eq!((version(&site), rank(&site, "ada-k")), (1, Rank::CommunityMember), "looking changes nothing");

    let page = send(&site, &boss, "1", true, &[]).await.expect(303);
    assert_eq!(page.location(), "/admin/ranks?saved=rules");
    assert_eq!((version(&site), rank(&site, "ada-k")), (2, Rank::ActiveMember));
    assert_eq!(rank(&site, "bob-m"), Rank::CommunityMember);
    let row = audit(&site).pop().unwrap();
    assert_eq!((row.0.as_str(), row.1.as_str()), ("ranks-set", "rank rules 2"));
    assert!(row.2.contains("Active Member: At least 5 posts and 7 days since joining."), "{}", row.2);
    let page = site.get(&boss, page.location()).await.expect(200);
    assert!(page.text("[role=status]").contains("published"));
    assert!(site.get(&Person::visitor(), "/ranks").await.body.contains("At least 5 posts and 7 days"));
}

#[actix_web::test]
async fn a_preview_counts_everybody_and_names_the_first_fifty() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    for number in 0..52 {
        site.member(&format!("member-{number:02}"));
        set(&site, &format!("member-{number:02}"), Did { posts: 6, days: 8, ..Did::default() });
    }
    let page = send(&site, &boss, "1", false, &[]).await.expect(200);
    assert_eq!(page.text("#preview-title"), "52 ranks would change");
    assert_eq!(page.count("#preview-title ~ table tbody th"), 50);
    assert!(page.texts("caption").contains(&"The first 50 of them".to_owned()));
}

#[actix_web::test]
async fn rules_that_make_no_sense_come_back_with_the_message_beside_the_field() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    for apply in [false, true] {
        let page =
            send(&site, &boss, "1", apply, &[("ace-posts", "4"), ("guru-likes", "49")]).await.expect(422);
        assert_eq!(
            page.text("#ace-posts-problem"),
            "Active Member asks for 5 here; a higher rank cannot ask for less."
        );
        assert_eq!(
            page.text("#guru-likes-problem"),
            "Ace Contributor asks for 50 here; a higher rank cannot ask for less."
        );
        assert_eq!(page.count(".problem"), 2);
        assert_eq!(page.attribute("#ace-posts", "value"), "4");
        assert_eq!(page.attribute("#ace-posts", "aria-invalid"), "true");
        assert_eq!(page.attribute("#active-posts", "value"), "5", "nothing typed is lost");
    }
    for bad in ["", "many", "-1", "1000001", "<b>"] {
        let page = send(&site, &boss, "1", true, &[("guru-days", bad)]).await.expect(422);
        assert!(page.text("#guru-days-problem").contains("whole number"), "{bad}");
        assert_eq!(page.attribute("#guru-days", "value"), bad);
    }
    assert_eq!(version(&site), 1);
    assert!(audit(&site).iter().all(|row| row.0 != "ranks-set"));
}

#[actix_web::test]
async fn rules_that_were_changed_meanwhile_or_not_at_all_are_refused() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    send(&site, &boss, "1", true, &[]).await.expect(303);
    let page = send(&site, &boss, "1", true, &[("active-posts", "6")]).await.expect(409);
    assert!(page.body.contains("Somebody else changed the rules"), "{}", page.body);
    let page = send(&site, &boss, "2", true, &[]).await.expect(422);
    assert!(page.text("[role=alert]").contains("hold already"), "{}", page.text("[role=alert]"));
    assert_eq!(version(&site), 2);
}

#[actix_web::test]
async fn nobody_but_an_administrator_changes_the_rules() {
    let site = TestSite::start();
    for who in [
        Person::visitor(),
        site.member("ada-k"),
        site.staff("mod-m", &[Role::Moderator]),
        site.staff("manager-m", &[Role::CommunityManager]),
    ] {
        send(&site, &who, "1", true, &[]).await.expect(403);
    }
    assert_eq!(version(&site), 1);
}
