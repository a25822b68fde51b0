//! The desk's own page: figures and shifts.

use chrono::TimeDelta;
use touchstone::verification::document::rules::Class;

use super::{decide, form, next, pass, passport, submit, submit_as};
use crate::support::look::id_of;
use crate::support::{Person, TestSite};

const EVENING: &[(&str, &str)] = &[("day", "2026-11-18"), ("from", "18:00"), ("to", "02:00")];

#[actix_web::test]
async fn a_shift_is_entered_listed_and_taken_out() {
    let site = TestSite::start();
    let (noor, otis) = (site.agent("noor-v"), site.agent("otis-w"));
    let page = site.post(&noor, "/agent/shifts", EVENING).await.expect(303);
    assert_eq!(page.location(), "/agent?told=shift#shifts");
    let desk = site.get(&noor, "/agent?told=shift").await.expect(200);
    assert_eq!(desk.text(".desk-shifts li span"), "Wednesday, Nov 18 18:00 to 02:00 on the next day");
    let remove = desk.attribute(".desk-shifts form", "action");
    site.post(&otis, &remove, &[]).await.expect(404);

    pass(&site, TimeDelta::hours(7), &[&noor, &otis]);
    assert_eq!(site.get(&otis, "/agent").await.expect(200).texts("#figures dd")[4], "1", "on shift now");
    site.post(&noor, &remove, &[]).await.expect(303);
    assert_eq!(site.get(&noor, "/agent").await.expect(200).count(".desk-shifts"), 0);
    site.post(&noor, &remove, &[]).await.expect(404);
}

#[actix_web::test]
async fn a_wrong_shift_comes_back_with_what_was_typed() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    site.post(&noor, "/agent/shifts", EVENING).await.expect(303);
    for (day, from, to, words) in [
        ("2026-11-18", "20:00", "21:00", "You have a shift in this time already"),
        ("2026-11-17", "08:00", "12:00", "This shift is over"),
        ("2026-11-20", "08:00", "21:00", "at most 12 hours"),
        ("2027-11-20", "08:00", "12:00", "at most 90 days ahead"),
        ("soon", "08:00", "12:00", "Write the day"),
        ("2026-11-20", "eight", "12:00", "Write the time"),
    ] {
        let page = site.post(&noor, "/agent/shifts", &[("day", day), ("from", from), ("to", to)]).await;
        let page = page.expect(422);
        assert!(page.text("#shifts .problem").contains(words), "{}", page.text("#shifts .problem"));
        assert_eq!(
            (page.attribute("#day", "value"), page.attribute("#to", "value")),
            (day.into(), to.into())
        );
        assert_eq!(page.count(".desk-shifts li"), 1);
    }
}

#[actix_web::test]
async fn the_desk_counts_what_waits_and_what_one_did() {
    let site = TestSite::start();
    let (noor, otis) = (site.agent("noor-v"), site.agent("otis-w"));
    let first = submit(&site, "ada-l", 125).await;
    submit(&site, "ben-o", 30).await;
    submit_as(&site, "cy-d", 26 * 60, Class::Senior, &passport("Other", "C01X00T48")).await;
    let desk = site.get(&noor, "/agent").await.expect(200);
    assert_eq!(desk.header("cache-control"), Some("no-store"));
    assert_eq!(desk.texts("#figures dd"), ["3", "1 day 2 h", "–", "0", "0"]);
    assert_eq!(desk.text(".desk-next-title"), "2 cases wait for you");
    assert_eq!(
        desk.texts("#classes .number"),
        ["Cases", "Oldest", "1", "1 day 2 h", "0", "–", "2", "2 h 05 min"]
    );
    assert!(desk.count("#hours rect") == 3 && desk.texts("#hours tbody tr").len() == 25);

    next(&site, &noor).await;
    decide(&site, &noor, first, &form("approve", "", &[])).await.expect(303);
    let desk = site.get(&noor, "/agent").await.expect(200);
    assert_eq!(desk.texts("#figures dd")[..4], ["2", "1 day 2 h", "2 h 05 min", "1"]);
    assert_eq!(desk.texts("#your-day .number"), ["Cases", "1", "0", "0", "0"]);
    assert_eq!(desk.count("#days rect"), 1);
    let other = site.get(&otis, "/agent").await.expect(200);
    assert_eq!(other.texts("#your-day .number")[1], "0", "others' days are their own");
    assert!(!desk.body.contains("ada-l") && !desk.body.contains("Ada L"));
}

/// Statements that a page sends.
async fn cost(site: &TestSite, who: &Person, path: &str) -> u64 {
    // The first look in a while is written down.
    site.get(who, path).await.expect(200);
    let before = site.db.queries();
    site.get(who, path).await.expect(200);
    site.db.queries() - before
}

#[actix_web::test]
async fn the_desk_costs_the_same_however_much_waits() {
    let site = TestSite::start();
    let noor = site.agent("noor-v");
    let (desk, list) = (cost(&site, &noor, "/agent").await, cost(&site, &noor, "/agent/decisions").await);
    for number in 0..6 {
        let id = submit(&site, &format!("member-{number}"), 60).await;
        if number % 2 == 0 {
            assert!(next(&site, &noor).await.is_some());
            let held = site.read(|conn| {
                let now = site.clock.now();
                Ok(touchstone::verification::desk::store::held_by(conn, id_of(&site, "noor-v"), now)?)
            });
            decide(&site, &noor, held.unwrap().0, &form("approve", "", &[])).await.expect(303);
        }
        assert!(id.0 > 0);
    }
    assert_eq!(cost(&site, &noor, "/agent").await, desk);
    assert_eq!(cost(&site, &noor, "/agent/decisions").await, list);
    assert!(desk <= 15, "{desk} statements");
}
