//! How far a rollout has come.

/// Where a rollout stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Being written.
    Draft,
    /// Another person agreed; the hashes of salt and audience are public.
    Approved,
    /// Waves open.
    Open,
    /// No new wave opens; whoever is invited goes on.
    Paused,
    /// Everybody had their invitation; answers are still to come.
    Closing,
    /// Everybody is covered. What is held is not shown yet.
    Complete,
    /// What was held is shown, and the salt is public.
    Published,
    /// Ended before its time.
    Cancelled,
}

impl Phase {
    /// Every phase, in order.
    pub const ALL: [Self; 8] = [
        Self::Draft,
        Self::Approved,
        Self::Open,
        Self::Paused,
        Self::Closing,
        Self::Complete,
        Self::Published,
        Self::Cancelled,
    ];

    /// The phase's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Approved => "approved",
            Self::Open => "open",
            Self::Paused => "paused",
            Self::Closing => "closing",
            Self::Complete => "complete",
            Self::Published => "published",
            Self::Cancelled => "cancelled",
        }
    }

    /// The phase of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Approved => "Approved",
            Self::Open => "Open",
            Self::Paused => "Paused",
            Self::Closing => "Closing",
            Self::Complete => "Complete",
            Self::Published => "Published",
            Self::Cancelled => "Cancelled",
        }
    }

    /// Whether nothing happens any more.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Published | Self::Cancelled)
    }

    /// Whether badges that it awards are held back, where it holds any.
    #[must_use]
    pub fn holds(self) -> bool {
        matches!(self, Self::Open | Self::Paused | Self::Closing | Self::Complete)
    }

    /// Where `step` leads from here.
    ///
    /// # Errors
    /// When the step cannot be taken from here.
    pub fn after(self, step: Step) -> Result<Self, WrongStep> {
        match (self, step) {
            // Whoever changes what was approved has it approved again.
            (Self::Draft | Self::Approved, Step::Save) => Ok(Self::Draft),
            (Self::Draft, Step::Approve) => Ok(Self::Approved),
            (Self::Approved | Self::Paused, Step::Open) => Ok(Self::Open),
            (Self::Open, Step::Pause) => Ok(Self::Paused),
            (Self::Open | Self::Paused, Step::Close) => Ok(Self::Closing),
            (Self::Closing, Step::Complete) => Ok(Self::Complete),
            // At the latest date also before everybody answered.
            (Self::Open | Self::Paused | Self::Closing | Self::Complete, Step::Publish) => {
                Ok(Self::Published)
            }
            (Self::Draft | Self::Approved | Self::Open | Self::Paused | Self::Closing, Step::Cancel) => {
                Ok(Self::Cancelled)
            }
            (from, step) => Err(WrongStep { from, step }),
        }
    }
}

/// What can be done with a rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Keep what was written.
    Save,
    /// Agree to it as it stands.
    Approve,
    /// Let waves open, for the first time or again.
    Open,
    /// Let no new wave open.
    Pause,
    /// Nobody is left to invite.
    Close,
    /// Everybody is covered.
    Complete,
    /// Show what was held.
    Publish,
    /// End it before its time.
    Cancel,
}

impl Step {
    /// Every step there is.
    pub const ALL: [Self; 8] = [
        Self::Save,
        Self::Approve,
        Self::Open,
        Self::Pause,
        Self::Close,
        Self::Complete,
        Self::Publish,
        Self::Cancel,
    ];

    fn done(self) -> &'static str {
        match self {
            Self::Save => "changed",
            Self::Approve => "approved",
            Self::Open => "opened",
            Self::Pause => "paused",
            Self::Close => "closed",
            Self::Complete => "completed",
            Self::Publish => "published",
            Self::Cancel => "cancelled",
        }
    }
}

/// A step that cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This rollout is {}, so it cannot be {}. Open it again to see how it stands.", .from.title().to_lowercase(), .step.done())]
pub struct WrongStep {
    /// Where it stands.
    pub from: Phase,
    /// What was tried.
    pub step: Step,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_code_reads_back() {
        assert!(Phase::ALL.iter().all(|phase| Phase::parse(phase.code()) == Some(*phase)));
        assert_eq!(Phase::parse("running"), None);
    }

    proptest! {
        /// However a rollout is handled: what is open was approved as it stands, and what is over stays over.
        #[test]
        fn nothing_opens_unapproved_and_nothing_comes_back(
            steps in prop::collection::vec(prop::sample::select(Step::ALL.to_vec()), 0..20)
        ) {
            let (mut phase, mut is_agreed) = (Phase::Draft, false);
            for step in steps {
                let Ok(to) = phase.after(step) else { continue };
                prop_assert!(!phase.is_over());
                match step {
                    Step::Approve => is_agreed = true,
                    Step::Save => is_agreed = false,
                    _ => {}
                }
                prop_assert!(!to.holds() || is_agreed);
                phase = to;
            }
        }
    }
}
