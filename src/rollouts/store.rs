//! Rollouts in the database.

mod drafts;
mod members;
mod people;
mod tally;
mod verdicts;
mod waves;

use diesel::prelude::*;

use super::RolloutId;
use super::rules::{Audience, Pause, Phase, Plan, Publication, Salt};
use crate::clock::Time;
use crate::db::schema::{announcements, rollouts};
use crate::db::{Conn, decode};
use crate::members::MemberId;
use crate::threads::ThreadId;

pub use drafts::{approve, insert, note_writer, save, writers};
pub use members::{
    Entry, NewEntry, accepted, carry_over, clear, count_before, count_lower, enrol, entries_of, entry,
    everybody, invite, is_everybody_answered, lapsing, last_member, leave_out, move_entry, next_in_order,
    note_reminder, remind_due, settle,
};
pub use people::{facts, facts_of, in_another};
pub use tally::{Tally, add_watcher, drop_watcher, is_watching, tally};
pub use verdicts::progress;
pub use waves::{Wave, acceptance, add_wave, backlog, call_seconds, outstanding, waves};

/// A rollout as it stands.
#[derive(Clone, Debug)]
pub struct Rollout {
    /// Number.
    pub id: RolloutId,
    /// What was written of it.
    pub plan: Plan,
    /// How far it has come.
    pub phase: Phase,
    /// Counts each change: whoever changes it names the version they saw.
    pub version: i64,
    /// Who began it.
    pub drafted_by: MemberId,
    /// When it was changed last.
    pub changed_at: Time,
    /// Who approved it, when, and with what words.
    pub approval: Option<Approval>,
    /// The salt, sealed, until it is public.
    pub sealed_salt: Option<String>,
    /// The salt, once it is public.
    pub salt: Option<Salt>,
    /// The newest member who was looked at.
    pub enrolled_up_to: Option<MemberId>,
    /// When the first wave could open.
    pub opened_at: Option<Time>,
    /// Since when no wave opens, and why.
    pub paused: Option<(Time, Pause)>,
    /// Who asked for what is held to be shown now.
    pub asked_by: Option<MemberId>,
    /// Since when nothing is held any more.
    pub shown_at: Option<Time>,
    /// When it came to its end.
    pub ended_at: Option<Time>,
}

impl Rollout {
    /// Whether badges that it leads to are held back now.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.phase.runs() && self.plan.publication.holds() && self.shown_at.is_none()
    }
}

/// What the approval wrote down, for everybody to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Who approved it.
    pub by: MemberId,
    /// When.
    pub at: Time,
    /// With what words.
    pub note: String,
    /// The hash of the salt.
    pub salt_hash: String,
    /// The hash of the audience.
    pub audience_hash: String,
    /// How many members the audience had.
    pub size: i64,
    /// How many of them had been members for long.
    pub experienced: i64,
}

type Row = (
    (
        RolloutId,
        String,
        String,
        String,
        i64,
        i64,
        String,
        Option<i64>,
        Option<Time>,
        i64,
        i64,
        Option<ThreadId>,
    ),
    (String, i64, MemberId, Time),
    (
        Option<MemberId>,
        Option<Time>,
        Option<String>,
        Option<String>,
        Option<String>,
        Option<i64>,
        Option<i64>,
    ),
    (
        Option<String>,
        Option<String>,
        Option<MemberId>,
        Option<Time>,
        Option<Time>,
        Option<String>,
        Option<MemberId>,
        Option<Time>,
        Option<Time>,
    ),
);

#[diesel::dsl::auto_type]
fn columns() -> _ {
    (
        (
            rollouts::id,
            rollouts::title,
            rollouts::reason,
            rollouts::audience,
            rollouts::percent,
            rollouts::policy_version,
            rollouts::publication,
            rollouts::share,
            rollouts::latest_at,
            rollouts::most,
            rollouts::longest_wait,
            rollouts::thread_id,
        ),
        (rollouts::state, rollouts::version, rollouts::drafted_by, rollouts::changed_at),
        (
            rollouts::approved_by,
            rollouts::approved_at,
            rollouts::approval_note,
            rollouts::salt_hash,
            rollouts::audience_hash,
            rollouts::audience_size,
            rollouts::experienced,
        ),
        (
            rollouts::sealed_salt,
            rollouts::salt,
            rollouts::enrolled_up_to,
            rollouts::opened_at,
            rollouts::paused_at,
            rollouts::paused_for,
            rollouts::asked_by,
            rollouts::shown_at,
            rollouts::ended_at,
        ),
    )
}

fn rollout((plan, stands, approval, way): Row) -> QueryResult<Rollout> {
    let (
        id,
        title,
        reason,
        audience,
        percent,
        policy_version,
        code,
        share,
        latest,
        most,
        longest_wait,
        thread,
    ) = plan;
    let approval = match approval {
        (
            Some(by),
            Some(at),
            Some(note),
            Some(salt_hash),
            Some(audience_hash),
            Some(size),
            Some(experienced),
        ) => Some(Approval { by, at, note, salt_hash, audience_hash, size, experienced }),
        _ => None,
    };
    let (sealed_salt, salt, enrolled_up_to, opened_at, paused_at, paused_for, asked_by, shown_at, ended_at) =
        way;
    let paused_for = paused_for.map(|code| decode(&code, Pause::parse)).transpose()?;
    Ok(Rollout {
        id,
        plan: Plan {
            title,
            reason,
            audience: decode(&audience, Audience::read)?,
            percent: decode(&percent.to_string(), |text| text.parse().ok())?,
            policy_version,
            publication: decode(&code, |code| Publication::read(code, share, latest))?,
            most,
            longest_wait,
            thread,
        },
        phase: decode(&stands.0, Phase::parse)?,
        version: stands.1,
        drafted_by: stands.2,
        changed_at: stands.3,
        approval,
        sealed_salt,
        salt: salt.map(|text| decode(&text, Salt::parse)).transpose()?,
        enrolled_up_to,
        opened_at,
        paused: paused_at.zip(paused_for),
        asked_by,
        shown_at,
        ended_at,
    })
}

/// The rollout of this number.
pub fn find(conn: &mut Conn, id: RolloutId) -> QueryResult<Option<Rollout>> {
    let row: Option<Row> = rollouts::table.find(id).select(columns()).first(conn).optional()?;
    row.map(rollout).transpose()
}

/// Rollouts in one of the phases for which `is` holds, the newest first.
pub fn in_phases(conn: &mut Conn, is: fn(Phase) -> bool, limit: i64) -> QueryResult<Vec<Rollout>> {
    let rows: Vec<Row> = rollouts::table
        .filter(rollouts::state.eq_any(Phase::codes(is)))
        .order(rollouts::id.desc())
        .limit(limit)
        .select(columns())
        .load(conn)?;
    rows.into_iter().map(rollout).collect()
}

/// Takes a rollout's next version, and says whether it was still the one that was seen. Whoever took it changes the
/// rollout alone until their transaction ends.
pub fn take(conn: &mut Conn, id: RolloutId, version: i64, now: Time) -> QueryResult<bool> {
    let seen = rollouts::table.find(id).filter(rollouts::version.eq(version));
    let next = (rollouts::version.eq(version + 1), rollouts::changed_at.eq(now));
    diesel::update(seen).set(next).execute(conn).map(|count| count == 1)
}

/// The rollouts of these numbers.
pub fn by_ids(conn: &mut Conn, ids: &[RolloutId]) -> QueryResult<Vec<Rollout>> {
    let rows: Vec<Row> = rollouts::table.filter(rollouts::id.eq_any(ids)).select(columns()).load(conn)?;
    rows.into_iter().map(rollout).collect()
}

/// The rollout of this number. On PostgreSQL whoever else asks so, or changes it, waits until the transaction ends.
pub fn lock(conn: &mut Conn, id: RolloutId) -> QueryResult<Option<Rollout>> {
    let one = rollouts::table.find(id).select(columns());
    let row: Option<Row> = match conn {
        Conn::Sqlite(conn) => one.first(conn).optional()?,
        Conn::Postgres(conn) => one.for_update().first(conn).optional()?,
    };
    row.map(rollout).transpose()
}

/// Notes where a rollout stands now. The salt becomes public where the phase shows it.
pub fn set_phase(
    conn: &mut Conn,
    id: RolloutId,
    phase: Phase,
    (pause, salt): (Option<Pause>, Option<&Salt>),
    now: Time,
) -> QueryResult<()> {
    diesel::update(rollouts::table.find(id))
        .set((
            rollouts::state.eq(phase.code()),
            rollouts::paused_for.eq(pause.map(Pause::code)),
            rollouts::paused_at.eq(pause.map(|_| now)),
        ))
        .execute(conn)?;
    if let Some(salt) = salt {
        diesel::update(rollouts::table.find(id))
            .set((rollouts::salt.eq(salt.as_str()), rollouts::sealed_salt.eq(None::<String>)))
            .execute(conn)?;
    }
    let first_open = rollouts::table.find(id).filter(rollouts::opened_at.is_null());
    if phase == Phase::Open {
        diesel::update(first_open).set(rollouts::opened_at.eq(now)).execute(conn)?;
    }
    if phase.is_over() {
        diesel::update(rollouts::table.find(id)).set(rollouts::ended_at.eq(now)).execute(conn)?;
    }
    Ok(())
}

/// Notes who asks for what is held to be shown now, or that nobody does.
pub fn set_asked(conn: &mut Conn, id: RolloutId, by: Option<MemberId>) -> QueryResult<()> {
    diesel::update(rollouts::table.find(id)).set(rollouts::asked_by.eq(by)).execute(conn).map(|_| ())
}

/// Notes that nothing is held any more.
pub fn set_shown(conn: &mut Conn, id: RolloutId, now: Time) -> QueryResult<()> {
    diesel::update(rollouts::table.find(id)).set(rollouts::shown_at.eq(now)).execute(conn).map(|_| ())
}

/// Notes that a share was raised, and by which announcement it was told.
pub fn set_percent(conn: &mut Conn, id: RolloutId, percent: u8, thread: Option<ThreadId>) -> QueryResult<()> {
    diesel::update(rollouts::table.find(id))
        .set((rollouts::percent.eq(i64::from(percent)), rollouts::thread_id.eq(thread)))
        .execute(conn)
        .map(|_| ())
}

/// Notes up to which member newcomers were looked at.
pub fn set_enrolled(conn: &mut Conn, id: RolloutId, up_to: MemberId) -> QueryResult<()> {
    diesel::update(rollouts::table.find(id)).set(rollouts::enrolled_up_to.eq(up_to)).execute(conn).map(|_| ())
}

/// When this thread was published as an announcement; nothing where it is none.
pub fn announced_at(conn: &mut Conn, thread: ThreadId) -> QueryResult<Option<Time>> {
    let at: Option<Option<Time>> = announcements::table
        .filter(announcements::thread_id.eq(thread))
        .select(announcements::published_at)
        .first(conn)
        .optional()?;
    Ok(at.flatten())
}
