//! What was typed beside what the machine-readable zone says.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What a member typed or what a zone says, in plain words: dates as `1990-08-12`, or `900812` in a zone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The surname.
    pub surname: String,
    /// The given names.
    pub given_names: String,
    /// When they were born.
    pub birth_date: String,
    /// The document's number.
    pub number: String,
    /// Until when it is valid.
    pub expiry: String,
    /// The nationality.
    pub nationality: String,
}

/// Which check digits of a zone are right; those that its size does not have are missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digits {
    /// Of the number.
    pub number: Option<bool>,
    /// Of the date of birth.
    pub birth_date: Option<bool>,
    /// Of the date of expiry.
    pub expiry: Option<bool>,
    /// Of the whole.
    pub composite: Option<bool>,
}

/// How a field of the zone goes with what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// They say the same.
    Same,
    /// They differ.
    Differs,
    /// The zone says nothing of it.
    Alone,
}

impl Mark {
    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Same => "Same",
            Self::Differs => "Differs",
            Self::Alone => "Not in a zone",
        }
    }

    /// Its name in styles.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Differs => "differs",
            Self::Alone => "alone",
        }
    }
}

/// One field beside itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// What it is called.
    pub field: &'static str,
    /// As it was typed.
    pub typed: String,
    /// As the zone says it.
    pub zone: String,
    /// How the two go together.
    pub mark: Mark,
    /// Whether its check digit is right, where it has one.
    pub digit: Option<bool>,
    /// Whether nobody but the agent guards it.
    pub is_unguarded: bool,
}

/// Every field, as typed and as the zone says it.
#[must_use]
pub fn compare(typed: &Said, zone: Option<&Said>, digits: Digits) -> Vec<Compared> {
    type Field = (&'static str, fn(&Said) -> &String, fn(&str, &str) -> bool, Option<bool>, bool);
    let fields: [Field; 6] = [
        ("Surname", |said| &said.surname, is_same_name, None, true),
        ("Given names", |said| &said.given_names, is_same_name, None, true),
        ("Date of birth", |said| &said.birth_date, is_same_date, digits.birth_date, false),
        ("Number", |said| &said.number, is_same_code, digits.number, false),
        ("Valid until", |said| &said.expiry, is_same_date, digits.expiry, false),
        ("Nationality", |said| &said.nationality, is_same_code, None, true),
    ];
    let rows = fields.into_iter().map(|(field, part, is_same, digit, is_unguarded)| {
        let (typed, said) = (part(typed), zone.map(part).filter(|said| !said.is_empty()));
        let mark = match said {
            None => Mark::Alone,
            Some(said) if is_same(typed, said) => Mark::Same,
            Some(_) => Mark::Differs,
        };
        let zone = said.cloned().unwrap_or_default();
        Compared { field, typed: typed.clone(), zone, mark, digit, is_unguarded }
    });
    rows.collect()
}

fn is_same_code(typed: &str, zone: &str) -> bool {
    letters(typed) == letters(zone)
}

/// Dates may be written as `1990-08-12` or as `900812`.
fn is_same_date(typed: &str, zone: &str) -> bool {
    let short = |date: &str| {
        let digits: String = date.chars().filter(char::is_ascii_digit).collect();
        if digits.len() == 8 { digits[2..].to_owned() } else { digits }
    };
    !typed.is_empty() && short(typed) == short(zone)
}

/// Zones know A to Z alone: a letter with a mark stands without it, or as two letters (ICAO 9303, part 3, section 6).
fn is_same_name(typed: &str, zone: &str) -> bool {
    let zone = letters(zone);
    letters(&written_out(typed, true)) == zone || letters(&written_out(typed, false)) == zone
}

fn written_out(name: &str, in_two: bool) -> String {
    let mut out = String::new();
    for letter in name.nfc().flat_map(char::to_uppercase) {
        match letter {
            'Ä' | 'Æ' if in_two => out.push_str("AE"),
            'Æ' => out.push_str("AE"),
            'Ö' | 'Ø' | 'Œ' if in_two => out.push_str("OE"),
            'Ø' => out.push('O'),
            'Œ' => out.push_str("OE"),
            'Ü' if in_two => out.push_str("UE"),
            'Å' if in_two => out.push_str("AA"),
            'ẞ' => out.push_str("SS"),
            'Þ' => out.push_str("TH"),
            'Đ' | 'Ð' => out.push('D'),
            'Ł' => out.push('L'),
            'Ħ' => out.push('H'),
            'İ' | 'ı' => out.push('I'),
            other => out.extend(other.nfd().filter(|part| !is_combining_mark(*part))),
        }
    }
    out
}

fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(surname: &str, given_names: &str) -> Said {
        Said {
            surname: surname.to_owned(),
            given_names: given_names.to_owned(),
            birth_date: "1974-08-12".to_owned(),
            number: "L898902C3".to_owned(),
            expiry: "2012-04-15".to_owned(),
            nationality: "UTO".to_owned(),
        }
    }

    fn marks(typed: &Said, zone: Option<&Said>) -> Vec<Mark> {
        compare(typed, zone, Digits::default()).iter().map(|row| row.mark).collect()
    }

    #[test]
    fn what_is_typed_as_it_is_printed_goes_with_the_zone() {
        let zone = Said {
            birth_date: "740812".to_owned(),
            expiry: "120415".to_owned(),
            ..said("ERIKSSON", "ANNA MARIA")
        };
        assert_eq!(marks(&said("Eriksson", "Anna Maria"), Some(&zone)), [Mark::Same; 6]);
        assert_eq!(marks(&said("Eriksson", "Anna Maria"), None), [Mark::Alone; 6]);
    }

    #[test]
    fn a_changed_letter_or_digit_is_marked() {
        let zone = said("ERIKSSON", "ANNA MARIA");
        let typed = Said { number: "L898902C4".to_owned(), ..said("Erikson", "Anna Maria") };
        let marks = marks(&typed, Some(&zone));
        assert_eq!((marks[0], marks[1], marks[3]), (Mark::Differs, Mark::Same, Mark::Differs));
    }

    #[test]
    fn letters_that_zones_do_not_know_are_written_as_zones_write_them() {
        for (typed, zone) in [
            ("Müller", "MUELLER"),
            ("Müller", "MULLER"),
            ("Groß", "GROSS"),
            ("Sørensen", "SOERENSEN"),
            ("Nuñez", "NUNEZ"),
            ("Łukasz", "LUKASZ"),
            ("O’Connor", "OCONNOR"),
            ("Smith-Jones", "SMITH JONES"),
        ] {
            assert!(is_same_name(typed, zone), "{typed} {zone}");
        }
        assert!(!is_same_name("Müller", "MILLER"));
    }
}
