use proptest::prelude::*;

use super::*;

fn noon() -> Time {
    chrono::NaiveDate::from_ymd_opt(2026, 11, 18).unwrap().and_hms_opt(12, 0, 0).unwrap()
}

proptest! {
    #[test]
    fn random_walks_stay_in_the_table_and_end(
        start in 0_usize..BEGINNINGS.len(), steps in prop::collection::vec(0_usize..14, 0..60),
    ) {
        let (mut state, mut was_in_call, moves) = (BEGINNINGS[start], false, Move::all());
        let mut taken = 0;
        for step in steps {
            let Some(to) = next(state, moves[step % moves.len()]) else { continue };
            prop_assert!(state.is_open(), "{state:?} is over, and went to {to:?}");
            was_in_call |= to == State::InCall;
            prop_assert!(!to.is_decided() || was_in_call, "{to:?} without a call");
            (state, taken) = (to, taken + 1);
        }
        prop_assert!(taken <= 4);
    }

    #[test]
    fn nobody_is_told_to_wait_longer_than_a_day_for_having_missed(missed in 0_usize..9, ago in 0_i64..200) {
        let past = Past { missed, last_missed: Some(noon() - TimeDelta::hours(ago)), ..Past::default() };
        let queue = may_begin(Way::Queue, &past, noon());
        prop_assert_eq!(queue.is_ok(), missed <= FREE_MISSES || ago >= 24);
        prop_assert_eq!(may_begin(Way::Slot, &past, noon()).is_ok(), missed <= FREE_MISSES);
    }

    #[test]
    fn of_each_reminder_there_is_one(made_ahead in 0_i64..200, step in 1_i64..50) {
        let (starts, made) = (noon(), noon() - TimeDelta::minutes(made_ahead * 30));
        let (mut reminded, mut count, mut now) = (None, 0, made);
        while now < starts + TimeDelta::hours(1) {
            if is_reminder_due(made, starts, reminded, now) {
                prop_assert!(now < starts);
                (reminded, count) = (Some(now), count + 1);
            }
            now += TimeDelta::minutes(step);
        }
        let expected = usize::from(made_ahead * 30 > 60) + usize::from(made_ahead * 30 > 1_440);
        prop_assert_eq!(count, expected);
    }
}

#[test]
fn every_state_reads_back_and_every_open_one_can_be_left() {
    for state in State::ALL {
        assert_eq!(State::parse(state.code()), Some(state));
        let leaves = Move::all().into_iter().any(|happens| next(state, happens).is_some());
        assert_eq!(leaves, state.is_open(), "{state:?}");
    }
    assert_eq!(State::parse("bookable"), None);
}

#[test]
fn fraud_is_never_found_by_one_agent_alone() {
    assert_eq!(next(State::InCall, Move::Decide(Outcome::Flagged, false)), Some(State::Flagged));
    assert_eq!(next(State::InCall, Move::Decide(Outcome::Flagged, true)), Some(State::Failed));
}

#[test]
fn after_a_result_one_goes_on_or_appeals() {
    let after =
        |state, appealed| Past { decided: Some((state, noon(), appealed)), appealed, ..Past::default() };
    assert_eq!(may_begin(Way::Slot, &after(State::Passed, false), noon()), Err(Closed::Passed));
    let month = noon() + APPEAL;
    assert_eq!(may_begin(Way::Slot, &after(State::Failed, false), noon()), Err(Closed::Failed(month)));
    assert_eq!(may_begin(Way::Slot, &after(State::Failed, false), month), Ok(()));
    assert_eq!(may_begin(Way::Slot, &after(State::Failed, true), noon()), Ok(()));
    assert_eq!(may_begin(Way::Queue, &after(State::Inconclusive, false), noon()), Ok(()));
    assert_eq!(may_begin(Way::Queue, &after(State::Flagged, false), noon()), Ok(()));
    let often = Past { today: A_DAY, ..Past::default() };
    assert_eq!(may_begin(Way::Slot, &often, noon()), Err(Closed::TooOften));
}

#[test]
fn an_appeal_is_open_for_thirty_days_and_once() {
    let appeal =
        |state, appealed, days| may_appeal(state, Some(noon()), appealed, noon() + TimeDelta::days(days));
    assert!(appeal(State::Failed, false, 30) && !appeal(State::Failed, false, 31));
    assert!(!appeal(State::Failed, true, 1) && !appeal(State::Inconclusive, false, 1));
}

#[test]
fn the_waiting_room_opens_ten_minutes_before() {
    let (starts, ends) = (Some(noon()), Some(noon() + TimeDelta::minutes(20)));
    let open = |minutes| is_room_open(starts, ends, noon() + TimeDelta::minutes(minutes));
    assert!(!open(-11) && open(-10) && open(19) && !open(20));
    assert!(is_room_open(None, None, noon()));
}
