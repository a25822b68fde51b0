//! The specimens of ICAO 9303, and what a changed character does to them.

use super::*;

/// Part 5, appendix B: a card.
const TD1: &str =
    "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<";
/// Part 6, appendix B: a larger card.
const TD2: &str = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6";
/// Part 4, appendix B: a passport.
const TD3: &str =
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";

/// Lines, and characters in them.
type Places = &'static [(usize, Range<usize>)];

/// Of each specimen: what the number, the dates and the composite digit are, as line and characters.
const GUARDED: [(&str, Places); 3] = [
    (TD1, &[(0, 5..15), (1, 0..7), (1, 8..15), (1, 29..30)]),
    (TD2, &[(1, 0..10), (1, 13..20), (1, 21..28), (1, 35..36)]),
    (TD3, &[(1, 0..10), (1, 13..20), (1, 21..28), (1, 42..44)]),
];

fn changed(zone: &str, line: usize, at: usize, to: char) -> String {
    let mut lines: Vec<String> = zone.lines().map(str::to_owned).collect();
    lines[line].replace_range(at..=at, &to.to_string());
    lines.join("\n")
}

#[test]
fn the_specimens_of_the_standard_are_read() {
    for (text, form, number) in
        [(TD1, Form::Td1, "D23145890"), (TD2, Form::Td2, "D23145890"), (TD3, Form::Td3, "L898902C3")]
    {
        let zone = parse(text).unwrap();
        assert_eq!((zone.form, zone.number.as_str()), (form, number));
        assert_eq!((zone.surname.as_str(), zone.given_names.as_str()), ("ERIKSSON", "ANNA MARIA"));
        assert_eq!((zone.birth.as_str(), zone.expiry.as_str()), ("740812", "120415"));
        assert_eq!((zone.issuer.as_str(), zone.nationality.as_str(), zone.is_cut), ("UTO", "UTO", false));
        assert_eq!(zone.text(), text);
        assert!(!format!("{zone:?}").contains(number));
    }
}

#[test]
fn the_check_digits_of_the_standard_come_out() {
    // Part 3, section 4.9, and the personal number of part 4's specimen.
    assert_eq!(check_digit("520727"), 3);
    assert_eq!(check_digit("AB2134<<<"), 5);
    assert_eq!(check_digit("ZE184226B<<<<<"), 1);
}

#[test]
fn every_digit_that_is_changed_to_another_is_caught() {
    let mut tried = 0;
    for (zone, guarded) in GUARDED {
        for (line, range) in guarded {
            for at in range.clone() {
                let old = zone.lines().nth(*line).unwrap().as_bytes()[at] as char;
                for new in ('0'..='9').filter(|new| old.is_ascii_digit() && *new != old) {
                    assert!(parse(&changed(zone, *line, at, new)).is_err(), "{old} to {new} at {line}:{at}");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 600, "{tried}");
}

/// The weights have no part in common with ten, so a change goes unseen where the two values differ by ten or twenty
/// (0, A, K, U and < are such), and nowhere else. The dates have no letters, so there nothing does.
#[test]
fn every_other_change_is_caught_but_where_the_values_end_in_the_same_digit() {
    let letters = || ('0'..='9').chain('A'..='Z').chain(['<']);
    let value = |c: char| c.to_digit(36).unwrap_or(0) % 10;
    for (zone, guarded) in GUARDED {
        for (part, (line, range)) in guarded.iter().enumerate() {
            for at in range.clone() {
                let old = zone.lines().nth(*line).unwrap().as_bytes()[at] as char;
                for new in letters().filter(|new| *new != old) {
                    let read = parse(&changed(zone, *line, at, new));
                    // A check digit is a digit, and a date has digits only.
                    let in_number = part == 0 && at + 1 < range.end;
                    let is_seen = !in_number || value(old) != value(new);
                    assert_eq!(read.is_err(), is_seen, "{old} to {new} at {line}:{at}");
                    // What the digits do not see is seen beside the number as it was typed.
                    if let Ok(read) = read {
                        assert_ne!(read.number, parse(zone).unwrap().number);
                    }
                }
            }
        }
    }
}

#[test]
fn a_changed_name_is_not_caught_by_any_check_digit() {
    for zone in [TD1, TD2, TD3] {
        let other = zone.replace("ERIKSSON", "ERICSSON");
        assert_eq!(parse(&other).unwrap().surname, "ERICSSON");
    }
}

#[test]
fn a_number_too_long_for_its_place_goes_on_behind_it() {
    let number = "D23145890734";
    let digit = check_digit(number);
    let first = format!("I<UTO{}<{}{digit}<<<<<<<<<<<", &number[..9], &number[9..]);
    let second = "7408122F1204159UTO<<<<<<<<<<<";
    let all = format!("{}{}{}{}", &first[5..30], &second[0..7], &second[8..15], &second[18..29]);
    let zone = format!("{first}\n{second}{}\nERIKSSON<<ANNA<MARIA<<<<<<<<<<", check_digit(&all));
    assert_eq!(parse(&zone).unwrap().number, number);
    let wrong = zone.replacen("734", "735", 1);
    assert!(matches!(parse(&wrong), Err(ZoneProblem::Check { part: Part::Number, line: 1, at: 19 })));
}

#[test]
fn what_was_typed_carelessly_is_mended() {
    let spaced = TD3.to_lowercase().replace("p<uto", " p<uto ").replace('\n', "\r\n\r\n");
    assert_eq!(parse(&spaced).unwrap().text(), TD3);
    assert_eq!(parse(&TD1.replace('\n', "")).unwrap().text(), TD1);
    assert_eq!(parse(&TD2.replace("<<", "«")).unwrap().text(), TD2);
}

#[test]
fn what_cannot_be_a_zone_is_told_in_words() {
    let told = |text: &str| parse(text).unwrap_err().to_string();
    assert!(told("").contains("What came has no line"));
    assert!(told("P<UTO").contains("1 line of 5 characters"));
    assert!(told(&TD3[..87]).contains("2 lines of 44 and 42 characters"));
    assert!(told(&TD3.replace("ANNA", "ÄNNA")).contains("Line 1 of the zone holds “Ä”"));
    assert!(told(&TD3.replace("740812", "741312")).contains("date of birth"));
    assert!(told(&TD3.replace("L898902C3", "L898902C4")).contains("document number, character 10 of line 2"));
    assert!(told(&format!("{}1", &TD3[..88])).contains("last check digit"));
}

proptest::proptest! {
    #[test]
    fn nothing_that_is_typed_breaks_the_reader(text in "[A-Za-z0-9<«ß \\n]{0,100}") {
        let _ = parse(&text);
    }
}
