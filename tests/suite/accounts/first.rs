//! The first administrator.

use chrono::TimeDelta;
use touchstone::accounts::actions::{self, Added, offer_first_administrator};
use touchstone::accounts::rules::Email;
use touchstone::members;
use touchstone::members::rules::Role;
use touchstone::text::names::{DisplayName, Handle};
use touchstone::tokens::Token;

use super::{FORM, count_members, is_confirmed, sign_in};
use crate::support::look::{audit, find, id_of, mails};
use crate::support::site::PASSWORD;
use crate::support::{Person, TestSite};

/// A one-time link, as the program prints it.
fn offer(site: &TestSite) -> Option<String> {
    let (token, now) = (Token::new().unwrap(), site.clock.now());
    let text = token.as_str().to_owned();
    let offered = site.write(move |conn| offer_first_administrator(conn, &token, now));
    offered.then_some(text)
}

fn form_of_the_first(link: &str) -> Vec<(&str, &str)> {
    FORM.into_iter().chain([("first", link)]).collect()
}

fn roles(site: &TestSite, handle: &str) -> Vec<Role> {
    let id = id_of(site, handle);
    site.read(|conn| Ok(members::store::roles_of(conn, &[id])?.remove(&id).unwrap_or_default()))
}

#[actix_web::test]
async fn the_first_administrator_joins_by_a_link_that_works_once() {
    let site = TestSite::start();
    let visitor = Person::visitor();
    let link = offer(&site).unwrap();
    let page = site.get(&visitor, &format!("/join?first={link}")).await.expect(200);
    assert_eq!(page.attribute("input[name=first]", "value"), link);
    // A form that comes back keeps the link, and does not use it up.
    let mut bad = form_of_the_first(&link);
    bad[0].1 = "!";
    let page = site.post(&visitor, "/join", &bad).await.expect(422);
    assert_eq!(page.attribute("input[name=first]", "value"), link);

    let page = site.post(&visitor, "/join", &form_of_the_first(&link)).await.expect(303);
    assert_eq!(page.location(), "/login?joined=first");
    assert_eq!(roles(&site, "ada-k"), [Role::Administrator]);
    assert!(is_confirmed(&site, "ada-k"));
    assert!(mails(&site).is_empty());
    assert_eq!(audit(&site)[0].0, "first-administrator");
    let ada = sign_in(&site, "ada-k", PASSWORD).await;
    site.get(&ada, "/admin").await.expect(200);

    site.get(&visitor, &format!("/join?first={link}")).await.expect(403);
    let second = [
        ("handle", "eve-b"),
        ("name", "Eve Bond"),
        ("email", "eve@example.org"),
        ("password", PASSWORD),
        ("first", link.as_str()),
    ];
    site.post(&visitor, "/join", &second).await.expect(422);
    assert!(find(&site, "eve-b").is_none());
    assert_eq!(offer(&site), None, "there is one now");
}

#[actix_web::test]
async fn a_newer_link_for_the_first_administrator_ends_the_older() {
    let site = TestSite::start();
    let visitor = Person::visitor();
    let (older, newer) = (offer(&site).unwrap(), offer(&site).unwrap());
    site.get(&visitor, &format!("/join?first={older}")).await.expect(403);
    site.post(&visitor, "/join", &form_of_the_first(&older)).await.expect(422);
    assert!(find(&site, "ada-k").is_none());
    site.post(&visitor, "/join", &form_of_the_first(&newer)).await.expect(303);
    assert_eq!(roles(&site, "ada-k"), [Role::Administrator]);
}

#[actix_web::test]
async fn a_made_up_or_old_link_makes_nobody_administrator() {
    let site = TestSite::start();
    let visitor = Person::visitor();
    let link = offer(&site).unwrap();
    site.clock.advance(TimeDelta::days(7));
    for link in [link.as_str(), "nonsense"] {
        site.get(&visitor, &format!("/join?first={link}")).await.expect(403);
        site.post(&visitor, "/join", &form_of_the_first(link)).await.expect(422);
    }
    assert_eq!(count_members(&site), 0);
}

#[actix_web::test]
async fn the_link_ends_when_an_administrator_comes_by_another_way() {
    let site = TestSite::start();
    let visitor = Person::visitor();
    let link = offer(&site).unwrap();
    let now = site.clock.now();
    let added = Added {
        handle: Handle::parse("boss-b").unwrap(),
        name: DisplayName::parse("Boss B").unwrap(),
        email: Email::parse("boss@example.org").unwrap(),
        roles: vec![Role::Administrator],
        tier: None,
        password_hash: String::new(),
    };
    let keys = site.keys();
    site.write(move |conn| actions::add(conn, &keys, &added, now));
    site.get(&visitor, &format!("/join?first={link}")).await.expect(403);
    site.post(&visitor, "/join", &form_of_the_first(&link)).await.expect(422);
    assert!(find(&site, "ada-k").is_none());
}

#[actix_web::test]
async fn an_address_that_is_taken_does_not_use_the_first_administrators_link_up() {
    let site = TestSite::start();
    site.member("eve-b");
    let link = offer(&site).unwrap();
    let mut fields = form_of_the_first(&link);
    fields[2].1 = "eve-b@example.org";
    let page = site.post(&Person::visitor(), "/join", &fields).await.expect(422);
    assert_eq!(page.count("#email-problem"), 1);
    site.post(&Person::visitor(), "/join", &form_of_the_first(&link)).await.expect(303);
    assert_eq!(roles(&site, "ada-k"), [Role::Administrator]);
}
