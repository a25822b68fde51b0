//! Second factors: adding, showing, removing; the sign-in that waits; the agents' desk.

mod told;

use std::sync::Arc;
use std::thread;

use actix_web::http::header::COOKIE;
use actix_web::middleware::from_fn;
use actix_web::test::{self, TestRequest};
use actix_web::{App, HttpResponse, web};
use chrono::TimeDelta;
use diesel::prelude::*;
use touchstone::accounts::agent::Agent;
use touchstone::accounts::factors::actions::Office;
use touchstone::accounts::factors::rules::code_at;
use touchstone::accounts::factors::{actions, store};
use touchstone::db::schema::{second_factors, sessions};
use touchstone::error::Error;
use touchstone::members::rules::Role;
use touchstone::web::errors;

use crate::support::look::{id_of, link, mails};
use crate::support::site::{PASSWORD, SECRET};
use crate::support::{Page, Person, TestSite};

const LIST: &str = "/settings/second-factor";

fn count(site: &TestSite, handle: &str) -> usize {
    let id = id_of(site, handle);
    site.read(|conn| Ok(store::list(conn, id)?.len()))
}

/// A browser's cookie from an answer.
fn with_cookie(handle: &str, page: &Page, name: &str) -> Person {
    let cookies = page.headers.iter().filter(|(header, _)| header == "set-cookie");
    let cookie = cookies.map(|(_, value)| value.split(';').next().unwrap()).find(|cookie| {
        cookie.split_once('=').is_some_and(|(known, value)| known == name && !value.is_empty())
    });
    let cookie = cookie.unwrap_or_else(|| panic!("no {name} in {:?}", page.headers));
    Person { handle: handle.to_owned(), cookie: Some(cookie.to_owned()) }
}

/// Shows the right password, and answers with whoever waits for their second factor then.
async fn wait(site: &TestSite, handle: &str) -> Person {
    let form = [("login", handle), ("password", PASSWORD), ("next", "/drafts")];
    let page = site.post(&Person::visitor(), "/login", &form).await.expect(303);
    assert_eq!(page.location(), "/login/second-factor?next=%2Fdrafts");
    with_cookie(handle, &page, "signing-in")
}

async fn show(site: &TestSite, waiting: &Person, code: &str) -> Page {
    site.post(waiting, "/login/second-factor", &[("code", code), ("next", "/drafts")]).await
}

fn office(site: &TestSite) -> Office {
    Office { keys: site.forum.site.keys.clone(), letterhead: site.forum.jobs(None).letterhead }
}

fn recovery_codes(site: &TestSite, handle: &str) -> Vec<String> {
    let (id, office, now) = (id_of(site, handle), office(site), site.clock.now());
    site.write(move |conn| actions::make_recovery(conn, &office, id, now))
}

#[actix_web::test]
async fn an_app_is_added_by_the_code_that_it_shows() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    let page = site.get(&ada, "/settings/second-factor/app").await.expect(200);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(page.count("svg.qr path.qr-dark"), 1);
    let shown = page.text(".factor-secret code").replace(' ', "");
    let secret = data_encoding::BASE32_NOPAD.decode(shown.as_bytes()).unwrap();
    let setup = page.attribute("input[name=setup]", "value");
    let code = code_at(&secret, site.clock.now());
    let form = |name: &'static str, code: &str, who: &'static str| {
        vec![
            ("setup", setup.clone()),
            ("name", name.to_owned()),
            ("code", code.to_owned()),
            ("who", who.to_owned()),
        ]
    };
    let send = async |fields: Vec<(&str, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        site.post(&ada, "/settings/second-factor/app", &fields).await
    };
    let page = send(form("My phone", "000000", PASSWORD)).await.expect(422);
    assert!(page.text("#code-problem").contains("not the code"), "{}", page.body);
    assert_eq!(page.attribute("#name", "value"), "My phone");
    assert_eq!(page.text(".factor-secret code").replace(' ', ""), shown, "the picture stays");
    send(form("", &code, PASSWORD)).await.expect(422);
    let page = send(form("My phone", &code, "not my password")).await.expect(422);
    assert!(page.text("#who-problem").contains("neither"), "{}", page.body);
    assert_eq!(count(&site, "ada-k"), 0);

    assert_eq!(
        send(form("My phone", &code, PASSWORD)).await.expect(303).location(),
        "/settings/second-factor?saved=app"
    );
    let page = site.get(&ada, LIST).await.expect(200);
    assert_eq!(page.texts(".row-title")[0], "My phone");
    let sealed: Vec<Vec<u8>> =
        site.read(|conn| Ok(second_factors::table.select(second_factors::sealed).load(conn)?));
    assert!(!sealed[0].windows(secret.len()).any(|bytes| bytes == secret), "the secret is sealed");

    // Another session's form opens nothing here, and an old one shows a new picture.
    let other = site.sign_in("ada-k");
    let fields = [("setup", setup.as_str()), ("name", "x"), ("code", code.as_str()), ("who", PASSWORD)];
    let page = site.post(&other, "/settings/second-factor/app", &fields).await.expect(422);
    assert_ne!(page.text(".factor-secret code").replace(' ', ""), shown);
    site.clock.advance(TimeDelta::minutes(61));
    site.post(&ada, "/settings/second-factor/app", &fields).await.expect(422);
    assert_eq!(count(&site, "ada-k"), 1);
}

#[actix_web::test]
async fn whoever_has_a_factor_is_asked_for_it_after_the_password() {
    let site = TestSite::start();
    site.add_app(site.member("ada-k"));
    let waiting = wait(&site, "ada-k").await;
    let page = site.get(&waiting, "/login/second-factor?next=%2Fdrafts").await.expect(200);
    assert_eq!(page.attribute("input[name=next]", "value"), "/drafts");
    assert_eq!(show(&site, &waiting, "000000").await.expect(422).count("#code-problem"), 1);
    let page = show(&site, &waiting, &site.code()).await.expect(303);
    assert_eq!(page.location(), "/drafts");
    let ada = with_cookie("ada-k", &page, "session");
    site.get(&ada, "/settings").await.expect(200);
    // What waited is used up, and the token of the wait is no session's.
    assert!(
        show(&site, &waiting, &code_at(SECRET, site.clock.now() + TimeDelta::seconds(30)))
            .await
            .expect(403)
            .body
            .contains("too long")
    );
    assert_ne!(ada.cookie.unwrap().split('=').nth(1), waiting.cookie.unwrap().split('=').nth(1));
}

#[actix_web::test]
async fn a_sign_in_that_waits_opens_nothing() {
    let site = TestSite::start();
    site.open_board("talk");
    site.add_app(site.staff("boss-b", &[Role::Administrator, Role::VerificationAgent]));
    let waiting = wait(&site, "boss-b").await;
    let token = waiting.cookie.clone().unwrap().split_once('=').unwrap().1.to_owned();
    let as_session = Person { cookie: Some(format!("session={token}")), ..waiting.clone() };
    for who in [&waiting, &as_session] {
        for path in [
            "/settings",
            LIST,
            "/settings/second-factor/app",
            "/drafts",
            "/notifications",
            "/admin",
            "/admin/members",
            "/moderation",
            "/manage",
            "/verification",
            "/agent/sign-in",
            "/b/talk/new",
            "/unread",
        ] {
            let page = site.get(who, path).await.expect(303);
            assert!(page.location().starts_with("/login?next="), "{path}: {}", page.location());
        }
        for path in
            ["/settings/profile", "/b/talk/threads", "/agent/sign-in", "/read", "/settings/second-factor/app"]
        {
            site.post(who, path, &[("title", "x"), ("body", "y")]).await.expect(403);
        }
        let home = site.get(who, "/").await.expect(200);
        assert!(!home.body.contains("Boss B") && home.body.contains("Sign in"));
    }
    assert!(waiting.cookie.unwrap().starts_with("signing-in="));
}

#[actix_web::test]
async fn a_wait_ends_by_itself_and_with_a_new_password() {
    let site = TestSite::start();
    site.add_app(site.member("ada-k"));
    let early = wait(&site, "ada-k").await;
    site.clock.advance(TimeDelta::minutes(10));
    show(&site, &early, &site.code()).await.expect(403);
    assert_eq!(site.get(&early, "/login/second-factor").await.expect(303).location(), "/login");

    let waiting = wait(&site, "ada-k").await;
    site.post(&Person::visitor(), "/reset", &[("email", "ada-k@example.org")]).await.expect(303);
    let token = link(&mails(&site)[0], "/reset/choose?token=").split_once("token=").unwrap().1.to_owned();
    let form = [("token", token.as_str()), ("password", "violet anchor pepper drizzle")];
    site.post(&Person::visitor(), "/reset/choose", &form).await.expect(303);
    show(&site, &waiting, &site.code()).await.expect(403);
    assert_eq!(count(&site, "ada-k"), 1, "a new password takes no second factor off");
    let form = [("login", "ada-k"), ("password", "violet anchor pepper drizzle")];
    let page = site.post(&Person::visitor(), "/login", &form).await.expect(303);
    assert_eq!(page.location(), "/login/second-factor");
}

#[actix_web::test]
async fn after_ten_wrong_codes_the_member_waits() {
    let site = TestSite::start();
    site.add_app(site.member("ada-k"));
    let waiting = wait(&site, "ada-k").await;
    for _ in 0..10 {
        show(&site, &waiting, "000000").await.expect(422);
    }
    let other = wait(&site, "ada-k").await;
    let page = show(&site, &other, &site.code()).await.expect(429);
    assert_eq!(page.header("retry-after"), Some("900"));
    site.clock.advance(TimeDelta::minutes(15));
    let other = wait(&site, "ada-k").await;
    show(&site, &other, &site.code()).await.expect(303);
}

/// How many of 32 that show the same code at once are let in.
fn let_in(site: &TestSite, handle: &str, code: &str) -> usize {
    let (id, now) = (id_of(site, handle), site.clock.now());
    let tries: Vec<_> = (0..32)
        .map(|_| {
            let (db, keys, code) = (site.db.clone(), Arc::clone(&site.forum.site.keys), code.to_owned());
            thread::spawn(move || db.write_now(move |conn| actions::take_code(conn, &keys, id, &code, now)))
        })
        .collect();
    tries.into_iter().filter_map(|one| one.join().unwrap().unwrap()).count()
}

#[actix_web::test]
async fn a_code_counts_once_however_many_show_it() {
    let site = TestSite::start();
    site.add_app(site.member("ada-k"));
    let code = site.code();
    assert_eq!(let_in(&site, "ada-k", &code), 1);
    site.clock.advance(TimeDelta::seconds(30));
    assert_eq!(let_in(&site, "ada-k", &code), 0, "nor a step later");
    assert_eq!(let_in(&site, "ada-k", &site.code()), 1);
    // An earlier step's code is over with the later one's.
    assert_eq!(let_in(&site, "ada-k", &code_at(SECRET, site.clock.now() - TimeDelta::seconds(30))), 0);
}

#[actix_web::test]
async fn a_recovery_code_is_good_once_and_for_its_member_alone() {
    let site = TestSite::start();
    let ada = site.add_app(site.member("ada-k"));
    site.add_app(site.member("ben-o"));
    let page = site.post(&ada, "/settings/second-factor/recovery", &[]).await.expect(200);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let codes = page.texts(".recovery-codes code");
    assert_eq!(codes.len(), 10);
    assert!(codes.iter().all(|code| code.len() == 14), "{codes:?}");
    assert_eq!(site.get(&ada, "/settings/second-factor/recovery").await.count(".recovery-codes"), 0);
    assert_eq!(let_in(&site, "ben-o", &codes[0]), 0);
    assert_eq!(let_in(&site, "ada-k", &codes[0]), 1);
    assert_eq!(let_in(&site, "ada-k", &codes[0]), 0);
    let waiting = wait(&site, "ada-k").await;
    show(&site, &waiting, &codes[1].to_lowercase().replace('-', " ")).await.expect(303);
    // New ones take the place of all others.
    let fresh = recovery_codes(&site, "ada-k");
    assert_eq!((let_in(&site, "ada-k", &codes[2]), let_in(&site, "ada-k", &fresh[0])), (0, 1));
    site.post(&site.member("cleo-m"), "/settings/second-factor/recovery", &[("who", PASSWORD)])
        .await
        .expect(422);
}

#[actix_web::test]
async fn removing_asks_who_one_is_and_ends_what_it_opened() {
    let site = TestSite::start();
    let ada = site.add_app(site.member("ada-k"));
    recovery_codes(&site, "ada-k");
    let id = id_of(&site, "ada-k");
    let factor = site.read(|conn| Ok(store::list(conn, id)?))[0].id.0;
    let one = format!("{LIST}/{factor}");
    let stranger = site.member("ben-o");
    site.get(&stranger, &one).await.expect(404);
    site.post(&stranger, &format!("{one}/remove"), &[("who", PASSWORD)]).await.expect(404);
    site.post(&stranger, &format!("{one}/name"), &[("name", "Mine")]).await.expect(404);

    site.clock.advance(TimeDelta::minutes(16));
    assert_eq!(site.get(&ada, &one).await.expect(200).count("#who"), 1);
    for wrong in ["", "not my password", "123456"] {
        site.post(&ada, &format!("{one}/remove"), &[("who", wrong)]).await.expect(422);
    }
    assert_eq!(count(&site, "ada-k"), 1);
    site.post(&ada, &format!("{one}/name"), &[("name", " ")]).await.expect(422);
    site.post(&ada, &format!("{one}/name"), &[("name", "Old phone")]).await.expect(303);
    assert_eq!(site.get(&ada, LIST).await.texts(".row-title")[0], "Old phone");
    site.post(&ada, &format!("{one}/remove"), &[("who", &site.code())]).await.expect(303);
    assert_eq!(count(&site, "ada-k"), 0);
    assert_eq!(site.read(|conn| Ok(store::count_recovery(conn, id)?)), 0);
    let form = [("login", "ada-k"), ("password", PASSWORD), ("next", "/drafts")];
    assert_eq!(site.post(&Person::visitor(), "/login", &form).await.expect(303).location(), "/drafts");
}

/// Asks the agents' desk, which stands in for every page of it.
async fn desk(site: &TestSite, who: &Person, request: TestRequest) -> (u16, String, String) {
    let app = App::new()
        .app_data(web::Data::new(site.forum.site.clone()))
        .route("/agent", web::to(|agent: Agent| async move { HttpResponse::Ok().body(agent.0.handle) }))
        .wrap(from_fn(errors::show));
    let app = test::init_service(app).await;
    let request = match &who.cookie {
        Some(cookie) => request.insert_header((COOKIE, cookie.as_str())),
        None => request,
    };
    let answer = test::call_service(&app, request.to_request()).await;
    let location = answer.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
    let status = answer.status().as_u16();
    let body = String::from_utf8(test::read_body(answer).await.to_vec()).unwrap();
    (status, location.unwrap_or_default(), body)
}

async fn get_desk(site: &TestSite, who: &Person) -> (u16, String) {
    let (status, location, _) = desk(site, who, TestRequest::get().uri("/agent?page=2")).await;
    (status, location)
}

const AGAIN: &str = "/agent/sign-in?next=%2Fagent%3Fpage%3D2";

#[actix_web::test]
async fn the_desk_is_for_agents_who_showed_a_second_factor() {
    let site = TestSite::start();
    assert_eq!(
        get_desk(&site, &Person::visitor()).await,
        (303, "/login?next=%2Fagent%3Fpage%3D2".to_owned())
    );
    let boss = site.add_app(site.staff("boss-b", &[Role::Administrator, Role::TrustAdministrator]));
    for stranger in [&site.member("ada-k"), &site.staff("mod-m", &[Role::Moderator]), &boss] {
        assert_eq!(get_desk(&site, stranger).await.0, 403);
    }
    let bare = site.staff("bare-b", &[Role::VerificationAgent]);
    assert_eq!(get_desk(&site, &bare).await, (303, "/settings/second-factor?needed=desk".to_owned()));
    assert!(site.get(&bare, "/settings/second-factor?needed=desk").await.text(".notice").contains("desk"));
    for agent in [site.agent("noor-v"), site.senior("senior-s")] {
        assert_eq!(get_desk(&site, &agent).await.0, 200);
        assert!(site.get(&agent, "/").await.expect(200).texts(".site-nav a").contains(&"Desk".to_owned()));
        // Another session of the same agent has shown nothing.
        let other = site.sign_in(&agent.handle);
        assert_eq!(get_desk(&site, &other).await, (303, AGAIN.to_owned()));
        let code = site.code();
        let form = [("code", code.as_str()), ("next", "/agent?page=2")];
        let page =
            site.post(&other, "/agent/sign-in", &[("code", "000000"), ("next", "/agent?page=2")]).await;
        assert_eq!(page.expect(422).attribute("input[name=next]", "value"), "/agent?page=2");
        assert_eq!(site.post(&other, "/agent/sign-in", &form).await.expect(303).location(), "/agent?page=2");
        assert_eq!(get_desk(&site, &other).await.0, 200);
    }
    assert!(!site.get(&boss, "/").await.texts(".site-nav a").contains(&"Desk".to_owned()));
}

#[actix_web::test]
async fn signing_in_with_a_factor_opens_the_desk_at_once() {
    let site = TestSite::start();
    site.agent("noor-v");
    let waiting = wait(&site, "noor-v").await;
    let page = show(&site, &waiting, &site.code()).await.expect(303);
    assert_eq!(get_desk(&site, &with_cookie("noor-v", &page, "session")).await.0, 200);
}

#[actix_web::test]
async fn after_fifteen_idle_minutes_the_desk_asks_again() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    for _ in 0..3 {
        assert_eq!(get_desk(&site, &noor).await.0, 200);
        site.clock.advance(TimeDelta::minutes(15));
    }
    assert_eq!(get_desk(&site, &noor).await.0, 200);
    site.clock.advance(TimeDelta::minutes(15) + TimeDelta::seconds(1));
    assert_eq!(get_desk(&site, &noor).await, (303, AGAIN.to_owned()));
    let request = TestRequest::post()
        .uri("/agent")
        .insert_header(("referer", "http://127.0.0.1:8080/agent/cases/7?side=back"));
    let (status, _, body) = desk(&site, &noor, request).await;
    assert_eq!(status, 401);
    assert!(body.contains("/agent/sign-in?next=%2Fagent%2Fcases%2F7%3Fside%3Dback"), "{body}");
    assert!(body.contains("Nothing was changed"));
    site.prove(&noor);
    assert_eq!(get_desk(&site, &noor).await.0, 200);
}

#[actix_web::test]
async fn work_is_written_down_once_a_minute() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    let worked = |site: &TestSite| {
        let hash = noor.token_hash();
        let row = site.read(move |conn| {
            Ok(sessions::table
                .filter(sessions::token_hash.eq(hash))
                .select(sessions::worked_at)
                .first(conn)?)
        });
        let row: Option<touchstone::clock::Time> = row;
        row
    };
    assert_eq!(worked(&site), None);
    get_desk(&site, &noor).await;
    let began = site.clock.now();
    assert_eq!(worked(&site), Some(began));
    site.clock.advance(TimeDelta::seconds(59));
    get_desk(&site, &noor).await;
    assert_eq!(worked(&site), Some(began));
    site.clock.advance(TimeDelta::seconds(1));
    get_desk(&site, &noor).await;
    assert_eq!(worked(&site), Some(site.clock.now()));
}

#[actix_web::test]
async fn a_suspended_agent_has_no_desk_and_a_removed_factor_closes_it() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    let elsewhere = site.sign_in("noor-v");
    site.prove(&elsewhere);
    assert_eq!(get_desk(&site, &elsewhere).await.0, 200);
    let id = id_of(&site, "noor-v");
    let (hash, office, now) = (noor.token_hash(), office(&site), site.clock.now());
    site.write(move |conn| {
        let found = touchstone::accounts::store::find_session(conn, &hash)?.ok_or(Error::NotFound)?;
        let factor = store::list(conn, id)?[0].id;
        actions::remove(conn, &office, (id, found.session), factor, now)
    });
    assert_eq!(get_desk(&site, &noor).await.1, "/settings/second-factor?needed=desk");
    let noor = site.add_app(noor);
    assert_eq!(get_desk(&site, &noor).await.0, 200);
    assert_eq!(get_desk(&site, &elsewhere).await.1, AGAIN, "what the removed one opened is closed");

    let until = site.clock.now() + TimeDelta::days(3);
    site.write(move |conn| {
        use touchstone::db::schema::members;
        diesel::update(members::table.find(id)).set(members::suspended_until.eq(until)).execute(conn)?;
        Ok(())
    });
    assert_eq!(get_desk(&site, &noor).await.0, 403);
}

#[actix_web::test]
async fn a_site_without_a_name_says_that_it_has_no_passkeys() {
    let site = TestSite::start();
    let ada = site.member("ada-k");
    let page = site.get(&ada, "/settings/second-factor/passkey").await.expect(200);
    assert!(page.text(".notice-title").contains("no passkeys"));
    assert_eq!(page.count("form[data-passkey]"), 0);
    let page = TestSite::secure();
    let ben = page.member("ben-o");
    let ben = Person { cookie: ben.cookie.map(|cookie| format!("__Host-{cookie}")), ..ben };
    assert_eq!(
        page.get(&ben, "/settings/second-factor/passkey").await.expect(200).count("form[data-passkey]"),
        1
    );
}

#[actix_web::test]
async fn a_passkey_is_asked_for_by_whoever_shows_who_they_are() {
    let site = TestSite::secure();
    let ada = site.member("ada-k");
    let ada = Person { cookie: ada.cookie.map(|cookie| format!("__Host-{cookie}")), ..ada };
    let send = async |path: &str, body: &str| {
        let request = TestRequest::post().uri(path).insert_header(("sec-fetch-site", "same-origin"));
        site.send(request.set_payload(body.to_owned()), &ada).await
    };
    let options = "/settings/second-factor/passkey/options";
    let page = send(options, r#"{"name": "My laptop", "who": "wrong"}"#).await.expect(422);
    assert!(page.body.contains("neither your password"), "{}", page.body);
    send(options, &format!(r#"{{"name": "", "who": "{PASSWORD}"}}"#)).await.expect(422);
    let page = send(options, &format!(r#"{{"name": "My laptop", "who": "{PASSWORD}"}}"#)).await.expect(200);
    let asked: serde_json::Value = serde_json::from_str(&page.body).unwrap();
    assert_eq!(asked["publicKey"]["rp"]["id"], "forum.example");
    assert_eq!(asked["publicKey"]["user"]["name"], "ada-k");
    assert_eq!(asked["publicKey"]["authenticatorSelection"]["userVerification"], "required");
    // An answer that does not fit adds nothing, and there is no second one.
    for _ in 0..2 {
        let page =
            send("/settings/second-factor/passkey", r#"{"name": "My laptop", "answer": {"id": "x"}}"#).await;
        assert!(page.expect(422).body.contains("could not be taken"));
    }
    assert_eq!(count(&site, "ada-k"), 0);
}
