//! The document step: from agreeing to the queue, with the phone, taken back, forgotten and appealed.

pub mod files;
mod hostile;
mod opening;
mod phone;

use std::io::Write;
use std::sync::Arc;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use data_encoding::HEXLOWER;
use diesel::prelude::*;
use sha2::{Digest, Sha256};
use touchstone::db::schema::{consent_texts, document_cases, evidence};
use touchstone::members::rules::Tier;
use touchstone::sealing::Keys;
use touchstone::verification::CaseId;
use touchstone::verification::document::actions;
use touchstone::verification::document::details::Details;
use touchstone::verification::document::mrz::check_digit;
use touchstone::verification::document::rules::State;
use touchstone::verification::document::store::{self, Case};

use crate::support::look::{audit, id_of, member};
use crate::support::{Page, Person, TestSite};
use files::page;

const PHOTOS: &str = "/verification/document/photos";

/// The zone of an Austrian passport.
fn zone(number: &str, expiry: &str) -> String {
    let first = format!("{:<<44}", "P<AUTERIKSSON<<ANNA<MARIA");
    let (number, birth) = (format!("{number:<<9}"), "740812");
    let second = format!(
        "{number}{}AUT{birth}{}F{expiry}{}{:<<14}0",
        check_digit(&number),
        check_digit(birth),
        check_digit(expiry),
        ""
    );
    let all = format!("{}{}{}", &second[0..10], &second[13..20], &second[21..43]);
    format!("{first}\n{second}{}", check_digit(&all))
}

/// What is typed of it, but for these fields.
pub fn typed(changed: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("surname", "Eriksson".to_owned()),
        ("given_names", "Anna Maria".to_owned()),
        ("birth_date", "1974-08-12".to_owned()),
        ("number", "P1234567".to_owned()),
        ("expiry", "2030-04-15".to_owned()),
        ("nationality", "AT".to_owned()),
        ("mrz", zone("P1234567", "300415")),
    ];
    for (name, value) in changed {
        fields.retain(|(known, _)| known != name);
        fields.push((name, (*value).to_owned()));
    }
    fields
}

pub async fn post(site: &TestSite, who: &Person, path: &str, fields: &[(&'static str, String)]) -> Page {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    site.post(who, path, &fields).await
}

/// A form with a file for a side.
fn form(path: &str, side: &str, name: &str, bytes: &[u8]) -> TestRequest {
    TestRequest::post()
        .uri(path)
        .insert_header((CONTENT_TYPE, "multipart/form-data; boundary=edge"))
        .insert_header(("sec-fetch-site", "same-origin"))
        .set_payload(body(side, name, bytes))
}

pub fn body(side: &str, name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    write!(body, "--edge\r\nContent-Disposition: form-data; name=\"side\"\r\n\r\n{side}\r\n").unwrap();
    write!(body, "--edge\r\nContent-Disposition: form-data; name=\"image\"; filename=\"{name}\"\r\n")
        .unwrap();
    body.extend_from_slice(b"Content-Type: image/jpeg\r\n\r\n");
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    body
}

pub async fn send(site: &TestSite, who: &Person, shown: &str, bytes: &[u8]) -> Page {
    site.send(form(PHOTOS, shown, "front.jpg", bytes), who).await
}

/// A member to whom the step is open.
pub fn eligible(site: &TestSite, handle: &str) -> Person {
    site.rated(handle, Tier::TopRated)
}

pub async fn consent(site: &TestSite, who: &Person) {
    let fields = [("version", "1"), ("agree", "yes")];
    let page = site.post(who, "/verification/document/consent", &fields).await.expect(303);
    assert_eq!(page.location(), "/verification/document");
}

pub async fn choose(site: &TestSite, who: &Person, kind: &str, country: &str) {
    let fields = [("kind", kind), ("country", country)];
    site.post(who, "/verification/document/choose", &fields).await.expect(303);
}

/// Goes on to where the details are typed.
async fn photographed(site: &TestSite, who: &Person) {
    consent(site, who).await;
    choose(site, who, "passport", "AT").await;
    send(site, who, "front", &page(1_200, 800)).await.expect(303);
}

/// Goes on to the queue.
pub async fn submitted(site: &TestSite, who: &Person) {
    photographed(site, who).await;
    post(site, who, "/verification/document/details", &typed(&[])).await.expect(303);
    site.post(who, "/verification/document/check", &[]).await.expect(303);
}

fn case(site: &TestSite, who: &Person) -> Case {
    let id = id_of(site, &who.handle);
    site.read(|conn| Ok(store::newest_of(conn, id)?)).unwrap()
}

fn state(site: &TestSite, who: &Person) -> State {
    case(site, who).place.0
}

/// How many images are kept, and how many were destroyed.
fn images(site: &TestSite, case: CaseId) -> (i64, i64) {
    let count = |is_there: bool| {
        site.read(|conn| {
            let all = evidence::table.filter(evidence::case_id.eq(case));
            Ok(all.filter(evidence::destroyed_at.is_null().eq(is_there)).count().get_result(conn)?)
        })
    };
    (count(true), count(false))
}

/// Decides a case, as the agents' desk does.
fn decide(site: &TestSite, case: CaseId, state: State, reason: Option<&'static str>) {
    let now = site.clock.now();
    site.write(move |conn| {
        diesel::update(document_cases::table.find(case))
            .set((
                document_cases::state.eq(state.code()),
                document_cases::decided_at.eq(now),
                document_cases::reason.eq(reason),
            ))
            .execute(conn)?;
        Ok(())
    });
}

fn keys(site: &TestSite) -> Arc<Keys> {
    Arc::clone(&site.forum.site.keys)
}

#[actix_web::test]
async fn a_member_goes_from_agreeing_to_the_queue() {
    let site = TestSite::start();
    let ada = eligible(&site, "ada-north");
    let on = async |way: &str| {
        let page = site.get(&ada, "/verification/document").await.expect(303);
        assert_eq!(page.location(), format!("/verification{way}"));
    };

    on("/document/consent").await;
    let words = site.get(&ada, "/verification/document/consent").await.expect(200);
    assert_eq!(words.header("cache-control"), Some("no-store"));
    assert!(words.text(".consent").contains("Your account is not affected in any way"));
    consent(&site, &ada).await;
    on("/document/choose").await;
    choose(&site, &ada, "identity-card", "AT").await;
    on("/document/photos").await;
    send(&site, &ada, "front", &page(1_600, 1_050)).await.expect(303);
    let half = site.get(&ada, PHOTOS).await.expect(200);
    assert_eq!(half.text("[data-state=there] .shot-line"), "Received Nov 18, 2026, 12:00, 1,600 × 1,050");
    assert!(half.body.contains("Still missing: the back"));
    assert_eq!((half.count("img"), half.count("[data-state=missing]")), (0, 1));
    site.get(&ada, "/verification/document/details").await.expect(303);

    choose(&site, &ada, "passport", "AT").await;
    on("/document/details").await;
    post(&site, &ada, "/verification/document/details", &typed(&[])).await.expect(303);
    on("/document/check").await;
    let check = site.get(&ada, "/verification/document/check").await.expect(200);
    assert!(
        check.texts(".facts dd").contains(&"Eriksson".to_owned())
            && check.text(".zone-shown").contains("ERIKSSON")
    );
    let sent = site.post(&ada, "/verification/document/check", &[]).await.expect(303);
    assert_eq!(sent.location(), "/verification");

    let case = case(&site, &ada);
    assert_eq!(case.place.0, State::Submitted);
    assert_eq!((case.waiting_since, case.submitted_at), (Some(site.clock.now()), Some(site.clock.now())));
    on("").await;
    let acts: Vec<_> = audit(&site).into_iter().map(|(act, ..)| act).collect();
    assert!(acts.ends_with(&["document.consented".to_owned(), "document.submitted".to_owned()]));
}

#[actix_web::test]
async fn what_is_typed_is_sealed_and_its_number_found_again() {
    let site = TestSite::start();
    let (ada, ben) = (eligible(&site, "ada-north"), eligible(&site, "ben-south"));
    submitted(&site, &ada).await;

    let id = case(&site, &ada).id;
    let (sealed, index): (Vec<u8>, String) = site.read(|conn| {
        let row = document_cases::table.find(id);
        let columns = (
            document_cases::sealed_details.assume_not_null(),
            document_cases::number_index.assume_not_null(),
        );
        Ok(row.select(columns).first(conn)?)
    });
    assert!(!sealed.windows(8).any(|part| part.eq_ignore_ascii_case(b"eriksson")));
    let details = Details::open(&keys(&site), id, &sealed).unwrap();
    assert_eq!((details.name().as_str(), details.number.as_str()), ("Anna Maria Eriksson", "P1234567"));
    assert!(Details::open(&keys(&site), CaseId(id.0 + 1), &sealed).is_err());
    assert_eq!(index, keys(&site).index("document number", "AT|passport|P1234567"));

    // The same document under another account is found, and one's own is not.
    let (one, other) = (id_of(&site, "ada-north"), id_of(&site, "ben-south"));
    let is_elsewhere = |member| site.read(|conn| Ok(store::is_elsewhere(conn, &index, member)?));
    assert!(!is_elsewhere(one) && is_elsewhere(other));
    submitted(&site, &ben).await;
    assert!(is_elsewhere(one));
    site.post(&ben, "/verification/document/withdraw", &[]).await.expect(303);
    assert!(!is_elsewhere(one));
}

#[actix_web::test]
async fn what_is_missing_or_does_not_fit_stands_beside_its_field() {
    let site = TestSite::start();
    let ada = eligible(&site, "ada-north");
    let refused = async |path: &str, fields: &[(&str, &str)]| {
        let page = site.post(&ada, path, fields).await.expect(422);
        page.texts(".problem").join(" ") + &page.texts("[role=alert]").join(" ")
    };

    let agree = "/verification/document/consent";
    assert!(refused(agree, &[("version", "1")]).await.contains("Tick that you agree"));
    assert!(refused(agree, &[("version", "2"), ("agree", "yes")]).await.contains("The words changed"));
    let id = id_of(&site, "ada-north");
    assert!(site.read(|conn| Ok(store::newest_of(conn, id)?)).is_none());

    consent(&site, &ada).await;
    let choosing = "/verification/document/choose";
    assert!(refused(choosing, &[]).await.contains("Choose the country"));
    let denmark = refused(choosing, &[("country", "DK"), ("kind", "identity-card")]).await;
    assert!(denmark.contains("From there we accept: passport, driving licence and residence permit."));
    assert_eq!(state(&site, &ada), State::Consented);

    choose(&site, &ada, "passport", "AT").await;
    send(&site, &ada, "front", &page(1_200, 800)).await.expect(303);
    let details = "/verification/document/details";
    let other =
        post(&site, &ada, details, &typed(&[("birth_date", "1974-08-13"), ("surname", "Ericsson")])).await;
    let other = other.expect(422);
    assert_eq!(
        other.text("#birth_date-problem"),
        "The zone says “74-08-12”. One of the two is mistyped: compare both with your document."
    );
    assert!(other.text("#surname-problem").contains("The zone says “ERIKSSON”"));
    assert_eq!(other.attribute("#surname", "value"), "Ericsson");
    assert_eq!(other.count("[name=names_differ]"), 1);
    let old =
        post(&site, &ada, details, &typed(&[("expiry", "2026-11-17"), ("mrz", &zone("P1234567", "261117"))]))
            .await;
    assert!(old.expect(422).text("#expiry-problem").contains("expired on November 17, 2026"));
    let wrong = zone("P1234567", "300415").replace("P1234567", "P1234568");
    let wrong = post(&site, &ada, details, &typed(&[("mrz", &wrong)])).await.expect(422);
    assert!(wrong.text("#mrz-problem").contains("check digit of the document number"));
    assert!(site.read(|conn| Ok(store::details(conn, CaseId(1))?)).is_none());
    site.post(&ada, "/verification/document/check", &[]).await.expect(409);
}

#[actix_web::test]
async fn an_image_is_replaced_removed_and_limited() {
    let site = TestSite::start();
    let ada = eligible(&site, "ada-north");
    photographed(&site, &ada).await;
    let id = case(&site, &ada).id;
    assert_eq!((state(&site, &ada), images(&site, id)), (State::Checking, (1, 0)));

    send(&site, &ada, "front", &page(1_300, 900)).await.expect(303);
    assert_eq!(images(&site, id), (1, 1));
    let shown = site.get(&ada, PHOTOS).await;
    let image = shown.attribute("[name=image][type=hidden]", "value");
    let ben = eligible(&site, "ben-south");
    photographed(&site, &ben).await;
    site.post(&ben, "/verification/document/photos/remove", &[("image", &image)]).await.expect(404);
    assert_eq!(images(&site, id), (1, 1));
    site.post(&ada, "/verification/document/photos/remove", &[("image", &image)]).await.expect(303);
    assert_eq!((state(&site, &ada), images(&site, id)), (State::Uploading, (0, 2)));

    for _ in 0..6 {
        send(&site, &ada, "other", &page(1_000, 700)).await.expect(303);
    }
    let seventh = send(&site, &ada, "other", &page(1_000, 700)).await.expect(422);
    assert!(seventh.text("#image-other-problem").contains("You have sent 6 images"));
    assert_eq!(images(&site, id), (6, 2));
}

#[actix_web::test]
async fn hints_are_told_and_hold_nobody_up() {
    let site = TestSite::start();
    let ada = eligible(&site, "ada-north");
    consent(&site, &ada).await;
    choose(&site, &ada, "passport", "AT").await;
    send(&site, &ada, "front", &files::plain(800, 600, 20)).await.expect(303);
    let hints = site.get(&ada, PHOTOS).await.texts(".shot-hint");
    assert_eq!(hints.len(), 3, "{hints:?}");
    assert!(hints[0].contains("few pixels") && hints[1].contains("dark") && hints[2].contains("sharp"));
    assert_eq!(state(&site, &ada), State::Checking);
}

#[actix_web::test]
async fn taking_it_back_destroys_at_once_and_one_may_begin_again() {
    let site = TestSite::start();
    let ada = eligible(&site, "ada-north");
    submitted(&site, &ada).await;
    let first = case(&site, &ada).id;

    let asked = site.get(&ada, "/verification/document/withdraw").await.expect(200);
    assert!(asked.text(".lede").contains("1 image is kept"));
    site.post(&ada, "/verification/document/withdraw", &[]).await.expect(303);

    assert_eq!((state(&site, &ada), images(&site, first)), (State::Withdrawn, (0, 1)));
    assert!(site.read(|conn| Ok(store::details(conn, first)?)).is_none());
    consent(&site, &ada).await;
    assert_ne!(case(&site, &ada).id, first);
}

#[actix_web::test]
async fn after_an_approval_the_images_can_go_and_the_approval_stays() {
    let site = TestSite::start();
    let ada = eligible(&site, "ada-north");
    submitted(&site, &ada).await;
    let id = case(&site, &ada).id;
    decide(&site, id, State::Approved, None);

    let asked = site.get(&ada, "/verification/document/withdraw").await.expect(200);
    assert!(asked.body.contains("The approval stays."));
    site.post(&ada, "/verification/document/withdraw", &[]).await.expect(303);

    assert_eq!((state(&site, &ada), images(&site, id)), (State::Approved, (0, 1)));
    assert!(site.read(|conn| Ok(store::details(conn, id)?)).is_some());
    let again = [("version", "1"), ("agree", "yes")];
    let again = site.post(&ada, "/verification/document/consent", &again).await.expect(422);
    assert!(again.text("[role=alert]").contains("approved already"));
}

#[actix_web::test]
async fn whoever_is_suspended_may_still_take_it_back() {
    let site = TestSite::start();
    let ada = eligible(&site, "ada-north");
    submitted(&site, &ada).await;
    let (id, until) = (id_of(&site, "ada-north"), site.clock.now() + TimeDelta::days(3));
    site.write(move |conn| {
        use touchstone::db::schema::members;
        diesel::update(members::table.find(id)).set(members::suspended_until.eq(until)).execute(conn)?;
        Ok(())
    });
    site.post(&ada, "/verification/document/consent", &[("version", "1")]).await.expect(403);
    site.post(&ada, "/verification/document/withdraw", &[]).await.expect(303);
    assert_eq!(state(&site, &ada), State::Withdrawn);
}

#[actix_web::test]
async fn a_forgotten_attempt_ends_after_seven_days() {
    let site = TestSite::start();
    let (ada, ben) = (eligible(&site, "ada-north"), eligible(&site, "ben-south"));
    photographed(&site, &ada).await;
    submitted(&site, &ben).await;
    let id = case(&site, &ada).id;

    site.clock.advance(TimeDelta::days(7) - TimeDelta::seconds(1));
    site.forum.jobs(None).sweep().await.unwrap();
    assert_eq!(state(&site, &ada), State::Checking);
    site.clock.advance(TimeDelta::seconds(1));
    site.forum.jobs(None).sweep().await.unwrap();

    assert_eq!((state(&site, &ada), images(&site, id)), (State::Expired, (0, 1)));
    assert_eq!(state(&site, &ben), State::Submitted);
}

#[actix_web::test]
async fn a_decision_is_appealed_once_in_sealed_words() {
    let site = TestSite::start();
    let ada = eligible(&site, "ada-north");
    submitted(&site, &ada).await;
    let id = case(&site, &ada).id;
    let path = "/verification/document/appeal";
    let words = "The second given name is on the other page.";
    site.post(&ada, path, &[("words", words)]).await.expect(404);
    decide(&site, id, State::Declined, Some("other-person"));

    let page = site.get(&ada, path).await.expect(200);
    assert!(page.body.contains("We could not match the document with this account."));
    let short = site.post(&ada, path, &[("words", "Why?")]).await.expect(422);
    assert_eq!(short.text("textarea"), "Why?");
    site.clock.advance(TimeDelta::days(30));
    site.post(&ada, path, &[("words", words)]).await.expect(303);

    let case = case(&site, &ada);
    assert_eq!((case.place.0, case.waiting_since), (State::Referred, Some(site.clock.now())));
    let sealed: Vec<u8> = site.read(|conn| {
        let row = document_cases::table.find(id);
        Ok(row.select(document_cases::sealed_appeal.assume_not_null()).first(conn)?)
    });
    assert!(!sealed.windows(5).any(|part| part == b"given"));
    let context = format!("document_cases.appeal {}", id.0);
    assert_eq!(*keys(&site).unseal(&context, &sealed).unwrap(), words.as_bytes());
    decide(&site, id, State::Declined, Some("other-person"));
    site.post(&ada, path, &[("words", words)]).await.expect(404);
}

#[actix_web::test]
async fn an_appeal_is_over_after_thirty_days() {
    let site = TestSite::start();
    let ada = eligible(&site, "ada-north");
    submitted(&site, &ada).await;
    decide(&site, case(&site, &ada).id, State::Declined, Some("altered"));
    site.clock.advance(TimeDelta::days(30) + TimeDelta::seconds(1));
    let ada = site.sign_in("ada-north");
    site.get(&ada, "/verification/document/appeal").await.expect(404);
    let words = [("words", "The second given name is on the other page.")];
    site.post(&ada, "/verification/document/appeal", &words).await.expect(404);
    assert_eq!(state(&site, &ada), State::Declined);
}

/// Invariant 1 of verification.
#[actix_web::test]
async fn declining_lapsing_or_failing_changes_nothing_else() {
    let site = TestSite::start();
    let ada = eligible(&site, "ada-north");
    let looks = async || {
        let public = site.get(&Person::visitor(), "/u/ada-north").await.expect(200).body;
        (public, format!("{:?}", member(&site, "ada-north")))
    };
    let before = looks().await;
    photographed(&site, &ada).await;
    assert_eq!(looks().await, before);
    site.clock.advance(TimeDelta::days(8));
    let (at, sealing) = (site.clock.now(), keys(&site));
    assert_eq!(site.write(move |conn| actions::expire(conn, &sealing, at)), 1);
    assert_eq!(looks().await, before);
    submitted(&site, &ada).await;
    site.post(&ada, "/verification/document/withdraw", &[]).await.expect(303);
    assert_eq!(looks().await, before);
    submitted(&site, &ada).await;
    decide(&site, case(&site, &ada).id, State::Declined, Some("not-genuine"));
    assert_eq!(looks().await, before);
}

#[actix_web::test]
async fn somebody_who_is_asked_for_better_goes_where_it_helps() {
    let site = TestSite::start();
    let ada = eligible(&site, "ada-north");
    submitted(&site, &ada).await;
    let id = case(&site, &ada).id;
    for (reason, way) in
        [("blurred", "photos"), ("typed-differs", "details"), ("type-not-accepted", "choose")]
    {
        decide(&site, id, State::Resubmit, Some(reason));
        let page = site.get(&ada, "/verification/document").await.expect(303);
        assert_eq!(page.location(), format!("/verification/document/{way}"));
        let page = site.get(&ada, page.location()).await.expect(200);
        assert_eq!(page.count("[role=note]"), 1, "{reason}");
    }
    decide(&site, id, State::Resubmit, Some("typed-differs"));
    post(&site, &ada, "/verification/document/details", &typed(&[])).await.expect(303);
    site.post(&ada, "/verification/document/check", &[]).await.expect(303);
    assert_eq!(state(&site, &ada), State::Submitted);
}

#[actix_web::test]
async fn the_words_carry_their_hash_and_each_case_the_hash_it_agreed_to() {
    let site = TestSite::start();
    let ada = eligible(&site, "ada-north");
    consent(&site, &ada).await;
    let (words, hash): (String, String) = site.read(|conn| {
        let newest = consent_texts::table.find(1).select((consent_texts::words, consent_texts::words_hash));
        Ok(newest.first(conn)?)
    });
    assert_eq!(HEXLOWER.encode(&Sha256::digest(words.as_bytes())), hash);
    let agreed: (i64, String) = site.read(|conn| {
        let columns = (document_cases::consent_version, document_cases::consent_hash);
        Ok(document_cases::table.select(columns).first(conn)?)
    });
    assert_eq!(agreed, (1, hash));
    // Agreeing twice is agreeing once; and five attempts in a month are enough.
    consent(&site, &ada).await;
    for _ in 0..4 {
        site.post(&ada, "/verification/document/withdraw", &[]).await.expect(303);
        consent(&site, &ada).await;
    }
    site.post(&ada, "/verification/document/withdraw", &[]).await.expect(303);
    let fields = [("version", "1"), ("agree", "yes")];
    let sixth = site.post(&ada, "/verification/document/consent", &fields).await.expect(422);
    assert!(sixth.text("[role=alert]").contains("5 attempts"));
}

#[actix_web::test]
async fn the_accepted_documents_are_for_everybody_to_read() {
    let site = TestSite::start();
    let list = site.get(&Person::visitor(), "/verification/documents").await.expect(200);
    assert!(list.count("tbody tr") > 80);
    assert!(list.text(".lede").contains("passport is accepted from every country"));
}
