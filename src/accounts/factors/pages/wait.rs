//! The second step of signing in. Until it is done there is no session, so nothing is open.

use actix_web::{HttpRequest, HttpResponse, web};

use super::show::{Answered, Arrived, CodeForm, ShowPage};
use super::{NO_PASSKEYS, UNKNOWN_PASSKEY, WRONG, go_on, office, private_page, question, sent, status, told};
use crate::accounts::factors::actions::{self, Outcome, Waiting};
use crate::accounts::factors::passkeys::Passkeys;
use crate::accounts::factors::rules::Kind;
use crate::accounts::factors::store;
use crate::accounts::pages::add_cookie;
use crate::accounts::viewer::{device, no_waiting_cookie, session_cookie, waiting_hash};
use crate::error::Error;
use crate::paths;
use crate::tokens::Token;
use crate::web::{Account, Frame, Site, see_other};

pub(super) async fn form(
    site: web::Data<Site>,
    request: HttpRequest,
    arrived: web::Query<Arrived>,
) -> Result<HttpResponse, Error> {
    respond(&site, &request, &arrived.next, None).await
}

/// The page, for whoever's sign-in waits; anybody else starts with the password.
async fn respond(
    site: &Site,
    request: &HttpRequest,
    next: &str,
    problem: Option<String>,
) -> Result<HttpResponse, Error> {
    let next = paths::within_site(next);
    let Some(hash) = waiting_hash(request, &site.settings) else { return see_other(&paths::login(next)) };
    let now = site.clock.now();
    let reading = site.db.read(move |conn| {
        Ok(store::find_pending(conn, &hash, now)?.map(|member| store::list(conn, member)).transpose()?)
    });
    let Some(factors) = reading.await? else { return see_other(&paths::login(next)) };
    let has = |kind: Kind| factors.iter().any(|factor| factor.kind == kind);
    private_page(
        status(problem.is_some()),
        &ShowPage {
            frame: Frame::new(site, Account::Unknown, "Show your second factor").at("/login/second-factor"),
            lede: "Your password is right. Now show what you have beside it.",
            path: "/login/second-factor",
            next: next.to_owned(),
            has_app: has(Kind::App),
            has_passkey: has(Kind::Passkey) && Passkeys::of(&site.settings).is_some(),
            problem,
            kept: None,
        },
    )
}

pub(super) async fn sign_in(
    site: web::Data<Site>,
    request: HttpRequest,
    form: web::Form<CodeForm>,
) -> Result<HttpResponse, Error> {
    let (CodeForm { code, next }, now) = (form.into_inner(), site.clock.now());
    let Some(hash) = waiting_hash(&request, &site.settings) else {
        return see_other(&paths::login(paths::within_site(&next)));
    };
    let (token, device, office) = (Token::new()?, device(&request, &site.settings), office(&site));
    let opened = token.clone();
    let showing = site.db.write(move |conn| {
        let waiting = Waiting { hash: &hash, token: &token, device: &device };
        actions::sign_in_with_code(conn, &office, &waiting, &code, now)
    });
    match showing.await? {
        Outcome::Right => open(&site, see_other(paths::within_site(&next))?, &opened),
        Outcome::Wrong => respond(&site, &request, &next, Some(WRONG.to_owned())).await,
        Outcome::Wait(seconds) => Err(Error::TooMany { seconds }),
    }
}

/// Puts the session's cookie in the place of the one that waited.
fn open(site: &Site, mut answer: HttpResponse, token: &Token) -> Result<HttpResponse, Error> {
    add_cookie(&mut answer, &session_cookie(&site.settings, token))?;
    add_cookie(&mut answer, &no_waiting_cookie(&site.settings))?;
    Ok(answer)
}

pub(super) async fn ask(site: web::Data<Site>, request: HttpRequest) -> Result<HttpResponse, Error> {
    let Some(hash) = waiting_hash(&request, &site.settings) else { return told(actions::over()) };
    let Some(passkeys) = Passkeys::of(&site.settings) else { return told(Error::refused(NO_PASSKEYS)) };
    let (keys, now) = (site.keys.clone(), site.clock.now());
    match site.db.write(move |conn| actions::ask_waiting(conn, &keys, &passkeys, &hash, now)).await {
        Ok(json) => Ok(question(json)),
        Err(refused) => told(refused),
    }
}

pub(super) async fn sign_in_with_passkey(
    site: web::Data<Site>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Error> {
    let Some(hash) = waiting_hash(&request, &site.settings) else { return told(actions::over()) };
    let Answered { answer, next } = sent(&body)?;
    let Some(passkeys) = Passkeys::of(&site.settings) else { return told(Error::refused(NO_PASSKEYS)) };
    let (token, device, keys) = (Token::new()?, device(&request, &site.settings), site.keys.clone());
    let (opened, answer, now) = (token.clone(), answer.to_string(), site.clock.now());
    let showing = site.db.write(move |conn| {
        let waiting = Waiting { hash: &hash, token: &token, device: &device };
        actions::sign_in_with_passkey(conn, &keys, &passkeys, &waiting, &answer, now)
    });
    match showing.await {
        Ok(true) => open(&site, go_on(paths::within_site(&next)), &opened),
        Ok(false) => told(Error::refused(UNKNOWN_PASSKEY)),
        Err(refused) => told(refused),
    }
}
