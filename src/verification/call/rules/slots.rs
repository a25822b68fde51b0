//! The times that members choose from: on a grid of the clock, inside agents' shifts, and free.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, TimeDelta, Timelike};

use crate::clock::Time;
use crate::members::MemberId;

/// How long a time is kept for a call; times lie on a grid of this.
pub const SLOT: TimeDelta = TimeDelta::minutes(20);
/// How long is talked, as planned.
pub const TALK: TimeDelta = TimeDelta::minutes(12);
/// How soon a time may be.
pub const SOONEST: TimeDelta = TimeDelta::minutes(15);
/// How far ahead one may book.
pub const FARTHEST: TimeDelta = TimeDelta::days(14);

/// When an agent is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    /// Who.
    pub agent: MemberId,
    /// From when.
    pub starts: Time,
    /// Until when.
    pub ends: Time,
}

/// The first point of the grid at this moment or after.
#[must_use]
pub fn on_grid(from: Time) -> Time {
    let hour = from.date().and_hms_opt(from.hour(), 0, 0).unwrap_or(from);
    let mut at = hour;
    while at < from {
        at += SLOT;
    }
    at
}

/// The free times, each with the agents who are free then: `taken` are agents with the beginnings of what they have.
#[must_use]
pub fn free(
    shifts: &[Shift],
    taken: &BTreeSet<(MemberId, Time)>,
    now: Time,
) -> BTreeMap<Time, Vec<MemberId>> {
    let (first, last) = (now + SOONEST, now + FARTHEST);
    let mut free: BTreeMap<Time, Vec<MemberId>> = BTreeMap::new();
    for shift in shifts {
        let mut at = on_grid(shift.starts.max(first));
        while at + SLOT <= shift.ends && at <= last {
            let agents = free.entry(at).or_default();
            if !taken.contains(&(shift.agent, at)) && !agents.contains(&shift.agent) {
                agents.push(shift.agent);
            }
            at += SLOT;
        }
    }
    free.retain(|_, agents| !agents.is_empty());
    free
}

/// By how much a clock differs from UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offset(i32);

impl Offset {
    /// Every one that is in use, in minutes.
    pub const ALL: [i32; 38] = [
        -720, -660, -600, -570, -540, -480, -420, -360, -300, -240, -210, -180, -150, -120, -60, 0, 60, 120,
        180, 210, 240, 270, 300, 330, 345, 360, 390, 420, 480, 525, 540, 570, 600, 630, 660, 720, 765, 780,
    ];

    /// Reads `+02:00`; what cannot be read is UTC.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        // In an address a plus may have become a space.
        let text = text.trim();
        let code = if text.starts_with(['+', '-']) { text.to_owned() } else { format!("+{text}") };
        let known = Self::ALL.into_iter().map(Self).find(|offset| offset.code() == code);
        known.unwrap_or_default()
    }

    /// `+02:00`.
    #[must_use]
    pub fn code(self) -> String {
        let sign = if self.0 < 0 { '-' } else { '+' };
        format!("{sign}{:02}:{:02}", self.0.abs() / 60, self.0.abs() % 60)
    }

    /// `UTC+02:00`.
    #[must_use]
    pub fn title(self) -> String {
        if self.0 == 0 { "UTC".to_owned() } else { format!("UTC{}", self.code()) }
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().map(Self)
    }

    /// A moment on this clock.
    #[must_use]
    pub fn local(self, time: Time) -> Time {
        time + TimeDelta::minutes(i64::from(self.0))
    }
}

/// Times by the day on this clock.
#[must_use]
pub fn by_day(times: impl IntoIterator<Item = Time>, offset: Offset) -> BTreeMap<NaiveDate, Vec<Time>> {
    let mut days: BTreeMap<NaiveDate, Vec<Time>> = BTreeMap::new();
    for time in times {
        days.entry(offset.local(time).date()).or_default().push(time);
    }
    days
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(hour: u32, minute: u32) -> Time {
        NaiveDate::from_ymd_opt(2026, 11, 18).unwrap().and_hms_opt(hour, minute, 0).unwrap()
    }

    const NOOR: MemberId = MemberId(1);
    const FEMI: MemberId = MemberId(2);

    #[test]
    fn times_lie_on_the_grid_inside_the_shift_and_a_quarter_of_an_hour_ahead() {
        let shifts = [Shift { agent: NOOR, starts: at(9, 5), ends: at(10, 30) }];
        let times = |now| free(&shifts, &BTreeSet::new(), now).into_keys().collect::<Vec<_>>();
        assert_eq!(times(at(8, 0)), [at(9, 20), at(9, 40), at(10, 0)]);
        assert_eq!(times(at(9, 25)), [at(9, 40), at(10, 0)]);
        assert_eq!(times(at(9, 26)), [at(10, 0)]);
        assert_eq!(times(at(8, 0) - TimeDelta::days(20)), []);
    }

    #[test]
    fn a_time_is_free_while_one_of_its_agents_is() {
        let shift = |agent| Shift { agent, starts: at(9, 0), ends: at(9, 40) };
        let taken = BTreeSet::from([(NOOR, at(9, 0)), (NOOR, at(9, 20)), (FEMI, at(9, 20))]);
        let free = free(&[shift(NOOR), shift(FEMI)], &taken, at(8, 0));
        assert_eq!(free.into_iter().collect::<Vec<_>>(), [(at(9, 0), vec![FEMI])]);
    }

    #[test]
    fn days_are_those_of_the_members_clock() {
        assert_eq!(Offset::parse("+05:45").code(), "+05:45");
        assert_eq!((Offset::parse("+05:46"), Offset::parse("")), (Offset(0), Offset(0)));
        let days = by_day([at(1, 0), at(23, 0)], Offset::parse("-08:00"));
        let days: Vec<_> = days.into_iter().map(|(day, times)| (day.to_string(), times.len())).collect();
        assert_eq!(days, [("2026-11-17".to_owned(), 1), ("2026-11-18".to_owned(), 1)]);
    }

    proptest! {
        #[test]
        fn no_time_lies_outside_a_shift_or_the_days_ahead(
            starts in 0_i64..30_000, length in 1_i64..720, now in 0_i64..10_000,
        ) {
            let moment = |minutes| at(0, 0) + TimeDelta::minutes(minutes);
            let shift = Shift { agent: NOOR, starts: moment(starts), ends: moment(starts + length) };
            for (time, agents) in free(&[shift], &BTreeSet::new(), moment(now)) {
                prop_assert!(time >= shift.starts && time + SLOT <= shift.ends);
                prop_assert!(time >= moment(now) + SOONEST && time <= moment(now) + FARTHEST);
                prop_assert_eq!(time.minute() % 20, 0);
                prop_assert_eq!(agents, [NOOR]);
            }
        }
    }
}
