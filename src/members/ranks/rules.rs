//! Which rank goes with which figures.

use crate::clock::Time;
use crate::members::rules::Rank;

/// The greatest number that a rule may ask for.
pub const GREATEST: i64 = 1_000_000;

/// What ranks are measured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Posts that can be read.
    Posts,
    /// Days since joining.
    Days,
    /// Likes on these posts.
    Likes,
    /// Answers that others accepted.
    Answers,
    /// Days since the last warning.
    CleanDays,
}

impl Measure {
    /// Every measure, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Posts, Self::Days, Self::Likes, Self::Answers, Self::CleanDays];

    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Posts => "Posts",
            Self::Days => "Days since joining",
            Self::Likes => "Likes received",
            Self::Answers => "Accepted answers",
            Self::CleanDays => "Days without a warning",
        }
    }

    /// `3 accepted answers`.
    #[must_use]
    pub fn in_words(self, number: i64) -> String {
        let words = match (self, number) {
            (Self::Posts, 1) => "post",
            (Self::Posts, _) => "posts",
            (Self::Days, 1) => "day since joining",
            (Self::Days, _) => "days since joining",
            (Self::Likes, 1) => "like received",
            (Self::Likes, _) => "likes received",
            (Self::Answers, 1) => "accepted answer",
            (Self::Answers, _) => "accepted answers",
            (Self::CleanDays, 1) => "day without a warning",
            (Self::CleanDays, _) => "days without a warning",
        };
        format!("{number} {words}")
    }
}

/// What a rank needs; all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Posts that can be read.
    pub posts: i64,
    /// Days since joining.
    pub days: i64,
    /// Likes on these posts.
    pub likes: i64,
    /// Answers that others accepted.
    pub answers: i64,
    /// Days since the last warning.
    pub clean_days: i64,
}

impl Needs {
    /// How much of a measure is needed.
    #[must_use]
    pub fn of(&self, measure: Measure) -> i64 {
        match measure {
            Measure::Posts => self.posts,
            Measure::Days => self.days,
            Measure::Likes => self.likes,
            Measure::Answers => self.answers,
            Measure::CleanDays => self.clean_days,
        }
    }

    /// The same needs, with another number for a measure.
    #[must_use]
    pub fn with(mut self, measure: Measure, number: i64) -> Self {
        let place = match measure {
            Measure::Posts => &mut self.posts,
            Measure::Days => &mut self.days,
            Measure::Likes => &mut self.likes,
            Measure::Answers => &mut self.answers,
            Measure::CleanDays => &mut self.clean_days,
        };
        *place = number;
        self
    }

    /// `At least 10 posts and 14 days since joining.`
    #[must_use]
    pub fn in_words(&self) -> String {
        let asked = Measure::ALL.into_iter().filter(|measure| self.of(*measure) > 0);
        let parts: Vec<String> = asked.map(|measure| measure.in_words(self.of(measure))).collect();
        match parts.as_slice() {
            [] => "Everybody begins here.".to_owned(),
            [only] => format!("At least {only}."),
            [before @ .., last] => format!("At least {} and {last}.", before.join(", ")),
        }
    }
}

/// What a member has, as of a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Posts that can be read.
    pub posts: i64,
    /// Days since joining.
    pub days: i64,
    /// Likes on these posts.
    pub likes: i64,
    /// Answers that others accepted.
    pub answers: i64,
    /// Days since the last warning; `None` where there was none, which meets any need.
    pub clean_days: Option<i64>,
}

impl Figures {
    /// What a member has of a measure; `None` is more than any need.
    #[must_use]
    pub fn of(&self, measure: Measure) -> Option<i64> {
        match measure {
            Measure::Posts => Some(self.posts),
            Measure::Days => Some(self.days),
            Measure::Likes => Some(self.likes),
            Measure::Answers => Some(self.answers),
            Measure::CleanDays => self.clean_days,
        }
    }

    /// Whether they meet what is needed of a measure.
    #[must_use]
    pub fn meet(&self, needs: &Needs, measure: Measure) -> bool {
        self.of(measure).is_none_or(|has| has >= needs.of(measure))
    }
}

/// Whole days from one moment to another, and never fewer than none.
#[must_use]
pub fn days_between(from: Time, to: Time) -> i64 {
    (to - from).num_days().max(0)
}

/// The rules: what each rank needs, the lowest first. No rank asks for less of anything than the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RankRules([Needs; 4]);

/// Why rules were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRules {
    /// The first rank is everybody's.
    #[error("Everybody begins as {}: it can ask for nothing.", Rank::ALL[0].title())]
    First,
    /// A rank asks for less than the one before.
    #[error("{} asks for {least} here; a higher rank cannot ask for less.", below.title())]
    Shrinks {
        /// The rank that asks for less.
        rank: Rank,
        /// Of what.
        measure: Measure,
        /// The rank before it.
        below: Rank,
        /// What that one asks for.
        least: i64,
    },
}

/// Why a number was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Use a whole number from 0 to {GREATEST}.")]
pub struct BadNumber;

/// Reads how much of something a rank needs.
///
/// # Errors
/// When it is no such number.
pub fn number(text: &str) -> Result<i64, BadNumber> {
    text.trim().parse().ok().filter(|number| (0..=GREATEST).contains(number)).ok_or(BadNumber)
}

impl RankRules {
    /// Rules that ask for more from rank to rank.
    ///
    /// # Errors
    /// The first thing that is wrong with them.
    pub fn new(needs: [Needs; 4]) -> Result<Self, BadRules> {
        if needs[0] != Needs::default() {
            return Err(BadRules::First);
        }
        match shrinking(&needs).into_iter().next() {
            Some(problem) => Err(problem),
            None => Ok(Self(needs)),
        }
    }

    /// What a rank needs.
    #[must_use]
    pub fn needs(&self, rank: Rank) -> &Needs {
        let [first, second, third, fourth] = &self.0;
        match rank {
            Rank::CommunityMember => first,
            Rank::ActiveMember => second,
            Rank::AceContributor => third,
            Rank::CommunityGuru => fourth,
        }
    }
}

/// Every place where a rank asks for less than the one before.
#[must_use]
pub fn shrinking(needs: &[Needs; 4]) -> Vec<BadRules> {
    let pairs = needs.windows(2).zip(Rank::ALL.windows(2));
    let mut found = Vec::new();
    for (needs, ranks) in pairs {
        let less = |measure: &Measure| needs[1].of(*measure) < needs[0].of(*measure);
        found.extend(Measure::ALL.into_iter().filter(less).map(|measure| BadRules::Shrinks {
            rank: ranks[1],
            measure,
            below: ranks[0],
            least: needs[0].of(measure),
        }));
    }
    found
}

/// The highest rank whose needs are met.
#[must_use]
pub fn rank_of(rules: &RankRules, figures: &Figures) -> Rank {
    let is_met =
        |rank: &Rank| Measure::ALL.into_iter().all(|measure| figures.meet(rules.needs(*rank), measure));
    Rank::ALL.into_iter().rev().find(is_met).unwrap_or(Rank::CommunityMember)
}

/// The rank that a member who is entitled to one holds with these figures: what the figures give, or what they are
/// entitled to, lowered only as far as a warning asks for it.
#[must_use]
pub fn held_rank(rules: &RankRules, entitled: Rank, figures: &Figures) -> Rank {
    let is_clean = |rank: &Rank| figures.meet(rules.needs(*rank), Measure::CleanDays);
    let kept = Rank::ALL.into_iter().rev().filter(|rank| *rank <= entitled).find(is_clean);
    rank_of(rules, figures).max(kept.unwrap_or(Rank::CommunityMember))
}

/// The rank after this one.
#[must_use]
pub fn next(rank: Rank) -> Option<Rank> {
    Rank::ALL.into_iter().find(|other| *other > rank)
}

#[cfg(test)]
mod tests;
