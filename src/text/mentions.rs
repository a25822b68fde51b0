//! Members who are named in a post: `@ada-k`.

use std::ops::Range;

use super::handles::HANDLE_CHARACTERS;
use super::known;
use super::markdown::{Format, render};
use super::names::Handle;

/// The handles that a Markdown body names: in lower case, distinct, in order. What stands in code, links, addresses
/// and quotes names nobody.
#[must_use]
pub fn handles(body: &str) -> Vec<String> {
    known::named(&render(Format::Markdown, body)).handles
}

/// Whether this could be a member's handle, written as it is stored.
pub(super) fn is_handle(text: &str) -> bool {
    Handle::parse(text).is_ok_and(|handle| handle.as_str() == text)
}

/// Where in a text without markup somebody is named, with the `@`, and by which handle.
pub(super) fn find(text: &str) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('@') {
        if text[..at].chars().next_back().is_some_and(binds) {
            continue;
        }
        let name = name(&text[at + 1..]);
        if let Ok(handle) = Handle::parse(name) {
            found.push((at..at + 1 + name.len(), handle.as_str().to_owned()));
        }
    }
    found
}

/// Whether an `@` behind this character belongs to an address, not to a name.
fn binds(before: char) -> bool {
    before.is_alphanumeric() || matches!(before, '_' | '.' | '-' | '+' | '/' | '@')
}

/// The handle that stands at the start of a text; nothing where it goes on as an address does.
fn name(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(text.len());
    let (name, after) = text.split_at(end);
    let mut after = after.chars();
    let goes_on = match after.next() {
        Some('.') => after.next().is_some_and(char::is_alphanumeric),
        Some(c) => matches!(c, '@' | '_' | '/') || c.is_alphanumeric(),
        None => false,
    };
    let name = name.split("--").next().unwrap_or_default().trim_end_matches('-');
    if goes_on || name.len() > HANDLE_CHARACTERS.1 { "" } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_named_in_any_case_and_once() {
        assert_eq!(handles("@Ada and (@ben-k), *@cy*! Thanks, @ada."), ["ada", "ben-k", "cy"]);
        assert_eq!(handles("@ada's idea, @ben: yes – @cy--and so on"), ["ada", "ben", "cy"]);
    }

    #[test]
    fn code_links_addresses_and_quotes_name_nobody() {
        for body in [
            "`@ada`",
            "    @ada",
            "```\n@ada\n```",
            "mail ada@example.org",
            "x@ada",
            "https://a.example/@ada",
            "[see @ada](/t/1)",
            "> @ada",
            "> [@ada wrote:](/p/7)\n>\n> @ben",
            "@ada@social.example",
            "@ada.example",
            "@ada_k",
            "@@ada",
            "@a",
            "@-ada",
            "@everyone",
            "@",
            "@aé",
        ] {
            assert_eq!(handles(body), Vec::<String>::new(), "{body}");
        }
        assert_eq!(handles(&format!("@{}", "a".repeat(31))), Vec::<String>::new());
        assert_eq!(handles(&format!("@{}", "a".repeat(30))).len(), 1);
    }
}
