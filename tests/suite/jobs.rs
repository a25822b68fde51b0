//! What runs beside the requests: mail leaves once and by a real server, views are gathered, what is over goes.

use std::collections::{HashMap, VecDeque};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use touchstone::accounts::rules::SESSION_IDLE;
use touchstone::db::Db;
use touchstone::jobs::Jobs;
use touchstone::members::rules::Role;
use touchstone::outside::mail::{Failure, Mail, Mailer, TRIES};
use touchstone::outside::store as mails;

use crate::support::site::PASSWORD;
use crate::support::smtp::{Sink, wait_for};
use crate::support::{Client, Installation, Person, Program, TestSite, tables};

fn newcomer() -> [(&'static str, &'static str); 4] {
    [("handle", "nora-vik"), ("name", "Nora Vik"), ("email", "nora@members.example"), ("password", PASSWORD)]
}

fn serve_with_mail(place: &Installation, server: &str) -> Program {
    let environment = [
        ("TOUCHSTONE_SMTP_URL", server),
        ("TOUCHSTONE_MAIL_FROM", "forum@touchstone.example"),
        ("TOUCHSTONE_NAME", "The Quay"),
    ];
    Program::serve_with(&place.data(), &place.database.address(), &[], &environment)
}

/// A line of a mail's head.
fn head<'a>(mail: &'a str, name: &str) -> &'a str {
    let (heads, _) = mail.split_once("\n\n").unwrap();
    let line = heads.lines().find(|line| line.starts_with(&format!("{name}: ")));
    line.unwrap_or_else(|| panic!("no {name} in {mail}")).split_once(": ").unwrap().1
}

/// The words of a mail, with quoted-printable lines put together again.
fn words(mail: &str) -> String {
    let (_, body) = mail.split_once("\n\n").unwrap();
    body.replace("=\n", "").replace("=3D", "=")
}

/// Checks the mail that a newcomer gets, and follows its link.
fn assert_confirms(server: &Program, mail: &str) {
    assert_eq!(head(mail, "From"), "\"The Quay\" <forum@touchstone.example>");
    assert_eq!(head(mail, "To"), "nora@members.example");
    assert_eq!(head(mail, "Subject"), "Confirm your address for The Quay");
    let id = head(mail, "Message-ID");
    assert!(id.starts_with("<mail-") && id.ends_with("@touchstone.example>"), "{id}");
    assert!(head(mail, "Content-Type").starts_with("text/plain"));
    assert!(head(mail, "Date").contains("20"));
    assert_eq!(head(mail, "Auto-Submitted"), "auto-generated");
    assert!(!mail.contains("List-Unsubscribe"), "nobody unsubscribes from their account");
    let words = words(mail);
    let link = words
        .split_whitespace()
        .find(|word| word.contains("/join/confirm?token="))
        .unwrap_or_else(|| panic!("no link in {words}"));
    let token = link.strip_prefix(&format!("{}/join/confirm?token=", server.origin)).unwrap();
    let client = Client::new(server);
    let shown = client.get(&format!("/join/confirm?token={token}")).unwrap();
    assert_eq!(shown.status, 200, "{}", shown.body);
    let confirmed = client.post("/join/confirm", &[("token", token)]).unwrap();
    assert_eq!(confirmed.status, 303, "{}", confirmed.body);
    assert_ne!(client.post("/join/confirm", &[("token", token)]).unwrap().status, 303);
}

#[test]
fn the_mail_to_a_newcomer_leaves_by_smtp_and_its_link_confirms() {
    let sink = Sink::start("250 fine");
    let place = Installation::new();
    let server = serve_with_mail(&place, &sink.url());

    let answer = Client::new(&server).post("/join", &newcomer()).unwrap();
    assert_eq!(answer.status, 303, "{}", answer.body);

    let mail = wait_for("the mail", || sink.taken.lock().unwrap().first().cloned());
    assert!(mail.from.contains("<forum@touchstone.example>"), "{}", mail.from);
    assert!(mail.to.contains("<nora@members.example>"), "{}", mail.to);
    assert_confirms(&server, &mail.data);
    wait_for("the mail to be dropped", || {
        let mut conn = touchstone::db::Conn::open(&place.database.url).unwrap();
        let left = tables::lines(&mut conn, "SELECT CAST(count(*) AS TEXT) AS line FROM mails");
        (left == ["0"]).then_some(())
    });
    assert_eq!(sink.taken.lock().unwrap().len(), 1);
}

/// A server of aiosmtpd's, which prints each mail it takes.
struct Aiosmtpd(Child);

impl Drop for Aiosmtpd {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The Python with aiosmtpd that `scripts/test` prepares.
#[expect(clippy::disallowed_methods, reason = "the script that made it says so in the environment")]
fn smtp_python() -> Option<String> {
    std::env::var("SMTP_PYTHON").ok()
}

#[test]
fn the_mail_to_a_newcomer_leaves_by_aiosmtpd() {
    let Some(python) = smtp_python() else {
        println!("not run: SMTP_PYTHON names no Python with aiosmtpd; scripts/test makes one");
        return;
    };
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let place = Installation::new();
    let taken = place.database.folder.path().join("mails");
    let child = Command::new(python)
        .args(["-u", "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Debugging", "stdout"])
        .args(["-l", &format!("127.0.0.1:{port}")])
        .stdout(std::fs::File::create(&taken).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut smtp = Aiosmtpd(child);
    wait_for("aiosmtpd", || {
        let ended = smtp.0.try_wait().unwrap();
        assert!(ended.is_none(), "aiosmtpd ended: {ended:?}");
        TcpStream::connect(("127.0.0.1", port)).ok()
    });
    let server = serve_with_mail(&place, &format!("smtp://127.0.0.1:{port}"));

    let answer = Client::new(&server).post("/join", &newcomer()).unwrap();
    assert_eq!(answer.status, 303, "{}", answer.body);

    let mail = wait_for("the mail", || {
        let printed = std::fs::read_to_string(&taken).unwrap();
        let (_, rest) = printed.split_once("MESSAGE FOLLOWS ----------\n")?;
        let (mail, _) = rest.split_once("------------ END MESSAGE")?;
        Some(mail.to_owned())
    });
    // It puts lines of its own about the envelope first.
    let own = mail.find("Message-ID").unwrap().min(mail.find("From: ").unwrap());
    assert_confirms(&server, &mail[own..]);
}

/// A mailer that does as it is told, and remembers what it was handed.
#[derive(Default)]
pub struct Told {
    answers: Mutex<VecDeque<Result<(), Failure>>>,
    handed: Mutex<Vec<(i64, Mail)>>,
    /// How long each takes.
    slow: Duration,
}

impl Told {
    pub fn to(answers: impl IntoIterator<Item = Result<(), Failure>>) -> Arc<Self> {
        Arc::new(Self { answers: Mutex::new(answers.into_iter().collect()), ..Self::default() })
    }

    pub fn handed(&self) -> Vec<(i64, Mail)> {
        self.handed.lock().unwrap().clone()
    }
}

impl Mailer for Told {
    fn send(&self, id: i64, mail: &Mail) -> Result<(), Failure> {
        self.handed.lock().unwrap().push((id, mail.clone()));
        std::thread::sleep(self.slow);
        self.answers.lock().unwrap().pop_front().unwrap_or(Ok(()))
    }
}

fn queue(site: &TestSite, to: &str) {
    let mail = Mail::new(to, "Hello", "A link");
    let (now, keys) = (site.clock.now(), site.keys());
    site.write(move |conn| Ok(mails::queue(conn, &keys, &mail, now)?));
}

/// The site's jobs, and their mailer as they know it.
pub fn at_work(site: &TestSite, mailer: &Arc<Told>) -> (Jobs, Arc<dyn Mailer>) {
    let mailer: Arc<dyn Mailer> = Arc::clone(mailer) as Arc<dyn Mailer>;
    (site.forum.jobs(Some(Arc::clone(&mailer))), mailer)
}

fn waiting(site: &TestSite) -> usize {
    let keys = site.keys();
    site.read(|conn| Ok(mails::newest(conn, &keys, 1_000)?)).len()
}

fn passing() -> Result<(), Failure> {
    Err(Failure::Passing("451 try again later".to_owned()))
}

#[actix_web::test]
async fn a_server_that_is_busy_is_tried_again_with_growing_pauses() {
    let site = TestSite::start();
    let told = Told::to([passing(), passing(), passing()]);
    let (jobs, mailer) = at_work(&site, &told);
    queue(&site, "nora@members.example");

    assert!(jobs.send_one(&mailer).await.unwrap());
    for (tries, pause) in [(1, 30), (2, 60), (3, 120)] {
        assert_eq!(told.handed().len(), tries);
        site.clock.advance(TimeDelta::seconds(pause - 1));
        assert!(!jobs.send_one(&mailer).await.unwrap(), "before {pause} s are over");
        site.clock.advance(TimeDelta::seconds(1));
        assert!(jobs.send_one(&mailer).await.unwrap(), "after {pause} s");
    }

    assert_eq!(waiting(&site), 0);
    let handed = told.handed();
    assert_eq!(handed.len(), 4);
    // Each try names the same mail, so that one that arrives twice can be told.
    assert!(handed.iter().all(|one| *one == handed[0]));
}

#[actix_web::test]
async fn a_server_that_never_answers_is_given_up_after_twelve_tries() {
    let site = TestSite::start();
    let told = Told::to((0..100).map(|_| passing()));
    let (jobs, mailer) = at_work(&site, &told);
    queue(&site, "nora@members.example");

    for _ in 0..50 {
        jobs.send_one(&mailer).await.unwrap();
        site.clock.advance(TimeDelta::hours(6));
    }

    assert_eq!(told.handed().len(), usize::try_from(TRIES).unwrap());
    assert_eq!(waiting(&site), 1, "it can still be read what went wrong");
}

#[actix_web::test]
async fn what_is_refused_for_good_is_not_tried_again_and_administrators_see_it() {
    let site = TestSite::start();
    let administrator = site.staff("ada-north", &[Role::Administrator]);
    let member = site.member("ben-south");
    let told = Told::to([Err(Failure::Final("550 no such mailbox".to_owned()))]);
    let (jobs, mailer) = at_work(&site, &told);
    queue(&site, "nobody@members.example");
    queue(&site, "nora@members.example");

    assert!(jobs.send_one(&mailer).await.unwrap());
    assert!(jobs.send_one(&mailer).await.unwrap(), "the next one leaves all the same");
    for _ in 0..20 {
        site.clock.advance(TimeDelta::hours(6));
        assert!(!jobs.send_one(&mailer).await.unwrap());
    }

    assert_eq!(told.handed().len(), 2);
    let page = site.get(&administrator, "/admin").await.expect(200);
    let row = page.text("section[aria-labelledby=mails-title] tbody tr");
    assert!(row.contains("nobody@members.example"), "{row}");
    assert!(row.contains("550 no such mailbox"), "{row}");
    assert_eq!(page.count("section[aria-labelledby=mails-title] tbody tr"), 1);
    site.get(&member, "/admin").await.expect(403);
}

#[test]
fn a_real_server_that_refuses_for_good_is_told_from_one_that_is_busy() {
    let url = |sink: &Sink| url::Url::parse(&sink.url()).unwrap();
    let mail = Mail::new("nora@members.example", "Hello", "Words");
    let smtp = |url: url::Url| {
        touchstone::outside::smtp::Smtp::new(&url, "forum@touchstone.example", "The Quay").unwrap()
    };

    let busy = smtp(url(&Sink::start("451 come back later"))).send(1, &mail);
    assert!(matches!(&busy, Err(Failure::Passing(why)) if why.contains("451")), "{busy:?}");
    let refused = smtp(url(&Sink::start("550 no such mailbox"))).send(1, &mail);
    assert!(matches!(&refused, Err(Failure::Final(why)) if why.contains("no such mailbox")), "{refused:?}");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gone = smtp(url::Url::parse(&format!("smtp://{closed}")).unwrap()).send(1, &mail);
    assert!(matches!(gone, Err(Failure::Passing(_))), "{gone:?}");
    let nonsense = Mail { to: "no address".to_owned(), ..mail.clone() };
    let sink = Sink::start("250 fine");
    let refused = smtp(url(&sink)).send(1, &nonsense);
    assert!(matches!(refused, Err(Failure::Final(_))), "{refused:?}");
    smtp(url(&sink)).send(1, &mail).unwrap();
    assert_eq!(sink.taken.lock().unwrap().len(), 1);
}

#[actix_web::test]
async fn a_mail_whose_worker_died_is_due_again_after_five_minutes() {
    let site = TestSite::start();
    let told = Told::to([]);
    let (jobs, mailer) = at_work(&site, &told);
    queue(&site, "nora@members.example");
    let now = site.clock.now();
    // What a worker does first; then it dies.
    let again = now + TimeDelta::minutes(5);
    let keys = site.keys();
    let taken = site.write(move |conn| Ok(mails::take_due(conn, &keys, TRIES, now, again)?));
    assert!(taken.is_some());

    site.clock.advance(TimeDelta::minutes(5) - TimeDelta::seconds(1));
    assert!(!jobs.send_one(&mailer).await.unwrap());
    site.clock.advance(TimeDelta::seconds(1));
    assert!(jobs.send_one(&mailer).await.unwrap());

    assert_eq!(told.handed().len(), 1);
    assert_eq!(waiting(&site), 0);
}

#[actix_web::test]
async fn a_worker_that_takes_its_time_is_not_overtaken_for_five_minutes() {
    /// A mailer in whose hands time passes, while another worker looks.
    struct Meanwhile {
        jobs: Jobs,
        other: Arc<dyn Mailer>,
        seen: Mutex<Vec<bool>>,
    }
    impl Mailer for Meanwhile {
        fn send(&self, _: i64, _: &Mail) -> Result<(), Failure> {
            let look = || {
                let system = actix_web::rt::System::new();
                system.block_on(self.jobs.send_one(&self.other)).unwrap()
            };
            let first = look();
            self.jobs.clock.advance(TimeDelta::seconds(299));
            self.seen.lock().unwrap().extend([first, look()]);
            Ok(())
        }
    }
    let site = TestSite::start();
    let told = Told::to([]);
    let (other_jobs, other) = at_work(&site, &told);
    queue(&site, "nora@members.example");
    let meanwhile = Arc::new(Meanwhile { jobs: other_jobs.clone(), other, seen: Mutex::default() });
    let mailer: Arc<dyn Mailer> = Arc::clone(&meanwhile) as Arc<dyn Mailer>;

    assert!(other_jobs.send_one(&mailer).await.unwrap());

    assert_eq!(*meanwhile.seen.lock().unwrap(), [false, false]);
    assert!(told.handed().is_empty());
    assert_eq!(waiting(&site), 0);
}

#[test]
fn two_workers_send_each_mail_once() {
    const MAILS: usize = 60;
    let site = TestSite::start();
    for number in 0..MAILS {
        queue(&site, &format!("member-{number}@members.example"));
    }
    let told = Arc::new(Told { slow: Duration::from_millis(2), ..Told::default() });

    let sent: Vec<usize> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|_| {
                let mut jobs = site.forum.jobs(None);
                // As in a process of its own: nothing is shared but the database.
                jobs.db = Db::open(&site.database.url).unwrap();
                let mailer: Arc<dyn Mailer> = Arc::clone(&told) as Arc<dyn Mailer>;
                scope.spawn(move || {
                    actix_web::rt::System::new().block_on(async {
                        let (mut sent, mut idle) = (0, 0);
                        while idle < 20 {
                            if jobs.send_one(&mailer).await.unwrap() {
                                (sent, idle) = (sent + 1, 0);
                            } else {
                                idle += 1;
                                actix_web::rt::time::sleep(Duration::from_millis(5)).await;
                            }
                        }
                        sent
                    })
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });

    assert!(sent.iter().all(|sent| *sent > 0), "one did nothing: {sent:?}");
    let mut times: HashMap<i64, usize> = HashMap::new();
    for (id, _) in told.handed() {
        *times.entry(id).or_default() += 1;
    }
    assert_eq!(times.len(), MAILS);
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    assert_eq!(waiting(&site), 0);
}

#[actix_web::test]
async fn sent_mail_is_kept_in_a_demo_only() {
    for (site, kept) in [(TestSite::start(), 0), (TestSite::demo(), 1)] {
        let told = Told::to([]);
        let (jobs, mailer) = at_work(&site, &told);
        queue(&site, "nora@members.example");

        assert!(jobs.send_one(&mailer).await.unwrap());
        assert!(!jobs.send_one(&mailer).await.unwrap(), "sent once");

        let keys = site.keys();
        let left = site.read(|conn| Ok(mails::newest(conn, &keys, 9)?));
        assert_eq!(left.len(), kept);
        assert!(left.iter().all(|mail| mail.sent_at == Some(site.clock.now())));
        let outbox = site.get(&Person::visitor(), "/outbox").await;
        assert_eq!(outbox.body.contains("nora@members.example"), kept == 1);
    }
}

fn views_of(site: &TestSite) -> String {
    site.read(|conn| Ok(tables::lines(conn, "SELECT CAST(sum(views) AS TEXT) AS line FROM threads")))
        .remove(0)
}

#[actix_web::test]
async fn views_are_gathered_and_written_together() {
    let site = TestSite::start();
    site.open_board("clients");
    let (author, reader) = (site.member("ada-north"), site.member("ben-south"));
    let one = site.thread(&author, "clients", "The first thread").await;
    let other = site.thread(&author, "clients", "The second thread").await;
    let jobs = site.forum.jobs(None);
    jobs.flush().await.unwrap();
    let before = views_of(&site);

    for thread in [&one, &one, &other] {
        site.get(&reader, thread).await.expect(200);
    }
    for _ in 0..5 {
        site.get(&Person::visitor(), &one).await.expect(200);
    }
    assert_eq!(views_of(&site), before, "reading writes nothing");
    jobs.flush().await.unwrap();

    assert_eq!(before, "0");
    assert_eq!(views_of(&site), "3", "a visitor's views are not counted");
    let queries = site.db.queries();
    jobs.flush().await.unwrap();
    assert_eq!(site.db.queries(), queries, "nothing gathered, nothing asked");
}

fn counted(site: &TestSite, table: &str) -> usize {
    let query = format!("SELECT CAST(count(*) AS TEXT) AS line FROM {table}");
    site.read(|conn| Ok(tables::lines(conn, &query)))[0].parse().unwrap()
}

#[actix_web::test]
async fn what_is_over_is_swept_away_and_nothing_else() {
    let site = TestSite::start();
    site.member("ada-north");
    site.post(&Person::visitor(), "/join", &newcomer()).await.expect(303);
    let wrong = [("login", "ada-north"), ("password", "not this one")];
    site.post(&Person::visitor(), "/login", &wrong).await.expect(422);
    let jobs = site.forum.jobs(None);
    let over = |site: &TestSite| {
        (counted(site, "sessions"), counted(site, "link_tokens"), counted(site, "throttles") > 0)
    };
    jobs.sweep().await.unwrap();
    assert_eq!(over(&site), (1, 1, true), "nothing is over yet");

    site.clock.advance(TimeDelta::minutes(16));
    jobs.sweep().await.unwrap();
    assert_eq!(over(&site), (1, 1, false), "tries are forgotten after a quarter of an hour");

    site.clock.advance(TimeDelta::hours(24));
    jobs.sweep().await.unwrap();
    assert_eq!(over(&site), (1, 0, false), "a link lives for a day");

    let late = site.sign_in("ada-north");
    site.clock.advance(SESSION_IDLE - TimeDelta::minutes(1));
    jobs.sweep().await.unwrap();
    assert_eq!(over(&site), (1, 0, false), "the older session was idle for thirty days");
    site.get(&late, "/settings").await.expect(200);
    // Its use is written down with the next batch, and keeps it alive.
    jobs.flush().await.unwrap();
    site.clock.advance(TimeDelta::days(2));
    jobs.sweep().await.unwrap();
    assert_eq!(over(&site), (1, 0, false));
    site.clock.advance(SESSION_IDLE);
    jobs.sweep().await.unwrap();
    assert_eq!(over(&site), (0, 0, false));
    assert_eq!(counted(&site, "members"), 2);
}
