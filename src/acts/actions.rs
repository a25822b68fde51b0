//! Writing an act down: in the log, in the audit trail, and for whom it concerns.

use super::ActId;
use super::rules::{ActKind, Actor, Grounds, NoRule};
use super::store::{self, Act, NewAct};
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

/// Writes down that an act was taken back, under the rule that it rested on. Whom it concerns is told of the
/// decision by whoever decides.
///
/// # Errors
/// When it was taken back before.
pub fn record_reversal(
    conn: &mut Conn,
    act: &Act,
    by: Actor,
    reason: &str,
    now: Time,
) -> Result<ActId, Error> {
    if !store::set_reversed(conn, act.id, by.id, now)? {
        return Err(Error::Conflict("This was taken back already.".into()));
    }
    let new = NewAct {
        kind: ActKind::Reverse,
        by,
        version: act.version,
        rule: act.rule,
        reason,
        member: act.member,
        thread: act.thread.as_ref().map(|thread| thread.id),
        post: act.post,
        ends_at: None,
        case: act.case,
    };
    let reversal = store::insert(conn, &new, now)?;
    let subject = format!("act {}", act.id.0);
    members::store::audit(conn, Some(by.id), ActKind::Reverse.code(), &subject, reason, now)?;
    Ok(reversal)
}

/// Makes a new version of the rules; acts keep pointing at theirs.
///
/// # Errors
/// When somebody else made one since `seen`.
pub fn publish_rules(
    conn: &mut Conn,
    seen: i64,
    rules: &[(String, String)],
    summary: &str,
    by: MemberId,
    now: Time,
) -> Result<i64, Error> {
    if store::version(conn)? != seen {
        let why = "Somebody else saved a new version meanwhile. Look at it, and make your change there.";
        return Err(Error::Conflict(why.into()));
    }
    let version = seen + 1;
    store::publish(conn, version, rules, summary, by, now)?;
    members::store::audit(conn, Some(by), "rules-published", &format!("rules {version}"), summary, now)?;
    Ok(version)
}
