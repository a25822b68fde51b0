//! Lists of threads.

use diesel::dsl::sql;
use diesel::expression::{AsExpression, SqlLiteral, UncheckedBind};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::super::ThreadId;
use super::super::rules::ThreadKind;
use crate::boards::{Audience, BoardId};
use crate::clock::Time;
use crate::db::schema::{boards, members, threads};
use crate::db::{Conn, decode};
use crate::paths;

/// A thread as lists show it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Number.
    pub id: ThreadId,
    /// Where it stands.
    pub board: BoardId,
    /// Its title.
    pub title: String,
    /// Its name in addresses.
    pub slug: String,
    /// What it is for.
    pub kind: ThreadKind,
    /// Who started it.
    pub author: Person,
    /// When.
    pub created_at: Time,
    /// The highest number given.
    pub last_number: i64,
    /// Posts that can be read.
    pub posts: i64,
    /// Members' views.
    pub views: i64,
    /// Whether it stands above the others.
    pub pinned: bool,
    /// Whether it is closed to answers.
    pub locked: bool,
    /// When somebody wrote last.
    pub last_post_at: Time,
    /// Who wrote last.
    pub last_poster: Person,
}

/// A member's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Name in addresses.
    pub handle: String,
    /// Name that people read.
    pub name: String,
}

impl Person {
    /// Address of the profile.
    #[must_use]
    pub fn path(&self) -> String {
        paths::member(&self.handle)
    }
}

/// Where a list goes on: after the thread with this last post and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    /// Time of its last post.
    pub last_post_at: Time,
    /// Its number, which breaks ties.
    pub id: ThreadId,
}

/// Which threads to list.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    /// A board's pinned threads.
    Pinned(BoardId),
    /// A board's other threads, from the latest on, or after one.
    Ordinary(BoardId, Option<After>),
    /// The latest of several boards.
    Latest(&'a [BoardId]),
    /// These, as far as they stand in these boards.
    These(&'a [BoardId], &'a [ThreadId]),
}

type ListedRow = (
    (ThreadId, BoardId, String, String, String, Time, i64, i64, i64, bool, bool, Time),
    (String, String),
    (String, String),
);

diesel::alias! {
    const AUTHOR: Alias<Author> = members as author;
    const POSTER: Alias<Poster> = members as poster;
}

#[diesel::dsl::auto_type]
fn thread_columns() -> _ {
    (
        threads::id,
        threads::board_id,
        threads::title,
        threads::slug,
        threads::kind,
        threads::created_at,
        threads::last_number,
        threads::posts,
        threads::views,
        threads::pinned,
        threads::locked,
        threads::last_post_at,
    )
}

/// What a query says of audiences: a bit that the thread's and the reader's have in common.
type Shared = SqlLiteral<Bool, UncheckedBind<SqlLiteral<Bool>, <i64 as AsExpression<BigInt>>::Expression>>;

/// Threads that exist for readers of these audiences.
pub(crate) fn exists_for(reader: Audience) -> Shared {
    sql::<Bool>("(threads.audience & ").bind::<BigInt, _>(reader.0).sql(") <> 0")
}

/// Threads by the time of their last post, the latest first: one query. What does not exist for the reader
/// and what was merged into another is left out.
pub fn list(conn: &mut Conn, which: Which<'_>, reader: Audience, limit: i64) -> QueryResult<Vec<Listed>> {
    let base = threads::table
        .filter(exists_for(reader))
        .filter(threads::merged_into.is_null())
        .inner_join(AUTHOR.on(AUTHOR.field(members::id).eq(threads::author_id)))
        .inner_join(POSTER.on(POSTER.field(members::id).eq(threads::last_poster_id)))
        .order((threads::last_post_at.desc(), threads::id.desc()))
        .limit(limit)
        .select((
            thread_columns(),
            (AUTHOR.field(members::handle), AUTHOR.field(members::name)),
            (POSTER.field(members::handle), POSTER.field(members::name)),
        ));
    let rows: Vec<ListedRow> = match which {
        Which::Pinned(board) => {
            base.filter(threads::board_id.eq(board)).filter(threads::pinned.eq(true)).load(conn)?
        }
        Which::Ordinary(board, None) => {
            base.filter(threads::board_id.eq(board)).filter(threads::pinned.eq(false)).load(conn)?
        }
        Which::Ordinary(board, Some(After { last_post_at, id })) => base
            .filter(threads::board_id.eq(board))
            .filter(threads::pinned.eq(false))
            .filter(threads::last_post_at.le(last_post_at))
            .filter(threads::last_post_at.lt(last_post_at).or(threads::id.lt(id)))
            .load(conn)?,
        Which::Latest(boards) => {
            let boards: Vec<i64> = boards.iter().map(|board| board.0).collect();
            // The sum keeps the databases from sorting every thread of these boards: they walk the latest
            // threads instead, and stop when they have enough.
            base.filter((threads::board_id + 0_i64).eq_any(boards)).load(conn)?
        }
        Which::These(boards, ids) => {
            base.filter(threads::id.eq_any(ids)).filter(threads::board_id.eq_any(boards)).load(conn)?
        }
    };
    rows.into_iter().map(listed).collect()
}

/// The latest thread of each board: one query that begins with the boards, and looks one thread up for each,
/// however many threads there are.
pub fn latest_of_each(conn: &mut Conn, reader: Audience) -> QueryResult<Vec<Listed>> {
    let other = diesel::alias!(threads as other);
    let newest = other
        .filter(other.field(threads::board_id).eq(boards::id))
        .filter(other.field(threads::merged_into).is_null())
        .filter(sql::<Bool>("(other.audience & ").bind::<BigInt, _>(reader.0).sql(") <> 0"))
        .order((other.field(threads::last_post_at).desc(), other.field(threads::id).desc()))
        .select(other.field(threads::id))
        .limit(1)
        .single_value();
    let rows: Vec<ListedRow> = boards::table
        .inner_join(threads::table.on(threads::id.nullable().eq(newest)))
        .inner_join(AUTHOR.on(AUTHOR.field(members::id).eq(threads::author_id)))
        .inner_join(POSTER.on(POSTER.field(members::id).eq(threads::last_poster_id)))
        .select((
            thread_columns(),
            (AUTHOR.field(members::handle), AUTHOR.field(members::name)),
            (POSTER.field(members::handle), POSTER.field(members::name)),
        ))
        .load(conn)?;
    rows.into_iter().map(listed).collect()
}

fn listed((thread, author, poster): ListedRow) -> QueryResult<Listed> {
    Ok(Listed {
        id: thread.0,
        board: thread.1,
        title: thread.2,
        slug: thread.3,
        kind: decode(&thread.4, ThreadKind::parse)?,
        author: Person { handle: author.0, name: author.1 },
        created_at: thread.5,
        last_number: thread.6,
        posts: thread.7,
        views: thread.8,
        pinned: thread.9,
        locked: thread.10,
        last_post_at: thread.11,
        last_poster: Person { handle: poster.0, name: poster.1 },
    })
}
