//! Texts in the database: the queue, and what sending is counted by.

mod prefixes;

use diesel::prelude::*;

use super::Channel;
use crate::clock::Time;
use crate::db::schema::{text_limits, texts};
use crate::db::{Conn, decode, on_backend};
use crate::members::MemberId;

pub use prefixes::{
    Count, DayOf, Prefix, allow, drop_unsent, figures, hold as hold_prefix, prefixes, set_budget, shares,
    stop,
};

/// A text to be queued.
#[derive(Clone, Debug)]
pub struct NewText<'a> {
    /// Text or call.
    pub channel: Channel,
    /// The sealed message.
    pub sealed: &'a [u8],
    /// For whom.
    pub member: MemberId,
    /// The blind index of the number.
    pub number_index: &'a str,
    /// The dialling prefix it is counted under.
    pub prefix: &'a str,
    /// The blind index of the address of the network that asked.
    pub address_index: &'a str,
}

/// The context in which a message is sealed.
#[must_use]
pub fn context(number_index: &str) -> String {
    format!("texts.sealed {number_index}")
}

/// Holds the row of whatever is counted until this transaction ends.
pub fn hold(conn: &mut Conn, name: &str, now: Time) -> QueryResult<()> {
    let row = diesel::insert_into(text_limits::table)
        .values((text_limits::name.eq(name), text_limits::held_at.eq(now)))
        .on_conflict(text_limits::name)
        .do_update()
        .set(text_limits::held_at.eq(now));
    on_backend!(conn, |c| row.execute(c)).map(|_| ())
}

/// Puts a text into the queue.
pub fn queue(conn: &mut Conn, text: &NewText<'_>, now: Time) -> QueryResult<()> {
    diesel::insert_into(texts::table)
        .values((
            texts::channel.eq(text.channel.code()),
            texts::sealed.eq(text.sealed),
            texts::member_id.eq(text.member),
            texts::number_index.eq(text.number_index),
            texts::prefix.eq(text.prefix),
            texts::address_index.eq(text.address_index),
            texts::queued_at.eq(now),
            texts::due_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// A text in the queue.
#[derive(Clone, Debug)]
pub struct Queued {
    /// Number.
    pub id: i64,
    /// Text or call.
    pub channel: Channel,
    /// The sealed message, until it was handed over.
    pub sealed: Option<Vec<u8>>,
    /// The blind index of the number, by which it is unsealed.
    pub number_index: String,
    /// When it was queued.
    pub queued_at: Time,
    /// How often it was tried.
    pub tries: i64,
}

type Row = (i64, String, Option<Vec<u8>>, String, Time, i64);
const COLUMNS: (
    texts::id,
    texts::channel,
    texts::sealed,
    texts::number_index,
    texts::queued_at,
    texts::tries,
) = (texts::id, texts::channel, texts::sealed, texts::number_index, texts::queued_at, texts::tries);

fn queued((id, channel, sealed, number_index, queued_at, tries): Row) -> QueryResult<Queued> {
    let channel = decode(&channel, Channel::parse)?;
    Ok(Queued { id, channel, sealed, number_index, queued_at, tries })
}

/// Whether a text is due.
pub fn is_due(conn: &mut Conn, limit: i64, now: Time) -> QueryResult<bool> {
    let due = texts::table
        .filter(texts::sent_at.is_null())
        .filter(texts::due_at.le(now))
        .filter(texts::tries.lt(limit));
    diesel::select(diesel::dsl::exists(due)).get_result(conn)
}

/// Takes the text that is due longest, and moves its next try to `again_at`. Of two workers, one gets it.
pub fn take_due(conn: &mut Conn, limit: i64, now: Time, again_at: Time) -> QueryResult<Option<Queued>> {
    let due = texts::table
        .filter(texts::sent_at.is_null())
        .filter(texts::due_at.le(now))
        .filter(texts::tries.lt(limit))
        .order((texts::due_at, texts::id))
        .select(texts::id)
        .first::<i64>(conn)
        .optional()?;
    let Some(id) = due else { return Ok(None) };
    let still_due = texts::table.find(id).filter(texts::sent_at.is_null()).filter(texts::due_at.le(now));
    diesel::update(still_due)
        .set((texts::due_at.eq(again_at), texts::tries.eq(texts::tries + 1)))
        .returning(COLUMNS)
        .get_result::<Row>(conn)
        .optional()?
        .map(queued)
        .transpose()
}

/// Writes down that a text was handed over, and drops its words.
pub fn mark_sent(conn: &mut Conn, id: i64, reference: Option<&str>, now: Time) -> QueryResult<()> {
    diesel::update(texts::table.find(id))
        .set((
            texts::sent_at.eq(now),
            texts::reference.eq(reference),
            texts::failure.eq(None::<String>),
            texts::sealed.eq(None::<Vec<u8>>),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Writes down that the demo showed a text; its words are kept for that.
pub fn mark_shown(conn: &mut Conn, id: i64, now: Time) -> QueryResult<()> {
    diesel::update(texts::table.find(id)).set(texts::sent_at.eq(now)).execute(conn).map(|_| ())
}

/// Writes down why a text was not handed over, and when to try again.
pub fn mark_failed(conn: &mut Conn, id: i64, failure: &str, due_at: Time) -> QueryResult<()> {
    diesel::update(texts::table.find(id))
        .set((texts::failure.eq(failure), texts::due_at.eq(due_at)))
        .execute(conn)
        .map(|_| ())
}

/// Gives a text up, and drops its words.
pub fn give_up(conn: &mut Conn, id: i64, failure: &str, tries: i64) -> QueryResult<()> {
    diesel::update(texts::table.find(id))
        .set((texts::failure.eq(failure), texts::tries.eq(tries), texts::sealed.eq(None::<Vec<u8>>)))
        .execute(conn)
        .map(|_| ())
}

/// Writes down what a service told of a text. That it arrived is not taken back.
pub fn note_delivery(conn: &mut Conn, id: i64, delivered: bool) -> QueryResult<()> {
    let open = texts::delivery.is_null().or(texts::delivery.eq("failed"));
    let code = if delivered { "delivered" } else { "failed" };
    diesel::update(texts::table.find(id).filter(open)).set(texts::delivery.eq(code)).execute(conn).map(|_| ())
}

/// By what texts are counted.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// For a member.
    Member(MemberId),
    /// To a number, by its blind index.
    Number(&'a str),
    /// From an address of the network, by its blind index.
    Address(&'a str),
}

/// When the newest texts after `since` were asked for, the newest first, `limit` at most.
pub fn times(conn: &mut Conn, by: By<'_>, since: Time, limit: i64) -> QueryResult<Vec<Time>> {
    let newest = texts::table
        .filter(texts::queued_at.gt(since))
        .order(texts::queued_at.desc())
        .limit(limit)
        .select(texts::queued_at);
    match by {
        By::Member(member) => newest.filter(texts::member_id.eq(member)).load(conn),
        By::Number(index) => newest.filter(texts::number_index.eq(index)).load(conn),
        By::Address(index) => newest.filter(texts::address_index.eq(index)).load(conn),
    }
}

/// How many texts to a prefix were asked for after `since`.
pub fn count_to(conn: &mut Conn, prefix: &str, since: Time) -> QueryResult<i64> {
    texts::table.filter(texts::prefix.eq(prefix)).filter(texts::queued_at.gt(since)).count().get_result(conn)
}

/// Writes down that the code of a member's newest text to a number was typed in.
pub fn mark_converted(conn: &mut Conn, member: MemberId, number_index: &str, now: Time) -> QueryResult<()> {
    let newest = texts::table
        .filter(texts::member_id.eq(member))
        .filter(texts::number_index.eq(number_index))
        .order(texts::id.desc())
        .select(texts::id)
        .first::<i64>(conn)
        .optional()?;
    diesel::update(texts::table.filter(texts::id.nullable().eq(newest)))
        .set(texts::converted_at.eq(now))
        .execute(conn)
        .map(|_| ())
}

/// The newest texts, sent or not.
pub fn newest(conn: &mut Conn, limit: i64) -> QueryResult<Vec<Queued>> {
    let rows: Vec<Row> = texts::table.order(texts::id.desc()).limit(limit).select(COLUMNS).load(conn)?;
    rows.into_iter().map(queued).collect()
}

/// Drops texts from before `queued_before`, and rows that nobody held since `held_before`.
pub fn sweep(conn: &mut Conn, queued_before: Time, held_before: Time) -> QueryResult<usize> {
    let old = diesel::delete(texts::table.filter(texts::queued_at.lt(queued_before))).execute(conn)?;
    let free =
        diesel::delete(text_limits::table.filter(text_limits::held_at.lt(held_before))).execute(conn)?;
    Ok(old + free)
}
