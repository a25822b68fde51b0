//! The checklist: what an agent looks at, line by line, and which lines a reason rests on.

use std::collections::BTreeMap;

use crate::verification::document::rules::{Kind, Reason};

/// A line of the checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Line {
    /// Every side is there and can be read.
    Sides,
    /// It is the document itself.
    Real,
    /// It is what was chosen, and accepted.
    Accepted,
    /// It is still valid.
    Valid,
    /// What was typed is what it says.
    Typed,
    /// The name, letter by letter.
    Name,
    /// The machine-readable zone goes with the rest.
    Zone,
    /// The photograph is the one it was made with.
    Photo,
    /// The print is even.
    Print,
    /// Both sides are of one document.
    Belongs,
    /// The name goes with the account.
    Account,
    /// No other account has it.
    Alone,
}

impl Line {
    /// Every line there is, in their order.
    pub const ALL: [Self; 12] = [
        Self::Sides,
        Self::Real,
        Self::Accepted,
        Self::Valid,
        Self::Typed,
        Self::Name,
        Self::Zone,
        Self::Photo,
        Self::Print,
        Self::Belongs,
        Self::Account,
        Self::Alone,
    ];

    /// The line's name in the database and in forms.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Sides => "sides",
            Self::Real => "real",
            Self::Accepted => "accepted",
            Self::Valid => "valid",
            Self::Typed => "typed",
            Self::Name => "name",
            Self::Zone => "zone",
            Self::Photo => "photo",
            Self::Print => "print",
            Self::Belongs => "belongs",
            Self::Account => "account",
            Self::Alone => "alone",
        }
    }

    /// The line of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|line| line.code() == code)
    }

    /// The statement that is answered.
    #[must_use]
    pub fn statement(self) -> &'static str {
        match self {
            Self::Sides => "Every side that is asked for is there, whole and sharp",
            Self::Real => "It is the document itself, not a screen, a copy or a printout",
            Self::Accepted => "It is of the kind and country that were chosen, and accepted there",
            Self::Valid => "It is valid today",
            Self::Typed => "Number, dates and nationality were typed as they are printed",
            Self::Name => "The name was typed as it is printed, letter by letter",
            Self::Zone => "The zone says what is printed, and its check digits are right",
            Self::Photo => "The photograph was not replaced: its edges and what overlaps it are whole",
            Self::Print => "Letters, spacing and background are even everywhere",
            Self::Belongs => "Front and back belong to one document",
            Self::Account => "The name goes with the account’s display name",
            Self::Alone => "No other account has this document",
        }
    }

    /// What to look at.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::Sides => "All four corners are in the picture; nothing is covered or in glare.",
            Self::Real => "Look for moiré, pixels, paper edges, punched holes.",
            Self::Accepted => "The list of accepted documents says which are.",
            Self::Valid => "The date is beside what was typed.",
            Self::Typed => "Compare with the picture, not only with the zone.",
            Self::Name => "Check digits do not protect the name: nobody but you notices a changed letter.",
            Self::Zone => "Marked above where they differ.",
            Self::Photo => "Zoom in on its border, stamps and the pattern that runs across it.",
            Self::Print => "Zoom in on the name, the number and the dates.",
            Self::Belongs => "Number, type and wear agree on both.",
            Self::Account => "A short form is good: Maria K for Maria Kowalska.",
            Self::Alone => "What was found is above.",
        }
    }
}

/// The lines for a document of this kind, with a machine-readable zone or without, in their order.
#[must_use]
pub fn lines(kind: Kind, has_zone: bool) -> Vec<Line> {
    let has_back = kind != Kind::Passport;
    let belongs = |line: &Line| match line {
        Line::Zone => has_zone,
        Line::Belongs => has_back,
        _ => true,
    };
    Line::ALL.into_iter().filter(belongs).collect()
}

/// The lines that a reason rests on.
#[must_use]
pub fn grounds(reason: Reason) -> &'static [Line] {
    match reason {
        Reason::SideMissing | Reason::Blurred | Reason::Covered => &[Line::Sides],
        Reason::DocumentExpired => &[Line::Valid],
        Reason::TypeNotAccepted => &[Line::Accepted],
        Reason::TypedDiffers => &[Line::Typed, Line::Name, Line::Zone],
        Reason::OtherName | Reason::OtherPerson => &[Line::Account, Line::Name],
        Reason::OtherAccount => &[Line::Alone],
        Reason::Altered => &[Line::Photo, Line::Print, Line::Zone, Line::Belongs],
        Reason::NotGenuine => &[Line::Real, Line::Photo, Line::Print, Line::Zone, Line::Belongs],
    }
}

/// An answer to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// It cannot be told.
    CannotTell,
}

impl Answer {
    /// Every answer there is.
    pub const ALL: [Self; 3] = [Self::Yes, Self::No, Self::CannotTell];

    /// The answer's name in the database and in forms.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::CannotTell => "cannot-tell",
        }
    }

    /// The answer of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Yes => "Yes",
            Self::No => "No",
            Self::CannotTell => "Cannot tell",
        }
    }
}

/// A checklist with an answer to each of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers(BTreeMap<Line, Answer>);

impl Answers {
    /// Reads the answers of a form, where `given` is what was chosen for a line.
    ///
    /// # Errors
    /// The lines that are not answered.
    pub fn read<'a>(lines: &[Line], given: impl Fn(Line) -> Option<&'a str>) -> Result<Self, Vec<Line>> {
        let (mut answers, mut open) = (BTreeMap::new(), Vec::new());
        for line in lines.iter().copied() {
            match given(line).and_then(Answer::parse) {
                Some(answer) => drop(answers.insert(line, answer)),
                None => open.push(line),
            }
        }
        if open.is_empty() { Ok(Self(answers)) } else { Err(open) }
    }

    /// Reads what the database keeps; what it does not know is left out.
    #[must_use]
    pub fn parse(kept: &str) -> Self {
        let pairs = kept.split(' ').filter_map(|pair| pair.split_once('='));
        Self(pairs.filter_map(|(line, answer)| Line::parse(line).zip(Answer::parse(answer))).collect())
    }

    /// What the database keeps: `sides=yes real=no`.
    #[must_use]
    pub fn kept(&self) -> String {
        let pairs = self.0.iter().map(|(line, answer)| format!("{}={}", line.code(), answer.code()));
        pairs.collect::<Vec<_>>().join(" ")
    }

    /// The answer to a line.
    #[must_use]
    pub fn get(&self, line: Line) -> Option<Answer> {
        self.0.get(&line).copied()
    }

    /// Whether everything is as it should be.
    #[must_use]
    pub fn are_all_yes(&self) -> bool {
        !self.0.is_empty() && self.0.values().all(|answer| *answer == Answer::Yes)
    }

    /// The lines that were not answered with yes.
    pub fn doubts(&self) -> impl Iterator<Item = (Line, Answer)> + '_ {
        self.0.iter().filter(|(_, answer)| **answer != Answer::Yes).map(|(line, answer)| (*line, *answer))
    }
}
