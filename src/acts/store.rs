//! The community's rules and the acts of staff in the database.

use diesel::prelude::*;

use super::ActId;
use super::rules::{ActKind, Actor};
use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{acts, community_rules, rulebooks};
use crate::members::MemberId;
use crate::threads::{PostId, ThreadId};

/// A rule of the community.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommunityRule {
    /// The version of the rules it stands in.
    pub version: i64,
    /// Its number there.
    pub number: i64,
    /// The rule in a few words.
    pub title: String,
    /// The rule in full.
    pub words: String,
}

/// The rules of one version, in their order.
pub fn rules_of(conn: &mut Conn, version: i64) -> QueryResult<Vec<CommunityRule>> {
    let rows: Vec<(i64, i64, String, String)> = community_rules::table
        .filter(community_rules::version.eq(version))
        .order(community_rules::number)
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(version, number, title, words)| CommunityRule { version, number, title, words })
        .collect())
}

/// The version in force.
pub fn version(conn: &mut Conn) -> QueryResult<i64> {
    rulebooks::table.order(rulebooks::version.desc()).select(rulebooks::version).first(conn)
}

/// An act about to be written down.
#[derive(Clone, Debug)]
pub struct NewAct<'a> {
    /// What is done.
    pub kind: ActKind,
    /// By whom.
    pub by: Actor,
    /// The rule's version.
    pub version: i64,
    /// The rule.
    pub rule: i64,
    /// Why.
    pub reason: &'a str,
    /// Whom it concerns.
    pub member: Option<MemberId>,
    /// The thread it concerns.
    pub thread: Option<ThreadId>,
    /// The post it concerns.
    pub post: Option<PostId>,
    /// When it ends.
    pub ends_at: Option<Time>,
    /// The case it settles.
    pub case: Option<i64>,
}

/// Writes an act down.
pub fn insert(conn: &mut Conn, new: &NewAct<'_>, now: Time) -> QueryResult<ActId> {
    diesel::insert_into(acts::table)
        .values((
            acts::kind.eq(new.kind.code()),
            acts::acted_at.eq(now),
            acts::actor_id.eq(new.by.id),
            acts::actor_role.eq(new.by.role.code()),
            acts::rules_version.eq(new.version),
            acts::rule_number.eq(new.rule),
            acts::reason.eq(new.reason),
            acts::member_id.eq(new.member),
            acts::thread_id.eq(new.thread),
            acts::post_id.eq(new.post),
            acts::ends_at.eq(new.ends_at),
            acts::case_id.eq(new.case),
        ))
        .returning(acts::id)
        .get_result(conn)
}
