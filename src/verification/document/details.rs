//! What a member types of a document: read, held against the zone, and sealed.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::countries::{self, Country};
use super::mrz::{self, Zone};
use super::rules::{Kind, Zoned};
use crate::error::Error;
use crate::sealing::Keys;
use crate::verification::CaseId;

/// The longest name, in characters.
const LONGEST_NAME: usize = 80;
/// The shortest and the longest number, in characters.
const NUMBER: (usize, usize) = (4, 30);
/// For whoever belongs to no country of the list.
pub const NO_COUNTRY: &str = "XX";

/// What was typed, once it can be right.
#[derive(Clone, Deserialize, PartialEq, Eq, Serialize)]
pub struct Details {
    /// The surname, as it is printed.
    pub surname: String,
    /// The given names, as they are printed; a document may have none.
    pub given_names: String,
    /// The date of birth.
    pub birth_date: NaiveDate,
    /// The document's number, as it is printed.
    pub number: String,
    /// Until when it is valid; some never end.
    pub expiry: Option<NaiveDate>,
    /// The nationality, as two letters.
    pub nationality: String,
    /// The lines of the machine-readable zone, where it has one.
    pub mrz: Option<String>,
}

/// What it holds is nobody's business in a log.
impl std::fmt::Debug for Details {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Details").finish_non_exhaustive()
    }
}

fn context(case: CaseId) -> String {
    format!("document_cases.details {}", case.0)
}

impl Details {
    /// Seals them for the row of this case.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn seal(&self, keys: &Keys, case: CaseId) -> Result<Vec<u8>, Error> {
        let plain = serde_json::to_vec(self).map_err(|cause| Error::internal(cause.to_string()))?;
        keys.seal(&context(case), &zeroize::Zeroizing::new(plain))
    }

    /// Opens what was sealed for this case.
    ///
    /// # Errors
    /// When it was sealed elsewhere, or changed.
    pub fn open(keys: &Keys, case: CaseId, sealed: &[u8]) -> Result<Self, Error> {
        let plain = keys.unseal(&context(case), sealed)?;
        // What serde says of it may quote it.
        serde_json::from_slice(&plain).map_err(|_| Error::internal("the details of a case cannot be read"))
    }

    /// The blind index of the document's number: the same for the same document, whoever types it.
    #[must_use]
    pub fn index(&self, keys: &Keys, country: &str, kind: Kind) -> String {
        keys.index("document number", &format!("{country}|{}|{}", kind.code(), bare(&self.number)))
    }

    /// Both names, as one reads them.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.given_names, self.surname).trim().to_owned()
    }
}

/// The details as they were typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// The surname.
    pub surname: String,
    /// The given names.
    pub given_names: String,
    /// The date of birth.
    pub birth_date: String,
    /// The number.
    pub number: String,
    /// The date of expiry.
    pub expiry: String,
    /// Ticked where there is none.
    pub no_expiry: Option<String>,
    /// The nationality.
    pub nationality: String,
    /// The zone.
    pub mrz: String,
    /// Ticked where there is none.
    pub no_zone: Option<String>,
    /// Ticked where the names are printed otherwise than the zone has them.
    pub names_differ: Option<String>,
}

impl From<&Details> for Typed {
    fn from(details: &Details) -> Self {
        let ticked = |is_so: bool| is_so.then(|| "yes".to_owned());
        Self {
            surname: details.surname.clone(),
            given_names: details.given_names.clone(),
            birth_date: details.birth_date.to_string(),
            number: details.number.clone(),
            expiry: details.expiry.map_or_else(String::new, |date| date.to_string()),
            no_expiry: ticked(details.expiry.is_none()),
            nationality: details.nationality.clone(),
            mrz: details.mrz.clone().unwrap_or_default(),
            no_zone: ticked(details.mrz.is_none()),
            names_differ: None,
        }
    }
}

/// What is wrong, by field.
pub type Wrong = Vec<(&'static str, String)>;

/// The details, of a document of this kind and country, on this day.
///
/// # Errors
/// What is wrong, and what the zone says otherwise.
pub fn read(typed: &Typed, kind: Kind, country: &Country, today: NaiveDate) -> Result<Details, Wrong> {
    let mut wrong = Wrong::new();
    let surname = name(&typed.surname, "surname", true, &mut wrong);
    let given_names = name(&typed.given_names, "given_names", false, &mut wrong);
    let birth_date = birth(&typed.birth_date, today, &mut wrong);
    let number = number(&typed.number, &mut wrong);
    let expiry = expiry(typed, today, &mut wrong);
    let nationality = typed.nationality.trim().to_owned();
    if nationality != NO_COUNTRY && countries::find(&nationality).is_none() {
        wrong.push(("nationality", "Choose the nationality that the document states.".to_owned()));
    }
    let zone = zone(typed, kind, &mut wrong);
    let details = Details {
        surname,
        given_names,
        birth_date: birth_date.unwrap_or_default(),
        number,
        expiry,
        nationality,
        mrz: zone.as_ref().map(Zone::text),
    };
    if let Some(zone) = &zone {
        // Beside a field that is wrong by itself nothing more is said.
        let more = differences(&details, zone, kind, country, typed.names_differ.is_some());
        let told: Vec<_> = wrong.iter().map(|(field, _)| *field).collect();
        wrong.extend(more.into_iter().filter(|(field, _)| !told.contains(field)));
    }
    if wrong.is_empty() { Ok(details) } else { Err(wrong) }
}

fn name(text: &str, field: &'static str, is_needed: bool, wrong: &mut Wrong) -> String {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let folded: String = folded.nfc().collect();
    let odd = folded.chars().any(|c| c.is_control() || c == '<' || c.is_ascii_digit());
    if folded.is_empty() {
        if is_needed {
            wrong.push((
                field,
                "Type the surname as the document has it. If it has one name alone, type it here.".to_owned(),
            ));
        }
    } else if odd || !folded.chars().any(char::is_alphabetic) {
        wrong.push((field, "Type the name in letters, as it is printed on the document.".to_owned()));
    } else if folded.chars().count() > LONGEST_NAME {
        wrong.push((field, format!("Keep the name within {LONGEST_NAME} characters.")));
    }
    folded
}

fn date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok()
}

const DATE: &str = "Give the date as year, month and day: 1990-03-12 for March 12, 1990.";

fn birth(text: &str, today: NaiveDate, wrong: &mut Wrong) -> Option<NaiveDate> {
    let date = date(text);
    match date {
        None => wrong.push(("birth_date", DATE.to_owned())),
        Some(date) if date >= today || today.years_since(date).is_some_and(|years| years > 120) => {
            wrong.push(("birth_date", "Look at the year: nobody alive was born on that day.".to_owned()));
        }
        Some(_) => {}
    }
    date
}

fn expiry(typed: &Typed, today: NaiveDate, wrong: &mut Wrong) -> Option<NaiveDate> {
    if typed.no_expiry.is_some() && typed.expiry.trim().is_empty() {
        return None;
    }
    let date = date(&typed.expiry);
    match date {
        None => wrong.push(("expiry", DATE.to_owned())),
        Some(date) if date < today => wrong.push((
            "expiry",
            format!(
                "This document expired on {}. Please use one that is still valid.",
                date.format("%B %-d, %Y")
            ),
        )),
        Some(_) => {}
    }
    date
}

fn number(text: &str, wrong: &mut Wrong) -> String {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
    let length = bare(&folded).chars().count();
    let is_odd = folded.chars().any(|c| !c.is_alphanumeric() && !matches!(c, ' ' | '-' | '/' | '.'));
    if is_odd || !(NUMBER.0..=NUMBER.1).contains(&length) {
        wrong.push((
            "number",
            format!(
                "Type the document's number as it is printed: {} to {} letters and digits.",
                NUMBER.0, NUMBER.1
            ),
        ));
    }
    folded
}

/// Letters and digits alone: people and machines put different things between them.
fn bare(number: &str) -> String {
    number.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase()
}

fn zone(typed: &Typed, kind: Kind, wrong: &mut Wrong) -> Option<Zone> {
    let is_empty = typed.mrz.trim().is_empty();
    match kind.zoned() {
        Zoned::Never => return None,
        Zoned::Always if is_empty => {
            wrong.push((
                "mrz",
                "Type the two lines at the bottom of the page with your photograph, with every <.".to_owned(),
            ));
            return None;
        }
        Zoned::Mostly if is_empty && typed.no_zone.is_some() => return None,
        Zoned::Mostly if is_empty => {
            wrong.push(("mrz", "Type the lines with the many <, mostly on the back, or tick below that your document has none.".to_owned()));
            return None;
        }
        Zoned::Always | Zoned::Mostly => {}
    }
    mrz::parse(&typed.mrz).map_err(|why| wrong.push(("mrz", why.to_string()))).ok()
}

/// What the zone says otherwise than what was typed, beside the field that says so.
#[must_use]
pub fn differences(
    details: &Details,
    zone: &Zone,
    kind: Kind,
    country: &Country,
    names_agreed: bool,
) -> Wrong {
    let mut found = Wrong::new();
    let mut say = |field, zone: &str| {
        found.push((
            field,
            format!("The zone says “{zone}”. One of the two is mistyped: compare both with your document."),
        ));
    };
    if bare(&details.number) != bare(&zone.number) {
        say("number", &zone.number);
    }
    let same_date = |date: Option<NaiveDate>, read: &str| {
        let typed = date.map_or_else(|| "<<<<<<".to_owned(), |date| date.format("%y%m%d").to_string());
        typed.bytes().zip(read.bytes()).all(|(typed, read)| typed == read || read == b'<')
    };
    if !same_date(Some(details.birth_date), &zone.birth) {
        say("birth_date", &in_words(&zone.birth));
    }
    // A date may stand in the zone that is not printed, and the other way round.
    if details.expiry.is_some() && !same_date(details.expiry, &zone.expiry) {
        say("expiry", &in_words(&zone.expiry));
    }
    let nation = countries::find(&details.nationality);
    if nation.is_some_and(|nation| !nation.is_zone(&zone.nationality)) {
        say("nationality", &zone.nationality);
    }
    if (kind == Kind::Passport) != zone.code.starts_with('P') {
        found.push((
            "mrz",
            format!("This is not the zone of a {}: it begins with {}.", kind.word(), zone.code),
        ));
    } else if !country.is_zone(&zone.issuer) {
        found.push((
            "mrz",
            format!(
                "The zone says that {} issued the document, and you chose {}.",
                zone.issuer, country.name
            ),
        ));
    }
    if !names_agreed {
        for (field, typed, read) in [
            ("surname", &details.surname, &zone.surname),
            ("given_names", &details.given_names, &zone.given_names),
        ] {
            if !is_name(typed, read, zone.is_cut) {
                let why = format!(
                    "The zone says “{read}”. Compare it with your document; if it is printed as you typed it, tick so below."
                );
                found.push((field, why));
            }
        }
    }
    found
}

/// `740812` as `74-08-12`.
fn in_words(date: &str) -> String {
    [&date[..2], &date[2..4], &date[4..]].join("-")
}

/// Whether a name may stand in a zone like this.
fn is_name(typed: &str, zone: &str, is_cut: bool) -> bool {
    [true, false].into_iter().any(|spelt| {
        let letters = in_zone(typed, spelt);
        letters == zone || (is_cut && letters.starts_with(zone))
    })
}

/// A name in the letters of the zone (ICAO 9303 part 3, section 6), with some letters spelt out or not.
fn in_zone(name: &str, spelt: bool) -> String {
    let mut letters = String::new();
    for c in name.to_uppercase().nfc() {
        match (c, spelt) {
            ('Ä' | 'Æ', true) | ('Æ', false) => letters.push_str("AE"),
            ('Ö' | 'Ø' | 'Œ', true) | ('Œ', false) => letters.push_str("OE"),
            ('Ü', true) => letters.push_str("UE"),
            ('Å', true) => letters.push_str("AA"),
            ('Þ', _) => letters.push_str("TH"),
            ('Ø', false) => letters.push('O'),
            ('Ð' | 'Đ', _) => letters.push('D'),
            ('Ł', _) => letters.push('L'),
            ('İ' | 'ı', _) => letters.push('I'),
            ('Ħ', _) => letters.push('H'),
            ('\'' | '’' | '.' | 'ʼ', _) => {}
            ('-' | ',' | ' ', _) => letters.push(' '),
            (other, _) => letters.extend(other.nfd().filter(|c| !is_combining_mark(*c))),
        }
    }
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "details_tests.rs"]
mod tests;
