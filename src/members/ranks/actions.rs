//! Holding members against the rules, and publishing new ones.

use super::rules::{Figures, RankRules, days_between, held_rank};
use super::store::{self, Changed, Ranked};
use crate::clock::Time;
use crate::db::{Conn, Db};
use crate::error::Error;
use crate::events;
use crate::events::rules::Event;
use crate::members::rules::Rank;
use crate::members::{self, MemberId};

/// Members looked at in one step.
pub const A_STEP: i64 = 500;

/// A member whose rank is another by the rules.
#[derive(Clone, Debug)]
pub struct Change {
    /// Who.
    pub member: MemberId,
    /// Name in addresses.
    pub handle: String,
    /// Name that people read.
    pub name: String,
    /// The rank they hold.
    pub from: Rank,
    /// The rank that goes with their figures.
    pub to: Rank,
    /// The rank they are entitled to, and hold but for a warning.
    entitled: Rank,
    had_lost: bool,
}

/// One step through the members.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Whose rank changes.
    pub changes: Vec<Change>,
    /// The last member looked at; `None` where there was nobody left.
    pub last: Option<MemberId>,
}

/// What a member has now.
#[must_use]
pub fn figures(member: &Ranked, now: Time) -> Figures {
    Figures {
        posts: member.posts,
        days: days_between(member.joined_at, now),
        likes: member.likes,
        answers: member.answers,
        clean_days: member.warned_at.map(|at| days_between(at, now)),
    }
}

/// Says who among the members after `after_id` would get another rank by these rules, without changing anything.
///
/// # Errors
/// When the database fails.
pub fn preview(
    conn: &mut Conn,
    rules: &RankRules,
    after_id: MemberId,
    limit: i64,
    now: Time,
) -> Result<Step, Error> {
    let looked_at = store::after(conn, after_id, limit)?;
    let last = looked_at.last().map(|member| member.id);
    let changes = looked_at.into_iter().filter_map(|member| {
        let entitled = member.lost.map_or(member.rank, |lost| lost.max(member.rank));
        let to = held_rank(rules, entitled, &figures(&member, now));
        (to != member.rank).then_some(Change {
            member: member.id,
            handle: member.handle,
            name: member.name,
            from: member.rank,
            to,
            entitled,
            had_lost: member.lost.is_some(),
        })
    });
    Ok(Step { changes: changes.collect(), last })
}

/// Gives the members after `after_id` the rank that goes with their figures. Who holds it already is not written.
///
/// # Errors
/// When the database fails.
pub fn recompute(conn: &mut Conn, after_id: MemberId, limit: i64, now: Time) -> Result<Step, Error> {
    let rules = store::rulebook(conn)?.rules;
    let step = preview(conn, &rules, after_id, limit, now)?;
    if step.changes.is_empty() {
        return Ok(step);
    }
    for rank in Rank::ALL {
        let those = step.changes.iter().filter(|change| change.to == rank);
        let those: Vec<MemberId> = those.map(|change| change.member).collect();
        if !those.is_empty() {
            store::set_rank(conn, &those, rank, now)?;
        }
    }
    let line = |change: &Change| (change.member, Changed { from: change.from, to: change.to, at: now });
    store::add_changes(conn, &step.changes.iter().map(line).collect::<Vec<_>>())?;
    settle_losses(conn, &step.changes, now)?;
    for change in &step.changes {
        events::store::add(conn, &Event::RankChanged { member: change.member }, now)?;
    }
    Ok(step)
}

/// A rank below the one that a member is entitled to was taken by a warning, and is remembered until it comes back.
fn settle_losses(conn: &mut Conn, changes: &[Change], now: Time) -> Result<(), Error> {
    let (lost, back): (Vec<&Change>, Vec<&Change>) =
        changes.iter().partition(|change| change.to < change.entitled);
    let new = lost.into_iter().filter(|change| !change.had_lost);
    let new: Vec<(MemberId, Rank)> = new.map(|change| (change.member, change.entitled)).collect();
    if !new.is_empty() {
        store::add_losses(conn, &new, now)?;
    }
    let back: Vec<MemberId> =
        back.into_iter().filter(|change| change.had_lost).map(|change| change.member).collect();
    if !back.is_empty() {
        store::drop_losses(conn, &back)?;
    }
    Ok(())
}

/// Holds everybody against the rules, step by step, and answers with how many ranks changed. Each step looks first,
/// so that where nothing changes nothing is written.
///
/// # Errors
/// When the database fails; the steps before stand.
pub async fn settle_everybody(db: &Db, now: Time) -> Result<usize, Error> {
    let (mut after, mut changed) = (MemberId(0), 0);
    loop {
        let looking = db.read(move |conn| {
            let rules = store::rulebook(conn)?.rules;
            preview(conn, &rules, after, A_STEP, now)
        });
        let seen = looking.await?;
        if !seen.changes.is_empty() {
            changed += db.write(move |conn| recompute(conn, after, A_STEP, now)).await?.changes.len();
        }
        match seen.last {
            Some(last) => after = last,
            None => return Ok(changed),
        }
    }
}

/// What new rules would do to everybody.
#[derive(Clone, Debug, Default)]
pub struct Effect {
    /// How many go from one rank to another.
    pub moves: Vec<(Rank, Rank, usize)>,
    /// The first of them.
    pub first: Vec<Change>,
}

/// Says what rules would do to everybody, with the first few names.
///
/// # Errors
/// When the database fails.
pub fn effect(conn: &mut Conn, rules: &RankRules, names: usize, now: Time) -> Result<Effect, Error> {
    let (mut after, mut effect) = (MemberId(0), Effect::default());
    loop {
        let step = preview(conn, rules, after, A_STEP * 10, now)?;
        for change in step.changes {
            let known = effect.moves.iter_mut().find(|one| (one.0, one.1) == (change.from, change.to));
            match known {
                Some(one) => one.2 += 1,
                None => effect.moves.push((change.from, change.to, 1)),
            }
            if effect.first.len() < names {
                effect.first.push(change);
            }
        }
        match step.last {
            Some(last) => after = last,
            None => break,
        }
    }
    effect.moves.sort_unstable_by_key(|one| (one.0, one.1));
    Ok(effect)
}

/// Publishes rules, in place of the version they were made from. Nobody's rank changes by this alone.
///
/// # Errors
/// When others were published since, or these say the same.
pub fn publish(conn: &mut Conn, rules: &RankRules, from: i64, by: MemberId, now: Time) -> Result<i64, Error> {
    let before = store::rulebook(conn)?;
    if before.version != from {
        return Err(Error::Conflict(
            "Somebody else changed the rules while you did. Look at them again.".into(),
        ));
    }
    if before.rules == *rules {
        return Err(Error::Refused("These are the rules that hold already.".to_owned()));
    }
    let version = from + 1;
    store::insert_rulebook(conn, version, rules, by, now)?;
    let words: Vec<String> = Rank::ALL
        .into_iter()
        .skip(1)
        .map(|rank| format!("{}: {}", rank.title(), rules.needs(rank).in_words()))
        .collect();
    members::store::audit(
        conn,
        Some(by),
        "ranks-set",
        &format!("rank rules {version}"),
        &words.join(" "),
        now,
    )?;
    Ok(version)
}
