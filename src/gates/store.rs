//! Gates and tests in the database. What counts as passed is read from the tables of verification.

use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::TestId;
use super::rules::{Arm, Change, Facts, Gate, Step, parse_steps, steps_code};
use crate::boards::BoardId;
use crate::clock::Time;
use crate::db::schema::{
    board_gates, boards, document_cases, member_roles, members, newcomer_tests, phone_checks, test_arms,
};
use crate::db::{Conn, decode, on_backend};
use crate::members::MemberId;

/// Written out, so that the index over phones that are not released holds them.
const PASSED_PHONE: &str =
    "phone_checks.state <> 'released' AND (phone_checks.state = 'verified' OR phone_checks.state = 'waived')";

type FactsRow = ((bool, bool, bool), (bool, bool, bool), Option<String>, Option<String>);

/// What a gate needs to know of a member, and what the board asks for in which they are about to write.
pub fn facts(conn: &mut Conn, member: MemberId, board: Option<BoardId>) -> QueryResult<(Facts, Gate)> {
    // No board has this number.
    let board = board.unwrap_or(BoardId(0));
    let asks = |step: Step| exists(board_gates::table.find((board, step.code())));
    let row: FactsRow = members::table
        .left_join(newcomer_tests::table.on(newcomer_tests::running.eq(1)))
        .left_join(
            test_arms::table.on(test_arms::member_id
                .eq(members::id)
                .and(test_arms::test_id.nullable().eq(newcomer_tests::id.nullable()))),
        )
        .filter(members::id.eq(member))
        .select((
            (
                exists(member_roles::table.filter(member_roles::member_id.eq(member))),
                exists(
                    phone_checks::table
                        .filter(phone_checks::member_id.eq(member))
                        .filter(sql::<Bool>(PASSED_PHONE)),
                ),
                exists(
                    document_cases::table
                        .filter(document_cases::member_id.eq(member))
                        .filter(document_cases::state.eq("approved")),
                ),
            ),
            (
                asks(Step::Phone),
                asks(Step::Document),
                exists(boards::table.find(board).filter(boards::is_help.eq(true))),
            ),
            newcomer_tests::steps.nullable(),
            test_arms::arm.nullable(),
        ))
        .first(conn)?;
    read_facts(row)
}

fn read_facts(
    ((is_staff, phone, document), (asks_phone, asks_document, is_help), tested, arm): FactsRow,
) -> QueryResult<(Facts, Gate)> {
    let steps = |phone: bool, document: bool| {
        let each = [phone.then_some(Step::Phone), document.then_some(Step::Document)];
        each.into_iter().flatten().collect::<Vec<_>>()
    };
    let facts = Facts {
        is_staff,
        passed: steps(phone, document),
        tested: tested.map_or(Ok(Vec::new()), |tested| decode(&tested, parse_steps))?,
        arm: arm.map(|arm| decode(&arm, Arm::parse)).transpose()?,
    };
    Ok((facts, Gate { steps: steps(asks_phone, asks_document), is_help }))
}

/// What each board asks for that is no help board, in the order of boards.
pub fn gates(conn: &mut Conn) -> QueryResult<Vec<(BoardId, Step)>> {
    let rows: Vec<(BoardId, String)> = board_gates::table
        .inner_join(boards::table)
        .filter(boards::is_help.eq(false))
        .order((board_gates::board_id, board_gates::step.desc()))
        .select((board_gates::board_id, board_gates::step))
        .load(conn)?;
    rows.into_iter().map(|(board, step)| Ok((board, decode(&step, Step::parse)?))).collect()
}

/// Asks for a step in a board, and says whether it was not asked for until now.
pub fn ask(conn: &mut Conn, change: Change, by: MemberId, now: Time) -> QueryResult<bool> {
    let row = diesel::insert_into(board_gates::table)
        .values((
            board_gates::board_id.eq(change.board),
            board_gates::step.eq(change.step.code()),
            board_gates::required_at.eq(now),
            board_gates::required_by.eq(by),
        ))
        .on_conflict_do_nothing();
    on_backend!(conn, |c| row.execute(c)).map(|rows| rows == 1)
}

/// Asks for a step no longer, and says whether it was asked for until now.
pub fn lift(conn: &mut Conn, change: Change) -> QueryResult<bool> {
    diesel::delete(board_gates::table.find((change.board, change.step.code())))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// A test that somebody starts.
#[derive(Clone, Debug)]
pub struct NewTest {
    /// What it asks for.
    pub steps: Vec<Step>,
    /// Of how many, in percent.
    pub percent: i64,
    /// What the order is computed with.
    pub salt: String,
    /// Why.
    pub reason: String,
}

/// A test.
#[derive(Clone, Debug)]
pub struct Test {
    /// Its number.
    pub id: TestId,
    /// What it asks for.
    pub steps: Vec<Step>,
    /// Of how many, in percent.
    pub percent: i64,
    /// What the order is computed with.
    pub salt: String,
    /// Why it was started.
    pub reason: String,
    /// Since when.
    pub started_at: Time,
    /// Until when; nothing while it runs.
    pub ended_at: Option<Time>,
}

type TestRow = (TestId, String, i64, String, String, Time, Option<Time>);
type TestColumns = (
    newcomer_tests::id,
    newcomer_tests::steps,
    newcomer_tests::percent,
    newcomer_tests::salt,
    newcomer_tests::reason,
    newcomer_tests::started_at,
    newcomer_tests::ended_at,
);
const TEST: TestColumns = (
    newcomer_tests::id,
    newcomer_tests::steps,
    newcomer_tests::percent,
    newcomer_tests::salt,
    newcomer_tests::reason,
    newcomer_tests::started_at,
    newcomer_tests::ended_at,
);

fn test((id, steps, percent, salt, reason, started_at, ended_at): TestRow) -> QueryResult<Test> {
    Ok(Test { id, steps: decode(&steps, parse_steps)?, percent, salt, reason, started_at, ended_at })
}

/// Starts a test. Fails on a unique key while another runs.
pub fn start(conn: &mut Conn, new: &NewTest, by: MemberId, now: Time) -> QueryResult<TestId> {
    diesel::insert_into(newcomer_tests::table)
        .values((
            newcomer_tests::steps.eq(steps_code(&new.steps)),
            newcomer_tests::percent.eq(new.percent),
            newcomer_tests::salt.eq(&new.salt),
            newcomer_tests::reason.eq(&new.reason),
            newcomer_tests::started_at.eq(now),
            newcomer_tests::started_by.eq(by),
            newcomer_tests::running.eq(1),
        ))
        .returning(newcomer_tests::id)
        .get_result(conn)
}

/// The tests before this one, the newest first.
pub fn before(conn: &mut Conn, before: TestId, limit: i64) -> QueryResult<Vec<Test>> {
    let rows: Vec<TestRow> = newcomer_tests::table
        .filter(newcomer_tests::id.lt(before))
        .order(newcomer_tests::id.desc())
        .limit(limit)
        .select(TEST)
        .load(conn)?;
    rows.into_iter().map(test).collect()
}

/// Takes hold of the test that runs until the transaction ends: who joins and who raises the share take turns, so
/// that nobody is placed by a share that is no more.
pub fn hold_running(conn: &mut Conn) -> QueryResult<Option<Test>> {
    let row: Option<TestRow> = diesel::update(newcomer_tests::table.filter(newcomer_tests::running.eq(1)))
        .set(newcomer_tests::percent.eq(newcomer_tests::percent))
        .returning(TEST)
        .get_result(conn)
        .optional()?;
    row.map(test).transpose()
}

/// Changes the share of a test.
pub fn set_percent(conn: &mut Conn, id: TestId, percent: i64) -> QueryResult<()> {
    diesel::update(newcomer_tests::table.find(id))
        .set(newcomer_tests::percent.eq(percent))
        .execute(conn)
        .map(|_| ())
}

/// Moves everybody up to this place from control to asked, and says how many.
pub fn move_up_to(conn: &mut Conn, id: TestId, highest: i64, now: Time) -> QueryResult<usize> {
    diesel::update(
        test_arms::table
            .filter(test_arms::test_id.eq(id))
            .filter(test_arms::arm.eq(Arm::Control.code()))
            .filter(test_arms::place.le(highest)),
    )
    .set((test_arms::arm.eq(Arm::Asked.code()), test_arms::moved_at.eq(now)))
    .execute(conn)
}

/// Ends a test, and says whether it ran until now.
pub fn end(conn: &mut Conn, id: TestId, now: Time) -> QueryResult<bool> {
    diesel::update(newcomer_tests::table.find(id).filter(newcomer_tests::running.eq(1)))
        .set((newcomer_tests::running.eq(None::<i64>), newcomer_tests::ended_at.eq(now)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Puts somebody who joins into an arm.
pub fn insert_arm(
    conn: &mut Conn,
    member: MemberId,
    test: TestId,
    place: i64,
    arm: Arm,
    now: Time,
) -> QueryResult<()> {
    diesel::insert_into(test_arms::table)
        .values((
            test_arms::member_id.eq(member),
            test_arms::test_id.eq(test),
            test_arms::arm.eq(arm.code()),
            test_arms::place.eq(place),
            test_arms::joined_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// The arm of a member in the test they joined in.
pub fn arm_of(conn: &mut Conn, member: MemberId) -> QueryResult<Option<(TestId, Arm)>> {
    let row: Option<(TestId, String)> =
        test_arms::table.find(member).select((test_arms::test_id, test_arms::arm)).first(conn).optional()?;
    row.map(|(test, arm)| Ok((test, decode(&arm, Arm::parse)?))).transpose()
}
