//! What the holder of a case sees, and nobody else.

use chrono::TimeDelta;
use diesel::prelude::*;
use touchstone::db::schema::audit_events;
use touchstone::verification::CaseId;
use touchstone::verification::document::details::Details;
use touchstone::verification::document::rules::Class;

use super::{decide, form, next, passport, submit, submit_as};
use crate::support::look::{id_of, member};
use crate::support::{Person, TestSite};

/// How often images were opened.
fn looks(site: &TestSite) -> i64 {
    site.read(|conn| {
        Ok(audit_events::table.filter(audit_events::act.like("%opened%")).count().get_result(conn)?)
    })
}

/// The address of the first image of a case.
async fn image(site: &TestSite, agent: &Person, case: CaseId) -> String {
    let page = site.get(agent, &format!("/agent/cases/{}", case.0)).await.expect(200);
    page.attribute(".desk-pane img", "src")
}

#[actix_web::test]
async fn an_image_goes_to_the_holder_marked_and_each_request_is_one_look() {
    let site = TestSite::start();
    let (noor, otis) = (site.agent("noor-v"), site.senior("otis-w"));
    let case = submit(&site, "ada-l", 60).await;
    next(&site, &noor).await;
    let image = image(&site, &noor, case).await;
    assert_eq!(looks(&site), 0, "the page alone opens nothing");

    let first = site.get(&noor, &image).await.expect(200);
    assert_eq!(looks(&site), 1);
    for (name, value) in
        [("content-type", "image/jpeg"), ("cache-control", "no-store"), ("content-disposition", "inline")]
    {
        assert_eq!(first.header(name), Some(value));
    }
    let drawn = image::load_from_memory(&first.bytes).unwrap().into_rgb8();
    assert_eq!(drawn.dimensions(), (320, 220));
    let marked = drawn.pixels().filter(|pixel| pixel.0[0] < 160).count();
    assert!(marked > 1_000, "{marked} marked dots");

    let near = site.get(&noor, &format!("{image}?turn=90&zoom=2&x=1&y=0")).await.expect(200);
    assert_eq!(image::load_from_memory(&near.bytes).unwrap().into_rgb8().dimensions(), (110, 160));
    site.clock.advance(TimeDelta::seconds(5));
    let later = site.get(&noor, &image).await.expect(200);
    assert_ne!(later.bytes, first.bytes, "the moment is in the mark");
    assert_eq!(looks(&site), 3);

    for who in [&Person::visitor(), &otis, &site.sign_in("ada-l"), &site.member("eve-s")] {
        let status = site.get(who, &image).await.status.as_u16();
        assert!([303, 403, 404].contains(&status), "{status} for {}", who.handle);
    }
    assert_eq!(looks(&site), 3);
}

#[actix_web::test]
async fn an_image_is_found_under_its_own_case_alone() {
    let site = TestSite::start();
    let (noor, otis) = (site.agent("noor-v"), site.agent("otis-w"));
    let (first, second) = (submit(&site, "ada-l", 60).await, submit(&site, "ben-o", 30).await);
    assert_eq!((next(&site, &noor).await, next(&site, &otis).await), (Some(first), Some(second)));
    let others = image(&site, &otis, second).await;
    let number = others.rsplit('/').next().unwrap();
    site.get(&noor, &format!("/agent/cases/{}/images/{number}", first.0)).await.expect(404);
    site.get(&noor, &others).await.expect(404);
    assert_eq!(looks(&site), 0);
}

#[actix_web::test]
async fn without_scripts_links_turn_an_image_and_go_nearer() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    let case = submit(&site, "ada-l", 60).await;
    next(&site, &noor).await;
    let image = image(&site, &noor, case).await;
    let page = site.get(&noor, &format!("{image}/look")).await.expect(200);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(page.attribute(".desk-look", "src"), image);
    let ways = page.attributes(".desk-ways a", "href");
    assert_eq!(ways.len(), 2, "turn and nearer: {ways:?}");
    let near = site.get(&noor, &ways[1]).await.expect(200);
    assert_eq!(near.attribute(".desk-look", "src"), format!("{image}?turn=0&zoom=2&x=1&y=1"));
    assert_eq!(near.count(".desk-ways a"), 8, "every way is open from the middle");
}

#[actix_web::test]
async fn the_page_sets_what_was_typed_beside_the_zone() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    let typed = Details { surname: "Erikson".to_owned(), ..passport("Eriksson", "C01X00T47") };
    let case = submit_as(&site, "ada-l", 60, Class::Ordinary, &typed).await;
    next(&site, &noor).await;
    let page = site.get(&noor, &format!("/agent/cases/{}", case.0)).await.expect(200);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(
        page.attributes("#beside tbody tr", "data-mark"),
        ["differs", "same", "same", "same", "same", "same"]
    );
    assert_eq!(page.text("#digits"), "TD3, two lines of 44. Every check digit fits.");
    assert!(page.text(".desk-name-note").starts_with("No check digit protects the name."));
    assert_eq!(page.text("#account"), "Ada L");
    assert_eq!(page.text("#others"), "No other account has this document.");

    let broken = passport("Eriksson", "C01X00T47");
    let zone = broken.mrz.clone().map(|zone| zone.replace("740812", "740813"));
    let other = submit_as(&site, "ben-o", 30, Class::Ordinary, &Details { mrz: zone, ..broken }).await;
    decide(&site, &noor, case, &form("refer", "", &[])).await.expect(303);
    assert_eq!(next(&site, &noor).await, Some(other));
    let page = site.get(&noor, &format!("/agent/cases/{}", other.0)).await.expect(200);
    assert!(page.text(".desk-work .problem").contains("check digit of the date of birth"), "{}", page.body);
}

#[actix_web::test]
async fn the_same_document_elsewhere_is_told_without_a_name() {
    let site = TestSite::start();
    let (noor, otis) = (site.agent("noor-v"), site.agent("otis-w"));
    let first = submit(&site, "zelda-first", 60).await;
    next(&site, &noor).await;
    decide(&site, &noor, first, &form("approve", "", &[])).await.expect(303);
    let second = submit(&site, "ada-l", 30).await;
    assert_eq!(next(&site, &otis).await, Some(second));
    let page = site.get(&otis, &format!("/agent/cases/{}", second.0)).await.expect(200);
    assert_eq!(page.text("#others"), "Another account has this document. It was approved for one.");
    assert!(!page.body.contains("zelda") && !page.body.contains(&member(&site, "zelda-first").name));
}

#[actix_web::test]
async fn a_second_agent_reads_what_was_found_and_not_by_whom() {
    let site = TestSite::start();
    let (noor, otis) = (site.agent("noor-v"), site.agent("otis-w"));
    let case = submit(&site, "ada-l", 60).await;
    next(&site, &noor).await;
    let mut fields = form("decline", "altered", &[("photo", "no")]);
    fields.push(("note".to_owned(), "The border of the photograph is doubled.".to_owned()));
    decide(&site, &noor, case, &fields).await.expect(303);
    assert_eq!(next(&site, &otis).await, Some(case));
    let page = site.get(&otis, &format!("/agent/cases/{}", case.0)).await.expect(200);
    let earlier = page.text("#earlier");
    assert!(
        earlier.contains("Declined: The document was altered") && earlier.contains("is doubled"),
        "{earlier}"
    );
    assert!(!page.body.contains("noor-v") && !page.body.contains(&member(&site, "noor-v").name));
    let kept = site.read(|conn| {
        use touchstone::db::schema::document_decisions as decisions;
        Ok(decisions::table
            .filter(decisions::agent_id.eq(id_of(&site, "noor-v")))
            .select(decisions::note)
            .first::<String>(conn)?)
    });
    assert!(!kept.contains("doubled"), "notes are sealed");
}
