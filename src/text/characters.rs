//! Which characters are never shown, which cannot be seen, and which draw what only a badge may say.

/// Whether the text holds a character that changes the direction in which its neighbours are read.
#[must_use]
pub fn has_bidi_control(text: &str) -> bool {
    text.chars().any(is_bidi_control)
}

/// Whether the text holds a check mark, in any of the ways Unicode draws one.
#[must_use]
pub fn has_check_mark(text: &str) -> bool {
    text.chars().any(is_check_mark)
}

/// Whether the text holds a picture that could pass for a badge: a shield, a medal, a blue dot.
pub(super) fn has_badge_picture(text: &str) -> bool {
    text.chars().any(|c| {
        matches!(
            c,
            '\u{2605}' | '\u{2606}'             // stars
                | '\u{2726}'..='\u{2739}'        // ornamental stars
                | '\u{2742}'..='\u{274B}'        // florettes, the shape of most "verified" marks
                | '\u{2B50}'
                | '\u{1F31F}'
                | '\u{1F396}' | '\u{1F397}'      // military medal, ribbon
                | '\u{1F3C5}' | '\u{1F3C6}'      // medal, trophy
                | '\u{1F451}'                    // crown
                | '\u{1F46E}'                    // police officer
                | '\u{1F4A0}'                    // diamond with a dot
                | '\u{1F4DB}'                    // name badge
                | '\u{1F510}'..='\u{1F513}'      // locks
                | '\u{1F530}'
                | '\u{1F535}' | '\u{1F537}' | '\u{1F539}'
                | '\u{1F6E1}'                    // shield
                | '\u{1F7E0}'..='\u{1F7EB}'      // coloured dots and squares
                | '\u{1F947}'..='\u{1F949}'
        )
    })
}

/// Whether a character is left out of whatever is shown: controls, bidi overrides and isolates, annotations.
pub(super) fn is_stripped(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFF9}'..='\u{FFFB}')
}

/// Whether a character takes no room on the page, so that two addresses could look alike.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}' | '\u{2029}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn is_check_mark(c: char) -> bool {
    matches!(
        c,
        '\u{221A}'
            | '\u{237B}'
            | '\u{2611}'
            | '\u{2705}'
            | '\u{2713}'
            | '\u{2714}'
            | '\u{2BBD}'
            | '\u{A4FE}'
            | '\u{10102}'
            | '\u{1F5F8}'
            | '\u{1F5F9}'
            | '\u{1F5F3}'
            | '\u{1FBB1}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_mark_is_seen() {
        for mark in ["✓", "✔", "✅", "☑", "🗸", "🗹", "√", "𐄂", "\u{1FBB1}", "⍻"] {
            assert!(has_check_mark(&format!("Ada {mark}")), "{mark}");
        }
    }

    #[test]
    fn plain_words_hold_no_check_mark() {
        assert!(!has_check_mark("Ada verified ☐ ☒ x v"));
    }

    #[test]
    fn every_bidi_control_is_seen() {
        for control in "\u{202A}\u{202E}\u{2066}\u{2069}\u{200E}\u{200F}\u{61C}".chars() {
            assert!(has_bidi_control(&format!("a{control}b")), "{control:?}");
        }
        assert!(!has_bidi_control("שלום ab"));
    }

    #[test]
    fn new_lines_and_tabs_are_kept_and_other_controls_are_not() {
        assert!(!is_stripped('\n') && !is_stripped('\t'));
        for control in "\0\r\u{7}\u{1B}\u{7F}\u{85}\u{202E}\u{2067}\u{FFF9}".chars() {
            assert!(is_stripped(control), "{control:?}");
        }
    }
}
