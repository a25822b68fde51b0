//! Where things stand in a chart.

use std::fmt::Write;

/// What a figure is a figure of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A number of things.
    Count,
    /// A span of time, in seconds.
    Seconds,
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Steps of time that people think in.
const STEPS: [i64; 14] = [
    10,
    30,
    MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    28 * DAY,
];
/// At most so many steps stand above nought.
const MOST: i64 = 4;

impl Unit {
    /// How a round figure is written beside the axis.
    pub(super) fn words(self, value: i64) -> String {
        match self {
            Self::Seconds if value > 0 && value % DAY == 0 => format!("{} d", value / DAY),
            Self::Seconds if value > 0 && value % HOUR == 0 => format!("{} h", value / HOUR),
            Self::Seconds if value > 0 && value % MINUTE == 0 => format!("{} min", value / MINUTE),
            Self::Seconds if value > 0 => format!("{value} s"),
            _ => value.to_string(),
        }
    }

    /// The smallest round step of which [`MOST`] reach `most`.
    fn step(self, most: i64) -> i64 {
        let reaches = |step: &i64| step.saturating_mul(MOST) >= most;
        if self == Self::Seconds
            && let Some(step) = STEPS.into_iter().find(reaches)
        {
            return step;
        }
        let base = if self == Self::Seconds { DAY } else { 1 };
        let mut ten = base;
        loop {
            for step in [ten, ten.saturating_mul(2), ten.saturating_mul(5)] {
                if reaches(&step) {
                    return step;
                }
            }
            ten = ten.saturating_mul(10);
        }
    }
}

/// Round figures from nought to the first that is not below `most`.
pub(super) fn ticks(most: i64, unit: Unit) -> Vec<i64> {
    let step = unit.step(most.max(1));
    let count = (most.max(1) - 1) / step + 1;
    (0..=count).map(|at| step.saturating_mul(at)).collect()
}

/// How much of `length` belongs to `value` where `whole` has all of it.
pub(super) fn portion(value: i64, whole: i64, length: i64) -> i64 {
    let part = i128::from(value.max(0)) * i128::from(length) / i128::from(whole.max(1));
    i64::try_from(part).unwrap_or(length).min(length)
}

/// At most `most` of the numbers below `count`, evenly, with the first and the last.
pub(super) fn spread(count: usize, most: usize) -> Vec<usize> {
    let shown = count.min(most);
    match shown {
        0 => Vec::new(),
        1 => vec![0],
        _ => (0..shown).map(|at| at * (count - 1) / (shown - 1)).collect(),
    }
}

/// The stretches without a gap, each figure with its day.
pub(super) fn runs<T: Copy>(values: &[Option<T>]) -> Vec<impl Iterator<Item = (usize, T)> + use<'_, T>> {
    let mut runs = Vec::new();
    let mut day = 0;
    for run in values.split(Option::is_none) {
        if !run.is_empty() {
            runs.push(run.iter().flatten().copied().zip(day..).map(|(value, day)| (day, value)));
        }
        day += run.len() + 1;
    }
    runs
}

/// A line through `points`, as a path.
pub(super) fn path(points: &[(i64, i64)]) -> String {
    let mut path = String::new();
    for (at, (x, y)) in points.iter().enumerate() {
        let _ = write!(path, "{}{x} {y}", if at == 0 { 'M' } else { 'L' });
    }
    path
}

/// A count, and what share of `whole` it is.
pub(super) fn with_share(count: i64, whole: Option<i64>) -> String {
    match whole {
        Some(whole) if whole > 0 => format!("{count} ({} %)", portion(count, whole, 100)),
        _ => count.to_string(),
    }
}
