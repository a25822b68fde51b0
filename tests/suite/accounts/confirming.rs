//! Confirming an address.

use chrono::TimeDelta;

use super::{OTHER, confirm, is_confirmed, join, sign_in, token_of};
use crate::support::look::{link, mails, member};
use crate::support::site::PASSWORD;
use crate::support::{Person, TestSite};

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
