//! Notifications in the database; who could be told is beside, in `people`, and what a list shows in `lists`.

mod decisions;
mod lists;
mod people;
mod rollouts;

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

pub use decisions::{Decision, closed_case, decision, let_through, reporters};
pub use lists::{Act, After, Listed, Place, Which, list};
pub use people::{
    Person, Subject, board_levels, choices_of, everybody, followers_of_board, followers_of_thread, mentioned,
    people, quoted, save_choices, subject, subject_of_thread, thread_levels,
};
pub use rollouts::{drop_watchers, shown_in, watching};

use super::NotificationId;
use super::rules::Kind;
use crate::clock::Time;
use crate::db::schema::{members, notifications, post_likes, posts, told_likes};
use crate::db::{Conn, decode, on_backend};
use crate::members::MemberId;
use crate::threads::{PostId, ThreadId};

/// A notification about to be written.
#[derive(Clone, Debug)]
pub struct New<'a> {
    /// Who is told.
    pub member: MemberId,
    /// What is told once.
    pub key: &'a str,
    /// What it tells of.
    pub kind: Kind,
    /// When it happened.
    pub happened_at: Time,
    /// Who did it.
    pub actor: Option<MemberId>,
    /// In which thread.
    pub thread: Option<ThreadId>,
    /// In which post.
    pub post: Option<PostId>,
    /// The act it tells of.
    pub act: Option<i64>,
    /// What it says beyond that.
    pub detail: &'a str,
    /// Since when it waits for the daily mail.
    pub waits_since: Option<Time>,
}

/// Writes notifications.
pub fn insert(conn: &mut Conn, new: &[New<'_>]) -> QueryResult<()> {
    let rows: Vec<_> = new
        .iter()
        .map(|one| {
            (
                notifications::member_id.eq(one.member),
                notifications::key.eq(one.key),
                notifications::kind.eq(one.kind.code()),
                notifications::happened_at.eq(one.happened_at),
                notifications::actor_id.eq(one.actor),
                notifications::thread_id.eq(one.thread),
                notifications::post_id.eq(one.post),
                notifications::act_id.eq(one.act),
                notifications::detail.eq(one.detail),
                notifications::waits_since.eq(one.waits_since),
            )
        })
        .collect();
    on_backend!(conn, |c| diesel::insert_into(notifications::table).values(&rows).execute(c)).map(|_| ())
}

/// What of these members was told under this key: the kind, and whether it is read.
pub fn told(conn: &mut Conn, ids: &[MemberId], key: &str) -> QueryResult<HashMap<MemberId, (Kind, bool)>> {
    let rows: Vec<(MemberId, String, Option<Time>)> = notifications::table
        .filter(notifications::member_id.eq_any(ids))
        .filter(notifications::key.eq(key))
        .select((notifications::member_id, notifications::kind, notifications::read_at))
        .load(conn)?;
    let told = rows.into_iter().map(|(member, kind, read_at)| {
        decode(&kind, Kind::parse).map(|kind| (member, (kind, read_at.is_some())))
    });
    told.collect()
}

/// Makes what these members were told stronger, and unread again.
pub fn strengthen(conn: &mut Conn, ids: &[MemberId], key: &str, kind: Kind, now: Time) -> QueryResult<()> {
    let told =
        notifications::table.filter(notifications::member_id.eq_any(ids)).filter(notifications::key.eq(key));
    diesel::update(told)
        .set((
            notifications::kind.eq(kind.code()),
            notifications::happened_at.eq(now),
            notifications::read_at.eq(None::<Time>),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Gathers one more like into a notification that is not read yet.
pub fn gather(conn: &mut Conn, member: MemberId, key: &str, by: MemberId, at: Time) -> QueryResult<()> {
    let told =
        notifications::table.filter(notifications::member_id.eq(member)).filter(notifications::key.eq(key));
    diesel::update(told)
        .set((
            notifications::gathered.eq(notifications::gathered + 1),
            notifications::actor_id.eq(by),
            notifications::happened_at.eq(at),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Begins anew what was read: a like after the others were seen.
pub fn renew(
    conn: &mut Conn,
    member: MemberId,
    key: &str,
    by: MemberId,
    at: Time,
    waits_since: Option<Time>,
) -> QueryResult<()> {
    let told =
        notifications::table.filter(notifications::member_id.eq(member)).filter(notifications::key.eq(key));
    diesel::update(told)
        .set((
            notifications::gathered.eq(1),
            notifications::actor_id.eq(by),
            notifications::happened_at.eq(at),
            notifications::read_at.eq(None::<Time>),
            notifications::waits_since.eq(waits_since),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Whether a like still stands.
pub fn still_likes(conn: &mut Conn, post: PostId, by: MemberId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(post_likes::table.find((post, by)))).get_result(conn)
}

/// Notes that a like was told, and says whether it was not before.
pub fn note_like(conn: &mut Conn, post: PostId, by: MemberId) -> QueryResult<bool> {
    let row = diesel::insert_into(told_likes::table)
        .values((told_likes::post_id.eq(post), told_likes::member_id.eq(by)))
        .on_conflict_do_nothing();
    on_backend!(conn, |c| row.execute(c)).map(|rows| rows == 1)
}

/// Adds to the unread notifications of these members.
pub fn add_unread(conn: &mut Conn, ids: &[MemberId], change: i64) -> QueryResult<()> {
    diesel::update(members::table.filter(members::id.eq_any(ids)))
        .set(members::unread_notifications.eq(members::unread_notifications + change))
        .execute(conn)
        .map(|_| ())
}

/// Marks one of a member's notifications as read, and says how many that were: one or none.
pub fn mark_read(conn: &mut Conn, member: MemberId, id: NotificationId, now: Time) -> QueryResult<usize> {
    let unread = notifications::table
        .find(id.0)
        .filter(notifications::member_id.eq(member))
        .filter(notifications::read_at.is_null());
    diesel::update(unread).set(notifications::read_at.eq(now)).execute(conn)
}

/// Marks what a member was told up to this notification as read, and says how many that were.
pub fn mark_all_read(conn: &mut Conn, member: MemberId, up_to: i64, now: Time) -> QueryResult<usize> {
    let unread = notifications::table
        .filter(notifications::member_id.eq(member))
        .filter(notifications::id.le(up_to))
        .filter(notifications::read_at.is_null());
    diesel::update(unread).set(notifications::read_at.eq(now)).execute(conn)
}

/// Marks what a member was told of the posts of a thread up to this number as read, and says how many that were.
/// Likes and decisions are about more than the words, so they stay.
pub fn mark_seen(
    conn: &mut Conn,
    member: MemberId,
    thread: ThreadId,
    up_to: i64,
    now: Time,
) -> QueryResult<usize> {
    let shown = posts::table
        .filter(posts::thread_id.eq(thread))
        .filter(posts::number.le(up_to))
        .select(posts::id.nullable());
    let of_words =
        [Kind::Mention, Kind::Quote, Kind::Reply, Kind::Thread, Kind::Announcement].map(Kind::code);
    let unread = notifications::table
        .filter(notifications::member_id.eq(member))
        .filter(notifications::thread_id.eq(thread))
        .filter(notifications::read_at.is_null())
        .filter(notifications::kind.eq_any(of_words))
        .filter(notifications::post_id.eq_any(shown));
    diesel::update(unread).set(notifications::read_at.eq(now)).execute(conn)
}

/// In which of these threads these members have something unread.
pub fn unread_in(
    conn: &mut Conn,
    ids: &[MemberId],
    threads: &[ThreadId],
) -> QueryResult<HashSet<(MemberId, Option<ThreadId>)>> {
    let rows: Vec<(MemberId, Option<ThreadId>)> = notifications::table
        .filter(notifications::member_id.eq_any(ids))
        .filter(notifications::thread_id.eq_any(threads))
        .filter(notifications::read_at.is_null())
        .select((notifications::member_id, notifications::thread_id))
        .distinct()
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// A member for whom something waits for the daily mail since before `since`.
pub fn next_waiting(conn: &mut Conn, since: Time) -> QueryResult<Option<MemberId>> {
    notifications::table
        .filter(notifications::waits_since.is_not_null())
        .filter(notifications::waits_since.lt(since))
        .order((notifications::waits_since, notifications::member_id))
        .select(notifications::member_id)
        .first(conn)
        .optional()
}

/// Takes what waits for a member's daily mail since before `since`: nobody else gets it. Answers with what is
/// still unread of it.
pub fn take_waiting(conn: &mut Conn, member: MemberId, since: Time) -> QueryResult<Vec<NotificationId>> {
    let waiting = notifications::table
        .filter(notifications::member_id.eq(member))
        .filter(notifications::waits_since.is_not_null())
        .filter(notifications::waits_since.lt(since));
    let taken: Vec<(NotificationId, Option<Time>)> = diesel::update(waiting)
        .set(notifications::waits_since.eq(None::<Time>))
        .returning((notifications::id, notifications::read_at))
        .get_results(conn)?;
    Ok(taken.into_iter().filter(|(_, read_at)| read_at.is_none()).map(|(id, _)| id).collect())
}
