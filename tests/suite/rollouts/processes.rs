//! Several processes look after one rollout at once.

use std::collections::HashSet;
use std::sync::Barrier;

use chrono::TimeDelta;
use touchstone::db::Db;
use touchstone::rollouts::actions;
use touchstone::rollouts::rules::Invitation;

use super::{answer, crowd, invitations, office, open, plan, standing, tend, waves};
use crate::calls::shift;
use crate::support::TestSite;

/// Every process looks at once, and each several times.
fn tend_in(processes: &[Db], site: &TestSite, id: touchstone::rollouts::RolloutId) -> usize {
    let start = Barrier::new(processes.len());
    std::thread::scope(|scope| {
        let looking: Vec<_> = processes
            .iter()
            .map(|db| {
                let (start, keys, now) = (&start, site.keys(), site.clock.now());
                scope.spawn(move || {
                    start.wait();
                    let mut invited = 0;
                    for _ in 0..3 {
                        let keys = keys.clone();
                        invited +=
                            db.write_now(move |conn| actions::tend(conn, &keys, id, now)).unwrap().invited;
                    }
                    invited
                })
            })
            .collect();
        looking.into_iter().map(|one| one.join().unwrap()).sum()
    })
}

/// SQLite belongs to one process; there the four are connections of one, and their writes wait for each other.
#[actix_web::test]
async fn however_many_processes_look_nobody_is_invited_twice_and_no_wave_is_too_large() {
    let site = office();
    crowd(&site, 120);
    let id = open(&site, &plan());
    let processes: Vec<Db> = (0..4).map(|_| Db::open(&site.database.url).unwrap()).collect();
    let mut invited = 0;
    for day in 0..4 {
        invited += tend_in(&processes, &site, id);
        let asked = standing(&site, id, Invitation::Invited);
        for member in asked.iter().take(8) {
            answer(&site, id, *member, false).unwrap();
        }
        site.clock.advance(TimeDelta::days(1));
        shift(&site, "noor-v", 60, 240 - day);
    }
    let told = invitations(&site);
    let first: Vec<i64> = told.iter().filter(|told| told.2 == 0).map(|told| told.0).collect();
    assert_eq!(first.len(), invited);
    assert_eq!(first.iter().collect::<HashSet<_>>().len(), first.len(), "somebody was invited twice");
    let waves = waves(&site, id);
    assert_eq!(
        (waves.len(), waves.iter().map(|wave| wave.0).sum::<i64>()),
        (4, i64::try_from(invited).unwrap())
    );
    assert!(waves.iter().all(|(size, capacity, outstanding)| size + outstanding <= *capacity), "{waves:?}");
    // Reminders, too, leave once.
    site.clock.advance(TimeDelta::days(2));
    tend_in(&processes, &site, id);
    let told = invitations(&site);
    assert_eq!(told.iter().collect::<HashSet<_>>().len(), told.len(), "somebody was reminded twice");
    assert!(told.iter().any(|told| told.2 == 1));
    assert_eq!(tend(&site, id).reminded, 0);
}
