//! Who is next in the queue, and how long it takes.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::slots::{SLOT, TALK};
use crate::clock::Time;
use crate::members::MemberId;
use crate::verification::call::CallId;
use crate::verification::rules::waits::median;

/// For how long somebody whose page asked for news is there.
pub const THERE: TimeDelta = TimeDelta::seconds(90);
/// After how long without news somebody has left the queue.
pub const GONE: TimeDelta = TimeDelta::minutes(15);
/// How often the page's asking is written down.
pub const NOTED: TimeDelta = TimeDelta::seconds(30);
/// Under how many calls a measure says nothing.
pub const ENOUGH: usize = 10;

/// Somebody in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The call.
    pub call: CallId,
    /// Whose.
    pub member: MemberId,
    /// Since when.
    pub since: Time,
    /// Whether an aborted call put them first.
    pub is_first: bool,
    /// Whether they are in the waiting room.
    pub is_inside: bool,
    /// When their page last asked for news.
    pub seen_at: Option<Time>,
}

impl Waiting {
    /// Whether they would hear that it is their turn.
    #[must_use]
    pub fn is_there(&self, now: Time) -> bool {
        self.is_inside || self.seen_at.is_some_and(|seen| now - seen <= THERE)
    }
}

/// Those an agent may take, the next first: whoever was cut off, then whoever waits longest.
#[must_use]
pub fn in_order(mut queue: Vec<Waiting>, agent: MemberId, not: &BTreeSet<CallId>, now: Time) -> Vec<Waiting> {
    queue.retain(|one| one.member != agent && !not.contains(&one.call) && one.is_there(now));
    queue.sort_by_key(|one| (!one.is_first, one.since, one.call));
    queue
}

/// Whether an agent with a booking at that time can still take somebody from the queue.
#[must_use]
pub fn has_time(next_booking: Option<Time>, now: Time) -> bool {
    next_booking.is_none_or(|starts| starts >= now + SLOT)
}

/// How long is talked: measured where there is enough to measure, planned otherwise.
#[must_use]
pub fn talk(measured: Vec<TimeDelta>) -> TimeDelta {
    let measured = if measured.len() >= ENOUGH { median(measured) } else { None };
    measured.unwrap_or(TALK).max(TimeDelta::minutes(1))
}

/// In how many minutes it is the turn of whoever has this place, counted from 1; nothing while no agent is there.
#[must_use]
pub fn minutes(place: i64, agents: i64, talking: i64, talk: TimeDelta) -> Option<i64> {
    if agents < 1 {
        return None;
    }
    let free = (agents - talking).max(0);
    let before = (place - free).max(0);
    let (seconds, share) = (before * talk.num_seconds(), agents * 60);
    Some((seconds + share - 1) / share)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn noon() -> Time {
        chrono::NaiveDate::from_ymd_opt(2026, 11, 18).unwrap().and_hms_opt(12, 0, 0).unwrap()
    }

    fn waiting(call: i64, ago: i64, is_first: bool) -> Waiting {
        let since = noon() - TimeDelta::minutes(ago);
        Waiting {
            call: CallId(call),
            member: MemberId(call + 100),
            since,
            is_first,
            is_inside: false,
            seen_at: Some(noon()),
        }
    }

    #[test]
    fn who_was_cut_off_comes_first_then_who_waits_longest() {
        let queue = vec![waiting(1, 5, false), waiting(2, 9, false), waiting(3, 1, true)];
        let order = |queue, agent, not: &[i64]| -> Vec<i64> {
            let not = not.iter().map(|id| CallId(*id)).collect();
            in_order(queue, MemberId(agent), &not, noon()).iter().map(|one| one.call.0).collect()
        };
        assert_eq!(order(queue.clone(), 7, &[]), [3, 2, 1]);
        assert_eq!(order(queue.clone(), 102, &[]), [3, 1], "nobody takes themselves");
        assert_eq!(order(queue.clone(), 7, &[3]), [2, 1]);
        let away = Waiting { seen_at: Some(noon() - TimeDelta::minutes(2)), ..queue[1] };
        assert_eq!(order(vec![away, Waiting { is_inside: true, ..away }], 7, &[]), [2]);
    }

    #[test]
    fn expected_minutes_count_who_is_before_and_who_is_free() {
        let minutes = |place, agents, talking| minutes(place, agents, talking, TALK);
        assert_eq!(minutes(1, 0, 0), None);
        assert_eq!(minutes(1, 1, 0), Some(0));
        assert_eq!(minutes(1, 1, 1), Some(12));
        assert_eq!(minutes(3, 2, 1), Some(12));
        assert_eq!(minutes(2, 5, 5), Some(5));
    }

    #[test]
    fn a_measure_needs_ten_calls() {
        assert_eq!(talk(vec![TimeDelta::minutes(5); 9]), TALK);
        assert_eq!(talk(vec![TimeDelta::minutes(5); 10]), TimeDelta::minutes(5));
        assert_eq!(talk(vec![TimeDelta::zero(); 10]), TimeDelta::minutes(1));
    }

    #[test]
    fn a_booking_soon_leaves_no_time_for_the_queue() {
        assert!(has_time(None, noon()) && has_time(Some(noon() + SLOT), noon()));
        assert!(!has_time(Some(noon() + SLOT - TimeDelta::seconds(1)), noon()));
    }

    proptest! {
        #[test]
        fn more_agents_never_make_anybody_wait_longer(place in 1_i64..200, agents in 1_i64..20, talking in 0_i64..20) {
            let talking = talking.min(agents);
            let fewer = minutes(place, agents, talking, TALK).unwrap();
            prop_assert!(minutes(place, agents + 1, talking, TALK).unwrap() <= fewer);
            prop_assert!(minutes(place + 1, agents, talking, TALK).unwrap() >= fewer);
        }
    }
}
