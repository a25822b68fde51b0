//! Who may be warned, silenced or suspended, and for how long.

use chrono::{NaiveDate, NaiveTime, TimeDelta};

use crate::acts::rules::{ActKind, Actor};
use crate::clock::Time;
use crate::members::MemberId;
use crate::members::rules::Role;

/// The spans that a form offers, in days.
pub const SPANS: [i64; 4] = [1, 3, 7, 30];
/// The longest a member can be silenced or suspended.
pub const LONGEST: TimeDelta = TimeDelta::days(366);

/// What is done to a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sanction {
    /// They are told that a rule was broken.
    Warn,
    /// They may not write for some time.
    Silence,
    /// They may not take part for some time.
    Suspend,
}

impl Sanction {
    /// Every sanction, the mildest first.
    pub const ALL: [Self; 3] = [Self::Warn, Self::Silence, Self::Suspend];

    /// Its word in addresses.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Silence => "silence",
            Self::Suspend => "suspend",
        }
    }

    /// The act that it is.
    #[must_use]
    pub fn kind(self) -> ActKind {
        match self {
            Self::Warn => ActKind::Warn,
            Self::Silence => ActKind::Silence,
            Self::Suspend => ActKind::Suspend,
        }
    }

    /// Whether it has an end.
    #[must_use]
    pub fn has_end(self) -> bool {
        self != Self::Warn
    }
}

/// Why somebody may not be sanctioned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MayNotSanction {
    /// It is oneself.
    #[error("You cannot do this to yourself. Ask another moderator.")]
    Oneself,
    /// An administrator, by somebody who is none.
    #[error("Moderators cannot act on an administrator. Talk to another administrator.")]
    Administrator,
}

/// Whether `by`, who holds `roles`, may sanction a member who holds `held`.
///
/// # Errors
/// The reason, in words for them.
pub fn may_sanction(
    by: Actor,
    roles: &[Role],
    member: MemberId,
    held: &[Role],
) -> Result<(), MayNotSanction> {
    if by.id == member {
        return Err(MayNotSanction::Oneself);
    }
    let reaches = !held.contains(&Role::Administrator) || roles.contains(&Role::Administrator);
    if reaches { Ok(()) } else { Err(MayNotSanction::Administrator) }
}

/// Why an end was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEnd {
    /// Nothing that says when.
    #[error("Choose how long, or give a date.")]
    Missing,
    /// Over already, or too far away.
    #[error("Choose a date from tomorrow on, within a year.")]
    OutOfReach,
}

/// Reads when something ends: a number of days from now, or the beginning of a day.
///
/// # Errors
/// When it is neither, or too far away.
pub fn end(days: &str, date: &str, now: Time) -> Result<Time, BadEnd> {
    let until = if date.trim().is_empty() {
        let days = days.trim().parse().ok().filter(|days| SPANS.contains(days)).ok_or(BadEnd::Missing)?;
        now + TimeDelta::days(days)
    } else {
        let day = NaiveDate::parse_from_str(date.trim(), "%Y-%m-%d").map_err(|_| BadEnd::Missing)?;
        day.and_time(NaiveTime::MIN)
    };
    if until > now && until - now <= LONGEST { Ok(until) } else { Err(BadEnd::OutOfReach) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> Time {
        NaiveDate::from_ymd_opt(2026, 6, 3).unwrap().and_hms_opt(12, 0, 0).unwrap()
    }

    #[test]
    fn an_end_is_a_span_or_a_day_that_comes() {
        assert_eq!(end("3", "", noon()), Ok(noon() + TimeDelta::days(3)));
        assert_eq!(end("", "2026-06-04", noon()), Ok(noon() + TimeDelta::hours(12)));
        assert_eq!(end("", "", noon()), Err(BadEnd::Missing));
        assert_eq!(end("2", "", noon()), Err(BadEnd::Missing));
        assert_eq!(end("3", "tomorrow", noon()), Err(BadEnd::Missing));
        assert_eq!(end("", "2026-06-03", noon()), Err(BadEnd::OutOfReach));
        assert_eq!(end("", "2027-06-05", noon()), Err(BadEnd::OutOfReach));
    }

    #[test]
    fn nobody_acts_on_themselves_nor_moderators_on_administrators() {
        let by = Actor { id: MemberId(1), role: Role::Moderator };
        let may = |roles: &[Role], member, held: &[Role]| may_sanction(by, roles, MemberId(member), held);
        assert_eq!(may(&[Role::Moderator], 2, &[]), Ok(()));
        assert_eq!(may(&[Role::Moderator], 2, &[Role::Moderator]), Ok(()));
        assert_eq!(may(&[Role::Moderator], 1, &[]), Err(MayNotSanction::Oneself));
        assert_eq!(may(&[Role::Moderator], 2, &[Role::Administrator]), Err(MayNotSanction::Administrator));
        assert_eq!(may(&[Role::Administrator], 2, &[Role::Administrator]), Ok(()));
    }
}
