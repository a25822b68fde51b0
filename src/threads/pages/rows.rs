//! Threads and boards as rows of a list.

use crate::badges::marks::grouped;
use crate::boards::rules::{Access, Board};
use crate::paths;
use crate::threads::reading::news::{Counts, Mark, Marks};
use crate::threads::reading::rules::threads_in_words;
use crate::threads::store::{Listed, Person};
use crate::web::{Day, When};

/// A thread as a row of a list.
pub(in crate::threads) struct Row {
    pub path: String,
    pub last_path: String,
    pub title: String,
    pub icon: &'static str,
    pub kind: &'static str,
    pub author: Person,
    pub started: Day,
    pub replies: String,
    pub posts: String,
    pub views: String,
    pub pinned: bool,
    pub locked: bool,
    pub last_poster: Person,
    pub last_at: When,
    pub last_day: Day,
    /// What is new to whoever looks.
    pub new: Option<Mark>,
}

impl Row {
    /// The row of a thread, with what is new in it.
    pub fn new(thread: &Listed, marks: &Marks) -> Self {
        Self {
            path: paths::thread(thread.id.0, &thread.slug),
            last_path: paths::post_number(thread.id.0, &thread.slug, thread.last_number.max(1)),
            title: thread.title.clone(),
            icon: thread.kind.icon(),
            kind: thread.kind.title(),
            author: thread.author.clone(),
            started: Day(thread.created_at),
            replies: grouped((thread.posts - 1).max(0)),
            posts: grouped(thread.posts),
            views: grouped(thread.views),
            pinned: thread.pinned,
            locked: thread.locked,
            last_poster: thread.last_poster.clone(),
            last_at: When(thread.last_post_at),
            last_day: Day(thread.last_post_at),
            new: marks.of(thread.id),
        }
    }
}

/// A board as a row of a list.
pub(super) struct BoardRow {
    pub board: Board,
    pub icon: &'static str,
    pub threads: String,
    pub posts: String,
    /// Threads in it that hold something new, in words.
    pub new: Option<String>,
    fresh: usize,
    pub latest: Option<Row>,
    pub children: Vec<BoardRow>,
}

fn icon(board: &Board) -> &'static str {
    match (board.read, board.write) {
        (Access::Tier(_) | Access::Role(_), _) => "lock",
        (_, Access::Role(_)) => "megaphone",
        _ => "board",
    }
}

/// The row of a board with the boards inside it.
pub(super) fn board_row(
    board: &Board,
    latest: &[Listed],
    counts: &Counts,
    children: Vec<BoardRow>,
) -> BoardRow {
    // A board's figures count what stands inside it, for whoever may read that.
    let inside =
        |count: fn(&Board) -> i64| count(board) + children.iter().map(|row| count(&row.board)).sum::<i64>();
    let own = latest.iter().find(|thread| thread.board == board.id);
    let below = latest.iter().filter(|thread| children.iter().any(|row| row.board.id == thread.board));
    let newest = own.into_iter().chain(below).max_by_key(|thread| (thread.last_post_at, thread.id));
    let fresh = counts.of(board.id) + children.iter().map(|row| row.fresh).sum::<usize>();
    BoardRow {
        icon: icon(board),
        threads: grouped(inside(|board| board.threads)),
        posts: grouped(inside(|board| board.posts)),
        new: threads_in_words(fresh),
        fresh,
        latest: newest.map(|thread| Row::new(thread, &Marks::default())),
        board: board.clone(),
        children,
    }
}

/// The rows of all boards that are open to somebody.
pub(super) fn board_rows(open: &[&Board], latest: &[Listed], counts: &Counts) -> Vec<BoardRow> {
    let tops = open.iter().filter(|board| board.parent.is_none());
    tops.map(|top| {
        let inside = open.iter().filter(|board| board.parent == Some(top.id));
        let inside = inside.map(|board| board_row(board, latest, counts, Vec::new()));
        board_row(top, latest, counts, inside.collect())
    })
    .collect()
}
