//! Writes words and addresses the way the sanitizer writes them, so that it finds nothing to change.

use super::characters::{is_invisible, is_stripped};

/// Adds words to the HTML, without what is never shown. `encoded` words keep their character references.
pub(super) fn escape_words(html: &mut String, words: &str, encoded: bool, linked: bool) {
    for (at, c) in words.char_indices() {
        match c {
            '&' if encoded && is_reference(&words[at + 1..]) => html.push('&'),
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '\u{A0}' => html.push_str("&nbsp;"),
            _ if is_stripped(c) || (linked && is_invisible(c)) => {}
            _ => html.push(c),
        }
    }
}

/// An address as it stands between quotes.
pub(super) fn escape_address(address: &str, encoded: bool) -> String {
    let mut escaped = String::with_capacity(address.len());
    for c in address.chars() {
        match c {
            '&' if !encoded => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\u{A0}' => escaped.push_str("&nbsp;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// Whether what follows an ampersand can make it a character reference.
fn is_reference(after: &str) -> bool {
    after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_kept_where_they_are_meant() {
        let mut html = String::new();
        escape_words(&mut html, "a & b &amp; <c>\u{A0}\u{202E}", true, false);
        escape_words(&mut html, "&amp;", false, false);
        assert_eq!(html, "a &amp; b &amp; &lt;c&gt;&nbsp;&amp;amp;");
    }

    #[test]
    fn what_cannot_be_seen_is_left_out_of_links() {
        let mut html = String::new();
        escape_words(&mut html, "a\u{200B}b", false, true);
        escape_words(&mut html, "a\u{200B}b", false, false);
        assert_eq!(html, "aba\u{200B}b");
    }

    #[test]
    fn an_address_cannot_leave_its_quotes() {
        assert_eq!(escape_address("/a\"><b>&c", false), "/a&quot;&gt;&lt;b&gt;&amp;c");
        assert_eq!(escape_address("/a?b&amp;c\"", true), "/a?b&amp;c&quot;");
    }
}
