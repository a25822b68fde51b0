use proptest::prelude::*;

use super::*;

fn ruling(outcome: Outcome, reason: Option<Reason>, given: &'static str) -> Ruling {
    let answers = Answers::read(&lines(&[Challenge::Hand]), |_| Some(given)).unwrap();
    Ruling { outcome, reason, answers, is_flagged: false }
}

proptest! {
    #[test]
    fn challenges_are_drawn_without_repeating(random: [u8; DRAWN]) {
        let drawn = draw(random);
        prop_assert_eq!(drawn.len(), DRAWN);
        prop_assert_eq!(challenges(&kept(&drawn)), drawn.clone());
        prop_assert!(drawn.iter().enumerate().all(|(at, one)| !drawn[..at].contains(one)));
    }
}

#[test]
fn a_pass_needs_every_yes_and_the_code() {
    let passed = |given| ruling(Outcome::Passed, None, given);
    assert_eq!(is_founded(&passed("yes"), true), Ok(()));
    assert_eq!(is_founded(&passed("yes"), false), Err(Unfounded::NoCode));
    assert_eq!(is_founded(&passed("cannot-tell"), true), Err(Unfounded::NotAllYes));
}

#[test]
fn reasons_go_with_their_outcome_alone() {
    for reason in Reason::ALL {
        assert_eq!(Reason::parse(reason.code()), Some(reason));
        for outcome in [Outcome::Inconclusive, Outcome::Failed] {
            let founded = is_founded(&ruling(outcome, Some(reason), "no"), false);
            assert_eq!(founded.is_ok(), reason.of() == outcome, "{outcome:?} {reason:?}");
        }
    }
    let bare = |outcome, given| is_founded(&ruling(outcome, None, given), false);
    assert_eq!(bare(Outcome::Inconclusive, "no"), Err(Unfounded::NoReason));
    assert_eq!(bare(Outcome::Flagged, "yes"), Ok(()));
    let failed = ruling(Outcome::Failed, Some(Reason::OtherPerson), "cannot-tell");
    assert_eq!(is_founded(&failed, true), Err(Unfounded::NoGrounds));
}

#[test]
fn every_line_has_to_be_answered() {
    let list = lines(&[Challenge::Ear, Challenge::Hand, Challenge::Number]);
    assert_eq!(list.len(), 7);
    let given = |line: Line| (line != Line::Face).then_some("yes");
    assert_eq!(Answers::read(&list, given), Err(1));
    let answers = Answers::read(&list, |_| Some("yes")).unwrap();
    assert!(answers.are_all_yes() && answers.kept().contains("face=yes"));
}

#[test]
fn what_concerns_the_person_is_told_as_a_class() {
    assert_eq!(Reason::OtherPerson.told(), Reason::OtherDocument.told());
}
