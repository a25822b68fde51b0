//! What stands in the way of a member for some time.

use diesel::prelude::*;

use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::members;
use crate::members::MemberId;

/// Notes when a member was warned last, or that no warning stands.
pub fn set_warned(conn: &mut Conn, member: MemberId, at: Option<Time>) -> QueryResult<()> {
    diesel::update(members::table.find(member)).set(members::warned_at.eq(at)).execute(conn).map(|_| ())
}

/// Silences a member until some time, or lets them write again.
pub fn set_silenced(conn: &mut Conn, member: MemberId, until: Option<Time>) -> QueryResult<()> {
    diesel::update(members::table.find(member))
        .set(members::silenced_until.eq(until))
        .execute(conn)
        .map(|_| ())
}

/// Suspends a member until some time, or lets them take part again.
pub fn set_suspended(conn: &mut Conn, member: MemberId, until: Option<Time>) -> QueryResult<()> {
    diesel::update(members::table.find(member))
        .set(members::suspended_until.eq(until))
        .execute(conn)
        .map(|_| ())
}
