//! Appeals in the database.

use diesel::prelude::*;

use super::rules::Decision;
use crate::acts::ActId;
use crate::clock::Time;
use crate::db::schema::{appeals, members};
use crate::db::{Conn, decode};
use crate::members::MemberId;

/// An appeal.
#[derive(Clone, Debug)]
pub struct Appeal {
    /// Against what.
    pub act: ActId,
    /// Whose.
    pub member: MemberId,
    /// Their name.
    pub name: String,
    /// Why, in their words.
    pub words: String,
    /// When.
    pub at: Time,
    /// What was decided, when, and why.
    pub decided: Option<(Decision, Time, String)>,
}

type Row = (ActId, MemberId, String, String, Time, Option<String>, Option<Time>, Option<String>);

fn appeal((act, member, name, words, at, outcome, decided_at, reason): Row) -> QueryResult<Appeal> {
    let decided = match (outcome, decided_at, reason) {
        (Some(code), Some(at), Some(reason)) => Some((decode(&code, Decision::parse)?, at, reason)),
        _ => None,
    };
    Ok(Appeal { act, member, name, words, at, decided })
}

#[diesel::dsl::auto_type]
fn columns() -> _ {
    (
        appeals::act_id,
        appeals::member_id,
        members::name,
        appeals::words,
        appeals::appealed_at,
        appeals::outcome,
        appeals::decided_at,
        appeals::reason,
    )
}

/// The appeal against an act.
pub fn find(conn: &mut Conn, act: ActId) -> QueryResult<Option<Appeal>> {
    let row: Option<Row> = appeals::table
        .inner_join(members::table.on(members::id.eq(appeals::member_id)))
        .filter(appeals::act_id.eq(act))
        .select(columns())
        .first(conn)
        .optional()?;
    row.map(appeal).transpose()
}

/// Appeals that wait, the longest first.
pub fn waiting(conn: &mut Conn, limit: i64) -> QueryResult<Vec<Appeal>> {
    let rows: Vec<Row> = appeals::table
        .inner_join(members::table.on(members::id.eq(appeals::member_id)))
        .filter(appeals::decided_at.is_null())
        .order((appeals::appealed_at, appeals::act_id))
        .limit(limit)
        .select(columns())
        .load(conn)?;
    rows.into_iter().map(appeal).collect()
}

/// Writes an appeal. A second against the same act fails on the key.
pub fn insert(conn: &mut Conn, act: ActId, member: MemberId, words: &str, now: Time) -> QueryResult<()> {
    diesel::insert_into(appeals::table)
        .values((
            appeals::act_id.eq(act),
            appeals::member_id.eq(member),
            appeals::words.eq(words),
            appeals::appealed_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Decides an appeal, and says whether it still waited: of two who decide at once, one does.
pub fn decide(
    conn: &mut Conn,
    act: ActId,
    by: MemberId,
    decision: Decision,
    reason: &str,
    now: Time,
) -> QueryResult<bool> {
    diesel::update(appeals::table.find(act).filter(appeals::decided_at.is_null()))
        .set((
            appeals::decided_at.eq(now),
            appeals::decided_by.eq(by),
            appeals::outcome.eq(decision.code()),
            appeals::reason.eq(reason),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}
