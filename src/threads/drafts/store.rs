//! Drafts in the database.

use diesel::prelude::*;

use super::rules::{Draft, Place, Words};
use crate::boards::{Audience, BoardId};
use crate::clock::Time;
use crate::db::schema::{drafts, threads};
use crate::db::{Conn, decode, on_backend};
use crate::members::MemberId;
use crate::threads::ThreadId;

type Row = (String, String, String, i64, Time);

fn draft((title, kind, body, sequence, saved_at): Row) -> Draft {
    Draft { words: Words { title, kind, body }, sequence, saved_at }
}

/// What a member is writing in a place.
pub fn find(conn: &mut Conn, member: MemberId, place: Place) -> QueryResult<Option<Draft>> {
    drafts::table
        .find((member, place.code()))
        .select((drafts::title, drafts::kind, drafts::body, drafts::sequence, drafts::saved_at))
        .first(conn)
        .optional()
        .map(|row: Option<Row>| row.map(draft))
}

/// Writes a draft over an older one, and says whether there was an older one.
pub fn replace(conn: &mut Conn, member: MemberId, place: Place, new: &Draft) -> QueryResult<bool> {
    diesel::update(drafts::table.find((member, place.code())).filter(drafts::sequence.lt(new.sequence)))
        .set((
            drafts::title.eq(&new.words.title),
            drafts::kind.eq(&new.words.kind),
            drafts::body.eq(&new.words.body),
            drafts::sequence.eq(new.sequence),
            drafts::saved_at.eq(new.saved_at),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Writes a place's first draft, and says whether it is the first.
pub fn insert(conn: &mut Conn, member: MemberId, place: Place, new: &Draft) -> QueryResult<bool> {
    let row = diesel::insert_into(drafts::table)
        .values((
            drafts::member_id.eq(member),
            drafts::place.eq(place.code()),
            drafts::title.eq(&new.words.title),
            drafts::kind.eq(&new.words.kind),
            drafts::body.eq(&new.words.body),
            drafts::sequence.eq(new.sequence),
            drafts::saved_at.eq(new.saved_at),
        ))
        .on_conflict_do_nothing();
    on_backend!(conn, |c| row.execute(c)).map(|rows| rows == 1)
}

/// Drops what a member was writing in a place.
pub fn delete(conn: &mut Conn, member: MemberId, place: Place) -> QueryResult<()> {
    diesel::delete(drafts::table.find((member, place.code()))).execute(conn).map(|_| ())
}

/// Drops a draft that is older than this saving.
pub fn delete_older(conn: &mut Conn, member: MemberId, place: Place, sequence: i64) -> QueryResult<()> {
    diesel::delete(drafts::table.find((member, place.code())).filter(drafts::sequence.lt(sequence)))
        .execute(conn)
        .map(|_| ())
}

/// What a member is writing, the latest first.
pub fn of_member(conn: &mut Conn, member: MemberId, limit: i64) -> QueryResult<Vec<(Place, Draft)>> {
    let rows: Vec<(String, Row)> = drafts::table
        .filter(drafts::member_id.eq(member))
        .order((drafts::saved_at.desc(), drafts::place))
        .limit(limit)
        .select((
            drafts::place,
            (drafts::title, drafts::kind, drafts::body, drafts::sequence, drafts::saved_at),
        ))
        .load(conn)?;
    rows.into_iter().map(|(place, row)| Ok((decode(&place, Place::parse)?, draft(row)))).collect()
}

/// Drops drafts that were saved last before this time, and says how many.
pub fn drop_before(conn: &mut Conn, time: Time) -> QueryResult<usize> {
    diesel::delete(drafts::table.filter(drafts::saved_at.lt(time))).execute(conn)
}

/// A thread that somebody has a draft for.
#[derive(Clone, Debug)]
pub struct ThreadNamed {
    /// Number.
    pub id: ThreadId,
    /// Its title.
    pub title: String,
    /// Its name in addresses.
    pub slug: String,
    /// Where it stands.
    pub board: BoardId,
    /// Who it exists for.
    pub audience: Audience,
}

/// The threads of these numbers.
pub fn threads(conn: &mut Conn, ids: &[ThreadId]) -> QueryResult<Vec<ThreadNamed>> {
    let rows: Vec<(ThreadId, String, String, BoardId, Audience)> = threads::table
        .filter(threads::id.eq_any(ids))
        .select((threads::id, threads::title, threads::slug, threads::board_id, threads::audience))
        .load(conn)?;
    let named = |(id, title, slug, board, audience)| ThreadNamed { id, title, slug, board, audience };
    Ok(rows.into_iter().map(named).collect())
}
