//! Joining, and confirming the e-mail address.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::letterhead;
use crate::accounts::actions::{self, JoinProblem, Joining};
use crate::accounts::rules::{self, Email, Purpose, check_password};
use crate::accounts::viewer::Viewer;
use crate::accounts::{passwords, store};
use crate::clock::Time;
use crate::error::Error;
use crate::text::names::{DisplayName, Handle};
use crate::tokens::{self, Token};
use crate::web::{Frame, Problems, Site, address, page, page_with, see_other};

/// The form as it was sent. The password is never shown again.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub(super) struct JoinForm {
    #[serde(default)]
    handle: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    keep_name: Option<String>,
    #[serde(default)]
    first: String,
}

#[derive(Template)]
#[template(path = "accounts/join.html")]
struct JoinPage {
    frame: Frame,
    form: JoinForm,
    problems: Problems,
    address: String,
    asks_about_name: bool,
}

fn show(
    site: &Site,
    viewer: &Viewer,
    status: StatusCode,
    form: JoinForm,
    problems: Problems,
    asks_about_name: bool,
) -> Result<HttpResponse, Error> {
    let frame = Frame::new(site, viewer.account(), format!("Join {}", site.settings.name));
    let address = format!("{}/u/", site.settings.origin());
    page_with(status, &JoinPage { frame, form, problems, address, asks_about_name })
}

#[derive(serde::Deserialize)]
pub(super) struct Invitation {
    #[serde(default)]
    first: String,
}

pub(super) async fn form(
    site: web::Data<Site>,
    viewer: Viewer,
    invitation: web::Query<Invitation>,
) -> Result<HttpResponse, Error> {
    let first = invitation.into_inner().first;
    if !first.is_empty() {
        let (link, now) = (first.clone(), site.clock.now());
        let asking = site.db.read(move |conn| actions::is_first_administrator(conn, &link, now));
        if !asking.await? {
            return Err(Error::Forbidden(
                "This link was used already, or a newer one was printed. Restart the program: while there is no \
                 administrator, it prints a new one."
                    .into(),
            ));
        }
    }
    show(&site, &viewer, StatusCode::OK, JoinForm { first, ..JoinForm::default() }, Problems::none(), false)
}

pub(super) async fn join(
    site: web::Data<Site>,
    viewer: Viewer,
    request: HttpRequest,
    form: web::Form<JoinForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let (handle, name, email) = match check(&form) {
        Ok(checked) => checked,
        Err(problems) => {
            return show(&site, &viewer, StatusCode::UNPROCESSABLE_ENTITY, form, problems, false);
        }
    };
    let now = site.clock.now();
    count(&site, &request, now).await?;
    let password_hash = passwords::hash(form.password.clone()).await?;
    let first = (!form.first.is_empty()).then(|| form.first.clone());
    let is_first = first.is_some();
    let joining = Joining {
        handle,
        name,
        email,
        password_hash,
        keeps_name: form.keep_name.is_some(),
        first_administrator: first,
    };
    let (letterhead, token, keys) = (letterhead(&site), Token::new()?, site.keys.clone());
    // A refusal by field is an answer, not a failure, so it travels inside the outcome; nothing was written.
    let writing =
        site.db.write(move |conn| match actions::join(conn, &keys, &joining, &letterhead, &token, now) {
            Ok(()) => Ok(None),
            Err(JoinProblem::Other(cause)) => Err(cause),
            Err(problem) => Ok(Some(problem)),
        });
    let (field, message, asks) = match writing.await? {
        None => {
            site.mail_queued.notify_one();
            return see_other(if is_first { "/login?joined=first" } else { "/join/check-mail" });
        }
        Some(JoinProblem::Handle(message)) => ("handle", message, false),
        Some(JoinProblem::NameLooksAlike(message)) => ("name", message, true),
        Some(JoinProblem::Name(message)) => ("name", message, false),
        Some(JoinProblem::Email(message)) => ("email", message, false),
        Some(JoinProblem::Other(cause)) => return Err(cause),
    };
    show(&site, &viewer, StatusCode::UNPROCESSABLE_ENTITY, form, Problems::one(field, message), asks)
}

/// What can be checked without asking anybody.
fn check(form: &JoinForm) -> Result<(Handle, DisplayName, Email), Problems> {
    let mut problems = Problems::none();
    let handle = problems.check("handle", Handle::parse(&form.handle));
    let name = problems.check("name", DisplayName::parse(&form.name));
    let email = problems.check("email", Email::parse(&form.email));
    problems.check("password", check_password(&form.password, &[&form.handle, &form.name, &form.email]));
    match (handle, name, email, problems.is_empty()) {
        (Some(handle), Some(name), Some(email), true) => Ok((handle, name, email)),
        _ => Err(problems),
    }
}

/// Counts an attempt to join from a network address, and refuses too many.
async fn count(site: &Site, request: &HttpRequest, now: Time) -> Result<(), Error> {
    let from = address::of(request, site.settings.proxies);
    let counting = site.db.write(move |conn| {
        Ok(store::count_try(conn, &format!("join from {from}"), now - rules::WINDOW, now)?)
    });
    let (tries, began) = counting.await?;
    if tries > rules::JOINS_PER_ADDRESS {
        return Err(Error::TooMany { seconds: rules::seconds_left(began, now) });
    }
    Ok(())
}

#[derive(Template)]
#[template(path = "accounts/note.html")]
pub(super) struct NotePage {
    pub frame: Frame,
    pub heading: &'static str,
    pub lede: String,
    pub demo: bool,
}

pub(super) async fn check_mail(site: web::Data<Site>, viewer: Viewer) -> Result<HttpResponse, Error> {
    page(&NotePage {
        frame: Frame::new(&site, viewer.account(), "Check your mail"),
        heading: "Check your mail",
        lede: "We sent a link to your address. Open it within 24 hours to confirm that the address is yours; then you \
               can sign in and write. No mail after ten minutes? Look among the unwanted ones, or join once more."
            .to_owned(),
        demo: site.demo,
    })
}

#[derive(Clone, serde::Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    pub token: String,
}

#[derive(Template)]
#[template(path = "accounts/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    token: String,
}

/// A page with a button: programs that look at links in mails must not use them up.
pub(super) async fn confirm_form(
    site: web::Data<Site>,
    viewer: Viewer,
    link: web::Query<Link>,
) -> Result<HttpResponse, Error> {
    let (hash, now) = (tokens::hash(&link.token), site.clock.now());
    let found = site.db.read(move |conn| Ok(store::find_link(conn, &hash, Purpose::VerifyEmail, now)?));
    if found.await?.is_none() {
        return Err(Error::Refused(
            "This link was used already, or its 24 hours are over. If your address is not confirmed yet, sign in and \
             have a new link sent under Settings."
                .to_owned(),
        ));
    }
    let frame = Frame::new(&site, viewer.account(), "Confirm your address");
    page(&ConfirmPage { frame, token: link.into_inner().token })
}

pub(super) async fn confirm(
    site: web::Data<Site>,
    viewer: Viewer,
    link: web::Form<Link>,
) -> Result<HttpResponse, Error> {
    let (link, now) = (link.into_inner().token, site.clock.now());
    site.db.write(move |conn| actions::confirm_email(conn, &link, now)).await?;
    see_other(if viewer.0.is_some() { "/settings?saved=address" } else { "/login?joined=confirmed" })
}
