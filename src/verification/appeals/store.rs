//! Appeals in the database, and what they are about.

mod grounds;

use diesel::prelude::*;

use super::AppealId;
use super::rules::{Adverse, Against, Outcome, What};
use crate::clock::Time;
use crate::db::schema::{members, verification_appeals};
use crate::db::{Conn, decode};
use crate::members::MemberId;

pub use grounds::{Held, cases_of_calls, grants, revokers, said};

/// An appeal.
#[derive(Clone, Debug)]
pub struct Appeal {
    /// Its number.
    pub id: AppealId,
    /// Whose.
    pub member: MemberId,
    /// Against which decision.
    pub against: Against,
    /// The number of what that was about.
    pub about: i64,
    /// When that was decided.
    pub against_at: Time,
    /// The words, sealed.
    pub words: String,
    /// When it was written.
    pub appealed_at: Time,
    /// By when it is decided.
    pub due_at: Time,
    /// How it was decided, why, and when.
    pub decided: Option<(Outcome, String, Time)>,
}

type Row = (
    AppealId,
    MemberId,
    (Option<i64>, Option<i64>, Option<i64>),
    (String, Time),
    String,
    (Time, Time),
    (Option<String>, Option<String>, Option<Time>),
);

type Columns = (
    verification_appeals::id,
    verification_appeals::member_id,
    (verification_appeals::case_id, verification_appeals::call_id, verification_appeals::grant_id),
    (verification_appeals::against, verification_appeals::against_at),
    verification_appeals::words,
    (verification_appeals::appealed_at, verification_appeals::due_at),
    (verification_appeals::outcome, verification_appeals::reason, verification_appeals::decided_at),
);

const COLUMNS: Columns = (
    verification_appeals::id,
    verification_appeals::member_id,
    (verification_appeals::case_id, verification_appeals::call_id, verification_appeals::grant_id),
    (verification_appeals::against, verification_appeals::against_at),
    verification_appeals::words,
    (verification_appeals::appealed_at, verification_appeals::due_at),
    (verification_appeals::outcome, verification_appeals::reason, verification_appeals::decided_at),
);

fn read(row: Row) -> QueryResult<Appeal> {
    let (id, member, (case, call, grant), (against, against_at), words, (appealed_at, due_at), decided) = row;
    let (outcome, reason, decided_at) = decided;
    let outcome = outcome.map(|code| decode(&code, Outcome::parse)).transpose()?;
    Ok(Appeal {
        id,
        member,
        against: decode(&against, Against::parse)?,
        about: case.or(call).or(grant).ok_or(diesel::result::Error::NotFound)?,
        against_at,
        words,
        appealed_at,
        due_at,
        decided: outcome.zip(reason).zip(decided_at).map(|((outcome, reason), at)| (outcome, reason, at)),
    })
}

/// Writes an appeal. The database refuses a second one against the same decision.
pub fn insert(
    conn: &mut Conn,
    adverse: &Adverse,
    words: &str,
    (now, due): (Time, Time),
) -> QueryResult<AppealId> {
    let about = |what| (adverse.against.what() == what).then_some(adverse.id);
    diesel::insert_into(verification_appeals::table)
        .values((
            verification_appeals::member_id.eq(adverse.member),
            verification_appeals::case_id.eq(about(What::Document)),
            verification_appeals::call_id.eq(about(What::Call)),
            verification_appeals::grant_id.eq(about(What::Grant)),
            verification_appeals::against.eq(adverse.against.code()),
            verification_appeals::against_at.eq(adverse.at),
            verification_appeals::words.eq(words),
            verification_appeals::appealed_at.eq(now),
            verification_appeals::due_at.eq(due),
        ))
        .returning(verification_appeals::id)
        .get_result(conn)
}

/// One appeal.
pub fn find(conn: &mut Conn, id: AppealId) -> QueryResult<Option<Appeal>> {
    let row: Option<Row> = verification_appeals::table.find(id).select(COLUMNS).first(conn).optional()?;
    row.map(read).transpose()
}

/// Every appeal of a member, the newest first: as many as a page shows.
pub fn of_member(conn: &mut Conn, member: MemberId, limit: i64) -> QueryResult<Vec<Appeal>> {
    let rows: Vec<Row> = verification_appeals::table
        .filter(verification_appeals::member_id.eq(member))
        .order(verification_appeals::id.desc())
        .limit(limit)
        .select(COLUMNS)
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// An appeal that waits, and whose it is.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The appeal.
    pub appeal: Appeal,
    /// The member's name.
    pub name: String,
    /// The member's name in addresses.
    pub handle: String,
}

/// Appeals that nobody has decided yet, by the day on which they are due, from behind one of them.
pub fn waiting(conn: &mut Conn, after: (Time, AppealId), limit: i64) -> QueryResult<Vec<Waiting>> {
    let (due, id) = after;
    let rows: Vec<(Row, (String, String))> = verification_appeals::table
        .inner_join(members::table.on(members::id.eq(verification_appeals::member_id)))
        .filter(verification_appeals::decided_at.is_null())
        .filter(
            verification_appeals::due_at
                .gt(due)
                .or(verification_appeals::due_at.eq(due).and(verification_appeals::id.gt(id))),
        )
        .order((verification_appeals::due_at, verification_appeals::id))
        .limit(limit)
        .select((COLUMNS, (members::name, members::handle)))
        .load(conn)?;
    let waiting =
        rows.into_iter().map(|(row, (name, handle))| Ok(Waiting { appeal: read(row)?, name, handle }));
    waiting.collect()
}

/// Notes how an appeal was decided, by whom and why, and says whether it was still open.
pub fn decide(
    conn: &mut Conn,
    id: AppealId,
    by: MemberId,
    (outcome, reason): (Outcome, &str),
    now: Time,
) -> QueryResult<bool> {
    let open = verification_appeals::table
        .filter(verification_appeals::id.eq(id))
        .filter(verification_appeals::decided_at.is_null());
    let decided = diesel::update(open)
        .set((
            verification_appeals::decided_at.eq(now),
            verification_appeals::decided_by.eq(by),
            verification_appeals::outcome.eq(outcome.code()),
            verification_appeals::reason.eq(reason),
        ))
        .execute(conn)?;
    Ok(decided == 1)
}

/// When the last decision against a member that closes documents to them was reversed.
pub fn forgiven_at(conn: &mut Conn, member: MemberId) -> QueryResult<Option<Time>> {
    verification_appeals::table
        .filter(verification_appeals::member_id.eq(member))
        .filter(verification_appeals::outcome.eq(Outcome::Reverse.code()))
        .select(diesel::dsl::max(verification_appeals::decided_at))
        .first(conn)
}

/// Whether an appeal against the decision of then on this grant was granted.
pub fn is_reversed(conn: &mut Conn, grant: i64, at: Time) -> QueryResult<bool> {
    let reversed = verification_appeals::table
        .filter(verification_appeals::grant_id.eq(grant))
        .filter(verification_appeals::against_at.eq(at))
        .filter(verification_appeals::outcome.eq(Outcome::Reverse.code()));
    diesel::select(diesel::dsl::exists(reversed)).get_result(conn)
}
