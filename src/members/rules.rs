//! Roles, ranks and tiers, and who may hold or see what.

mod profile;
mod side;

pub use profile::{ProfileVisibility, Reader, may_see_profile};
pub use side::{Side, is_country};

/// Authority in the community, given by an administrator. A member may hold several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Keeps discussions fair.
    Moderator,
    /// Announces and runs rollouts.
    CommunityManager,
    /// Works verification cases.
    VerificationAgent,
    /// Works the cases that agents refer.
    SeniorAgent,
    /// Owns the badge policies.
    TrustAdministrator,
    /// Runs the site.
    Administrator,
}

impl Role {
    /// Every role there is.
    pub const ALL: [Self; 6] = [
        Self::Moderator,
        Self::CommunityManager,
        Self::VerificationAgent,
        Self::SeniorAgent,
        Self::TrustAdministrator,
        Self::Administrator,
    ];

    /// Those who act and speak for the community, the nearest to the work first.
    pub const STAFF: [Self; 3] = [Self::Moderator, Self::CommunityManager, Self::Administrator];

    /// The role's name in the database and in addresses.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Moderator => "moderator",
            Self::CommunityManager => "community-manager",
            Self::VerificationAgent => "verification-agent",
            Self::SeniorAgent => "senior-agent",
            Self::TrustAdministrator => "trust-administrator",
            Self::Administrator => "administrator",
        }
    }

    /// The role of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Moderator => "Moderator",
            Self::CommunityManager => "Community Manager",
            Self::VerificationAgent => "Verification Agent",
            Self::SeniorAgent => "Senior Agent",
            Self::TrustAdministrator => "Trust Administrator",
            Self::Administrator => "Administrator",
        }
    }

    fn is_agent(self) -> bool {
        matches!(self, Self::VerificationAgent | Self::SeniorAgent)
    }
}

/// Why a set of roles cannot be held together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "An agent cannot be trust administrator as well: whoever decides cases must not set the policy they follow."
)]
pub struct RolesClash;

/// Whether one member may hold all of `roles`.
///
/// # Errors
/// When they hold both sides of a decision.
pub fn may_hold(roles: &[Role]) -> Result<(), RolesClash> {
    let is_agent = roles.iter().any(|role| role.is_agent());
    if is_agent && roles.contains(&Role::TrustAdministrator) { Err(RolesClash) } else { Ok(()) }
}

/// Whether taking roles away would leave the site without an administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is the only administrator. Make somebody else administrator first.")]
pub struct LastAdministrator;

/// Whether a member who holds `before` may be left with `after`, given how many administrators there are.
///
/// # Errors
/// When nobody would be left to run the site.
pub fn may_lose(before: &[Role], after: &[Role], administrators: i64) -> Result<(), LastAdministrator> {
    let loses = before.contains(&Role::Administrator) && !after.contains(&Role::Administrator);
    if loses && administrators <= 1 { Err(LastAdministrator) } else { Ok(()) }
}

/// Activity in the forum, by published rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rank {
    /// Where everybody begins.
    CommunityMember,
    /// Takes part.
    ActiveMember,
    /// Helps others often.
    AceContributor,
    /// Known to everybody.
    CommunityGuru,
}

impl Rank {
    /// Every rank, lowest first.
    pub const ALL: [Self; 4] =
        [Self::CommunityMember, Self::ActiveMember, Self::AceContributor, Self::CommunityGuru];

    /// The rank's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::CommunityMember => "community-member",
            Self::ActiveMember => "active-member",
            Self::AceContributor => "ace-contributor",
            Self::CommunityGuru => "community-guru",
        }
    }

    /// The rank of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rank| rank.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::CommunityMember => "Community Member",
            Self::ActiveMember => "Active Member",
            Self::AceContributor => "Ace Contributor",
            Self::CommunityGuru => "Community Guru",
        }
    }

    /// The rank's mark in the icon sheet: one bar for the first rank, four for the last.
    #[must_use]
    pub fn icon(self) -> &'static str {
        match self {
            Self::CommunityMember => "rank-1",
            Self::ActiveMember => "rank-2",
            Self::AceContributor => "rank-3",
            Self::CommunityGuru => "rank-4",
        }
    }
}

/// Standing in the marketplace, given by the marketplace or an administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tier {
    /// New and promising.
    RisingTalent,
    /// Proven.
    TopRated,
    /// Proven on large work.
    TopRatedPlus,
}

impl Tier {
    /// Every tier, lowest first.
    pub const ALL: [Self; 3] = [Self::RisingTalent, Self::TopRated, Self::TopRatedPlus];

    /// The tier's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::RisingTalent => "rising-talent",
            Self::TopRated => "top-rated",
            Self::TopRatedPlus => "top-rated-plus",
        }
    }

    /// The tier of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::RisingTalent => "Rising Talent",
            Self::TopRated => "Top Rated",
            Self::TopRatedPlus => "Top Rated Plus",
        }
    }

    /// The tier's mark in the icon sheet.
    #[must_use]
    pub fn icon(self) -> &'static str {
        match self {
            Self::RisingTalent => "sprout",
            Self::TopRated => "star",
            Self::TopRatedPlus => "star-plus",
        }
    }
}

/// Reads a tier as a form or a list names it: its code, its title, or `none`.
#[must_use]
pub fn tier_from_text(text: &str) -> Option<Option<Tier>> {
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("none") {
        return Some(None);
    }
    let matches =
        |tier: &Tier| text.eq_ignore_ascii_case(tier.code()) || text.eq_ignore_ascii_case(tier.title());
    Tier::ALL.into_iter().find(matches).map(Some)
}

/// Which change of standing came from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TierSource {
    /// An administrator, one member at a time.
    Administrator,
    /// A list that an administrator uploaded.
    Csv,
    /// A loaded community.
    Import,
    /// The command line.
    Command,
}

impl TierSource {
    /// The source's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Csv => "csv",
            Self::Import => "import",
            Self::Command => "command",
        }
    }

    /// The source of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Administrator, Self::Csv, Self::Import, Self::Command]
            .into_iter()
            .find(|source| source.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Administrator => "set by an administrator",
            Self::Csv => "from an uploaded list",
            Self::Import => "imported",
            Self::Command => "set on the command line",
        }
    }
}

/// `Maria K` gives `MK`: what stands in the round picture beside a post.
#[must_use]
pub fn monogram(name: &str) -> String {
    let initials: Vec<char> = name.split([' ', '-']).filter_map(|word| word.chars().next()).collect();
    let shown = match initials.as_slice() {
        [] => return "?".to_owned(),
        [only] => vec![*only],
        [first, .., last] => vec![*first, *last],
    };
    shown.into_iter().flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back() {
        assert!(Role::ALL.iter().all(|role| Role::parse(role.code()) == Some(*role)));
        assert!(Rank::ALL.iter().all(|rank| Rank::parse(rank.code()) == Some(*rank)));
        assert!(Tier::ALL.iter().all(|tier| Tier::parse(tier.code()) == Some(*tier)));
        assert!(ProfileVisibility::ALL.iter().all(|one| ProfileVisibility::parse(one.code()) == Some(*one)));
        assert_eq!(Role::parse("owner"), None);
    }

    #[test]
    fn an_agent_is_never_trust_administrator() {
        assert!(may_hold(&[Role::Moderator, Role::VerificationAgent]).is_ok());
        assert!(may_hold(&[Role::TrustAdministrator, Role::Administrator]).is_ok());
        assert_eq!(may_hold(&[Role::SeniorAgent, Role::TrustAdministrator]), Err(RolesClash));
        assert_eq!(may_hold(&[Role::TrustAdministrator, Role::VerificationAgent]), Err(RolesClash));
    }

    #[test]
    fn the_last_administrator_stays() {
        let both = [Role::Administrator, Role::Moderator];
        assert_eq!(may_lose(&both, &[Role::Moderator], 1), Err(LastAdministrator));
        assert!(may_lose(&both, &[Role::Moderator], 2).is_ok());
        assert!(may_lose(&[Role::Moderator], &[], 1).is_ok());
        assert!(may_lose(&both, &[Role::Administrator], 1).is_ok());
    }

    #[test]
    fn a_tier_is_read_by_code_or_title_and_unknown_ones_are_refused() {
        assert_eq!(tier_from_text("top-rated"), Some(Some(Tier::TopRated)));
        assert_eq!(tier_from_text(" Top Rated Plus "), Some(Some(Tier::TopRatedPlus)));
        assert_eq!(tier_from_text("none"), Some(None));
        assert_eq!(tier_from_text(""), Some(None));
        assert_eq!(tier_from_text("gold"), None);
    }

    #[test]
    fn a_private_profile_is_for_staff_and_its_owner() {
        use ProfileVisibility::{Everyone, Members, Private};
        assert!(may_see_profile(Everyone, Reader::Visitor));
        assert!(!may_see_profile(Members, Reader::Visitor));
        assert!(may_see_profile(Members, Reader::Member));
        assert!(!may_see_profile(Private, Reader::Member));
        assert!(may_see_profile(Private, Reader::Trusted));
    }

    #[test]
    fn monograms_take_the_first_and_the_last_word() {
        assert_eq!(monogram("Maria K"), "MK");
        assert_eq!(monogram("renee"), "R");
        assert_eq!(monogram("Ana de la Cruz"), "AC");
        assert_eq!(monogram(""), "?");
    }
}
