//! Who looked at evidence, as the audit knows it.

use diesel::prelude::*;

use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{audit_events, document_cases};
use crate::members::MemberId;
use crate::verification::CaseId;
use crate::verification::evidence::rules::OPENED;

/// How the audit calls a case.
#[must_use]
pub fn subject(case: CaseId) -> String {
    format!("document case {}", case.0)
}

/// The numbers of a member's cases.
pub fn cases_of(conn: &mut Conn, member: MemberId) -> QueryResult<Vec<CaseId>> {
    let own = document_cases::table.filter(document_cases::member_id.eq(member));
    own.order(document_cases::id).select(document_cases::id).load(conn)
}

/// When these cases were looked into before the row of number `before`, and in which role: number, case, time and
/// role, the newest first.
pub fn looks(
    conn: &mut Conn,
    cases: &[CaseId],
    before: i64,
    limit: i64,
) -> QueryResult<Vec<(i64, String, Time, String)>> {
    let subjects: Vec<String> = cases.iter().map(|case| subject(*case)).collect();
    audit_events::table
        .filter(audit_events::subject.eq_any(subjects))
        .filter(audit_events::act.eq(OPENED))
        .filter(audit_events::id.lt(before))
        .order(audit_events::id.desc())
        .limit(limit)
        .select((audit_events::id, audit_events::subject, audit_events::happened_at, audit_events::reason))
        .load(conn)
}
