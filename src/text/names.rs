//! The names, signatures and titles that members choose.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::{GeneralSecurityProfile, RestrictionLevel, RestrictionLevelDetection};

use super::characters::{has_badge_picture, is_invisible, is_stripped};

pub use super::characters::{has_bidi_control, has_check_mark};
pub use super::handles::{HANDLE_CHARACTERS, Handle};
pub use super::skeleton::skeleton;

/// The shortest and the longest display name, in characters.
pub const DISPLAY_NAME_CHARACTERS: (usize, usize) = (2, 40);
/// The longest signature, in characters.
pub const SIGNATURE_CHARACTERS: usize = 200;
/// The shortest and the longest thread title, in characters.
pub const TITLE_CHARACTERS: (usize, usize) = (5, 120);

/// The longest slug, in bytes.
const MAX_SLUG: usize = 80;
/// How many accents may stand on one letter.
const MAX_ACCENTS: usize = 3;

/// Why a name, a handle, a signature or a title cannot be taken. Its text tells the member what would be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameProblem {
    /// A display name with fewer characters than it needs.
    #[error("Choose a name of at least {} characters.", DISPLAY_NAME_CHARACTERS.0)]
    NameTooShort,
    /// A display name with more characters than fit.
    #[error("Keep the name within {} characters.", DISPLAY_NAME_CHARACTERS.1)]
    NameTooLong,
    /// A display name of digits and separators.
    #[error("Use at least one letter in the name.")]
    NoLetter,
    /// A character that no display name may hold.
    #[error(
        "Use letters, digits, spaces, apostrophes, hyphens and full stops in the name: “{0}” is none of these."
    )]
    Character(char),
    /// A check mark.
    #[error("Leave out the check mark: what has been checked about a member is shown by a badge.")]
    CheckMark,
    /// A picture that could pass for a badge.
    #[error("Leave out stars, shields, medals and the like: they could be taken for a badge.")]
    BadgePicture,
    /// A character that cannot be seen or that turns the direction of reading.
    #[error("Type this again instead of pasting it: it holds a character that cannot be seen.")]
    Invisible,
    /// Letters of alphabets that are not used together.
    #[error("Keep to the letters of one alphabet: some letters of different alphabets look the same.")]
    MixedAlphabets,
    /// A heap of accents.
    #[error("Put at most {MAX_ACCENTS} different accents on a letter.")]
    Accents,
    /// A handle that is too short or too long.
    #[error("Choose a handle of {} to {} characters.", HANDLE_CHARACTERS.0, HANDLE_CHARACTERS.1)]
    HandleLength,
    /// A handle with other characters than it may hold.
    #[error(
        "Use the letters a to z, digits and single hyphens in the handle, and begin and end it with a letter or digit."
    )]
    HandleCharacters,
    /// A handle that the forum keeps for itself.
    #[error("Choose another handle: the forum keeps this one for itself.")]
    HandleReserved,
    /// A signature with more characters than fit.
    #[error("Keep the signature within {SIGNATURE_CHARACTERS} characters.")]
    SignatureTooLong,
    /// A signature of several lines.
    #[error("Keep the signature on one line.")]
    SignatureLines,
    /// A title with fewer characters than it needs.
    #[error("Give the thread a title of at least {} characters.", TITLE_CHARACTERS.0)]
    TitleTooShort,
    /// A title with more characters than fit.
    #[error("Keep the title within {} characters.", TITLE_CHARACTERS.1)]
    TitleTooLong,
    /// A title of several lines.
    #[error("Keep the title on one line.")]
    TitleLines,
}

/// The name that stands beside a member's posts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayName(String);

impl DisplayName {
    /// Takes a name as typed. Spaces around it go, and several in a row are one.
    ///
    /// # Errors
    /// If other members could be misled by the name, or it is too short or too long.
    pub fn parse(typed: &str) -> Result<Self, NameProblem> {
        refuse_marks(typed)?;
        let name: String = fold_spaces(typed).nfc().collect();
        for c in name.chars() {
            if is_invisible(c) || is_stripped(c) {
                return Err(NameProblem::Invisible);
            }
            if !is_separator(c) && (c == ':' || !c.identifier_allowed()) {
                return Err(NameProblem::Character(c));
            }
        }
        match name.chars().count() {
            length if length < DISPLAY_NAME_CHARACTERS.0 => return Err(NameProblem::NameTooShort),
            length if length > DISPLAY_NAME_CHARACTERS.1 => return Err(NameProblem::NameTooLong),
            _ => {}
        }
        if !name.chars().any(char::is_alphabetic) {
            return Err(NameProblem::NoLetter);
        }
        refuse_accents(&name)?;
        let letters: String = name.chars().filter(|&c| !is_separator(c)).collect();
        let mixes_digits =
            letters.chars().any(|c| c.is_ascii_digit()) && letters.chars().any(is_foreign_digit);
        if mixes_digits
            || letters.as_str().detect_restriction_level() > RestrictionLevel::ModeratelyRestrictive
        {
            return Err(NameProblem::MixedAlphabets);
        }
        Ok(Self(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// By what it looks like other names: see [`skeleton`].
    #[must_use]
    pub fn skeleton(&self) -> String {
        skeleton(&self.0)
    }
}

/// The line a member lets stand below their posts. It may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature(String);

impl Signature {
    /// Takes a signature as typed.
    ///
    /// # Errors
    /// If it is too long, has several lines, or holds what could be taken for a badge.
    pub fn parse(typed: &str) -> Result<Self, NameProblem> {
        if has_lines(typed) {
            return Err(NameProblem::SignatureLines);
        }
        refuse_marks(typed)?;
        if has_badge_picture(typed) {
            return Err(NameProblem::BadgePicture);
        }
        let signature = fold_spaces(typed);
        if signature.chars().any(is_stripped) {
            return Err(NameProblem::Invisible);
        }
        if signature.chars().count() > SIGNATURE_CHARACTERS {
            return Err(NameProblem::SignatureTooLong);
        }
        Ok(Self(signature))
    }

    /// The signature.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a thread is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title(String);

impl Title {
    /// Takes a title as typed. Spaces around it go, and several in a row are one.
    ///
    /// # Errors
    /// If it is too short or too long, has several lines, or holds what could be taken for a badge.
    pub fn parse(typed: &str) -> Result<Self, NameProblem> {
        if has_lines(typed) {
            return Err(NameProblem::TitleLines);
        }
        refuse_marks(typed)?;
        let title = fold_spaces(typed);
        if title.chars().any(is_stripped) {
            return Err(NameProblem::Invisible);
        }
        if title.chars().filter(|&c| !is_invisible(c)).count() < TITLE_CHARACTERS.0 {
            return Err(NameProblem::TitleTooShort);
        }
        if title.chars().count() > TITLE_CHARACTERS.1 {
            return Err(NameProblem::TitleTooLong);
        }
        Ok(Self(title))
    }

    /// The title.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DisplayName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Title {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A title as part of an address: `how-to-sharpen-a-chisel`.
#[must_use]
pub fn slug(title: &str) -> String {
    let mut slug = String::new();
    for word in
        plain_letters(title).split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
    {
        let gap = usize::from(!slug.is_empty());
        if slug.len() + gap + word.len() > MAX_SLUG {
            if slug.is_empty() {
                slug.push_str(&word[..MAX_SLUG]);
            }
            break;
        }
        if gap == 1 {
            slug.push('-');
        }
        slug.push_str(word);
    }
    if slug.is_empty() { "thread".to_owned() } else { slug }
}

fn plain_letters(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.nfkd().flat_map(char::to_lowercase) {
        match c {
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'þ' => plain.push_str("th"),
            'ø' => plain.push('o'),
            'đ' | 'ð' => plain.push('d'),
            'ł' => plain.push('l'),
            'ħ' => plain.push('h'),
            'ı' => plain.push('i'),
            '\'' | '’' => {}
            c if is_combining_mark(c) => {}
            c => plain.push(c),
        }
    }
    plain
}

fn fold_spaces(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn has_lines(text: &str) -> bool {
    text.trim().contains(['\n', '\r', '\u{B}', '\u{C}', '\u{85}', '\u{2028}', '\u{2029}'])
}

fn refuse_marks(text: &str) -> Result<(), NameProblem> {
    if has_check_mark(text) {
        Err(NameProblem::CheckMark)
    } else if has_bidi_control(text) {
        Err(NameProblem::Invisible)
    } else {
        Ok(())
    }
}

fn refuse_accents(name: &str) -> Result<(), NameProblem> {
    let mut accents: Vec<char> = Vec::new();
    let mut on_letter = false;
    for c in name.chars() {
        if !is_combining_mark(c) {
            accents.clear();
            on_letter = c.is_alphanumeric();
        } else if !on_letter || accents.contains(&c) || accents.len() == MAX_ACCENTS {
            return Err(NameProblem::Accents);
        } else {
            accents.push(c);
        }
    }
    Ok(())
}

fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '\'' | '’' | '-' | '.')
}

fn is_foreign_digit(c: char) -> bool {
    c.is_numeric() && !c.is_ascii()
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
