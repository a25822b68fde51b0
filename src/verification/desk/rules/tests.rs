use proptest::prelude::*;

use super::checklist::{Line, lines};
use super::*;
use crate::verification::document::rules::{Kind, Move, Past, next};

fn noon() -> Time {
    NaiveDate::from_ymd_opt(2026, 11, 18).unwrap().and_hms_opt(12, 0, 0).unwrap()
}

fn at(minutes: i64) -> Time {
    noon() + TimeDelta::minutes(minutes)
}

fn waiting(case: i64, member: i64, class: usize, minutes: i64) -> Waiting {
    Waiting { case: CaseId(case), member: MemberId(member), class: Class::ALL[class], since: at(minutes) }
}

fn asking(agent: i64, is_senior: bool, decided: &[i64]) -> Asking {
    Asking { agent: MemberId(agent), is_senior, decided: decided.iter().map(|case| CaseId(*case)).collect() }
}

/// Answers to the checklist, all yes but these.
fn answers(kind: Kind, but: &[(Line, Answer)]) -> Answers {
    let given = |line: Line| {
        let other = but.iter().find(|(one, _)| *one == line).map(|(_, answer)| *answer);
        Some(other.unwrap_or(Answer::Yes).code())
    };
    Answers::read(&lines(kind, kind != Kind::DrivingLicence), given).unwrap()
}

#[test]
fn seniors_see_to_their_own_class_first_and_agents_never_get_it() {
    let queue = [waiting(1, 9, 0, 0), waiting(2, 9, 1, 10), waiting(3, 9, 2, 20)];
    assert_eq!(choose(&queue, &asking(5, true, &[])), Some(CaseId(3)));
    assert_eq!(choose(&queue, &asking(5, true, &[3])), Some(CaseId(2)));
    assert_eq!(choose(&queue, &asking(5, false, &[])), Some(CaseId(2)));
    assert_eq!(choose(&queue, &asking(5, false, &[2])), Some(CaseId(1)));
    assert_eq!(choose(&queue, &asking(5, false, &[1, 2])), None);
}

#[test]
fn nobody_gets_their_own_case() {
    let queue = [waiting(1, 5, 0, 0), waiting(2, 6, 0, 30)];
    assert_eq!(choose(&queue, &asking(5, true, &[])), Some(CaseId(2)));
    assert_eq!(choose(&queue[..1], &asking(5, true, &[])), None);
}

#[test]
fn a_claim_ends_to_the_minute() {
    assert!(!is_lapsed(noon() + CLAIM, noon() + CLAIM - TimeDelta::microseconds(1)));
    assert!(is_lapsed(noon() + CLAIM, noon() + CLAIM));
}

#[test]
fn every_code_reads_back() {
    assert!(Outcome::ALL.into_iter().all(|one| Outcome::parse(one.code()) == Some(one)));
    assert!(Line::ALL.into_iter().all(|one| Line::parse(one.code()) == Some(one)));
    assert!(Answer::ALL.into_iter().all(|one| Answer::parse(one.code()) == Some(one)));
    let some = answers(Kind::IdentityCard, &[(Line::Zone, Answer::No), (Line::Alone, Answer::CannotTell)]);
    assert_eq!(Answers::parse(&some.kept()), some);
    assert_eq!(some.doubts().count(), 2);
}

#[test]
fn the_lines_follow_the_kind_of_document() {
    assert!(!lines(Kind::Passport, true).contains(&Line::Belongs), "a passport has no back");
    assert!(!lines(Kind::IdentityCard, false).contains(&Line::Zone), "some cards have no zone");
    assert_eq!(lines(Kind::IdentityCard, true).len(), Line::ALL.len());
    assert!(Kind::ALL.into_iter().all(|kind| lines(kind, false).contains(&Line::Name)));
}

#[test]
fn a_line_without_an_answer_is_named() {
    let open = Answers::read(&lines(Kind::Passport, true), |line| (line != Line::Photo).then_some("yes"))
        .unwrap_err();
    assert_eq!(open, [Line::Photo]);
    let open = Answers::read(&lines(Kind::Passport, true), |_| Some("perhaps")).unwrap_err();
    assert_eq!(open, lines(Kind::Passport, true));
}

#[test]
fn a_reason_rests_on_answers() {
    let with = |line, answer| answers(Kind::IdentityCard, &[(line, answer)]);
    let decline = |reason, line, answer| is_founded(Verdict::Decline(reason), &with(line, answer));
    assert_eq!(decline(Reason::Altered, Line::Photo, Answer::No), Ok(()));
    assert_eq!(decline(Reason::Altered, Line::Photo, Answer::CannotTell), Err(Unfounded::OnlyDoubt));
    assert_eq!(decline(Reason::Altered, Line::Valid, Answer::No), Err(Unfounded::NoGrounds));
    assert_eq!(decline(Reason::OtherAccount, Line::Alone, Answer::No), Ok(()));
    let resubmit = |reason, line, answer| is_founded(Verdict::Resubmit(reason), &with(line, answer));
    assert_eq!(resubmit(Reason::Blurred, Line::Sides, Answer::CannotTell), Ok(()));
    assert_eq!(resubmit(Reason::Blurred, Line::Name, Answer::No), Err(Unfounded::NoGrounds));
    assert_eq!(resubmit(Reason::NotGenuine, Line::Real, Answer::No), Err(Unfounded::NotMendable));
    assert_eq!(is_founded(Verdict::Refer, &answers(Kind::Passport, &[])), Ok(()));
}

#[test]
fn a_verdict_needs_its_reason() {
    assert_eq!(verdict("approve", ""), Ok(Verdict::Approve));
    assert_eq!(verdict("decline", "altered"), Ok(Verdict::Decline(Reason::Altered)));
    assert_eq!(verdict("resubmit", ""), Err(Unfounded::NoReason));
    assert_eq!(verdict("", "altered"), Err(Unfounded::NoOutcome));
}

#[test]
fn fraud_counts_when_another_said_it_of_what_was_sent_last() {
    let said = |agent, outcome, reason, minutes| Earlier {
        agent: MemberId(agent),
        outcome,
        reason: Some(reason),
        at: at(minutes),
    };
    let fraud = [said(1, Outcome::Decline, Reason::NotGenuine, 10)];
    assert!(is_fraud_by_other(&fraud, MemberId(2), Some(at(0))));
    assert!(!is_fraud_by_other(&fraud, MemberId(1), Some(at(0))), "one agent is not two");
    assert!(!is_fraud_by_other(&fraud, MemberId(2), Some(at(11))), "the images are others now");
    let other = [said(1, Outcome::Decline, Reason::OtherName, 10)];
    assert!(!is_fraud_by_other(&other, MemberId(2), Some(at(0))));
}

#[test]
fn a_shift_may_pass_midnight_and_never_another_of_ones_own() {
    let night = span("2026-11-18", "22:00", "06:00").unwrap();
    assert_eq!(night.ends - night.starts, TimeDelta::hours(8));
    assert_eq!(may_enter(night, &[], noon()), Ok(()));
    let after = span("2026-11-19", "06:00", "10:00").unwrap();
    assert_eq!(may_enter(after, &[night], noon()), Ok(()), "one begins where the other ends");
    let within = span("2026-11-19", "05:59", "10:00").unwrap();
    assert_eq!(may_enter(within, &[night], noon()), Err(WrongShift::Overlaps));
    assert_eq!(may_enter(span("2026-11-18", "08:00", "12:00").unwrap(), &[], noon()), Err(WrongShift::Past));
    assert_eq!(
        may_enter(span("2027-03-18", "08:00", "12:00").unwrap(), &[], noon()),
        Err(WrongShift::TooFar)
    );
    assert_eq!(
        may_enter(span("2026-11-19", "08:00", "20:01").unwrap(), &[], noon()),
        Err(WrongShift::TooLong)
    );
    assert_eq!(span("19.11.2026", "08:00", "12:00"), Err(WrongShift::Day));
    assert_eq!(span("2026-11-19", "8 o’clock", "12:00"), Err(WrongShift::Hour));
}

#[test]
fn a_note_is_short() {
    assert_eq!(Note::parse("  a\r\nb ").unwrap().as_str(), "a\nb");
    assert!(Note::parse(&"é".repeat(NOTE)).is_ok());
    assert_eq!(Note::parse(&"é".repeat(NOTE + 1)), Err(NoteTooLong));
}

fn queue() -> impl Strategy<Value = Vec<Waiting>> {
    let one = (0_i64..6, 0_usize..3, 0_i64..40);
    prop::collection::vec(one, 0..20).prop_map(|rows| {
        let cases = (1..).zip(rows);
        cases.map(|(case, (member, class, minutes))| waiting(case, member, class, minutes)).collect()
    })
}

fn verdicts() -> impl Strategy<Value = Verdict> {
    (0_usize..4, 0..Reason::ALL.len()).prop_map(|(outcome, reason)| match outcome {
        0 => Verdict::Approve,
        1 => Verdict::Refer,
        2 => Verdict::Resubmit(Reason::ALL[reason]),
        _ => Verdict::Decline(Reason::ALL[reason]),
    })
}

proptest! {
    #[test]
    fn whoever_asks_gets_what_waits_longest_of_what_they_may_take(
        queue in queue(), agent in 0_i64..6, is_senior: bool, decided in prop::collection::vec(1_i64..20, 0..6),
    ) {
        let asking = asking(agent, is_senior, &decided);
        let chosen = choose(&queue, &asking);
        let theirs: Vec<_> = queue.iter().filter(|one| may_take(one, &asking)).collect();
        let Some(chosen) = chosen else {
            prop_assert!(theirs.is_empty());
            return Ok(());
        };
        let chosen = queue.iter().find(|one| one.case == chosen).unwrap();
        prop_assert!(chosen.member != asking.agent && !asking.decided.contains(&chosen.case));
        prop_assert!(is_senior || chosen.class != Class::Senior);
        let rank = |class| classes(is_senior).iter().position(|one| *one == class);
        for other in theirs {
            prop_assert!(rank(chosen.class) <= rank(other.class));
            prop_assert!(rank(chosen.class) < rank(other.class) || chosen.since <= other.since);
        }
    }

    #[test]
    fn only_a_spotless_checklist_is_approved_and_only_a_flaw_is_held_against_anybody(
        kind in 0_usize..4, given in prop::collection::vec(0_usize..3, 12), verdict in verdicts(),
    ) {
        let kind = Kind::ALL[kind];
        let but: Vec<_> = Line::ALL.into_iter().zip(given).map(|(line, one)| (line, Answer::ALL[one])).collect();
        let answers = answers(kind, &but);
        if is_founded(verdict, &answers).is_ok() {
            match verdict {
                Verdict::Approve => prop_assert!(answers.are_all_yes()),
                Verdict::Refer => {}
                Verdict::Resubmit(reason) => {
                    prop_assert!(!answers.are_all_yes() && reason.kind() == ReasonKind::Quality);
                }
                Verdict::Decline(_) => prop_assert!(answers.doubts().any(|(_, one)| one == Answer::No)),
            }
        }
    }

    #[test]
    fn no_single_agent_ends_an_attempt_for_fraud(verdict in verdicts(), class in 0_usize..3, resubmissions in 0_i64..5) {
        let past = Past { resubmissions, fraud_by_other: false };
        let place = next((State::InReview, Class::ALL[class]), Move::Decide(verdict), past).unwrap();
        let effect = effect(verdict, place);
        let is_fraud = matches!(verdict, Verdict::Decline(reason) if reason.kind() == ReasonKind::Fraud);
        prop_assert!(!is_fraud || (!effect.is_decided && effect.told.is_none() && !effect.ends_images));
        prop_assert_eq!(effect.told.is_some(), effect.is_decided && parts(verdict).1.is_some());
        prop_assert!(!effect.asks_again || effect.told.is_some_and(|reason| reason.kind() == ReasonKind::Quality
            || matches!(verdict, Verdict::Resubmit(_))));
    }
}
