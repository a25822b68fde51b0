//! Another e-mail address.

use chrono::TimeDelta;
use touchstone::accounts::rules::MAILS_PER_WINDOW;
use touchstone::outside::mail::Mail;

use super::{OTHER, token_of};
use crate::support::look::{audit, id_of, link, mails};
use crate::support::site::PASSWORD;
use crate::support::{Page, Person, TestSite};

const PATH: &str = "/settings/email";
const CONFIRM: &str = "/settings/email/confirm?token=";
const NEW: &str = "Ada@Elsewhere.example";

fn address(site: &TestSite, handle: &str) -> String {
    let (id, keys) = (id_of(site, handle), site.keys());
    site.read(|conn| Ok(touchstone::accounts::store::mailbox_of(conn, &keys, id)?.unwrap().email.unwrap()))
}

async fn ask(site: &TestSite, who: &Person, email: &str) -> Page {
    site.post(who, PATH, &[("email", email), ("who", PASSWORD)]).await
}

async fn confirm(site: &TestSite, who: &Person, link: &str) -> Page {
    site.post(who, "/settings/email/confirm", &[("token", &token_of(link))]).await
}

fn mail_to(site: &TestSite, to: &str) -> Mail {
    mails(site).into_iter().find(|mail| mail.to == to).unwrap_or_else(|| panic!("no mail to {to}"))
}

#[actix_web::test]
async fn an_address_changes_when_the_new_one_confirms_it_and_the_old_one_is_told() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    assert_eq!(ask(&site, &ada, NEW).await.expect(303).location(), "/settings/email?told=sent");
    assert_eq!(address(&site, "ada-k"), "ada-k@example.org");
    let page = site.get(&ada, PATH).await.expect(200);
    assert!(page.text("#waiting").contains(NEW));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let notice = mail_to(&site, "ada-k@example.org");
    assert!(notice.body.contains("another e-mail address was entered") && !notice.body.contains("token="));

    let link = link(&mail_to(&site, NEW), CONFIRM);
    for _ in 0..2 {
        let page = site.get(&Person::visitor(), &link).await.expect(200);
        assert_eq!(page.attribute("form input[name=token]", "value"), token_of(&link));
    }
    assert_eq!(address(&site, "ada-k"), "ada-k@example.org", "looking at a link uses nothing up");
    let done = confirm(&site, &ada, &link).await.expect(303);
    let page = site.get(&ada, done.location()).await.expect(200);
    assert_eq!(page.text("[role=status]"), "Your address is changed and confirmed.");
    assert_eq!(address(&site, "ada-k"), NEW);
    let told: Vec<Mail> = mails(&site).into_iter().filter(|mail| mail.to == "ada-k@example.org").collect();
    assert!(told.iter().any(|mail| mail.body.contains("has another e-mail address")), "{told:?}");
    assert!(audit(&site).iter().any(|(act, subject, _)| act == "email-changed" && subject == "member ada-k"));
    assert_eq!(site.get(&ada, PATH).await.expect(200).count("#waiting"), 0);

    // Once, and it signs in from now on, as the old one does no more.
    confirm(&site, &ada, &link).await.expect(422);
    let form = |login| [("login", login), ("password", PASSWORD)];
    site.post(&Person::visitor(), "/login", &form("ada@elsewhere.EXAMPLE")).await.expect(303);
    site.post(&Person::visitor(), "/login", &form("ada-k@example.org")).await.expect(422);
}

#[actix_web::test]
async fn what_is_refused_changes_nothing_and_keeps_what_was_typed() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    for (email, who, field) in [
        ("nonsense", PASSWORD, "email"),
        (NEW, "not my password", "who"),
        (NEW, "", "who"),
        ("ADA-K@example.org", PASSWORD, "email"),
    ] {
        let page = site.post(&ada, PATH, &[("email", email), ("who", who)]).await.expect(422);
        assert_eq!(page.count(&format!("#{field}-problem")), 1, "{email} {who}");
        assert_eq!(page.attribute("#email", "value"), email);
        assert_eq!(page.count("#waiting"), 0);
    }
    assert_eq!(mails(&site).len(), 0);
    site.post(&Person::visitor(), PATH, &[("email", NEW), ("who", PASSWORD)]).await.expect(403);
    for token in ["", "nonsense"] {
        site.get(&ada, &format!("{CONFIRM}{token}")).await.expect(422);
        confirm(&site, &ada, &format!("{CONFIRM}{token}")).await.expect(422);
    }
    assert_eq!(address(&site, "ada-k"), "ada-k@example.org");
}

#[actix_web::test]
async fn a_second_factor_that_was_just_shown_is_enough() {
    let site = TestSite::start();
    let ada = site.add_app(site.member("ada-k"));
    assert_eq!(site.get(&ada, PATH).await.expect(200).count("#who"), 0);
    site.post(&ada, PATH, &[("email", NEW)]).await.expect(303);
    site.clock.advance(TimeDelta::minutes(16));
    assert_eq!(site.get(&ada, PATH).await.expect(200).count("#who"), 1);
    site.post(&ada, PATH, &[("email", NEW)]).await.expect(422);
    site.post(&ada, PATH, &[("email", NEW), ("who", &site.code())]).await.expect(303);
}

#[actix_web::test]
async fn a_link_is_over_after_a_day_and_a_newer_one_takes_its_place() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    ask(&site, &ada, NEW).await.expect(303);
    let first = link(&mail_to(&site, NEW), CONFIRM);
    ask(&site, &ada, "other@example.net").await.expect(303);
    let second = link(&mail_to(&site, "other@example.net"), CONFIRM);
    confirm(&site, &ada, &first).await.expect(422);
    site.clock.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    site.get(&ada, &second).await.expect(200);
    site.clock.advance(TimeDelta::seconds(1));
    site.get(&ada, &second).await.expect(422);
    confirm(&site, &ada, &second).await.expect(422);
    assert_eq!(site.get(&ada, PATH).await.expect(200).count("#waiting"), 0);
    site.forum.jobs(None).sweep().await.unwrap();
    assert_eq!(address(&site, "ada-k"), "ada-k@example.org");
}

#[actix_web::test]
async fn whoever_keeps_the_address_or_chooses_a_new_password_stops_it() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    ask(&site, &ada, NEW).await.expect(303);
    let first = link(&mail_to(&site, NEW), CONFIRM);
    let kept = site.post(&ada, "/settings/email/cancel", &[]).await.expect(303);
    assert_eq!(kept.location(), "/settings/email?told=dropped");
    confirm(&site, &ada, &first).await.expect(422);

    ask(&site, &ada, "third@example.net").await.expect(303);
    let second = link(&mail_to(&site, "third@example.net"), CONFIRM);
    site.post(&ada, "/settings/password", &[("old", PASSWORD), ("new", OTHER)]).await.expect(303);
    confirm(&site, &ada, &second).await.expect(422);
    assert_eq!(address(&site, "ada-k"), "ada-k@example.org");
}

#[actix_web::test]
async fn a_members_address_is_told_to_its_owner_alone() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    site.member("ben-k");
    let known = ask(&site, &ada, "ben-k@example.org").await.expect(303);
    let shown = site.get(&ada, PATH).await.expect(200).text("#waiting");
    let told = mail_to(&site, "ben-k@example.org");
    assert!(told.body.contains("belongs to your account ben-k") && !told.body.contains("token="));
    let unknown = ask(&site, &ada, "xxx-x@example.org").await.expect(303);
    assert_eq!(known.location(), unknown.location());
    let other = site.get(&ada, PATH).await.expect(200).text("#waiting");
    assert_eq!(shown.replace("ben-k@", "@"), other.replace("xxx-x@", "@"));

    // Somebody joins with the address meanwhile: it is theirs.
    let link = link(&mail_to(&site, "xxx-x@example.org"), CONFIRM);
    site.member("xxx-x");
    confirm(&site, &ada, &link).await.expect(422);
    assert_eq!(address(&site, "ada-k"), "ada-k@example.org");
}

#[actix_web::test]
async fn links_that_went_to_the_old_address_open_nothing_any_more() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    site.post(&Person::visitor(), "/reset", &[("email", "ada-k@example.org")]).await.expect(303);
    let reset = link(&mail_to(&site, "ada-k@example.org"), "/reset/choose?token=");
    ask(&site, &ada, NEW).await.expect(303);
    let new = link(&mail_to(&site, NEW), CONFIRM);
    confirm(&site, &ada, &new).await.expect(303);
    let form = [("token", token_of(&reset)), ("password", OTHER.to_owned())];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    site.post(&Person::visitor(), "/reset/choose", &form).await.expect(422);
}

#[actix_web::test]
async fn only_so_many_mails_leave() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    for number in 0..MAILS_PER_WINDOW {
        ask(&site, &ada, &format!("new-{number}@example.net")).await.expect(303);
    }
    let sent = mails(&site).len();
    ask(&site, &ada, "last@example.net").await.expect(429);
    assert_eq!(mails(&site).len(), sent);
    assert!(!site.get(&ada, PATH).await.expect(200).text("#waiting").contains("last@"));
}
