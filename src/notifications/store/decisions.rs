//! Acts of staff, as whom they concern is told of them.

use diesel::prelude::*;

use crate::acts::ActId;
use crate::acts::rules::ActKind;
use crate::clock::Time;
use crate::db::schema::{acts, community_rules, held_posts, report_cases, reports};
use crate::db::{Conn, decode};
use crate::members::MemberId;
use crate::threads::{PostId, ThreadId};

/// An act with the rule that it rests on.
#[derive(Clone, Debug)]
pub struct Decision {
    /// What was done.
    pub kind: ActKind,
    /// By whom.
    pub actor: MemberId,
    /// Whom it concerns.
    pub member: Option<MemberId>,
    /// The thread it concerns.
    pub thread: Option<ThreadId>,
    /// The post it concerns.
    pub post: Option<PostId>,
    /// Why.
    pub reason: String,
    /// Whether it was taken back.
    pub is_reversed: bool,
    /// The rule: its number and what it says in a few words.
    pub rule: String,
}

type Row = (
    (String, MemberId, Option<MemberId>, Option<ThreadId>, Option<PostId>),
    (String, Option<Time>, i64, String),
);

/// The act of this number.
pub fn decision(conn: &mut Conn, act: ActId) -> QueryResult<Option<Decision>> {
    let of_act =
        community_rules::version.eq(acts::rules_version).and(community_rules::number.eq(acts::rule_number));
    let row: Option<Row> = acts::table
        .inner_join(community_rules::table.on(of_act))
        .filter(acts::id.eq(act))
        .select((
            (acts::kind, acts::actor_id, acts::member_id, acts::thread_id, acts::post_id),
            (acts::reason, acts::reversed_at, community_rules::number, community_rules::title),
        ))
        .first(conn)
        .optional()?;
    row.map(|((kind, actor, member, thread, post), (reason, reversed_at, number, title))| {
        Ok(Decision {
            kind: decode(&kind, ActKind::parse)?,
            actor,
            member,
            thread,
            post,
            reason,
            is_reversed: reversed_at.is_some(),
            rule: format!("{number}. {title}"),
        })
    })
    .transpose()
}

/// Whose post was let through, and which it became; nothing where it was refused or is undecided.
pub fn let_through(conn: &mut Conn, held: i64) -> QueryResult<Option<(MemberId, PostId)>> {
    let row: Option<(MemberId, Option<PostId>)> = held_posts::table
        .filter(held_posts::id.eq(held))
        .filter(held_posts::outcome.eq("approved"))
        .select((held_posts::author_id, held_posts::post_id))
        .first(conn)
        .optional()?;
    Ok(row.and_then(|(author, post)| Some((author, post?))))
}

/// The post of a closed case, and what came of it.
pub fn closed_case(conn: &mut Conn, case: i64) -> QueryResult<Option<(PostId, String)>> {
    let row: Option<(PostId, Option<String>)> = report_cases::table
        .filter(report_cases::id.eq(case))
        .select((report_cases::post_id, report_cases::outcome))
        .first(conn)
        .optional()?;
    Ok(row.and_then(|(post, outcome)| Some((post, outcome?))))
}

/// Who reported what a case is about.
pub fn reporters(conn: &mut Conn, case: i64) -> QueryResult<Vec<MemberId>> {
    reports::table
        .filter(reports::case_id.eq(case))
        .order(reports::member_id)
        .select(reports::member_id)
        .load(conn)
}
