//! Who may see what of a member.

/// Who may see a member's profile. Posts stay readable whatever it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfileVisibility {
    /// Anybody.
    Everyone,
    /// Whoever is signed in.
    Members,
    /// Staff, and the member.
    Private,
}

impl ProfileVisibility {
    /// Every choice there is.
    pub const ALL: [Self; 3] = [Self::Everyone, Self::Members, Self::Private];

    /// The choice's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Members => "members",
            Self::Private => "private",
        }
    }

    /// The choice of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Everyone => "Everyone",
            Self::Members => "Members only",
            Self::Private => "Nobody but staff",
        }
    }
}

/// What a reader is to the member whose profile is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Not signed in.
    Visitor,
    /// Signed in.
    Member,
    /// Holds a role, or is the member.
    Trusted,
}

/// Whether `reader` may see a profile with this setting.
#[must_use]
pub fn may_see_profile(visibility: ProfileVisibility, reader: Reader) -> bool {
    match visibility {
        ProfileVisibility::Everyone => true,
        ProfileVisibility::Members => reader != Reader::Visitor,
        ProfileVisibility::Private => reader == Reader::Trusted,
    }
}
