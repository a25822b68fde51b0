//! Which addresses a post may link to.

use ammonia::Url;

use super::characters::{is_invisible, is_stripped};

/// The longest address that becomes a link, in bytes.
const MAX_BYTES: usize = 2_048;

/// The address as it may stand in a link, or nothing if a post may not lead there.
///
/// Only `http`, `https` and `mailto`, and places on this site (`/…`, `#…`). What browsers leave out of an
/// address when they follow it is left out before looking.
pub(super) fn allowed(address: &str) -> Option<String> {
    if address.len() > MAX_BYTES {
        return None;
    }
    let seen: String =
        address.chars().filter(|&c| !is_stripped(c) && !is_invisible(c) && c != '\n' && c != '\t').collect();
    let seen = seen.trim().replace(' ', "%20");

    if seen.starts_with('#') {
        return Some(seen);
    }
    if let Some(rest) = seen.strip_prefix('/') {
        return (!rest.starts_with(['/', '\\'])).then_some(seen);
    }
    let url = Url::parse(&seen).ok()?;
    match url.scheme() {
        "http" | "https" => web(seen, &url),
        "mailto" => Some(seen),
        _ => None,
    }
}

fn web(seen: String, url: &Url) -> Option<String> {
    // "https:path" and "https:\\host" mean something else in a page than on their own.
    let (_, rest) = seen.split_once("://")?;
    // "https://bank.example@elsewhere.example" is only ever written to mislead.
    if rest.starts_with(['/', '\\']) || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or(rest);
    if authority.is_ascii() {
        Some(seen)
    } else {
        // Letters of other alphabets in a host are spelled out, so that the browser shows where the link leads.
        Some(url.as_str().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_web_and_mail_and_this_site_are_allowed() {
        for address in
            ["http://a.example", "HTTPS://a.example/b?c#d", "mailto:ada@a.example", "/t/7", "#post-3", "/"]
        {
            assert_eq!(allowed(address).as_deref(), Some(address));
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for address in [
            "javascript:alert(1)",
            " javascript:alert(1)",
            "java\nscript:alert(1)",
            "JaVaScRiPt:x",
            "\u{1}javascript:x",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "blob:x",
            "ftp://a.example",
            "tel:1",
            "about:blank",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/\u{202E}/evil.example",
            "\\\\evil.example",
            "https:evil",
            "https:\\\\evil.example",
            "https:///evil.example",
            "http://",
            "relative/path",
            "?query",
            "",
            "https://bank.example@evil.example/",
            "https://a:b@evil.example",
        ] {
            assert_eq!(allowed(address), None, "{address:?}");
        }
    }

    #[test]
    fn letters_that_fool_are_spelled_out() {
        assert!(
            allowed("https://аррle.example/x").is_some_and(|address| address.starts_with("https://xn--"))
        );
    }

    #[test]
    fn an_allowed_address_is_allowed_unchanged() {
        for address in [
            "https://аррle.example/ü x",
            "/a b",
            "mailto:a@b.example?subject=x y",
            "http://a.example/\u{200B}z",
        ] {
            let once = allowed(address).unwrap();
            assert_eq!(allowed(&once), Some(once.clone()));
        }
    }

    #[test]
    fn an_endless_address_is_no_link() {
        assert_eq!(allowed(&format!("http://a.example/{}", "x".repeat(MAX_BYTES))), None);
    }
}
