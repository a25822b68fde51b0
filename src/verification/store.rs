//! How long verification takes, measured.

use chrono::TimeDelta;
use diesel::prelude::*;

use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{document_cases, texts};

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
