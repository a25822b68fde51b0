//! The way of a case: agreeing, choosing, sending images, typing, sending off, taking back, appealing.

use super::details::Details;
use super::photo::{self, Photo};
use super::rules::{
    self, APPEAL, APPEAL_CHARACTERS, ATTEMPTS, FILES, FileProblem, Kind, Move, PATIENCE, Past, Side, State,
    next,
};
use super::store::{self, Case};
use crate::badges;
use crate::badges::rules::Badge;
use crate::clock::{Time, date_and_time};
use crate::db::{Conn, Db};
use crate::error::Error;
use crate::gates;
use crate::members;
use crate::members::MemberId;
use crate::sealing::Keys;
use crate::uploads;
use crate::uploads::actions::Pictures;
use crate::verification;
use crate::verification::appeals::actions as appeals;
use crate::verification::appeals::rules::Anew;
use crate::verification::appeals::store::forgiven_at;
use crate::verification::evidence::Vault;
use crate::verification::evidence::actions::{NewImage, drop_image, end_case, keep};
use crate::verification::evidence::store::{Image, of_case};
use crate::verification::rules::{may_begin, standing};
use crate::verification::{CaseId, EvidenceId};

/// How many forgotten attempts one sweep ends in one go.
const BATCH: i64 = 50;

/// How the audit calls a case.
fn subject(case: CaseId) -> String {
    format!("document case {}", case.0)
}

/// Whether the document step is open to a member: to those who are eligible, to whoever had the badge before, and to
/// whoever a gate asks.
///
/// # Errors
/// When there is no such member.
pub fn is_open(conn: &mut Conn, member: MemberId, now: Time) -> Result<bool, Error> {
    let tier = members::store::get(conn, member)?.tier;
    let shown = badges::store::shown_by(conn, &[member], now)?.remove(&member).unwrap_or_default();
    let grants = badges::store::grants_of(conn, &[member])?.remove(&member).unwrap_or_default();
    let gate = gates::actions::standing(conn, member)?;
    let is_asked = gate.missing.contains(&gates::rules::Step::Document);
    let door = verification::store::door(conn, member)?;
    Ok(may_begin(&standing(tier, &shown, &grants), is_asked, door))
}

/// Whether a member whose document was approved can show one anew, because no badge stands on it any more.
///
/// # Errors
/// When the database fails.
pub fn is_anew(conn: &mut Conn, member: MemberId, now: Time) -> Result<bool, Error> {
    let approved = store::newest_of(conn, member)?.filter(|case| case.place.0 == State::Approved);
    match approved {
        Some(case) => Ok(appeals::steps_anew(conn, &case, now)? == Anew::Open),
        None => Ok(false),
    }
}

/// The member agrees to the words of this version, and an attempt begins. Where one is under way, it stays.
///
/// # Errors
/// [`Error::Refused`] when the words changed meanwhile, or no attempt may begin.
pub fn consent(conn: &mut Conn, member: MemberId, version: i64, now: Time) -> Result<CaseId, Error> {
    let newest = store::newest_of(conn, member)?;
    if let Some(case) = newest.as_ref().filter(|case| !case.place.0.is_over()) {
        return Ok(case.id);
    }
    let policies = badges::store::policies(conn)?;
    let policy = policies.iter().find(|policy| policy.badge == Badge::IdentityVerified);
    let policy = policy.map_or(1, |policy| policy.version);
    if let Some(case) = newest.as_ref().filter(|case| case.place.0 == State::Approved) {
        match appeals::steps_anew(conn, case, now)? {
            Anew::From(at) => {
                let at = date_and_time(at);
                return Err(Error::Refused(format!("You can take the steps anew from {at} UTC.")));
            }
            Anew::Stands if case.policy_version == policy => {
                let why = "Your document is approved already; there is nothing to begin.";
                return Err(Error::refused(why));
            }
            Anew::Stands | Anew::Open => {}
        }
    }
    if !is_open(conn, member, now)? {
        return Err(Error::refused(
            "The document step is not open to you yet. There is nothing to do today, and your account is not affected.",
        ));
    }
    let words = store::newest_consent(conn)?;
    if words.version != version {
        return Err(Error::Refused(
            "The words changed while you were reading. Please read them once more.".to_owned(),
        ));
    }
    // Attempts before an appeal that was granted count no more.
    let since = forgiven_at(conn, member)?.map_or(now - APPEAL, |at| at.max(now - APPEAL));
    if store::count_since(conn, member, since)? >= ATTEMPTS {
        return Err(Error::Refused(format!(
            "You have begun {ATTEMPTS} attempts within {} days, and that is the most. Please wait a while before the next.",
            APPEAL.num_days()
        )));
    }
    let case = store::insert(conn, member, policy, &words, now)?;
    members::store::audit(conn, Some(member), "document.consented", &subject(case), "", now)?;
    Ok(case)
}

/// The member's case, held until the transaction ends.
fn own(conn: &mut Conn, member: MemberId) -> Result<Case, Error> {
    let case = store::newest_of(conn, member)?.ok_or(Error::NotFound)?;
    held(conn, case.id)
}

/// A case as it is now that nobody else can change it.
fn held(conn: &mut Conn, id: CaseId) -> Result<Case, Error> {
    store::hold(conn, id)?;
    store::find(conn, id)?.ok_or(Error::NotFound)
}

/// Moves a case by its table.
fn step(conn: &mut Conn, case: &mut Case, step: Move, now: Time) -> Result<(), Error> {
    let past = Past { resubmissions: case.resubmissions, fraud_by_other: false };
    let place = next(case.place, step, past).map_err(|_| moved_on())?;
    if place.0.is_with_agents() && case.waiting_since.is_none() {
        return Err(Error::internal("a case goes to the agents without waiting"));
    }
    store::put(conn, case.id, place, now)?;
    case.place = place;
    Ok(())
}

fn moved_on() -> Error {
    Error::Conflict(rules::NoSuchMove.to_string().into())
}

/// The images that are there.
fn images(conn: &mut Conn, case: CaseId) -> Result<Vec<Image>, Error> {
    Ok(of_case(conn, case)?.into_iter().filter(|image| image.destroyed_at.is_none()).collect())
}

/// Whether every side that the kind of document has is there.
#[must_use]
pub fn is_complete(kind: Option<Kind>, images: &[Image]) -> bool {
    kind.is_some_and(|kind| kind.sides().iter().all(|side| images.iter().any(|image| image.side == *side)))
}

/// Moves a case to where its images are: complete or not.
fn settle(conn: &mut Conn, case: &mut Case, now: Time) -> Result<(), Error> {
    let is_complete = is_complete(case.kind, &images(conn, case.id)?);
    match (case.place.0, is_complete) {
        (State::Uploading | State::Resubmit, true) => step(conn, case, Move::Complete, now),
        (State::Checking | State::Resubmit, false) => step(conn, case, Move::Reopen, now),
        _ => Ok(()),
    }
}

/// The member chooses which document to show.
///
/// # Errors
/// [`Error::Conflict`] when the case has moved on.
pub fn choose(conn: &mut Conn, member: MemberId, kind: Kind, country: &str, now: Time) -> Result<(), Error> {
    let mut case = own(conn, member)?;
    step(conn, &mut case, Move::Choose, now)?;
    if case.kind != Some(kind) || case.country.as_deref() != Some(country) {
        store::choose(conn, case.id, kind, country)?;
        case.kind = Some(kind);
    }
    settle(conn, &mut case, now)
}

/// Why an image was not taken.
#[derive(Debug)]
pub enum Stopped {
    /// What is wrong with the file.
    File(FileProblem),
    /// Something else.
    Other(Error),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// Whose image of which case it is, and what it shows.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// The case.
    pub case: CaseId,
    /// Whose.
    pub member: MemberId,
    /// The side.
    pub side: Side,
}

/// Takes a photograph in: counts the try, makes an image of it when it is its turn, and has it sealed. It takes the
/// place of the one of the same side.
///
/// # Errors
/// What is wrong with the file, or with the case.
pub async fn take_in(
    db: &Db,
    vault: &Vault,
    pictures: &Pictures,
    sent: Sent,
    file: Result<Vec<u8>, FileProblem>,
    now: Time,
) -> Result<EvidenceId, Stopped> {
    // The count stands whatever follows, so it is a transaction of its own.
    db.write(move |conn| uploads::actions::count_try(conn, sent.member, now)).await?;
    let count = db.read(move |conn| Ok(images(conn, sent.case)?.len())).await?;
    if count >= FILES {
        return Err(Stopped::File(FileProblem::TooMany));
    }
    let bytes = file.map_err(Stopped::File)?;
    // A decoder that broke off broke on this file.
    let made = pictures.in_turn(move || photo::prepare(&bytes)).await.unwrap_or(Err(FileProblem::Damaged));
    let Photo { jpeg, width, height, hints } = made.map_err(Stopped::File)?;
    let (width, height) = (i64::from(width), i64::from(height));
    let new = NewImage { case: sent.case, member: sent.member, side: sent.side, jpeg, width, height };
    let id = keep(db, vault, new, now).await?;
    let keys = vault.clone();
    let arriving = db.write(move |conn| {
        store::note_hints(conn, id, &hints)?;
        arrived(conn, keys.keys(), sent, id, now)
    });
    arriving.await?;
    Ok(id)
}

/// An image is there: the one that it takes the place of goes, and the case moves on. Where the case moved on
/// meanwhile, the image goes.
fn arrived(conn: &mut Conn, keys: &Keys, sent: Sent, id: EvidenceId, now: Time) -> Result<(), Error> {
    let mut case = held(conn, sent.case)?;
    if !case.place.0.is_with_member() || case.kind.is_none() {
        drop_image(conn, keys, id, now)?;
        return Ok(());
    }
    let before = images(conn, case.id)?.into_iter().filter(|image| image.side == sent.side && image.id < id);
    for image in before.filter(|_| sent.side != Side::Other) {
        drop_image(conn, keys, image.id, now)?;
    }
    store::put(conn, case.id, case.place, now)?;
    settle(conn, &mut case, now)
}

/// The member takes an image out.
///
/// # Errors
/// [`Error::Conflict`] when the case has moved on; [`Error::NotFound`] when the image is none of this case.
pub fn remove(conn: &mut Conn, keys: &Keys, case: CaseId, id: EvidenceId, now: Time) -> Result<(), Error> {
    let mut case = held(conn, case)?;
    if !case.place.0.is_with_member() {
        return Err(moved_on());
    }
    if !images(conn, case.id)?.iter().any(|image| image.id == id) {
        return Err(Error::NotFound);
    }
    drop_image(conn, keys, id, now)?;
    store::put(conn, case.id, case.place, now)?;
    settle(conn, &mut case, now)
}

/// Keeps what the member typed, sealed.
///
/// # Errors
/// [`Error::Conflict`] when the case has moved on, or images are missing.
pub fn type_in(
    conn: &mut Conn,
    keys: &Keys,
    member: MemberId,
    details: &Details,
    now: Time,
) -> Result<(), Error> {
    let mut case = own(conn, member)?;
    settle(conn, &mut case, now)?;
    let (State::Checking, Some(kind), Some(country)) = (case.place.0, case.kind, case.country.clone()) else {
        return Err(moved_on());
    };
    let (sealed, index) = (details.seal(keys, case.id)?, details.index(keys, &country, kind));
    store::set_details(conn, case.id, &sealed, &index)?;
    Ok(store::put(conn, case.id, case.place, now)?)
}

/// The member sends it off.
///
/// # Errors
/// [`Error::Conflict`] when something is missing or the case has moved on; [`Error::Refused`] when the document
/// expired meanwhile.
pub fn submit(conn: &mut Conn, keys: &Keys, member: MemberId, now: Time) -> Result<(), Error> {
    let mut case = own(conn, member)?;
    settle(conn, &mut case, now)?;
    let sealed = store::details(conn, case.id)?.ok_or_else(moved_on)?;
    let details = Details::open(keys, case.id, &sealed)?;
    if details.expiry.is_some_and(|expiry| expiry < now.date()) {
        return Err(Error::Refused(
            "This document has expired since you typed its date. Please choose one that is still valid."
                .to_owned(),
        ));
    }
    store::wait(conn, &case, now)?;
    case.waiting_since = Some(now);
    step(conn, &mut case, Move::Submit, now)?;
    members::store::audit(conn, Some(member), "document.submitted", &subject(case.id), "", now)?;
    Ok(())
}

/// The member takes it back, at any time: every image is destroyed at once. Before a decision the attempt is over and
/// what was typed goes too; a decision stands.
///
/// # Errors
/// [`Error::NotFound`] when nothing was begun.
pub fn withdraw(conn: &mut Conn, keys: &Keys, member: MemberId, now: Time) -> Result<usize, Error> {
    let mut case = own(conn, member)?;
    if case.place.0.is_over() {
        let destroyed = end_case(conn, keys, case.id, now)?;
        if destroyed > 0 {
            members::store::audit(conn, Some(member), "document.destroyed", &subject(case.id), "", now)?;
        }
        return Ok(destroyed);
    }
    step(conn, &mut case, Move::Withdraw, now)?;
    let destroyed = end_case(conn, keys, case.id, now)?;
    store::drop_details(conn, case.id)?;
    members::store::audit(conn, Some(member), "document.withdrawn", &subject(case.id), "", now)?;
    Ok(destroyed)
}

/// The member appeals a decision, once, in their own words: a senior agent who took no part decides.
///
/// # Errors
/// [`Error::NotFound`] when there is nothing to appeal; [`Error::Refused`] when the words are too few or too many.
pub fn appeal(conn: &mut Conn, keys: &Keys, member: MemberId, words: &str, now: Time) -> Result<(), Error> {
    let mut case = own(conn, member)?;
    let may = |decided| rules::may_appeal(decided, case.appealed_at, now);
    if case.place.0 != State::Declined || !case.decided_at.is_some_and(may) {
        return Err(Error::NotFound);
    }
    let (words, (least, most)) = (words.trim(), APPEAL_CHARACTERS);
    if !(least..=most).contains(&words.chars().count()) {
        return Err(Error::Refused(format!("Say in {least} to {most} characters what was overlooked.")));
    }
    let sealed = keys.seal(&format!("document_cases.appeal {}", case.id.0), words.as_bytes())?;
    store::appeal(conn, case.id, &sealed, now)?;
    case.waiting_since = Some(now);
    step(conn, &mut case, Move::Appeal, now)?;
    members::store::audit(conn, Some(member), "document.appealed", &subject(case.id), "", now)?;
    Ok(())
}

/// Ends attempts that nobody went on with for seven days, and destroys what was sent. Says how many.
///
/// # Errors
/// When the database fails.
pub fn expire(conn: &mut Conn, keys: &Keys, now: Time) -> Result<usize, Error> {
    let mut count = 0;
    for id in store::forgotten(conn, now - PATIENCE, BATCH)? {
        // Each has images of its own with a receipt each, so each is a change of its own.
        let mut case = held(conn, id)?;
        if !rules::is_expired(case.place.0, case.touched_at, now) {
            continue;
        }
        step(conn, &mut case, Move::Expire, now)?;
        end_case(conn, keys, id, now)?;
        store::drop_details(conn, id)?;
        count += 1;
    }
    Ok(count)
}
