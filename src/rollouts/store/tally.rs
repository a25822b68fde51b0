//! How many members stand where, and who wants to be told.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::clock::Time;
use crate::db::schema::{rollout_members, rollout_watchers};
use crate::db::{Conn, decode};
use crate::members::MemberId;
use crate::rollouts::RolloutId;
use crate::rollouts::rules::{Invitation, Outcome};

/// How many members of a rollout stand where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally(HashMap<Invitation, i64>, i64);

impl Tally {
    /// How many stand there.
    #[must_use]
    pub fn of(&self, state: Invitation) -> i64 {
        self.0.get(&state).copied().unwrap_or_default()
    }

    /// How many there are.
    #[must_use]
    pub fn whole(&self) -> i64 {
        self.0.values().sum()
    }

    /// For how many nothing is still to come.
    #[must_use]
    pub fn covered(&self) -> i64 {
        self.0.iter().filter(|(state, _)| state.is_covered()).map(|(_, count)| count).sum()
    }

    /// Of those who were settled, how many got the badge.
    #[must_use]
    pub fn verified(&self) -> i64 {
        self.1
    }
}

/// How many members of a rollout stand where.
pub fn tally(conn: &mut Conn, rollout: RolloutId) -> QueryResult<Tally> {
    let rows: Vec<(String, i64)> = rollout_members::table
        .filter(rollout_members::rollout_id.eq(rollout))
        .group_by(rollout_members::state)
        .select((rollout_members::state, diesel::dsl::count_star()))
        .load(conn)?;
    let verified: i64 = rollout_members::table
        .filter(rollout_members::rollout_id.eq(rollout))
        .filter(rollout_members::state.eq(Invitation::Settled.code()))
        .filter(rollout_members::outcome.eq(Outcome::Verified.code()))
        .count()
        .get_result(conn)?;
    let counts = rows.into_iter().map(|(code, count)| Ok((decode(&code, Invitation::parse)?, count)));
    Ok(Tally(counts.collect::<QueryResult<_>>()?, verified))
}

/// Whether a member wants to be told when the badge opens to them.
pub fn is_watching(conn: &mut Conn, member: MemberId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(rollout_watchers::table.find(member))).get_result(conn)
}

/// Notes that a member wants to be told.
pub fn add_watcher(conn: &mut Conn, member: MemberId, now: Time) -> QueryResult<()> {
    diesel::insert_into(rollout_watchers::table)
        .values((rollout_watchers::member_id.eq(member), rollout_watchers::asked_at.eq(now)))
        .execute(conn)
        .map(|_| ())
}

/// Notes that a member no longer wants to be told.
pub fn drop_watcher(conn: &mut Conn, member: MemberId) -> QueryResult<()> {
    diesel::delete(rollout_watchers::table.find(member)).execute(conn).map(|_| ())
}
