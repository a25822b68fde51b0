//! Signing in and out.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::accounts::actions::Counted;
use crate::accounts::factors::actions::Entered;
use crate::accounts::viewer::{Viewer, device, no_cookie, session_cookie, waiting_cookie};
use crate::accounts::{actions, factors, passwords, store};
use crate::error::Error;
use crate::paths;
use crate::tokens::Token;
use crate::web::{Frame, Site, address, page_with, see_other};

/// The form as it was sent. The password is never shown again.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub(super) struct LoginForm {
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "accounts/login.html")]
struct LoginPage {
    frame: Frame,
    form: LoginForm,
    good: Option<&'static str>,
    problem: Option<String>,
}

#[derive(serde::Deserialize)]
pub(super) struct Arrived {
    #[serde(default)]
    next: String,
    #[serde(default)]
    joined: String,
}

pub(super) async fn form(
    site: web::Data<Site>,
    viewer: Viewer,
    arrived: web::Query<Arrived>,
) -> Result<HttpResponse, Error> {
    let arrived = arrived.into_inner();
    if viewer.0.is_some() {
        return see_other(paths::within_site(&arrived.next));
    }
    let good = match arrived.joined.as_str() {
        "changed" => Some("Your new address is confirmed. It signs you in from now on, as your handle does."),
        "confirmed" => Some("Your address is confirmed. Sign in, and write."),
        "first" => Some("Your account is made, and it runs this site. Sign in."),
        "reset" => Some("Your new password is set. Sign in with it."),
        _ => None,
    };
    let form = LoginForm { next: paths::within_site(&arrived.next).to_owned(), ..LoginForm::default() };
    let frame = Frame::new(&site, viewer.account(), "Sign in");
    page_with(StatusCode::OK, &LoginPage { frame, form, good, problem: None })
}

pub(super) async fn sign_in(
    site: web::Data<Site>,
    viewer: Viewer,
    request: HttpRequest,
    form: web::Form<LoginForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let (now, from) = (site.clock.now(), address::of(&request, site.settings.proxies));
    let login = form.login.trim().to_lowercase();
    // The try is counted before the password is looked at, so that many at once are counted too.
    let (name, keys) = (login.clone(), site.keys.clone());
    let counting = site.db.write(move |conn| actions::count_sign_in(conn, &keys, &name, &from, now));
    let Counted { wait, credentials } = counting.await?;
    if let Some(seconds) = wait {
        return Err(Error::TooMany { seconds });
    }
    let stored = credentials.as_ref().and_then(|found| found.password_hash.clone());
    let is_right = passwords::verify(form.password.clone(), stored).await?;
    let Some(credentials) = credentials.filter(|_| is_right) else {
        let frame = Frame::new(&site, viewer.account(), "Sign in");
        let problem = Some("This handle or address and this password do not belong together.".to_owned());
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &LoginPage { frame, form, good: None, problem });
    };
    let (token, device) = (Token::new()?, device(&request, &site.settings));
    let cookies = (session_cookie(&site.settings, &token), waiting_cookie(&site.settings, &token));
    let (member, keys, next) = (credentials.id, site.keys.clone(), paths::within_site(&form.next));
    let opening = site.db.write(move |conn| {
        actions::forget_tries(conn, &keys, &login)?;
        factors::actions::enter(conn, member, &token, &device, now)
    });
    let (to, cookie) = match opening.await? {
        Entered::SignedIn => (next.to_owned(), cookies.0),
        Entered::FactorNeeded => (paths::login_factor(next), cookies.1),
    };
    let mut answer = see_other(&to)?;
    add_cookie(&mut answer, &cookie)?;
    Ok(answer)
}

/// Puts a cookie into an answer.
pub(in crate::accounts) fn add_cookie(
    answer: &mut HttpResponse,
    cookie: &actix_web::cookie::Cookie<'_>,
) -> Result<(), Error> {
    answer
        .add_cookie(cookie)
        .map_err(|cause| Error::internal(format!("a cookie cannot stand in a header: {cause}")))
}

pub(super) async fn sign_out(site: web::Data<Site>, viewer: Viewer) -> Result<HttpResponse, Error> {
    if let Some(member) = viewer.0 {
        site.db.write(move |conn| Ok(store::end_session(conn, member.id, member.session)?)).await?;
    }
    let mut answer = see_other("/")?;
    add_cookie(&mut answer, &no_cookie(&site.settings))?;
    Ok(answer)
}
