//! Grants as strangers may know of them: shown now, or not there at all.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::badges::rules::{Badge, GrantState};
use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{badge_grants, badge_policies};
use crate::members::MemberId;

/// A grant that is shown, with its number.
#[derive(Clone, Debug, Queryable)]
pub struct PublicGrant {
    /// Its number.
    pub id: i64,
    /// The display name it binds.
    pub bound_name: String,
    /// When the fact was checked.
    pub granted_at: Time,
    /// Until when it counts.
    pub expires_at: Option<Time>,
    /// Under which policy.
    pub policy_version: i64,
    /// What that policy checks, in words.
    pub checked: String,
}

/// The grant of a badge that a member shows at `now`.
pub fn public_grant(
    conn: &mut Conn,
    member: MemberId,
    badge: Badge,
    now: Time,
) -> QueryResult<Option<PublicGrant>> {
    badge_grants::table
        .inner_join(
            badge_policies::table.on(badge_policies::badge
                .eq(badge_grants::badge)
                .and(badge_policies::version.eq(badge_grants::policy_version))),
        )
        .filter(badge_grants::member_id.eq(member))
        .filter(badge_grants::badge.eq(badge.code()))
        .filter(badge_grants::state.eq(GrantState::Active.code()))
        .filter(badge_grants::hidden_at.is_null())
        .filter(badge_grants::expires_at.is_null().or(badge_grants::expires_at.gt(now)))
        .select((
            badge_grants::id,
            badge_grants::bound_name,
            badge_grants::granted_at,
            badge_grants::expires_at,
            badge_grants::policy_version,
            badge_policies::checked,
        ))
        .first(conn)
        .optional()
}

/// The numbers of all grants of a badge that are shown at `now`.
pub fn public_grants(conn: &mut Conn, badge: Badge, now: Time) -> QueryResult<HashSet<i64>> {
    let shown = badge_grants::table
        .filter(badge_grants::badge.eq(badge.code()))
        .filter(badge_grants::state.eq(GrantState::Active.code()))
        .filter(badge_grants::hidden_at.is_null())
        .filter(badge_grants::expires_at.is_null().or(badge_grants::expires_at.gt(now)));
    let ids: Vec<i64> = shown.select(badge_grants::id).load(conn)?;
    Ok(ids.into_iter().collect())
}
