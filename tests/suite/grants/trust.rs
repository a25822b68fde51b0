//! What trust administrators do: off for now, shown again, and, two together, taken away.

use touchstone::badges::rules::{Cause, GrantState, Place};
use touchstone::members::MemberId;
use touchstone::members::rules::Role;
use touchstone::verification::badge::actions;
use touchstone::verification::badge::rules::Doubt;

use super::{acts, is_shown, passed, place, rename, settle};
use crate::support::look::id_of;
use crate::support::{Person, TestSite};

const HERE: &str = "/admin/badges";

pub fn trusted(site: &TestSite, handle: &str) -> Person {
    site.add_app(site.staff(handle, &[Role::TrustAdministrator]))
}

fn form<'a>(act: &'a str, reason: &'a str, words: &'a str) -> [(&'a str, &'a str); 4] {
    [("handle", "ada-l"), ("act", act), ("reason", reason), ("words", words)]
}

#[actix_web::test]
async fn a_trust_administrator_takes_a_badge_off_and_shows_it_again() {
    let site = TestSite::start();
    let (ada, grant) = passed(&site, "ada-l", false);
    settle(&site, 61).await;
    let tess = trusted(&site, "tess-t");
    let root = site.staff("root-r", &[Role::Administrator]);
    site.post(&root, HERE, &form("report", "", "A report of fraud")).await.expect(403);
    let page = site.post(&tess, HERE, &form("report", "", "")).await.expect(422);
    assert_eq!((page.count("#words-problem"), page.attribute("#handle", "value").as_str()), (1, "ada-l"));
    assert!(is_shown(&site, "ada-l"));

    site.post(&tess, HERE, &form("report", "", "A report of fraud")).await.expect(303);
    assert_eq!(place(&site, grant), Place::off(Cause::Report));
    assert!(!is_shown(&site, "ada-l"));
    let lede = site.get(&ada, "/verification").await.expect(200).text(".lede");
    assert!(lede.contains("A report about you is being looked into"), "{lede}");
    site.post(&tess, HERE, &form("take-over", "", "Again")).await.expect(422);
    assert_eq!(place(&site, grant), Place::off(Cause::Report));

    site.post(&tess, HERE, &form("lift", "", "Nothing in it")).await.expect(303);
    assert_eq!(place(&site, grant), Place::of(GrantState::Active));
    assert!(is_shown(&site, "ada-l"));
    assert_eq!((acts(&site, "grant.suspended"), acts(&site, "grant.lifted")), (1, 1));
    site.post(&tess, HERE, &form("lift", "", "Nothing in it")).await.expect(422);
}

#[actix_web::test]
async fn a_badge_that_is_lifted_under_another_name_waits_for_its_own() {
    let site = TestSite::start();
    let (_, grant) = passed(&site, "ada-l", false);
    settle(&site, 61).await;
    let id = id_of(&site, "ada-l");
    let name = site.read(move |conn| Ok(touchstone::members::store::get(conn, id)?.name));
    let tess = trusted(&site, "tess-t");
    site.post(&tess, HERE, &form("take-over", "", "Signs of it")).await.expect(303);
    rename(&site, id, "Zoe Quill");
    site.post(&tess, HERE, &form("lift", "", "It is them")).await.expect(303);
    assert_eq!(place(&site, grant), Place::off(Cause::Name));
    site.post(&tess, HERE, &form("lift", "", "It is them")).await.expect(422);
    rename(&site, id, &name);
    assert!(is_shown(&site, "ada-l"));
}

#[actix_web::test]
async fn two_trust_administrators_take_a_badge_away_and_never_one() {
    let site = TestSite::start();
    let (ada, grant) = passed(&site, "ada-l", false);
    settle(&site, 61).await;
    let (tess, uma) = (trusted(&site, "tess-t"), trusted(&site, "uma-t"));
    site.post(&tess, HERE, &form("revoke", "", "It was not them")).await.expect(422);
    site.post(&tess, HERE, &form("revoke", "untrue", "It was not them")).await.expect(303);
    site.post(&tess, HERE, &form("revoke", "untrue", "Again")).await.expect(409);
    let open = site.get(&tess, HERE).await.expect(200);
    assert_eq!((open.count("[data-revocation]"), open.count("[data-revocation] form")), (1, 0));
    let path = format!("{HERE}/{}", open.attribute("[data-revocation]", "data-revocation"));
    site.post(&tess, &path, &[("outcome", "confirm")]).await.expect(403);
    site.post(&ada, &path, &[("outcome", "confirm")]).await.expect(403);
    site.post(&uma, &path, &[]).await.expect(422);
    assert!(is_shown(&site, "ada-l"));

    site.post(&uma, &path, &[("outcome", "confirm")]).await.expect(303);
    assert_eq!(place(&site, grant), Place::of(GrantState::Revoked));
    assert!(!is_shown(&site, "ada-l"));
    site.post(&uma, &path, &[("outcome", "confirm")]).await.expect(409);
    let lede = site.get(&ada, "/verification").await.expect(200).text(".lede");
    assert!(lede.contains(Doubt::Untrue.told()) && !lede.contains("not them"), "{lede}");
    assert_eq!((acts(&site, "revocation.asked"), acts(&site, "revocation.confirmed")), (1, 1));
}

#[actix_web::test]
async fn a_refused_revocation_leaves_the_badge() {
    let site = TestSite::start();
    let (_, grant) = passed(&site, "ada-l", false);
    settle(&site, 61).await;
    let (tess, uma) = (trusted(&site, "tess-t"), trusted(&site, "uma-t"));
    site.post(&tess, HERE, &form("revoke", "person", "Not sure")).await.expect(303);
    let open = site.get(&uma, HERE).await.expect(200);
    let path = format!("{HERE}/{}", open.attribute("[data-revocation]", "data-revocation"));
    site.post(&uma, &path, &[("outcome", "refuse")]).await.expect(303);
    assert_eq!(place(&site, grant), Place::of(GrantState::Active));
    assert_eq!(site.get(&uma, HERE).await.expect(200).count("[data-revocation]"), 0);
}

#[actix_web::test]
async fn two_confirmations_at_once_take_it_away_once() {
    let site = TestSite::start();
    let (_, grant) = passed(&site, "ada-l", false);
    settle(&site, 61).await;
    for handle in ["tess-t", "uma-t", "vera-t"] {
        trusted(&site, handle);
    }
    let [tess, uma, vera] = ["tess-t", "uma-t", "vera-t"].map(|handle| id_of(&site, handle));
    let now = site.clock.now();
    let asked = site
        .write(move |conn| actions::ask_revocation(conn, "ada-l", (Doubt::Person, "Not them"), tess, now));
    let barrier = std::sync::Barrier::new(3);
    let confirm = |by: MemberId| {
        barrier.wait();
        site.db.write_now(move |conn| actions::decide_revocation(conn, asked, by, true, now))
    };
    let done = std::thread::scope(|scope| {
        let running = [tess, uma, vera].map(|by| scope.spawn(move || confirm(by)));
        running.map(|one| one.join().unwrap())
    });
    assert!(done[0].is_err(), "whoever asked does not decide");
    assert!(done[1].is_ok() != done[2].is_ok(), "{done:?}");
    assert_eq!(place(&site, grant), Place::of(GrantState::Revoked));
    assert_eq!((acts(&site, "revocation.confirmed"), acts(&site, "badge-revoked")), (1, 1));
}

#[actix_web::test]
async fn what_trust_administrators_do_asks_for_a_second_factor() {
    let site = TestSite::start();
    let (_, grant) = passed(&site, "ada-l", false);
    settle(&site, 61).await;
    let sent = form("report", "", "A report of fraud");
    // Without one, they are led to add it; and a form does nothing.
    let bare = site.staff("vera-t", &[Role::TrustAdministrator]);
    assert_eq!(site.get(&bare, HERE).await.expect(303).location(), "/settings/second-factor?needed=desk");
    site.post(&bare, HERE, &sent).await.expect(403);
    site.post(&bare, &format!("{HERE}/1"), &[("outcome", "confirm")]).await.expect(403);
    // With one that was not shown for a while, they are asked for it, and the form is kept.
    let tess = trusted(&site, "tess-t");
    site.get(&tess, HERE).await.expect(200);
    site.clock.advance(chrono::TimeDelta::minutes(16));
    assert!(site.get(&tess, HERE).await.expect(303).location().starts_with("/agent/sign-in?next="));
    let kept = site.post(&tess, HERE, &sent).await.expect(401);
    assert_eq!(kept.attribute("input[name=to]", "value"), HERE);
    assert_eq!(kept.attribute("input[name=kept-words]", "value"), "A report of fraud");
    assert_eq!(place(&site, grant), Place::of(GrantState::Active));
    site.prove(&tess);
    site.post(&tess, HERE, &sent).await.expect(303);
    assert_eq!(place(&site, grant), Place::off(Cause::Report));
}

#[actix_web::test]
async fn only_trust_administrators_are_led_to_their_page() {
    let site = TestSite::start();
    let tess = trusted(&site, "tess-t");
    let root = site.staff("root-r", &[Role::Administrator]);
    let both = site.add_app(site.staff("both-b", &[Role::Administrator, Role::TrustAdministrator]));
    let link = format!("a[href='{HERE}']");
    assert_eq!(site.get(&tess, "/").await.expect(200).count(&link), 1);
    assert_eq!(site.get(&root, "/admin").await.expect(200).count(&link), 0);
    assert_eq!(site.get(&both, "/admin").await.expect(200).count(&link), 2, "in the header and at the side");
    assert_eq!(site.get(&both, HERE).await.expect(200).count(".side-nav [aria-current]"), 1);
    assert_eq!(site.get(&tess, HERE).await.expect(200).count(".side-nav"), 0, "the rest is not theirs");
}
