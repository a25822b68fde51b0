//! `/settings/email`: another e-mail address, which has to be confirmed before it counts.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::actions;
use super::store::{self, Waiting};
use crate::accounts::factors::pages::{asks_who, office, private_page, status, who};
use crate::accounts::rules::Email;
use crate::accounts::store as accounts;
use crate::accounts::viewer::{Member, Viewer};
use crate::error::Error;
use crate::tokens::{self, Token};
use crate::web::{Crumb, Frame, Problems, Site, When, page, see_other};

const PATH: &str = "/settings/email";

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/settings/email", web::get().to(show))
        .route("/settings/email", web::post().to(ask))
        .route("/settings/email/cancel", web::post().to(cancel))
        .route("/settings/email/confirm", web::get().to(confirm_form))
        .route("/settings/email/confirm", web::post().to(confirm));
}

#[derive(Template)]
#[template(path = "accounts/email.html")]
struct EmailPage {
    frame: Frame,
    good: Option<&'static str>,
    /// The address now.
    email: Option<String>,
    waiting: Option<Waiting>,
    typed: String,
    asks_who: bool,
    demo: bool,
    problems: Problems,
}

impl EmailPage {
    fn until(&self) -> Option<When> {
        self.waiting.as_ref().map(|waiting| When(waiting.expires_at))
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Arrived {
    told: String,
}

async fn show(
    site: web::Data<Site>,
    member: Member,
    arrived: web::Query<Arrived>,
) -> Result<HttpResponse, Error> {
    let good = match arrived.told.as_str() {
        "sent" => Some("The link is on its way. Your address changes when you open it."),
        "dropped" => Some("Your address stays as it is."),
        _ => None,
    };
    respond(&site, &member, good, String::new(), Problems::none()).await
}

async fn respond(
    site: &Site,
    member: &Member,
    good: Option<&'static str>,
    typed: String,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let (id, keys, now) = (member.id, site.keys.clone(), site.clock.now());
    let loading = site.db.read(move |conn| {
        let mailbox = accounts::mailbox_of(conn, &keys, id)?.ok_or(Error::NotFound)?;
        Ok((mailbox.email, store::waiting(conn, &keys, id, now)?))
    });
    let (email, waiting) = loading.await?;
    let crumbs = vec![Crumb::new("Settings", "/settings"), Crumb::new("E-mail address", "")];
    private_page(
        status(!problems.is_empty()),
        &EmailPage {
            frame: Frame::new(site, member.account(), "E-mail address").with_crumbs(crumbs).at(PATH),
            good,
            email,
            waiting,
            typed,
            asks_who: asks_who(site, member).await?,
            demo: site.demo,
            problems,
        },
    )
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Form {
    email: String,
    who: String,
}

async fn ask(
    site: web::Data<Site>,
    member: Member,
    request: HttpRequest,
    form: web::Form<Form>,
) -> Result<HttpResponse, Error> {
    let Form { email: typed, who: shown } = form.into_inner();
    let mut problems = Problems::none();
    let email = problems.check("email", Email::parse(&typed));
    if let Some(problem) = who(&site, &member, &request, shown).await? {
        problems.add("who", problem);
    }
    let Some(email) = email.filter(|_| problems.is_empty()) else {
        return respond(&site, &member, None, typed, problems).await;
    };
    let (office, id, token, now) = (office(&site), member.id, Token::new()?, site.clock.now());
    let asking = site.db.write(move |conn| actions::ask(conn, &office, id, &email, &token, now));
    match asking.await {
        Ok(()) => {
            site.mail_queued.notify_one();
            see_other(&format!("{PATH}?told=sent"))
        }
        Err(Error::Refused(why)) => respond(&site, &member, None, typed, Problems::one("email", why)).await,
        Err(other) => Err(other),
    }
}

async fn cancel(site: web::Data<Site>, member: Member) -> Result<HttpResponse, Error> {
    let id = member.id;
    let dropped = site.db.write(move |conn| Ok(store::drop_change(conn, id)?)).await?;
    if dropped { see_other(&format!("{PATH}?told=dropped")) } else { see_other(PATH) }
}

#[derive(serde::Deserialize)]
struct Link {
    #[serde(default)]
    token: String,
}

#[derive(Template)]
#[template(path = "accounts/email_confirm.html")]
struct ConfirmPage {
    frame: Frame,
    token: String,
}

/// A page with a button: programs that look at links in mails must not use them up.
async fn confirm_form(
    site: web::Data<Site>,
    viewer: Viewer,
    link: web::Query<Link>,
) -> Result<HttpResponse, Error> {
    let (hash, now) = (tokens::hash(&link.token), site.clock.now());
    if !site.db.read(move |conn| Ok(store::is_link(conn, &hash, now)?)).await? {
        return Err(actions::spent());
    }
    let frame = Frame::new(&site, viewer.account(), "Confirm your new address");
    page(&ConfirmPage { frame, token: link.into_inner().token })
}

async fn confirm(
    site: web::Data<Site>,
    viewer: Viewer,
    link: web::Form<Link>,
) -> Result<HttpResponse, Error> {
    let (office, link, now) = (office(&site), link.into_inner().token, site.clock.now());
    site.db.write(move |conn| actions::confirm(conn, &office, &link, now)).await?;
    site.mail_queued.notify_one();
    see_other(if viewer.0.is_some() { "/settings?saved=changed" } else { "/login?joined=changed" })
}
