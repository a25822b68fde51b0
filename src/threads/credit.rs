//! What their posts bring members: likes and accepted answers, as ranks count them. Whatever changes which of a
//! member's posts can be read, or in which thread they stand, counts anew here, in the same transaction.

use super::ThreadId;
use super::answers::store as answers;
use super::likes::store as likes;
use crate::db::Conn;
use crate::error::Error;
use crate::members::{self, MemberId};

/// Counts the likes and accepted answers of these members anew: after their posts were removed or restored.
///
/// # Errors
/// When the database fails.
pub fn recount(conn: &mut Conn, authors: &[MemberId]) -> Result<(), Error> {
    // Locked before they are counted: a like that is being written either counts already or adds itself after.
    members::store::lock(conn, authors)?;
    let (liked, accepted) = (likes::received_by(conn, authors)?, answers::given_by(conn, authors)?);
    for author in authors {
        let count = |of: &std::collections::HashMap<MemberId, i64>| of.get(author).copied().unwrap_or(0);
        members::store::set_credit(conn, *author, count(&liked), count(&accepted))?;
    }
    Ok(())
}

/// Settles what these authors are credited with after posts of theirs went from some of these threads to others:
/// an acceptance ends where its answer left the question.
///
/// # Errors
/// When the database fails.
pub fn settle(conn: &mut Conn, threads: &[ThreadId], authors: &[MemberId]) -> Result<(), Error> {
    let astray = answers::astray(conn, threads)?;
    if !astray.is_empty() {
        answers::delete_all(conn, &astray)?;
    }
    recount(conn, authors)
}
