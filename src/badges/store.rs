//! Badges in the database.

mod ending;
mod holding;
mod moving;
pub mod policies;
mod public;

use std::collections::HashMap;

use diesel::prelude::*;

use super::rules::{Badge, Grant, GrantState, Origin, Shown};
use crate::clock::Time;
use crate::db::schema::{badge_grants, badge_policies};
use crate::db::{Conn, decode};
use crate::members::MemberId;

pub use ending::{Ending, ending, note_reminder};
pub use holding::{count_held, holding, invitation, left_behind, note_held, show_held, supersede_for};
pub use moving::{
    Due, due, end, expire, expiring, hidden_before, move_to, named, newest, note_hidden, note_reason,
    note_second, note_suspension, open_to, place, settled, suspend_all,
};
pub use policies::policies;
pub use public::{
    PolicyText, PublicGrant, count_shown, policy_texts, public_grant, public_grants, verified_among,
};

type ShownRow = (MemberId, String, Time, Option<Time>, i64, String);

/// The badges each of these members shows at `now`, in one query.
pub fn shown_by(
    conn: &mut Conn,
    members: &[MemberId],
    now: Time,
) -> QueryResult<HashMap<MemberId, Vec<Shown>>> {
    let rows: Vec<ShownRow> = badge_grants::table
        .inner_join(
            badge_policies::table.on(badge_policies::badge
                .eq(badge_grants::badge)
                .and(badge_policies::version.eq(badge_grants::policy_version))),
        )
        .filter(badge_grants::member_id.eq_any(members))
        .filter(badge_grants::state.eq(GrantState::Active.code()))
        .filter(badge_grants::hidden_at.is_null())
        .filter(badge_grants::expires_at.is_null().or(badge_grants::expires_at.gt(now)))
        .select((
            badge_grants::member_id,
            badge_grants::badge,
            badge_grants::granted_at,
            badge_grants::expires_at,
            badge_grants::policy_version,
            badge_policies::checked,
        ))
        .load(conn)?;
    let mut shown: HashMap<MemberId, Vec<Shown>> = HashMap::new();
    for (member, badge, granted_at, expires_at, policy_version, checked) in rows {
        let badge = decode(&badge, Badge::parse)?;
        shown.entry(member).or_default().push(Shown {
            badge,
            granted_at,
            expires_at,
            policy_version,
            checked,
        });
    }
    for badges in shown.values_mut() {
        badges.sort_unstable_by_key(|one| one.badge);
    }
    Ok(shown)
}

/// A grant to be written: from an import, or from decided checks.
#[derive(Clone, Debug)]
pub struct NewGrant<'a> {
    /// To whom.
    pub member: MemberId,
    /// Which badge.
    pub badge: Badge,
    /// Under which policy.
    pub policy_version: i64,
    /// The display name it binds.
    pub bound_name: &'a str,
    /// What became of it.
    pub state: GrantState,
    /// When it was decided.
    pub granted_at: Time,
    /// Until when it counts.
    pub expires_at: Option<Time>,
}

/// Writes an imported grant. The database refuses an active one that does not bind the present name.
pub fn insert_imported(conn: &mut Conn, grant: &NewGrant<'_>) -> QueryResult<()> {
    insert(conn, grant, Origin::Import)
}

/// Writes a grant from a decided check.
pub fn insert_checked(conn: &mut Conn, grant: &NewGrant<'_>) -> QueryResult<()> {
    insert(conn, grant, Origin::Checks)
}

fn insert(conn: &mut Conn, grant: &NewGrant<'_>, origin: Origin) -> QueryResult<()> {
    let active_name = (grant.state == GrantState::Active).then_some(grant.bound_name);
    diesel::insert_into(badge_grants::table)
        .values((
            badge_grants::member_id.eq(grant.member),
            badge_grants::badge.eq(grant.badge.code()),
            badge_grants::policy_version.eq(grant.policy_version),
            badge_grants::bound_name.eq(grant.bound_name),
            badge_grants::active_name.eq(active_name),
            badge_grants::state.eq(grant.state.code()),
            badge_grants::granted_at.eq(grant.granted_at),
            badge_grants::expires_at.eq(grant.expires_at),
            badge_grants::origin.eq(origin.code()),
        ))
        .execute(conn)
        .map(|_| ())
}

type GrantRow = (MemberId, String, i64, String, String, Time, Option<Time>, String);

/// Every grant of each of these members, oldest first, in one query.
pub fn grants_of(conn: &mut Conn, members: &[MemberId]) -> QueryResult<HashMap<MemberId, Vec<Grant>>> {
    let rows: Vec<GrantRow> = badge_grants::table
        .filter(badge_grants::member_id.eq_any(members))
        .order(badge_grants::id)
        .select((
            badge_grants::member_id,
            badge_grants::badge,
            badge_grants::policy_version,
            badge_grants::bound_name,
            badge_grants::state,
            badge_grants::granted_at,
            badge_grants::expires_at,
            badge_grants::origin,
        ))
        .load(conn)?;
    let mut grants: HashMap<MemberId, Vec<Grant>> = HashMap::new();
    for (member, badge, policy_version, bound_name, state, granted_at, expires_at, origin) in rows {
        let (badge, state) = (decode(&badge, Badge::parse)?, decode(&state, GrantState::parse)?);
        let origin = decode(&origin, Origin::parse)?;
        let grant = Grant { badge, policy_version, bound_name, state, granted_at, expires_at, origin };
        grants.entry(member).or_default().push(grant);
    }
    Ok(grants)
}

/// What a passed call begins: a grant that settles first.
#[derive(Clone, Debug)]
pub struct NewSettling<'a> {
    /// To whom.
    pub member: MemberId,
    /// Under which policy.
    pub policy_version: i64,
    /// The display name it binds.
    pub bound_name: &'a str,
    /// The approved document.
    pub document_case: i64,
    /// The passed call.
    pub call: i64,
    /// When it was decided.
    pub granted_at: Time,
    /// Until when it counts.
    pub expires_at: Option<Time>,
    /// From when on it may be shown.
    pub settles_at: Time,
    /// Until when the member was promised it.
    pub promised_until: Time,
    /// Whether a second agent looks first.
    pub needs_second: bool,
}

/// Writes a grant that settles. The database refuses it without two passed steps by two people.
pub fn insert_settling(conn: &mut Conn, grant: &NewSettling<'_>) -> QueryResult<()> {
    diesel::insert_into(badge_grants::table)
        .values((
            badge_grants::member_id.eq(grant.member),
            badge_grants::badge.eq(Badge::IdentityVerified.code()),
            badge_grants::policy_version.eq(grant.policy_version),
            badge_grants::bound_name.eq(grant.bound_name),
            badge_grants::state.eq(GrantState::Settling.code()),
            badge_grants::granted_at.eq(grant.granted_at),
            badge_grants::expires_at.eq(grant.expires_at),
            badge_grants::origin.eq(Origin::Checks.code()),
            badge_grants::document_case_id.eq(grant.document_case),
            badge_grants::call_id.eq(grant.call),
            badge_grants::settles_at.eq(grant.settles_at),
            badge_grants::promised_until.eq(grant.promised_until),
            badge_grants::needs_second.eq(grant.needs_second),
        ))
        .execute(conn)
        .map(|_| ())
}

/// How long grants under a policy settle, in minutes, and within how many hours members are promised them.
pub fn clock_of(conn: &mut Conn, badge: Badge, version: i64) -> QueryResult<(i64, i64)> {
    badge_policies::table
        .find((badge.code(), version))
        .select((badge_policies::settling_minutes, badge_policies::promise_hours))
        .first(conn)
}

/// Hides a member's active grant of a badge, or shows it again, and says how many were not so before.
pub fn set_hidden(conn: &mut Conn, member: MemberId, badge: Badge, at: Option<Time>) -> QueryResult<usize> {
    let standing = badge_grants::table
        .filter(badge_grants::member_id.eq(member))
        .filter(badge_grants::badge.eq(badge.code()))
        .filter(badge_grants::state.eq_any([GrantState::Active.code(), GrantState::Embargoed.code()]));
    let to = badge_grants::hidden_at.eq(at);
    if at.is_some() {
        diesel::update(standing.filter(badge_grants::hidden_at.is_null())).set(to).execute(conn)
    } else {
        diesel::update(standing.filter(badge_grants::hidden_at.is_not_null())).set(to).execute(conn)
    }
}
