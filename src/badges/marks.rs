//! What stands beside a member's posts and on their profile: name, staff title or rank, tier, badges.

use std::collections::HashMap;

use super::rules::{Badge, Shown};
use super::store;
use crate::clock::{Time, date};
use crate::db::Conn;
use crate::members::rules::{Rank, Role, Tier, monogram};
use crate::members::{self, MemberId};
use crate::paths;

/// A member, as others see them.
#[derive(Clone, Debug)]
pub struct Marks {
    /// Number.
    pub id: MemberId,
    /// Name in addresses.
    pub handle: String,
    /// Name that people read.
    pub name: String,
    /// Roles, which take the rank's place.
    pub roles: Vec<Role>,
    /// Activity.
    pub rank: Rank,
    /// Standing in the marketplace.
    pub tier: Option<Tier>,
    /// Checked facts.
    pub badges: Vec<Shown>,
    /// Posts that can be read.
    pub posts: i64,
    /// When they joined.
    pub joined_at: Time,
    /// One line under each post.
    pub signature: String,
}

impl Marks {
    /// Address of the profile.
    #[must_use]
    pub fn path(&self) -> String {
        paths::member(&self.handle)
    }

    /// Initials for the round picture.
    #[must_use]
    pub fn monogram(&self) -> String {
        monogram(&self.name)
    }

    /// Which of eight colours the round picture has.
    #[must_use]
    pub fn hue(&self) -> i64 {
        self.id.0 % 8
    }

    /// `Apr 7, 2015`.
    #[must_use]
    pub fn joined(&self) -> String {
        date(self.joined_at)
    }

    /// Whether the member shows a badge now.
    #[must_use]
    pub fn shows(&self, badge: Badge) -> bool {
        self.badges.iter().any(|one| one.badge == badge)
    }

    /// `1,204 posts`.
    #[must_use]
    pub fn posts_in_words(&self) -> String {
        match self.posts {
            1 => "1 post".to_owned(),
            many => format!("{} posts", grouped(many)),
        }
    }
}

/// `1204` as `1,204`.
#[must_use]
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The marks of each of these members: three queries, however many they are.
///
/// # Errors
/// When the database fails.
pub fn of(conn: &mut Conn, ids: &[MemberId], now: Time) -> diesel::QueryResult<HashMap<MemberId, Marks>> {
    let members = members::store::by_ids(conn, ids)?;
    let mut roles = members::store::roles_of(conn, ids)?;
    let mut badges = store::shown_by(conn, ids, now)?;
    let marks = members.into_values().map(|member| Marks {
        id: member.id,
        roles: roles.remove(&member.id).unwrap_or_default(),
        badges: badges.remove(&member.id).unwrap_or_default(),
        handle: member.handle,
        name: member.name,
        rank: member.rank,
        tier: member.tier,
        posts: member.posts,
        joined_at: member.joined_at,
        signature: member.signature,
    });
    Ok(marks.map(|one| (one.id, one)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let expected = [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1204, "-1,204")];
        for (number, text) in expected {
            assert_eq!(grouped(number), text);
        }
    }
}
