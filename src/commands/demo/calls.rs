//! The demo's live calls: agents who are there now, and a call that is booked.

use chrono::{TimeDelta, Timelike};

use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members;
use crate::members::MemberId;
use crate::verification::call::actions::{Ground, choices, confirm, hold};
use crate::verification::desk::actions::enter_shift;
use crate::verification::desk::rules::Span;

/// How long the agents are there from now on.
const HOURS: i64 = 6;

/// Enters shifts that have begun, and books a call for somebody whose document another agent approved.
pub(super) fn fill(conn: &mut Conn, now: Time) -> Result<(), Error> {
    let starts = now.date().and_hms_opt(now.hour(), 0, 0).unwrap_or(now);
    for handle in ["noor-v", "femi-o"] {
        let agent = id_of(conn, handle)?;
        enter_shift(conn, agent, Span { starts, ends: starts + TimeDelta::hours(HOURS) }, now)?;
    }
    let elin = id_of(conn, "elin-j")?;
    let Some(ground) = Ground::of(conn, elin, now)? else { return Ok(()) };
    let later = now + TimeDelta::hours(1);
    if let Some(at) = choices(conn, &ground, now)?.into_keys().find(|at| *at >= later) {
        hold(conn, elin, at, now)?;
        confirm(conn, elin, now)?;
    }
    Ok(())
}

fn id_of(conn: &mut Conn, handle: &str) -> Result<MemberId, Error> {
    members::store::find(conn, handle)?.map(|member| member.id).ok_or(Error::NotFound)
}
