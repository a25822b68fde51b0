//! How many may be invited at once: never more than the agents can serve.

/// The agents who serve a rollout until the invitations of a wave lapse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crew {
    /// Minutes of the shifts of all agents together.
    pub shift_minutes: u64,
    /// Calls that are already to come of them.
    pub backlog: u64,
}

/// How it went so far. Before anything was measured it is taken to be [`Measured::AT_FIRST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Seconds of a call with what is written down after it.
    pub call_seconds: u64,
    /// Of a hundred minutes on shift, how many are talked.
    pub fill_percent: u64,
    /// Of a hundred who are invited, how many accept.
    pub accept_percent: u64,
}

impl Measured {
    /// 12 minutes a call, 80 of 100 minutes talked, 60 of 100 accept.
    pub const AT_FIRST: Self = Self { call_seconds: 12 * 60, fill_percent: 80, accept_percent: 60 };
}

/// How many invitations may be outstanding together: the calls that fit into the shifts, without those to come already,
/// over the share that accepts. Whole numbers, rounded down, so that it is never one too many; at most `most`.
#[must_use]
pub fn wave(crew: Crew, measured: Measured, most: u64) -> u64 {
    let Measured { call_seconds, fill_percent, accept_percent } = measured;
    if call_seconds == 0 || accept_percent == 0 {
        // Nothing that was measured says so: then nobody is invited rather than everybody.
        return 0;
    }
    let seconds = u128::from(crew.shift_minutes) * 60 * u128::from(fill_percent.min(100)) / 100;
    let calls = (seconds / u128::from(call_seconds)).saturating_sub(u128::from(crew.backlog));
    let invitations = calls * 100 / u128::from(accept_percent.min(100));
    u64::try_from(invitations).unwrap_or(u64::MAX).min(most)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_formula_by_hand() {
        // 3 agents for 8 hours: 1,440 minutes, of which 1,152 are talked: 96 calls, 6 of them to come already.
        let crew = Crew { shift_minutes: 3 * 480, backlog: 6 };
        assert_eq!(wave(crew, Measured::AT_FIRST, u64::MAX), 90 * 100 / 60);
        assert_eq!(wave(crew, Measured::AT_FIRST, 10), 10);
        assert_eq!(wave(Crew { shift_minutes: 0, backlog: 0 }, Measured::AT_FIRST, 10), 0);
    }

    proptest! {
        /// Invariant: those of a wave who accept are never more than the calls that fit.
        #[test]
        fn who_accepts_can_be_served(
            shift_minutes in 0..10_000_000u64,
            backlog in 0..1_000_000u64,
            call_seconds in 0..7_200u64,
            fill_percent in 0..=120u64,
            accept_percent in 0..=120u64,
        ) {
            let measured = Measured { call_seconds, fill_percent, accept_percent };
            let invited = u128::from(wave(Crew { shift_minutes, backlog }, measured, u64::MAX));
            let accepting = invited * u128::from(accept_percent.min(100)) / 100 + u128::from(backlog);
            let talked = accepting * u128::from(call_seconds);
            let there = u128::from(shift_minutes) * 60 * u128::from(fill_percent.min(100)) / 100;
            prop_assert!(invited == 0 || talked <= there, "{talked} s of {there} s");
        }

        #[test]
        fn more_agents_never_mean_a_smaller_wave(minutes in 0..1_000_000u64, more in 0..1_000_000u64, backlog in 0..1_000u64) {
            let of = |shift_minutes| wave(Crew { shift_minutes, backlog }, Measured::AT_FIRST, u64::MAX);
            prop_assert!(of(minutes) <= of(minutes + more));
        }
    }
}
