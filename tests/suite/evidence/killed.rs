//! The program is killed after it dropped a key and before it deleted the object: the next start goes on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use touchstone::clock::Clock;
use touchstone::db::{Conn, Db};
use touchstone::members;
use touchstone::outside::storage::{Folder, VAULT};
use touchstone::settings::{Given, Settings};
use touchstone::verification::document::rules::{Side, State};
use touchstone::verification::document::store as document;
use touchstone::verification::evidence::Vault;
use touchstone::verification::evidence::actions::{self, NewImage};

use super::{image, new_case};
use crate::support::site::keys;
use crate::support::{Installation, tables};

/// Keeps images of the member's case, which begins where there is none.
pub fn keep_images(place: &Installation, count: u8) {
    let given = Given { data: Some(place.data().display().to_string()), ..Given::default() };
    let settings = Settings::from_sources(&given, &|_| None, "").unwrap();
    let db = Db::open(&place.database.url).unwrap();
    let clock = Clock::system();
    let vault = Vault::new(Arc::new(Folder::private(&settings.data, VAULT)), keys(&settings, &db, &clock));
    let now = clock.now();
    let member = db.read_now(|conn| Ok(members::store::find(conn, "ada-north")?)).unwrap().unwrap().id;
    let begin = move |conn: &mut Conn| {
        let begun = document::newest_of(conn, member)?;
        Ok(begun.map_or_else(|| new_case(conn, member, State::Uploading, now), |case| case.id))
    };
    let case = db.write_now(begin).unwrap();
    for number in 0..count {
        let new = NewImage { case, member, side: Side::Front, jpeg: image(number), width: 7, height: 5 };
        let keeping = actions::keep(&db, &vault, new, now);
        actix_web::rt::System::new().block_on(keeping).unwrap();
    }
}

/// Keeps an image of a case that is withdrawn and that nobody ended.
fn keep_forgotten(place: &Installation) {
    keep_images(place, 1);
    place.sql("UPDATE document_cases SET state = 'withdrawn'");
}

fn wait_until(place: &Installation, condition: &str) {
    let patience = Instant::now() + Duration::from_mins(1);
    let query = format!("SELECT CAST(count(*) AS TEXT) AS line FROM evidence WHERE {condition}");
    while tables::lines(&mut Conn::open(&place.database.url).unwrap(), &query) != ["1"] {
        assert!(Instant::now() < patience, "{condition} never came");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_program_killed_between_key_and_object_leaves_nothing_that_the_next_does_not_finish() {
    let place = Installation::new();
    place.add_member("ada-north", "Ada North", &[]);
    keep_forgotten(&place);
    let folder = place.data().join("evidence");
    let object = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let sealed = std::fs::read(&object).unwrap();
    // What is no file cannot be deleted, so that the program stands between the two.
    std::fs::remove_file(&object).unwrap();
    std::fs::create_dir_all(object.join("in the way")).unwrap();

    let server = place.serve();
    wait_until(&place, "destroyed_at IS NOT NULL AND wrapped IS NULL AND cleared_at IS NULL");
    server.kill();
    std::fs::remove_dir_all(&object).unwrap();
    std::fs::write(&object, sealed).unwrap();

    let server = place.serve();
    wait_until(&place, "cleared_at IS NOT NULL");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    server.kill();
    let query = "SELECT CAST(count(*) AS TEXT) AS line FROM destruction_leaves";
    assert_eq!(tables::lines(&mut Conn::open(&place.database.url).unwrap(), query), ["1"]);
}
