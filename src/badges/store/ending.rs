//! Badges that end soon.

use diesel::prelude::*;

use crate::badges::rules::{Badge, GrantState};
use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::badge_grants;
use crate::members::MemberId;

diesel::alias!(badge_grants as newer: Newer);

/// The states of a grant that is shown, or on its way there.
const ON_ITS_WAY: [&str; 3] =
    [GrantState::Settling.code(), GrantState::Embargoed.code(), GrantState::Active.code()];

/// A shown grant that ends soon.
#[derive(Clone, Debug, Queryable)]
pub struct Ending {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub member: MemberId,
    /// When it was decided.
    pub granted_at: Time,
    /// Until when it counts.
    pub expires_at: Option<Time>,
}

/// Shown grants of a badge that end after `now` and by `until`, of which this reminder did not leave, and which no
/// newer one is about to replace; hidden ones as well.
pub fn ending(
    conn: &mut Conn,
    badge: Badge,
    reminder: i64,
    (now, until): (Time, Time),
    limit: i64,
) -> QueryResult<Vec<Ending>> {
    let replacing = newer
        .filter(newer.field(badge_grants::member_id).eq(badge_grants::member_id))
        .filter(newer.field(badge_grants::badge).eq(badge_grants::badge))
        .filter(newer.field(badge_grants::id).gt(badge_grants::id))
        .filter(newer.field(badge_grants::state).eq_any(ON_ITS_WAY));
    badge_grants::table
        .filter(badge_grants::badge.eq(badge.code()))
        .filter(badge_grants::state.eq(GrantState::Active.code()))
        .filter(badge_grants::expires_at.gt(now))
        .filter(badge_grants::expires_at.le(until))
        .filter(badge_grants::reminders.lt(reminder))
        .filter(diesel::dsl::not(diesel::dsl::exists(replacing)))
        .order(badge_grants::expires_at)
        .limit(limit)
        .select((
            badge_grants::id,
            badge_grants::member_id,
            badge_grants::granted_at,
            badge_grants::expires_at,
        ))
        .load(conn)
}

/// This reminder of a grant leaves, and says whether no other process was quicker.
pub fn note_reminder(conn: &mut Conn, grant: i64, reminder: i64) -> QueryResult<bool> {
    let open = badge_grants::table.find(grant).filter(badge_grants::reminders.lt(reminder));
    Ok(diesel::update(open).set(badge_grants::reminders.eq(reminder)).execute(conn)? > 0)
}
