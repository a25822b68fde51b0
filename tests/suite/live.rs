//! New answers in a thread that somebody has open, by the real program.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::database::postgres;
use crate::support::site::PASSWORD;
use crate::support::smtp::wait_for;
use crate::support::{Client, Installation, Program};

/// A connection that is told of new answers.
struct Live {
    lines: BufReader<TcpStream>,
    status: u16,
    head: String,
}

impl Live {
    fn open(server: &Program, path: &str, cookie: Option<&str>) -> Self {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let cookie = cookie.map_or_else(String::new, |cookie| format!("Cookie: {cookie}\r\n"));
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\n{cookie}\r\n", server.address()).unwrap();
        let mut lines = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(lines.read_line(&mut head).unwrap() > 0, "{head}");
        }
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { lines, status, head: head.to_lowercase() }
    }

    /// The next number that is told, or nothing when the connection ends.
    fn next(&mut self) -> Option<i64> {
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if let Some(data) = line.strip_prefix("data: ") {
                let last = data.trim().strip_prefix("{\"last\": ").unwrap().strip_suffix('}').unwrap();
                return Some(last.parse().unwrap());
            }
        }
    }
}

struct Place {
    installation: Installation,
    server: Program,
    thread: String,
    cookie: String,
}

impl Place {
    fn new() -> Self {
        let installation = Installation::new();
        installation.add_member("ada-north", "Ada North", &[]);
        installation.sql(
            "INSERT INTO boards (slug, title, about, position, read_rule, write_rule) VALUES ('craft', 'Craft', '', 1, 'anyone', 'members'), ('inner', 'Inner', '', 2, 'members', 'members')",
        );
        let server = installation.serve();
        let mut client = Client::new(&server);
        client.sign_in("ada-north", PASSWORD);
        let thread = start(&client, "craft");
        let cookie = client.cookie().unwrap();
        Self { installation, server, thread, cookie }
    }

    fn client(&self) -> Client {
        Client::new(&self.server).with_cookie(Some(self.cookie.clone()))
    }

    fn live(&self) -> String {
        format!("{}/live", self.thread)
    }
}

fn start(client: &Client, board: &str) -> String {
    let fields = [("title", "Counting things"), ("body", "The first words.")];
    client.post(&format!("/b/{board}/threads"), &fields).unwrap().location.unwrap()
}

fn reply(client: &Client, thread: &str) {
    let number = thread.split('/').nth(2).unwrap();
    let answer = client.post(&format!("/t/{number}/replies"), &[("body", "Well.")]).unwrap();
    assert_eq!(answer.status, 303, "{}", answer.body);
}

#[test]
fn an_open_thread_is_told_of_each_answer_within_a_moment() {
    let place = Place::new();
    let mut live = Live::open(&place.server, &place.live(), None);
    assert_eq!(live.status, 200);
    assert!(live.head.contains("content-type: text/event-stream"), "{}", live.head);
    assert!(
        live.head.contains("cache-control: no-store") && !live.head.contains("set-cookie"),
        "{}",
        live.head
    );
    assert_eq!(live.next(), Some(1), "what is known is told at once");

    for number in 2..4 {
        let sent = Instant::now();
        reply(&place.client(), &place.thread);
        assert_eq!(live.next(), Some(number));
        assert!(sent.elapsed() < Duration::from_secs(10), "{:?}", sent.elapsed());
    }

    // An answer that another process took is told too; SQLite belongs to one process.
    if postgres().is_some() {
        let other = place.installation.serve();
        let client = Client::new(&other).with_cookie(Some(place.cookie.clone()));
        reply(&client, &place.thread);
        assert_eq!(live.next(), Some(4));
    }
}

#[test]
fn only_whoever_may_read_a_thread_is_told_of_it() {
    let place = Place::new();
    let closed = format!("{}/live", start(&place.client(), "inner"));
    assert_eq!(Live::open(&place.server, &closed, None).status, 404);
    assert_eq!(Live::open(&place.server, &closed, Some(&place.cookie)).next(), Some(1));
    assert_eq!(Live::open(&place.server, "/t/999999/x/live", None).status, 404);
    let number = place.thread.split('/').nth(2).unwrap();
    place.installation.sql(&format!("UPDATE threads SET audience = 32 WHERE id = {number}"));
    assert_eq!(Live::open(&place.server, &place.live(), Some(&place.cookie)).status, 404);
}

#[test]
fn one_address_has_twenty_and_those_that_leave_make_room() {
    let place = Place::new();
    let mut open: Vec<Live> = (0..20).map(|_| Live::open(&place.server, &place.live(), None)).collect();
    assert!(open.iter().all(|live| live.status == 200));
    assert_eq!(Live::open(&place.server, &place.live(), None).status, 429);
    assert_eq!(place.client().get("/").unwrap().status, 200, "pages are there for everybody");
    open.truncate(10);
    let mut again = wait_for("room", || {
        let live = Live::open(&place.server, &place.live(), None);
        (live.status == 200).then_some(live)
    });
    assert_eq!(again.next(), Some(1));
}

#[test]
fn the_program_ends_at_once_though_threads_are_open() {
    let place = Place::new();
    let mut live = Live::open(&place.server, &place.live(), None);
    assert_eq!(live.next(), Some(1));
    let asked = Instant::now();
    let Place { server, .. } = place;
    assert!(server.terminate().success());
    assert!(asked.elapsed() < Duration::from_secs(8), "{:?}", asked.elapsed());
    assert_eq!(live.next(), None);
}
