//! Markdown as a post: `CommonMark` with tables, strikethrough and task lists; HTML in it is shown as text.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};

use super::blocks::Block;
use super::builder::Builder;
use super::images::Picture;
use super::quotes::{CUT, MAX_QUOTES};
use super::{address, plain, sanitize};

/// What Markdown may hold beyond `CommonMark`.
pub(super) const OPTIONS: Options =
    Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH).union(Options::ENABLE_TASKLISTS);

/// The widest table. A wider one is shown as it was typed.
const MAX_COLUMNS: usize = 20;
/// How many cells the tables of one post may have together.
const MAX_CELLS: usize = 4_000;
/// How many quotes and lists may begin in one line. The parser looks at each of them again for each later line.
const MAX_STARTS: usize = 32;

/// Builds the post's HTML.
pub(super) fn build(source: &str) -> String {
    let source = limit_starts(source);
    let mut post = Post {
        source: &source,
        builder: Builder::default(),
        words: String::new(),
        html: String::new(),
        marks: Vec::new(),
        links: 0,
        images: Vec::new(),
        picture: None,
        code: false,
        in_head: false,
        cells: 0,
        skipping: false,
        quotes: 0,
    };
    for (event, range) in Parser::new_ext(&source, OPTIONS).into_offset_iter() {
        post.event(event, range);
    }
    post.flush();
    post.builder.finish()
}

struct Post<'s> {
    source: &'s str,
    builder: Builder,
    /// Words not written yet: the parser hands them over in pieces, and an address may lie across two.
    words: String,
    html: String,
    /// For each mark that is open, whether it was written.
    marks: Vec<Option<&'static str>>,
    links: usize,
    /// For each image that is open, its file and how much was written before it.
    images: Vec<(String, usize)>,
    /// The picture of this site that is open.
    picture: Option<Picture>,
    code: bool,
    in_head: bool,
    cells: usize,
    /// Whether we are in a table that was shown as it was typed.
    skipping: bool,
    /// How many quotes are open.
    quotes: usize,
}

impl Post<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        if self.skipping {
            self.skipping = event != Event::End(TagEnd::Table);
            return;
        }
        if self.is_cut(&event) {
            return;
        }
        if let Some(picture) = &mut self.picture {
            if picture.take(&event) {
                self.end_picture();
            }
            return;
        }
        match event {
            Event::Text(text) if self.code => return self.builder.text(&text),
            Event::Text(text) => return self.words.push_str(&text),
            Event::Html(html) => return self.html.push_str(&html),
            _ => self.flush(),
        }
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Code(code) => {
                let written = self.builder.mark("code");
                self.builder.text(&code);
                if written {
                    self.builder.end_mark("code");
                }
            }
            Event::InlineHtml(html) => self.builder.text(&html),
            Event::SoftBreak => self.builder.text("\n"),
            Event::HardBreak => self.builder.line_break(),
            Event::Rule => self.builder.rule(),
            Event::TaskListMarker(done) => self.builder.text(if done { "☒ " } else { "☐ " }),
            Event::Text(_)
            | Event::Html(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_) => {}
        }
    }

    /// Counts the quotes, and says whether this stands in one that is too deep to be shown.
    fn is_cut(&mut self, event: &Event<'_>) -> bool {
        match event {
            Event::Start(Tag::BlockQuote(_)) => {
                self.quotes += 1;
                if self.quotes == MAX_QUOTES + 1 {
                    self.flush();
                    self.builder.paragraph();
                    self.builder.text(CUT);
                    self.builder.end_leaf();
                }
                self.quotes > MAX_QUOTES
            }
            Event::End(TagEnd::BlockQuote(_)) => {
                self.quotes -= 1;
                self.quotes >= MAX_QUOTES
            }
            _ => self.quotes > MAX_QUOTES,
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Paragraph => self.builder.paragraph(),
            Tag::Heading { level, .. } => self.builder.heading(level as u8),
            Tag::BlockQuote(_) => self.builder.start(Block::Quote),
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => {
                self.builder.preformatted();
                self.builder.mark("code");
                self.code = true;
            }
            Tag::List(None) => self.builder.start(Block::Bullets),
            Tag::List(Some(first)) => {
                let first = u32::try_from(first).ok().filter(|&first| first <= sanitize::MAX_LIST_START);
                self.builder.start_numbers(first.unwrap_or(1));
            }
            Tag::Item => self.builder.start(Block::Item),
            Tag::Table(columns) => self.table(columns.len(), range),
            Tag::TableHead => {
                self.builder.start(Block::Head);
                self.builder.start(Block::Row);
                self.in_head = true;
            }
            Tag::TableRow => self.builder.start(Block::Row),
            Tag::TableCell => self.builder.start(if self.in_head { Block::HeadCell } else { Block::Cell }),
            Tag::Emphasis => self.mark("em"),
            Tag::Strong => self.mark("strong"),
            Tag::Strikethrough => self.mark("del"),
            Tag::Link { link_type: LinkType::Email, dest_url, .. } => {
                self.link(&format!("mailto:{dest_url}"));
            }
            Tag::Link { dest_url, .. } => self.link(&dest_url),
            Tag::Image { dest_url, .. } => {
                self.picture = Picture::begin(&dest_url);
                if self.picture.is_some() {
                    return;
                }
                self.link(&dest_url);
                self.images.push((dest_url.into_string(), self.builder.len()));
            }
            Tag::HtmlBlock
            | Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) => self.builder.end_leaf(),
            TagEnd::BlockQuote(_) => self.builder.end(Block::Quote),
            TagEnd::CodeBlock => {
                self.builder.end_leaf();
                self.code = false;
            }
            TagEnd::List(true) => self.builder.end(Block::Numbers),
            TagEnd::List(false) => self.builder.end(Block::Bullets),
            TagEnd::Item => self.builder.end(Block::Item),
            TagEnd::Table => self.builder.end(Block::Table),
            TagEnd::TableHead => {
                self.builder.end(Block::Head);
                self.in_head = false;
            }
            TagEnd::TableRow => self.builder.end(Block::Row),
            TagEnd::TableCell => self.builder.end(if self.in_head { Block::HeadCell } else { Block::Cell }),
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => self.end_mark(),
            TagEnd::Link => self.end_link(),
            TagEnd::Image => {
                if let Some((file, before)) = self.images.pop()
                    && self.builder.len() == before
                    && address::allowed(&file).is_some()
                {
                    self.builder.text(file_name(&file).unwrap_or("image"));
                }
                self.end_link();
            }
            TagEnd::HtmlBlock => {
                let html = std::mem::take(&mut self.html);
                plain::paragraphs(&mut self.builder, &html, false);
            }
            TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::MetadataBlock(_) => {}
        }
    }

    fn mark(&mut self, tag: &'static str) {
        let written = self.builder.mark(tag);
        self.marks.push(written.then_some(tag));
    }

    fn end_mark(&mut self) {
        if let Some(Some(tag)) = self.marks.pop() {
            self.builder.end_mark(tag);
        }
    }

    /// Begins a link, unless we are in one: then only its words count.
    fn link(&mut self, to: &str) {
        let address = if self.links == 0 { address::allowed(to) } else { None };
        let written = address.is_some_and(|address| self.builder.link(&address, false));
        self.marks.push(written.then_some("a"));
        self.links += 1;
    }

    fn end_link(&mut self) {
        self.links = self.links.saturating_sub(1);
        self.end_mark();
    }

    /// Shows a picture, as a link to the whole of it where it is in no link yet.
    fn end_picture(&mut self) {
        let Some((element, path)) = self.picture.take().map(Picture::finish) else { return };
        if let Some(path) = &path {
            self.link(path);
        }
        self.builder.picture(&element);
        if path.is_some() {
            self.end_link();
        }
    }

    fn table(&mut self, columns: usize, range: Range<usize>) {
        let typed = &self.source[range];
        let cells = columns * typed.lines().count();
        self.cells += cells;
        if columns > MAX_COLUMNS || self.cells > MAX_CELLS {
            self.cells -= cells;
            self.skipping = true;
            plain::paragraphs(&mut self.builder, typed, false);
        } else {
            self.builder.start(Block::Table);
        }
    }

    fn flush(&mut self) {
        if self.words.is_empty() {
            return;
        }
        let words = std::mem::take(&mut self.words);
        if self.links > 0 {
            self.builder.text(&words);
        } else {
            plain::words(&mut self.builder, &words);
        }
    }
}

/// The file's name, if it says something to people.
pub(super) fn file_name(address: &str) -> Option<&str> {
    let path = address.split(['?', '#']).next()?;
    let name = path.rsplit('/').next()?;
    let simple = name.len() <= 80
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
        && name.trim_matches('.').contains('.')
        && path.len() > name.len() + "https://".len();
    simple.then_some(name)
}

/// Takes its meaning from every mark that would begin a further quote or list in a line that begins too many.
fn limit_starts(source: &str) -> Cow<'_, str> {
    let mut limited = String::new();
    let mut copied = 0;
    let mut start = 0;
    for line in source.split_inclusive('\n') {
        if let Some(at) = excess_start(line) {
            limited.push_str(&source[copied..start + at]);
            limited.push('\\');
            copied = start + at;
        }
        start += line.len();
    }
    if copied == 0 {
        return Cow::Borrowed(source);
    }
    limited.push_str(&source[copied..]);
    Cow::Owned(limited)
}

/// Where in the line the first mark stands that is one too many.
fn excess_start(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let blank = |at: usize| bytes.get(at).is_none_or(u8::is_ascii_whitespace);
    let mut starts = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let mark = match byte {
            b' ' | b'\t' => {
                at += 1;
                continue;
            }
            b'>' => 0,
            b'-' | b'*' | b'+' if blank(at + 1) => 0,
            b'0'..=b'9' => {
                let digits = bytes[at..].iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
                if !matches!(bytes.get(at + digits), Some(b'.' | b')')) || !blank(at + digits + 1) {
                    return None;
                }
                digits
            }
            _ => return None,
        };
        starts += 1;
        if starts > MAX_STARTS {
            // A line of nothing but "- - -" is a rule, however long.
            let rule =
                byte != b'>' && bytes[at..].iter().all(|&other| other == byte || other.is_ascii_whitespace());
            return (!rule).then_some(at + mark);
        }
        at += mark + 1;
    }
    None
}
