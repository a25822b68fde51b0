//! The table of states, walked at random.

use proptest::prelude::*;

use super::*;

fn moves() -> impl Strategy<Value = Move> {
    let verdicts = prop_oneof![
        Just(Verdict::Approve),
        Just(Verdict::Refer),
        proptest::sample::select(&Reason::ALL[..]).prop_map(Verdict::Resubmit),
        proptest::sample::select(&Reason::ALL[..]).prop_map(Verdict::Decline),
    ];
    prop_oneof![
        Just(Move::Choose),
        Just(Move::Complete),
        Just(Move::Reopen),
        Just(Move::Submit),
        Just(Move::Withdraw),
        Just(Move::Appeal),
        Just(Move::Expire),
        Just(Move::Claim),
        Just(Move::Release),
        verdicts.prop_map(Move::Decide),
    ]
}

/// Which states a step may lead to, by the table of the product.
fn leads_to(from: State) -> &'static [State] {
    use State::{
        Approved, Checking, Consented, Declined, Expired, InReview, Referred, Resubmit, Submitted, Uploading,
        Withdrawn,
    };
    match from {
        Consented => &[Uploading, Withdrawn, Expired],
        Uploading | Resubmit => &[Uploading, Checking, Withdrawn, Expired],
        Checking => &[Uploading, Submitted, Referred, Withdrawn, Expired],
        Submitted | Referred => &[InReview, Withdrawn],
        InReview => &[Submitted, Referred, Approved, Resubmit, Declined, Withdrawn],
        Declined => &[Referred],
        Approved | Withdrawn | Expired => &[],
    }
}

proptest! {
    #[test]
    fn random_walks_never_leave_the_table(
        steps in proptest::collection::vec((moves(), 0..5_i64, any::<bool>()), 1..60),
    ) {
        let mut place = (State::Consented, Class::Ordinary);
        for (step, resubmissions, fraud_by_other) in steps {
            let past = Past { resubmissions, fraud_by_other };
            let Ok(reached) = next(place, step, past) else { continue };
            prop_assert!(leads_to(place.0).contains(&reached.0), "{place:?} {step:?} {reached:?}");
            // Only what waits for agents, or is with one, has a class of its own.
            prop_assert!(reached.1 == Class::Ordinary || reached.0.is_with_agents());
            prop_assert!(reached.0 != State::Submitted || reached.1 == Class::Ordinary);
            // That a document is not genuine is never said by one agent alone.
            if let Move::Decide(Verdict::Decline(reason)) = step {
                let is_fraud = reason.kind() == ReasonKind::Fraud;
                prop_assert!(reached.0 != State::Declined || !is_fraud || fraud_by_other);
            }
            place = reached;
        }
    }
}

/// Invariant 14: every state can be reached, and has a way on; its words stand with the steps.
#[test]
fn every_reachable_state_has_a_way_on() {
    let (mut reached, mut to_visit) = (Vec::new(), vec![(State::Consented, Class::Ordinary)]);
    let verdicts = [Verdict::Approve, Verdict::Refer].into_iter().chain(
        Reason::ALL.into_iter().flat_map(|reason| [Verdict::Resubmit(reason), Verdict::Decline(reason)]),
    );
    let mut all = vec![
        Move::Choose,
        Move::Complete,
        Move::Reopen,
        Move::Submit,
        Move::Withdraw,
        Move::Appeal,
        Move::Expire,
        Move::Claim,
        Move::Release,
    ];
    all.extend(verdicts.map(Move::Decide));
    while let Some(place) = to_visit.pop() {
        if reached.contains(&place) {
            continue;
        }
        reached.push(place);
        for step in &all {
            for past in [0, RESUBMISSIONS].into_iter().flat_map(|resubmissions| {
                [false, true].map(|fraud_by_other| Past { resubmissions, fraud_by_other })
            }) {
                to_visit.extend(next(place, *step, past));
            }
        }
    }
    for state in State::ALL {
        assert!(reached.iter().any(|place| place.0 == state), "{state:?} cannot be reached");
        let way = state.way_on();
        assert!(way.starts_with("/verification"), "{state:?}");
    }
}

#[test]
fn an_attempt_is_over_after_seven_days_and_not_a_moment_earlier() {
    let noon = chrono::NaiveDate::from_ymd_opt(2026, 11, 18).unwrap().and_hms_opt(12, 0, 0).unwrap();
    for state in State::ALL {
        let late = noon + PATIENCE;
        assert_eq!(is_expired(state, noon, late), state.is_with_member(), "{state:?}");
        assert!(!is_expired(state, noon, late - TimeDelta::microseconds(1)));
    }
    assert!(may_appeal(noon, None, noon + APPEAL));
    assert!(!may_appeal(noon, None, noon + APPEAL + TimeDelta::microseconds(1)));
    assert!(!may_appeal(noon, Some(noon), noon));
}

#[test]
fn codes_lead_back_to_what_they_stand_for() {
    assert!(State::ALL.into_iter().all(|one| State::parse(one.code()) == Some(one)));
    assert!(Class::ALL.into_iter().all(|one| Class::parse(one.code()) == Some(one)));
    assert!(Reason::ALL.into_iter().all(|one| Reason::parse(one.code()) == Some(one)));
    assert!(Kind::ALL.into_iter().all(|one| Kind::parse(one.code()) == Some(one)));
    assert!(Side::ALL.into_iter().all(|one| Side::parse(one.code()) == Some(one)));
    assert!(Hint::ALL.into_iter().all(|one| Hint::parse(one.code()) == Some(one)));
}
