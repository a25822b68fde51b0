//! Answers: a rendered page, or a way to another.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, ContentType, HeaderValue, LOCATION};
use askama::Template;

use crate::error::Error;

/// A page, rendered.
///
/// # Errors
/// When the template fails, which is ours to mend.
pub fn page(template: &impl Template) -> Result<HttpResponse, Error> {
    page_with(StatusCode::OK, template)
}

/// A page with another status: 422 for a form that comes back, 403 for one that may not be sent.
///
/// # Errors
/// When the template fails, which is ours to mend.
pub fn page_with(status: StatusCode, template: &impl Template) -> Result<HttpResponse, Error> {
    let html = template.render().map_err(|cause| Error::internal(format!("a template failed: {cause}")))?;
    Ok(HttpResponse::build(status).insert_header(ContentType::html()).body(html))
}

/// What is for these eyes alone is kept nowhere.
#[must_use]
pub fn private(mut answer: HttpResponse) -> HttpResponse {
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// 303: the change was made; look there.
///
/// # Errors
/// When `path` cannot stand in a header.
pub fn see_other(path: &str) -> Result<HttpResponse, Error> {
    redirect(StatusCode::SEE_OTHER, path)
}

/// 302: it is there, for now.
///
/// # Errors
/// When `path` cannot stand in a header.
pub fn found(path: &str) -> Result<HttpResponse, Error> {
    redirect(StatusCode::FOUND, path)
}

/// 301: it is there, for good.
///
/// # Errors
/// When `path` cannot stand in a header.
pub fn moved(path: &str) -> Result<HttpResponse, Error> {
    redirect(StatusCode::MOVED_PERMANENTLY, path)
}

fn redirect(status: StatusCode, path: &str) -> Result<HttpResponse, Error> {
    let location = HeaderValue::from_str(path)
        .map_err(|_| Error::internal(format!("{path:?} cannot stand in a header")))?;
    Ok(HttpResponse::build(status).insert_header((LOCATION, location)).finish())
}
