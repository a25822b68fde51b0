//! Rollouts on their way to the approval.

use diesel::dsl::insert_into;
use diesel::prelude::*;

use super::Approval;
use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{rollout_writers, rollouts};
use crate::members::MemberId;
use crate::rollouts::RolloutId;
use crate::rollouts::rules::{Phase, Plan};

/// Begins a draft.
pub fn insert(conn: &mut Conn, by: MemberId, plan: &Plan, now: Time) -> QueryResult<RolloutId> {
    insert_into(rollouts::table)
        .values((
            (
                rollouts::title.eq(&plan.title),
                rollouts::reason.eq(&plan.reason),
                rollouts::audience.eq(plan.audience.written()),
                rollouts::percent.eq(i64::from(plan.percent)),
                rollouts::policy_version.eq(plan.policy_version),
                rollouts::publication.eq(plan.publication.code()),
                rollouts::share.eq(plan.publication.share().map(i64::from)),
                rollouts::latest_at.eq(plan.publication.latest()),
            ),
            (
                rollouts::most.eq(plan.most),
                rollouts::longest_wait.eq(plan.longest_wait),
                rollouts::thread_id.eq(plan.thread),
                rollouts::state.eq(Phase::Draft.code()),
                rollouts::version.eq(1_i64),
                rollouts::drafted_by.eq(by),
                rollouts::changed_at.eq(now),
            ),
        ))
        .returning(rollouts::id)
        .get_result(conn)
}

/// Writes what a draft says; nobody has approved it then.
pub fn save(conn: &mut Conn, id: RolloutId, plan: &Plan) -> QueryResult<()> {
    diesel::update(rollouts::table.find(id))
        .set((
            (
                rollouts::title.eq(&plan.title),
                rollouts::reason.eq(&plan.reason),
                rollouts::audience.eq(plan.audience.written()),
                rollouts::percent.eq(i64::from(plan.percent)),
                rollouts::policy_version.eq(plan.policy_version),
                rollouts::publication.eq(plan.publication.code()),
                rollouts::share.eq(plan.publication.share().map(i64::from)),
                rollouts::latest_at.eq(plan.publication.latest()),
                rollouts::most.eq(plan.most),
                rollouts::longest_wait.eq(plan.longest_wait),
                rollouts::thread_id.eq(plan.thread),
            ),
            (
                rollouts::state.eq(Phase::Draft.code()),
                rollouts::approved_by.eq(None::<MemberId>),
                rollouts::approved_at.eq(None::<Time>),
                rollouts::approval_note.eq(None::<String>),
                rollouts::sealed_salt.eq(None::<String>),
                rollouts::salt_hash.eq(None::<String>),
                rollouts::audience_hash.eq(None::<String>),
                rollouts::audience_size.eq(None::<i64>),
                rollouts::experienced.eq(None::<i64>),
                rollouts::enrolled_up_to.eq(None::<MemberId>),
            ),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Everybody who wrote on a draft, in the order of their numbers.
pub fn writers(conn: &mut Conn, id: RolloutId) -> QueryResult<Vec<MemberId>> {
    rollout_writers::table
        .filter(rollout_writers::rollout_id.eq(id))
        .order(rollout_writers::member_id)
        .select(rollout_writers::member_id)
        .load(conn)
}

/// Notes that somebody wrote on a draft for the first time.
pub fn note_writer(conn: &mut Conn, id: RolloutId, by: MemberId) -> QueryResult<()> {
    insert_into(rollout_writers::table)
        .values((rollout_writers::rollout_id.eq(id), rollout_writers::member_id.eq(by)))
        .execute(conn)
        .map(|_| ())
}

/// Notes an approval, with the salt that it drew.
pub fn approve(
    conn: &mut Conn,
    id: RolloutId,
    approval: &Approval,
    sealed_salt: &str,
    enrolled_up_to: MemberId,
) -> QueryResult<()> {
    diesel::update(rollouts::table.find(id))
        .set((
            rollouts::state.eq(Phase::Approved.code()),
            rollouts::approved_by.eq(approval.by),
            rollouts::approved_at.eq(approval.at),
            rollouts::approval_note.eq(&approval.note),
            rollouts::salt_hash.eq(&approval.salt_hash),
            rollouts::audience_hash.eq(&approval.audience_hash),
            rollouts::audience_size.eq(approval.size),
            rollouts::experienced.eq(approval.experienced),
            rollouts::sealed_salt.eq(sealed_salt),
            rollouts::enrolled_up_to.eq(enrolled_up_to),
        ))
        .execute(conn)
        .map(|_| ())
}
