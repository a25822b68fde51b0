//! What is shown of destroyed images, to everybody and to their member.

use chrono::TimeDelta;
use serde_json::Value;
use sha2::{Digest, Sha256};
use touchstone::members::rules::Role;
use touchstone::sealing::is_signed;
use touchstone::verification::CaseId;
use touchstone::verification::document::rules::State;
use touchstone::verification::evidence::actions;

use super::{case, keep, open, place, sweep};
use crate::support::look::id_of;
use crate::support::{Person, TestSite};

/// Destroys this many images of a member, each on a day of its own.
async fn destroy(site: &TestSite, handle: &str, count: u8) -> CaseId {
    let case = case(site, handle);
    for number in 0..count {
        keep(site, handle, case, number).await;
        let (vault, now) = (site.forum.vault.clone(), site.clock.now());
        site.write(move |conn| actions::end_case(conn, vault.keys(), case, now));
        site.clock.advance(TimeDelta::days(1));
    }
    sweep(site).await;
    case
}

fn hex(text: &Value) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(text.as_str().unwrap().as_bytes()).unwrap()
}

/// Whoever has the answer's text and no line of our code.
fn assert_signed(answer: &Value, part: &str, text: &str) {
    let start = text.find(&format!("\"{part}\":")).unwrap() + part.len() + 3;
    let end = start + text[start..].find('}').unwrap() + 1;
    assert!(is_signed(&hex(&answer["public_key"]), &text.as_bytes()[start..end], &hex(&answer["signature"])));
}

#[actix_web::test]
async fn programs_check_head_and_proofs_by_themselves() {
    let site = TestSite::start();
    let visitor = Person::visitor();
    let empty = site.get(&visitor, "/openness/destroyed/head").await.expect(200);
    assert!(serde_json::from_str::<Value>(&empty.body).unwrap()["head"].is_null());
    site.get(&visitor, "/openness/destroyed/proof/0").await.expect(404);

    let ada = site.member("ada-north");
    destroy(&site, "ada-north", 5).await;
    let page = site.get(&visitor, "/openness/destroyed/head").await.expect(200);
    assert_eq!(page.header("content-type"), Some("application/json"));
    let head: Value = serde_json::from_str(&page.body).unwrap();
    assert_signed(&head, "head", &page.body);
    assert_eq!(head["head"]["size"], 5);

    let saved = site.get(&ada, "/verification/receipts/3").await.expect(200).body;
    let line = saved.strip_prefix("{\"receipt\":").unwrap().split(",\"signature\"").next().unwrap();
    let page = site.get(&visitor, "/openness/destroyed/proof/3").await.expect(200);
    let proof: Value = serde_json::from_str(&page.body).unwrap();
    assert_signed(&proof, "head", &page.body);
    let node = |left: &[u8], right: &[u8]| Sha256::digest([&[1], left, right].concat()).to_vec();
    let leaf = Sha256::digest([&[0], line.as_bytes()].concat()).to_vec();
    let beside: Vec<Vec<u8>> = proof["proof"].as_array().unwrap().iter().map(hex).collect();
    // Leaf 3 of 5: its neighbour 2, the pair before, and the one leaf after.
    assert_eq!(beside.len(), 3);
    let root = node(&node(&beside[1], &node(&beside[0], &leaf)), &beside[2]);
    assert_eq!((root, leaf), (hex(&head["head"]["root"]), hex(&proof["leaf"])));
    for nothing in ["5", "-1", "x", "99999999999999999999"] {
        site.get(&visitor, &format!("/openness/destroyed/proof/{nothing}")).await.expect(404);
    }
}

#[actix_web::test]
async fn anybody_checks_a_receipt_and_reads_what_is_wrong() {
    let site = TestSite::start();
    let visitor = Person::visitor();
    let page = site.get(&visitor, "/openness/destroyed").await.expect(200);
    assert_eq!(
        (page.text(".hashes-count"), page.count("#months"), page.count("#answer")),
        ("0".into(), 0, 0)
    );
    let ada = site.member("ada-north");
    destroy(&site, "ada-north", 3).await;
    let saved = site.get(&ada, "/verification/receipts/1").await.expect(200);
    assert_eq!(saved.header("content-disposition"), Some("attachment; filename=\"receipt-1.json\""));
    assert_eq!(saved.header("cache-control"), Some("no-store"));

    let page = site.post(&visitor, "/openness/destroyed", &[("receipt", &saved.body)]).await.expect(200);
    assert_eq!(page.text("#answer .notice-title"), "The receipt holds");
    assert!(page.text("#answer p").contains("leaf 1 of 3"), "{}", page.text("#answer p"));
    assert_eq!((page.count("#answer .proof li"), page.text(".hashes-count")), (2, "3".into()));
    assert_eq!(page.texts("#months tbody th"), ["November 2026"]);
    assert_eq!(page.texts("#months tbody td"), ["3"]);

    let changed = saved.body.replace("\"asked\"", "\"decided\"");
    let page = site.post(&visitor, "/openness/destroyed", &[("receipt", &changed)]).await.expect(200);
    assert_eq!(page.text("#answer .notice-title"), "This site did not sign these words");
    assert_eq!(page.count("#answer .proof"), 0);
    assert!(page.text("textarea").contains("\"decided\""));

    let long = "x".repeat(9_000);
    for wrong in ["", "nonsense <b>", "{\"receipt\":{}}", long.as_str()] {
        let page = site.post(&visitor, "/openness/destroyed", &[("receipt", wrong)]).await.expect(422);
        assert_eq!((page.count("#receipt-problem"), page.count("#answer")), (1, 0));
        assert_eq!(page.text("textarea"), wrong);
    }
    site.post(&visitor, "/openness/destroyed", &[]).await.expect(422);
}

#[actix_web::test]
async fn receipts_are_their_members_alone() {
    let site = TestSite::start();
    let (ada, ben) = (site.member("ada-north"), site.member("ben-south"));
    let boss = site.staff("boss-b", &[Role::Administrator]);
    let page = site.get(&ada, "/verification/receipts").await.expect(200);
    assert!(page.text(".lede").starts_with("No image of yours is kept here."));
    let case = destroy(&site, "ada-north", 22).await;
    keep(&site, "ada-north", case, 99).await;

    let page = site.get(&ada, "/verification/receipts").await.expect(200);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert!(page.text(".lede").contains("One image of yours is kept here, until "), "{}", page.text(".lede"));
    assert!(page.text(".lede").contains("22 were destroyed."));
    assert_eq!((page.count(".receipt"), page.attributes(".receipt", "id")[0].as_str()), (20, "receipt-21"));
    let older = site.get(&ada, &page.attribute("a[rel=next]", "href")).await.expect(200);
    assert_eq!(older.attributes(".receipt", "id"), ["receipt-1", "receipt-0"]);
    let field = page.attribute("#receipt-21 input[name=receipt]", "value");
    assert_eq!(field, site.get(&ada, "/verification/receipts/21").await.expect(200).body);
    let checked = site.post(&ada, "/openness/destroyed", &[("receipt", &field)]).await.expect(200);
    assert_eq!(checked.text("#answer .notice-title"), "The receipt holds");
    for name in ["ada-north", "Ada North"] {
        assert!(!field.contains(name));
    }

    for other in [&ben, &boss] {
        site.get(other, "/verification/receipts/3").await.expect(404);
        assert_eq!(site.get(other, "/verification/receipts").await.expect(200).count(".receipt"), 0);
    }
    site.get(&ada, "/verification/receipts/22").await.expect(404);
    site.get(&ada, "/verification/receipts/x").await.expect(404);
    site.get(&Person::visitor(), "/verification/receipts").await.expect(303);
}

#[actix_web::test]
async fn members_see_when_and_in_which_role_their_case_was_opened() {
    let site = TestSite::start();
    let (ada, ben) = (site.member("ada-north"), site.member("ben-south"));
    site.staff("vera-agent", &[Role::VerificationAgent]);
    let vera = id_of(&site, "vera-agent");
    let page = site.get(&ada, "/verification/opened").await.expect(200);
    assert_eq!(page.count("#looks"), 0);

    let first = case(&site, "ada-north");
    place(&site, first, State::Expired, None);
    let second = case(&site, "ada-north");
    let id = keep(&site, "ada-north", second, 1).await;
    place(&site, second, State::InReview, Some((vera, site.clock.now() + TimeDelta::hours(9))));
    for _ in 0..21 {
        open(&site, id, vera, Role::VerificationAgent).await.unwrap();
        site.clock.advance(TimeDelta::minutes(1));
    }
    let page = site.get(&ada, "/verification/opened").await.expect(200);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(page.texts("#looks tbody tr")[0], "Nov 18, 2026, 12:20Verification Agent2");
    assert!(!page.body.contains("vera-agent") && !page.body.contains("Vera Agent"));
    assert_eq!(page.count("#looks tbody tr"), 20);
    let older = site.get(&ada, &page.attribute("a[rel=next]", "href")).await.expect(200);
    assert_eq!(older.texts("#looks tbody tr"), ["Nov 18, 2026, 12:00Verification Agent2"]);
    assert_eq!(site.get(&ben, "/verification/opened").await.expect(200).count("#looks"), 0);
}
