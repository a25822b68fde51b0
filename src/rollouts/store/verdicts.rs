//! How far the verification of members has come since they accepted.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::badges::rules::{Badge, GrantState};
use crate::clock::Time;
use crate::db::schema::{badge_grants, calls, document_cases};
use crate::db::{Conn, decode};
use crate::members::MemberId;
use crate::rollouts::rules::Progress;
use crate::verification::call::rules::State as Call;
use crate::verification::document::rules::State as Document;

/// How far each of these members has come.
pub fn progress(conn: &mut Conn, who: &[MemberId]) -> QueryResult<HashMap<MemberId, Progress>> {
    let mut all: HashMap<MemberId, Progress> = HashMap::new();
    let grants: Vec<(MemberId, String, Time)> = badge_grants::table
        .filter(badge_grants::member_id.eq_any(who))
        .filter(badge_grants::badge.eq(Badge::IdentityVerified.code()))
        .filter(badge_grants::call_id.is_not_null())
        .order(badge_grants::id)
        .select((badge_grants::member_id, badge_grants::state, badge_grants::granted_at))
        .load(conn)?;
    for (member, state, at) in grants {
        all.entry(member).or_default().grant = Some((decode(&state, GrantState::parse)?, at));
    }
    let documents: Vec<(MemberId, String, Time)> = document_cases::table
        .filter(document_cases::member_id.eq_any(who))
        .order(document_cases::id)
        .select((document_cases::member_id, document_cases::state, document_cases::consented_at))
        .load(conn)?;
    for (member, state, at) in documents {
        all.entry(member).or_default().document = Some((decode(&state, Document::parse)?, at));
    }
    let talks: Vec<(MemberId, String, Time)> = calls::table
        .filter(calls::member_id.eq_any(who))
        .order(calls::id)
        .select((calls::member_id, calls::state, calls::made_at))
        .load(conn)?;
    for (member, state, at) in talks {
        all.entry(member).or_default().call = Some((decode(&state, Call::parse)?, at));
    }
    Ok(all)
}
