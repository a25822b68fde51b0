//! What an agent looks at in a call: challenges, the checklist, and the reasons of a decision. Codes alone are kept.

use std::collections::BTreeMap;

use super::Outcome;
use crate::verification::desk::rules::checklist::Answer;

/// How many challenges are drawn.
pub const DRAWN: usize = 3;

/// Something that is asked of a member, to see that the picture is live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Challenge {
    /// Turn the head to the left.
    TurnLeft,
    /// Turn the head to the right.
    TurnRight,
    /// Look up, then down.
    LookUp,
    /// Move a hand before the face.
    Hand,
    /// Hold up so many fingers.
    Fingers,
    /// Read a number that the agent says.
    Number,
    /// Come nearer and go back.
    Nearer,
    /// Touch the ear.
    Ear,
}

impl Challenge {
    /// Every one there is.
    pub const ALL: [Self; 8] = [
        Self::TurnLeft,
        Self::TurnRight,
        Self::LookUp,
        Self::Hand,
        Self::Fingers,
        Self::Number,
        Self::Nearer,
        Self::Ear,
    ];

    /// Its name in the database and in forms.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TurnLeft => "turn-left",
            Self::TurnRight => "turn-right",
            Self::LookUp => "look-up",
            Self::Hand => "hand",
            Self::Fingers => "fingers",
            Self::Number => "number",
            Self::Nearer => "nearer",
            Self::Ear => "ear",
        }
    }

    /// The one of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|challenge| challenge.code() == code)
    }

    /// What the agent asks for. Whoever cannot do one is asked for it in another way.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::TurnLeft => "Turn your head to the left, slowly, and back",
            Self::TurnRight => "Turn your head to the right, slowly, and back",
            Self::LookUp => "Look up to the ceiling, then at the camera",
            Self::Hand => "Move a hand across your face, with the fingers spread",
            Self::Fingers => "Hold up as many fingers as I say now, beside your face",
            Self::Number => "Write down the number I say now, and hold it into the picture",
            Self::Nearer => "Come near to the camera, and go back again",
            Self::Ear => "Touch one of your ears with the other side’s hand",
        }
    }
}

/// Draws challenges by numbers that are random: each picks from those that are left.
#[must_use]
pub fn draw(random: [u8; DRAWN]) -> Vec<Challenge> {
    let mut left = Challenge::ALL.to_vec();
    random.into_iter().map(|number| left.remove(usize::from(number) % left.len())).collect()
}

/// Reads the challenges of a call as they are kept.
#[must_use]
pub fn challenges(kept: &str) -> Vec<Challenge> {
    kept.split_whitespace().filter_map(Challenge::parse).collect()
}

/// What the database keeps of them.
#[must_use]
pub fn kept(challenges: &[Challenge]) -> String {
    challenges.iter().map(|one| one.code()).collect::<Vec<_>>().join(" ")
}

/// A line of the checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Line {
    /// Questions came first.
    Questions,
    /// The member speaks for themselves.
    Free,
    /// The person of the photograph.
    Face,
    /// The document itself was shown.
    Document,
    /// A challenge was done.
    Done(Challenge),
}

impl Line {
    /// The line's name in the database and in forms.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Questions => "questions",
            Self::Free => "free",
            Self::Face => "face",
            Self::Document => "document",
            Self::Done(challenge) => challenge.code(),
        }
    }

    /// The statement that is answered.
    #[must_use]
    pub fn statement(self) -> &'static str {
        match self {
            Self::Questions => "The member’s questions came first, and were answered",
            Self::Free => "The member speaks freely; nobody tells them what to say",
            Self::Face => "It is the person in the photograph of the document",
            Self::Document => {
                "The member held the document into the picture, and it is the one that was sent"
            }
            Self::Done(challenge) => challenge.words(),
        }
    }

    /// What to look at.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::Questions => {
                "Tell them who you are, that nothing is recorded, and that they may stop at any time."
            }
            Self::Free => "Another person in the room is no reason for a no.",
            Self::Face => "Compare eyes, ears, the shape of nose and chin. Hair, glasses and age may differ.",
            Self::Document => "The last three characters of its number agree. Ask them to tilt it.",
            Self::Done(_) => "Done at once when you asked, and not before.",
        }
    }
}

/// The lines of a call with these challenges, in the order in which an agent goes through them.
#[must_use]
pub fn lines(challenges: &[Challenge]) -> Vec<Line> {
    let asked = challenges.iter().map(|one| Line::Done(*one));
    [Line::Questions, Line::Free].into_iter().chain(asked).chain([Line::Document, Line::Face]).collect()
}

/// A checklist with an answer to each of its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers(BTreeMap<&'static str, Answer>);

impl Answers {
    /// Reads the answers of a form, where `given` is what was chosen for a line.
    ///
    /// # Errors
    /// How many lines are not answered.
    pub fn read<'a>(lines: &[Line], given: impl Fn(Line) -> Option<&'a str>) -> Result<Self, usize> {
        let answers: BTreeMap<_, _> = lines
            .iter()
            .filter_map(|line| Some((line.code(), given(*line).and_then(Answer::parse)?)))
            .collect();
        if answers.len() == lines.len() { Ok(Self(answers)) } else { Err(lines.len() - answers.len()) }
    }

    /// What the database keeps: `face=yes hand=no`.
    #[must_use]
    pub fn kept(&self) -> String {
        let pairs = self.0.iter().map(|(line, answer)| format!("{line}={}", answer.code()));
        pairs.collect::<Vec<_>>().join(" ")
    }

    /// Whether everything is as it should be.
    #[must_use]
    pub fn are_all_yes(&self) -> bool {
        !self.0.is_empty() && self.0.values().all(|answer| *answer == Answer::Yes)
    }
}

/// Why a call was not passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Picture or sound were too poor.
    Connection,
    /// It was too dark, or the face could not be seen.
    Light,
    /// The document was not at hand.
    NoDocument,
    /// The code did not arrive, or could not be read out.
    Code,
    /// The member stopped.
    Stopped,
    /// The person is not the one of the document.
    OtherPerson,
    /// The document in the picture is another.
    OtherDocument,
    /// The member would not do what is asked.
    WouldNot,
}

impl Reason {
    /// Every one there is.
    pub const ALL: [Self; 8] = [
        Self::Connection,
        Self::Light,
        Self::NoDocument,
        Self::Code,
        Self::Stopped,
        Self::OtherPerson,
        Self::OtherDocument,
        Self::WouldNot,
    ];

    /// Its name in the database and in forms.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Light => "light",
            Self::NoDocument => "no-document",
            Self::Code => "code",
            Self::Stopped => "stopped",
            Self::OtherPerson => "other-person",
            Self::OtherDocument => "other-document",
            Self::WouldNot => "would-not",
        }
    }

    /// The one of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// What it is a reason for.
    #[must_use]
    pub fn of(self) -> Outcome {
        match self {
            Self::OtherPerson | Self::OtherDocument | Self::WouldNot => Outcome::Failed,
            _ => Outcome::Inconclusive,
        }
    }

    /// What agents read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Connection => "Picture or sound were too poor",
            Self::Light => "The face could not be seen well",
            Self::NoDocument => "The document was not at hand",
            Self::Code => "The code did not arrive, or was not right",
            Self::Stopped => "The member stopped",
            Self::OtherPerson => "Not the person of the document",
            Self::OtherDocument => "Another document was shown",
            Self::WouldNot => "The member would not do what is asked",
        }
    }

    /// What the member reads. What concerns who somebody is, is told as a class.
    #[must_use]
    pub fn told(self) -> &'static str {
        match self {
            Self::Connection => "Picture or sound were too poor to tell.",
            Self::Light => "Your face could not be seen well enough. More light from the front helps.",
            Self::NoDocument => "The document was not at hand. Have it beside you next time.",
            Self::Code => "The code that we sent to your phone could not be read out.",
            Self::Stopped => "You stopped the call, which you may at any time.",
            Self::OtherPerson | Self::OtherDocument => {
                "We could not confirm in the call that the document is yours."
            }
            Self::WouldNot => "Not everything that is asked for in the call was done.",
        }
    }
}

/// A decision with its grounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// What.
    pub outcome: Outcome,
    /// Why.
    pub reason: Option<Reason>,
    /// The checklist.
    pub answers: Answers,
    /// Whether a second agent is to look in any case.
    pub is_flagged: bool,
}

/// Why a decision does not stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfounded {
    /// Passed although not every answer is yes.
    #[error("A call is passed only when every answer is yes. Look at the list again, or decide otherwise.")]
    NotAllYes,
    /// Passed without the code.
    #[error("A call is passed only when the code was read out. Send it, and type in what the member reads.")]
    NoCode,
    /// A reason is missing.
    #[error("Choose a reason.")]
    NoReason,
    /// The reason belongs to another outcome.
    #[error("This reason does not go with what you decided. Choose another.")]
    OtherReason,
    /// Failed although every answer is yes.
    #[error("A call fails for a line that you answered with no. Every answer is yes or open.")]
    NoGrounds,
}

/// Whether a decision goes with what was found. `has_code` says whether the code was right, or none is asked for.
///
/// # Errors
/// What does not go together.
pub fn is_founded(ruling: &Ruling, has_code: bool) -> Result<(), Unfounded> {
    let has_no = ruling.answers.0.values().any(|answer| *answer == Answer::No);
    match (ruling.outcome, ruling.reason) {
        (Outcome::Passed, _) if !ruling.answers.are_all_yes() => Err(Unfounded::NotAllYes),
        (Outcome::Passed, _) if !has_code => Err(Unfounded::NoCode),
        (Outcome::Passed | Outcome::Flagged, Some(_)) => Err(Unfounded::OtherReason),
        (Outcome::Inconclusive | Outcome::Failed, None) => Err(Unfounded::NoReason),
        (outcome, Some(reason)) if reason.of() != outcome => Err(Unfounded::OtherReason),
        (Outcome::Failed, _) if !has_no => Err(Unfounded::NoGrounds),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
