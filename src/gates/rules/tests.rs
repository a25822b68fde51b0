use proptest::prelude::*;

use super::*;

fn facts(passed: &[Step], arm: Option<Arm>) -> Facts {
    Facts { is_staff: false, passed: passed.to_vec(), tested: vec![Step::Phone], arm }
}

fn gate(steps: &[Step], is_help: bool) -> Gate {
    Gate { steps: steps.to_vec(), is_help }
}

#[test]
fn steps_read_back_as_they_were_written() {
    assert_eq!(steps_code(&[Step::Document, Step::Phone]), "phone document");
    assert_eq!(parse_steps("phone document"), Some(vec![Step::Phone, Step::Document]));
    assert_eq!(parse_steps("document"), Some(vec![Step::Document]));
    for text in ["", "phone,document", "call", "phone  document"] {
        assert_eq!(parse_steps(text), None, "{text}");
    }
}

#[test]
fn each_asker_is_named_and_each_step_once() {
    let blocked =
        Blocked::of(&facts(&[], Some(Arm::Asked)), &gate(&[Step::Document, Step::Phone], false)).unwrap();
    assert_eq!(blocked.steps(), Step::ALL);
    assert_eq!(blocked.heading(), "To write here you need a verified phone number and a checked document");
    assert_eq!(
        blocked.words(),
        "This board asks everybody for a verified phone number and a checked document before they write in it. A \
         test asks some new members, you among them, for a verified phone number before they write."
    );
    let by_test = Blocked::of(&facts(&[], Some(Arm::Asked)), &gate(&[], false)).unwrap();
    assert!(by_test.words().starts_with("A test asks") && by_test.board.is_empty());
}

#[test]
fn what_was_passed_is_not_asked_again() {
    let passed = facts(&[Step::Phone], Some(Arm::Asked));
    assert_eq!(Blocked::of(&passed, &gate(&[Step::Phone], false)), None);
    assert_eq!(Blocked::of(&passed, &gate(&Step::ALL, false)).unwrap().steps(), [Step::Document]);
}

#[test]
fn a_help_board_asks_for_nothing() {
    assert_eq!(Blocked::of(&facts(&[], Some(Arm::Asked)), &gate(&Step::ALL, true)), None);
}

#[test]
fn those_outside_the_test_are_told_that_they_are() {
    assert_eq!(facts(&[], None).exemption(), Some(Exemption::Earlier));
    assert_eq!(facts(&[], Some(Arm::Control)).exemption(), None);
    assert_eq!(Facts::default().exemption(), None);
    let staff = Facts { is_staff: true, ..facts(&[], Some(Arm::Asked)) };
    assert_eq!(staff.exemption(), Some(Exemption::Staff));
}

#[test]
fn a_form_changes_what_was_changed_in_it() {
    let (one, two) = (BoardId(1), BoardId(2));
    let shown = [(one, Step::Phone), (one, Step::Document)];
    let ticked = [(one, Step::Phone), (two, Step::Phone)];
    let change = |board, step, is_asked| Change { board, step, is_asked };
    assert_eq!(
        changes(&shown, &ticked),
        [change(two, Step::Phone, true), change(one, Step::Document, false)]
    );
    assert_eq!(changes(&shown, &shown), []);
}

#[test]
fn a_share_is_a_whole_percentage_and_only_grows() {
    assert_eq!((share("1"), share(" 100 % ")), (Ok(1), Ok(100)));
    for text in ["", "0", "101", "-1", "10.5", "ten"] {
        assert_eq!(share(text), Err(BadShare::OutOfRange), "{text}");
    }
    assert_eq!(may_raise(10, 11), Ok(()));
    assert_eq!(may_raise(10, 10), Err(BadShare::NotRaised(10)));
    assert_eq!(may_raise(10, 9), Err(BadShare::NotRaised(10)));
}

#[test]
fn a_reason_says_something() {
    assert_eq!(reason("  Spam from new accounts  "), Ok("Spam from new accounts".to_owned()));
    assert_eq!(reason("a".repeat(10).as_str()), Ok("a".repeat(10)));
    assert!(reason(&"a".repeat(500)).is_ok());
    for text in [String::new(), "a".repeat(9), " ".repeat(50), "a".repeat(501)] {
        assert_eq!(reason(&text), Err(BadReason), "{text}");
    }
}

fn some_steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::sample::subsequence(Step::ALL.to_vec(), 0..=2)
}

proptest! {
    /// Invariant: exempt members are never asked, by no test whatever its steps.
    #[test]
    fn exempt_members_are_never_asked_by_a_test(passed in some_steps(), tested in some_steps()) {
        let facts = Facts { is_staff: false, passed, tested, arm: None };
        prop_assert_eq!(facts.test_lacks(), []);
        prop_assert_eq!(Blocked::of(&facts, &gate(&[], false)), None);
    }

    /// Invariant: exempt members are never asked: staff by nobody.
    #[test]
    fn staff_are_never_asked(passed in some_steps(), tested in some_steps(), asked in some_steps(), in_it: bool) {
        let arm = Some(if in_it { Arm::Asked } else { Arm::Control });
        let facts = Facts { is_staff: true, passed, tested, arm };
        prop_assert_eq!(Blocked::of(&facts, &gate(&asked, false)), None);
    }

    #[test]
    fn whoever_passed_what_was_missing_is_asked_for_nothing(
        passed in some_steps(), tested in some_steps(), asked in some_steps()
    ) {
        let mut facts = Facts { is_staff: false, passed, tested, arm: Some(Arm::Asked) };
        if let Some(blocked) = Blocked::of(&facts, &gate(&asked, false)) {
            prop_assert!(!blocked.words().is_empty());
            facts.passed.extend(blocked.steps());
        }
        prop_assert_eq!(Blocked::of(&facts, &gate(&asked, false)), None);
    }
}
