//! The published rules of ranks, with one's own way to the next.

mod admin;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::actions;
use super::rules::{Figures, Measure, Needs, RankRules, held_rank, next};
use super::store::{self, Changed, Ranked};
use crate::accounts::viewer::Viewer;
use crate::clock::Time;
use crate::error::Error;
use crate::members::rules::Rank;
use crate::web::{Crumb, Day, Frame, Site, page};

/// Lines of one's own history.
const HISTORY: i64 = 20;

/// The addresses of ranks.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/ranks", web::get().to(ranks))
        .route("/admin/ranks", web::get().to(admin::form))
        .route("/admin/ranks", web::post().to(admin::send));
}

#[derive(Template)]
#[template(path = "members/ranks.html")]
struct RanksPage {
    frame: Frame,
    rows: Vec<Row>,
    measures: [Measure; 5],
    since: Day,
    own: Option<Own>,
}

/// A rank and what it needs.
struct Row {
    rank: Rank,
    words: String,
    needs: Needs,
    is_own: bool,
}

impl Row {
    /// What the table shows of a measure.
    fn shown(&self, measure: &Measure) -> String {
        match self.needs.of(*measure) {
            0 => "–".to_owned(),
            needed => needed.to_string(),
        }
    }
}

/// Where a member stands.
struct Own {
    rank: Rank,
    since: Day,
    next: Option<Rank>,
    bars: Vec<Bar>,
    /// The rank that a warning took, and in how many days it comes back.
    lost: Option<(Rank, i64)>,
    changes: Vec<ChangeRow>,
}

/// How far a member is with one of the things that the next rank needs.
struct Bar {
    title: &'static str,
    has: i64,
    needed: i64,
    words: String,
    is_met: bool,
}

struct ChangeRow {
    rank: Rank,
    is_up: bool,
    at: Day,
}

async fn ranks(site: web::Data<Site>, viewer: Viewer) -> Result<HttpResponse, Error> {
    let (reader, now) = (viewer.0.as_ref().map(|member| member.id), site.clock.now());
    let loading = site.db.read(move |conn| {
        let book = store::rulebook(conn)?;
        let own = match reader {
            None => None,
            Some(member) => Some((store::get(conn, member)?, store::changes_of(conn, member, HISTORY)?)),
        };
        Ok((book, own))
    });
    let (book, own) = loading.await?;
    let own = own.map(|(member, changes)| own_of(&book.rules, &member, &changes, now));
    let held = own.as_ref().map(|own| own.rank);
    let rows = Rank::ALL.into_iter().map(|rank| {
        let needs = *book.rules.needs(rank);
        Row { rank, words: needs.in_words(), needs, is_own: held == Some(rank) }
    });
    let frame = Frame::new(&site, viewer.account(), "Ranks")
        .described(format!("How ranks are earned in the {} community.", site.settings.name))
        .with_crumbs(vec![Crumb::new("Ranks", "/ranks")])
        .canonical(&site, "/ranks")
        .at("/ranks");
    page(&RanksPage {
        frame,
        rows: rows.collect(),
        measures: Measure::ALL,
        since: Day(book.published_at),
        own,
    })
}

fn own_of(rules: &RankRules, member: &Ranked, changes: &[Changed], now: Time) -> Own {
    let figures = actions::figures(member, now);
    let next = next(member.rank);
    let lost = member.lost.filter(|lost| *lost > member.rank).map(|lost| {
        let days = figures.clean_days.unwrap_or_default();
        let still = |rank: &Rank| rules.needs(*rank).clean_days - days;
        (lost, still(&lost).max(0))
    });
    Own {
        rank: member.rank,
        since: Day(member.rank_since),
        bars: next.map(|rank| bars(rules.needs(rank), &figures)).unwrap_or_default(),
        // What a warning took comes back by itself: there is no way to walk.
        next: next.filter(|_| lost.is_none() || held_rank(rules, member.rank, &figures) >= member.rank),
        lost,
        changes: changes.iter().map(ChangeRow::from).collect(),
    }
}

fn bars(needs: &Needs, figures: &Figures) -> Vec<Bar> {
    let asked = Measure::ALL.into_iter().filter(|measure| needs.of(*measure) > 0);
    let bar = |measure: Measure| {
        let needed = needs.of(measure);
        let (has, words) = match figures.of(measure) {
            None => (needed, "no warning".to_owned()),
            Some(has) => (has.min(needed), format!("{has} of {needed}")),
        };
        Bar { title: measure.title(), has, needed, words, is_met: figures.meet(needs, measure) }
    };
    asked.map(bar).collect()
}

impl From<&Changed> for ChangeRow {
    fn from(change: &Changed) -> Self {
        Self { rank: change.to, is_up: change.to > change.from, at: Day(change.at) }
    }
}
