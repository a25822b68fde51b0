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

/// How many members show a badge at `now`. Whoever hides theirs is not counted: a figure that falls by one tells
/// no more than the page of that member does.
pub fn count_shown(conn: &mut Conn, badge: Badge, now: Time) -> QueryResult<i64> {
    badge_grants::table
        .filter(badge_grants::badge.eq(badge.code()))
        .filter(badge_grants::state.eq(GrantState::Active.code()))
        .filter(badge_grants::hidden_at.is_null())
        .filter(badge_grants::expires_at.is_null().or(badge_grants::expires_at.gt(now)))
        .count()
        .get_result(conn)
}

/// Which of these members show Identity Verified. Whoever joins with a name like theirs reads of it, so it does not
/// know of badges that are hidden.
pub fn verified_among(conn: &mut Conn, members: &[MemberId], now: Time) -> QueryResult<Vec<MemberId>> {
    badge_grants::table
        .filter(badge_grants::member_id.eq_any(members))
        .filter(badge_grants::badge.eq(Badge::IdentityVerified.code()))
        .filter(badge_grants::state.eq(GrantState::Active.code()))
        .filter(badge_grants::hidden_at.is_null())
        .filter(badge_grants::expires_at.is_null().or(badge_grants::expires_at.gt(now)))
        .select(badge_grants::member_id)
        .load(conn)
}

/// A policy version, as everybody may read it.
#[derive(Clone, Debug, Queryable)]
pub struct PolicyText {
    /// Counted from 1.
    pub version: i64,
    /// When it was published.
    pub published_at: Time,
    /// How many months a badge counts; without an end where there is none.
    pub valid_months: Option<i64>,
    /// What is checked, in few words.
    pub checked: String,
    /// The policy's own words.
    pub words: String,
}

/// Every policy version of a badge that is published at `now`, the newest first.
pub fn policy_texts(conn: &mut Conn, badge: Badge, now: Time) -> QueryResult<Vec<PolicyText>> {
    badge_policies::table
        .filter(badge_policies::badge.eq(badge.code()))
        .filter(badge_policies::published_at.le(now))
        .order(badge_policies::version.desc())
        .select((
            badge_policies::version,
            badge_policies::published_at,
            badge_policies::valid_months,
            badge_policies::checked,
            badge_policies::words,
        ))
        .load(conn)
}
