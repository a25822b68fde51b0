//! A thread's posts through a filter: those of staff, of one author, or the best liked.

use diesel::dsl::{count_star, exists};
use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::{member_roles, members, post_notes, posts};
use crate::members::rules::Role;
use crate::threads::ThreadId;

/// The best liked posts of a thread that are shown.
pub const BEST: i64 = 50;

/// Which posts of a thread to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter<'a> {
    /// Posts of staff, and posts with a note of theirs.
    Staff,
    /// Posts of the member of this handle.
    By(&'a str),
    /// Posts that somebody likes, the best liked first.
    Best,
}

/// What a filter lets through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filtered {
    /// Numbers of posts, in the order in which they are read.
    pub numbers: Vec<i64>,
    /// Whether more come after them.
    pub more: bool,
    /// How many posts of the thread it lets through in all.
    pub passing: i64,
    /// How many posts that can be read it leaves out.
    pub left_out: i64,
}

/// The numbers of a thread's posts that pass, from the one after `after_key` on and at most `limit` of them;
/// the best liked are one list without pages. `readable` is the thread's count of posts.
pub fn in_range_by(
    conn: &mut Conn,
    thread: ThreadId,
    readable: i64,
    filter: Filter<'_>,
    after_key: i64,
    limit: i64,
) -> QueryResult<Filtered> {
    let (limit, after_key) = if filter == Filter::Best { (BEST, 0) } else { (limit, after_key) };
    let standing = || posts::table.filter(posts::thread_id.eq(thread)).filter(posts::removed_at.is_null());
    let by_staff = || {
        let roles = member_roles::table
            .filter(member_roles::role.eq_any(Role::STAFF.map(Role::code)))
            .select(member_roles::member_id);
        let noted = exists(post_notes::table.filter(post_notes::post_id.eq(posts::id)));
        posts::author_id.eq_any(roles).or(noted)
    };
    let by = |handle: &str| {
        let author = members::table.filter(members::handle.eq(handle.to_lowercase())).select(members::id);
        posts::author_id.eq_any(author)
    };
    let on = posts::number.gt(after_key);
    let (mut numbers, passing): (Vec<i64>, i64) = match filter {
        Filter::Staff => (
            standing()
                .filter(by_staff())
                .filter(on)
                .order(posts::number)
                .limit(limit + 1)
                .select(posts::number)
                .load(conn)?,
            standing().filter(by_staff()).select(count_star()).first(conn)?,
        ),
        Filter::By(handle) => (
            standing()
                .filter(by(handle))
                .filter(on)
                .order(posts::number)
                .limit(limit + 1)
                .select(posts::number)
                .load(conn)?,
            standing().filter(by(handle)).select(count_star()).first(conn)?,
        ),
        Filter::Best => (
            standing()
                .filter(posts::likes.gt(0))
                .order((posts::likes.desc(), posts::number))
                .limit(limit)
                .select(posts::number)
                .load(conn)?,
            standing().filter(posts::likes.gt(0)).select(count_star()).first(conn)?,
        ),
    };
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = numbers.len() > size;
    numbers.truncate(size);
    let shown = if filter == Filter::Best { passing.min(BEST) } else { passing };
    Ok(Filtered { numbers, more, passing, left_out: (readable - shown).max(0) })
}
