//! The rules of ranks, and who holds which, in the database.

use diesel::prelude::*;

use super::rules::{Needs, RankRules};
use crate::clock::Time;
use crate::db::schema::{members, rank_changes, rank_losses, rank_rulebooks, rank_rules};
use crate::db::{Conn, decode, on_backend};
use crate::members::MemberId;
use crate::members::rules::Rank;

/// The rules in force.
#[derive(Clone, Debug)]
pub struct Rulebook {
    /// Counted from 1.
    pub version: i64,
    /// Since when they hold.
    pub published_at: Time,
    /// What they say.
    pub rules: RankRules,
}

/// The rules in force.
pub fn rulebook(conn: &mut Conn) -> QueryResult<Rulebook> {
    let (version, published_at) = rank_rulebooks::table
        .order(rank_rulebooks::version.desc())
        .select((rank_rulebooks::version, rank_rulebooks::published_at))
        .first::<(i64, Time)>(conn)?;
    let rows: Vec<(String, i64, i64, i64, i64, i64)> = rank_rules::table
        .filter(rank_rules::version.eq(version))
        .select((
            rank_rules::rank,
            rank_rules::posts,
            rank_rules::days,
            rank_rules::likes,
            rank_rules::answers,
            rank_rules::clean_days,
        ))
        .load(conn)?;
    let mut all = [Needs::default(); 4];
    for (rank, posts, days, likes, answers, clean_days) in rows {
        let rank = decode(&rank, Rank::parse)?;
        for (needs, _) in all.iter_mut().zip(Rank::ALL).filter(|(_, other)| *other == rank) {
            *needs = Needs { posts, days, likes, answers, clean_days };
        }
    }
    let rules = RankRules::new(all)
        .map_err(|why| diesel::result::Error::DeserializationError(why.to_string().into()))?;
    Ok(Rulebook { version, published_at, rules })
}

/// Writes a new version of the rules.
pub fn insert_rulebook(
    conn: &mut Conn,
    version: i64,
    rules: &RankRules,
    by: MemberId,
    now: Time,
) -> QueryResult<()> {
    diesel::insert_into(rank_rulebooks::table)
        .values((
            rank_rulebooks::version.eq(version),
            rank_rulebooks::published_at.eq(now),
            rank_rulebooks::published_by.eq(by),
        ))
        .execute(conn)?;
    let rows: Vec<_> = Rank::ALL
        .into_iter()
        .map(|rank| {
            let needs = rules.needs(rank);
            (
                rank_rules::version.eq(version),
                rank_rules::rank.eq(rank.code()),
                rank_rules::posts.eq(needs.posts),
                rank_rules::days.eq(needs.days),
                rank_rules::likes.eq(needs.likes),
                rank_rules::answers.eq(needs.answers),
                rank_rules::clean_days.eq(needs.clean_days),
            )
        })
        .collect();
    let rows = diesel::insert_into(rank_rules::table).values(rows);
    on_backend!(conn, |c| rows.execute(c)).map(|_| ())
}

/// A member, as far as ranks care.
#[derive(Clone, Debug)]
pub struct Ranked {
    /// Who.
    pub id: MemberId,
    /// Name in addresses.
    pub handle: String,
    /// Name that people read.
    pub name: String,
    /// The rank they hold.
    pub rank: Rank,
    /// Since when.
    pub rank_since: Time,
    /// The rank that a warning took.
    pub lost: Option<Rank>,
    /// Posts that can be read.
    pub posts: i64,
    /// Likes on these posts.
    pub likes: i64,
    /// Answers that others accepted.
    pub answers: i64,
    /// When they joined.
    pub joined_at: Time,
    /// When they were warned last.
    pub warned_at: Option<Time>,
}

type RankedRow =
    ((MemberId, String, String), (String, Time, Option<String>), (i64, i64, i64), (Time, Option<Time>));

fn ranked((who, held, figures, times): RankedRow) -> QueryResult<Ranked> {
    Ok(Ranked {
        id: who.0,
        handle: who.1,
        name: who.2,
        rank: decode(&held.0, Rank::parse)?,
        rank_since: held.1,
        lost: held.2.map(|code| decode(&code, Rank::parse)).transpose()?,
        posts: figures.0,
        likes: figures.1,
        answers: figures.2,
        joined_at: times.0,
        warned_at: times.1,
    })
}

/// Members with numbers after this one, in the order of numbers.
pub fn after(conn: &mut Conn, after: MemberId, limit: i64) -> QueryResult<Vec<Ranked>> {
    let rows: Vec<RankedRow> = members::table
        .left_join(rank_losses::table)
        .filter(members::id.gt(after))
        .order(members::id)
        .limit(limit)
        .select((
            (members::id, members::handle, members::name),
            (members::rank, members::rank_since, rank_losses::rank.nullable()),
            (members::posts, members::likes_received, members::accepted_answers),
            (members::joined_at, members::warned_at),
        ))
        .load(conn)?;
    rows.into_iter().map(ranked).collect()
}

/// One member.
pub fn get(conn: &mut Conn, member: MemberId) -> QueryResult<Ranked> {
    let before = MemberId(member.0 - 1);
    after(conn, before, 1)?.pop().filter(|one| one.id == member).ok_or(diesel::result::Error::NotFound)
}

/// Gives these members a rank.
pub fn set_rank(conn: &mut Conn, members: &[MemberId], rank: Rank, now: Time) -> QueryResult<()> {
    diesel::update(members::table.filter(members::id.eq_any(members)))
        .set((members::rank.eq(rank.code()), members::rank_since.eq(now)))
        .execute(conn)
        .map(|_| ())
}

/// A line of a member's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The rank before.
    pub from: Rank,
    /// The rank from then on.
    pub to: Rank,
    /// When.
    pub at: Time,
}

/// Adds lines to the history of ranks.
pub fn add_changes(conn: &mut Conn, changes: &[(MemberId, Changed)]) -> QueryResult<()> {
    let rows: Vec<_> = changes
        .iter()
        .map(|(member, change)| {
            (
                rank_changes::member_id.eq(*member),
                rank_changes::old.eq(change.from.code()),
                rank_changes::rank.eq(change.to.code()),
                rank_changes::changed_at.eq(change.at),
            )
        })
        .collect();
    let rows = diesel::insert_into(rank_changes::table).values(rows);
    on_backend!(conn, |c| rows.execute(c)).map(|_| ())
}

/// A member's ranks over time, the newest change first.
pub fn changes_of(conn: &mut Conn, member: MemberId, limit: i64) -> QueryResult<Vec<Changed>> {
    let rows: Vec<(String, String, Time)> = rank_changes::table
        .filter(rank_changes::member_id.eq(member))
        .order(rank_changes::id.desc())
        .limit(limit)
        .select((rank_changes::old, rank_changes::rank, rank_changes::changed_at))
        .load(conn)?;
    rows.into_iter()
        .map(|(from, to, at)| {
            Ok(Changed { from: decode(&from, Rank::parse)?, to: decode(&to, Rank::parse)?, at })
        })
        .collect()
}

/// Writes down which rank a warning took.
pub fn add_losses(conn: &mut Conn, losses: &[(MemberId, Rank)], now: Time) -> QueryResult<()> {
    let rows: Vec<_> = losses
        .iter()
        .map(|(member, rank)| {
            (
                rank_losses::member_id.eq(*member),
                rank_losses::rank.eq(rank.code()),
                rank_losses::lost_at.eq(now),
            )
        })
        .collect();
    let rows = diesel::insert_into(rank_losses::table).values(rows);
    on_backend!(conn, |c| rows.execute(c)).map(|_| ())
}

/// Forgets which ranks warnings took from these members.
pub fn drop_losses(conn: &mut Conn, members: &[MemberId]) -> QueryResult<()> {
    diesel::delete(rank_losses::table.filter(rank_losses::member_id.eq_any(members)))
        .execute(conn)
        .map(|_| ())
}
