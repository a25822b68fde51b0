//! What feeds, print and the map of the site show.

use diesel::prelude::*;

use crate::boards::{Audience, BoardId};
use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{members, posts, threads};
use crate::text::SafeHtml;
use crate::threads::store::{Person, exists_for};
use crate::threads::{PostId, ThreadId};

/// A post with its author's names.
#[derive(Clone, Debug)]
pub struct Told {
    /// The post.
    pub id: PostId,
    /// Its number in the thread.
    pub number: i64,
    /// Who wrote it.
    pub author: Person,
    /// When.
    pub at: Time,
    /// When it was edited last.
    pub edited_at: Option<Time>,
    /// What readers see; nothing once it was removed.
    pub html: Option<SafeHtml>,
}

type ToldRow = (PostId, i64, Time, Option<Time>, Option<Time>, String, (String, String));
type ToldColumns = (
    posts::id,
    posts::number,
    posts::created_at,
    posts::edited_at,
    posts::removed_at,
    posts::html,
    (members::handle, members::name),
);
const TOLD: ToldColumns = (
    posts::id,
    posts::number,
    posts::created_at,
    posts::edited_at,
    posts::removed_at,
    posts::html,
    (members::handle, members::name),
);

fn told((id, number, at, edited_at, removed_at, html, (handle, name)): ToldRow) -> Told {
    let html = removed_at.is_none().then(|| SafeHtml::from_store(html));
    Told { id, number, author: Person { handle, name }, at, edited_at, html }
}

/// A thread's newest posts that can be read, the newest first.
pub fn newest_of_thread(conn: &mut Conn, thread: ThreadId, limit: i64) -> QueryResult<Vec<Told>> {
    let rows: Vec<ToldRow> = posts::table
        .inner_join(members::table)
        .filter(posts::thread_id.eq(thread))
        .filter(posts::removed_at.is_null())
        .order(posts::number.desc())
        .limit(limit)
        .select(TOLD)
        .load(conn)?;
    Ok(rows.into_iter().map(told).collect())
}

/// A thread's first posts, in their order; removed ones stand there without their words.
pub fn first_of_thread(conn: &mut Conn, thread: ThreadId, limit: i64) -> QueryResult<Vec<Told>> {
    let rows: Vec<ToldRow> = posts::table
        .inner_join(members::table)
        .filter(posts::thread_id.eq(thread))
        .order(posts::number)
        .limit(limit)
        .select(TOLD)
        .load(conn)?;
    Ok(rows.into_iter().map(told).collect())
}

/// A thread that was started, with its first post.
#[derive(Clone, Debug)]
pub struct Started {
    /// The thread.
    pub thread: ThreadId,
    /// Its title.
    pub title: String,
    /// Its name in addresses.
    pub slug: String,
    /// Its first post.
    pub first: Told,
}

type StartedRow = (ThreadId, String, String, ToldRow);

/// The threads that were started last in these boards, the newest first, as far as their first post can be read.
pub fn started(
    conn: &mut Conn,
    boards: &[BoardId],
    reader: Audience,
    limit: i64,
) -> QueryResult<Vec<Started>> {
    let base = threads::table
        .inner_join(posts::table.inner_join(members::table))
        .filter(posts::number.eq(1))
        .filter(posts::removed_at.is_null())
        .filter(exists_for(reader))
        .filter(threads::merged_into.is_null())
        .order((threads::created_at.desc(), threads::id.desc()))
        .limit(limit)
        .select((threads::id, threads::title, threads::slug, TOLD));
    let rows: Vec<StartedRow> = match boards {
        [board] => base.filter(threads::board_id.eq(board)).load(conn)?,
        _ => {
            // The sum keeps the databases from sorting every thread of these boards: they walk the newest.
            let boards: Vec<i64> = boards.iter().map(|board| board.0).collect();
            base.filter((threads::board_id + 0_i64).eq_any(boards)).load(conn)?
        }
    };
    Ok(rows
        .into_iter()
        .map(|(thread, title, slug, first)| Started { thread, title, slug, first: told(first) })
        .collect())
}

/// Number, name in addresses and last post of the threads for everyone in these boards, the latest first.
pub fn for_everyone(
    conn: &mut Conn,
    boards: &[BoardId],
    limit: i64,
) -> QueryResult<Vec<(ThreadId, String, Time)>> {
    let boards: Vec<i64> = boards.iter().map(|board| board.0).collect();
    threads::table
        .filter((threads::board_id + 0_i64).eq_any(boards))
        .filter(exists_for(Audience::EVERYONE))
        .filter(threads::merged_into.is_null())
        .order((threads::last_post_at.desc(), threads::id.desc()))
        .limit(limit)
        .select((threads::id, threads::slug, threads::last_post_at))
        .load(conn)
}
