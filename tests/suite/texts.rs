//! Texts and calls: the adapters, receipts, and the alarm.

use std::sync::Arc;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use data_encoding::BASE64;
use diesel::prelude::*;
use hmac::{Hmac, KeyInit, Mac};
use touchstone::commands::serve::Forum;
use touchstone::db::schema::texts;
use touchstone::members::rules::Role;
use touchstone::outside::texts::{self as outside, Channel, Failure, Text, Texter};
use touchstone::settings::{Given, Settings};

use crate::phone::{NUMBER, code, messages};
use crate::support::kannel::Kannel;
use crate::support::look::audit;
use crate::support::smtp::wait_for;
use crate::support::twilio::{Mock, TOKEN};
use crate::support::{Client, Installation, Person, Program, TestSite};

/// A site that sends by the service of this setting.
fn sending_by(setting: &str) -> TestSite {
    let mut site = TestSite::start();
    let data = site.forum.site.settings.data.display().to_string();
    let given = Given { url: Some("http://127.0.0.1:8080".to_owned()), data: Some(data), ..Given::default() };
    let named = |name: &str| (name == "TOUCHSTONE_TEXTS_URL").then(|| setting.to_owned());
    let settings = Settings::from_sources(&given, &named, "").unwrap();
    let keys = Arc::clone(&site.forum.site.keys);
    site.forum = Forum::new(settings, site.db.clone(), keys, site.clock.clone(), false);
    site
}

fn texter(site: &TestSite) -> Arc<dyn Texter> {
    let settings = &site.forum.site.settings;
    outside::open(settings.texts.as_ref().unwrap(), &settings.origin())
}

async fn send_all(site: &TestSite) {
    let (jobs, texter) = (site.forum.jobs(None), texter(site));
    while jobs.send_text(&texter).await.unwrap() {}
}

type Row = (Option<Vec<u8>>, Option<String>, Option<String>, Option<String>);

/// Words, reference, delivery and failure of the newest text.
fn newest(site: &TestSite) -> Row {
    site.read(|conn| {
        Ok(texts::table
            .order(texts::id.desc())
            .select((texts::sealed, texts::reference, texts::delivery, texts::failure))
            .first(conn)?)
    })
}

#[actix_web::test]
async fn texts_and_calls_go_out_as_the_published_description_allows() {
    let mock = Mock::start();
    let site = sending_by(&mock.setting());
    let ada = site.member("ada-l");
    site.post(&ada, "/verification/phone", NUMBER).await.expect(303);
    let code = code(&site);
    send_all(&site).await;
    site.clock.advance(TimeDelta::seconds(60));
    site.post(&ada, "/verification/phone/resend", &[("channel", "call")]).await.expect(303);
    let words = messages(&site)[0].words.clone();
    send_all(&site).await;

    assert!(mock.wrong.lock().unwrap().is_empty(), "{:?}", mock.wrong);
    let asked = mock.asked.lock().unwrap().clone();
    let [text, call] = &asked[..] else { panic!("{asked:?}") };
    assert!(text.path.ends_with("/Messages.json") && call.path.ends_with("/Calls.json"));
    assert_eq!((text.form["To"].as_str(), text.form["From"].as_str()), ("+4915123456789", "+15550100"));
    assert!(text.form["Body"].contains(&code));
    assert!(call.form["Twiml"].contains(&words));
    assert!(text.form["StatusCallback"].starts_with("http://127.0.0.1:8080/texts/receipts/twilio/1."));
    // The words are gone once they were handed over.
    let (sealed, reference, ..) = newest(&site);
    assert_eq!(sealed, None);
    assert!(reference.unwrap().starts_with("CA"));
}

#[actix_web::test]
async fn a_refused_text_is_given_up_without_a_word_of_the_number() {
    let mock = Mock::start();
    let site = sending_by(&mock.setting());
    let ada = site.member("ada-l");
    site.post(&ada, "/verification/phone", NUMBER).await.expect(303);
    let refusal = "{\"code\": 21211, \"message\": \"+4915123456789 is not valid\"}";
    *mock.answer.lock().unwrap() = Some((503, refusal.to_owned()));
    send_all(&site).await;
    let (sealed, .., failure) = newest(&site);
    assert!(sealed.is_some(), "it is tried again");
    assert_eq!(failure.as_deref(), Some("the service answered 503, code 21211"));
    *mock.answer.lock().unwrap() = Some((400, refusal.to_owned()));
    site.clock.advance(TimeDelta::minutes(1));
    send_all(&site).await;
    let (sealed, .., failure) = newest(&site);
    assert_eq!((sealed, failure.as_deref()), (None, Some("the service answered 400, code 21211")));
}

/// A receipt, signed by whoever holds this token.
fn receipt(path: &str, status: &str, token: &str) -> TestRequest {
    let mut hmac = Hmac::<sha1::Sha1>::new_from_slice(token.as_bytes()).unwrap();
    hmac.update(format!("http://127.0.0.1:8080{path}MessageSidSM1MessageStatus{status}").as_bytes());
    TestRequest::post()
        .uri(path)
        .insert_header((CONTENT_TYPE, "application/x-www-form-urlencoded"))
        .insert_header(("x-twilio-signature", BASE64.encode(&hmac.finalize().into_bytes())))
        .set_payload(format!("MessageSid=SM1&MessageStatus={status}"))
}

#[actix_web::test]
async fn receipts_count_when_their_address_and_their_signature_hold() {
    let mock = Mock::start();
    let site = sending_by(&mock.setting());
    let ada = site.member("ada-l");
    site.post(&ada, "/verification/phone", NUMBER).await.expect(303);
    send_all(&site).await;
    let callback = mock.asked.lock().unwrap()[0].form["StatusCallback"].clone();
    let path = callback.strip_prefix("http://127.0.0.1:8080").unwrap().to_owned();
    let visitor = Person::visitor();

    site.send(receipt(&path, "delivered", "another token"), &visitor).await.expect(403);
    let elsewhere = path.replace("/1.", "/2.");
    site.send(receipt(&elsewhere, "delivered", TOKEN), &visitor).await.expect(404);
    site.send(receipt(&path, "sent", TOKEN), &visitor).await.expect(204);
    assert_eq!(newest(&site).2, None);
    site.send(receipt(&path, "undelivered", TOKEN), &visitor).await.expect(204);
    assert_eq!(newest(&site).2.as_deref(), Some("failed"));
    site.send(receipt(&path, "delivered", TOKEN), &visitor).await.expect(204);
    // That it arrived is not taken back.
    site.send(receipt(&path, "failed", TOKEN), &visitor).await.expect(204);
    assert_eq!(newest(&site).2.as_deref(), Some("delivered"));
}

#[actix_web::test]
async fn a_service_that_cannot_be_reached_says_nothing_of_its_password() {
    let site = sending_by("kannel+http://forum:hunter2@127.0.0.1:1/cgi-bin/sendsms?from=1");
    let text = Text {
        to: "+4915123456789".to_owned(),
        words: "x".to_owned(),
        channel: Channel::Text,
        receipt: "1.x".to_owned(),
    };
    let Err(Failure::Passing(why)) = texter(&site).send(1, &text) else { panic!("it was taken") };
    assert!(!why.contains("hunter2") && !why.contains("49151"), "{why}");
}

#[actix_web::test]
async fn a_prefix_whose_codes_are_not_typed_in_stops_until_an_administrator_lets_it_go() {
    let site = TestSite::demo();
    let administrator = site.staff("root-r", &[Role::Administrator]);
    let people: Vec<Person> = (0..20).map(|turn| site.member(&format!("person-{turn}"))).collect();
    for (turn, who) in people.iter().enumerate() {
        if turn == 10 {
            // An address asks for ten an hour.
            site.clock.advance(TimeDelta::minutes(60));
        }
        let number = format!("01512 34567{turn:02}");
        let form = [("country", "DE"), ("number", number.as_str()), ("channel", "text")];
        site.post(who, "/verification/phone", &form).await.expect(303);
    }
    let jobs = site.forum.jobs(None);
    site.clock.advance(TimeDelta::minutes(5));
    jobs.watch_prefixes().await.unwrap();
    assert!(audit(&site).iter().all(|(act, ..)| act != "stop texts"), "ten in an hour say nothing");

    // Twenty within one hour: the rows of the first ten are moved beside the others.
    site.write(|conn| {
        let newest: chrono::NaiveDateTime =
            texts::table.order(texts::id.desc()).select(texts::queued_at).first(conn)?;
        diesel::update(texts::table).set(texts::queued_at.eq(newest)).execute(conn)?;
        Ok(())
    });
    jobs.watch_prefixes().await.unwrap();
    jobs.watch_prefixes().await.unwrap();
    let stops: Vec<_> = audit(&site).into_iter().filter(|(act, ..)| act == "stop texts").collect();
    assert_eq!(stops.len(), 1);
    assert!(stops[0].2.contains("Only 0 of 20 codes"), "{stops:?}");
    // Nothing waits any more, and nothing new is taken.
    assert!(messages(&site).is_empty());
    site.clock.advance(TimeDelta::hours(2));
    let refused = site.post(&people[0], "/verification/phone", NUMBER).await.expect(422);
    assert!(refused.text("#number-problem").contains("numbers of this country"));

    let page = site.get(&administrator, "/admin/texts").await.expect(200);
    assert!(page.text(".notice-problem .notice-title").contains("Nothing is sent to +49 DE"));
    site.post(&people[0], "/admin/texts/allow", &[("prefix", "+49 DE")]).await.expect(403);
    site.post(&administrator, "/admin/texts/allow", &[("prefix", "+49 DE")]).await.expect(303);
    site.post(&people[0], "/verification/phone", NUMBER).await.expect(303);
    // What was before does not count against it.
    jobs.watch_prefixes().await.unwrap();
    assert_eq!(audit(&site).iter().filter(|(act, ..)| act == "stop texts").count(), 1);
}

/// A text goes from the page through the whole program and a real gateway to its message centre, and the centre's
/// receipt comes back.
#[actix_web::test]
async fn a_real_gateway_takes_a_text_and_tells_that_it_arrived() {
    let kannel = Kannel::start();
    let place = Installation::new();
    place.add_member("ada-l", "Ada L", &[]);
    let setting = kannel.setting();
    let program = Program::serve_with(
        &place.data(),
        &place.database.address(),
        &[],
        &[("TOUCHSTONE_TEXTS_URL", &setting)],
    );
    let mut ada = Client::new(&program);
    ada.sign_in("ada-l", crate::support::site::PASSWORD);
    let answer = ada.post("/verification/phone", NUMBER).unwrap();
    assert_eq!((answer.status, answer.location.as_deref()), (303, Some("/verification/phone/code")));

    let centre = wait_for("the message centre", || {
        let centre = kannel.centre();
        centre.contains("is your Touchstone code").then_some(centre)
    });
    let line = centre.lines().find(|line| line.contains("is your Touchstone code")).unwrap();
    assert!(line.contains("+4915123456789"), "{line}");
    let before = line.split(" is your").next().unwrap();
    let code = before.rsplit(' ').next().unwrap();

    let mut conn = touchstone::db::Conn::open(&place.database.url).unwrap();
    wait_for("the receipt", || {
        let delivery: Option<String> = texts::table.select(texts::delivery).first(&mut conn).unwrap();
        (delivery.as_deref() == Some("delivered")).then_some(())
    });
    assert_eq!(ada.post("/verification/phone/code", &[("code", code)]).unwrap().status, 303);
    let page = ada.get("/verification/phone").unwrap().body;
    assert!(page.contains("Your number is verified"), "{page}");
    // Neither the number nor the password nor the code is in the log.
    let log = program.log();
    assert!(!log.contains("3456789") && !log.contains("sesame") && !log.contains(code), "{log}");
}
