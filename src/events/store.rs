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
