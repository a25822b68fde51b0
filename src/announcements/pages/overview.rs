//! What is being told, what will be, and what was.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{frame, path_of};
use crate::accounts::viewer::Manager;
use crate::announcements::rules::{Phase, audience_in_words};
use crate::announcements::store::{self, Announcement};
use crate::badges::marks::grouped;
use crate::boards;
use crate::boards::rules::{Board, Standing, readable};
use crate::error::Error;
use crate::web::{Frame, Site, When, page};

/// Announcements of each phase on the overview.
const SHOWN: i64 = 30;

struct Row {
    phase: Phase,
    title: String,
    path: String,
    /// Its thread, for managers whom it is for.
    thread: Option<String>,
    is_told: bool,
    board: String,
    audience: String,
    has_banner: bool,
    /// What happens or happened to it, and when.
    says: &'static str,
    at: When,
    ends_at: Option<When>,
    size: String,
}

impl Row {
    fn new(one: &Announcement, board: &Board, reader: &Standing) -> Self {
        let (says, at) = match one.phase {
            Phase::Draft => ("Changed", Some(one.changed_at)),
            Phase::Scheduled => ("Will be published", one.publish_at),
            Phase::Published => ("Published", one.published_at),
            Phase::Ended => ("Ended", one.ended_at),
        };
        let thread = one.thread.filter(|_| one.audience.includes(reader));
        let ends_at = one.ends_at.filter(|_| one.phase != Phase::Ended);
        Self {
            phase: one.phase,
            title: one.title.clone(),
            path: path_of(one.id),
            // The number alone leads there.
            thread: thread.map(|thread| format!("/t/{}", thread.0)),
            is_told: one.thread.is_some(),
            board: board.title.clone(),
            audience: audience_in_words(one.audience),
            has_banner: one.has_banner,
            says,
            at: When(at.unwrap_or(one.changed_at)),
            ends_at: ends_at.map(When),
            size: grouped(one.audience_size),
        }
    }
}

struct Group {
    title: &'static str,
    id: &'static str,
    nothing: &'static str,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "announcements/overview.html")]
struct OverviewPage {
    frame: Frame,
    groups: Vec<Group>,
}

pub(super) async fn overview(site: web::Data<Site>, manager: Manager) -> Result<HttpResponse, Error> {
    let loading = site.db.read(move |conn| {
        let boards = boards::store::all(conn)?;
        let mut phases = Vec::new();
        // Four phases, four queries: one for each list of the page.
        for phase in [Phase::Published, Phase::Scheduled, Phase::Draft, Phase::Ended] {
            phases.push((phase, store::of_phase(conn, phase, SHOWN)?));
        }
        Ok((boards, phases))
    });
    let (boards, phases) = loading.await?;
    let standing = manager.0.standing();
    let open = readable(&boards, &standing);
    let groups = phases.into_iter().map(|(phase, found)| {
        let (title, id, nothing) = words(phase);
        let rows = found.iter().filter_map(|one| {
            let board = open.iter().find(|board| board.id == one.board)?;
            Some(Row::new(one, board, &standing))
        });
        Group { title, id, nothing, rows: rows.collect() }
    });
    let groups = groups.collect();
    page(&OverviewPage { frame: frame(&site, &manager, "Announcements", "/manage"), groups })
}

fn words(phase: Phase) -> (&'static str, &'static str, &'static str) {
    match phase {
        Phase::Published => ("Live", "live", "Nothing is being announced."),
        Phase::Scheduled => ("Scheduled", "scheduled", "Nothing waits for its time."),
        Phase::Draft => ("Drafts", "drafts", "Nobody is writing an announcement."),
        Phase::Ended => ("Ended", "ended", "No announcement has ended yet."),
    }
}
