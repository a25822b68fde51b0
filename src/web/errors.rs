//! Error pages: what happened, and what to do next. Causes are logged here, once, and never shown.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{COOKIE, ContentType, HeaderMap, HeaderValue, LOCATION, REFERER, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, ResponseError, web};
use askama::Template;

use super::{Account, Frame, Site};
use crate::error::Error;
use crate::paths;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    frame: Frame,
    status: u16,
    heading: &'static str,
    message: String,
    advice: &'static str,
    /// Whether signing in might help.
    signed_out: bool,
    /// Where to go on, and what the way is called.
    way: Option<(String, &'static str)>,
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden(_) | Self::SignInNeeded | Self::FactorNeeded => StatusCode::FORBIDDEN,
            Self::ProofNeeded => StatusCode::UNAUTHORIZED,
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A plain answer; [`show`] puts the page in its place.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code()).content_type(ContentType::plaintext()).body(self.to_string())
    }
}

/// Middleware: turns errors into pages.
///
/// # Errors
/// None of its own.
pub async fn show(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let site = request.app_data::<web::Data<Site>>().cloned();
    // Handlers and extractors answer with their error inside the response, so nothing else is lost here.
    let response = next.call(request).await?.map_into_boxed_body();
    let Some(site) = site else { return Ok(response) };
    let Some(shown) = shown_error(&response) else {
        return Ok(response);
    };
    let (request, _) = response.into_parts();
    let next = if request.method().is_safe() {
        request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned()
    } else {
        came_from(request.headers())
    };
    let way = way_in(&shown, &next);
    if let (Some((way, _)), true) = (&way, request.method().is_safe()) {
        let location = HeaderValue::from_str(way).unwrap_or(HeaderValue::from_static("/login"));
        let answer = HttpResponse::SeeOther().insert_header((LOCATION, location)).finish();
        return Ok(ServiceResponse::new(request, answer));
    }
    let way = way.filter(|_| !matches!(shown, Error::SignInNeeded));
    let answer = error_page_with(&site, &shown, request.path(), is_signed_out(request.headers()), way);
    Ok(ServiceResponse::new(request, answer))
}

/// Where whoever met this error goes, to go on to `next` after: to sign in, to add or to show a second factor.
fn way_in(error: &Error, next: &str) -> Option<(String, &'static str)> {
    match error {
        Error::SignInNeeded => Some((paths::login(next), "Sign in")),
        Error::FactorNeeded => Some((paths::add_factor(), "Add a second factor")),
        Error::ProofNeeded => Some((paths::show_factor(next), "Show your second factor")),
        _ => None,
    }
}

/// The page of this site on which a form stood, as far as the browser says so.
fn came_from(headers: &HeaderMap) -> String {
    let referrer = headers.get(REFERER).and_then(|value| value.to_str().ok());
    let page = referrer.and_then(|referrer| url::Url::parse(referrer).ok());
    let path = page.map(|page| page[url::Position::BeforePath..url::Position::AfterQuery].to_owned());
    path.unwrap_or_else(|| "/".to_owned())
}

/// The error behind an answer that is not a page yet.
fn shown_error(response: &ServiceResponse<BoxBody>) -> Option<Error> {
    let status = response.status();
    if let Some(cause) = response.response().error() {
        return Some(match cause.as_error::<Error>() {
            Some(error) => same(error),
            None => from_status(status, &cause.to_string()),
        });
    }
    None
}

/// Errors are not `Clone`, because nothing else should copy them.
fn same(error: &Error) -> Error {
    match error {
        Error::NotFound => Error::NotFound,
        Error::Forbidden(why) => Error::Forbidden(why.clone()),
        Error::SignInNeeded => Error::SignInNeeded,
        Error::FactorNeeded => Error::FactorNeeded,
        Error::ProofNeeded => Error::ProofNeeded,
        Error::Refused(why) => Error::Refused(why.clone()),
        Error::Conflict(why) => Error::Conflict(why.clone()),
        Error::TooLarge(why) => Error::TooLarge(why.clone()),
        Error::TooMany { seconds } => Error::TooMany { seconds: *seconds },
        Error::Busy => Error::Busy,
        Error::Internal(cause) => Error::Internal(cause.clone()),
    }
}

/// What the framework itself refuses: a form too large, a field missing, a number that is none.
fn from_status(status: StatusCode, cause: &str) -> Error {
    match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Error::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge("That is more than a form here can take.".into()),
        status if status.is_client_error() => Error::Refused(
            "The form did not arrive as it was sent. Go back, and send it once more.".to_owned(),
        ),
        _ => Error::internal(cause),
    }
}

/// The page for an error, with its status.
#[must_use]
pub fn error_page(site: &Site, error: &Error, path: &str, signed_out: bool) -> HttpResponse {
    error_page_with(site, error, path, signed_out, None)
}

fn error_page_with(
    site: &Site,
    error: &Error,
    path: &str,
    signed_out: bool,
    way: Option<(String, &'static str)>,
) -> HttpResponse {
    let status = error.status_code();
    if let Error::Internal(cause) = error {
        tracing::error!(%cause, path, "a request failed");
    }
    let (heading, advice) = words(error);
    let page = ErrorPage {
        frame: Frame::new(site, Account::Unknown, heading).at(path),
        status: status.as_u16(),
        heading,
        message: error.to_string(),
        advice,
        signed_out,
        way,
    };
    let mut answer = HttpResponse::build(status);
    if let Some(seconds) = wait(error) {
        answer.insert_header((RETRY_AFTER, seconds.to_string()));
    }
    match page.render() {
        Ok(html) => answer.insert_header(ContentType::html()).body(html),
        Err(cause) => {
            tracing::error!(%cause, "the error page failed");
            answer.insert_header(ContentType::plaintext()).body(error.to_string())
        }
    }
}

/// Whether nobody can be signed in, as far as can be told without asking the database.
#[must_use]
pub fn is_signed_out(headers: &HeaderMap) -> bool {
    !headers.contains_key(COOKIE)
}

/// After how many seconds trying again makes sense.
fn wait(error: &Error) -> Option<i64> {
    match error {
        Error::TooMany { seconds } => Some(*seconds),
        Error::Busy => Some(2),
        _ => None,
    }
}

fn words(error: &Error) -> (&'static str, &'static str) {
    match error {
        Error::NotFound => (
            "There is nothing here",
            "The address may be mistyped, or what stood here may be closed to you. Start from the home page.",
        ),
        Error::Forbidden(_) => ("This is not open to you", "If you think it should be, ask a moderator."),
        Error::SignInNeeded => {
            ("Please sign in first", "Sign in, and then do once more what you were about to do.")
        }
        Error::FactorNeeded => ("A second factor first", "Nothing was changed."),
        Error::ProofNeeded => (
            "Show your second factor",
            "Nothing was changed, and what you sent was not kept. Show your second factor in another tab, then come \
             back here, reload, and let your browser send the form again.",
        ),
        Error::Refused(_) => {
            ("This could not be done", "Go back, change what the message says, and send it again.")
        }
        Error::Conflict(_) => {
            ("Something else came first", "Go back, reload the page, and look at how it stands now.")
        }
        Error::TooLarge(_) => ("That was too much at once", "Go back, make it shorter, and send it again."),
        Error::TooMany { .. } => {
            ("Please wait a little", "This protects accounts against guessing. Nothing is wrong with yours.")
        }
        Error::Busy => {
            ("Too much going on", "Reload the page in a few seconds. Nothing you sent was half done.")
        }
        Error::Internal(_) => (
            "Something went wrong on our side",
            "It was written down for those who run this site. Please try again in a while.",
        ),
    }
}
