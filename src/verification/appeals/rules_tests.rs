use proptest::prelude::*;

use super::*;
use crate::clock::date_and_time;

fn day(day: u32) -> Time {
    chrono::NaiveDate::from_ymd_opt(2026, 6, day).unwrap().and_hms_opt(9, 0, 0).unwrap()
}

fn adverse(against: Against) -> Adverse {
    Adverse {
        against,
        id: 7,
        member: MemberId(1),
        at: day(3),
        told: "It was decided.".to_owned(),
        first: None,
    }
}

#[test]
fn five_working_days_leave_out_saturday_and_sunday() {
    // June 3, 2026 is a Wednesday.
    for (from, to) in [(1, 8), (3, 10), (5, 12), (6, 12), (7, 12), (8, 15)] {
        assert_eq!(due(day(from)), day(to), "{from}");
    }
}

#[test]
fn a_decision_can_be_appealed_for_thirty_days_and_once() {
    let last = until(day(3));
    assert_eq!(may_appeal(day(3), false, last), Ok(()));
    assert_eq!(may_appeal(day(3), false, last + TimeDelta::microseconds(1)), Err(Closed::Over));
    assert_eq!(may_appeal(day(3), true, day(3)), Err(Closed::Twice));
}

#[test]
fn words_are_counted_in_characters() {
    assert!(words(&"ä".repeat(19)).is_err() && words(&"ä".repeat(20)).is_ok());
    assert!(words(&"ä".repeat(4_000)).is_ok() && words(&"ä".repeat(4_001)).is_err());
    assert_eq!(words("  It was my own passport.\r\nLook. "), Ok("It was my own passport.\nLook.".to_owned()));
    assert!(reason(" \n").is_err() && reason("Because").is_ok() && reason(&"x".repeat(2_001)).is_err());
}

#[test]
fn codes_are_read_as_they_are_written() {
    for against in Against::ALL {
        assert_eq!(Against::parse(against.code()), Some(against));
    }
    for what in What::ALL {
        assert_eq!(What::parse(what.code()), Some(what));
    }
    for outcome in Outcome::ALL {
        assert_eq!(Outcome::parse(outcome.code()), Some(outcome));
    }
}

#[test]
fn a_name_that_changed_is_no_decision_and_every_other_suspension_is_one() {
    for cause in Cause::ALL {
        let against = Against::of_grant(Place::off(cause), false);
        assert_eq!(against, (cause != Cause::Name).then_some(Against::Suspended), "{cause:?}");
    }
    assert_eq!(Against::of_grant(Place::of(GrantState::Revoked), true), Some(Against::Refused));
    assert_eq!(Against::of_grant(Place::of(GrantState::Revoked), false), Some(Against::Revoked));
}

#[test]
fn each_reversal_does_one_thing() {
    let opens =
        |opening| Against::ALL.into_iter().filter(move |one| one.opening() == opening).collect::<Vec<_>>();
    assert_eq!(opens(Opening::Document), [Against::Declined]);
    assert_eq!(opens(Opening::Call), [Against::Failed]);
    assert_eq!(opens(Opening::Steps), [Against::Refused, Against::Revoked]);
    assert_eq!(opens(Opening::Lift), [Against::Suspended]);
}

/// Invariant 14, for what was decided against a member: whatever became of an appeal, there is a link or a date.
#[test]
fn every_decision_has_words_and_a_way_on_whatever_became_of_an_appeal() {
    let decided =
        Outcome::ALL.map(|outcome| Some(Heard { due: day(10), decided: Some((outcome, "Because.")) }));
    let waiting = [None, Some(Heard { due: day(10), decided: None })];
    for against in Against::ALL {
        for heard in decided.into_iter().chain(waiting) {
            for now in [day(4), day(12), day(3) + TimeDelta::days(60)] {
                let told = notice(&adverse(against), heard, now);
                assert!(
                    !told.state.is_empty() && told.words.iter().all(|one| one.ends_with('.')),
                    "{told:?}"
                );
                assert!(told.way.is_some() != told.by_itself.is_some(), "{told:?}");
                let is_decided = heard.is_some_and(|heard| heard.decided.is_some());
                assert_eq!(told.reason.is_some(), is_decided);
            }
        }
    }
}

#[test]
fn the_last_day_and_the_day_by_which_it_is_read_are_told() {
    let open = notice(&adverse(Against::Revoked), None, day(4));
    assert!(open.words[1].contains("until Jul 3, 2026, 09:00 UTC, the last day"), "{open:?}");
    assert_eq!(open.way.map(|way| way.path), Some("/verification/appeal/grant/7".to_owned()));
    let heard = Some(Heard { due: day(10), decided: None });
    let waiting = notice(&adverse(Against::Revoked), heard, day(4));
    assert!(
        waiting.words[1].starts_with("Your appeal is being read, by Jun 10, 2026, 09:00 UTC."),
        "{waiting:?}"
    );
    let late = notice(&adverse(Against::Revoked), heard, day(12));
    assert!(late.words[1].contains("late by 2 days 0 h. We are sorry"), "{late:?}");
    let upheld = Some(Heard { due: day(10), decided: Some((Outcome::Uphold, "Because.")) });
    let upheld = notice(&adverse(Against::Suspended), upheld, day(12));
    assert!(upheld.words[1].contains(&date_and_time(until(day(3)))), "{upheld:?}");
}

fn against() -> impl Strategy<Value = Against> {
    prop::sample::select(Against::ALL.to_vec())
}

fn place() -> impl Strategy<Value = Place> {
    let states = GrantState::ALL.into_iter().filter(|state| *state != GrantState::Suspended).map(Place::of);
    prop::sample::select(states.chain(Cause::ALL.map(Place::off)).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn whoever_took_part_never_decides_and_neither_does_the_member(
        by in 0..6_i64, is_trust: bool, against in against(), member in 0..6_i64,
        part in prop::collection::vec(0..6_i64, 0..4)
    ) {
        let part: Vec<MemberId> = part.into_iter().map(MemberId).collect();
        let decider = Decider { id: MemberId(by), is_trust };
        let may = may_decide(decider, against, MemberId(member), &part).is_ok();
        let fits = is_trust || !matches!(against, Against::Revoked | Against::Suspended);
        prop_assert_eq!(may, by != member && !part.contains(&MemberId(by)) && fits);
    }

    #[test]
    fn an_appeal_is_due_after_exactly_five_working_days(minutes in 0..60_i64 * 24 * 400) {
        let from = day(1) + TimeDelta::minutes(minutes);
        let to = due(from);
        let days = (to - from).num_days();
        prop_assert!(!matches!(to.weekday(), Weekday::Sat | Weekday::Sun));
        prop_assert_eq!(to.time(), from.time());
        let working = (1..=days).filter(|day| {
            !matches!((from + TimeDelta::days(*day)).weekday(), Weekday::Sat | Weekday::Sun)
        });
        prop_assert_eq!(working.count(), 5);
        prop_assert!((5..=7).contains(&days));
    }

    #[test]
    fn what_settles_or_is_shown_stands_and_all_else_opens_in_the_end(
        place in place(), refused: bool, is_reversed: bool, days in 0..90_i64
    ) {
        let now = day(3) + TimeDelta::days(days);
        let decided = Against::of_grant(place, refused).map(|against| (against, day(3)));
        let then = anew(place, false, decided, is_reversed, now);
        let stands = matches!(place.state, GrantState::Settling | GrantState::Embargoed | GrantState::Active);
        prop_assert_eq!(then == Anew::Stands, stands);
        prop_assert_eq!(anew(place, true, decided, is_reversed, now), Anew::Open);
        match then {
            Anew::From(at) => {
                prop_assert!(now < at && !is_reversed && decided.is_some());
                prop_assert_eq!(anew(place, false, decided, is_reversed, at), Anew::Open);
                prop_assert_eq!(anew(place, false, decided, true, now), Anew::Open);
            }
            Anew::Open => prop_assert!(decided.is_none() || is_reversed || days >= 30),
            Anew::Stands => {}
        }
    }
}
