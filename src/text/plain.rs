//! Plain text as a post: blank lines part paragraphs, lines stay lines, addresses become links.

use super::autolink::{self, Piece};
use super::builder::Builder;

/// The text as paragraphs.
pub(super) fn build(source: &str) -> String {
    let mut builder = Builder::default();
    paragraphs(&mut builder, source, true);
    builder.finish()
}

/// Writes text as paragraphs, its addresses as links if they are to be `linked`.
pub(super) fn paragraphs(builder: &mut Builder, text: &str, linked: bool) {
    let mut begun = false;
    for line in text.lines() {
        if line.trim().is_empty() {
            begun = false;
            continue;
        }
        if begun {
            builder.line_break();
        } else {
            builder.paragraph();
            begun = true;
        }
        if linked {
            words(builder, line.trim_end());
        } else {
            builder.text(line.trim_end());
        }
    }
    builder.end_leaf();
}

/// Writes words, and the addresses among them as links.
pub(super) fn words(builder: &mut Builder, text: &str) {
    for piece in autolink::pieces(text) {
        match piece {
            Piece::Text(words) => builder.text(words),
            Piece::Link(words, address) => {
                builder.link(&address, false);
                builder.text(words);
                builder.end_mark("a");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_part_paragraphs_and_lines_stay_lines() {
        assert_eq!(build("a\nb\n \n\nc"), "<p>a<br>b</p><p>c</p>");
    }

    #[test]
    fn markup_is_text() {
        assert_eq!(build("<b>&amp; *c*"), "<p>&lt;b&gt;&amp;amp; *c*</p>");
    }

    #[test]
    fn addresses_become_links() {
        assert_eq!(
            build("see www.a.example?b&c"),
            "<p>see <a href=\"https://www.a.example?b&amp;c\" rel=\"nofollow ugc noopener\">www.a.example?b&amp;c</a></p>"
        );
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(build(" \n\n "), "");
    }
}
