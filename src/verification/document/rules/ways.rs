//! Where a member goes on from each state.

use super::{Reason, State};

impl State {
    /// The page on which the member goes on.
    #[must_use]
    pub fn way_on(self) -> &'static str {
        match self {
            Self::Withdrawn | Self::Expired | Self::Declined => "/verification/document/consent",
            Self::Consented => "/verification/document/choose",
            Self::Uploading | Self::Resubmit => "/verification/document/photos",
            Self::Checking => "/verification/document/details",
            Self::Submitted | Self::InReview | Self::Referred | Self::Approved => "/verification",
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
