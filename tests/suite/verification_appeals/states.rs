//! Invariant 14 of verification.

use chrono::TimeDelta;
use touchstone::badges::rules::{Cause, GrantState, Known, Move, Place, next};
use touchstone::clock::Time;
use touchstone::members::MemberId;
use touchstone::verification::appeals::rules::{
    Adverse, Against, Anew, Heard, Notice, Outcome, anew, notice, until,
};
use touchstone::verification::badge;
use touchstone::verification::call::rules::State as Call;
use touchstone::verification::call::rules::checks::Reason as CallReason;
use touchstone::verification::document::rules::{Reason, State as Document};
use touchstone::verification::phone::rules::State as Phone;
use touchstone::verification::rules::steps::{self, CallFacts, DocumentFacts, Mark, Step};

fn day() -> Time {
    chrono::NaiveDate::from_ymd_opt(2026, 6, 3).unwrap().and_hms_opt(9, 0, 0).unwrap()
}

/// A step has words, and a link, or somebody whose turn it is and who writes, or it is passed.
fn has_a_way_on(step: &Step) {
    assert!(!step.state.is_empty() && step.words.ends_with('.'), "{step:?}");
    let is_passed = step.mark == Mark::Done;
    let acts_for_them = step.mark == Mark::Waiting && step.words.contains("We write to you");
    assert!(step.next.is_some() || is_passed || acts_for_them, "{step:?}");
}

/// What a decision came to has words, and either a link or a date.
fn goes_on(told: &Notice) {
    assert!(!told.state.is_empty() && !told.words.is_empty(), "{told:?}");
    assert!(told.way.is_some() || told.by_itself.is_some(), "{told:?}");
}

/// Everything that can have become of an appeal, before and after its end.
fn whatever_became_of_it(against: Against) {
    let adverse =
        Adverse { against, id: 1, member: MemberId(1), at: day(), told: "It was.".to_owned(), first: None };
    let decided = Outcome::ALL.map(|outcome| Some((outcome, "Because.")));
    let heard = decided.into_iter().chain([None]).map(|decided| Some(Heard { due: day(), decided }));
    for heard in heard.chain([None]) {
        for now in [day(), until(day()), until(day()) + TimeDelta::days(1)] {
            goes_on(&notice(&adverse, heard, now));
        }
    }
}

fn documents() {
    for state in Document::ALL {
        for (appealed_at, days) in [(None, 1), (Some(day()), 1), (None, 60), (Some(day()), 60)] {
            let facts = DocumentFacts {
                state,
                touched_at: day(),
                decided_at: Some(day()),
                reason: Some(Reason::OtherPerson),
                appealed_at,
                has_images: true,
            };
            has_a_way_on(&steps::document(&facts, day() + TimeDelta::days(days)));
        }
    }
    has_a_way_on(&steps::document_not_begun(true));
    has_a_way_on(&steps::document_anew(None));
    assert!(steps::document_anew(Some(day())).words.contains("From Jun 3, 2026, 09:00 UTC"));
    whatever_became_of_it(Against::Declined);
}

fn calls() {
    for state in Call::ALL {
        for (may_appeal, is_appealed, missed) in [(true, false, 0), (false, true, 3), (false, false, 3)] {
            let facts = CallFacts {
                state,
                starts_at: Some(day()),
                held_until: Some(day()),
                ended_at: Some(day()),
                reason: Some(CallReason::OtherPerson),
                may_appeal,
                is_appealed,
                is_first: true,
                missed,
            };
            has_a_way_on(&steps::call(Some(&facts)));
        }
    }
    has_a_way_on(&steps::call(None));
    has_a_way_on(&steps::call_locked(true));
    whatever_became_of_it(Against::Failed);
}

/// Where a grant stands: words, and an appeal, or steps that are open anew now or from a date, or it settles or is
/// published without the member, or it is shown.
fn grants() {
    let others = GrantState::ALL.into_iter().filter(|state| *state != GrantState::Suspended).map(Place::of);
    for place in others.chain(Cause::ALL.map(Place::off)) {
        for (refused, is_reversed) in [(false, false), (true, false), (true, true), (false, true)] {
            let known = Known {
                id: 1,
                place,
                bound_name: "Maria K".to_owned(),
                granted_at: day(),
                expires_at: None,
                promised_until: Some(day()),
                revoked_for: None,
                hidden_at: None,
                held_until: None,
            };
            let words = badge::rules::told(&known, day());
            assert!(words.ends_with('.') && words.len() > 20, "{place:?}: {words}");
            let against = Against::of_grant(place, refused);
            let decided = against.map(|against| (against, day()));
            let then = anew(place, false, decided, is_reversed, day());
            match (place.state, then) {
                (GrantState::Active, Anew::Stands) => {}
                (GrantState::Settling, Anew::Stands) => assert!(words.contains("Jun 3, 2026, 09:00 UTC")),
                (GrantState::Embargoed, Anew::Stands) => {
                    assert!(next(place, Move::Publish { name_is_bound: true }).is_ok());
                }
                (_, Anew::Open) => has_a_way_on(&steps::document_anew(None)),
                (_, Anew::From(at)) => {
                    assert_eq!(anew(place, false, decided, is_reversed, at), Anew::Open);
                    whatever_became_of_it(against.unwrap());
                }
                (state, Anew::Stands) => panic!("{state:?} has no way on"),
            }
        }
    }
}

#[test]
fn every_state_has_a_text_and_a_way_on() {
    for state in Phone::ALL {
        let step = steps::phone(state);
        assert!(!step.words.is_empty() && (step.next.is_some() || !step.others.is_empty()), "{step:?}");
    }
    documents();
    calls();
    grants();
}
