//! The log of what was destroyed: leaves, the tree above them, signed heads.

use data_encoding::HEXLOWER;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::clock::Time;
use crate::db::schema::{destruction_heads, destruction_leaves, destruction_log, destruction_nodes};
use crate::db::{Conn, decode, on_backend};
use crate::members::MemberId;
use crate::verification::EvidenceId;
use crate::verification::evidence::merkle::{Hash, Part, Parts};
use crate::verification::evidence::receipts::Head;

/// A leaf that is about to be added.
#[derive(Clone, Debug)]
pub struct NewLeaf {
    /// Its place.
    pub place: i64,
    /// Of which image.
    pub evidence: EvidenceId,
    /// Whose.
    pub member: MemberId,
    /// The line of the receipt.
    pub receipt: String,
    /// Its signature.
    pub signature: String,
    /// Its hash.
    pub hash: Hash,
}

/// A leaf, as its member is shown it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Its place.
    pub place: i64,
    /// The line of the receipt.
    pub receipt: String,
    /// Its signature.
    pub signature: String,
}

fn hash(text: &str) -> QueryResult<Hash> {
    decode(text, |text| HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok())
}

/// Holds the log until the transaction ends, and says how many leaves it has.
pub fn hold(conn: &mut Conn) -> QueryResult<i64> {
    diesel::update(destruction_log::table.find(1))
        .set(destruction_log::size.eq(destruction_log::size))
        .returning(destruction_log::size)
        .get_result(conn)
}

/// Notes how many leaves the log has.
pub fn grow(conn: &mut Conn, size: i64) -> QueryResult<()> {
    let log = diesel::update(destruction_log::table.find(1));
    log.set(destruction_log::size.eq(size)).execute(conn).map(|_| ())
}

/// How many leaves the log has.
pub fn size(conn: &mut Conn) -> QueryResult<i64> {
    destruction_log::table.find(1).select(destruction_log::size).first(conn)
}

/// Adds leaves.
pub fn add_leaves(conn: &mut Conn, leaves: &[NewLeaf], now: Time) -> QueryResult<()> {
    let row = |leaf: &NewLeaf| {
        (
            destruction_leaves::place.eq(leaf.place),
            destruction_leaves::evidence_id.eq(leaf.evidence),
            destruction_leaves::member_id.eq(leaf.member),
            destruction_leaves::receipt.eq(leaf.receipt.clone()),
            destruction_leaves::leaf_hash.eq(HEXLOWER.encode(&leaf.hash)),
            destruction_leaves::signature.eq(leaf.signature.clone()),
            destruction_leaves::destroyed_at.eq(now),
        )
    };
    let rows: Vec<_> = leaves.iter().map(row).collect();
    let insert = diesel::insert_into(destruction_leaves::table).values(rows);
    on_backend!(conn, |c| insert.execute(c)).map(|_| ())
}

/// Adds full parts of the tree, those above leaves.
pub fn add_nodes(conn: &mut Conn, nodes: &[(Part, Hash)]) -> QueryResult<()> {
    let row = |(part, hash): &(Part, Hash)| {
        (
            destruction_nodes::level.eq(i64::from(part.level) - 1),
            destruction_nodes::place.eq(part.place),
            destruction_nodes::hash.eq(HEXLOWER.encode(hash)),
        )
    };
    let rows: Vec<_> = nodes.iter().map(row).collect();
    let insert = diesel::insert_into(destruction_nodes::table).values(rows);
    on_backend!(conn, |c| insert.execute(c)).map(|_| ())
}

/// Adds a head.
pub fn add_head(conn: &mut Conn, head: &Head, signature: &str) -> QueryResult<()> {
    diesel::insert_into(destruction_heads::table)
        .values((
            destruction_heads::size.eq(head.size),
            destruction_heads::root.eq(HEXLOWER.encode(&head.root)),
            destruction_heads::signature.eq(signature),
            destruction_heads::signed_at.eq(head.signed_at),
        ))
        .execute(conn)
        .map(|_| ())
}

/// The newest head with its signature; `None` before anything was destroyed.
pub fn head(conn: &mut Conn) -> QueryResult<Option<(Head, String)>> {
    let row: Option<(i64, String, Time, String)> = destruction_heads::table
        .order(destruction_heads::size.desc())
        .select((
            destruction_heads::size,
            destruction_heads::root,
            destruction_heads::signed_at,
            destruction_heads::signature,
        ))
        .first(conn)
        .optional()?;
    row.map(|(size, root, signed_at, signature)| {
        Ok((Head { size, root: hash(&root)?, signed_at }, signature))
    })
    .transpose()
}

/// The hashes of these leaves.
pub fn leaf_hashes(conn: &mut Conn, places: &[i64]) -> QueryResult<Parts> {
    let rows: Vec<(i64, String)> = destruction_leaves::table
        .filter(destruction_leaves::place.eq_any(places))
        .select((destruction_leaves::place, destruction_leaves::leaf_hash))
        .load(conn)?;
    rows.into_iter().map(|(place, text)| Ok((Part { level: 0, place }, hash(&text)?))).collect()
}

/// The hashes of these parts above leaves.
pub fn node_hashes(conn: &mut Conn, parts: &[Part]) -> QueryResult<Parts> {
    let Some((first, more)) = parts.split_first() else { return Ok(Parts::new()) };
    let is = |part: &Part| {
        destruction_nodes::level.eq(i64::from(part.level) - 1).and(destruction_nodes::place.eq(part.place))
    };
    let query = destruction_nodes::table.filter(is(first)).into_boxed();
    let query = more.iter().fold(query, |query, part| query.or_filter(is(part)));
    let columns = (destruction_nodes::level, destruction_nodes::place, destruction_nodes::hash);
    let rows: Vec<(i64, i64, String)> = query.select(columns).load(conn)?;
    let part = |(level, place, text): (i64, i64, String)| {
        let level = u32::try_from(level + 1).unwrap_or(u32::MAX);
        Ok((Part { level, place }, hash(&text)?))
    };
    rows.into_iter().map(part).collect()
}

/// The leaf at a place.
pub fn leaf(conn: &mut Conn, place: i64) -> QueryResult<Option<(MemberId, Leaf)>> {
    let row: Option<(MemberId, String, String)> = destruction_leaves::table
        .find(place)
        .select((destruction_leaves::member_id, destruction_leaves::receipt, destruction_leaves::signature))
        .first(conn)
        .optional()?;
    Ok(row.map(|(member, receipt, signature)| (member, Leaf { place, receipt, signature })))
}

/// A member's receipts before the one at `before`, the newest first.
pub fn of_member(conn: &mut Conn, member: MemberId, before: i64, limit: i64) -> QueryResult<Vec<Leaf>> {
    let rows: Vec<(i64, String, String)> = destruction_leaves::table
        .filter(destruction_leaves::member_id.eq(member))
        .filter(destruction_leaves::place.lt(before))
        .order(destruction_leaves::place.desc())
        .limit(limit)
        .select((destruction_leaves::place, destruction_leaves::receipt, destruction_leaves::signature))
        .load(conn)?;
    let leaf = |(place, receipt, signature)| Leaf { place, receipt, signature };
    Ok(rows.into_iter().map(leaf).collect())
}

/// How many images were destroyed in each month since then, the newest first: `2026-06` and a number.
pub fn by_month(conn: &mut Conn, since: Time) -> QueryResult<Vec<(String, i64)>> {
    let month = |text| sql::<Text>(text);
    let sqlite = "substr(destroyed_at, 1, 7)";
    let postgres = "to_char(destroyed_at, 'YYYY-MM')";
    let month = match conn {
        Conn::Sqlite(_) => month(sqlite),
        Conn::Postgres(_) => month(postgres),
    };
    let mut rows: Vec<(String, i64)> = destruction_leaves::table
        .filter(destruction_leaves::destroyed_at.ge(since))
        .group_by(month.clone())
        .select((month, diesel::dsl::count_star()))
        .load(conn)?;
    rows.sort_unstable_by(|one, other| other.0.cmp(&one.0));
    Ok(rows)
}
