//! Posts as HTML: the only place where [`SafeHtml`] is made.

use std::borrow::Cow;
use std::fmt;
use std::panic::catch_unwind;

use super::characters::is_stripped;
use super::known::{self, Known};
use super::lexer::{Lexer, Token, attribute};
use super::{commonmark, import, plain, sanitize};

/// Raised whenever the same source would render differently, so that stored posts are rendered again.
pub const RENDERER_VERSION: i32 = 2;

/// The longest post a member may write, in characters.
pub const MAX_CHARACTERS: usize = 30_000;

/// The longest post taken over from another forum, in characters. The rest is cut off.
pub const MAX_IMPORT_CHARACTERS: usize = 200_000;

/// What a post's source is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// What members write.
    Markdown,
    /// Text without any markup.
    Text,
    /// HTML from another forum.
    Html,
}

impl Format {
    /// The word for it in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Text => "text",
            Self::Html => "html",
        }
    }

    /// The format that a word from the database stands for.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Markdown, Self::Text, Self::Html].into_iter().find(|format| format.code() == code)
    }
}

/// HTML that can be shown as it is. Templates print it without escaping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafeHtml(String);

impl SafeHtml {
    /// HTML from the database. Only for columns that [`render`] filled.
    #[must_use]
    pub const fn from_store(html: String) -> Self {
        Self(html)
    }

    /// The HTML.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SafeHtml {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl askama::FastWritable for SafeHtml {
    fn write_into(&self, page: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        page.write_str(&self.0)?;
        Ok(())
    }
}

impl askama::filters::HtmlSafe for SafeHtml {}

/// Renders a post. Never panics, and takes no more than 50 ms for a post of [`MAX_CHARACTERS`]; a source longer than
/// [`MAX_IMPORT_CHARACTERS`] is cut there. The same source always gives the same HTML.
#[must_use]
pub fn render(format: Format, source: &str) -> SafeHtml {
    // A fault in a parser must cost a post its markup, not a thread its page.
    let rendered = catch_unwind(|| attempt(format, source)).ok().flatten();
    SafeHtml(rendered.or_else(|| sanitize::settle(plain::build(&prepare(source)))).unwrap_or_default())
}

/// Renders a post with what is known of what it points at: mentions and quotes become links.
#[must_use]
pub fn render_with(format: Format, source: &str, known: &Known) -> SafeHtml {
    known::dress(&render(format, source), known)
}

/// The first `characters` characters of the post's words, without markup, for lists and descriptions. What is cut ends
/// with a whole word and "…", where that leaves anything.
#[must_use]
pub fn excerpt(html: &SafeHtml, characters: usize) -> String {
    let mut words = String::new();
    let mut length = 0;
    let mut gap = false;
    for token in Lexer::new(html.as_str()) {
        let text = match token {
            Token::Text(text) => import::decode(text),
            Token::Open { name: "img", attributes, .. } => {
                import::decode(attribute(attributes, "alt").unwrap_or_default())
            }
            Token::Open { name, .. } | Token::Close { name, .. } => {
                gap |= name == "br" || !import::is_inline(name);
                continue;
            }
        };
        for c in text.chars() {
            if c.is_whitespace() {
                gap = true;
                continue;
            }
            if gap && length > 0 {
                words.push(' ');
                length += 1;
            }
            gap = false;
            words.push(c);
            length += 1;
            if length > characters {
                return cut(&words, characters);
            }
        }
    }
    words
}

/// At most `characters` of the words, the last of them "…".
fn cut(words: &str, characters: usize) -> String {
    let Some(room) = characters.checked_sub(1) else {
        return String::new();
    };
    let end = words.char_indices().nth(room).map_or(words.len(), |(at, _)| at);
    let kept = &words[..end];
    let whole = match kept.rfind(' ') {
        Some(space) if !words[end..].starts_with(' ') => &kept[..space],
        _ => kept,
    };
    format!("{}…", whole.trim_end())
}

/// The source's HTML, or nothing where its markup has to be given up.
pub(super) fn attempt(format: Format, source: &str) -> Option<String> {
    let source = prepare(source);
    let html = match format {
        Format::Markdown => commonmark::build(&source),
        Format::Text => plain::build(&source),
        Format::Html => import::build(&source).unwrap_or_else(|| plain::build(&import::words(&source))),
    };
    sanitize::settle(html)
}

/// The source without what is never shown, its line ends alike, and no longer than may be.
fn prepare(source: &str) -> Cow<'_, str> {
    let end = source.char_indices().nth(MAX_IMPORT_CHARACTERS).map_or(source.len(), |(at, _)| at);
    let source = &source[..end];
    if !source.contains(is_stripped) {
        return Cow::Borrowed(source);
    }
    let lines = source.replace("\r\n", "\n").replace('\r', "\n");
    Cow::Owned(lines.chars().filter(|&c| !is_stripped(c)).collect())
}

#[cfg(test)]
#[path = "markdown_tests.rs"]
mod tests;
