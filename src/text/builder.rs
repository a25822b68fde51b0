//! Writes HTML that is always well formed, never deep, without empty paragraphs or links, and holds only the
//! elements a post may hold.

use super::blocks::{Block, Frame, Leaf, LeafKind, MAX_DEPTH, Mark};
use super::escape::{escape_address, escape_words};

/// How many marks (bold, link, code…) may hold at once.
const MAX_MARKS: usize = 8;

/// The page being written.
#[derive(Default)]
pub(super) struct Builder {
    html: String,
    frames: Vec<Frame>,
    leaf: Option<Leaf>,
    marks: Vec<Mark>,
    /// How many of the marks have their start tag written.
    written: usize,
    depth: usize,
    heading: u8,
}

impl Builder {
    /// Everything written, with all that was open closed.
    pub(super) fn finish(mut self) -> String {
        while !self.frames.is_empty() {
            self.pop();
        }
        self.end_leaf();
        self.html
    }

    /// How many blocks and marks are open.
    pub(super) fn open(&self) -> usize {
        self.frames.len() + self.marks.len()
    }

    /// How much is written so far.
    pub(super) fn len(&self) -> usize {
        self.html.len()
    }

    /// Begins a block; rows, cells and items end the one before them.
    pub(super) fn start(&mut self, block: Block) {
        self.start_with(block, "");
    }

    /// Begins a numbered list.
    pub(super) fn start_numbers(&mut self, first: u32) {
        if first == 1 {
            self.start(Block::Numbers);
        } else {
            self.start_with(Block::Numbers, &format!(" start=\"{first}\""));
        }
    }

    fn start_with(&mut self, block: Block, attribute: &str) {
        self.end_leaf();
        match block {
            Block::Item => {
                if !self.pop_to(Block::is_list, |other| other.counts() || other.is_cell()) {
                    return;
                }
            }
            Block::Head | Block::Body => {
                if !self.pop_to(|other| other == Block::Table, |_| false) {
                    return;
                }
            }
            Block::Row => {
                let part = |other| matches!(other, Block::Table | Block::Head | Block::Body);
                if !self.pop_to(part, |_| false) {
                    return;
                }
                if self.top() == Some(Block::Table) {
                    self.push(Block::Body, "");
                }
            }
            Block::HeadCell | Block::Cell => {
                let part = |other| matches!(other, Block::Table | Block::Head | Block::Body | Block::Row);
                if !self.pop_to(part, |_| false) {
                    return;
                }
                self.fill_table();
            }
            Block::Quote | Block::Bullets | Block::Numbers | Block::Table => self.make_room(),
        }
        self.push(block, attribute);
    }

    /// Ends the innermost block of this kind and all within it, unless it stands outside the present cell.
    pub(super) fn end(&mut self, block: Block) {
        let wall = |other: Block| match block {
            Block::Item => other.is_list() || other.is_cell(),
            Block::Row | Block::Head | Block::Body | Block::HeadCell | Block::Cell => other == Block::Table,
            Block::Table => false,
            Block::Quote | Block::Bullets | Block::Numbers => other.is_cell(),
        };
        if self.pop_to(|other| other == block, wall) {
            self.pop();
        }
    }

    /// Begins a paragraph.
    pub(super) fn paragraph(&mut self) {
        self.start_leaf(LeafKind::Paragraph, "p");
    }

    /// Begins a heading. The highest is `h3`, and none is skipped.
    pub(super) fn heading(&mut self, wanted: u8) {
        self.start_leaf(LeafKind::Heading(wanted), "h3");
    }

    /// Begins a block in which spaces and line ends count.
    pub(super) fn preformatted(&mut self) {
        self.start_leaf(LeafKind::Preformatted, "pre");
    }

    /// Whether such a block is open.
    pub(super) fn is_preformatted(&self) -> bool {
        self.leaf.as_ref().is_some_and(|leaf| leaf.kind == LeafKind::Preformatted)
    }

    /// Ends the paragraph, heading or preformatted block.
    pub(super) fn end_leaf(&mut self) {
        let Some(leaf) = self.leaf.take() else { return };
        if leaf.open {
            let code = self.marks[..self.written].iter().any(|mark| mark.tag == "code");
            if leaf.kind != LeafKind::Preformatted && !code {
                self.html.truncate(self.html.trim_end_matches([' ', '\n', '\t']).len());
            }
            self.unwrite_marks(0);
            if leaf.kind != LeafKind::Bare {
                self.tag("</", leaf.tag);
            }
        }
        if !leaf.implied {
            self.marks.truncate(leaf.marks);
        }
    }

    /// Draws a line across.
    pub(super) fn rule(&mut self) {
        self.end_leaf();
        self.make_room();
        self.wrote_block();
        self.html.push_str("<hr>");
    }

    /// Begins a mark, and says whether it did: the same mark twice is once, and no more than eight hold at a time.
    pub(super) fn mark(&mut self, tag: &'static str) -> bool {
        self.push_mark(tag, String::new())
    }

    /// Begins a link to an address whose character references are `encoded` already or not.
    pub(super) fn link(&mut self, address: &str, encoded: bool) -> bool {
        self.push_mark("a", escape_address(address, encoded))
    }

    /// Whether a link is open.
    pub(super) fn is_linked(&self) -> bool {
        self.marks.iter().any(|mark| mark.tag == "a")
    }

    /// Ends a mark that began in this block.
    pub(super) fn end_mark(&mut self, tag: &str) {
        let base = self.frames.last().map_or(0, |frame| frame.marks);
        let found = self.marks.iter().rposition(|mark| mark.tag == tag);
        if let Some(at) = found.filter(|&at| at >= base) {
            self.unwrite_marks(at);
            self.marks.remove(at);
        }
    }

    /// Writes words.
    pub(super) fn text(&mut self, words: &str) {
        self.write(words, false);
    }

    /// Writes words whose character references stand as they were written.
    pub(super) fn encoded(&mut self, words: &str) {
        self.write(words, true);
    }

    /// Shows a picture, which is written already.
    pub(super) fn picture(&mut self, element: &str) {
        self.open_leaf();
        self.html.push_str(element);
    }

    /// Breaks the line, where there is one.
    pub(super) fn line_break(&mut self) {
        if self.leaf.as_ref().is_some_and(|leaf| leaf.open) {
            self.html.push_str("<br>");
        }
    }

    fn write(&mut self, words: &str, encoded: bool) {
        let exact = self.is_preformatted() || self.marks.iter().any(|mark| mark.tag == "code");
        let open = self.leaf.as_ref().is_some_and(|leaf| leaf.open);
        let mut words = words;
        if !open {
            if !exact {
                words = words.trim_start_matches([' ', '\n', '\t']);
            } else if self.marks.is_empty() {
                // A line end right behind <pre> is none.
                words = words.trim_start_matches('\n');
            }
        }
        if words.is_empty() {
            return;
        }
        let blank = words.bytes().all(|byte| byte.is_ascii_whitespace());
        if exact || !blank {
            self.open_leaf();
        }
        let linked = self.is_linked();
        escape_words(&mut self.html, words, encoded, linked);
    }

    fn push_mark(&mut self, tag: &'static str, href: String) -> bool {
        if tag == "a" {
            self.end_mark("a");
        }
        if self.marks.len() >= MAX_MARKS || self.marks.iter().any(|mark| mark.tag == tag) {
            return false;
        }
        self.marks.push(Mark { tag, href });
        true
    }

    fn unwrite_marks(&mut self, keep: usize) {
        while self.written > keep {
            self.written -= 1;
            let tag = self.marks[self.written].tag;
            self.tag("</", tag);
        }
    }

    fn start_leaf(&mut self, kind: LeafKind, tag: &'static str) {
        self.end_leaf();
        self.make_room();
        self.leaf = Some(Leaf { kind, tag, open: false, implied: false, marks: self.marks.len() });
    }

    fn open_leaf(&mut self) {
        if self.leaf.is_none() {
            self.make_room();
            let bare = self.slot().is_some_and(|at| self.frames[at].block != Block::Quote);
            let kind = if bare { LeafKind::Bare } else { LeafKind::Paragraph };
            self.leaf = Some(Leaf { kind, tag: "p", open: false, implied: true, marks: self.marks.len() });
        }
        if let Some(mut leaf) = self.leaf.take() {
            if !leaf.open {
                leaf.open = true;
                leaf.tag = self.open_tag(leaf.kind, leaf.tag);
            }
            self.leaf = Some(leaf);
        }
        while self.written < self.marks.len() {
            let Mark { tag, href } = &self.marks[self.written];
            self.html.push('<');
            self.html.push_str(tag);
            if *tag == "a" {
                self.html.push_str(" href=\"");
                self.html.push_str(href);
                self.html.push_str("\" rel=\"");
                self.html.push_str(super::sanitize::LINK_REL);
                self.html.push('"');
            }
            self.html.push('>');
            self.written += 1;
        }
    }

    fn open_tag(&mut self, kind: LeafKind, tag: &'static str) -> &'static str {
        let tag = match kind {
            LeafKind::Bare => {
                let slot = self.slot();
                if let Some(at) = slot {
                    if self.frames[at].bare {
                        self.html.push_str("<br>");
                    }
                    self.frames[at].bare = true;
                }
                return tag;
            }
            LeafKind::Heading(wanted) => {
                self.heading = (wanted + 2).min(self.heading.max(2) + 1).clamp(3, 6);
                ["h3", "h4", "h5", "h6"][usize::from(self.heading - 3)]
            }
            LeafKind::Paragraph | LeafKind::Preformatted => tag,
        };
        self.wrote_block();
        self.tag("<", tag);
        tag
    }

    fn wrote_block(&mut self) {
        if let Some(at) = self.slot() {
            self.frames[at].bare = false;
        }
    }

    /// The innermost frame that is written.
    fn slot(&self) -> Option<usize> {
        self.frames.iter().rposition(|frame| !frame.flat)
    }

    fn top(&self) -> Option<Block> {
        self.frames.last().map(|frame| frame.block)
    }

    /// Between items and between cells nothing may stand, so an item or a cell is put there.
    fn make_room(&mut self) {
        match self.top() {
            Some(Block::Bullets | Block::Numbers) => self.push(Block::Item, ""),
            Some(Block::Table | Block::Head | Block::Body | Block::Row) => {
                self.fill_table();
                self.push(Block::Cell, "");
            }
            _ => {}
        }
    }

    fn fill_table(&mut self) {
        if self.top() == Some(Block::Table) {
            self.push(Block::Body, "");
        }
        if self.top() != Some(Block::Row) {
            self.push(Block::Row, "");
        }
    }

    fn push(&mut self, block: Block, attribute: &str) {
        let flat = if block.counts() {
            self.depth >= MAX_DEPTH
        } else {
            self.frames.last().is_some_and(|frame| frame.flat)
        };
        if !flat {
            self.depth += usize::from(block.counts());
            self.wrote_block();
            self.html.push('<');
            self.html.push_str(block.tag());
            self.html.push_str(attribute);
            self.html.push('>');
        }
        self.frames.push(Frame { block, flat, marks: self.marks.len(), bare: false });
    }

    fn pop(&mut self) {
        self.end_leaf();
        let Some(frame) = self.frames.pop() else { return };
        self.marks.truncate(frame.marks);
        if !frame.flat {
            self.depth -= usize::from(frame.block.counts());
            self.tag("</", frame.block.tag());
        }
    }

    /// Ends what stands within the innermost block that is `wanted`, unless there is a `wall` before it.
    fn pop_to(&mut self, wanted: impl Fn(Block) -> bool, wall: impl Fn(Block) -> bool) -> bool {
        let found = self.frames.iter().rposition(|frame| wanted(frame.block) || wall(frame.block));
        let Some(at) = found.filter(|&at| wanted(self.frames[at].block)) else {
            return false;
        };
        self.end_leaf();
        while self.frames.len() > at + 1 {
            self.pop();
        }
        true
    }

    fn tag(&mut self, before: &str, name: &str) {
        self.html.push_str(before);
        self.html.push_str(name);
        self.html.push('>');
    }
}
