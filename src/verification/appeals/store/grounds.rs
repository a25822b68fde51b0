//! What was decided against members, and who took part in that.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::badges::rules::{Cause, GrantState, Place};
use crate::clock::Time;
use crate::db::schema::{audit_events, badge_grants, badge_revocations, calls};
use crate::db::{Conn, decode};
use crate::members::MemberId;
use crate::verification::appeals::rules::Against;

/// A grant, and what was decided about it.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub member: MemberId,
    /// Where it stands.
    pub place: Place,
    /// Until when it counts.
    pub expires_at: Option<Time>,
    /// For what it was taken away.
    pub revoked_for: Option<String>,
    /// The document that it stands on.
    pub case: Option<i64>,
    /// Who looked a second time, and when.
    pub second: (Option<MemberId>, Option<Time>),
    /// Who took it off, and when.
    pub suspended: (Option<MemberId>, Option<Time>),
    /// When two trust administrators took it away.
    pub revoked_at: Option<Time>,
}

impl Held {
    /// The decision that stands against it, and when that was made.
    #[must_use]
    pub fn decided(&self) -> Option<(Against, Time)> {
        let refused = self.revoked_at.is_none() && self.second.1.is_some();
        let against = Against::of_grant(self.place, refused)?;
        let at = match against {
            Against::Refused => self.second.1,
            Against::Suspended => self.suspended.1,
            _ => self.revoked_at,
        };
        Some((against, at?))
    }
}

type Row = (
    (i64, MemberId),
    (String, Option<String>),
    (Option<Time>, Option<String>, Option<i64>),
    (Option<MemberId>, Option<Time>),
    (Option<MemberId>, Option<Time>),
    Option<Time>,
);

fn read(row: Row) -> QueryResult<Held> {
    let ((id, member), (state, cause), (expires_at, revoked_for, document), second, suspended, revoked) = row;
    let state = decode(&state, GrantState::parse)?;
    let cause = cause.filter(|_| state == GrantState::Suspended);
    let cause = cause.map(|code| decode(&code, Cause::parse)).transpose()?;
    Ok(Held {
        id,
        member,
        place: Place { state, cause },
        expires_at,
        revoked_for,
        case: document,
        second,
        suspended,
        revoked_at: revoked,
    })
}

/// These grants, and those that stand on these documents; the oldest first.
pub fn grants(conn: &mut Conn, ids: &[i64], cases: &[i64]) -> QueryResult<Vec<Held>> {
    let confirmed =
        badge_revocations::grant_id.eq(badge_grants::id).and(badge_revocations::is_confirmed.eq(true));
    let rows: Vec<Row> = badge_grants::table
        .left_join(badge_revocations::table.on(confirmed))
        .filter(badge_grants::id.eq_any(ids).or(badge_grants::document_case_id.eq_any(cases)))
        .order(badge_grants::id)
        .select((
            (badge_grants::id, badge_grants::member_id),
            (badge_grants::state, badge_grants::suspended_for),
            (badge_grants::expires_at, badge_grants::revoked_for, badge_grants::document_case_id),
            (badge_grants::second_by, badge_grants::second_at),
            (badge_grants::suspended_by, badge_grants::suspended_at),
            badge_revocations::decided_at.nullable(),
        ))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Which documents these calls were about, by call.
pub fn cases_of_calls(conn: &mut Conn, ids: &[i64]) -> QueryResult<HashMap<i64, i64>> {
    let rows: Vec<(i64, i64)> =
        calls::table.filter(calls::id.eq_any(ids)).select((calls::id, calls::case_id)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Who asked for these grants to be taken away, and who decided that, by grant.
pub fn revokers(conn: &mut Conn, grants: &[i64]) -> QueryResult<HashMap<i64, Vec<MemberId>>> {
    let rows: Vec<(i64, MemberId, Option<MemberId>)> = badge_revocations::table
        .filter(badge_revocations::grant_id.eq_any(grants))
        .select((badge_revocations::grant_id, badge_revocations::asked_by, badge_revocations::decided_by))
        .load(conn)?;
    let mut revokers: HashMap<i64, Vec<MemberId>> = HashMap::new();
    for (grant, asked, decided) in rows {
        revokers.entry(grant).or_default().extend(std::iter::once(asked).chain(decided));
    }
    Ok(revokers)
}

/// What the audit says of a subject up to a moment, the oldest first: act, words and time, and never by whom.
pub fn said(conn: &mut Conn, subject: &str, until: Time) -> QueryResult<Vec<(String, String, Time)>> {
    let mut said: Vec<(String, String, Time)> = audit_events::table
        .filter(audit_events::subject.eq(subject))
        .filter(audit_events::happened_at.le(until))
        .order(audit_events::id.desc())
        .limit(50)
        .select((audit_events::act, audit_events::reason, audit_events::happened_at))
        .load(conn)?;
    said.reverse();
    Ok(said)
}
