//! The end of images.

use std::sync::Arc;

use chrono::TimeDelta;
use diesel::prelude::*;
use futures_util::future::BoxFuture;
use touchstone::db::schema::{destruction_leaves, document_cases, evidence};
use touchstone::error::Error;
use touchstone::members::rules::Role;
use touchstone::outside::storage::{Folder, Found, Storage, StorageFailure, VAULT};
use touchstone::sealing::is_signed;
use touchstone::verification::CaseId;
use touchstone::verification::document::rules::State;
use touchstone::verification::evidence::actions::{self, Verdict};
use touchstone::verification::evidence::receipts::{Signed, file};
use touchstone::verification::evidence::rules::{AFTER_DECISION, End};
use touchstone::verification::evidence::store::log::{self, Leaf};
use touchstone::verification::evidence::store::{self, Summary};

use super::{case, folder, holders, image, images, keep, keys, objects, open, place, sweep, try_keep};
use crate::support::TestSite;
use crate::support::database::postgres;
use crate::support::look::id_of;

/// Every leaf of the log, as receipts.
fn receipts(site: &TestSite) -> Vec<Signed> {
    let leaves: Vec<(String, String)> = site.read(|conn| {
        Ok(destruction_leaves::table
            .order(destruction_leaves::place)
            .select((destruction_leaves::receipt, destruction_leaves::signature))
            .load(conn)?)
    });
    leaves.iter().map(|(line, signature)| Signed::parse(&file(line, signature)).unwrap()).collect()
}

fn reasons(site: &TestSite) -> Vec<End> {
    receipts(site).into_iter().map(|signed| signed.receipt.reason).collect()
}

fn end_case(site: &TestSite, case: CaseId) -> usize {
    let (vault, now) = (site.forum.vault.clone(), site.clock.now());
    site.write(move |conn| actions::end_case(conn, vault.keys(), case, now))
}

/// Every destroyed image has a leaf, every leaf its image, and every receipt holds.
fn assert_receipts_hold(site: &TestSite) {
    let key = site.forum.site.keys.public_key();
    let all = receipts(site);
    let destroyed: Vec<String> = site.read(|conn| {
        let gone = evidence::table.filter(evidence::destroyed_at.is_not_null());
        Ok(gone.select(evidence::sealed_hash).load(conn)?)
    });
    assert_eq!(all.len(), destroyed.len());
    for (place, signed) in (0..).zip(&all) {
        assert_eq!(signed.receipt.place, place);
        assert!(destroyed.contains(&signed.receipt.object));
        let bytes = data_encoding::HEXLOWER.decode(signed.signature.as_bytes()).unwrap();
        assert!(is_signed(&key, signed.receipt.line().as_bytes(), &bytes));
        let asked = signed.clone();
        let verdict = site.read(|conn| actions::look_up(conn, &key, &asked));
        assert!(matches!(verdict, Verdict::Holds(_)), "{verdict:?}");
    }
}

#[actix_web::test]
async fn no_evidence_is_older_than_30_days_and_every_destruction_has_a_receipt_that_verifies() {
    let site = TestSite::start();
    let people = ["ada-north", "ben-south", "cleo-east", "dan-west", "eve-hill"];
    let mut cases = Vec::new();
    for (number, person) in (0..).zip(people) {
        site.member(person);
        let one = case(&site, person);
        keep(&site, person, one, number).await;
        site.clock.advance(TimeDelta::hours(31));
        keep(&site, person, one, number + 100).await;
        cases.push(one);
    }
    // The first is decided at once, the second late, the third withdrawn, the fourth decided and nobody said so.
    let decided = site.clock.now();
    let first = cases[0];
    place(&site, first, State::Approved, None);
    site.write(move |conn| Ok(store::set_end(conn, first, decided + AFTER_DECISION)?));
    place(&site, cases[2], State::Withdrawn, None);
    place(&site, cases[3], State::Declined, None);
    let fourth = cases[3];
    site.write(move |conn| {
        let these = document_cases::table.find(fourth);
        diesel::update(these).set(document_cases::decided_at.eq(decided)).execute(conn)?;
        Ok(())
    });

    let mut left = Vec::new();
    for hour in 0..(31 * 24) {
        if hour == 20 * 24 {
            let (second, now) = (cases[1], site.clock.now());
            place(&site, second, State::Approved, None);
            site.write(move |conn| Ok(store::set_end(conn, second, now + AFTER_DECISION)?));
        }
        site.forum.jobs(None).end_evidence().await.unwrap();
        let limit = site.clock.now() - TimeDelta::days(30);
        let old: i64 = site.read(|conn| {
            let there = evidence::table.filter(evidence::destroyed_at.is_null());
            Ok(there.filter(evidence::uploaded_at.le(limit)).count().get_result(conn)?)
        });
        assert_eq!(old, 0, "after {hour} hours");
        left.push(objects(&site).len());
        site.clock.advance(TimeDelta::hours(1));
    }
    // Two of the withdrawn case went at once, four after 7 days, and the rest one by one.
    assert_eq!((left[0], left[7 * 24 - 1], left[7 * 24], left[31 * 24 - 1]), (8, 8, 4, 0));
    assert_receipts_hold(&site);
    let found = reasons(&site);
    let count = |end| found.iter().filter(|found| **found == end).count();
    assert_eq!(
        (count(End::Withdrawn), count(End::Decided), count(End::Oldest), found.len()),
        (2, 4, 4, 10),
        "{found:?}"
    );
    assert!(keys(&site).iter().all(Option::is_none));
}

#[actix_web::test]
async fn a_destroyed_image_is_gone_and_a_copy_of_its_object_opens_no_more() {
    let site = TestSite::start();
    site.member("ada-north");
    site.staff("vera-agent", &[Role::VerificationAgent]);
    let vera = id_of(&site, "vera-agent");
    let case = case(&site, "ada-north");
    let id = keep(&site, "ada-north", case, 1).await;
    place(&site, case, State::InReview, Some((vera, site.clock.now() + TimeDelta::hours(1))));
    let (object, key) = (objects(&site).remove(0), keys(&site)[0].clone().unwrap());
    let backup = std::fs::read(folder(&site).join(&object)).unwrap();
    assert!(open(&site, id, vera, Role::VerificationAgent).await.is_ok());

    assert_eq!(end_case(&site, case), 1);
    assert!(matches!(open(&site, id, vera, Role::VerificationAgent).await, Err(Error::NotFound)));
    assert_eq!(objects(&site), [object.as_str()], "the key goes first");
    site.forum.jobs(None).end_evidence().await.unwrap();

    assert!(objects(&site).is_empty());
    assert_eq!(keys(&site), [None]);
    if postgres().is_none() {
        // SQLite's pages and its log have forgotten the key as well.
        assert!(holders(site.database.folder.path(), &key).is_empty());
    }
    std::fs::write(folder(&site).join(&object), backup).unwrap();
    assert!(matches!(open(&site, id, vera, Role::VerificationAgent).await, Err(Error::NotFound)));
    sweep(&site).await;
    assert!(objects(&site).is_empty(), "nor does the copy stay");
    assert_eq!(end_case(&site, case), 0);
    assert_eq!(receipts(&site).len(), 1);
    assert!(images(&site, case)[0].destroyed_at.is_some());
}

#[actix_web::test]
async fn an_end_moves_nearer_and_never_away() {
    let site = TestSite::start();
    site.member("ada-north");
    let (case, start) = (case(&site, "ada-north"), site.clock.now());
    keep(&site, "ada-north", case, 1).await;
    let member = id_of(&site, "ada-north");
    let until = || site.read(|conn| Ok(store::summary_of(conn, member)?)).until.unwrap();
    let longest = until();
    assert!(longest < start + TimeDelta::days(30) && longest > start + TimeDelta::days(29));
    for (wanted, expected) in [
        (start + TimeDelta::days(400), longest),
        (start + TimeDelta::days(7), start + TimeDelta::days(7)),
        (start + TimeDelta::days(20), start + TimeDelta::days(7)),
        (start + TimeDelta::days(3), start + TimeDelta::days(3)),
    ] {
        site.write(move |conn| Ok(store::set_end(conn, case, wanted)?));
        assert_eq!(until(), expected);
    }
    let summary = site.read(|conn| Ok(store::summary_of(conn, member)?));
    assert_eq!((summary.kept, summary.destroyed, summary.destroyed_at), (1, 0, None));
    site.clock.advance(TimeDelta::days(3));
    sweep(&site).await;
    let summary = site.read(|conn| Ok(store::summary_of(conn, member)?));
    let expected = Summary { kept: 0, until: None, destroyed: 1, destroyed_at: Some(site.clock.now()) };
    assert_eq!(summary, expected);
}

#[actix_web::test]
async fn one_image_is_taken_out_and_the_others_stay() {
    let site = TestSite::start();
    site.member("ada-north");
    let case = case(&site, "ada-north");
    let (one, _) = (keep(&site, "ada-north", case, 1).await, keep(&site, "ada-north", case, 2).await);
    let (vault, now) = (site.forum.vault.clone(), site.clock.now());
    for expected in [true, false] {
        let vault = vault.clone();
        assert_eq!(site.write(move |conn| actions::drop_image(conn, vault.keys(), one, now)), expected);
    }
    sweep(&site).await;
    assert_eq!((objects(&site).len(), reasons(&site)), (1, vec![End::Replaced]));
    assert_receipts_hold(&site);
}

#[actix_web::test]
async fn what_was_forgotten_is_found() {
    let site = TestSite::start();
    for person in ["ada-north", "ben-south"] {
        site.member(person);
    }
    let (one, other) = (case(&site, "ada-north"), case(&site, "ben-south"));
    keep(&site, "ada-north", one, 1).await;
    keep(&site, "ben-south", other, 2).await;
    // What begins like ours and has no row is a rest; the rest is none of ours.
    let mark = objects(&site)[0][..8].to_owned();
    for name in [format!("{mark}0123456789"), "0123456789".to_owned()] {
        std::fs::write(folder(&site).join(name), b"sealed").unwrap();
    }
    place(&site, one, State::Expired, None);
    sweep(&site).await;
    let left = objects(&site);
    assert!(left.len() == 2 && left.contains(&"0123456789".to_owned()), "{left:?}");
    assert_eq!(reasons(&site), [End::Expired]);
    let before = site.db.queries();
    site.forum.jobs(None).end_evidence().await.unwrap();
    // Two questions, each in a transaction of its own.
    assert_eq!(site.db.queries() - before, 6, "with nothing to do, nothing is written");
}

/// A storage that keeps nothing, or in whose midst something happens.
struct Hooked {
    inner: Folder,
    before_put: Box<dyn Fn() -> Result<(), StorageFailure> + Send + Sync>,
}

impl Storage for Hooked {
    fn put(
        &self,
        name: String,
        kind: &'static str,
        bytes: Vec<u8>,
    ) -> BoxFuture<'_, Result<(), StorageFailure>> {
        Box::pin(async move {
            (self.before_put)()?;
            self.inner.put(name, kind, bytes).await
        })
    }
    fn get(&self, name: String) -> BoxFuture<'_, Result<Option<Found>, StorageFailure>> {
        self.inner.get(name)
    }
    fn has(&self, name: String) -> BoxFuture<'_, Result<bool, StorageFailure>> {
        self.inner.has(name)
    }
    fn delete(&self, name: String) -> BoxFuture<'_, Result<(), StorageFailure>> {
        self.inner.delete(name)
    }
    fn list(&self) -> BoxFuture<'_, Result<Vec<String>, StorageFailure>> {
        self.inner.list()
    }
}

fn hooked(
    site: &TestSite,
    before_put: impl Fn() -> Result<(), StorageFailure> + Send + Sync + 'static,
) -> Arc<dyn Storage> {
    let inner = Folder::private(&site.forum.site.settings.data, VAULT);
    Arc::new(Hooked { inner, before_put: Box::new(before_put) })
}

#[actix_web::test]
async fn an_image_whose_object_never_came_is_not_shown_and_is_given_up() {
    let mut site = TestSite::start();
    site.member("ada-north");
    let case = case(&site, "ada-north");
    let failing = hooked(&site, || Err(StorageFailure("no room".to_owned())));
    site.forum = site.forum.with_vault(failing);
    assert!(matches!(try_keep(&site, "ada-north", case, image(1)).await, Err(Error::Internal(_))));
    assert!(images(&site, case).is_empty() && objects(&site).is_empty());
    site.clock.advance(TimeDelta::minutes(9));
    sweep(&site).await;
    assert!(receipts(&site).is_empty(), "it may still come");
    site.clock.advance(TimeDelta::minutes(1));
    sweep(&site).await;
    assert_eq!(reasons(&site), [End::BrokenOff]);
    assert_receipts_hold(&site);
}

#[actix_web::test]
async fn an_image_whose_case_ends_while_it_is_written_leaves_no_object() {
    let mut site = TestSite::start();
    site.member("ada-north");
    let case = case(&site, "ada-north");
    let (db, vault, now) = (site.db.clone(), site.forum.vault.clone(), site.clock.now());
    let withdrawn = hooked(&site, move || {
        let (db, vault) = (db.clone(), vault.clone());
        let ending = move |conn: &mut _| actions::end_case(conn, vault.keys(), case, now);
        let ended = std::thread::spawn(move || db.write_now(ending)).join().unwrap();
        assert_eq!(ended.unwrap(), 1);
        Ok(())
    });
    site.forum = site.forum.with_vault(withdrawn);
    assert!(matches!(try_keep(&site, "ada-north", case, image(1)).await, Err(Error::Conflict(_))));
    assert!(objects(&site).is_empty() && images(&site, case).is_empty());
    assert_receipts_hold(&site);
}

#[actix_web::test]
async fn leaves_follow_each_other_however_many_are_destroyed_at_once() {
    let site = TestSite::start();
    let mut cases = Vec::new();
    for number in 0..8_u8 {
        let person = format!("person-{}", char::from(b'a' + number));
        site.member(&person);
        let one = case(&site, &person);
        for image in 0..=(number % 3) {
            keep(&site, &person, one, image).await;
        }
        cases.push(one);
    }
    let now = site.clock.now();
    std::thread::scope(|scope| {
        for one in cases {
            let (db, vault) = (&site.db, site.forum.vault.clone());
            scope.spawn(move || {
                db.write_now(move |conn| actions::end_case(conn, vault.keys(), one, now)).unwrap()
            });
        }
    });
    sweep(&site).await;
    assert_eq!(receipts(&site).len(), 15);
    assert_receipts_hold(&site);
    let (head, signature) = site.read(|conn| Ok(log::head(conn)?)).unwrap();
    assert_eq!(head.size, site.read(|conn| Ok(log::size(conn)?)));
    assert!(head.is_by(&site.forum.site.keys.public_key(), &signature));
    let leaf: Option<(_, Leaf)> = site.read(|conn| Ok(log::leaf(conn, 15)?));
    assert!(leaf.is_none());
}

#[actix_web::test]
async fn a_log_that_was_changed_is_seen_by_whoever_has_a_receipt() {
    let site = TestSite::start();
    site.member("ada-north");
    let case = case(&site, "ada-north");
    for number in 0..3 {
        keep(&site, "ada-north", case, number).await;
    }
    end_case(&site, case);
    let (key, own) = (site.forum.site.keys.public_key(), receipts(&site).remove(1));
    let verdict = |signed: &Signed| site.read(|conn| actions::look_up(conn, &key, signed));
    assert!(matches!(verdict(&own), Verdict::Holds(_)));
    let mut changed = own.clone();
    changed.receipt.reason = End::Decided;
    assert_eq!(verdict(&changed), Verdict::NotSigned);
    let mut moved = own.clone();
    moved.receipt.place = 77;
    let line = moved.receipt.line();
    moved.signature = data_encoding::HEXLOWER.encode(&site.forum.site.keys.sign(line.as_bytes()));
    assert_eq!(verdict(&moved), Verdict::NoLeaf);

    let rewrite = |place: i64| {
        site.write(move |conn| {
            let leaf = destruction_leaves::table.find(place);
            diesel::update(leaf).set(destruction_leaves::leaf_hash.eq("ab".repeat(32))).execute(conn)?;
            Ok(())
        });
    };
    rewrite(0);
    assert_eq!(verdict(&own), Verdict::NoProof);
    rewrite(1);
    assert_eq!(verdict(&own), Verdict::OtherLeaf);
}
