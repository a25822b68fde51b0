//! The collection of hostile sources, and what must hold for whatever is made of them.

use serde::Deserialize;

use super::address;
use super::characters::is_stripped;
use super::images;
use super::known::Known;
use super::markdown::{Format, render, render_with};
use super::sanitize::{LINK_REL, TAGS};

const CASES: &str = include_str!("../../tests/hostile/cases.jsonl");

#[derive(Deserialize)]
struct Case {
    kind: String,
    format: String,
    source: String,
}

/// What is wrong with rendered HTML: nothing, if only allowed elements, attributes and addresses are in it.
///
/// It reads the HTML as a browser would, with a parser that the renderer does not use, and letter by letter as well.
pub(super) fn misses(html: &str) -> Vec<String> {
    let mut misses = Vec::new();
    let page = scraper::Html::parse_document(&format!(
        "<!DOCTYPE html><main id=\"before\"><div>{html}</div></main><footer></footer>"
    ));
    let mut elements = 0;
    for node in page.tree.values() {
        match node {
            scraper::Node::Comment(comment) => misses.push(format!("comment {comment:?}")),
            scraper::Node::Text(text) if text.chars().any(is_stripped) => {
                misses.push(format!("character in {text:?}"));
            }
            scraper::Node::Element(element) => {
                let name = element.name();
                if matches!(name, "html" | "head" | "body" | "main" | "div" | "footer") {
                    elements += 1;
                } else if !TAGS.contains(&name) {
                    misses.push(format!("element {name}"));
                }
                let picture = element.attr("src").and_then(images::shown_at).map(|name| name.shown());
                if name == "img" && element.attrs().count() != 6 {
                    misses.push("a picture that is not whole".to_owned());
                }
                for (attribute, value) in element.attrs() {
                    let fine = match (name, attribute) {
                        ("a", "href") => address::allowed(value).as_deref() == Some(value),
                        ("a", "rel") => value == LINK_REL,
                        ("img", "src") => images::shown_at(value).is_some(),
                        ("img", "alt") => true,
                        ("img", "width") => picture.is_some_and(|size| size.0.to_string() == value),
                        ("img", "height") => picture.is_some_and(|size| size.1.to_string() == value),
                        ("img", "loading") => value == "lazy",
                        ("img", "decoding") => value == "async",
                        ("ol", "start") => value.parse::<u32>().is_ok(),
                        ("main", "id") => value == "before",
                        _ => false,
                    };
                    if !fine {
                        misses.push(format!("attribute {attribute}={value:?} of {name}"));
                    }
                }
                if name == "a" && (element.attr("href").is_none() || element.attr("rel").is_none()) {
                    misses.push("link without address or relation".to_owned());
                }
            }
            _ => {}
        }
    }
    if elements != 6 {
        misses.push("something around the post was closed or opened".to_owned());
    }
    misses.extend(tags(html).into_iter().filter_map(unknown_tag));
    misses
}

/// Everything between `<` and `>`. In clean HTML no `<` or `>` stands anywhere else.
fn tags(html: &str) -> Vec<&str> {
    html.split('<').skip(1).map(|after| after.split('>').next().unwrap_or(after)).collect()
}

fn unknown_tag(tag: &str) -> Option<String> {
    let name = tag.strip_prefix('/').unwrap_or(tag).split(' ').next().unwrap_or_default();
    let bare = tag.len() == name.len() || tag.starts_with('/');
    let known = TAGS.contains(&name)
        && (bare
            || name == "ol" && tag.starts_with("ol start=\"")
            || name == "img" && tag.starts_with("img src=\"/uploads/")
            || name == "a" && tag.starts_with("a href=\""));
    let lower = tag.to_ascii_lowercase();
    let hostile = lower.starts_with("script")
        || [" on", " style=", " class=", " id=", "\"javascript:"].iter().any(|part| {
            // An address may hold anything; only what stands outside of quotes is an attribute.
            lower.split('"').step_by(2).any(|outside| outside.contains(part))
        });
    (!known || hostile || lower.contains("\"javascript:")).then(|| format!("tag <{tag}>"))
}

fn cases() -> Vec<Case> {
    CASES
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

#[test]
fn nothing_hostile_comes_through() {
    let mut found = Vec::new();
    for case in cases() {
        let format = Format::parse(&case.format).unwrap();
        let html = render(format, &case.source);
        for miss in misses(html.as_str()) {
            found.push(format!("{} as {}: {:?} gave {html}: {miss}", case.kind, case.format, case.source));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn nothing_hostile_comes_through_in_another_format_either() {
    for case in cases() {
        for format in [Format::Markdown, Format::Html, Format::Text] {
            let html = render(format, &case.source);
            assert_eq!(misses(html.as_str()), Vec::<String>::new(), "{:?} as {}", case.source, format.code());
        }
    }
}

/// A post and a member that hostile sources may name.
fn known() -> Known {
    Known {
        handles: ["ada".to_owned()].into_iter().collect(),
        quotes: [(7, "ada".to_owned())].into_iter().collect(),
    }
}

/// What is wrong with HTML in which `/p/7` by `@ada` is known: beyond what may be in any post, only that quote may
/// be marked, by its own link.
fn misses_when_known(html: &str) -> Vec<String> {
    let quote = concat!(
        "<blockquote class=\"quote\" data-quote=\"7\"><p class=\"quote-source\">",
        "<a href=\"/p/7\" rel=\"nofollow ugc noopener\">@ada wrote:</a></p>"
    );
    misses(&html.replace(quote, "<blockquote>"))
}

#[test]
fn no_mark_of_a_quote_can_be_forged() {
    for case in cases() {
        for format in [Format::Markdown, Format::Html, Format::Text] {
            let html = render_with(format, &case.source, &known());
            let misses = misses_when_known(html.as_str());
            assert_eq!(misses, Vec::<String>::new(), "{:?} as {} gave {html}", case.source, format.code());
        }
    }
    assert_eq!(
        misses_when_known(render_with(Format::Markdown, "> [@ada wrote:](/p/7)", &known()).as_str()).len(),
        0
    );
    assert!(!misses_when_known("<blockquote class=\"quote\" data-quote=\"8\"></blockquote>").is_empty());
}

#[test]
fn the_collection_is_large_and_varied() {
    let cases = cases();
    let mut kinds: Vec<_> = cases.iter().map(|case| case.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert!(cases.len() >= 220, "{}", cases.len());
    assert!(kinds.len() >= 12, "{kinds:?}");
    let mut sources: Vec<_> = cases.iter().map(|case| (&case.source, &case.format)).collect();
    sources.sort_unstable();
    sources.dedup();
    assert_eq!(sources.len(), cases.len(), "a case is there twice");
}

#[test]
fn the_judge_sees_what_is_wrong() {
    for html in [
        "<script>x</script>",
        "<p onclick=x>",
        "<p><img src=x></p>",
        "<a href=\"javascript:x\" rel=\"nofollow ugc noopener\">a</a>",
        "</div><p>a</p>",
        "<a href=\"/x\">a</a>",
        "<p><img src=\"/uploads/0123456789abcdef0123456789abcdef-9x9.png\" alt=\"\" width=\"10\" height=\"9\" loading=\"lazy\" decoding=\"async\"></p>",
        "<p><img src=\"/uploads/0123456789abcdef0123456789abcdef-9x9.png\" alt=\"\" width=\"9\" height=\"9\"></p>",
        "<p><img src=\"/uploads/x.png\" alt=\"\" width=\"9\" height=\"9\" loading=\"lazy\" decoding=\"async\"></p>",
        "<!-- a -->",
        "<p style=\"x\">a</p>",
        "<p>\u{202E}</p>",
        "<a>b</a>",
        "<a href=\"//x.example\" rel=\"nofollow ugc noopener\">a</a>",
        "<a href=\"/x\" rel=\"nofollow ugc noopener\" onclick=\"y\">a</a>",
        "<svg></svg>",
        "<p>a < b</p>",
    ] {
        assert!(!misses(html).is_empty(), "{html}");
    }
    assert_eq!(
        misses(
            "<p>onclick= &lt;script&gt; <a href=\"/%20on=style=\" rel=\"nofollow ugc noopener\">javascript:</a></p>"
        ),
        Vec::<String>::new()
    );
}
