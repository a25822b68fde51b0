//! Why a case is not approved, and what its member is told.

/// What kind of reason it is, and so how exactly the member is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReasonKind {
    /// About the images: told exactly.
    Quality,
    /// About whether it is the member's document: told as a class.
    Matching,
    /// About whether the document is genuine: told as a class, and decided by two agents.
    Fraud,
}

/// Why a case is not approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A side is not shown.
    SideMissing,
    /// It cannot be read.
    Blurred,
    /// A part is covered, cut off or in glare.
    Covered,
    /// Its date has passed.
    DocumentExpired,
    /// This kind of document is not accepted.
    TypeNotAccepted,
    /// What was typed is not what the document says.
    TypedDiffers,
    /// The name is not the account's.
    OtherName,
    /// The document belongs to somebody else.
    OtherPerson,
    /// The same document stands behind another account.
    OtherAccount,
    /// It was altered.
    Altered,
    /// It is no genuine document.
    NotGenuine,
}

impl Reason {
    /// Every reason there is.
    pub const ALL: [Self; 11] = [
        Self::SideMissing,
        Self::Blurred,
        Self::Covered,
        Self::DocumentExpired,
        Self::TypeNotAccepted,
        Self::TypedDiffers,
        Self::OtherName,
        Self::OtherPerson,
        Self::OtherAccount,
        Self::Altered,
        Self::NotGenuine,
    ];

    /// The reason's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::SideMissing => "side-missing",
            Self::Blurred => "blurred",
            Self::Covered => "covered",
            Self::DocumentExpired => "document-expired",
            Self::TypeNotAccepted => "type-not-accepted",
            Self::TypedDiffers => "typed-differs",
            Self::OtherName => "other-name",
            Self::OtherPerson => "other-person",
            Self::OtherAccount => "other-account",
            Self::Altered => "altered",
            Self::NotGenuine => "not-genuine",
        }
    }

    /// The reason of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// What kind of reason it is.
    #[must_use]
    pub fn kind(self) -> ReasonKind {
        match self {
            Self::SideMissing
            | Self::Blurred
            | Self::Covered
            | Self::DocumentExpired
            | Self::TypeNotAccepted
            | Self::TypedDiffers => ReasonKind::Quality,
            Self::OtherName | Self::OtherPerson | Self::OtherAccount => ReasonKind::Matching,
            Self::Altered | Self::NotGenuine => ReasonKind::Fraud,
        }
    }

    /// What an agent chooses from.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::SideMissing => "A side is missing",
            Self::Blurred => "It cannot be read",
            Self::Covered => "A part is covered, cut off or in glare",
            Self::DocumentExpired => "The document has expired",
            Self::TypeNotAccepted => "This kind of document is not accepted",
            Self::TypedDiffers => "What was typed is not what the document says",
            Self::OtherName => "The name is not the one on the account",
            Self::OtherPerson => "The document belongs to somebody else",
            Self::OtherAccount => "The same document stands behind another account",
            Self::Altered => "The document was altered",
            Self::NotGenuine => "It is no genuine document",
        }
    }

    /// What the member reads: exact where it helps to do better, and a class where it would help to cheat.
    #[must_use]
    pub fn told(self) -> &'static str {
        match self {
            Self::SideMissing => {
                "A side of the document is missing. Please photograph every side that is asked for."
            }
            Self::Blurred => {
                "The images are too blurred to read. Hold the camera still, in daylight, and wait until it is sharp."
            }
            Self::Covered => {
                "A part of the document is covered, cut off or in glare. Lay it flat, away from lamps, with all four corners in the picture."
            }
            Self::DocumentExpired => "The document has expired. Please use one that is still valid.",
            Self::TypeNotAccepted => {
                "This kind of document is not accepted for your country. The list of accepted documents says which are."
            }
            Self::TypedDiffers => {
                "What you typed is not what the document says. Please type it exactly as it is printed."
            }
            Self::OtherName | Self::OtherPerson | Self::OtherAccount => {
                "We could not match the document with this account."
            }
            Self::Altered | Self::NotGenuine => "We could not accept the document as it was shown to us.",
        }
    }
}
