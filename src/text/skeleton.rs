//! By what two names look alike.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What is left of a name when all that the eye passes over is taken away. Two names with the same skeleton look
/// alike: "Maria K" and "mаria-k" with a Cyrillic а, "Bill" and "B1LL", "Mo" and "rno".
///
/// The skeleton is for comparing and storing, not for showing.
#[must_use]
pub fn skeleton(name: &str) -> String {
    let compatible: String = name.nfkc().filter(|&c| is_seen(c)).collect();
    // Capitals of another alphabet can spell a Latin name that their small letters do not: Greek ΒΟΒ.
    let seen: String = unicode_security::skeleton(&compatible).collect();
    let mut folded = if seen.is_ascii() { seen } else { compatible };
    // Taking one thing away can bring two others together, so twice more than is ever needed.
    for _ in 0..4 {
        let next = fold(&folded);
        if next == folded {
            break;
        }
        folded = next;
    }
    folded
}

fn fold(name: &str) -> String {
    let lower: String = name.to_lowercase().nfkc().filter(|&c| is_seen(c)).collect();
    let mut folded = String::with_capacity(lower.len());
    for c in unicode_security::skeleton(&lower).flat_map(char::to_lowercase) {
        match c {
            '0' => folded.push('o'),
            '1' | 'i' | '|' | 'ı' | 'ʟ' => folded.push('l'),
            'w' | 'ԝ' => folded.push_str("vv"),
            // The small letters of Cyrillic and Greek that look like Latin capitals.
            'ʙ' | 'ß' => folded.push('b'),
            'ɛ' => folded.push('e'),
            'ɢ' => folded.push('g'),
            'ʜ' => folded.push('h'),
            'ĸ' | 'ᴋ' => folded.push('k'),
            'ᴍ' => folded.push_str("rn"),
            'ɴ' => folded.push('n'),
            'ʀ' => folded.push('r'),
            'ᴛ' => folded.push('t'),
            'ᴜ' | 'ʋ' => folded.push('u'),
            'ʏ' => folded.push('y'),
            c if is_seen(c) => folded.push(c),
            _ => {}
        }
    }
    folded
}

/// Whether a character tells names apart: letters, digits and accents do, what stands between words does not.
fn is_seen(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || c == '|'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(a: &str, b: &str) {
        assert_eq!(skeleton(a), skeleton(b), "{a} and {b}");
    }

    fn apart(a: &str, b: &str) {
        assert_ne!(skeleton(a), skeleton(b), "{a} and {b}");
    }

    #[test]
    fn case_and_separators_do_not_part_names() {
        alike("Maria K", "maria-k");
        alike("O’Neill", "O'Neill");
        alike("O'Neill", "ONEILL");
        alike("J. R. R.", "jrr");
        alike("a_b", "a  -  b");
    }

    #[test]
    fn other_alphabets_do_not_part_names() {
        alike("Maria", "Mаriа");
        alike("Cop", "Сор");
        alike("BOB", "ΒΟΒ");
        alike("bob", "ΒΟΒ");
        alike("HOT", "НОТ");
        alike("hot", "нот");
        alike("ｆｕｌｌ", "full");
        alike("𝕋om", "Tom");
    }

    #[test]
    fn letters_and_digits_that_fool_do_not_part_names() {
        alike("Bill", "B1lI");
        alike("Bob", "B0b");
        alike("modern", "rnodem");
        alike("walter", "vvalter");
        alike("Ian", "lan");
    }

    #[test]
    fn what_cannot_be_seen_does_not_part_names() {
        alike("Ada", "A\u{200B}d\u{200D}a\u{AD}");
    }

    #[test]
    fn different_names_stay_apart() {
        apart("Ada", "Ida");
        apart("Clara", "Dara");
        apart("Jose", "José");
        apart("Сергей", "Глеб");
        apart("山田", "山口");
        apart("Müller", "Muller");
    }

    #[test]
    fn small_and_capital_letters_are_one_in_other_alphabets_too() {
        alike("СЕРГЕЙ", "сергей");
        alike("Глеб", "ГЛЕБ");
        alike("Σωκράτης", "ΣΩΚΡΆΤΗΣ".to_lowercase().as_str());
    }

    #[test]
    fn nothing_has_no_skeleton() {
        assert_eq!(skeleton(" -.' "), "");
    }
}
