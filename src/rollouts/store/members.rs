//! The members of a rollout, each in their place.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::clock::Time;
use crate::db::schema::{members, rollout_members};
use crate::db::{Conn, decode};
use crate::members::MemberId;
use crate::rollouts::RolloutId;
use crate::rollouts::rules::{Invitation, Outcome};

/// Where a member stands in a rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which rollout.
    pub rollout: RolloutId,
    /// Whose.
    pub member: MemberId,
    /// Whoever came later, or again, stands behind those who were there: seconds since 1970, and 0 at first.
    pub turn: i64,
    /// The place by the salt.
    pub place: String,
    /// The state of the invitation.
    pub state: Invitation,
    /// In which wave it was.
    pub wave: Option<i64>,
    /// When they were invited.
    pub invited_at: Option<Time>,
    /// When they opened it.
    pub seen_at: Option<Time>,
    /// When they answered.
    pub answered_at: Option<Time>,
    /// When it came to its end.
    pub final_at: Option<Time>,
    /// How it ended where it was settled.
    pub outcome: Option<Outcome>,
    /// How many reminders left.
    pub reminders: i64,
}

type Row = (
    (RolloutId, MemberId, i64, String, String, Option<i64>),
    (Option<Time>, Option<Time>, Option<Time>, Option<Time>, Option<String>, i64),
);

#[diesel::dsl::auto_type]
fn columns() -> _ {
    (
        (
            rollout_members::rollout_id,
            rollout_members::member_id,
            rollout_members::turn,
            rollout_members::place,
            rollout_members::state,
            rollout_members::wave,
        ),
        (
            rollout_members::invited_at,
            rollout_members::seen_at,
            rollout_members::answered_at,
            rollout_members::final_at,
            rollout_members::outcome,
            rollout_members::reminders,
        ),
    )
}

fn read((who, way): Row) -> QueryResult<Entry> {
    let (rollout, member, turn, place, state, wave) = who;
    let (invited_at, seen_at, answered_at, final_at, outcome, reminders) = way;
    Ok(Entry {
        rollout,
        member,
        turn,
        place,
        state: decode(&state, Invitation::parse)?,
        wave,
        invited_at,
        seen_at,
        answered_at,
        final_at,
        outcome: outcome.map(|code| decode(&code, Outcome::parse)).transpose()?,
        reminders,
    })
}

/// A member about to be put into a rollout's order.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// Who.
    pub member: MemberId,
    /// See [`Entry::turn`].
    pub turn: i64,
    /// The place by the salt.
    pub place: String,
    /// Where they begin.
    pub state: Invitation,
}

/// How many rows one statement writes: a row binds six values, and SQLite takes 32,766.
const AT_ONCE: usize = 1_000;

/// Puts members into a rollout's order.
pub fn enrol(conn: &mut Conn, rollout: RolloutId, new: &[NewEntry], now: Time) -> QueryResult<()> {
    for part in new.chunks(AT_ONCE) {
        let rows: Vec<_> = part
            .iter()
            .map(|entry| {
                (
                    rollout_members::rollout_id.eq(rollout),
                    rollout_members::member_id.eq(entry.member),
                    rollout_members::turn.eq(entry.turn),
                    rollout_members::place.eq(&entry.place),
                    rollout_members::state.eq(entry.state.code()),
                    rollout_members::final_at.eq(entry.state.is_covered().then_some(now)),
                )
            })
            .collect();
        match conn {
            Conn::Sqlite(conn) => diesel::insert_into(rollout_members::table).values(rows).execute(conn)?,
            Conn::Postgres(conn) => diesel::insert_into(rollout_members::table).values(rows).execute(conn)?,
        };
    }
    Ok(())
}

/// Everybody in a rollout.
pub fn everybody(conn: &mut Conn, rollout: RolloutId) -> QueryResult<HashSet<MemberId>> {
    let all: Vec<MemberId> = rollout_members::table
        .filter(rollout_members::rollout_id.eq(rollout))
        .select(rollout_members::member_id)
        .load(conn)?;
    Ok(all.into_iter().collect())
}

/// Takes everybody out of a rollout whose approval is gone.
pub fn clear(conn: &mut Conn, rollout: RolloutId) -> QueryResult<()> {
    diesel::delete(rollout_members::table.filter(rollout_members::rollout_id.eq(rollout)))
        .execute(conn)
        .map(|_| ())
}

/// Ends it for everybody who still waits for their turn, and says how many these are.
pub fn leave_out(conn: &mut Conn, rollout: RolloutId, now: Time) -> QueryResult<usize> {
    let waiting = rollout_members::table
        .filter(rollout_members::rollout_id.eq(rollout))
        .filter(rollout_members::state.eq(Invitation::Queued.code()));
    diesel::update(waiting)
        .set((rollout_members::state.eq(Invitation::Lapsed.code()), rollout_members::final_at.eq(now)))
        .execute(conn)
}

/// Where a member stands in one rollout.
pub fn entry(conn: &mut Conn, rollout: RolloutId, member: MemberId) -> QueryResult<Option<Entry>> {
    let row: Option<Row> =
        rollout_members::table.find((rollout, member)).select(columns()).first(conn).optional()?;
    row.map(read).transpose()
}

/// Where a member stands in rollouts that are approved or later, the newest first.
pub fn entries_of(conn: &mut Conn, member: MemberId, limit: i64) -> QueryResult<Vec<Entry>> {
    let rows: Vec<Row> = rollout_members::table
        .filter(rollout_members::member_id.eq(member))
        .order(rollout_members::rollout_id.desc())
        .limit(limit)
        .select(columns())
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// The next members to be invited, in their order.
pub fn next_in_order(conn: &mut Conn, rollout: RolloutId, limit: i64) -> QueryResult<Vec<MemberId>> {
    rollout_members::table
        .filter(rollout_members::rollout_id.eq(rollout))
        .filter(rollout_members::state.eq(Invitation::Queued.code()))
        .order((rollout_members::turn, rollout_members::place))
        .limit(limit)
        .select(rollout_members::member_id)
        .load(conn)
}

/// How many still wait before whoever stands there.
pub fn count_before(conn: &mut Conn, entry: &Entry) -> QueryResult<i64> {
    let earlier = rollout_members::turn
        .lt(entry.turn)
        .or(rollout_members::turn.eq(entry.turn).and(rollout_members::place.lt(&entry.place)));
    rollout_members::table
        .filter(rollout_members::rollout_id.eq(entry.rollout))
        .filter(rollout_members::state.eq(Invitation::Queued.code()))
        .filter(earlier)
        .count()
        .get_result(conn)
}

/// How many places of a rollout are lower than this one, of those who were there at first.
pub fn count_lower(conn: &mut Conn, entry: &Entry) -> QueryResult<i64> {
    rollout_members::table
        .filter(rollout_members::rollout_id.eq(entry.rollout))
        .filter(rollout_members::place.lt(&entry.place))
        .count()
        .get_result(conn)
}

/// Whether nobody waits for their turn, and nobody who was invited has still to answer.
pub fn is_everybody_answered(conn: &mut Conn, rollout: RolloutId) -> QueryResult<bool> {
    let open = [Invitation::Queued, Invitation::Invited, Invitation::Seen].map(Invitation::code);
    let unanswered = rollout_members::table
        .filter(rollout_members::rollout_id.eq(rollout))
        .filter(rollout_members::state.eq_any(open));
    let is_any: bool = diesel::select(diesel::dsl::exists(unanswered)).get_result(conn)?;
    Ok(!is_any)
}

/// Invites these members in this wave, as far as they still wait, and says how many did.
pub fn invite(
    conn: &mut Conn,
    rollout: RolloutId,
    who: &[MemberId],
    wave: i64,
    now: Time,
) -> QueryResult<usize> {
    let waiting = rollout_members::table
        .filter(rollout_members::rollout_id.eq(rollout))
        .filter(rollout_members::member_id.eq_any(who))
        .filter(rollout_members::state.eq(Invitation::Queued.code()));
    diesel::update(waiting)
        .set((
            rollout_members::state.eq(Invitation::Invited.code()),
            rollout_members::wave.eq(wave),
            rollout_members::invited_at.eq(now),
            rollout_members::seen_at.eq(None::<Time>),
            rollout_members::answered_at.eq(None::<Time>),
            rollout_members::final_at.eq(None::<Time>),
            rollout_members::reminders.eq(0_i64),
        ))
        .execute(conn)
}

/// Ends it for these members, as far as they still wait: they have the badge already.
pub fn carry_over(conn: &mut Conn, rollout: RolloutId, who: &[MemberId], now: Time) -> QueryResult<usize> {
    let waiting = rollout_members::table
        .filter(rollout_members::rollout_id.eq(rollout))
        .filter(rollout_members::member_id.eq_any(who))
        .filter(rollout_members::state.eq(Invitation::Queued.code()));
    diesel::update(waiting)
        .set((rollout_members::state.eq(Invitation::CarriedOver.code()), rollout_members::final_at.eq(now)))
        .execute(conn)
}

/// Moves one member's invitation, and says whether it stood there. A new turn is given to whoever comes again.
pub fn move_entry(
    conn: &mut Conn,
    entry: &Entry,
    to: Invitation,
    (turn, is_answer): (i64, bool),
    now: Time,
) -> QueryResult<bool> {
    let there = rollout_members::table
        .find((entry.rollout, entry.member))
        .filter(rollout_members::state.eq(entry.state.code()));
    let moved = diesel::update(there)
        .set((
            rollout_members::state.eq(to.code()),
            rollout_members::turn.eq(turn),
            rollout_members::seen_at.eq(entry.seen_at.or((to != Invitation::Queued).then_some(now))),
            rollout_members::answered_at.eq(if is_answer { Some(now) } else { entry.answered_at }),
            rollout_members::final_at.eq(to.is_covered().then_some(now)),
        ))
        .execute(conn)?;
    Ok(moved == 1)
}

/// Settles what this member accepted, and says whether it was still open.
pub fn settle(conn: &mut Conn, entry: &Entry, outcome: Outcome, now: Time) -> QueryResult<bool> {
    let there = rollout_members::table
        .find((entry.rollout, entry.member))
        .filter(rollout_members::state.eq(Invitation::Accepted.code()));
    let settled = diesel::update(there)
        .set((
            rollout_members::state.eq(Invitation::Settled.code()),
            rollout_members::outcome.eq(outcome.code()),
            rollout_members::final_at.eq(now),
        ))
        .execute(conn)?;
    Ok(settled == 1)
}

/// Members of a rollout who accepted and whose verification is not decided, in the order of their numbers.
pub fn accepted(conn: &mut Conn, rollout: RolloutId, after: MemberId, limit: i64) -> QueryResult<Vec<Entry>> {
    let rows: Vec<Row> = rollout_members::table
        .filter(rollout_members::rollout_id.eq(rollout))
        .filter(rollout_members::state.eq(Invitation::Accepted.code()))
        .filter(rollout_members::member_id.gt(after))
        .order(rollout_members::member_id)
        .limit(limit)
        .select(columns())
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Invitations of a rollout that nobody answered since then, the oldest first.
pub fn lapsing(conn: &mut Conn, rollout: RolloutId, since: Time, limit: i64) -> QueryResult<Vec<Entry>> {
    let rows: Vec<Row> = rollout_members::table
        .filter(rollout_members::rollout_id.eq(rollout))
        .filter(rollout_members::state.eq_any([Invitation::Invited.code(), Invitation::Seen.code()]))
        .filter(rollout_members::invited_at.le(since))
        .order((rollout_members::invited_at, rollout_members::member_id))
        .limit(limit)
        .select(columns())
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Invitations without an answer, made by `until` and after `from`, of which fewer than so many reminders left.
pub fn remind_due(
    conn: &mut Conn,
    rollout: RolloutId,
    reminder: i64,
    (from, until): (Time, Time),
    limit: i64,
) -> QueryResult<Vec<Entry>> {
    let rows: Vec<Row> = rollout_members::table
        .filter(rollout_members::rollout_id.eq(rollout))
        .filter(rollout_members::state.eq_any([Invitation::Invited.code(), Invitation::Seen.code()]))
        .filter(rollout_members::invited_at.gt(from))
        .filter(rollout_members::invited_at.le(until))
        .filter(rollout_members::reminders.lt(reminder))
        .order((rollout_members::invited_at, rollout_members::member_id))
        .limit(limit)
        .select(columns())
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// This reminder leaves, and says whether no other process was quicker.
pub fn note_reminder(conn: &mut Conn, entry: &Entry, reminder: i64) -> QueryResult<bool> {
    let open = rollout_members::table
        .find((entry.rollout, entry.member))
        .filter(rollout_members::state.eq(entry.state.code()))
        .filter(rollout_members::reminders.lt(reminder));
    Ok(diesel::update(open).set(rollout_members::reminders.eq(reminder)).execute(conn)? == 1)
}

/// The number of the newest member; 0 where there is nobody.
pub fn last_member(conn: &mut Conn) -> QueryResult<MemberId> {
    let last: Option<MemberId> = members::table.select(diesel::dsl::max(members::id)).first(conn)?;
    Ok(last.unwrap_or(MemberId(0)))
}
