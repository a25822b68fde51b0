//! Pictures in the database.

use diesel::prelude::*;

use super::UploadId;
use crate::clock::Time;
use crate::db::schema::{drafts, post_revisions, post_uploads, uploads};
use crate::db::{Conn, decode, on_backend};
use crate::members::MemberId;
use crate::text::images::ImageName;
use crate::threads::PostId;

/// A picture that is about to be kept.
#[derive(Clone, Debug)]
pub struct NewUpload<'a> {
    /// Its name.
    pub name: &'a ImageName,
    /// Who uploads it.
    pub member: MemberId,
    /// The bytes of all its files.
    pub bytes: i64,
    /// What it shows.
    pub alt: &'a str,
    /// When.
    pub at: Time,
}

/// A picture that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its number.
    pub id: UploadId,
    /// Its name.
    pub name: ImageName,
    /// What it shows.
    pub alt: String,
    /// When it was uploaded.
    pub at: Time,
}

type Row = (UploadId, String, String, Time);

fn upload((id, name, alt, at): Row) -> QueryResult<Upload> {
    Ok(Upload { id, name: decode(&name, ImageName::parse)?, alt, at })
}

/// Adds a picture, or hands one that is there already over to whoever uploads it now. Says whether it may be used:
/// not while its files are being deleted.
pub fn claim(conn: &mut Conn, new: &NewUpload<'_>) -> QueryResult<bool> {
    let (width, height) = new.name.size();
    let name = new.name.file_name();
    let insert = diesel::insert_into(uploads::table)
        .values((
            uploads::name.eq(&name),
            uploads::member_id.eq(new.member),
            uploads::width.eq(i64::from(width)),
            uploads::height.eq(i64::from(height)),
            uploads::bytes.eq(new.bytes),
            uploads::alt.eq(new.alt),
            uploads::created_at.eq(new.at),
        ))
        .on_conflict(uploads::name)
        .do_update()
        .set((
            uploads::member_id.eq(new.member),
            uploads::bytes.eq(new.bytes),
            uploads::alt.eq(new.alt),
            uploads::created_at.eq(new.at),
        ))
        .returning(uploads::removed_at.is_null());
    on_backend!(conn, |c| insert.get_result(c))
}

/// How many pictures a member uploaded since then.
pub fn count_since(conn: &mut Conn, member: MemberId, since: Time) -> QueryResult<i64> {
    uploads::table
        .filter(uploads::member_id.eq(member))
        .filter(uploads::created_at.gt(since))
        .count()
        .get_result(conn)
}

/// A member's newest pictures.
pub fn newest_of(conn: &mut Conn, member: MemberId, limit: i64) -> QueryResult<Vec<Upload>> {
    let rows: Vec<Row> = uploads::table
        .filter(uploads::member_id.eq(member))
        .filter(uploads::removed_at.is_null())
        .order((uploads::created_at.desc(), uploads::id.desc()))
        .limit(limit)
        .select((uploads::id, uploads::name, uploads::alt, uploads::created_at))
        .load(conn)?;
    rows.into_iter().map(upload).collect()
}

/// Locks those of these pictures that may be used, until the transaction ends: nobody marks them meanwhile.
pub fn lock_named(conn: &mut Conn, names: &[String]) -> QueryResult<Vec<UploadId>> {
    let present = uploads::table.filter(uploads::name.eq_any(names)).filter(uploads::removed_at.is_null());
    diesel::update(present).set(uploads::bytes.eq(uploads::bytes)).returning(uploads::id).get_results(conn)
}

/// Locks these pictures until the transaction ends: nobody begins to use them meanwhile.
pub fn lock(conn: &mut Conn, pictures: &[UploadId]) -> QueryResult<Vec<UploadId>> {
    let these = uploads::table.filter(uploads::id.eq_any(pictures)).filter(uploads::removed_at.is_null());
    diesel::update(these).set(uploads::bytes.eq(uploads::bytes)).returning(uploads::id).get_results(conn)
}

/// The pictures that a post is known to name.
pub fn of_post(conn: &mut Conn, post: PostId) -> QueryResult<Vec<UploadId>> {
    post_uploads::table
        .filter(post_uploads::post_id.eq(post))
        .order(post_uploads::upload_id)
        .select(post_uploads::upload_id)
        .load(conn)
}

/// Notes that a post names these pictures.
pub fn tie(conn: &mut Conn, post: PostId, pictures: &[UploadId]) -> QueryResult<()> {
    let rows: Vec<_> = pictures
        .iter()
        .map(|picture| (post_uploads::post_id.eq(post), post_uploads::upload_id.eq(*picture)))
        .collect();
    let insert = diesel::insert_into(post_uploads::table).values(rows);
    on_backend!(conn, |c| insert.execute(c)).map(|_| ())
}

/// Notes that a post names these pictures no more.
pub fn untie(conn: &mut Conn, post: PostId, pictures: &[UploadId]) -> QueryResult<()> {
    let gone = post_uploads::table
        .filter(post_uploads::post_id.eq(post))
        .filter(post_uploads::upload_id.eq_any(pictures));
    diesel::delete(gone).execute(conn).map(|_| ())
}

/// The pictures uploaded before `until` that no post uses, at most `limit` of them, with whoever uploaded them.
pub fn unused(conn: &mut Conn, until: Time, limit: i64) -> QueryResult<Vec<(UploadId, MemberId, String)>> {
    uploads::table
        .filter(uploads::created_at.lt(until))
        .filter(uploads::removed_at.is_null())
        .filter(diesel::dsl::not(diesel::dsl::exists(
            post_uploads::table.filter(post_uploads::upload_id.eq(uploads::id)),
        )))
        .order((uploads::created_at, uploads::id))
        .limit(limit)
        .select((uploads::id, uploads::member_id, uploads::name))
        .load(conn)
}

/// The words that these members have begun and not posted yet.
pub fn drafts_of(conn: &mut Conn, members: &[MemberId]) -> QueryResult<Vec<String>> {
    drafts::table.filter(drafts::member_id.eq_any(members)).select(drafts::body).load(conn)
}

/// The words that a post's history shows.
pub fn history_of(conn: &mut Conn, post: PostId) -> QueryResult<Vec<String>> {
    post_revisions::table
        .filter(post_revisions::post_id.eq(post))
        .filter(post_revisions::hidden_at.is_null())
        .select(post_revisions::body)
        .load(conn)
}

/// Keeps pictures for as long as if they had been uploaded now.
pub fn renew(conn: &mut Conn, pictures: &[UploadId], now: Time) -> QueryResult<usize> {
    let these = uploads::table.filter(uploads::id.eq_any(pictures));
    diesel::update(these).set(uploads::created_at.eq(now)).execute(conn)
}

/// Marks pictures as being removed.
pub fn mark(conn: &mut Conn, pictures: &[UploadId], now: Time) -> QueryResult<usize> {
    let marking = uploads::table.filter(uploads::id.eq_any(pictures)).filter(uploads::removed_at.is_null());
    diesel::update(marking).set(uploads::removed_at.eq(now)).execute(conn)
}

/// The pictures that are being removed, whoever marked them.
pub fn marked(conn: &mut Conn, limit: i64) -> QueryResult<Vec<Upload>> {
    let rows: Vec<Row> = uploads::table
        .filter(uploads::removed_at.is_not_null())
        .order((uploads::created_at, uploads::id))
        .limit(limit)
        .select((uploads::id, uploads::name, uploads::alt, uploads::created_at))
        .load(conn)?;
    rows.into_iter().map(upload).collect()
}

/// Drops the rows of pictures whose files are gone.
pub fn drop_marked(conn: &mut Conn, gone: &[UploadId]) -> QueryResult<usize> {
    let rows = uploads::table.filter(uploads::id.eq_any(gone)).filter(uploads::removed_at.is_not_null());
    diesel::delete(rows).execute(conn)
}

/// Every picture that may be used, by its number, after `after`.
pub fn page(conn: &mut Conn, after: UploadId, limit: i64) -> QueryResult<Vec<Upload>> {
    let rows: Vec<Row> = uploads::table
        .filter(uploads::id.gt(after))
        .filter(uploads::removed_at.is_null())
        .order(uploads::id)
        .limit(limit)
        .select((uploads::id, uploads::name, uploads::alt, uploads::created_at))
        .load(conn)?;
    rows.into_iter().map(upload).collect()
}
