//! What a member reads of the live call.

use chrono::TimeDelta;

use super::{Mark, Step};
use crate::clock::{Time, date_and_time};
use crate::verification::call::rules::checks::Reason;
use crate::verification::call::rules::{APPEAL, FREE_MISSES, State};

const CALL: &str = "/verification/call";
const ROOM: &str = "/verification/call/room";
const TEST: &str = "/verification/call/test";
/// How soon after a passed call the badge is promised.
const PROMISE: TimeDelta = TimeDelta::hours(48);

/// What is known of a member's newest call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallFacts {
    /// Where it stands.
    pub state: State,
    /// The booked beginning.
    pub starts_at: Option<Time>,
    /// Until when a time is held.
    pub held_until: Option<Time>,
    /// When it was over.
    pub ended_at: Option<Time>,
    /// Why it was not passed.
    pub reason: Option<Reason>,
    /// Whether the decision can be appealed.
    pub may_appeal: bool,
    /// Whether it was appealed.
    pub is_appealed: bool,
    /// Whether an aborted call put it first in the queue.
    pub is_first: bool,
    /// How many calls were missed so far.
    pub missed: usize,
}

/// The live call while it cannot be begun: before a document is approved, or without a phone.
#[must_use]
pub fn call_locked(document_is_approved: bool) -> Step {
    if document_is_approved {
        return Step::new(
            Mark::Now,
            "Your phone first",
            "Your document is approved. In the call a code is sent to your phone, so prove your number before you choose a time.",
        )
        .next("Prove your phone", super::PHONE);
    }
    Step::new(
        Mark::Locked,
        "Not open yet",
        "It comes after the document. A short video call in the browser, which begins with your questions. Nothing is recorded, and no machine compares faces.",
    )
}

/// The live call of a member whose document is approved.
#[must_use]
pub fn call(facts: Option<&CallFacts>) -> Step {
    let Some(facts) = facts else { return ready() };
    let at =
        |time: Option<Time>| time.map_or_else(String::new, |time| format!("{} UTC", date_and_time(time)));
    let now = |state, words: String| Step::new(Mark::Now, state, words);
    match facts.state {
        State::Held => now(
            "A time is held for you",
            format!("It is {}, held until {}. Confirm it, or choose another.", at(facts.starts_at), at(facts.held_until)),
        )
        .next("Confirm the time", CALL),
        State::Booked => now(
            "Booked",
            format!(
                "Your call begins on {}. The waiting room opens 10 minutes before. Until it begins you can change or cancel it.",
                at(facts.starts_at)
            ),
        )
        .next("Your call", CALL)
        .or("Test camera and microphone", TEST),
        State::Queued => now("In the queue", queued(facts.is_first).to_owned())
            .next("See your place", CALL)
            .or("Test camera and microphone", TEST),
        State::Waiting => now("In the waiting room", "The agent lets you in. Keep the page of the room open.".to_owned())
            .next("Back to the room", ROOM)
            .or("See where it stands", CALL),
        State::InCall => now("In the call", "The agent let you in. You may stop at any time.".to_owned())
            .next("Back to the call", ROOM),
        State::Cancelled => ready(),
        _ => over(facts),
    }
}

fn ready() -> Step {
    Step::new(
        Mark::Now,
        "Ready",
        "You talk to an agent for about 12 minutes, in the browser. Your questions come first. Nothing is recorded, no machine compares faces, and you may stop at any time. Have the document at hand.",
    )
    .next("Choose a time", CALL)
    .or("Test camera and microphone", TEST)
}

fn queued(is_first: bool) -> &'static str {
    if is_first {
        "Your call broke off, or the agent was not there. That costs you nothing: you are first in line. Keep the page of the queue open, and come in when it is your turn."
    } else {
        "Keep the page of the queue open: it says when it is your turn."
    }
}

/// A call that is over.
fn over(facts: &CallFacts) -> Step {
    let told = facts.reason.map_or("", Reason::told);
    match facts.state {
        State::Passed => {
            let until = facts.ended_at.map_or_else(String::new, |at| date_and_time(at + PROMISE));
            let words = format!(
                "The agent confirmed that the document is yours. The badge follows 24 to 48 hours after the call, by {until} UTC; there is nothing more to do."
            );
            Step::new(Mark::Done, "Passed", words).or("Look at it", CALL)
        }
        State::Inconclusive => Step::new(
            Mark::Now,
            "Another call is needed",
            format!("{told} Nothing is held against you: another agent talks to you whenever you like."),
        )
        .next("Choose another time", CALL),
        State::Flagged => Step::new(
            Mark::Now,
            "Another call is needed",
            "One agent could not decide alone. Nothing is decided: another agent talks to you whenever you like.",
        )
        .next("Choose another time", CALL),
        State::Failed => failed(facts, told),
        State::Missed => Step::new(Mark::Now, "Missed", missed(facts.missed)).next("Choose another time", CALL),
        _ => Step::new(
            Mark::Now,
            "Broken off",
            "The connection broke off, or the agent was not there. That costs you nothing. Join the queue, or choose another time.",
        )
        .next("Go on", CALL),
    }
}

fn missed(count: usize) -> String {
    if count > FREE_MISSES {
        return format!(
            "You were not there, {count} times by now. A day after the last you can join the queue; times can be booked no more."
        );
    }
    let left = FREE_MISSES - count;
    let more = match left {
        0 => "The next one would mean that you can come by the queue alone, a day later.".to_owned(),
        left => format!("It has no consequence, and {left} more would have none."),
    };
    format!("You were not there when your call began, or when it was your turn. {more}")
}

fn failed(facts: &CallFacts, told: &str) -> Step {
    let until = facts.ended_at.map_or_else(String::new, |at| date_and_time(at + APPEAL));
    if facts.is_appealed {
        return Step::new(
            Mark::Now,
            "Appealed",
            "You appealed. An agent who took no part talks to you and decides anew, whatever was found before.",
        )
        .next("Choose a time", CALL);
    }
    let ending = if facts.may_appeal {
        format!(
            "If you think that is wrong, appeal until {until} UTC: an agent who took no part talks to you and decides anew."
        )
    } else {
        format!("An agent who took no part decided anew. From {until} UTC you can have another call.")
    };
    let step = Step::new(
        Mark::Ended,
        "Not passed",
        format!("{told} {ending} Your account is not affected in any way."),
    );
    step.next(if facts.may_appeal { "Appeal" } else { "Look at it" }, CALL)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(state: State) -> CallFacts {
        let day = chrono::NaiveDate::from_ymd_opt(2026, 6, 3).unwrap().and_hms_opt(9, 0, 0);
        CallFacts {
            state,
            starts_at: day,
            held_until: day,
            ended_at: day,
            reason: Some(Reason::Light),
            may_appeal: true,
            is_appealed: false,
            is_first: false,
            missed: 1,
        }
    }

    /// Invariant 14, for the call: every state has a text and a way on.
    #[test]
    fn every_state_of_a_call_has_words_and_a_way_on() {
        for state in State::ALL {
            for (may_appeal, is_appealed, missed, is_first) in
                [(true, false, 1, false), (false, false, 2, true), (false, true, 3, false)]
            {
                let step =
                    call(Some(&CallFacts { may_appeal, is_appealed, is_first, missed, ..facts(state) }));
                assert!(!step.state.is_empty() && step.words.ends_with('.'), "{state:?}: {step:?}");
                assert_eq!(step.next.is_none(), step.mark == Mark::Done, "{state:?}");
                assert_eq!(step.mark == Mark::Done, state == State::Passed, "{state:?}");
            }
        }
        assert_eq!(call(None), call(Some(&facts(State::Cancelled))));
        assert!(call_locked(true).next.is_some());
        assert_eq!(call_locked(false).mark, Mark::Locked);
    }

    #[test]
    fn a_suspicion_is_not_told() {
        let step = call(Some(&CallFacts { reason: None, ..facts(State::Flagged) }));
        assert_eq!(step.state, call(Some(&facts(State::Inconclusive))).state);
        assert!(!step.words.to_lowercase().contains("fraud"));
    }

    #[test]
    fn the_end_of_an_appeal_and_of_the_promise_is_told_by_the_clock() {
        assert!(call(Some(&facts(State::Failed))).words.contains("Jul 3, 2026, 09:00 UTC"));
        assert!(call(Some(&facts(State::Passed))).words.contains("Jun 5, 2026, 09:00 UTC"));
    }
}
