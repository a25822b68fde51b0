//! What is new to a member, asked in few and bounded queries.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Timestamp};

use super::super::rules::{Level, WINDOW};
use crate::boards::{Audience, BoardId};
use crate::clock::Time;
use crate::db::schema::{board_members, thread_members, threads};
use crate::db::{Conn, decode};
use crate::members::MemberId;
use crate::threads::ThreadId;
use crate::threads::store::{After, exists_for};

/// How a thread stands to a member, as far as what is new goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// The highest number they read.
    pub last_read: i64,
    /// The highest number that the floor makes read, if one stands near the thread's end.
    pub below_floor: i64,
    /// Their level of the thread.
    pub level: Level,
    /// Their level of its board.
    pub board_level: Level,
    /// When they said that it is unread.
    pub unread_at: Option<Time>,
    /// When they said that its board is read.
    pub board_read: Option<Time>,
}

type Said = (Option<Time>, Option<Time>);
type NewsRow = (ThreadId, Option<i64>, Option<String>, Option<String>, Option<i64>, Said);

fn level(code: Option<String>) -> QueryResult<Level> {
    code.map_or(Ok(Level::Normal), |code| decode(&code, Level::parse))
}

/// How these threads stand to a member for whom everything before `floor` is read; what they said of a board
/// since is asked along.
pub fn stands(
    conn: &mut Conn,
    member: MemberId,
    floor: Time,
    ids: &[ThreadId],
) -> QueryResult<HashMap<ThreadId, News>> {
    // Looks no further back than a page can tell, however many posts a thread has.
    let below = sql::<Nullable<BigInt>>(
        "(SELECT max(old.number) FROM posts AS old WHERE old.thread_id = threads.id \
         AND old.number > threads.last_number - ",
    )
    .bind::<BigInt, _>(WINDOW)
    .sql(" AND old.created_at <= CASE WHEN board_members.all_read_at > ")
    .bind::<Timestamp, _>(floor)
    .sql(" THEN board_members.all_read_at ELSE ")
    .bind::<Timestamp, _>(floor)
    .sql(" END)");
    let rows: Vec<NewsRow> = threads::table
        .left_join(
            thread_members::table
                .on(thread_members::thread_id.eq(threads::id).and(thread_members::member_id.eq(member))),
        )
        .left_join(
            board_members::table
                .on(board_members::board_id.eq(threads::board_id).and(board_members::member_id.eq(member))),
        )
        .filter(threads::id.eq_any(ids))
        .select((
            threads::id,
            thread_members::last_read.nullable(),
            thread_members::level.nullable(),
            board_members::level.nullable(),
            below,
            (thread_members::unread_at.nullable(), board_members::all_read_at.nullable()),
        ))
        .load(conn)?;
    let news = rows.into_iter().map(|(id, last_read, own, board, below, (unread_at, board_read))| {
        let news = News {
            last_read: last_read.unwrap_or(0),
            below_floor: below.unwrap_or(0),
            level: level(own)?,
            board_level: level(board)?,
            unread_at,
            board_read,
        };
        Ok((id, news))
    });
    news.collect()
}

/// A thread in which something may be new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fresh {
    /// The thread.
    pub id: ThreadId,
    /// Its board.
    pub board: BoardId,
    /// The highest number in it.
    pub last_number: i64,
    /// When somebody wrote last.
    pub last_post_at: Time,
    /// How it stands to the member; what the floor makes read is not asked.
    pub news: News,
}

type FreshRow = (ThreadId, BoardId, i64, Time, Option<i64>, Option<String>, Option<String>, Said);

/// Which threads to look through, and for whom.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// To whom it is new.
    pub member: MemberId,
    /// The boards they may read.
    pub open: &'a [BoardId],
    /// What they may read there.
    pub reader: Audience,
    /// Everything before is read.
    pub floor: Time,
    /// Nothing before is looked at.
    pub reach: Time,
    /// Which of them.
    pub kind: Kind,
    /// Where the list goes on.
    pub after: Option<After>,
}

/// Which threads of the latest to answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// All, so that the query looks at no more threads than it answers with.
    All,
    /// Those with something new that are not muted.
    New,
    /// Those with something new that the member follows, or whose board they follow.
    Followed,
}

/// What the condition says of levels: neither muted, nor in a muted board unless followed.
const HEARD: &str = "(COALESCE(thread_members.level, 'normal') = 'follow' \
     OR (COALESCE(thread_members.level, 'normal') = 'normal' AND COALESCE(board_members.level, 'normal') <> 'mute'))";
/// Followed itself, or in a followed board and not muted.
const FOLLOWED: &str = "(COALESCE(thread_members.level, 'normal') = 'follow' \
     OR (COALESCE(thread_members.level, 'normal') = 'normal' AND COALESCE(board_members.level, 'normal') = 'follow'))";

/// The latest threads of what is wanted. Never reaches further back than anybody's list.
pub fn fresh(conn: &mut Conn, wanted: &Wanted<'_>, limit: i64) -> QueryResult<Vec<Fresh>> {
    // The sum keeps the databases from sorting every thread of these boards, as in the list of the latest.
    let boards: Vec<i64> = wanted.open.iter().map(|board| board.0).collect();
    let mut query =
        threads::table
            .left_join(thread_members::table.on(
                thread_members::thread_id.eq(threads::id).and(thread_members::member_id.eq(wanted.member)),
            ))
            .left_join(board_members::table.on(
                board_members::board_id.eq(threads::board_id).and(board_members::member_id.eq(wanted.member)),
            ))
            .filter((threads::board_id + 0_i64).eq_any(boards))
            .filter(threads::last_post_at.gt(wanted.reach))
            .filter(exists_for(wanted.reader))
            .filter(threads::merged_into.is_null())
            .order((threads::last_post_at.desc(), threads::id.desc()))
            .limit(limit)
            .select((
                threads::id,
                threads::board_id,
                threads::last_number,
                threads::last_post_at,
                thread_members::last_read.nullable(),
                thread_members::level.nullable(),
                board_members::level.nullable(),
                (thread_members::unread_at.nullable(), board_members::all_read_at.nullable()),
            ))
            .into_boxed();
    if wanted.kind != Kind::All {
        let after_floor = sql::<Bool>("((threads.last_post_at > ")
            .bind::<Timestamp, _>(wanted.floor)
            .sql(
                " AND (board_members.all_read_at IS NULL OR threads.last_post_at > board_members.all_read_at)) \
                 OR (thread_members.unread_at >= ",
            )
            .bind::<Timestamp, _>(wanted.floor)
            .sql(
                " AND (board_members.all_read_at IS NULL \
                 OR thread_members.unread_at >= board_members.all_read_at)))",
            );
        query = query
            .filter(after_floor)
            .filter(sql::<Bool>("threads.last_number > COALESCE(thread_members.last_read, 0)"))
            .filter(sql::<Bool>(if wanted.kind == Kind::Followed { FOLLOWED } else { HEARD }));
    }
    if let Some(After { last_post_at, id }) = wanted.after {
        query = query
            .filter(threads::last_post_at.le(last_post_at))
            .filter(threads::last_post_at.lt(last_post_at).or(threads::id.lt(id)));
    }
    let rows: Vec<FreshRow> = query.load(conn)?;
    rows.into_iter().map(candidate).collect()
}

fn candidate(row: FreshRow) -> QueryResult<Fresh> {
    let (id, board, last_number, last_post_at, last_read, own, of_board, (unread_at, board_read)) = row;
    let news = News {
        last_read: last_read.unwrap_or(0),
        below_floor: 0,
        level: level(own)?,
        board_level: level(of_board)?,
        unread_at,
        board_read,
    };
    Ok(Fresh { id, board, last_number, last_post_at, news })
}
