//! Sealed images in the database: everything about them but what they show.

pub mod log;
pub mod looks;
mod opening;
pub mod there;

use diesel::prelude::*;

use super::rules::{AFTER_DECISION, BROKEN_OFF, Past, destroy_at};
use crate::clock::Time;
use crate::db::schema::{document_cases, evidence};
use crate::db::{Conn, decode};
use crate::members::MemberId;
use crate::sealing::Wrapped;
use crate::verification::document::rules::{Side, State};
use crate::verification::{CaseId, EvidenceId};

pub use opening::to_open;

/// An image, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Its number.
    pub id: EvidenceId,
    /// What it shows.
    pub side: Side,
    /// Its width.
    pub width: i64,
    /// Its height.
    pub height: i64,
    /// When it was uploaded.
    pub uploaded_at: Time,
    /// When it was destroyed.
    pub destroyed_at: Option<Time>,
}

/// An image that is about to be kept.
#[derive(Clone, Debug)]
pub struct NewRow {
    /// Of which case.
    pub case: CaseId,
    /// Whose.
    pub member: MemberId,
    /// What it shows.
    pub side: Side,
    /// The name of its object.
    pub object: String,
    /// Its key.
    pub key: Wrapped,
    /// SHA-256 of the sealed bytes.
    pub sealed_hash: String,
    /// Its width.
    pub width: i64,
    /// Its height.
    pub height: i64,
    /// How many the sealed bytes are.
    pub bytes: i64,
}

/// What opens an image.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its number.
    pub id: EvidenceId,
    /// Of which case.
    pub case: CaseId,
    /// Whose.
    pub member: MemberId,
    /// What it shows.
    pub side: Side,
    /// The name of its object.
    pub object: String,
    /// Its key.
    pub key: Wrapped,
}

/// An image that is about to be destroyed.
#[derive(Clone, Debug)]
pub struct Doomed {
    /// Its number.
    pub id: EvidenceId,
    /// Of which case.
    pub case: CaseId,
    /// Whose.
    pub member: MemberId,
    /// What it shows.
    pub side: Side,
    /// SHA-256 of the sealed bytes.
    pub sealed_hash: String,
    /// What tells why.
    pub past: Past,
}

/// What a member is told of their images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many are kept.
    pub kept: i64,
    /// Until when at the latest.
    pub until: Option<Time>,
    /// How many were destroyed.
    pub destroyed: i64,
    /// When the last was destroyed.
    pub destroyed_at: Option<Time>,
}

/// Holds a case until the transaction ends: whose it is, and where it stands.
pub fn hold_case(conn: &mut Conn, case: CaseId) -> QueryResult<Option<(MemberId, State)>> {
    let row: Option<(MemberId, String)> = diesel::update(document_cases::table.find(case))
        .set(document_cases::touched_at.eq(document_cases::touched_at))
        .returning((document_cases::member_id, document_cases::state))
        .get_result(conn)
        .optional()?;
    row.map(|(member, state)| Ok((member, decode(&state, State::parse)?))).transpose()
}

/// How many images of a case are there.
pub fn count_of(conn: &mut Conn, case: CaseId) -> QueryResult<i64> {
    let there = evidence::table.filter(evidence::case_id.eq(case)).filter(evidence::destroyed_at.is_null());
    there.count().get_result(conn)
}

/// Adds an image whose object comes next.
pub fn insert(conn: &mut Conn, new: &NewRow, now: Time) -> QueryResult<EvidenceId> {
    diesel::insert_into(evidence::table)
        .values((
            evidence::case_id.eq(new.case),
            evidence::member_id.eq(new.member),
            evidence::side.eq(new.side.code()),
            evidence::object.eq(&new.object),
            evidence::wrapped_by.eq(&new.key.by),
            evidence::wrapped.eq(&new.key.bytes),
            evidence::sealed_hash.eq(&new.sealed_hash),
            evidence::width.eq(new.width),
            evidence::height.eq(new.height),
            evidence::bytes.eq(new.bytes),
            evidence::uploaded_at.eq(now),
            evidence::destroy_at.eq(destroy_at(now, None, None)),
        ))
        .returning(evidence::id)
        .get_result(conn)
}

/// Notes that an image's object is there. Says whether the image still is.
pub fn keep(conn: &mut Conn, id: EvidenceId, now: Time) -> QueryResult<bool> {
    let there = evidence::table.find(id).filter(evidence::destroyed_at.is_null());
    diesel::update(there).set(evidence::kept_at.eq(now)).execute(conn).map(|rows| rows == 1)
}

/// The images of a case, those that were destroyed as well.
pub fn of_case(conn: &mut Conn, case: CaseId) -> QueryResult<Vec<Image>> {
    type Row = (EvidenceId, String, i64, i64, Time, Option<Time>);
    let rows: Vec<Row> = evidence::table
        .filter(evidence::case_id.eq(case))
        .filter(evidence::kept_at.is_not_null())
        .order(evidence::id)
        .select((
            evidence::id,
            evidence::side,
            evidence::width,
            evidence::height,
            evidence::uploaded_at,
            evidence::destroyed_at,
        ))
        .load(conn)?;
    let image = |(id, side, width, height, uploaded_at, destroyed_at): Row| {
        Ok(Image { id, side: decode(&side, Side::parse)?, width, height, uploaded_at, destroyed_at })
    };
    rows.into_iter().map(image).collect()
}

/// Moves the end of a case's images nearer, never further away.
pub fn set_end(conn: &mut Conn, case: CaseId, destroy_at: Time) -> QueryResult<usize> {
    let later = evidence::table
        .filter(evidence::case_id.eq(case))
        .filter(evidence::destroyed_at.is_null())
        .filter(evidence::destroy_at.gt(destroy_at));
    diesel::update(later).set(evidence::destroy_at.eq(destroy_at)).execute(conn)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = evidence)]
struct FoundRow {
    id: EvidenceId,
    case_id: CaseId,
    member_id: MemberId,
    side: String,
    object: String,
    wrapped_by: Option<String>,
    wrapped: Option<Vec<u8>>,
}

impl FoundRow {
    fn read(self) -> QueryResult<Option<Found>> {
        let side = decode(&self.side, Side::parse)?;
        let key = self.wrapped_by.zip(self.wrapped).map(|(by, bytes)| Wrapped { by, bytes });
        Ok(key.map(|key| Found {
            id: self.id,
            case: self.case_id,
            member: self.member_id,
            side,
            object: self.object,
            key,
        }))
    }
}

/// The numbers of images after the one at `after` whose key another wrapping key than `newest` wraps.
pub fn wrapped_by_others(
    conn: &mut Conn,
    newest: &str,
    after: EvidenceId,
    limit: i64,
) -> QueryResult<Vec<EvidenceId>> {
    evidence::table
        .filter(evidence::wrapped_by.ne(newest))
        .filter(evidence::id.gt(after))
        .order(evidence::id)
        .limit(limit)
        .select(evidence::id)
        .load(conn)
}

/// Holds images until the transaction ends.
pub fn hold(conn: &mut Conn, images: &[EvidenceId]) -> QueryResult<usize> {
    let these = evidence::table.filter(evidence::id.eq_any(images));
    diesel::update(these).set(evidence::bytes.eq(evidence::bytes)).execute(conn)
}

/// What opens these images, of those that are there.
pub fn found(conn: &mut Conn, images: &[EvidenceId]) -> QueryResult<Vec<Found>> {
    let rows: Vec<FoundRow> = evidence::table
        .filter(evidence::id.eq_any(images))
        .order(evidence::id)
        .select(FoundRow::as_select())
        .load(conn)?;
    let read: QueryResult<Vec<Option<Found>>> = rows.into_iter().map(FoundRow::read).collect();
    Ok(read?.into_iter().flatten().collect())
}

/// Puts the newly wrapped form of a key in the place of the old one.
pub fn replace_key(conn: &mut Conn, id: EvidenceId, key: &Wrapped) -> QueryResult<()> {
    let there = evidence::table.find(id).filter(evidence::destroyed_at.is_null());
    diesel::update(there)
        .set((evidence::wrapped_by.eq(&key.by), evidence::wrapped.eq(&key.bytes)))
        .execute(conn)
        .map(|_| ())
}

type DoomedRow = (EvidenceId, CaseId, MemberId, String, String, Time, Time, Option<Time>, String);

fn doomed(row: DoomedRow) -> QueryResult<Doomed> {
    let (id, case, member, side, sealed_hash, uploaded_at, destroy_at, kept_at, state) = row;
    let state = decode(&state, State::parse)?;
    let past = Past { state, uploaded_at, destroy_at, is_kept: kept_at.is_some() };
    Ok(Doomed { id, case, member, side: decode(&side, Side::parse)?, sealed_hash, past })
}

/// The numbers of images whose time has come, and of those that were forgotten: their case is withdrawn or expired,
/// or their object never came.
pub fn due(conn: &mut Conn, now: Time, limit: i64) -> QueryResult<Vec<EvidenceId>> {
    let is_over = document_cases::state.eq_any([State::Withdrawn.code(), State::Expired.code()]);
    let is_broken = evidence::kept_at.is_null().and(evidence::uploaded_at.le(now - BROKEN_OFF));
    // A decision that nobody told of ends them all the same.
    let is_decided = document_cases::state
        .eq_any([State::Approved.code(), State::Declined.code()])
        .and(document_cases::decided_at.assume_not_null().le(now - AFTER_DECISION));
    evidence::table
        .inner_join(document_cases::table.on(document_cases::id.eq(evidence::case_id)))
        .filter(evidence::destroyed_at.is_null())
        .filter(evidence::destroy_at.le(now).or(is_over).or(is_broken).or(is_decided))
        .order(evidence::id)
        .limit(limit)
        .select(evidence::id)
        .load(conn)
}

/// The numbers of the images of a case that are there.
pub fn there_of(conn: &mut Conn, case: CaseId) -> QueryResult<Vec<EvidenceId>> {
    evidence::table
        .filter(evidence::case_id.eq(case))
        .filter(evidence::destroyed_at.is_null())
        .order(evidence::id)
        .select(evidence::id)
        .load(conn)
}

/// Drops the keys of these images, of those that are there. Answers with their numbers.
pub fn drop_keys(conn: &mut Conn, images: &[EvidenceId], now: Time) -> QueryResult<Vec<EvidenceId>> {
    let there = evidence::table.filter(evidence::id.eq_any(images)).filter(evidence::destroyed_at.is_null());
    diesel::update(there)
        .set((
            evidence::wrapped_by.eq(None::<String>),
            evidence::wrapped.eq(None::<Vec<u8>>),
            evidence::destroyed_at.eq(now),
        ))
        .returning(evidence::id)
        .get_results(conn)
}

/// What receipts say of these images, by their numbers.
pub fn to_destroy(conn: &mut Conn, images: &[EvidenceId]) -> QueryResult<Vec<Doomed>> {
    let rows: Vec<DoomedRow> = evidence::table
        .inner_join(document_cases::table.on(document_cases::id.eq(evidence::case_id)))
        .filter(evidence::id.eq_any(images))
        .order(evidence::id)
        .select((
            evidence::id,
            evidence::case_id,
            evidence::member_id,
            evidence::side,
            evidence::sealed_hash,
            evidence::uploaded_at,
            evidence::destroy_at,
            evidence::kept_at,
            document_cases::state,
        ))
        .load(conn)?;
    rows.into_iter().map(doomed).collect()
}

/// Objects whose key is gone and that are still to be deleted.
pub fn uncleared(conn: &mut Conn, limit: i64) -> QueryResult<Vec<(EvidenceId, String)>> {
    evidence::table
        .filter(evidence::destroyed_at.is_not_null())
        .filter(evidence::cleared_at.is_null())
        .order((evidence::destroyed_at, evidence::id))
        .limit(limit)
        .select((evidence::id, evidence::object))
        .load(conn)
}

/// Notes that these objects are deleted.
pub fn clear(conn: &mut Conn, images: &[EvidenceId], now: Time) -> QueryResult<usize> {
    let these = evidence::table.filter(evidence::id.eq_any(images)).filter(evidence::cleared_at.is_null());
    diesel::update(these).set(evidence::cleared_at.eq(now)).execute(conn)
}

/// Those of these objects that may be in the storage.
pub fn known(conn: &mut Conn, objects: &[String]) -> QueryResult<Vec<String>> {
    evidence::table
        .filter(evidence::object.eq_any(objects))
        .filter(evidence::cleared_at.is_null())
        .select(evidence::object)
        .load(conn)
}

/// What a member is told of their images.
pub fn summary_of(conn: &mut Conn, member: MemberId) -> QueryResult<Summary> {
    let rows: Vec<(Time, Option<Time>)> = evidence::table
        .filter(evidence::member_id.eq(member))
        .filter(evidence::kept_at.is_not_null())
        .select((evidence::destroy_at, evidence::destroyed_at))
        .load(conn)?;
    Ok(rows.into_iter().fold(Summary::default(), |sum, (until, destroyed)| match destroyed {
        None => Summary { kept: sum.kept + 1, until: sum.until.max(Some(until)), ..sum },
        Some(_) => {
            Summary { destroyed: sum.destroyed + 1, destroyed_at: sum.destroyed_at.max(destroyed), ..sum }
        }
    }))
}
