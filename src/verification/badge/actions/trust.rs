//! What trust administrators do with a badge that is there: take it off for now, show it again, and, two together,
//! take it away. A report alone takes nothing off, or it would be a weapon: somebody who answers for it presses.

use super::{moved_on, tell};
use crate::badges::rules::{Badge, Cause, Move, Place, next};
use crate::badges::store::{self as badges, Due};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::{self, MemberId};
use crate::verification::badge::rules::Doubt;
use crate::verification::badge::store;

/// What is said to somebody who acts on their own badge.
const OWN: &str = "This is your own badge, so somebody else has to act on it.";
/// What is said where there is nothing to act on.
const NONE: &str = "This member has no badge for which that can be done.";

fn member(conn: &mut Conn, handle: &str, by: MemberId) -> Result<MemberId, Error> {
    let found = members::store::find(conn, handle.trim())?;
    let member = found.ok_or_else(|| Error::refused("Nobody has this handle."))?.id;
    if member == by { Err(Error::refused(OWN)) } else { Ok(member) }
}

/// Moves a member's badge and writes down who did it, and why.
fn change(
    conn: &mut Conn,
    (due, place): (&Due, Place),
    step: Move,
    (act, words): (&str, &str),
    by: MemberId,
    now: Time,
) -> Result<(), Error> {
    let to = next(place, step).map_err(Error::refused)?;
    if !badges::move_to(conn, due, place, to)? {
        return Err(moved_on());
    }
    let subject = format!("grant {}", due.id);
    members::audit::store::add(conn, Some(by), act, &subject, words, now)?;
    tell(conn, due.member, &format!("badge-{}", to.state.code()), now)
}

/// Takes a member's badge off for now. The caller is a trust administrator.
///
/// # Errors
/// When there is none that can be taken off, or it is their own.
pub fn suspend(
    conn: &mut Conn,
    handle: &str,
    (cause, words): (Cause, &str),
    by: MemberId,
    now: Time,
) -> Result<(), Error> {
    let member = member(conn, handle, by)?;
    let standing = badges::open_to(conn, member, Badge::IdentityVerified, Move::Supersede)?;
    let grant = standing.ok_or_else(|| Error::refused(NONE))?;
    let why = format!("{}: {words}", cause.code());
    badges::note_suspension(conn, grant.id, Some(by), now)?;
    let due = badges::due(conn, grant.id)?.ok_or(Error::NotFound)?;
    change(conn, (&due, grant.place), Move::Suspend(cause), ("grant.suspended", &why), by, now)
}

/// Ends what [`suspend`] began: the badge is shown again, or waits for the name that it binds.
///
/// # Errors
/// When it is not off, or off for its name alone, or it is their own.
pub fn lift(conn: &mut Conn, handle: &str, words: &str, by: MemberId, now: Time) -> Result<(), Error> {
    let member = member(conn, handle, by)?;
    let standing = badges::open_to(conn, member, Badge::IdentityVerified, Move::Supersede)?;
    let grant = standing.ok_or_else(|| Error::refused(NONE))?;
    lift_one(conn, (grant.id, grant.place), words, by, now)
}

/// Ends what [`suspend`] began with this grant, which stands there.
///
/// # Errors
/// When it is not off, or off for its name alone.
pub fn lift_one(
    conn: &mut Conn,
    (grant, place): (i64, Place),
    words: &str,
    by: MemberId,
    now: Time,
) -> Result<(), Error> {
    let cause = place.cause.filter(|cause| *cause != Cause::Name);
    let cause = cause.ok_or_else(|| Error::refused(NONE))?;
    let due = badges::due(conn, grant)?.ok_or(Error::NotFound)?;
    let name_is_bound = members::store::get(conn, due.member)?.name == due.bound_name;
    change(conn, (&due, place), Move::Lift { cause, name_is_bound }, ("grant.lifted", words), by, now)
}

/// Asks another trust administrator to take a member's badge away.
///
/// # Errors
/// When there is none, when that is asked already, or it is their own.
pub fn ask_revocation(
    conn: &mut Conn,
    handle: &str,
    (doubt, words): (Doubt, &str),
    by: MemberId,
    now: Time,
) -> Result<i64, Error> {
    let member = member(conn, handle, by)?;
    let grant = badges::open_to(conn, member, Badge::IdentityVerified, Move::Revoke)?;
    let grant = grant.ok_or_else(|| Error::refused(NONE))?;
    let asked = store::ask(conn, grant.id, (doubt.code(), words), by, now)?;
    let (subject, why) = (format!("grant {}", grant.id), format!("{}: {words}", doubt.code()));
    members::audit::store::add(conn, Some(by), "revocation.asked", &subject, &why, now)?;
    Ok(asked)
}

/// Takes a badge away for which another asked that, or leaves it.
///
/// # Errors
/// [`Error::NotFound`] where nobody asked, [`Error::Forbidden`] for whoever asked and for whose badge it is,
/// [`Error::Conflict`] when somebody was quicker.
pub fn decide_revocation(
    conn: &mut Conn,
    id: i64,
    by: MemberId,
    is_confirmed: bool,
    now: Time,
) -> Result<(), Error> {
    let asked = store::revocation(conn, id)?.ok_or(Error::NotFound)?;
    if asked.asked_by == by || asked.member == by {
        return Err(Error::Forbidden(
            "You asked for this, or it is your own badge. Somebody else decides.".into(),
        ));
    }
    if asked.decided_at.is_some() || !store::close(conn, id, by, is_confirmed, now)? {
        return Err(moved_on());
    }
    let subject = format!("grant {}", asked.grant);
    if !is_confirmed {
        members::audit::store::add(conn, Some(by), "revocation.refused", &subject, "", now)?;
        return Ok(());
    }
    let from = badges::place(conn, asked.grant)?.ok_or(Error::NotFound)?;
    let to = next(from, Move::Revoke).map_err(|why| Error::Conflict(why.to_string().into()))?;
    let due = badges::due(conn, asked.grant)?.ok_or(Error::NotFound)?;
    badges::note_reason(conn, asked.grant, &asked.reason)?;
    if !badges::move_to(conn, &due, from, to)? {
        return Err(moved_on());
    }
    members::audit::store::add(conn, Some(by), "revocation.confirmed", &subject, &asked.reason, now)?;
    tell(conn, due.member, "badge-revoked", now)
}
