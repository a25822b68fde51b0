//! What an export reads, in steps, in the order of numbers.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::boards::Audience;
use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{member_roles, members, post_quotes, posts, threads, tier_changes};

/// Rows read at once.
const AT_ONCE: i64 = 1_000;

/// A member: number; handle, name, review; address, sealed, its index and when it was confirmed; signature, profile; rank; tier; joined.
pub type MemberRow = (
    i64,
    (String, String, bool),
    (Option<String>, Option<String>, Option<Time>),
    (String, String),
    (String, Time),
    (Option<String>, Option<Time>),
    Time,
);

/// Members with numbers after this one.
pub fn members_after(conn: &mut Conn, after: i64) -> QueryResult<Vec<MemberRow>> {
    members::table
        .filter(members::id.gt(after))
        .order(members::id)
        .limit(AT_ONCE)
        .select((
            members::id,
            (members::handle, members::name, members::name_review),
            (members::email, members::email_key, members::email_verified_at),
            (members::signature, members::profile),
            (members::rank, members::rank_since),
            (members::tier, members::tier_since),
            members::joined_at,
        ))
        .load(conn)
}

/// The roles of these members, each with its date.
pub fn roles_of(conn: &mut Conn, ids: &[i64]) -> QueryResult<HashMap<i64, Vec<(String, Time)>>> {
    let rows: Vec<(i64, String, Time)> = member_roles::table
        .filter(member_roles::member_id.eq_any(ids))
        .order((member_roles::member_id, member_roles::role))
        .select((member_roles::member_id, member_roles::role, member_roles::granted_at))
        .load(conn)?;
    let mut roles: HashMap<i64, Vec<(String, Time)>> = HashMap::new();
    for (member, role, since) in rows {
        roles.entry(member).or_default().push((role, since));
    }
    Ok(roles)
}

/// A line of a tier's history: tier, time, source, who set it.
pub type TierRow = (Option<String>, Time, String, Option<i64>);

/// The tiers of these members over time, oldest first.
pub fn tiers_of(conn: &mut Conn, ids: &[i64]) -> QueryResult<HashMap<i64, Vec<TierRow>>> {
    let rows: Vec<(i64, TierRow)> = tier_changes::table
        .filter(tier_changes::member_id.eq_any(ids))
        .order(tier_changes::id)
        .select((
            tier_changes::member_id,
            (tier_changes::tier, tier_changes::changed_at, tier_changes::source, tier_changes::changed_by),
        ))
        .load(conn)?;
    let mut tiers: HashMap<i64, Vec<TierRow>> = HashMap::new();
    for (member, change) in rows {
        tiers.entry(member).or_default().push(change);
    }
    Ok(tiers)
}

/// A thread: number; board; title, slug, kind; author; created; pinned, locked, about verification; views; who it
/// exists for.
pub type ThreadRow = (i64, i64, (String, String, String), i64, Time, (bool, bool, bool), i64, Audience);

/// Threads with numbers after this one.
pub fn threads_after(conn: &mut Conn, after: i64) -> QueryResult<Vec<ThreadRow>> {
    threads::table
        .filter(threads::id.gt(after))
        .order(threads::id)
        .limit(AT_ONCE)
        .select((
            threads::id,
            threads::board_id,
            (threads::title, threads::slug, threads::kind),
            threads::author_id,
            threads::created_at,
            (threads::pinned, threads::locked, threads::about_verification),
            threads::views,
            threads::audience,
        ))
        .load(conn)
}

/// A post: id, thread, number, author, the thread's highest number; created; format, body;
/// rank, tier and badges held; edit; removal.
pub type PostRow = (
    (i64, i64, i64, i64, i64),
    Time,
    (String, String),
    (String, Option<String>, String),
    (Option<Time>, Option<i64>, Option<String>, Option<String>),
    (Option<Time>, Option<i64>, Option<String>),
);

/// Posts after this number of this thread, thread by thread.
pub fn posts_after(conn: &mut Conn, (thread, number): (i64, i64)) -> QueryResult<Vec<PostRow>> {
    posts::table
        .inner_join(threads::table)
        .filter(posts::thread_id.ge(thread))
        .filter(posts::thread_id.gt(thread).or(posts::number.gt(number)))
        .order((posts::thread_id, posts::number))
        .limit(AT_ONCE)
        .select((
            (posts::id, posts::thread_id, posts::number, posts::author_id, threads::last_number),
            posts::created_at,
            (posts::format, posts::body),
            (posts::held_rank, posts::held_tier, posts::held_badges),
            (posts::edited_at, posts::edited_by, posts::edited_as, posts::edit_reason),
            (posts::removed_at, posts::removed_by, posts::removal_reason),
        ))
        .load(conn)
}

/// What each of these posts quotes.
pub fn quotes_of(conn: &mut Conn, ids: &[i64]) -> QueryResult<HashMap<i64, Vec<i64>>> {
    let rows: Vec<(i64, i64)> = post_quotes::table
        .filter(post_quotes::post_id.eq_any(ids))
        .order((post_quotes::post_id, post_quotes::quoted_id))
        .select((post_quotes::post_id, post_quotes::quoted_id))
        .load(conn)?;
    let mut quotes: HashMap<i64, Vec<i64>> = HashMap::new();
    for (post, quoted) in rows {
        quotes.entry(post).or_default().push(quoted);
    }
    Ok(quotes)
}
