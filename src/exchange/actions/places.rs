//! Bringing boards and threads in.

use super::{Arrival, Obstacle, State, code, refuse};
use crate::boards::Audience;
use crate::boards::BoardId;
use crate::boards::rules::{Access, check_slug, may_stand};
use crate::boards::store::{self as boards, Written};
use crate::db::Conn;
use crate::error::Error;
use crate::exchange::bundle;
use crate::exchange::store::{self, Kind};
use crate::text::names::slug;
use crate::threads::ThreadId;
use crate::threads::rules::ThreadKind;
use crate::threads::store::{self as threads, NewThread};

pub(super) fn bring_board(
    conn: &mut Conn,
    state: &mut State,
    line: u64,
    board: &bundle::Board,
) -> Result<Arrival, Obstacle> {
    if let Some(local) = state.known(conn, Kind::Board, &board.id, &board.origin)? {
        state.boards.insert(board.id.clone(), BoardId(local));
        return Ok(Arrival::Here);
    }
    let all = boards::all(conn)?;
    let parent = match &board.parent {
        None => None,
        Some(id) => match state.boards.get(id) {
            Some(parent) => Some(*parent),
            None => return refuse(format!("no board {id} stands above, or it was refused")),
        },
    };
    let (id, arrival) = if let Some(same) = all.iter().find(|other| other.slug == board.slug) {
        state.report.remark(line, format!("a board {} is here already, so the two became one", board.slug));
        (same.id, Arrival::Here)
    } else {
        check_slug(&board.slug).map_err(|problem| Obstacle::Line(format!("slug: {problem}")))?;
        may_stand(&all, None, parent).map_err(|problem| Obstacle::Line(problem.to_string()))?;
        let title = board.title.trim();
        if title.is_empty() || title.chars().count() > 60 {
            return refuse("a board's title has 1 to 60 characters");
        }
        let next = all.iter().map(|other| other.position).max().unwrap_or(0) + 1;
        let written = Written {
            parent,
            slug: board.slug.clone(),
            title: title.to_owned(),
            about: board.about.chars().take(200).collect(),
            position: board.position.unwrap_or(next),
            read: access("read rule", board.read.as_deref(), Access::Anyone)?,
            write: access("write rule", board.write.as_deref(), Access::Members)?,
            is_help: board.help,
        };
        let local = board.local.filter(|id| *id > 0 && all.iter().all(|other| other.id.0 != *id));
        (boards::insert(conn, &written, local)?, Arrival::Added)
    };
    state.remember(conn, Kind::Board, &board.id, &board.origin, id.0)?;
    state.boards.insert(board.id.clone(), id);
    Ok(arrival)
}

fn access(what: &str, text: Option<&str>, otherwise: Access) -> Result<Access, Obstacle> {
    text.map_or(Ok(otherwise), |text| code(what, text, Access::parse))
}

pub(super) fn bring_thread(
    conn: &mut Conn,
    state: &mut State,
    line: u64,
    thread: &bundle::Thread,
) -> Result<Arrival, Obstacle> {
    if let Some(local) = state.known(conn, Kind::Thread, &thread.id, &thread.origin)? {
        state.threads.insert(thread.id.clone(), ThreadId(local));
        return Ok(Arrival::Here);
    }
    let Some(board) = state.boards.get(&thread.board).copied() else {
        return refuse(format!("no board {} stands above, or it was refused", thread.board));
    };
    let author = state.member(&thread.author)?.id;
    let kind = thread
        .kind
        .as_deref()
        .map_or(Ok(ThreadKind::Discussion), |text| code("type of thread", text, ThreadKind::parse))?;
    let title = fitting_title(state, line, &thread.title)?;
    let slug = thread.slug.as_deref().map_or_else(|| slug(&title), slug);
    if thread.views < 0 {
        return refuse("views cannot be fewer than none");
    }
    let audience = audience(&thread.audience)?;
    let new = NewThread {
        audience,
        id: free_id(conn, thread.local)?,
        board,
        title: &title,
        slug: &slug,
        kind,
        author,
        at: thread.created.0,
    };
    let id = threads::insert_thread(conn, &new)?;
    let flags = (thread.pinned, thread.locked, thread.about_verification);
    store::set_flags(conn, id, flags, thread.views)?;
    if audience.is_everyone() {
        boards::add_counts(conn, board, 1, 0)?;
    }
    state.remember(conn, Kind::Thread, &thread.id, &thread.origin, id.0)?;
    state.threads.insert(thread.id.clone(), id);
    Ok(Arrival::Added)
}

/// Who a thread exists for. An unknown rule refuses the thread: it must not be shown to more than it was for.
fn audience(codes: &[String]) -> Result<Audience, Obstacle> {
    let rules: Result<Vec<Access>, Obstacle> =
        codes.iter().map(|text| code("audience", text, Access::parse)).collect();
    Ok(Audience::of(&rules?).unwrap_or(Audience::EVERYONE))
}

/// Titles of other forums may be shorter or longer than ours; what cannot be shown is taken out.
fn fitting_title(state: &mut State, line: u64, text: &str) -> Result<String, Obstacle> {
    let is_shown = |c: &char| !c.is_control() && !crate::text::names::has_bidi_control(&c.to_string());
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let title: String = folded.chars().filter(is_shown).take(200).collect();
    if title.is_empty() {
        return refuse("a thread needs a title");
    }
    if title != text {
        state
            .report
            .remark(line, "the title was shortened, or characters that cannot be shown were taken out");
    }
    Ok(title)
}

fn free_id(conn: &mut Conn, local: Option<i64>) -> Result<Option<i64>, Error> {
    let Some(id) = local.filter(|id| *id > 0) else {
        return Ok(None);
    };
    Ok(threads::find(conn, ThreadId(id))?.is_none().then_some(id))
}
