//! Evidence: sealed images, who looks at them, and their end.

mod destroying;
mod doctor;
mod killed;
mod pages;
mod s3;

use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use diesel::prelude::*;
use touchstone::clock::Time;
use touchstone::db::Conn;
use touchstone::db::schema::{consent_texts, document_cases, evidence};
use touchstone::error::Error;
use touchstone::members::MemberId;
use touchstone::members::audit;
use touchstone::members::rules::Role;
use touchstone::verification::document::rules::{Side, State};
use touchstone::verification::evidence::actions::{self, Looker, NewImage};
use touchstone::verification::evidence::store::{self, Image};
use touchstone::verification::{CaseId, EvidenceId};

use crate::support::TestSite;
use crate::support::look::{audit, id_of};

/// Bytes that stand nowhere else.
pub fn image(number: u8) -> Vec<u8> {
    let words = format!("\u{d8}JFIF what only image {number} shows; ");
    words.as_bytes().repeat(400)
}

/// A case of a member.
pub fn new_case(conn: &mut Conn, member: MemberId, state: State, now: Time) -> CaseId {
    let known: i64 =
        consent_texts::table.filter(consent_texts::version.eq(1)).count().get_result(conn).unwrap();
    if known == 0 {
        diesel::insert_into(consent_texts::table)
            .values((
                consent_texts::version.eq(1),
                consent_texts::published_at.eq(now),
                consent_texts::words.eq("I agree."),
                consent_texts::words_hash.eq("hash"),
            ))
            .execute(conn)
            .unwrap();
    }
    diesel::insert_into(document_cases::table)
        .values((
            document_cases::member_id.eq(member),
            document_cases::policy_version.eq(1),
            document_cases::state.eq(state.code()),
            document_cases::class.eq("ordinary"),
            document_cases::consent_version.eq(1),
            document_cases::consent_hash.eq("hash"),
            document_cases::consented_at.eq(now),
            document_cases::resubmissions.eq(0),
            document_cases::touched_at.eq(now),
            document_cases::waiting_since.eq(now),
        ))
        .returning(document_cases::id)
        .get_result(conn)
        .unwrap()
}

/// A case of the member of this handle, which is with them.
pub fn case(site: &TestSite, handle: &str) -> CaseId {
    let (member, now) = (id_of(site, handle), site.clock.now());
    site.write(move |conn| Ok(new_case(conn, member, State::Uploading, now)))
}

/// Moves a case, with whoever holds it.
pub fn place(site: &TestSite, case: CaseId, state: State, claim: Option<(MemberId, Time)>) {
    site.write(move |conn| {
        diesel::update(document_cases::table.find(case))
            .set((
                document_cases::state.eq(state.code()),
                document_cases::claimed_by.eq(claim.map(|claim| claim.0)),
                document_cases::claimed_until.eq(claim.map(|claim| claim.1)),
            ))
            .execute(conn)?;
        Ok(())
    });
}

/// An image of a case of the member of this handle.
pub fn new_image(site: &TestSite, handle: &str, case: CaseId, jpeg: Vec<u8>) -> NewImage {
    NewImage { case, member: id_of(site, handle), side: Side::Front, jpeg, width: 700, height: 500 }
}

pub async fn try_keep(
    site: &TestSite,
    handle: &str,
    case: CaseId,
    jpeg: Vec<u8>,
) -> Result<EvidenceId, Error> {
    let new = new_image(site, handle, case, jpeg);
    actions::keep(&site.db, &site.forum.vault, new, site.clock.now()).await
}

/// Keeps an image.
pub async fn keep(site: &TestSite, handle: &str, case: CaseId, number: u8) -> EvidenceId {
    try_keep(site, handle, case, image(number)).await.unwrap()
}

pub async fn open(site: &TestSite, id: EvidenceId, who: MemberId, role: Role) -> Result<Vec<u8>, Error> {
    let who = Looker { id: who, role };
    let opened = actions::open(&site.db, &site.forum.vault, id, who, site.clock.now()).await;
    opened.map(|bytes| bytes.to_vec())
}

pub fn images(site: &TestSite, case: CaseId) -> Vec<Image> {
    site.read(|conn| Ok(store::of_case(conn, case)?))
}

/// What the job of each minute and the one of each hour do.
pub async fn sweep(site: &TestSite) {
    let jobs = site.forum.jobs(None);
    jobs.end_evidence().await.unwrap();
    jobs.clear_vault().await.unwrap();
}

/// The folder of sealed images.
pub fn folder(site: &TestSite) -> PathBuf {
    site.database.folder.path().join("data/evidence")
}

/// The objects that are there.
pub fn objects(site: &TestSite) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder(site)) else { return Vec::new() };
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    names
}

/// Every file below a folder that holds these bytes.
pub fn holders(folder: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let (mut folders, mut found, mut files) = (vec![folder.to_owned()], Vec::new(), 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let text = std::fs::read(&path).unwrap();
            if text.windows(bytes.len()).any(|window| window == bytes) {
                found.push(path);
            }
        }
    }
    assert!(files > 0, "no files were looked at");
    found
}

/// Every wrapped key that the database holds.
pub fn keys(site: &TestSite) -> Vec<Option<Vec<u8>>> {
    site.read(|conn| Ok(evidence::table.order(evidence::id).select(evidence::wrapped).load(conn)?))
}

#[actix_web::test]
async fn an_image_is_kept_sealed_and_its_bytes_are_in_no_file() {
    let site = TestSite::start();
    site.member("ada-north");
    let case = case(&site, "ada-north");
    let id = keep(&site, "ada-north", case, 7).await;

    let kept = images(&site, case);
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].id, kept[0].side, kept[0].destroyed_at), (id, Side::Front, None));
    let data = site.database.folder.path();
    assert_eq!(holders(data, b"what only image 7 shows"), Vec::<PathBuf>::new());
    let named = objects(&site);
    assert_eq!(named.len(), 1);
    assert!(named[0].len() == 32 && !named[0].contains('-'));
    // The search finds what is there.
    let sealed = std::fs::read(folder(&site).join(&named[0])).unwrap();
    assert_eq!(holders(data, &sealed[40..80]).len(), 1);
}

#[actix_web::test]
async fn images_are_taken_only_while_the_case_is_with_its_member_and_not_full() {
    let site = TestSite::start();
    site.member("ada-north");
    site.member("ben-south");
    let own = case(&site, "ada-north");

    let of_other = try_keep(&site, "ben-south", own, image(1)).await;
    assert!(matches!(of_other, Err(Error::NotFound)));
    for state in [State::Submitted, State::Approved, State::Withdrawn] {
        place(&site, own, state, None);
        assert!(matches!(try_keep(&site, "ada-north", own, image(1)).await, Err(Error::Conflict(_))));
    }
    place(&site, own, State::Resubmit, None);
    for number in 0..6 {
        keep(&site, "ada-north", own, number).await;
    }
    let Err(Error::Refused(why)) = try_keep(&site, "ada-north", own, image(9)).await else {
        panic!("a seventh image was taken");
    };
    assert!(why.contains("6 images"));
    assert_eq!((images(&site, own).len(), objects(&site).len()), (6, 6));
}

#[actix_web::test]
async fn only_whoever_holds_the_case_opens_an_image_and_never_their_own() {
    let site = TestSite::start();
    site.member("ada-north");
    for agent in ["vera-agent", "olaf-agent"] {
        site.staff(agent, &[Role::VerificationAgent]);
    }
    let (ada, vera, olaf) =
        (id_of(&site, "ada-north"), id_of(&site, "vera-agent"), id_of(&site, "olaf-agent"));
    let case = case(&site, "ada-north");
    let id = keep(&site, "ada-north", case, 3).await;
    let later = site.clock.now() + TimeDelta::minutes(20);
    let before = audit(&site).len();

    let agent = Role::VerificationAgent;
    assert!(matches!(open(&site, id, vera, agent).await, Err(Error::NotFound)), "nobody holds it");
    place(&site, case, State::InReview, Some((vera, later)));
    for (who, role) in [(olaf, agent), (ada, agent), (vera, Role::Administrator), (vera, Role::Moderator)] {
        assert!(matches!(open(&site, id, who, role).await, Err(Error::NotFound)));
    }
    assert!(matches!(open(&site, EvidenceId(999_999), vera, agent).await, Err(Error::NotFound)));
    place(&site, case, State::InReview, Some((ada, later)));
    assert!(matches!(open(&site, id, ada, agent).await, Err(Error::NotFound)), "one's own");
    assert_eq!(audit(&site).len(), before, "whoever sees nothing is not written down as having looked");

    place(&site, case, State::InReview, Some((vera, later)));
    assert_eq!(open(&site, id, vera, agent).await.unwrap(), image(3));
    site.clock.advance(TimeDelta::minutes(20));
    assert!(matches!(open(&site, id, vera, agent).await, Err(Error::NotFound)), "the claim ran out");
    assert_eq!(audit(&site).len(), before + 1);
}

#[actix_web::test]
async fn every_look_has_its_event_and_the_chain_verifies() {
    let site = TestSite::start();
    site.member("ada-north");
    site.staff("vera-agent", &[Role::SeniorAgent]);
    let vera = id_of(&site, "vera-agent");
    let case = case(&site, "ada-north");
    let (one, other) = (keep(&site, "ada-north", case, 1).await, keep(&site, "ada-north", case, 2).await);
    place(&site, case, State::InReview, Some((vera, site.clock.now() + TimeDelta::hours(1))));

    let looks = [one, other, one, one, other];
    for (count, id) in (1..).zip(looks) {
        open(&site, id, vera, Role::SeniorAgent).await.unwrap();
        let events = audit(&site);
        let events: Vec<_> = events.iter().filter(|event| event.0 == "evidence.opened").collect();
        assert_eq!(events.len(), count, "one look, one event");
        assert_eq!(events[count - 1].1, format!("document case {}", case.0));
        assert_eq!(events[count - 1].2, "senior-agent");
        site.clock.advance(TimeDelta::minutes(1));
    }
    // The event stands even where nothing could be shown after it.
    for object in objects(&site) {
        std::fs::write(folder(&site).join(object), b"damaged").unwrap();
    }
    assert!(matches!(open(&site, one, vera, Role::SeniorAgent).await, Err(Error::Internal(_))));
    let events = audit(&site).into_iter().filter(|event| event.0 == "evidence.opened").count();
    assert_eq!(events, looks.len() + 1);
    let rows = site.read(|conn| Ok(audit::store::verify(conn)?)).unwrap();
    assert!(rows >= 6);
}

#[actix_web::test]
async fn an_object_in_anothers_place_does_not_open() {
    let site = TestSite::start();
    site.member("ada-north");
    site.staff("vera-agent", &[Role::VerificationAgent]);
    let vera = id_of(&site, "vera-agent");
    let case = case(&site, "ada-north");
    let id = keep(&site, "ada-north", case, 1).await;
    keep(&site, "ada-north", case, 2).await;
    place(&site, case, State::InReview, Some((vera, site.clock.now() + TimeDelta::hours(1))));
    let names = objects(&site);
    let (one, other) = (folder(&site).join(&names[0]), folder(&site).join(&names[1]));
    let bytes = std::fs::read(&one).unwrap();
    std::fs::rename(&other, &one).unwrap();
    std::fs::write(&other, bytes).unwrap();
    assert!(matches!(open(&site, id, vera, Role::VerificationAgent).await, Err(Error::Internal(_))));
}

#[actix_web::test]
async fn keys_are_wrapped_anew_and_images_open_as_before() {
    let site = TestSite::start();
    site.member("ada-north");
    site.staff("vera-agent", &[Role::VerificationAgent]);
    let vera = id_of(&site, "vera-agent");
    let case = case(&site, "ada-north");
    let (one, other) = (keep(&site, "ada-north", case, 1).await, keep(&site, "ada-north", case, 2).await);
    let (before, vault) = (keys(&site), site.forum.vault.clone());
    let again = vault.clone();
    assert_eq!(site.write(move |conn| actions::rewrap(conn, vault.keys())), 0);
    site.write(move |conn| {
        again.keys().add_master(conn)?;
        actions::drop_image(conn, again.keys(), other, chrono::NaiveDateTime::default())?;
        assert_eq!(actions::rewrap(conn, again.keys())?, 1);
        again.keys().rewrap(conn)
    });
    let after = keys(&site);
    assert!(after[0].is_some() && after[0] != before[0] && after[1].is_none());

    // The old key may go.
    let file = site.database.folder.path().join("data/keys/wrapping.keys");
    let newest = std::fs::read_to_string(&file).unwrap().lines().last().unwrap().to_owned();
    std::fs::write(&file, format!("{newest}\n")).unwrap();
    let site = site.reopened();
    place(&site, case, State::InReview, Some((vera, site.clock.now() + TimeDelta::hours(1))));
    assert_eq!(open(&site, one, vera, Role::VerificationAgent).await.unwrap(), image(1));
}
