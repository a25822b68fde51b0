//! Which documents there are, and their sides.

/// What kind of document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A passport.
    Passport,
    /// A national identity card.
    IdentityCard,
    /// A driving licence.
    DrivingLicence,
    /// A residence permit.
    ResidencePermit,
}

impl Kind {
    /// Every kind there is.
    pub const ALL: [Self; 4] =
        [Self::Passport, Self::IdentityCard, Self::DrivingLicence, Self::ResidencePermit];

    /// The kind's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Passport => "passport",
            Self::IdentityCard => "identity-card",
            Self::DrivingLicence => "driving-licence",
            Self::ResidencePermit => "residence-permit",
        }
    }

    /// The kind of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Passport => "Passport",
            Self::IdentityCard => "Identity card",
            Self::DrivingLicence => "Driving licence",
            Self::ResidencePermit => "Residence permit",
        }
    }

    /// The kind within a sentence.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Passport => "passport",
            Self::IdentityCard => "identity card",
            Self::DrivingLicence => "driving licence",
            Self::ResidencePermit => "residence permit",
        }
    }

    /// Whether documents of this kind have a machine-readable zone.
    #[must_use]
    pub fn zoned(self) -> Zoned {
        match self {
            Self::Passport => Zoned::Always,
            Self::IdentityCard | Self::ResidencePermit => Zoned::Mostly,
            Self::DrivingLicence => Zoned::Never,
        }
    }

    /// The sides that have to be photographed.
    #[must_use]
    pub fn sides(self) -> &'static [Side] {
        match self {
            Self::Passport => &[Side::Front],
            Self::IdentityCard | Self::DrivingLicence | Self::ResidencePermit => &[Side::Front, Side::Back],
        }
    }
}

/// Whether a kind of document has a machine-readable zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zoned {
    /// All have one.
    Always,
    /// Most have one; whoever has one without says so.
    Mostly,
    /// None has one.
    Never,
}

/// Which side of the document an image shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// The front, or a passport's page with the photograph.
    Front,
    /// The back.
    Back,
    /// Something else that helps.
    Other,
}

impl Side {
    /// Every side there is.
    pub const ALL: [Self; 3] = [Self::Front, Self::Back, Self::Other];

    /// The side's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Back => "back",
            Self::Other => "other",
        }
    }

    /// The side of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|side| side.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Front => "Front",
            Self::Back => "Back",
            Self::Other => "Something else",
        }
    }
}
