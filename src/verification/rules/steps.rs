//! What a member reads of each step: where it stands, what it means, and the way on. Every state has all three.

mod calls;

pub use calls::{CallFacts, call, call_locked};

use chrono::TimeDelta;

use crate::clock::{Time, date, date_and_time};
use crate::verification::document::rules::{APPEAL, PATIENCE, Reason, State, may_appeal};
use crate::verification::phone::rules::State as Phone;

/// How a step is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Passed.
    Done,
    /// The member can do something now.
    Now,
    /// Somebody else has to do something.
    Waiting,
    /// It cannot be begun yet.
    Locked,
    /// It ended without being passed.
    Ended,
}

impl Mark {
    /// Its name in the page.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Now => "now",
            Self::Waiting => "waiting",
            Self::Locked => "locked",
            Self::Ended => "ended",
        }
    }
}

/// A way on from a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// What the link says.
    pub label: &'static str,
    /// Where it leads.
    pub path: &'static str,
}

/// A step as its member reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// How it is drawn.
    pub mark: Mark,
    /// Where it stands, in a few words.
    pub state: &'static str,
    /// What that means.
    pub words: String,
    /// The way on.
    pub next: Option<Way>,
    /// Other ways, such as taking it back.
    pub others: Vec<Way>,
}

impl Step {
    fn new(mark: Mark, state: &'static str, words: impl Into<String>) -> Self {
        Self { mark, state, words: words.into(), next: None, others: Vec::new() }
    }

    fn next(mut self, label: &'static str, path: &'static str) -> Self {
        self.next = Some(Way { label, path });
        self
    }

    fn or(mut self, label: &'static str, path: &'static str) -> Self {
        self.others.push(Way { label, path });
        self
    }
}

/// What is known of a member's newest case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentFacts {
    /// Where it stands.
    pub state: State,
    /// When the member last went on.
    pub touched_at: Time,
    /// When it was decided.
    pub decided_at: Option<Time>,
    /// Why it was not approved.
    pub reason: Option<Reason>,
    /// When the member appealed.
    pub appealed_at: Option<Time>,
    /// Whether images of it are kept.
    pub has_images: bool,
}

const PHONE: &str = "/verification/phone";
const DOCUMENT: &str = "/verification/document";
const WITHDRAW: &str = "/verification/document/withdraw";
const APPEAL_PAGE: &str = "/verification/document/appeal";

/// The phone step.
#[must_use]
pub fn phone(state: Phone) -> Step {
    let mark = if state.passes() { Mark::Done } else { Mark::Now };
    let step = Step::new(mark, state.title(), state.words());
    if state.passes() {
        return step.or("Change it or take it off", PHONE);
    }
    let way = state.way();
    step.next(way.label, way.path)
}

/// The phone step of whoever had the badge before numbers were proved here, and has proved none since.
#[must_use]
pub fn phone_from_before() -> Step {
    Step::new(
        Mark::Done,
        "Verified earlier",
        "Your badge came with you from where the community was before. No number of yours is kept here; if you prove one, the badge stands for that one.",
    )
    .or("Prove a number here", PHONE)
}

/// The document step before anything was begun.
#[must_use]
pub fn document_not_begun(is_open: bool) -> Step {
    if is_open {
        return Step::new(
            Mark::Now,
            "Not started",
            "You photograph a government document, with your phone or at this computer, and an agent reads it. You can take it back at any time.",
        )
        .next("Begin", DOCUMENT);
    }
    Step::new(
        Mark::Locked,
        "Not open to you yet",
        "You photograph a government document, and an agent reads it. Top Rated members come first, and others later; there is nothing to do today.",
    )
}

/// The document step where one was approved and the badge that came of it may be had anew: now, or from then on.
#[must_use]
pub fn document_anew(from: Option<Time>) -> Step {
    let Some(from) = from else {
        return Step::new(
            Mark::Now,
            "Can be done anew",
            "You show a government document again, and a short call follows. Whatever badge you have stays as it is until the new one is shown.",
        )
        .next("Begin anew", DOCUMENT);
    };
    Step::new(
        Mark::Ended,
        "Closed for now",
        format!(
            "Your document was approved, and the badge that came of it is off or was taken away. From {} UTC you can show a document anew, and have another call.",
            date_and_time(from)
        ),
    )
}

/// The document step of a case.
#[must_use]
pub fn document(facts: &DocumentFacts, now: Time) -> Step {
    let until = date(facts.touched_at + PATIENCE);
    let told = facts.reason.map_or("", Reason::told);
    match facts.state {
        State::Consented => Step::new(
            Mark::Now,
            "Agreed, nothing sent yet",
            format!("Next you choose a document. If you do not go on by {until}, this attempt ends by itself, and you can begin again."),
        )
        .next("Choose a document", DOCUMENT)
        .or("Withdraw", WITHDRAW),
        State::Uploading => Step::new(
            Mark::Now,
            "Images are missing",
            format!("Next you photograph your document. If you do not go on by {until}, this attempt ends by itself, and what you sent is destroyed."),
        )
        .next("Go on with the images", DOCUMENT)
        .or("Withdraw", WITHDRAW),
        State::Checking => Step::new(
            Mark::Now,
            "Ready for you to look over",
            format!("Every image is there. Type what the document says, look it over and send it off, by {until}."),
        )
        .next("Look it over and send it", DOCUMENT)
        .or("Withdraw", WITHDRAW),
        State::Submitted => Step::new(
            Mark::Waiting,
            "Waiting for an agent",
            "It is in the queue, which goes by waiting time alone. We write to you when it is decided.",
        )
        .or("Withdraw", WITHDRAW),
        State::InReview => Step::new(
            Mark::Waiting,
            "An agent is reading it",
            "An agent has opened your case. We write to you when it is decided.",
        )
        .or("Withdraw", WITHDRAW),
        State::Referred if facts.appealed_at.is_some() => Step::new(
            Mark::Waiting,
            "Your appeal is being looked at",
            "A senior agent who took no part in the decision looks at it, within 5 working days. We write to you when it is decided.",
        )
        .or("Withdraw", WITHDRAW),
        State::Referred => Step::new(
            Mark::Waiting,
            "Another agent looks at it",
            "One agent has read it, and another one has to as well. That takes somewhat longer. We write to you when it is decided.",
        )
        .or("Withdraw", WITHDRAW),
        State::Approved => approved(facts),
        State::Resubmit => Step::new(Mark::Now, "Something better is needed", format!("{told} You have until {until}."))
            .next("Send it again", DOCUMENT)
            .or("Withdraw", WITHDRAW),
        State::Declined => declined(facts, told, now),
        State::Withdrawn => Step::new(
            Mark::Ended,
            "Withdrawn",
            "You took it back, and your images were destroyed. You can begin again whenever you like.",
        )
        .next("Begin again", DOCUMENT),
        State::Expired => Step::new(
            Mark::Ended,
            "This attempt ran out",
            "It was not finished within 7 days, and what you had sent was destroyed. You can begin again whenever you like.",
        )
        .next("Begin again", DOCUMENT),
    }
}

fn approved(facts: &DocumentFacts) -> Step {
    let on = facts.decided_at.map_or(String::new(), |at| format!(" on {}", date(at)));
    let words = format!("Your document was approved{on}. There is nothing left to do for this step.");
    let step = Step::new(Mark::Done, "Approved", words);
    if facts.has_images { step.or("Destroy my images now", WITHDRAW) } else { step }
}

fn declined(facts: &DocumentFacts, told: &str, now: Time) -> Step {
    let begin = Way { label: "Begin again with another document", path: DOCUMENT };
    match facts.decided_at {
        Some(at) if may_appeal(at, facts.appealed_at, now) => {
            let until = date(at + APPEAL);
            let words = format!(
                "{told} If you think that is wrong, you can appeal until {until}; somebody who took no part decides, within 5 working days."
            );
            let mut step = Step::new(Mark::Ended, "Not approved", words).next("Appeal", APPEAL_PAGE);
            step.others.push(begin);
            step
        }
        _ => {
            let ended = if facts.appealed_at.is_some() {
                "A senior agent who took no part read it anew."
            } else {
                "The 30 days for an appeal are over."
            };
            let mut step = Step::new(Mark::Ended, "Not approved", format!("{told} {ended}"));
            step.next = Some(begin);
            step
        }
    }
}

/// How soon an agent's decision is promised.
pub const DOCUMENT_PROMISE: TimeDelta = TimeDelta::hours(48);
/// How soon a code is promised to arrive and be typed in.
pub const PHONE_PROMISE: TimeDelta = TimeDelta::minutes(2);

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> Time {
        chrono::NaiveDate::from_ymd_opt(2026, 6, day).unwrap().and_hms_opt(9, 0, 0).unwrap()
    }

    fn facts(state: State) -> DocumentFacts {
        DocumentFacts {
            state,
            touched_at: day(3),
            decided_at: Some(day(4)),
            reason: Some(Reason::Blurred),
            appealed_at: None,
            has_images: true,
        }
    }

    /// Invariant 14, for the document: every state has a text and a way on.
    #[test]
    fn every_state_of_a_case_has_words_and_a_way_on_or_somebody_who_acts() {
        for state in State::ALL {
            for appealed_at in [None, Some(day(5))] {
                for now in [day(5), day(5) + TimeDelta::days(60)] {
                    let step = document(&DocumentFacts { appealed_at, ..facts(state) }, now);
                    assert!(!step.state.is_empty() && step.words.ends_with('.'), "{state:?}: {step:?}");
                    let goes_on = step.next.is_some() || matches!(step.mark, Mark::Waiting | Mark::Done);
                    assert!(goes_on, "{state:?} has no way on");
                    assert_eq!(state.is_with_member(), step.mark == Mark::Now, "{state:?}");
                    assert_eq!(state.is_with_agents(), step.mark == Mark::Waiting, "{state:?}");
                }
            }
        }
    }

    /// Invariant 14, for the phone.
    #[test]
    fn every_state_of_a_phone_has_words_and_a_way_on() {
        for state in Phone::ALL {
            let step = phone(state);
            assert!(!step.state.is_empty() && step.words.ends_with('.'), "{state:?}: {step:?}");
            assert_eq!(step.next.is_some(), step.mark == Mark::Now, "{state:?}");
            assert!(step.next.is_some() || !step.others.is_empty(), "{state:?} has no way on");
        }
    }

    #[test]
    fn whoever_can_withdraw_is_offered_it() {
        for state in State::ALL {
            let offered = document(&facts(state), day(5)).others.iter().any(|way| way.path == WITHDRAW);
            assert_eq!(offered, !state.is_over() || state == State::Approved, "{state:?}");
        }
    }

    #[test]
    fn an_appeal_is_offered_for_thirty_days_and_once() {
        let offers = |appealed_at, now| {
            let step = document(&DocumentFacts { appealed_at, ..facts(State::Declined) }, now);
            step.next.is_some_and(|way| way.path == APPEAL_PAGE)
        };
        assert!(offers(None, day(4) + TimeDelta::days(30)));
        assert!(!offers(None, day(4) + TimeDelta::days(31)));
        assert!(!offers(Some(day(5)), day(6)));
    }

    #[test]
    fn what_an_agent_saw_in_a_doubtful_document_is_told_only_as_a_class() {
        let telling = |reason| {
            document(&DocumentFacts { reason: Some(reason), ..facts(State::Declined) }, day(5)).words
        };
        assert_eq!(telling(Reason::Altered), telling(Reason::NotGenuine));
        assert_eq!(telling(Reason::OtherPerson), telling(Reason::OtherAccount));
        assert_ne!(telling(Reason::Blurred), telling(Reason::Covered));
    }
}
