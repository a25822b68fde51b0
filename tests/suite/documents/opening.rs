//! To whom the document step is open.

use touchstone::badges;
use touchstone::badges::rules::Badge;
use touchstone::members::rules::Role;

use super::*;

const AGREE: &str = "/verification/document/consent";
const AGREED: [(&str, &str); 2] = [("version", "1"), ("agree", "yes")];

async fn step(site: &TestSite, who: &Person) -> String {
    site.get(who, "/verification").await.expect(200).text("[data-step=document] .step-state")
}

#[actix_web::test]
async fn whoever_is_not_eligible_begins_nothing() {
    let site = TestSite::start();
    let ada = site.member("ada-north");
    assert_eq!(step(&site, &ada).await, "Not open to you yet");
    assert_eq!(site.get(&ada, AGREE).await.expect(303).location(), "/verification");
    let refused = site.post(&ada, AGREE, &AGREED).await.expect(422);
    assert!(refused.text("main").contains("The document step is not open to you yet"));
    let id = id_of(&site, "ada-north");
    assert!(site.read(|conn| Ok(store::newest_of(conn, id)?)).is_none());
    assert!(audit(&site).iter().all(|(act, ..)| act != "document.consented"));
}

#[actix_web::test]
async fn a_gate_that_asks_for_a_document_opens_it() {
    let site = TestSite::start();
    let (ada, boss) = (site.member("ada-north"), site.staff("boss-b", &[Role::Administrator]));
    let board = site.open_board("craft").0;
    let gate = format!("{board}:document");
    site.post(&boss, "/admin/gates/boards", &[("gate", &gate)]).await.expect(303);
    assert_eq!(step(&site, &ada).await, "Not started");
    site.get(&ada, AGREE).await.expect(200);
    consent(&site, &ada).await;
    site.post(&ada, "/verification/document/withdraw", &[("sure", "yes")]).await.expect(303);
    assert_eq!(step(&site, &ada).await, "Withdrawn");

    // The gate is lifted, and the step is closed again.
    site.post(&boss, "/admin/gates/boards", &[("shown", &gate)]).await.expect(303);
    assert_eq!(step(&site, &ada).await, "Not open to you yet");
    site.post(&ada, AGREE, &AGREED).await.expect(422);
}

#[actix_web::test]
async fn whoever_had_the_badge_before_can_begin_whatever_the_tier() {
    let site = TestSite::start();
    let ada = site.member("ada-north");
    let (id, now) = (id_of(&site, "ada-north"), site.clock.now());
    site.write(move |conn| {
        let name = touchstone::members::store::get(conn, id)?.name;
        let grant = badges::store::NewGrant {
            member: id,
            badge: Badge::IdentityVerified,
            policy_version: 2,
            bound_name: &name,
            state: badges::rules::GrantState::Active,
            granted_at: now,
            expires_at: None,
        };
        Ok(badges::store::insert_imported(conn, &grant)?)
    });
    consent(&site, &ada).await;
}

#[actix_web::test]
async fn a_phone_that_was_verified_elsewhere_is_said_to_be() {
    let site = TestSite::start();
    let ada = site.member("ada-north");
    let (id, now) = (id_of(&site, "ada-north"), site.clock.now());
    site.write(move |conn| badges::actions::grant(conn, id, Badge::PhoneVerified, now));
    let page = site.get(&ada, "/verification").await.expect(200);
    assert_eq!(page.text("[data-step=phone] .step-state"), "Verified earlier");
    assert_eq!(page.attribute("[data-step=phone]", "data-state"), "done");
    assert_eq!(page.attribute("[data-step=phone] a", "href"), "/verification/phone");
}
