//! Middleware: refuses writes that another site sends with a member's cookie.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HOST, HeaderMap, ORIGIN};
use actix_web::middleware::Next;
use actix_web::web;

use super::Site;
use super::errors::{error_page, is_signed_out};
use crate::error::Error;

/// Lets a write through only when the browser says that it comes from this site's own pages.
///
/// # Errors
/// What the handler answers with.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let site = request.app_data::<web::Data<Site>>().cloned();
    let origin = site.as_ref().map(|site| site.settings.origin());
    let is_free = request.method().is_safe() || is_one_click(&request);
    if is_free || is_own(request.headers(), origin.as_deref()) {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    }
    tracing::warn!(origin = ?request.headers().get(ORIGIN), "a write from another site was refused");
    let refused = Error::Forbidden("This form was sent from another site, so nothing was done.".into());
    let answer = match site {
        Some(site) => error_page(&site, &refused, request.path(), is_signed_out(request.headers())),
        None => actix_web::ResponseError::error_response(&refused),
    };
    Ok(request.into_response(answer))
}

/// Ending mails by the link in a mail: mail programs send that from elsewhere (RFC 8058). The signed link alone
/// counts there, and no session is looked at.
fn is_one_click(request: &ServiceRequest) -> bool {
    let token = request.path().strip_prefix("/unsubscribe/");
    request.method() == Method::POST && token.is_some_and(|token| !token.is_empty() && !token.contains('/'))
}

/// `Sec-Fetch-Site` is set by the browser and cannot be forged by a page. Where it is missing, an `Origin`
/// must be ours. Where both are missing it is no browser, and no cookie was sent without its owner's will.
fn is_own(headers: &HeaderMap, origin: Option<&str>) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if headers.contains_key("sec-fetch-site") {
        return matches!(text("sec-fetch-site"), Some("same-origin" | "none"));
    }
    !headers.contains_key(ORIGIN) || has_own_origin(headers, origin)
}

/// Whether an `Origin` is there, and is ours. Browsers send one with every socket, and let every page open one.
#[must_use]
pub fn has_own_origin(headers: &HeaderMap, origin: Option<&str>) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(sent), host) = (text(ORIGIN.as_str()), text(HOST.as_str())) else {
        return false;
    };
    let is_host = host.is_some_and(|host| sent.split_once("://").is_some_and(|(_, from)| from == host));
    origin == Some(sent) || is_host
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn headers(list: &[(&'static str, &'static str)]) -> HeaderMap {
        list.iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn only_this_sites_own_pages_may_write() {
        let ours = Some("https://forum.example");
        assert!(is_own(&headers(&[("sec-fetch-site", "same-origin")]), ours));
        assert!(is_own(&headers(&[("sec-fetch-site", "none")]), ours));
        for other in ["same-site", "cross-site", "", "nonsense"] {
            assert!(!is_own(
                &headers(&[("sec-fetch-site", other), ("origin", "https://forum.example")]),
                ours
            ));
        }
        assert!(is_own(&headers(&[("origin", "https://forum.example")]), ours));
        assert!(is_own(&headers(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")]), ours));
        assert!(!is_own(&headers(&[("origin", "https://evil.example"), ("host", "forum.example")]), ours));
        assert!(!is_own(&headers(&[("origin", "null"), ("host", "forum.example")]), ours));
        assert!(is_own(&headers(&[]), ours));
    }

    #[test]
    fn a_socket_is_opened_by_this_sites_own_pages_alone() {
        assert!(has_own_origin(&headers(&[("origin", "https://forum.example")]), OURS));
        assert!(has_own_origin(&headers(&[("origin", "http://a:1"), ("host", "a:1")]), OURS));
        for other in ["https://evil.example", "null", "http://forum.example", ""] {
            assert!(!has_own_origin(&headers(&[("origin", other), ("host", "x")]), OURS), "{other}");
        }
        assert!(!has_own_origin(&headers(&[("sec-fetch-site", "same-origin")]), OURS));
    }

    const OURS: Option<&str> = Some("https://forum.example");

    #[test]
    fn nothing_but_a_link_that_ends_mails_may_be_sent_from_elsewhere() {
        let free = |method: Method, path: &str| {
            let request = actix_web::test::TestRequest::with_uri(path).method(method);
            is_one_click(&request.to_srv_request())
        };
        assert!(free(Method::POST, "/unsubscribe/7.reply.abc"));
        for path in [
            "/unsubscribe",
            "/unsubscribe/",
            "/unsubscribe/a/b",
            "/unsubscribes/a",
            "/settings/unsubscribe/a",
        ] {
            assert!(!free(Method::POST, path), "{path}");
        }
        assert!(!free(Method::DELETE, "/unsubscribe/7.reply.abc"));
    }
}
