//! Policies in the database. They are added and never changed: the database refuses it.

use diesel::dsl::max;
use diesel::prelude::*;

use crate::badges::rules::{Badge, Carry, Policy, Terms};
use crate::clock::Time;
use crate::db::schema::badge_policies;
use crate::db::{Conn, decode};
use crate::members::MemberId;
use crate::threads::ThreadId;

/// Every policy version, the newest of each badge first.
pub fn policies(conn: &mut Conn) -> QueryResult<Vec<Policy>> {
    let rows: Vec<(String, i64, Time, Option<i64>, String, String)> = badge_policies::table
        .order((badge_policies::badge, badge_policies::version.desc()))
        .select((
            badge_policies::badge,
            badge_policies::version,
            badge_policies::published_at,
            badge_policies::valid_months,
            badge_policies::checked,
            badge_policies::carries,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(badge, version, published_at, valid_months, checked, carries)| {
            Ok(Policy {
                badge: decode(&badge, Badge::parse)?,
                version,
                published_at,
                valid_months,
                checked,
                carries: decode(&carries, Carry::read)?,
            })
        })
        .collect()
}

/// Who stands behind a policy version, and where it was announced.
#[derive(Clone, Copy, Debug)]
pub struct Behind {
    /// Who drafted it.
    pub drafted_by: MemberId,
    /// Who approved it.
    pub approved_by: MemberId,
    /// The announcement's thread.
    pub thread: ThreadId,
}

/// The number of the newest version of a badge's policy; 0 where there is none.
pub fn newest_version(conn: &mut Conn, badge: Badge) -> QueryResult<i64> {
    let newest: Option<i64> = badge_policies::table
        .filter(badge_policies::badge.eq(badge.code()))
        .select(max(badge_policies::version))
        .first(conn)?;
    Ok(newest.unwrap_or_default())
}

/// Publishes the terms as a version of Identity Verified. Its steps are always both: the database grants nothing
/// without them.
pub fn publish(conn: &mut Conn, version: i64, terms: &Terms, behind: &Behind, now: Time) -> QueryResult<()> {
    diesel::insert_into(badge_policies::table)
        .values((
            badge_policies::badge.eq(Badge::IdentityVerified.code()),
            badge_policies::version.eq(version),
            badge_policies::published_at.eq(now),
            badge_policies::valid_months.eq(terms.valid_months),
            badge_policies::checked.eq(&terms.checked),
            badge_policies::steps.eq("document call"),
            badge_policies::settling_minutes.eq(terms.settling_minutes),
            badge_policies::promise_hours.eq(terms.promise_hours),
            badge_policies::words.eq(&terms.words),
            badge_policies::drafted_by.eq(behind.drafted_by),
            badge_policies::approved_by.eq(behind.approved_by),
            badge_policies::carries.eq(Carry::written(&terms.carries)),
            badge_policies::thread_id.eq(behind.thread),
        ))
        .execute(conn)
        .map(|_| ())
}

/// The terms of a badge's version, and the thread that announced it.
pub fn terms(conn: &mut Conn, badge: Badge, version: i64) -> QueryResult<Option<(Terms, Option<ThreadId>)>> {
    type Row = (String, String, Option<i64>, i64, i64, String, Option<ThreadId>);
    let row: Option<Row> = badge_policies::table
        .find((badge.code(), version))
        .select((
            badge_policies::checked,
            badge_policies::words,
            badge_policies::valid_months,
            badge_policies::settling_minutes,
            badge_policies::promise_hours,
            badge_policies::carries,
            badge_policies::thread_id,
        ))
        .first(conn)
        .optional()?;
    let Some((checked, words, valid_months, settling_minutes, promise_hours, carries, thread)) = row else {
        return Ok(None);
    };
    let (valid_months, carries) = (valid_months.unwrap_or_default(), decode(&carries, Carry::read)?);
    Ok(Some((Terms { checked, words, valid_months, settling_minutes, promise_hours, carries }, thread)))
}

/// The threads that announced versions of a badge's policy, by version.
pub fn announced(conn: &mut Conn, badge: Badge) -> QueryResult<Vec<(i64, ThreadId)>> {
    let rows: Vec<(i64, Option<ThreadId>)> = badge_policies::table
        .filter(badge_policies::badge.eq(badge.code()))
        .filter(badge_policies::thread_id.is_not_null())
        .order(badge_policies::version.desc())
        .select((badge_policies::version, badge_policies::thread_id))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(version, thread)| Some((version, thread?))).collect())
}
