//! Joining, confirming, signing in and out, sessions and passwords.

use std::sync::Arc;

use actix_web::test::TestRequest;
use chrono::TimeDelta;
use diesel::prelude::*;
use touchstone::accounts::actions::{self, Added, offer_first_administrator};
use touchstone::accounts::rules::Email;
use touchstone::accounts::store::{mailbox_of, sessions_of};
use touchstone::db::schema::sessions;
use touchstone::members;
use touchstone::members::rules::Role;
use touchstone::text::names::{DisplayName, Handle};
use touchstone::tokens::{self, Token};

use crate::support::look::{audit, find, id_of, link, mails, member};
use crate::support::site::PASSWORD;
use crate::support::{Page, Person, TestSite};

/// Another good password.
const OTHER: &str = "violet anchor pepper drizzle";

const FORM: [(&str, &str); 4] =
    [("handle", "ada-k"), ("name", "Ada Kovacs"), ("email", "ada@example.org"), ("password", PASSWORD)];

/// The good form with one field changed.
fn form_with<'a>(field: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    FORM.into_iter().map(|(name, good)| (name, if name == field { value } else { good })).collect()
}

fn count_members(site: &TestSite) -> i64 {
    site.read(|conn| Ok(members::store::count(conn)?))
}

fn is_confirmed(site: &TestSite, handle: &str) -> bool {
    let id = id_of(site, handle);
    let mailbox = site.read(|conn| Ok(mailbox_of(conn, id)?)).unwrap();
    mailbox.verified_at.is_some()
}

fn count_sessions(site: &TestSite, handle: &str) -> usize {
    let id = id_of(site, handle);
    site.read(|conn| Ok(sessions_of(conn, id)?.len()))
}

/// Joins through the form and answers with the link of the mail.
async fn join(site: &TestSite) -> String {
    site.post(&Person::visitor(), "/join", &FORM).await.expect(303);
    link(&mails(site)[0], "/join/confirm?token=")
}

/// What stands behind `token=`.
fn token_of(link: &str) -> String {
    link.split_once("token=").unwrap().1.to_owned()
}

async fn confirm(site: &TestSite, who: &Person, link: &str) -> Page {
    site.post(who, "/join/confirm", &[("token", &token_of(link))]).await
}

async fn try_to_sign_in(site: &TestSite, login: &str, password: &str) -> Page {
    let fields = [("login", login), ("password", password)];
    site.post(&Person::visitor(), "/login", &fields).await
}

/// Signs in through the form, as a browser would.
async fn sign_in(site: &TestSite, login: &str, password: &str) -> Person {
    let page = try_to_sign_in(site, login, password).await.expect(303);
    let cookie = page.header("set-cookie").unwrap();
    Person { handle: login.to_owned(), cookie: cookie.split(';').next().map(str::to_owned) }
}

async fn is_signed_in(site: &TestSite, who: &Person) -> bool {
    site.get(who, "/settings").await.status == 200
}

// Joining

#[actix_web::test]
async fn a_newcomer_joins_and_is_sent_a_link() {
    let site = TestSite::start();
    let page = site.post(&Person::visitor(), "/join", &FORM).await.expect(303);
    assert_eq!(page.location(), "/join/check-mail");
    assert_eq!(page.header("set-cookie"), None);
    site.get(&Person::visitor(), "/join/check-mail").await.expect(200);

    let ada = member(&site, "ada-k");
    assert_eq!(ada.name, "Ada Kovacs");
    assert!(!ada.name_review);
    assert!(!is_confirmed(&site, "ada-k"));
    let sent = mails(&site);
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].to, "ada@example.org");
    assert_eq!(sent[0].subject, "Confirm your address for Touchstone");
}

#[actix_web::test]
async fn each_bad_field_of_joining_has_its_message_beside_it_and_the_rest_is_kept() {
    let site = TestSite::start();
    for (field, value) in [
        ("handle", ""),
        ("handle", "a"),
        ("handle", "Ada K!"),
        ("handle", "double--hyphen"),
        ("handle", "admin"),
        ("name", ""),
        ("name", "A"),
        ("name", "Ada ✓"),
        ("name", "Ad\u{430} Kovacs"),
        ("name", "Ada\u{202e}Kovacs"),
        ("email", ""),
        ("email", "ada"),
        ("email", "ada@example"),
        ("password", ""),
        ("password", "too short"),
        ("password", "qwertyuiop"),
        ("password", "lantern xx-ADA-K 9471"),
        ("password", "zq adakovacs 9471 zq"),
    ] {
        let typed = form_with(field, value);
        let page = site.post(&Person::visitor(), "/join", &typed).await.expect(422);
        assert_eq!(page.count("p.problem"), 1, "{field} {value:?}: {}", page.body);
        assert!(page.text(&format!("#{field}-problem")).len() > 10);
        assert_eq!(page.attribute(&format!("#{field}"), "aria-invalid"), "true");
        for (name, value) in typed {
            let kept = page.attributes(&format!("input[name={name}]"), "value");
            let expected = (name != "password").then(|| value.to_owned());
            assert_eq!(kept, Vec::from_iter(expected), "{name}");
        }
    }
    assert_eq!(count_members(&site), 0);
    assert!(mails(&site).is_empty());
}

#[actix_web::test]
async fn everything_wrong_with_a_form_is_told_at_once() {
    let site = TestSite::start();
    let page = site.post(&Person::visitor(), "/join", &[]).await.expect(422);
    assert_eq!(page.count("p.problem"), 4);
}

#[actix_web::test]
async fn a_password_is_never_shown_again() {
    let site = TestSite::start();
    let page = site.post(&Person::visitor(), "/join", &form_with("handle", "-")).await.expect(422);
    assert!(!page.body.contains(PASSWORD));
    let page = try_to_sign_in(&site, "ada-k", PASSWORD).await.expect(422);
    assert!(!page.body.contains(PASSWORD));
}

#[actix_web::test]
async fn ones_own_names_make_no_password_and_the_message_says_so() {
    let site = TestSite::start();
    let typed = form_with("password", "lantern Ada Kovacs 9471");
    let page = site.post(&Person::visitor(), "/join", &typed).await.expect(422);
    assert_eq!(
        page.text("#password-problem"),
        "Do not use your own name, handle or e-mail address in the password."
    );
}

#[actix_web::test]
async fn a_handle_belongs_to_one_member_whatever_its_case() {
    let site = TestSite::start();
    site.member("ada-k");
    let page = site.post(&Person::visitor(), "/join", &form_with("handle", "ADA-K")).await.expect(422);
    assert_eq!(page.text("#handle-problem"), "This handle is taken. Choose another one.");
    assert_eq!(count_members(&site), 1);
    assert!(mails(&site).is_empty());
}

#[actix_web::test]
async fn nobody_joins_under_a_name_that_looks_like_staffs() {
    let site = TestSite::start();
    site.staff("paul-ives", &[Role::Moderator]);
    for imitation in ["Paul Ives", "PauI lves", "PAUL-IVES", "Pau1 Ives"] {
        let mut fields = form_with("name", imitation);
        // Insisting helps against a warning, not against a refusal.
        fields.push(("keep_name", "1"));
        let page = site.post(&Person::visitor(), "/join", &fields).await.expect(422);
        assert!(page.text("#name-problem").contains("a staff member"), "{imitation}");
        assert_eq!(page.count("input[name=keep_name]"), 0);
        assert_eq!(page.attribute("input[name=name]", "value"), imitation);
    }
    assert_eq!(count_members(&site), 1);
    assert!(mails(&site).is_empty());
}

#[actix_web::test]
async fn a_name_like_an_ordinary_members_is_asked_about_and_then_looked_at() {
    let site = TestSite::start();
    site.member("paul-ives");
    let boss = site.staff("boss-b", &[Role::Administrator]);
    let mut fields = form_with("name", "PauI Ives");
    let page = site.post(&Person::visitor(), "/join", &fields).await.expect(422);
    assert_eq!(page.text("#name-problem"), actions::LOOKS_ALIKE);
    assert_eq!(page.attribute("input[name=keep_name]", "type"), "checkbox", "{}", page.body);
    assert!(find(&site, "ada-k").is_none());

    fields.push(("keep_name", "1"));
    site.post(&Person::visitor(), "/join", &fields).await.expect(303);
    assert!(member(&site, "ada-k").name_review);
    let overview = site.get(&boss, "/admin").await.expect(200);
    assert_eq!(
        overview.attributes("[aria-labelledby=names-title] .row-title a", "href"),
        ["/admin/members/ada-k"]
    );
}

#[actix_web::test]
async fn an_address_that_has_an_account_gets_the_same_answer_and_a_mail_that_says_so() {
    let site = TestSite::start();
    site.member("eve-b");
    let fresh = site.post(&Person::visitor(), "/join", &FORM).await.expect(303);
    let taken = [
        ("handle", "ghost-g"),
        ("name", "Gale Hostetter"),
        ("email", "EVE-B@example.org"),
        ("password", PASSWORD),
    ];
    let again = site.post(&Person::visitor(), "/join", &taken).await.expect(303);

    let seen = |page: &Page| {
        let headers: Vec<_> =
            page.headers.iter().filter(|(name, _)| name != "x-request-id").cloned().collect();
        (page.status, headers, page.body.clone())
    };
    assert_eq!(seen(&fresh), seen(&again));
    assert!(find(&site, "ghost-g").is_none());
    let mail = &mails(&site)[0];
    assert_eq!(mail.to, "EVE-B@example.org");
    assert_eq!(mail.subject, "You have an account at Touchstone already");
    assert!(mail.body.contains("your account eve-b"));
    assert!(!mail.body.contains("token="));
}

#[actix_web::test]
async fn one_address_makes_twenty_accounts_in_a_quarter_of_an_hour_and_no_more() {
    let site = TestSite::start();
    site.member("ada-k");
    // The handle is taken, so nothing is made: the try counts all the same.
    for _ in 0..20 {
        site.post(&Person::visitor(), "/join", &FORM).await.expect(422);
    }
    let fields = form_with("handle", "ada-l");
    let page = site.post(&Person::visitor(), "/join", &fields).await.expect(429);
    assert_eq!(page.header("retry-after"), Some("900"));
    assert!(find(&site, "ada-l").is_none());
    site.clock.advance(TimeDelta::minutes(15));
    site.post(&Person::visitor(), "/join", &fields).await.expect(303);
}

// Confirming

#[actix_web::test]
async fn the_link_confirms_once_and_looking_at_it_does_not_use_it_up() {
    let site = TestSite::start();
    let link = join(&site).await;
    for _ in 0..2 {
        let page = site.get(&Person::visitor(), &link).await.expect(200);
        assert_eq!(page.attribute("form input[name=token]", "value"), token_of(&link));
    }
    assert!(!is_confirmed(&site, "ada-k"));

    let page = confirm(&site, &Person::visitor(), &link).await.expect(303);
    assert_eq!(page.location(), "/login?joined=confirmed");
    assert!(is_confirmed(&site, "ada-k"));
    confirm(&site, &Person::visitor(), &link).await.expect(422);
    site.get(&Person::visitor(), &link).await.expect(422);
}

#[actix_web::test]
async fn a_signed_in_member_comes_back_to_the_settings_after_confirming() {
    let site = TestSite::start();
    let link = join(&site).await;
    let ada = sign_in(&site, "ada-k", PASSWORD).await;
    let page = confirm(&site, &ada, &link).await.expect(303);
    let page = site.get(&ada, page.location()).await.expect(200);
    assert_eq!(page.text("[role=status]"), "Your address is confirmed.");
}

#[actix_web::test]
async fn the_link_is_over_after_a_day() {
    let site = TestSite::start();
    let link = join(&site).await;
    site.clock.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    site.get(&Person::visitor(), &link).await.expect(200);
    site.clock.advance(TimeDelta::seconds(1));
    site.get(&Person::visitor(), &link).await.expect(422);
    confirm(&site, &Person::visitor(), &link).await.expect(422);
    assert!(!is_confirmed(&site, "ada-k"));
}

#[actix_web::test]
async fn a_made_up_link_confirms_nobody() {
    let site = TestSite::start();
    join(&site).await;
    for token in ["", "nonsense"] {
        let link = format!("/join/confirm?token={token}");
        site.get(&Person::visitor(), &link).await.expect(422);
        confirm(&site, &Person::visitor(), &link).await.expect(422);
    }
    assert!(!is_confirmed(&site, "ada-k"));
}

#[actix_web::test]
async fn a_link_for_one_purpose_serves_no_other() {
    let site = TestSite::start();
    let token = token_of(&join(&site).await);
    let visitor = Person::visitor();
    site.get(&visitor, &format!("/reset/choose?token={token}")).await.expect(422);
    site.post(&visitor, "/reset/choose", &[("token", &token), ("password", OTHER)]).await.expect(422);
    site.get(&visitor, &format!("/join?first={token}")).await.expect(403);
    sign_in(&site, "ada-k", PASSWORD).await;
}

#[actix_web::test]
async fn nobody_posts_before_the_address_is_confirmed_and_the_text_is_kept() {
    let site = TestSite::start();
    site.open_board("talk");
    let bob = site.member("bob-m");
    let thread = site.thread(&bob, "talk", "Before anything else").await;
    let link = join(&site).await;
    let ada = sign_in(&site, "ada-k", PASSWORD).await;

    site.get(&ada, "/b/talk/new").await.expect(403);
    let typed = [("title", "My very first"), ("body", "Hello to everybody here.")];
    let page = site.post(&ada, "/b/talk/threads", &typed).await.expect(403);
    assert!(page.text("[role=alert]").contains("confirm your e-mail address"));
    assert_eq!(page.attribute("input[name=title]", "value"), "My very first");
    assert_eq!(page.text("textarea[name=body]"), "Hello to everybody here.");

    let replies = crate::support::site::replies(&thread);
    let page = site.post(&ada, &replies, &typed[1..]).await.expect(403);
    assert_eq!(page.text("textarea[name=body]"), "Hello to everybody here.");
    assert_eq!(member(&site, "ada-k").posts, 0);
    assert_eq!(site.get(&ada, &thread).await.count("article"), 1);

    confirm(&site, &ada, &link).await.expect(303);
    site.get(&ada, "/b/talk/new").await.expect(200);
    site.post(&ada, "/b/talk/threads", &typed).await.expect(303);
    assert_eq!(member(&site, "ada-k").posts, 1);
}

#[actix_web::test]
async fn a_link_that_is_sent_again_takes_the_place_of_the_first() {
    let site = TestSite::start();
    let first = join(&site).await;
    let ada = sign_in(&site, "ada-k", PASSWORD).await;
    let page = site.post(&ada, "/settings/confirmation", &[]).await.expect(303);
    let page = site.get(&ada, page.location()).await.expect(200);
    assert_eq!(page.text("[role=status]"), "The link is on its way.");
    let second = link(&mails(&site)[0], "/join/confirm?token=");
    confirm(&site, &ada, &first).await.expect(422);
    assert!(!is_confirmed(&site, "ada-k"));
    confirm(&site, &ada, &second).await.expect(303);
    assert!(is_confirmed(&site, "ada-k"));
}

#[actix_web::test]
async fn the_link_is_sent_again_five_times_in_a_quarter_of_an_hour_and_to_those_who_need_it() {
    let site = TestSite::start();
    join(&site).await;
    let ada = sign_in(&site, "ada-k", PASSWORD).await;
    for _ in 0..5 {
        site.post(&ada, "/settings/confirmation", &[]).await.expect(303);
    }
    let page = site.post(&ada, "/settings/confirmation", &[]).await.expect(429);
    assert_eq!(page.header("retry-after"), Some("900"));
    assert_eq!(mails(&site).len(), 6);

    site.post(&Person::visitor(), "/settings/confirmation", &[]).await.expect(403);
    let bob = site.member("bob-m");
    site.post(&bob, "/settings/confirmation", &[]).await.expect(409);
    assert_eq!(mails(&site).len(), 6);
}

// Signing in

#[actix_web::test]
async fn a_member_signs_in_by_handle_or_by_address_in_any_case() {
    let site = TestSite::start();
    site.member("ada-k");
    for login in ["ada-k", " ADA-K ", "ada-k@example.org", "Ada-K@Example.ORG"] {
        let ada = sign_in(&site, login, PASSWORD).await;
        assert!(is_signed_in(&site, &ada).await, "{login}");
    }
}

#[actix_web::test]
async fn signing_in_leads_back_to_where_one_was_and_never_to_another_site() {
    let site = TestSite::start();
    site.member("ada-k");
    let page = site.get(&Person::visitor(), "/settings").await.expect(303);
    let page = site.get(&Person::visitor(), page.location()).await.expect(200);
    assert_eq!(page.attribute("input[name=next]", "value"), "/settings");
    for (next, expected) in [
        ("/settings", "/settings"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/café", "/"),
        ("", "/"),
    ] {
        let fields = [("login", "ada-k"), ("password", PASSWORD), ("next", next)];
        let page = site.post(&Person::visitor(), "/login", &fields).await.expect(303);
        assert_eq!(page.location(), expected, "{next}");
    }
}

#[actix_web::test]
async fn a_wrong_password_and_an_unknown_account_get_the_same_answer() {
    let site = TestSite::start();
    site.member("ada-k");
    let wrong = try_to_sign_in(&site, "ada-k", OTHER).await.expect(422);
    let unknown = try_to_sign_in(&site, "nobody-here", OTHER).await.expect(422);
    assert_eq!(wrong.header("set-cookie"), None);
    assert!(wrong.text("[role=alert]").contains("do not belong together"));
    assert_eq!(wrong.attribute("input[name=login]", "value"), "ada-k");
    assert_eq!(wrong.body.replace("ada-k", "nobody-here"), unknown.body);
    assert_eq!(count_sessions(&site, "ada-k"), 1);
}

#[actix_web::test]
async fn a_member_without_a_password_signs_in_with_none() {
    let site = TestSite::start();
    site.write(|conn| {
        let new = touchstone::accounts::store::NewMember {
            id: None,
            handle: "old-timer",
            name: "Old Timer",
            skeleton: "oldtirner",
            review: false,
            email: None,
            email_verified_at: None,
            password_hash: None,
            joined_at: crate::support::site::noon(),
        };
        Ok(touchstone::accounts::store::insert_member(conn, &new)?)
    });
    for password in ["", PASSWORD] {
        try_to_sign_in(&site, "old-timer", password).await.expect(422);
    }
    assert_eq!(count_sessions(&site, "old-timer"), 0);
}

#[actix_web::test]
async fn after_ten_wrong_passwords_the_right_one_waits_for_a_quarter_of_an_hour() {
    let site = TestSite::start();
    site.member("ada-k");
    for login in ["ada-k", "nobody-here"] {
        for _ in 0..10 {
            try_to_sign_in(&site, login, OTHER).await.expect(422);
        }
        let page = try_to_sign_in(&site, login, PASSWORD).await.expect(429);
        assert_eq!(page.header("retry-after"), Some("900"), "{login}");
        assert_eq!(page.header("set-cookie"), None);
    }
    site.clock.advance(TimeDelta::minutes(15) - TimeDelta::seconds(1));
    let page = try_to_sign_in(&site, "ada-k", PASSWORD).await.expect(429);
    assert_eq!(page.header("retry-after"), Some("1"));
    site.clock.advance(TimeDelta::seconds(1));
    try_to_sign_in(&site, "nobody-here", PASSWORD).await.expect(422);
    sign_in(&site, "ada-k", PASSWORD).await;
}

#[actix_web::test]
async fn the_right_password_forgets_the_wrong_ones() {
    let site = TestSite::start();
    site.member("ada-k");
    for _ in 0..2 {
        for _ in 0..9 {
            try_to_sign_in(&site, "ada-k", OTHER).await.expect(422);
        }
        sign_in(&site, "ada-k", PASSWORD).await;
    }
}

/// A site behind a proxy, which says where requests come from.
fn behind_a_proxy() -> TestSite {
    let mut site = TestSite::start();
    let mut settings = (*site.forum.site.settings).clone();
    settings.proxies = 1;
    site.forum.site.settings = Arc::new(settings);
    site
}

async fn post_from(site: &TestSite, address: &str, who: &Person, path: &str, form: &[(&str, &str)]) -> Page {
    let request = TestRequest::post().uri(path).insert_header(("x-forwarded-for", address)).set_form(form);
    site.send(request, who).await
}

#[actix_web::test]
async fn after_forty_tries_an_address_waits_and_others_do_not() {
    let site = behind_a_proxy();
    site.member("ada-k");
    let nobody = Person::visitor();
    let right = [("login", "ada-k"), ("password", PASSWORD)];
    for number in 0..40 {
        let login = format!("stranger-{number}");
        let wrong = [("login", login.as_str()), ("password", OTHER)];
        post_from(&site, "203.0.113.9", &nobody, "/login", &wrong).await.expect(422);
    }
    let page = post_from(&site, "203.0.113.9", &nobody, "/login", &right).await.expect(429);
    assert_eq!(page.header("retry-after"), Some("900"));
    post_from(&site, "203.0.113.10", &nobody, "/login", &right).await.expect(303);
    site.clock.advance(TimeDelta::minutes(15));
    post_from(&site, "203.0.113.9", &nobody, "/login", &right).await.expect(303);
}

// Sessions

#[actix_web::test]
async fn the_cookie_is_kept_from_scripts_and_from_other_sites() {
    let site = TestSite::start();
    site.member("ada-k");
    let page = try_to_sign_in(&site, "ada-k", PASSWORD).await.expect(303);
    let cookie = page.header("set-cookie").unwrap();
    let parts: Vec<&str> = cookie.split("; ").collect();
    assert!(parts[0].starts_with("session="), "{cookie}");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(parts.contains(&part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"));
    assert!(!parts.contains(&"Secure"));
}

#[actix_web::test]
async fn under_https_the_cookie_is_bound_to_the_host() {
    let site = TestSite::secure();
    site.member("ada-k");
    let page = try_to_sign_in(&site, "ada-k", PASSWORD).await.expect(303);
    let cookie = page.header("set-cookie").unwrap();
    let parts: Vec<&str> = cookie.split("; ").collect();
    assert!(parts[0].starts_with("__Host-session="), "{cookie}");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Secure"] {
        assert!(parts.contains(&part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"));
    let ada = sign_in(&site, "ada-k", PASSWORD).await;
    assert!(is_signed_in(&site, &ada).await);
    // The name for plain http opens nothing here.
    let plain = Person { cookie: ada.cookie.map(|cookie| cookie.replace("__Host-", "")), ..ada };
    assert!(!is_signed_in(&site, &plain).await);
}

#[actix_web::test]
async fn the_cookies_token_is_stored_as_its_hash_alone() {
    let site = TestSite::start();
    site.member("ada-k");
    let ada = sign_in(&site, "ada-k", PASSWORD).await;
    let cookie = ada.cookie.unwrap();
    let token = cookie.strip_prefix("session=").unwrap();
    assert_eq!(token.len(), 43);
    let rows: Vec<(Vec<u8>, String, String)> = site.read(|conn| {
        Ok(sessions::table.select((sessions::token_hash, sessions::agent, sessions::address)).load(conn)?)
    });
    assert_eq!(rows.len(), 2);
    let expected = tokens::hash(token);
    assert_eq!(rows.iter().filter(|row| row.0 == expected).count(), 1);
    for (hash, agent, address) in rows {
        assert_ne!(hash, token.as_bytes());
        assert!(!agent.contains(token) && !address.contains(token));
    }
}

#[actix_web::test]
async fn a_made_up_cookie_is_a_visitors() {
    let site = TestSite::start();
    for cookie in ["session=", "session=nonsense", "session=%00"] {
        let nobody = Person { cookie: Some(cookie.to_owned()), ..Person::visitor() };
        site.get(&nobody, "/").await.expect(200);
        assert!(!is_signed_in(&site, &nobody).await);
    }
}

#[actix_web::test]
async fn a_session_ends_after_thirty_idle_days() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    site.clock.advance(TimeDelta::days(30));
    assert!(is_signed_in(&site, &ada).await);
    site.clock.advance(TimeDelta::seconds(1));
    assert!(!is_signed_in(&site, &ada).await);
}

#[actix_web::test]
async fn a_session_that_is_used_goes_on() {
    let site = TestSite::start();
    site.member("ada-k");
    let page = try_to_sign_in(&site, "ada-k", PASSWORD).await.expect(303);
    let mut parts = page.header("set-cookie").unwrap().split("; ");
    let age = parts.find_map(|part| part.strip_prefix("Max-Age="));
    let age: i64 = age.unwrap().parse().unwrap();
    assert!(age > TimeDelta::days(60).num_seconds(), "the browser drops it too early");

    let ada = sign_in(&site, "ada-k", PASSWORD).await;
    for _ in 0..3 {
        site.clock.advance(TimeDelta::days(20));
        assert!(is_signed_in(&site, &ada).await);
        site.forum.jobs(None).flush().await.unwrap();
    }
}

#[actix_web::test]
async fn signing_out_ends_the_session_in_the_database() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    let elsewhere = site.sign_in("ada-k");
    let page = site.post(&ada, "/logout", &[]).await.expect(303);
    let cookie = page.header("set-cookie").unwrap();
    assert!(cookie.starts_with("session=;"), "{cookie}");
    assert!(cookie.contains("Max-Age=0"), "{cookie}");
    assert_eq!(count_sessions(&site, "ada-k"), 1);
    assert!(!is_signed_in(&site, &ada).await);
    assert!(is_signed_in(&site, &elsewhere).await);
    site.post(&Person::visitor(), "/logout", &[]).await.expect(303);
    assert_eq!(count_sessions(&site, "ada-k"), 1);
}

#[actix_web::test]
async fn the_list_shows_this_session_and_the_others() {
    let site = TestSite::start();
    site.member("ada-k");
    site.member("bob-m");
    let request = TestRequest::post()
        .uri("/login")
        .insert_header((
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        ))
        .set_form([("login", "ada-k"), ("password", PASSWORD)]);
    let page = site.send(request, &Person::visitor()).await.expect(303);
    let cookie = page.header("set-cookie").unwrap().split(';').next().unwrap();
    let ada = Person { handle: "ada-k".to_owned(), cookie: Some(cookie.to_owned()) };
    let page = site.get(&ada, "/settings").await.expect(200);
    let titles = page.texts("#sessions .row-title");
    assert_eq!(titles.len(), 2);
    assert_eq!(titles.iter().filter(|title| title.contains(", this one")).count(), 1);
    assert!(titles.contains(&"Firefox on Linux, this one".to_owned()));
    assert_eq!(page.count("#sessions .row form"), 1, "this one is ended by signing out");
    assert!(page.text("#sessions .row-note").contains("from 127.0.0.1"));
}

/// The form of the list that ends the only other session.
async fn end_form(site: &TestSite, who: &Person) -> String {
    let page = site.get(who, "/settings").await.expect(200);
    page.attribute("#sessions .row form", "action")
}

#[actix_web::test]
async fn one_other_session_is_ended() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    let lost = site.sign_in("ada-k");
    let form = end_form(&site, &ada).await;
    let page = site.post(&ada, &form, &[]).await.expect(303);
    assert_eq!(page.location(), "/settings?saved=session#sessions");
    assert!(!is_signed_in(&site, &lost).await);
    assert!(is_signed_in(&site, &ada).await);
    site.post(&ada, &form, &[]).await.expect(404);
}

#[actix_web::test]
async fn nobody_ends_another_members_session() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    site.sign_in("ada-k");
    let form = end_form(&site, &ada).await;
    let bob = site.staff("bob-m", &[Role::Administrator]);
    site.post(&bob, &form, &[]).await.expect(404);
    site.post(&Person::visitor(), &form, &[]).await.expect(403);
    site.post(&bob, "/settings/sessions/end-others", &[]).await.expect(303);
    site.post(&Person::visitor(), "/settings/sessions/end-others", &[]).await.expect(403);
    assert_eq!(count_sessions(&site, "ada-k"), 2);
}

#[actix_web::test]
async fn all_other_sessions_are_ended_at_once() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    let others = [site.sign_in("ada-k"), site.sign_in("ada-k")];
    site.post(&ada, "/settings/sessions/end-others", &[]).await.expect(303);
    for other in &others {
        assert!(!is_signed_in(&site, other).await);
    }
    assert!(is_signed_in(&site, &ada).await);
    assert_eq!(count_sessions(&site, "ada-k"), 1);
}

// A new password

async fn ask_reset(site: &TestSite, email: &str) -> Page {
    site.post(&Person::visitor(), "/reset", &[("email", email)]).await
}

async fn choose(site: &TestSite, link: &str, password: &str) -> Page {
    let token = token_of(link);
    let fields = [("token", token.as_str()), ("password", password)];
    site.post(&Person::visitor(), "/reset/choose", &fields).await
}

#[actix_web::test]
async fn a_reset_link_sets_a_password_once_and_ends_every_session() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    let page = ask_reset(&site, "ADA-K@example.org").await.expect(303);
    assert_eq!(page.location(), "/reset/sent");
    let link = link(&mails(&site)[0], "/reset/choose?token=");
    for _ in 0..2 {
        let page = site.get(&Person::visitor(), &link).await.expect(200);
        assert_eq!(page.attribute("form input[name=token]", "value"), token_of(&link));
    }
    assert!(is_signed_in(&site, &ada).await, "asking for a link changes nothing");

    let page = choose(&site, &link, OTHER).await.expect(303);
    assert_eq!(page.location(), "/login?joined=reset");
    assert_eq!(count_sessions(&site, "ada-k"), 0);
    assert_eq!(mails(&site)[0].subject, "Your password for Touchstone was changed");
    try_to_sign_in(&site, "ada-k", PASSWORD).await.expect(422);
    sign_in(&site, "ada-k", OTHER).await;

    site.get(&Person::visitor(), &link).await.expect(422);
    choose(&site, &link, PASSWORD).await.expect(422);
    sign_in(&site, "ada-k", OTHER).await;
}

#[actix_web::test]
async fn a_weak_password_leaves_the_reset_link_as_it_is() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    ask_reset(&site, "ada-k@example.org").await.expect(303);
    let link = link(&mails(&site)[0], "/reset/choose?token=");
    for weak in ["short", "password123", "xx ada-k@example.org xx"] {
        let page = choose(&site, &link, weak).await.expect(422);
        assert_eq!(page.count("#password-problem"), 1, "{weak}");
        assert_eq!(page.attribute("input[name=token]", "value"), token_of(&link));
        assert_eq!(page.attributes("input[name=password]", "value"), [""; 0]);
    }
    assert!(is_signed_in(&site, &ada).await);
    sign_in(&site, "ada-k", PASSWORD).await;
    choose(&site, &link, OTHER).await.expect(303);
}

#[actix_web::test]
async fn a_reset_link_is_over_after_an_hour_or_when_a_newer_one_is_sent() {
    let site = TestSite::start();
    site.member("ada-k");
    ask_reset(&site, "ada-k@example.org").await.expect(303);
    let first = link(&mails(&site)[0], "/reset/choose?token=");
    ask_reset(&site, "ada-k@example.org").await.expect(303);
    let second = link(&mails(&site)[0], "/reset/choose?token=");
    choose(&site, &first, OTHER).await.expect(422);
    site.get(&Person::visitor(), &second).await.expect(200);
    site.clock.advance(TimeDelta::hours(1));
    site.get(&Person::visitor(), &second).await.expect(422);
    choose(&site, &second, OTHER).await.expect(422);
    sign_in(&site, "ada-k", PASSWORD).await;
}

#[actix_web::test]
async fn asking_for_a_reset_tells_nobody_who_is_a_member() {
    let site = TestSite::start();
    site.member("ada-k");
    for email in ["ada-k@example.org", "stranger@example.org"] {
        for _ in 0..5 {
            let page = ask_reset(&site, email).await.expect(303);
            assert_eq!((page.location(), page.body.as_str()), ("/reset/sent", ""));
        }
        let page = ask_reset(&site, email).await.expect(429);
        assert_eq!(page.header("retry-after"), Some("900"));
    }
    let sent = mails(&site);
    assert_eq!(sent.len(), 5);
    assert!(sent.iter().all(|mail| mail.to == "ada-k@example.org"));
    let page = ask_reset(&site, "ada-k").await.expect(422);
    assert_eq!(page.count("#email-problem"), 1);
    assert_eq!(page.attribute("input[name=email]", "value"), "ada-k");
}

#[actix_web::test]
async fn who_reads_the_mailbox_has_proved_the_address() {
    let site = TestSite::start();
    join(&site).await;
    ask_reset(&site, "ada@example.org").await.expect(303);
    let link = link(&mails(&site)[0], "/reset/choose?token=");
    assert!(!is_confirmed(&site, "ada-k"));
    choose(&site, &link, OTHER).await.expect(303);
    assert!(is_confirmed(&site, "ada-k"));
}

#[actix_web::test]
async fn a_changed_password_ends_the_other_sessions_and_keeps_this_one() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    let other = site.sign_in("ada-k");
    let fields = [("old", PASSWORD), ("new", OTHER)];
    let page = site.post(&ada, "/settings/password", &fields).await.expect(303);
    assert_eq!(page.location(), "/settings?saved=password");
    assert!(is_signed_in(&site, &ada).await);
    assert!(!is_signed_in(&site, &other).await);
    assert_eq!(mails(&site)[0].subject, "Your password for Touchstone was changed");
    try_to_sign_in(&site, "ada-k", PASSWORD).await.expect(422);
    sign_in(&site, "ada-k", OTHER).await;
}

#[actix_web::test]
async fn a_wrong_old_or_a_weak_new_password_changes_nothing() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    let other = site.sign_in("ada-k");
    for (old, new, problems) in [
        (OTHER, OTHER, vec!["old-problem"]),
        ("", OTHER, vec!["old-problem"]),
        (PASSWORD, "short", vec!["new-problem"]),
        (PASSWORD, "xx ada-k 9471 xx ada-k", vec!["new-problem"]),
        ("wrong", "short", vec!["old-problem", "new-problem"]),
    ] {
        let fields = [("old", old), ("new", new)];
        let page = site.post(&ada, "/settings/password", &fields).await.expect(422);
        assert_eq!(page.attributes("p.problem", "id"), problems);
        assert_eq!(page.attributes("input[type=password]", "value"), [""; 0]);
    }
    site.post(&Person::visitor(), "/settings/password", &[("old", PASSWORD), ("new", OTHER)])
        .await
        .expect(403);
    assert!(is_signed_in(&site, &other).await);
    assert!(mails(&site).is_empty());
    sign_in(&site, "ada-k", PASSWORD).await;
}

#[actix_web::test]
async fn old_passwords_are_not_guessed_in_the_settings_and_nobody_else_has_to_wait() {
    let site = behind_a_proxy();
    let wrong = [("old", OTHER), ("new", OTHER)];
    for handle in ["ada-k", "bob-m", "cleo-n", "dora-o"] {
        let member = site.member(handle);
        for _ in 0..10 {
            post_from(&site, "203.0.113.9", &member, "/settings/password", &wrong).await.expect(422);
        }
        let right = [("old", PASSWORD), ("new", OTHER)];
        let page = post_from(&site, "203.0.113.10", &member, "/settings/password", &right).await.expect(429);
        assert_eq!(page.header("retry-after"), Some("900"));
    }
    let eve = site.member("eve-p");
    let right = [("old", PASSWORD), ("new", OTHER)];
    post_from(&site, "203.0.113.11", &eve, "/settings/password", &right).await.expect(303);
}

// Other sites

#[actix_web::test]
async fn a_write_from_another_site_is_refused_and_nothing_is_done() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    let send = |name: &'static str, value: &'static str| {
        TestRequest::post().uri("/settings/profile").insert_header((name, value)).set_form([
            ("name", "Ada K"),
            ("signature", "Written elsewhere"),
            ("profile", "everyone"),
        ])
    };
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://127.0.0.1:8081"),
    ] {
        let page = site.send(send(name, value), &ada).await.expect(403);
        assert!(page.text(".lede").contains("another site"), "{name}: {value}");
    }
    assert_eq!(member(&site, "ada-k").signature, "");
    for (name, value) in
        [("sec-fetch-site", "same-origin"), ("sec-fetch-site", "none"), ("origin", "http://127.0.0.1:8080")]
    {
        site.send(send(name, value), &ada).await.expect(303);
    }
    assert_eq!(member(&site, "ada-k").signature, "Written elsewhere");
}

#[actix_web::test]
async fn a_link_on_another_site_may_be_followed() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    let request = TestRequest::get().uri("/settings").insert_header(("sec-fetch-site", "cross-site"));
    site.send(request, &ada).await.expect(200);
}

#[actix_web::test]
async fn no_site_signs_anybody_in_or_out_from_elsewhere() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    for path in ["/login", "/logout"] {
        let request = TestRequest::post()
            .uri(path)
            .insert_header(("sec-fetch-site", "cross-site"))
            .set_form([("login", "ada-k"), ("password", PASSWORD)]);
        let page = site.send(request, &ada).await.expect(403);
        assert_eq!(page.header("set-cookie"), None);
    }
    assert_eq!(count_sessions(&site, "ada-k"), 1);
}

// The first administrator

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
    site.write(move |conn| actions::add(conn, &added, now));
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
