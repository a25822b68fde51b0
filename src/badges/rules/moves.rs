//! The way of a grant: from settling to being shown, taken off, and ended. What is not written here does not happen.

use chrono::TimeDelta;

use super::GrantState;
use crate::clock::Time;

/// How long before the end of a badge its member may have the fact checked anew.
pub const RENEWAL: TimeDelta = TimeDelta::days(60);

/// Why a grant is taken off for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The display name is not the one that was checked.
    Name,
    /// The account may have been taken over.
    TakeOver,
    /// A report is looked into.
    Report,
    /// Something else.
    Other,
}

impl Cause {
    /// Every cause there is.
    pub const ALL: [Self; 4] = [Self::Name, Self::TakeOver, Self::Report, Self::Other];

    /// Its name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::TakeOver => "take-over",
            Self::Report => "report",
            Self::Other => "other",
        }
    }

    /// The cause of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.code() == code)
    }
}

/// Where a grant stands, and why it is off where it is suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The state.
    pub state: GrantState,
    /// The cause of a suspension, and nothing in any other state.
    pub cause: Option<Cause>,
}

impl Place {
    /// Where every grant from decided checks begins.
    pub const BEGIN: Self = Self::of(GrantState::Settling);

    /// A state that has no cause.
    #[must_use]
    pub const fn of(state: GrantState) -> Self {
        Self { state, cause: None }
    }

    /// Taken off for this cause.
    #[must_use]
    pub const fn off(cause: Cause) -> Self {
        Self { state: GrantState::Suspended, cause: Some(cause) }
    }
}

/// What is known of a grant, for its member's own page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its number.
    pub id: i64,
    /// Where it stands.
    pub place: Place,
    /// The display name it binds.
    pub bound_name: String,
    /// When it was decided.
    pub granted_at: Time,
    /// Until when it counts.
    pub expires_at: Option<Time>,
    /// Until when it is promised.
    pub promised_until: Option<Time>,
    /// For what it was taken away.
    pub revoked_for: Option<String>,
    /// When its member hid it.
    pub hidden_at: Option<Time>,
    /// Until when it is held back at the latest, where it is.
    pub held_until: Option<Time>,
}

/// Whether a badge with this end may be had anew, with a new document and a new call: it stays until the new one is
/// shown.
#[must_use]
pub fn is_renewable(end: Time, now: Time) -> bool {
    end - RENEWAL <= now
}

/// What comes of settling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is shown.
    Shown,
    /// It is held back until it is published together with others.
    Embargoed,
    /// The display name changed meanwhile.
    NameDiffers,
}

/// Something that happens to a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Its time of settling is over.
    Settle {
        /// Whether it needed no second look, or had it.
        is_looked_at: bool,
        /// What comes of it.
        end: Settled,
    },
    /// It is published together with others.
    Publish {
        /// Whether the member bears the name that was checked.
        name_is_bound: bool,
    },
    /// It is taken off for now.
    Suspend(Cause),
    /// The cause of its suspension is gone.
    Lift {
        /// Which cause.
        cause: Cause,
        /// Whether the member bears the name that was checked.
        name_is_bound: bool,
    },
    /// Its date has passed.
    Expire,
    /// A newer one takes its place.
    Supersede,
    /// It is taken away.
    Revoke,
}

/// Why a move is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The grant has ended, and does not come back.
    Ended,
    /// A second agent has to look first.
    SecondLookMissing,
    /// It is off for another cause, which is not gone.
    OtherCause,
    /// There is no such way from where it stands.
    NoWay,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Ended => "This grant has ended, and an ended grant does not come back.",
            Self::SecondLookMissing => "A second agent has to look at this grant first.",
            Self::OtherCause => "The badge is off for another reason, which is not gone.",
            Self::NoWay => "The grant has moved on. Look at its page for where it stands.",
        })
    }
}

/// Where a grant that stands at `from` stands after a move.
///
/// # Errors
/// When the move is not to be made from there; then nothing happens to the grant.
pub fn next(from: Place, step: Move) -> Result<Place, Refusal> {
    use GrantState::{Active, Embargoed, Expired, Revoked, Settling, Superseded, Suspended};
    let shown_or_off =
        |name_is_bound| if name_is_bound { Place::of(Active) } else { Place::off(Cause::Name) };
    match (from.state, step) {
        (Expired | Superseded | Revoked, _) => Err(Refusal::Ended),
        (_, Move::Revoke) => Ok(Place::of(Revoked)),
        (Settling, Move::Settle { is_looked_at: false, .. }) => Err(Refusal::SecondLookMissing),
        (Settling, Move::Settle { end, .. }) => Ok(match end {
            Settled::Shown => Place::of(Active),
            Settled::Embargoed => Place::of(Embargoed),
            Settled::NameDiffers => Place::off(Cause::Name),
        }),
        (Embargoed, Move::Publish { name_is_bound }) => Ok(shown_or_off(name_is_bound)),
        (Active, Move::Suspend(cause)) => Ok(Place::off(cause)),
        // What weighs more than a name takes the name's place; when it is gone, the name is looked at again.
        (Suspended, Move::Suspend(cause)) if from.cause == Some(Cause::Name) && cause != Cause::Name => {
            Ok(Place::off(cause))
        }
        (Suspended, Move::Lift { cause, name_is_bound }) if from.cause == Some(cause) => {
            Ok(shown_or_off(name_is_bound))
        }
        (Suspended, Move::Lift { .. } | Move::Suspend(_)) => Err(Refusal::OtherCause),
        (Active | Suspended | Embargoed, Move::Expire) => Ok(Place::of(Expired)),
        (Active | Suspended, Move::Supersede) => Ok(Place::of(Superseded)),
        _ => Err(Refusal::NoWay),
    }
}

/// Every state from which a move can be made, whatever the cause: what a change of many grants asks for.
#[must_use]
pub fn before(step: Move) -> Vec<&'static str> {
    let can = |state: &GrantState| next(Place::of(*state), step).is_ok();
    GrantState::ALL.into_iter().filter(can).map(GrantState::code).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn step() -> impl Strategy<Value = Move> {
        let cause = || prop::sample::select(Cause::ALL.to_vec());
        let end = prop::sample::select(vec![Settled::Shown, Settled::Embargoed, Settled::NameDiffers]);
        prop_oneof![
            4 => (any::<bool>(), end).prop_map(|(is_looked_at, end)| Move::Settle { is_looked_at, end }),
            2 => any::<bool>().prop_map(|name_is_bound| Move::Publish { name_is_bound }),
            3 => cause().prop_map(Move::Suspend),
            3 => (cause(), any::<bool>())
                .prop_map(|(cause, name_is_bound)| Move::Lift { cause, name_is_bound }),
            1 => Just(Move::Expire),
            1 => Just(Move::Supersede),
            1 => Just(Move::Revoke),
        ]
    }

    fn has_ended(place: Place) -> bool {
        matches!(place.state, GrantState::Expired | GrantState::Superseded | GrantState::Revoked)
    }

    proptest! {
        #[test]
        fn nothing_is_shown_that_did_not_settle_after_its_second_look(
            steps in prop::collection::vec(step(), 0..30)
        ) {
            let (mut place, mut has_settled) = (Place::BEGIN, false);
            for step in steps {
                let Ok(then) = next(place, step) else { continue };
                has_settled |= matches!(step, Move::Settle { is_looked_at: true, .. });
                let skips_the_look = matches!(step, Move::Settle { is_looked_at: false, .. });
                prop_assert!(!skips_the_look, "{step:?} from {place:?}");
                prop_assert!(then.state != GrantState::Active || has_settled, "{step:?} from {place:?}");
                prop_assert!(!has_ended(place), "{place:?} came back by {step:?}");
                prop_assert_eq!(then.cause.is_some(), then.state == GrantState::Suspended);
                place = then;
            }
        }

        #[test]
        fn what_is_off_comes_back_by_its_own_cause_and_under_its_own_name(
            cause in prop::sample::select(Cause::ALL.to_vec()), step in step()
        ) {
            if next(Place::off(cause), step) == Ok(Place::of(GrantState::Active)) {
                prop_assert_eq!(step, Move::Lift { cause, name_is_bound: true });
            }
        }
    }

    #[test]
    fn every_state_that_has_not_ended_has_a_way_on() {
        let gone = [GrantState::Expired, GrantState::Superseded, GrantState::Revoked];
        for state in GrantState::ALL {
            assert_eq!(next(Place::of(state), Move::Revoke).is_err(), gone.contains(&state), "{state:?}");
        }
        for cause in Cause::ALL {
            let lift = Move::Lift { cause, name_is_bound: true };
            assert_eq!(next(Place::off(cause), lift), Ok(Place::of(GrantState::Active)));
            assert_eq!(Cause::parse(cause.code()), Some(cause));
        }
        assert_eq!(before(Move::Suspend(Cause::Name)), ["active"]);
        assert_eq!(before(Move::Supersede), ["active", "suspended"]);
    }
}
