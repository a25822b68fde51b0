//! The community's rules and the acts of staff in the database.

use diesel::prelude::*;

use super::ActId;
use super::rules::{ActKind, Actor};
use crate::boards::{Audience, BoardId};
use crate::clock::Time;
use crate::db::schema::{acts, community_rules, members, rulebooks, threads};
use crate::db::{Conn, decode, on_backend};
use crate::members::MemberId;
use crate::members::rules::Role;
use crate::threads::{PostId, ThreadId};

/// A rule of the community.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommunityRule {
    /// The version of the rules it stands in.
    pub version: i64,
    /// Its number there.
    pub number: i64,
    /// The rule in a few words.
    pub title: String,
    /// The rule in full.
    pub words: String,
}

/// The rules of one version, in their order.
pub fn rules_of(conn: &mut Conn, version: i64) -> QueryResult<Vec<CommunityRule>> {
    let rows: Vec<(i64, i64, String, String)> = community_rules::table
        .filter(community_rules::version.eq(version))
        .order(community_rules::number)
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(version, number, title, words)| CommunityRule { version, number, title, words })
        .collect())
}

/// The version in force.
pub fn version(conn: &mut Conn) -> QueryResult<i64> {
    rulebooks::table.order(rulebooks::version.desc()).select(rulebooks::version).first(conn)
}

/// An act about to be written down.
#[derive(Clone, Debug)]
pub struct NewAct<'a> {
    /// What is done.
    pub kind: ActKind,
    /// By whom.
    pub by: Actor,
    /// The rule's version.
    pub version: i64,
    /// The rule.
    pub rule: i64,
    /// Why.
    pub reason: &'a str,
    /// Whom it concerns.
    pub member: Option<MemberId>,
    /// The thread it concerns.
    pub thread: Option<ThreadId>,
    /// The post it concerns.
    pub post: Option<PostId>,
    /// When it ends.
    pub ends_at: Option<Time>,
    /// The case it settles.
    pub case: Option<i64>,
}

/// Writes an act down.
pub fn insert(conn: &mut Conn, new: &NewAct<'_>, now: Time) -> QueryResult<ActId> {
    diesel::insert_into(acts::table)
        .values((
            acts::kind.eq(new.kind.code()),
            acts::acted_at.eq(now),
            acts::actor_id.eq(new.by.id),
            acts::actor_role.eq(new.by.role.code()),
            acts::rules_version.eq(new.version),
            acts::rule_number.eq(new.rule),
            acts::reason.eq(new.reason),
            acts::member_id.eq(new.member),
            acts::thread_id.eq(new.thread),
            acts::post_id.eq(new.post),
            acts::ends_at.eq(new.ends_at),
            acts::case_id.eq(new.case),
        ))
        .returning(acts::id)
        .get_result(conn)
}

/// An act as it was written down.
#[derive(Clone, Debug)]
pub struct Act {
    /// Its number.
    pub id: ActId,
    /// What was done.
    pub kind: ActKind,
    /// When.
    pub at: Time,
    /// By whom.
    pub actor: MemberId,
    /// By whom, by name.
    pub actor_name: String,
    /// As what.
    pub role: Role,
    /// The version of the rules.
    pub version: i64,
    /// The rule's number in it.
    pub rule: i64,
    /// The rule in a few words.
    pub rule_title: String,
    /// Why.
    pub reason: String,
    /// Whom it concerns.
    pub member: Option<MemberId>,
    /// The post it concerns.
    pub post: Option<PostId>,
    /// The thread it concerns.
    pub thread: Option<ActThread>,
    /// When it ends.
    pub ends_at: Option<Time>,
    /// The case it settled.
    pub case: Option<i64>,
    /// When it was taken back.
    pub reversed_at: Option<Time>,
}

impl Act {
    /// The address of the rule it rests on, in the version of that time.
    #[must_use]
    pub fn rule_path(&self) -> String {
        crate::paths::rule(self.version, self.rule)
    }
}

/// The thread of an act.
#[derive(Clone, Debug)]
pub struct ActThread {
    /// Its number.
    pub id: ThreadId,
    /// Its title.
    pub title: String,
    /// Its name in addresses.
    pub slug: String,
    /// Where it stands.
    pub board: BoardId,
    /// Who it exists for.
    pub audience: Audience,
}

type ActRow = (
    (ActId, String, Time, MemberId, String, i64, i64, String),
    (Option<MemberId>, Option<PostId>, Option<Time>, Option<i64>, Option<Time>),
    (String, String),
    Option<(ThreadId, String, String, BoardId, Audience)>,
);

/// An act with the words of its rule, its actor's name and its thread: one query for every list of them.
macro_rules! whole_acts {
    () => {
        acts::table
            .inner_join(
                community_rules::table.on(community_rules::version
                    .eq(acts::rules_version)
                    .and(community_rules::number.eq(acts::rule_number))),
            )
            .inner_join(members::table.on(members::id.eq(acts::actor_id)))
            .left_join(threads::table.on(threads::id.nullable().eq(acts::thread_id)))
            .select((
                (
                    acts::id,
                    acts::kind,
                    acts::acted_at,
                    acts::actor_id,
                    acts::actor_role,
                    acts::rules_version,
                    acts::rule_number,
                    acts::reason,
                ),
                (acts::member_id, acts::post_id, acts::ends_at, acts::case_id, acts::reversed_at),
                (community_rules::title, members::name),
                (threads::id, threads::title, threads::slug, threads::board_id, threads::audience).nullable(),
            ))
    };
}

fn act((what, about, (rule_title, actor_name), thread): ActRow) -> QueryResult<Act> {
    let thread =
        thread.map(|(id, title, slug, board, audience)| ActThread { id, title, slug, board, audience });
    Ok(Act {
        id: what.0,
        kind: decode(&what.1, ActKind::parse)?,
        at: what.2,
        actor: what.3,
        actor_name,
        role: decode(&what.4, Role::parse)?,
        version: what.5,
        rule: what.6,
        rule_title,
        reason: what.7,
        member: about.0,
        post: about.1,
        thread,
        ends_at: about.2,
        case: about.3,
        reversed_at: about.4,
    })
}

/// The act of this number.
pub fn find(conn: &mut Conn, id: ActId) -> QueryResult<Option<Act>> {
    let row: Option<ActRow> = whole_acts!().filter(acts::id.eq(id)).first(conn).optional()?;
    row.map(act).transpose()
}

/// Acts by number, in one query.
pub fn by_ids(conn: &mut Conn, ids: &[ActId]) -> QueryResult<Vec<Act>> {
    let rows: Vec<ActRow> = whole_acts!().filter(acts::id.eq_any(ids)).load(conn)?;
    rows.into_iter().map(act).collect()
}

/// The newest acts, from the one before `before` on.
pub fn newest(conn: &mut Conn, before: i64, limit: i64) -> QueryResult<Vec<Act>> {
    let rows: Vec<ActRow> =
        whole_acts!().filter(acts::id.lt(ActId(before))).order(acts::id.desc()).limit(limit).load(conn)?;
    rows.into_iter().map(act).collect()
}

/// The newest acts that concern a member, from the one before `before` on.
pub fn of_member(conn: &mut Conn, member: MemberId, before: i64, limit: i64) -> QueryResult<Vec<Act>> {
    let rows: Vec<ActRow> = whole_acts!()
        .filter(acts::member_id.eq(member))
        .filter(acts::id.lt(ActId(before)))
        .order(acts::id.desc())
        .limit(limit)
        .load(conn)?;
    rows.into_iter().map(act).collect()
}

/// Marks an act as taken back, and says whether it stood until now.
pub fn set_reversed(conn: &mut Conn, id: ActId, by: MemberId, now: Time) -> QueryResult<bool> {
    diesel::update(acts::table.find(id).filter(acts::reversed_at.is_null()))
        .set((acts::reversed_at.eq(now), acts::reversed_by.eq(by)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// The newest act of a kind on a member that stands: when it was done, and when it ends. What ends latest comes
/// first.
pub fn standing(
    conn: &mut Conn,
    member: MemberId,
    kind: ActKind,
) -> QueryResult<Option<(Time, Option<Time>)>> {
    acts::table
        .filter(acts::member_id.eq(member))
        .filter(acts::kind.eq(kind.code()))
        .filter(acts::reversed_at.is_null())
        .order((acts::ends_at.desc(), acts::id.desc()))
        .select((acts::acted_at, acts::ends_at))
        .first(conn)
        .optional()
}

/// A version of the rules.
#[derive(Clone, Debug)]
pub struct Rulebook {
    /// Its number.
    pub version: i64,
    /// Since when.
    pub published_at: Time,
    /// What changed.
    pub summary: String,
}

/// Every version, newest first.
pub fn rulebooks(conn: &mut Conn) -> QueryResult<Vec<Rulebook>> {
    let rows: Vec<(i64, Time, String)> = rulebooks::table
        .order(rulebooks::version.desc())
        .select((rulebooks::version, rulebooks::published_at, rulebooks::summary))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(version, published_at, summary)| Rulebook { version, published_at, summary })
        .collect())
}

/// Writes a new version of the rules: titles and words in their order.
pub fn publish(
    conn: &mut Conn,
    version: i64,
    rules: &[(String, String)],
    summary: &str,
    by: MemberId,
    now: Time,
) -> QueryResult<()> {
    diesel::insert_into(rulebooks::table)
        .values((
            rulebooks::version.eq(version),
            rulebooks::published_at.eq(now),
            rulebooks::published_by.eq(by),
            rulebooks::summary.eq(summary),
        ))
        .execute(conn)?;
    let rows: Vec<_> = rules
        .iter()
        .zip(1_i64..)
        .map(|((title, words), number)| {
            (
                community_rules::version.eq(version),
                community_rules::number.eq(number),
                community_rules::title.eq(title),
                community_rules::words.eq(words),
            )
        })
        .collect();
    let insert = diesel::insert_into(community_rules::table).values(&rows);
    on_backend!(conn, |c| insert.execute(c)).map(|_| ())
}
