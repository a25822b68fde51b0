//! Handovers in the database: of link and cookie only the hashes.

use diesel::prelude::*;

use super::HandoverId;
use super::rules::{Stage, stage};
use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::handovers;
use crate::verification::CaseId;

/// A handover.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = handovers)]
pub struct Handover {
    /// Its number.
    pub id: HandoverId,
    /// For which case.
    #[diesel(column_name = case_id)]
    pub case: CaseId,
    /// When its link ends, or sending once it was opened.
    pub expires_at: Time,
    /// When a phone opened it.
    pub opened_at: Option<Time>,
    /// When the phone was done.
    pub finished_at: Option<Time>,
}

impl Handover {
    /// Where it stands.
    #[must_use]
    pub fn stage(&self, now: Time) -> Stage {
        stage(self.opened_at, self.finished_at, self.expires_at, now)
    }
}

/// Adds a handover under the hash of something that nobody knows.
pub fn insert(conn: &mut Conn, case: CaseId, hash: &[u8], now: Time, end: Time) -> QueryResult<HandoverId> {
    diesel::insert_into(handovers::table)
        .values((
            handovers::case_id.eq(case),
            handovers::token_hash.eq(hash),
            handovers::made_at.eq(now),
            handovers::expires_at.eq(end),
        ))
        .returning(handovers::id)
        .get_result(conn)
}

/// Gives a handover the hash of its link.
pub fn set_link(conn: &mut Conn, id: HandoverId, hash: &[u8]) -> QueryResult<()> {
    diesel::update(handovers::table.find(id)).set(handovers::token_hash.eq(hash)).execute(conn).map(|_| ())
}

/// Ends every handover of a case that is not over.
pub fn end_all(conn: &mut Conn, case: CaseId, now: Time) -> QueryResult<usize> {
    let under_way = handovers::table
        .filter(handovers::case_id.eq(case))
        .filter(handovers::finished_at.is_null())
        .filter(handovers::expires_at.gt(now));
    diesel::update(under_way).set(handovers::expires_at.eq(now)).execute(conn)
}

/// The newest handover of a case.
pub fn newest_of(conn: &mut Conn, case: CaseId) -> QueryResult<Option<Handover>> {
    handovers::table
        .filter(handovers::case_id.eq(case))
        .order(handovers::id.desc())
        .select(Handover::as_select())
        .first(conn)
        .optional()
}

/// The handover whose link has this hash.
pub fn by_link(conn: &mut Conn, hash: &[u8]) -> QueryResult<Option<Handover>> {
    let found = handovers::table.filter(handovers::token_hash.eq(hash));
    found.select(Handover::as_select()).first(conn).optional()
}

/// The handover whose cookie has this hash.
pub fn by_cookie(conn: &mut Conn, hash: &[u8]) -> QueryResult<Option<Handover>> {
    let found = handovers::table.filter(handovers::cookie_hash.eq(hash));
    found.select(Handover::as_select()).first(conn).optional()
}

/// Opens the link of this hash for the phone that gets the cookie. Of two at once, one gets it.
pub fn open(
    conn: &mut Conn,
    link: &[u8],
    cookie: &[u8],
    now: Time,
    end: Time,
) -> QueryResult<Option<CaseId>> {
    let waiting = handovers::table
        .filter(handovers::token_hash.eq(link))
        .filter(handovers::opened_at.is_null())
        .filter(handovers::finished_at.is_null())
        .filter(handovers::expires_at.gt(now));
    diesel::update(waiting)
        .set((handovers::cookie_hash.eq(cookie), handovers::opened_at.eq(now), handovers::expires_at.eq(end)))
        .returning(handovers::case_id)
        .get_result(conn)
        .optional()
}

/// The phone is done.
pub fn finish(conn: &mut Conn, id: HandoverId, now: Time) -> QueryResult<usize> {
    let under_way = handovers::table.find(id).filter(handovers::finished_at.is_null());
    diesel::update(under_way).set(handovers::finished_at.eq(now)).execute(conn)
}
