//! What rules of audiences ask of members.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::badges::rules::{Badge, GrantState};
use crate::clock::Time;
use crate::db::schema::{badge_grants, import_origins, member_roles, members, rollout_members, rollouts};
use crate::db::{Conn, decode};
use crate::members::MemberId;
use crate::members::rules::{Role, Side, Tier};
use crate::rollouts::RolloutId;
use crate::rollouts::rules::{Facts, Invitation, Phase};

type Row = (MemberId, Option<String>, Option<String>, Time, Option<String>);

#[diesel::dsl::auto_type]
fn columns() -> _ {
    (members::id, members::tier, members::side, members::joined_at, members::country)
}

/// What is known of up to `limit` members after this one, in the order of their numbers.
pub fn facts(conn: &mut Conn, after: MemberId, limit: i64, now: Time) -> QueryResult<Vec<(MemberId, Facts)>> {
    let rows: Vec<Row> = members::table
        .filter(members::id.gt(after))
        .order(members::id)
        .limit(limit)
        .select(columns())
        .load(conn)?;
    with_the_rest(conn, rows, now)
}

/// What is known of one member.
pub fn facts_of(conn: &mut Conn, member: MemberId, now: Time) -> QueryResult<Option<Facts>> {
    let row: Option<Row> = members::table.find(member).select(columns()).first(conn).optional()?;
    let found = with_the_rest(conn, row.into_iter().collect(), now)?;
    Ok(found.into_iter().next().map(|(_, facts)| facts))
}

/// Roles, origin and badges are read for the whole span of numbers: the members of a page follow each other.
fn with_the_rest(conn: &mut Conn, rows: Vec<Row>, now: Time) -> QueryResult<Vec<(MemberId, Facts)>> {
    let (Some(first), Some(last)) = (rows.first().map(|row| row.0), rows.last().map(|row| row.0)) else {
        return Ok(Vec::new());
    };
    let mut roles: HashMap<MemberId, Vec<Role>> = HashMap::new();
    let held: Vec<(MemberId, String)> = member_roles::table
        .filter(member_roles::member_id.between(first, last))
        .select((member_roles::member_id, member_roles::role))
        .load(conn)?;
    for (member, role) in held {
        roles.entry(member).or_default().push(decode(&role, Role::parse)?);
    }
    let imported: HashSet<i64> = import_origins::table
        .filter(import_origins::kind.eq("member"))
        .filter(import_origins::local_id.between(first.0, last.0))
        .select(import_origins::local_id)
        .load(conn)?
        .into_iter()
        .collect();
    let mut badges: HashMap<MemberId, Vec<Badge>> = HashMap::new();
    let shown: Vec<(MemberId, String)> = badge_grants::table
        .filter(badge_grants::member_id.between(first, last))
        .filter(badge_grants::state.eq(GrantState::Active.code()))
        .filter(badge_grants::expires_at.is_null().or(badge_grants::expires_at.gt(now)))
        .select((badge_grants::member_id, badge_grants::badge))
        .load(conn)?;
    for (member, badge) in shown {
        badges.entry(member).or_default().push(decode(&badge, Badge::parse)?);
    }
    let whole = |(id, tier, side, joined_at, country): Row| {
        let facts = Facts {
            tier: tier.map(|code| decode(&code, Tier::parse)).transpose()?,
            roles: roles.remove(&id).unwrap_or_default(),
            side: side.map(|code| decode(&code, Side::parse)).transpose()?,
            joined_at,
            is_imported: imported.contains(&id.0),
            country,
            badges: badges.remove(&id).unwrap_or_default(),
        };
        Ok((id, facts))
    };
    rows.into_iter().map(whole).collect()
}

/// Which of the members after `after` up to `last` wait in another rollout that is not over.
pub fn in_another(
    conn: &mut Conn,
    except: RolloutId,
    (after, last): (MemberId, MemberId),
) -> QueryResult<HashSet<MemberId>> {
    let open: Vec<&str> =
        Invitation::ALL.into_iter().filter(|state| !state.is_covered()).map(Invitation::code).collect();
    let found: Vec<MemberId> = rollout_members::table
        .inner_join(rollouts::table)
        .filter(rollout_members::member_id.gt(after))
        .filter(rollout_members::member_id.le(last))
        .filter(rollout_members::rollout_id.ne(except))
        .filter(rollout_members::state.eq_any(open))
        .filter(rollouts::state.eq_any(Phase::codes(Phase::has_members)))
        .select(rollout_members::member_id)
        .load(conn)?;
    Ok(found.into_iter().collect())
}
