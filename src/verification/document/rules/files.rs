//! What a photograph of a document may be, and what is said of one that may not, or might be better.

use crate::uploads::rules::{ImageProblem, LARGEST_FILE};

/// The longest side that is read, in pixels.
pub const LONGEST_READ: u32 = 8_000;
/// The longest side that is kept, in pixels.
pub const LONGEST_KEPT: u32 = 2_400;
/// Nobody can read a document on a picture whose longer side is shorter than this.
pub const SHORTEST: u32 = 600;
/// A picture whose longer side is shorter than this is hard to read.
pub const SMALL: u32 = 1_000;
/// The most images of one case.
pub const FILES: usize = 6;

/// Why a file is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileProblem {
    /// No file came.
    #[error("No file came. Choose the photograph, and then press the button.")]
    Missing,
    /// The file is too large.
    #[error(
        "The file is larger than {} MB. Photograph the document once more in the camera's ordinary size, or save the picture smaller, as JPEG.",
        LARGEST_FILE / 1024 / 1024
    )]
    TooLarge,
    /// It is something else.
    #[error(
        "This is {0}, whatever the file's name says. A photograph as JPEG or PNG is needed: photograph the document, or save the picture as one of these."
    )]
    NotAccepted(&'static str),
    /// A side is too long.
    #[error(
        "The picture has {0} × {1} pixels, and no side may have more than {LONGEST_READ}. Save it smaller; {LONGEST_KEPT} pixels on the longer side are plenty."
    )]
    TooManyPixels(u32, u32),
    /// It would take too much memory.
    #[error(
        "The picture has {0} × {1} pixels, in a form that takes more memory to read than one picture may. Save it smaller, as an ordinary JPEG: 4,000 × 3,000 pixels are plenty."
    )]
    TooMuch(u32, u32),
    /// It breaks off, or is damaged.
    #[error(
        "The file breaks off or is damaged, so the picture cannot be read to its end. Photograph the document once more."
    )]
    Damaged,
    /// Nobody could read it.
    #[error(
        "The picture has only {0} × {1} pixels, and nobody can read a document on it. The longer side needs at least {SHORTEST}; {SMALL} or more are good."
    )]
    TooSmall(u32, u32),
    /// There are enough.
    #[error(
        "You have sent {FILES} images, and that is the most for one document. Remove one before you add another."
    )]
    TooMany,
}

impl FileProblem {
    /// What a picture's problem is called here.
    #[must_use]
    pub fn from_image(problem: ImageProblem, (width, height): (u32, u32)) -> Self {
        match problem {
            ImageProblem::Missing => Self::Missing,
            ImageProblem::TooLarge => Self::TooLarge,
            ImageProblem::TooManyPixels => Self::TooMuch(width, height),
            ImageProblem::Unknown => Self::NotAccepted("a kind of picture that we cannot read"),
            ImageProblem::Damaged => Self::Damaged,
        }
    }
}

/// What a file is that is neither JPEG nor PNG, by how it begins.
#[must_use]
pub fn what_it_is(bytes: &[u8]) -> &'static str {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(512)]).to_ascii_lowercase();
    let begins = |with: &[u8]| bytes.starts_with(with);
    let brand = bytes.get(4..12).unwrap_or_default();
    if begins(b"GIF8") {
        "a GIF"
    } else if begins(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        "a WebP picture"
    } else if brand.starts_with(b"ftyp")
        && [&b"heic"[..], b"heix", b"mif1", b"msf1", b"hevc"].contains(&&brand[4..])
    {
        "a HEIC picture, which telephones of Apple make"
    } else if brand.starts_with(b"ftyp") && brand.ends_with(b"avif") {
        "an AVIF picture"
    } else if brand.starts_with(b"ftyp") {
        "a film"
    } else if begins(b"II*\0") || begins(b"MM\0*") {
        "a TIFF"
    } else if begins(b"BM") {
        "a BMP"
    } else if start.contains("%pdf") {
        "a PDF"
    } else if begins(b"PK") {
        "an archive or an office document"
    } else if start.contains("<svg") {
        "an SVG drawing"
    } else if start.contains("<html") || start.contains("<!doctype") || start.contains("<script") {
        "a web page"
    } else {
        "no picture that we know"
    }
}

/// What might be better about an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hint {
    /// It has few pixels.
    Small,
    /// It is dark.
    Dark,
    /// It is bright.
    Bright,
    /// It is not sharp.
    Blurred,
}

impl Hint {
    /// Every hint there is.
    pub const ALL: [Self; 4] = [Self::Small, Self::Dark, Self::Bright, Self::Blurred];

    /// The hint's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Dark => "dark",
            Self::Bright => "bright",
            Self::Blurred => "blurred",
        }
    }

    /// The hint of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hint| hint.code() == code)
    }

    /// What the member reads.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Small => "It has few pixels: go nearer, so that the document fills the picture.",
            Self::Dark => "It looks dark: daylight beside a window helps.",
            Self::Bright => "It looks very bright: take it away from lamps and switch the flash off.",
            Self::Blurred => {
                "It does not look sharp: hold still, and touch the document on the screen to focus."
            }
        }
    }

    /// What these figures of a picture suggest: its longer side, how bright it is on the average and which share of
    /// it is white (both of brightness from 0 to 255), and how much neighbouring points differ (the variance of the
    /// Laplacian).
    #[must_use]
    pub fn of(longest: u32, brightness: f32, white: f32, sharpness: f32) -> Vec<Self> {
        let mut hints = Vec::new();
        if longest < SMALL {
            hints.push(Self::Small);
        }
        if brightness < 60.0 {
            hints.push(Self::Dark);
        } else if brightness > 235.0 || white > 0.6 {
            hints.push(Self::Bright);
        }
        if sharpness < 45.0 {
            hints.push(Self::Blurred);
        }
        hints
    }
}
