//! Cuts HTML into tags and text, in one pass and without judging it.

/// A piece of HTML. `raw` is the whole of it as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'s> {
    /// Text, with its character references as written.
    Text(&'s str),
    /// A start tag.
    Open { name: &'s str, attributes: &'s str, raw: &'s str },
    /// An end tag.
    Close { name: &'s str, raw: &'s str },
}

/// The pieces of a text. Comments and declarations are left out; a tag that never ends swallows the rest, as in
/// browsers.
pub(super) struct Lexer<'s> {
    rest: &'s str,
}

impl<'s> Lexer<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        Self { rest: source }
    }

    /// Goes on behind the end tag of `name`, and says whether there was one.
    pub(super) fn skip_past(&mut self, name: &str) -> bool {
        let mut from = 0;
        while let Some(at) = self.rest[from..].find("</").map(|at| from + at) {
            let after = &self.rest[at + 2..];
            let is_it = after
                .as_bytes()
                .get(..name.len())
                .is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()));
            if is_it && !after[name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-') {
                self.rest = after.find('>').map_or("", |end| &after[end + 1..]);
                return true;
            }
            from = at + 2;
        }
        false
    }
}

impl<'s> Iterator for Lexer<'s> {
    type Item = Token<'s>;

    fn next(&mut self) -> Option<Token<'s>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let text = text_length(self.rest);
            if text > 0 {
                let (text, rest) = self.rest.split_at(text);
                self.rest = rest;
                return Some(Token::Text(text));
            }
            let (length, token) = markup(self.rest);
            self.rest = &self.rest[length..];
            if token.is_some() {
                return token;
            }
        }
    }
}

/// How much of `source` comes before the next tag, comment or declaration.
fn text_length(source: &str) -> usize {
    let mut from = 0;
    while let Some(at) = source[from..].find('<').map(|at| from + at) {
        if source[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            return at;
        }
        from = at + 1;
    }
    source.len()
}

fn markup(source: &str) -> (usize, Option<Token<'_>>) {
    let after = &source[1..];
    if let Some(comment) = after.strip_prefix("!--") {
        let length = if comment.starts_with('>') {
            Some(5)
        } else if comment.starts_with("->") {
            Some(6)
        } else {
            comment_end(comment).map(|end| end + 4)
        };
        return (length.unwrap_or(source.len()), None);
    }
    let closing = after.starts_with('/');
    let name = if closing { &after[1..] } else { after };
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return (source.find('>').map_or(source.len(), |at| at + 1), None);
    }
    let length = name.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')).unwrap_or(name.len());
    let (name, attributes) = name.split_at(length);
    let Some(end) = tag_end(attributes) else {
        return (source.len(), None);
    };
    let head = if closing { 2 } else { 1 };
    let raw = &source[..=head + length + end];
    let attributes = &attributes[..end];
    let token = if closing { Token::Close { name, raw } } else { Token::Open { name, attributes, raw } };
    (raw.len(), Some(token))
}

/// How long a comment is, its end included: `-->` or, as browsers have it, `--!>`.
fn comment_end(comment: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = comment[from..].find("--").map(|at| from + at) {
        let after = &comment[at + 2..];
        if after.starts_with('>') {
            return Some(at + 3);
        }
        if after.starts_with("!>") {
            return Some(at + 4);
        }
        from = at + 1;
    }
    None
}

/// Where the tag's `>` stands: the first that no quoted value holds.
fn tag_end(attributes: &str) -> Option<usize> {
    let mut quote = None;
    let mut after_equals = false;
    for (at, byte) in attributes.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') if after_equals => quote = Some(byte),
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            after_equals = quote.is_none() && byte == b'=';
        }
    }
    None
}

/// The value of the first attribute with this name, as written.
pub(super) fn attribute<'s>(attributes: &'s str, name: &str) -> Option<&'s str> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let end = rest[first..]
            .find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '='))
            .map_or(rest.len(), |at| first + at);
        let (found, after) = rest.split_at(end);
        let after = after.trim_start_matches(|c: char| c.is_ascii_whitespace());
        let (value, after) = match after.strip_prefix('=') {
            Some(value) => split_value(value.trim_start_matches(|c: char| c.is_ascii_whitespace())),
            None => ("", after),
        };
        if found.eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = after;
    }
}

fn split_value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(value) = text.strip_prefix(quote) {
            return value.split_once(quote).unwrap_or((value, ""));
        }
    }
    text.split_at(text.find(|c: char| c.is_ascii_whitespace()).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(source: &str) -> Vec<String> {
        Lexer::new(source)
            .map(|token| match token {
                Token::Text(text) => format!("\"{text}\""),
                Token::Open { name, attributes, .. } => format!("<{name}|{attributes}>"),
                Token::Close { name, .. } => format!("</{name}>"),
            })
            .collect()
    }

    #[test]
    fn tags_and_text_are_told_apart() {
        assert_eq!(short("a<b c='>'>d</b >e < 3"), ["\"a\"", "<b| c='>'>", "\"d\"", "</b>", "\"e < 3\""]);
    }

    #[test]
    fn comments_and_declarations_are_left_out() {
        assert_eq!(
            short("a<!-- <b> --!>b<!DOCTYPE x>c<![CDATA[d]]>e<?xml ?>f<!-->g</ >h"),
            ["\"a\"", "\"b\"", "\"c\"", "\"e\"", "\"f\"", "\"g\"", "\"h\""]
        );
    }

    #[test]
    fn what_never_ends_swallows_the_rest() {
        assert_eq!(short("a<!-- b"), ["\"a\""]);
        assert_eq!(short("a<b c=\"d>e"), ["\"a\""]);
    }

    #[test]
    fn attributes_are_found_however_they_are_quoted() {
        assert_eq!(attribute(" a=1 HREF = 'x y' href=z", "href"), Some("x y"));
        assert_eq!(attribute("/href=a>b", "href"), Some("a>b"));
        assert_eq!(attribute(" checked href", "href"), Some(""));
        assert_eq!(attribute(" data-href=x =y", "href"), None);
    }

    #[test]
    fn an_end_tag_is_found_in_any_case() {
        let mut lexer = Lexer::new("x</scripty></SCRIPT foo>after");
        assert!(lexer.skip_past("script"));
        assert_eq!(lexer.next(), Some(Token::Text("after")));
        assert!(!lexer.skip_past("script"));
    }
}
