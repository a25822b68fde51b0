//! What a member reads of a state, and where they go on.

use super::{Reason, State};

impl State {
    /// Where the case stands, to its member.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Consented => "You agreed. Next you choose the document that you want to show.",
            Self::Uploading => "Next you photograph the document, every side that is asked for.",
            Self::Checking => {
                "The photographs are there. Next you type what the document says and look it over."
            }
            Self::Submitted => "You sent it off. It waits for an agent, and you can take it back meanwhile.",
            Self::InReview => "An agent is looking at it now. You can take it back meanwhile.",
            Self::Approved => {
                "Your document was checked and is approved. You can have its images destroyed now."
            }
            Self::Resubmit => {
                "An agent looked at it and asks you for something better before it can be decided."
            }
            Self::Referred => {
                "Another agent looks at it too before it is decided. That takes a little longer."
            }
            Self::Declined => {
                "It was decided that the document is not accepted. You can appeal within 30 days."
            }
            Self::Withdrawn => "You took it back, and what you had sent was destroyed. You can begin again.",
            Self::Expired => {
                "You did not go on for 7 days, so the attempt ended, and what you had sent was destroyed."
            }
        }
    }

    /// The page on which the member goes on.
    #[must_use]
    pub fn way_on(self) -> &'static str {
        match self {
            Self::Withdrawn | Self::Expired => "/verification/document/consent",
            Self::Consented => "/verification/document/choose",
            Self::Uploading | Self::Resubmit => "/verification/document/photos",
            Self::Checking => "/verification/document/details",
            Self::Submitted | Self::InReview | Self::Referred | Self::Approved | Self::Declined => {
                "/verification"
            }
        }
    }
}

/// The page on which a member goes on whose case stands there; `None` where none was begun.
#[must_use]
pub fn way_on(state: Option<State>, has_details: bool, reason: Option<Reason>) -> &'static str {
    match (state, reason) {
        (None, _) => State::Withdrawn.way_on(),
        (Some(State::Checking), _) if has_details => "/verification/document/check",
        (Some(State::Resubmit), Some(Reason::TypedDiffers)) => State::Checking.way_on(),
        (Some(State::Resubmit), Some(Reason::TypeNotAccepted | Reason::DocumentExpired)) => {
            State::Consented.way_on()
        }
        (Some(state), _) => state.way_on(),
    }
}
