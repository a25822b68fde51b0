//! The room of a live call, by the real program: who gets in, what passes, and what is left.

use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest;
use tungstenite::handshake::HandshakeError;
use tungstenite::http::HeaderValue;
use tungstenite::{Error, Message, WebSocket};

use crate::support::database::postgres;
use crate::support::site::PASSWORD;
use crate::support::smtp::wait_for;
use crate::support::{Client, Installation, Program, tables};

const CALL: i64 = 1;

/// A member in the waiting room, the agent who has the call, another agent, and a stranger.
struct Scene {
    installation: Installation,
    server: Program,
    ada: Client,
    ivo: Client,
}

fn sign_in(server: &Program, handle: &str) -> Client {
    let mut client = Client::new(server);
    client.sign_in(handle, PASSWORD);
    client
}

impl Scene {
    fn new() -> Self {
        Self::with(&[])
    }

    fn with(environment: &[(&str, &str)]) -> Self {
        let installation = Installation::new();
        installation.add_member("ada-north", "Ada North", &[]);
        installation.add_member("ivo-agent", "Ivo Agent", &["--role", "verification-agent"]);
        installation.add_member("una-agent", "Una Agent", &["--role", "verification-agent"]);
        installation.add_member("sid-stranger", "Sid Stranger", &[]);
        installation.sql(
            "INSERT INTO document_cases (member_id, policy_version, state, consent_version, consent_hash, consented_at, touched_at, decided_at)
             VALUES (1, 1, 'approved', 1, 'x', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP);
             INSERT INTO calls (member_id, case_id, policy_version, state, agent_id, queued_at, made_at, waiting_at)
             VALUES (1, 1, 1, 'waiting', 2, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP);",
        );
        let server =
            Program::serve_with(&installation.data(), &installation.database.address(), &[], environment);
        let (ada, ivo) = (sign_in(&server, "ada-north"), sign_in(&server, "ivo-agent"));
        let scene = Self { installation, server, ada, ivo };
        scene.prove(2);
        scene
    }

    /// Gives an agent a second factor, which they showed in every session.
    fn prove(&self, agent: i64) {
        self.installation.sql(&format!(
            "INSERT INTO second_factors (member_id, kind, name, sealed, added_at) VALUES ({agent}, 'totp', 'App', 'x', CURRENT_TIMESTAMP);
             UPDATE sessions SET proved_at = CURRENT_TIMESTAMP, worked_at = CURRENT_TIMESTAMP WHERE member_id = {agent}",
        ));
    }

    /// The agent lets the member in.
    fn admit(&self) {
        self.installation
            .sql("UPDATE calls SET state = 'in-call', began_at = CURRENT_TIMESTAMP WHERE id = 1");
    }

    fn sit(&self, side: &'static str) -> Socket {
        let client = if side == "member" { &self.ada } else { &self.ivo };
        let mut socket = Socket::open(&self.server, client, side).unwrap();
        socket.say(&json!({"type": "hello", "ticket": ticket(client, side)}));
        assert_eq!(socket.next()["type"], "seated");
        socket
    }

    /// Both in the room, let in, and told so.
    fn talk(&self) -> (Socket, Socket) {
        self.admit();
        let (mut ada, mut ivo) = (self.sit("member"), self.sit("agent"));
        for socket in [&mut ada, &mut ivo] {
            socket.until(|told| told["type"] == "room" && told["admitted"] == true && told["other"] == true);
        }
        (ada, ivo)
    }

    fn ask(&self, query: &str) -> Vec<String> {
        tables::lines(&mut touchstone::db::Conn::open(&self.installation.database.url).unwrap(), query)
    }
}

fn tickets(side: &str) -> &'static str {
    if side == "member" { "/verification/call/room/ticket" } else { "/agent/calls/1/ticket" }
}

fn ticket(client: &Client, side: &str) -> String {
    let answer = client.post(tickets(side), &[]).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(answer["call"], CALL);
    answer["ticket"].as_str().unwrap().to_owned()
}

/// A connection as a page holds it.
struct Socket(WebSocket<TcpStream>);

impl Socket {
    fn open(server: &Program, client: &Client, side: &str) -> Result<Self, u16> {
        Self::open_from(server, client, side, Some(&server.origin))
    }

    fn open_from(server: &Program, client: &Client, side: &str, origin: Option<&str>) -> Result<Self, u16> {
        let stream = TcpStream::connect(server.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let address = format!("ws://{}/calls/{CALL}/socket?side={side}", server.address());
        let mut request = address.into_client_request().unwrap();
        let mut add = |name: &'static str, value: Option<&str>| {
            if let Some(value) = value {
                request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
            }
        };
        add("cookie", client.cookie().as_deref());
        add("origin", origin);
        match tungstenite::client(request, stream) {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(HandshakeError::Failure(Error::Http(answer))) => Err(answer.status().as_u16()),
            Err(other) => panic!("{other}"),
        }
    }

    fn say(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).unwrap();
    }

    /// The next message; nothing when the connection ends.
    fn hear(&mut self) -> Option<Value> {
        loop {
            match self.0.read() {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
                Ok(Message::Close(_)) | Err(Error::ConnectionClosed | Error::Protocol(_)) => return None,
                Ok(_) => {}
                Err(Error::Io(cause)) if cause.kind() != std::io::ErrorKind::WouldBlock => return None,
                Err(other) => panic!("{other}"),
            }
        }
    }

    fn next(&mut self) -> Value {
        self.hear().expect("a message")
    }

    /// Everything up to the first message that is meant, with it.
    fn until(&mut self, meant: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut heard = Vec::new();
        loop {
            let told = self.next();
            heard.push(told.clone());
            if meant(&told) {
                return heard;
            }
        }
    }

    /// Why the connection ended.
    fn refusal(&mut self) -> String {
        let mut why = String::new();
        while let Some(told) = self.hear() {
            if told["type"] == "refused" {
                told["why"].as_str().unwrap().clone_into(&mut why);
            }
        }
        why
    }
}

fn hello(ticket: &str) -> Value {
    json!({"type": "hello", "ticket": ticket})
}

fn chat(text: &str) -> Value {
    json!({"type": "chat", "text": text})
}

/// Shows this ticket, and answers why that was refused.
fn refused(server: &Program, client: &Client, side: &str, ticket: &str) -> String {
    let mut socket = Socket::open(server, client, side).unwrap();
    socket.say(&hello(ticket));
    let why = socket.refusal();
    assert!(!why.is_empty(), "it was let in");
    why
}

#[test]
fn a_stranger_gets_nowhere() {
    let scene = Scene::new();
    let sid = sign_in(&scene.server, "sid-stranger");
    assert_eq!(sid.post(tickets("member"), &[]).unwrap().status, 404);
    assert_eq!(sid.post(tickets("agent"), &[]).unwrap().status, 403);
    for side in ["member", "agent", "both"] {
        assert_eq!(Socket::open(&scene.server, &sid, side).err(), Some(404), "{side}");
    }
    assert_eq!(Socket::open(&scene.server, &Client::new(&scene.server), "member").err(), Some(303));
}

#[test]
fn another_agent_gets_nowhere() {
    let scene = Scene::new();
    let una = sign_in(&scene.server, "una-agent");
    scene.prove(3);
    assert_eq!(una.post(tickets("agent"), &[]).unwrap().status, 404);
    assert_eq!(Socket::open(&scene.server, &una, "agent").err(), Some(404));
    // Whoever lost the call to another is out, too.
    let mut ivo = scene.sit("agent");
    scene.installation.sql("UPDATE calls SET agent_id = 3 WHERE id = 1");
    assert!(ivo.refusal().contains("another window"));
    assert_eq!(una.post(tickets("agent"), &[]).unwrap().status, 200);
}

#[test]
fn the_members_other_session_is_refused() {
    let scene = Scene::new();
    let other = sign_in(&scene.server, "ada-north");
    // A ticket belongs to the session that asked for it.
    let stolen = ticket(&scene.ada, "member");
    assert!(refused(&scene.server, &other, "member", &stolen).contains("not good"));
    let mut ada = scene.sit("member");
    let answer = other.post(tickets("member"), &[]).unwrap();
    assert_eq!(answer.status, 409);
    assert!(answer.body.contains("in another browser"), "{}", answer.body);
    // While the connection is broken the seat is kept for its session, and once it was left it is free.
    drop(ada);
    wait_for("the broken connection", || {
        (scene.ask("SELECT CAST(COUNT(left_at) AS TEXT) AS line FROM call_seats") == ["1"]).then_some(())
    });
    assert_eq!(other.post(tickets("member"), &[]).unwrap().status, 409);
    ada = scene.sit("member");
    ada.say(&json!({"type": "bye"}));
    assert_eq!(ada.refusal(), "");
    let free = wait_for("the free seat", || {
        other.post(tickets("member"), &[]).ok().filter(|answer| answer.status == 200)
    });
    assert!(free.body.contains("ticket"));
}

#[test]
fn a_replayed_ticket_is_refused() {
    let scene = Scene::new();
    let once = ticket(&scene.ada, "member");
    let mut ada = Socket::open(&scene.server, &scene.ada, "member").unwrap();
    ada.say(&hello(&once));
    assert_eq!(ada.next()["type"], "seated");
    assert!(refused(&scene.server, &scene.ada, "member", &once).contains("not good"));
    // So is one that another took the place of, one that is over, and none.
    let (old, new) = (ticket(&scene.ada, "member"), ticket(&scene.ada, "member"));
    assert!(refused(&scene.server, &scene.ada, "member", &old).contains("not good"));
    scene.installation.sql("UPDATE call_seats SET ticket_until = (SELECT waiting_at FROM calls)");
    assert!(refused(&scene.server, &scene.ada, "member", &new).contains("not good"));
    assert!(refused(&scene.server, &scene.ada, "member", "").contains("not good"));
}

#[test]
fn a_ticket_for_the_other_side_is_refused() {
    let scene = Scene::new();
    let members = ticket(&scene.ada, "member");
    assert_eq!(Socket::open(&scene.server, &scene.ada, "agent").err(), Some(404));
    assert!(refused(&scene.server, &scene.ivo, "agent", &members).contains("not good"));
}

#[test]
fn a_call_that_is_over_has_no_room() {
    let scene = Scene::new();
    let late = ticket(&scene.ada, "member");
    let (_ada, mut ivo) = scene.talk();
    let later = ticket(&scene.ada, "member");
    ivo.say(&chat("Good bye"));
    scene.installation.sql("UPDATE calls SET state = 'aborted', ended_at = CURRENT_TIMESTAMP WHERE id = 1");
    let told = ivo.until(|told| told["type"] == "over");
    assert_eq!(told.last().unwrap()["aborted"], true);
    for ticket in [late, later] {
        assert!(refused(&scene.server, &scene.ada, "member", &ticket).contains("over"));
    }
    assert_eq!(scene.ivo.post(tickets("agent"), &[]).unwrap().status, 422);
    assert_eq!(scene.ada.post(tickets("member"), &[]).unwrap().status, 404, "there is no call");
    wait_for("the cleared room", || {
        let left = scene.ask(
            "SELECT CAST((SELECT COUNT(*) FROM call_seats) + (SELECT COUNT(*) FROM call_signals) AS TEXT) AS line",
        );
        (left == ["0"]).then_some(())
    });
}

#[test]
fn a_page_of_another_site_cannot_open_the_socket() {
    let scene = Scene::new();
    for origin in [None, Some("https://evil.example"), Some("null")] {
        assert_eq!(Socket::open_from(&scene.server, &scene.ada, "member", origin).err(), Some(403));
    }
}

#[test]
fn the_first_message_is_the_ticket() {
    let scene = Scene::new();
    for first in [chat("Hello"), json!({"type": "ping", "linked": true}), json!(7)] {
        let mut socket = Socket::open(&scene.server, &scene.ada, "member").unwrap();
        socket.say(&first);
        assert!(socket.refusal().contains("ticket"), "{first}");
    }
}

#[test]
fn nothing_passes_before_the_agent_lets_the_member_in() {
    let scene = Scene::new();
    let (mut ada, mut ivo) = (scene.sit("member"), scene.sit("agent"));
    assert_eq!(ada.next(), json!({"type": "room", "admitted": false, "other": false}));
    assert_eq!(ada.next(), json!({"type": "room", "admitted": false, "other": true}));
    ada.say(&chat("Hello?"));
    assert!(ada.refusal().contains("waiting room"));
    scene.admit();
    let heard = ivo.until(|told| told["admitted"] == true);
    assert!(heard.iter().all(|told| told["type"] == "room"), "{heard:?}");
    assert_eq!(scene.ask("SELECT CAST(COUNT(*) AS TEXT) AS line FROM call_signals"), ["0"]);
}

#[test]
fn what_one_says_arrives_once_and_in_order_also_after_a_break() {
    let scene = Scene::new();
    let (mut ada, mut ivo) = scene.talk();
    let offer = json!({"type": "offer", "sdp": "v=0", "from": "a1", "to": null});
    ada.say(&offer);
    for number in 0..8 {
        ada.say(&chat(&number.to_string()));
    }
    assert_eq!(ivo.next(), offer);
    for number in 0..8 {
        assert_eq!(ivo.next(), chat(&number.to_string()));
    }
    // Both see that one side broke off; what is said meanwhile waits for it.
    drop(ivo);
    ada.until(|told| told["type"] == "room" && told["other"] == false);
    ada.say(&chat("Are you there?"));
    let mut ivo = scene.sit("agent");
    let heard = ivo.until(|told| told["type"] == "chat");
    assert_eq!(heard.iter().filter(|told| told["type"] == "chat").count(), 1);
    ada.until(|told| told["type"] == "room" && told["other"] == true);
    ivo.say(&chat("Again"));
    assert_eq!(ada.next(), chat("Again"));
    wait_for("nothing kept", || {
        (scene.ask("SELECT CAST(COUNT(*) AS TEXT) AS line FROM call_signals") == ["0"]).then_some(())
    });
}

#[test]
fn words_lie_sealed_while_they_wait() {
    let scene = Scene::new();
    let (mut ada, ivo) = scene.talk();
    drop(ivo);
    ada.until(|told| told["type"] == "room" && told["other"] == false);
    ada.say(&chat("SLATE-AND-GOLD"));
    wait_for("the words", || {
        (scene.ask("SELECT CAST(COUNT(*) AS TEXT) AS line FROM call_signals") == ["1"]).then_some(())
    });
    for entry in std::fs::read_dir(scene.installation.data()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            assert!(!bytes.windows(14).any(|part| part == b"SLATE-AND-GOLD"), "{}", path.display());
        }
    }
    assert!(!scene.server.log().contains("SLATE-AND-GOLD"));
}

#[test]
fn a_session_takes_its_own_seat_over() {
    let scene = Scene::new();
    let (mut before, mut ivo) = scene.talk();
    let mut ada = scene.sit("member");
    assert!(before.refusal().contains("another window"));
    ivo.say(&chat("Still there?"));
    let heard = ada.until(|told| told["type"] == "chat");
    assert_eq!(*heard.last().unwrap(), chat("Still there?"));
}

#[test]
fn messages_that_break_a_rule_end_the_connection() {
    let scene = Scene::new();
    for (wrong, why) in [
        (json!({"type": "shout"}).to_string(), "no message of a call"),
        (json!({"type": "chat", "text": "x", "html": "<b>"}).to_string(), "no message of a call"),
        (chat(&"x".repeat(2_001)).to_string(), "more than fits"),
        (hello("again").to_string(), "already"),
    ] {
        let (mut ada, _ivo) = scene.talk();
        ada.0.send(Message::text(wrong)).unwrap();
        assert!(ada.refusal().contains(why), "{why}");
    }
    let (mut ada, mut ivo) = scene.talk();
    ada.0.send(Message::binary(vec![1, 2, 3])).unwrap();
    assert!(ada.refusal().contains("Nothing but words"));
    for number in 0..40 {
        ivo.say(&chat(&number.to_string()));
    }
    assert!(ivo.refusal().contains("too much"));
    let (mut ada, mut ivo) = scene.talk();
    // It may be cut off before it is sent whole.
    let _ = ada.0.send(Message::text(chat(&"x".repeat(70_000)).to_string()));
    ivo.until(|told| told["type"] == "room" && told["other"] == false);
}

#[test]
fn the_two_are_together_while_both_see_each_other() {
    let scene = Scene::new();
    let (mut ada, mut ivo) = scene.talk();
    let together = || scene.ask("SELECT CAST(COUNT(together_at) AS TEXT) AS line FROM calls") == ["1"];
    for (socket, linked) in [(&mut ada, true), (&mut ivo, false)] {
        socket.say(&json!({"type": "ping", "linked": linked}));
        socket.until(|told| told["type"] == "pong");
    }
    assert!(!together(), "one of them sees nothing");
    ivo.say(&json!({"type": "ping", "linked": true}));
    ivo.until(|told| told["type"] == "pong");
    assert!(together());
}

#[test]
fn a_relay_is_given_to_whoever_sits_down_and_to_nobody_else() {
    let secret = "a-secret-of-two";
    let scene = Scene::with(&[
        ("TOUCHSTONE_STUN", "stun:127.0.0.1:3478"),
        ("TOUCHSTONE_TURN", "turn:127.0.0.1:3478"),
        ("TOUCHSTONE_TURN_SECRET", secret),
    ]);
    let sid = sign_in(&scene.server, "sid-stranger");
    let servers = sid.post("/verification/call/test/servers", &[]).unwrap().body;
    assert!(servers.contains("stun:") && !servers.contains("credential"), "{servers}");
    let mut ada = Socket::open(&scene.server, &scene.ada, "member").unwrap();
    ada.say(&hello(&ticket(&scene.ada, "member")));
    let seated = ada.next();
    let relay = &seated["ice"][1];
    assert_eq!(relay["urls"], json!(["turn:127.0.0.1:3478"]));
    let username = relay["username"].as_str().unwrap();
    assert!(username.split_once(':').unwrap().0.parse::<i64>().is_ok(), "{username}");
    assert!(relay["credential"].as_str().is_some_and(|credential| credential.len() == 28));
    assert!(!seated.to_string().contains(secret) && !scene.server.log().contains(secret));
}

#[test]
fn only_the_pages_of_a_call_may_ask_for_camera_and_microphone() {
    let scene = Scene::new();
    let of = |path: &str| {
        let answer = ureq::get(format!("{}{path}", scene.server.origin))
            .header("cookie", scene.ada.cookie().unwrap())
            .call()
            .unwrap();
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        (header("permissions-policy"), header("content-security-policy"), header("cache-control"))
    };
    for path in ["/verification/call/room", "/verification/call/test"] {
        let (permissions, policy, cache) = of(path);
        assert_eq!(permissions, "camera=(self), microphone=(self), geolocation=()", "{path}");
        let own = format!("connect-src 'self' ws://{};", scene.server.address());
        assert!(policy.contains(&own) && policy.contains("script-src 'self';"), "{policy}");
        assert_eq!(cache, "no-store");
    }
    let (permissions, policy, _) = of("/verification");
    assert_eq!(permissions, "camera=(), microphone=(), geolocation=()");
    assert!(policy.contains("connect-src 'self';"), "{policy}");
}

#[test]
fn the_program_ends_at_once_though_a_call_is_open() {
    let scene = Scene::new();
    let (mut ada, _ivo) = scene.talk();
    scene.server.ask_to_end();
    assert_eq!(ada.refusal(), "");
    assert!(scene.server.ended().success());
}

/// SQLite belongs to one process.
#[test]
fn the_member_on_one_process_talks_to_the_agent_on_another() {
    if postgres().is_none() {
        return;
    }
    let scene = Scene::new();
    let other = scene.installation.serve();
    scene.admit();
    let mut ada = scene.sit("member");
    let ivo = Client::new(&other).with_cookie(scene.ivo.cookie());
    let mut agent = Socket::open(&other, &ivo, "agent").unwrap();
    agent.say(&hello(&ticket(&ivo, "agent")));
    for socket in [&mut ada, &mut agent] {
        socket.until(|told| told["type"] == "room" && told["other"] == true);
    }
    for number in 0..8 {
        ada.say(&chat(&number.to_string()));
        agent.say(&chat(&(number + 100).to_string()));
    }
    for number in 0..8 {
        assert_eq!(agent.next(), chat(&number.to_string()));
        assert_eq!(ada.next(), chat(&(number + 100).to_string()));
    }
    other.kill();
    ada.until(|told| told["type"] == "room" && told["other"] == false);
    let mut agent = scene.sit("agent");
    ada.say(&chat("Here again"));
    // What the killed process had handed over a moment before may come once more, ahead of it.
    agent.until(|told| *told == chat("Here again"));
}
