use proptest::prelude::*;

use super::*;

fn noon() -> Time {
    chrono::NaiveDate::from_ymd_opt(2026, 11, 18).unwrap().and_hms_opt(12, 0, 0).unwrap()
}

fn ago(seconds: i64) -> Time {
    noon() - TimeDelta::seconds(seconds)
}

fn quiet() -> Past {
    Past { budget: 200, ..Past::default() }
}

#[test]
fn codes_have_five_digits_and_six_where_they_sign_in() {
    assert_eq!(code(7, Purpose::Onboarding.digits()), "00007");
    assert_eq!(code(99_999, Purpose::Onboarding.digits()), "99999");
    assert_eq!(code(7, Purpose::SignIn.digits()), "000007");
}

#[test]
fn a_code_is_found_in_what_was_typed_or_pasted() {
    for typed in
        ["12345", " 12 345 ", "1-2-3-4-5", "12345 is your code, good for 10 minutes.\n\n@a.example #12345"]
    {
        assert_eq!(read_code(typed, 5).as_deref(), Some("12345"), "{typed}");
    }
    let whole = text_words("Touchstone", "forum.example", "12345");
    assert_eq!(read_code(&whole, 5).as_deref(), Some("12345"));
    assert_eq!(read_code(&call_words("Touchstone", "12345"), 5), None);
    for typed in ["", "1234", "123456", "12345 or 54321", "code: 12 345", "1234x5"] {
        assert_eq!(read_code(typed, 5), None, "{typed}");
    }
}

#[test]
fn a_text_fits_into_one_message() {
    let words = text_words("A community of forty letters, no more no", "forum.example.org", "12345");
    assert!(words.len() <= 160, "{}", words.len());
}

#[test]
fn the_next_code_waits_a_minute() {
    let past = |seconds| Past { by_member: vec![ago(seconds)], by_number: vec![ago(seconds)], ..quiet() };
    assert_eq!(may_send(&past(59), noon()), Err(Refusal::TooSoon(1)));
    assert_eq!(may_send(&past(60), noon()), Ok(()));
    assert_eq!(may_send(&quiet(), noon()), Ok(()));
}

/// Where moments stand.
type Moments = fn(&mut Past) -> &mut Vec<Time>;

#[test]
fn an_hour_has_five_codes_for_a_member_and_a_number_and_ten_for_an_address() {
    let moments = |count: i64| (1..=count).map(|turn| ago(turn * 100)).collect::<Vec<_>>();
    let limits: [(Moments, i64); 3] =
        [(|past| &mut past.by_member, 5), (|past| &mut past.by_number, 5), (|past| &mut past.by_address, 10)];
    for (of, limit) in limits {
        let mut past = quiet();
        *of(&mut past) = moments(limit - 1);
        assert_eq!(may_send(&past, noon()), Ok(()));
        *of(&mut past) = moments(limit);
        assert_eq!(may_send(&past, noon()), Err(Refusal::TooMany(3600 - limit * 100)));
        assert_eq!(may_send(&past, noon() + HOUR), Ok(()));
    }
}

#[test]
fn ten_wrong_codes_of_a_member_or_a_number_end_the_day() {
    let wrong = |count: i64| (1..=count).map(|turn| ago(turn * 100)).collect::<Vec<_>>();
    for past in
        [Past { wrong_of_member: wrong(10), ..quiet() }, Past { wrong_of_number: wrong(10), ..quiet() }]
    {
        assert_eq!(may_send(&past, noon()), Err(Refusal::WrongTooOften(86_400 - 1000)));
        assert_eq!(wrong_too_often(&past, noon()), Some(86_400 - 1000));
        assert_eq!(wrong_too_often(&past, noon() + DAY), None);
    }
    assert_eq!(
        wrong_too_often(&Past { wrong_of_member: wrong(9), wrong_of_number: wrong(9), ..quiet() }, noon()),
        None
    );
}

#[test]
fn a_spent_or_stopped_prefix_is_closed() {
    assert_eq!(may_send(&Past { to_prefix: 199, ..quiet() }, noon()), Ok(()));
    assert_eq!(may_send(&Past { to_prefix: 200, ..quiet() }, noon()), Err(Refusal::Closed));
    assert_eq!(may_send(&Past { is_stopped: true, ..quiet() }, noon()), Err(Refusal::Closed));
}

#[test]
fn a_code_is_over_after_ten_minutes() {
    assert!(!is_over(Some(ago(599)), noon()));
    assert!(is_over(Some(ago(600)), noon()));
    assert!(is_over(None, noon()));
}

#[test]
fn a_reason_is_needed_and_not_endless() {
    assert_eq!(reason(" broken arm "), Ok("broken arm".to_owned()));
    assert!(reason("  ").is_err());
    assert!(reason(&"x".repeat(LONGEST_REASON)).is_ok());
    assert!(reason(&"x".repeat(LONGEST_REASON + 1)).is_err());
}

proptest! {
    #[test]
    fn every_code_is_read_back_however_it_is_spaced(number in 0_u32..100_000, gap in "[ -]?") {
        let code = code(number, 5);
        let spaced: Vec<String> = code.chars().map(String::from).collect();
        prop_assert_eq!(read_code(&spaced.join(&gap), 5), Some(code));
    }

    /// However codes are asked for, an hour never holds more than five.
    #[test]
    fn whoever_asks_all_the_time_gets_five_codes_an_hour(pauses in proptest::collection::vec(1_i64..600, 1..200)) {
        let (mut sent, mut now) = (Vec::<Time>::new(), noon());
        for pause in pauses {
            now += TimeDelta::seconds(pause);
            let past = Past { by_member: sent.iter().rev().copied().take(12).collect(), ..quiet() };
            if may_send(&past, now).is_ok() {
                sent.push(now);
            }
        }
        for window in sent.windows(CODES_AN_HOUR + 1) {
            prop_assert!(window[CODES_AN_HOUR] - window[0] >= HOUR);
        }
    }
}
