//! How far announcements got with each member.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Timestamp};

use super::super::AnnouncementId;
use crate::clock::Time;
use crate::db::schema::{announcement_readers, announcements, member_roles, members, posts};
use crate::db::{Conn, decode, on_backend};
use crate::members::MemberId;
use crate::members::rules::{Role, Tier};
use crate::threads::ThreadId;

/// How far an announcement got with one member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    /// When it was on a page that they loaded.
    pub reached_at: Option<Time>,
    /// When they opened it.
    pub read_at: Option<Time>,
    /// When they dismissed its banner.
    pub dismissed_at: Option<Time>,
}

/// Everybody whom an announcement got to.
pub fn readers_of(conn: &mut Conn, id: AnnouncementId) -> QueryResult<Vec<Reader>> {
    let rows: Vec<(Option<Time>, Option<Time>, Option<Time>)> = announcement_readers::table
        .filter(announcement_readers::announcement_id.eq(id))
        .select((
            announcement_readers::reached_at,
            announcement_readers::read_at,
            announcement_readers::dismissed_at,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(reached_at, read_at, dismissed_at)| Reader { reached_at, read_at, dismissed_at })
        .collect())
}

/// Notes how far the announcement of a thread got with a member; what is known already stays. Threads that
/// are no published announcements are passed over.
pub fn note(conn: &mut Conn, thread: ThreadId, member: MemberId, reader: Reader) -> QueryResult<()> {
    let Some(id) = announcements::table
        .filter(announcements::thread_id.eq(thread))
        .select(announcements::id)
        .first::<AnnouncementId>(conn)
        .optional()?
    else {
        return Ok(());
    };
    let keep = |column: &str| {
        sql::<Nullable<Timestamp>>(&format!("COALESCE(announcement_readers.{column}, excluded.{column})"))
    };
    let values = (
        announcement_readers::announcement_id.eq(id),
        announcement_readers::member_id.eq(member),
        announcement_readers::reached_at.eq(reader.reached_at),
        announcement_readers::read_at.eq(reader.read_at),
        announcement_readers::dismissed_at.eq(reader.dismissed_at),
    );
    let insert = diesel::insert_into(announcement_readers::table)
        .values(values)
        .on_conflict((announcement_readers::announcement_id, announcement_readers::member_id))
        .do_update()
        .set((
            announcement_readers::reached_at.eq(keep("reached_at")),
            announcement_readers::read_at.eq(keep("read_at")),
            announcement_readers::dismissed_at.eq(keep("dismissed_at")),
        ));
    on_backend!(conn, |c| insert.execute(c)).map(|_| ())
}

/// Notes that a member dismissed every banner up to this number.
pub fn dismiss_all_to(conn: &mut Conn, member: MemberId, number: i64) -> QueryResult<bool> {
    diesel::update(members::table.find(member).filter(members::banners_dismissed.lt(number)))
        .set(members::banners_dismissed.eq(number))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// When each member wrote their first answer in a thread.
pub fn comments_on(conn: &mut Conn, thread: ThreadId) -> QueryResult<Vec<Time>> {
    let first: Vec<(MemberId, Option<Time>)> = posts::table
        .filter(posts::thread_id.eq(thread))
        .filter(posts::number.gt(1))
        .group_by(posts::author_id)
        .select((posts::author_id, diesel::dsl::min(posts::created_at)))
        .load(conn)?;
    Ok(first.into_iter().filter_map(|(_, at)| at).collect())
}

/// How many members without any role have each tier.
pub fn ordinary_members(conn: &mut Conn) -> QueryResult<Vec<(Option<Tier>, i64)>> {
    let rows: Vec<(Option<String>, i64)> = members::table
        .filter(members::id.ne_all(member_roles::table.select(member_roles::member_id)))
        .group_by(members::tier)
        .select((members::tier, diesel::dsl::count_star()))
        .load(conn)?;
    rows.into_iter()
        .map(|(tier, count)| Ok((tier.map(|code| decode(&code, Tier::parse)).transpose()?, count)))
        .collect()
}

/// A role that a member of a tier holds.
pub type Staff = (MemberId, Option<Tier>, Role);

/// Every role that is held.
pub fn staff(conn: &mut Conn) -> QueryResult<Vec<Staff>> {
    let rows: Vec<(MemberId, Option<String>, String)> = members::table
        .inner_join(member_roles::table)
        .select((members::id, members::tier, member_roles::role))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, tier, role)| {
            let tier = tier.map(|code| decode(&code, Tier::parse)).transpose()?;
            Ok((id, tier, decode(&role, Role::parse)?))
        })
        .collect()
}
