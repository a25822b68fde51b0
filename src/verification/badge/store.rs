//! Second looks and revocations in the database.

mod revocations;

use std::collections::HashMap;

use diesel::prelude::*;

use crate::badges::rules::{Cause, GrantState};
use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{badge_grants, calls, document_decisions, members};
use crate::members::MemberId;

pub use revocations::{Revocation, ask, close, open, revocation};

/// A grant that waits for a second look.
#[derive(Clone, Debug, Queryable)]
pub struct Look {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub member: MemberId,
    /// The member's name.
    pub name: String,
    /// The member's name in addresses.
    pub handle: String,
    /// When the call was passed.
    pub granted_at: Time,
    /// Until when it is promised.
    pub promised_until: Option<Time>,
    /// The approved document.
    pub case: Option<i64>,
    /// The passed call.
    pub call: Option<i64>,
}

type Columns = (
    badge_grants::id,
    members::id,
    members::name,
    members::handle,
    badge_grants::granted_at,
    badge_grants::promised_until,
    badge_grants::document_case_id,
    badge_grants::call_id,
);
/// What is read of a grant that waits for a second look.
const COLUMNS: Columns = (
    badge_grants::id,
    members::id,
    members::name,
    members::handle,
    badge_grants::granted_at,
    badge_grants::promised_until,
    badge_grants::document_case_id,
    badge_grants::call_id,
);

/// A step that somebody decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepDone {
    /// By whom.
    pub agent: MemberId,
    /// How it was decided.
    pub outcome: String,
    /// When.
    pub at: Time,
    /// Whether something looked like fraud.
    pub is_flagged: bool,
}

/// Grants that wait for a second look, the oldest first.
pub fn waiting(conn: &mut Conn, after: i64, limit: i64) -> QueryResult<Vec<Look>> {
    badge_grants::table
        .inner_join(members::table)
        .filter(badge_grants::state.eq(GrantState::Settling.code()))
        .filter(badge_grants::needs_second.eq(true))
        .filter(badge_grants::second_at.is_null())
        .filter(badge_grants::id.gt(after))
        .order(badge_grants::id)
        .limit(limit)
        .select(COLUMNS)
        .load(conn)
}

/// Members whose badge is off because their account looks as if somebody took it over: name and handle, the
/// oldest badge first.
pub fn suspected(conn: &mut Conn, limit: i64) -> QueryResult<Vec<(String, String)>> {
    badge_grants::table
        .inner_join(members::table)
        .filter(badge_grants::state.eq(GrantState::Suspended.code()))
        .filter(badge_grants::suspended_for.eq(Cause::TakeOver.code()))
        .order(badge_grants::id)
        .limit(limit)
        .select((members::name, members::handle))
        .load(conn)
}

/// A grant that needs a second look, whether it still waits or had it.
pub fn look(conn: &mut Conn, grant: i64) -> QueryResult<Option<Look>> {
    badge_grants::table
        .inner_join(members::table)
        .filter(badge_grants::id.eq(grant))
        .filter(badge_grants::needs_second.eq(true))
        .select(COLUMNS)
        .first(conn)
        .optional()
}

/// What was decided about these documents, in its order, by case.
pub fn documents(conn: &mut Conn, cases: &[i64]) -> QueryResult<HashMap<i64, Vec<StepDone>>> {
    let rows: Vec<(i64, MemberId, String, Time)> = document_decisions::table
        .filter(document_decisions::case_id.eq_any(cases))
        .order(document_decisions::id)
        .select((
            document_decisions::case_id,
            document_decisions::agent_id,
            document_decisions::outcome,
            document_decisions::decided_at,
        ))
        .load(conn)?;
    let mut done: HashMap<i64, Vec<StepDone>> = HashMap::new();
    for (case, agent, outcome, at) in rows {
        done.entry(case).or_default().push(StepDone { agent, outcome, at, is_flagged: false });
    }
    Ok(done)
}

type TalkRow = (i64, Option<MemberId>, String, Option<Time>, bool);

/// What was decided in calls about these documents, in its order, by case.
pub fn talks(conn: &mut Conn, cases: &[i64]) -> QueryResult<HashMap<i64, Vec<StepDone>>> {
    let rows: Vec<TalkRow> = calls::table
        .filter(calls::case_id.eq_any(cases))
        .filter(calls::decided_at.is_not_null())
        .order(calls::id)
        .select((calls::case_id, calls::agent_id, calls::state, calls::decided_at, calls::is_flagged))
        .load(conn)?;
    let mut done: HashMap<i64, Vec<StepDone>> = HashMap::new();
    for (case, agent, outcome, at, is_flagged) in rows {
        if let (Some(agent), Some(at)) = (agent, at) {
            done.entry(case).or_default().push(StepDone { agent, outcome, at, is_flagged });
        }
    }
    Ok(done)
}
