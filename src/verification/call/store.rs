//! Calls in the database.

mod agents;
mod moving;
mod times;

use diesel::prelude::*;

pub use agents::{
    Booking, Mine, bookings, decided_since, expected, holding, next_booking, on_shift, queue, refused_by,
    talking, waiting_cases,
};
pub use moving::{
    admit, appeal, arrive, check_code, confirm, count_try, decide, end, give_back, note_reminder, note_seen,
    set_code, set_together, take,
};
pub use times::{
    NewCall, apart, end_holds, insert, lapsed, late, left_queue, shifts, stood_up, taken, to_remind,
    turn_over, waits,
};

use super::CallId;
use super::rules::State;
use super::rules::checks::Reason;
use crate::clock::Time;
use crate::db::schema::{calls, document_decisions};
use crate::db::{Conn, decode};
use crate::members::MemberId;
use crate::verification::CaseId;

/// The states of calls that are to come, or under way.
pub(super) const OPEN: [&str; 5] = ["held", "booked", "queued", "waiting", "in-call"];

/// A live call.
#[derive(Clone, Debug)]
pub struct Call {
    /// Its number.
    pub id: CallId,
    /// Whose.
    pub member: MemberId,
    /// The approved document.
    pub case: CaseId,
    /// Under which version of the policy.
    pub policy_version: i64,
    /// Where it stands.
    pub state: State,
    /// The agent of the booking, or whoever took it from the queue.
    pub agent: Option<MemberId>,
    /// The booked beginning.
    pub starts_at: Option<Time>,
    /// The booked end.
    pub ends_at: Option<Time>,
    /// Until when the time is held.
    pub held_until: Option<Time>,
    /// Since when it stands in the queue.
    pub queued_at: Option<Time>,
    /// Whether an aborted call put it first.
    pub is_first: bool,
    /// When an agent took it from the queue.
    pub taken_at: Option<Time>,
    /// When the member's page last asked for news.
    pub seen_at: Option<Time>,
    /// When it was begun.
    pub made_at: Time,
    /// When the member came into the waiting room.
    pub waiting_at: Option<Time>,
    /// When the agent let the member in.
    pub began_at: Option<Time>,
    /// When it was over.
    pub ended_at: Option<Time>,
    /// When both were last connected.
    pub together_at: Option<Time>,
    /// When the member was last reminded.
    pub reminded_at: Option<Time>,
    /// The HMAC of the code, while there is one.
    pub code_mac: Option<Vec<u8>>,
    /// When the code was sent.
    pub code_sent_at: Option<Time>,
    /// Wrong tries of this code.
    pub code_tries: i64,
    /// When the code was right.
    pub code_right_at: Option<Time>,
    /// The challenges, as they are kept.
    pub challenges: String,
    /// Why it was not passed.
    pub reason: Option<Reason>,
    /// Whether a second agent is to look.
    pub is_flagged: bool,
    /// When it was decided.
    pub decided_at: Option<Time>,
    /// When the decision was appealed.
    pub appealed_at: Option<Time>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = calls)]
pub(super) struct Row {
    id: CallId,
    member_id: MemberId,
    case_id: CaseId,
    policy_version: i64,
    state: String,
    agent_id: Option<MemberId>,
    starts_at: Option<Time>,
    ends_at: Option<Time>,
    held_until: Option<Time>,
    queued_at: Option<Time>,
    is_first: bool,
    taken_at: Option<Time>,
    seen_at: Option<Time>,
    made_at: Time,
    waiting_at: Option<Time>,
    began_at: Option<Time>,
    ended_at: Option<Time>,
    together_at: Option<Time>,
    reminded_at: Option<Time>,
    code_mac: Option<Vec<u8>>,
    code_sent_at: Option<Time>,
    code_tries: i64,
    code_right_at: Option<Time>,
    challenges: String,
    reason: Option<String>,
    is_flagged: bool,
    decided_at: Option<Time>,
    appealed_at: Option<Time>,
}

impl Row {
    pub(super) fn read(self) -> QueryResult<Call> {
        Ok(Call {
            id: self.id,
            member: self.member_id,
            case: self.case_id,
            policy_version: self.policy_version,
            state: decode(&self.state, State::parse)?,
            agent: self.agent_id,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            held_until: self.held_until,
            queued_at: self.queued_at,
            is_first: self.is_first,
            taken_at: self.taken_at,
            seen_at: self.seen_at,
            made_at: self.made_at,
            waiting_at: self.waiting_at,
            began_at: self.began_at,
            ended_at: self.ended_at,
            together_at: self.together_at,
            reminded_at: self.reminded_at,
            code_mac: self.code_mac,
            code_sent_at: self.code_sent_at,
            code_tries: self.code_tries,
            code_right_at: self.code_right_at,
            challenges: self.challenges,
            reason: self.reason.as_deref().map(|reason| decode(reason, Reason::parse)).transpose()?,
            is_flagged: self.is_flagged,
            decided_at: self.decided_at,
            appealed_at: self.appealed_at,
        })
    }
}

/// One call.
pub fn find(conn: &mut Conn, id: CallId) -> QueryResult<Option<Call>> {
    let row = calls::table.find(id).select(Row::as_select()).first(conn).optional()?;
    row.map(Row::read).transpose()
}

/// The call of a member that is to come, or under way.
pub fn open_of(conn: &mut Conn, member: MemberId) -> QueryResult<Option<Call>> {
    let row = calls::table
        .filter(calls::member_id.eq(member))
        .filter(calls::state.eq_any(OPEN))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::read).transpose()
}

/// The newest call of a member.
pub fn newest_of(conn: &mut Conn, member: MemberId) -> QueryResult<Option<Call>> {
    let row = calls::table
        .filter(calls::member_id.eq(member))
        .order(calls::id.desc())
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::read).transpose()
}

/// The calls of a case, the newest first.
pub fn of_case(conn: &mut Conn, case: CaseId, limit: i64) -> QueryResult<Vec<Call>> {
    let rows = calls::table
        .filter(calls::case_id.eq(case))
        .order(calls::id.desc())
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::read).collect()
}

/// The agents who decided anything about the document of a case.
pub fn deciders(conn: &mut Conn, case: CaseId) -> QueryResult<Vec<MemberId>> {
    document_decisions::table
        .filter(document_decisions::case_id.eq(case))
        .select(document_decisions::agent_id)
        .distinct()
        .load(conn)
}
