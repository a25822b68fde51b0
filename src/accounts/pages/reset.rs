//! A forgotten password: asking for a link, and choosing a new password with it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::join::{Link, NotePage};
use super::letterhead;
use crate::accounts::rules::{Email, Purpose, check_password};
use crate::accounts::viewer::Viewer;
use crate::accounts::{actions, passwords, store};
use crate::error::Error;
use crate::tokens::{self, Token};
use crate::web::{Frame, Problems, Site, address, page, page_with, see_other};

#[derive(Clone, Debug, Default, serde::Deserialize)]
pub(super) struct AskForm {
    #[serde(default)]
    email: String,
}

#[derive(Template)]
#[template(path = "accounts/reset.html")]
struct AskPage {
    frame: Frame,
    form: AskForm,
    problems: Problems,
}

pub(super) async fn ask_form(site: web::Data<Site>, viewer: Viewer) -> Result<HttpResponse, Error> {
    let frame = Frame::new(&site, viewer.account(), "Choose a new password");
    page(&AskPage { frame, form: AskForm::default(), problems: Problems::none() })
}

pub(super) async fn ask(
    site: web::Data<Site>,
    viewer: Viewer,
    request: HttpRequest,
    form: web::Form<AskForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let email = match Email::parse(&form.email) {
        Ok(email) => email,
        Err(problem) => {
            let frame = Frame::new(&site, viewer.account(), "Choose a new password");
            let problems = Problems::one("email", problem.to_string());
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &AskPage { frame, form, problems });
        }
    };
    let (letterhead, token, now) = (letterhead(&site), Token::new()?, site.clock.now());
    let from = address::of(&request, site.settings.proxies);
    let keys = site.keys.clone();
    let asking =
        site.db.write(move |conn| actions::ask_reset(conn, &keys, &email, &from, &letterhead, &token, now));
    asking.await?;
    site.mail_queued.notify_one();
    see_other("/reset/sent")
}

pub(super) async fn sent(site: web::Data<Site>, viewer: Viewer) -> Result<HttpResponse, Error> {
    page(&NotePage {
        frame: Frame::new(&site, viewer.account(), "Check your mail"),
        heading: "Check your mail",
        lede: "If an account has this address, a link to choose a new password is on its way. It works once, and for \
               one hour."
            .to_owned(),
        demo: site.demo,
    })
}

#[derive(Clone, Debug, Default, serde::Deserialize)]
pub(super) struct ChooseForm {
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: String,
}

#[derive(Template)]
#[template(path = "accounts/choose.html")]
struct ChoosePage {
    frame: Frame,
    token: String,
    problems: Problems,
}

pub(super) async fn choose_form(
    site: web::Data<Site>,
    viewer: Viewer,
    link: web::Query<Link>,
) -> Result<HttpResponse, Error> {
    owner(&site, &link.token).await?;
    let frame = Frame::new(&site, viewer.account(), "Choose a new password");
    page(&ChoosePage { frame, token: link.into_inner().token, problems: Problems::none() })
}

/// Whose link it is, while it can be used.
async fn owner(site: &Site, token: &str) -> Result<store::Mailbox, Error> {
    let (hash, now, keys) = (tokens::hash(token), site.clock.now(), site.keys.clone());
    let found = site.db.read(move |conn| {
        let member = store::find_link(conn, &hash, Purpose::ResetPassword, now)?.flatten();
        Ok(member.map(|member| store::mailbox_of(conn, &keys, member)).transpose()?.flatten())
    });
    let spent = "This link was used already, or its hour is over. Ask for a new one under “Forgotten your password?”.";
    found.await?.ok_or_else(|| Error::Refused(spent.to_owned()))
}

pub(super) async fn choose(
    site: web::Data<Site>,
    viewer: Viewer,
    form: web::Form<ChooseForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let owner = owner(&site, &form.token).await?;
    let names = [owner.handle.as_str(), owner.name.as_str(), owner.email.as_deref().unwrap_or_default()];
    if let Err(problem) = check_password(&form.password, &names) {
        let frame = Frame::new(&site, viewer.account(), "Choose a new password");
        let problems = Problems::one("password", problem.to_string());
        return page_with(
            StatusCode::UNPROCESSABLE_ENTITY,
            &ChoosePage { frame, token: form.token, problems },
        );
    }
    let hash = passwords::hash(form.password).await?;
    let (letterhead, now, keys) = (letterhead(&site), site.clock.now(), site.keys.clone());
    let choosing =
        site.db.write(move |conn| actions::reset_password(conn, &keys, &form.token, &hash, &letterhead, now));
    choosing.await?;
    site.mail_queued.notify_one();
    see_other("/login?joined=reset")
}
