//! How far an announcement got, as a picture over time and in exact figures.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{NaiveDate, NaiveTime, TimeDelta};

use super::{frame, path_of};
use crate::accounts::viewer::Manager;
use crate::announcements::store::{self, Reader};
use crate::announcements::{AnnouncementId, actions};
use crate::badges::marks::grouped;
use crate::clock::{Time, date};
use crate::error::Error;
use crate::web::{Frame, Site, When, page};

/// Days of the picture and the table, the newest at the end.
const DAYS: i64 = 60;
/// The picture, in its own units.
const WIDTH: i64 = 720;
/// Its height.
const HEIGHT: i64 = 220;

/// One of the four figures.
struct Figure {
    title: &'static str,
    code: &'static str,
    count: String,
    share: String,
    /// The points of its line.
    line: String,
}

/// A day of the table: how many by its end.
struct DayRow {
    day: String,
    counts: Vec<String>,
}

#[derive(Template)]
#[template(path = "announcements/figures.html")]
struct FiguresPage {
    frame: Frame,
    back: String,
    title: String,
    published_at: When,
    size: String,
    top: String,
    first_day: String,
    last_day: String,
    summary: String,
    width: i64,
    height: i64,
    figures: Vec<Figure>,
    days: Vec<DayRow>,
}

pub(super) async fn figures(
    site: web::Data<Site>,
    manager: Manager,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (id, standing, now) = (AnnouncementId(*id), manager.0.standing(), site.clock.now());
    let loading = site.db.read(move |conn| {
        let found = actions::find(conn, id, &standing)?;
        let thread = found.thread.ok_or(Error::NotFound)?;
        Ok((store::readers_of(conn, id)?, store::comments_on(conn, thread)?, found))
    });
    let (readers, comments, found) = loading.await?;
    let published = found.published_at.ok_or(Error::NotFound)?;
    let moments = moments(&readers, comments);
    let days = days(published, now);
    let top = moments.iter().map(|(_, _, times)| count_of(times)).max().unwrap_or(0).max(1);
    let figures = four(&moments, &days, found.audience_size.max(1), top);
    let said: Vec<String> =
        figures.iter().map(|one| format!("{} {}", one.title.to_lowercase(), one.count)).collect();
    let here = format!("{}/figures", path_of(id));
    let shown = |day: Option<&NaiveDate>| day.map(|day| date(day.and_time(NaiveTime::MIN)));
    page(&FiguresPage {
        frame: frame(&site, &manager, "Figures", &here),
        back: path_of(id),
        published_at: When(published),
        size: grouped(found.audience_size),
        top: grouped(top),
        first_day: shown(days.first()).unwrap_or_default(),
        last_day: shown(days.last()).unwrap_or_default(),
        summary: format!("Of {} members: {}.", grouped(found.audience_size), said.join(", ")),
        width: WIDTH,
        height: HEIGHT,
        days: table(&moments, &days),
        figures,
        title: found.title,
    })
}

/// The four figures with their lines.
fn four(moments: &[Moments; 4], days: &[NaiveDate], base: i64, top: i64) -> Vec<Figure> {
    let figures = moments.iter().map(|(title, code, times)| Figure {
        title,
        code,
        count: grouped(count_of(times)),
        share: format!("{} %", (count_of(times) * 100 + base / 2) / base),
        line: line(times, days, top),
    });
    figures.collect()
}

/// The newest day first; days on which nothing changed are left out.
fn table(moments: &[Moments; 4], days: &[NaiveDate]) -> Vec<DayRow> {
    let rows = days.iter().map(|day| DayRow {
        day: date(day.and_time(NaiveTime::MIN)),
        counts: moments.iter().map(|(_, _, times)| grouped(until(times, *day))).collect(),
    });
    let mut rows: Vec<DayRow> = rows.collect();
    rows.dedup_by(|later, earlier| later.counts == earlier.counts);
    rows.reverse();
    rows
}

type Moments = (&'static str, &'static str, Vec<Time>);

/// When each member was reached, read it, dismissed it and commented.
fn moments(readers: &[Reader], comments: Vec<Time>) -> [Moments; 4] {
    let of = |step: fn(&Reader) -> Option<Time>| readers.iter().filter_map(step).collect();
    [
        ("Reached", "reached", of(|one| one.reached_at)),
        ("Read", "read", of(|one| one.read_at)),
        ("Dismissed", "dismissed", of(|one| one.dismissed_at)),
        ("Commented", "commented", comments),
    ]
}

fn count_of(times: &[Time]) -> i64 {
    i64::try_from(times.len()).unwrap_or(i64::MAX)
}

/// How many of these were by the end of a day.
fn until(times: &[Time], day: NaiveDate) -> i64 {
    i64::try_from(times.iter().filter(|time| time.date() <= day).count()).unwrap_or(i64::MAX)
}

/// The days of the picture: from the day of publishing until now.
fn days(published: Time, now: Time) -> Vec<NaiveDate> {
    let last = now.date().max(published.date());
    let first = published.date().max(last - TimeDelta::days(DAYS - 1));
    first.iter_days().take_while(|day| *day <= last).collect()
}

/// The points of a rising line: at nothing when it was published, then one for the end of each day.
fn line(times: &[Time], days: &[NaiveDate], top: i64) -> String {
    let steps = i64::try_from(days.len()).unwrap_or(1).max(1);
    let first = format!("0,{HEIGHT}");
    let rest = (1..).zip(days).map(|(step, day)| {
        format!("{},{}", WIDTH * step / steps, HEIGHT - HEIGHT * until(times, *day) / top)
    });
    [first].into_iter().chain(rest).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_rises_day_by_day_to_the_top() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        let noon = |date| day(date).and_hms_opt(12, 0, 0).unwrap();
        let days = days(noon(20), noon(22));
        assert_eq!(days, [day(20), day(21), day(22)]);
        assert_eq!(line(&[noon(20), noon(22)], &days, 2), "0,220 240,110 480,110 720,0");
        assert_eq!(line(&[], &days, 1), "0,220 240,220 480,220 720,220");
    }
}
