//! Addresses that an earlier version kept in the clear.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::members;
use crate::members::MemberId;
use crate::sealing::{SEALED_TEXT, SealedAddress};

/// Members with numbers after this one whose address does not begin as sealed text does.
pub fn plain_after(conn: &mut Conn, after: i64, limit: i64) -> QueryResult<Vec<(MemberId, String)>> {
    members::table
        .filter(members::id.gt(after))
        .filter(members::email.not_like(SEALED_TEXT))
        .order(members::id)
        .limit(limit)
        .select((members::id, members::email.assume_not_null()))
        .load(conn)
}

/// Puts the sealed address in the place of the plain one, unless another did.
pub fn seal(conn: &mut Conn, id: MemberId, plain: &str, sealed: &SealedAddress) -> QueryResult<usize> {
    diesel::update(members::table.find(id).filter(members::email.eq(plain)))
        .set((members::email.eq(&sealed.text), members::email_key.eq(&sealed.index)))
        .execute(conn)
}

/// How many addresses are kept in the clear.
pub fn count_plain(conn: &mut Conn) -> QueryResult<i64> {
    members::table.filter(members::email.not_like(SEALED_TEXT)).count().get_result(conn)
}
