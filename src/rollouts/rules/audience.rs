//! Whom a rollout is for: a rule over what a member is, in words, and why it leaves somebody out.

mod kept;

use chrono::NaiveDate;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::badges::rules::Badge;
use crate::clock::Time;
use crate::members::MemberId;
use crate::members::rules::{Role, Side, Tier};

/// Where a member's account began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Began {
    /// Here.
    Here,
    /// In the forum that this community was brought from.
    Imported,
}

impl Began {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Here, Self::Imported];

    /// The name in forms.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Imported => "imported",
        }
    }

    /// The one of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    fn words(self) -> &'static str {
        match self {
            Self::Here => "whose account began here",
            Self::Imported => "who came with the earlier forum",
        }
    }
}

/// A rule: every field narrows it, and an empty one takes everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audience {
    /// One of these tiers; `None` among them is no tier.
    pub tiers: Vec<Option<Tier>>,
    /// One of these roles.
    pub roles: Vec<Role>,
    /// Nobody who holds a role.
    pub without_roles: bool,
    /// This side of the marketplace.
    pub side: Option<Side>,
    /// Joined on this day or later.
    pub joined_from: Option<NaiveDate>,
    /// Joined before this day.
    pub joined_before: Option<NaiveDate>,
    /// Where the account began.
    pub began: Option<Began>,
    /// One of these countries (ISO 3166-1, two letters).
    pub countries: Vec<String>,
    /// Shows all of these badges.
    pub has: Vec<Badge>,
    /// Shows none of these badges.
    pub lacks: Vec<Badge>,
}

/// What the rule asks of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Standing in the marketplace.
    pub tier: Option<Tier>,
    /// Authority here.
    pub roles: Vec<Role>,
    /// Side of the marketplace, where it said so.
    pub side: Option<Side>,
    /// When they joined.
    pub joined_at: Time,
    /// Whether they came with an import.
    pub is_imported: bool,
    /// Country, where the marketplace said so.
    pub country: Option<String>,
    /// Badges they show.
    pub badges: Vec<Badge>,
}

impl Audience {
    /// Each field that narrows it, in words that follow "members".
    #[must_use]
    pub fn conditions(&self) -> Vec<Condition> {
        let mut all = Vec::new();
        let mut add = |words: String, field| all.push(Condition { words, field });
        if !self.tiers.is_empty() {
            let names = self.tiers.iter().map(|tier| tier.map_or("without a tier", Tier::title));
            add(one_of(names), Field::Tier);
        }
        if !self.roles.is_empty() {
            add(format!("with the role {}", one_of(self.roles.iter().map(|role| role.title()))), Field::Role);
        }
        if self.without_roles {
            add("without a role".to_owned(), Field::NoRole);
        }
        if let Some(side) = self.side {
            add(side.plural().to_owned(), Field::Side);
        }
        if let Some(day) = self.joined_from {
            add(format!("joined on {} or later", in_words(day)), Field::JoinedFrom);
        }
        if let Some(day) = self.joined_before {
            add(format!("joined before {}", in_words(day)), Field::JoinedBefore);
        }
        if let Some(began) = self.began {
            add(began.words().to_owned(), Field::Began);
        }
        if !self.countries.is_empty() {
            add(format!("in {}", one_of(self.countries.iter().map(String::as_str))), Field::Country);
        }
        for badge in &self.has {
            add(format!("with the badge {}", badge.title()), Field::Has(*badge));
        }
        for badge in &self.lacks {
            add(format!("without the badge {}", badge.title()), Field::Lacks(*badge));
        }
        all
    }

    /// The rule inside a sentence: "members: Top Rated, joined before Jan 1, 2026".
    #[must_use]
    pub fn in_words(&self) -> String {
        let conditions: Vec<String> = self.conditions().into_iter().map(|one| one.words).collect();
        if conditions.is_empty() {
            "all members".to_owned()
        } else {
            format!("members: {}", conditions.join(", "))
        }
    }

    /// The first condition that a member does not meet; nothing where the rule takes them.
    #[must_use]
    pub fn missed(&self, who: &Facts) -> Option<Condition> {
        self.conditions().into_iter().find(|condition| !self.meets(condition.field, who))
    }

    /// Whether the rule takes a member.
    #[must_use]
    pub fn includes(&self, who: &Facts) -> bool {
        let day = who.joined_at.date();
        (self.tiers.is_empty() || self.tiers.contains(&who.tier))
            && (self.roles.is_empty() || self.roles.iter().any(|role| who.roles.contains(role)))
            && (!self.without_roles || who.roles.is_empty())
            && self.side.is_none_or(|side| who.side == Some(side))
            && self.joined_from.is_none_or(|from| day >= from)
            && self.joined_before.is_none_or(|before| day < before)
            && self.began.is_none_or(|began| (began == Began::Imported) == who.is_imported)
            && (self.countries.is_empty()
                || who.country.as_ref().is_some_and(|one| self.countries.contains(one)))
            && self.has.iter().all(|badge| who.badges.contains(badge))
            && !self.lacks.iter().any(|badge| who.badges.contains(badge))
    }

    fn meets(&self, field: Field, who: &Facts) -> bool {
        let empty = Self::default();
        let only = match field {
            Field::Tier => Self { tiers: self.tiers.clone(), ..empty },
            Field::Role => Self { roles: self.roles.clone(), ..empty },
            Field::NoRole => Self { without_roles: true, ..empty },
            Field::Side => Self { side: self.side, ..empty },
            Field::JoinedFrom => Self { joined_from: self.joined_from, ..empty },
            Field::JoinedBefore => Self { joined_before: self.joined_before, ..empty },
            Field::Began => Self { began: self.began, ..empty },
            Field::Country => Self { countries: self.countries.clone(), ..empty },
            Field::Has(badge) => Self { has: vec![badge], ..empty },
            Field::Lacks(badge) => Self { lacks: vec![badge], ..empty },
        };
        only.includes(who)
    }

    /// Whether members who join while waves open come in as well: a rule for newcomers has a first day and no last.
    #[must_use]
    pub fn takes_newcomers(&self) -> bool {
        self.joined_from.is_some() && self.joined_before.is_none() && self.began != Some(Began::Imported)
    }
}

/// One field of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The tier.
    Tier,
    /// A role.
    Role,
    /// No role.
    NoRole,
    /// Side of the marketplace.
    Side,
    /// From which day on they joined.
    JoinedFrom,
    /// Before which day they joined.
    JoinedBefore,
    /// Where the account began.
    Began,
    /// The country.
    Country,
    /// A badge that is asked for.
    Has(Badge),
    /// A badge that is left out.
    Lacks(Badge),
}

/// One condition of a rule, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// What it asks, as it follows "members".
    pub words: String,
    /// The field it is about.
    pub field: Field,
}

fn one_of<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(" or ")
}

fn in_words(day: NaiveDate) -> String {
    day.format("%b %-d, %Y").to_string()
}

/// What is published of an audience when it is approved: `SHA-256`, as hexadecimal digits, of the members' numbers in
/// their order, each followed by a line feed. `printf '%s\n' 3 7 12 | sha256sum` gives it again.
#[must_use]
pub fn audience_hash(members: &[MemberId]) -> String {
    let mut sorted: Vec<i64> = members.iter().map(|member| member.0).collect();
    sorted.sort_unstable();
    let mut hash = Sha256::new();
    for member in sorted {
        hash.update(format!("{member}\n"));
    }
    HEXLOWER.encode(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    fn who() -> Facts {
        Facts {
            tier: Some(Tier::TopRated),
            roles: Vec::new(),
            side: Some(Side::Freelancer),
            joined_at: day(2015, 4, 7).and_hms_opt(23, 59, 59).unwrap(),
            is_imported: true,
            country: Some("NL".to_owned()),
            badges: vec![Badge::PhoneVerified],
        }
    }

    fn rule() -> Audience {
        Audience {
            tiers: vec![Some(Tier::TopRated), None],
            without_roles: true,
            side: Some(Side::Freelancer),
            joined_from: Some(day(2015, 4, 7)),
            joined_before: Some(day(2015, 4, 8)),
            began: Some(Began::Imported),
            countries: vec!["DE".to_owned(), "NL".to_owned()],
            has: vec![Badge::PhoneVerified],
            lacks: vec![Badge::IdentityVerified],
            ..Audience::default()
        }
    }

    #[test]
    fn a_rule_reads_in_words() {
        assert_eq!(Audience::default().in_words(), "all members");
        let rule = Audience {
            tiers: vec![Some(Tier::TopRated)],
            joined_before: Some(day(2026, 1, 1)),
            ..Audience::default()
        };
        assert_eq!(rule.in_words(), "members: Top Rated, joined before Jan 1, 2026");
    }

    #[test]
    fn every_field_narrows() {
        assert!(rule().includes(&who()));
        assert_eq!(rule().missed(&who()), None);
        let others = [
            (Field::Tier, Facts { tier: Some(Tier::RisingTalent), ..who() }),
            (Field::NoRole, Facts { roles: vec![Role::Moderator], ..who() }),
            (Field::Side, Facts { side: None, ..who() }),
            (Field::JoinedFrom, Facts { joined_at: who().joined_at - chrono::TimeDelta::days(1), ..who() }),
            (Field::JoinedBefore, Facts { joined_at: who().joined_at + chrono::TimeDelta::days(1), ..who() }),
            (Field::Began, Facts { is_imported: false, ..who() }),
            (Field::Country, Facts { country: None, ..who() }),
            (Field::Has(Badge::PhoneVerified), Facts { badges: Vec::new(), ..who() }),
            (
                Field::Lacks(Badge::IdentityVerified),
                Facts { badges: vec![Badge::PhoneVerified, Badge::IdentityVerified], ..who() },
            ),
        ];
        for (field, other) in others {
            assert!(!rule().includes(&other), "{field:?}");
            assert_eq!(rule().missed(&other).map(|missed| missed.field), Some(field));
        }
        let moderators = Audience { roles: vec![Role::Moderator], ..Audience::default() };
        assert!(!moderators.includes(&who()));
        assert!(moderators.includes(&Facts { roles: vec![Role::Moderator], ..who() }));
    }

    #[test]
    fn a_rule_reads_back_and_nothing_else_does() {
        assert_eq!(Audience::read(&rule().written()), Some(rule()));
        assert_eq!(Audience::read(&Audience::default().written()), Some(Audience::default()));
        assert_eq!(Audience::read("{}"), None);
        assert_eq!(Audience::read(&rule().written().replace("top-rated", "gold")), None);
    }

    #[test]
    fn the_hash_of_an_audience_is_what_the_published_line_gives() {
        // printf '%s\n' 3 7 12 | sha256sum
        let hash = audience_hash(&[MemberId(12), MemberId(3), MemberId(7)]);
        assert_eq!(hash, HEXLOWER.encode(&Sha256::digest("3\n7\n12\n")));
    }

    proptest! {
        #[test]
        fn whoever_misses_nothing_is_included_and_nobody_else(
            keep in prop::collection::vec(any::<bool>(), 9), imported in any::<bool>(), days in -2..3i64, badge in any::<bool>()
        ) {
            let (whole, empty) = (rule(), Audience::default());
            let rule = Audience {
                tiers: if keep[0] { whole.tiers } else { vec![] },
                without_roles: keep[1],
                side: whole.side.filter(|_| keep[2]),
                joined_from: whole.joined_from.filter(|_| keep[3]),
                joined_before: whole.joined_before.filter(|_| keep[4]),
                began: whole.began.filter(|_| keep[5]),
                countries: if keep[6] { whole.countries } else { vec![] },
                has: if keep[7] { whole.has } else { vec![] },
                lacks: if keep[8] { whole.lacks } else { vec![] },
                ..empty
            };
            let who = Facts {
                is_imported: imported,
                joined_at: who().joined_at + chrono::TimeDelta::days(days),
                badges: if badge { vec![Badge::PhoneVerified] } else { vec![Badge::IdentityVerified] },
                ..who()
            };
            prop_assert_eq!(rule.includes(&who), rule.missed(&who).is_none());
        }
    }
}
