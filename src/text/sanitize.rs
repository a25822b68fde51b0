//! The last gate: one strict sanitizer, through which everything goes that is shown as HTML.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use super::address;
use super::characters::{is_invisible, is_stripped};
use super::images;
use super::lexer::{Lexer, Token, attribute};

/// What every link says of where it leads.
pub(super) const LINK_REL: &str = "nofollow ugc noopener";

/// The elements that a post may hold.
pub(super) const TAGS: [&str; 26] = [
    "p",
    "br",
    "hr",
    "strong",
    "em",
    "del",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "a",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "sup",
    "sub",
    "img",
];

/// How often the sanitizer may change its own output before the post is shown as plain text.
const MAX_ROUNDS: usize = 4;
/// The greatest number a list may begin with.
pub(super) const MAX_LIST_START: u32 = 999_999_999;

static STRICT: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut strict = Builder::empty();
    strict
        .tags(TAGS.into_iter().collect())
        .clean_content_tags(HashSet::from(["script", "style"]))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("img", HashSet::from(["src", "alt", "width", "height", "loading", "decoding"])),
            ("ol", HashSet::from(["start"])),
        ]))
        .generic_attributes(HashSet::new())
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some(LINK_REL))
        .strip_comments(true)
        .attribute_filter(|_, name, value| match name {
            "src" => images::shown_at(value).map(|_| Cow::Borrowed(value)),
            // With the address goes the picture, and with the picture everything said of it.
            "alt" | "width" | "height" | "loading" | "decoding" | "rel" => Some(Cow::Borrowed(value)),
            "href" => address::allowed(value).map(Cow::Owned),
            "start" => list_start(value).map(|start| Cow::Owned(start.to_string())),
            _ => None,
        });
    strict
});

/// The HTML as it may be shown: cleaned until cleaning changes nothing, so that what a browser reads is what was
/// checked. Nothing, if that does not come to an end.
pub(super) fn settle(html: String) -> Option<String> {
    let mut html = html;
    for _ in 0..MAX_ROUNDS {
        let clean = tidy(&STRICT.clean(&html).to_string());
        if clean == html {
            return Some(html);
        }
        html = clean;
    }
    None
}

/// The number a list may begin with.
pub(super) fn list_start(value: &str) -> Option<u32> {
    value.trim().parse().ok().filter(|&start| start <= MAX_LIST_START && start != 1)
}

/// Unwraps links that lead nowhere, and drops the characters that are never shown.
fn tidy(html: &str) -> String {
    let mut tidied = String::with_capacity(html.len());
    let mut links: Vec<bool> = Vec::new();
    for token in Lexer::new(html) {
        let behind_pre = tidied.ends_with("<pre>");
        match token {
            Token::Open { name: "a", attributes, raw } => {
                let leads = attribute(attributes, "href").is_some();
                links.push(leads);
                if leads {
                    tidied.push_str(raw);
                }
            }
            Token::Close { name: "a", raw } => {
                if links.pop() == Some(true) {
                    tidied.push_str(raw);
                }
            }
            // Only pictures of this site, and only as large as their names say.
            Token::Open { name: "img", attributes, .. } => {
                if let Some(name) = attribute(attributes, "src").and_then(images::shown_at) {
                    let alt = attribute(attributes, "alt").unwrap_or_default();
                    let hidden = |c: &char| is_stripped(*c) || is_invisible(*c);
                    let alt: String = alt.chars().filter(|c| !hidden(c)).collect();
                    tidied.push_str(&images::element(&name, &alt));
                }
            }
            Token::Open { raw, .. } | Token::Close { raw, .. } => tidied.push_str(raw),
            Token::Text(text) => {
                let linked = links.contains(&true);
                // Parsers take a line end here for none, each time they read it.
                let text = if behind_pre { text.trim_start_matches('\n') } else { text };
                let hidden = |c: char| is_stripped(c) || (linked && is_invisible(c));
                tidied.extend(text.chars().filter(|&c| !hidden(c)));
            }
        }
    }
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(html: &str) -> String {
        settle(html.to_owned()).unwrap()
    }

    #[test]
    fn what_is_allowed_stays_as_it_is() {
        let html = "<h3>a</h3><p><strong>b</strong><br><a href=\"/c\" rel=\"nofollow ugc noopener\">d</a></p><ol start=\"3\"><li>e</li></ol><hr><pre><code>\nf\n</code></pre>";
        assert_eq!(settled(html), html);
    }

    #[test]
    fn what_is_not_allowed_goes() {
        let html = "<p class=x id=y style=z title=t onclick=q>a<span data-badge=1>b</span><img src=x onerror=y><script>c</script></p><h1>d</h1><svg><a href=/x>e</a></svg>";
        assert_eq!(settled(html), "<p>ab</p>d");
    }

    #[test]
    fn a_link_that_may_lead_nowhere_becomes_its_words() {
        assert_eq!(settled("<p><a href=\"java&#115;cript&colon;x\">a</a> <a>b</a></p>"), "<p>a b</p>");
    }

    #[test]
    fn characters_that_are_never_shown_go_even_when_spelled_as_references() {
        assert_eq!(settled("<p>a&#x202E;b&#8294;c&#1;d</p>"), "<p>abcd</p>");
    }

    #[test]
    fn a_picture_says_nothing_but_what_its_name_says() {
        let name = "0123456789abcdef0123456789abcdef-1600x900";
        let clean = format!(
            "<p><img src=\"/uploads/{name}-small.jpg\" alt=\"A &quot;b&quot;\" width=\"640\" height=\"360\" loading=\"lazy\" decoding=\"async\"></p>"
        );
        assert_eq!(settled(&clean), clean);
        assert_eq!(
            settled(&format!(
                "<p><img onerror=x alt='A \"b\"' style=x width=9999 height=1 srcset=/x src=/uploads/{name}-small.jpg class=y decoding=sync></p>"
            )),
            clean
        );
        for src in [
            format!("/uploads/{name}.jpg"),
            format!("/uploads/{name}-small.svg"),
            format!("/uploads/../{name}-small.jpg"),
            format!("//evil.example/uploads/{name}-small.jpg"),
            format!("https://evil.example/uploads/{name}-small.jpg"),
            format!("/uploads/{name}-small.jpg?x"),
            format!("/uploads/{name}-small.jpg "),
            String::new(),
        ] {
            assert_eq!(settled(&format!("<p>a<img src=\"{src}\" alt=x></p>")), "<p>a</p>", "{src}");
        }
        assert_eq!(settled("<p>a<img alt=x></p>"), "<p>a</p>");
    }

    #[test]
    fn links_in_links_come_to_rest() {
        settled("<a href=/x><table><a href=/y>z</table></a><p><a href=/1><p><a href=/2>");
    }
}
