//! Asking for steps: in boards, and of a share of those who join.

use super::TestId;
use super::rules::{self, Arm, BadShare, Blocked, Change, Standing, Step, Why};
use super::store::{self, NewTest, Test};
use crate::boards::rules::readable;
use crate::boards::{self, BoardId};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::{self, MemberId};

/// What stands between a member and writing in a board, if anything does.
///
/// # Errors
/// When there is no such member or board.
pub fn blocked(conn: &mut Conn, member: MemberId, board: BoardId) -> Result<Option<Blocked>, Error> {
    let (facts, gate) = store::facts(conn, member, Some(board))?;
    Ok(Blocked::of(&facts, &gate))
}

/// The steps that a member has to pass before they write in a board.
///
/// # Errors
/// When there is no such member or board.
pub fn missing(conn: &mut Conn, member: MemberId, board: BoardId) -> Result<Vec<Step>, Error> {
    Ok(blocked(conn, member, board)?.map_or_else(Vec::new, |blocked| blocked.steps()))
}

/// Where a member stands with all gates: of the boards, those in which they could write otherwise.
///
/// # Errors
/// When there is no such member.
pub fn standing(conn: &mut Conn, member: MemberId) -> Result<Standing, Error> {
    let (facts, _) = store::facts(conn, member, None)?;
    let asked = store::gates(conn)?;
    let mut because = Vec::new();
    if !asked.is_empty() && !facts.is_staff {
        let (all, reader) = (boards::store::all(conn)?, boards::actions::standing_of(conn, member)?);
        for board in readable(&all, &reader).into_iter().filter(|board| reader.passes(board.write)) {
            let of_board = asked.iter().filter(|(id, _)| *id == board.id).map(|(_, step)| *step);
            let steps = facts.lacks(&of_board.collect::<Vec<_>>());
            if !steps.is_empty() {
                because.push(Why::Board { title: board.title.clone(), path: board.path(), steps });
            }
        }
    }
    let by_test = facts.test_lacks();
    if !by_test.is_empty() {
        because.push(Why::Test { steps: by_test });
    }
    let asks = |step: &Step| because.iter().any(|why| why.steps().contains(step));
    let missing = Step::ALL.into_iter().filter(asks).collect();
    let exemption = facts.exemption();
    Ok(Standing { missing, because, exempt: exemption.is_some(), exemption })
}

/// Changes what boards ask for, and says how many changes there were.
///
/// # Errors
/// When there is no such board, or it is a help board.
pub fn require(conn: &mut Conn, changes: &[Change], by: MemberId, now: Time) -> Result<usize, Error> {
    let boards = boards::store::all(conn)?;
    let mut new = 0;
    for change in changes {
        let board = boards.iter().find(|board| board.id == change.board).ok_or(Error::NotFound)?;
        if change.is_asked && board.is_help {
            return Err(Error::Refused(format!(
                "{} is where members ask for help, so no gate can stand before it.",
                board.title
            )));
        }
        let (is_new, act) = if change.is_asked {
            (store::ask(conn, *change, by, now)?, "gate-set")
        } else {
            (store::lift(conn, *change)?, "gate-lifted")
        };
        if is_new {
            let subject = format!("board {}", board.id.0);
            members::store::audit(conn, Some(by), act, &subject, change.step.code(), now)?;
            new += 1;
        }
    }
    Ok(new)
}

/// Starts a test among those who join from now on.
///
/// # Errors
/// When one runs.
pub fn start(conn: &mut Conn, new: &NewTest, by: MemberId, now: Time) -> Result<TestId, Error> {
    if store::hold_running(conn)?.is_some() {
        return Err(Error::Conflict("A test runs already. End it before you start another.".into()));
    }
    let id = store::start(conn, new, by, now)?;
    let steps = rules::steps_code(&new.steps);
    audit(conn, by, "test-started", id, &format!("{} % {steps}: {}", new.percent, new.reason), now)?;
    Ok(id)
}

/// Raises the share of a test, and says how many members moved from control to asked. Nobody moves the other way.
///
/// # Errors
/// When it would not grow, or the test is over.
pub fn raise(
    conn: &mut Conn,
    id: TestId,
    percent: i64,
    reason: &str,
    by: MemberId,
    now: Time,
) -> Result<usize, Error> {
    let test = store::hold_running(conn)?.filter(|test| test.id == id).ok_or_else(over)?;
    rules::may_raise(test.percent, percent).map_err(Error::refused)?;
    if percent > 100 {
        return Err(Error::refused(BadShare::OutOfRange));
    }
    store::set_percent(conn, id, percent)?;
    let moved = store::move_up_to(conn, id, rules::highest_asked(percent), now)?;
    audit(conn, by, "test-raised", id, &format!("from {} to {percent} %: {reason}", test.percent), now)?;
    Ok(moved)
}

/// Ends a test: nobody is asked by it any more.
///
/// # Errors
/// When it is over.
pub fn end(conn: &mut Conn, id: TestId, reason: &str, by: MemberId, now: Time) -> Result<(), Error> {
    if !store::end(conn, id, now)? {
        return Err(over());
    }
    audit(conn, by, "test-ended", id, reason, now)
}

/// Puts somebody who joins into an arm of the test that runs, for good. Called in the transaction that makes the
/// account, and by nothing else: who comes in any other way is in no test.
///
/// # Errors
/// When the database fails.
pub fn assign(conn: &mut Conn, member: MemberId, now: Time) -> Result<Option<Arm>, Error> {
    let Some(Test { id, percent, salt, .. }) = store::hold_running(conn)? else {
        return Ok(None);
    };
    let place = rules::place(&salt, id, member);
    let arm = rules::arm(place, percent);
    store::insert_arm(conn, member, id, place, arm, now)?;
    Ok(Some(arm))
}

fn over() -> Error {
    Error::Conflict("This test is over already.".into())
}

fn audit(conn: &mut Conn, by: MemberId, act: &str, id: TestId, words: &str, now: Time) -> Result<(), Error> {
    members::store::audit(conn, Some(by), act, &format!("newcomer test {}", id.0), words, now)?;
    Ok(())
}
