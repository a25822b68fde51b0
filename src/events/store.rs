//! The outbox in the database.

use diesel::prelude::*;

use super::rules::Event;
use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::outbox_events;

/// Writes an event down, in the transaction of what it tells of.
pub fn add(conn: &mut Conn, event: &Event, now: Time) -> QueryResult<()> {
    let payload = serde_json::to_string(event)
        .map_err(|cause| diesel::result::Error::SerializationError(Box::new(cause)))?;
    diesel::insert_into(outbox_events::table)
        .values((
            outbox_events::kind.eq(event.kind()),
            outbox_events::payload.eq(payload),
            outbox_events::happened_at.eq(now),
            outbox_events::due_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// An event that a worker took.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Number.
    pub id: i64,
    /// What happened, as it was written.
    pub payload: String,
    /// When.
    pub happened_at: Time,
    /// How often it was tried in vain.
    pub tries: i64,
    /// Up to which member it was told already.
    pub told_up_to: i64,
}

type Row = (i64, String, Time, i64, i64);

/// Takes the event that is due longest, for the rest of the transaction. On PostgreSQL its row is locked, and
/// workers that ask meanwhile take the next; on SQLite there is one writer.
pub fn take_due(conn: &mut Conn, limit: i64, now: Time) -> QueryResult<Option<Taken>> {
    let due = outbox_events::table
        .filter(outbox_events::due_at.le(now))
        .filter(outbox_events::tries.lt(limit))
        .order((outbox_events::due_at, outbox_events::id))
        .select((
            outbox_events::id,
            outbox_events::payload,
            outbox_events::happened_at,
            outbox_events::tries,
            outbox_events::told_up_to,
        ))
        .limit(1);
    let row: Option<Row> = match conn {
        Conn::Sqlite(conn) => due.get_result(conn).optional()?,
        Conn::Postgres(conn) => due.for_update().skip_locked().get_result(conn).optional()?,
    };
    Ok(row.map(|(id, payload, happened_at, tries, told_up_to)| Taken {
        id,
        payload,
        happened_at,
        tries,
        told_up_to,
    }))
}

/// Whether an event is due.
pub fn is_due(conn: &mut Conn, limit: i64, now: Time) -> QueryResult<bool> {
    let due =
        outbox_events::table.filter(outbox_events::due_at.le(now)).filter(outbox_events::tries.lt(limit));
    diesel::select(diesel::dsl::exists(due)).get_result(conn)
}

/// Drops an event that was told.
pub fn drop(conn: &mut Conn, id: i64) -> QueryResult<()> {
    diesel::delete(outbox_events::table.find(id)).execute(conn).map(|_| ())
}

/// Notes up to which member an event was told; the others have their turn before it goes on.
pub fn go_on(conn: &mut Conn, id: i64, told_up_to: i64, now: Time) -> QueryResult<()> {
    diesel::update(outbox_events::table.find(id))
        .set((outbox_events::told_up_to.eq(told_up_to), outbox_events::due_at.eq(now)))
        .execute(conn)
        .map(|_| ())
}

/// Notes why an event could not be told, and when to try again.
pub fn put_off(conn: &mut Conn, id: i64, failure: &str, due_at: Time) -> QueryResult<()> {
    diesel::update(outbox_events::table.find(id))
        .set((
            outbox_events::failure.eq(failure),
            outbox_events::due_at.eq(due_at),
            outbox_events::tries.eq(outbox_events::tries + 1),
        ))
        .execute(conn)
        .map(|_| ())
}

/// An event that could not be told.
#[derive(Clone, Debug)]
pub struct Failing {
    /// Number.
    pub id: i64,
    /// What happened.
    pub kind: String,
    /// When.
    pub happened_at: Time,
    /// How often it was tried.
    pub tries: i64,
    /// What went wrong the last time.
    pub failure: String,
}

/// Events that were tried in vain, the newest first.
pub fn failing(conn: &mut Conn, limit: i64) -> QueryResult<Vec<Failing>> {
    let rows: Vec<(i64, String, Time, i64, Option<String>)> = outbox_events::table
        .filter(outbox_events::failure.is_not_null())
        .order(outbox_events::id.desc())
        .limit(limit)
        .select((
            outbox_events::id,
            outbox_events::kind,
            outbox_events::happened_at,
            outbox_events::tries,
            outbox_events::failure,
        ))
        .load(conn)?;
    let failing = rows.into_iter().map(|(id, kind, happened_at, tries, failure)| Failing {
        id,
        kind,
        happened_at,
        tries,
        failure: failure.unwrap_or_default(),
    });
    Ok(failing.collect())
}

/// How many events wait to be told.
pub fn waiting(conn: &mut Conn) -> QueryResult<i64> {
    outbox_events::table.count().get_result(conn)
}

/// Lets an event that was tried in vain begin anew, and says whether there was one.
pub fn try_again(conn: &mut Conn, id: i64, now: Time) -> QueryResult<bool> {
    diesel::update(outbox_events::table.find(id).filter(outbox_events::failure.is_not_null()))
        .set((outbox_events::tries.eq(0), outbox_events::due_at.eq(now)))
        .execute(conn)
        .map(|rows| rows == 1)
}
