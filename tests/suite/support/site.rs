//! A site inside the test: its own database, and a clock that stands still.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_TYPE, COOKIE};
use actix_web::test;
use chrono::NaiveDate;
use touchstone::accounts;
use touchstone::accounts::actions::{self, Added};
use touchstone::accounts::factors;
use touchstone::accounts::factors::rules::{STEP, code_at};
use touchstone::accounts::passwords;
use touchstone::accounts::rules::Email;
use touchstone::accounts::store::Device;
use touchstone::boards::rules::Access;
use touchstone::boards::store::Written;
use touchstone::boards::{self, BoardId};
use touchstone::clock::{Clock, Time};
use touchstone::commands::serve::Forum;
use touchstone::db::{Conn, Db};
use touchstone::error::Error;
use touchstone::members;
use touchstone::members::rules::{Role, Tier};
use touchstone::sealing::Keys;
use touchstone::settings::{Given, Settings};
use touchstone::text::names::{DisplayName, Handle};
use touchstone::tokens::Token;

use super::database::TestDatabase;
use super::{Page, Person};

/// The password of everybody whom a test makes.
pub const PASSWORD: &str = "slate gold streak lantern";

/// The secret of every app that a test adds.
pub const SECRET: &[u8] = b"12345678901234567890";

static HASH: LazyLock<String> = LazyLock::new(|| passwords::hash_now(PASSWORD).unwrap());

/// A site with a database of its own.
pub struct TestSite {
    pub forum: Forum,
    pub db: Db,
    pub clock: Clock,
    pub database: TestDatabase,
    served: Served,
}

/// When tests begin: noon on a Wednesday.
pub fn noon() -> Time {
    NaiveDate::from_ymd_opt(2026, 11, 18).unwrap().and_hms_opt(12, 0, 0).unwrap()
}

/// The keys of a site, as its process opens them.
pub fn keys(settings: &Settings, db: &Db, clock: &Clock) -> Arc<Keys> {
    let (source, now) = (settings.keys.clone(), clock.now());
    Arc::new(db.write_now(move |conn| Keys::open(conn, &source, now)).unwrap())
}

impl TestSite {
    /// A site without boards or members.
    pub fn start() -> Self {
        Self::with(false, "http://127.0.0.1:8080")
    }

    /// A site that serves a demo; nothing is filled in.
    pub fn demo() -> Self {
        Self::with(true, "http://127.0.0.1:8080")
    }

    /// A site under https.
    pub fn secure() -> Self {
        Self::with(false, "https://forum.example")
    }

    fn with(demo: bool, url: &str) -> Self {
        Self::on(TestDatabase::new(), demo, url)
    }

    /// A site on this database.
    pub fn on(database: TestDatabase, demo: bool, url: &str) -> Self {
        let db = Db::open(&database.url).unwrap();
        db.migrate().unwrap();
        let data = database.folder.path().join("data").display().to_string();
        let given = Given { url: Some(url.to_owned()), data: Some(data), ..Given::default() };
        let settings = Settings::from_sources(&given, &|_| None, "webhooks_private = 'yes'").unwrap();
        let clock = Clock::still_at(noon());
        let forum =
            Forum::new(settings.clone(), db.clone(), keys(&settings, &db, &clock), clock.clone(), demo);
        Self { forum, db, clock, database, served: Served }
    }

    /// The same site with connections of its own, as after a restart.
    pub fn reopened(self) -> Self {
        let Self { forum, clock, database, served, .. } = self;
        let demo = forum.site.demo;
        let settings = Settings::clone(&forum.site.settings);
        let db = Db::open(&database.url).unwrap();
        let forum =
            Forum::new(settings.clone(), db.clone(), keys(&settings, &db, &clock), clock.clone(), demo);
        Self { forum, db, clock, database, served }
    }

    /// The site's keys.
    pub fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.forum.site.keys)
    }

    /// Asks for a page.
    pub async fn get(&self, who: &Person, path: &str) -> Page {
        self.send(test::TestRequest::get().uri(path), who).await
    }

    /// Sends a form.
    pub async fn post(&self, who: &Person, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = test::TestRequest::post()
            .uri(path)
            .insert_header((CONTENT_TYPE, "application/x-www-form-urlencoded"))
            .insert_header(("sec-fetch-site", "same-origin"))
            .set_payload(body);
        self.send(request, who).await
    }

    /// Sends a request of any method, without a body.
    pub async fn ask(&self, who: &Person, method: Method, path: &str) -> Page {
        self.send(test::TestRequest::with_uri(path).method(method), who).await
    }

    /// Sends a request, with the cookie of whoever sends it.
    pub async fn send(&self, request: test::TestRequest, who: &Person) -> Page {
        send_to(&self.forum, request, who).await
    }

    /// Changes the database by an action.
    pub fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    ) -> T {
        self.try_write(change).unwrap()
    }

    /// Changes the database by an action that may be refused. A thread of its own, because those of the
    /// tests are not to be blocked.
    pub fn try_write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        std::thread::scope(|scope| scope.spawn(|| self.db.write_now(change)).join().unwrap())
    }

    /// Asks the database.
    pub fn read<T>(&self, query: impl FnOnce(&mut Conn) -> Result<T, Error>) -> T {
        self.db.read_now(query).unwrap()
    }

    /// A member who is signed in.
    pub fn member(&self, handle: &str) -> Person {
        self.person(handle, &[], None)
    }

    /// A member with roles who is signed in.
    pub fn staff(&self, handle: &str, roles: &[Role]) -> Person {
        self.person(handle, roles, None)
    }

    /// A member with a tier who is signed in.
    pub fn rated(&self, handle: &str, tier: Tier) -> Person {
        self.person(handle, &[], Some(tier))
    }

    /// A verification agent at the desk: signed in, with an app that was shown just now.
    pub fn agent(&self, handle: &str) -> Person {
        self.add_app(self.staff(handle, &[Role::VerificationAgent]))
    }

    /// A senior agent at the desk.
    pub fn senior(&self, handle: &str) -> Person {
        self.add_app(self.staff(handle, &[Role::VerificationAgent, Role::SeniorAgent]))
    }

    /// Gives somebody an app with [`SECRET`], shown in their session. Its code of this moment is still to be had.
    pub fn add_app(&self, who: Person) -> Person {
        let (keys, now, hash) = (self.forum.site.keys.clone(), self.clock.now(), who.token_hash());
        let step = (now - chrono::TimeDelta::seconds(30)).and_utc().timestamp() / STEP;
        self.write(move |conn| {
            let found = accounts::store::find_session(conn, &hash)?.ok_or(Error::NotFound)?;
            factors::actions::put_app(conn, &keys, found.member, "My phone", (SECRET, Some(step)), now)?;
            Ok(factors::store::prove(conn, found.session, now)?)
        });
        who
    }

    /// Shows the second factor in somebody's session again, as after a pause.
    pub fn prove(&self, who: &Person) {
        let (hash, now) = (who.token_hash(), self.clock.now());
        self.write(move |conn| Ok(factors::store::prove_token(conn, &hash, now)?));
    }

    /// The code that every app of the tests shows now.
    pub fn code(&self) -> String {
        code_at(SECRET, self.clock.now())
    }

    fn person(&self, handle: &str, roles: &[Role], tier: Option<Tier>) -> Person {
        let added = Added {
            handle: Handle::parse(handle).unwrap(),
            name: DisplayName::parse(&title(handle)).unwrap(),
            email: Email::parse(&format!("{handle}@example.org")).unwrap(),
            roles: roles.to_vec(),
            tier,
            password_hash: HASH.clone(),
        };
        // Whoever joined today is a newcomer, whom the limits slow down.
        let joined = self.clock.now() - chrono::TimeDelta::days(30);
        let keys = self.keys();
        self.write(move |conn| actions::add(conn, &keys, &added, joined));
        self.sign_in(handle)
    }

    /// A new session for a member.
    pub fn sign_in(&self, handle: &str) -> Person {
        let (token, now, who) = (Token::new().unwrap(), self.clock.now(), handle.to_owned());
        let cookie = format!("session={}", token.as_str());
        self.write(move |conn| {
            let member = members::store::find(conn, &who)?.ok_or(Error::NotFound)?;
            actions::sign_in(conn, member.id, &token, &Device::default(), now)
        });
        Person { handle: handle.to_owned(), cookie: Some(cookie) }
    }

    /// A board.
    pub fn board(&self, slug: &str, read: Access, write: Access) -> BoardId {
        let written = Written {
            parent: None,
            slug: slug.to_owned(),
            title: title(slug),
            about: format!("About {slug}"),
            position: 1,
            read,
            write,
            is_help: false,
        };
        self.write(move |conn| Ok(boards::store::insert(conn, &written, None)?))
    }

    /// A board for anybody.
    pub fn open_board(&self, slug: &str) -> BoardId {
        self.board(slug, Access::Anyone, Access::Members)
    }

    /// Starts a thread through its form and answers with its address.
    pub async fn thread(&self, author: &Person, board: &str, title: &str) -> String {
        let fields = [("title", title), ("body", "The first words of this thread.")];
        let page = self.post(author, &format!("/b/{board}/threads"), &fields).await.expect(303);
        page.location().to_owned()
    }

    /// Answers in a thread through its form and answers with where the post stands.
    pub async fn reply(&self, author: &Person, thread: &str, body: &str) -> String {
        let page = self.post(author, &replies(thread), &[("body", body)]).await.expect(303);
        page.location().to_owned()
    }
}

/// Where the form below a thread is sent.
pub fn replies(thread: &str) -> String {
    let id = thread.split('/').nth(2).unwrap();
    format!("/t/{id}/replies")
}

/// `ada-lovelace` as `Ada Lovelace`.
fn title(handle: &str) -> String {
    let words = handle.split('-').map(|word| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    });
    words.collect::<Vec<String>>().join(" ")
}

/// Takes a request through the whole forum.
type Serve = Rc<dyn Fn(test::TestRequest) -> Pin<Box<dyn Future<Output = Page>>>>;

thread_local! {
    /// The forums of the test that runs on this thread. Putting one together compiles every address.
    static SERVED: RefCell<Vec<(Forum, Serve)>> = const { RefCell::new(Vec::new()) };
}

/// Whoever has it keeps what is served on this thread, and not a moment longer: at the thread's own end it would
/// outlive what it leans on.
struct Served;

impl Drop for Served {
    fn drop(&mut self) {
        drop(SERVED.take());
    }
}

/// What serves this forum, put together once.
async fn serve(forum: &Forum) -> Serve {
    let is_same = |it: &Forum| {
        Arc::ptr_eq(&it.views, &forum.views) && Arc::ptr_eq(&it.site.settings, &forum.site.settings)
    };
    let known =
        SERVED.with_borrow(|all| all.iter().find(|(it, _)| is_same(it)).map(|(_, serve)| Rc::clone(serve)));
    if let Some(known) = known {
        return known;
    }
    let app = Rc::new(test::init_service(forum.app()).await);
    let serve: Serve = Rc::new(move |request: test::TestRequest| {
        let app = Rc::clone(&app);
        Box::pin(async move { read(test::call_service(&*app, request.to_request()).await).await })
    });
    SERVED.with_borrow_mut(|all| all.push((forum.clone(), Rc::clone(&serve))));
    serve
}

/// Sends a request to one of several processes of a site.
pub async fn send_to(forum: &Forum, request: test::TestRequest, who: &Person) -> Page {
    let request = request.peer_addr(([127, 0, 0, 1], 40_000).into());
    let request = match &who.cookie {
        Some(cookie) => request.insert_header((COOKIE, cookie.as_str())),
        None => request,
    };
    let serve = serve(forum).await;
    serve(request).await
}

async fn read(answer: ServiceResponse<impl MessageBody>) -> Page {
    let status = answer.status();
    let headers = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let bytes = test::read_body(answer).await.to_vec();
    let body = String::from_utf8_lossy(&bytes).into_owned();
    Page { status, headers, body, bytes }
}
