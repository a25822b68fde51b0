//! Warning, silencing and suspending.

use super::rules::{Sanction, may_sanction};
use crate::acts::ActId;
use crate::acts::actions::About;
use crate::acts::rules::ActKind;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::{self, MemberId};
use crate::moderation::actions::Work;
use crate::moderation::cases;
use crate::{acts, threads};

/// Warns, silences or suspends a member. What ends later than a sanction that stands takes its place; what ends
/// before it changes nothing but the list of acts.
///
/// # Errors
/// When there is no such member, or the moderator may not do this to them.
pub fn sanction(
    conn: &mut Conn,
    work: &Work,
    handle: &str,
    sanction: Sanction,
    until: Option<Time>,
) -> Result<ActId, Error> {
    let member = members::store::find(conn, handle)?.ok_or(Error::NotFound)?;
    let held = members::store::roles_of(conn, &[member.id])?.remove(&member.id).unwrap_or_default();
    may_sanction(work.by, &work.standing.roles, member.id, &held)
        .map_err(|why| Error::Forbidden(why.to_string().into()))?;
    let mut about = About { member: Some(member.id), ends_at: until, ..About::default() };
    if let Some(case) = work.case {
        let case = cases::actions::find(conn, case, &work.standing)?;
        if case.author != member.id {
            return Err(Error::Refused("This case is about another member.".to_owned()));
        }
        about = About { post: Some(case.post), thread: Some(case.thread), ..about };
        // Rows are locked in one order: the thread comes before the member.
        threads::store::add_thread_posts(conn, case.thread, 0)?;
    }
    hold(conn, member.id)?;
    let act = work.finish(conn, sanction.kind(), about)?;
    recount(conn, member.id, sanction.kind())?;
    Ok(act)
}

/// Holds a member's row until the transaction ends, before the end of the audit is held.
///
/// # Errors
/// When the database fails.
pub fn hold(conn: &mut Conn, member: MemberId) -> Result<(), Error> {
    Ok(members::store::add_posts(conn, member, 0)?)
}

/// Sets what stands in a member's way from the acts that stand.
///
/// # Errors
/// When the database fails.
pub fn recount(conn: &mut Conn, member: MemberId, kind: ActKind) -> Result<(), Error> {
    let standing = acts::store::standing(conn, member, kind)?;
    let ends = standing.and_then(|(_, ends)| ends);
    match kind {
        ActKind::Warn => members::store::set_warned(conn, member, standing.map(|(at, _)| at))?,
        ActKind::Silence => members::store::set_silenced(conn, member, ends)?,
        ActKind::Suspend => members::store::set_suspended(conn, member, ends)?,
        _ => {}
    }
    Ok(())
}
