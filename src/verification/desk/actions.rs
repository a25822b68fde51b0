//! Taking the next case, holding it, deciding about it; and entering shifts.

use super::ShiftId;
use super::rules::checklist::Answers;
use super::rules::{self, CLAIM, Effect, KEPT, Note, Span, effect, is_fraud_by_other, parts};
use super::store::{self, Decision, NewDecision, Sealed};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::events::rules::Event;
use crate::members::MemberId;
use crate::sealing::Keys;
use crate::verification::document::rules::{Move, Past, State, Verdict, next as lead};
use crate::verification::document::store::{self as cases, Case};
use crate::verification::{CaseId, evidence};
use crate::{events, members};

/// How often another case is looked for when somebody else was quicker.
const TRIES: usize = 5;
/// Earlier decisions about a member that a case brings along.
const EARLIER: i64 = 50;

/// An agent at the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clerk {
    /// Who.
    pub id: MemberId,
    /// Whether they are a senior agent.
    pub is_senior: bool,
}

/// Gives an agent the case that is next for them, or the one that they hold; nothing where none waits for them.
///
/// # Errors
/// When the database fails, or the same agent asks twice at once.
pub fn next(conn: &mut Conn, clerk: Clerk, now: Time) -> Result<Option<CaseId>, Error> {
    if let Some((held, _)) = store::held_by(conn, clerk.id, now)? {
        return Ok(Some(held));
    }
    let back = put_back_lapsed(conn, now)?;
    for _ in 0..TRIES {
        let mut found = store::next_for(conn, clerk.id, clerk.is_senior, false)?;
        // What others look at this moment may come free after all. Whoever holds rows waits for none.
        if found.is_none() && back == 0 {
            found = store::next_for(conn, clerk.id, clerk.is_senior, true)?;
        }
        let Some(waiting) = found else { return Ok(None) };
        if store::claim(conn, waiting.case, clerk.id, now + CLAIM)? {
            members::store::audit(
                conn,
                Some(clerk.id),
                "document-case.claimed",
                &subject(waiting.case),
                "",
                now,
            )?;
            return Ok(Some(waiting.case));
        }
    }
    Err(Error::Busy)
}

/// Puts cases back whose claim ran out, and says how many.
///
/// # Errors
/// When the database fails.
pub fn put_back_lapsed(conn: &mut Conn, now: Time) -> Result<usize, Error> {
    let lapsed = store::lapsed(conn, now)?;
    if lapsed.is_empty() {
        return Ok(0);
    }
    let mut back = 0;
    for to in [State::Submitted, State::Referred] {
        let leads_there = |(_, class): &&(CaseId, _)| {
            lead((State::InReview, *class), Move::Release, Past::default()).is_ok_and(|place| place.0 == to)
        };
        let these: Vec<CaseId> = lapsed.iter().filter(leads_there).map(|(case, _)| *case).collect();
        back += store::put_back(conn, &these, to, now)?;
    }
    Ok(back)
}

/// The case that an agent holds, theirs for another while.
///
/// # Errors
/// [`Error::NotFound`] when they do not hold it.
pub fn hold(conn: &mut Conn, case: CaseId, agent: MemberId, now: Time) -> Result<Case, Error> {
    if !store::renew(conn, case, agent, now + CLAIM, now)? {
        return Err(Error::NotFound);
    }
    cases::find(conn, case)?.ok_or(Error::NotFound)
}

/// Gives a case back: somebody else goes on with it.
///
/// # Errors
/// [`Error::NotFound`] when they do not hold it.
pub fn release(conn: &mut Conn, case: CaseId, agent: MemberId, now: Time) -> Result<(), Error> {
    let held = hold(conn, case, agent, now)?;
    let (to, _) = lead(held.place, Move::Release, Past::default()).map_err(Error::refused)?;
    store::release(conn, case, agent, to)?;
    members::store::audit(conn, Some(agent), "document-case.released", &subject(case), "", now)?;
    Ok(())
}

/// A case with everything that its page shows of it, still sealed.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The case.
    pub case: Case,
    /// Whose it is.
    pub member: members::store::Member,
    /// What is sealed of it.
    pub sealed: Sealed,
    /// How many other accounts have the document, and whether it was approved for one.
    pub others: (usize, bool),
    /// What was decided about this member's attempts.
    pub decisions: Vec<Decision>,
    /// The images.
    pub images: Vec<evidence::store::Image>,
}

/// Opens a case for the agent who holds it.
///
/// # Errors
/// [`Error::NotFound`] when they do not hold it.
pub fn open(conn: &mut Conn, case: CaseId, agent: MemberId, now: Time) -> Result<Opened, Error> {
    let case = hold(conn, case, agent, now)?;
    let sealed = store::sealed(conn, case.id)?;
    let same = match &sealed.number_index {
        Some(index) => store::same_document(conn, index, case.member)?,
        None => Vec::new(),
    };
    let accounts: std::collections::HashSet<MemberId> = same.iter().map(|(member, _)| *member).collect();
    Ok(Opened {
        member: members::store::get(conn, case.member)?,
        others: (accounts.len(), same.iter().any(|(_, state)| *state == State::Approved)),
        decisions: store::about_member(conn, case.member, EARLIER)?,
        images: evidence::store::of_case(conn, case.id)?,
        sealed,
        case,
    })
}

/// What an agent found, and decides.
#[derive(Clone, Debug)]
pub struct Ruling {
    /// The decision.
    pub verdict: Verdict,
    /// The answers to the checklist.
    pub answers: Answers,
    /// For colleagues.
    pub note: Note,
}

/// Decides about a case that the agent holds. Where that settles it for the member, they hear of it, and their
/// images have an end.
///
/// # Errors
/// [`Error::NotFound`] when they do not hold it, [`Error::Conflict`] when their claim ran out, and
/// [`Error::Refused`] when the decision does not go with the answers.
pub fn decide(
    conn: &mut Conn,
    keys: &Keys,
    case: CaseId,
    agent: MemberId,
    ruling: &Ruling,
    now: Time,
) -> Result<Effect, Error> {
    let held = match hold(conn, case, agent, now) {
        Err(Error::NotFound) => return Err(out_of_hand(conn, case, agent)?),
        other => other?,
    };
    rules::is_founded(ruling.verdict, &ruling.answers).map_err(Error::refused)?;
    let decisions = store::about_member(conn, held.member, EARLIER)?;
    let earlier: Vec<_> = decisions.iter().filter(|one| one.case == case).map(|one| one.earlier).collect();
    let past = Past {
        resubmissions: held.resubmissions,
        fraud_by_other: is_fraud_by_other(&earlier, agent, held.submitted_at),
    };
    let place = lead(held.place, Move::Decide(ruling.verdict), past).map_err(Error::refused)?;
    let effect = effect(ruling.verdict, place);
    if !store::settle(conn, case, agent, &effect, now)? {
        return Err(Error::NotFound);
    }
    let (outcome, reason) = parts(ruling.verdict);
    let note = match ruling.note.as_str() {
        "" => String::new(),
        note => keys.seal_text(&note_context(case, agent), note)?,
    };
    let answers = ruling.answers.kept();
    let new = NewDecision { case, agent, outcome, reason, answers: &answers, note: &note };
    store::insert(conn, &new, now)?;
    if effect.ends_images {
        evidence::store::set_end(conn, case, now + KEPT)?;
    }
    if effect.is_decided {
        events::store::add(conn, &Event::VerificationMoved { member: held.member }, now)?;
    }
    let why =
        reason.map_or_else(|| outcome.code().to_owned(), |why| format!("{}: {}", outcome.code(), why.code()));
    members::store::audit(conn, Some(agent), "document-case.decided", &subject(case), &why, now)?;
    Ok(effect)
}

/// What is said to an agent who decides about a case that is not theirs any more.
///
/// # Errors
/// When the database fails.
pub fn out_of_hand(conn: &mut Conn, case: CaseId, agent: MemberId) -> Result<Error, Error> {
    if store::has_decided(conn, case, agent)? {
        return Ok(Error::Conflict(
            "You decided about this case already. Go back to the desk for the next one.".into(),
        ));
    }
    let lapsed = cases::find(conn, case)?.and_then(|case| case.claim).is_some_and(|(by, _)| by == agent);
    if lapsed {
        return Ok(Error::Conflict(
            "Your claim ran out, and nothing was decided. Ask for the next case at the desk: if nobody took this one, \
             you get it again."
                .into(),
        ));
    }
    Ok(Error::NotFound)
}

/// Under which context the note of a decision is sealed: an agent decides once about a case.
fn note_context(case: CaseId, agent: MemberId) -> String {
    format!("document_decisions.note {} {}", case.0, agent.0)
}

/// The words of a note.
///
/// # Errors
/// When it was not sealed by this site's keys.
pub fn note(keys: &Keys, decision: &Decision) -> Result<String, Error> {
    if decision.note.is_empty() {
        return Ok(String::new());
    }
    Ok(keys.unseal_text(&note_context(decision.case, decision.earlier.agent), &decision.note)?)
}

/// Enters a shift of an agent.
///
/// # Errors
/// Why it cannot be entered.
pub fn enter_shift(conn: &mut Conn, agent: MemberId, span: Span, now: Time) -> Result<(), Error> {
    let own: Vec<Span> = store::shifts_of(conn, agent, now)?.iter().map(|shift| shift.span).collect();
    rules::may_enter(span, &own, now).map_err(Error::refused)?;
    Ok(store::insert_shift(conn, agent, span, now)?)
}

/// Takes out a shift of an agent.
///
/// # Errors
/// [`Error::NotFound`] when it is not theirs, or over.
pub fn remove_shift(conn: &mut Conn, id: ShiftId, agent: MemberId, now: Time) -> Result<(), Error> {
    if store::remove_shift(conn, id, agent, now)? { Ok(()) } else { Err(Error::NotFound) }
}

fn subject(case: CaseId) -> String {
    format!("document case {}", case.0)
}
