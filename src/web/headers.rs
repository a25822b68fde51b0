//! Middleware: a request id on each log line, and the headers that every answer has.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, web};
use tracing::Instrument;

use super::Site;
use crate::settings::Settings;

/// Nothing runs, loads or frames but what comes from this site.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; \
     manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);
/// What pages may not ask the browser for.
const NOTHING: HeaderValue = HeaderValue::from_static("camera=(), microphone=(), geolocation=()");
/// The same for the pages of a call.
const CAMERA: HeaderValue = HeaderValue::from_static("camera=(self), microphone=(self), geolocation=()");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");

/// Gives the request its id and its log line.
///
/// # Errors
/// What the handler answers with.
pub async fn log<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let id = crate::tokens::request_id().unwrap_or_else(|_| "unknown".to_owned());
    let span =
        tracing::info_span!("request", id = %id, method = %request.method(), path = %logged(request.path()));
    let started = std::time::Instant::now();
    let mut response = next.call(request).instrument(span.clone()).await?;
    let _inside = span.enter();
    let (status, took) = (response.status().as_u16(), started.elapsed());
    tracing::info!(status, microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX), "answered");
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    Ok(response)
}

/// The address as the log has it: the links that let a phone send images, and those that show a credential, are secrets
/// for as long as they live.
fn logged(path: &str) -> &str {
    match path.strip_prefix("/handover/") {
        Some(link) if link != "done" => "/handover/…",
        _ if path.starts_with("/c/") => "/c/…",
        _ => path,
    }
}

/// Lets the page of a call ask for camera and microphone, and connect to this site's own socket: not every browser
/// takes `'self'` for that as well.
pub fn allow_call(answer: &mut HttpResponse, settings: &Settings) {
    let socket = settings.origin().replacen("http", "ws", 1);
    let whole = POLICY;
    let own = format!("connect-src 'self' {socket}");
    let policy = whole.to_str().unwrap_or_default().replace("connect-src 'self'", &own);
    let headers = answer.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(PERMISSIONS, CAMERA);
}

/// Adds the headers that keep a page to itself.
///
/// # Errors
/// What the handler answers with.
pub async fn protect<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    if request.method() == Method::HEAD {
        // Answered as a GET; the server leaves the body out by itself.
        request.head_mut().method = Method::GET;
    }
    let has_session = request.request().headers().contains_key(actix_web::http::header::COOKIE);
    let https = request.app_data::<web::Data<Site>>().is_some_and(|site| site.settings.is_https());
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    // What is no page may be stricter.
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    // What is made to stand on other sites says so itself.
    if !headers.contains_key(RESOURCE_POLICY) {
        headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    }
    if !headers.contains_key(PERMISSIONS) {
        headers.insert(PERMISSIONS, NOTHING);
    }
    if https {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if !headers.contains_key(CACHE_CONTROL) {
        // A page for a member is theirs alone; a visitor's may be kept, but asked about before it is shown.
        let rule = if has_session { "private, no-cache" } else { "no-cache" };
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(rule));
        headers.insert(VARY, HeaderValue::from_static("Cookie"));
    }
    Ok(response)
}
