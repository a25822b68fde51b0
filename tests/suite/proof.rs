//! Proof elsewhere: credentials, their status lists, the page that checks them, pictures for other sites.

mod api;
mod hooks;

use actix_web::http::header::ORIGIN;
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use data_encoding::BASE64URL_NOPAD;
use diesel::prelude::*;
use ring::rsa::PublicKeyComponents;
use ring::signature::RSA_PKCS1_2048_8192_SHA256;
use serde_json::Value;
use touchstone::badges;
use touchstone::badges::rules::{Badge, GrantState};
use touchstone::badges::store::NewGrant;
use touchstone::credentials::{actions, bits, signing};
use touchstone::db::schema::{badge_grants, credential_keys};
use touchstone::members::MemberId;
use touchstone::text::names::DisplayName;

use crate::support::{Page, Person, TestSite};

const OWN: &str = "/verification/credential";

pub fn id_of(site: &TestSite, who: &Person) -> MemberId {
    let handle = who.handle.clone();
    site.read(move |conn| Ok(touchstone::members::store::find(conn, &handle)?.unwrap().id))
}

/// Gives a member a grant of Identity Verified in this state.
pub fn grant(site: &TestSite, who: &Person, state: GrantState) {
    let (handle, now) = (who.handle.clone(), site.clock.now());
    site.write(move |conn| {
        let member = touchstone::members::store::find(conn, &handle)?.unwrap();
        let grant = NewGrant {
            member: member.id,
            badge: Badge::IdentityVerified,
            policy_version: 2,
            bound_name: &member.name,
            state,
            granted_at: now - TimeDelta::days(10),
            expires_at: Some(now + TimeDelta::days(700)),
        };
        Ok(badges::store::insert_imported(conn, &grant)?)
    });
}

/// Moves every grant of a member to a state.
pub fn set_state(site: &TestSite, who: &Person, state: GrantState) {
    let id = id_of(site, who);
    site.write(move |conn| {
        let name = touchstone::members::store::get(conn, id)?.name;
        let active = (state == GrantState::Active).then_some(name);
        diesel::update(badge_grants::table.filter(badge_grants::member_id.eq(id)))
            .set((badge_grants::state.eq(state.code()), badge_grants::active_name.eq(active)))
            .execute(conn)?;
        Ok(())
    });
}

/// A member with a badge and a credential.
async fn holder(site: &TestSite, handle: &str) -> Person {
    let ada = site.member(handle);
    grant(site, &ada, GrantState::Active);
    site.post(&ada, OWN, &[]).await.expect(303);
    ada
}

async fn token(site: &TestSite, who: &Person) -> String {
    site.get(who, "/verification/credential.jwt").await.expect(200).body
}

fn part(token: &str, at: usize) -> Value {
    let part = token.split('.').nth(at).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap()
}

async fn json(site: &TestSite, path: &str) -> Value {
    serde_json::from_str(&site.get(&Person::visitor(), path).await.expect(200).body).unwrap()
}

/// Whether the published key that a token names signed it, asked of `ring` and not of the product.
async fn is_signed(site: &TestSite, token: &str) -> bool {
    let keys = json(site, "/.well-known/jwks.json").await;
    let kid = part(token, 0)["kid"].clone();
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid).unwrap().clone();
    let decode = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
    let parts =
        PublicKeyComponents { n: decode(key["n"].as_str().unwrap()), e: decode(key["e"].as_str().unwrap()) };
    let (signed, signature) = token.rsplit_once('.').unwrap();
    parts.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &decode(signature)).is_ok()
}

/// Whether the lists have a credential as revoked, and as suspended.
async fn status(site: &TestSite, token: &str) -> (bool, bool) {
    let mut found = Vec::new();
    for entry in part(token, 1)["credentialStatus"].as_array().unwrap() {
        let list = entry["statusListCredential"].as_str().unwrap();
        let page = site.get(&Person::visitor(), list.strip_prefix("http://127.0.0.1:8080").unwrap()).await;
        assert_eq!(page.header("content-type"), Some("application/vc+jwt"));
        assert!(is_signed(site, &page.body).await);
        let subject = part(&page.body, 1)["credentialSubject"].clone();
        assert_eq!(subject["statusPurpose"], entry["statusPurpose"]);
        let place = entry["statusListIndex"].as_str().unwrap().parse().unwrap();
        found.push(bits::is_set(subject["encodedList"].as_str().unwrap(), place).unwrap());
    }
    (found[0], found[1])
}

async fn check(site: &TestSite, text: &str, name: &str) -> Page {
    site.post(&Person::visitor(), "/badges/check", &[("text", text), ("name", name)]).await
}

async fn verdict(site: &TestSite, text: &str) -> String {
    check(site, text, "").await.expect(200).attribute(".verdict", "data-verdict")
}

#[actix_web::test]
async fn a_badge_is_taken_along_as_an_open_badge() {
    let site = TestSite::start();
    let ada = holder(&site, "ada-north").await;

    let token = token(&site, &ada).await;

    assert!(is_signed(&site, &token).await);
    let (head, said) = (part(&token, 0), part(&token, 1));
    assert_eq!((&head["alg"], &head["typ"]), (&"RS256".into(), &"JWT".into()));
    let did = "did:web:127.0.0.1%3A8080";
    assert!(head["kid"].as_str().unwrap().starts_with(&format!("{did}#")));
    assert_eq!(said["iss"], did);
    assert_eq!(said["issuer"]["id"], did);
    assert_eq!(said["type"], serde_json::json!(["VerifiableCredential", "OpenBadgeCredential"]));
    assert_eq!(said["@context"][0], "https://www.w3.org/ns/credentials/v2");
    assert_eq!((&said["jti"], &said["sub"]), (&said["id"], &said["credentialSubject"]["id"]));
    assert_eq!(said["sub"], "http://127.0.0.1:8080/u/ada-north");
    assert_eq!(said["credentialSubject"]["identifier"][0]["identityHash"], "Ada North");
    assert_eq!(said["validFrom"], "2026-11-08T12:00:00Z");
    let seconds = |text: &Value| {
        let time = chrono::DateTime::parse_from_rfc3339(text.as_str().unwrap()).unwrap();
        Value::from(time.timestamp())
    };
    assert_eq!((&said["nbf"], &said["exp"]), (&seconds(&said["validFrom"]), &seconds(&said["validUntil"])));
    assert!(!said.to_string().contains("example.org"));
    assert_eq!(status(&site, &token).await, (false, false));

    let file: Value =
        serde_json::from_str(&site.get(&ada, "/verification/credential.json").await.body).unwrap();
    assert_eq!(file["id"], format!("data:application/vc+jwt,{token}"));
    let document = json(&site, "/.well-known/did.json").await;
    assert_eq!(document["id"], did);
    assert_eq!(document["verificationMethod"][0]["id"], head["kid"]);
    assert_eq!(document["assertionMethod"][0], head["kid"]);
}

#[actix_web::test]
async fn without_a_badge_that_is_shown_nothing_is_issued() {
    let site = TestSite::start();
    let none = site.member("ada-north");
    let others = [
        GrantState::Settling,
        GrantState::Embargoed,
        GrantState::Suspended,
        GrantState::Expired,
        GrantState::Revoked,
    ];
    let people = others.map(|state| {
        let who = site.member(&format!("ben-{}", state.code()));
        grant(&site, &who, state);
        who
    });
    for who in people.iter().chain([&none]) {
        site.post(who, OWN, &[]).await.expect(422);
        site.get(who, "/verification/credential.jwt").await.expect(404);
        let page = site.get(who, OWN).await.expect(200);
        assert!(page.text(".empty").starts_with("There is no Identity Verified badge on your profile"));
    }
    let keys = site.read(|conn| Ok(credential_keys::table.count().get_result::<i64>(conn)?));
    assert_eq!(keys, 0);
    site.get(&Person::visitor(), "/credentials/status/1").await.expect(404);
    assert_eq!(json(&site, "/.well-known/jwks.json").await["keys"], serde_json::json!([]));
}

#[actix_web::test]
async fn an_embargoed_or_hidden_badge_leaves_no_trace() {
    let site = TestSite::start();
    let (ada, ben) = (site.member("ada-north"), site.member("ben-south"));
    let seen = async |who: &Person| {
        let mut all = String::new();
        for path in [
            format!("/badges/of/{}.svg", who.handle),
            format!("/oembed?url=http://127.0.0.1:8080/u/{}", who.handle),
        ] {
            all.push_str(&site.get(&Person::visitor(), &path).await.expect(200).body);
        }
        all
    };
    let before = seen(&ada).await;
    for state in [GrantState::Settling, GrantState::Embargoed, GrantState::Suspended] {
        if state == GrantState::Settling {
            grant(&site, &ada, state);
        } else {
            set_state(&site, &ada, state);
        }
        assert_eq!(seen(&ada).await, before, "{state:?}");
    }
    assert_eq!(before.replace("Ada North", "Ben South").replace("ada-north", "ben-south"), seen(&ben).await);
    set_state(&site, &ada, GrantState::Active);
    assert_ne!(seen(&ada).await, before);
}

#[actix_web::test]
async fn what_ends_or_suspends_a_badge_shows_in_the_lists_and_on_the_page_at_once() {
    let site = TestSite::start();
    let ada = holder(&site, "ada-north").await;
    let token = token(&site, &ada).await;
    assert_eq!(verdict(&site, &token).await, "valid");
    for (state, expected, lists) in [
        (GrantState::Suspended, "off", (false, true)),
        (GrantState::Active, "valid", (false, false)),
        (GrantState::Expired, "expired", (true, false)),
        (GrantState::Revoked, "revoked", (true, false)),
        (GrantState::Superseded, "revoked", (true, false)),
    ] {
        set_state(&site, &ada, state);
        assert_eq!(status(&site, &token).await, lists, "{state:?}");
        assert_eq!(verdict(&site, &token).await, expected, "{state:?}");
    }
    set_state(&site, &ada, GrantState::Active);
    site.clock.advance(TimeDelta::days(701));
    assert_eq!(status(&site, &token).await, (true, false));
    assert_eq!(verdict(&site, &token).await, "expired");
}

#[actix_web::test]
async fn a_new_name_takes_the_credential_off_and_tells_nothing_of_the_check() {
    let site = TestSite::start();
    let ada = holder(&site, "ada-north").await;
    let token = token(&site, &ada).await;
    assert_eq!(check(&site, &token, "").await.count(".verdict dt"), 5);
    let (id, now) = (id_of(&site, &ada), site.clock.now());
    site.write(move |conn| {
        badges::actions::rename(conn, id, &DisplayName::parse("Ada Other").unwrap(), now).map(|_| ())
    });
    assert_eq!(status(&site, &token).await, (false, true));
    let page = check(&site, &token, "").await;
    assert_eq!(page.attribute(".verdict", "data-verdict"), "off");
    assert_eq!(page.count(".verdict dt"), 2);
}

#[actix_web::test]
async fn the_check_tells_other_names_other_issuers_and_changed_bytes() {
    let site = TestSite::start();
    let ada = holder(&site, "ada-north").await;
    let token = token(&site, &ada).await;

    let page = check(&site, &token, "ada  NORTH").await.expect(200);
    assert_eq!(page.attribute(".verdict", "data-verdict"), "valid");
    assert_eq!(page.text(".verdict-name"), "Ada North");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let page = check(&site, &token, "Ben South").await.expect(200);
    assert_eq!(page.attribute(".verdict", "data-verdict"), "wrong-name");

    let said = part(&token, 1).to_string().replace("Ada North", "Ben South");
    let parts: Vec<&str> = token.split('.').collect();
    let forged = format!("{}.{}.{}", parts[0], BASE64URL_NOPAD.encode(said.as_bytes()), parts[2]);
    assert_eq!(verdict(&site, &forged).await, "altered");
    let unsigned = BASE64URL_NOPAD.encode(br#"{"alg":"none","typ":"JWT"}"#);
    assert_eq!(verdict(&site, &format!("{unsigned}.{}.", parts[1])).await, "altered");

    let foreign = part(&token, 1).to_string().replace("did:web:127.0.0.1%3A8080", "did:web:evil.example");
    let foreign = format!("{}.{}.{}", parts[0], BASE64URL_NOPAD.encode(foreign.as_bytes()), parts[2]);
    assert_eq!(verdict(&site, &foreign).await, "not-ours");
    assert_eq!(verdict(&site, "https://evil.example/c/abc").await, "not-ours");
    let list = site.get(&Person::visitor(), "/credentials/status/1").await.body;
    assert_eq!(verdict(&site, &list).await, "unreadable");
    assert_eq!(verdict(&site, "hello").await, "unreadable");
    check(&site, "  ", "").await.expect(422);
    let page = check(&site, &"x".repeat(64 * 1024 + 1), "").await.expect(422);
    assert!(page.text("#text-problem").contains("64 KiB"));
}

#[actix_web::test]
async fn after_a_rotation_old_credentials_still_check_and_new_ones_have_a_new_key() {
    let site = TestSite::start();
    let ada = holder(&site, "ada-north").await;
    let old = token(&site, &ada).await;
    let (drawn, keys, now) = (signing::draw().unwrap(), site.keys(), site.clock.now() + TimeDelta::hours(1));

    site.write(move |conn| actions::rotate(conn, &keys, &drawn, now).map(|_| ()));

    let new = token(&site, &ada).await;
    assert_ne!(part(&old, 0)["kid"], part(&new, 0)["kid"]);
    assert_eq!(part(&old, 1), part(&new, 1));
    for token in [&old, &new] {
        assert!(is_signed(&site, token).await);
        assert_eq!(verdict(&site, token).await, "valid");
        assert_eq!(status(&site, token).await, (false, false));
    }
    // Whoever takes the database and the site's keys has one key that signs, and no private part of another.
    let sealed = site.read(|conn| {
        let columns = (credential_keys::retired_at.is_null(), credential_keys::sealed.is_null());
        Ok(credential_keys::table
            .order(credential_keys::made_at)
            .select(columns)
            .load::<(bool, bool)>(conn)?)
    });
    assert_eq!(sealed, [(false, true), (true, false)]);
}

#[actix_web::test]
async fn a_link_shows_the_present_until_it_is_ended() {
    let site = TestSite::start();
    let (ada, ben) = (holder(&site, "ada-north").await, site.member("ben-south"));
    let links = format!("{OWN}/links");
    site.post(&ben, &links, &[("label", "A client")]).await.expect(404);
    let page = site.post(&ada, &links, &[("label", " ")]).await.expect(422);
    assert_eq!(page.count("#label-problem"), 1);
    site.post(&ada, &links, &[("label", "A client")]).await.expect(303);
    let page = site.get(&ada, OWN).await.expect(200);
    assert_eq!((page.text(".row-title"), page.count("svg.qr")), ("A client".to_owned(), 1));
    let address = page.attribute(".credential-link a", "href");
    let path = address.strip_prefix("http://127.0.0.1:8080").unwrap().to_owned();

    let shown = site.get(&Person::visitor(), &path).await.expect(200);
    assert_eq!(shown.attribute(".verdict", "data-verdict"), "valid");
    assert_eq!(
        (shown.header("cache-control"), shown.header("x-robots-tag")),
        (Some("no-store"), Some("noindex, nofollow"))
    );
    assert_eq!(verdict(&site, &address).await, "valid");
    set_state(&site, &ada, GrantState::Suspended);
    let shown = site.get(&Person::visitor(), &path).await.expect(200);
    assert_eq!(shown.attribute(".verdict", "data-verdict"), "off");
    set_state(&site, &ada, GrantState::Active);

    let end = page.attribute("form[action$='/end']", "action");
    site.post(&ben, &end, &[]).await.expect(404);
    site.get(&Person::visitor(), &path).await.expect(200);
    site.post(&ada, &end, &[]).await.expect(303);
    site.get(&Person::visitor(), &path).await.expect(404);
    site.post(&ada, &end, &[]).await.expect(404);
    for number in 0..20 {
        site.post(&ada, &links, &[("label", &format!("Client {number}"))]).await.expect(303);
    }
    site.post(&ada, &links, &[("label", "One more")]).await.expect(422);
}

#[actix_web::test]
async fn an_ended_credential_counts_no_more_and_its_links_lead_nowhere() {
    let site = TestSite::start();
    let ada = holder(&site, "ada-north").await;
    site.post(&ada, &format!("{OWN}/links"), &[("label", "A client")]).await.expect(303);
    let link = site.get(&ada, OWN).await.attribute(".credential-link a", "href");
    let old = token(&site, &ada).await;
    site.post(&ada, OWN, &[]).await.expect(303);
    assert_eq!(part(&token(&site, &ada).await, 1), part(&old, 1), "the same grant has one credential");

    site.post(&ada, &format!("{OWN}/end"), &[]).await.expect(303);

    assert_eq!((verdict(&site, &old).await.as_str(), status(&site, &old).await), ("ended", (true, false)));
    site.get(&Person::visitor(), link.strip_prefix("http://127.0.0.1:8080").unwrap()).await.expect(404);
    site.post(&ada, &format!("{OWN}/end"), &[]).await.expect(404);
    site.post(&ada, OWN, &[]).await.expect(303);
    let new = token(&site, &ada).await;
    assert_ne!(part(&new, 1)["jti"], part(&old, 1)["jti"]);
    assert_eq!(verdict(&site, &new).await, "valid");
}

#[actix_web::test]
async fn places_in_the_list_follow_no_order() {
    let site = TestSite::start();
    let mut places = Vec::new();
    for number in 0..6 {
        let who = holder(&site, &format!("member-{number}")).await;
        let entry = part(&token(&site, &who).await, 1)["credentialStatus"][0].clone();
        places.push(entry["statusListIndex"].as_str().unwrap().parse::<i64>().unwrap());
    }
    let mut sorted = places.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), 6);
    assert!(sorted.windows(2).any(|two| two[1] - two[0] > 100), "{places:?}");
}

#[actix_web::test]
async fn pictures_may_stand_on_other_sites_and_show_the_present() {
    let site = TestSite::start();
    let ada = holder(&site, "ada-north").await;
    let path = "/badges/of/ada-north.svg";
    let request = TestRequest::get().uri(path).insert_header((ORIGIN, "https://elsewhere.example"));
    let shown = site.send(request, &Person::visitor()).await.expect(200);
    assert_eq!(shown.header("content-type"), Some("image/svg+xml"));
    assert_eq!(shown.header("cross-origin-resource-policy"), Some("cross-origin"));
    assert_eq!(shown.header("cache-control"), Some("public, max-age=60"));
    roxmltree::Document::parse(&shown.body).unwrap();
    assert!(shown.body.contains("identity verified on Nov 8, 2026"));
    let page = site.get(&ada, OWN).await;
    assert!(page.text("#snippet").contains("http://127.0.0.1:8080/badges/of/ada-north.svg"));
    let answer = json(&site, "/oembed?url=http://127.0.0.1:8080/badges/of/ada-north&maxwidth=150").await;
    assert_eq!(
        (&answer["type"], &answer["width"], &answer["height"]),
        (&"rich".into(), &150.into(), &32.into())
    );
    assert_eq!(answer["title"], "Ada North: Identity Verified");
    set_state(&site, &ada, GrantState::Revoked);
    let gone = site.get(&Person::visitor(), path).await.expect(200);
    assert!(gone.body.contains("no badge is shown") && !gone.body.contains("Nov 8"));
    for nobody in ["/badges/of/nobody-x.svg", "/oembed?url=https://evil.example/u/ada-north", "/oembed"] {
        site.get(&Person::visitor(), nobody).await.expect(404);
    }
    site.get(&Person::visitor(), "/oembed?format=xml&url=http://127.0.0.1:8080/u/ada-north")
        .await
        .expect(501);
}
