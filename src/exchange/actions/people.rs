//! Bringing members in.

use super::{Arrival, Author, Obstacle, State, code, moment, refuse};
use crate::accounts::rules::Email;
use crate::accounts::store::{self as accounts, NewMember};
use crate::badges::actions::{Likeness, likeness};
use crate::badges::rules::{Badge, GrantState, Policy};
use crate::badges::store::{self as badges, NewGrant};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::exchange::bundle;
use crate::exchange::store::{self, Kind, MemberDetails};
use crate::members::MemberId;
use crate::members::rules::{ProfileVisibility, Rank, Role, Tier, TierSource, may_hold};
use crate::members::store::{self as members, TierChange};
use crate::text::names::{DisplayName, Handle, Signature};

/// What a member's line says, read and checked.
struct Read {
    rank: Rank,
    tier: Option<Tier>,
    roles: Vec<(Role, Time)>,
    tiers: Vec<TierChange>,
    grants: Vec<Grant>,
    profile: ProfileVisibility,
}

struct Grant {
    badge: Badge,
    policy: i64,
    name: String,
    state: GrantState,
    granted: Time,
    expires: Option<Time>,
}

pub(super) fn bring(
    conn: &mut Conn,
    state: &mut State,
    line: u64,
    member: &bundle::Member,
) -> Result<Arrival, Obstacle> {
    let read = read(conn, state, member)?;
    let joined = member.joined.0;
    let tier_since = read.tier.map(|_| moment(member.tier_since, joined));
    let author = |id: MemberId| Author {
        id,
        rank: read.rank,
        tier: read.tier,
        tier_since,
        badges: read.grants.iter().map(|grant| (grant.badge, grant.granted, grant.expires)).collect(),
    };
    if let Some(local) = state.known(conn, Kind::Member, &member.id, &member.origin)? {
        state.members.insert(member.id.clone(), author(MemberId(local)));
        return Ok(Arrival::Here);
    }
    let handle = free_handle(conn, state, line, &member.handle)?;
    let name = fitting_name(conn, state, line, member, &handle)?;
    let email = free_email(conn, state, line, member)?;
    let sealed =
        email.as_ref().map(|email| state.keys.seal_address(email.as_str(), &email.key())).transpose()?;
    let local = free_id(conn, member.local)?;
    let id = accounts::insert_member(
        conn,
        &NewMember {
            id: local,
            handle: handle.as_str(),
            name: name.name.as_str(),
            skeleton: &name.name.skeleton(),
            review: name.review || member.name_review,
            email: sealed.as_ref(),
            email_verified_at: sealed.as_ref().and(member.email_verified).map(|at| at.0),
            password_hash: None,
            joined_at: joined,
        },
    )?;
    let signature = fitting_signature(state, line, member);
    store::set_details(
        conn,
        id,
        &MemberDetails {
            rank: read.rank.code(),
            rank_since: moment(member.rank_since, joined),
            tier: read.tier.map(Tier::code),
            tier_since,
            signature: &signature,
            profile: read.profile.code(),
        },
    )?;
    for (role, since) in &read.roles {
        members::give_role(conn, id, *role, None, *since)?;
    }
    let setters = member.tiers.iter().map(|change| change.by.as_ref());
    for (change, setter) in read.tiers.iter().zip(setters.chain(std::iter::repeat(None))) {
        let change = store::insert_tier_change(conn, id, change.tier, change.at, change.source)?;
        // Whoever set it may stand on a later line.
        state.setters.extend(setter.map(|by| (change, by.clone())));
    }
    for grant in &read.grants {
        bring_grant(conn, id, name.name.as_str(), grant)?;
    }
    state.remember(conn, Kind::Member, &member.id, &member.origin, id.0)?;
    state.members.insert(member.id.clone(), author(id));
    Ok(Arrival::Added)
}

fn read(conn: &mut Conn, state: &State, member: &bundle::Member) -> Result<Read, Obstacle> {
    let joined = member.joined.0;
    let rank =
        member.rank.as_deref().map_or(Ok(Rank::CommunityMember), |text| code("rank", text, Rank::parse))?;
    let tier = member.tier.as_deref().map(|text| code("tier", text, Tier::parse)).transpose()?;
    let roles = member.roles.iter().map(|role| match role {
        bundle::Role::Code(text) => Ok((code("role", text, Role::parse)?, joined)),
        bundle::Role::Dated(dated) => Ok((code("role", &dated.role, Role::parse)?, dated.since.0)),
    });
    let roles = roles.collect::<Result<Vec<_>, Obstacle>>()?;
    let held: Vec<Role> = roles.iter().map(|(role, _)| *role).collect();
    may_hold(&held).map_err(|clash| Obstacle::Line(clash.to_string()))?;
    let profile = member.profile.as_deref().map_or(Ok(ProfileVisibility::Everyone), |text| {
        code("profile setting", text, ProfileVisibility::parse)
    })?;
    let mut tiers = member.tiers.iter().map(read_tier).collect::<Result<Vec<_>, Obstacle>>()?;
    if tiers.is_empty()
        && let Some(tier) = tier
    {
        let at = moment(member.tier_since, joined);
        tiers.push(TierChange { tier: Some(tier), at, source: TierSource::Import, by: None });
    }
    let policies = if member.badges.is_empty() { Vec::new() } else { badges::policies(conn)? };
    let grants = member.badges.iter().map(|grant| read_grant(&policies, state, member, grant));
    let grants = grants.collect::<Result<Vec<_>, Obstacle>>()?;
    Ok(Read { rank, tier, roles, tiers, grants, profile })
}

fn read_tier(change: &bundle::TierChange) -> Result<TierChange, Obstacle> {
    let tier = change.tier.as_deref().map(|text| code("tier", text, Tier::parse)).transpose()?;
    let source = code("source of a tier", &change.source, TierSource::parse)?;
    Ok(TierChange { tier, at: change.at.0, source, by: None })
}

/// A badge without dates is dated now, under the newest policy: the line says no more.
fn read_grant(
    policies: &[Policy],
    state: &State,
    member: &bundle::Member,
    grant: &bundle::Grant,
) -> Result<Grant, Obstacle> {
    let newest = |badge: Badge| {
        policies.iter().find(|policy| policy.badge == badge).map_or(1, |policy| policy.version)
    };
    match grant {
        bundle::Grant::Code(text) => {
            let badge = code("badge", text, Badge::parse)?;
            let (granted, name) = (state.now, member.name.clone());
            Ok(Grant {
                badge,
                policy: newest(badge),
                name,
                state: GrantState::Active,
                granted,
                expires: None,
            })
        }
        bundle::Grant::Full(full) => {
            let (badge, policy) = (code("badge", &full.badge, Badge::parse)?, full.policy);
            if !policies.iter().any(|one| one.badge == badge && one.version == policy) {
                return refuse(format!("{} has no policy {policy} here", badge.code()));
            }
            Ok(Grant {
                badge,
                policy,
                name: full.name.clone(),
                state: code("state of a badge", &full.state, GrantState::parse)?,
                granted: full.granted.0,
                expires: full.expires.map(|end| end.0),
            })
        }
    }
}

/// An active badge binds the name that was checked. Where the member had to get another name, it is off.
fn bring_grant(conn: &mut Conn, member: MemberId, name: &str, grant: &Grant) -> Result<(), Error> {
    let is_other_name = grant.state == GrantState::Active && grant.name != name;
    let new = NewGrant {
        member,
        badge: grant.badge,
        policy_version: grant.policy,
        bound_name: &grant.name,
        state: if is_other_name { GrantState::Suspended } else { grant.state },
        granted_at: grant.granted,
        expires_at: grant.expires,
    };
    Ok(badges::insert_imported(conn, &new)?)
}

/// The handle, or the next free one made of it. Handles that differ in case only are the same.
fn free_handle(conn: &mut Conn, state: &mut State, line: u64, wanted: &str) -> Result<Handle, Obstacle> {
    let tries =
        std::iter::once(wanted.to_owned()).chain((2..1000).map(|number| format!("{wanted}-{number}")));
    for text in tries {
        let Ok(handle) = Handle::parse(&text) else {
            continue;
        };
        if !accounts::handle_exists(conn, handle.as_str())? {
            if text != wanted {
                state.report.remark(
                    line,
                    format!("the handle {wanted} is taken or reserved here, so it became {text}"),
                );
            }
            return Ok(handle);
        }
    }
    refuse(format!("{wanted:?} cannot be a handle"))
}

struct Fitting {
    name: DisplayName,
    review: bool,
}

/// The display name, or the handle where the name breaks the rules or imitates somebody.
fn fitting_name(
    conn: &mut Conn,
    state: &mut State,
    line: u64,
    member: &bundle::Member,
    handle: &Handle,
) -> Result<Fitting, Obstacle> {
    let problem = match DisplayName::parse(&member.name) {
        Ok(name) => match likeness(conn, &name, None, state.now)? {
            Likeness::Imitation => "looks like the name of staff or of a verified member".to_owned(),
            likeness => {
                return Ok(Fitting { name, review: likeness == Likeness::NearMiss });
            }
        },
        Err(problem) => format!("breaks the rules for names: {problem}"),
    };
    let Ok(name) = DisplayName::parse(handle.as_str()) else {
        return refuse(format!("the name {:?} {problem}", member.name));
    };
    state
        .report
        .remark(line, format!("the name {:?} {problem}, so the handle stands in its place", member.name));
    Ok(Fitting { name, review: true })
}

fn fitting_signature(state: &mut State, line: u64, member: &bundle::Member) -> String {
    let Some(text) = &member.signature else {
        return String::new();
    };
    match Signature::parse(text) {
        Ok(signature) => signature.as_str().to_owned(),
        Err(problem) => {
            state.report.remark(line, format!("the signature was left out: {problem}"));
            String::new()
        }
    }
}

fn free_email(
    conn: &mut Conn,
    state: &mut State,
    line: u64,
    member: &bundle::Member,
) -> Result<Option<Email>, Obstacle> {
    let Some(text) = &member.email else {
        return Ok(None);
    };
    let Ok(email) = Email::parse(text) else {
        state.report.remark(line, format!("the e-mail address {text:?} was left out: it is none"));
        return Ok(None);
    };
    if accounts::by_email(conn, &state.keys, &email.key())?.is_some() {
        state.report.remark(line, "the e-mail address was left out: another member has it");
        return Ok(None);
    }
    Ok(Some(email))
}

fn free_id(conn: &mut Conn, local: Option<i64>) -> Result<Option<i64>, Error> {
    let Some(id) = local.filter(|id| *id > 0) else {
        return Ok(None);
    };
    let taken = members::by_ids(conn, &[MemberId(id)])?;
    Ok(taken.is_empty().then_some(id))
}
