//! What a picture may be, how many a member may upload, and how long one waits for its post.

use chrono::TimeDelta;

/// The largest file, in bytes.
pub const LARGEST_FILE: usize = 10 * 1024 * 1024;
/// The most pixels a picture may have before it is made smaller.
pub const MOST_PIXELS: u64 = 40_000_000;
/// How many pictures a member may upload in [`WINDOW`].
pub const PER_WINDOW: i64 = 30;
/// See [`PER_WINDOW`].
pub const WINDOW: TimeDelta = TimeDelta::hours(1);
/// How many files a member may send in a quarter of an hour, whatever becomes of them: reading them is work.
pub const TRIES: i64 = 30;
/// How long a picture is kept that no post names.
pub const KEPT_UNUSED: TimeDelta = TimeDelta::hours(24);
/// How many of one's own pictures the upload page shows.
pub const SHOWN: i64 = 12;
/// The longest description, in characters.
pub const LONGEST_ALT: usize = 300;

/// Why a file is no picture for a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageProblem {
    /// No file came.
    #[error("Choose the picture that you want to upload.")]
    Missing,
    /// The file is too large.
    #[error("The file is larger than {} MB. Save the picture smaller and try again.", LARGEST_FILE / 1024 / 1024)]
    TooLarge,
    /// It has too many pixels.
    #[error("The picture has more than {} million pixels. Make it smaller and try again.", MOST_PIXELS / 1_000_000)]
    TooManyPixels,
    /// It is something else.
    #[error(
        "This file is no JPEG, PNG, GIF or WebP picture, whatever its name says. Save it as one and try again."
    )]
    Unknown,
    /// It breaks off, or is damaged.
    #[error(
        "The picture cannot be read to its end; the file seems damaged. Save it again and try once more."
    )]
    Damaged,
}

/// Why a description cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AltProblem {
    /// There is none.
    #[error("Say in a few words what the picture shows, or tick that it is only decoration.")]
    Missing,
    /// There is too much.
    #[error("Keep the description within {LONGEST_ALT} characters.")]
    TooLong,
}

/// Too many pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("You have uploaded {PER_WINDOW} pictures within an hour. Please wait a while before the next.")]
pub struct TooMany;

/// Whether a member who uploaded so many within [`WINDOW`] may upload another.
///
/// # Errors
/// [`TooMany`] when not.
pub const fn may_upload(before: i64) -> Result<(), TooMany> {
    if before < PER_WINDOW { Ok(()) } else { Err(TooMany) }
}

/// What a picture shows, in words, for whoever cannot see it. Empty where it is decoration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alt(String);

impl Alt {
    /// Reads a description; line ends become spaces.
    ///
    /// # Errors
    /// When there is too much, or none and the picture is not said to be decoration.
    pub fn parse(text: &str, decorative: bool) -> Result<Self, AltProblem> {
        let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let folded = clean.split_whitespace().collect::<Vec<_>>().join(" ");
        if folded.is_empty() && !decorative {
            return Err(AltProblem::Missing);
        }
        if folded.chars().count() > LONGEST_ALT {
            return Err(AltProblem::TooLong);
        }
        // What is decoration is passed over when it is read aloud.
        Ok(Self(if decorative { String::new() } else { folded }))
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_described_or_decoration() {
        assert_eq!(Alt::parse(" A\n quay ", false).unwrap().as_str(), "A quay");
        assert_eq!(Alt::parse(" \n", false), Err(AltProblem::Missing));
        assert_eq!(Alt::parse("", true).unwrap().as_str(), "");
        assert_eq!(Alt::parse("a line", true).unwrap().as_str(), "");
    }

    #[test]
    fn a_description_has_up_to_300_characters() {
        assert!(Alt::parse(&"ü".repeat(LONGEST_ALT), false).is_ok());
        assert_eq!(Alt::parse(&"ü".repeat(LONGEST_ALT + 1), false), Err(AltProblem::TooLong));
    }

    #[test]
    fn the_thirty_first_picture_of_an_hour_waits() {
        assert_eq!(may_upload(29), Ok(()));
        assert_eq!(may_upload(30), Err(TooMany));
    }
}
