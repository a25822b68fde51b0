//! Blocks: whom a member does not want to read.

use std::collections::HashSet;

use diesel::prelude::*;
use touchstone::db::schema::member_blocks;
use touchstone::members::MemberId;
use touchstone::members::blocks::store as blocks;
use touchstone::members::rules::Role;

use crate::support::look::id_of;
use crate::support::{Person, TestSite};

fn blocked_by(site: &TestSite, handle: &str) -> HashSet<MemberId> {
    let of = member_blocks::table.filter(member_blocks::member_id.eq(id_of(site, handle)));
    let blocked: Vec<MemberId> = site.read(|conn| Ok(of.select(member_blocks::blocked_id).load(conn)?));
    blocked.into_iter().collect()
}

#[actix_web::test]
async fn a_member_blocks_another_and_takes_it_back() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    site.member("bob-m");
    let profile = site.get(&ada, "/u/bob-m").await.expect(200);
    assert_eq!(profile.count("form[action='/u/bob-m/block'] button"), 1);

    assert_eq!(site.post(&ada, "/u/bob-m/block", &[]).await.expect(303).location(), "/u/bob-m");
    assert_eq!(blocked_by(&site, "ada-k"), HashSet::from([id_of(&site, "bob-m")]));
    assert!(blocked_by(&site, "bob-m").is_empty(), "a block has one direction");
    let (ada_id, bob_id) = (id_of(&site, "ada-k"), id_of(&site, "bob-m"));
    let blocking = site.read(|conn| Ok(blocks::blocking(conn, bob_id, &[ada_id, bob_id])?));
    assert_eq!(blocking, HashSet::from([ada_id]));
    let profile = site.get(&ada, "/u/bob-m").await.expect(200);
    assert_eq!(profile.count("form[action='/u/bob-m/unblock'] button"), 1);
    assert_eq!(profile.count("form[action='/u/bob-m/block']"), 0);
    let list = site.get(&ada, "/settings/blocks").await.expect(200);
    assert_eq!(list.texts(".rows .row-title"), ["Bob M"]);

    // A second time changes nothing.
    site.post(&ada, "/u/Bob-M/block", &[]).await.expect(303);
    assert_eq!(blocked_by(&site, "ada-k").len(), 1);

    let back = site.post(&ada, "/u/bob-m/unblock", &[("next", "/settings/blocks")]).await.expect(303);
    assert_eq!(back.location(), "/settings/blocks");
    assert!(blocked_by(&site, "ada-k").is_empty());
    site.post(&ada, "/u/bob-m/unblock", &[]).await.expect(303);
    let list = site.get(&ada, "/settings/blocks").await.expect(200);
    assert!(list.text(".empty").contains("nobody"));
}

#[actix_web::test]
async fn staff_and_oneself_cannot_be_blocked() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    for (handle, role) in
        [("mod-m", Role::Moderator), ("manager-m", Role::CommunityManager), ("boss-b", Role::Administrator)]
    {
        site.staff(handle, &[role]);
        let page = site.post(&ada, &format!("/u/{handle}/block"), &[]).await.expect(422);
        assert!(page.body.contains("Staff cannot be blocked"), "{}", page.body);
        assert_eq!(site.get(&ada, &format!("/u/{handle}")).await.count("form[action$='/block']"), 0);
    }
    let page = site.post(&ada, "/u/ada-k/block", &[]).await.expect(422);
    assert!(page.body.contains("This is you"), "{}", page.body);
    assert_eq!(site.get(&ada, "/u/ada-k").await.expect(200).count("form[action$='/block']"), 0);
    site.post(&ada, "/u/nobody-here/block", &[]).await.expect(404);
    assert!(blocked_by(&site, "ada-k").is_empty());

    site.staff("agent-a", &[Role::VerificationAgent]);
    site.post(&ada, "/u/agent-a/block", &[]).await.expect(303);
}

#[actix_web::test]
async fn whoever_becomes_staff_is_read_again() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, bob) = (site.member("ada-k"), site.member("bob-m"));
    let boss = site.staff("boss-b", &[Role::Administrator]);
    let thread = site.thread(&bob, "craft", "Words of Bob's").await;
    site.post(&ada, "/u/bob-m/block", &[]).await.expect(303);
    assert_eq!(site.get(&ada, &thread).await.expect(200).count("#p-1[data-blocked]"), 1);
    site.post(&boss, "/admin/members/bob-m/roles", &[("role", "moderator")]).await.expect(303);

    assert_eq!(site.get(&ada, &thread).await.expect(200).count("[data-blocked]"), 0);
    assert!(site.get(&ada, &thread).await.text("#p-1 .post-body").contains("The first words"));
    assert_eq!(site.get(&ada, "/settings/blocks").await.texts(".rows .row-title"), ["Bob M"]);
}

#[actix_web::test]
async fn a_visitor_blocks_nobody() {
    let site = TestSite::start();
    site.member("bob-m");
    site.post(&Person::visitor(), "/u/bob-m/block", &[]).await.expect(403);
    assert_eq!(site.get(&Person::visitor(), "/u/bob-m").await.count("form[action$='/block']"), 0);
    assert!(
        site.get(&Person::visitor(), "/settings/blocks").await.expect(303).location().starts_with("/login")
    );
}

#[actix_web::test]
async fn a_way_onward_never_leaves_the_site() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    site.member("bob-m");
    let page = site.post(&ada, "/u/bob-m/block", &[("next", "https://evil.example")]).await.expect(303);
    assert_eq!(page.location(), "/");
}

#[actix_web::test]
async fn the_list_goes_on_where_it_ended() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    for number in 0..51 {
        site.member(&format!("other-{number:02}"));
        site.post(&ada, &format!("/u/other-{number:02}/block"), &[]).await.expect(303);
    }
    let first = site.get(&ada, "/settings/blocks").await.expect(200);
    assert_eq!(first.count(".rows .row"), 50);
    let second = site.get(&ada, &first.attribute("a[rel=next]", "href")).await.expect(200);
    assert_eq!(second.attributes(".rows .row-title a", "href"), ["/u/other-50"]);
    assert_eq!(second.count("a[rel=next]"), 0);
}
