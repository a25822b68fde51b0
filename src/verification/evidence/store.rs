//! Sealed images in the database: everything about them but what they show.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::vault::NewImage;
use crate::clock::Time;
use crate::db::schema::evidence;
use crate::db::{Conn, decode};
use crate::sealing::Wrapped;
use crate::verification::document::rules::Side;
use crate::verification::{CaseId, EvidenceId};

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

/// Adds an image.
pub fn insert(
    conn: &mut Conn,
    new: &NewImage,
    object: &str,
    key: &Wrapped,
    hash: &str,
    now: Time,
) -> QueryResult<EvidenceId> {
    diesel::insert_into(evidence::table)
        .values((
            evidence::case_id.eq(new.case),
            evidence::member_id.eq(new.member),
            evidence::side.eq(new.side.code()),
            evidence::object.eq(object),
            evidence::wrapped_by.eq(&key.by),
            evidence::wrapped.eq(&key.bytes),
            evidence::sealed_hash.eq(hash),
            evidence::width.eq(new.width),
            evidence::height.eq(new.height),
            evidence::bytes.eq(1),
            evidence::uploaded_at.eq(now),
            evidence::destroy_at.eq(now + TimeDelta::days(30)),
        ))
        .returning(evidence::id)
        .get_result(conn)
}

/// The images of a case, those that were destroyed as well.
pub fn of_case(conn: &mut Conn, case: CaseId) -> QueryResult<Vec<Image>> {
    type Row = (EvidenceId, String, i64, i64, Time, Option<Time>);
    let rows: Vec<Row> = evidence::table
        .filter(evidence::case_id.eq(case))
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

/// Ends the images of a case.
pub fn end_case(conn: &mut Conn, case: CaseId, now: Time) -> QueryResult<usize> {
    let these = evidence::table.filter(evidence::case_id.eq(case)).filter(evidence::destroyed_at.is_null());
    diesel::update(these)
        .set((
            evidence::wrapped_by.eq(None::<String>),
            evidence::wrapped.eq(None::<Vec<u8>>),
            evidence::destroyed_at.eq(now),
        ))
        .execute(conn)
}

/// Ends one image.
pub fn end_image(conn: &mut Conn, id: EvidenceId, now: Time) -> QueryResult<usize> {
    let these = evidence::table.find(id).filter(evidence::destroyed_at.is_null());
    diesel::update(these)
        .set((
            evidence::wrapped_by.eq(None::<String>),
            evidence::wrapped.eq(None::<Vec<u8>>),
            evidence::destroyed_at.eq(now),
        ))
        .execute(conn)
}
