//! The audit in the database.

use diesel::prelude::*;

use super::rules::{Link, Walk};
use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{audit_chain, audit_events};
use crate::members::MemberId;

/// Rows that are read at once when the chain is walked along.
const STRETCH: i64 = 1_000;

/// Writes down what staff did. The end of the chain is held until the transaction ends, so that rows follow each
/// other one by one.
pub fn add(
    conn: &mut Conn,
    actor: Option<MemberId>,
    act: &str,
    subject: &str,
    reason: &str,
    now: Time,
) -> QueryResult<()> {
    let (id, previous): (i64, String) = diesel::update(audit_chain::table.find(1))
        .set(audit_chain::last_id.eq(audit_chain::last_id + 1))
        .returning((audit_chain::last_id, audit_chain::hash))
        .get_result(conn)?;
    let link = Link {
        id,
        at: now,
        actor,
        act: act.to_owned(),
        subject: subject.to_owned(),
        reason: reason.to_owned(),
        previous: Some(previous),
        hash: None,
    };
    let hash = link.expected();
    diesel::insert_into(audit_events::table)
        .values((
            audit_events::id.eq(id),
            audit_events::happened_at.eq(now),
            audit_events::actor_id.eq(actor),
            audit_events::act.eq(act),
            audit_events::subject.eq(subject),
            audit_events::reason.eq(reason),
            audit_events::previous_hash.eq(&link.previous),
            audit_events::hash.eq(&hash),
        ))
        .execute(conn)?;
    diesel::update(audit_chain::table.find(1)).set(audit_chain::hash.eq(&hash)).execute(conn).map(|_| ())
}

type Row = (i64, Time, Option<MemberId>, String, String, String, Option<String>, Option<String>);

/// The rows after the one of number `after`, in their order.
fn after(conn: &mut Conn, after: i64) -> QueryResult<Vec<Link>> {
    let rows: Vec<Row> = audit_events::table
        .filter(audit_events::id.gt(after))
        .order(audit_events::id)
        .limit(STRETCH)
        .select((
            audit_events::id,
            audit_events::happened_at,
            audit_events::actor_id,
            audit_events::act,
            audit_events::subject,
            audit_events::reason,
            audit_events::previous_hash,
            audit_events::hash,
        ))
        .load(conn)?;
    let link = |(id, at, actor, act, subject, reason, previous, hash): Row| Link {
        id,
        at,
        actor,
        act,
        subject,
        reason,
        previous,
        hash,
    };
    Ok(rows.into_iter().map(link).collect())
}

/// Walks along the whole audit: how many rows hold, or a sentence that names the first that does not.
pub fn verify(conn: &mut Conn) -> QueryResult<Result<i64, String>> {
    let (mut walk, mut last) = (Walk::default(), 0);
    loop {
        let links = after(conn, last)?;
        let Some(end) = links.last() else { break };
        last = end.id;
        if let Err(broken) = links.iter().try_for_each(|link| walk.step(link)) {
            return Ok(Err(broken));
        }
    }
    let (id, hash): (i64, String) =
        audit_chain::table.find(1).select((audit_chain::last_id, audit_chain::hash)).first(conn)?;
    Ok(walk.end(id, &hash).map(|()| walk.rows()))
}
