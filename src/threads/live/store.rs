//! The last numbers of threads.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::threads;
use crate::threads::ThreadId;

/// The highest number given in each of these threads.
pub fn last_numbers(conn: &mut Conn, ids: &[ThreadId]) -> QueryResult<Vec<(ThreadId, i64)>> {
    threads::table.filter(threads::id.eq_any(ids)).select((threads::id, threads::last_number)).load(conn)
}
