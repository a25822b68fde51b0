//! Going on with the phone.

use super::*;

const PHONE: &str = "/verification/document/phone";

/// A link, made and read off the page.
async fn link(site: &TestSite, who: &Person) -> String {
    site.post(who, PHONE, &[]).await.expect(303);
    let page = site.get(who, PHONE).await.expect(200);
    assert_eq!(page.count(".qr path"), 1);
    let address = page.text(".handover-link");
    address.strip_prefix("http://127.0.0.1:8080").unwrap().to_owned()
}

/// A phone that opened a link.
async fn opened(site: &TestSite, link: &str) -> Person {
    let page = site.post(&Person::visitor(), link, &[]).await.expect(303);
    let cookie = page.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
    let cookie = cookie.split(';').next().unwrap().to_owned();
    Person { handle: String::new(), cookie: Some(cookie) }
}

async fn chosen(site: &TestSite, handle: &str) -> Person {
    let who = eligible(site, handle);
    consent(site, &who).await;
    choose(site, &who, "passport", "AT").await;
    who
}

async fn told(site: &TestSite, who: &Person) -> (String, i64) {
    let answer = site.get(who, "/verification/document/phone/state").await.expect(200);
    let told: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    (told["stage"].as_str().unwrap().to_owned(), told["images"].as_i64().unwrap())
}

#[actix_web::test]
async fn a_phone_sends_the_images_and_the_computer_follows() {
    let site = TestSite::start();
    let ada = chosen(&site, "ada-north").await;
    assert_eq!(told(&site, &ada).await, ("none".to_owned(), 0));
    let link = link(&site, &ada).await;
    assert_eq!(told(&site, &ada).await, ("waiting".to_owned(), 0));

    // Programs that preview links use nothing up.
    for _ in 0..3 {
        let look = site.get(&Person::visitor(), &link).await.expect(200);
        assert_eq!((look.count("main form"), look.header("set-cookie")), (1, None));
    }
    let phone = opened(&site, &link).await;
    assert_eq!(told(&site, &ada).await.0, "open");
    site.send(form("/handover", "front", "a.jpg", &page(1_200, 800)), &phone).await.expect(303);
    assert_eq!(told(&site, &ada).await, ("open".to_owned(), 1));
    let seen = site.get(&phone, "/handover").await.expect(200);
    assert!(seen.body.contains("Every side is there.") && !seen.body.contains("Ada"));
    site.post(&phone, "/handover/done", &[]).await.expect(303);
    assert_eq!((told(&site, &ada).await.0.as_str(), state(&site, &ada)), ("finished", State::Checking));

    site.send(form("/handover", "front", "a.jpg", &page(1_200, 800)), &phone).await.expect(404);
    assert_eq!(images(&site, case(&site, &ada).id), (1, 0));
}

#[actix_web::test]
async fn a_link_is_used_once_and_for_ten_minutes() {
    let site = TestSite::start();
    let ada = chosen(&site, "ada-north").await;
    let first = link(&site, &ada).await;
    opened(&site, &first).await;
    let again = site.post(&Person::visitor(), &first, &[]).await.expect(404);
    assert_eq!(again.header("set-cookie"), None);
    assert!(again.body.contains("was used already"));

    let second = link(&site, &ada).await;
    assert_ne!(first, second);
    site.clock.advance(TimeDelta::minutes(10));
    site.get(&Person::visitor(), &second).await.expect(404);
    site.post(&Person::visitor(), &second, &[]).await.expect(404);
    assert_eq!(told(&site, &ada).await.0, "over");
}

#[actix_web::test]
async fn a_new_link_ends_the_one_before() {
    let site = TestSite::start();
    let ada = chosen(&site, "ada-north").await;
    let (first, second) = (link(&site, &ada).await, link(&site, &ada).await);
    site.post(&Person::visitor(), &first, &[]).await.expect(404);
    let phone = opened(&site, &second).await;
    link(&site, &ada).await;
    let late = site.send(form("/handover", "front", "a.jpg", &page(1_200, 800)), &phone).await.expect(404);
    assert!(late.body.contains("This phone can send nothing more"));
    assert_eq!(images(&site, case(&site, &ada).id), (0, 0));
}

#[actix_web::test]
async fn a_phone_may_do_this_one_thing_and_nothing_else() {
    let site = TestSite::start();
    let (ada, ben) = (chosen(&site, "ada-north").await, chosen(&site, "ben-south").await);
    let phone = opened(&site, &link(&site, &ada).await).await;
    for path in ["/verification", PHOTOS, "/verification/document/check", "/settings", "/notifications"] {
        assert_eq!(
            site.get(&phone, path).await.expect(303).location().split('?').next(),
            Some("/login"),
            "{path}"
        );
    }
    send(&site, &phone, "front", &page(1_200, 800)).await.expect(403);
    site.post(&phone, "/verification/document/withdraw", &[]).await.expect(403);
    site.send(form("/handover", "front", "a.jpg", &page(1_200, 800)), &phone).await.expect(303);
    assert_eq!(images(&site, case(&site, &ada).id), (1, 0));
    assert_eq!(images(&site, case(&site, &ben).id), (0, 0));

    // Half an hour is the end, and so is sending it off.
    site.clock.advance(TimeDelta::minutes(30));
    site.get(&phone, "/handover").await.expect(404);
    let phone = opened(&site, &link(&site, &ada).await).await;
    post(&site, &ada, "/verification/document/details", &typed(&[])).await.expect(303);
    site.post(&ada, "/verification/document/check", &[]).await.expect(303);
    site.get(&phone, "/handover").await.expect(404);
    assert!(site.get(&ada, PHONE).await.expect(303).location() == "/verification");
}

#[actix_web::test]
async fn a_refused_file_is_told_on_the_phone_too() {
    let site = TestSite::start();
    let ada = chosen(&site, "ada-north").await;
    let phone = opened(&site, &link(&site, &ada).await).await;
    let page = site.send(form("/handover", "front", "a.jpg", b"%PDF-1.7"), &phone).await.expect(422);
    assert!(page.text("#image-front-problem").starts_with("This is a PDF"));
}
