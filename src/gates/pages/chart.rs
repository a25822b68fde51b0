//! The figures of a test as a picture and as a table.

use crate::gates::figures::rules::{Counts, FEW, Measure, Share, wilson};
use crate::gates::rules::Arm;

/// How wide all of a whole is drawn.
const WIDTH: f64 = 300.0;
/// Height of a measure: its title and two bars.
const GROUP: i64 = 62;
/// Height of a bar.
const BAR: i64 = 15;

/// The picture, and the table beside it: the same figures.
pub(super) struct Chart {
    pub height: i64,
    pub joined: [Cell; 2],
    pub groups: Vec<Group>,
    /// Members whom raising the share moved into the asked.
    pub moved: i64,
}

/// One measure, of both arms.
pub(super) struct Group {
    pub title: &'static str,
    /// Where its title stands.
    pub y: i64,
    pub bars: [Bar; 2],
}

/// A number of members.
pub(super) struct Cell {
    pub count: i64,
    pub is_few: bool,
}

/// One measure of one arm.
pub(super) struct Bar {
    pub arm: Arm,
    pub cell: Cell,
    pub whole: i64,
    pub share: Option<Share>,
    pub y: i64,
    pub height: i64,
}

impl Bar {
    pub(super) fn code(&self) -> &'static str {
        self.arm.code()
    }
    pub(super) fn middle(&self) -> i64 {
        self.y + BAR / 2
    }
    pub(super) fn line(&self) -> i64 {
        self.y + BAR - 3
    }
    pub(super) fn width(&self) -> String {
        along(self.share.map_or(0.0, |share| share.share))
    }
    pub(super) fn low(&self) -> String {
        along(self.share.map_or(0.0, |share| share.low))
    }
    pub(super) fn high(&self) -> String {
        along(self.share.map_or(0.0, |share| share.high))
    }
    pub(super) fn percent(&self) -> String {
        self.share.map_or_else(|| "–".to_owned(), |share| percent(share.share))
    }
    pub(super) fn interval(&self) -> String {
        self.share
            .map_or_else(String::new, |share| format!("{} to {}", percent(share.low), percent(share.high)))
    }
}

impl Group {
    /// What the bars say, for those who do not see them.
    pub(super) fn words(&self) -> String {
        let of = |bar: &Bar| {
            format!(
                "{} {} of {} ({})",
                bar.arm.title().to_lowercase(),
                bar.cell.count,
                bar.whole,
                bar.percent()
            )
        };
        format!("{}: {}, {}.", self.title, of(&self.bars[0]), of(&self.bars[1]))
    }
}

impl Chart {
    /// The picture of both arms, in the order of [`Arm::ALL`].
    pub(super) fn new(counts: [Counts; 2]) -> Self {
        let groups = Measure::ALL.into_iter().zip(0..).map(|(measure, place)| {
            let y = place * GROUP + 16;
            let bar = |arm: usize, below: i64| Bar {
                arm: Arm::ALL[arm],
                cell: Cell { count: counts[arm].of(measure), is_few: counts[arm].is_few(measure) },
                whole: counts[arm].joined,
                share: wilson(counts[arm].of(measure), counts[arm].joined),
                y: y + below,
                height: BAR,
            };
            Group { title: measure.title(), y, bars: [bar(0, 6), bar(1, 6 + BAR + 2)] }
        });
        let joined = counts.map(|arm| Cell { count: arm.joined, is_few: arm.joined < FEW });
        let height = GROUP * i64::try_from(Measure::ALL.len()).unwrap_or_default();
        Self { height, joined, groups: groups.collect(), moved: counts[0].moved }
    }

    pub(super) fn has_few(&self) -> bool {
        self.joined
            .iter()
            .chain(self.groups.iter().flat_map(|group| group.bars.iter().map(|bar| &bar.cell)))
            .any(|cell| cell.is_few)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.joined.iter().all(|cell| cell.count == 0)
    }
}

/// How far along the picture a share lies.
fn along(share: f64) -> String {
    format!("{:.1}", share * WIDTH)
}

fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 9.95 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_grow_with_their_share_and_end_at_the_edge() {
        let asked = Counts { joined: 40, phone: 40, posted: 10, ..Counts::default() };
        let control = Counts { joined: 50, posted: 25, ..Counts::default() };
        let chart = Chart::new([asked, control]);
        let widths: Vec<[String; 2]> =
            chart.groups.iter().map(|group| [group.bars[0].width(), group.bars[1].width()]).collect();
        assert_eq!(widths[0], ["300.0", "0.0"]);
        assert_eq!(widths[2], ["75.0", "150.0"]);
        assert_eq!(
            chart.groups[2].words(),
            "Posted at least once: asked 10 of 40 (25 %), not asked 25 of 50 (50 %)."
        );
        assert_eq!(chart.groups[3].y + GROUP - 16, chart.height);
    }

    #[test]
    fn an_arm_with_nobody_in_it_has_no_share() {
        let chart = Chart::new([Counts::default(); 2]);
        assert!(chart.is_empty() && chart.has_few());
        assert_eq!(
            (chart.groups[0].bars[0].percent(), chart.groups[0].bars[0].interval()),
            ("–".into(), String::new())
        );
    }

    #[test]
    fn small_shares_keep_a_decimal() {
        assert_eq!(
            [0.0, 0.004, 0.0994, 0.0996, 1.0].map(percent),
            ["0 %", "0.4 %", "9.9 %", "10 %", "100 %"]
        );
    }
}
