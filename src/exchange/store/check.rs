//! Whether what is counted equals what is there.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::db::Conn;
use crate::error::Error;

/// A counter that is off.
#[derive(QueryableByName)]
struct Off {
    #[diesel(sql_type = Text)]
    what: String,
    #[diesel(sql_type = BigInt)]
    stored: i64,
    #[diesel(sql_type = BigInt)]
    counted: i64,
}

/// A check: what is counted, and the query that finds what is off, in the SQL that both databases speak.
const CHECKS: [(&str, &str); 7] = [
    (
        "readable posts of thread",
        "SELECT CAST(t.id AS TEXT) AS what, t.posts AS stored, \
         (SELECT count(*) FROM posts p WHERE p.thread_id = t.id AND p.removed_at IS NULL) AS counted FROM threads t \
         WHERE t.posts <> (SELECT count(*) FROM posts p WHERE p.thread_id = t.id AND p.removed_at IS NULL) LIMIT 20",
    ),
    (
        "highest number of thread",
        "SELECT CAST(t.id AS TEXT) AS what, t.last_number AS stored, \
         (SELECT coalesce(max(p.number), 0) FROM posts p WHERE p.thread_id = t.id) AS counted FROM threads t \
         WHERE t.last_number < (SELECT coalesce(max(p.number), 0) FROM posts p WHERE p.thread_id = t.id) LIMIT 20",
    ),
    (
        "posts of member",
        "SELECT m.handle AS what, m.posts AS stored, \
         (SELECT count(*) FROM posts p JOIN threads t ON t.id = p.thread_id WHERE p.author_id = m.id AND p.removed_at IS NULL AND t.audience & 1 = 1) AS counted FROM members m \
         WHERE m.posts <> (SELECT count(*) FROM posts p JOIN threads t ON t.id = p.thread_id WHERE p.author_id = m.id AND p.removed_at IS NULL AND t.audience & 1 = 1) LIMIT 20",
    ),
    (
        "threads of board",
        "SELECT b.slug AS what, b.threads AS stored, (SELECT count(*) FROM threads t WHERE t.board_id = b.id AND t.audience & 1 = 1 AND t.merged_into IS NULL) AS counted \
         FROM boards b WHERE b.threads <> (SELECT count(*) FROM threads t WHERE t.board_id = b.id AND t.audience & 1 = 1 AND t.merged_into IS NULL) LIMIT 20",
    ),
    (
        "readable posts of board",
        "SELECT b.slug AS what, b.posts AS stored, (SELECT count(*) FROM posts p JOIN threads t ON t.id = p.thread_id \
         WHERE t.board_id = b.id AND p.removed_at IS NULL AND t.audience & 1 = 1) AS counted FROM boards b \
         WHERE b.posts <> (SELECT count(*) FROM posts p JOIN threads t ON t.id = p.thread_id \
         WHERE t.board_id = b.id AND p.removed_at IS NULL AND t.audience & 1 = 1) LIMIT 20",
    ),
    (
        "time of the last post of thread",
        "SELECT CAST(t.id AS TEXT) AS what, CAST(0 AS BIGINT) AS stored, CAST(1 AS BIGINT) AS counted FROM threads t \
         JOIN posts p ON p.thread_id = t.id AND p.number = (SELECT max(q.number) FROM posts q WHERE q.thread_id = t.id) \
         WHERE t.last_post_at <> p.created_at OR t.last_poster_id <> p.author_id LIMIT 20",
    ),
    (
        "active badges whose bound name is not the member's",
        "SELECT m.handle AS what, CAST(0 AS BIGINT) AS stored, CAST(1 AS BIGINT) AS counted FROM badge_grants g \
         JOIN members m ON m.id = g.member_id WHERE g.state = 'active' AND g.bound_name <> m.name LIMIT 20",
    ),
];

/// A sentence for each counter that is off, and for what the database itself finds wrong.
///
/// # Errors
/// When the database fails.
pub fn all(conn: &mut Conn) -> Result<Vec<String>, Error> {
    let mut wrong = Vec::new();
    for (name, query) in CHECKS {
        let off: Vec<Off> = match conn {
            Conn::Sqlite(conn) => diesel::sql_query(query).load(conn)?,
            Conn::Postgres(conn) => diesel::sql_query(query).load(conn)?,
        };
        for one in off {
            wrong.push(format!("The {name} {}: stored {}, counted {}.", one.what, one.stored, one.counted));
        }
    }
    wrong.extend(damaged(conn)?);
    Ok(wrong)
}

/// What SQLite finds when it looks through its own file; PostgreSQL looks after itself.
fn damaged(conn: &mut Conn) -> Result<Vec<String>, Error> {
    #[derive(QueryableByName)]
    struct Finding {
        #[diesel(sql_type = Text)]
        quick_check: String,
    }
    let Conn::Sqlite(conn) = conn else {
        return Ok(Vec::new());
    };
    let findings: Vec<Finding> = diesel::sql_query("PRAGMA quick_check").load(conn)?;
    let wrong = findings.into_iter().filter(|one| one.quick_check != "ok");
    Ok(wrong.map(|one| format!("The database file is damaged: {}.", one.quick_check)).collect())
}
