//! The tables: the same on both databases, and as `src/db/schema.rs` says.

use std::collections::{BTreeMap, BTreeSet};

use diesel::connection::SimpleConnection;
use diesel::result::{DatabaseErrorKind, Error};
use touchstone::badges::rules::{Badge, GrantState};
use touchstone::boards::rules::Access;
use touchstone::db::{Conn, migrations};
use touchstone::gates::rules::Step;
use touchstone::members::rules::{ProfileVisibility, Rank, Role, Side, Tier, TierSource};
use touchstone::notifications::rules::{Delivery, Kind};
use touchstone::policies::rules::Phase;
use touchstone::rollouts::rules as rollouts;
use touchstone::threads::rules::ThreadKind;

use crate::support::database::{TestDatabase, postgres};
use crate::support::program::complained;
use crate::support::tables::{self, described, lines};
use crate::support::{Installation, TestSite};

/// What a table is in a database, in the words of `schema.rs`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Shape {
    columns: BTreeMap<String, Column>,
    key: Vec<String>,
    /// The columns of each unique key.
    unique: BTreeSet<String>,
    /// `columns -> table (columns)`.
    foreign: BTreeSet<String>,
    checks: usize,
    indexes: BTreeMap<String, Index>,
}

#[derive(Debug, PartialEq, Eq)]
struct Column {
    kind: &'static str,
    is_nullable: bool,
    has_default: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Index {
    columns: Vec<String>,
    is_unique: bool,
    is_partial: bool,
}

fn migrated(database: &TestDatabase) -> Conn {
    let mut conn = Conn::open(&database.url).unwrap();
    migrations::migrate(&mut conn).unwrap();
    conn
}

/// Every table there is, but for the one in which diesel counts steps.
fn shapes(conn: &mut Conn) -> BTreeMap<String, Shape> {
    let names = match conn {
        Conn::Sqlite(_) => {
            "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        }
        Conn::Postgres(_) => {
            "SELECT table_name::text AS line FROM information_schema.tables WHERE table_schema = current_schema()"
        }
    };
    let names: Vec<String> =
        lines(conn, names).into_iter().filter(|name| name != "__diesel_schema_migrations").collect();
    let mut shapes = BTreeMap::new();
    for name in names {
        let shape = match conn {
            Conn::Sqlite(_) => sqlite_shape(conn, &name),
            Conn::Postgres(_) => postgres_shape(conn, &name),
        };
        shapes.insert(name, shape);
    }
    shapes
}

fn fields(line: &str) -> Vec<String> {
    line.split('|').map(str::to_owned).collect()
}

fn sqlite_shape(conn: &mut Conn, table: &str) -> Shape {
    let mut shape = Shape::default();
    let columns = format!(
        "SELECT name || '|' || upper(type) || '|' || \"notnull\" || '|' || (dflt_value IS NOT NULL) || '|' || pk AS line \
         FROM pragma_table_info('{table}')"
    );
    let mut key = BTreeMap::new();
    for line in lines(conn, &columns) {
        let [name, kind, not_null, has_default, place] = fields(&line).try_into().unwrap();
        let kind = match kind.as_str() {
            "INTEGER" | "BIGINT" => "BigInt",
            "TEXT" => "Text",
            "BOOLEAN" => "Bool",
            "TIMESTAMP" => "Timestamp",
            "BLOB" => "Binary",
            other => panic!("{table}.{name} has the unknown type {other}"),
        };
        // The number of a row is never missing, though SQLite does not say so.
        let is_number = kind == "BigInt" && place == "1";
        if place != "0" {
            key.insert(place, name.clone());
        }
        shape.columns.insert(
            name,
            Column { kind, is_nullable: not_null == "0" && !is_number, has_default: has_default == "1" },
        );
    }
    shape.key = key.into_values().collect();
    let foreign = format!(
        "SELECT id || '|' || \"table\" || '|' || \"from\" || '|' || \"to\" AS line FROM pragma_foreign_key_list('{table}') ORDER BY id, seq"
    );
    let mut keys: BTreeMap<String, (String, Vec<String>, Vec<String>)> = BTreeMap::new();
    for line in lines(conn, &foreign) {
        let [id, other, from, to] = fields(&line).try_into().unwrap();
        let key = keys.entry(id).or_insert_with(|| (other, Vec::new(), Vec::new()));
        key.1.push(from);
        key.2.push(to);
    }
    shape.foreign = keys
        .into_values()
        .map(|(other, from, to)| format!("{} -> {other} ({})", from.join(", "), to.join(", ")))
        .collect();
    let indexes = format!(
        "SELECT list.name || '|' || list.origin || '|' || list.\"unique\" || '|' || list.partial || '|' || info.name AS line \
         FROM pragma_index_list('{table}') AS list, pragma_index_info(list.name) AS info ORDER BY list.name, info.seqno"
    );
    let mut unique: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in lines(conn, &indexes) {
        let [name, origin, is_unique, is_partial, column] = fields(&line).try_into().unwrap();
        match origin.as_str() {
            "u" => unique.entry(name).or_default().push(column),
            "c" => {
                let index = shape.indexes.entry(name).or_default();
                index.columns.push(column);
                index.is_unique = is_unique == "1";
                index.is_partial = is_partial == "1";
            }
            _ => {}
        }
    }
    shape.unique = unique.into_values().map(|columns| columns.join(", ")).collect();
    shape.checks = sqlite_source(conn, table).matches("CHECK (").count();
    shape
}

/// What a table was made with, without comments.
fn sqlite_source(conn: &mut Conn, table: &str) -> String {
    let source = lines(
        conn,
        &format!("SELECT sql AS line FROM sqlite_master WHERE type = 'table' AND name = '{table}'"),
    );
    source[0].lines().map(|line| line.split("--").next().unwrap()).collect::<Vec<_>>().join("\n")
}

fn postgres_shape(conn: &mut Conn, table: &str) -> Shape {
    let mut shape = Shape::default();
    let columns = format!(
        "SELECT column_name || '|' || data_type || '|' || is_nullable || '|' || (column_default IS NOT NULL)::text AS line \
         FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = '{table}'"
    );
    for line in lines(conn, &columns) {
        let [name, kind, is_nullable, has_default] = fields(&line).try_into().unwrap();
        let kind = match kind.as_str() {
            "bigint" => "BigInt",
            "text" => "Text",
            "boolean" => "Bool",
            "timestamp without time zone" => "Timestamp",
            "bytea" => "Binary",
            other => panic!("{table}.{name} has the unknown type {other}"),
        };
        shape.columns.insert(
            name,
            Column { kind, is_nullable: is_nullable == "YES", has_default: has_default == "true" },
        );
    }
    let named = |numbers: &str, owner: &str| {
        format!(
            "(SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM unnest({numbers}) WITH ORDINALITY AS k(number, place) \
             JOIN pg_attribute a ON a.attrelid = {owner} AND a.attnum = k.number)"
        )
    };
    let constraints = format!(
        "SELECT c.contype::text || '|' || coalesce({}, '') || '|' || coalesce((SELECT relname FROM pg_class WHERE oid = c.confrelid), '') \
         || '|' || coalesce({}, '') AS line FROM pg_constraint c WHERE c.conrelid = '{table}'::regclass",
        named("c.conkey", "c.conrelid"),
        named("c.confkey", "c.confrelid"),
    );
    for line in lines(conn, &constraints) {
        let [kind, columns, other, to] = fields(&line).try_into().unwrap();
        match kind.as_str() {
            "p" => shape.key = columns.split(", ").map(str::to_owned).collect(),
            "u" => {
                shape.unique.insert(columns);
            }
            "f" => {
                shape.foreign.insert(format!("{columns} -> {other} ({to})"));
            }
            "c" => shape.checks += 1,
            _ => {}
        }
    }
    let indexes = format!(
        "SELECT i.relname || '|' || x.indisunique::text || '|' || (x.indpred IS NOT NULL)::text || '|' || {} AS line \
         FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = '{table}'::regclass \
         AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = x.indexrelid AND c.contype IN ('p', 'u'))",
        named("x.indkey::int2[]", "x.indrelid"),
    );
    for line in lines(conn, &indexes) {
        let [name, is_unique, is_partial, columns] = fields(&line).try_into().unwrap();
        shape.indexes.insert(
            name,
            Index {
                columns: columns.split(", ").map(str::to_owned).collect(),
                is_unique: is_unique == "true",
                is_partial: is_partial == "true",
            },
        );
    }
    shape
}

#[test]
fn the_database_has_the_tables_and_columns_that_schema_rs_says() {
    let shapes = shapes(&mut migrated(&TestDatabase::empty()));

    let described = described();
    assert!(described.len() > 10, "schema.rs was not read");
    let names: BTreeSet<&str> = described.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, shapes.keys().map(String::as_str).collect());
    for table in &described {
        let shape = &shapes[&table.name];
        assert_eq!(table.key, shape.key, "key of {}", table.name);
        let said: BTreeMap<&str, (&str, bool)> = table
            .columns
            .iter()
            .map(|column| (column.name.as_str(), (column.kind.as_str(), column.is_nullable)))
            .collect();
        let there =
            shape.columns.iter().map(|(name, column)| (name.as_str(), (column.kind, column.is_nullable)));
        assert_eq!(said, there.collect(), "columns of {}", table.name);
    }
}

#[test]
fn whatever_schema_rs_joins_is_a_foreign_key() {
    let shapes = shapes(&mut migrated(&TestDatabase::empty()));

    let source = tables::source();
    let joins: Vec<&str> =
        source.split("diesel::joinable!(").skip(1).map(|rest| rest.split("));").next().unwrap()).collect();
    assert!(!joins.is_empty());
    for join in joins {
        let (from, rest) = join.split_once(" -> ").unwrap();
        let (to, column) = rest.split_once(" (").unwrap();
        let key = format!("{column} -> {to} (id)");
        assert!(shapes[from].foreign.contains(&key), "{from} lacks {key}");
    }
}

#[test]
fn both_databases_end_with_the_same_tables_and_constraints() {
    if postgres().is_none() {
        // scripts/test runs the suite on PostgreSQL too.
        return;
    }
    let sqlite = shapes(&mut migrated(&TestDatabase::sqlite()));
    let postgres = shapes(&mut migrated(&TestDatabase::empty()));

    assert_eq!(sqlite.keys().collect::<Vec<_>>(), postgres.keys().collect::<Vec<_>>());
    for (name, shape) in &sqlite {
        assert_eq!(shape, &postgres[name], "{name}: SQLite left, PostgreSQL right");
    }
    assert!(sqlite.values().map(|shape| shape.checks).sum::<usize>() > 20);
}

#[test]
fn up_down_and_up_again_leaves_the_same() {
    let database = TestDatabase::empty();
    let mut conn = migrated(&database);
    let (before, rows) = (shapes(&mut conn), tables::rows(&mut conn));

    migrations::revert_all(&mut conn).unwrap();
    assert!(shapes(&mut conn).is_empty(), "{:?}", shapes(&mut conn).keys());
    assert!(!migrations::pending(&mut conn).unwrap().is_empty());

    let migrated = migrations::migrate(&mut conn).unwrap();
    assert!(!migrated.steps.is_empty());
    assert_eq!(shapes(&mut conn), before);
    assert_eq!(tables::rows(&mut conn), rows);
    assert!(migrations::pending(&mut conn).unwrap().is_empty());
}

#[test]
fn two_processes_that_migrate_at_once_make_one_database() {
    if postgres().is_none() {
        // A SQLite database belongs to one process.
        return;
    }
    let database = TestDatabase::empty();
    let steps: Vec<usize> = std::thread::scope(|scope| {
        let starting: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut conn = Conn::open(&database.url).unwrap();
                    migrations::migrate(&mut conn).unwrap().steps.len()
                })
            })
            .collect();
        starting.into_iter().map(|one| one.join().unwrap()).collect()
    });

    let ran: Vec<&usize> = steps.iter().filter(|steps| **steps > 0).collect();
    assert_eq!(ran.len(), 1, "{steps:?}");
}

#[test]
fn a_database_newer_than_the_program_is_refused_in_one_line() {
    let place = Installation::new();
    assert!(place.run(&["migrate"]).status.success());
    place.sql("INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20991231000000', CURRENT_TIMESTAMP)");

    for command in ["migrate", "serve"] {
        let output = place.run(&[command]);
        assert_eq!(output.status.code(), Some(1), "{command}");
        assert_eq!(
            complained(&output),
            "touchstone: The database is newer than this program: it holds step 20991231000000, which this version \
             of Touchstone does not know. Start the newer Touchstone, or restore a backup made before the upgrade.\n",
            "{command}"
        );
    }
}

#[test]
fn the_bundled_sqlite_plans_a_statement_once() {
    // With STAT4, SQLite plans a cached statement again at each execution: see .cargo/config.toml.
    let database = TestDatabase::sqlite();
    let mut conn = Conn::open(&database.url).unwrap();
    let options = lines(&mut conn, "SELECT compile_options AS line FROM pragma_compile_options");

    assert!(options.iter().any(|option| option.starts_with("THREADSAFE")));
    assert!(!options.iter().any(|option| option.contains("STAT4")), "{options:?}");
}

fn own(codes: &[&'static str]) -> Vec<String> {
    codes.iter().map(|code| (*code).to_owned()).collect()
}

/// A column with a fixed set of codes, how to write one, and the codes that the program knows.
fn coded_columns() -> Vec<(&'static str, &'static str, Vec<String>)> {
    let ranks = own(&Rank::ALL.map(Rank::code));
    let tiers = own(&Tier::ALL.map(Tier::code));
    let rules: Vec<String> = Access::all().into_iter().map(Access::code).collect();
    vec![
        (
            "members.profile",
            "UPDATE members SET profile = '{}'",
            own(&ProfileVisibility::ALL.map(ProfileVisibility::code)),
        ),
        ("members.rank", "UPDATE members SET rank = '{}'", ranks.clone()),
        (
            "rank_rules.rank",
            "DELETE FROM rank_rules; INSERT INTO rank_rules (version, rank, posts, days, likes, answers, clean_days) VALUES (1, '{}', 0, 0, 0, 0, 0)",
            ranks.clone(),
        ),
        (
            "rank_changes.rank",
            "INSERT INTO rank_changes (member_id, old, rank, changed_at) SELECT min(id), 'active-member', '{}', '2026-01-15 00:00:00' FROM members",
            ranks.clone(),
        ),
        (
            "rank_changes.old",
            "INSERT INTO rank_changes (member_id, old, rank, changed_at) SELECT min(id), '{}', 'active-member', '2026-01-15 00:00:00' FROM members",
            ranks.clone(),
        ),
        (
            "rank_losses.rank",
            "DELETE FROM rank_losses; INSERT INTO rank_losses (member_id, rank, lost_at) SELECT min(id), '{}', '2026-01-15 00:00:00' FROM members",
            ranks.clone(),
        ),
        ("members.tier", "UPDATE members SET tier = '{}', tier_since = joined_at", tiers.clone()),
        ("member_roles.role", "UPDATE member_roles SET role = '{}'", own(&Role::ALL.map(Role::code))),
        ("tier_changes.tier", "UPDATE tier_changes SET tier = '{}'", tiers.clone()),
        (
            "tier_changes.source",
            "UPDATE tier_changes SET source = '{}'",
            own(&[TierSource::Administrator, TierSource::Csv, TierSource::Import, TierSource::Command]
                .map(TierSource::code)),
        ),
        (
            "link_tokens.purpose",
            "UPDATE link_tokens SET purpose = '{}'",
            own(&["verify-email", "reset-password"]),
        ),
        ("boards.read_rule", "UPDATE boards SET read_rule = '{}'", rules.clone()),
        ("boards.write_rule", "UPDATE boards SET write_rule = '{}'", rules),
        ("threads.kind", "UPDATE threads SET kind = '{}'", own(&ThreadKind::ALL.map(ThreadKind::code))),
        (
            "board_gates.step",
            "DELETE FROM board_gates; INSERT INTO board_gates (board_id, step, required_at) SELECT min(id), '{}', '2026-01-15 00:00:00' FROM boards",
            own(&Step::ALL.map(Step::code)),
        ),
        ("posts.format", "UPDATE posts SET format = '{}'", own(&["markdown", "text", "html"])),
        ("posts.held_rank", "UPDATE posts SET held_rank = '{}'", ranks),
        ("posts.held_tier", "UPDATE posts SET held_tier = '{}'", tiers),
        (
            "posts.edited_as",
            "UPDATE posts SET edited_at = created_at, edited_by = author_id, edit_reason = '', edited_as = '{}'",
            own(&["author", "moderator"]),
        ),
        (
            "notifications.kind",
            "INSERT INTO notifications (member_id, key, kind, happened_at) SELECT id, 'test {}', '{}', joined_at FROM members LIMIT 1",
            own(&Kind::ALL.map(Kind::code)),
        ),
        (
            "notification_choices.kind",
            "INSERT INTO notification_choices (member_id, kind, mail, shown) SELECT id, '{}', 'daily', TRUE FROM members LIMIT 1",
            own(&Kind::ALL.map(Kind::code)),
        ),
        (
            "notification_choices.mail",
            "UPDATE notification_choices SET mail = '{}'",
            own(&Delivery::ALL.map(Delivery::code)),
        ),
        (
            "import_origins.kind",
            "UPDATE import_origins SET kind = '{}' WHERE source_id = 'm1'",
            own(&["member", "board", "thread", "post"]),
        ),
    ]
}

/// [`coded_columns`] of badges.
fn badge_columns() -> Vec<(&'static str, &'static str, Vec<String>)> {
    vec![
        (
            "badge_policies.badge",
            "INSERT INTO badge_policies (badge, version, published_at, checked) VALUES ('{}', 99, '2026-01-15 00:00:00', '')",
            own(&Badge::ALL.map(Badge::code)),
        ),
        (
            "badge_grants.state",
            "UPDATE badge_grants SET state = '{}', active_name = CASE WHEN '{}' = 'active' THEN bound_name END",
            own(&GrantState::ALL.map(GrantState::code)),
        ),
        (
            "badge_grants.origin",
            "INSERT INTO badge_grants (member_id, badge, policy_version, bound_name, state, granted_at, origin) \
             SELECT min(id), 'phone-verified', 1, 'x', 'expired', '2026-01-15 00:00:00', '{}' FROM members",
            own(&["import", "checks"]),
        ),
        (
            "badge_grants.suspended_for",
            "UPDATE badge_grants SET suspended_for = '{}'",
            own(&["name", "take-over", "report", "other"]),
        ),
        (
            "policy_drafts.state",
            "INSERT INTO policy_drafts (checked, words, valid_months, settling_minutes, promise_hours, carries, state, version, \
             drafted_by, drafted_at, changed_at, approved_by, approved_at, published_as) \
             SELECT '', '', 1, 0, 1, '[]', '{}', 1, min(id), '2026-01-15 00:00:00', '2026-01-15 00:00:00', \
             CASE WHEN '{}' <> 'draft' THEN max(id) END, CASE WHEN '{}' <> 'draft' THEN max(joined_at) END, \
             CASE WHEN '{}' = 'published' THEN 3 END FROM members",
            own(&Phase::ALL.map(Phase::code)),
        ),
        (
            "verification_appeals.against",
            "DELETE FROM verification_appeals; INSERT INTO verification_appeals (member_id, grant_id, against, against_at, words, appealed_at, due_at) \
             SELECT member_id, id, '{}', '2026-01-15 00:00:00', '', '2026-01-15 00:00:00', '2026-01-15 00:00:00' FROM badge_grants",
            own(&["refused", "revoked", "suspended"]),
        ),
        ("members.side", "UPDATE members SET side = '{}'", own(&Side::ALL.map(Side::code))),
        (
            "rollouts.state",
            "INSERT INTO rollouts (title, reason, audience, percent, policy_version, publication, most, longest_wait, version, \
             changed_at, drafted_by, state, approved_by, salt_hash, paused_for) \
             SELECT '', '', '', 100, 2, 'at-once', 1, 1, 1, '2026-01-15 00:00:00', min(id), '{}', \
             CASE WHEN '{}' <> 'draft' THEN max(id) END, CASE WHEN '{}' <> 'draft' THEN '' END, \
             CASE WHEN '{}' = 'paused' THEN 'hand' END FROM members",
            own(&rollouts::Phase::ALL.map(rollouts::Phase::code)),
        ),
        (
            "rollouts.publication",
            "UPDATE rollouts SET publication = '{}', share = CASE WHEN '{}' = 'at-share' THEN 50 END, \
             latest_at = CASE WHEN '{}' <> 'at-once' THEN changed_at END",
            own(&rollouts::Publication::CODES),
        ),
        (
            "rollouts.paused_for",
            "UPDATE rollouts SET paused_for = '{}' WHERE state = 'paused'",
            own(&rollouts::Pause::ALL.map(rollouts::Pause::code)),
        ),
        (
            "rollout_members.state",
            "DELETE FROM rollout_members; INSERT INTO rollout_members (rollout_id, member_id, turn, place, state, invited_at, outcome) \
             SELECT min(id), 1, 0, '', '{}', CASE WHEN '{}' <> 'exempt' THEN min(changed_at) END, \
             CASE WHEN '{}' = 'settled' THEN 'verified' END FROM rollouts",
            own(&rollouts::Invitation::ALL.map(rollouts::Invitation::code)),
        ),
        (
            "rollout_members.outcome",
            "DELETE FROM rollout_members; INSERT INTO rollout_members (rollout_id, member_id, turn, place, state, outcome) \
             SELECT min(id), 1, 0, '', 'settled', '{}' FROM rollouts",
            own(&rollouts::Outcome::ALL.map(rollouts::Outcome::code)),
        ),
    ]
}

/// A site in which each table with codes has a row.
async fn site_with_a_row_in_each_table() -> TestSite {
    let site = TestSite::start();
    let bundle = site.database.folder.path().join("bundle.jsonl");
    let lines = [
        r#"{"kind":"community","version":1,"source":"elsewhere"}"#,
        r#"{"kind":"member","id":"m1","handle":"maria-k","name":"Maria K","joined":"2015-03-31T00:00:00Z","roles":["moderator"],"tier":"top-rated","badges":["identity-verified"]}"#,
        r#"{"kind":"board","id":"b1","slug":"clients","title":"Clients"}"#,
        r#"{"kind":"thread","id":"t1","board":"b1","title":"Hello there","author":"m1","created":"2016-01-01T00:00:00Z"}"#,
        r#"{"kind":"post","id":"p1","thread":"t1","author":"m1","created":"2016-01-01T00:00:00Z","format":"text","body":"Hello"}"#,
    ];
    std::fs::write(&bundle, lines.join("\n")).unwrap();
    let report =
        touchstone::commands::import::load(&site.db, &site.keys(), &bundle, site.clock.now()).unwrap();
    assert!(report.refusals.is_empty(), "{report}");
    let fields = [
        ("handle", "newcomer"),
        ("name", "New Comer"),
        ("email", "newcomer@example.org"),
        ("password", crate::support::site::PASSWORD),
    ];
    site.post(&crate::support::Person::visitor(), "/join", &fields).await.expect(303);
    site
}

#[actix_web::test]
async fn a_code_that_the_program_does_not_know_is_refused_by_the_database() {
    let site = site_with_a_row_in_each_table().await;
    let mut conn = Conn::open(&site.database.url).unwrap();

    for (column, change, codes) in coded_columns().into_iter().chain(badge_columns()) {
        for code in codes {
            let statement = change.replace("{}", &code);
            conn.batch_execute(&statement).unwrap_or_else(|cause| panic!("{column} refuses {code}: {cause}"));
        }
        let refused = conn.batch_execute(&change.replace("{}", "baron"));
        assert!(
            matches!(refused, Err(Error::DatabaseError(DatabaseErrorKind::CheckViolation, _))),
            "{column} takes a baron: {refused:?}"
        );
    }
}
