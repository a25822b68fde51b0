//! What is asked, of whom, and what it says to them.

mod place;

pub use place::{Arm, arm, highest_asked, place};

use crate::boards::BoardId;

/// Something that a member proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// A phone that is theirs.
    Phone,
    /// A document, looked at by an agent.
    Document,
}

impl Step {
    /// Every step, in the order in which one does them.
    pub const ALL: [Self; 2] = [Self::Phone, Self::Document];

    /// The step's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Document => "document",
        }
    }

    /// The step of this name.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.code() == code)
    }

    /// What people read at the head of a column.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Phone => "Phone",
            Self::Document => "Document",
        }
    }

    /// What somebody needs who has passed it, inside a sentence.
    #[must_use]
    pub fn needed(self) -> &'static str {
        match self {
            Self::Phone => "a verified phone number",
            Self::Document => "a checked document",
        }
    }
}

/// The steps as a test keeps them.
#[must_use]
pub fn steps_code(steps: &[Step]) -> String {
    let kept = Step::ALL.into_iter().filter(|step| steps.contains(step));
    kept.map(Step::code).collect::<Vec<_>>().join(" ")
}

/// The steps of such a text; nothing where one of its words is no step, or there is none.
#[must_use]
pub fn parse_steps(code: &str) -> Option<Vec<Step>> {
    code.split(' ').map(Step::parse).collect()
}

/// The steps inside a sentence.
#[must_use]
pub fn in_words(steps: &[Step]) -> String {
    steps.iter().map(|step| step.needed()).collect::<Vec<_>>().join(" and ")
}

/// What a gate needs to know of a member who is about to write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Whether they hold a role: staff are asked for nothing.
    pub is_staff: bool,
    /// What they have passed.
    pub passed: Vec<Step>,
    /// What the running test asks those in it for; nothing where none runs.
    pub tested: Vec<Step>,
    /// Their arm in the running test; nothing where they are in none.
    pub arm: Option<Arm>,
}

impl Facts {
    /// Which of these steps they have still to do.
    #[must_use]
    pub fn lacks(&self, steps: &[Step]) -> Vec<Step> {
        let asked = Step::ALL.into_iter().filter(|step| steps.contains(step));
        asked.filter(|step| !self.is_staff && !self.passed.contains(step)).collect()
    }

    /// What the test still asks of them.
    #[must_use]
    pub fn test_lacks(&self) -> Vec<Step> {
        if self.arm == Some(Arm::Asked) { self.lacks(&self.tested) } else { Vec::new() }
    }

    /// Why they need not pass what others are asked for, if so.
    #[must_use]
    pub fn exemption(&self) -> Option<Exemption> {
        match self.arm {
            _ if self.is_staff => Some(Exemption::Staff),
            None if !self.tested.is_empty() => Some(Exemption::Earlier),
            _ => None,
        }
    }
}

/// Why somebody is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exemption {
    /// They hold a role.
    Staff,
    /// They were imported, or joined before the test that runs.
    Earlier,
}

impl Exemption {
    /// What they read.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Staff => "You hold a role here, so no gate stands before you.",
            Self::Earlier => {
                "A test asks some new members for more before they write. It is not for you: your account is older \
                 than the test, or came here with those of an earlier forum. It never will be."
            }
        }
    }
}

/// What a board asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gate {
    /// The steps.
    pub steps: Vec<Step>,
    /// Whether members ask for help there: then neither it nor a test asks for anything.
    pub is_help: bool,
}

/// What stands between a member and writing in a board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// What the board asks of everybody and they have not passed.
    pub board: Vec<Step>,
    /// What the test asks of them.
    pub test: Vec<Step>,
}

impl Blocked {
    /// What stands in the way of writing in a board with this gate; nothing where nothing does. A help board asks
    /// for nothing.
    #[must_use]
    pub fn of(facts: &Facts, gate: &Gate) -> Option<Self> {
        if gate.is_help {
            return None;
        }
        let blocked = Self { board: facts.lacks(&gate.steps), test: facts.test_lacks() };
        (!blocked.steps().is_empty()).then_some(blocked)
    }

    /// Each missing step once.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        let missing = |step: &Step| self.board.contains(step) || self.test.contains(step);
        Step::ALL.into_iter().filter(missing).collect()
    }

    /// What the member reads: who asks, and for what.
    #[must_use]
    pub fn words(&self) -> String {
        let by_board = (!self.board.is_empty()).then(|| {
            format!("This board asks everybody for {} before they write in it.", in_words(&self.board))
        });
        let by_test = (!self.test.is_empty()).then(|| {
            format!(
                "A test asks some new members, you among them, for {} before they write.",
                in_words(&self.test)
            )
        });
        by_board.into_iter().chain(by_test).collect::<Vec<_>>().join(" ")
    }

    /// What is left to them, as they read it.
    #[must_use]
    pub fn stays_open(&self) -> &'static str {
        STAYS_OPEN
    }

    /// What the whole notice is called.
    #[must_use]
    pub fn heading(&self) -> String {
        format!("To write here you need {}", in_words(&self.steps()))
    }
}

/// Who asks a member for steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// A board in which they could write.
    Board {
        /// Its title.
        title: String,
        /// Its address.
        path: String,
        /// What it asks for that they have not passed.
        steps: Vec<Step>,
    },
    /// The test among newcomers.
    Test {
        /// What it asks for that they have not passed.
        steps: Vec<Step>,
    },
}

impl Why {
    /// What they ask for that the member has not passed.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        match self {
            Self::Board { steps, .. } | Self::Test { steps } => steps,
        }
    }

    /// What the member reads.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Board { title, steps, .. } => {
                format!("The board {title} asks everybody who writes in it for {}.", in_words(steps))
            }
            Self::Test { steps } => format!(
                "A test asks some new members, you among them, for {} before they write. It was decided by lot when \
                 you joined, and it ends for everybody when the test does.",
                in_words(steps)
            ),
        }
    }
}

/// Where a member stands with the gates, in all boards where they could write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// What somebody asks for and they have not passed, each step once.
    pub missing: Vec<Step>,
    /// Who asks, boards first.
    pub because: Vec<Why>,
    /// Whether the test that runs, or every gate, leaves them out.
    pub exempt: bool,
    /// Why it does.
    pub exemption: Option<Exemption>,
}

impl Standing {
    /// What is left to them, as they read it.
    #[must_use]
    pub fn stays_open(&self) -> &'static str {
        STAYS_OPEN
    }
}

/// What a gate never takes away, as members read it.
pub const STAYS_OPEN: &str = "Reading, the boards where one asks for help, reports and appeals stay open to you. \
                              This has nothing to do with the badge, which nobody has to have.";

/// A board's gate, changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Change {
    /// The board.
    pub board: BoardId,
    /// The step.
    pub step: Step,
    /// Whether it is asked for from now on.
    pub is_asked: bool,
}

/// What an administrator changed: what was ticked when the form was made, against what was ticked when it was
/// sent. What somebody else changed in between stays as they left it.
#[must_use]
pub fn changes(shown: &[(BoardId, Step)], ticked: &[(BoardId, Step)]) -> Vec<Change> {
    let of =
        |is_asked| move |(board, step): &(BoardId, Step)| Change { board: *board, step: *step, is_asked };
    let added = ticked.iter().filter(|one| !shown.contains(one)).map(of(true));
    let lifted = shown.iter().filter(|one| !ticked.contains(one)).map(of(false));
    added.chain(lifted).collect()
}

/// Shortest and longest reason, in characters.
const REASON: std::ops::RangeInclusive<usize> = 10..=500;

/// Why a reason is no reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Say why in 10 to 500 characters: it is kept in the audit log.")]
pub struct BadReason;

/// Why a test is started, changed or ended.
///
/// # Errors
/// When it is too short or too long.
pub fn reason(text: &str) -> Result<String, BadReason> {
    let text = text.trim();
    if REASON.contains(&text.chars().count()) { Ok(text.to_owned()) } else { Err(BadReason) }
}

/// Why a share cannot be the test's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadShare {
    /// No number, or none that makes a test.
    #[error("Write a whole number from 1 to 100.")]
    OutOfRange,
    /// Lower than or as high as it is.
    #[error(
        "It is {0} % now and can only be raised: whoever was asked must not find that others no longer are."
    )]
    NotRaised(i64),
}

/// The share of newcomers that are asked, in percent.
///
/// # Errors
/// When it is none.
pub fn share(text: &str) -> Result<i64, BadShare> {
    let digits = text.trim().trim_end_matches('%').trim_end();
    digits.parse().ok().filter(|share| (1..=100).contains(share)).ok_or(BadShare::OutOfRange)
}

/// Whether a test's share may change from `before` to `after`.
///
/// # Errors
/// When it would not grow.
pub fn may_raise(before: i64, after: i64) -> Result<(), BadShare> {
    if after > before { Ok(()) } else { Err(BadShare::NotRaised(before)) }
}

#[cfg(test)]
mod tests;
