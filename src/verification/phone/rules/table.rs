//! The table: from which state which move leads where, what each state says, and the way on.

/// Where a member's phone stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Nothing was sent.
    None,
    /// A code is on its way.
    Sent,
    /// The right code was typed in.
    Verified,
    /// The code was not typed in in time.
    Expired,
    /// Too many wrong codes.
    Locked,
    /// The right code was typed in, and the number proves another account.
    Conflict,
    /// A senior agent does without.
    Waived,
}

/// What happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// The member asks for a code, or for another.
    Ask,
    /// The right code.
    Right,
    /// The right code, for a number that proves another account.
    RightElsewhere,
    /// A wrong code, with tries left.
    Wrong,
    /// A wrong code, the last that was allowed.
    WrongAgain,
    /// Ten minutes have passed.
    TimeOut,
    /// The member takes the number off.
    Remove,
    /// A senior agent does without, with a reason.
    Waive,
}

/// Where a state leads on to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// What one reads on it.
    pub label: &'static str,
    /// Where it leads.
    pub path: &'static str,
}

/// The state after a move; `None` where the move is not open.
#[must_use]
pub fn next(state: State, happens: Move) -> Option<State> {
    match (state, happens) {
        // Somebody who is done has to take the number off before another begins, so that no badge stands for two.
        (State::None | State::Sent | State::Expired | State::Locked | State::Conflict, Move::Ask)
        | (State::Sent, Move::Wrong) => Some(State::Sent),
        (State::Sent, Move::Right) => Some(State::Verified),
        (State::Sent, Move::RightElsewhere) => Some(State::Conflict),
        (State::Sent, Move::WrongAgain) => Some(State::Locked),
        (State::Sent, Move::TimeOut) => Some(State::Expired),
        (state, Move::Remove) if state != State::None => Some(State::None),
        (state, Move::Waive) if !state.passes() => Some(State::Waived),
        _ => None,
    }
}

impl State {
    /// Every state.
    pub const ALL: [Self; 7] =
        [Self::None, Self::Sent, Self::Verified, Self::Expired, Self::Locked, Self::Conflict, Self::Waived];

    /// The state's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Sent => "sent",
            Self::Verified => "verified",
            Self::Expired => "expired",
            Self::Locked => "locked",
            Self::Conflict => "conflict",
            Self::Waived => "waived",
        }
    }

    /// The state of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether a gate that asks for the phone lets one through.
    #[must_use]
    pub fn passes(self) -> bool {
        matches!(self, Self::Verified | Self::Waived)
    }

    /// The state in a word or two.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::None => "No number yet",
            Self::Sent => "A code is on its way",
            Self::Verified => "Your number is verified",
            Self::Expired => "The code has expired",
            Self::Locked => "Too many wrong codes",
            Self::Conflict => "This number proves another account",
            Self::Waived => "You need no phone number here",
        }
    }

    /// What the member reads.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "We send a code to your phone, and you type it in. It takes a minute or two.",
            Self::Sent => "Most codes arrive within a minute. The code is good for 10 minutes.",
            Self::Verified => {
                "The badge says that a number was checked. Nobody but you sees any of its digits."
            }
            Self::Expired => {
                "A code is good for 10 minutes, and this one was not typed in by then. Ask for a new one whenever you like."
            }
            Self::Locked => {
                "This code is closed, so that nobody can guess it. Ask for a new one; after 10 wrong codes within a day you have to wait until the day is over."
            }
            Self::Conflict => {
                "A number proves one account at a time. If the other account is yours, take the number off there and come back; otherwise use another number."
            }
            Self::Waived => {
                "A senior agent decided that you can do without. You can still prove a number if you take this off first."
            }
        }
    }

    /// How one goes on.
    #[must_use]
    pub fn way(self) -> Way {
        let (label, path) = match self {
            Self::None => ("Enter your number", "/verification/phone"),
            Self::Sent => ("Type the code in", "/verification/phone/code"),
            Self::Verified | Self::Waived => ("Go on with your verification", "/verification"),
            Self::Expired | Self::Locked => ("Ask for a new code", "/verification/phone"),
            Self::Conflict => ("Use another number", "/verification/phone"),
        };
        Way { label, path }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MOVES: [Move; 8] = [
        Move::Ask,
        Move::Right,
        Move::RightElsewhere,
        Move::Wrong,
        Move::WrongAgain,
        Move::TimeOut,
        Move::Remove,
        Move::Waive,
    ];

    /// The table, written a second time: each state and where one step can lead.
    fn steps(state: State) -> &'static [State] {
        use State::{Conflict, Expired, Locked, None, Sent, Verified, Waived};
        match state {
            None => &[Sent, Waived],
            Sent => &[Sent, Verified, Expired, Locked, Conflict, None, Waived],
            Verified | Waived => &[None],
            Expired | Locked | Conflict => &[Sent, None, Waived],
        }
    }

    proptest! {
        #[test]
        fn random_walks_stay_in_the_table(moves in proptest::collection::vec(0..MOVES.len(), 0..60)) {
            let mut state = State::None;
            for step in moves {
                let Some(after) = next(state, MOVES[step]) else { continue };
                prop_assert!(steps(state).contains(&after), "{state:?} to {after:?}");
                // Only a right code verifies, and only from where one was sent.
                prop_assert_eq!(after == State::Verified, (state, MOVES[step]) == (State::Sent, Move::Right));
                state = after;
            }
        }
    }

    #[test]
    fn every_state_can_be_reached_and_left_and_has_words_and_a_way_on() {
        for state in State::ALL {
            let before = State::ALL.into_iter().filter(|from| steps(*from).contains(&state));
            assert!(before.count() > 0, "{state:?} is never reached");
            for after in steps(state) {
                let moves = MOVES.into_iter().filter(|step| next(state, *step) == Some(*after));
                assert!(moves.count() > 0, "{state:?} never becomes {after:?}");
            }
            assert!(MOVES.into_iter().any(|step| next(state, step).is_some_and(|after| after != state)));
            assert!(state.words().ends_with('.') && !state.title().is_empty());
            assert!(state.way().path.starts_with("/verification") && !state.way().label.is_empty());
            assert_eq!(State::parse(state.code()), Some(state));
        }
    }
}
