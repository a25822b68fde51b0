//! What everybody reads of a badge, and that nothing of it tells who hides theirs.

use touchstone::badges::actions::{Likeness, likeness};
use touchstone::badges::rules::{GrantState, Place};
use touchstone::text::names::DisplayName;
use touchstone::verification::badge::actions;

use super::{is_shown, passed, place, settle};
use crate::support::look::id_of;
use crate::support::{Person, TestSite};

const PAGE: &str = "/badges/identity-verified";

fn hide(site: &TestSite, handle: &str, is_hidden: bool) {
    let (id, now) = (id_of(site, handle), site.clock.now());
    site.write(move |conn| actions::set_hidden(conn, id, is_hidden, now));
}

#[actix_web::test]
async fn the_page_says_what_is_checked_by_whom_and_under_which_policies() {
    let site = TestSite::start();
    let page = site.get(&Person::visitor(), PAGE).await.expect(200);
    assert!(page.body.contains("Two people, never one"));
    assert_eq!(page.attributes("[data-policy]", "data-policy"), ["2", "1"]);
    assert_eq!(page.text("#policy-2"), "Policy 2, the rule now");
    let (now, earlier) = (page.text("div[data-policy]"), page.text("tr[data-policy]"));
    assert!(now.contains("document and live call") && now.contains("24 months"), "{now}");
    assert!(earlier.contains("2014") || earlier.contains("document"), "{earlier}");
    assert_eq!(page.count("main a[href='/badges/check']"), 1);
}

#[actix_web::test]
async fn figures_count_from_ten_on_and_know_nothing_of_who_hides() {
    let site = TestSite::start();
    let held = async || site.get(&Person::visitor(), PAGE).await.expect(200).text("[data-held]");
    let none = held().await;
    for number in 0..9 {
        passed(&site, &format!("many-m{number}"), false);
    }
    settle(&site, 61).await;
    assert_eq!(held().await, none, "nine are as good as none");
    assert_eq!(none, "Fewer than 10 members");
    passed(&site, "tenth-t", false);
    settle(&site, 61).await;
    assert_eq!(held().await, "10 members");
    let list = site.get(&Person::visitor(), "/badges").await.expect(200);
    assert!(list.texts(".row-last").contains(&"10 members".to_owned()));
    hide(&site, "tenth-t", true);
    assert_eq!(held().await, none, "whoever hides it is as good as without");
    hide(&site, "tenth-t", false);
    assert_eq!(held().await, "10 members");
}

#[actix_web::test]
async fn a_name_like_that_of_somebody_who_hides_is_told_nothing_of_it() {
    let site = TestSite::start();
    passed(&site, "ada-north", false);
    settle(&site, 61).await;
    let (id, now) = (id_of(&site, "ada-north"), site.clock.now());
    let name = site.read(move |conn| Ok(touchstone::members::store::get(conn, id)?.name));
    let name = DisplayName::parse(&name).unwrap();
    let compare = || {
        let name = name.clone();
        site.read(move |conn| likeness(conn, &name, None, now))
    };
    assert_eq!(compare(), Likeness::Imitation);
    hide(&site, "ada-north", true);
    assert_eq!(compare(), Likeness::NearMiss, "as for a member without a badge");
}

#[actix_web::test]
async fn programs_find_the_embed_only_where_there_is_something_to_show() {
    let site = TestSite::start();
    passed(&site, "ada-north", false);
    let link = "link[type='application/json+oembed']";
    let page = async || site.get(&Person::visitor(), "/badges/of/ada-north").await.expect(200);
    assert_eq!(page().await.count(link), 0, "while it settles");
    settle(&site, 61).await;
    let shown = page().await;
    assert_eq!(shown.count(link), 1);
    let embed = site.get(&Person::visitor(), &shown.attribute(link, "href")).await.expect(200);
    assert!(embed.body.contains("Identity Verified"), "{}", embed.body);
    hide(&site, "ada-north", true);
    assert_eq!(page().await.count(link), 0);
}

#[actix_web::test]
async fn whoever_hid_the_badge_stays_hidden_after_the_next_check() {
    let site = TestSite::start();
    let (ada, first) = passed(&site, "ada-north", false);
    settle(&site, 61).await;
    hide(&site, "ada-north", true);
    let (_, second) = again(&site, "ada-north");
    settle(&site, 61).await;
    assert_eq!(place(&site, first), Place::of(GrantState::Superseded));
    assert_eq!(place(&site, second), Place::of(GrantState::Active));
    assert!(!is_shown(&site, "ada-north"));
    let own = site.get(&ada, "/verification/badge").await.expect(200);
    assert_eq!(own.attribute("#badge", "data-hidden"), "true");
    // Shown again, the next one is shown as well.
    hide(&site, "ada-north", false);
    assert!(is_shown(&site, "ada-north"));
    let (_, third) = again(&site, "ada-north");
    settle(&site, 61).await;
    assert_eq!(place(&site, third), Place::of(GrantState::Active));
    assert!(is_shown(&site, "ada-north"));
}

/// The same member, checked anew.
fn again(site: &TestSite, handle: &str) -> (Person, i64) {
    super::checked(site, site.sign_in(handle), false)
}
