//! Drafts, and replies that come while one writes.

use actix_web::http::header::{ACCEPT, CONTENT_TYPE};
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use diesel::prelude::*;
use touchstone::boards::rules::Access;
use touchstone::db::schema::drafts;
use touchstone::members::rules::{Role, Tier};
use touchstone::threads::drafts::actions::sweep;

use crate::support::site::replies;
use crate::support::{Page, Person, TestSite};

fn draft_of(thread: &str) -> String {
    replies(thread).replace("replies", "draft")
}

/// Every draft: place, title, body, sequence.
fn kept(site: &TestSite) -> Vec<(String, String, String, i64)> {
    site.read(|conn| {
        Ok(drafts::table
            .order((drafts::member_id, drafts::place))
            .select((drafts::place, drafts::title, drafts::body, drafts::sequence))
            .load(conn)?)
    })
}

/// Saves as the script does.
async fn by_script(site: &TestSite, who: &Person, path: &str, body: &str, sequence: i64) -> Page {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("body", body)
        .append_pair("sequence", &sequence.to_string())
        .finish();
    let request = TestRequest::post()
        .uri(path)
        .insert_header((CONTENT_TYPE, "application/x-www-form-urlencoded"))
        .insert_header((ACCEPT, "application/json"))
        .insert_header(("sec-fetch-site", "same-origin"))
        .set_payload(body);
    site.send(request, who).await
}

#[actix_web::test]
async fn a_reply_is_kept_and_comes_back_until_it_is_posted() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, ben) = (site.member("ada"), site.member("ben"));
    let thread = site.thread(&ada, "craft", "Not finished yet").await;
    let fields = [("body", "Half a <thought>\r\nand more"), ("sequence", "1")];
    let saved = site.post(&ada, &draft_of(&thread), &fields).await.expect(303);
    assert_eq!(saved.location(), format!("{thread}#reply"));

    let page = site.get(&ada, &thread).await;
    assert_eq!(page.text("textarea"), "Half a <thought> and more");
    assert!(page.text(".draft-line").contains("Draft saved"));
    assert_eq!(page.attribute("input[name=sequence]", "value"), "2");
    assert_eq!(page.attributes("button[formaction$=discard][hidden]", "type").len(), 0);
    let others = site.get(&ben, &thread).await;
    assert_eq!(others.text("textarea"), "");
    assert_eq!(others.attributes("button[formaction$=discard][hidden]", "type").len(), 1);

    site.reply(&ada, &thread, "The whole thought.").await;
    assert_eq!(kept(&site), []);
    assert_eq!(site.get(&ada, &thread).await.text("textarea"), "");
}

#[actix_web::test]
async fn a_new_thread_is_kept_with_title_and_kind() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let fields = [("title", "A ti"), ("body", "Words"), ("type", "question"), ("sequence", "1")];
    let saved = site.post(&ada, "/b/craft/draft", &fields).await.expect(303);
    assert_eq!(saved.location(), "/b/craft/new");
    let page = site.get(&ada, "/b/craft/new").await.expect(200);
    assert_eq!(page.attribute("input[name=title]", "value"), "A ti");
    assert_eq!(page.attribute("input[type=radio][checked]", "value"), "question");
    assert_eq!(page.text("textarea"), "Words");
    site.thread(&ada, "craft", "A title at last").await;
    assert_eq!(kept(&site), []);
}

#[actix_web::test]
async fn an_old_tab_does_not_overwrite_a_newer_draft() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let thread = site.thread(&ada, "craft", "Open in two tabs").await;
    let path = draft_of(&thread);
    by_script(&site, &ada, &path, "first", 1).await.expect(200);
    by_script(&site, &ada, &path, "second", 2).await.expect(200);

    let refused = by_script(&site, &ada, &path, "an old tab", 2).await.expect(409);
    let newer: serde_json::Value = serde_json::from_str(&refused.body).unwrap();
    assert_eq!((newer["body"].as_str(), newer["sequence"].as_i64()), (Some("second"), Some(2)));
    by_script(&site, &ada, &path, "", 1).await.expect(409);
    let page = site.post(&ada, &path, &[("body", "an old <tab>"), ("sequence", "1")]).await.expect(409);
    assert_eq!(page.texts("textarea"), ["an old <tab>", "second"]);
    assert_eq!(kept(&site)[0].2, "second");

    let sequence = page.attribute("input[name=sequence]", "value");
    assert_eq!(sequence, "3");
    site.post(&ada, &path, &[("body", "an old <tab>"), ("sequence", &sequence)]).await.expect(303);
    assert_eq!(kept(&site)[0].2, "an old <tab>");
}

#[actix_web::test]
async fn an_empty_draft_is_none() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let thread = site.thread(&ada, "craft", "Nothing to say").await;
    let path = draft_of(&thread);
    by_script(&site, &ada, &path, "something", 1).await.expect(200);
    let page = by_script(&site, &ada, &path, " \n", 2).await.expect(200);
    assert!(page.body.contains("\"saved\":null"), "{}", page.body);
    assert_eq!(kept(&site), []);
}

#[actix_web::test]
async fn a_draft_that_is_refused_comes_back() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let thread = site.thread(&ada, "craft", "At great length").await;
    let path = draft_of(&thread);
    let long = "a".repeat(60_001);
    let page = site.post(&ada, &path, &[("body", &long), ("sequence", "1")]).await.expect(422);
    assert_eq!(page.text("textarea").len(), 60_001);
    assert!(page.text("[role=alert]").contains("60000"));
    let page = site.post(&Person::visitor(), &path, &[("body", "Hello?")]).await.expect(403);
    assert_eq!(page.text("textarea"), "Hello?");
    by_script(&site, &Person::visitor(), &path, "Hello?", 1).await.expect(403);
    assert_eq!(kept(&site), []);
}

#[actix_web::test]
async fn drafts_are_discarded_by_their_owner_alone() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, ben) = (site.member("ada"), site.member("ben"));
    let thread = site.thread(&ada, "craft", "Thrown away").await;
    let path = draft_of(&thread);
    by_script(&site, &ada, &path, "mine", 1).await.expect(200);
    site.post(&ada, "/b/craft/draft", &[("body", "a thread"), ("sequence", "1")]).await.expect(303);
    site.post(&ben, &format!("{path}/discard"), &[]).await.expect(303);
    site.post(&Person::visitor(), &format!("{path}/discard"), &[]).await.expect(403);
    assert_eq!(kept(&site).len(), 2);

    let back = site.post(&ada, &format!("{path}/discard"), &[("body", "mine")]).await.expect(303);
    assert_eq!(back.location(), format!("{thread}#reply"));
    let back = site.post(&ada, "/b/craft/draft/discard", &[("from", "drafts")]).await.expect(303);
    assert_eq!(back.location(), "/drafts");
    assert_eq!(kept(&site), []);
}

#[actix_web::test]
async fn one_finds_ones_drafts_and_nobody_elses() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, ben) = (site.member("ada"), site.member("ben"));
    let thread = site.thread(&ada, "craft", "Much to say").await;
    by_script(&site, &ada, &draft_of(&thread), "An **answer** & more", 1).await.expect(200);
    site.clock.advance(TimeDelta::minutes(1));
    let fields = [("title", "A begun title"), ("body", "and words"), ("sequence", "1")];
    site.post(&ada, "/b/craft/draft", &fields).await.expect(303);

    let page = site.get(&ada, "/drafts").await.expect(200);
    assert_eq!(page.texts("main .row-title"), ["New thread in Craft", "Reply to Much to say"]);
    assert_eq!(page.attributes("main .row-title a", "href"), ["/b/craft/new", &format!("{thread}#reply")]);
    assert_eq!(page.texts("main .row-note"), ["A begun title · and words", "An **answer** & more"]);
    assert_eq!(site.get(&ben, "/drafts").await.count("main .row"), 0);
    site.get(&Person::visitor(), "/drafts").await.expect(303);
}

#[actix_web::test]
async fn the_words_stay_when_the_place_closes_and_its_name_does_not() {
    let site = TestSite::start();
    site.board("lounge", Access::Tier(Tier::TopRated), Access::Tier(Tier::TopRated));
    let (ada, mona) = (site.rated("ada", Tier::TopRated), site.staff("mona", &[Role::Administrator]));
    let thread = site.thread(&mona, "lounge", "A secret name").await;
    by_script(&site, &ada, &draft_of(&thread), "my own words", 1).await.expect(200);
    let now = site.clock.now();
    site.write(move |conn| {
        let ada = touchstone::members::store::find(conn, "ada")?.unwrap();
        let source = touchstone::members::rules::TierSource::Administrator;
        Ok(touchstone::members::store::set_tier(conn, ada.id, None, source, None, now)?)
    });
    let page = site.get(&ada, "/drafts").await.expect(200);
    assert!(!page.body.contains("secret"));
    assert_eq!(page.text("main .row-note"), "my own words");
    assert_eq!(page.count("main .row-title a"), 0);
    by_script(&site, &ada, &draft_of(&thread), "more", 2).await.expect(404);
    site.post(&ada, &format!("{}/discard", draft_of(&thread)), &[]).await.expect(303);
    assert_eq!(kept(&site), []);
}

#[actix_web::test]
async fn drafts_are_swept_after_ninety_days() {
    let site = TestSite::start();
    site.open_board("craft");
    let ada = site.member("ada");
    let thread = site.thread(&ada, "craft", "Long ago").await;
    by_script(&site, &ada, &draft_of(&thread), "old", 1).await.expect(200);
    let saved = site.clock.now();
    assert_eq!(site.write(move |conn| sweep(conn, saved + TimeDelta::days(90))), 0);
    let later = saved + TimeDelta::days(90) + TimeDelta::seconds(1);
    assert_eq!(site.write(move |conn| sweep(conn, later)), 1);
    assert_eq!(kept(&site), []);
}

#[actix_web::test]
async fn replies_that_came_meanwhile_are_shown_before_posting() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, ben) = (site.member("ada"), site.member("ben"));
    let thread = site.thread(&ada, "craft", "A lively thread").await;
    let form = site.get(&ada, &thread).await;
    let (seen, id) = (
        form.attribute("input[name=seen]", "value"),
        form.attribute("form[action$=replies] input[name=request_id]", "value"),
    );
    assert_eq!(seen, "1");
    for number in 1..=4 {
        site.reply(&ben, &thread, &format!("Meanwhile {number}")).await;
    }
    let fields = [("body", "My answer"), ("seen", seen.as_str()), ("request_id", id.as_str())];
    let page = site.post(&ada, &replies(&thread), &fields).await.expect(409);
    assert!(page.text("[role=alert]").contains("4 new replies while you were writing"));
    assert_eq!(page.attribute("[role=alert] a", "href"), format!("{thread}/2"));
    assert_eq!(page.attribute("[role=alert] a", "target"), "_blank");
    assert_eq!(page.texts(".original .post-body"), ["Meanwhile 2", "Meanwhile 3", "Meanwhile 4"]);
    assert_eq!(page.text("textarea"), "My answer");
    assert_eq!(page.attribute("input[name=seen]", "value"), "5");
    assert_eq!(page.attribute("input[name=request_id]", "value"), id);

    let fields = [("body", "My answer"), ("seen", "5"), ("request_id", id.as_str())];
    let posted = site.post(&ada, &replies(&thread), &fields).await.expect(303);
    assert_eq!(posted.location(), format!("{thread}/6"));
    // The same press once more: one's own reply is no new one.
    let again = site.post(&ada, &replies(&thread), &fields).await.expect(303);
    assert_eq!(again.location(), format!("{thread}/6"));
}

#[actix_web::test]
async fn a_preview_does_not_ask_what_came_meanwhile() {
    let site = TestSite::start();
    site.open_board("craft");
    let (ada, ben) = (site.member("ada"), site.member("ben"));
    let thread = site.thread(&ada, "craft", "Looking twice").await;
    site.reply(&ben, &thread, "One reply").await;
    let fields = [("body", "x"), ("seen", "1"), ("preview", "1")];
    let page = site.post(&ada, &replies(&thread), &fields).await.expect(200);
    assert_eq!(page.count(".meanwhile"), 0);
    let page = site.post(&ada, &replies(&thread), &[("body", "x"), ("seen", "1")]).await.expect(409);
    assert!(page.text("[role=alert]").contains("1 new reply while you were writing"));
}
