//! Images that are there, one after another.

use diesel::prelude::*;

use super::{Found, FoundRow};
use crate::db::Conn;
use crate::db::schema::evidence;
use crate::verification::EvidenceId;

/// What opens the images after the one at `after` that were not destroyed, with whether their objects came.
pub fn page(conn: &mut Conn, after: EvidenceId, limit: i64) -> QueryResult<Vec<(Found, bool)>> {
    let rows: Vec<(FoundRow, bool)> = evidence::table
        .filter(evidence::destroyed_at.is_null())
        .filter(evidence::wrapped.is_not_null())
        .filter(evidence::id.gt(after))
        .order(evidence::id)
        .limit(limit)
        .select((FoundRow::as_select(), evidence::kept_at.is_not_null()))
        .load(conn)?;
    let read = rows.into_iter().filter_map(|(row, is_kept)| {
        let found = row.read().transpose()?;
        Some(found.map(|found| (found, is_kept)))
    });
    read.collect()
}
