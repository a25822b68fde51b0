//! Grants that move. Every change asks the rules for where it may begin and where it ends.

use diesel::prelude::*;

use crate::badges::rules::{Badge, Cause, GrantState, Known, Move, Place, before};
use crate::clock::Time;
use crate::db::schema::{badge_grants, rollouts};
use crate::db::{Conn, decode};
use crate::members::MemberId;

/// A grant that something is to happen to.
#[derive(Clone, Debug)]
pub struct Due {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub member: MemberId,
    /// Which badge.
    pub badge: Badge,
    /// The display name it binds.
    pub bound_name: String,
}

type DueRow = (i64, MemberId, String, String);

fn due_of((id, member, badge, bound_name): DueRow) -> QueryResult<Due> {
    Ok(Due { id, member, badge: decode(&badge, Badge::parse)?, bound_name })
}

/// Where a grant stands.
pub fn place(conn: &mut Conn, grant: i64) -> QueryResult<Option<Place>> {
    let row: Option<(String, Option<String>)> = badge_grants::table
        .find(grant)
        .select((badge_grants::state, badge_grants::suspended_for))
        .first(conn)
        .optional()?;
    row.map(|(state, cause)| place_of(&state, cause.as_deref())).transpose()
}

fn place_of(state: &str, cause: Option<&str>) -> QueryResult<Place> {
    let state = decode(state, GrantState::parse)?;
    let cause = cause.filter(|_| state == GrantState::Suspended);
    Ok(Place { state, cause: cause.map(|code| decode(code, Cause::parse)).transpose()? })
}

/// Moves a grant from one place to another, and says whether it stood there.
pub fn move_to(conn: &mut Conn, grant: &Due, from: Place, to: Place) -> QueryResult<bool> {
    let cause = from.cause.map_or("", Cause::code);
    let there = badge_grants::table
        .filter(badge_grants::id.eq(grant.id))
        .filter(badge_grants::state.eq(from.state.code()))
        .filter(badge_grants::suspended_for.is_null().or(badge_grants::suspended_for.eq(cause)));
    let active_name = (to.state == GrantState::Active).then_some(&grant.bound_name);
    let moved = diesel::update(there)
        .set((
            badge_grants::state.eq(to.state.code()),
            badge_grants::active_name.eq(active_name),
            badge_grants::suspended_for.eq(to.cause.map(Cause::code)),
        ))
        .execute(conn)?;
    Ok(moved > 0)
}

/// When the member hid the grant of the same badge that came before this one.
pub fn hidden_before(conn: &mut Conn, grant: &Due) -> QueryResult<Option<Time>> {
    let before: Option<Option<Time>> = badge_grants::table
        .filter(badge_grants::member_id.eq(grant.member))
        .filter(badge_grants::badge.eq(grant.badge.code()))
        .filter(badge_grants::id.lt(grant.id))
        .order(badge_grants::id.desc())
        .select(badge_grants::hidden_at)
        .first(conn)
        .optional()?;
    Ok(before.flatten())
}

/// Notes that a grant is hidden from the beginning.
pub fn note_hidden(conn: &mut Conn, grant: &Due, at: Time) -> QueryResult<usize> {
    diesel::update(badge_grants::table.find(grant.id)).set(badge_grants::hidden_at.eq(at)).execute(conn)
}

/// Takes off every shown badge of a member, because the name it binds is about to change.
pub fn suspend_all(conn: &mut Conn, member: MemberId) -> QueryResult<usize> {
    let active = badge_grants::table
        .filter(badge_grants::member_id.eq(member))
        .filter(badge_grants::state.eq_any(before(Move::Suspend(Cause::Name))));
    diesel::update(active)
        .set((
            badge_grants::state.eq(GrantState::Suspended.code()),
            badge_grants::active_name.eq(None::<String>),
            badge_grants::suspended_for.eq(Cause::Name.code()),
        ))
        .execute(conn)
}

/// Grants of a member that are off for their name alone, bind this one, and still count; the newest first.
pub fn named(conn: &mut Conn, member: MemberId, name: &str, now: Time) -> QueryResult<Vec<Due>> {
    let rows: Vec<DueRow> = badge_grants::table
        .filter(badge_grants::member_id.eq(member))
        .filter(badge_grants::state.eq(GrantState::Suspended.code()))
        .filter(badge_grants::suspended_for.eq(Cause::Name.code()))
        .filter(badge_grants::bound_name.eq(name))
        .filter(badge_grants::expires_at.is_null().or(badge_grants::expires_at.gt(now)))
        .order(badge_grants::id.desc())
        .select((badge_grants::id, badge_grants::member_id, badge_grants::badge, badge_grants::bound_name))
        .load(conn)?;
    rows.into_iter().map(due_of).collect()
}

/// Ends a member's grants of a badge that are shown or off for now, and says how many.
pub fn end(conn: &mut Conn, member: MemberId, badge: Badge, state: GrantState) -> QueryResult<usize> {
    let standing = badge_grants::table
        .filter(badge_grants::member_id.eq(member))
        .filter(badge_grants::badge.eq(badge.code()))
        .filter(badge_grants::state.eq_any(before(Move::Supersede)));
    diesel::update(standing)
        .set((badge_grants::state.eq(state.code()), badge_grants::active_name.eq(None::<String>)))
        .execute(conn)
}

/// Grants that have settled, and that needed no second look or had it.
pub fn settled(conn: &mut Conn, now: Time) -> QueryResult<Vec<Due>> {
    let rows: Vec<DueRow> = badge_grants::table
        .filter(badge_grants::state.eq(GrantState::Settling.code()))
        .filter(badge_grants::settles_at.le(now))
        .filter(badge_grants::needs_second.eq(false).or(badge_grants::second_at.is_not_null()))
        .order(badge_grants::id)
        .limit(100)
        .select((badge_grants::id, badge_grants::member_id, badge_grants::badge, badge_grants::bound_name))
        .load(conn)?;
    rows.into_iter().map(due_of).collect()
}

/// One grant that something is to happen to.
pub fn due(conn: &mut Conn, grant: i64) -> QueryResult<Option<Due>> {
    let row: Option<DueRow> = badge_grants::table
        .find(grant)
        .select((badge_grants::id, badge_grants::member_id, badge_grants::badge, badge_grants::bound_name))
        .first(conn)
        .optional()?;
    row.map(due_of).transpose()
}

/// Notes who looked a second time at a grant that settles and for what it is taken away, and says whether it
/// still waited for that.
pub fn note_second(
    conn: &mut Conn,
    grant: i64,
    by: MemberId,
    revoked_for: Option<&str>,
    now: Time,
) -> QueryResult<bool> {
    let waiting = badge_grants::table
        .filter(badge_grants::id.eq(grant))
        .filter(badge_grants::state.eq(GrantState::Settling.code()))
        .filter(badge_grants::needs_second.eq(true))
        .filter(badge_grants::second_at.is_null());
    let noted = diesel::update(waiting)
        .set((
            badge_grants::second_by.eq(by),
            badge_grants::second_at.eq(now),
            badge_grants::revoked_for.eq(revoked_for),
        ))
        .execute(conn)?;
    Ok(noted > 0)
}

/// Grants that are past their date and not ended: a batch.
pub fn expiring(conn: &mut Conn, now: Time) -> QueryResult<Vec<Due>> {
    let rows: Vec<DueRow> = badge_grants::table
        .filter(badge_grants::state.eq_any(before(Move::Expire)))
        .filter(badge_grants::expires_at.le(now))
        .order(badge_grants::id)
        .limit(100)
        .select((badge_grants::id, badge_grants::member_id, badge_grants::badge, badge_grants::bound_name))
        .load(conn)?;
    rows.into_iter().map(due_of).collect()
}

/// Ends these grants, as their date has passed.
pub fn expire(conn: &mut Conn, grants: &[i64]) -> QueryResult<usize> {
    let past = badge_grants::table
        .filter(badge_grants::id.eq_any(grants))
        .filter(badge_grants::state.eq_any(before(Move::Expire)));
    diesel::update(past)
        .set((
            badge_grants::state.eq(GrantState::Expired.code()),
            badge_grants::active_name.eq(None::<String>),
            badge_grants::suspended_for.eq(None::<String>),
        ))
        .execute(conn)
}

type KnownRow = (
    (i64, String, Option<String>, String, Time),
    (Option<Time>, Option<Time>, Option<String>, Option<Time>, Option<Time>),
);

/// A member's newest grant of a badge.
pub fn newest(conn: &mut Conn, member: MemberId, badge: Badge) -> QueryResult<Option<Known>> {
    known(conn, member, badge, &GrantState::ALL.map(GrantState::code))
}

/// The newest of a member's grants of a badge from which a move can be made.
pub fn open_to(conn: &mut Conn, member: MemberId, badge: Badge, step: Move) -> QueryResult<Option<Known>> {
    known(conn, member, badge, &before(step))
}

/// Notes for what a grant is taken away.
pub fn note_reason(conn: &mut Conn, grant: i64, reason: &str) -> QueryResult<usize> {
    diesel::update(badge_grants::table.find(grant)).set(badge_grants::revoked_for.eq(reason)).execute(conn)
}

/// Notes who took a grant off, and when; nobody where a rule did.
pub fn note_suspension(conn: &mut Conn, grant: i64, by: Option<MemberId>, now: Time) -> QueryResult<usize> {
    diesel::update(badge_grants::table.find(grant))
        .set((badge_grants::suspended_by.eq(by), badge_grants::suspended_at.eq(now)))
        .execute(conn)
}

fn known(
    conn: &mut Conn,
    member: MemberId,
    badge: Badge,
    states: &[&'static str],
) -> QueryResult<Option<Known>> {
    let row: Option<KnownRow> = badge_grants::table
        .left_join(rollouts::table)
        .filter(badge_grants::member_id.eq(member))
        .filter(badge_grants::badge.eq(badge.code()))
        .filter(badge_grants::state.eq_any(states))
        .order(badge_grants::id.desc())
        .select((
            (
                badge_grants::id,
                badge_grants::state,
                badge_grants::suspended_for,
                badge_grants::bound_name,
                badge_grants::granted_at,
            ),
            (
                badge_grants::expires_at,
                badge_grants::promised_until,
                badge_grants::revoked_for,
                badge_grants::hidden_at,
                rollouts::latest_at.nullable(),
            ),
        ))
        .first(conn)
        .optional()?;
    let Some(((id, state, cause, bound_name, granted_at), rest)) = row else { return Ok(None) };
    let (expires_at, promised_until, revoked_for, hidden_at, held_until) = rest;
    let place = place_of(&state, cause.as_deref())?;
    Ok(Some(Known {
        id,
        held_until: held_until.filter(|_| place.state == GrantState::Embargoed),
        place,
        bound_name,
        granted_at,
        expires_at,
        promised_until,
        revoked_for,
        hidden_at,
    }))
}
