//! What follows from a passed call.

use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::verification::CaseId;
use crate::verification::call::CallId;

/// Begins the grant that a passed call leads to.
///
/// # Errors
/// When the database fails.
pub fn begin(
    _conn: &mut Conn,
    _case: CaseId,
    _call: CallId,
    _is_flagged: bool,
    _now: Time,
) -> Result<(), Error> {
    Ok(())
}
