//! What administrators do with members: roles and tiers, each with its audit row.

use std::collections::HashMap;

use super::MemberId;
use super::rules::{self, Role, Tier, TierSource};
use super::store::{self, Member};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;

/// Gives a member exactly these roles.
///
/// # Errors
/// When they cannot be held together, or nobody would be left to run the site.
pub fn set_roles(
    conn: &mut Conn,
    handle: &str,
    roles: &[Role],
    by: MemberId,
    now: Time,
) -> Result<(), Error> {
    let member = store::find(conn, handle)?.ok_or(Error::NotFound)?;
    let before = store::roles_of(conn, &[member.id])?.remove(&member.id).unwrap_or_default();
    rules::may_hold(roles).map_err(Error::refused)?;
    // Two who demote each other at once must not both be told that the other is left.
    store::lock_holders(conn, Role::Administrator)?;
    let administrators = store::count_holding(conn, Role::Administrator)?;
    rules::may_lose(&before, roles, administrators).map_err(Error::refused)?;
    for role in roles.iter().filter(|role| !before.contains(role)) {
        store::give_role(conn, member.id, *role, Some(by), now)?;
    }
    for role in before.iter().filter(|role| !roles.contains(role)) {
        store::take_role(conn, member.id, *role)?;
    }
    let held: Vec<&str> = roles.iter().map(|role| role.code()).collect();
    store::audit(conn, Some(by), "roles-set", &subject(&member), &held.join(" "), now)?;
    Ok(())
}

/// Sets one member's tier. Setting the one they have changes nothing.
///
/// # Errors
/// When there is no such member.
pub fn set_tier(
    conn: &mut Conn,
    handle: &str,
    tier: Option<Tier>,
    source: TierSource,
    by: MemberId,
    now: Time,
) -> Result<(), Error> {
    let member = store::find(conn, handle)?.ok_or(Error::NotFound)?;
    if member.tier == tier {
        return Ok(());
    }
    store::set_tier(conn, member.id, tier, source, Some(by), now)?;
    let code = tier.map_or("none", Tier::code);
    store::audit(conn, Some(by), "tier-set", &subject(&member), code, now)?;
    Ok(())
}

/// Takes a member's name off the list of those that wait for a look: it is honest.
///
/// # Errors
/// When there is no such member.
pub fn settle_name(conn: &mut Conn, handle: &str, by: MemberId, now: Time) -> Result<(), Error> {
    let member = store::find(conn, handle)?.ok_or(Error::NotFound)?;
    store::settle_name(conn, member.id)?;
    store::audit(conn, Some(by), "name-settled", &subject(&member), &member.name, now)?;
    Ok(())
}

fn subject(member: &Member) -> String {
    format!("member {}", member.handle)
}

/// A line of an uploaded list that would change a tier.
#[derive(Clone, Debug)]
pub struct Change {
    /// Counted from 1.
    pub line: u64,
    /// Whose.
    pub member: Member,
    /// The tier from then on.
    pub tier: Option<Tier>,
}

/// A line of an uploaded list that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// Counted from 1.
    pub line: u64,
    /// What stood there.
    pub text: String,
    /// Why it cannot be used.
    pub problem: String,
}

/// What an uploaded list would do.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// Lines that change something.
    pub changes: Vec<Change>,
    /// How many lines change nothing.
    pub unchanged: usize,
    /// Lines that cannot be used.
    pub unusable: Vec<Unusable>,
}

/// A read line: its number, the handle, and the tier as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Counted from 1.
    pub line: u64,
    /// Whose.
    pub handle: String,
    /// Which, as it stands there.
    pub tier: String,
}

/// Says what a list would do, without doing it.
///
/// # Errors
/// When the database fails.
pub fn preview_tiers(conn: &mut Conn, lines: &[Line]) -> Result<Preview, Error> {
    let mut members = HashMap::new();
    for some in lines.chunks(500) {
        let handles: Vec<String> = some.iter().map(|line| line.handle.clone()).collect();
        members.extend(store::by_handles(conn, &handles)?);
    }
    let mut preview = Preview::default();
    let mut seen: HashMap<&str, u64> = HashMap::new();
    for line in lines {
        match judge(line, &members, &seen) {
            Ok(change) => {
                // Only a line that counts stands in the way of a second one.
                seen.insert(&line.handle, line.line);
                match change {
                    None => preview.unchanged += 1,
                    Some(change) => preview.changes.push(change),
                }
            }
            Err(problem) => {
                let text = format!("{},{}", line.handle, line.tier);
                preview.unusable.push(Unusable { line: line.line, text, problem });
            }
        }
    }
    Ok(preview)
}

fn judge(
    line: &Line,
    members: &HashMap<String, Member>,
    seen: &HashMap<&str, u64>,
) -> Result<Option<Change>, String> {
    let Some(tier) = rules::tier_from_text(&line.tier) else {
        return Err(format!(
            "{:?} is no tier. Use none, rising-talent, top-rated or top-rated-plus.",
            line.tier
        ));
    };
    let Some(member) = members.get(&line.handle) else {
        return Err("No member has this handle.".to_owned());
    };
    if let Some(first) = seen.get(line.handle.as_str()) {
        return Err(format!("This member stands on line {first} already; that line counts."));
    }
    Ok((member.tier != tier).then(|| Change { line: line.line, member: member.clone(), tier }))
}

/// Applies a list: what changes is changed, the rest is left out. Answers with what it did.
///
/// # Errors
/// When the database fails; then nothing was changed.
pub fn apply_tiers(conn: &mut Conn, lines: &[Line], by: MemberId, now: Time) -> Result<Preview, Error> {
    let preview = preview_tiers(conn, lines)?;
    for change in &preview.changes {
        set_tier(conn, &change.member.handle, change.tier, TierSource::Csv, by, now)?;
    }
    Ok(preview)
}
