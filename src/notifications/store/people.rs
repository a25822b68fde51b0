//! Who could be told of something, and what stands between.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::boards::{Audience, BoardId};
use crate::clock::Time;
use crate::db::schema::{
    board_members, members, notification_choices, post_mentions, post_quotes, posts, thread_members, threads,
};
use crate::db::{Conn, decode, on_backend};
use crate::members::MemberId;
use crate::members::rules::Tier;
use crate::notifications::rules::{Choice, Delivery, Kind};
use crate::sealing::Keys;
use crate::text::SafeHtml;
use crate::threads::reading::rules::Level;
use crate::threads::{PostId, ThreadId};

/// A post that something is told of, with its thread.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The post.
    pub post: PostId,
    /// Its number in the thread.
    pub number: i64,
    /// Who wrote it.
    pub author: MemberId,
    /// Its words.
    pub html: SafeHtml,
    /// Whether it was removed.
    pub is_removed: bool,
    /// Its thread.
    pub thread: ThreadId,
    /// The thread's title.
    pub title: String,
    /// The thread's board.
    pub board: BoardId,
    /// Who the thread exists for.
    pub audience: Audience,
}

type SubjectRow = (PostId, i64, MemberId, String, Option<Time>, ThreadId, String, BoardId, Audience);
type SubjectColumns = (
    posts::id,
    posts::number,
    posts::author_id,
    posts::html,
    posts::removed_at,
    threads::id,
    threads::title,
    threads::board_id,
    threads::audience,
);
const SUBJECT: SubjectColumns = (
    posts::id,
    posts::number,
    posts::author_id,
    posts::html,
    posts::removed_at,
    threads::id,
    threads::title,
    threads::board_id,
    threads::audience,
);

fn subject_of(row: SubjectRow) -> Subject {
    let (post, number, author, html, removed_at, thread, title, board, audience) = row;
    let html = SafeHtml::from_store(html);
    Subject { post, number, author, html, is_removed: removed_at.is_some(), thread, title, board, audience }
}

/// A post with its thread.
pub fn subject(conn: &mut Conn, post: PostId) -> QueryResult<Option<Subject>> {
    let found = posts::table.inner_join(threads::table).filter(posts::id.eq(post)).select(SUBJECT);
    found.first(conn).optional().map(|row| row.map(subject_of))
}

/// The first post of a thread, with it.
pub fn subject_of_thread(conn: &mut Conn, thread: ThreadId) -> QueryResult<Option<Subject>> {
    posts::table
        .inner_join(threads::table)
        .filter(posts::thread_id.eq(thread))
        .order(posts::number)
        .select(SUBJECT)
        .first(conn)
        .optional()
        .map(|row| row.map(subject_of))
}

/// Whom a post names.
pub fn mentioned(conn: &mut Conn, post: PostId) -> QueryResult<Vec<MemberId>> {
    post_mentions::table.filter(post_mentions::post_id.eq(post)).select(post_mentions::member_id).load(conn)
}

/// The posts that a post quotes, and who wrote them.
pub fn quoted(conn: &mut Conn, post: PostId) -> QueryResult<Vec<(PostId, MemberId)>> {
    post_quotes::table
        .inner_join(posts::table.on(posts::id.eq(post_quotes::quoted_id)))
        .filter(post_quotes::post_id.eq(post))
        .select((posts::id, posts::author_id))
        .load(conn)
}

/// Who follows a thread, by number, beginning after `after`.
pub fn followers_of_thread(
    conn: &mut Conn,
    thread: ThreadId,
    after: i64,
    limit: i64,
) -> QueryResult<Vec<MemberId>> {
    thread_members::table
        .filter(thread_members::thread_id.eq(thread))
        .filter(thread_members::level.eq("follow"))
        .filter(thread_members::member_id.gt(after))
        .order(thread_members::member_id)
        .limit(limit)
        .select(thread_members::member_id)
        .load(conn)
}

/// Who follows a board, by number, beginning after `after`.
pub fn followers_of_board(
    conn: &mut Conn,
    board: BoardId,
    after: i64,
    limit: i64,
) -> QueryResult<Vec<MemberId>> {
    board_members::table
        .filter(board_members::board_id.eq(board))
        .filter(board_members::level.eq("follow"))
        .filter(board_members::member_id.gt(after))
        .order(board_members::member_id)
        .limit(limit)
        .select(board_members::member_id)
        .load(conn)
}

/// Every member, by number, beginning after `after`.
pub fn everybody(conn: &mut Conn, after: i64, limit: i64) -> QueryResult<Vec<MemberId>> {
    members::table
        .filter(members::id.gt(after))
        .order(members::id)
        .limit(limit)
        .select(members::id)
        .load(conn)
}

/// Somebody who could be told.
#[derive(Clone, Debug)]
pub struct Person {
    /// Name that people read.
    pub name: String,
    /// Standing in the marketplace.
    pub tier: Option<Tier>,
    /// Where mail reaches them: an address that they confirmed.
    pub mailbox: Option<String>,
}

type PersonRow = (MemberId, String, Option<String>, (Option<String>, Option<String>), Option<Time>);

/// These members, as far as telling them needs it.
pub fn people(conn: &mut Conn, keys: &Keys, ids: &[MemberId]) -> QueryResult<HashMap<MemberId, Person>> {
    let rows: Vec<PersonRow> = members::table
        .filter(members::id.eq_any(ids))
        .select((
            members::id,
            members::name,
            members::tier,
            (members::email, members::email_key),
            members::email_verified_at,
        ))
        .load(conn)?;
    let people = rows.into_iter().map(|(id, name, tier, (email, index), verified_at)| {
        let tier = tier.map(|code| decode(&code, Tier::parse)).transpose()?;
        let confirmed = email.filter(|_| verified_at.is_some());
        let mailbox = keys.open_address(confirmed.as_deref(), index.as_deref())?;
        Ok((id, Person { name, tier, mailbox }))
    });
    people.collect()
}

/// These members' levels in a thread, where they have one.
pub fn thread_levels(
    conn: &mut Conn,
    thread: ThreadId,
    ids: &[MemberId],
) -> QueryResult<HashMap<MemberId, Level>> {
    let rows: Vec<(MemberId, String)> = thread_members::table
        .filter(thread_members::thread_id.eq(thread))
        .filter(thread_members::member_id.eq_any(ids))
        .select((thread_members::member_id, thread_members::level))
        .load(conn)?;
    levels(rows)
}

/// These members' levels in a board, where they have one.
pub fn board_levels(
    conn: &mut Conn,
    board: BoardId,
    ids: &[MemberId],
) -> QueryResult<HashMap<MemberId, Level>> {
    let rows: Vec<(MemberId, String)> = board_members::table
        .filter(board_members::board_id.eq(board))
        .filter(board_members::member_id.eq_any(ids))
        .select((board_members::member_id, board_members::level))
        .load(conn)?;
    levels(rows)
}

fn levels(rows: Vec<(MemberId, String)>) -> QueryResult<HashMap<MemberId, Level>> {
    rows.into_iter()
        .map(|(member, level)| decode(&level, Level::parse).map(|level| (member, level)))
        .collect()
}

/// What these members chose, where it is not what is usual.
pub fn choices_of(conn: &mut Conn, ids: &[MemberId]) -> QueryResult<HashMap<(MemberId, Kind), Choice>> {
    let rows: Vec<(MemberId, String, String, bool)> =
        notification_choices::table.filter(notification_choices::member_id.eq_any(ids)).load(conn)?;
    let choices = rows.into_iter().map(|(member, kind, mail, shown)| {
        let (kind, mail) = (decode(&kind, Kind::parse)?, decode(&mail, Delivery::parse)?);
        Ok(((member, kind), Choice { mail, shown }))
    });
    choices.collect()
}

/// Writes down what a member chose, in place of what they chose before.
pub fn save_choices(conn: &mut Conn, member: MemberId, choices: &[(Kind, Choice)]) -> QueryResult<()> {
    diesel::delete(notification_choices::table.filter(notification_choices::member_id.eq(member)))
        .execute(conn)?;
    let rows: Vec<_> = choices
        .iter()
        .map(|(kind, choice)| {
            (
                notification_choices::member_id.eq(member),
                notification_choices::kind.eq(kind.code()),
                notification_choices::mail.eq(choice.mail.code()),
                notification_choices::shown.eq(choice.shown),
            )
        })
        .collect();
    on_backend!(conn, |c| diesel::insert_into(notification_choices::table).values(&rows).execute(c))
        .map(|_| ())
}
