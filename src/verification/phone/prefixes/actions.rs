//! Stopping prefixes, letting them go again, and their budgets.

use std::collections::{BTreeMap, HashMap};

use super::rules;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;
use crate::members::audit::store as audit;
use crate::outside::texts::store::{Count, DayOf};
use crate::outside::texts::{TRIES, store};

/// Between which moments the share of codes typed in is counted.
#[must_use]
pub fn watched(now: Time) -> (Time, Time) {
    let until = now - rules::SETTLES;
    (until - rules::STRETCH, until)
}

/// The prefixes to be stopped, each with the reason. For each text it is told to which prefix it went, and whether its
/// code was typed in.
#[must_use]
pub fn alarming(texts: &[(String, bool)]) -> Vec<(String, String)> {
    let mut shares: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for (prefix, converted) in texts {
        let share = shares.entry(prefix).or_default();
        share.0 += 1;
        share.1 += i64::from(*converted);
    }
    let alarm = |(prefix, (sent, converted)): (&str, (i64, i64))| {
        rules::alarm(sent, converted).map(|reason| (prefix.to_owned(), reason))
    };
    shares.into_iter().filter_map(alarm).collect()
}

/// Stops these prefixes, and answers with those that were not stopped until now.
///
/// # Errors
/// When the database fails.
pub fn stop_alarming(
    conn: &mut Conn,
    alarming: &[(String, String)],
    now: Time,
) -> Result<Vec<(String, String)>, Error> {
    let mut stopped = Vec::new();
    for (prefix, reason) in alarming {
        if stop(conn, prefix, reason, None, now)? {
            stopped.push((prefix.clone(), reason.clone()));
        }
    }
    Ok(stopped)
}

/// Stops a prefix: nothing is sent to it any more, nor what waits already. Says whether it was not stopped before.
///
/// # Errors
/// When the database fails.
pub fn stop(
    conn: &mut Conn,
    prefix: &str,
    reason: &str,
    by: Option<MemberId>,
    now: Time,
) -> Result<bool, Error> {
    let is_new = store::stop(conn, prefix, reason, by, now)?;
    if is_new {
        store::drop_unsent(conn, prefix, TRIES)?;
        audit::add(conn, by, "stop texts", &format!("prefix {prefix}"), reason, now)?;
    }
    Ok(is_new)
}

/// Lets a stopped prefix go again; what happened before does not count against it.
///
/// # Errors
/// [`Error::NotFound`] when it is not stopped.
pub fn allow(conn: &mut Conn, prefix: &str, by: MemberId, now: Time) -> Result<(), Error> {
    if !store::allow(conn, prefix, by, now)? {
        return Err(Error::NotFound);
    }
    Ok(audit::add(conn, Some(by), "allow texts", &format!("prefix {prefix}"), "", now)?)
}

/// Sets how many texts a prefix gets in a day.
///
/// # Errors
/// [`Error::NotFound`] when nothing was ever sent to it.
pub fn set_budget(conn: &mut Conn, prefix: &str, budget: i64, by: MemberId, now: Time) -> Result<(), Error> {
    if !store::set_budget(conn, prefix, budget, by)? {
        return Err(Error::NotFound);
    }
    let what = format!("{budget} texts a day");
    Ok(audit::add(conn, Some(by), "budget texts", &format!("prefix {prefix}"), &what, now)?)
}

/// Where a count of a day stands.
type Place = fn(&mut DayOf) -> &mut i64;

/// What became of the texts after `since`, by prefix.
///
/// # Errors
/// When the database fails.
pub fn day(conn: &mut Conn, since: Time) -> Result<HashMap<String, DayOf>, Error> {
    let mut day: HashMap<String, DayOf> = HashMap::new();
    let places: [(Count, Place); 4] = [
        (Count::Asked, |day| &mut day.asked),
        (Count::Delivered, |day| &mut day.delivered),
        (Count::Failed, |day| &mut day.failed),
        (Count::Converted, |day| &mut day.converted),
    ];
    for (count, place) in places {
        for (prefix, number) in store::figures(conn, count, since)? {
            *place(day.entry(prefix).or_default()) = number;
        }
    }
    Ok(day)
}
