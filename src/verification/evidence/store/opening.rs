//! What opens an image, and who may look at it.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::{Found, FoundRow};
use crate::badges::rules::GrantState;
use crate::clock::Time;
use crate::db::schema::{badge_grants, calls, document_cases, document_decisions, evidence};
use crate::db::{Conn, decode};
use crate::members::MemberId;
use crate::verification::document::rules::State;
use crate::verification::evidence::rules::{Held, Second};
use crate::verification::{CaseId, EvidenceId};

/// What opens an image that is there, and who may; `who` is whoever wants to.
pub fn to_open(conn: &mut Conn, id: EvidenceId, who: MemberId) -> QueryResult<Option<(Found, Held)>> {
    type Case = (String, Option<MemberId>, Option<Time>);
    let caller: Option<Option<MemberId>> = calls::table
        .inner_join(evidence::table.on(evidence::case_id.eq(calls::case_id)))
        .filter(evidence::id.eq(id))
        .filter(calls::state.eq("in-call"))
        .select(calls::agent_id)
        .first(conn)
        .optional()?;
    let row: Option<(FoundRow, Time, Case)> = evidence::table
        .inner_join(document_cases::table.on(document_cases::id.eq(evidence::case_id)))
        .filter(evidence::id.eq(id))
        .filter(evidence::kept_at.is_not_null())
        .filter(evidence::destroyed_at.is_null())
        .select((
            FoundRow::as_select(),
            evidence::destroy_at,
            (document_cases::state, document_cases::claimed_by, document_cases::claimed_until),
        ))
        .first(conn)
        .optional()?;
    let Some((found, destroy_at, (state, by, until))) = row else { return Ok(None) };
    let state = decode(&state, State::parse)?;
    let Some(found) = found.read()? else { return Ok(None) };
    let held = Held {
        owner: found.member,
        state,
        claim: by.zip(until),
        caller: caller.flatten(),
        second: second_look(conn, found.case, who)?,
        destroy_at,
    };
    Ok(Some((found, held)))
}

/// Whether a badge that stands on this case waits for its second look, and whether `who` took part before.
fn second_look(conn: &mut Conn, case: CaseId, who: MemberId) -> QueryResult<Option<Second>> {
    let waiting = badge_grants::table
        .filter(badge_grants::document_case_id.eq(case.0))
        .filter(badge_grants::state.eq(GrantState::Settling.code()))
        .filter(badge_grants::needs_second.eq(true))
        .filter(badge_grants::second_at.is_null());
    let decided = document_decisions::table
        .filter(document_decisions::case_id.eq(case.0))
        .filter(document_decisions::agent_id.eq(who));
    let talked = calls::table
        .filter(calls::case_id.eq(case.0))
        .filter(calls::agent_id.eq(who))
        .filter(calls::decided_at.is_not_null());
    let (waits, took_part): (bool, bool) =
        diesel::select((exists(waiting), exists(decided).or(exists(talked)))).get_result(conn)?;
    Ok(waits.then_some(Second { took_part }))
}
