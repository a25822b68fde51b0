//! Joining.

use chrono::TimeDelta;
use touchstone::accounts::actions;
use touchstone::members::rules::Role;

use super::{FORM, count_members, form_with, is_confirmed, try_to_sign_in};
use crate::support::look::{find, mails, member};
use crate::support::site::PASSWORD;
use crate::support::{Page, Person, TestSite};

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
