//! Whom a rollout concerns.

use diesel::prelude::*;

use crate::badges::rules::GrantState;
use crate::db::Conn;
use crate::db::schema::{badge_grants, rollout_members, rollout_watchers};
use crate::members::MemberId;
use crate::rollouts::RolloutId;
use crate::rollouts::rules::Invitation;

/// Members after this one whose badge was held for a rollout and is shown now.
pub fn shown_in(conn: &mut Conn, rollout: RolloutId, after: i64, limit: i64) -> QueryResult<Vec<MemberId>> {
    badge_grants::table
        .filter(badge_grants::held_for.eq(rollout))
        .filter(badge_grants::state.eq(GrantState::Active.code()))
        .filter(badge_grants::member_id.gt(after))
        .order(badge_grants::member_id)
        .limit(limit)
        .select(badge_grants::member_id)
        .load(conn)
}

/// Members of a rollout after this one who asked to be told when it opens to them, and to whom it does: not those who
/// are exempt or have the badge.
pub fn watching(conn: &mut Conn, rollout: RolloutId, after: i64, limit: i64) -> QueryResult<Vec<MemberId>> {
    let open: Vec<&str> =
        Invitation::ALL.into_iter().filter(|state| !state.is_covered()).map(Invitation::code).collect();
    rollout_members::table
        .filter(rollout_members::rollout_id.eq(rollout))
        .filter(rollout_members::member_id.gt(after))
        .filter(rollout_members::state.eq_any(open))
        .filter(
            rollout_members::member_id.eq_any(rollout_watchers::table.select(rollout_watchers::member_id)),
        )
        .order(rollout_members::member_id)
        .limit(limit)
        .select(rollout_members::member_id)
        .load(conn)
}

/// These were told.
pub fn drop_watchers(conn: &mut Conn, members: &[MemberId]) -> QueryResult<()> {
    let told = rollout_watchers::table.filter(rollout_watchers::member_id.eq_any(members));
    diesel::delete(told).execute(conn).map(|_| ())
}
