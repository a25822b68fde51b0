//! A call as a calendar file (RFC 5545).

use std::fmt::Write;

use crate::clock::Time;

/// The longest line, in bytes, without its end.
const LINE: usize = 75;

/// What a calendar keeps of a call.
#[derive(Clone, Debug)]
pub struct Appointment<'a> {
    /// The same for every version of it.
    pub uid: &'a str,
    /// When this file was made.
    pub made: Time,
    /// Its beginning.
    pub starts: Time,
    /// Its end.
    pub ends: Time,
    /// What it is.
    pub summary: &'a str,
    /// More about it.
    pub description: &'a str,
    /// Where it takes place.
    pub url: &'a str,
}

/// The file.
#[must_use]
pub fn file(one: &Appointment<'_>) -> String {
    let moment = |time: Time| time.format("%Y%m%dT%H%M%SZ").to_string();
    let lines = [
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Touchstone//Live call//EN".to_owned(),
        "CALSCALE:GREGORIAN".to_owned(),
        "METHOD:PUBLISH".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}", escaped(one.uid)),
        format!("DTSTAMP:{}", moment(one.made)),
        format!("DTSTART:{}", moment(one.starts)),
        format!("DTEND:{}", moment(one.ends)),
        format!("SUMMARY:{}", escaped(one.summary)),
        format!("DESCRIPTION:{}", escaped(one.description)),
        // An address is no text: nothing in it is escaped.
        format!("URL:{}", one.url.replace(char::is_control, "")),
        "BEGIN:VALARM".to_owned(),
        "ACTION:DISPLAY".to_owned(),
        format!("DESCRIPTION:{}", escaped(one.summary)),
        "TRIGGER:-PT1H".to_owned(),
        "END:VALARM".to_owned(),
        "END:VEVENT".to_owned(),
        "END:VCALENDAR".to_owned(),
    ];
    lines.iter().fold(String::new(), |mut file, line| {
        let _ = write!(file, "{}\r\n", folded(line));
        file
    })
}

/// A text with what has a meaning of its own escaped.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.replace("\r\n", "\n").chars() {
        match letter {
            '\\' | ';' | ',' => escaped.extend(['\\', letter]),
            '\n' => escaped.push_str("\\n"),
            letter if letter.is_control() => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// A line in parts of at most 75 bytes, each but the first behind a space; no letter is cut.
#[must_use]
pub fn folded(line: &str) -> String {
    let (mut folded, mut length) = (String::with_capacity(line.len()), 0);
    for letter in line.chars() {
        if length + letter.len_utf8() > LINE {
            folded.push_str("\r\n ");
            length = 1;
        }
        folded.push(letter);
        length += letter.len_utf8();
    }
    folded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_file_has_every_line_that_calendars_need() {
        let starts = chrono::NaiveDate::from_ymd_opt(2026, 11, 18).unwrap().and_hms_opt(9, 20, 0).unwrap();
        let file = file(&Appointment {
            uid: "call-7@forum.example",
            made: starts,
            starts,
            ends: starts + chrono::TimeDelta::minutes(20),
            summary: "Live call, Quayside",
            description: "Nothing is recorded;\nhave the document at hand.",
            url: "https://forum.example/verification/call?a=1,2",
        });
        assert!(
            file.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && file.ends_with("END:VCALENDAR\r\n")
        );
        for line in [
            "UID:call-7@forum.example",
            "DTSTART:20261118T092000Z",
            "DTEND:20261118T094000Z",
            "SUMMARY:Live call\\, Quayside",
            "DESCRIPTION:Nothing is recorded\\;\\nhave the document at hand.",
            "URL:https://forum.example/verification/call?a=1,2",
            "TRIGGER:-PT1H",
        ] {
            assert!(file.contains(&format!("\r\n{line}\r\n")), "{line} in {file}");
        }
    }

    #[test]
    fn escapes_are_those_of_the_standard() {
        assert_eq!(escaped("a\\b;c,d\r\ne\u{7}f:g\"h"), "a\\\\b\\;c\\,d\\nef:g\"h");
    }

    proptest! {
        #[test]
        fn folding_keeps_lines_short_and_can_be_undone(line in "[a-zé漢😀]{0,300}") {
            let folded = folded(&line);
            prop_assert!(folded.split("\r\n").all(|part| part.len() <= LINE));
            prop_assert_eq!(folded.replace("\r\n ", ""), line);
        }

        #[test]
        fn what_is_escaped_stays_one_line(text in "\\PC{0,60}") {
            let text = format!("{text}\n{text}");
            prop_assert!(!escaped(&text).contains(['\n', '\r']));
        }
    }
}
