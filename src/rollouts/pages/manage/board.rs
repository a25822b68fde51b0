//! One rollout that is approved: how far it has come, and what can be done with it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{Asked, Path, draft, frame, id_of, managed, told};
use crate::accounts::viewer::Manager;
use crate::badges::marks::grouped;
use crate::badges::store as badges;
use crate::clock::{Time, date_and_time};
use crate::db::Conn;
use crate::error::Error;
use crate::members;
use crate::members::MemberId;
use crate::rollouts::RolloutId;
use crate::rollouts::actions::{self, PAUSE, Room};
use crate::rollouts::rules::{Invitation, Pause, Phase, Publication, may_agree};
use crate::rollouts::store::{self, Rollout, Tally, Wave};
use crate::web::charts::{Bar, Bars, Words};
use crate::web::{Frame, Site, When, page_with};

/// Waves on the page at most; the table to take along has all of them.
const WAVES: i64 = 60;

/// One line of the funnel.
struct Line {
    title: &'static str,
    count: String,
}

#[derive(Template)]
#[template(path = "rollouts/manage/board.html")]
struct BoardPage {
    frame: Frame,
    told: Option<&'static str>,
    refusal: Option<String>,
    path: String,
    public: String,
    title: String,
    reason: String,
    rule: String,
    percent: u8,
    phase: Phase,
    version: i64,
    stands: String,
    approval: Option<ApprovalRow>,
    salt: Option<String>,
    publication: String,
    held: Option<Held>,
    room: Option<RoomRow>,
    funnel: Bars,
    lines: Vec<Line>,
    covered: String,
    whole: String,
    waves: Vec<WaveRow>,
    next_wave: Option<When>,
    typed: String,
}

struct ApprovalRow {
    by: String,
    at: When,
    note: String,
    salt_hash: String,
    audience_hash: String,
    size: String,
}

/// What is held, and who asks for it to be shown.
struct Held {
    count: String,
    asked_by: Option<String>,
    may_agree: bool,
}

struct RoomRow {
    free: String,
    capacity: String,
    minutes: String,
    backlog: String,
    call_minutes: String,
    accept: u64,
}

struct WaveRow {
    wave: Wave,
    at: When,
}

struct Found {
    rollout: Rollout,
    tally: Tally,
    waves: Vec<Wave>,
    room: Option<Room>,
    held: i64,
    names: Vec<(MemberId, String)>,
}

fn load(conn: &mut Conn, id: RolloutId, now: Time) -> Result<Found, Error> {
    let rollout = actions::find(conn, id)?;
    let people: Vec<MemberId> =
        rollout.approval.iter().map(|approval| approval.by).chain(rollout.asked_by).collect();
    let names = members::store::by_ids(conn, &people)?;
    let room = if rollout.phase.runs() { Some(actions::room(conn, &rollout, now)?) } else { None };
    Ok(Found {
        tally: store::tally(conn, id)?,
        waves: store::waves(conn, id, WAVES)?,
        room,
        held: badges::count_held(conn, id)?,
        names: names.into_values().map(|member| (member.id, member.name)).collect(),
        rollout,
    })
}

/// The steps of a member's way with how many came so far, each with those who went further.
pub(super) fn funnel(tally: &Tally) -> Vec<(&'static str, i64)> {
    let of = |states: &[Invitation]| states.iter().map(|state| tally.of(*state)).sum::<i64>();
    vec![
        ("In the order", tally.whole()),
        ("Still to be invited", of(&[Invitation::Queued])),
        ("Invited, not opened", of(&[Invitation::Invited])),
        ("Opened, not answered", of(&[Invitation::Seen])),
        ("Accepted, in progress", of(&[Invitation::Accepted])),
        ("Verified", tally.verified()),
        ("Not verified", of(&[Invitation::Settled]) - tally.verified()),
        ("Declined", of(&[Invitation::Declined])),
        ("Lapsed", of(&[Invitation::Lapsed])),
        ("Exempt", of(&[Invitation::Exempt])),
        ("Had the badge already", of(&[Invitation::CarriedOver])),
        ("Left the community", of(&[Invitation::Left])),
    ]
}

fn picture(steps: &[(&'static str, i64)]) -> Bars {
    let words = Words {
        id: "funnel",
        title: "Members of this rollout by where they stand".to_owned(),
        description: "From those in the order to those whose verification is decided.".to_owned(),
    };
    let bar = |(title, count): &(&'static str, i64)| Bar { label: (*title).to_owned(), count: Some(*count) };
    Bars::new(words, "", steps.iter().map(bar).collect())
}

/// Where it stands, in a sentence.
fn stands(rollout: &Rollout) -> String {
    match (rollout.phase, rollout.paused) {
        (Phase::Paused, Some((since, Pause::Wait))) => format!(
            "No wave opens since {} UTC: nine in ten members wait longer than {} hours. It goes on by itself a day later at the earliest, when they do not.",
            date_and_time(since),
            rollout.plan.longest_wait
        ),
        (Phase::Paused, Some((since, Pause::Hand))) => {
            format!("A manager paused it on {} UTC. Somebody opens it again.", date_and_time(since))
        }
        (Phase::Open, _) => {
            "Waves open by themselves, one a day at most, as large as the agents can serve.".to_owned()
        }
        (Phase::Approved, _) => "Approved as it stands. Open it when its time has come.".to_owned(),
        (Phase::Closing, _) => {
            "Everybody had their invitation. Answers and decisions are still to come.".to_owned()
        }
        (Phase::Complete, _) => "Everybody is covered. What is held is shown when its time comes.".to_owned(),
        (Phase::Published, _) => "Everybody is covered, and nothing is held.".to_owned(),
        _ => "It came to its end before its time.".to_owned(),
    }
}

/// When badges are shown, in a sentence.
pub(crate) fn publication_in_words(publication: Publication) -> String {
    let by = |at| format!("{} UTC", date_and_time(at));
    match publication {
        Publication::AtOnce => "Each badge is shown when it is decided.".to_owned(),
        Publication::OnDate { at } => format!("All badges are shown together on {}.", by(at)),
        Publication::AtShare { share, latest } => format!(
            "All badges are shown together when {share} of a hundred members are covered, on {} at the latest.",
            by(latest)
        ),
        Publication::WhenCovered { latest } => format!(
            "All badges are shown together when everybody has had their chance, on {} at the latest.",
            by(latest)
        ),
    }
}

pub(super) async fn show(
    site: web::Data<Site>,
    manager: Manager,
    path: Path,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let id = id_of(&path);
    let is_draft = site.db.read(move |conn| Ok(actions::find(conn, id)?.phase == Phase::Draft)).await?;
    if is_draft {
        return draft::show(site, manager, path, asked).await;
    }
    respond(&site, &manager, id, told(&asked.told), None, String::new()).await
}

/// The page as it stands, with what was refused and the words that were typed.
pub(super) async fn respond(
    site: &Site,
    manager: &Manager,
    id: RolloutId,
    told: Option<&'static str>,
    refusal: Option<String>,
    typed: String,
) -> Result<HttpResponse, Error> {
    let now = site.clock.now();
    let found = site.db.read(move |conn| load(conn, id, now)).await?;
    let rollout = &found.rollout;
    let steps = funnel(&found.tally);
    let last = found.waves.first().map(|wave| wave.opened_at + PAUSE);
    let page = BoardPage {
        frame: frame(site, manager, &rollout.plan.title, &managed(id)),
        told,
        path: managed(id),
        public: format!("/rollouts/{}", id.0),
        title: rollout.plan.title.clone(),
        reason: rollout.plan.reason.clone(),
        rule: rollout.plan.audience.in_words(),
        percent: rollout.plan.percent,
        phase: rollout.phase,
        version: rollout.version,
        stands: stands(rollout),
        approval: found.approval(),
        salt: rollout.salt.as_ref().map(|salt| salt.as_str().to_owned()),
        publication: publication_in_words(rollout.plan.publication),
        held: found.held(manager.0.id),
        room: found.room.as_ref().map(room_row),
        funnel: picture(&steps),
        lines: steps.iter().map(|(title, count)| Line { title, count: grouped(*count) }).collect(),
        covered: grouped(found.tally.covered()),
        whole: grouped(found.tally.whole()),
        next_wave: last.filter(|at| rollout.phase == Phase::Open && *at > now).map(When),
        waves: found
            .waves
            .iter()
            .map(|wave| WaveRow { at: When(wave.opened_at), wave: wave.clone() })
            .collect(),
        typed,
        refusal,
    };
    let status = if page.refusal.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    page_with(status, &page)
}

fn room_row(room: &Room) -> RoomRow {
    let count = |number: u64| grouped(i64::try_from(number).unwrap_or(i64::MAX));
    RoomRow {
        free: count(room.free),
        capacity: count(room.capacity),
        minutes: count(room.crew.shift_minutes),
        backlog: count(room.crew.backlog),
        call_minutes: count(room.measured.call_seconds.div_ceil(60)),
        accept: room.measured.accept_percent,
    }
}

impl Found {
    fn name(&self, id: MemberId) -> String {
        self.names.iter().find(|one| one.0 == id).map(|one| one.1.clone()).unwrap_or_default()
    }

    fn approval(&self) -> Option<ApprovalRow> {
        let approval = self.rollout.approval.as_ref()?;
        Some(ApprovalRow {
            by: self.name(approval.by),
            at: When(approval.at),
            note: approval.note.clone(),
            salt_hash: approval.salt_hash.clone(),
            audience_hash: approval.audience_hash.clone(),
            size: grouped(approval.size),
        })
    }

    fn held(&self, reader: MemberId) -> Option<Held> {
        self.rollout.holds().then(|| Held {
            count: grouped(self.held),
            asked_by: self.rollout.asked_by.map(|id| self.name(id)),
            may_agree: self.rollout.asked_by.is_some_and(|asked| may_agree(reader, &[asked])),
        })
    }
}
