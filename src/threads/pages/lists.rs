//! The home page and a board's page.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::DateTime;

use super::rows::{BoardRow, Row, board_row, board_rows};
use crate::accounts::viewer::Viewer;
use crate::badges;
use crate::badges::marks::grouped;
use crate::badges::rules::OpenInvitation;
use crate::boards;
use crate::boards::rules::{Board, Standing, parent_of, readable};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::paths;
use crate::threads::readers::Readers;
use crate::threads::reading::Reads;
use crate::threads::reading::news::{Asking, Counts, Marks};
use crate::threads::reading::rules::Level;
use crate::threads::store::{self, After, Listed, Which};
use crate::threads::{ThreadId, reading, rules::ThreadKind};
use crate::web::{Crumb, Frame, Site, When, page};

/// Threads on the home page.
const LATEST: i64 = 12;
/// Threads on a page of a board.
const A_PAGE: usize = 30;
/// Pinned threads on top of a board.
const PINNED: i64 = 20;

#[derive(Template)]
#[template(path = "threads/home.html")]
struct HomePage {
    frame: Frame,
    announcement: Option<Row>,
    boards: Vec<BoardRow>,
    latest: Vec<Row>,
    is_member: bool,
    invitation: Option<InvitationCard>,
}

/// An invitation to the badge that waits for an answer.
struct InvitationCard {
    until: When,
    is_quiet: bool,
}

struct Home {
    boards: Vec<Board>,
    latest_of_each: Vec<Listed>,
    latest: Vec<Listed>,
    marks: Marks,
    counts: Counts,
    invitation: Option<OpenInvitation>,
}

/// What is asked for a member and not for a visitor.
fn asking(viewer: &Viewer, reads: &Reads, site: &Site) -> Option<Asking> {
    viewer.0.as_ref().map(|member| Asking::of(member, reads, site.clock.now()))
}

pub(super) async fn home(
    site: web::Data<Site>,
    reads: web::Data<Reads>,
    readers: web::Data<Readers>,
    viewer: Viewer,
) -> Result<HttpResponse, Error> {
    let (standing, asking) = (viewer.standing(), asking(&viewer, &reads, &site));
    let (now, member) = (site.clock.now(), viewer.0.as_ref().map(|member| member.id));
    let found = site.db.read(move |conn| {
        let boards = boards::store::all(conn)?;
        let open: Vec<_> = readable(&boards, &standing).iter().map(|board| board.id).collect();
        let latest_of_each = store::latest_of_each(conn, standing.audiences())?;
        let latest = store::list(conn, Which::Latest(&open), standing.audiences(), LATEST)?;
        let (marks, counts) = match &asking {
            None => (Marks::default(), Counts::default()),
            Some(asking) => (
                asking.in_threads(conn, &latest.iter().collect::<Vec<_>>())?,
                asking.in_boards(conn, &open, standing.audiences())?,
            ),
        };
        let invitation = match member {
            Some(member) => badges::store::invitation(conn, member)?,
            None => None,
        };
        Ok(Home { boards, latest_of_each, latest, marks, counts, invitation })
    });
    let found = found.await?;
    note_reached(&readers, &viewer, &found.latest);
    let open = readable(&found.boards, &viewer.standing());
    let announcement = newest_announcement(&open, &found.latest_of_each);
    let name = &site.settings.name;
    let frame = Frame::new(&site, viewer.account(), format!("The {name} community"))
        .described(format!("Boards and latest threads of the {name} community."))
        .with_crumbs(Vec::new())
        .canonical(&site, "/")
        .feeding(paths::feed())
        .at("/");
    page(&HomePage {
        frame,
        announcement,
        boards: board_rows(&open, &found.latest_of_each, &found.counts),
        latest: found.latest.iter().map(|thread| Row::new(thread, &found.marks)).collect(),
        is_member: viewer.0.is_some(),
        invitation: found
            .invitation
            .map(|one| InvitationCard { until: When(one.until()), is_quiet: one.is_quiet(now) }),
    })
}

/// Announcements in a list have reached the member who was shown it.
fn note_reached(readers: &Readers, viewer: &Viewer, shown: &[Listed]) {
    let Some(member) = &viewer.0 else { return };
    for thread in shown.iter().filter(|thread| thread.kind == ThreadKind::Announcement) {
        readers.reached(member.id, thread.id);
    }
}

/// The announcement that was answered last, if the reader may see it.
fn newest_announcement(open: &[&Board], latest: &[Listed]) -> Option<Row> {
    latest
        .iter()
        .filter(|thread| {
            thread.kind == ThreadKind::Announcement && open.iter().any(|board| board.id == thread.board)
        })
        .max_by_key(|thread| (thread.last_post_at, thread.id))
        .map(|thread| Row::new(thread, &Marks::default()))
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
    /// A member's level of this board.
    level: Option<Level>,
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
    reads: web::Data<Reads>,
    readers: web::Data<Readers>,
    viewer: Viewer,
    slug: web::Path<String>,
    position: web::Query<Position>,
) -> Result<HttpResponse, Error> {
    let (standing, after) = (viewer.standing(), position.before.as_deref().and_then(read_key));
    let (reader, name) = (viewer.clone(), slug.into_inner());
    let asking = asking(&viewer, &reads, &site);
    let found = site.db.read(move |conn| load_board(conn, &name, &reader, after, asking.as_ref()));
    let is_first = after.is_none();
    let LoadedBoard { boards, board, pinned, mut ordinary, latest, marks, counts, level } = found.await?;
    let next = (ordinary.len() > A_PAGE).then(|| {
        ordinary.truncate(A_PAGE);
        ordinary.last().map(|last| format!("{}?before={}", board.path(), key(last)))
    });
    note_reached(&readers, &viewer, if is_first { &pinned } else { &[] });
    note_reached(&readers, &viewer, &ordinary);
    let open = readable(&boards, &standing);
    let inside = open.iter().filter(|one| one.parent == Some(board.id));
    let pinned = if is_first { pinned } else { Vec::new() };
    let frame = Frame::new(&site, viewer.account(), &board.title)
        .described(format!("{}. A board of the {} community.", board.about, site.settings.name))
        .with_crumbs(crumbs(&boards, &board))
        .canonical(&site, &board.path())
        .feeding(paths::board_feed(&board.slug))
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
        level,
        children: inside.map(|one| board_row(one, &latest, &counts, Vec::new())).collect(),
        rows: pinned.iter().chain(&ordinary).map(|thread| Row::new(thread, &marks)).collect(),
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
    marks: Marks,
    counts: Counts,
    level: Option<Level>,
}

fn load_board(
    conn: &mut Conn,
    slug: &str,
    viewer: &Viewer,
    after: Option<After>,
    asking: Option<&Asking>,
) -> Result<LoadedBoard, Error> {
    let boards = boards::store::all(conn)?;
    let reader = viewer.standing();
    let board = find_by_slug(&boards, slug, &reader)?;
    let pinned = store::list(conn, Which::Pinned(board.id), reader.audiences(), PINNED)?;
    let more = i64::try_from(A_PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let ordinary = store::list(conn, Which::Ordinary(board.id, after), reader.audiences(), more)?;
    let latest = store::latest_of_each(conn, reader.audiences())?;
    let (mut marks, mut counts) = (Marks::default(), Counts::default());
    if let Some(asking) = asking {
        let inside = readable(&boards, &reader).into_iter().filter(|one| one.parent == Some(board.id));
        let inside: Vec<_> = inside.map(|one| one.id).collect();
        marks = asking.in_threads(conn, &pinned.iter().chain(&ordinary).collect::<Vec<_>>())?;
        counts = asking.in_boards(conn, &inside, reader.audiences())?;
    }
    let level = match &viewer.0 {
        None => None,
        Some(member) => Some(reading::store::level_of_board(conn, member.id, board.id)?),
    };
    Ok(LoadedBoard { boards, board, pinned, ordinary, latest, marks, counts, level })
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
pub(in crate::threads) fn key(thread: &Listed) -> String {
    key_of(thread.last_post_at, thread.id)
}

/// A place in a list by any time and number.
pub(in crate::threads) fn key_of(at: Time, id: ThreadId) -> String {
    format!("{}-{}", at.and_utc().timestamp_micros(), id.0)
}

/// The place in a list that an address names.
pub(in crate::threads) fn read_key(text: &str) -> Option<After> {
    let (micros, id) = text.rsplit_once('-')?;
    let last_post_at: Time = DateTime::from_timestamp_micros(micros.parse().ok()?)?.naive_utc();
    Some(After { last_post_at, id: ThreadId(id.parse().ok()?) })
}
