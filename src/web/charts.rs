//! Charts made on the server: pictures in SVG, without script and without inline style.
//!
//! A chart is given its figures and put into a page by `{{ chart }}`; it brings its own `<title>` and
//! `<desc>`. A picture never stands alone: the page has a table of the same figures beneath it. A figure
//! that may not be shown is `None`, and is drawn as a gap, never as a nought. Styles are in
//! `static/styles/68-charts.css`; series differ in how they are dashed, not in colour alone.

mod rules;

use askama::Template;
use chrono::{Days, NaiveDate};

pub use rules::Unit;

/// How wide a chart by day is drawn, in units of its own.
const WIDTH: i64 = 480;
/// Where the first day stands.
const LEFT: i64 = 52;
/// Where the last day stands.
const RIGHT: i64 = WIDTH - 14;
/// Height of a line of the legend.
const LEGEND: i64 = 18;
/// Height of the field in which figures are drawn.
const FIELD: i64 = 160;
/// At most so many dates stand beneath the field.
const DATES: usize = 4;
/// Height of one bar with its label.
const ROW: i64 = 40;
/// Width of the longest bar.
const BAR: i64 = WIDTH;

/// What a chart is called and what it shows, for who sees it and who does not.
#[derive(Clone, Debug)]
pub struct Words {
    /// Unlike that of any other chart of the page: letters, digits and hyphens.
    pub id: &'static str,
    /// The name of the picture.
    pub title: String,
    /// What is to be seen, in a sentence.
    pub description: String,
}

/// One line: a figure for each day, or a gap.
#[derive(Clone, Debug)]
pub struct Series {
    /// What the legend calls it.
    pub name: String,
    /// A figure for each day, from the first on.
    pub values: Vec<Option<i64>>,
}

/// What is expected of a day: hardly less than `low`, hardly more than `high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The lower end.
    pub low: i64,
    /// What is most likely.
    pub middle: i64,
    /// The upper end.
    pub high: i64,
}

/// One bar.
#[derive(Clone, Debug)]
pub struct Bar {
    /// What is counted.
    pub label: String,
    /// How many, unless that is hidden.
    pub count: Option<i64>,
}

/// One or more figures by day.
#[derive(Debug, Template)]
#[template(path = "parts/charts/line.svg", escape = "html")]
pub struct Line {
    words: Words,
    axes: Axes,
    series: Vec<Drawn>,
}

/// A range by day.
#[derive(Debug, Template)]
#[template(path = "parts/charts/band.svg", escape = "html")]
pub struct Band {
    words: Words,
    axes: Axes,
    /// Outlines of the ranges, a gap between one and the next.
    areas: Vec<String>,
    middle: Drawn,
}

/// Counts beneath each other, each with its share of the first: a funnel.
#[derive(Debug, Template)]
#[template(path = "parts/charts/bars.svg", escape = "html")]
pub struct Bars {
    words: Words,
    height: i64,
    rows: Vec<Row>,
}

// All three are markup of this program, and their templates escape what they are given.
impl askama::filters::HtmlSafe for Line {}
impl askama::filters::HtmlSafe for Band {}
impl askama::filters::HtmlSafe for Bars {}

/// A line as it is drawn.
#[derive(Debug)]
struct Drawn {
    /// Which style of line it has, from 1 on.
    style: usize,
    name: String,
    /// Where its name stands in the legend.
    legend: i64,
    path: String,
    /// Points that stand alone, which a path would not show.
    dots: Vec<(i64, i64)>,
}

#[derive(Debug)]
struct Row {
    label: String,
    count: String,
    /// Where its words stand, and its bar.
    words: i64,
    bar: i64,
    /// How long the bar is; nothing where the count is hidden.
    length: Option<i64>,
}

/// The field of a chart by day, with its ticks and dates.
#[derive(Debug)]
struct Axes {
    height: i64,
    floor: i64,
    ceiling: i64,
    last: i64,
    /// Height and words of each tick.
    ticks: Vec<(i64, String)>,
    /// Place, anchor and words of each date.
    dates: Vec<(i64, &'static str, String)>,
}

impl Axes {
    fn new(first: NaiveDate, days: usize, most: i64, unit: Unit, legends: usize) -> Self {
        let top = LEGEND * i64::try_from(legends).unwrap_or(0) + 12;
        let (floor, last) = (top + FIELD, i64::try_from(days).unwrap_or(i64::MAX).max(1) - 1);
        let steps = rules::ticks(most, unit);
        let ceiling = steps.last().copied().unwrap_or(1);
        let mut axes =
            Self { height: floor + 28, floor, ceiling, last, ticks: Vec::new(), dates: Vec::new() };
        axes.ticks = steps.iter().map(|value| (axes.y(*value), unit.words(*value))).collect();
        axes.dates = rules::spread(days, DATES).into_iter().map(|day| axes.date(first, day)).collect();
        axes
    }

    fn x(&self, day: usize) -> i64 {
        let day = i64::try_from(day).unwrap_or(self.last);
        if self.last == 0 { LEFT } else { LEFT + (RIGHT - LEFT) * day / self.last }
    }

    fn y(&self, value: i64) -> i64 {
        self.floor - rules::portion(value, self.ceiling, FIELD)
    }

    fn date(&self, first: NaiveDate, day: usize) -> (i64, &'static str, String) {
        let anchor = match i64::try_from(day) {
            Ok(0) => "start",
            Ok(day) if day == self.last => "end",
            _ => "middle",
        };
        let date = first.checked_add_days(Days::new(u64::try_from(day).unwrap_or(0))).unwrap_or(first);
        (self.x(day), anchor, date.format("%-d %b").to_string())
    }

    fn drawn(&self, style: usize, name: String, values: &[Option<i64>]) -> Drawn {
        let (mut path, mut dots) = (String::new(), Vec::new());
        for run in rules::runs(values) {
            let points: Vec<_> = run.map(|(day, value)| (self.x(day), self.y(value))).collect();
            match points.as_slice() {
                [alone] => dots.push(*alone),
                points => path.push_str(&rules::path(points)),
            }
        }
        let legend = LEGEND * i64::try_from(style).unwrap_or(1) - 6;
        Drawn { style, name, legend, path, dots }
    }
}

impl Line {
    /// A chart of `series`, whose figures begin on the day `first`. At most four can be told apart.
    #[must_use]
    pub fn new(words: Words, first: NaiveDate, unit: Unit, series: Vec<Series>) -> Self {
        let days = series.iter().map(|one| one.values.len()).max().unwrap_or(0);
        let most = series.iter().flat_map(|one| one.values.iter().flatten()).max().copied().unwrap_or(0);
        let axes = Axes::new(first, days, most, unit, series.len());
        let drawn = |(at, one): (usize, Series)| axes.drawn(at + 1, one.name, &one.values);
        let series = series.into_iter().enumerate().map(drawn).collect();
        Self { words, axes, series }
    }
}

impl Band {
    /// A chart of `ranges`, of which the first is that of the day `first`; `name` is what the middle is called.
    #[must_use]
    pub fn new(words: Words, first: NaiveDate, unit: Unit, name: &str, ranges: &[Option<Range>]) -> Self {
        let most = ranges.iter().flatten().map(|range| range.high).max().unwrap_or(0);
        let axes = Axes::new(first, ranges.len(), most, unit, 2);
        let mut areas = Vec::new();
        for run in rules::runs(ranges) {
            let run: Vec<_> = run.collect();
            let upper = run.iter().map(|(day, range)| (axes.x(*day), axes.y(range.high)));
            let lower = run.iter().rev().map(|(day, range)| (axes.x(*day), axes.y(range.low)));
            areas.push(rules::path(&upper.chain(lower).collect::<Vec<_>>()) + "Z");
        }
        let middles: Vec<_> = ranges.iter().map(|range| range.map(|range| range.middle)).collect();
        let middle = axes.drawn(1, name.to_owned(), &middles);
        Self { words, axes, areas, middle }
    }
}

impl Bars {
    /// A chart of `bars`, the longest first where they are a funnel. `hidden` is said where a count is hidden.
    #[must_use]
    pub fn new(words: Words, hidden: &str, bars: Vec<Bar>) -> Self {
        let whole = bars.first().and_then(|bar| bar.count);
        let most = bars.iter().filter_map(|bar| bar.count).max().unwrap_or(0).max(1);
        let mut rows = Vec::new();
        let mut top = 0;
        for bar in bars {
            let count = bar.count.map_or_else(|| hidden.to_owned(), |count| rules::with_share(count, whole));
            let length = bar.count.map(|count| rules::portion(count, most, BAR));
            rows.push(Row { label: bar.label, count, words: top + 14, bar: top + 20, length });
            top += ROW;
        }
        Self { words, height: top.max(ROW), rows }
    }
}

#[cfg(test)]
mod tests;
