//! `/api/v1`, and the page on which administrators make its tokens.

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::json;

use super::actions::{self, Use};
use super::rules::{answers, bearer};
use super::{ApiTokenId, store};
use crate::accounts::viewer::Administrator;
use crate::badges;
use crate::clock::rfc3339;
use crate::credentials::hooks::store as hooks;
use crate::credentials::rules::label;
use crate::error::Error;
use crate::members;
use crate::paths;
use crate::web::address;
use crate::web::{Crumb, Frame, Problems, Site, When, page_with, see_other};

const PATH: &str = "/admin/api";
/// How many tokens the page shows.
const SHOWN: i64 = 100;

/// The addresses of this part of the room.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/api/v1/members/{handle}/badges", web::get().to(badges_of))
        .route("/admin/api", web::get().to(show))
        .route("/admin/api/tokens", web::post().to(make))
        .route("/admin/api/tokens/{id}/end", web::post().to(end));
}

fn told(status: StatusCode, body: &serde_json::Value) -> HttpResponse {
    HttpResponse::build(status).insert_header((CACHE_CONTROL, "no-store")).json(body)
}

fn refused(status: StatusCode, code: &str, message: &str) -> HttpResponse {
    told(status, &json!({ "error": { "code": code, "message": message } }))
}

async fn badges_of(
    site: web::Data<Site>,
    handle: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(bearer).map(str::to_owned);
    let (from, now) = (address::of(&request, site.settings.proxies), site.clock.now());
    let counting = site.db.write(move |conn| actions::count(conn, token.as_deref(), &from, now));
    match counting.await? {
        Use::Granted => {}
        Use::Unknown => {
            let why = "Send a token of this site: Authorization: Bearer touchstone_…";
            let mut answer = refused(StatusCode::UNAUTHORIZED, "unauthorized", why);
            answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            return Ok(answer);
        }
        Use::TooOften { seconds } => {
            let mut answer = refused(StatusCode::TOO_MANY_REQUESTS, "too-many", "Ask less often.");
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            return Ok(answer);
        }
    }
    let finding = site.db.read(move |conn| {
        let Some(member) = members::store::find(conn, &handle)? else { return Ok(None) };
        let mut shown = badges::store::shown_by(conn, &[member.id], now)?;
        Ok(Some((shown.remove(&member.id).unwrap_or_default(), member)))
    });
    let Some((shown, member)) = finding.await? else {
        return Ok(refused(StatusCode::NOT_FOUND, "not-found", "There is no such member."));
    };
    let body = json!({
        "member": {
            "handle": member.handle, "name": member.name,
            "url": format!("{}{}", site.settings.origin(), paths::member(&member.handle)),
        },
        "badges": answers(&shown),
        "at": rfc3339(now),
    });
    Ok(told(StatusCode::OK, &body))
}

#[derive(Template)]
#[template(path = "credentials/api.html")]
struct ApiPage {
    frame: Frame,
    origin: String,
    fresh: Option<String>,
    tokens: Vec<TokenRow>,
    hooks: Vec<HookRow>,
    form: Form,
    problems: Problems,
    good: Option<&'static str>,
}

struct TokenRow {
    id: i64,
    name: String,
    made: When,
    used: Option<When>,
    ended: Option<When>,
}

struct HookRow {
    path: String,
    address: String,
    made: When,
    ended: Option<When>,
}

/// What is typed on this page: a token's name, or a webhook's address.
#[derive(Clone, Default, serde::Deserialize)]
pub struct Form {
    /// The name of a token.
    #[serde(default)]
    pub name: String,
    /// The address of a webhook.
    #[serde(default)]
    pub address: String,
}

#[derive(Default, serde::Deserialize)]
struct Done {
    #[serde(default)]
    done: String,
}

async fn show(
    site: web::Data<Site>,
    administrator: Administrator,
    asked: web::Query<Done>,
) -> Result<HttpResponse, Error> {
    let good = match asked.done.as_str() {
        "ended" => Some("The token was ended. Whoever has it is refused from now on."),
        "unhooked" => Some("The webhook was ended. Nothing more is sent there."),
        _ => None,
    };
    answer(&site, &administrator, StatusCode::OK, None, Form::default(), Problems::none(), good).await
}

/// The page, with what was typed and what is wrong with it, or with a token that is shown once.
///
/// # Errors
/// When the database fails.
pub(in crate::credentials) async fn answer(
    site: &Site,
    administrator: &Administrator,
    status: StatusCode,
    fresh: Option<String>,
    form: Form,
    problems: Problems,
    good: Option<&'static str>,
) -> Result<HttpResponse, Error> {
    let loading = site.db.read(|conn| Ok((store::newest(conn, SHOWN)?, hooks::all(conn)?)));
    let (tokens, found) = loading.await?;
    let tokens = tokens.into_iter().map(|token| TokenRow {
        id: token.id.0,
        name: token.name,
        made: When(token.made_at),
        used: token.used_at.map(When),
        ended: token.ended_at.map(When),
    });
    let found = found.into_iter().map(|hook| HookRow {
        path: format!("/admin/api/webhooks/{}", hook.id.0),
        address: hook.address,
        made: When(hook.made_at),
        ended: hook.ended_at.map(When),
    });
    let frame = Frame::new(site, administrator.0.account(), "API and webhooks")
        .with_crumbs(vec![Crumb::new("Admin", "/admin"), Crumb::new("API and webhooks", PATH)])
        .at(PATH);
    let (tokens, hooks) = (tokens.collect(), found.collect());
    let origin = site.settings.origin();
    let mut answer =
        page_with(status, &ApiPage { frame, origin, fresh, tokens, hooks, form, problems, good })?;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

/// Answers with the token itself and not with 303: it is shown once, and kept nowhere until then.
async fn make(
    site: web::Data<Site>,
    administrator: Administrator,
    form: web::Form<Form>,
) -> Result<HttpResponse, Error> {
    let name = match label(&form.name) {
        Ok(name) => name,
        Err(why) => {
            let (status, problems) = (StatusCode::UNPROCESSABLE_ENTITY, Problems::one("name", why));
            return answer(&site, &administrator, status, None, form.into_inner(), problems, None).await;
        }
    };
    let (by, now) = (administrator.0.id, site.clock.now());
    let token = site.db.write(move |conn| actions::make(conn, by, &name, now)).await?;
    let (form, problems) = (Form::default(), Problems::none());
    answer(&site, &administrator, StatusCode::OK, Some(token), form, problems, None).await
}

async fn end(
    site: web::Data<Site>,
    administrator: Administrator,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (by, id, now) = (administrator.0.id, ApiTokenId(*id), site.clock.now());
    site.db.write(move |conn| actions::end(conn, by, id, now)).await?;
    see_other("/admin/api?done=ended")
}
