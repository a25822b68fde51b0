//! Pictures of this site in posts: the names under which they are kept, and how Markdown shows them.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::characters::{is_invisible, is_stripped};
use super::escape::escape_address;

/// The longest side of a picture, in pixels.
pub const LONGEST: u32 = 1_600;
/// The longest side of what a post shows of it.
pub const THUMBNAIL: u32 = 640;

/// Where pictures have their addresses.
const FOLDER: &str = "/uploads/";
/// Letters of the hash in a name: the first half of a SHA-256.
const HASH: usize = 32;
/// What stands at the end of a thumbnail's name, before the kind.
const SMALL: &str = "-small";

/// How a picture is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Photographs.
    Jpeg,
    /// Drawings, screenshots, and whatever one can see through.
    Png,
}

impl Kind {
    /// How the file's name ends.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }

    /// What browsers call it.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// The name of a picture: what it holds and how large it is. Another picture has another name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ImageName {
    hash: String,
    width: u32,
    height: u32,
    kind: Kind,
}

impl ImageName {
    /// The name of what has this hash: the first 32 hexadecimal digits of a SHA-256. Nothing, when no picture can be
    /// like that.
    #[must_use]
    pub fn new(hash: &str, width: u32, height: u32, kind: Kind) -> Option<Self> {
        let is_hash =
            hash.len() == HASH && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let fits = |side: u32| (1..=LONGEST).contains(&side);
        (is_hash && fits(width) && fits(height)).then(|| Self { hash: hash.to_owned(), width, height, kind })
    }

    /// Reads `3f…-1600x900.jpg`. Each picture has one spelling.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (hash, rest) = name.split_at_checked(HASH)?;
        let (size, ending) = rest.strip_prefix('-')?.split_once('.')?;
        let (width, height) = size.split_once('x')?;
        let kind = [Kind::Jpeg, Kind::Png].into_iter().find(|kind| kind.ending() == ending)?;
        let found = Self::new(hash, width.parse().ok()?, height.parse().ok()?, kind)?;
        (found.file_name() == name).then_some(found)
    }

    /// Reads the name of a picture or of its thumbnail, and says whether it is the thumbnail.
    #[must_use]
    pub fn parse_file(name: &str) -> Option<(Self, bool)> {
        if let Some(whole) = Self::parse(name) {
            return Some((whole, false));
        }
        let whole = Self::parse(&name.replacen(&format!("{SMALL}."), ".", 1))?;
        (whole.thumbnail().is_some() && whole.thumbnail_name() == name).then_some((whole, true))
    }

    /// The name of its file.
    #[must_use]
    pub fn file_name(&self) -> String {
        self.spelled("")
    }

    /// The name of the file that posts show: the thumbnail's, or its own where it is small already.
    #[must_use]
    pub fn thumbnail_name(&self) -> String {
        self.spelled(if self.thumbnail().is_some() { SMALL } else { "" })
    }

    fn spelled(&self, small: &str) -> String {
        format!("{}-{}x{}{small}.{}", self.hash, self.width, self.height, self.kind.ending())
    }

    /// How large its thumbnail is; nothing where it is small already.
    #[must_use]
    pub fn thumbnail(&self) -> Option<(u32, u32)> {
        (self.width.max(self.height) > THUMBNAIL).then(|| fit(self.width, self.height, THUMBNAIL))
    }

    /// How large posts show it.
    #[must_use]
    pub fn shown(&self) -> (u32, u32) {
        self.thumbnail().unwrap_or((self.width, self.height))
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// How it is kept.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Where it is shown in full.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{FOLDER}{}", self.file_name())
    }

    /// Where posts show it from.
    #[must_use]
    pub fn thumbnail_path(&self) -> String {
        format!("{FOLDER}{}", self.thumbnail_name())
    }

    /// What one writes to show it in a post.
    #[must_use]
    pub fn markdown(&self, alt: &str) -> String {
        let mut escaped = String::with_capacity(alt.len());
        for c in alt.chars() {
            if c.is_ascii_punctuation()
                && !matches!(c, ',' | '.' | ':' | '\'' | '"' | '?' | '/' | '(' | ')' | '-')
            {
                escaped.push('\\');
            }
            escaped.push(if c.is_whitespace() { ' ' } else { c });
        }
        format!("![{escaped}]({})", self.path())
    }
}

/// A size within a square of this side, in the same shape.
#[must_use]
pub fn fit(width: u32, height: u32, side: u32) -> (u32, u32) {
    let longest = u64::from(width.max(height));
    if longest <= u64::from(side) {
        return (width, height);
    }
    let scaled = |length: u32| {
        let rounded = (u64::from(length) * u64::from(side) + longest / 2) / longest;
        u32::try_from(rounded).unwrap_or(side).max(1)
    };
    (scaled(width), scaled(height))
}

/// The pictures that a post's words name, each once, in whatever way they do: shown, linked, or spelled out.
#[must_use]
pub fn used(body: &str) -> Vec<ImageName> {
    let mut found: Vec<ImageName> = Vec::new();
    for (at, _) in body.match_indices(FOLDER) {
        let rest = &body[at + FOLDER.len()..];
        let end =
            rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '.')).unwrap_or(rest.len());
        // In a sentence a full stop may follow.
        let name = rest[..end].trim_end_matches('.');
        if let Some((name, _)) = ImageName::parse_file(name)
            && !found.contains(&name)
        {
            found.push(name);
        }
    }
    found
}

/// The picture at an address of this site.
pub(super) fn at(address: &str) -> Option<ImageName> {
    ImageName::parse(address.strip_prefix(FOLDER)?)
}

/// The picture at the address of what posts show of it.
pub(super) fn shown_at(address: &str) -> Option<ImageName> {
    let name = address.strip_prefix(FOLDER)?;
    let (whole, _) = ImageName::parse_file(name)?;
    (whole.thumbnail_name() == name).then_some(whole)
}

/// The element that shows a picture. The text must be escaped already.
pub(super) fn element(name: &ImageName, alt: &str) -> String {
    let (width, height) = name.shown();
    format!(
        "<img src=\"{}\" alt=\"{alt}\" width=\"{width}\" height=\"{height}\" loading=\"lazy\" decoding=\"async\">",
        name.thumbnail_path()
    )
}

/// A text as it stands in `alt`.
pub(super) fn escape_alt(text: &str) -> String {
    let seen: String = text.chars().filter(|&c| !is_stripped(c) && !is_invisible(c)).collect();
    escape_address(&seen, false)
}

/// A picture of this site that is being read from Markdown: what stands within it are words alone.
pub(super) struct Picture {
    name: ImageName,
    alt: String,
    depth: usize,
}

impl Picture {
    /// The beginning of one, where the address is a picture's.
    pub(super) fn begin(address: &str) -> Option<Self> {
        Some(Self { name: at(address)?, alt: String::new(), depth: 0 })
    }

    /// Takes a piece in, and says whether it was the last.
    pub(super) fn take(&mut self, event: &Event<'_>) -> bool {
        match event {
            Event::Start(Tag::Image { .. }) => self.depth += 1,
            Event::End(TagEnd::Image) if self.depth == 0 => return true,
            Event::End(TagEnd::Image) => self.depth -= 1,
            Event::Text(text) | Event::Code(text) | Event::InlineHtml(text) => self.alt.push_str(text),
            Event::SoftBreak | Event::HardBreak => self.alt.push(' '),
            _ => {}
        }
        false
    }

    /// The element that shows it, and the address of the whole of it. Decoration leads nowhere: a link needs words.
    pub(super) fn finish(self) -> (String, Option<String>) {
        let alt = escape_alt(&self.alt.split_whitespace().collect::<Vec<_>>().join(" "));
        let path = (!alt.is_empty()).then(|| self.name.path());
        (element(&self.name, &alt), path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEX: &str = "0123456789abcdef0123456789abcdef";

    fn name(width: u32, height: u32, kind: Kind) -> ImageName {
        ImageName::new(HEX, width, height, kind).unwrap()
    }

    #[test]
    fn a_name_has_one_spelling() {
        let wide = name(1600, 900, Kind::Jpeg);
        assert_eq!(wide.file_name(), format!("{HEX}-1600x900.jpg"));
        assert_eq!(wide.thumbnail_name(), format!("{HEX}-1600x900-small.jpg"));
        assert_eq!(wide.thumbnail(), Some((640, 360)));
        assert_eq!(ImageName::parse(&wide.file_name()), Some(wide.clone()));
        assert_eq!(ImageName::parse_file(&wide.thumbnail_name()), Some((wide, true)));
        let small = name(640, 2, Kind::Png);
        assert_eq!(small.thumbnail(), None);
        assert_eq!(small.thumbnail_name(), format!("{HEX}-640x2.png"));
        for wrong in [
            "",
            "a",
            &format!("{HEX}-1600x900.gif"),
            &format!("{HEX}-01600x900.jpg"),
            &format!("{HEX}-+160x900.jpg"),
            &format!("{HEX}-0x9.jpg"),
            &format!("{HEX}-1601x9.jpg"),
            &format!("{HEX}-16x9.JPG"),
            &format!("{HEX}-16x9.jpg "),
            &format!("{HEX}-16x9-small.jpg"),
            &format!("{HEX}-1600x900-small-small.jpg"),
            &format!("{}-16x9.jpg", HEX.to_uppercase()),
            &format!("{HEX}0-16x9.jpg"),
            &format!("../{HEX}-16x9.jpg"),
            "ééééééééééééééééé-16x9.jpg",
        ] {
            assert_eq!(ImageName::parse_file(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_picture_that_a_post_names_is_found() {
        let (one, two) = (name(1600, 900, Kind::Jpeg), name(9, 9, Kind::Png));
        let body = format!(
            "{} and {} again, see https://forum.example{}. [a]: {} /uploads/nothing.jpg /uploads/",
            one.markdown("a ] b"),
            one.markdown(""),
            two.path(),
            one.thumbnail_path(),
        );
        assert_eq!(used(&body), [one, two]);
    }

    #[test]
    fn the_text_of_a_picture_cannot_end_its_markdown() {
        let small = name(9, 9, Kind::Png);
        for alt in ["a ](javascript:x) [b", "\\", "![a](/b)", "`a` *b*\n\nc", "<b>&amp;", "a] (b)"] {
            let html = crate::text::render(crate::text::Format::Markdown, &small.markdown(alt)).to_string();
            let words = alt.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(
                html,
                format!(
                    "<p><a href=\"{}\" rel=\"nofollow ugc noopener\">{}</a></p>",
                    small.path(),
                    element(&small, &escape_alt(&words))
                ),
                "{alt}"
            );
        }
    }

    proptest! {
        #[test]
        fn whatever_fits_keeps_its_shape_and_its_sides(width in 1_u32..20_000, height in 1_u32..20_000) {
            let (w, h) = fit(width, height, LONGEST);
            prop_assert!((1..=LONGEST).contains(&w) && (1..=LONGEST).contains(&h));
            if width.max(height) <= LONGEST {
                prop_assert_eq!((w, h), (width, height));
            } else {
                prop_assert_eq!(w.max(h), LONGEST);
                let ideal = f64::from(width.min(height)) * f64::from(LONGEST) / f64::from(width.max(height));
                prop_assert!((f64::from(w.min(h)) - ideal.max(1.0)).abs() <= 0.5);
            }
            let name = ImageName::new(HEX, w, h, Kind::Jpeg).unwrap();
            prop_assert_eq!(ImageName::parse(&name.file_name()), Some(name));
        }
    }
}
