//! Writing an act down: in the log, in the audit trail, and for whom it concerns.

use super::ActId;
use super::rules::{ActKind, Actor, Grounds, NoRule};
use super::store::{self, NewAct};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::events::rules::Event;
use crate::members::MemberId;
use crate::threads::{PostId, ThreadId};
use crate::{events, members};

/// What an act is about.
#[derive(Clone, Copy, Debug, Default)]
pub struct About {
    /// Whom it concerns: they are told, unless they act on themselves.
    pub member: Option<MemberId>,
    /// The thread.
    pub thread: Option<ThreadId>,
    /// The post.
    pub post: Option<PostId>,
    /// When it ends.
    pub ends_at: Option<Time>,
    /// The case it settles.
    pub case: Option<i64>,
}

/// Writes an act down, in the transaction that does it.
///
/// # Errors
/// When the rule is none of those in force.
pub fn record(
    conn: &mut Conn,
    kind: ActKind,
    by: Actor,
    grounds: &Grounds,
    about: About,
    now: Time,
) -> Result<ActId, Error> {
    let version = store::version(conn)?;
    if !store::rules_of(conn, version)?.iter().any(|rule| rule.number == grounds.rule) {
        return Err(Error::refused(NoRule));
    }
    let new = NewAct {
        kind,
        by,
        version,
        rule: grounds.rule,
        reason: &grounds.reason,
        member: about.member,
        thread: about.thread,
        post: about.post,
        ends_at: about.ends_at,
        case: about.case,
    };
    let act = store::insert(conn, &new, now)?;
    members::store::audit(conn, Some(by.id), kind.code(), &format!("act {}", act.0), &grounds.reason, now)?;
    if about.member.is_some_and(|member| member != by.id) {
        events::store::add(conn, &Event::Acted { act: act.0 }, now)?;
    }
    Ok(act)
}
