//! Threads in the database; posts are beside, in `posts`.

pub mod beside;
mod lists;
mod order;
mod posts;

use diesel::prelude::*;

pub use beside::{Beside, Posts, beside};
pub(crate) use lists::exists_for;
pub use lists::{After, Listed, Person, Which, latest_of_each, list};
pub use order::{add_lock_event, restore_post, switch_locked, switch_pinned};
pub use posts::{
    NewPost, Place, Post, Recent, by_request, find_post, in_range, insert_post, number_of, place_of,
    remove_post, with_numbers, written_by,
};

use super::ThreadId;
use super::rules::ThreadKind;
use crate::boards::Audience;
use crate::boards::BoardId;
use crate::clock::Time;
use crate::db::schema::{thread_members, threads};
use crate::db::{Conn, decode, on_backend};
use crate::members::MemberId;
use crate::paths;

/// A thread.
#[derive(Clone, Debug)]
pub struct Thread {
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
    pub author: MemberId,
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
    /// Whether it is about verification, so that eligible readers are shown the way.
    pub about_verification: bool,
    /// Who it exists for.
    pub audience: Audience,
    /// The thread that its posts went to.
    pub merged_into: Option<ThreadId>,
    /// When answers begin, where they do not begin at once.
    pub comments_from: Option<Time>,
}

impl Thread {
    /// The address of its first page.
    #[must_use]
    pub fn path(&self) -> String {
        paths::thread(self.id.0, &self.slug)
    }
}

type Row = (
    (ThreadId, BoardId, String, String, String, MemberId, Time),
    (i64, i64, i64, bool, bool, bool),
    (Audience, Option<ThreadId>, Option<Time>),
);

/// The thread of this number.
pub fn find(conn: &mut Conn, id: ThreadId) -> QueryResult<Option<Thread>> {
    let row: Option<Row> = threads::table
        .find(id)
        .select((
            (
                threads::id,
                threads::board_id,
                threads::title,
                threads::slug,
                threads::kind,
                threads::author_id,
                threads::created_at,
            ),
            (
                threads::last_number,
                threads::posts,
                threads::views,
                threads::pinned,
                threads::locked,
                threads::about_verification,
            ),
            (threads::audience, threads::merged_into, threads::comments_from),
        ))
        .first(conn)
        .optional()?;
    row.map(|(what, state, reach)| {
        Ok(Thread {
            id: what.0,
            board: what.1,
            title: what.2,
            slug: what.3,
            kind: decode(&what.4, ThreadKind::parse)?,
            author: what.5,
            created_at: what.6,
            last_number: state.0,
            posts: state.1,
            views: state.2,
            pinned: state.3,
            locked: state.4,
            about_verification: state.5,
            audience: reach.0,
            merged_into: reach.1,
            comments_from: reach.2,
        })
    })
    .transpose()
}

/// A thread about to be written.
#[derive(Clone, Debug)]
pub struct NewThread<'a> {
    /// The number it had elsewhere, where it comes from an export.
    pub id: Option<i64>,
    /// Where it stands.
    pub board: BoardId,
    /// Its title.
    pub title: &'a str,
    /// Its name in addresses.
    pub slug: &'a str,
    /// What it is for.
    pub kind: ThreadKind,
    /// Who starts it.
    pub author: MemberId,
    /// When.
    pub at: Time,
    /// Who it exists for.
    pub audience: Audience,
}

/// Writes a thread without posts.
pub fn insert_thread(conn: &mut Conn, new: &NewThread<'_>) -> QueryResult<ThreadId> {
    let values = (
        threads::board_id.eq(new.board),
        threads::title.eq(new.title),
        threads::slug.eq(new.slug),
        threads::kind.eq(new.kind.code()),
        threads::author_id.eq(new.author),
        threads::created_at.eq(new.at),
        threads::audience.eq(new.audience),
        threads::last_post_at.eq(new.at),
        threads::last_poster_id.eq(new.author),
    );
    match new.id {
        None => diesel::insert_into(threads::table).values(values).returning(threads::id).get_result(conn),
        Some(id) => diesel::insert_into(threads::table)
            .values((threads::id.eq(id), values))
            .returning(threads::id)
            .get_result(conn),
    }
}

/// Gives the thread's next number, and says in which board the thread stands and who it exists for. The row stays locked until
/// the transaction ends, so no number is given twice. A thread that was merged into another gives none.
pub fn give_number(
    conn: &mut Conn,
    id: ThreadId,
    poster: MemberId,
    now: Time,
) -> QueryResult<(i64, BoardId, Audience)> {
    diesel::update(threads::table.find(id).filter(threads::merged_into.is_null()))
        .set((
            threads::last_number.eq(threads::last_number + 1),
            threads::posts.eq(threads::posts + 1),
            threads::last_post_at.eq(now),
            threads::last_poster_id.eq(poster),
        ))
        .returning((threads::last_number, threads::board_id, threads::audience))
        .get_result(conn)
}

/// Adds to the count of a thread's readable posts.
pub fn add_thread_posts(conn: &mut Conn, id: ThreadId, change: i64) -> QueryResult<(BoardId, Audience)> {
    diesel::update(threads::table.find(id))
        .set(threads::posts.eq(threads::posts + change))
        .returning((threads::board_id, threads::audience))
        .get_result(conn)
}

/// Adds to the count of a thread's views.
pub fn add_views(conn: &mut Conn, id: ThreadId, views: i64) -> QueryResult<()> {
    diesel::update(threads::table.find(id))
        .set(threads::views.eq(threads::views + views))
        .execute(conn)
        .map(|_| ())
}

/// Lets a member follow a thread, unless they muted it.
pub fn follow(conn: &mut Conn, member: MemberId, thread: ThreadId) -> QueryResult<()> {
    let row = diesel::insert_into(thread_members::table)
        .values((
            thread_members::member_id.eq(member),
            thread_members::thread_id.eq(thread),
            thread_members::level.eq("follow"),
        ))
        .on_conflict((thread_members::member_id, thread_members::thread_id))
        .do_update()
        .set(thread_members::level.eq("follow"));
    let row = diesel::query_dsl::methods::FilterDsl::filter(row, thread_members::level.eq("normal"));
    on_backend!(conn, |c| row.execute(c)).map(|_| ())
}

/// Says how an announcement's thread stands and from when it takes comments.
pub fn set_announced(
    conn: &mut Conn,
    id: ThreadId,
    pinned: bool,
    locked: bool,
    comments_from: Option<Time>,
) -> QueryResult<()> {
    diesel::update(threads::table.find(id))
        .set((
            threads::pinned.eq(pinned),
            threads::locked.eq(locked),
            threads::comments_from.eq(comments_from),
        ))
        .execute(conn)
        .map(|_| ())
}
