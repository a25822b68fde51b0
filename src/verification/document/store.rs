//! Cases in the database.

use diesel::prelude::*;

use super::rules::{Class, Kind, Place, Reason, State};
use crate::clock::Time;
use crate::db::schema::document_cases;
use crate::db::{Conn, decode};
use crate::members::MemberId;
use crate::verification::CaseId;

/// One attempt to have a document checked. What was typed stays sealed.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its number.
    pub id: CaseId,
    /// Whose it is.
    pub member: MemberId,
    /// Under which version of the policy.
    pub policy_version: i64,
    /// Where it stands, and who may take it.
    pub place: Place,
    /// The kind of document, once it is chosen.
    pub kind: Option<Kind>,
    /// The country that issued it, as two letters (ISO 3166-1).
    pub country: Option<String>,
    /// How often something better was asked for.
    pub resubmissions: i64,
    /// When the member agreed.
    pub consented_at: Time,
    /// When the member last went on.
    pub touched_at: Time,
    /// Since when it waits for an agent.
    pub waiting_since: Option<Time>,
    /// Who holds it, and until when.
    pub claim: Option<(MemberId, Time)>,
    /// When it was first sent off.
    pub submitted_at: Option<Time>,
    /// When it was decided.
    pub decided_at: Option<Time>,
    /// Why it is not approved.
    pub reason: Option<Reason>,
    /// When the member appealed.
    pub appealed_at: Option<Time>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = document_cases)]
struct Row {
    id: CaseId,
    member_id: MemberId,
    policy_version: i64,
    state: String,
    class: String,
    kind: Option<String>,
    country: Option<String>,
    resubmissions: i64,
    consented_at: Time,
    touched_at: Time,
    waiting_since: Option<Time>,
    claimed_by: Option<MemberId>,
    claimed_until: Option<Time>,
    submitted_at: Option<Time>,
    decided_at: Option<Time>,
    reason: Option<String>,
    appealed_at: Option<Time>,
}

impl Row {
    fn read(self) -> QueryResult<Case> {
        Ok(Case {
            id: self.id,
            member: self.member_id,
            policy_version: self.policy_version,
            place: (decode(&self.state, State::parse)?, decode(&self.class, Class::parse)?),
            kind: self.kind.as_deref().map(|kind| decode(kind, Kind::parse)).transpose()?,
            country: self.country,
            resubmissions: self.resubmissions,
            consented_at: self.consented_at,
            touched_at: self.touched_at,
            waiting_since: self.waiting_since,
            claim: self.claimed_by.zip(self.claimed_until),
            submitted_at: self.submitted_at,
            decided_at: self.decided_at,
            reason: self.reason.as_deref().map(|reason| decode(reason, Reason::parse)).transpose()?,
            appealed_at: self.appealed_at,
        })
    }
}

/// One case.
pub fn find(conn: &mut Conn, id: CaseId) -> QueryResult<Option<Case>> {
    let row = document_cases::table.find(id).select(Row::as_select()).first(conn).optional()?;
    row.map(Row::read).transpose()
}

/// The newest attempt of a member.
pub fn newest_of(conn: &mut Conn, member: MemberId) -> QueryResult<Option<Case>> {
    let row = document_cases::table
        .filter(document_cases::member_id.eq(member))
        .order(document_cases::id.desc())
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::read).transpose()
}
