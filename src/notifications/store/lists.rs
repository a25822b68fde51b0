//! Notifications as a list shows them, with what they tell of as it is now.

use diesel::prelude::*;

use crate::acts::rules::ActKind;
use crate::boards::{Audience, BoardId};
use crate::clock::Time;
use crate::db::schema::{acts, members, notifications, posts, threads};
use crate::db::{Conn, decode};
use crate::members::MemberId;
use crate::notifications::NotificationId;
use crate::notifications::rules::Kind;
use crate::threads::{PostId, ThreadId};

/// A notification with what it tells of.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Number.
    pub id: NotificationId,
    /// What it tells of.
    pub kind: Kind,
    /// When that happened.
    pub happened_at: Time,
    /// How many likes are gathered in it.
    pub gathered: i64,
    /// What it says beyond the rest.
    pub detail: String,
    /// Whether it is read.
    pub is_read: bool,
    /// Name of whoever did it.
    pub actor: Option<String>,
    /// Where it happened.
    pub place: Option<Place>,
    /// The act it tells of.
    pub act: Option<Act>,
}

/// Where something happened.
#[derive(Clone, Debug)]
pub struct Place {
    /// The thread.
    pub thread: ThreadId,
    /// Its title.
    pub title: String,
    /// Its name in addresses.
    pub slug: String,
    /// Its board.
    pub board: BoardId,
    /// Who it exists for.
    pub audience: Audience,
    /// The post, its number, and whether it was removed.
    pub post: Option<(PostId, i64, bool)>,
}

/// An act of staff.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// Its number.
    pub id: i64,
    /// What was done.
    pub kind: ActKind,
}

/// Where a page of the list begins: below this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    /// When it happened.
    pub happened_at: Time,
    /// Its number.
    pub id: i64,
}

/// Which notifications of a member.
#[derive(Clone, Debug)]
pub enum Which<'a> {
    /// The newest, or those after one.
    Newest(Option<After>),
    /// These.
    These(&'a [NotificationId]),
}

type Own = (NotificationId, String, Time, i64, String, Option<Time>);
type ThreadColumns = Option<(ThreadId, String, String, BoardId, Audience)>;
type PostColumns = Option<(PostId, i64, Option<Time>)>;
type Row = (Own, Option<String>, ThreadColumns, PostColumns, Option<(i64, String)>);

/// Notifications of a member, the newest first.
pub fn list(conn: &mut Conn, member: MemberId, which: &Which<'_>, limit: i64) -> QueryResult<Vec<Listed>> {
    let base = notifications::table
        .left_join(threads::table)
        .left_join(posts::table.on(posts::id.nullable().eq(notifications::post_id)))
        .left_join(members::table.on(members::id.nullable().eq(notifications::actor_id)))
        .left_join(acts::table.on(acts::id.nullable().eq(notifications::act_id)))
        .filter(notifications::member_id.eq(member))
        .order((notifications::happened_at.desc(), notifications::id.desc()))
        .limit(limit)
        .select((
            (
                notifications::id,
                notifications::kind,
                notifications::happened_at,
                notifications::gathered,
                notifications::detail,
                notifications::read_at,
            ),
            members::name.nullable(),
            (threads::id, threads::title, threads::slug, threads::board_id, threads::audience).nullable(),
            (posts::id, posts::number, posts::removed_at).nullable(),
            (acts::id, acts::kind).nullable(),
        ));
    let rows: Vec<Row> = match which {
        Which::Newest(None) => base.load(conn)?,
        Which::Newest(Some(After { happened_at, id })) => base
            .filter(notifications::happened_at.le(happened_at))
            .filter(notifications::happened_at.lt(happened_at).or(notifications::id.lt(id)))
            .load(conn)?,
        Which::These(ids) => base.filter(notifications::id.eq_any(*ids)).load(conn)?,
    };
    rows.into_iter().map(listed).collect()
}

fn listed((own, actor, thread, post, act): Row) -> QueryResult<Listed> {
    let (id, kind, happened_at, gathered, detail, read_at) = own;
    let post = post.map(|(post, number, removed_at)| (post, number, removed_at.is_some()));
    let place = thread.map(|(thread, title, slug, board, audience)| Place {
        thread,
        title,
        slug,
        board,
        audience,
        post,
    });
    let act = act.map(|(id, kind)| decode(&kind, ActKind::parse).map(|kind| Act { id, kind })).transpose()?;
    Ok(Listed {
        id,
        kind: decode(&kind, Kind::parse)?,
        happened_at,
        gathered,
        detail,
        is_read: read_at.is_some(),
        actor,
        place,
        act,
    })
}
