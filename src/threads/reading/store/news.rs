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
}

type NewsRow = (ThreadId, Option<i64>, Option<String>, Option<String>, Option<i64>);

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
        ))
        .load(conn)?;
    let news = rows.into_iter().map(|(id, last_read, own, board, below)| {
        let news = News {
            last_read: last_read.unwrap_or(0),
            below_floor: below.unwrap_or(0),
            level: level(own)?,
            board_level: level(board)?,
        };
        Ok((id, news))
    });
    news.collect()
}

/// A thread that was written in after the floor.
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
    /// The highest number they read.
    pub last_read: i64,
}

type FreshRow = (ThreadId, BoardId, i64, Time, Option<i64>);

/// Which threads with something new to find, and for whom.
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
    /// Only what they follow.
    pub followed: bool,
    /// Where the list goes on.
    pub after: Option<After>,
}

/// What the condition says of levels: neither muted, nor in a muted board unless followed.
const HEARD: &str = "(COALESCE(thread_members.level, 'normal') = 'follow' \
     OR (COALESCE(thread_members.level, 'normal') = 'normal' AND COALESCE(board_members.level, 'normal') <> 'mute'))";
/// Followed itself, or in a followed board and not muted.
const FOLLOWED: &str = "(COALESCE(thread_members.level, 'normal') = 'follow' \
     OR (COALESCE(thread_members.level, 'normal') = 'normal' AND COALESCE(board_members.level, 'normal') = 'follow'))";

/// The threads that hold something new, the latest first. Never reaches below the floor, and so never through
/// all threads there are.
pub fn fresh(conn: &mut Conn, wanted: &Wanted<'_>, limit: i64) -> QueryResult<Vec<Fresh>> {
    // The sum keeps the databases from sorting every thread of these boards, as in the list of the latest.
    let boards: Vec<i64> = wanted.open.iter().map(|board| board.0).collect();
    let mut query = threads::table
        .left_join(
            thread_members::table.on(thread_members::thread_id
                .eq(threads::id)
                .and(thread_members::member_id.eq(wanted.member))),
        )
        .left_join(
            board_members::table.on(board_members::board_id
                .eq(threads::board_id)
                .and(board_members::member_id.eq(wanted.member))),
        )
        .filter((threads::board_id + 0_i64).eq_any(boards))
        .filter(threads::last_post_at.gt(wanted.floor))
        .filter(sql::<Bool>(
            "(board_members.all_read_at IS NULL OR threads.last_post_at > board_members.all_read_at) \
             AND threads.last_number > COALESCE(thread_members.last_read, 0)",
        ))
        .filter(sql::<Bool>(if wanted.followed { FOLLOWED } else { HEARD }))
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
        ))
        .into_boxed();
    if let Some(After { last_post_at, id }) = wanted.after {
        query = query
            .filter(threads::last_post_at.le(last_post_at))
            .filter(threads::last_post_at.lt(last_post_at).or(threads::id.lt(id)));
    }
    let rows: Vec<FreshRow> = query.load(conn)?;
    let fresh = rows.into_iter().map(|(id, board, last_number, last_post_at, last_read)| Fresh {
        id,
        board,
        last_number,
        last_post_at,
        last_read: last_read.unwrap_or(0),
    });
    Ok(fresh.collect())
}
