//! The network address of whoever asks, behind as many proxies as the settings say.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;

/// The address under which tries are counted. With proxies before the forum, each adds the address it saw
/// to `X-Forwarded-For`; the one that the outermost of them added can be believed, what stands before it
/// cannot.
#[must_use]
pub fn of(request: &HttpRequest, proxies: usize) -> String {
    let peer = request.peer_addr().map_or_else(|| "unknown".to_owned(), |peer| peer.ip().to_string());
    forwarded(request.headers(), proxies).unwrap_or(peer)
}

fn forwarded(headers: &HeaderMap, proxies: usize) -> Option<String> {
    if proxies == 0 {
        return None;
    }
    let listed: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    let seen = listed.len().checked_sub(proxies)?;
    listed[seen].parse::<std::net::IpAddr>().ok().map(|address| address.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    #[test]
    fn only_what_ones_own_proxies_added_is_believed() {
        let mut headers = HeaderMap::new();
        let name = HeaderName::from_static("x-forwarded-for");
        headers.append(name, HeaderValue::from_static("6.6.6.6, 203.0.113.9, 10.0.0.2"));
        assert_eq!(forwarded(&headers, 0), None);
        assert_eq!(forwarded(&headers, 1).as_deref(), Some("10.0.0.2"));
        assert_eq!(forwarded(&headers, 2).as_deref(), Some("203.0.113.9"));
        assert_eq!(forwarded(&headers, 4), None);
    }
}
