//! Moving a thread to another board, splitting posts off, merging threads: each with its counters, its stubs, its
//! lines in the threads and its act in one transaction. Rows are locked in one order: threads by number, posts,
//! boards by number, members.

use super::rules::{self, Keeper, Standpoint, Stays};
use super::store::{self, AT_ONCE, NewEvent, Trace};
use crate::acts::actions::{About, record};
use crate::acts::rules::{ActKind, Grounds};
use crate::boards;
use crate::boards::BoardId;
use crate::boards::rules::{Board, find_readable};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;
use crate::text::names::{Title, slug};
use crate::threads::actions::find_open;
use crate::threads::rules::{Posted, ThreadKind};
use crate::threads::store::{self as threads, NewThread, Thread};
use crate::threads::{PostId, ThreadId};

/// Moves a thread to another board, and answers with its address. With `leaves_line`, a line in the thread says where
/// it came from.
///
/// # Errors
/// When there is no such thread or board for whoever moves, or the thread stands there already.
pub fn move_thread(
    conn: &mut Conn,
    by: &Keeper,
    thread: ThreadId,
    to: BoardId,
    leaves_line: bool,
    grounds: &Grounds,
    now: Time,
) -> Result<String, Error> {
    store::lock(conn, thread)?;
    let (found, old) = find_whole(conn, by, thread)?;
    let boards = boards::store::all(conn)?;
    let new = find_readable(&boards, to, &by.standing).ok_or_else(|| Error::refused(Stays::NoBoard))?;
    if new.id == old.id {
        return Err(Error::refused(Stays::SameBoard));
    }
    store::set_board(conn, thread, new.id)?;
    if found.audience.is_everyone() {
        count(conn, [(old.id, -1, -found.posts), (new.id, 1, found.posts)])?;
    }
    if leaves_line {
        let (detail, path) = if rules::may_name(&boards, new, &old) {
            (old.title.clone(), old.path())
        } else {
            ("a closed board".to_owned(), String::new())
        };
        let event =
            NewEvent { thread, after: found.last_number, kind: "moved", detail: &detail, path: &path };
        store::add_event(conn, event, trace(by, grounds, now))?;
    }
    let about = About { member: Some(found.author), thread: Some(thread), ..About::default() };
    record(conn, ActKind::Move, by.actor, grounds, about, now)?;
    Ok(found.path())
}

/// Makes a thread of some posts of another, and answers with its first. They are numbered from one on, in their order.
///
/// # Errors
/// When there is no such thread or board for whoever splits, or the posts are not all in it, or all of it.
#[expect(clippy::too_many_arguments, reason = "what a new thread needs, and what an act needs")]
pub fn split(
    conn: &mut Conn,
    by: &Keeper,
    thread: ThreadId,
    wanted: &[PostId],
    title: &Title,
    board: BoardId,
    grounds: &Grounds,
    now: Time,
) -> Result<Posted, Error> {
    store::lock(conn, thread)?;
    let (found, old_board) = find_whole(conn, by, thread)?;
    let boards = boards::store::all(conn)?;
    let board = find_readable(&boards, board, &by.standing).ok_or_else(|| Error::refused(Stays::NoBoard))?;
    let leaving = rules::chosen(&store::posts_of(conn, thread)?, wanted).map_err(Error::refused)?;
    let first = leaving.first().ok_or_else(|| Error::refused(Stays::NothingChosen))?;
    let slug = slug(title.as_str());
    let new = NewThread {
        id: None,
        board: board.id,
        title: title.as_str(),
        slug: &slug,
        kind: ThreadKind::Discussion,
        author: first.author,
        at: first.created_at,
        audience: found.audience,
    };
    let made = threads::insert_thread(conn, &new)?;
    let trace = trace(by, grounds, now);
    let carried = carry(conn, thread, made, &leaving, 0, trace)?;
    store::settle(conn, thread, found.last_number)?;
    store::settle(conn, made, carried.highest)?;
    if found.audience.is_everyone() {
        let posts = rules::readable_among(&leaving);
        count(conn, [(old_board.id, 0, -posts), (board.id, 1, posts)])?;
    }
    carried.uncount(conn)?;
    let posted = Posted { post: first.post, thread: made, slug, number: 1 };
    let new = Line { board, title: title.as_str(), path: crate::paths::thread(made.0, &posted.slug) };
    let old = Line { board: &old_board, title: &found.title, path: found.path() };
    tell(conn, &boards, (thread, found.last_number, "split-off"), &old, &new, trace)?;
    tell(conn, &boards, (made, 0, "split-from"), &new, &old, trace)?;
    let about = About { thread: Some(thread), ..About::default() };
    record(conn, ActKind::Split, by.actor, grounds, about, now)?;
    Ok(posted)
}

/// Moves every post of a thread to the end of another, in the order of time, and answers with the address of that
/// one. What is left is the way there.
///
/// # Errors
/// When there is no such thread for whoever merges, or the two exist for different people.
pub fn merge(
    conn: &mut Conn,
    by: &Keeper,
    from: ThreadId,
    into: ThreadId,
    grounds: &Grounds,
    now: Time,
) -> Result<String, Error> {
    if from == into {
        return Err(Error::refused(Stays::SameThread));
    }
    store::lock(conn, from.min(into))?;
    store::lock(conn, from.max(into))?;
    let (leaving, old_board) = find_whole(conn, by, from)?;
    let (target, board) = find_whole(conn, by, into).map_err(no_thread)?;
    if leaving.audience != target.audience {
        return Err(Error::refused(Stays::OtherAudience));
    }
    let posts = rules::in_order_of_time(store::posts_of(conn, from)?);
    let trace = trace(by, grounds, now);
    let carried = carry(conn, from, into, &posts, target.last_number, trace)?;
    store::set_merged(conn, from, into)?;
    store::settle(conn, from, leaving.last_number)?;
    store::settle(conn, into, carried.highest)?;
    if leaving.audience.is_everyone() {
        let readable = rules::readable_among(&posts);
        count(conn, [(old_board.id, -1, -readable), (board.id, 0, readable)])?;
    }
    carried.uncount(conn)?;
    let boards = boards::store::all(conn)?;
    let old = Line { board: &old_board, title: &leaving.title, path: leaving.path() };
    let new = Line { board: &board, title: &target.title, path: target.path() };
    tell(conn, &boards, (into, target.last_number, "merged-in"), &new, &old, trace)?;
    tell(conn, &boards, (from, leaving.last_number, "merged-away"), &old, &new, trace)?;
    let about = About { member: Some(leaving.author), thread: Some(from), ..About::default() };
    record(conn, ActKind::Merge, by.actor, grounds, about, now)?;
    Ok(target.path())
}

/// A thread that still has its posts, and its board.
fn find_whole(conn: &mut Conn, by: &Keeper, thread: ThreadId) -> Result<(Thread, Board), Error> {
    let (found, board) = find_open(conn, thread, &by.standing)?;
    if found.merged_into.is_some() { Err(Error::refused(Stays::Merged)) } else { Ok((found, board)) }
}

/// The thread that a form names is not the page that was asked for: that it is not there is a mistake in the form.
fn no_thread(why: Error) -> Error {
    if matches!(why, Error::NotFound) { Error::refused(Stays::NoThread) } else { why }
}

fn trace<'a>(by: &Keeper, grounds: &'a Grounds, now: Time) -> Trace<'a> {
    Trace { by: by.actor.id, at: now, reason: &grounds.reason }
}

/// Adds to the counts of two boards, in the order in which everybody locks them.
fn count(conn: &mut Conn, mut changes: [(BoardId, i64, i64); 2]) -> Result<(), Error> {
    changes.sort_unstable();
    for (board, threads, posts) in changes {
        boards::store::add_counts(conn, board, threads, posts)?;
    }
    Ok(())
}

/// What became of posts that were carried.
struct Carried {
    /// The highest number given where they came to.
    highest: i64,
    /// Whose answer is accepted no more: an answer of the thread that it leaves is none where it comes to.
    unaccepted: Option<MemberId>,
}

impl Carried {
    /// Counts the answer no more; members are locked last.
    fn uncount(self, conn: &mut Conn) -> Result<(), Error> {
        match self.unaccepted {
            Some(member) => Ok(store::uncount_accepted(conn, member)?),
            None => Ok(()),
        }
    }
}

/// Carries posts from one thread to another and leaves a stub for each.
fn carry(
    conn: &mut Conn,
    from: ThreadId,
    into: ThreadId,
    posts: &[Standpoint],
    last: i64,
    trace: Trace<'_>,
) -> Result<Carried, Error> {
    let mut carried = Carried { highest: last, unaccepted: None };
    // A few statements for each five hundred: neither database takes values without limit.
    for some in posts.chunks(AT_ONCE) {
        let numbers = rules::numbered(some, carried.highest);
        let ids: Vec<PostId> = some.iter().map(|one| one.post).collect();
        store::leave_stubs(conn, from, some, trace)?;
        store::renumber(conn, into, &numbers)?;
        store::drop_official(conn, &ids)?;
        let dropped = store::drop_accepted(conn, &ids)?;
        let answer = some.iter().find(|one| dropped.contains(&one.post));
        carried.unaccepted = carried.unaccepted.or(answer.map(|one| one.author));
        carried.highest = numbers.last().map_or(carried.highest, |(_, number)| *number);
    }
    Ok(carried)
}

/// A thread as a line in another names it.
struct Line<'a> {
    board: &'a Board,
    title: &'a str,
    path: String,
}

/// Writes a line into a thread, `reading`, that names another; what stands in a closed board is not named outside.
fn tell(
    conn: &mut Conn,
    boards: &[Board],
    (thread, after, kind): (ThreadId, i64, &'static str),
    reading: &Line<'_>,
    other: &Line<'_>,
    trace: Trace<'_>,
) -> Result<(), Error> {
    let (detail, path) = if rules::may_name(boards, reading.board, other.board) {
        (other.title, other.path.as_str())
    } else {
        ("a thread in a closed board", "")
    };
    store::add_event(conn, NewEvent { thread, after, kind, detail, path }, trace)?;
    Ok(())
}
