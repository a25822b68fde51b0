//! Images in the database. Stand-in.

use diesel::prelude::*;

use crate::clock::Time;
use crate::db::schema::evidence;
use crate::db::{Conn, decode};
use crate::members::MemberId;
use crate::verification::document::rules::Side;
use crate::verification::{CaseId, EvidenceId};

/// An image that is kept, or was.
#[derive(Clone, Debug)]
pub struct Image {
    /// Its number.
    pub id: EvidenceId,
    /// Which side it shows.
    pub side: Side,
    /// Pixels across.
    pub width: i64,
    /// Pixels down.
    pub height: i64,
    /// When it came.
    pub uploaded_at: Time,
    /// When it ended.
    pub destroyed_at: Option<Time>,
}

type Row = (EvidenceId, String, i64, i64, Time, Option<Time>);

/// The images of an attempt.
pub fn of_case(conn: &mut Conn, case: CaseId) -> QueryResult<Vec<Image>> {
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
    let rows = rows.into_iter().map(|(id, side, width, height, uploaded_at, destroyed_at)| {
        let side = decode(&side, Side::parse)?;
        Ok(Image { id, side, width, height, uploaded_at, destroyed_at })
    });
    rows.collect()
}

/// Moves the end of an attempt's images nearer.
pub fn set_end(conn: &mut Conn, case: CaseId, destroy_at: Time) -> QueryResult<usize> {
    let later = evidence::table.filter(evidence::case_id.eq(case)).filter(evidence::destroy_at.gt(destroy_at));
    diesel::update(later).set(evidence::destroy_at.eq(destroy_at)).execute(conn)
}

/// Writes an image down.
pub fn insert(
    conn: &mut Conn,
    case: CaseId,
    member: MemberId,
    side: Side,
    size: (i64, i64),
    now: Time,
) -> QueryResult<EvidenceId> {
    diesel::insert_into(evidence::table)
        .values((
            evidence::case_id.eq(case),
            evidence::member_id.eq(member),
            evidence::side.eq(side.code()),
            evidence::object.eq(format!("{} {} {now}", case.0, side.code())),
            evidence::wrapped_by.eq("none"),
            evidence::wrapped.eq(vec![0_u8]),
            evidence::sealed_hash.eq(""),
            evidence::width.eq(size.0),
            evidence::height.eq(size.1),
            evidence::bytes.eq(0),
            evidence::uploaded_at.eq(now),
            evidence::destroy_at.eq(now + chrono::TimeDelta::days(30)),
        ))
        .returning(evidence::id)
        .get_result(conn)
}
