//! What one decided: case, outcome, reason, and where it stands. Nothing of whose it was.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{frame, private};
use crate::accounts::agent::Agent;
use crate::error::Error;
use crate::verification::desk::rules::checklist::Answers;
use crate::verification::desk::store::{self, Decision};
use crate::verification::document::rules::{Reason, State};
use crate::web::{Frame, Site, When, page};

/// Decisions on a page.
const A_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "verification/desk/history.html")]
struct HistoryPage {
    frame: Frame,
    rows: Vec<Row>,
    next: Option<i64>,
    is_first: bool,
}

struct Row {
    case: i64,
    at: When,
    outcome: &'static str,
    reason: Option<&'static str>,
    doubts: usize,
    now: &'static str,
}

impl Row {
    fn new(decision: &Decision, state: State) -> Self {
        Self {
            case: decision.case.0,
            at: When(decision.earlier.at),
            outcome: decision.earlier.outcome.done(),
            reason: decision.earlier.reason.map(Reason::title),
            doubts: Answers::parse(&decision.answers).doubts().count(),
            now: standing(state),
        }
    }
}

/// Where a case stands, in a word or two.
fn standing(state: State) -> &'static str {
    match state {
        State::Consented | State::Uploading | State::Checking | State::Resubmit => "with the member",
        State::Submitted | State::Referred => "waits",
        State::InReview => "in review",
        State::Approved => "approved",
        State::Declined => "declined",
        State::Withdrawn => "withdrawn",
        State::Expired => "expired",
    }
}

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    before: Option<i64>,
}

pub(super) async fn show(
    site: web::Data<Site>,
    agent: Agent,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let (who, before) = (agent.0.id, asked.before.unwrap_or(i64::MAX));
    let limit = i64::try_from(A_PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let mut found = site.db.read(move |conn| Ok(store::by_agent(conn, who, before, limit)?)).await?;
    let has_more = found.len() > A_PAGE;
    found.truncate(A_PAGE);
    let answer = page(&HistoryPage {
        frame: frame(&site, &agent, "Your decisions", "/agent/decisions"),
        next: found.last().filter(|_| has_more).map(|(decision, _)| decision.id),
        rows: found.iter().map(|(decision, state)| Row::new(decision, *state)).collect(),
        is_first: asked.before.is_none(),
    });
    answer.map(private)
}
