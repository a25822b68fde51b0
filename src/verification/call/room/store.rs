//! Seats and what was said in the database.

use diesel::prelude::*;

use super::rules::{Seat, Side};
use super::{Holder, Place};
use crate::clock::Time;
use crate::db::schema::{call_seats, call_signals, calls};
use crate::db::{Conn, decode, on_backend};
use crate::verification::call::CallId;

/// The context in which words of a side are sealed.
#[must_use]
pub fn context(call: CallId, side: Side) -> String {
    format!("call_signals.sealed {} {}", call.0, side.code())
}

/// Keeps a ticket for a seat in place of the one before, unless another session of the same member holds the seat:
/// is connected, or was since `held`. Says whether it was kept.
pub fn renew_ticket(
    conn: &mut Conn,
    (call, side): (CallId, Side),
    holder: Holder,
    (hash, until): (&[u8], Time),
    held: Time,
) -> QueryResult<bool> {
    let is_free = call_seats::connection
        .is_null()
        .or(call_seats::member_id.ne(holder.member))
        .or(call_seats::session_id.assume_not_null().eq(holder.session.0))
        .or(call_seats::heard_at.is_null())
        .or(call_seats::heard_at.assume_not_null().le(held));
    diesel::update(call_seats::table.find((call, side.code())).filter(is_free))
        .set((
            call_seats::member_id.eq(holder.member),
            call_seats::session_id.eq(holder.session.0),
            call_seats::ticket_hash.eq(hash),
            call_seats::ticket_until.eq(until),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Keeps the first ticket for a seat, unless there was one before. Says whether it was kept.
pub fn first_ticket(
    conn: &mut Conn,
    (call, side): (CallId, Side),
    holder: Holder,
    (hash, until): (&[u8], Time),
) -> QueryResult<bool> {
    let ticket = diesel::insert_into(call_seats::table)
        .values((
            call_seats::call_id.eq(call),
            call_seats::side.eq(side.code()),
            call_seats::member_id.eq(holder.member),
            call_seats::session_id.eq(holder.session.0),
            call_seats::ticket_hash.eq(hash),
            call_seats::ticket_until.eq(until),
        ))
        .on_conflict_do_nothing();
    on_backend!(conn, |c| ticket.execute(c)).map(|rows| rows == 1)
}

/// Takes a seat by its ticket, which is used up, and says whether the ticket was good: for this side and session.
pub fn take_seat(
    conn: &mut Conn,
    place: &Place,
    holder: Holder,
    hash: &[u8],
    now: Time,
) -> QueryResult<bool> {
    let seat = call_seats::table
        .find((place.call, place.side.code()))
        .filter(call_seats::member_id.eq(holder.member))
        .filter(call_seats::session_id.eq(holder.session.0))
        .filter(call_seats::ticket_hash.eq(hash))
        .filter(call_seats::ticket_until.gt(now));
    diesel::update(seat)
        .set((
            call_seats::ticket_hash.eq(None::<Vec<u8>>),
            call_seats::ticket_until.eq(None::<Time>),
            call_seats::connection.eq(&place.connection),
            call_seats::heard_at.eq(now),
            call_seats::linked_at.eq(None::<Time>),
            call_seats::left_at.eq(None::<Time>),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Whether a seat is held by this session: it has a connection there, which was heard after `since`.
pub fn is_held(
    conn: &mut Conn,
    (call, side): (CallId, Side),
    holder: Holder,
    since: Time,
) -> QueryResult<bool> {
    let seat = call_seats::table
        .find((call, side.code()))
        .filter(call_seats::member_id.eq(holder.member))
        .filter(call_seats::session_id.eq(holder.session.0))
        .filter(call_seats::connection.is_not_null())
        .filter(call_seats::heard_at.gt(since));
    diesel::select(diesel::dsl::exists(seat)).get_result(conn)
}

type SeatRow = (String, Option<String>, Option<Time>, Option<Time>, Option<Time>);

/// Both seats of a call, as far as somebody was given a ticket.
pub fn seats(conn: &mut Conn, call: CallId) -> QueryResult<Vec<(Side, Seat)>> {
    let rows: Vec<SeatRow> = call_seats::table
        .filter(call_seats::call_id.eq(call))
        .select((
            call_seats::side,
            call_seats::connection,
            call_seats::heard_at,
            call_seats::linked_at,
            call_seats::left_at,
        ))
        .load(conn)?;
    let read = |(side, connection, heard_at, linked_at, left_at): SeatRow| {
        Ok((decode(&side, Side::parse)?, Seat { connection, heard_at, linked_at, left_at }))
    };
    rows.into_iter().map(read).collect()
}

/// The connection was heard, and says whether it still has its seat.
pub fn hear(conn: &mut Conn, place: &Place, linked: bool, now: Time) -> QueryResult<bool> {
    let seat = call_seats::table
        .find((place.call, place.side.code()))
        .filter(call_seats::connection.eq(&place.connection));
    diesel::update(seat)
        .set((call_seats::heard_at.eq(now), call_seats::linked_at.eq(linked.then_some(now))))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// The connection broke; its session keeps the seat for a while.
pub fn leave(conn: &mut Conn, place: &Place, now: Time) -> QueryResult<()> {
    let seat = call_seats::table
        .find((place.call, place.side.code()))
        .filter(call_seats::connection.eq(&place.connection));
    diesel::update(seat).set(call_seats::left_at.eq(now)).execute(conn).map(|_| ())
}

/// Whoever sat there went, and the seat is free.
pub fn stand_up(conn: &mut Conn, place: &Place, now: Time) -> QueryResult<()> {
    let seat = call_seats::table
        .find((place.call, place.side.code()))
        .filter(call_seats::connection.eq(&place.connection));
    diesel::update(seat)
        .set((call_seats::connection.eq(None::<String>), call_seats::left_at.eq(now)))
        .execute(conn)
        .map(|_| ())
}

/// Writes down what a side said.
pub fn say(conn: &mut Conn, call: CallId, side: Side, sealed: &[u8], now: Time) -> QueryResult<()> {
    diesel::insert_into(call_signals::table)
        .values((
            call_signals::call_id.eq(call),
            call_signals::side.eq(side.code()),
            call_signals::sealed.eq(sealed),
            call_signals::said_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// How much of what a side said was not handed over yet.
pub fn waiting(conn: &mut Conn, call: CallId, side: Side) -> QueryResult<i64> {
    call_signals::table
        .filter(call_signals::call_id.eq(call))
        .filter(call_signals::side.eq(side.code()))
        .count()
        .get_result(conn)
}

/// What a side said after this number, in order.
pub fn said(
    conn: &mut Conn,
    call: CallId,
    side: Side,
    after: i64,
    limit: i64,
) -> QueryResult<Vec<(i64, Vec<u8>)>> {
    call_signals::table
        .filter(call_signals::call_id.eq(call))
        .filter(call_signals::side.eq(side.code()))
        .filter(call_signals::id.gt(after))
        .order(call_signals::id)
        .limit(limit)
        .select((call_signals::id, call_signals::sealed))
        .load(conn)
}

/// Drops what a side said up to this number: it was handed over.
pub fn drop_said(conn: &mut Conn, call: CallId, side: Side, up_to: i64) -> QueryResult<()> {
    let heard = call_signals::table
        .filter(call_signals::call_id.eq(call))
        .filter(call_signals::side.eq(side.code()))
        .filter(call_signals::id.le(up_to));
    diesel::delete(heard).execute(conn).map(|_| ())
}

/// The states of calls that have a room.
const WITH_ROOM: [&str; 2] = ["waiting", "in-call"];

/// Whether anything is left of the room of a call that is over.
pub fn has_remains(conn: &mut Conn) -> QueryResult<bool> {
    let over = calls::table.filter(calls::state.ne_all(WITH_ROOM)).select(calls::id);
    let seats = diesel::dsl::exists(call_seats::table.filter(call_seats::call_id.eq_any(over.clone())));
    let words = diesel::dsl::exists(call_signals::table.filter(call_signals::call_id.eq_any(over)));
    diesel::select(seats.or(words)).get_result(conn)
}

/// Clears the rooms of calls that are over.
pub fn clear(conn: &mut Conn) -> QueryResult<usize> {
    let over = calls::table.filter(calls::state.ne_all(WITH_ROOM)).select(calls::id);
    let words = diesel::delete(call_signals::table.filter(call_signals::call_id.eq_any(over.clone())))
        .execute(conn)?;
    let seats = diesel::delete(call_seats::table.filter(call_seats::call_id.eq_any(over))).execute(conn)?;
    Ok(words + seats)
}

/// Clears the room of one call.
pub fn clear_one(conn: &mut Conn, call: CallId) -> QueryResult<()> {
    diesel::delete(call_signals::table.filter(call_signals::call_id.eq(call))).execute(conn)?;
    diesel::delete(call_seats::table.filter(call_seats::call_id.eq(call))).execute(conn).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verification::call::room::rules::has_room;
    use crate::verification::call::rules::State;

    #[test]
    fn the_codes_are_those_of_states_with_a_room() {
        let codes: Vec<_> =
            State::ALL.into_iter().filter(|state| has_room(*state)).map(State::code).collect();
        assert_eq!(codes, WITH_ROOM);
    }
}
