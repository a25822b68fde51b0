//! What members say of themselves.

use crate::badges;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::rules::ProfileVisibility;
use crate::members::{self, MemberId};
use crate::text::names::{DisplayName, Signature};

/// A checked profile form.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Name that people read.
    pub name: DisplayName,
    /// One line under each post.
    pub signature: Signature,
    /// Who may see the profile.
    pub visible_to: ProfileVisibility,
}

/// Saves a profile. A new name takes every badge off; the answer says how many.
///
/// # Errors
/// When the name imitates staff or a verified member; then nothing is saved.
pub fn save_profile(conn: &mut Conn, member: MemberId, profile: &Profile, now: Time) -> Result<usize, Error> {
    let before = members::store::get(conn, member)?;
    members::store::set_profile(conn, member, profile.signature.as_str(), profile.visible_to)?;
    if profile.name.as_str() == before.name {
        Ok(0)
    } else {
        badges::actions::rename(conn, member, &profile.name, now)
    }
}
