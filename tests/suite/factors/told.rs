//! What is told of second factors: in the audit, and to their owner. Taking them from somebody who lost them.

use chrono::TimeDelta;
use diesel::prelude::*;
use touchstone::accounts::factors::rules::code_at;
use touchstone::accounts::factors::store;
use touchstone::db::schema::{audit_events, sessions};
use touchstone::members::MemberId;
use touchstone::members::rules::Role;

use super::{LIST, count, recovery_codes, show, wait};
use crate::support::look::{audit, id_of, mails};
use crate::support::site::PASSWORD;
use crate::support::{Person, TestSite};

/// The newest row of the audit: who, act, subject, reason.
fn newest(site: &TestSite) -> (Option<MemberId>, String, String, String) {
    site.read(|conn| {
        Ok(audit_events::table
            .order(audit_events::id.desc())
            .select((audit_events::actor_id, audit_events::act, audit_events::subject, audit_events::reason))
            .first(conn)?)
    })
}

fn told(site: &TestSite, handle: &str) -> Vec<String> {
    let to = format!("{handle}@example.org");
    mails(site)
        .into_iter()
        .filter(|mail| mail.to == to)
        .map(|mail| format!("{}\n{}", mail.subject, mail.body))
        .collect()
}

fn row(site: &TestSite, act: &str, reason: &str) -> (Option<MemberId>, String, String, String) {
    (Some(id_of(site, "ada-k")), act.to_owned(), "member ada-k".to_owned(), reason.to_owned())
}

#[actix_web::test]
async fn an_added_app_is_written_down_and_its_owner_told() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    let page = site.get(&ada, "/settings/second-factor/app").await.expect(200);
    let secret = page.text(".factor-secret code").replace(' ', "");
    let secret = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let (setup, code) = (page.attribute("input[name=setup]", "value"), code_at(&secret, site.clock.now()));
    let form = |code| [("setup", setup.as_str()), ("name", "My phone"), ("code", code), ("who", PASSWORD)];
    let before = audit(&site).len();
    site.post(&ada, "/settings/second-factor/app", &form("000000")).await.expect(422);
    assert_eq!((audit(&site).len(), told(&site, "ada-k").len()), (before, 0), "a wrong code tells nothing");

    site.post(&ada, "/settings/second-factor/app", &form(&code)).await.expect(303);
    assert_eq!(newest(&site), row(&site, "factor-added", "totp"));
    let at: touchstone::clock::Time = site.read(|conn| {
        Ok(audit_events::table
            .filter(audit_events::act.eq("factor-added"))
            .select(audit_events::happened_at)
            .first(conn)?)
    });
    assert_eq!(at, site.clock.now());
    let mails = told(&site, "ada-k");
    assert_eq!(mails.len(), 1);
    for word in ["An app that makes codes was added", "“My phone”", "UTC", "/reset", LIST] {
        assert!(mails[0].contains(word), "{word} in {}", mails[0]);
    }
}

#[actix_web::test]
async fn a_removed_factor_is_written_down_and_its_owner_told() {
    let site = TestSite::start();
    let ada = site.add_app(site.member("ada-k"));
    let id = id_of(&site, "ada-k");
    let factor = site.read(|conn| Ok(store::list(conn, id)?))[0].id.0;
    site.post(&ada, &format!("{LIST}/{factor}/remove"), &[]).await.expect(303);
    assert_eq!(newest(&site), row(&site, "factor-removed", "totp"));
    let mails = told(&site, "ada-k");
    assert!(mails.len() == 1 && mails[0].contains("was removed from your account"), "{mails:?}");
    site.post(&ada, &format!("{LIST}/{factor}/remove"), &[("who", PASSWORD)]).await.expect(404);
    assert_eq!(told(&site, "ada-k").len(), 1);
}

#[actix_web::test]
async fn recovery_codes_are_told_when_they_are_made_and_when_one_is_used() {
    let site = TestSite::start();
    let ada = site.add_app(site.member("ada-k"));
    let page = site.post(&ada, "/settings/second-factor/recovery", &[]).await.expect(200);
    let codes = page.texts(".recovery-codes code");
    assert_eq!(newest(&site), row(&site, "recovery-codes-made", ""));
    assert!(told(&site, "ada-k")[0].contains("New recovery codes were made"));

    // After the password, and in an open session.
    let waiting = wait(&site, "ada-k").await;
    show(&site, &waiting, &codes[0]).await.expect(303);
    assert_eq!(newest(&site), row(&site, "recovery-code-used", "9 left"));
    site.post(&ada, "/agent/sign-in", &[("code", &codes[1])]).await.expect(303);
    assert_eq!(newest(&site), row(&site, "recovery-code-used", "8 left"));
    let mails = told(&site, "ada-k");
    assert_eq!(mails.len(), 3);
    assert!(mails[0].contains("A recovery code of your account was used") && mails[0].contains("left: 8"));
    assert!(mails.iter().all(|mail| codes.iter().all(|code| !mail.contains(code))), "no code is in a mail");

    // A spent code and a code of the app tell nothing.
    let rows = audit(&site).len();
    let waiting = wait(&site, "ada-k").await;
    show(&site, &waiting, &codes[0]).await.expect(422);
    show(&site, &waiting, &site.code()).await.expect(303);
    assert_eq!((audit(&site).len(), told(&site, "ada-k").len()), (rows, 3));
}

const ADA: &str = "/admin/members/ada-k/second-factor";

fn count_sessions(site: &TestSite, handle: &str) -> i64 {
    let id = id_of(site, handle);
    site.read(|conn| Ok(sessions::table.filter(sessions::member_id.eq(id)).count().get_result(conn)?))
}

#[actix_web::test]
async fn an_administrator_takes_lost_factors_off_with_a_reason() {
    let site = TestSite::start();
    let boss = site.staff("boss-b", &[Role::Administrator]);
    let ada = site.add_app(site.member("ada-k"));
    recovery_codes(&site, "ada-k");
    let waiting = wait(&site, "ada-k").await;
    let page = site.get(&boss, "/admin/members/ada-k").await.expect(200);
    assert_eq!(page.count(&format!("a[href='{ADA}']")), 1);
    assert_eq!(site.get(&boss, ADA).await.expect(200).header("cache-control"), Some("no-store"));

    let page = site.post(&boss, ADA, &[("reason", " "), ("who", PASSWORD)]).await.expect(422);
    assert!(page.text("#reason-problem").contains("how you know"), "{}", page.body);
    let why = "Came to the office <with> a passport";
    let page = site.post(&boss, ADA, &[("reason", why), ("who", "not my password")]).await.expect(422);
    assert!(page.text("#who-problem").contains("neither"), "{}", page.body);
    assert_eq!(page.text("#reason"), why, "nothing typed is lost");
    let long = "x".repeat(501);
    site.post(&boss, ADA, &[("reason", &long), ("who", PASSWORD)]).await.expect(422);
    for stranger in [site.member("ben-o"), site.staff("mod-m", &[Role::Moderator]), site.senior("sen-s")] {
        site.post(&stranger, ADA, &[("reason", why), ("who", PASSWORD)]).await.expect(403);
    }
    assert_eq!((count(&site, "ada-k"), count_sessions(&site, "ada-k")), (1, 1));

    let page = site.post(&boss, ADA, &[("reason", why), ("who", PASSWORD)]).await.expect(303);
    assert_eq!(page.location(), "/admin/members/ada-k?saved=factors");
    assert_eq!((count(&site, "ada-k"), count_sessions(&site, "ada-k")), (0, 0));
    let id = id_of(&site, "ada-k");
    assert_eq!(site.read(|conn| Ok(store::count_recovery(conn, id)?)), 0);
    site.get(&ada, "/settings").await.expect(303);
    show(&site, &waiting, &site.code()).await.expect(403);
    let by = Some(id_of(&site, "boss-b"));
    assert_eq!(newest(&site), (by, "factors-reset".into(), "member ada-k".into(), why.into()));
    let mails = told(&site, "ada-k");
    assert!(mails[0].contains("were removed") && mails[0].contains(why), "{}", mails[0]);
    let form = [("login", "ada-k"), ("password", PASSWORD), ("next", "/drafts")];
    assert_eq!(site.post(&Person::visitor(), "/login", &form).await.expect(303).location(), "/drafts");
    // There is nothing left to take.
    site.post(&boss, ADA, &[("reason", why), ("who", PASSWORD)]).await.expect(422);
    assert_eq!(newest(&site).1, "factors-reset");
    site.get(&boss, "/admin/members/nobody-here/second-factor").await.expect(404);
}

#[actix_web::test]
async fn nobody_takes_their_own_off_and_an_administrators_go_by_another() {
    let site = TestSite::start();
    let boss = site.add_app(site.staff("boss-b", &[Role::Administrator]));
    let own = "/admin/members/boss-b/second-factor";
    assert_eq!(site.get(&boss, own).await.expect(200).count("#reason"), 0);
    let page = site.post(&boss, own, &[("reason", "Lost mine"), ("who", PASSWORD)]).await.expect(422);
    assert!(page.body.contains("Another administrator"), "{}", page.body);
    assert_eq!((count(&site, "boss-b"), told(&site, "boss-b").len()), (1, 0));

    let other = site.add_app(site.staff("chief-c", &[Role::Administrator]));
    // Whoever has a factor shows it, unless they just did.
    site.clock.advance(TimeDelta::minutes(16));
    site.post(&other, own, &[("reason", "Lost theirs")]).await.expect(422);
    assert_eq!(count(&site, "boss-b"), 1);
    let code = site.code();
    site.post(&other, own, &[("reason", "Lost theirs"), ("who", &code)]).await.expect(303);
    assert_eq!(count(&site, "boss-b"), 0);
}
