//! The program is killed between a reply and its mail, and started again: the mail leaves once.

use std::sync::atomic::Ordering;
use std::time::Duration;

use touchstone::db::Conn;

use crate::support::site::PASSWORD;
use crate::support::smtp::{Sink, wait_for};
use crate::support::{Client, Installation, Program, tables};

struct Place {
    installation: Installation,
    sink: Sink,
}

impl Place {
    fn new() -> Self {
        let installation = Installation::new();
        installation.add_member("ada-north", "Ada North", &[]);
        // Nobody counts how fast staff write.
        installation.add_member("ben-south", "Ben South", &["--role", "community-manager"]);
        installation.sql(
            "INSERT INTO boards (slug, title, about, position, read_rule, write_rule) VALUES ('craft', 'Craft', '', 1, 'anyone', 'members')",
        );
        Self { installation, sink: Sink::start("250 fine") }
    }

    fn serve(&self) -> Program {
        let environment = [
            ("TOUCHSTONE_SMTP_URL", self.sink.url()),
            ("TOUCHSTONE_MAIL_FROM", "forum@touchstone.example".to_owned()),
        ];
        let environment = environment.each_ref().map(|(name, value)| (*name, value.as_str()));
        let database = self.installation.database.address();
        Program::serve_with(&self.installation.data(), &database, &[], &environment)
    }

    fn lines(&self, query: &str) -> Vec<String> {
        tables::lines(&mut Conn::open(&self.installation.database.url).unwrap(), query)
    }

    /// Nothing is left to be told or sent.
    fn settle(&self) {
        wait_for("the outbox and the queue to empty", || {
            let mut conn = Conn::open(&self.installation.database.url).unwrap();
            let events = tables::lines(&mut conn, "SELECT CAST(count(*) AS TEXT) AS line FROM outbox_events");
            let mails = tables::lines(&mut conn, "SELECT CAST(count(*) AS TEXT) AS line FROM mails");
            (events == ["0"] && mails == ["0"]).then_some(())
        });
    }

    /// How often the mail about the post with these words was taken.
    fn taken(&self, words: &str) -> usize {
        self.sink.taken().iter().filter(|mail| mail.words().contains(words)).count()
    }
}

fn signed_in(server: &Program, handle: &str) -> Client {
    let mut client = Client::new(server);
    client.sign_in(handle, PASSWORD);
    client
}

fn start_thread(client: &Client) -> String {
    let fields = [("title", "Counting things"), ("body", "The first words.")];
    let answer = client.post("/b/craft/threads", &fields).unwrap();
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.location.unwrap().split('/').nth(2).unwrap().to_owned()
}

fn reply(client: &Client, thread: &str, words: &str) {
    let answer = client.post(&format!("/t/{thread}/replies"), &[("body", words)]).unwrap();
    assert_eq!(answer.status, 303, "{}", answer.body);
}

#[test]
fn a_reply_whose_program_is_killed_leads_to_one_mail() {
    let place = Place::new();
    let mut server = place.serve();
    let thread = start_thread(&signed_in(&server, "ada-north"));
    let ben = signed_in(&server, "ben-south").cookie();
    // At once, and at moments at which a worker may be anywhere between the event and the mail.
    for (round, wait) in [0_u64, 3, 20, 150, 600, 900, 990, 1_010, 1_050].into_iter().enumerate() {
        let words = format!("Words of round {round}.");
        reply(&Client::new(&server).with_cookie(ben.clone()), &thread, &words);
        std::thread::sleep(Duration::from_millis(wait));
        server.kill();
        // Whoever took the mail and died is not waited for: five minutes have passed.
        place.installation.sql("UPDATE mails SET due_at = queued_at");
        server = place.serve();
        place.settle();
        let query = "SELECT CAST(count(*) AS TEXT) AS line FROM notifications";
        assert_eq!(place.lines(query), [(round + 1).to_string()], "killed after {wait} ms");
    }
    for round in 0..9 {
        let taken = place.taken(&format!("Words of round {round}."));
        // A server that took the mail but could not say so to a program that was gone gets it again, under the
        // same id. No other moment sends it twice, and none loses it.
        let words = format!("Words of round {round}.");
        let mut ids: Vec<String> = place
            .sink
            .taken()
            .iter()
            .filter(|mail| mail.words().contains(&words))
            .map(|mail| mail.head("Message-ID").unwrap().to_owned())
            .collect();
        ids.dedup();
        assert!(taken >= 1 && ids.len() == 1, "round {round}: {taken} times, {ids:?}");
    }
    assert_eq!(
        place.lines(
            "SELECT CAST(unread_notifications AS TEXT) AS line FROM members WHERE handle = 'ada-north'"
        ),
        ["9"]
    );
}

#[test]
fn a_mail_in_the_hands_of_a_program_that_is_killed_leaves_once() {
    let place = Place::new();
    let server = place.serve();
    let thread = start_thread(&signed_in(&server, "ada-north"));
    place.sink.hangs.store(true, Ordering::SeqCst);
    reply(&signed_in(&server, "ben-south"), &thread, "Words in the air.");
    let hanging = wait_for("the mail", || place.sink.unanswered.lock().unwrap().first().cloned());
    server.kill();
    assert!(place.sink.taken().is_empty());

    place.sink.hangs.store(false, Ordering::SeqCst);
    let server = place.serve();
    std::thread::sleep(Duration::from_secs(1));
    assert!(place.sink.taken().is_empty(), "another program might still be at it");
    server.kill();
    // Five minutes later it is not.
    place.installation.sql("UPDATE mails SET due_at = queued_at");
    let _server = place.serve();
    place.settle();
    assert_eq!(place.taken("Words in the air."), 1);
    assert_eq!(place.sink.taken()[0].head("Message-ID"), hanging.head("Message-ID"), "it is the same mail");
}

#[test]
fn a_mail_server_that_is_gone_holds_nothing_else_up() {
    let place = Place::new();
    let server = place.serve();
    let thread = start_thread(&signed_in(&server, "ada-north"));
    place.sink.hangs.store(true, Ordering::SeqCst);
    let ben = signed_in(&server, "ben-south");
    for words in ["One.", "Two.", "Three."] {
        reply(&ben, &thread, words);
    }
    let query = "SELECT CAST(unread_notifications AS TEXT) AS line FROM members WHERE handle = 'ada-north'";
    wait_for("the notifications", || (place.lines(query) == ["3"]).then_some(()));
    assert!(place.sink.taken().is_empty());
}
