//! What holds for every source, however it was made.

use proptest::prelude::*;
use proptest::sample::select;

use super::hostile_tests::misses;
use super::known::Known;
use super::markdown::{Format, SafeHtml, attempt, excerpt, render, render_with};
use super::names::{DisplayName, Handle, Signature, Title, skeleton, slug};
use super::sanitize;

/// The pieces of which both honest and hostile Markdown is made.
const MARKDOWN: [&str; 81] = [
    "a",
    "b c",
    "é",
    "\n",
    "\n\n",
    " ",
    "    ",
    "\t",
    "*",
    "**",
    "_",
    "__",
    "~~",
    "`",
    "```",
    "~~~",
    "[",
    "]",
    "](",
    "[]",
    "![",
    "(",
    ")",
    "<",
    ">",
    "> ",
    "- ",
    "* ",
    "+ ",
    "1. ",
    "7) ",
    "# ",
    "###### ",
    "---",
    "===",
    "|",
    "|-",
    "\n|-|-|\n",
    "\\",
    "  \n",
    "- [ ] ",
    "- [x] ",
    "[a]: ",
    "@ada",
    "[@ada wrote:](/p/7)",
    "> [@ada wrote:](/p/7)\n",
    "[a]",
    "http://",
    "https://a.example",
    "www.",
    "@",
    "a@b.example",
    "javascript:",
    "java&Tab;script:",
    "data:text/html,",
    "&#x6A;",
    "&colon;",
    "&lt;",
    "&amp;",
    "&",
    "&#x202E;",
    "\u{202E}",
    "\u{200B}",
    "\0",
    "\r",
    "\"",
    "'",
    "=",
    "/",
    "//",
    "/\\",
    "<script>",
    "</script>",
    "<img src=x onerror=",
    "<a href=\"",
    " style=",
    " class=",
    "<!--",
    "-->",
    "<b>",
    "\u{A0}",
];

/// The pieces of which both honest and hostile HTML is made.
const HTML: [&str; 92] = [
    "a",
    "b c",
    "\n",
    " ",
    "\t",
    "<",
    ">",
    "/",
    "=",
    "\"",
    "'",
    "&",
    ";",
    "&lt;",
    "&#x202E;",
    "&#106;",
    "&colon;",
    "&#10;",
    "&nbsp;",
    "\0",
    "\r",
    "\u{202E}",
    "\u{200B}",
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<code>",
    "</code>",
    "<pre>",
    "</pre>",
    "<br>",
    "<hr>",
    "<h1>",
    "</h1>",
    "<h5>",
    "</h5>",
    "<ul>",
    "</ul>",
    "<ol start=",
    "<ol start=5>",
    "</ol>",
    "<li>",
    "</li>",
    "<table>",
    "</table>",
    "<thead>",
    "<tbody>",
    "<tr>",
    "</tr>",
    "<th>",
    "<td>",
    "</td>",
    "<caption>",
    "<blockquote>",
    "</blockquote>",
    "<a href=",
    "<a href='/x'>",
    "<a href=javascript:x>",
    "</a>",
    "<img src=/x.png alt=",
    "<img src=x onerror=alert(1)>",
    "<script>",
    "</script>",
    "<style>",
    "</style>",
    "<svg>",
    "</svg>",
    "<math>",
    "<mtext>",
    "<mglyph>",
    "<foreignObject>",
    "<template>",
    "<noscript>",
    "<textarea>",
    "<title>",
    "<iframe srcdoc=",
    "<object>",
    "<select>",
    "<option>",
    "<form>",
    "<input onfocus=x autofocus>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    " onclick=x",
    " style=x class=y id=z",
];

fn made_of(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(select(pieces), 0..60).prop_map(|pieces| pieces.concat())
}

fn source() -> impl Strategy<Value = String> {
    prop_oneof![4 => made_of(&MARKDOWN), 4 => made_of(&HTML), 1 => any::<String>(), 1 => "\\PC{0,200}"]
}

fn format() -> impl Strategy<Value = Format> {
    select(vec![Format::Markdown, Format::Html, Format::Text])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_source_renders_without_help(format in format(), source in source()) {
        // `render` would hide a panic or a post that never comes to rest: `attempt` does not.
        prop_assert!(attempt(format, &source).is_some());
    }

    #[test]
    fn what_is_rendered_holds_only_what_is_allowed(format in format(), source in source()) {
        let html = render(format, &source);
        prop_assert_eq!(misses(html.as_str()), Vec::<String>::new());
    }

    #[test]
    fn cleaning_what_is_rendered_changes_nothing(format in format(), source in source()) {
        let html = render(format, &source).to_string();
        prop_assert_eq!(sanitize::settle(html.clone()), Some(html));
    }

    #[test]
    fn markdown_and_text_are_written_clean(source in source()) {
        // They need one look only, so posting is quick.
        let html = super::commonmark::build(&source.replace(['\r', '\0', '\u{202E}'], ""));
        prop_assert_eq!(sanitize::settle(html.clone()), Some(html));
    }

    #[test]
    fn text_formats_lose_no_letters(words in "[a-z]{1,8}( [a-z]{1,8}){0,20}") {
        for format in [Format::Markdown, Format::Html, Format::Text] {
            prop_assert_eq!(excerpt(&render(format, &words), 1_000), words.clone());
        }
    }

    #[test]
    fn what_is_known_adds_links_and_no_words(source in made_of(&MARKDOWN)) {
        let known = Known {
            handles: ["ada".to_owned()].into_iter().collect(),
            quotes: [(7, "ada".to_owned())].into_iter().collect(),
        };
        let (bare, dressed) = (render(Format::Markdown, &source), render_with(Format::Markdown, &source, &known));
        let letters = |html: &SafeHtml| excerpt(html, 10_000).split_whitespace().collect::<String>();
        prop_assert_eq!(letters(&bare), letters(&dressed));
        let marks = dressed.as_str().matches("<blockquote class=\"quote\" data-quote=\"7\">").count();
        prop_assert_eq!(dressed.as_str().matches("data-quote").count(), marks);
    }

    #[test]
    fn an_excerpt_is_never_longer_than_asked(format in format(), source in source(), length in 0usize..80) {
        prop_assert!(excerpt(&render(format, &source), length).chars().count() <= length);
    }

    #[test]
    fn a_skeleton_has_itself_for_a_skeleton(name in any::<String>()) {
        let once = skeleton(&name);
        prop_assert_eq!(skeleton(&once), once);
    }

    #[test]
    fn case_never_parts_plain_names(name in "[A-Za-z0-9 .'-]{0,40}") {
        prop_assert_eq!(skeleton(&name.to_uppercase()), skeleton(&name.to_lowercase()));
    }

    #[test]
    fn what_is_taken_is_taken_again_unchanged(typed in prop_oneof![any::<String>(), "[a-zA-Zа-яé0-9 '.-]{0,45}"]) {
        if let Ok(name) = DisplayName::parse(&typed) {
            prop_assert_eq!(DisplayName::parse(name.as_str()), Ok(name));
        }
        if let Ok(handle) = Handle::parse(&typed) {
            prop_assert_eq!(Handle::parse(handle.as_str()), Ok(handle));
        }
        if let Ok(title) = Title::parse(&typed) {
            prop_assert_eq!(Title::parse(title.as_str()), Ok(title));
        }
        if let Ok(signature) = Signature::parse(&typed) {
            prop_assert_eq!(Signature::parse(signature.as_str()), Ok(signature));
        }
    }

    #[test]
    fn a_slug_is_part_of_an_address(title in any::<String>()) {
        let slug = slug(&title);
        prop_assert!(!slug.is_empty() && slug.len() <= 80);
        prop_assert!(slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
        prop_assert!(!slug.starts_with('-') && !slug.ends_with('-') && !slug.contains("--"));
    }
}
