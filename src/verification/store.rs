//! How long verification takes, measured; and whether a rollout opens it to a member.

use chrono::TimeDelta;
use diesel::prelude::*;

use crate::clock::Time;
use crate::db::Conn;
use crate::db::decode;
use crate::db::schema::{document_cases, rollout_members, rollouts, texts};
use crate::members::MemberId;
use crate::rollouts::rules::{Invitation, Phase};
use crate::verification::rules::Door;

/// How many waits are measured at most, the newest first.
const SAMPLES: i64 = 1_000;

fn spans(rows: Vec<(Option<Time>, Option<Time>)>) -> Vec<TimeDelta> {
    rows.into_iter().filter_map(|(from, to)| Some(to? - from?)).collect()
}

/// How long documents waited for their decision, of those decided since then.
pub fn document_waits(conn: &mut Conn, since: Time) -> QueryResult<Vec<TimeDelta>> {
    document_cases::table
        .filter(document_cases::decided_at.ge(since))
        .order(document_cases::decided_at.desc())
        .limit(SAMPLES)
        .select((document_cases::submitted_at, document_cases::decided_at))
        .load(conn)
        .map(spans)
}

/// How long it took from asking for a code to typing it in, of those asked for since then.
pub fn phone_waits(conn: &mut Conn, since: Time) -> QueryResult<Vec<TimeDelta>> {
    texts::table
        .filter(texts::queued_at.ge(since))
        .filter(texts::converted_at.is_not_null())
        .order(texts::queued_at.desc())
        .limit(SAMPLES)
        .select((texts::queued_at.nullable(), texts::converted_at))
        .load(conn)
        .map(spans)
}

/// What rollouts say of a member: one they accepted opens the way, and one that runs and that they are in decides when.
pub fn door(conn: &mut Conn, member: MemberId) -> QueryResult<Door> {
    let rows: Vec<(String, String)> = rollout_members::table
        .inner_join(rollouts::table)
        .filter(rollout_members::member_id.eq(member))
        .filter(rollouts::state.ne(Phase::Draft.code()))
        .select((rollouts::state, rollout_members::state))
        .load(conn)?;
    let mut doors = Vec::with_capacity(rows.len());
    for (phase, state) in rows {
        doors.push(Door::of(decode(&phase, Phase::parse)?, decode(&state, Invitation::parse)?));
    }
    Ok(Door::widest(&doors))
}
