//! `/verification/call`: a time or the queue, what is booked, and the result.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::news::Place;
use super::shown::{DayRow, Moment, OffsetRow, days, offsets, path};
use super::{private, step};
use crate::accounts::viewer::Member;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;
use crate::verification::appeals::actions::{Standing, standing};
use crate::verification::appeals::pages::told as told_of;
use crate::verification::appeals::rules::Notice;
use crate::verification::call::CallId;
use crate::verification::call::actions::{self, Ground};
use crate::verification::call::rules::slots::{Offset, SLOT};
use crate::verification::call::rules::{OPENS, State, Way, is_room_open, may_appeal, may_begin};
use crate::verification::call::store::Call;
use crate::verification::rules::steps::Step;
use crate::web::{Crumb, Frame, Site, page_with, see_other};

#[derive(Template)]
#[template(path = "verification/call/index.html")]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that the template shows or leaves out")]
struct CallPage {
    frame: Frame,
    told: Option<&'static str>,
    problem: Option<String>,
    step: Step,
    slot: Option<SlotRow>,
    place: Option<Place>,
    is_changing: bool,
    is_over: bool,
    may_appeal: bool,
    /// Where it stands with an appeal against the second result.
    appeal: Option<Notice>,
    /// Why no time can be booked, where there is something to say.
    closed: Option<String>,
    shows_times: bool,
    days: Vec<DayRow>,
    join: Option<Join>,
    offset: String,
    zone: String,
    offsets: Vec<OffsetRow>,
    path: String,
}

/// The time of a call.
struct SlotRow {
    state: &'static str,
    begins: Moment,
    ends: Moment,
    opens: Moment,
    held_until: Option<Moment>,
    is_open: bool,
    has_begun: bool,
}

/// What whoever joins the queue now can expect.
struct Join {
    agents: usize,
    waiting: i64,
    minutes: Option<i64>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    zone: String,
    told: String,
    change: String,
}

/// A form of this page.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Form {
    at: String,
    zone: String,
}

impl Form {
    fn at(&self) -> Option<Time> {
        chrono::DateTime::parse_from_rfc3339(self.at.trim()).ok().map(|at| at.naive_utc())
    }
}

/// What was done on the page before.
fn told(code: &str) -> Option<&'static str> {
    Some(match code {
        "booked" => "Your call is booked. We remind you a day and an hour before.",
        "changed" => "Your call is moved.",
        "cancelled" => "Your call is taken back. You can choose another time whenever you like.",
        "queued" => "You are in the queue.",
        "appealed" => "You appealed. Choose when to talk to an agent who took no part.",
        _ => return None,
    })
}

/// Everything that the page shows, asked for in one trip.
#[derive(Default)]
struct Loaded {
    ground: Option<Ground>,
    free: Vec<Time>,
    place: Option<Place>,
    join: Option<Join>,
    standing: Standing,
}

fn open_call(ground: &Ground, now: Time) -> Option<&Call> {
    let newest = ground.calls.first().filter(|call| call.state.is_open())?;
    Some(newest).filter(|call| call.held_until.is_none_or(|until| until > now))
}

fn load(conn: &mut Conn, member: MemberId, is_changing: bool, now: Time) -> Result<Loaded, Error> {
    let mut loaded = Loaded::default();
    let Some(ground) = Ground::of(conn, member, now)? else { return Ok(loaded) };
    loaded.standing = standing(conn, member, (None, &ground.calls, None))?;
    let open = open_call(&ground, now).cloned();
    let past = ground.past(now);
    if let Some(call) = &open {
        loaded.place = Place::of(conn, call, &ground, now)?;
    }
    let shows = open.is_none() && ground.has_phone;
    if (shows || is_changing) && may_begin(Way::Slot, &past, now).is_ok() {
        loaded.free = actions::choices(conn, &ground, now)?.into_keys().collect();
    }
    if shows && may_begin(Way::Queue, &past, now).is_ok() {
        let (agents, waiting, minutes) = Place::expected(conn, &ground, now)?;
        loaded.join = Some(Join { agents, waiting, minutes });
    }
    loaded.ground = Some(ground);
    Ok(loaded)
}

impl SlotRow {
    fn of(call: &Call, offset: Offset, now: Time) -> Option<Self> {
        let starts = call.starts_at?;
        let shows = matches!(call.state, State::Held | State::Booked | State::Waiting);
        shows.then(|| Self {
            state: call.state.code(),
            begins: Moment::long(starts, offset),
            ends: Moment::hour(starts + SLOT, offset),
            opens: Moment::hour(starts - OPENS, offset),
            held_until: call.held_until.map(|until| Moment::hour(until, offset)),
            is_open: is_room_open(call.starts_at, call.ends_at, now),
            has_begun: starts <= now,
        })
    }
}

/// The page, with what was done or what stood in the way.
async fn render(
    site: &Site,
    member: &Member,
    asked: &Asked,
    (status, problem): (StatusCode, Option<String>),
) -> Result<HttpResponse, Error> {
    let (id, now, is_changing) = (member.id, site.clock.now(), !asked.change.is_empty());
    let loaded = site.db.read(move |conn| load(conn, id, is_changing, now)).await?;
    let offset = Offset::parse(&asked.zone);
    let open = loaded.ground.as_ref().and_then(|ground| open_call(ground, now));
    let past = loaded.ground.as_ref().map(|ground| ground.past(now));
    let closed = past.as_ref().and_then(|past| may_begin(Way::Slot, past, now).err());
    let decided =
        past.as_ref().and_then(|past| past.decided.map(|(state, at, _)| (state, at, past.appealed)));
    let is_changing = is_changing && open.is_some_and(|call| call.state == State::Booked);
    let is_ready = loaded.ground.as_ref().is_some_and(|ground| ground.has_phone);
    let frame = Frame::new(site, member.account(), "Live call").at("/verification/call");
    let page = CallPage {
        frame: frame.with_crumbs(vec![
            Crumb::new("Verification", "/verification"),
            Crumb::new("Live call", "/verification/call"),
        ]),
        told: told(&asked.told),
        problem,
        step: step(loaded.ground.as_ref(), now),
        slot: open.and_then(|call| SlotRow::of(call, offset, now)),
        place: loaded.place,
        is_over: open.is_none() && decided.is_some_and(|(state, ..)| state == State::Passed),
        may_appeal: open.is_none()
            && decided.is_some_and(|(state, at, appealed)| may_appeal(state, Some(at), appealed, now)),
        shows_times: is_ready && closed.is_none() && (open.is_none() || is_changing),
        appeal: told_of(&loaded.standing, now).into_iter().find(|_| !loaded.standing.adverse.is_empty()),
        closed: closed.filter(|_| open.is_none() && is_ready).map(|closed| closed.to_string()),
        is_changing,
        days: days(loaded.free, offset),
        join: loaded.join.filter(|_| !is_changing),
        zone: offset.title(),
        offset: offset.code(),
        offsets: offsets(offset),
        path: path(offset, ""),
    };
    page_with(status, &page).map(private)
}

pub(super) async fn show(
    site: web::Data<Site>,
    member: Member,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    render(&site, &member, &asked, (StatusCode::OK, None)).await
}

/// Leads on, or shows the page with what stood in the way.
async fn answer(
    site: &Site,
    member: &Member,
    (form, change): (Form, &str),
    outcome: Result<&str, Error>,
) -> Result<HttpResponse, Error> {
    let (status, why) = match outcome {
        Ok(told) => return see_other(&path(Offset::parse(&form.zone), told)),
        Err(Error::Refused(why)) => (StatusCode::UNPROCESSABLE_ENTITY, why),
        Err(Error::Conflict(why)) => (StatusCode::CONFLICT, why.into_owned()),
        Err(other) => return Err(other),
    };
    let asked = Asked { zone: form.zone, told: String::new(), change: change.to_owned() };
    render(site, member, &asked, (status, Some(why))).await
}

/// Runs an action of the member and answers.
async fn act<T: Send + 'static>(
    site: &Site,
    member: &Member,
    form: Form,
    told: &str,
    action: impl FnOnce(&mut Conn, MemberId, Time) -> Result<T, Error> + Send + 'static,
) -> Result<HttpResponse, Error> {
    let (id, now) = (member.id, site.clock.now());
    let done = site.db.write(move |conn| action(conn, id, now)).await;
    answer(site, member, (form, ""), done.map(|_| told)).await
}

/// Runs an action that needs the time of a form.
async fn at_time(
    site: &Site,
    member: &Member,
    form: Form,
    (told, change): (&str, &str),
    action: fn(&mut Conn, MemberId, Time, Time) -> Result<CallId, Error>,
) -> Result<HttpResponse, Error> {
    let (id, now) = (member.id, site.clock.now());
    let done = match form.at() {
        Some(at) => site.db.write(move |conn| action(conn, id, at, now)).await,
        None => Err(Error::refused("Choose one of the times below.")),
    };
    answer(site, member, (form, change), done.map(|_| told)).await
}

pub(super) async fn hold(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<Form>,
) -> Result<HttpResponse, Error> {
    at_time(&site, &member, form.into_inner(), ("", ""), actions::hold).await
}

pub(super) async fn change(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<Form>,
) -> Result<HttpResponse, Error> {
    at_time(&site, &member, form.into_inner(), ("changed", "1"), actions::change).await
}

pub(super) async fn confirm(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<Form>,
) -> Result<HttpResponse, Error> {
    act(&site, &member, form.into_inner(), "booked", actions::confirm).await
}

pub(super) async fn cancel(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<Form>,
) -> Result<HttpResponse, Error> {
    act(&site, &member, form.into_inner(), "cancelled", actions::cancel).await
}

pub(super) async fn join(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<Form>,
) -> Result<HttpResponse, Error> {
    act(&site, &member, form.into_inner(), "queued", actions::join).await
}

pub(super) async fn appeal(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<Form>,
) -> Result<HttpResponse, Error> {
    act(&site, &member, form.into_inner(), "appealed", actions::appeal).await
}
