//! A new password, by mail and in the settings.

use chrono::TimeDelta;

use super::signing_in::{behind_a_proxy, post_from};
use super::{OTHER, count_sessions, is_confirmed, is_signed_in, join, sign_in, token_of, try_to_sign_in};
use crate::support::look::{link, mails};
use crate::support::site::PASSWORD;
use crate::support::{Page, Person, TestSite};

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
