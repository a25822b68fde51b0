//! The parts of a post: blocks that hold blocks, blocks that hold words, marks on words.

/// How deep quotes, lists and tables may stand in one another. Deeper ones lose their frame and keep their words.
pub(super) const MAX_DEPTH: usize = 16;

/// What other blocks may stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Block {
    Quote,
    Bullets,
    Numbers,
    Item,
    Table,
    Head,
    Body,
    Row,
    HeadCell,
    Cell,
}

impl Block {
    pub(super) const fn tag(self) -> &'static str {
        match self {
            Self::Quote => "blockquote",
            Self::Bullets => "ul",
            Self::Numbers => "ol",
            Self::Item => "li",
            Self::Table => "table",
            Self::Head => "thead",
            Self::Body => "tbody",
            Self::Row => "tr",
            Self::HeadCell => "th",
            Self::Cell => "td",
        }
    }

    pub(super) const fn is_list(self) -> bool {
        matches!(self, Self::Bullets | Self::Numbers)
    }

    pub(super) const fn counts(self) -> bool {
        matches!(self, Self::Quote | Self::Bullets | Self::Numbers | Self::Table)
    }

    pub(super) const fn is_cell(self) -> bool {
        matches!(self, Self::HeadCell | Self::Cell)
    }
}

/// A block that has begun and not ended.
pub(super) struct Frame {
    pub(super) block: Block,
    /// Too deep: kept for its end tag, not written.
    pub(super) flat: bool,
    /// How many marks held when it began.
    pub(super) marks: usize,
    /// Whether words without a paragraph were the last thing put in.
    pub(super) bare: bool,
}

/// What words stand in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LeafKind {
    Paragraph,
    Heading(u8),
    Preformatted,
    /// Words that stand in an item or a cell without a paragraph.
    Bare,
}

/// The paragraph, or the like, that words go into.
pub(super) struct Leaf {
    pub(super) kind: LeafKind,
    pub(super) tag: &'static str,
    pub(super) open: bool,
    pub(super) implied: bool,
    pub(super) marks: usize,
}

/// Bold, a link, code: what holds for some of the words.
pub(super) struct Mark {
    pub(super) tag: &'static str,
    pub(super) href: String,
}
