//! Phones in the database.

use diesel::prelude::*;

use super::numbers::Number;
use super::rules::State;
use crate::clock::Time;
use crate::db::schema::{phone_checks, phone_tries};
use crate::db::{Conn, decode};
use crate::members::MemberId;

/// A number that was taken off, and is kept for a while.
const RELEASED: &str = "released";

/// A member's phone, as others may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// Where it stands, without looking at the time: see `rules::is_over`.
    pub state: State,
    /// The two digits that are shown.
    pub last_digits: String,
    /// The country, by two letters.
    pub country: String,
    /// When the right code was typed in.
    pub verified_at: Option<Time>,
    /// When the last code was sent.
    pub code_sent_at: Option<Time>,
}

/// A member's phone with what its code is checked against.
#[derive(Clone, Debug)]
pub struct Check {
    /// Number of the row.
    pub id: i64,
    /// What others may know.
    pub phone: Phone,
    /// The sealed number.
    pub sealed: Option<Vec<u8>>,
    /// Its blind index.
    pub number_index: Option<String>,
    /// The HMAC of the code, while there is one.
    pub code_mac: Option<Vec<u8>>,
    /// Wrong tries of this code.
    pub code_tries: i64,
}

/// The context in which a member's number is sealed.
#[must_use]
pub fn context(member: MemberId) -> String {
    format!("phone_checks.sealed {}", member.0)
}

type Row = (
    i64,
    String,
    (String, String, Option<Time>, Option<Time>),
    Option<Vec<u8>>,
    Option<String>,
    Option<Vec<u8>>,
    i64,
);

/// The member's phone; none where nothing was begun or the number was taken off.
pub fn find(conn: &mut Conn, member: MemberId) -> QueryResult<Option<Check>> {
    let row: Option<Row> = phone_checks::table
        .filter(phone_checks::member_id.eq(member))
        .filter(phone_checks::state.ne(RELEASED))
        .select((
            phone_checks::id,
            phone_checks::state,
            (
                phone_checks::last_digits,
                phone_checks::country,
                phone_checks::verified_at,
                phone_checks::code_sent_at,
            ),
            phone_checks::sealed,
            phone_checks::number_index,
            phone_checks::code_mac,
            phone_checks::code_tries,
        ))
        .first(conn)
        .optional()?;
    let Some((id, state, shown, sealed, number_index, code_mac, code_tries)) = row else { return Ok(None) };
    let (last_digits, country, verified_at, code_sent_at) = shown;
    let state = decode(&state, State::parse)?;
    let phone = Phone { state, last_digits, country, verified_at, code_sent_at };
    Ok(Some(Check { id, phone, sealed, number_index, code_mac, code_tries }))
}

/// The member's phone, as pages and gates need it.
pub fn of(conn: &mut Conn, member: MemberId) -> QueryResult<Option<Phone>> {
    Ok(find(conn, member)?.map(|check| check.phone))
}

/// A code that is about to be sent.
#[derive(Clone, Debug)]
pub struct NewCode<'a> {
    /// To which number.
    pub number: &'a Number,
    /// The number, sealed.
    pub sealed: &'a [u8],
    /// Its blind index.
    pub number_index: &'a str,
    /// The HMAC of the code.
    pub code_mac: &'a [u8],
}

/// Writes a new code down, in place of whatever the member had begun: row `id` where there is one.
pub fn put(
    conn: &mut Conn,
    member: MemberId,
    id: Option<i64>,
    code: &NewCode<'_>,
    now: Time,
) -> QueryResult<()> {
    let values = (
        phone_checks::state.eq(State::Sent.code()),
        phone_checks::sealed.eq(code.sealed),
        phone_checks::number_index.eq(code.number_index),
        phone_checks::country.eq(&code.number.country),
        phone_checks::prefix.eq(&code.number.prefix),
        phone_checks::last_digits.eq(&code.number.last_digits),
        phone_checks::code_mac.eq(code.code_mac),
        phone_checks::code_sent_at.eq(now),
        phone_checks::code_tries.eq(0),
    );
    match id {
        Some(id) => diesel::update(phone_checks::table.find(id)).set(values).execute(conn),
        None => diesel::insert_into(phone_checks::table)
            .values((phone_checks::member_id.eq(member), phone_checks::began_at.eq(now), values))
            .execute(conn),
    }
    .map(|_| ())
}

/// Ends a code, whatever became of it.
pub fn end_code(conn: &mut Conn, id: i64, state: State) -> QueryResult<()> {
    diesel::update(phone_checks::table.find(id))
        .set((phone_checks::state.eq(state.code()), phone_checks::code_mac.eq(None::<Vec<u8>>)))
        .execute(conn)
        .map(|_| ())
}

/// The right code was typed in.
pub fn verify(conn: &mut Conn, id: i64, now: Time) -> QueryResult<()> {
    diesel::update(phone_checks::table.find(id))
        .set((
            phone_checks::state.eq(State::Verified.code()),
            phone_checks::code_mac.eq(None::<Vec<u8>>),
            phone_checks::verified_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Whether a number proves an account.
pub fn is_bound(conn: &mut Conn, number_index: &str) -> QueryResult<bool> {
    let bound = phone_checks::table
        .filter(phone_checks::number_index.eq(number_index))
        .filter(phone_checks::state.eq(State::Verified.code()));
    diesel::select(diesel::dsl::exists(bound)).get_result(conn)
}

/// Takes a verified number off; it is forgotten later.
pub fn release(conn: &mut Conn, id: i64, now: Time) -> QueryResult<()> {
    diesel::update(phone_checks::table.find(id))
        .set((
            phone_checks::state.eq(RELEASED),
            phone_checks::released_at.eq(now),
            phone_checks::code_mac.eq(None::<Vec<u8>>),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Forgets what was begun.
pub fn forget(conn: &mut Conn, id: i64) -> QueryResult<()> {
    diesel::delete(phone_checks::table.find(id)).execute(conn).map(|_| ())
}

/// Writes a waiver down, in place of whatever the member had begun.
pub fn waive(conn: &mut Conn, member: MemberId, by: MemberId, reason: &str, now: Time) -> QueryResult<()> {
    diesel::insert_into(phone_checks::table)
        .values((
            phone_checks::member_id.eq(member),
            phone_checks::state.eq(State::Waived.code()),
            phone_checks::country.eq(""),
            phone_checks::prefix.eq(""),
            phone_checks::last_digits.eq(""),
            phone_checks::began_at.eq(now),
            phone_checks::waived_by.eq(by),
            phone_checks::reason.eq(reason),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Counts a wrong code.
pub fn add_wrong(
    conn: &mut Conn,
    id: i64,
    member: MemberId,
    number_index: &str,
    now: Time,
) -> QueryResult<()> {
    diesel::update(phone_checks::table.find(id))
        .set(phone_checks::code_tries.eq(phone_checks::code_tries + 1))
        .execute(conn)?;
    diesel::insert_into(phone_tries::table)
        .values((
            phone_tries::member_id.eq(member),
            phone_tries::number_index.eq(number_index),
            phone_tries::tried_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// When a member's newest wrong codes after `since` were typed in, the newest first.
pub fn wrong_of_member(conn: &mut Conn, member: MemberId, since: Time, limit: i64) -> QueryResult<Vec<Time>> {
    phone_tries::table
        .filter(phone_tries::member_id.eq(member))
        .filter(phone_tries::tried_at.gt(since))
        .order(phone_tries::tried_at.desc())
        .limit(limit)
        .select(phone_tries::tried_at)
        .load(conn)
}

/// When the newest wrong codes for a number after `since` were typed in, whoever did, the newest first.
pub fn wrong_of_number(conn: &mut Conn, index: &str, since: Time, limit: i64) -> QueryResult<Vec<Time>> {
    phone_tries::table
        .filter(phone_tries::number_index.eq(index))
        .filter(phone_tries::tried_at.gt(since))
        .order(phone_tries::tried_at.desc())
        .limit(limit)
        .select(phone_tries::tried_at)
        .load(conn)
}

/// Ends codes from before `sent_before`, and says how many.
pub fn expire(conn: &mut Conn, sent_before: Time) -> QueryResult<usize> {
    let over = phone_checks::table
        .filter(phone_checks::state.eq(State::Sent.code()))
        .filter(phone_checks::code_sent_at.le(sent_before));
    diesel::update(over)
        .set((phone_checks::state.eq(State::Expired.code()), phone_checks::code_mac.eq(None::<Vec<u8>>)))
        .execute(conn)
}

/// Forgets numbers that were taken off before `released_before` and wrong codes from before `tried_before`.
pub fn sweep(conn: &mut Conn, released_before: Time, tried_before: Time) -> QueryResult<usize> {
    let released = phone_checks::table
        .filter(phone_checks::state.eq(RELEASED))
        .filter(phone_checks::released_at.le(released_before));
    let phones = diesel::delete(released).execute(conn)?;
    let old = phone_tries::table.filter(phone_tries::tried_at.le(tried_before));
    Ok(phones + diesel::delete(old).execute(conn)?)
}
