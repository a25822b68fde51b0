//! `/agent/calls/{id}`: the call that an agent holds, with the document beside the picture.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::desk::title;
use super::seated::Seated;
use super::{frame, private};
use crate::accounts::agent::Agent;
use crate::clock::{Time, date};
use crate::db::Conn;
use crate::error::Error;
use crate::members;
use crate::verification::call::CallId;
use crate::verification::call::actions::{self, Typed};
use crate::verification::call::room::pages::Stage;
use crate::verification::call::rules::checks::{Line, Reason, challenges, lines};
use crate::verification::call::rules::slots::TALK;
use crate::verification::call::rules::{Outcome, State, TURN, is_room_open};
use crate::verification::call::store::{self, Call};
use crate::verification::desk::pages::images::{self, View};
use crate::verification::desk::rules::checklist::Answer;
use crate::verification::desk::store as desk;
use crate::verification::document::details::Details;
use crate::verification::document::rules::Kind;
use crate::verification::document::store as cases;
use crate::verification::evidence::store::Image;
use crate::verification::evidence::{self, Vault};
use crate::verification::phone;
use crate::verification::phone::rules::{Purpose, State as Phone, read_code};
use crate::verification::{CaseId, EvidenceId};
use crate::web::{Frame, Problems, Site, When, headers, page_with, see_other};

/// A form as it was sent.
pub(super) type Sent = BTreeMap<String, String>;

#[derive(Template)]
#[template(path = "verification/call/agent.html")]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that the template shows or leaves out")]
struct AgentPage {
    frame: Frame,
    id: i64,
    state: &'static str,
    state_title: &'static str,
    account: String,
    when: Option<When>,
    is_from_queue: bool,
    /// Until when somebody whose turn it is has to come in.
    turn_until: Option<When>,
    /// Whether the member may be let in.
    is_waiting: bool,
    is_in_call: bool,
    is_open: bool,
    stage: Stage,
    used: i64,
    planned: i64,
    waiting: usize,
    next: Option<String>,
    document: Document,
    images: Vec<ImageRow>,
    lines: Vec<LineRow>,
    answers: [Answer; 3],
    code: Code,
    outcomes: [Outcome; 4],
    reasons: Vec<(&'static str, Vec<Reason>)>,
    outcome: String,
    reason: String,
    is_flagged: bool,
    problems: Problems,
}

/// What the agent compares of the document.
#[derive(Default)]
struct Document {
    kind: &'static str,
    name: String,
    ends_in: String,
    expires: Option<String>,
}

struct ImageRow {
    id: i64,
    side: &'static str,
    width: i64,
    height: i64,
    is_there: bool,
}

/// Where the code stands.
struct Code {
    /// The last digits of the proved phone; without one no code is asked for.
    phone: Option<String>,
    sent: Option<When>,
    is_right: bool,
    is_on_its_way: bool,
}

struct LineRow {
    line: Line,
    given: String,
    is_open: bool,
    is_challenge: bool,
}

impl LineRow {
    fn id(&self) -> String {
        format!("line-{}", self.line.code())
    }
}

/// Everything that the page shows.
pub(super) struct Loaded {
    pub call: Call,
    member: members::store::Member,
    kind: Option<Kind>,
    sealed: Option<Vec<u8>>,
    images: Vec<Image>,
    phone: Option<phone::store::Phone>,
    waiting: usize,
    next: Option<Time>,
}

fn load_from(conn: &mut Conn, agent: members::MemberId, id: CallId, now: Time) -> Result<Loaded, Error> {
    let call = actions::held_by(conn, id, agent)?;
    Ok(Loaded {
        member: members::store::get(conn, call.member)?,
        kind: cases::find(conn, call.case)?.and_then(|case| case.kind),
        // What the document says opens with the call, and closes with it.
        sealed: if call.state == State::InCall { desk::sealed(conn, call.case)?.details } else { None },
        images: if call.state == State::InCall {
            evidence::store::of_case(conn, call.case)?
        } else {
            Vec::new()
        },
        phone: phone::store::of(conn, call.member)?.filter(|phone| phone.state == Phone::Verified),
        waiting: actions::line(conn, agent, now)?.len(),
        next: store::next_booking(conn, agent, now)?,
        call,
    })
}

pub(super) async fn load(site: &Site, agent: &Agent, id: i64) -> Result<Loaded, Error> {
    let (who, now) = (agent.0.id, site.clock.now());
    site.db.read(move |conn| load_from(conn, who, CallId(id), now)).await
}

fn document(site: &Site, loaded: &Loaded) -> Result<Document, Error> {
    let kind = loaded.kind.map_or("Document", Kind::title);
    let Some(sealed) = &loaded.sealed else { return Ok(Document { kind, ..Document::default() }) };
    let details = Details::open(&site.keys, loaded.call.case, sealed)?;
    let letters: Vec<char> = details.number.chars().collect();
    Ok(Document {
        kind,
        name: format!("{} {}", details.given_names, details.surname),
        ends_in: letters[letters.len().saturating_sub(3)..].iter().collect(),
        expires: details.expiry.map(|day| date(day.and_time(chrono::NaiveTime::MIN))),
    })
}

pub(super) fn field<'a>(sent: &'a Sent, name: &str) -> &'a str {
    sent.get(name).map_or("", String::as_str)
}

fn rows(call: &Call, sent: &Sent, was_sent: bool) -> Vec<LineRow> {
    let row = |line: Line| {
        let given = field(sent, &format!("answer-{}", line.code())).to_owned();
        let is_open = was_sent && Answer::parse(&given).is_none();
        LineRow { is_challenge: matches!(line, Line::Done(_)), line, given, is_open }
    };
    lines(&challenges(&call.challenges)).into_iter().map(row).collect()
}

fn reasons() -> Vec<(&'static str, Vec<Reason>)> {
    let of = |outcome| Reason::ALL.into_iter().filter(|reason| reason.of() == outcome).collect();
    vec![("Inconclusive", of(Outcome::Inconclusive)), ("Failed", of(Outcome::Failed))]
}

/// The page, with a form as it was sent and what is wrong with it.
pub(super) fn render(
    site: &Site,
    agent: &Agent,
    loaded: &Loaded,
    sent: &Sent,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let (call, now) = (&loaded.call, site.clock.now());
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let heading = format!("Call {}", call.id.0);
    let was_sent = problems.get("answers").is_some();
    let turn = call.taken_at.filter(|_| call.state == State::Queued).map(|taken| When(taken + TURN));
    let page = AgentPage {
        frame: frame(site, agent, &heading, &format!("/agent/calls/{}", call.id.0)),
        id: call.id.0,
        state: call.state.code(),
        state_title: title(call.state),
        account: loaded.member.name.clone(),
        when: call.starts_at.map(When),
        is_from_queue: call.queued_at.is_some(),
        turn_until: turn,
        is_waiting: call.state == State::Waiting && is_room_open(call.starts_at, call.ends_at, now),
        is_in_call: call.state == State::InCall,
        is_open: call.state.is_open(),
        stage: Stage::new(call.id.0, "agent"),
        used: call.began_at.map_or(0, |began| (now - began).num_minutes()),
        planned: TALK.num_minutes(),
        waiting: loaded.waiting,
        next: loaded.next.map(|next| next.format("%H:%M").to_string()),
        document: document(site, loaded)?,
        images: loaded.images.iter().map(image_row).collect(),
        lines: rows(call, sent, was_sent),
        answers: Answer::ALL,
        code: Code {
            phone: loaded.phone.as_ref().map(|phone| phone.last_digits.clone()),
            sent: call.code_sent_at.map(When),
            is_right: call.code_right_at.is_some(),
            is_on_its_way: call.code_mac.is_some(),
        },
        outcomes: Outcome::ALL,
        reasons: reasons(),
        outcome: field(sent, "outcome").to_owned(),
        reason: field(sent, "reason").to_owned(),
        is_flagged: !field(sent, "flag").is_empty(),
        problems,
    };
    let mut answer = page_with(status, &page).map(private)?;
    headers::allow_call(&mut answer, &site.settings);
    Ok(answer)
}

fn image_row(image: &Image) -> ImageRow {
    ImageRow {
        id: image.id.0,
        side: image.side.title(),
        width: image.width,
        height: image.height,
        is_there: image.destroyed_at.is_none(),
    }
}

pub(super) async fn show(
    site: web::Data<Site>,
    Seated(agent): Seated,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let loaded = load(&site, &agent, *id).await?;
    render(&site, &agent, &loaded, &Sent::new(), Problems::none())
}

/// Leads back to the call, or shows it with what stood in the way.
async fn back(
    site: &Site,
    agent: &Agent,
    id: i64,
    done: Result<(), Error>,
    (place, sent): (&'static str, &Sent),
) -> Result<HttpResponse, Error> {
    match done {
        Ok(()) => see_other(&format!("/agent/calls/{id}#{place}")),
        Err(Error::Refused(why)) => {
            let loaded = load(site, agent, id).await?;
            render(site, agent, &loaded, sent, Problems::one(place, why))
        }
        Err(other) => Err(other),
    }
}

pub(super) async fn admit(
    site: web::Data<Site>,
    Seated(agent): Seated,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (call, who, now) = (CallId(*id), agent.0.id, site.clock.now());
    let done = site.db.write(move |conn| actions::admit(conn, call, who, now)).await;
    back(&site, &agent, *id, done, ("stage", &Sent::new())).await
}

pub(super) async fn give_back(
    site: web::Data<Site>,
    Seated(agent): Seated,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (call, who, now) = (CallId(*id), agent.0.id, site.clock.now());
    site.db.write(move |conn| actions::give_back(conn, call, who, now)).await?;
    see_other("/agent/calls?told=back")
}

/// Sends the code; what was ticked so far comes back where it cannot be sent.
pub(super) async fn send_code(
    site: web::Data<Site>,
    Seated(agent): Seated,
    id: web::Path<i64>,
    form: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    let (call, who, now) = (CallId(*id), agent.0.id, site.clock.now());
    let (keys, community) = (site.keys.clone(), site.settings.name.clone());
    let sending =
        site.db.write(move |conn| actions::send_code(conn, &keys, call, who, &community, now)).await;
    if sending.is_ok() {
        site.texts_queued.notify_one();
        return still(&site, &agent, *id, &form, Problems::none()).await;
    }
    back(&site, &agent, *id, sending, ("code", &form)).await
}

/// The page again, with what was ticked so far.
async fn still(
    site: &Site,
    agent: &Agent,
    id: i64,
    sent: &Sent,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    if sent.keys().all(|name| name == "code") && problems.is_empty() {
        return see_other(&format!("/agent/calls/{id}#code"));
    }
    let loaded = load(site, agent, id).await?;
    render(site, agent, &loaded, sent, problems)
}

pub(super) async fn check_code(
    site: web::Data<Site>,
    Seated(agent): Seated,
    id: web::Path<i64>,
    form: web::Form<Sent>,
) -> Result<HttpResponse, Error> {
    let (call, who, now, keys) = (CallId(*id), agent.0.id, site.clock.now(), site.keys.clone());
    let Some(code) = read_code(field(&form, "code"), Purpose::LiveCall.digits()) else {
        let why = format!("The code has {} digits.", Purpose::LiveCall.digits());
        return still(&site, &agent, *id, &form, Problems::one("code", why)).await;
    };
    let typed = site.db.write(move |conn| actions::enter_code(conn, &keys, call, who, &code, now)).await?;
    let problems = match typed {
        Typed::Right => Problems::none(),
        Typed::Wrong(1) => Problems::one("code", "That is not the code. One try is left."),
        Typed::Wrong(left) => Problems::one("code", format!("That is not the code. {left} tries are left.")),
        Typed::Over => Problems::one("code", "This code counts no more. Send another."),
    };
    still(&site, &agent, *id, &form, problems).await
}

/// An image of the case, for whoever is in the call about it.
fn find(conn: &mut Conn, call: CallId, image: EvidenceId, agent: members::MemberId) -> Result<(), Error> {
    let call = actions::held_by(conn, call, agent)?;
    if call.state != State::InCall {
        return Err(Error::NotFound);
    }
    let images = evidence::store::of_case(conn, CaseId(call.case.0))?;
    let is_there = images.iter().any(|one| one.id == image && one.destroyed_at.is_none());
    if is_there { Ok(()) } else { Err(Error::NotFound) }
}

pub(super) async fn image(
    site: web::Data<Site>,
    vault: web::Data<Vault>,
    Seated(agent): Seated,
    path: web::Path<(i64, i64)>,
) -> Result<HttpResponse, Error> {
    let (call, image, who) = (CallId(path.0), EvidenceId(path.1), agent.0.id);
    site.db.read(move |conn| find(conn, call, image, who)).await?;
    images::answer(&site, &vault, &agent, image, View::default()).await
}
