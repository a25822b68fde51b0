//! `/verification/phone/code`: typing the code in, and asking for another.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{asking, crumbs, reach, state_of, unkept};
use crate::accounts::viewer::Member;
use crate::error::Error;
use crate::outside::texts::Channel;
use crate::verification::phone::actions::{self, Typed};
use crate::verification::phone::rules::{self, Purpose, State};
use crate::verification::phone::store::{self, Phone};
use crate::web::{Frame, Problems, Site, When, see_other};

#[derive(Template)]
#[template(path = "verification/phone_code.html")]
struct CodePage {
    frame: Frame,
    last_digits: String,
    until: When,
    hint: String,
    calls: bool,
    typed: String,
    problems: Problems,
}

#[derive(Default, serde::Deserialize)]
pub(super) struct CodeForm {
    #[serde(default)]
    code: String,
}

#[derive(serde::Deserialize)]
pub(super) struct ResendForm {
    #[serde(default)]
    channel: String,
}

/// The page, or the way to the number where no code waits to be typed in.
fn answer(
    site: &Site,
    member: &Member,
    phone: Option<&Phone>,
    typed: String,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let now = site.clock.now();
    let (Some(phone), State::Sent) = (phone, state_of(phone, now)) else {
        return see_other("/verification/phone");
    };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let frame = Frame::new(site, member.account(), "Type the code in").with_crumbs(crumbs(Some("Code")));
    let page = CodePage {
        frame: frame.at("/verification/phone/code"),
        last_digits: phone.last_digits.clone(),
        until: When(phone.code_sent_at.unwrap_or(now) + rules::LIVES),
        hint: format!("{} digits, or the whole message pasted.", Purpose::Onboarding.digits()),
        calls: reach(site).1,
        typed,
        problems,
    };
    unkept(status, &page)
}

async fn phone_of(site: &Site, member: &Member) -> Result<Option<Phone>, Error> {
    let id = member.id;
    site.db.read(move |conn| Ok(store::of(conn, id)?)).await
}

pub(super) async fn show(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let phone = phone_of(&site, &member).await?;
    answer(&site, &member, phone.as_ref(), String::new(), Problems::none())
}

pub(super) async fn enter(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<CodeForm>,
) -> Result<HttpResponse, Error> {
    let typed = form.into_inner().code;
    let digits = Purpose::Onboarding.digits();
    let Some(code) = rules::read_code(&typed, digits) else {
        // What cannot be a code is no try.
        let phone = phone_of(&site, &member).await?;
        let shown: String = typed.chars().take(200).collect();
        let problem = format!("The code has {digits} digits. Look for it in the message we sent you.");
        return answer(&site, &member, phone.as_ref(), shown, Problems::one("code", problem));
    };
    let (id, keys, now) = (member.id, site.keys.clone(), site.clock.now());
    match site.db.write(move |conn| actions::enter(conn, &keys, id, &code, now)).await? {
        Typed::Wrong(left) => {
            let tries = if left == 1 { "one try".to_owned() } else { format!("{left} tries") };
            let problem = format!("That is not the code of the last message. You have {tries} left.");
            let phone = phone_of(&site, &member).await?;
            answer(&site, &member, phone.as_ref(), String::new(), Problems::one("code", problem))
        }
        // Each of these is told by the page of the number, which is always true.
        Typed::Verified
        | Typed::Conflict
        | Typed::Locked
        | Typed::Closed(_)
        | Typed::Expired
        | Typed::Nothing => see_other("/verification/phone"),
    }
}

pub(super) async fn resend(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<ResendForm>,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let (is_open, calls) = reach(&site);
    if !is_open {
        return see_other("/verification/phone");
    }
    let channel = match Channel::parse(&form.channel) {
        Some(Channel::Call) if calls => Channel::Call,
        _ => Channel::Text,
    };
    let (asking, keys, now) =
        (asking(&site, &member, channel, &request), site.keys.clone(), site.clock.now());
    match site.db.write(move |conn| actions::resend(conn, &keys, &asking, now)).await {
        Ok(()) => {
            site.texts_queued.notify_one();
            see_other("/verification/phone/code")
        }
        Err(Error::NotFound) => see_other("/verification/phone"),
        Err(Error::Refused(why)) => {
            let phone = phone_of(&site, &member).await?;
            answer(&site, &member, phone.as_ref(), String::new(), Problems::one("resend", why))
        }
        Err(error) => Err(error),
    }
}
