//! The real program: how it starts, ends and is looked after, and what it keeps under fire.

use std::collections::{BTreeMap, HashSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use touchstone::db::DatabaseUrl;

use crate::support::database::postgres;
use crate::support::program::{command, complained, run, said};
use crate::support::site::{PASSWORD, replies};
use crate::support::{Client, Installation, Page, Program};

const MEMBERS: [(&str, &str); 8] = [
    ("amara-osei", "Amara Osei"),
    ("bela-horvath", "Bela Horvath"),
    ("chiara-conti", "Chiara Conti"),
    ("dmitri-volkov", "Dmitri Volkov"),
    ("esther-mbeki", "Esther Mbeki"),
    ("farid-haddad", "Farid Haddad"),
    ("greta-lindqvist", "Greta Lindqvist"),
    ("hiro-tanaka", "Hiro Tanaka"),
];

/// A community with one thread: the sessions of its members, and the thread's address.
struct Community {
    cookies: Vec<Option<String>>,
    thread: String,
}

/// Fills a running forum: the first member is its administrator and starts the thread.
fn settle(place: &Installation, server: &Program, members: usize) -> Community {
    for (index, (handle, name)) in MEMBERS.iter().take(members).enumerate() {
        let role: &[&str] = if index == 0 { &["--role", "administrator"] } else { &[] };
        place.add_member(handle, name, role);
    }
    let mut cookies = Vec::new();
    for (handle, _) in MEMBERS.iter().take(members) {
        let mut client = Client::new(server);
        client.sign_in(handle, PASSWORD);
        cookies.push(client.cookie());
    }
    let administrator = Client::new(server).with_cookie(cookies[0].clone());
    let board = [
        ("title", "Clients"),
        ("slug", "clients"),
        ("about", ""),
        ("parent", ""),
        ("position", "1"),
        ("read", "anyone"),
        ("write", "members"),
    ];
    let answer = administrator.post("/admin/boards", &board).unwrap();
    assert_eq!(answer.status, 303, "{}", answer.body);
    // Whoever was just added is a newcomer, whom the limits would slow down.
    let limits = [
        ("newcomer_posts", "0"),
        ("newcomer_hours", "0"),
        ("in_half_a_minute", "5"),
        ("in_ten_minutes", "15"),
        ("in_an_hour", "50"),
        ("newcomer_links", "2"),
        ("links", "10"),
    ];
    let answer = administrator.post("/admin/limits", &limits).unwrap();
    assert_eq!(answer.status, 303, "{}", answer.body);
    let words = [("title", "A thread under fire"), ("body", "The first words.")];
    let answer = administrator.post("/b/clients/threads", &words).unwrap();
    assert_eq!(answer.status, 303, "{}", answer.body);
    Community { cookies, thread: answer.location.unwrap() }
}

/// As many servers over one database as it is made for: one over SQLite, two over PostgreSQL.
fn serve(place: &Installation) -> Vec<Program> {
    let many = if postgres().is_some() { 2 } else { 1 };
    (0..many).map(|_| place.serve()).collect()
}

/// Number and words of each post of a thread, page by page.
fn read_thread(server: &Program, thread: &str) -> Vec<(i64, String)> {
    let client = Client::new(server);
    let mut posts = Vec::new();
    for number in 1.. {
        let path = if number == 1 { thread.to_owned() } else { format!("{thread}?page={number}") };
        let answer = client.get(&path).unwrap();
        if answer.status != 200 {
            break;
        }
        let page = Page { status: StatusCode::OK, headers: Vec::new(), body: answer.body, bytes: Vec::new() };
        let numbers = page.attributes("article", "data-number");
        let words = page.texts("article .post-body");
        assert_eq!(numbers.len(), words.len());
        posts.extend(numbers.iter().map(|number| number.parse().unwrap()).zip(words));
    }
    posts
}

fn assert_well(place: &Installation) {
    let output = place.run(&["doctor"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", said(&output), complained(&output));
}

/// A thread's numbers are 1..N, once each.
fn assert_counted(posts: &[(i64, String)]) {
    let numbers: Vec<i64> = posts.iter().map(|(number, _)| *number).collect();
    let expected: Vec<i64> = (1..).take(numbers.len()).collect();
    assert_eq!(numbers, expected);
}

#[test]
fn sixty_four_clients_who_reply_at_once_get_a_number_each() {
    const CLIENTS: usize = 64;
    const EACH: usize = 5;
    let place = Installation::new();
    let servers = serve(&place);
    let community = settle(&place, &servers[0], MEMBERS.len());
    let (path, start) = (replies(&community.thread), Barrier::new(CLIENTS));

    let answered: Vec<(String, String)> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let cookie = &community.cookies[client % MEMBERS.len()];
                let browsers: Vec<Client> =
                    servers.iter().map(|server| Client::new(server).with_cookie(cookie.clone())).collect();
                let (path, start) = (&path, &start);
                scope.spawn(move || {
                    start.wait();
                    let send = |turn: usize| {
                        let body = format!("Reply {turn} of client {client}");
                        let browser = &browsers[(client + turn) % browsers.len()];
                        let answer = browser.post(path, &[("body", &body)]).unwrap();
                        assert_eq!(answer.status, 303, "{}", answer.body);
                        (body, answer.location.unwrap())
                    };
                    (0..EACH).map(send).collect::<Vec<_>>()
                })
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });

    assert_eq!(answered.len(), CLIENTS * EACH);
    for server in &servers {
        let posts = read_thread(server, &community.thread);
        assert_eq!(posts.len(), 1 + CLIENTS * EACH);
        assert_counted(&posts);
        let by_number: BTreeMap<i64, &str> =
            posts.iter().map(|(number, words)| (*number, words.as_str())).collect();
        for (body, location) in &answered {
            // Whoever was answered stands where the answer said.
            let number = location.rsplit('/').next().unwrap().parse().unwrap();
            assert_eq!(by_number[&number], body, "{location}");
        }
    }
    assert_well(&place);
}

#[test]
fn every_answered_reply_is_there_after_a_power_cut() {
    const CLIENTS: usize = 64;
    let place = Installation::new();
    let servers = serve(&place);
    let community = settle(&place, &servers[0], MEMBERS.len());
    let (path, count) = (replies(&community.thread), AtomicUsize::new(0));

    let answered: Vec<String> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let cookie = community.cookies[client % MEMBERS.len()].clone();
                let browser = Client::new(&servers[client % servers.len()]).with_cookie(cookie);
                let (path, count) = (&path, &count);
                scope.spawn(move || {
                    let mut answered = Vec::new();
                    for turn in 0.. {
                        let body = format!("Reply {turn} of client {client}");
                        match browser.post(path, &[("body", &body)]) {
                            Ok(answer) => {
                                assert_eq!(answer.status, 303, "{}", answer.body);
                                answered.push(body);
                                count.fetch_add(1, Ordering::Relaxed);
                            }
                            Err(_) => break,
                        }
                    }
                    answered
                })
            })
            .collect();
        let patience = Instant::now() + Duration::from_mins(1);
        while count.load(Ordering::Relaxed) < 300 && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(5));
        }
        for server in servers {
            server.kill();
        }
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });

    assert!(answered.len() >= 300, "{} replies only", answered.len());
    assert_well(&place);
    let server = place.serve();
    let posts = read_thread(&server, &community.thread);
    assert_counted(&posts);
    let there: HashSet<&str> = posts.iter().map(|(_, words)| words.as_str()).collect();
    assert_eq!(there.len(), posts.len(), "a reply is there twice");
    let lost: Vec<&String> = answered.iter().filter(|body| !there.contains(body.as_str())).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

#[test]
fn a_form_sent_twice_at_once_makes_one_post_and_both_get_its_address() {
    let place = Installation::new();
    let servers = serve(&place);
    let community = settle(&place, &servers[0], 1);
    let path = replies(&community.thread);

    for round in 0..20 {
        let (request_id, body) = (format!("request-{round}"), format!("Round {round}"));
        let start = Barrier::new(2);
        let answers: Vec<(u16, Option<String>)> = std::thread::scope(|scope| {
            let clicks: Vec<_> = [servers.first(), servers.last()]
                .into_iter()
                .map(|server| {
                    let browser = Client::new(server.unwrap()).with_cookie(community.cookies[0].clone());
                    let fields = [("body", body.as_str()), ("request_id", &request_id)];
                    let (path, start) = (&path, &start);
                    scope.spawn(move || {
                        start.wait();
                        let answer = browser.post(path, &fields).unwrap();
                        (answer.status, answer.location)
                    })
                })
                .collect();
            clicks.into_iter().map(|click| click.join().unwrap()).collect()
        });
        assert_eq!(answers[0].0, 303);
        assert_eq!(answers[0], answers[1], "round {round}");
    }

    let posts = read_thread(&servers[0], &community.thread);
    assert_counted(&posts);
    assert_eq!(posts.len(), 21);
    assert_well(&place);
}

#[test]
fn a_member_from_the_command_line_signs_in_at_the_running_server() {
    let place = Installation::new();
    let server = place.serve();

    place.add_member("maria-k", "Maria K", &["--role", "administrator", "--tier", "top-rated"]);

    let mut client = Client::new(&server);
    let wrong = client.post("/login", &[("login", "maria-k"), ("password", "not this one")]).unwrap();
    assert_eq!(wrong.status, 422);
    assert!(wrong.cookie.is_none());
    client.sign_in("maria-k", PASSWORD);
    assert_eq!(client.get("/admin").unwrap().status, 200);
    let profile = client.get("/u/maria-k").unwrap();
    assert!(profile.body.contains(r#"data-tier="top-rated""#));
}

#[test]
fn a_member_who_cannot_be_added_is_refused_in_one_line() {
    let place = Installation::new();
    place.add_member("maria-k", "Maria K", &[]);
    let add = |handle: &str, email: &str, more: &[&str], password: &str| {
        let mut adding = place.command(&["member", "add", "--handle", handle, "--name", "Someone Else"]);
        adding.args(["--email", email]).args(more);
        let output = run(adding, password);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        let complaint = complained(&output);
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        complaint
    };

    let taken = add("maria-k", "new@example.org", &[], PASSWORD);
    assert_eq!(taken, "touchstone: The handle maria-k is taken.\n");
    let taken = add("someone", "MARIA-K@example.org", &[], PASSWORD);
    assert!(taken.contains("belongs to a member already"), "{taken}");
    let short = add("someone", "new@example.org", &[], "short");
    assert!(short.starts_with("touchstone: password: "), "{short}");
    let none = add("someone", "new@example.org", &[], "");
    assert_eq!(none, "touchstone: give the password on standard input\n");
    let role = add("someone", "new@example.org", &["--role", "king"], PASSWORD);
    assert!(role.starts_with("touchstone: --role: \"king\" is no role. There are moderator"), "{role}");
    let tier = add("someone", "new@example.org", &["--tier", "gold"], PASSWORD);
    assert!(tier.starts_with("touchstone: --tier: \"gold\" is no tier. There are rising-talent"), "{tier}");
}

/// The token of the one-time link that a server printed.
fn first_link(server: &Program) -> Option<String> {
    let line = server.greeting.iter().find(|line| line.contains("/join?first="))?;
    assert!(line.trim().starts_with(&server.origin), "{line}");
    Some(line.split("first=").nth(1).unwrap().to_owned())
}

#[test]
fn the_first_start_prints_a_link_that_makes_one_administrator_once() {
    let place = Installation::new();
    let server = place.serve();
    let unused = first_link(&server).unwrap();
    assert!(server.terminate().success());
    let server = place.serve();
    let token = first_link(&server).unwrap();
    assert_ne!(token, unused);
    let visitor = Client::new(&server);
    assert_eq!(
        visitor.get(&format!("/join?first={unused}")).unwrap().status,
        403,
        "a newer link was printed"
    );
    assert_eq!(visitor.get(&format!("/join?first={token}")).unwrap().status, 200);

    let join = |handle: &str, name: &str| {
        let email = format!("{handle}@example.org");
        let fields = [
            ("handle", handle),
            ("name", name),
            ("email", &email),
            ("password", PASSWORD),
            ("first", &token),
        ];
        visitor.post("/join", &fields).unwrap()
    };
    let answer = join("amara-osei", "Amara Osei");
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(answer.location.as_deref(), Some("/login?joined=first"));
    let mut administrator = Client::new(&server);
    administrator.sign_in("amara-osei", PASSWORD);
    assert_eq!(administrator.get("/admin").unwrap().status, 200);

    assert_eq!(visitor.get(&format!("/join?first={token}")).unwrap().status, 403);
    assert_ne!(join("bela-horvath", "Bela Horvath").status, 303);
    assert_eq!(administrator.get("/u/bela-horvath").unwrap().status, 404);
    drop(server);
    assert_eq!(first_link(&place.serve()), None);
}

#[test]
fn a_demo_does_not_touch_a_real_community() {
    let place = Installation::new();
    place.add_member("maria-k", "Maria K", &[]);

    let output = place.run(&["serve", "--demo"]);

    assert_eq!(output.status.code(), Some(1));
    let complaint = complained(&output);
    assert!(
        complaint.starts_with("touchstone: --demo needs an empty database, and ")
            && complaint.ends_with("holds a community; name another with --data or --database\n"),
        "{complaint}"
    );
    let server = place.serve();
    assert_eq!(Client::new(&server).get("/u/maria-k").unwrap().status, 200);
    assert_eq!(Client::new(&server).get("/demo").unwrap().status, 404);
    assert_eq!(Client::new(&server).get("/outbox").unwrap().status, 404);
}

#[test]
fn told_to_stop_the_server_finishes_what_was_begun() {
    let place = Installation::new();
    let server = place.serve();
    let community = settle(&place, &server, 1);
    let body = "body=Sent+in+two+parts";
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        replies(&community.thread),
        server.address(),
        community.cookies[0].as_deref().unwrap(),
        body.len(),
    );
    let mut slow = TcpStream::connect(server.address()).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    slow.write_all(head.as_bytes()).unwrap();
    slow.write_all(&body.as_bytes()[..8]).unwrap();
    // The server must have begun to read before it is told to stop.
    std::thread::sleep(Duration::from_millis(500));

    server.ask_to_end();
    let patience = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(server.address()).is_ok() {
        assert!(Instant::now() < patience, "new requests are still taken");
        std::thread::sleep(Duration::from_millis(20));
    }
    // A client may take its time: a server that waits for a second only would hang up on it.
    std::thread::sleep(Duration::from_secs(3));
    slow.write_all(&body.as_bytes()[8..]).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();

    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    assert_eq!(server.ended().code(), Some(0));
    let server = place.serve();
    let posts = read_thread(&server, &community.thread);
    assert_eq!(posts[1], (2, "Sent in two parts".to_owned()));
}

#[test]
fn logs_are_json_with_the_request_id_that_the_answer_names() {
    let place = Installation::new();
    let server = place.serve();

    let answer = Client::new(&server).get("/badges").unwrap();
    let other = Client::new(&server).get("/no-such-page").unwrap();

    let (id, other) = (answer.request_id.unwrap(), other.request_id.unwrap());
    assert_ne!(id, other);
    let line = |id: &str| {
        let log = server.log();
        let mut found = log.lines().filter(|line| line.contains(id));
        let line = found.next().unwrap_or_else(|| panic!("no {id} in {log}"));
        serde_json::from_str::<serde_json::Value>(line).unwrap()
    };
    let found = line(&id);
    assert_eq!(found["message"], "answered");
    assert_eq!(found["status"], 200);
    assert_eq!(found["span"]["id"], id.as_str());
    assert_eq!(found["span"]["path"], "/badges");
    assert_eq!(line(&other)["status"], 404);
    for line in server.log().lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "no JSON: {line}");
    }
}

#[test]
fn a_bad_setting_stops_the_start_with_one_line() {
    /// Command line, environment, `touchstone.toml`, and the complaint.
    type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], &'a str, &'a str);
    let cases: [Case<'_>; 7] = [
        (
            &["--listen", "eighty"],
            &[],
            "",
            "--listen is \"eighty\", but must be an address and port such as 127.0.0.1:8080",
        ),
        (
            &[],
            &[("TOUCHSTONE_URL", "https://forum.example/path")],
            "",
            "TOUCHSTONE_URL is \"https://forum.example/path\", but must be an address such as https://forum.example, without a path",
        ),
        (
            &[],
            &[("TOUCHSTONE_DATABASE", "mysql://me:secret@db.example/forum")],
            "",
            "TOUCHSTONE_DATABASE is \"mysql://…@db.example/forum\", but must be sqlite:PATH or postgres://user:password@host/database",
        ),
        (
            &[],
            &[],
            "accent = 'red'",
            "accent in touchstone.toml is \"red\", but must be a colour such as #0b6e4f",
        ),
        (
            &[],
            &[("TOUCHSTONE_SMTP_URL", "imap://mail.example")],
            "",
            "TOUCHSTONE_SMTP_URL is \"imap://mail.example\", but must be an address such as smtps://user:password@mail.example or smtp://localhost:25",
        ),
        (
            &["--proxies", "many"],
            &[],
            "",
            "--proxies is \"many\", but must be a number of proxies such as 0 or 1",
        ),
        (
            &[],
            &[],
            "prot = 8080",
            "touchstone.toml is \"prot\", but must be a setting that exists: listen, url, database, data, name, accent, \
             accent_dark, smtp_url, mail_from, storage, storage_endpoint, storage_region, storage_key, \
             storage_secret, keys, keys_command, texts_url, proxies, log, stun, turn, turn_secret, turn_secret_file, second_looks, webhooks_private",
        ),
    ];
    for (arguments, environment, file, line) in cases {
        let folder = tempfile::TempDir::new().unwrap();
        std::fs::write(folder.path().join("touchstone.toml"), file).unwrap();
        let mut starting = std::process::Command::new(env!("CARGO_BIN_EXE_touchstone"));
        starting.env_clear().current_dir(folder.path()).args(arguments).envs(environment.iter().copied());

        let output = run(starting, "");

        assert_eq!(output.status.code(), Some(1), "{line}");
        assert_eq!(complained(&output), format!("touchstone: {line}\n"));
        assert_eq!(said(&output), "");
        assert!(!folder.path().join("data").exists(), "{line}");
    }
}

#[test]
fn an_address_in_use_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let place = Installation::new();

    let output = place.run(&["--listen", &address, "serve"]);

    assert_eq!(output.status.code(), Some(1));
    let complaint = complained(&output);
    let line = format!("touchstone: {address} cannot be listened on: ");
    assert!(complaint.lines().last().unwrap().starts_with(&line), "{complaint}");
}

#[test]
fn the_data_folder_is_closed_to_others() {
    let place = Installation::new();
    assert!(!place.data().exists());

    assert!(place.run(&["migrate"]).status.success());

    let mode = std::fs::metadata(place.data()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

/// What `doctor` finds: its exit code, and a sentence for each thing wrong.
fn diagnose(output: &Output) -> (Option<i32>, Vec<String>) {
    let said = said(output);
    let wrong = said.lines().filter_map(|line| line.strip_prefix("wrong: "));
    (output.status.code(), wrong.map(str::to_owned).collect())
}

#[test]
fn doctor_finds_nothing_wrong_with_a_healthy_forum() {
    let place = Installation::new();
    settle(&place, &place.serve(), 2);

    let output = place.run(&["doctor"]);

    assert_eq!(diagnose(&output), (Some(0), vec![]));
    assert!(said(&output).ends_with("Nothing is wrong.\n"));
    assert_eq!(complained(&output), "");
}

#[test]
fn doctor_names_a_folder_that_others_can_read() {
    let place = Installation::new();
    assert!(place.run(&["migrate"]).status.success());
    let data = place.data();
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).unwrap();

    let output = place.run(&["doctor"]);

    let shown = data.display();
    let sentence = format!("The data folder {shown} is open to others (mode 755): run chmod 700 {shown}.");
    assert_eq!(diagnose(&output), (Some(1), vec![sentence]));
    assert_eq!(complained(&output), "touchstone: one thing is wrong\n");
}

#[test]
fn doctor_names_a_folder_that_is_missing() {
    let place = Installation::new();
    assert!(place.run(&["migrate"]).status.success());
    // On SQLite the database lies elsewhere here, so the keys alone are gone with the folder.
    std::fs::remove_dir_all(place.data()).unwrap();

    let (code, wrong) = diagnose(&place.run(&["doctor"]));

    assert_eq!(code, Some(1));
    assert!(wrong.len() == 2 && wrong[1].starts_with("The key file "), "{wrong:?}");
    assert!(
        wrong[0].starts_with(&format!("The data folder {} cannot be read: ", place.data().display())),
        "{wrong:?}"
    );
    assert!(!place.data().exists(), "looking must not make it");
}

#[test]
fn doctor_names_each_counter_that_is_off() {
    let place = Installation::new();
    settle(&place, &place.serve(), 1);
    let off = [
        (
            "UPDATE threads SET posts = posts + 1",
            "UPDATE threads SET posts = posts - 1",
            "The readable posts of thread 1: stored 2, counted 1.",
        ),
        (
            "UPDATE threads SET last_number = 0",
            "UPDATE threads SET last_number = 1",
            "The highest number of thread 1: stored 0, counted 1.",
        ),
        (
            "UPDATE members SET posts = 7",
            "UPDATE members SET posts = 1",
            "The posts of member amara-osei: stored 7, counted 1.",
        ),
        (
            "UPDATE boards SET threads = 0",
            "UPDATE boards SET threads = 1",
            "The threads of board clients: stored 0, counted 1.",
        ),
        (
            "UPDATE boards SET posts = 3",
            "UPDATE boards SET posts = 1",
            "The readable posts of board clients: stored 3, counted 1.",
        ),
        (
            "UPDATE threads SET last_post_at = '2015-01-01 00:00:00'",
            "UPDATE threads SET last_post_at = (SELECT created_at FROM posts)",
            "The time of the last post of thread 1: stored 0, counted 1.",
        ),
    ];
    for (spoil, mend, sentence) in off {
        place.sql(spoil);
        let found = diagnose(&place.run(&["doctor"]));
        assert_eq!(found, (Some(1), vec![sentence.to_owned()]), "{spoil}");
        place.sql(mend);
    }
    assert_well(&place);
}

#[test]
fn doctor_counts_the_things_that_are_wrong() {
    let place = Installation::new();
    settle(&place, &place.serve(), 1);
    place.sql("UPDATE members SET posts = 7; UPDATE boards SET posts = 3;");

    let output = place.run(&["doctor"]);

    let (code, wrong) = diagnose(&output);
    assert_eq!((code, wrong.len()), (Some(1), 2));
    assert_eq!(complained(&output), "touchstone: 2 things are wrong\n");
}

#[test]
fn doctor_names_a_database_that_is_missing() {
    let place = Installation::new();
    assert!(place.run(&["migrate"]).status.success());
    let missing = match &place.database.url {
        DatabaseUrl::Sqlite(_) => format!("sqlite:{}", place.data().join("other.db").display()),
        DatabaseUrl::Postgres(address) => {
            let mut address = url::Url::parse(address).unwrap();
            address.set_path("no_such_database");
            address.to_string()
        }
    };

    let mut doctor = command(&place.data(), &missing);
    doctor.arg("doctor");
    let (code, wrong) = diagnose(&run(doctor, ""));

    assert_eq!(code, Some(1));
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    match &place.database.url {
        DatabaseUrl::Sqlite(_) => assert_eq!(
            wrong[0],
            format!(
                "There is no database at {} yet: start the forum once.",
                place.data().join("other.db").display()
            )
        ),
        DatabaseUrl::Postgres(_) => {
            assert!(wrong[0].starts_with(&format!("The database {missing} cannot be opened: ")), "{wrong:?}");
        }
    }
    assert!(!place.data().join("other.db").exists(), "looking must not make it");
}

#[test]
fn doctor_names_a_database_that_is_older_or_newer() {
    let place = Installation::new();
    assert!(place.run(&["migrate"]).status.success());

    place.sql(
        "DELETE FROM __diesel_schema_migrations WHERE version = \
         (SELECT max(version) FROM __diesel_schema_migrations)",
    );
    let found = diagnose(&place.run(&["doctor"]));
    let older = "The database lacks one step: run touchstone migrate.".to_owned();
    assert_eq!(found, (Some(1), vec![older]));

    place.sql("INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20991231000000', CURRENT_TIMESTAMP)");
    let (code, wrong) = diagnose(&place.run(&["doctor"]));
    assert_eq!(code, Some(1));
    assert!(
        wrong[0].starts_with("The database is newer than this program: it holds step 20991231000000"),
        "{wrong:?}"
    );
}
