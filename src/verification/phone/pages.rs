//! `/verification/phone`: the number, the code, and taking the number off.

mod code;
mod waive;

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::actions::{self, Asking};
use super::countries;
use super::numbers::{Number, NumberProblem};
use super::rules::{self, State, Way};
use super::store::{self, Phone};
use crate::accounts::viewer::Member;
use crate::clock::Time;
use crate::error::Error;
use crate::outside::texts::Channel;
use crate::web::{Crumb, Day, Frame, Problems, Site, address, page_with, see_other};

/// The addresses of the phone, and of the prefixes texts go to.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/verification/phone", web::get().to(show))
        .route("/verification/phone", web::post().to(send))
        .route("/verification/phone/code", web::get().to(code::show))
        .route("/verification/phone/code", web::post().to(code::enter))
        .route("/verification/phone/resend", web::post().to(code::resend))
        .route("/verification/phone/remove", web::post().to(remove))
        .route("/agent/phones/waive", web::get().to(waive::form))
        .route("/agent/phones/waive", web::post().to(waive::waive))
        .configure(super::prefixes::pages::routes);
}

#[derive(Template)]
#[template(path = "verification/phone.html")]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that the template shows or leaves out")]
struct PhonePage {
    frame: Frame,
    title: &'static str,
    words: &'static str,
    way: Way,
    /// What the number ends with, where there is one.
    last_digits: Option<String>,
    verified: Option<Day>,
    is_done: bool,
    is_waived: bool,
    /// The state in a notice, where there is something to say.
    notice: Option<&'static str>,
    is_sent: bool,
    is_open: bool,
    calls: bool,
    countries: &'static [countries::Country],
    form: NumberForm,
    problems: Problems,
}

#[derive(Clone, Default, serde::Deserialize)]
struct NumberForm {
    #[serde(default)]
    country: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    channel: String,
}

/// The state of a phone at this moment: a code that nobody typed in is over even before a job says so.
fn state_of(phone: Option<&Phone>, now: Time) -> State {
    let state = phone.map_or(State::None, |phone| phone.state);
    let is_over = phone.is_some_and(|phone| rules::is_over(phone.code_sent_at, now));
    if state == State::Sent && is_over { State::Expired } else { state }
}

/// Whether texts can be sent from here, and calls.
fn reach(site: &Site) -> (bool, bool) {
    match &site.settings.texts {
        _ if site.demo => (true, true),
        None => (false, false),
        Some(service) => (true, service.calls()),
    }
}

fn crumbs(last: Option<&str>) -> Vec<Crumb> {
    let mut crumbs =
        vec![Crumb::new("Verification", "/verification"), Crumb::new("Phone", "/verification/phone")];
    crumbs.extend(last.map(|last| Crumb::new(last, "")));
    crumbs
}

/// An answer that nobody keeps.
fn unkept(status: StatusCode, template: &impl Template) -> Result<HttpResponse, Error> {
    let mut answer = page_with(status, template)?;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

/// The country that the browser's language names, for a form nobody filled in yet.
fn likely_country(request: &HttpRequest) -> String {
    let languages = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let first = languages.and_then(|list| list.split([',', ';']).next()).unwrap_or_default();
    let region = first.rsplit_once('-').map(|(_, region)| region.trim().to_ascii_uppercase());
    let is_known = |region: &String| countries::ALL.iter().any(|country| country.code == region.as_str());
    region.filter(is_known).unwrap_or_default()
}

fn build(
    site: &Site,
    member: &Member,
    phone: Option<&Phone>,
    form: NumberForm,
    problems: Problems,
) -> PhonePage {
    let state = state_of(phone, site.clock.now());
    let (is_open, calls) = reach(site);
    let tells = matches!(state, State::Expired | State::Locked | State::Conflict | State::Waived);
    PhonePage {
        frame: Frame::new(site, member.account(), "Your phone")
            .with_crumbs(crumbs(None))
            .at("/verification/phone"),
        title: state.title(),
        words: state.words(),
        way: state.way(),
        last_digits: phone.map(|phone| phone.last_digits.clone()).filter(|digits| !digits.is_empty()),
        verified: phone.and_then(|phone| phone.verified_at).filter(|_| state == State::Verified).map(Day),
        is_done: state == State::Verified,
        is_waived: state == State::Waived,
        notice: tells.then(|| state.title()),
        is_sent: state == State::Sent,
        is_open,
        calls,
        countries: &countries::ALL,
        form,
        problems,
    }
}

async fn show(site: web::Data<Site>, member: Member, request: HttpRequest) -> Result<HttpResponse, Error> {
    let id = member.id;
    let phone = site.db.read(move |conn| Ok(store::of(conn, id)?)).await?;
    let country = match &phone {
        Some(phone) if !phone.country.is_empty() => phone.country.clone(),
        _ => likely_country(&request),
    };
    let form = NumberForm { country, ..NumberForm::default() };
    unkept(StatusCode::OK, &build(&site, &member, phone.as_ref(), form, Problems::none()))
}

/// Reads the form: the number and how the code is to come.
fn read(form: &NumberForm, calls: bool) -> Result<(Number, Channel), Problems> {
    let channel = match Channel::parse(&form.channel) {
        Some(Channel::Call) if calls => Channel::Call,
        _ => Channel::Text,
    };
    let field = |problem: &NumberProblem| match problem {
        NumberProblem::Country => "country",
        _ => "number",
    };
    let number = Number::parse(&form.country, &form.number);
    let number = number.and_then(|number| number.takes(channel).map(|()| number));
    number
        .map(|number| (number, channel))
        .map_err(|problem| Problems::one(field(&problem), problem.to_string()))
}

fn asking(site: &Site, member: &Member, channel: Channel, request: &HttpRequest) -> Asking {
    Asking {
        member: member.id,
        channel,
        address: address::of(request, site.settings.proxies),
        community: site.settings.name.clone(),
        host: site.settings.url.host_str().unwrap_or_default().to_owned(),
    }
}

async fn send(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<NumberForm>,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let (is_open, calls) = reach(&site);
    let read = if is_open { read(&form, calls) } else { Err(Problems::one("number", NOT_OPEN)) };
    let (number, channel) = match read {
        Ok(read) => read,
        Err(problems) => return again(&site, &member, form, problems).await,
    };
    let (asking, keys, now) =
        (asking(&site, &member, channel, &request), site.keys.clone(), site.clock.now());
    let sending = site.db.write(move |conn| actions::send(conn, &keys, &asking, &number, now));
    match sending.await {
        Ok(()) => {
            site.texts_queued.notify_one();
            see_other("/verification/phone/code")
        }
        Err(Error::Refused(why)) => again(&site, &member, form, Problems::one("number", why)).await,
        Err(error) => Err(error),
    }
}

const NOT_OPEN: &str = "No codes can be sent from this site yet. Nothing was saved.";

async fn again(
    site: &Site,
    member: &Member,
    form: NumberForm,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let id = member.id;
    let phone = site.db.read(move |conn| Ok(store::of(conn, id)?)).await?;
    unkept(StatusCode::UNPROCESSABLE_ENTITY, &build(site, member, phone.as_ref(), form, problems))
}

async fn remove(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let (id, now) = (member.id, site.clock.now());
    site.db.write(move |conn| actions::remove(conn, id, now)).await?;
    see_other("/verification/phone")
}
