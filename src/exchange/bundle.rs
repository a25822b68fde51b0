//! The bundle's lines. Keys that stand in no struct here are refused by name.
//!
//! What other forums write is the required part; the optional part lets an export be loaded again without
//! losing anything. Names here are public: see `docs/bundle.md`.

mod moment;
mod past;

use serde::{Deserialize, Deserializer, Serialize};

pub use moment::Moment;
pub use past::{Edited, Held, Removed};

/// The bundle's version that this program reads and writes.
pub const VERSION: u32 = 1;
/// Longest body of an imported post, in characters.
pub const LONGEST_BODY: usize = 200_000;
/// Greatest number of a post.
pub const GREATEST_NUMBER: i64 = 10_000_000;

/// One line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Record {
    /// The first line: where all this comes from.
    Community(Community),
    /// A member.
    Member(Member),
    /// A board.
    Board(Board),
    /// A thread.
    Thread(Thread),
    /// A post.
    Post(Post),
}

/// Where a bundle comes from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Community {
    /// The bundle's version.
    pub version: u32,
    /// A name of the source: ids are remembered under it.
    pub source: String,
}

/// What a thing was called where this community came from earlier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The source's name.
    pub source: String,
    /// The id there.
    pub id: String,
}

/// A member.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Id in the source.
    pub id: String,
    /// Name in addresses.
    pub handle: String,
    /// Name that people read.
    pub name: String,
    /// When they joined.
    pub joined: Moment,
    /// Roles, with or without their dates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// Activity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<String>,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank_since: Option<Moment>,
    /// Standing in the marketplace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier_since: Option<Moment>,
    /// The tier's history, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<TierChange>,
    /// Badges, with or without their dates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub badges: Vec<Grant>,
    /// One line under each post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// Who may see the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// When the address was confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<Moment>,
    /// Whether the name waits for a look by staff.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub name_review: bool,
    /// The number it had on the site that exported it; kept where it is free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<i64>,
    /// What it was called before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origin: Vec<Origin>,
}

/// A role: its code, or its code and date.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Role {
    /// The code.
    Code(String),
    /// The code, and since when.
    Dated(DatedRole),
}

/// A role and its date.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatedRole {
    /// The code.
    pub role: String,
    /// Since when.
    pub since: Moment,
}

// Derived, the two below would refuse an unknown key without naming it.
impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(match code_or(from)? {
            CodeOr::Code(code) => Self::Code(code),
            CodeOr::Other(dated) => Self::Dated(dated),
        })
    }
}

enum CodeOr<T> {
    Code(String),
    Other(T),
}

fn code_or<'de, D: Deserializer<'de>, T: serde::de::DeserializeOwned>(
    from: D,
) -> Result<CodeOr<T>, D::Error> {
    match serde_json::Value::deserialize(from)? {
        serde_json::Value::String(code) => Ok(CodeOr::Code(code)),
        other => serde_json::from_value(other).map(CodeOr::Other).map_err(serde::de::Error::custom),
    }
}

/// One line of a tier's history.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierChange {
    /// The tier from then on.
    pub tier: Option<String>,
    /// When.
    pub at: Moment,
    /// How it came.
    pub source: String,
    /// The member who set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// A badge: its code, or all that is known of the grant.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Grant {
    /// The code.
    Code(String),
    /// The grant.
    Full(FullGrant),
}

/// All that is known of a grant.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FullGrant {
    /// The code.
    pub badge: String,
    /// Under which policy version.
    pub policy: i64,
    /// The display name it binds.
    pub name: String,
    /// What became of it.
    pub state: String,
    /// When it was decided.
    pub granted: Moment,
    /// Until when it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Moment>,
}

impl<'de> Deserialize<'de> for Grant {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(match code_or(from)? {
            CodeOr::Code(code) => Self::Code(code),
            CodeOr::Other(grant) => Self::Full(grant),
        })
    }
}

/// A board.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// Id in the source.
    pub id: String,
    /// The board it stands in.
    #[serde(default)]
    pub parent: Option<String>,
    /// Name in addresses.
    pub slug: String,
    /// Name that people read.
    pub title: String,
    /// One line on what belongs here.
    #[serde(default)]
    pub about: String,
    /// Who may read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<String>,
    /// Who may write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write: Option<String>,
    /// Place among its siblings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    /// Whether members ask for help there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub help: bool,
    /// The number it had on the site that exported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<i64>,
    /// What it was called before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origin: Vec<Origin>,
}

/// A thread.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thread {
    /// Id in the source.
    pub id: String,
    /// Where it stands.
    pub board: String,
    /// Its title.
    pub title: String,
    /// What it is for.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Who started it.
    pub author: String,
    /// When.
    pub created: Moment,
    /// Its name in addresses, where it is not made of the title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// Whether it stands above the others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pinned: bool,
    /// Whether it is closed to answers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub locked: bool,
    /// Whether it is about verification.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub about_verification: bool,
    /// Who it exists for, where not for everyone: rules as boards have them, of which one is enough.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audience: Vec<String>,
    /// Views so far.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub views: i64,
    /// The number it had on the site that exported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<i64>,
    /// What it was called before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origin: Vec<Origin>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// A post.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Post {
    /// Id in the source.
    pub id: String,
    /// Its thread.
    pub thread: String,
    /// Its number in the thread; without one, the next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    /// How many numbers the thread has in the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
    /// Who wrote it.
    pub author: String,
    /// When.
    pub created: Moment,
    /// What the words are written in.
    pub format: String,
    /// The words.
    pub body: String,
    /// The posts it quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quotes: Option<Quotes>,
    /// What the author held when writing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
    /// The last edit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited: Option<Edited>,
    /// The removal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<Removed>,
    /// The number it had on the site that exported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<i64>,
    /// What it was called before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origin: Vec<Origin>,
}

/// The posts that a post quotes: one, or several.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Quotes {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Quotes {
    /// As a line writes it; nothing where there is none.
    #[must_use]
    pub fn of(mut ids: Vec<String>) -> Option<Self> {
        if ids.len() > 1 { Some(Self::Several(ids)) } else { ids.pop().map(Self::One) }
    }

    /// The ids.
    #[must_use]
    pub fn ids(&self) -> &[String] {
        match self {
            Self::One(id) => std::slice::from_ref(id),
            Self::Several(ids) => ids,
        }
    }
}

/// Reads a line.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(line: &str) -> Result<Record, String> {
    serde_json::from_str(line).map_err(|cause| {
        let text = cause.to_string();
        // The column says nothing useful, and the line is counted by the caller.
        text.split(" at line ").next().unwrap_or(&text).to_owned()
    })
}

#[cfg(test)]
mod tests;
