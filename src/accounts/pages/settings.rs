//! A member's own settings: profile, password, sessions.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::letterhead;
use crate::accounts::rules::{PAGE_SIZES, check_password, page_size};
use crate::accounts::viewer::Member;
use crate::accounts::{SessionId, actions, devices, passwords, store};
use crate::error::Error;
use crate::members::rules::ProfileVisibility;
use crate::text::names::{DisplayName, Signature};
use crate::tokens::Token;
use crate::web::{Crumb, Frame, Problems, Site, When, address, page_with, see_other};
use crate::{badges, members};

/// The profile form as it was sent.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub(super) struct ProfileForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    signature: String,
    #[serde(default)]
    profile: String,
}

impl ProfileForm {
    fn of(profile: members::store::Member) -> Self {
        Self { name: profile.name, signature: profile.signature, profile: profile.profile.code().to_owned() }
    }
}

#[derive(Template)]
#[template(path = "accounts/settings.html")]
struct SettingsPage {
    frame: Frame,
    good: Option<&'static str>,
    form: ProfileForm,
    choices: [ProfileVisibility; 3],
    page_sizes: [i64; 3],
    page_size: i64,
    has_badges: bool,
    email: Option<String>,
    email_confirmed: bool,
    sessions: Vec<SessionRow>,
    problems: Problems,
}

struct SessionRow {
    id: SessionId,
    is_this: bool,
    agent: String,
    address: String,
    created: When,
    seen: When,
}

impl SessionRow {
    fn of((id, created, seen, device): store::SessionOf, member: &Member) -> Self {
        Self {
            id,
            is_this: id == member.session,
            agent: devices::name(&device.agent),
            address: device.address,
            created: When(created),
            seen: When(seen),
        }
    }
}

#[derive(serde::Deserialize)]
pub(super) struct Saved {
    #[serde(default)]
    saved: String,
}

pub(super) async fn show(
    site: web::Data<Site>,
    member: Member,
    saved: web::Query<Saved>,
) -> Result<HttpResponse, Error> {
    let good = match saved.saved.as_str() {
        "profile" => Some("Your profile is saved."),
        "renamed" => Some("Your profile is saved. Your badges are off until your new name is checked."),
        "reading" => Some("Your pages are set."),
        "password" => Some("Your password is changed, and every other session is ended."),
        "session" => Some("The session is ended."),
        "mail" => Some("The link is on its way."),
        "changed" => Some("Your address is changed and confirmed."),
        "address" => Some("Your address is confirmed."),
        _ => None,
    };
    respond(&site, &member, StatusCode::OK, good, None, Problems::none()).await
}

async fn respond(
    site: &Site,
    member: &Member,
    status: StatusCode,
    good: Option<&'static str>,
    form: Option<ProfileForm>,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let (id, now, keys) = (member.id, site.clock.now(), site.keys.clone());
    let loading = site.db.read(move |conn| {
        let profile = members::store::get(conn, id)?;
        let mailbox = store::mailbox_of(conn, &keys, id)?.ok_or(Error::NotFound)?;
        let shown = badges::store::shown_by(conn, &[id], now)?;
        Ok((profile, mailbox, !shown.is_empty(), store::sessions_of(conn, id)?))
    });
    let (profile, mailbox, has_badges, sessions) = loading.await?;
    let form = form.unwrap_or_else(|| ProfileForm::of(profile));
    let frame =
        Frame::new(site, member.account(), "Settings").with_crumbs(vec![Crumb::new("Settings", "/settings")]);
    let mut answer = page_with(
        status,
        &SettingsPage {
            frame,
            good,
            form,
            choices: ProfileVisibility::ALL,
            page_sizes: PAGE_SIZES,
            page_size: member.state.page_size,
            has_badges,
            email: mailbox.email,
            email_confirmed: mailbox.verified_at.is_some(),
            sessions: sessions.into_iter().map(|session| SessionRow::of(session, member)).collect(),
            problems,
        },
    )?;
    no_store(&mut answer);
    Ok(answer)
}

/// Nobody who uses the browser's back button after signing out should see this.
fn no_store(answer: &mut HttpResponse) {
    use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

pub(super) async fn save_profile(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<ProfileForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let mut problems = Problems::none();
    let name = problems.check("name", DisplayName::parse(&form.name));
    let signature = problems.check("signature", Signature::parse(&form.signature));
    let profile = ProfileVisibility::parse(&form.profile);
    if profile.is_none() {
        problems.add("profile", "Choose one of the three.");
    }
    let (Some(name), Some(signature), Some(profile)) = (name, signature, profile) else {
        return respond(&site, &member, StatusCode::UNPROCESSABLE_ENTITY, None, Some(form), problems).await;
    };
    let profile = actions::Profile { name, signature, visible_to: profile };
    let (id, now) = (member.id, site.clock.now());
    let writing = site.db.write(move |conn| actions::save_profile(conn, id, &profile, now));
    match writing.await {
        Ok(0) => see_other("/settings?saved=profile"),
        Ok(_) => see_other("/settings?saved=renamed"),
        Err(Error::Refused(why)) => {
            let problems = Problems::one("name", why);
            respond(&site, &member, StatusCode::UNPROCESSABLE_ENTITY, None, Some(form), problems).await
        }
        Err(other) => Err(other),
    }
}

#[derive(serde::Deserialize)]
pub(super) struct ReadingForm {
    #[serde(default)]
    page_size: String,
}

pub(super) async fn save_reading(
    site: web::Data<Site>,
    member: Member,
    form: web::Form<ReadingForm>,
) -> Result<HttpResponse, Error> {
    let posts = match page_size(&form.page_size) {
        Ok(posts) => posts,
        Err(problem) => {
            let problems = Problems::one("page_size", problem.to_string());
            return respond(&site, &member, StatusCode::UNPROCESSABLE_ENTITY, None, None, problems).await;
        }
    };
    site.db.write(move |conn| Ok(store::set_page_size(conn, member.id, posts)?)).await?;
    see_other("/settings?saved=reading#reading")
}

#[derive(serde::Deserialize)]
pub(super) struct PasswordForm {
    #[serde(default)]
    old: String,
    #[serde(default)]
    new: String,
}

pub(super) async fn change_password(
    site: web::Data<Site>,
    member: Member,
    request: HttpRequest,
    form: web::Form<PasswordForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let (id, handle, now) = (member.id, member.handle.clone(), site.clock.now());
    let (from, keys) = (address::of(&request, site.settings.proxies), site.keys.clone());
    let counted = site.db.write(move |conn| {
        let counted = actions::count_sign_in(conn, &keys, &handle, &from, now)?;
        Ok((counted, store::mailbox_of(conn, &keys, id)?))
    });
    let (counted, mailbox) = counted.await?;
    let stored = counted.credentials.and_then(|found| found.password_hash);
    if let Some(seconds) = counted.wait {
        return Err(Error::TooMany { seconds });
    }
    let email = mailbox.and_then(|mailbox| mailbox.email).unwrap_or_default();
    let mut problems = Problems::none();
    problems.check("new", check_password(&form.new, &[&member.handle, &member.name, &email]));
    // An account made without a password has none to ask for.
    if stored.is_some() && !passwords::verify(form.old, stored).await? {
        problems.add("old", "This is not your password.");
    }
    if !problems.is_empty() {
        return respond(&site, &member, StatusCode::UNPROCESSABLE_ENTITY, None, None, problems).await;
    }
    let hash = passwords::hash(form.new).await?;
    let (letterhead, keep, keys) = (letterhead(&site), Some(member.session), site.keys.clone());
    let changing =
        site.db.write(move |conn| actions::change_password(conn, &keys, id, &hash, keep, &letterhead, now));
    changing.await?;
    site.mail_queued.notify_one();
    see_other("/settings?saved=password")
}

pub(super) async fn resend(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let (letterhead, token, now) = (letterhead(&site), Token::new()?, site.clock.now());
    let keys = site.keys.clone();
    site.db
        .write(move |conn| actions::resend_confirmation(conn, &keys, member.id, &letterhead, &token, now))
        .await?;
    site.mail_queued.notify_one();
    see_other("/settings?saved=mail")
}

pub(super) async fn end_session(
    site: web::Data<Site>,
    member: Member,
    session: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let session = SessionId(*session);
    let ended = site.db.write(move |conn| Ok(store::end_session(conn, member.id, session)?)).await?;
    if ended { see_other("/settings?saved=session#sessions") } else { Err(Error::NotFound) }
}

pub(super) async fn end_others(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    site.db.write(move |conn| Ok(store::end_sessions(conn, member.id, Some(member.session))?)).await?;
    see_other("/settings?saved=session#sessions")
}
