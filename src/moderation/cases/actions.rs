//! Reporting a post, and working on the case that comes of it.

use super::CaseId;
use super::rules::{Outcome, Reason};
use super::store::{self, Case};
use crate::boards::rules::{Standing, find_readable};
use crate::clock::{Time, date_and_time};
use crate::db::Conn;
use crate::error::Error;
use crate::events::rules::Event;
use crate::members::{self, MemberId};
use crate::threads::PostId;
use crate::threads::store::Place;
use crate::{boards, events, threads};

/// A post that somebody of this standing may read.
///
/// # Errors
/// [`Error::NotFound`] where there is none for them.
pub fn readable_place(conn: &mut Conn, post: PostId, standing: &Standing) -> Result<Place, Error> {
    let place = threads::store::place_of(conn, post)?.ok_or(Error::NotFound)?;
    let boards = boards::store::all(conn)?;
    find_readable(&boards, place.board, standing).ok_or(Error::NotFound)?;
    if place.audience.includes(standing) { Ok(place) } else { Err(Error::NotFound) }
}

/// Reports a post: its open case counts one more, or one is opened.
///
/// # Errors
/// When they may not read it, wrote it, or reported it before.
pub fn report(
    conn: &mut Conn,
    by: MemberId,
    standing: &Standing,
    post: PostId,
    report: (Reason, &str),
    now: Time,
) -> Result<Place, Error> {
    let place = readable_place(conn, post, standing)?;
    if place.is_removed {
        return Err(Error::Refused("This post was removed already. Thank you all the same.".into()));
    }
    if place.author == by {
        return Err(Error::Forbidden(
            "This post is your own: edit it, or ask a moderator to remove it.".into(),
        ));
    }
    if store::own_report(conn, post, by)?.is_some() {
        return Err(Error::Conflict("You reported this post already. A moderator will look at it.".into()));
    }
    store::ensure(conn, post, report.0.harm(), now)?;
    let case = store::count_report(conn, post, report.0.harm())?;
    store::insert_report(conn, case, post, by, report, now)?;
    Ok(place)
}

/// The case of this number, where a moderator of this standing may read its post.
///
/// # Errors
/// [`Error::NotFound`] where there is none for them.
pub fn find(conn: &mut Conn, id: CaseId, standing: &Standing) -> Result<Case, Error> {
    let case = store::find(conn, id)?.ok_or(Error::NotFound)?;
    let boards = boards::store::all(conn)?;
    find_readable(&boards, case.board, standing).ok_or(Error::NotFound)?;
    if case.audience.includes(standing) { Ok(case) } else { Err(Error::NotFound) }
}

/// Why a case is not theirs to work on: closed, or claimed by another.
fn taken(conn: &mut Conn, id: CaseId) -> Result<Error, Error> {
    let case = store::find(conn, id)?.ok_or(Error::NotFound)?;
    Ok(Error::Conflict(match (case.closed, case.claim) {
        (Some((at, ..)), _) => format!("This case was closed on {}.", date_and_time(at)).into(),
        (None, Some((_, name, at))) => {
            format!("{name} works on this case since {}.", date_and_time(at)).into()
        }
        (None, None) => "Nobody works on this case. Claim it first.".into(),
    }))
}

/// Takes a case on.
///
/// # Errors
/// When somebody else has it, or it is closed.
pub fn claim(conn: &mut Conn, id: CaseId, by: MemberId, now: Time) -> Result<(), Error> {
    if store::claim(conn, id, by, now)? {
        members::store::audit(conn, Some(by), "case-claimed", &subject(id), "", now)?;
        return Ok(());
    }
    Err(taken(conn, id)?)
}

/// Gives a case back.
///
/// # Errors
/// When it is not theirs.
pub fn release(conn: &mut Conn, id: CaseId, by: MemberId, now: Time) -> Result<(), Error> {
    if store::release(conn, id, by)? {
        members::store::audit(conn, Some(by), "case-released", &subject(id), "", now)?;
        return Ok(());
    }
    Err(taken(conn, id)?)
}

/// Closes a case; whoever reported is told what came of it.
///
/// # Errors
/// When somebody else works on it, or it is closed already.
pub fn close(
    conn: &mut Conn,
    id: CaseId,
    by: MemberId,
    outcome: Outcome,
    reason: &str,
    now: Time,
) -> Result<(), Error> {
    if !store::close(conn, id, by, outcome, reason, now)? {
        return Err(taken(conn, id)?);
    }
    let told = format!("{}: {reason}", outcome.code());
    members::store::audit(conn, Some(by), "case-closed", &subject(id), &told, now)?;
    events::store::add(conn, &Event::CaseClosed { case: id.0 }, now)?;
    Ok(())
}

fn subject(id: CaseId) -> String {
    format!("case {}", id.0)
}
