//! Dialling prefixes in the database: budgets, stops, and what became of texts.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::clock::Time;
use crate::db::schema::{text_prefixes, texts};
use crate::db::{Conn, on_backend};
use crate::members::MemberId;

/// A dialling prefix.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Prefix {
    /// Such as `+49 DE`.
    pub prefix: String,
    /// Texts a day, where it is not the usual number.
    pub daily_budget: Option<i64>,
    /// Since when nothing is sent to it.
    pub stopped_at: Option<Time>,
    /// Why.
    pub reason: Option<String>,
    /// When an administrator let it go again: what was before does not count.
    pub allowed_at: Option<Time>,
}

const COLUMNS: (
    text_prefixes::prefix,
    text_prefixes::daily_budget,
    text_prefixes::stopped_at,
    text_prefixes::reason,
    text_prefixes::allowed_at,
) = (
    text_prefixes::prefix,
    text_prefixes::daily_budget,
    text_prefixes::stopped_at,
    text_prefixes::reason,
    text_prefixes::allowed_at,
);

/// Holds a prefix's row until this transaction ends, making it where there is none.
pub fn hold(conn: &mut Conn, prefix: &str) -> QueryResult<Prefix> {
    let row = diesel::insert_into(text_prefixes::table)
        .values(text_prefixes::prefix.eq(prefix))
        .on_conflict(text_prefixes::prefix)
        .do_update()
        .set(text_prefixes::prefix.eq(prefix))
        .returning(COLUMNS);
    on_backend!(conn, |c| row.get_result(c))
}

/// Every prefix that was ever sent to.
pub fn prefixes(conn: &mut Conn) -> QueryResult<Vec<Prefix>> {
    text_prefixes::table.order(text_prefixes::prefix).select(COLUMNS).load(conn)
}

/// Stops a prefix, and says whether it was not stopped until now.
pub fn stop(
    conn: &mut Conn,
    prefix: &str,
    reason: &str,
    by: Option<MemberId>,
    now: Time,
) -> QueryResult<bool> {
    diesel::update(text_prefixes::table.find(prefix).filter(text_prefixes::stopped_at.is_null()))
        .set((
            text_prefixes::stopped_at.eq(now),
            text_prefixes::reason.eq(reason),
            text_prefixes::changed_by.eq(by),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Lets a stopped prefix go again, and says whether it was stopped.
pub fn allow(conn: &mut Conn, prefix: &str, by: MemberId, now: Time) -> QueryResult<bool> {
    diesel::update(text_prefixes::table.find(prefix).filter(text_prefixes::stopped_at.is_not_null()))
        .set((
            text_prefixes::stopped_at.eq(None::<Time>),
            text_prefixes::reason.eq(None::<String>),
            text_prefixes::allowed_at.eq(now),
            text_prefixes::changed_by.eq(by),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Sets how many texts a day a prefix may get, and says whether there is such a prefix.
pub fn set_budget(conn: &mut Conn, prefix: &str, budget: i64, by: MemberId) -> QueryResult<bool> {
    diesel::update(text_prefixes::table.find(prefix))
        .set((text_prefixes::daily_budget.eq(budget), text_prefixes::changed_by.eq(by)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Gives up what waits for a prefix: it was stopped.
pub fn drop_unsent(conn: &mut Conn, prefix: &str, tries: i64) -> QueryResult<usize> {
    diesel::update(texts::table.filter(texts::prefix.eq(prefix)).filter(texts::sent_at.is_null()))
        .set((
            texts::tries.eq(tries),
            texts::failure.eq("the prefix was stopped"),
            texts::sealed.eq(None::<Vec<u8>>),
        ))
        .execute(conn)
}

/// What became of the texts to a prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayOf {
    /// Asked for.
    pub asked: i64,
    /// Told to have arrived.
    pub delivered: i64,
    /// Told not to have arrived, or given up.
    pub failed: i64,
    /// Codes that were typed in.
    pub converted: i64,
}

/// How texts are counted in [`figures`].
#[derive(Clone, Copy, Debug)]
pub enum Count {
    /// All of them.
    Asked,
    /// Those that arrived.
    Delivered,
    /// Those that did not arrive.
    Failed,
    /// Those whose code was typed in.
    Converted,
}

/// How many texts after `since` there were, by prefix.
pub fn figures(conn: &mut Conn, count: Count, since: Time) -> QueryResult<HashMap<String, i64>> {
    let rows = texts::table
        .filter(texts::queued_at.gt(since))
        .group_by(texts::prefix)
        .select((texts::prefix, count_star()));
    let given_up = texts::sent_at.is_null().and(texts::sealed.is_null());
    let counted: Vec<(String, i64)> = match count {
        Count::Asked => rows.load(conn)?,
        Count::Delivered => rows.filter(texts::delivery.eq("delivered")).load(conn)?,
        Count::Failed => rows
            .filter(
                texts::delivery
                    .is_not_null()
                    .and(texts::delivery.assume_not_null().eq("failed"))
                    .or(given_up),
            )
            .load(conn)?,
        Count::Converted => rows.filter(texts::converted_at.is_not_null()).load(conn)?,
    };
    Ok(counted.into_iter().collect())
}

/// Texts asked for between two moments to prefixes that are not stopped: the prefix, and whether the code was typed
/// in. What was before an administrator let a prefix go again is left out.
pub fn shares(conn: &mut Conn, after: Time, until: Time) -> QueryResult<Vec<(String, bool)>> {
    let open = text_prefixes::table
        .filter(text_prefixes::stopped_at.is_null())
        .select((text_prefixes::prefix, text_prefixes::allowed_at))
        .load::<(String, Option<Time>)>(conn)?;
    let open: HashMap<String, Option<Time>> = open.into_iter().collect();
    let rows: Vec<(String, Time, Option<Time>)> = texts::table
        .filter(texts::queued_at.gt(after))
        .filter(texts::queued_at.le(until))
        .select((texts::prefix, texts::queued_at, texts::converted_at))
        .load(conn)?;
    let counts = |prefix: &String, queued: Time| {
        open.get(prefix).is_some_and(|allowed| allowed.is_none_or(|allowed| allowed < queued))
    };
    let counted = rows.into_iter().filter(|(prefix, queued, _)| counts(prefix, *queued));
    Ok(counted.map(|(prefix, _, converted)| (prefix, converted.is_some())).collect())
}
