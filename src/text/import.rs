//! HTML from elsewhere as a post: what a post may hold is kept, the rest becomes paragraphs, links and words.

use super::blocks::Block;
use super::builder::Builder;
use super::commonmark::file_name;
use super::lexer::{Lexer, Token, attribute};
use super::sanitize;

/// How many tags are read before the post is taken for an attack and shown as plain text.
const MAX_TAGS: usize = 5_000;
/// How many elements may be open at once before the same happens.
const MAX_OPEN: usize = 200;

/// Elements whose content nobody is meant to read.
const UNREAD: [&str; 16] = [
    "script", "style", "title", "head", "template", "noscript", "iframe", "object", "applet", "svg", "math",
    "select", "textarea", "noembed", "noframes", "canvas",
];

/// Elements that part the words before them from those after them.
const PARTING: [&str; 30] = [
    "div",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "aside",
    "nav",
    "center",
    "address",
    "figure",
    "figcaption",
    "form",
    "fieldset",
    "legend",
    "details",
    "summary",
    "dl",
    "dt",
    "dd",
    "hgroup",
    "caption",
    "dialog",
    "search",
    "menu",
    "dir",
    "body",
    "html",
    "p",
    "option",
];

/// Builds the post's HTML, or nothing if the source holds too many tags or nests them too deep.
pub(super) fn build(source: &str) -> Option<String> {
    let mut lexer = Lexer::new(source);
    let mut unclosed: Vec<&str> = Vec::new();
    let mut builder = Builder::default();
    let mut tags = 0;
    while let Some(token) = lexer.next() {
        match token {
            Token::Text(text) => builder.encoded(text),
            Token::Open { name, attributes, .. } => match unread(name) {
                Some(name) => {
                    if !unclosed.contains(&name) && !lexer.skip_past(name) {
                        unclosed.push(name);
                    }
                }
                None => open(&mut builder, &name.to_ascii_lowercase(), attributes),
            },
            Token::Close { name, .. } => close(&mut builder, &name.to_ascii_lowercase()),
        }
        tags += usize::from(!matches!(token, Token::Text(_)));
        if tags > MAX_TAGS || builder.open() > MAX_OPEN {
            return None;
        }
    }
    Some(builder.finish())
}

/// The words of the source alone, a line for each block.
pub(super) fn words(source: &str) -> String {
    let mut lexer = Lexer::new(source);
    let mut unclosed: Vec<&str> = Vec::new();
    let mut words = String::new();
    while let Some(token) = lexer.next() {
        match token {
            Token::Text(text) => words.push_str(&decode(text)),
            Token::Open { name, .. } | Token::Close { name, .. } => {
                if let (Some(name), Token::Open { .. }) = (unread(name), token) {
                    if !unclosed.contains(&name) && !lexer.skip_past(name) {
                        unclosed.push(name);
                    }
                } else if !is_inline(name) {
                    words.push_str("\n\n");
                } else if name.eq_ignore_ascii_case("br") {
                    words.push('\n');
                }
            }
        }
    }
    words
}

/// The text that the commonest character references stand for; others stay as they were written.
pub(super) fn decode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = [
            ("&amp;", "&"),
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&#39;", "'"),
            ("&nbsp;", "\u{A0}"),
        ]
        .into_iter()
        .find(|(reference, _)| rest.starts_with(reference));
        let (reference, stands_for) = known.unwrap_or(("&", "&"));
        decoded.push_str(stands_for);
        rest = &rest[reference.len()..];
    }
    decoded.push_str(rest);
    decoded
}

/// Whether an element stands within a line of words.
pub(super) fn is_inline(name: &str) -> bool {
    const INLINE: [&str; 26] = [
        "a", "abbr", "b", "bdi", "bdo", "big", "br", "cite", "code", "del", "em", "font", "i", "ins", "kbd",
        "mark", "q", "s", "small", "span", "strike", "strong", "sub", "sup", "tt", "u",
    ];
    INLINE.iter().any(|inline| inline.eq_ignore_ascii_case(name))
}

fn unread(name: &str) -> Option<&'static str> {
    UNREAD.into_iter().find(|unread| unread.eq_ignore_ascii_case(name))
}

fn mark(name: &str) -> Option<&'static str> {
    Some(match name {
        "b" | "strong" => "strong",
        "i" | "em" => "em",
        "s" | "strike" | "del" => "del",
        "code" | "tt" | "kbd" | "samp" => "code",
        "sup" => "sup",
        "sub" => "sub",
        _ => return None,
    })
}

fn block(name: &str) -> Option<Block> {
    Some(match name {
        "blockquote" => Block::Quote,
        "ul" => Block::Bullets,
        "ol" => Block::Numbers,
        "li" => Block::Item,
        "table" => Block::Table,
        "thead" => Block::Head,
        "tbody" | "tfoot" => Block::Body,
        "tr" => Block::Row,
        "th" => Block::HeadCell,
        "td" => Block::Cell,
        _ => return None,
    })
}

fn heading(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h', level @ b'1'..=b'6'] => Some(level - b'0'),
        _ => None,
    }
}

fn open(builder: &mut Builder, name: &str, attributes: &str) {
    if let Some(tag) = mark(name) {
        builder.mark(tag);
    } else if builder.is_preformatted()
        && (PARTING.contains(&name) || heading(name).is_some() || name == "br")
    {
        builder.encoded("\n");
    } else if let Some(level) = heading(name) {
        builder.heading(level);
    } else if name == "ol" {
        let first = attribute(attributes, "start").and_then(sanitize::list_start);
        builder.start_numbers(first.unwrap_or(1));
    } else if let Some(block) = block(name) {
        builder.start(block);
    } else {
        match name {
            "a" => {
                if let Some(address) =
                    attribute(attributes, "href").filter(|address| !address.trim().is_empty())
                {
                    builder.link(address, true);
                }
            }
            "br" => builder.line_break(),
            "hr" => builder.rule(),
            "img" | "image" => image(builder, attributes),
            "p" => builder.paragraph(),
            "pre" | "listing" | "xmp" | "plaintext" => builder.preformatted(),
            _ if PARTING.contains(&name) => builder.end_leaf(),
            _ => {}
        }
    }
}

fn close(builder: &mut Builder, name: &str) {
    if let Some(tag) = mark(name) {
        builder.end_mark(tag);
    } else if name == "a" {
        builder.end_mark("a");
    } else if let Some(block) = block(name) {
        builder.end(block);
    } else if matches!(name, "pre" | "listing" | "xmp") {
        if builder.is_preformatted() {
            builder.end_leaf();
        }
    } else if (PARTING.contains(&name) || heading(name).is_some()) && !builder.is_preformatted() {
        builder.end_leaf();
    }
}

/// An image becomes a link to it, in the words that describe it.
fn image(builder: &mut Builder, attributes: &str) {
    let source = attribute(attributes, "src").unwrap_or_default().trim();
    let described = attribute(attributes, "alt").map(str::trim).filter(|words| !words.is_empty());
    let Some(words) = described.or_else(|| file_name(source)) else {
        return;
    };
    if builder.is_linked() || source.is_empty() {
        builder.encoded(words);
    } else {
        builder.link(source, true);
        builder.encoded(words);
        builder.end_mark("a");
    }
}
