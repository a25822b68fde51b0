//! When badges that a rollout awards are shown, and what a rollout needs before it opens.

use chrono::TimeDelta;

use crate::clock::Time;
use crate::members::MemberId;

/// How long the announcement stands before a rollout opens that reaches experienced members.
pub const LEAD: TimeDelta = TimeDelta::days(7);
/// From when on a member is experienced: so long they have been one.
pub const EXPERIENCED: TimeDelta = TimeDelta::days(90);
/// How far ahead the latest date may lie.
pub const LONGEST: TimeDelta = TimeDelta::days(550);

/// When badges are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publication {
    /// Each when it is decided.
    AtOnce,
    /// All on a date.
    OnDate {
        /// That date, which is the latest as well.
        at: Time,
    },
    /// All when so many of a hundred are covered.
    AtShare {
        /// So many.
        share: u8,
        /// Then at the latest.
        latest: Time,
    },
    /// All when everybody is covered.
    WhenCovered {
        /// Then at the latest.
        latest: Time,
    },
}

impl Publication {
    /// The names in the database and in forms, in the order in which a form offers them.
    pub const CODES: [&'static str; 4] = ["at-once", "on-date", "at-share", "when-covered"];

    /// Its name in the database and in forms.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::AtOnce => "at-once",
            Self::OnDate { .. } => "on-date",
            Self::AtShare { .. } => "at-share",
            Self::WhenCovered { .. } => "when-covered",
        }
    }

    /// Puts it together from what the database keeps.
    #[must_use]
    pub fn read(code: &str, share: Option<i64>, latest: Option<Time>) -> Option<Self> {
        Some(match code {
            "at-once" => Self::AtOnce,
            "on-date" => Self::OnDate { at: latest? },
            "at-share" => Self::AtShare { share: u8::try_from(share?).ok()?, latest: latest? },
            "when-covered" => Self::WhenCovered { latest: latest? },
            _ => return None,
        })
    }

    /// Then at the latest; nothing where nothing is held.
    #[must_use]
    pub fn latest(self) -> Option<Time> {
        match self {
            Self::AtOnce => None,
            Self::OnDate { at } => Some(at),
            Self::AtShare { latest, .. } | Self::WhenCovered { latest } => Some(latest),
        }
    }

    /// Of a hundred, how many have to be covered; nothing where that is not asked.
    #[must_use]
    pub fn share(self) -> Option<u8> {
        if let Self::AtShare { share, .. } = self { Some(share) } else { None }
    }

    /// Whether anything is held at all.
    #[must_use]
    pub fn holds(self) -> bool {
        self != Self::AtOnce
    }

    /// Whether what is held is to be shown now, with so many covered of the whole.
    #[must_use]
    pub fn is_due(self, covered: u64, whole: u64, now: Time) -> bool {
        let is_late = self.latest().is_some_and(|latest| latest <= now);
        is_late
            || match self {
                Self::AtOnce => true,
                Self::OnDate { .. } => false,
                Self::AtShare { share, .. } => {
                    u128::from(covered) * 100 >= u128::from(whole) * u128::from(share)
                }
                Self::WhenCovered { .. } => covered >= whole,
            }
    }
}

/// Why a rollout does not open yet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotYet {
    /// Members of long standing are told first.
    #[error(
        "{0} of these members joined more than 90 days ago. Publish an announcement of this rollout and name it here: they read it at least 7 days before the first invitation."
    )]
    NotAnnounced(u64),
    /// The announcement has not stood long enough.
    #[error("The announcement has to stand for 7 days first. This rollout can open from {} UTC.", crate::clock::date_and_time(*.0))]
    TooSoon(Time),
    /// The latest date leaves no time.
    #[error("The latest date for showing badges has passed. Write a later one and have it approved again.")]
    LatestPassed,
    /// Nobody is in it.
    #[error("Nobody is in this rollout, so there is nobody to invite.")]
    Nobody,
}

/// Whether a rollout may open, or take more members in: with so many of long standing among them, who read of it in an
/// announcement of that time.
///
/// # Errors
/// When it may not, and why.
pub fn may_open(
    (size, experienced): (u64, u64),
    announced_at: Option<Time>,
    publication: Publication,
    now: Time,
) -> Result<(), NotYet> {
    if size == 0 {
        return Err(NotYet::Nobody);
    }
    if publication.latest().is_some_and(|latest| latest <= now) {
        return Err(NotYet::LatestPassed);
    }
    if experienced == 0 {
        return Ok(());
    }
    let from = announced_at.ok_or(NotYet::NotAnnounced(experienced))? + LEAD;
    if now < from { Err(NotYet::TooSoon(from)) } else { Ok(()) }
}

/// Whether somebody may agree to what these wrote or asked for: whoever did has agreed already.
#[must_use]
pub fn may_agree(who: MemberId, wrote: &[MemberId]) -> bool {
    !wrote.contains(&who)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(day: i64) -> Time {
        chrono::NaiveDate::from_ymd_opt(2026, 6, 1).unwrap().and_hms_opt(9, 0, 0).unwrap()
            + TimeDelta::days(day)
    }

    fn publication() -> impl Strategy<Value = Publication> {
        prop_oneof![
            Just(Publication::AtOnce),
            (0..100i64).prop_map(|at| Publication::OnDate { at: day(at) }),
            (1..=100u8, 0..100i64).prop_map(|(share, at)| Publication::AtShare { share, latest: day(at) }),
            (0..100i64).prop_map(|at| Publication::WhenCovered { latest: day(at) }),
        ]
    }

    #[test]
    fn members_of_long_standing_read_of_it_seven_days_before() {
        let (once, late) = (Publication::AtOnce, Publication::OnDate { at: day(0) });
        assert_eq!(may_open((0, 0), None, once, day(0)), Err(NotYet::Nobody));
        assert_eq!(may_open((9, 0), None, once, day(0)), Ok(()));
        assert_eq!(may_open((9, 1), None, once, day(0)), Err(NotYet::NotAnnounced(1)));
        assert_eq!(may_open((9, 1), Some(day(0)), once, day(6)), Err(NotYet::TooSoon(day(7))));
        assert_eq!(may_open((9, 1), Some(day(0)), once, day(7)), Ok(()));
        assert_eq!(may_open((9, 0), None, late, day(0)), Err(NotYet::LatestPassed));
    }

    proptest! {
        /// Held badges are always shown in the end, and never while any of what they wait for is missing.
        #[test]
        fn there_is_always_a_latest_date(
            mode in publication(), covered in 0..1_000u64, more in 0..1_000u64, at in 0..200i64
        ) {
            let whole = covered + more;
            let now = day(at);
            prop_assert!(mode.is_due(covered, whole, day(100)));
            let is_late = mode.latest().is_some_and(|latest| latest <= now);
            if mode.holds() && !is_late && mode.is_due(covered, whole, now) {
                let reached = match mode {
                    Publication::AtShare { share, .. } => covered * 100 >= whole * u64::from(share),
                    Publication::WhenCovered { .. } => more == 0,
                    Publication::AtOnce | Publication::OnDate { .. } => false,
                };
                prop_assert!(reached);
            }
            let read = Publication::read(
                mode.code(),
                mode.share().map(i64::from),
                mode.latest(),
            );
            prop_assert_eq!(read, Some(mode));
            prop_assert!(Publication::CODES.contains(&mode.code()));
        }
    }
}
