//! The images of the document in a second look.

use diesel::prelude::*;
use touchstone::db::schema::badge_grants;
use touchstone::verification::CaseId;
use touchstone::verification::document::rules::{Side, State};
use touchstone::verification::evidence::actions::{self, NewImage};
use touchstone::verification::evidence::store::of_case;

use super::{LIST, confirm, passed, trust};
use crate::desk::jpeg;
use crate::evidence::{place, sweep};
use crate::support::look::{audit, id_of};
use crate::support::{Person, TestSite};

/// A grant that waits for its second look, with an image of its document: number and address of the image.
async fn with_image(site: &TestSite) -> (Person, i64, String) {
    let (who, grant) = passed(site, "ada-l", true);
    let member = id_of(site, "ada-l");
    let case: Option<i64> = site.read(move |conn| {
        Ok(badge_grants::table.find(grant).select(badge_grants::document_case_id).first(conn)?)
    });
    let case = CaseId(case.unwrap());
    place(site, case, State::Uploading, None);
    let new = NewImage { case, member, side: Side::Front, jpeg: jpeg(700, 500), width: 700, height: 500 };
    let id = actions::keep(&site.db, &site.forum.vault, new, site.clock.now()).await.unwrap();
    place(site, case, State::Approved, None);
    (who, grant, format!("{LIST}/{grant}/images/{}", id.0))
}

fn looks(site: &TestSite) -> usize {
    audit(site).iter().filter(|(act, ..)| act == "evidence.opened").count()
}

#[actix_web::test]
async fn whoever_looks_a_second_time_sees_the_document_and_each_look_is_written_down() {
    let site = TestSite::start();
    let (ada, grant, image) = with_image(&site).await;
    let boris = site.agent("boris-s");
    let page = site.get(&boris, &format!("{LIST}/{grant}")).await.expect(200);
    assert_eq!(page.attributes(".desk-pane img", "src"), [image.as_str()]);
    assert_eq!((page.header("cache-control"), looks(&site)), (Some("no-store"), 0));

    let shown = site.get(&boris, &image).await.expect(200);
    assert_eq!(shown.header("content-type"), Some("image/jpeg"));
    assert_eq!(shown.header("cache-control"), Some("no-store"));
    assert_eq!(looks(&site), 1);
    let closely = site.get(&boris, &format!("{image}/look?zoom=2")).await.expect(200);
    assert!(closely.attribute("img.desk-look", "src").starts_with(&image));
    assert_eq!(closely.attribute(".page-meta a", "href"), format!("{LIST}/{grant}"));
    assert_eq!(looks(&site), 1, "the page beside an image is no look");
    let opened = site.get(&ada, "/verification/opened").await.expect(200);
    assert!(opened.body.contains("Verification Agent"), "its member reads of it");
}

#[actix_web::test]
async fn nobody_else_sees_it_and_nobody_after_the_decision() {
    let site = TestSite::start();
    let (ada, grant, image) = with_image(&site).await;
    let (dora, noor) = (site.sign_in("dora-d"), site.sign_in("noor-v"));
    let tess = trust::trusted(&site, "tess-t");
    for agent in [&dora, &noor] {
        site.prove(agent);
        site.get(agent, &image).await.expect(404);
    }
    for other in [&ada, &tess] {
        site.get(other, &image).await.expect(403);
    }
    let boris = site.agent("boris-s");
    site.get(&boris, &image.replace(&format!("/{grant}/"), "/999/")).await.expect(404);
    site.get(&boris, &format!("{LIST}/{grant}/images/999")).await.expect(404);
    assert_eq!(looks(&site), 0);

    confirm(&site, &boris, grant).await.expect(303);
    site.get(&boris, &image).await.expect(404);
    assert_eq!(looks(&site), 0);
}

#[actix_web::test]
async fn after_they_are_destroyed_the_page_says_so() {
    let site = TestSite::start();
    let (_, grant, image) = with_image(&site).await;
    let boris = site.agent("boris-s");
    site.clock.advance(chrono::TimeDelta::days(30));
    sweep(&site).await;
    let case = site.read(|conn| {
        Ok(badge_grants::table
            .find(grant)
            .select(badge_grants::document_case_id)
            .first::<Option<i64>>(conn)?)
    });
    let images = site.read(|conn| Ok(of_case(conn, CaseId(case.unwrap()))?));
    assert!(images.iter().all(|image| image.destroyed_at.is_some()));
    site.prove(&boris);
    let page = site.get(&boris, &format!("{LIST}/{grant}")).await.expect(200);
    assert_eq!((page.count(".desk-pane img"), page.count("[data-destroyed]")), (0, 1));
    assert!(page.text("[data-destroyed]").contains("The images were destroyed"));
    site.get(&boris, &image).await.expect(404);
    assert_eq!(looks(&site), 0);
}
