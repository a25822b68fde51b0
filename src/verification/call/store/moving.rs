//! What happens to a call.

use diesel::prelude::*;

use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::calls;
use crate::members::MemberId;
use crate::verification::call::CallId;
use crate::verification::call::rules::State;
use crate::verification::call::rules::checks::Reason;

/// Confirms a time that is still held, and says whether it was.
pub fn confirm(conn: &mut Conn, id: CallId, now: Time) -> QueryResult<bool> {
    let held =
        calls::table.find(id).filter(calls::state.eq(State::Held.code())).filter(calls::held_until.gt(now));
    diesel::update(held)
        .set((calls::state.eq(State::Booked.code()), calls::held_until.eq(None::<Time>)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Ends a call that stands there without a decision, and says whether it stood there.
pub fn end(conn: &mut Conn, id: CallId, from: State, to: State, now: Time) -> QueryResult<bool> {
    diesel::update(calls::table.find(id).filter(calls::state.eq(from.code())))
        .set((
            calls::state.eq(to.code()),
            calls::held_until.eq(None::<Time>),
            calls::ended_at.eq(now),
            calls::code_mac.eq(None::<Vec<u8>>),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// The member comes into the waiting room from there.
pub fn arrive(conn: &mut Conn, id: CallId, from: State, now: Time) -> QueryResult<bool> {
    diesel::update(calls::table.find(id).filter(calls::state.eq(from.code())))
        .set((calls::state.eq(State::Waiting.code()), calls::waiting_at.eq(now), calls::seen_at.eq(now)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// The agent whose call it is lets the member in, with the challenges that were drawn.
pub fn admit(conn: &mut Conn, id: CallId, agent: MemberId, challenges: &str, now: Time) -> QueryResult<bool> {
    let waiting = calls::table
        .find(id)
        .filter(calls::state.eq(State::Waiting.code()))
        .filter(calls::agent_id.eq(agent));
    diesel::update(waiting)
        .set((
            calls::state.eq(State::InCall.code()),
            calls::began_at.eq(now),
            calls::challenges.eq(challenges),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Gives a call in the queue to an agent, unless somebody was quicker.
pub fn take(conn: &mut Conn, id: CallId, agent: MemberId, now: Time) -> QueryResult<bool> {
    let free = calls::table
        .find(id)
        .filter(calls::state.eq_any([State::Queued.code(), State::Waiting.code()]))
        .filter(calls::queued_at.is_not_null())
        .filter(calls::agent_id.is_null());
    diesel::update(free)
        .set((calls::agent_id.eq(agent), calls::taken_at.eq(now)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Puts a call back into the queue that an agent took and did not begin.
pub fn give_back(conn: &mut Conn, id: CallId, agent: MemberId) -> QueryResult<bool> {
    let theirs = calls::table
        .find(id)
        .filter(calls::state.eq_any([State::Queued.code(), State::Waiting.code()]))
        .filter(calls::queued_at.is_not_null())
        .filter(calls::agent_id.eq(agent));
    diesel::update(theirs)
        .set((calls::agent_id.eq(None::<MemberId>), calls::taken_at.eq(None::<Time>)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Both are connected.
pub fn set_together(conn: &mut Conn, id: CallId, now: Time) -> QueryResult<bool> {
    diesel::update(calls::table.find(id).filter(calls::state.eq(State::InCall.code())))
        .set(calls::together_at.eq(now))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// The member's page asked for news.
pub fn note_seen(conn: &mut Conn, id: CallId, now: Time) -> QueryResult<()> {
    diesel::update(calls::table.find(id)).set(calls::seen_at.eq(now)).execute(conn).map(|_| ())
}

/// The member was reminded.
pub fn note_reminder(conn: &mut Conn, id: CallId, now: Time) -> QueryResult<()> {
    diesel::update(calls::table.find(id)).set(calls::reminded_at.eq(now)).execute(conn).map(|_| ())
}

/// Keeps the HMAC of a code that is on its way; the one before counts no more.
pub fn set_code(conn: &mut Conn, id: CallId, mac: &[u8], now: Time) -> QueryResult<()> {
    diesel::update(calls::table.find(id))
        .set((
            calls::code_mac.eq(mac),
            calls::code_sent_at.eq(now),
            calls::code_tries.eq(0),
            calls::code_right_at.eq(None::<Time>),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Counts a wrong try; the last of them ends the code. Says how many there were.
pub fn count_try(conn: &mut Conn, id: CallId, last: i64) -> QueryResult<i64> {
    let tries: i64 = diesel::update(calls::table.find(id))
        .set(calls::code_tries.eq(calls::code_tries + 1))
        .returning(calls::code_tries)
        .get_result(conn)?;
    if tries >= last {
        diesel::update(calls::table.find(id)).set(calls::code_mac.eq(None::<Vec<u8>>)).execute(conn)?;
    }
    Ok(tries)
}

/// The code was right.
pub fn check_code(conn: &mut Conn, id: CallId, now: Time) -> QueryResult<()> {
    diesel::update(calls::table.find(id))
        .set((calls::code_mac.eq(None::<Vec<u8>>), calls::code_right_at.eq(now)))
        .execute(conn)
        .map(|_| ())
}

/// Writes a decision down about a call that the agent is in, and says whether they were.
pub fn decide(
    conn: &mut Conn,
    id: CallId,
    agent: MemberId,
    (state, reason, is_flagged): (State, Option<Reason>, bool),
    answers: &str,
    now: Time,
) -> QueryResult<bool> {
    let theirs =
        calls::table.find(id).filter(calls::state.eq(State::InCall.code())).filter(calls::agent_id.eq(agent));
    diesel::update(theirs)
        .set((
            calls::state.eq(state.code()),
            calls::reason.eq(reason.map(Reason::code)),
            calls::is_flagged.eq(is_flagged),
            calls::answers.eq(answers),
            calls::code_mac.eq(None::<Vec<u8>>),
            calls::decided_at.eq(now),
            calls::ended_at.eq(now),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// The member appeals a decision.
pub fn appeal(conn: &mut Conn, id: CallId, now: Time) -> QueryResult<bool> {
    let failed = calls::table
        .find(id)
        .filter(calls::state.eq(State::Failed.code()))
        .filter(calls::appealed_at.is_null());
    diesel::update(failed).set(calls::appealed_at.eq(now)).execute(conn).map(|rows| rows == 1)
}
