//! What a page deep in a long thread costs beside the first: both rendered from the database, nothing cached.
//! Run it with `scripts/bench`. It prints a Markdown table of medians and ratios.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark stops where a step fails, and prints"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::test;
use touchstone::accounts;
use touchstone::accounts::store::Device;
use touchstone::clock::{Clock, Time};
use touchstone::commands::serve::Forum;
use touchstone::db::{DatabaseUrl, Db};
use touchstone::exchange::actions::{Claims, Importer};
use touchstone::exchange::bundle::{Board, Community, Member, Moment, Post, Record, Thread};
use touchstone::members;
use touchstone::sealing::Keys;
use touchstone::settings::{Given, Settings};
use touchstone::tokens::Token;

/// Posts in the long thread.
const POSTS: i64 = 100_000;
/// Pages that are compared with the first.
const PAGES: [i64; 3] = [100, 5_000, 10_000];
/// Times each page is asked for, in turn with the others, so that a slow moment meets all alike.
const ROUNDS: usize = 2_000;

fn records(now: Time) -> impl Iterator<Item = Record> {
    let source = "benchmark".to_owned();
    let people = (0..50).map(move |number| {
        Record::Member(Member {
            id: format!("m{number}"),
            handle: format!("member-{number}"),
            name: format!("Member {number}"),
            joined: Moment(now),
            tier: Some("top-rated".to_owned()),
            signature: Some("One line under each post.".to_owned()),
            ..Member::default()
        })
    });
    let board =
        Board { id: "b".to_owned(), slug: "long".to_owned(), title: "Long".to_owned(), ..Board::default() };
    let thread = Thread {
        id: "t".to_owned(),
        board: "b".to_owned(),
        title: "A long thread".to_owned(),
        author: "m0".to_owned(),
        created: Moment(now),
        ..Thread::default()
    };
    let posts = (1..=POSTS).map(move |number| {
        Record::Post(Post {
            id: format!("p{number}"),
            thread: "t".to_owned(),
            number: Some(number),
            author: format!("m{}", number % 50),
            created: Moment(now),
            format: "markdown".to_owned(),
            body: format!(
                "Post **{number}** of many.\n\n{}",
                "Some words that make a post of usual length. ".repeat(12)
            ),
            ..Post::default()
        })
    });
    std::iter::once(Record::Community(Community { version: 1, source }))
        .chain(people)
        .chain([Record::Board(board), Record::Thread(thread)])
        .chain(posts)
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[actix_web::main]
async fn main() {
    let folder = tempfile::TempDir::new().unwrap();
    let db = Db::open(&DatabaseUrl::Sqlite(folder.path().join("bench.db"))).unwrap();
    db.migrate().unwrap();
    let clock = Clock::system();
    let data = Given { data: Some(folder.path().display().to_string()), ..Given::default() };
    let settings = Settings::from_sources(&data, &|_| None, "").unwrap();
    let (source, now) = (settings.keys.clone(), clock.now());
    let keys = Arc::new(db.write_now(move |conn| Keys::open(conn, &source, now)).unwrap());
    let mut importer = Importer::new(db.clone(), Arc::clone(&keys), Claims::default(), clock.now());
    for (line, record) in (1..).zip(records(clock.now())) {
        importer.take(line, Ok(record)).unwrap();
    }
    assert_eq!(importer.finish().unwrap().posts.added, u64::try_from(POSTS).unwrap());

    let (token, now) = (Token::new().unwrap(), clock.now());
    let cookie = format!("session={}", token.as_str());
    let signing_in = db.write_now(move |conn| {
        let member = members::store::find(conn, "member-7")?.unwrap();
        accounts::actions::sign_in(conn, member.id, &token, &Device::default(), now)
    });
    signing_in.unwrap();

    let forum = Forum::new(settings, db, keys, clock, false);
    let app = test::init_service(forum.app()).await;

    // The first page and those deep in the thread as a visitor sees them, and the first as a member does.
    let asked: Vec<(String, i64, Option<&str>)> = std::iter::once((1, None))
        .chain(PAGES.map(|page| (page, None)))
        .chain([(1, Some(cookie.as_str()))])
        .map(|(page, cookie)| {
            let query = if page == 1 { String::new() } else { format!("?page={page}") };
            (format!("/t/1/a-long-thread{query}"), page, cookie)
        })
        .collect();
    let mut times = vec![Vec::with_capacity(ROUNDS); asked.len()];
    let mut bytes = vec![0; asked.len()];
    for round in 0..ROUNDS + 50 {
        for (place, (path, _, cookie)) in asked.iter().enumerate() {
            let mut request = test::TestRequest::get().uri(path);
            if let Some(cookie) = cookie {
                request = request.insert_header(("cookie", *cookie));
            }
            let request = request.to_request();
            let started = Instant::now();
            let answer = test::call_service(&app, request).await;
            assert!(answer.status().is_success(), "{path}: {}", answer.status());
            let body = test::read_body(answer).await;
            let took = started.elapsed();
            bytes[place] = body.len();
            // The first rounds warm caches and are not counted.
            if round >= 50 {
                times[place].push(took);
            }
        }
    }

    let medians: Vec<Duration> = times.iter_mut().map(|times| median(times)).collect();
    println!("| page of a thread of {POSTS} posts | reader | bytes | median | page 1 for a visitor ÷ this |");
    println!("|---|---|---|---|---|");
    for (place, (_, page, cookie)) in asked.iter().enumerate() {
        let ratio = medians[0].as_secs_f64() / medians[place].as_secs_f64();
        let reader = if cookie.is_some() { "member" } else { "visitor" };
        println!("| {page} | {reader} | {} | {} µs | {ratio:.2} |", bytes[place], medians[place].as_micros());
    }
}
