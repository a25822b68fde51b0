//! A badge that ends: its member is reminded, and may be checked anew while it stands.

use chrono::TimeDelta;
use diesel::prelude::*;
use touchstone::badges::rules::{GrantState, Place};
use touchstone::db::Db;
use touchstone::db::schema::badge_grants;
use touchstone::outside::mail::Mail;
use touchstone::verification::badge::actions::remind;

use super::{is_shown, passed, place, settle};
use crate::support::look::mails;
use crate::support::{Person, TestSite};

const CONSENT: &str = "/verification/document/consent";

/// The badge that a grant begins ends after so many days.
fn ends_in(site: &TestSite, grant: i64, days: i64) {
    let ends = site.clock.now() + TimeDelta::days(days);
    site.write(move |conn| {
        let row = diesel::update(badge_grants::table.find(grant));
        let given = badge_grants::granted_at.eq(ends - TimeDelta::days(700));
        row.set((given, badge_grants::expires_at.eq(ends), badge_grants::needs_second.eq(false)))
            .execute(conn)?;
        Ok(())
    });
}

/// A shown badge that ends after so many days.
async fn ending(site: &TestSite, handle: &str, days: i64) -> (Person, i64) {
    let (who, grant) = passed(site, handle, false);
    settle(site, 61).await;
    ends_in(site, grant, days);
    (who, grant)
}

/// The reminders that left, the newest first, after the job looked once more.
async fn reminders(site: &TestSite) -> Vec<Mail> {
    site.forum.jobs(None).remind_of_badges().await.unwrap();
    site.forum.jobs(None).drain_outbox().await.unwrap();
    mails(site).into_iter().filter(|mail| mail.subject.starts_with("Your badge ends")).collect()
}

#[actix_web::test]
async fn members_are_reminded_thirty_and_seven_days_before_and_once_each() {
    let mut site = TestSite::start();
    let (ada, _) = ending(&site, "ada-l", 40).await;
    let minute = TimeDelta::minutes(1);
    let day = |days| TimeDelta::days(days);
    for (wait, count) in [
        (day(10) - minute, 0),
        (minute, 1),
        (minute, 1),
        (day(23) - minute * 2, 1),
        (minute, 2),
        (day(6), 2),
        (day(1), 2),
        (day(9), 2),
    ] {
        site.clock.advance(wait);
        assert_eq!(reminders(&site).await.len(), count, "after {wait} more");
        site = site.reopened();
        assert_eq!(reminders(&site).await.len(), count, "after {wait} more and a restart");
    }
    let mail = reminders(&site).await.remove(0);
    assert_eq!(mail.subject, "Your badge ends on Dec 28, 2026, 13:01 UTC");
    for words in
        ["/verification", "your account is not affected in any way", "stays as it is until the new one"]
    {
        assert!(mail.body.contains(words), "{words}: {}", mail.body);
    }
    let ada = site.sign_in(&ada.handle);
    let told = site.get(&ada, "/notifications").await.expect(200);
    assert_eq!(told.body.matches(">Your badge Identity Verified ends soon").count(), 2, "{}", told.body);
}

#[actix_web::test]
async fn whoever_hides_the_badge_is_reminded_and_whoever_gets_a_newer_one_is_not() {
    let site = TestSite::start();
    let (_, grant) = ending(&site, "ada-l", 6).await;
    site.write(move |conn| {
        let row = diesel::update(badge_grants::table.find(grant));
        row.set(badge_grants::hidden_at.eq(badge_grants::granted_at.nullable())).execute(conn)?;
        Ok(())
    });
    assert!(!is_shown(&site, "ada-l"));
    assert_eq!(reminders(&site).await.len(), 1, "of two that are due the last alone leaves");
    site.clock.advance(TimeDelta::days(1));
    assert_eq!(reminders(&site).await.len(), 1);

    let (_, old) = ending(&site, "ben-n", 6).await;
    let (_, new) = passed(&site, "ben-n", true);
    assert_eq!(place(&site, new), Place::BEGIN);
    assert_eq!(reminders(&site).await.len(), 1, "a newer one settles");
    site.write(move |conn| {
        let row = diesel::update(badge_grants::table.find(new));
        row.set(badge_grants::state.eq(GrantState::Revoked.code())).execute(conn)?;
        Ok(())
    });
    assert_eq!(place(&site, old), Place::of(GrantState::Active));
    assert_eq!(reminders(&site).await.len(), 2, "the newer one came to nothing");
}

#[actix_web::test]
async fn several_processes_send_one_reminder() {
    let site = TestSite::start();
    ending(&site, "ada-l", 20).await;
    let (now, url) = (site.clock.now(), &site.database.url);
    let sent: usize = std::thread::scope(|scope| {
        let work = || Db::open(url).unwrap().write_now(move |conn| remind(conn, now)).unwrap();
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).sum()
    });
    assert_eq!((sent, reminders(&site).await.len()), (1, 1));
}

/// Whether a page offers to be checked anew, and how the document step is drawn.
async fn offered(site: &TestSite, who: &Person) -> (usize, String) {
    let page = site.get(who, "/verification").await.expect(200);
    (page.count("[data-renewal]"), page.attribute("[data-step=document]", "data-state"))
}

#[actix_web::test]
async fn a_member_is_checked_anew_from_sixty_days_before_and_the_old_badge_stays_until_the_new_one_is_shown()
{
    let site = TestSite::start();
    let (ada, old) = ending(&site, "ada-l", 61).await;
    assert_eq!(offered(&site, &ada).await, (0, "done".to_owned()));
    assert_eq!(site.get(&ada, CONSENT).await.expect(303).location(), "/verification");
    site.post(&ada, CONSENT, &[("version", "1"), ("agree", "yes")]).await.expect(422);

    site.clock.advance(TimeDelta::days(1));
    let (dora, otis) = (site.sign_in("dora-d"), site.agent("otis-w"));
    site.prove(&dora);
    let ada = site.sign_in("ada-l");
    assert_eq!(offered(&site, &ada).await, (1, "now".to_owned()));
    assert_eq!(site.get(&ada, "/verification/document").await.expect(303).location(), CONSENT);
    site.get(&ada, CONSENT).await.expect(200);
    crate::documents::submitted(&site, &ada).await;
    assert!(is_shown(&site, "ada-l"));

    let case = crate::desk::next(&site, &dora).await.unwrap();
    let approval = crate::desk::form("approve", "", &[]);
    crate::desk::decide(&site, &dora, case, &approval).await.expect(303);
    assert_eq!(offered(&site, &ada).await, (1, "done".to_owned()));
    assert_eq!(site.get(&ada, CONSENT).await.expect(303).location(), "/verification");

    crate::calls::shift(&site, "otis-w", 0, 60);
    let call = crate::calls::talk(&site, &ada, &otis).await;
    crate::calls::decide(&site, &otis, call, ("passed", "", "yes")).await.expect(303);
    let new = site.read(|conn| {
        Ok(badge_grants::table.order(badge_grants::id.desc()).select(badge_grants::id).first::<i64>(conn)?)
    });
    assert!(new > old);
    // Chance may have drawn it for a second look.
    ends_in(&site, new, 700);
    assert_eq!((place(&site, new), place(&site, old)), (Place::BEGIN, Place::of(GrantState::Active)));
    assert!(is_shown(&site, "ada-l"), "the old one stays while the new one settles");
    assert_eq!(offered(&site, &ada).await.0, 0);

    settle(&site, 61).await;
    let both = (place(&site, new), place(&site, old));
    assert_eq!(both, (Place::of(GrantState::Active), Place::of(GrantState::Superseded)));
    assert!(is_shown(&site, "ada-l"));
    assert_eq!(offered(&site, &ada).await, (0, "done".to_owned()));
    site.clock.advance(TimeDelta::days(60));
    assert_eq!(reminders(&site).await.len(), 0);
    site.forum.jobs(None).settle_badges().await.unwrap();
    assert_eq!(place(&site, old), Place::of(GrantState::Superseded));
}

#[actix_web::test]
async fn a_badge_that_ended_may_be_had_again() {
    let site = TestSite::start();
    let (_, grant) = ending(&site, "ada-l", 5).await;
    site.clock.advance(TimeDelta::days(6));
    site.forum.jobs(None).settle_badges().await.unwrap();
    assert_eq!(place(&site, grant), Place::of(GrantState::Expired));
    site.forum.jobs(None).drain_outbox().await.unwrap();
    assert!(mails(&site).iter().any(|mail| mail.subject == "Your verification moved on"));
    let ada = site.sign_in("ada-l");
    assert_eq!(offered(&site, &ada).await, (0, "now".to_owned()));
    site.post(&ada, CONSENT, &[("version", "1"), ("agree", "yes")]).await.expect(303);
}
