//! The pages of second factors: one's own, signing in with one, and showing one for the agents' desk.

mod again;
mod app;
mod change;
mod keys;
mod list;
mod lost;
mod show;
mod wait;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::actions::{self, Office, Outcome};
use super::rules::{Typed, is_fresh};
use super::store;
use crate::accounts::pages::letterhead;
use crate::accounts::viewer::Member;
use crate::accounts::{actions as accounts, passwords};
use crate::error::Error;
use crate::web::{Site, address, page_with};

/// The addresses of this room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/settings/second-factor", web::get().to(list::show))
        .route("/settings/second-factor/app", web::get().to(app::form))
        .route("/settings/second-factor/app", web::post().to(app::add))
        .route("/settings/second-factor/passkey", web::get().to(keys::form))
        .route("/settings/second-factor/passkey", web::post().to(keys::add))
        .route("/settings/second-factor/passkey/options", web::post().to(keys::ask))
        .route("/settings/second-factor/recovery", web::get().to(list::recovery_form))
        .route("/settings/second-factor/recovery", web::post().to(list::make_recovery))
        .route("/settings/second-factor/{id}", web::get().to(change::form))
        .route("/settings/second-factor/{id}/name", web::post().to(change::rename))
        .route("/settings/second-factor/{id}/remove", web::post().to(change::remove))
        .route("/admin/members/{handle}/second-factor", web::get().to(lost::form))
        .route("/admin/members/{handle}/second-factor", web::post().to(lost::reset))
        .route("/login/second-factor", web::get().to(wait::form))
        .route("/login/second-factor", web::post().to(wait::sign_in))
        .route("/login/second-factor/options", web::post().to(wait::ask))
        .route("/login/second-factor/passkey", web::post().to(wait::sign_in_with_passkey))
        .route("/agent/sign-in", web::get().to(show::form))
        .route("/agent/sign-in", web::post().to(show::show_code))
        .route("/agent/sign-in/options", web::post().to(show::ask))
        .route("/agent/sign-in/passkey", web::post().to(show::show_passkey));
}

pub(in crate::accounts) use again::ask_and_keep;

const WRONG: &str = "This code is not right, or it was used already. Wait for the app's next one.";
const UNKNOWN_PASSKEY: &str = "This passkey could not be taken. Try once more, or use a code.";
const NO_PASSKEYS: &str = "Passkeys do not work at this address of the site. Use a code.";

/// What changes of second factors are told with.
pub(in crate::accounts) fn office(site: &Site) -> Office {
    Office { keys: site.keys.clone(), letterhead: letterhead(site) }
}

/// A page that no browser keeps.
pub(in crate::accounts) fn private_page(
    status: StatusCode,
    template: &impl Template,
) -> Result<HttpResponse, Error> {
    let mut answer = page_with(status, template)?;
    keep_private(&mut answer);
    Ok(answer)
}

fn keep_private(answer: &mut HttpResponse) {
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// The status of a form: fresh, or back because something stood in its way.
pub(in crate::accounts) fn status(is_refused: bool) -> StatusCode {
    if is_refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

/// Reads what a script sent. The way of sending does not matter: forms of other sites are refused by their origin.
fn sent<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|_| {
        Error::Refused("This did not arrive as it was sent. Reload the page, and try again.".into())
    })
}

/// A question for the browser, as JSON.
fn question(json: String) -> HttpResponse {
    let mut answer = HttpResponse::Ok().content_type("application/json").body(json);
    keep_private(&mut answer);
    answer
}

/// Where a script leads next.
fn go_on(next: &str) -> HttpResponse {
    let mut answer = HttpResponse::Ok().json(serde_json::json!({ "next": next }));
    keep_private(&mut answer);
    answer
}

/// What a script shows beside its form; failures that are no refusal go on as they are.
fn told(refused: Error) -> Result<HttpResponse, Error> {
    let status = match &refused {
        Error::Refused(_) | Error::Conflict(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Forbidden(_) => StatusCode::FORBIDDEN,
        _ => return Err(refused),
    };
    let mut answer = HttpResponse::build(status).json(serde_json::json!({ "problem": refused.to_string() }));
    keep_private(&mut answer);
    Ok(answer)
}

/// Whether changing one's factors asks who one is: not just after showing one, and not of whoever has neither
/// factor nor password.
pub(in crate::accounts) async fn asks_who(site: &Site, member: &Member) -> Result<bool, Error> {
    let (id, session, handle, now) = (member.id, member.session, member.handle.clone(), site.clock.now());
    let keys = site.keys.clone();
    let reading = site.db.read(move |conn| {
        let standing = store::standing(conn, id, session)?.ok_or(Error::SignInNeeded)?;
        if standing.has_factor {
            return Ok(!is_fresh(standing, now));
        }
        let credentials = crate::accounts::store::credentials(conn, &keys, &handle)?;
        Ok(credentials.is_some_and(|credentials| credentials.password_hash.is_some()))
    });
    reading.await
}

/// Looks whether what was typed shows who it is: the password, a code of an app or a recovery code. Answers with
/// what stands in the way.
pub(in crate::accounts) async fn who(
    site: &Site,
    member: &Member,
    request: &HttpRequest,
    typed: String,
) -> Result<Option<&'static str>, Error> {
    if !asks_who(site, member).await? {
        return Ok(None);
    }
    if typed.trim().is_empty() {
        return Ok(Some("Type your password, or a code of your app."));
    }
    let (handle, keys, now) = (member.handle.clone(), site.keys.clone(), site.clock.now());
    let from = address::of(request, site.settings.proxies);
    if Typed::parse(&typed).is_some()
        && show_code(site, member, request, typed.clone()).await? == Outcome::Right
    {
        return Ok(None);
    }
    let counted =
        site.db.write(move |conn| accounts::count_sign_in(conn, &keys, &handle, &from, now)).await?;
    if let Some(seconds) = counted.wait {
        return Err(Error::TooMany { seconds });
    }
    let stored = counted.credentials.and_then(|found| found.password_hash);
    let is_right = passwords::verify(typed, stored).await?;
    Ok((!is_right).then_some("This is neither your password nor a code that counts now."))
}

/// Shows a code in a member's session, which is written down when it is right.
async fn show_code(
    site: &Site,
    member: &Member,
    request: &HttpRequest,
    typed: String,
) -> Result<Outcome, Error> {
    let (whose, now) = ((member.id, member.session), site.clock.now());
    let (office, from) = (office(site), address::of(request, site.settings.proxies));
    site.db.write(move |conn| actions::show_code(conn, &office, whose, &typed, &from, now)).await
}
