//! What a post's words point at: members and posts. Found in the finished HTML, and dressed there once it is known
//! which of them there are.
//!
//! The HTML has been through the sanitizer, which lets no class and no data attribute pass: what is added here is
//! the only way to either, and holds nothing but numbers and handles.

use std::collections::{HashMap, HashSet};

use super::lexer::{Lexer, Token};
use super::markdown::SafeHtml;
use super::mentions;
use super::sanitize::LINK_REL;

/// What the caller knows of what a post points at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Handles of members that may be mentioned.
    pub handles: HashSet<String>,
    /// Posts that may be quoted, each with its author's handle.
    pub quotes: HashMap<i64, String>,
}

impl Known {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.handles.is_empty() && self.quotes.is_empty()
    }
}

/// What a post points at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The handles it mentions, distinct, in order. What stands in quotes mentions nobody.
    pub handles: Vec<String>,
    /// The posts it quotes with the handles it gives their authors; those not quoted within a quote first.
    pub quotes: Vec<(i64, String)>,
}

/// What a rendered post points at.
#[must_use]
pub fn named(html: &SafeHtml) -> Named {
    let mut handles: Vec<String> = Vec::new();
    let mut quotes: Vec<(usize, i64, String)> = Vec::new();
    let mut place = Place::default();
    let mut rest = html.as_str();
    while let Some((piece, after)) = next(rest) {
        match piece {
            Piece::Quote(id, handle) => {
                if !quotes.iter().any(|quote| quote.1 == id) {
                    quotes.push((place.quotes, id, handle.to_owned()));
                }
                place.quotes += 1;
            }
            Piece::Token(Token::Text(text)) if place.is_plain() && place.quotes == 0 => {
                for (_, handle) in mentions::find(text) {
                    if !handles.contains(&handle) {
                        handles.push(handle);
                    }
                }
            }
            Piece::Token(token) => place.go(token),
        }
        rest = after;
    }
    quotes.sort_by_key(|quote| quote.0);
    Named { handles, quotes: quotes.into_iter().map(|(_, id, handle)| (id, handle)).collect() }
}

/// The post with what is known in it as links: members who are mentioned, and where quotes come from.
#[must_use]
pub fn dress(html: &SafeHtml, known: &Known) -> SafeHtml {
    if known.is_empty() {
        return html.clone();
    }
    let mut dressed = String::with_capacity(html.as_str().len() + 256);
    let mut place = Place::default();
    let mut rest = html.as_str();
    while let Some((piece, after)) = next(rest) {
        match piece {
            Piece::Quote(id, handle) => {
                place.quotes += 1;
                if known.quotes.get(&id).is_some_and(|author| author == handle) {
                    open_quote(&mut dressed, id, handle);
                    // The paragraph of the source ends; words that stood in it begin one of their own.
                    let (break_length, ends) = source_end(after);
                    rest = &after[break_length..];
                    if !ends {
                        dressed.push_str("<p>");
                    }
                    continue;
                }
                dressed.push_str(&rest[..rest.len() - after.len()]);
            }
            Piece::Token(Token::Text(text)) if place.is_plain() && !known.handles.is_empty() => {
                link_members(&mut dressed, text, &known.handles);
            }
            Piece::Token(token) => {
                place.go(token);
                dressed.push_str(&rest[..rest.len() - after.len()]);
            }
        }
        rest = after;
    }
    SafeHtml::from_store(dressed)
}

fn open_quote(html: &mut String, id: i64, handle: &str) {
    let id = id.to_string();
    for part in [
        "<blockquote class=\"quote\" data-quote=\"",
        &id,
        "\"><p class=\"quote-source\"><a href=\"/p/",
        &id,
        "\" rel=\"",
        LINK_REL,
        "\">@",
        handle,
        " wrote:</a></p>",
    ] {
        html.push_str(part);
    }
}

fn link_members(html: &mut String, text: &str, known: &HashSet<String>) {
    let mut done = 0;
    for (range, handle) in mentions::find(text) {
        if known.contains(&handle) {
            html.push_str(&text[done..range.start]);
            for part in ["<a href=\"/u/", &handle, "\" rel=\"", LINK_REL, "\">", &text[range.clone()], "</a>"]
            {
                html.push_str(part);
            }
            done = range.end;
        }
    }
    html.push_str(&text[done..]);
}

/// Where in the post we are.
#[derive(Default)]
struct Place {
    quotes: usize,
    /// How many links and pieces of code are open.
    closed: usize,
}

impl Place {
    /// Whether words here may mention somebody.
    fn is_plain(&self) -> bool {
        self.closed == 0
    }

    fn go(&mut self, token: Token<'_>) {
        match token {
            Token::Open { name: "blockquote", .. } => self.quotes += 1,
            Token::Close { name: "blockquote", .. } => self.quotes = self.quotes.saturating_sub(1),
            Token::Open { name: "a" | "code" | "pre", .. } => self.closed += 1,
            Token::Close { name: "a" | "code" | "pre", .. } => self.closed = self.closed.saturating_sub(1),
            _ => {}
        }
    }
}

enum Piece<'h> {
    /// The beginning of a quote up to the end of the link to its source.
    Quote(i64, &'h str),
    Token(Token<'h>),
}

/// The next piece, and what comes after it.
fn next(html: &str) -> Option<(Piece<'_>, &str)> {
    if let Some((id, handle, after)) = quote(html) {
        return Some((Piece::Quote(id, handle), after));
    }
    let token = Lexer::new(html).next()?;
    let length = match token {
        Token::Text(text) => text.len(),
        Token::Open { raw, .. } | Token::Close { raw, .. } => raw.len(),
    };
    Some((Piece::Token(token), &html[length..]))
}

/// A quote whose first line is nothing but the link to where it comes from, as the renderer writes it.
fn quote(html: &str) -> Option<(i64, &str, &str)> {
    let (id, rest) = html.strip_prefix("<blockquote><p><a href=\"/p/")?.split_once('"')?;
    let rest = rest.strip_prefix(" rel=\"")?.strip_prefix(LINK_REL)?.strip_prefix("\">@")?;
    let (handle, after) = rest.split_once(" wrote:</a>")?;
    let stands_alone = ["</p>", "\n", "<br>"].iter().any(|end| after.starts_with(end));
    let id = post_id(id).filter(|_| stands_alone && mentions::is_handle(handle))?;
    Some((id, handle, after))
}

/// A post's number as addresses have it.
fn post_id(digits: &str) -> Option<i64> {
    let plain =
        digits.len() <= 18 && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain)
}

/// How much of what follows the link to the source only ends its line, and whether that ends the paragraph.
fn source_end(after: &str) -> (usize, bool) {
    for (end, ends) in [("</p>", true), ("\n", false), ("<br>", false)] {
        if after.starts_with(end) {
            return (end.len(), ends);
        }
    }
    (0, false)
}
