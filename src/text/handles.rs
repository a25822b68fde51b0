//! The names by which members are mentioned.

use std::fmt;

use super::names::NameProblem;

/// The shortest and the longest handle, in characters.
pub const HANDLE_CHARACTERS: (usize, usize) = (2, 30);

/// Handles that would pass for the forum itself, or for one of its addresses.
const RESERVED: [&str; 78] = [
    "about",
    "account",
    "admin",
    "administrator",
    "admins",
    "agent",
    "agents",
    "all",
    "anonymous",
    "api",
    "assets",
    "avatar",
    "badge",
    "badges",
    "board",
    "boards",
    "bot",
    "channel",
    "confirm",
    "contact",
    "delete",
    "deleted",
    "edit",
    "everybody",
    "everyone",
    "export",
    "feed",
    "forum",
    "guest",
    "health",
    "help",
    "here",
    "home",
    "import",
    "inbox",
    "info",
    "join",
    "leave",
    "legal",
    "login",
    "logout",
    "mail",
    "me",
    "member",
    "members",
    "mod",
    "moderation",
    "moderator",
    "moderators",
    "mods",
    "new",
    "news",
    "nobody",
    "notifications",
    "null",
    "official",
    "owner",
    "postmaster",
    "privacy",
    "root",
    "rules",
    "search",
    "security",
    "settings",
    "sign-in",
    "sign-out",
    "sign-up",
    "staff",
    "static",
    "status",
    "support",
    "system",
    "team",
    "terms",
    "touchstone",
    "undefined",
    "verification",
    "verified",
];

/// The name by which a member is mentioned and found: `ada-k`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Handle(String);

impl Handle {
    /// Takes a handle as typed, its capitals made small.
    ///
    /// # Errors
    /// If it is too short or too long, holds other characters than it may, or is kept for the forum.
    pub fn parse(typed: &str) -> Result<Self, NameProblem> {
        let handle = typed.trim().to_ascii_lowercase();
        let may_hold = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !(HANDLE_CHARACTERS.0..=HANDLE_CHARACTERS.1).contains(&handle.chars().count()) {
            return Err(NameProblem::HandleLength);
        }
        if !handle.chars().all(may_hold)
            || handle.starts_with('-')
            || handle.ends_with('-')
            || handle.contains("--")
        {
            return Err(NameProblem::HandleCharacters);
        }
        if RESERVED.contains(&handle.as_str()) {
            return Err(NameProblem::HandleReserved);
        }
        Ok(Self(handle))
    }

    /// The handle, without `@`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
