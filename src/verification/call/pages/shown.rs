//! Times as members see them: on a clock of their choice.

use crate::clock::{self, Time};
use crate::verification::call::rules::slots::{Offset, by_day};

/// A moment that a script may tell in the reader's own time.
pub(super) struct Moment {
    pub exact: String,
    pub full: String,
    pub shown: String,
}

impl Moment {
    /// `Wednesday, Nov 18, 10:20`.
    pub fn long(time: Time, offset: Offset) -> Self {
        let shown = offset.local(time).format("%A, %b %-d, %H:%M").to_string();
        Self { exact: clock::rfc3339(time), full: clock::in_full(time), shown }
    }

    /// `10:20`.
    pub fn hour(time: Time, offset: Offset) -> Self {
        let shown = offset.local(time).format("%H:%M").to_string();
        Self { exact: clock::rfc3339(time), full: clock::in_full(time), shown }
    }
}

/// The free times of a day.
pub(super) struct DayRow {
    pub title: String,
    pub times: Vec<Moment>,
}

pub(super) fn days(times: impl IntoIterator<Item = Time>, offset: Offset) -> Vec<DayRow> {
    let rows = by_day(times, offset).into_iter().map(|(day, times)| DayRow {
        title: day.format("%A, %b %-d").to_string(),
        times: times.into_iter().map(|time| Moment::hour(time, offset)).collect(),
    });
    rows.collect()
}

/// The address of the member's page on this clock.
pub(super) fn path(offset: Offset, told: &str) -> String {
    let zone = offset.code().replace('+', "%2B");
    let told = if told.is_empty() { String::new() } else { format!("&told={told}") };
    format!("/verification/call?zone={zone}{told}")
}

/// A clock to choose.
pub(super) struct OffsetRow {
    pub code: String,
    pub title: String,
    pub is_chosen: bool,
}

pub(super) fn offsets(chosen: Offset) -> Vec<OffsetRow> {
    let row = |offset: Offset| OffsetRow {
        code: offset.code(),
        title: offset.title(),
        is_chosen: offset == chosen,
    };
    Offset::all().map(row).collect()
}
