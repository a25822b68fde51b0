//! The limits of codes, under many clients at once and in two processes on one database.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::test;
use chrono::TimeDelta;
use diesel::prelude::*;
use futures_util::future::join_all;
use touchstone::commands::serve::Forum;
use touchstone::db::Db;
use touchstone::db::schema::phone_tries;
use touchstone::settings::Settings;
use touchstone::verification::phone::rules::State;

use crate::phone::{NUMBER, another, code, messages, state};
use crate::support::site::{keys, send_to};
use crate::support::{Page, Person, TestSite};

/// A second process of the same site: connections, keys and everything else of its own.
fn second(site: &TestSite) -> Forum {
    let settings = Settings::clone(&site.forum.site.settings);
    let db = Db::open(&site.database.url).unwrap();
    let keys = keys(&settings, &db, &site.clock);
    Forum::new(settings, db, keys, site.clock.clone(), true)
}

async fn post(forum: &Forum, who: &Person, path: &str, fields: &[(&str, &str)]) -> Page {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = test::TestRequest::post()
        .uri(path)
        .insert_header((CONTENT_TYPE, "application/x-www-form-urlencoded"))
        .insert_header(("sec-fetch-site", "same-origin"))
        .set_payload(body);
    send_to(forum, request, who).await
}

/// Thirty-two clients type the same code in at once, in two processes, each asking for another code between.
async fn storm(forums: [&Forum; 2], who: &Person, wrong: &str) -> usize {
    let clients = (0..32).map(|turn| async move {
        let forum = forums[turn % 2];
        let answer = post(forum, who, "/verification/phone/code", &[("code", wrong)]).await;
        if turn % 8 == 0 {
            post(forum, who, "/verification/phone/resend", &[]).await;
        }
        answer
    });
    let answers = join_all(clients).await;
    for answer in &answers {
        assert!([303, 422].contains(&answer.status.as_u16()), "{}: {}", answer.status, answer.body);
    }
    answers.len()
}

fn wrong_codes(site: &TestSite) -> i64 {
    site.read(|conn| Ok(phone_tries::table.count().get_result(conn)?))
}

/// Invariant 6.
#[actix_web::test]
async fn at_most_10_wrong_codes_in_24_hours() {
    let site = TestSite::demo();
    let other = second(&site);
    let forums = [&site.forum, &other];
    let ada = site.member("ada-l");
    site.post(&ada, "/verification/phone", NUMBER).await.expect(303);

    // One code takes five.
    storm(forums, &ada, &another(&code(&site))).await;
    assert_eq!((wrong_codes(&site), state(&site, "ada-l")), (5, State::Locked));
    // The next one the other five, however often another is asked for.
    for _ in 0..3 {
        site.clock.advance(TimeDelta::seconds(61));
        post(&other, &ada, "/verification/phone/resend", &[]).await;
        storm(forums, &ada, &another(&code(&site))).await;
    }
    assert_eq!((wrong_codes(&site), state(&site, "ada-l")), (10, State::Locked));

    // No code is sent any more, by whichever way, and the right one would not help.
    let sent = messages(&site).len();
    site.clock.advance(TimeDelta::hours(23));
    site.post(&ada, "/verification/phone", NUMBER).await.expect(422);
    post(&other, &ada, "/verification/phone/resend", &[]).await;
    let right = code(&site);
    post(&other, &ada, "/verification/phone/code", &[("code", &right)]).await.expect(303);
    assert_eq!((messages(&site).len(), state(&site, "ada-l")), (sent, State::Locked));
    // Nor does another account gain anything with the same number.
    let ben = site.member("ben-o");
    let page = site.post(&ben, "/verification/phone", NUMBER).await.expect(422);
    assert!(page.text("#number-problem").contains("10 wrong codes within a day"));
    // Nor the same account with another number.
    let form = [("country", "DE"), ("number", "01512 3456788"), ("channel", "text")];
    site.post(&ada, "/verification/phone", &form).await.expect(422);

    // A day after, one may go on.
    site.clock.advance(TimeDelta::hours(1));
    site.post(&ada, "/verification/phone", NUMBER).await.expect(303);
    let right = code(&site);
    post(&other, &ada, "/verification/phone/code", &[("code", &right)]).await.expect(303);
    assert_eq!((wrong_codes(&site), state(&site, "ada-l")), (10, State::Verified));
}

#[actix_web::test]
async fn of_many_who_ask_at_once_each_limit_lets_through_what_it_says() {
    let site = TestSite::demo();
    let other = second(&site);
    // One member, thirty-two requests at once: one code a minute.
    let ada = site.member("ada-l");
    let forums = [&site.forum, &other];
    let ask = |turn: usize| post(forums[turn % 2], &ada, "/verification/phone", NUMBER);
    let answers = join_all((0..32).map(ask)).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 303).count(), 1);
    assert_eq!(messages(&site).len(), 1);

    // Sixteen members from one address, each with a number of their own: ten an hour, of which one is used up.
    let people: Vec<Person> = (0..16).map(|turn| site.member(&format!("person-{turn}"))).collect();
    let clients = people.iter().enumerate().map(|(turn, who)| async move {
        let number = format!("01512 34567{turn:02}");
        let form = [("country", "DE"), ("number", number.as_str()), ("channel", "text")];
        post(forums[turn % 2], who, "/verification/phone", &form).await
    });
    let answers = join_all(clients).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 303).count(), 9);
    assert_eq!(messages(&site).len(), 10);
}

#[actix_web::test]
async fn an_hour_has_five_codes_and_a_prefix_its_budget() {
    let site = TestSite::demo();
    let ada = site.member("ada-l");
    for turn in 0..6 {
        let expected = if turn < 5 { 303 } else { 422 };
        site.post(&ada, "/verification/phone", NUMBER).await.expect(expected);
        site.clock.advance(TimeDelta::seconds(61));
    }
    assert_eq!(messages(&site).len(), 5);
    site.clock.advance(TimeDelta::hours(1));
    let administrator = site.staff("root-r", &[touchstone::members::rules::Role::Administrator]);
    let budget = [("prefix", "+49 DE"), ("budget", "6")];
    site.post(&administrator, "/admin/texts/budget", &budget).await.expect(303);
    site.post(&ada, "/verification/phone", NUMBER).await.expect(303);
    site.clock.advance(TimeDelta::seconds(61));
    let page = site.post(&ada, "/verification/phone", NUMBER).await.expect(422);
    assert!(page.text("#number-problem").contains("numbers of this country today"));
    let page = site.get(&administrator, "/admin/texts").await.expect(200);
    assert!(page.text(".row-note").contains("6 of 6 in 24 hours"), "{}", page.text(".row-note"));
}
