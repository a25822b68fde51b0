//! The machine-readable zone of a document (ICAO 9303, parts 3 to 6): read, and held against its check digits. They
//! protect the number, the dates and the whole against slips; the name is not protected by any.

use std::ops::Range;

/// The forms that a zone has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Cards: three lines of 30 characters (part 5).
    Td1,
    /// Larger cards: two lines of 36 characters (part 6).
    Td2,
    /// Passports: two lines of 44 characters (part 4).
    Td3,
}

impl Form {
    /// Every form there is.
    pub const ALL: [Self; 3] = [Self::Td1, Self::Td2, Self::Td3];

    /// Its lines, and the characters of each.
    #[must_use]
    pub fn size(self) -> (usize, usize) {
        match self {
            Self::Td1 => (3, 30),
            Self::Td2 => (2, 36),
            Self::Td3 => (2, 44),
        }
    }
}

/// What a check digit stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The document's number.
    Number,
    /// The date of birth.
    Birth,
    /// The date of expiry.
    Expiry,
    /// What the issuer added, as a personal number.
    Optional,
    /// All of it together.
    Composite,
}

/// Why a zone cannot be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ZoneProblem {
    /// There are too few or too many characters.
    #[error(
        "The zone has 2 lines of 44 characters in a passport, and 3 lines of 30 or 2 lines of 36 on a card. What came has {0}. Count the < as well."
    )]
    Shape(String),
    /// A character that no zone has.
    #[error(
        "Line {line} of the zone holds “{found}”. It has only the letters A to Z, digits, and < for what is empty."
    )]
    Character {
        /// In which line.
        line: usize,
        /// What stands there.
        found: char,
    },
    /// A date that is none.
    #[error(
        "Line {line} of the zone has no date where the date of {what} should stand, from character {at} on."
    )]
    Date {
        /// Of what.
        what: &'static str,
        /// In which line.
        line: usize,
        /// From which character on.
        at: usize,
    },
    /// A check digit that does not fit.
    #[error("{}", said(*part, *line, *at))]
    Check {
        /// What it stands for.
        part: Part,
        /// In which line.
        line: usize,
        /// Which character it is.
        at: usize,
    },
}

fn said(part: Part, line: usize, at: usize) -> String {
    let what = match part {
        Part::Number => "the document number",
        Part::Birth => "the date of birth",
        Part::Expiry => "the date of expiry",
        Part::Optional => "the personal number",
        Part::Composite => {
            return format!(
                "The last check digit, character {at} of line {line}, does not fit the rest: one of the characters is wrong. Compare every line with your document."
            );
        }
    };
    format!(
        "The check digit of {what}, character {at} of line {line}, does not fit: one of the characters before it is wrong. Compare them with your document, above all 0 and O, 1 and I, 8 and B."
    )
}

/// A zone whose check digits fit.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone {
    /// Its form.
    pub form: Form,
    /// What kind of document it is: it begins with P, I, A, C, V.
    pub code: String,
    /// Who issued it.
    pub issuer: String,
    /// The surname, in the zone's letters.
    pub surname: String,
    /// The given names, in the zone's letters.
    pub given_names: String,
    /// Whether the names fill their place, so that they may be cut off.
    pub is_cut: bool,
    /// The document's number.
    pub number: String,
    /// The holder's nationality.
    pub nationality: String,
    /// The date of birth as year, month and day of two digits each; what is not known is `<<`.
    pub birth: String,
    /// The date of expiry, likewise.
    pub expiry: String,
    lines: Vec<String>,
}

/// What it holds is nobody's business in a log.
impl std::fmt::Debug for Zone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Zone").field("form", &self.form).finish_non_exhaustive()
    }
}

impl Zone {
    /// The lines as the document has them.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }
}

/// Reads a zone as it was typed or pasted: small letters, spaces and the lines in one are mended.
///
/// # Errors
/// What cannot be right.
pub fn parse(typed: &str) -> Result<Zone, ZoneProblem> {
    let (form, lines) = shape(typed)?;
    for (line, number) in lines.iter().zip(1..) {
        let odd = line.chars().find(|c| !matches!(c, 'A'..='Z' | '0'..='9' | '<'));
        if let Some(found) = odd {
            return Err(ZoneProblem::Character { line: number, found });
        }
    }
    let zone = match form {
        Form::Td1 => card(&lines)?,
        Form::Td2 | Form::Td3 => booklet(form, &lines)?,
    };
    Ok(Zone { lines, ..zone })
}

/// The lines, without what is between them, and the form that so many so long lines have.
fn shape(typed: &str) -> Result<(Form, Vec<String>), ZoneProblem> {
    let tidy = |line: &str| {
        let line = line.replace('«', "<<").replace('‹', "<");
        line.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect::<String>()
    };
    let mut lines: Vec<String> = typed.lines().map(tidy).filter(|line| !line.is_empty()).collect();
    if let [one] = lines.as_slice()
        && one.is_ascii()
        && let Some(form) = Form::ALL.into_iter().find(|form| form.size().0 * form.size().1 == one.len())
    {
        let (_, length) = form.size();
        lines = (0..form.size().0).map(|at| one[at * length..(at + 1) * length].to_owned()).collect();
    }
    let is = |form: &Form| {
        lines.len() == form.size().0 && lines.iter().all(|line| line.chars().count() == form.size().1)
    };
    match Form::ALL.into_iter().find(is) {
        // A character that is none of the zone's may take several bytes, which is told before anything is cut.
        Some(form) => Ok((form, lines)),
        None => Err(ZoneProblem::Shape(counted(&lines))),
    }
}

fn counted(lines: &[String]) -> String {
    match lines {
        [] => "no line".to_owned(),
        [one] => format!("1 line of {} characters", one.chars().count()),
        [first @ .., last] => {
            let lengths: Vec<_> = first.iter().map(|line| line.chars().count().to_string()).collect();
            let (many, last) = (lines.len(), last.chars().count());
            format!("{many} lines of {} and {last} characters", lengths.join(", "))
        }
    }
}

/// The check digit over these characters: weights 7, 3, 1 (part 3, section 4.9).
#[must_use]
pub fn check_digit(text: &str) -> u32 {
    let values = text.chars().map(|c| c.to_digit(36).unwrap_or(0));
    values.zip([7, 3, 1].into_iter().cycle()).map(|(value, weight)| value * weight).sum::<u32>() % 10
}

/// One line of a zone, by its number, with what is looked at in it.
struct Line<'a>(usize, &'a str);

impl Line<'_> {
    fn check(&self, part: Part, at: usize, over: &str) -> Result<(), ZoneProblem> {
        let digit = self.1[at..=at].chars().next().unwrap_or('<');
        // Where there is nothing, there may be no digit either.
        let is_empty = digit == '<' && over.chars().all(|c| c == '<') && part != Part::Composite;
        if is_empty || digit.to_digit(10) == Some(check_digit(over)) {
            return Ok(());
        }
        Err(ZoneProblem::Check { part, line: self.0, at: at + 1 })
    }

    /// A date of six characters with its check digit.
    fn date(&self, part: Part, at: usize) -> Result<String, ZoneProblem> {
        let text = &self.1[at..at + 6];
        let what = if part == Part::Birth { "birth" } else { "expiry" };
        if !is_date(text) {
            return Err(ZoneProblem::Date { what, line: self.0, at: at + 1 });
        }
        self.check(part, at + 6, text)?;
        Ok(text.to_owned())
    }

    /// The number at these characters with its check digit behind it. A number that is too long for its place goes
    /// on, with its check digit, where the optional data stands (part 5, note j).
    fn number(&self, at: Range<usize>, more: Range<usize>) -> Result<String, ZoneProblem> {
        let (start, digit) = (&self.1[at.clone()], &self.1[at.end..=at.end]);
        let rest = self.1[more.clone()].split('<').next().unwrap_or_default();
        if digit != "<" || rest.len() < 2 {
            self.check(Part::Number, at.end, start)?;
            return Ok(start.trim_end_matches('<').to_owned());
        }
        let number = format!("{start}{}", &rest[..rest.len() - 1]);
        self.check(Part::Number, more.start + rest.len() - 1, &number)?;
        Ok(number)
    }
}

/// Whether these six characters are a date; what is not known of it is empty.
fn is_date(text: &str) -> bool {
    let pair = |at: usize, most: u32| {
        let two = &text[at..at + 2];
        two == "<<"
            || (two.bytes().all(|b| b.is_ascii_digit())
                && two.parse().is_ok_and(|n: u32| (1..=most).contains(&n)))
    };
    let year = &text[..2];
    (year == "<<" || year.bytes().all(|b| b.is_ascii_digit())) && pair(2, 12) && pair(4, 31)
}

/// Three lines of 30.
fn card(lines: &[String]) -> Result<Zone, ZoneProblem> {
    let (first, second) = (Line(1, &lines[0]), Line(2, &lines[1]));
    let number = first.number(5..14, 15..30)?;
    let (birth, expiry) = (second.date(Part::Birth, 0)?, second.date(Part::Expiry, 8)?);
    let all = [&first.1[5..30], &second.1[0..7], &second.1[8..15], &second.1[18..29]].concat();
    second.check(Part::Composite, 29, &all)?;
    let (surname, given_names, is_cut) = names(&lines[2]);
    Ok(Zone {
        form: Form::Td1,
        code: code(&first.1[..2]),
        issuer: code(&first.1[2..5]),
        nationality: code(&second.1[15..18]),
        surname,
        given_names,
        is_cut,
        number,
        birth,
        expiry,
        lines: Vec::new(),
    })
}

/// Two lines of 36 or 44: they differ in their ends.
fn booklet(form: Form, lines: &[String]) -> Result<Zone, ZoneProblem> {
    let (first, second) = (&lines[0], Line(2, &lines[1]));
    let end = form.size().1 - 1;
    let number = second.number(0..9, if form == Form::Td2 { 28..35 } else { 28..28 })?;
    let (birth, expiry) = (second.date(Part::Birth, 13)?, second.date(Part::Expiry, 21)?);
    if form == Form::Td3 {
        second.check(Part::Optional, 42, &second.1[28..42])?;
    }
    let all = [&second.1[0..10], &second.1[13..20], &second.1[21..end]].concat();
    second.check(Part::Composite, end, &all)?;
    let (surname, given_names, is_cut) = names(&first[5..]);
    Ok(Zone {
        form,
        code: code(&first[..2]),
        issuer: code(&first[2..5]),
        nationality: code(&second.1[10..13]),
        surname,
        given_names,
        is_cut,
        number,
        birth,
        expiry,
        lines: Vec::new(),
    })
}

fn code(text: &str) -> String {
    text.trim_end_matches('<').to_owned()
}

/// Surname and given names, and whether they fill their place.
fn names(field: &str) -> (String, String, bool) {
    let words = |text: &str| text.split('<').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let (surname, given) = field.split_once("<<").unwrap_or((field, ""));
    (words(surname), words(given), !field.ends_with('<'))
}
