//! The demo: an invented community, dated so that its last words were written just now.

mod announcing;
mod calls;
pub mod cases;
mod rollouts;
mod specimen;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::{Outcome, say};
use crate::clock::{Clock, Time};
use crate::db::Db;
use crate::exchange::actions::{Claims, Importer};
use crate::exchange::bundle::{self, Moment, Record};
use crate::members;
use crate::sealing::Keys;

/// The demo community's name.
pub const COMMUNITY: &str = "Quayside";

const MEMBERS: &str = include_str!("demo/content/members.jsonl");
const BOARDS: &str = include_str!("demo/content/boards.jsonl");
const THREADS: &str = include_str!("demo/content/threads.jsonl");
const REPLIES: &str = include_str!("demo/content/replies.jsonl");
const ANNOUNCEMENT: &str = include_str!("demo/content/announcement.md");
const ANNOUNCEMENT_TITLE: &str =
    "Identity Verified is coming: what it is, who goes first, and what happens to your documents";

/// The fact that marks a database as a demo's.
const FACT: &str = "demo";
/// The fact that says that the demo came in whole.
const FILLED: &str = "demo-filled";

/// Fills an empty database. One that holds a demo already is left as it is, and a fill that broke off goes on; one
/// that holds a real community is refused, because in a demo anybody can sign in as anybody.
///
/// # Errors
/// A sentence for whoever started the program.
pub fn fill(db: &Db, keys: &Arc<Keys>, clock: &Clock) -> Outcome {
    let state = db.read_now(|conn| {
        let is_demo = members::store::site_fact(conn, FACT)?.is_some();
        let is_filled = members::store::site_fact(conn, FILLED)?.is_some();
        Ok((is_demo, is_filled, members::store::count(conn)?))
    });
    match state.map_err(|cause| cause.cause())? {
        (true, true, _) => return Ok(()),
        (true, false, _) | (false, _, 0) => {}
        (false, _, _) => {
            return Err(format!(
                "--demo needs an empty database, and {} holds a community; name another with --data or --database",
                db.url().shown()
            ));
        }
    }
    say("Filling the database with an invented community…");
    // The mark comes first: a fill that breaks off must not look like a real community.
    note(db, FACT)?;
    load(db, keys, clock.now())?;
    note(db, FILLED)
}

fn note(db: &Db, fact: &'static str) -> Outcome {
    let written = db.write_now(move |conn| Ok(members::store::set_site_fact(conn, fact, "yes")?));
    written.map_err(|cause| cause.cause())
}

/// Loads the demo's community as of `now`.
///
/// # Errors
/// When a line of it does not come in: each of them must.
pub fn load(db: &Db, keys: &Arc<Keys>, now: Time) -> Outcome {
    let mut importer = Importer::new(db.clone(), Arc::clone(keys), Claims::default(), now);
    for (line, record) in (1..).zip(records(now)?) {
        importer.take(line, Ok(record)).map_err(|cause| cause.cause())?;
    }
    let report = importer.finish().map_err(|cause| cause.cause())?;
    if report.refusals.is_empty() {
        let keys = Arc::clone(keys);
        let told = db.write_now(move |conn| {
            announcing::fill(conn, now).and_then(|()| rollouts::fill(conn, &keys, now))
        });
        told.map_err(|cause| cause.cause())
    } else {
        Err(format!("the demo did not come in whole:\n{report}"))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    handle: String,
    name: String,
    joined: DateTime<Utc>,
    roles: Vec<String>,
    rank: String,
    tier: Option<String>,
    badges: Vec<String>,
    #[serde(default)]
    signature: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    slug: String,
    parent: Option<String>,
    title: String,
    about: String,
    read: String,
    write: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Talk {
    board: String,
    #[serde(rename = "type")]
    kind: String,
    title: String,
    author: String,
    days_ago: f64,
    #[serde(default)]
    views: i64,
    #[serde(default)]
    locked: bool,
    #[serde(default)]
    pinned: bool,
    #[serde(default)]
    about_verification: bool,
    posts: Vec<Words>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    by: String,
    /// Minutes since the words before.
    after: i64,
    body: String,
    #[serde(default)]
    edited: Option<Touch>,
    #[serde(default)]
    removed: Option<Touch>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Touch {
    by: String,
    /// Minutes since the words were written.
    after: i64,
    reason: String,
}

fn read<T: for<'a> Deserialize<'a>>(lines: &str) -> Result<Vec<T>, String> {
    lines
        .lines()
        .map(|line| serde_json::from_str(line).map_err(|cause| format!("demo content: {cause}: {line}")))
        .collect()
}

fn records(now: Time) -> Result<Vec<Record>, String> {
    let people: Vec<Person> = read(MEMBERS)?;
    let mut talks: Vec<Talk> = read(THREADS)?;
    let announcement = announcement(now)?;
    let announced = started(&announcement, now);
    talks.push(announcement);
    // Numbers in addresses follow the order in which things were begun.
    talks.sort_by(|one, other| other.days_ago.total_cmp(&one.days_ago));
    let first_words = first_words(&talks, now);

    let mut records =
        vec![Record::Community(bundle::Community { version: bundle::VERSION, source: "demo".to_owned() })];
    for (place, person) in (0..).zip(&people) {
        records.push(Record::Member(member(place, person, announced, now, &first_words)));
    }
    for (place, board) in (1..).zip(read::<Place>(BOARDS)?) {
        records.push(Record::Board(bundle::Board {
            id: board.slug.clone(),
            parent: board.parent,
            slug: board.slug,
            title: board.title,
            about: board.about,
            read: Some(board.read),
            write: Some(board.write),
            position: Some(place),
            ..bundle::Board::default()
        }));
    }
    let staff: Vec<&str> = people
        .iter()
        .filter(|person| !person.roles.is_empty())
        .map(|person| person.handle.as_str())
        .collect();
    for (place, talk) in (1..).zip(talks) {
        add_talk(&mut records, place, talk, now, &staff);
    }
    Ok(records)
}

/// In which reply the conversation came back after its first two days.
const SECOND_WIND: usize = 168;

/// The announcement with its replies: begun at nine in the morning, and its last words a few minutes old. The
/// hours that this leaves over pass before the conversation comes back after its first two days.
fn announcement(now: Time) -> Result<Talk, String> {
    let first = Words {
        by: "lena-h".to_owned(),
        after: 0,
        body: ANNOUNCEMENT.trim().to_owned(),
        edited: None,
        removed: None,
    };
    let mut posts = vec![first];
    posts.extend(read::<Words>(REPLIES)?);
    let spoken: i64 = posts.iter().map(|words| words.after).sum::<i64>() + 6;
    let begun = now - TimeDelta::minutes(spoken);
    let nine = begun.date().and_time(chrono::NaiveTime::MIN) + TimeDelta::hours(9);
    let morning = if nine <= begun { nine } else { nine - TimeDelta::days(1) };
    posts[SECOND_WIND].after += (begun - morning).num_minutes();
    let minutes = (now - morning).num_minutes();
    Ok(Talk {
        board: "announcements".to_owned(),
        kind: "announcement".to_owned(),
        title: ANNOUNCEMENT_TITLE.to_owned(),
        author: "lena-h".to_owned(),
        #[expect(clippy::cast_precision_loss, reason = "a few weeks in minutes")]
        days_ago: minutes as f64 / 1440.0,
        views: 48_213,
        locked: false,
        pinned: true,
        about_verification: true,
        posts,
    })
}

fn started(talk: &Talk, now: Time) -> Time {
    #[expect(clippy::cast_possible_truncation, reason = "a few hundred days in minutes")]
    let minutes = (talk.days_ago * 1440.0) as i64;
    now - TimeDelta::minutes(minutes)
}

/// When each person wrote first: nobody joins after that.
fn first_words(talks: &[Talk], now: Time) -> HashMap<String, Time> {
    let mut first: HashMap<String, Time> = HashMap::new();
    for talk in talks {
        let mut at = started(talk, now);
        for words in &talk.posts {
            at += TimeDelta::minutes(words.after);
            let known = first.entry(words.by.clone()).or_insert(at);
            *known = at.min(*known);
        }
    }
    first
}

fn member(
    place: i64,
    person: &Person,
    announced: Time,
    now: Time,
    first_words: &HashMap<String, Time>,
) -> bundle::Member {
    let latest = first_words.get(&person.handle).map_or(now, |at| *at) - TimeDelta::hours(5);
    let joined = person.joined.naive_utc().min(latest);
    let is_staff = !person.roles.is_empty();
    let badges = person.badges.iter().map(|badge| {
        let granted = match badge.as_str() {
            // Staff went first; everybody else once the first invitations were out.
            "identity-verified" if is_staff => announced - TimeDelta::hours(20 * 24 + place),
            "identity-verified" => announced + TimeDelta::hours(5 * 24 + (place * 67) % (30 * 24)),
            _ => joined.max(announced - TimeDelta::days(200 - place)),
        };
        let is_identity = badge == "identity-verified";
        bundle::Grant::Full(bundle::FullGrant {
            badge: badge.clone(),
            policy: if is_identity { 2 } else { 1 },
            name: person.name.clone(),
            state: "active".to_owned(),
            granted: Moment(granted),
            expires: is_identity.then(|| Moment(granted + TimeDelta::days(730))),
        })
    });
    let tier_since =
        person.tier.as_ref().map(|_| Moment(joined.max(announced - TimeDelta::days(400 + place * 9))));
    bundle::Member {
        id: person.handle.clone(),
        handle: person.handle.clone(),
        name: person.name.clone(),
        joined: Moment(joined),
        roles: person.roles.iter().cloned().map(bundle::Role::Code).collect(),
        rank: Some(person.rank.clone()),
        tier: person.tier.clone(),
        tier_since,
        badges: badges.collect(),
        signature: person.signature.clone(),
        profile: Some("everyone".to_owned()),
        email: Some(format!("{}@quayside.example", person.handle)),
        email_verified: Some(Moment(joined)),
        ..bundle::Member::default()
    }
}

fn add_talk(records: &mut Vec<Record>, place: i64, talk: Talk, now: Time, staff: &[&str]) {
    let id = format!("t{place}");
    let mut at = started(&talk, now);
    records.push(Record::Thread(bundle::Thread {
        id: id.clone(),
        board: talk.board,
        title: talk.title,
        kind: Some(talk.kind),
        author: talk.author,
        created: Moment(at),
        pinned: talk.pinned,
        locked: talk.locked,
        about_verification: talk.about_verification,
        views: talk.views,
        ..bundle::Thread::default()
    }));
    for (number, words) in (1..).zip(talk.posts) {
        at += TimeDelta::minutes(words.after);
        let then = |touch: &Touch| Moment((at + TimeDelta::minutes(touch.after)).min(now));
        let edited = words.edited.as_ref().map(|touch| {
            let is_moderator = touch.by != words.by && staff.contains(&touch.by.as_str());
            let role = if is_moderator { "moderator" } else { "author" }.to_owned();
            bundle::Edited { at: then(touch), by: touch.by.clone(), role, reason: touch.reason.clone() }
        });
        let removed = words.removed.as_ref().map(|touch| bundle::Removed {
            at: then(touch),
            by: touch.by.clone(),
            reason: touch.reason.clone(),
        });
        records.push(Record::Post(bundle::Post {
            id: format!("{id}-{number}"),
            thread: id.clone(),
            number: Some(number),
            author: words.by,
            created: Moment(at),
            format: "markdown".to_owned(),
            body: words.body,
            edited,
            removed,
            ..bundle::Post::default()
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Time {
        chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap().and_hms_opt(12, 0, 0).unwrap()
    }

    fn count(wanted: fn(&Record) -> bool) -> usize {
        records(now()).unwrap().iter().filter(|record| wanted(record)).count()
    }

    #[test]
    fn the_demo_is_as_large_as_it_says() {
        assert_eq!(count(|record| matches!(record, Record::Member(_))), 60);
        assert_eq!(count(|record| matches!(record, Record::Board(_))), 8);
        assert_eq!(count(|record| matches!(record, Record::Thread(_))), 150);
        assert_eq!(announcement(now()).unwrap().posts.len(), 1 + 668);
    }

    #[test]
    fn nobody_writes_in_the_future_or_before_joining() {
        let mut joined = HashMap::new();
        for record in records(now()).unwrap() {
            match record {
                Record::Member(member) => {
                    joined.insert(member.id, member.joined.0);
                }
                Record::Post(post) => {
                    assert!(post.created.0 <= now(), "{}", post.body);
                    assert!(joined[&post.author] < post.created.0, "{}", post.author);
                }
                _ => {}
            }
        }
    }

    #[test]
    fn whoever_can_be_entered_exists() {
        let people: Vec<Person> = read(MEMBERS).unwrap();
        for person in crate::accounts::demo::PEOPLE {
            let found = people.iter().find(|one| one.handle == person.handle).unwrap();
            assert_eq!(found.name, person.name);
        }
    }
}
