//! A rule as the database keeps it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Audience, Began};
use crate::badges::rules::Badge;
use crate::members::rules::{Role, Side, Tier};

/// The rule, with codes in the place of types.
#[derive(Deserialize, Serialize)]
struct Kept {
    tiers: Vec<String>,
    roles: Vec<String>,
    without_roles: bool,
    side: Option<String>,
    joined_from: Option<NaiveDate>,
    joined_before: Option<NaiveDate>,
    began: Option<Began>,
    countries: Vec<String>,
    has: Vec<String>,
    lacks: Vec<String>,
}

const NO_TIER: &str = "none";

impl Audience {
    /// As the database keeps it.
    #[must_use]
    pub fn written(&self) -> String {
        let badges = |badges: &[Badge]| badges.iter().map(|badge| badge.code().to_owned()).collect();
        let kept = Kept {
            tiers: self.tiers.iter().map(|tier| tier.map_or(NO_TIER, Tier::code).to_owned()).collect(),
            roles: self.roles.iter().map(|role| role.code().to_owned()).collect(),
            without_roles: self.without_roles,
            side: self.side.map(|side| side.code().to_owned()),
            joined_from: self.joined_from,
            joined_before: self.joined_before,
            began: self.began,
            countries: self.countries.clone(),
            has: badges(&self.has),
            lacks: badges(&self.lacks),
        };
        serde_json::json!(kept).to_string()
    }

    /// What [`Audience::written`] wrote.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let kept: Kept = serde_json::from_str(text).ok()?;
        let tier = |code: &String| if code == NO_TIER { Some(None) } else { Tier::parse(code).map(Some) };
        let badges =
            |codes: &[String]| codes.iter().map(|code| Badge::parse(code)).collect::<Option<Vec<_>>>();
        Some(Self {
            tiers: kept.tiers.iter().map(tier).collect::<Option<_>>()?,
            roles: kept.roles.iter().map(|code| Role::parse(code)).collect::<Option<_>>()?,
            without_roles: kept.without_roles,
            side: kept.side.map(|code| Side::parse(&code).ok_or(())).transpose().ok()?,
            joined_from: kept.joined_from,
            joined_before: kept.joined_before,
            began: kept.began,
            countries: kept.countries,
            has: badges(&kept.has)?,
            lacks: badges(&kept.lacks)?,
        })
    }
}
