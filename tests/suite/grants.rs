//! The way of a badge's grant: settling, the second look, the promise, the name, and its end.

mod ending;
mod images;
mod public;
mod taken_over;
mod trust;

use chrono::TimeDelta;
use diesel::prelude::*;
use touchstone::badges;
use touchstone::badges::rules::{Badge, Cause, GrantState, Place};
use touchstone::db::schema::{badge_grants, calls};
use touchstone::members::MemberId;
use touchstone::text::names::DisplayName;
use touchstone::verification::badge::actions;
use touchstone::verification::badge::rules::Doubt;
use touchstone::verification::call::CallId;

use crate::calls::{approve, waive};
use crate::support::look::{audit, find, id_of};
use crate::support::{Page, Person, TestSite};

const LIST: &str = "/agent/second-looks";

/// A member whose document Dora approved and whose call Noor passed, with the grant that follows.
pub fn passed(site: &TestSite, handle: &str, needs_second: bool) -> (Person, i64) {
    for agent in ["dora-d", "noor-v"] {
        if find(site, agent).is_none() {
            site.agent(agent);
        }
    }
    if find(site, handle).is_some() {
        return checked(site, site.sign_in(handle), needs_second);
    }
    let (who, dora) = (site.member(handle), id_of(site, "dora-d"));
    waive(site, id_of(site, handle), dora);
    checked(site, who, needs_second)
}

/// The same for somebody who is a member already.
fn checked(site: &TestSite, who: Person, needs_second: bool) -> (Person, i64) {
    let handle = &*who.handle.clone();
    let (member, dora, noor) = (id_of(site, handle), id_of(site, "dora-d"), id_of(site, "noor-v"));
    let case = approve(site, member, dora);
    let now = site.clock.now();
    let grant = site.write(move |conn| {
        let call: i64 = diesel::insert_into(calls::table)
            .values((
                calls::member_id.eq(member),
                calls::case_id.eq(case.0),
                calls::policy_version.eq(2),
                calls::state.eq("passed"),
                calls::agent_id.eq(noor.0),
                calls::decided_at.eq(now),
                calls::made_at.eq(now),
                calls::queued_at.eq(now),
                calls::is_flagged.eq(needs_second),
            ))
            .returning(calls::id)
            .get_result(conn)?;
        actions::begin_with(conn, case, CallId(call), needs_second, now)?;
        Ok(badge_grants::table.order(badge_grants::id.desc()).select(badge_grants::id).first(conn)?)
    });
    (who, grant)
}

pub fn place(site: &TestSite, grant: i64) -> Place {
    site.read(move |conn| Ok(badges::store::place(conn, grant)?.unwrap()))
}

pub fn is_shown(site: &TestSite, handle: &str) -> bool {
    let (id, now) = (id_of(site, handle), site.clock.now());
    let shown = site.read(move |conn| Ok(badges::store::shown_by(conn, &[id], now)?));
    let public = site
        .read(move |conn| Ok(badges::store::public_grant(conn, id, Badge::IdentityVerified, now)?.is_some()));
    assert_eq!(shown.get(&id).is_some_and(|badges| !badges.is_empty()), public);
    public
}

pub async fn settle(site: &TestSite, minutes: i64) {
    site.clock.advance(TimeDelta::minutes(minutes));
    site.forum.jobs(None).settle_badges().await.unwrap();
}

fn rename(site: &TestSite, member: MemberId, name: &str) -> usize {
    let (name, now) = (DisplayName::parse(name).unwrap(), site.clock.now());
    site.write(move |conn| badges::actions::rename(conn, member, &name, now))
}

pub fn acts(site: &TestSite, act: &str) -> usize {
    audit(site).iter().filter(|(one, ..)| one == act).count()
}

async fn confirm(site: &TestSite, who: &Person, grant: i64) -> Page {
    site.post(who, &format!("{LIST}/{grant}"), &[("outcome", "confirm")]).await
}

#[actix_web::test]
async fn a_grant_without_a_second_look_settles_by_itself() {
    let site = TestSite::start();
    let (ada, grant) = passed(&site, "ada-l", false);
    let page = site.get(&ada, "/verification").await.expect(200);
    assert!(page.text(".lede").contains("promised by Nov 20, 2026, 12:00 UTC"), "{}", page.text(".lede"));
    settle(&site, 59).await;
    assert_eq!(place(&site, grant), Place::BEGIN);
    settle(&site, 2).await;
    assert_eq!(place(&site, grant), Place::of(GrantState::Active));
    assert!(is_shown(&site, "ada-l"));
}

#[actix_web::test]
async fn a_broken_promise_is_told_with_the_clock_time_and_by_how_much() {
    let site = TestSite::start();
    let (ada, _) = passed(&site, "ada-l", true);
    settle(&site, 48 * 60 + 185).await;
    let lede = site.get(&ada, "/verification").await.expect(200).text(".lede");
    assert!(lede.contains("by Nov 20, 2026, 12:00 UTC") && lede.contains("late by 3 h 05 min"), "{lede}");
    let boris = site.agent("boris-s");
    let list = site.get(&boris, LIST).await.expect(200);
    assert!(list.text("[data-look]").contains("late by 3 h 05 min"));
}

#[actix_web::test]
async fn a_second_agent_who_took_no_part_confirms_and_the_badge_is_shown_at_once() {
    let site = TestSite::start();
    let boris = site.agent("boris-s");
    let (ada, grant) = passed(&site, "ada-l", true);
    settle(&site, 24 * 60).await;
    assert_eq!(place(&site, grant), Place::BEGIN, "nothing settles before somebody looked");
    site.prove(&boris);

    let list = site.get(&boris, LIST).await.expect(200);
    let row = list.text("[data-look]");
    assert!(
        row.contains("Document: approve by an agent") && row.contains("Call: passed by an agent"),
        "{row}"
    );
    assert!(!list.body.contains("Dora") && !list.body.contains("Noor"), "agents are named by their role");
    site.post(&boris, &format!("{LIST}/{grant}"), &[]).await.expect(422);
    assert_eq!(place(&site, grant), Place::BEGIN);

    let done = confirm(&site, &boris, grant).await.expect(303);
    assert_eq!(done.location(), "/agent/second-looks?told=active");
    assert!(is_shown(&site, "ada-l"));
    assert_eq!((acts(&site, "second-look.confirmed"), acts(&site, "badge-active")), (1, 1));
    let list = site.get(&boris, done.location()).await.expect(200);
    assert_eq!(list.count("[data-look]"), 0);
    confirm(&site, &boris, grant).await.expect(409);
    assert_eq!(acts(&site, "second-look.confirmed"), 1);
    let lede = site.get(&ada, "/verification").await.expect(200).text(".lede");
    assert!(lede.contains("Your identity is verified"), "{lede}");
}

#[actix_web::test]
async fn whoever_took_part_in_a_step_does_not_look_a_second_time() {
    let site = TestSite::start();
    let (dora, noor) = (site.agent("dora-d"), site.agent("noor-v"));
    let (ada, grant) = passed(&site, "ada-l", true);
    for who in [&dora, &noor] {
        let list = site.get(who, LIST).await.expect(200);
        assert_eq!(list.count("[data-look] .button"), 0);
        let refused = confirm(&site, who, grant).await.expect(403);
        assert!(refused.body.contains("You took part in one of the two steps"));
        site.get(who, &format!("{LIST}/{grant}")).await.expect(403);
    }
    confirm(&site, &ada, grant).await.expect(403);
    assert_eq!(place(&site, grant), Place::BEGIN);
    assert_eq!(acts(&site, "second-look.confirmed"), 0);
    let boris = site.agent("boris-s");
    confirm(&site, &boris, 999).await.expect(404);
}

#[actix_web::test]
async fn a_refusal_needs_its_words_and_is_told_as_a_class() {
    let site = TestSite::start();
    let boris = site.agent("boris-s");
    let (ada, grant) = passed(&site, "ada-l", true);
    let path = format!("{LIST}/{grant}");
    let form = [("outcome", "refuse"), ("reason", "document"), ("words", " ")];
    let page = site.post(&boris, &path, &form).await.expect(422);
    assert_eq!((page.count("#words-problem"), page.count("#reason-problem")), (1, 0));
    assert_eq!(page.attribute("option[selected]", "value"), "document");
    let form = [("outcome", "refuse"), ("reason", "nothing"), ("words", "The seal <b>differs</b>")];
    let page = site.post(&boris, &path, &form).await.expect(422);
    assert_eq!(page.text("textarea"), "The seal <b>differs</b>");
    assert_eq!(place(&site, grant), Place::BEGIN);

    let form = [("outcome", "refuse"), ("reason", "document"), ("words", "The seal differs")];
    site.post(&boris, &path, &form).await.expect(303);
    assert_eq!(place(&site, grant), Place::of(GrantState::Revoked));
    assert!(!is_shown(&site, "ada-l"));
    assert!(audit(&site).iter().any(|(act, subject, why)| {
        act == "second-look.refused"
            && *subject == format!("grant {grant}")
            && why == "document: The seal differs"
    }));
    let page = site.get(&ada, "/verification").await.expect(200);
    assert!(page.text(".lede").contains(Doubt::Document.told()), "{}", page.text(".lede"));
    assert!(!page.body.contains("seal differs"));
    settle(&site, 24 * 60).await;
    assert_eq!(place(&site, grant), Place::of(GrantState::Revoked), "what ended does not come back");
    site.prove(&boris);
    confirm(&site, &boris, grant).await.expect(409);
}

#[test]
fn two_agents_who_look_at_once_decide_once() {
    let site = TestSite::start();
    for agent in ["boris-s", "cleo-s"] {
        site.agent(agent);
    }
    let (_, grant) = passed(&site, "ada-l", true);
    let (boris, cleo, now) = (id_of(&site, "boris-s"), id_of(&site, "cleo-s"), site.clock.now());
    let barrier = std::sync::Barrier::new(2);
    let decide = |agent: MemberId, confirms: bool| {
        barrier.wait();
        site.db.write_now(move |conn| {
            if confirms {
                actions::confirm(conn, grant, agent, now).map(|_| ())
            } else {
                actions::refuse(conn, grant, agent, (Doubt::Person, "Not the same"), now)
            }
        })
    };
    let (one, other) = std::thread::scope(|scope| {
        let (one, other) = (scope.spawn(|| decide(boris, true)), scope.spawn(|| decide(cleo, false)));
        (one.join().unwrap(), other.join().unwrap())
    });
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    let then = if one.is_ok() { GrantState::Active } else { GrantState::Revoked };
    assert_eq!(place(&site, grant), Place::of(then));
    assert_eq!(acts(&site, "second-look.confirmed") + acts(&site, "second-look.refused"), 1);
}

#[actix_web::test]
async fn a_name_change_takes_the_badge_off_in_the_same_transaction() {
    let site = TestSite::start();
    let (ada, grant) = passed(&site, "ada-l", false);
    settle(&site, 61).await;
    let id = id_of(&site, "ada-l");
    let name = site.read(move |conn| Ok(touchstone::members::store::get(conn, id)?.name));
    let now = site.clock.now();

    // A transaction that fails leaves both as they were.
    let other = DisplayName::parse("Zoe Quill").unwrap();
    let failed = site.try_write(move |conn| {
        badges::actions::rename(conn, id, &other, now)?;
        assert!(badges::store::shown_by(conn, &[id], now)?.is_empty());
        Err::<(), _>(touchstone::error::Error::NotFound)
    });
    assert!(failed.is_err());
    assert!(is_shown(&site, "ada-l"));
    assert_eq!(site.read(move |conn| Ok(touchstone::members::store::get(conn, id)?.name)), name);

    assert_eq!(rename(&site, id, "Zoe Quill"), 1);
    assert_eq!(place(&site, grant), Place::off(Cause::Name));
    assert!(!is_shown(&site, "ada-l"));
    assert_eq!(acts(&site, "badges-suspended"), 1);
    let lede = site.get(&ada, "/verification").await.expect(200).text(".lede");
    assert!(lede.contains(&name) && lede.contains("verify again under the new name"), "{lede}");
    rename(&site, id, "Zoe Quillon");
    assert_eq!(place(&site, grant), Place::off(Cause::Name));

    // The way back: the bound name brings it back at once.
    assert_eq!(rename(&site, id, &name), 0);
    assert_eq!(place(&site, grant), Place::of(GrantState::Active));
    assert!(is_shown(&site, "ada-l"));
    assert_eq!(acts(&site, "badges-returned"), 1);
}

#[actix_web::test]
async fn a_name_that_changed_while_it_settled_holds_the_badge_back_until_it_is_back() {
    let site = TestSite::start();
    let (_, grant) = passed(&site, "ada-l", true);
    let (id, boris) = (id_of(&site, "ada-l"), site.agent("boris-s"));
    let name = site.read(move |conn| Ok(touchstone::members::store::get(conn, id)?.name));
    rename(&site, id, "Zoe Quill");
    let done = confirm(&site, &boris, grant).await.expect(303);
    assert_eq!(done.location(), "/agent/second-looks?told=suspended");
    assert!(!is_shown(&site, "ada-l"));
    rename(&site, id, &name);
    assert!(is_shown(&site, "ada-l"));
}

#[actix_web::test]
async fn what_is_off_for_another_cause_does_not_come_back_with_the_name() {
    let site = TestSite::start();
    let (_, grant) = passed(&site, "ada-l", false);
    settle(&site, 61).await;
    let id = id_of(&site, "ada-l");
    let name = site.read(move |conn| Ok(touchstone::members::store::get(conn, id)?.name));
    site.write(move |conn| {
        let due = badges::store::due(conn, grant)?.unwrap();
        let to = Place::off(Cause::Report);
        assert!(badges::store::move_to(conn, &due, Place::of(GrantState::Active), to)?);
        Ok(())
    });
    rename(&site, id, "Zoe Quill");
    rename(&site, id, &name);
    assert_eq!(place(&site, grant), Place::off(Cause::Report));
    assert!(!is_shown(&site, "ada-l"));
}

#[actix_web::test]
async fn a_badge_past_its_date_ends_and_its_member_is_told() {
    let site = TestSite::start();
    let (ada, grant) = passed(&site, "ada-l", false);
    settle(&site, 61).await;
    let ends = site.clock.now() + TimeDelta::days(1);
    site.write(move |conn| {
        diesel::update(badge_grants::table.find(grant))
            .set(badge_grants::expires_at.eq(ends))
            .execute(conn)?;
        Ok(())
    });
    settle(&site, 24 * 60 - 1).await;
    assert!(is_shown(&site, "ada-l"));
    settle(&site, 2).await;
    assert_eq!(place(&site, grant), Place::of(GrantState::Expired));
    assert!(!is_shown(&site, "ada-l"));
    assert_eq!(acts(&site, "badge-expired"), 1);
    let page = site.get(&ada, "/verification").await.expect(200);
    assert!(page.text(".lede").contains("Its time is over"), "{}", page.text(".lede"));
}

#[actix_web::test]
async fn what_is_not_shown_looks_as_if_it_never_was() {
    let site = TestSite::start();
    let (ada, grant) = passed(&site, "ada-north", false);
    let none = site.member("ben-north");
    let looks = async |who: &Person| {
        let path = format!("/badges/of/{}", who.handle);
        let body = site.get(&Person::visitor(), &path).await.expect(200).body;
        body.replace(&who.handle, "HANDLE")
            .replace(if who.handle == ada.handle { "Ada" } else { "Ben" }, "NAME")
    };
    let empty = looks(&none).await;
    assert_eq!(looks(&ada).await, empty, "while it settles");
    settle(&site, 60).await;
    let shown = looks(&ada).await;
    assert!(shown.contains("Identity checked on Nov 18, 2026") && shown.contains("Valid until"), "{shown}");
    let member = id_of(&site, "ada-north");
    let now = site.clock.now();
    site.write(move |conn| actions::set_hidden(conn, member, true, now));
    assert_eq!(looks(&ada).await, empty, "while it is hidden");
    site.write(move |conn| actions::set_hidden(conn, member, false, now));
    assert_eq!(looks(&ada).await, shown);
    rename(&site, member, "Ada Other");
    assert_eq!(place(&site, grant).state, GrantState::Suspended);
}

#[actix_web::test]
async fn a_member_hides_their_badge_everywhere_and_shows_it_again() {
    let site = TestSite::start();
    site.open_board("talk");
    let (ada, _) = passed(&site, "ada-north", false);
    settle(&site, 60).await;
    let thread = site.thread(&ada, "talk", "A thread with a badge").await;
    let seen = async || {
        let count =
            async |path: &str| site.get(&Person::visitor(), path).await.expect(200).count("[data-badge]");
        let elsewhere = site.get(&Person::visitor(), "/badges/of/ada-north.svg").await.expect(200).body;
        (count(&thread).await, count("/u/ada-north").await, elsewhere.contains("Identity verified"))
    };
    assert_eq!(seen().await, (1, 1, true));
    let own = "/verification/badge";
    let hidden = site.post(&ada, own, &[("hide", "true")]).await.expect(303);
    assert_eq!(hidden.location(), "/verification/badge?told=hidden");
    assert_eq!(seen().await, (0, 0, false));
    let page = site.get(&ada, own).await.expect(200);
    assert!(page.text("#badge").contains("You hid it") && page.text("#badge").contains("Show it again"));
    assert!(site.get(&ada, "/verification").await.expect(200).body.contains("You hid it"));
    assert_eq!((acts(&site, "badge-hidden"), acts(&site, "badge-shown")), (1, 0));
    // A second time changes nothing, and nobody hides another's.
    assert_eq!(site.post(&ada, own, &[("hide", "true")]).await.expect(303).location(), own);
    let ben = site.member("ben-north");
    assert_eq!(site.post(&ben, own, &[("hide", "false")]).await.expect(303).location(), own);
    assert_eq!(seen().await, (0, 0, false));
    site.post(&ada, own, &[("hide", "false")]).await.expect(303);
    assert_eq!(seen().await, (1, 1, true));
}
