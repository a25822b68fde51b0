//! Finds bare addresses in text.

use std::sync::LazyLock;

use linkify::{LinkFinder, LinkKind};

use super::address;

/// Words longer than this are not searched: the search looks back and forth within one word.
const MAX_WORD: usize = 1_000;

static FINDER: LazyLock<LinkFinder> = LazyLock::new(LinkFinder::new);

/// A stretch of text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    /// Words.
    Text(&'t str),
    /// An address as written, and where it leads.
    Link(&'t str, String),
}

/// Cuts text into words and addresses. The pieces together are the text.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Found { text, pieces: Vec::new(), done: 0 };
    let mut start = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        if may_hold_address(word) {
            if word.len() <= MAX_WORD {
                found.search(start, word);
            } else {
                // Writing without spaces (Chinese, Japanese, Thai): an address there ends at its letters.
                let mut at = start;
                for part in word.split_inclusive(|c: char| !c.is_ascii()) {
                    if part.len() <= MAX_WORD {
                        found.search(at, part);
                    }
                    at += part.len();
                }
            }
        }
        start += word.len();
    }
    found.finish()
}

struct Found<'t> {
    text: &'t str,
    pieces: Vec<Piece<'t>>,
    done: usize,
}

impl<'t> Found<'t> {
    fn search(&mut self, start: usize, word: &str) {
        if let Some(at) = www(word) {
            let whole = format!("https://{}", &word[at..]);
            if let Some(link) = FINDER.links(&whole).next()
                && link.start() == 0
                && link.end() > "https://www.".len()
            {
                let end = at + link.end() - "https://".len();
                self.link(start + at, start + end, link.as_str());
            }
            return;
        }
        for link in FINDER.links(word) {
            let (from, to) = (start + link.start(), start + link.end());
            match link.kind() {
                LinkKind::Email => self.link(from, to, &format!("mailto:{}", link.as_str())),
                _ => self.link(from, to, link.as_str()),
            }
        }
    }

    fn link(&mut self, from: usize, to: usize, address: &str) {
        let Some(address) = address::allowed(address) else {
            return;
        };
        if self.done < from {
            self.pieces.push(Piece::Text(&self.text[self.done..from]));
        }
        self.pieces.push(Piece::Link(&self.text[from..to], address));
        self.done = to;
    }

    fn finish(mut self) -> Vec<Piece<'t>> {
        if self.done < self.text.len() {
            self.pieces.push(Piece::Text(&self.text[self.done..]));
        }
        self.pieces
    }
}

fn may_hold_address(word: &str) -> bool {
    word.contains("://") || word.contains('@') || www(word).is_some()
}

/// Where `www.` begins, if a bare address does there.
fn www(word: &str) -> Option<usize> {
    let bytes = word.as_bytes();
    let at = bytes.windows(4).position(|four| four.eq_ignore_ascii_case(b"www."))?;
    let before = &word[..at];
    let stands_alone =
        before.chars().all(|c| !c.is_alphanumeric() && !matches!(c, '/' | '@' | '.' | '-' | '_' | ':'));
    stands_alone.then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<(String, String)> {
        pieces(text)
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Link(words, address) => Some((words.to_owned(), address)),
                Piece::Text(_) => None,
            })
            .collect()
    }

    fn link(words: &str, address: &str) -> Vec<(String, String)> {
        vec![(words.to_owned(), address.to_owned())]
    }

    #[test]
    fn web_addresses_www_and_mail_are_found() {
        assert_eq!(
            links("see https://a.example/b_c."),
            link("https://a.example/b_c", "https://a.example/b_c")
        );
        assert_eq!(links("(www.a.example/x)"), link("www.a.example/x", "https://www.a.example/x"));
        assert_eq!(links("to ada@a.example, please"), link("ada@a.example", "mailto:ada@a.example"));
    }

    #[test]
    fn other_schemes_and_misleading_addresses_stay_words() {
        for text in [
            "ftp://a.example",
            "javascript://a.example/%0Aalert(1)",
            "https://bank.example@evil.example",
            "www",
            "www.",
            "a.example",
        ] {
            assert_eq!(links(text), [], "{text}");
        }
    }

    #[test]
    fn the_pieces_together_are_the_text() {
        let text = "a https://a.example/ü b www.c.example x@y.example 漢字https://d.example end";
        let whole: String = pieces(text)
            .iter()
            .map(|piece| match piece {
                Piece::Text(words) | Piece::Link(words, _) => *words,
            })
            .collect();
        assert_eq!(whole, text);
    }

    #[test]
    fn a_long_text_without_spaces_still_has_its_links() {
        let text = format!("{}https://a.example/x。{}", "漢".repeat(500), "字".repeat(500));
        assert_eq!(links(&text).len(), 1);
    }
}
