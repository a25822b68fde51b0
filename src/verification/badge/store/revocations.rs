//! Revocations that one trust administrator asked for and another decides.

use diesel::prelude::*;

use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{badge_grants, badge_revocations, members};
use crate::members::MemberId;

/// What somebody asked for.
#[derive(Clone, Debug, Queryable)]
pub struct Revocation {
    /// Its number.
    pub id: i64,
    /// Of which grant.
    pub grant: i64,
    /// Whose.
    pub member: MemberId,
    /// The member's name.
    pub name: String,
    /// The member's name in addresses.
    pub handle: String,
    /// The class of the reason.
    pub reason: String,
    /// What was found.
    pub words: String,
    /// Who asked.
    pub asked_by: MemberId,
    /// When.
    pub asked_at: Time,
    /// When it was decided.
    pub decided_at: Option<Time>,
}

type Columns = (
    badge_revocations::id,
    badge_grants::id,
    members::id,
    members::name,
    members::handle,
    badge_revocations::reason,
    badge_revocations::words,
    badge_revocations::asked_by,
    badge_revocations::asked_at,
    badge_revocations::decided_at,
);
/// What is read of a revocation.
const COLUMNS: Columns = (
    badge_revocations::id,
    badge_grants::id,
    members::id,
    members::name,
    members::handle,
    badge_revocations::reason,
    badge_revocations::words,
    badge_revocations::asked_by,
    badge_revocations::asked_at,
    badge_revocations::decided_at,
);

/// Asks for a revocation. The database refuses a second one of the same grant while one is open.
pub fn ask(
    conn: &mut Conn,
    grant: i64,
    (reason, words): (&str, &str),
    by: MemberId,
    now: Time,
) -> QueryResult<i64> {
    diesel::insert_into(badge_revocations::table)
        .values((
            badge_revocations::grant_id.eq(grant),
            badge_revocations::reason.eq(reason),
            badge_revocations::words.eq(words),
            badge_revocations::asked_by.eq(by),
            badge_revocations::asked_at.eq(now),
        ))
        .returning(badge_revocations::id)
        .get_result(conn)
}

/// Revocations that nobody has decided yet, the oldest first.
pub fn open(conn: &mut Conn) -> QueryResult<Vec<Revocation>> {
    badge_revocations::table
        .inner_join(badge_grants::table)
        .inner_join(members::table.on(members::id.eq(badge_grants::member_id)))
        .filter(badge_revocations::decided_at.is_null())
        .order(badge_revocations::id)
        .limit(50)
        .select(COLUMNS)
        .load(conn)
}

/// One revocation.
pub fn revocation(conn: &mut Conn, id: i64) -> QueryResult<Option<Revocation>> {
    badge_revocations::table
        .inner_join(badge_grants::table)
        .inner_join(members::table.on(members::id.eq(badge_grants::member_id)))
        .filter(badge_revocations::id.eq(id))
        .select(COLUMNS)
        .first(conn)
        .optional()
}

/// Notes who decided a revocation and how, and says whether it was still open.
pub fn close(conn: &mut Conn, id: i64, by: MemberId, is_confirmed: bool, now: Time) -> QueryResult<bool> {
    let open = badge_revocations::table
        .filter(badge_revocations::id.eq(id))
        .filter(badge_revocations::decided_at.is_null());
    let closed = diesel::update(open)
        .set((
            badge_revocations::decided_by.eq(by),
            badge_revocations::decided_at.eq(now),
            badge_revocations::is_confirmed.eq(is_confirmed),
        ))
        .execute(conn)?;
    Ok(closed > 0)
}
