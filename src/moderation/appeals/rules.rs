//! Who may appeal, and who decides.

use crate::acts::rules::ActKind;
use crate::members::MemberId;

/// Longest appeal, in characters.
pub const LONGEST_WORDS: usize = 2_000;

/// Why an appeal was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAppeal {
    /// Nothing to read.
    #[error("Say why you think that the decision is wrong.")]
    Empty,
    /// Too long.
    #[error("Keep it within {LONGEST_WORDS} characters; these are {0}.")]
    TooLong(usize),
}

/// Reads the words of an appeal.
///
/// # Errors
/// When there are none, or too many.
pub fn words(text: &str) -> Result<String, BadAppeal> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    match text.chars().count() {
        0 => Err(BadAppeal::Empty),
        1..=LONGEST_WORDS => Ok(text),
        length => Err(BadAppeal::TooLong(length)),
    }
}

/// Why an act may not be appealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MayNotAppeal {
    /// It helps them, or ends an appeal.
    #[error("There is nothing to appeal against here.")]
    Kind,
    /// It was taken back.
    #[error("This was taken back already.")]
    Reversed,
    /// There was one.
    #[error("You appealed already. Each decision can be appealed once.")]
    Again,
}

/// Whether an act may be appealed.
///
/// # Errors
/// The reason, in words for them.
pub fn may_appeal(kind: ActKind, is_reversed: bool, has_appeal: bool) -> Result<(), MayNotAppeal> {
    if !kind.may_be_appealed() {
        Err(MayNotAppeal::Kind)
    } else if has_appeal {
        Err(MayNotAppeal::Again)
    } else if is_reversed {
        Err(MayNotAppeal::Reversed)
    } else {
        Ok(())
    }
}

/// Why somebody may not decide an appeal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MayNotDecide {
    /// It is against what they did.
    #[error("You took this decision yourself. Another moderator decides on the appeal.")]
    Own,
    /// It is their own appeal.
    #[error("This appeal is your own. Another moderator decides on it.")]
    Appellant,
}

/// Whether a moderator may decide an appeal of `appellant` against what `actor` did.
///
/// # Errors
/// The reason, in words for them.
pub fn may_decide(moderator: MemberId, actor: MemberId, appellant: MemberId) -> Result<(), MayNotDecide> {
    if moderator == actor {
        Err(MayNotDecide::Own)
    } else if moderator == appellant {
        Err(MayNotDecide::Appellant)
    } else {
        Ok(())
    }
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The act stands.
    Uphold,
    /// The act is taken back.
    Reverse,
}

impl Decision {
    /// The decision's name in the database and in forms.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Uphold => "uphold",
            Self::Reverse => "reverse",
        }
    }

    /// The decision of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Uphold, Self::Reverse].into_iter().find(|decision| decision.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Uphold => "The decision stands",
            Self::Reverse => "The decision was reversed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_is_appealed_once_and_only_while_it_stands() {
        assert_eq!(may_appeal(ActKind::Remove, false, false), Ok(()));
        assert_eq!(may_appeal(ActKind::Remove, false, true), Err(MayNotAppeal::Again));
        assert_eq!(may_appeal(ActKind::Remove, true, false), Err(MayNotAppeal::Reversed));
        assert_eq!(may_appeal(ActKind::Restore, false, false), Err(MayNotAppeal::Kind));
    }

    #[test]
    fn nobody_decides_on_what_they_did_or_asked() {
        let decide = |who, actor, appellant| may_decide(MemberId(who), MemberId(actor), MemberId(appellant));
        assert_eq!(decide(3, 1, 2), Ok(()));
        assert_eq!(decide(1, 1, 2), Err(MayNotDecide::Own));
        assert_eq!(decide(2, 1, 2), Err(MayNotDecide::Appellant));
    }

    #[test]
    fn an_appeal_has_words_and_an_end() {
        assert_eq!(words(" \r\n"), Err(BadAppeal::Empty));
        assert!(words(&"ä".repeat(2_000)).is_ok());
        assert_eq!(words(&"ä".repeat(2_001)), Err(BadAppeal::TooLong(2_001)));
        assert_eq!(Decision::parse("reverse"), Some(Decision::Reverse));
        assert_eq!(Decision::parse("maybe"), None);
    }
}
