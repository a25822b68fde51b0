//! Badges that are decided and held back for a rollout.

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::badges::rules::{Badge, Cause, GrantState, Move, OpenInvitation, before};
use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{badge_grants, members, rollout_members, rollouts};
use crate::members::MemberId;
use crate::rollouts::RolloutId;
use crate::rollouts::rules::{Invitation, Phase};

/// The rollout that holds back a badge of this member which is decided now: one that they accepted, that runs, that
/// holds badges and has not shown them.
pub fn holding(conn: &mut Conn, member: MemberId) -> QueryResult<Option<RolloutId>> {
    rollout_members::table
        .inner_join(rollouts::table)
        .filter(rollout_members::member_id.eq(member))
        .filter(rollout_members::state.eq_any([Invitation::Accepted.code(), Invitation::Settled.code()]))
        .filter(rollouts::state.eq_any(Phase::codes(Phase::runs)))
        .filter(rollouts::latest_at.is_not_null())
        .filter(rollouts::shown_at.is_null())
        .order(rollouts::id.desc())
        .select(rollouts::id)
        .first(conn)
        .optional()
}

/// Notes for which rollout a grant is held back.
pub fn note_held(conn: &mut Conn, grant: i64, rollout: RolloutId) -> QueryResult<usize> {
    diesel::update(badge_grants::table.find(grant)).set(badge_grants::held_for.eq(rollout)).execute(conn)
}

/// Rollouts that hold nothing back any more, and for which grants are held all the same: they settled while the others
/// were being shown.
pub fn left_behind(conn: &mut Conn) -> QueryResult<Vec<RolloutId>> {
    let held: Vec<Option<RolloutId>> = badge_grants::table
        .filter(badge_grants::state.eq(GrantState::Embargoed.code()))
        .filter(badge_grants::held_for.is_not_null())
        .select(badge_grants::held_for)
        .distinct()
        .load(conn)?;
    rollouts::table
        .filter(rollouts::id.eq_any(held.into_iter().flatten()))
        .filter(rollouts::shown_at.is_not_null().or(rollouts::state.eq_any(Phase::codes(Phase::is_over))))
        .order(rollouts::id)
        .select(rollouts::id)
        .load(conn)
}

/// How many grants are held back for a rollout.
pub fn count_held(conn: &mut Conn, rollout: RolloutId) -> QueryResult<i64> {
    badge_grants::table
        .filter(badge_grants::held_for.eq(rollout))
        .filter(badge_grants::state.eq(GrantState::Embargoed.code()))
        .count()
        .get_result(conn)
}

/// Ends what members show already of a badge that is held back for this rollout: the held one takes its place.
pub fn supersede_for(conn: &mut Conn, rollout: RolloutId) -> QueryResult<usize> {
    let theirs: Vec<MemberId> = badge_grants::table
        .filter(badge_grants::held_for.eq(rollout))
        .filter(badge_grants::state.eq(GrantState::Embargoed.code()))
        .select(badge_grants::member_id)
        .load(conn)?;
    let mut count = 0;
    for part in theirs.chunks(1_000) {
        let standing = badge_grants::table
            .filter(badge_grants::member_id.eq_any(part))
            .filter(badge_grants::badge.eq(Badge::IdentityVerified.code()))
            .filter(badge_grants::state.eq_any(before(Move::Supersede)));
        count += diesel::update(standing)
            .set((
                badge_grants::state.eq(GrantState::Superseded.code()),
                badge_grants::active_name.eq(None::<String>),
                badge_grants::suspended_for.eq(None::<String>),
            ))
            .execute(conn)?;
    }
    Ok(count)
}

/// Shows what is held back for a rollout, in one statement for those who bear the name that was checked and one for
/// those who do not: theirs is off for the name. Says how many are shown.
pub fn show_held(conn: &mut Conn, rollout: RolloutId) -> QueryResult<usize> {
    let held = || {
        let can = before(Move::Publish { name_is_bound: true });
        badge_grants::table.filter(badge_grants::held_for.eq(rollout)).filter(badge_grants::state.eq_any(can))
    };
    let bears_it = exists(
        members::table
            .filter(members::id.eq(badge_grants::member_id))
            .filter(members::name.eq(badge_grants::bound_name)),
    );
    let shown = diesel::update(held().filter(bears_it))
        .set((
            badge_grants::state.eq(GrantState::Active.code()),
            badge_grants::active_name.eq(badge_grants::bound_name.nullable()),
        ))
        .execute(conn)?;
    diesel::update(held())
        .set((
            badge_grants::state.eq(GrantState::Suspended.code()),
            badge_grants::suspended_for.eq(Cause::Name.code()),
        ))
        .execute(conn)?;
    Ok(shown)
}

/// The invitation of a member that can be answered now, the newest where there are several.
pub fn invitation(conn: &mut Conn, member: MemberId) -> QueryResult<Option<OpenInvitation>> {
    let row: Option<(Option<Time>, Option<Time>)> = rollout_members::table
        .inner_join(rollouts::table)
        .filter(rollout_members::member_id.eq(member))
        .filter(rollout_members::state.eq_any([Invitation::Invited.code(), Invitation::Seen.code()]))
        .filter(rollouts::state.eq_any(Phase::codes(Phase::runs)))
        .order(rollout_members::rollout_id.desc())
        .select((rollout_members::invited_at, rollout_members::seen_at))
        .first(conn)
        .optional()?;
    Ok(row.and_then(|(invited_at, seen_at)| Some(OpenInvitation { invited_at: invited_at?, seen_at })))
}
