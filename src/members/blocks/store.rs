//! Blocks in the database.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::clock::Time;
use crate::db::schema::{member_blocks, members};
use crate::db::{Conn, on_backend};
use crate::members::MemberId;

/// Blocks somebody. A second time changes nothing.
pub fn add(conn: &mut Conn, member: MemberId, blocked: MemberId, now: Time) -> QueryResult<()> {
    let row = diesel::insert_into(member_blocks::table)
        .values((
            member_blocks::member_id.eq(member),
            member_blocks::blocked_id.eq(blocked),
            member_blocks::blocked_at.eq(now),
        ))
        .on_conflict_do_nothing();
    on_backend!(conn, |c| row.execute(c)).map(|_| ())
}

/// Takes a block away. Where there is none, nothing changes.
pub fn take(conn: &mut Conn, member: MemberId, blocked: MemberId) -> QueryResult<()> {
    diesel::delete(member_blocks::table.find((member, blocked))).execute(conn).map(|_| ())
}

/// Which of these members blocked `blocked`: whom they do not hear from.
pub fn blocking(conn: &mut Conn, blocked: MemberId, among: &[MemberId]) -> QueryResult<HashSet<MemberId>> {
    let members: Vec<MemberId> = member_blocks::table
        .filter(member_blocks::blocked_id.eq(blocked))
        .filter(member_blocks::member_id.eq_any(among))
        .select(member_blocks::member_id)
        .load(conn)?;
    Ok(members.into_iter().collect())
}

/// Whether a member blocked another.
pub fn has_blocked(conn: &mut Conn, member: MemberId, other: MemberId) -> QueryResult<bool> {
    let found: i64 = member_blocks::table
        .filter(member_blocks::member_id.eq(member))
        .filter(member_blocks::blocked_id.eq(other))
        .count()
        .get_result(conn)?;
    Ok(found > 0)
}

/// A blocked member.
#[derive(Clone, Debug)]
pub struct Blocked {
    /// Who.
    pub id: MemberId,
    /// Name in addresses.
    pub handle: String,
    /// Name that people read.
    pub name: String,
    /// Since when.
    pub since: Time,
}

/// A page of the members whom a member blocked, by handle, beginning after `after`.
pub fn page(conn: &mut Conn, member: MemberId, after: &str, limit: i64) -> QueryResult<Vec<Blocked>> {
    let rows: Vec<(MemberId, String, String, Time)> = member_blocks::table
        .inner_join(members::table)
        .filter(member_blocks::member_id.eq(member))
        .filter(members::handle.gt(after))
        .order(members::handle)
        .limit(limit)
        .select((members::id, members::handle, members::name, member_blocks::blocked_at))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, handle, name, since)| Blocked { id, handle, name, since }).collect())
}
