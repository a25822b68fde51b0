//! Quotes: a block quote whose first line is `[@ada wrote:](/p/7)`.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::commonmark::OPTIONS;
use super::known;
use super::markdown::{Format, render};

/// How deep quotes may stand in one another: one within a quote, and no more.
pub const MAX_QUOTES: usize = 2;
/// What stands where a quote was cut.
pub(super) const CUT: &str = "…";

/// The posts that a Markdown body quotes, distinct, in order; those not quoted within another quote first.
#[must_use]
pub fn quoted(body: &str) -> Vec<i64> {
    let named = known::named(&render(Format::Markdown, body));
    named.quotes.into_iter().map(|(id, _)| id).collect()
}

/// Markdown that quotes words of a post, themselves Markdown, and an empty line, so that what is written next stands
/// outside. A quote within these words stays; quotes within that are cut.
#[must_use]
pub fn quote(handle: &str, post_id: i64, words: &str) -> String {
    let mut markdown = format!("> [@{handle} wrote:](/p/{post_id})\n>\n");
    for line in cut(words.trim_end(), MAX_QUOTES - 1).trim_matches('\n').lines() {
        let unindented = line.trim_start_matches('\t');
        let indent = "    ".repeat(line.len() - unindented.len());
        let line = format!("> {indent}{unindented}");
        markdown.push_str(line.trim_end());
        markdown.push('\n');
    }
    markdown.push('\n');
    markdown
}

/// Markdown that shows a text as it is, whatever signs it holds.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut markdown = String::with_capacity(text.len() + text.len() / 8);
    for line in text.lines() {
        let line = line.trim();
        if !markdown.is_empty() {
            markdown.push('\n');
        }
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        for (at, c) in line.char_indices() {
            let is_marker = at == 0 && matches!(c, '-' | '+' | '=' | '#' | '>')
                || at == digits && digits > 0 && matches!(c, '.' | ')');
            if is_marker || matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '&' | '~' | '|') {
                markdown.push('\\');
            }
            markdown.push(c);
        }
    }
    markdown
}

/// The Markdown with quotes deeper than `depth` cut.
#[must_use]
pub fn cut(markdown: &str, depth: usize) -> String {
    let (mut level, mut begun) = (0, 0);
    let mut gone: Vec<Range<usize>> = Vec::new();
    for (event, range) in Parser::new_ext(markdown, OPTIONS).into_offset_iter() {
        match event {
            Event::Start(Tag::BlockQuote(_)) => {
                level += 1;
                if level == depth + 1 {
                    begun = range.start;
                }
            }
            Event::End(TagEnd::BlockQuote(_)) => {
                if level == depth + 1 {
                    gone.push(begun..range.end);
                }
                level -= 1;
            }
            _ => {}
        }
    }
    let mut kept = String::with_capacity(markdown.len());
    let mut done = 0;
    for Range { start, end } in gone.into_iter().filter(|range| !range.is_empty()) {
        kept.push_str(&markdown[done..start]);
        kept.push_str(CUT);
        if markdown[..end].ends_with('\n') {
            kept.push('\n');
        }
        done = end;
    }
    kept.push_str(&markdown[done..]);
    kept
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use proptest::prelude::*;

    use super::super::known::Known;
    use super::super::markdown::render_with;
    use super::*;

    fn known(quotes: &[(i64, &str)]) -> Known {
        let quotes = quotes.iter().map(|(id, handle)| (*id, (*handle).to_owned()));
        Known { handles: HashSet::new(), quotes: quotes.collect::<HashMap<_, _>>() }
    }

    fn shown(markdown: &str, quotes: &[(i64, &str)]) -> String {
        render_with(Format::Markdown, markdown, &known(quotes)).to_string()
    }

    #[test]
    fn a_quote_names_its_source_and_ends() {
        let markdown = quote("ada", 7, "One **thing**.\n\n- a\n- b\n");
        assert_eq!(markdown, "> [@ada wrote:](/p/7)\n>\n> One **thing**.\n>\n> - a\n> - b\n\n");
        assert_eq!(quoted(&markdown), [7]);
        assert_eq!(
            shown(&format!("{markdown}Answer"), &[(7, "ada")]),
            "<blockquote class=\"quote\" data-quote=\"7\"><p class=\"quote-source\"><a href=\"/p/7\" rel=\"nofollow ugc noopener\">@ada wrote:</a></p><p>One <strong>thing</strong>.</p><ul><li>a</li><li>b</li></ul></blockquote><p>Answer</p>"
        );
    }

    #[test]
    fn a_quote_holds_one_quote_and_no_more() {
        let first = quote("ada", 1, "first");
        let second = quote("ben", 2, &format!("{first}second"));
        let third = quote("cy", 3, &format!("{second}third"));
        assert_eq!(quoted(&third), [3, 2]);
        assert_eq!(
            third,
            "> [@cy wrote:](/p/3)\n>\n> > [@ben wrote:](/p/2)\n> >\n> > …\n> >\n> > second\n>\n> third\n\n"
        );
    }

    #[test]
    fn pasted_quotes_are_cut_when_they_are_shown() {
        assert_eq!(
            shown("> a\n> > b\n> > > c\n> > > > d\n> >\n> > e", &[]),
            "<blockquote><p>a</p><blockquote><p>b</p><p>…</p><p>e</p></blockquote></blockquote>"
        );
    }

    #[test]
    fn only_a_known_post_of_that_author_is_a_source() {
        let ordinary = "<blockquote><p><a href=\"/p/7\" rel=\"nofollow ugc noopener\">@ada wrote:</a></p><p>x</p></blockquote>";
        let markdown = quote("ada", 7, "x");
        assert_eq!(shown(&markdown, &[]), ordinary);
        assert_eq!(shown(&markdown, &[(7, "ben")]), ordinary);
        assert_eq!(shown(&markdown, &[(8, "ada")]), ordinary);
        assert!(shown(&markdown, &[(7, "ada")]).contains("data-quote=\"7\""));
    }

    #[test]
    fn words_in_the_line_after_the_source_stand_apart_from_it() {
        assert_eq!(
            shown("> [@ada wrote:](/p/7)\n> x", &[(7, "ada")]),
            "<blockquote class=\"quote\" data-quote=\"7\"><p class=\"quote-source\"><a href=\"/p/7\" rel=\"nofollow ugc noopener\">@ada wrote:</a></p><p>x</p></blockquote>"
        );
    }

    #[test]
    fn what_only_looks_like_a_source_is_none() {
        for markdown in [
            "[@ada wrote:](/p/7)",
            "> [ada wrote:](/p/7)",
            "> [@ada wrote](/p/7)",
            "> [@ada wrote:](/p/07)",
            "> [@ada wrote:](/p/7/remove)",
            "> [@ada wrote:](/p/7?x)",
            "> [@ada wrote:](/p/7#x)",
            "> [@ada wrote:](//p/7)",
            "> [@ada wrote:](https://evil.example/p/7)",
            "> [@Ada wrote:](/p/7)",
            "> [@everyone wrote:](/p/7)",
            "> [@ada wrote:](/p/99999999999999999999)",
            "> [@ada wrote:](/p/7) lies",
            "> lies [@ada wrote:](/p/7)",
            "> **[@ada wrote:](/p/7)**",
            "> # [@ada wrote:](/p/7)",
            "> - [@ada wrote:](/p/7)",
            "`> [@ada wrote:](/p/7)`",
            "    > [@ada wrote:](/p/7)",
            "<blockquote class=\"quote\" data-quote=\"7\"><p class=\"quote-source\"><a href=\"/p/7\">@ada wrote:</a></p></blockquote>",
        ] {
            assert_eq!(quoted(markdown), Vec::<i64>::new(), "{markdown}");
            assert!(!shown(markdown, &[(7, "ada")]).contains("<blockquote class"), "{markdown}");
        }
    }

    #[test]
    fn a_selection_is_shown_as_it_is() {
        for text in [
            "*a* _b_ `c` [d](/e) <f> &amp; ~~g~~",
            "- a\n+ b\n# c\n> d\n1. e\n2) f",
            "| a |\n|-|",
            "1986\\. x",
            "a\n===",
        ] {
            let html = render(Format::Markdown, &quote("ada", 7, &plain(text)));
            let words = super::super::excerpt(&html, 1_000);
            let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(words, format!("@ada wrote: {folded}"), "{html}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_quoted_stays_within_its_quote(words in "(> |>|- |1\\. |\n|\n\n|    |\t|a|`|```\n|\\*|<!--|<div>|\\[|\\]|\\(|\\\\){0,40}") {
            let html = shown(&format!("{}outside", quote("ada", 7, &words)), &[(7, "ada")]);
            prop_assert!(html.starts_with("<blockquote class=\"quote\" data-quote=\"7\">"), "{}", html);
            prop_assert!(html.ends_with("</blockquote><p>outside</p>"), "{}", html);
        }

        #[test]
        fn no_more_than_two_quotes_stand_in_one_another(words in "(> ){0,6}a(\n(> ){0,6}b){0,6}") {
            let html = shown(&quote("ada", 7, &words), &[]);
            prop_assert!(!html.contains("<blockquote><blockquote><blockquote>"), "{}", html);
            prop_assert!(html.matches("<blockquote>").count() >= 1);
        }
    }
}
