//! The sides of a marketplace.

/// On which side of the marketplace a member is. The marketplace says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Works.
    Freelancer,
    /// Hires.
    Client,
}

impl Side {
    /// Both sides.
    pub const ALL: [Self; 2] = [Self::Freelancer, Self::Client];

    /// The side's name in the database and in lists.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Freelancer => "freelancer",
            Self::Client => "client",
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
            Self::Freelancer => "Freelancer",
            Self::Client => "Client",
        }
    }

    /// Several of that side, inside a sentence.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Self::Freelancer => "freelancers",
            Self::Client => "clients",
        }
    }
}

/// Whether a text is the code of a country: two capital letters (ISO 3166-1 alpha-2).
#[must_use]
pub fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back() {
        assert!(Side::ALL.iter().all(|side| Side::parse(side.code()) == Some(*side)));
        assert_eq!(Side::parse("agency"), None);
        assert!(is_country("NL"));
        assert!(["nl", "NLD", "N1", ""].iter().all(|text| !is_country(text)));
    }
}
