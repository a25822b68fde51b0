//! What members and agents do with calls.

mod booking;
mod codes;
mod deciding;
mod lapsing;
mod talking;

pub use booking::{appeal, cancel, change, choices, confirm, hold, join};
pub use codes::{Typed, enter_code, send_code};
pub use deciding::decide;
pub use lapsing::{is_anybody_to_remind, is_anything_due, lapse, remind};
pub use talking::{admit, enter_waiting, give_back, line, news, take, together};

use std::collections::BTreeSet;

use super::CallId;
use super::rules::{PAUSE, Past, State};
use super::store::{self, Call};
use crate::badges;
use crate::badges::rules::Badge;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::members::MemberId;
use crate::verification::appeals::actions::steps_anew;
use crate::verification::appeals::rules::Anew;
use crate::verification::document::rules::State as Document;
use crate::verification::document::store::{self as cases, Case};
use crate::verification::phone;

/// As many calls of a case as are looked at.
const CALLS: i64 = 200;

/// What a member's calls rest on.
#[derive(Clone, Debug)]
pub struct Ground {
    /// The approved document.
    pub case: Case,
    /// The calls about it, the newest first.
    pub calls: Vec<Call>,
    /// The agents who take no part any more: they decided about the document, or talked to the member before.
    pub not: BTreeSet<MemberId>,
    /// Whether the member proved a phone, or needs none.
    pub has_phone: bool,
}

impl Ground {
    /// What a member's calls rest on; nothing where no document is approved.
    ///
    /// # Errors
    /// When the database fails.
    pub fn of(conn: &mut Conn, member: MemberId, now: Time) -> Result<Option<Self>, Error> {
        let newest = cases::newest_of(conn, member)?;
        let Some(case) = newest.filter(|case| case.place.0 == Document::Approved) else { return Ok(None) };
        let calls = store::of_case(conn, case.id, CALLS)?;
        // Where the badge that came of it is over or was taken away, document and call are done anew.
        let has_passed = calls.iter().any(|call| call.state == State::Passed);
        if has_passed && steps_anew(conn, &case, now)? != Anew::Stands {
            return Ok(None);
        }
        let talked = calls.iter().filter(|call| call.state.is_decided()).filter_map(|call| call.agent);
        let not = store::deciders(conn, case.id)?.into_iter().chain(talked).chain([member]).collect();
        let proved = phone::store::of(conn, member)?.is_some_and(|phone| phone.state.passes());
        let shown = badges::store::shown_by(conn, &[member], now)?;
        let is_shown = shown.values().flatten().any(|one| one.badge == Badge::PhoneVerified);
        Ok(Some(Self { case, calls, not, has_phone: proved || is_shown }))
    }

    /// What went before.
    #[must_use]
    pub fn past(&self, now: Time) -> Past {
        let missed = || self.calls.iter().filter(|call| call.state == State::Missed);
        let decided = self.calls.iter().find(|call| call.state.is_decided());
        Past {
            missed: missed().count(),
            last_missed: missed().filter_map(|call| call.ended_at).max(),
            decided: decided
                .and_then(|call| Some((call.state, call.decided_at?, call.appealed_at.is_some()))),
            appealed: self.calls.iter().any(|call| call.appealed_at.is_some()),
            today: self.calls.iter().filter(|call| call.made_at > now - PAUSE && !call.is_first).count(),
        }
    }
}

/// How the audit calls a call.
fn subject(call: CallId) -> String {
    format!("live call {}", call.0)
}

/// A call of this member.
fn own(conn: &mut Conn, id: CallId, member: MemberId) -> Result<Call, Error> {
    store::find(conn, id)?.filter(|call| call.member == member).ok_or(Error::NotFound)
}

/// A call that this agent holds.
///
/// # Errors
/// [`Error::NotFound`] when it is another's.
pub fn held_by(conn: &mut Conn, id: CallId, agent: MemberId) -> Result<Call, Error> {
    let theirs =
        |call: &Call| call.agent == Some(agent) && !matches!(call.state, State::Held | State::Cancelled);
    store::find(conn, id)?.filter(theirs).ok_or(Error::NotFound)
}

/// What is said when a call went on meanwhile.
fn moved_on() -> Error {
    Error::Conflict("The call has moved on. Look at its page for where it stands.".into())
}
