//! Webhooks: what is told, how it is signed, and that it is tried again.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use touchstone::badges::rules::GrantState;
use touchstone::commands::serve::Forum;
use touchstone::credentials::hooks::rules::Reach;
use touchstone::credentials::hooks::sending::{self, Message};
use touchstone::members::rules::Role;
use touchstone::settings::Settings;

use super::{grant, set_state};
use crate::support::{Person, TestSite};

/// What arrived: name, second, signature, body.
type Arrived = (String, String, String, String);

/// A program elsewhere.
struct Receiver {
    address: String,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    status: Arc<Mutex<u16>>,
}

impl Receiver {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://127.0.0.1:{}/hooks", listener.local_addr().unwrap().port());
        let receiver = Self { address, arrived: Arc::default(), status: Arc::new(Mutex::new(204)) };
        let (arrived, status) = (Arc::clone(&receiver.arrived), Arc::clone(&receiver.status));
        std::thread::spawn(move || {
            for mut client in listener.incoming().map_while(Result::ok) {
                let mut reader = BufReader::new(client.try_clone().unwrap());
                let mut heads = std::collections::HashMap::new();
                loop {
                    let mut line = String::new();
                    reader.read_line(&mut line).unwrap();
                    let Some((name, value)) = line.trim().split_once(": ") else {
                        if line.trim().is_empty() {
                            break;
                        }
                        continue;
                    };
                    heads.insert(name.to_ascii_lowercase(), value.to_owned());
                }
                let mut body = vec![0; heads["content-length"].parse().unwrap()];
                reader.read_exact(&mut body).unwrap();
                let head = |name: &str| heads[name].clone();
                let body = String::from_utf8(body).unwrap();
                let all = (head("webhook-id"), head("webhook-timestamp"), head("webhook-signature"), body);
                arrived.lock().unwrap().push(all);
                let status = *status.lock().unwrap();
                write!(client, "HTTP/1.1 {status} x\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
            }
        });
        receiver
    }

    fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }
}

async fn hook(site: &TestSite, admin: &Person, receiver: &Receiver) -> String {
    let made = site.post(admin, "/admin/api/webhooks", &[("address", &receiver.address)]).await.expect(303);
    made.location().split('?').next().unwrap().to_owned()
}

async fn work(site: &TestSite) {
    site.forum.jobs(None).tell_webhooks().await.unwrap();
}

#[actix_web::test]
async fn what_comes_and_goes_is_told_once_and_signed() {
    let site = TestSite::start();
    let (admin, ada) = (site.staff("tom-admin", &[Role::Administrator]), site.member("ada-north"));
    let receiver = Receiver::start();
    let path = hook(&site, &admin, &receiver).await;
    for state in [GrantState::Settling, GrantState::Embargoed] {
        if state == GrantState::Settling {
            grant(&site, &ada, state);
        } else {
            set_state(&site, &ada, state);
        }
        work(&site).await;
    }
    assert_eq!(receiver.arrived(), [], "nothing is told of what was never public");

    set_state(&site, &ada, GrantState::Active);
    work(&site).await;
    work(&site).await;
    set_state(&site, &ada, GrantState::Suspended);
    work(&site).await;
    set_state(&site, &ada, GrantState::Revoked);
    work(&site).await;

    let arrived = receiver.arrived();
    let kinds: Vec<String> = arrived
        .iter()
        .map(|one| {
            let said: Value = serde_json::from_str(&one.3).unwrap();
            format!(
                "{} {} {}",
                said["type"].as_str().unwrap(),
                said["data"]["member"]["handle"].as_str().unwrap(),
                said["data"]["badge"]["shown"]
            )
        })
        .collect();
    assert_eq!(kinds, ["badge.shown ada-north true", "badge.removed ada-north false"]);
    let secret = site.get(&admin, &path).await.text("[data-secret]");
    let secret = BASE64.decode(secret.strip_prefix("whsec_").unwrap().as_bytes()).unwrap();
    for (name, second, signature, body) in &arrived {
        let mut hmac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
        hmac.update(format!("{name}.{second}.{body}").as_bytes());
        assert_eq!(*signature, format!("v1,{}", BASE64.encode(&hmac.finalize().into_bytes())));
        assert_eq!(*second, site.clock.now().and_utc().timestamp().to_string());
    }
    let page = site.get(&admin, &path).await.expect(200);
    assert_eq!(page.count("[data-delivery]"), 2);
    assert!(page.text(".row-note").contains("arrived"));
}

#[actix_web::test]
async fn what_did_not_arrive_is_tried_again_under_the_same_name() {
    let site = TestSite::start();
    let (admin, ada) = (site.staff("tom-admin", &[Role::Administrator]), site.member("ada-north"));
    let receiver = Receiver::start();
    *receiver.status.lock().unwrap() = 302;
    let path = hook(&site, &admin, &receiver).await;
    grant(&site, &ada, GrantState::Active);
    work(&site).await;
    work(&site).await;
    assert_eq!(receiver.arrived().len(), 1, "nothing is tried before its time, and no redirect is followed");
    assert!(site.get(&admin, &path).await.text(".row-note").contains("it answered 302"));
    *receiver.status.lock().unwrap() = 200;
    site.clock.advance(TimeDelta::seconds(6));
    work(&site).await;
    let again = site.get(&admin, &path).await.attribute("form[action$='/again']", "action");
    site.post(&ada, &again, &[]).await.expect(403);
    site.post(&admin, &again, &[]).await.expect(303);
    work(&site).await;
    let arrived = receiver.arrived();
    assert_eq!(arrived.len(), 3);
    assert!(arrived.iter().all(|one| (&one.0, &one.3) == (&arrived[0].0, &arrived[0].3)));
    assert_ne!(arrived[0].1, arrived[1].1, "the second of sending is part of what is signed");

    site.post(&admin, &format!("{path}/test"), &[]).await.expect(303);
    work(&site).await;
    assert!(receiver.arrived()[3].3.contains("\"type\":\"test\""));
}

#[actix_web::test]
async fn after_eight_tries_a_message_is_given_up() {
    let site = TestSite::start();
    let (admin, ada) = (site.staff("tom-admin", &[Role::Administrator]), site.member("ada-north"));
    let receiver = Receiver::start();
    *receiver.status.lock().unwrap() = 500;
    let path = hook(&site, &admin, &receiver).await;
    grant(&site, &ada, GrantState::Active);
    for _ in 0..12 {
        work(&site).await;
        site.clock.advance(TimeDelta::hours(15));
    }
    assert_eq!(receiver.arrived().len(), 8);
    assert!(site.get(&admin, &path).await.text(".row-note").contains("given up"));
}

#[actix_web::test]
async fn an_ended_webhook_and_a_wrong_address_are_told_nothing() {
    let site = TestSite::start();
    let (admin, ada) = (site.staff("tom-admin", &[Role::Administrator]), site.member("ada-north"));
    for wrong in ["", "http://shop.example/hooks", "ftp://127.0.0.1/"] {
        let page = site.post(&admin, "/admin/api/webhooks", &[("address", wrong)]).await.expect(422);
        assert_eq!(
            (page.attribute("#address", "value"), page.count("#address-problem")),
            (wrong.to_owned(), 1)
        );
    }
    let receiver = Receiver::start();
    site.post(&ada, "/admin/api/webhooks", &[("address", &receiver.address)]).await.expect(403);
    let path = hook(&site, &admin, &receiver).await;
    grant(&site, &ada, GrantState::Active);
    site.post(&admin, &format!("{path}/end"), &[]).await.expect(303);
    work(&site).await;
    assert_eq!(receiver.arrived(), []);
    site.post(&admin, &format!("{path}/end"), &[]).await.expect(404);
    site.post(&admin, &format!("{path}/test"), &[]).await.expect(404);
}

/// The same site, in which webhooks do not lead into private networks.
fn guarded(mut site: TestSite) -> TestSite {
    let mut settings = Settings::clone(&site.forum.site.settings);
    settings.webhooks_private = false;
    site.forum = Forum::new(settings, site.db.clone(), site.keys(), site.clock.clone(), false);
    site
}

#[actix_web::test]
async fn an_address_in_a_private_network_is_refused_when_it_is_typed() {
    let site = guarded(TestSite::start());
    let admin = site.staff("tom-admin", &[Role::Administrator]);
    for inside in [
        "https://127.0.0.1/hooks",
        "https://10.0.0.1/hooks",
        "https://169.254.169.254/latest",
        "https://[::1]/hooks",
        "https://[fc00::1]/hooks",
        "https://localhost/hooks",
        "http://127.0.0.1:9000/hooks",
    ] {
        let page = site.post(&admin, "/admin/api/webhooks", &[("address", inside)]).await.expect(422);
        assert_eq!(page.attribute("#address", "value"), inside);
        assert!(page.text("#address-problem").contains("private network"), "{inside}");
    }
    site.get(&admin, "/admin/api/webhooks/1").await.expect(404);
    site.post(&admin, "/admin/api/webhooks", &[("address", "https://shop.example/hooks")]).await.expect(303);
}

#[actix_web::test]
async fn a_name_that_leads_into_a_private_network_is_not_connected_to() {
    let site = TestSite::start();
    let (admin, ada) = (site.staff("tom-admin", &[Role::Administrator]), site.member("ada-north"));
    let mut receiver = Receiver::start();
    receiver.address = receiver.address.replace("127.0.0.1", "localhost");
    let path = hook(&site, &admin, &receiver).await;
    // What was typed while it was allowed is held against the setting of this moment.
    let site = guarded(site);
    grant(&site, &ada, GrantState::Active);
    work(&site).await;
    assert_eq!(receiver.arrived(), []);
    let note = site.get(&admin, &path).await.text(".row-note");
    assert!(note.contains("leads into a private network"), "{note}");

    let message = Message {
        address: receiver.address.clone(),
        name: "msg_1".to_owned(),
        second: 1,
        signature: "v1,x".to_owned(),
        body: "{}".to_owned(),
    };
    let send = |reach| {
        let message = message.clone();
        std::thread::spawn(move || sending::send(&message, reach)).join().unwrap()
    };
    assert!(send(Reach::Public).is_err());
    assert_eq!(receiver.arrived().len(), 0);
    assert_eq!(send(Reach::Anywhere), Ok(()));
    assert_eq!(receiver.arrived().len(), 1);
    assert!(sending::leads_out(&receiver.address, Reach::Public));
    assert!(!sending::leads_out(&receiver.address, Reach::Anywhere));
}
