//! The program is killed in the middle of a wave: the wave is there with everything that belongs to it, or not at all.

use std::time::Duration;

use touchstone::clock::Clock;
use touchstone::db::Conn;

use crate::support::{Installation, Program, tables};

fn number(place: &Installation, query: &str) -> i64 {
    let mut conn = Conn::open(&place.database.url).unwrap();
    let query = format!("SELECT CAST(({query}) AS TEXT) AS line");
    tables::lines(&mut conn, &query)[0].parse().unwrap()
}

/// A rollout that is open, with a wave of two thousand before it.
fn place() -> Installation {
    let place = Installation::new();
    place.add_member("ada-north", "Ada North", &["--role", "community-manager"]);
    place.add_member("ben-south", "Ben South", &["--role", "verification-agent"]);
    let rows: Vec<String> = (0..2_500)
        .map(|n| {
            format!("('crowd-{n}', 'Crowd {n}', 'crowd {n}', '2020-01-01 00:00:00', '2020-01-01 00:00:00')")
        })
        .collect();
    place.sql(&format!(
        "INSERT INTO members (handle, name, name_skeleton, rank_since, joined_at) VALUES {}",
        rows.join(", ")
    ));
    // Six days of ten agents, and more than two thousand calls.
    for n in 0..60 {
        let (starts, ends) = (moment(n / 10, n % 10), moment(n / 10 + 1, n % 10));
        place.sql(&format!(
            "INSERT INTO agent_shifts (agent_id, starts_at, ends_at, entered_at) \
             SELECT id, {starts}, {ends}, {starts} FROM members WHERE handle = 'ben-south'"
        ));
    }
    let salt = "00".repeat(32);
    place.sql(&format!(
        "INSERT INTO rollouts (title, reason, audience, percent, policy_version, publication, most, longest_wait, version, changed_at, drafted_by, state, approved_by, approved_at, approval_note, salt, salt_hash, audience_hash, audience_size, experienced, enrolled_up_to) \
         SELECT 'Everybody', 'Fair', '{{\"tiers\":[],\"roles\":[],\"without_roles\":false,\"side\":null,\"joined_from\":null,\"joined_before\":null,\"began\":null,\"countries\":[],\"has\":[],\"lacks\":[]}}', \
         100, 2, 'at-once', 2000, 720, 3, '2026-01-01 00:00:00', min(id), 'open', min(id) + 1, '2026-01-01 00:00:00', 'Fair', '{salt}', '', '', 2500, 2500, max(id) FROM members; \
         INSERT INTO rollout_members (rollout_id, member_id, turn, place, state) SELECT r.id, m.id, 0, m.handle, 'queued' FROM rollouts r, members m WHERE m.handle LIKE 'crowd-%'"
    ));
    place
}

/// So many days and minutes from now, in the words of both databases.
fn moment(days: i64, minutes: i64) -> String {
    let at = Clock::system().now() + chrono::TimeDelta::days(days) + chrono::TimeDelta::minutes(minutes);
    format!("'{}'", at.format("%Y-%m-%d %H:%M:%S"))
}

#[test]
fn a_wave_whose_program_is_killed_is_whole_or_not_there() {
    let place = place();
    let mut none = 0;
    for round in 0..40 {
        let server = Program::serve(&place.data(), &place.database.address(), &[]);
        // Later each time, until it has happened.
        std::thread::sleep(Duration::from_millis(round * 12));
        server.kill();
        let size = number(&place, "SELECT coalesce(sum(size), 0) FROM rollout_waves");
        let invited = number(&place, "SELECT count(*) FROM rollout_members WHERE state = 'invited'");
        // What was told since then is a notification, and no event any more.
        let told = number(&place, "SELECT count(*) FROM outbox_events WHERE kind = 'invited'")
            + number(&place, "SELECT count(*) FROM notifications");
        assert_eq!((invited, told), (size, size), "round {round}");
        if size > 0 {
            assert!(size <= 2_000);
            break;
        }
        none += 1;
    }
    assert!(none < 40, "no wave opened");
    assert_eq!(number(&place, "SELECT count(*) FROM rollout_waves"), 1);
}
