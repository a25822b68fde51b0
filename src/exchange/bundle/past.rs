//! What became of a post, as the optional part of its line says.

use serde::{Deserialize, Serialize};

use super::Moment;

/// What an author held when writing.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// Activity.
    pub rank: String,
    /// Standing in the marketplace.
    #[serde(default)]
    pub tier: Option<String>,
    /// Badges.
    #[serde(default)]
    pub badges: Vec<String>,
}

/// An edit.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edited {
    /// When.
    pub at: Moment,
    /// By whom.
    pub by: String,
    /// As `author` or as `moderator`.
    #[serde(rename = "as")]
    pub role: String,
    /// Why.
    pub reason: String,
}

/// A removal.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Removed {
    /// When.
    pub at: Moment,
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: String,
}
