//! The home page and a board's page.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::DateTime;

use crate::accounts::viewer::Viewer;
use crate::badges::marks::grouped;
use crate::boards;
use crate::boards::rules::{Access, Board, Standing, parent_of, readable};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::paths;
use crate::threads::store::{self, After, Listed, Which};
use crate::threads::{ThreadId, rules::ThreadKind};
use crate::web::{Crumb, Day, Frame, Site, When, page};

/// Threads on the home page.
const LATEST: i64 = 12;
/// Threads on a page of a board.
const A_PAGE: usize = 30;
/// Pinned threads on top of a board.
const PINNED: i64 = 20;

/// A thread as a row of a list.
struct Row {
    path: String,
    last_path: String,
    title: String,
    icon: &'static str,
    kind: &'static str,
    author: store::Person,
    started: Day,
    replies: String,
    posts: String,
    views: String,
    pinned: bool,
    locked: bool,
    last_poster: store::Person,
    last_at: When,
    last_day: Day,
}

impl From<&Listed> for Row {
    fn from(thread: &Listed) -> Self {
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
        }
    }
}

/// A board as a row of the home page.
struct BoardRow {
    board: Board,
    icon: &'static str,
    threads: String,
    posts: String,
    latest: Option<Row>,
    children: Vec<BoardRow>,
}

fn icon(board: &Board) -> &'static str {
    match (board.read, board.write) {
        (Access::Tier(_) | Access::Role(_), _) => "lock",
        (_, Access::Role(_)) => "megaphone",
        _ => "board",
    }
}

fn board_row(board: &Board, latest: &[Listed], children: Vec<BoardRow>) -> BoardRow {
    // A board's figures count what stands inside it, for whoever may read that.
    let inside =
        |count: fn(&Board) -> i64| count(board) + children.iter().map(|row| count(&row.board)).sum::<i64>();
    let own = latest.iter().find(|thread| thread.board == board.id);
    let below = latest.iter().filter(|thread| children.iter().any(|row| row.board.id == thread.board));
    let newest = own.into_iter().chain(below).max_by_key(|thread| (thread.last_post_at, thread.id));
    BoardRow {
        icon: icon(board),
        threads: grouped(inside(|board| board.threads)),
        posts: grouped(inside(|board| board.posts)),
        latest: newest.map(Row::from),
        board: board.clone(),
        children,
    }
}

fn board_rows(open: &[&Board], latest: &[Listed]) -> Vec<BoardRow> {
    let tops = open.iter().filter(|board| board.parent.is_none());
    tops.map(|top| {
        let inside = open.iter().filter(|board| board.parent == Some(top.id));
        board_row(top, latest, inside.map(|board| board_row(board, latest, Vec::new())).collect())
    })
    .collect()
}

#[derive(Template)]
#[template(path = "threads/home.html")]
struct HomePage {
    frame: Frame,
    announcement: Option<Row>,
    boards: Vec<BoardRow>,
    latest: Vec<Row>,
}

struct Home {
    boards: Vec<Board>,
    latest_of_each: Vec<Listed>,
    latest: Vec<Listed>,
}

pub(super) async fn home(site: web::Data<Site>, viewer: Viewer) -> Result<HttpResponse, Error> {
    let standing = viewer.standing();
    let found = site.db.read(move |conn| {
        let boards = boards::store::all(conn)?;
        let open: Vec<_> = readable(&boards, &standing).iter().map(|board| board.id).collect();
        let latest_of_each = store::latest_of_each(conn, standing.audiences())?;
        let latest = store::list(conn, Which::Latest(&open), standing.audiences(), LATEST)?;
        Ok(Home { boards, latest_of_each, latest })
    });
    let found = found.await?;
    let open = readable(&found.boards, &viewer.standing());
    let announcement = newest_announcement(&open, &found.latest_of_each);
    let name = &site.settings.name;
    let frame = Frame::new(&site, viewer.account(), format!("The {name} community"))
        .described(format!("Boards and latest threads of the {name} community."))
        .with_crumbs(Vec::new())
        .canonical(&site, "/")
        .at("/");
    page(&HomePage {
        frame,
        announcement,
        boards: board_rows(&open, &found.latest_of_each),
        latest: found.latest.iter().map(Row::from).collect(),
    })
}

/// The announcement that was answered last, if the reader may see it.
fn newest_announcement(open: &[&Board], latest: &[Listed]) -> Option<Row> {
    latest
        .iter()
        .filter(|thread| {
            thread.kind == ThreadKind::Announcement && open.iter().any(|board| board.id == thread.board)
        })
        .max_by_key(|thread| (thread.last_post_at, thread.id))
        .map(Row::from)
}

#[derive(Template)]
#[template(path = "threads/board.html")]
struct BoardPage {
    frame: Frame,
    board: Board,
    threads: String,
    posts: String,
    read: String,
    write: String,
    may_start: bool,
    is_first: bool,
    children: Vec<BoardRow>,
    rows: Vec<Row>,
    next: Option<String>,
}

/// Where a list of threads goes on.
#[derive(serde::Deserialize)]
pub(super) struct Position {
    before: Option<String>,
}

pub(super) async fn board(
    site: web::Data<Site>,
    viewer: Viewer,
    slug: web::Path<String>,
    position: web::Query<Position>,
) -> Result<HttpResponse, Error> {
    let (standing, after) = (viewer.standing(), position.before.as_deref().and_then(read_key));
    let (reader, name) = (standing.clone(), slug.into_inner());
    let found = site.db.read(move |conn| load_board(conn, &name, &reader, after));
    let LoadedBoard { boards, board, pinned, mut ordinary, latest } = found.await?;
    let next = (ordinary.len() > A_PAGE).then(|| {
        ordinary.truncate(A_PAGE);
        ordinary.last().map(|last| format!("{}?before={}", board.path(), key(last)))
    });
    let open = readable(&boards, &standing);
    let inside = open.iter().filter(|one| one.parent == Some(board.id));
    let is_first = after.is_none();
    let pinned = if is_first { pinned } else { Vec::new() };
    let frame = Frame::new(&site, viewer.account(), &board.title)
        .described(format!("{}. A board of the {} community.", board.about, site.settings.name))
        .with_crumbs(crumbs(&boards, &board))
        .canonical(&site, &board.path())
        .at(board.path());
    page(&BoardPage {
        frame,
        threads: grouped(board.threads),
        posts: grouped(board.posts),
        read: board.read.title(),
        write: board.write.title(),
        // A visitor is shown the way too: it leads through signing in.
        may_start: viewer.0.is_none() || standing.passes(board.write),
        is_first,
        children: inside.map(|one| board_row(one, &latest, Vec::new())).collect(),
        rows: pinned.iter().chain(&ordinary).map(Row::from).collect(),
        next: next.flatten(),
        board,
    })
}

/// What one trip to the database brings for a board's page.
struct LoadedBoard {
    boards: Vec<Board>,
    board: Board,
    pinned: Vec<Listed>,
    ordinary: Vec<Listed>,
    latest: Vec<Listed>,
}

fn load_board(
    conn: &mut Conn,
    slug: &str,
    reader: &Standing,
    after: Option<After>,
) -> Result<LoadedBoard, Error> {
    let boards = boards::store::all(conn)?;
    let board = find_by_slug(&boards, slug, reader)?;
    let pinned = store::list(conn, Which::Pinned(board.id), reader.audiences(), PINNED)?;
    let more = i64::try_from(A_PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let ordinary = store::list(conn, Which::Ordinary(board.id, after), reader.audiences(), more)?;
    let latest = store::latest_of_each(conn, reader.audiences())?;
    Ok(LoadedBoard { boards, board, pinned, ordinary, latest })
}

/// The board of this name, where somebody of this standing may read it.
pub(super) fn find_by_slug(boards: &[Board], slug: &str, standing: &Standing) -> Result<Board, Error> {
    readable(boards, standing).into_iter().find(|board| board.slug == slug).cloned().ok_or(Error::NotFound)
}

/// The way from the home page to a board.
pub(super) fn crumbs(boards: &[Board], board: &Board) -> Vec<Crumb> {
    let parent = parent_of(boards, board).into_iter();
    parent.chain([board]).map(|one| Crumb::new(&one.title, one.path())).collect()
}

/// A thread's place in a list, as an address holds it: microseconds and number.
fn key(thread: &Listed) -> String {
    format!("{}-{}", thread.last_post_at.and_utc().timestamp_micros(), thread.id.0)
}

fn read_key(text: &str) -> Option<After> {
    let (micros, id) = text.rsplit_once('-')?;
    let last_post_at: Time = DateTime::from_timestamp_micros(micros.parse().ok()?)?.naive_utc();
    Some(After { last_post_at, id: ThreadId(id.parse().ok()?) })
}
