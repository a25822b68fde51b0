//! Bars, drawn on the server, and the same figures for a table.

use chrono::{NaiveDate, NaiveTime, TimeDelta};

use crate::clock::Time;
use crate::verification::desk::rules::Outcome;
use crate::verification::document::rules::Class;

/// The picture, in its own units.
pub(super) const WIDTH: i64 = 720;
/// Its height.
pub(super) const HEIGHT: i64 = 150;
/// Hours of waiting that have a bar of their own; what waits longer shares the last.
const HOURS: i64 = 24;
/// Days of decisions.
pub(super) const DAYS: i64 = 14;
/// Between two bars.
const GAP: i64 = 4;

/// A part of a bar.
pub(super) struct Part {
    pub code: &'static str,
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
}

/// A row of the table.
pub(super) struct Row {
    pub title: String,
    pub counts: Vec<i64>,
}

/// A picture of bars with its table.
pub(super) struct Bars {
    pub parts: Vec<Part>,
    pub rows: Vec<Row>,
    pub titles: Vec<(&'static str, &'static str)>,
    pub top: i64,
    pub total: i64,
}

/// Bars of so many parts each, one upon the other.
fn bars(titles: Vec<(&'static str, &'static str)>, rows: Vec<Row>) -> Bars {
    let sum = |row: &Row| row.counts.iter().sum::<i64>();
    let top = rows.iter().map(sum).max().unwrap_or(0);
    let step = WIDTH / i64::try_from(rows.len()).unwrap_or(1).max(1);
    let mut parts = Vec::new();
    for (place, row) in (0..).zip(&rows) {
        let mut below = 0;
        for ((code, _), count) in titles.iter().zip(&row.counts) {
            let (from, to) = (HEIGHT * below / top.max(1), HEIGHT * (below + count) / top.max(1));
            below += count;
            if to > from {
                let x = place * step + GAP / 2;
                parts.push(Part { code, x, y: HEIGHT - to, width: step - GAP, height: to - from });
            }
        }
    }
    let total = rows.iter().map(sum).sum();
    Bars { parts, rows, titles, top, total }
}

/// How long the cases of each class wait, by the hour.
pub(super) fn by_hour(waiting: &[(Class, Time)], now: Time) -> Bars {
    let hour = |since: Time| (now - since).num_hours().clamp(0, HOURS);
    let row = |place: i64| Row {
        title: match place {
            0 => "Less than 1 hour".to_owned(),
            HOURS => format!("{HOURS} hours and longer"),
            hours => format!("{hours} to {} hours", hours + 1),
        },
        counts: Class::ALL
            .iter()
            .map(|class| count(waiting, |(one, since)| one == class && hour(*since) == place))
            .collect(),
    };
    let titles = Class::ALL.into_iter().map(|class| (class.code(), title(class))).collect();
    bars(titles, (0..=HOURS).map(row).collect())
}

/// What was decided on each of the last days.
pub(super) fn by_day(decided: &[(Outcome, Time)], now: Time) -> Bars {
    let first = first_day(now);
    let row = |day: NaiveDate| Row {
        title: day.format("%b %-d").to_string(),
        counts: Outcome::ALL
            .iter()
            .map(|outcome| count(decided, |(one, at)| one == outcome && at.date() == day))
            .collect(),
    };
    let titles = Outcome::ALL.into_iter().map(|outcome| (outcome.code(), outcome.done())).collect();
    bars(titles, first.date().iter_days().take_while(|day| *day <= now.date()).map(row).collect())
}

/// The beginning of the first of the days that the picture shows.
pub(super) fn first_day(now: Time) -> Time {
    (now.date() - TimeDelta::days(DAYS - 1)).and_time(NaiveTime::MIN)
}

/// What a class is called at the desk.
pub(super) fn title(class: Class) -> &'static str {
    match class {
        Class::Ordinary => "First looks",
        Class::Second => "Second looks",
        Class::Senior => "For senior agents",
    }
}

fn count<T>(all: &[T], which: impl Fn(&&T) -> bool) -> i64 {
    i64::try_from(all.iter().filter(which).count()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> Time {
        NaiveDate::from_ymd_opt(2026, 11, 18).unwrap().and_hms_opt(12, 0, 0).unwrap()
    }

    #[test]
    fn bars_show_what_the_table_says() {
        let minutes = |ago| noon() - TimeDelta::minutes(ago);
        let waiting = [
            (Class::Ordinary, minutes(0)),
            (Class::Ordinary, minutes(59)),
            (Class::Senior, minutes(60)),
            (Class::Second, minutes(60 * 50)),
        ];
        let bars = by_hour(&waiting, noon());
        assert_eq!((bars.top, bars.total, bars.rows.len()), (2, 4, 25));
        assert_eq!((&bars.rows[0].counts, &bars.rows[1].counts), (&vec![2, 0, 0], &vec![0, 0, 1]));
        assert_eq!(bars.rows[24].counts, [0, 1, 0]);
        let heights: Vec<_> = bars.parts.iter().map(|part| (part.code, part.y, part.height)).collect();
        assert_eq!(heights, [("ordinary", 0, 150), ("senior", 75, 75), ("second", 75, 75)]);
        assert!(bars.parts.iter().all(|part| part.x >= 0 && part.x + part.width <= WIDTH));
    }

    #[test]
    fn fourteen_days_end_today() {
        let bars =
            by_day(&[(Outcome::Refer, noon()), (Outcome::Approve, noon() - TimeDelta::days(14))], noon());
        assert_eq!((bars.rows.len(), bars.total), (14, 1));
        assert_eq!((bars.rows[0].title.as_str(), bars.rows[13].title.as_str()), ("Nov 5", "Nov 18"));
        assert_eq!(by_day(&[], noon()).top, 0);
    }
}
