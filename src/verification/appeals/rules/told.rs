//! What a member reads of a decision that can be appealed: where the appeal stands, and the way on.

use super::{Adverse, Against, Opening, Outcome, may_appeal, until};
use crate::clock::{Time, date_and_time, span};

const DOCUMENT: &str = "/verification/document/consent";
const CALL: &str = "/verification/call";

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// What it says.
    pub label: &'static str,
    /// Where it leads.
    pub path: String,
}

/// An appeal as its member hears of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard<'a> {
    /// By when it is decided.
    pub due: Time,
    /// How it was decided, and why.
    pub decided: Option<(Outcome, &'a str)>,
}

/// What a member reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What was decided.
    pub title: &'static str,
    /// Where it stands, in a few words.
    pub state: &'static str,
    /// What that means.
    pub words: Vec<String>,
    /// The reason of whoever decided the appeal.
    pub reason: Option<String>,
    /// The way on.
    pub way: Option<Way>,
    /// When something happens without the member.
    pub by_itself: Option<Time>,
}

impl Against {
    /// What was decided, as its member reads it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Declined => "Your document was not approved",
            Self::Failed => "Your call was not passed",
            Self::Refused => "Your badge was refused",
            Self::Revoked => "Your badge was taken away",
            Self::Suspended => "Your badge is off for now",
        }
    }
}

/// What a member reads of a decision, and of the appeal against it if there is one.
#[must_use]
pub fn notice(adverse: &Adverse, heard: Option<Heard<'_>>, now: Time) -> Notice {
    let blank = |state| Notice {
        title: adverse.against.title(),
        state,
        words: vec![adverse.told.clone()],
        reason: None,
        way: None,
        by_itself: None,
    };
    match heard {
        Some(Heard { due, decided: None }) => {
            let mut waiting = blank("Your appeal is being read");
            waiting.words.push(reading(due, now));
            waiting.by_itself = Some(due);
            waiting
        }
        Some(Heard { decided: Some((Outcome::Reverse, reason)), .. }) => {
            let mut granted = blank("Your appeal was granted");
            granted.reason = Some(reason.to_owned());
            opened(&mut granted, adverse.against.opening());
            granted
        }
        Some(Heard { decided: Some((Outcome::Uphold, reason)), .. }) => {
            let mut upheld = blank("Your appeal was read, and the decision stands");
            upheld.reason = Some(reason.to_owned());
            without(&mut upheld, adverse, now);
            upheld
        }
        None if may_appeal(adverse.at, false, now).is_ok() => {
            let mut open = blank("You can appeal");
            let last = date_and_time(until(adverse.at));
            open.words.push(format!(
                "If you think that is wrong, you can appeal until {last} UTC, the last day: somebody who took no part decides, within 5 working days."
            ));
            let path = format!("/verification/appeal/{}/{}", adverse.against.what().code(), adverse.id);
            open.way = Some(Way { label: "Appeal", path });
            open
        }
        None => {
            let mut over = blank("The 30 days for an appeal are over");
            without(&mut over, adverse, now);
            over
        }
    }
}

fn reading(due: Time, now: Time) -> String {
    let by = date_and_time(due);
    if now <= due {
        return format!("Your appeal is being read, by {by} UTC. We write to you when it is decided.");
    }
    format!(
        "We promised to decide by {by} UTC, and did not keep it: it is late by {}. We are sorry. Your appeal is being read, and there is nothing for you to do.",
        span(now - due)
    )
}

/// The way on after a reversal.
fn opened(notice: &mut Notice, opening: Opening) {
    let (words, label, path) = match opening {
        Opening::Document => {
            ("You can begin again; earlier attempts count no more.", "Begin again", DOCUMENT)
        }
        Opening::Call => ("An agent who took no part talks to you and decides anew.", "Choose a time", CALL),
        Opening::Steps => (
            "You can take the steps anew, as the first time: a document, and a call with an agent who took no part.",
            "Begin anew",
            DOCUMENT,
        ),
        Opening::Lift => {
            ("The badge is back where it stood before it was taken off.", "Your badge", "/verification/badge")
        }
    };
    notice.words.push(words.to_owned());
    notice.way = Some(Way { label, path: path.to_owned() });
}

/// The way on without a reversal.
fn without(notice: &mut Notice, adverse: &Adverse, now: Time) {
    let from = until(adverse.at);
    let (opening, is_open) = (adverse.against.opening(), now >= from);
    let (words, label, path) = match opening {
        Opening::Document => {
            ("You can begin again with another document.".to_owned(), "Begin again", DOCUMENT)
        }
        Opening::Call if is_open => ("You can have another call.".to_owned(), "Choose a time", CALL),
        Opening::Call => (closed("you can have another call", from), "", ""),
        Opening::Steps | Opening::Lift if is_open => (anew_words().to_owned(), "Begin anew", DOCUMENT),
        Opening::Steps => (closed("you can take document and call anew", from), "", ""),
        Opening::Lift => {
            (closed("and if it is not shown again before, you can take document and call anew", from), "", "")
        }
    };
    notice.words.push(words);
    if label.is_empty() {
        notice.by_itself = Some(from);
    } else {
        notice.way = Some(Way { label, path: path.to_owned() });
    }
}

fn closed(what: &str, from: Time) -> String {
    format!("From {} UTC, {what}.", date_and_time(from))
}

/// What is said where the steps are open once more.
#[must_use]
pub fn anew_words() -> &'static str {
    "You can take the steps anew, as the first time: a document, and a call."
}
