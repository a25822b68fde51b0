//! Members in the database.

mod sanctions;

use std::collections::HashMap;

use diesel::prelude::*;

pub use super::audit::store::add as audit;
pub use sanctions::{set_silenced, set_suspended, set_warned};

use super::MemberId;
use super::rules::{ProfileVisibility, Rank, Role, Tier, TierSource};
use crate::clock::Time;
use crate::db::schema::{member_roles, members, site_facts, tier_changes};
use crate::db::{Conn, decode, on_backend};

/// A member, without anything secret.
#[derive(Clone, Debug)]
pub struct Member {
    /// Number.
    pub id: MemberId,
    /// Name in addresses.
    pub handle: String,
    /// Name that people read.
    pub name: String,
    /// One line under each post.
    pub signature: String,
    /// Who may see the profile.
    pub profile: ProfileVisibility,
    /// Activity.
    pub rank: Rank,
    /// Since when they hold the rank.
    pub rank_since: Time,
    /// Standing in the marketplace.
    pub tier: Option<Tier>,
    /// Since when they hold the tier.
    pub tier_since: Option<Time>,
    /// Posts that can be read.
    pub posts: i64,
    /// When they joined.
    pub joined_at: Time,
    /// Whether the name looks like another member's and waits for a look by staff.
    pub name_review: bool,
}

type Columns = (
    members::id,
    members::handle,
    members::name,
    members::signature,
    members::profile,
    members::rank,
    members::rank_since,
    members::tier,
    members::tier_since,
    members::posts,
    members::joined_at,
    members::name_review,
);
type Row =
    (MemberId, String, String, String, String, String, Time, Option<String>, Option<Time>, i64, Time, bool);

const COLUMNS: Columns = (
    members::id,
    members::handle,
    members::name,
    members::signature,
    members::profile,
    members::rank,
    members::rank_since,
    members::tier,
    members::tier_since,
    members::posts,
    members::joined_at,
    members::name_review,
);

fn member(row: Row) -> QueryResult<Member> {
    Ok(Member {
        id: row.0,
        handle: row.1,
        name: row.2,
        signature: row.3,
        profile: decode(&row.4, ProfileVisibility::parse)?,
        rank: decode(&row.5, Rank::parse)?,
        rank_since: row.6,
        tier: row.7.map(|code| decode(&code, Tier::parse)).transpose()?,
        tier_since: row.8,
        posts: row.9,
        joined_at: row.10,
        name_review: row.11,
    })
}

/// The member of this handle.
pub fn find(conn: &mut Conn, handle: &str) -> QueryResult<Option<Member>> {
    let row: Option<Row> =
        members::table.filter(members::handle.eq(handle)).select(COLUMNS).first(conn).optional()?;
    row.map(member).transpose()
}

/// The member of this number.
pub fn get(conn: &mut Conn, id: MemberId) -> QueryResult<Member> {
    member(members::table.find(id).select(COLUMNS).first(conn)?)
}

/// Members by number, in one query.
pub fn by_ids(conn: &mut Conn, ids: &[MemberId]) -> QueryResult<HashMap<MemberId, Member>> {
    let rows: Vec<Row> = members::table.filter(members::id.eq_any(ids)).select(COLUMNS).load(conn)?;
    rows.into_iter().map(|row| member(row).map(|member| (member.id, member))).collect()
}

/// Members by handle, in one query.
pub fn by_handles(conn: &mut Conn, handles: &[String]) -> QueryResult<HashMap<String, Member>> {
    let rows: Vec<Row> = members::table.filter(members::handle.eq_any(handles)).select(COLUMNS).load(conn)?;
    rows.into_iter().map(|row| member(row).map(|member| (member.handle.clone(), member))).collect()
}

/// A page of members by handle, beginning after `after`; `beginning` narrows to handles that begin so.
pub fn page(conn: &mut Conn, beginning: &str, after: &str, limit: i64) -> QueryResult<Vec<Member>> {
    let escaped = beginning.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let rows: Vec<Row> = members::table
        .filter(members::handle.like(format!("{escaped}%")).escape('\\'))
        .filter(members::handle.gt(after))
        .order(members::handle)
        .limit(limit)
        .select(COLUMNS)
        .load(conn)?;
    rows.into_iter().map(member).collect()
}

/// How many members there are.
pub fn count(conn: &mut Conn) -> QueryResult<i64> {
    members::table.count().get_result(conn)
}

/// The roles of each of these members, in one query.
pub fn roles_of(conn: &mut Conn, ids: &[MemberId]) -> QueryResult<HashMap<MemberId, Vec<Role>>> {
    let rows: Vec<(MemberId, String)> = member_roles::table
        .filter(member_roles::member_id.eq_any(ids))
        .order((member_roles::member_id, member_roles::role))
        .select((member_roles::member_id, member_roles::role))
        .load(conn)?;
    let mut roles: HashMap<MemberId, Vec<Role>> = HashMap::new();
    for (id, code) in rows {
        roles.entry(id).or_default().push(decode(&code, Role::parse)?);
    }
    for held in roles.values_mut() {
        held.sort_unstable();
    }
    Ok(roles)
}

/// How many members hold a role.
pub fn count_holding(conn: &mut Conn, role: Role) -> QueryResult<i64> {
    member_roles::table.filter(member_roles::role.eq(role.code())).count().get_result(conn)
}

/// Keeps others from changing who holds a role until this transaction ends.
pub fn lock_holders(conn: &mut Conn, role: Role) -> QueryResult<()> {
    diesel::update(member_roles::table.filter(member_roles::role.eq(role.code())))
        .set(member_roles::role.eq(role.code()))
        .execute(conn)
        .map(|_| ())
}

/// Gives a role. Giving it twice changes nothing.
pub fn give_role(
    conn: &mut Conn,
    member: MemberId,
    role: Role,
    by: Option<MemberId>,
    now: Time,
) -> QueryResult<bool> {
    let row = diesel::insert_into(member_roles::table)
        .values((
            member_roles::member_id.eq(member),
            member_roles::role.eq(role.code()),
            member_roles::granted_at.eq(now),
            member_roles::granted_by.eq(by),
        ))
        .on_conflict_do_nothing();
    on_backend!(conn, |c| row.execute(c)).map(|rows| rows == 1)
}

/// Takes a role away.
pub fn take_role(conn: &mut Conn, member: MemberId, role: Role) -> QueryResult<bool> {
    diesel::delete(member_roles::table.find((member, role.code()))).execute(conn).map(|rows| rows == 1)
}

/// Sets a tier and adds the change to its history.
pub fn set_tier(
    conn: &mut Conn,
    member: MemberId,
    tier: Option<Tier>,
    source: TierSource,
    by: Option<MemberId>,
    since: Time,
) -> QueryResult<()> {
    diesel::update(members::table.find(member))
        .set((members::tier.eq(tier.map(Tier::code)), members::tier_since.eq(tier.map(|_| since))))
        .execute(conn)?;
    add_tier_change(conn, member, &TierChange { tier, at: since, source, by: None }, by)
}

/// Adds a line to a tier's history.
pub fn add_tier_change(
    conn: &mut Conn,
    member: MemberId,
    change: &TierChange,
    by: Option<MemberId>,
) -> QueryResult<()> {
    diesel::insert_into(tier_changes::table)
        .values((
            tier_changes::member_id.eq(member),
            tier_changes::tier.eq(change.tier.map(Tier::code)),
            tier_changes::changed_at.eq(change.at),
            tier_changes::changed_by.eq(by),
            tier_changes::source.eq(change.source.code()),
        ))
        .execute(conn)
        .map(|_| ())
}

/// One line of a tier's history.
#[derive(Clone, Debug)]
pub struct TierChange {
    /// The tier from then on.
    pub tier: Option<Tier>,
    /// When.
    pub at: Time,
    /// How it came.
    pub source: TierSource,
    /// The name of whoever set it.
    pub by: Option<String>,
}

/// A member's tiers over time, newest first.
pub fn tier_history(conn: &mut Conn, member: MemberId) -> QueryResult<Vec<TierChange>> {
    let setter = diesel::alias!(members as setter);
    let rows: Vec<(Option<String>, Time, String, Option<String>)> = tier_changes::table
        .left_join(setter.on(setter.field(members::id).nullable().eq(tier_changes::changed_by)))
        .filter(tier_changes::member_id.eq(member))
        .order(tier_changes::id.desc())
        .select((
            tier_changes::tier,
            tier_changes::changed_at,
            tier_changes::source,
            setter.field(members::name).nullable(),
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(tier, at, source, by)| {
            let tier = tier.map(|code| decode(&code, Tier::parse)).transpose()?;
            Ok(TierChange { tier, at, source: decode(&source, TierSource::parse)?, by })
        })
        .collect()
}

/// Changes what a member says of themselves. The name is not among it: that takes badges off.
pub fn set_profile(
    conn: &mut Conn,
    member: MemberId,
    signature: &str,
    profile: ProfileVisibility,
) -> QueryResult<()> {
    diesel::update(members::table.find(member))
        .set((members::signature.eq(signature), members::profile.eq(profile.code())))
        .execute(conn)
        .map(|_| ())
}

/// Changes the display name. Fails while an active badge binds the old one.
pub fn set_name(
    conn: &mut Conn,
    member: MemberId,
    name: &str,
    skeleton: &str,
    review: bool,
) -> QueryResult<()> {
    diesel::update(members::table.find(member))
        .set((members::name.eq(name), members::name_skeleton.eq(skeleton), members::name_review.eq(review)))
        .execute(conn)
        .map(|_| ())
}

/// Takes a name off the list of those that wait for a look.
pub fn settle_name(conn: &mut Conn, member: MemberId) -> QueryResult<()> {
    diesel::update(members::table.find(member)).set(members::name_review.eq(false)).execute(conn).map(|_| ())
}

/// Members whose name looks like this one, but for `except`.
pub fn look_alikes(conn: &mut Conn, skeleton: &str, except: Option<MemberId>) -> QueryResult<Vec<MemberId>> {
    members::table
        .filter(members::name_skeleton.eq(skeleton))
        .filter(members::id.ne(except.unwrap_or(MemberId(0))))
        .select(members::id)
        .limit(200)
        .load(conn)
}

/// Members whose names wait for a look by staff.
pub fn names_to_review(conn: &mut Conn, limit: i64) -> QueryResult<Vec<Member>> {
    let rows: Vec<Row> = members::table
        .filter(members::name_review.eq(true))
        .order(members::id.desc())
        .limit(limit)
        .select(COLUMNS)
        .load(conn)?;
    rows.into_iter().map(member).collect()
}

/// Adds to the count of a member's readable posts.
pub fn add_posts(conn: &mut Conn, member: MemberId, change: i64) -> QueryResult<()> {
    diesel::update(members::table.find(member))
        .set(members::posts.eq(members::posts + change))
        .execute(conn)
        .map(|_| ())
}

/// Adds to the count of likes that a member's posts received.
pub fn add_likes_received(conn: &mut Conn, member: MemberId, change: i64) -> QueryResult<()> {
    diesel::update(members::table.find(member))
        .set(members::likes_received.eq(members::likes_received + change))
        .execute(conn)
        .map(|_| ())
}

/// Keeps others from changing these members until this transaction ends.
pub fn lock(conn: &mut Conn, ids: &[MemberId]) -> QueryResult<()> {
    diesel::update(members::table.filter(members::id.eq_any(ids)))
        .set(members::posts.eq(members::posts))
        .execute(conn)
        .map(|_| ())
}

/// Writes down what a member's posts brought them.
pub fn set_credit(conn: &mut Conn, member: MemberId, likes: i64, answers: i64) -> QueryResult<()> {
    diesel::update(members::table.find(member))
        .set((members::likes_received.eq(likes), members::accepted_answers.eq(answers)))
        .execute(conn)
        .map(|_| ())
}

/// A fact on the site itself, such as whether it is a demo.
pub fn site_fact(conn: &mut Conn, name: &str) -> QueryResult<Option<String>> {
    site_facts::table.find(name).select(site_facts::value).first(conn).optional()
}

/// Drops a fact on the site that is over.
pub fn drop_site_fact(conn: &mut Conn, name: &str) -> QueryResult<()> {
    diesel::delete(site_facts::table.find(name)).execute(conn).map(|_| ())
}

/// Writes a fact on the site down, once.
pub fn set_site_fact(conn: &mut Conn, name: &str, value: &str) -> QueryResult<()> {
    let row = diesel::insert_into(site_facts::table)
        .values((site_facts::name.eq(name), site_facts::value.eq(value)))
        .on_conflict_do_nothing();
    on_backend!(conn, |c| row.execute(c)).map(|_| ())
}
