//! Tokens of programs in the database: of each only the hash.

use diesel::prelude::*;

use super::ApiTokenId;
use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::api_tokens;
use crate::members::MemberId;

/// A token, without its secret.
#[derive(Clone, Debug, Queryable)]
pub struct ApiToken {
    /// Its number.
    pub id: ApiTokenId,
    /// What it is for.
    pub name: String,
    /// When it was made.
    pub made_at: Time,
    /// When it was used last.
    pub used_at: Option<Time>,
    /// When it was ended.
    pub ended_at: Option<Time>,
}

/// The newest tokens, those that are ended as well.
pub fn newest(conn: &mut Conn, limit: i64) -> QueryResult<Vec<ApiToken>> {
    api_tokens::table
        .order(api_tokens::id.desc())
        .limit(limit)
        .select((
            api_tokens::id,
            api_tokens::name,
            api_tokens::made_at,
            api_tokens::used_at,
            api_tokens::ended_at,
        ))
        .load(conn)
}

/// Adds a token.
pub fn insert(conn: &mut Conn, name: &str, hash: &[u8], by: MemberId, now: Time) -> QueryResult<()> {
    diesel::insert_into(api_tokens::table)
        .values((
            api_tokens::name.eq(name),
            api_tokens::token_hash.eq(hash),
            api_tokens::made_by.eq(by),
            api_tokens::made_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Ends a token, and says whether it stood until now.
pub fn end(conn: &mut Conn, id: ApiTokenId, now: Time) -> QueryResult<bool> {
    let standing = api_tokens::table.find(id).filter(api_tokens::ended_at.is_null());
    diesel::update(standing).set(api_tokens::ended_at.eq(now)).execute(conn).map(|rows| rows == 1)
}

/// The token of this hash, used now.
pub fn used(conn: &mut Conn, hash: &[u8], now: Time) -> QueryResult<Option<ApiTokenId>> {
    let standing =
        api_tokens::table.filter(api_tokens::token_hash.eq(hash)).filter(api_tokens::ended_at.is_null());
    diesel::update(standing)
        .set(api_tokens::used_at.eq(now))
        .returning(api_tokens::id)
        .get_result(conn)
        .optional()
}
