//! How long an image is kept, who may look at it, and why it ends.

use chrono::TimeDelta;

use crate::clock::Time;
use crate::members::MemberId;
use crate::members::rules::Role;
use crate::verification::document::rules::State;

/// How long images are kept after the decision.
pub const AFTER_DECISION: TimeDelta = TimeDelta::days(7);
/// How long an image is kept at the most, whatever happens: 30 days, less an hour in which it is destroyed.
pub const LONGEST: TimeDelta = TimeDelta::hours(30 * 24 - 1);
/// After this time, an image whose object never came is given up.
pub const BROKEN_OFF: TimeDelta = TimeDelta::minutes(10);
/// Images that a case holds at the most.
pub const IMAGES: i64 = 6;
/// What the audit calls a look at an image.
pub const OPENED: &str = "evidence.opened";

/// The latest moment at which an image of then is destroyed: 7 days after the decision, at once when its member asks
/// for it, and never later than 30 days after it was uploaded.
#[must_use]
pub fn destroy_at(uploaded: Time, decided: Option<Time>, asked: Option<Time>) -> Time {
    let ends = [Some(uploaded + LONGEST), decided.map(|decided| decided + AFTER_DECISION), asked];
    let earliest = ends.into_iter().flatten().min().unwrap_or(uploaded);
    earliest.max(uploaded)
}

/// Why an image was destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// The time after the decision is over.
    Decided,
    /// Its member asked for it.
    Asked,
    /// Its member took it out, or put another in its place.
    Replaced,
    /// Its member withdrew the case.
    Withdrawn,
    /// Its member did not go on.
    Expired,
    /// Nothing is kept longer.
    Oldest,
    /// It never came whole.
    BrokenOff,
}

impl End {
    /// Every reason there is.
    pub const ALL: [Self; 7] = [
        Self::Decided,
        Self::Asked,
        Self::Replaced,
        Self::Withdrawn,
        Self::Expired,
        Self::Oldest,
        Self::BrokenOff,
    ];

    /// The reason's name in receipts.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Asked => "asked",
            Self::Replaced => "replaced",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Oldest => "oldest",
            Self::BrokenOff => "broken-off",
        }
    }

    /// The reason of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|end| end.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Decided => "The case was decided, and the time after the decision was over",
            Self::Asked => "The member asked for it",
            Self::Replaced => "The member took it out of the case",
            Self::Withdrawn => "The member withdrew the case",
            Self::Expired => "The case was not gone on with",
            Self::Oldest => "Nothing is kept longer than 30 days",
            Self::BrokenOff => "It never arrived whole",
        }
    }
}

/// What tells why an image ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    /// Where its case stands.
    pub state: State,
    /// When it was uploaded.
    pub uploaded_at: Time,
    /// When it was to end.
    pub destroy_at: Time,
    /// Whether it came whole.
    pub is_kept: bool,
}

/// Why an image ends by itself at this moment.
#[must_use]
pub fn why(past: Past, now: Time) -> End {
    let is_oldest = past.destroy_at <= now && past.destroy_at >= past.uploaded_at + LONGEST;
    match past.state {
        _ if !past.is_kept => End::BrokenOff,
        State::Withdrawn => End::Withdrawn,
        State::Expired => End::Expired,
        _ if is_oldest => End::Oldest,
        _ => End::Decided,
    }
}

/// Why the images of a case end that somebody brings to its end.
#[must_use]
pub fn why_ended(state: State) -> End {
    match state {
        State::Withdrawn => End::Withdrawn,
        State::Expired => End::Expired,
        _ => End::Asked,
    }
}

/// Who wants to look at an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looker {
    /// Who.
    pub id: MemberId,
    /// In which role.
    pub role: Role,
}

/// Whose an image is, and who has its case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Whose it is.
    pub owner: MemberId,
    /// Where the case stands.
    pub state: State,
    /// Who holds the case, and until when.
    pub claim: Option<(MemberId, Time)>,
    /// The agent who is in a call about the case.
    pub caller: Option<MemberId>,
    /// The second look that the badge standing on the case waits for.
    pub second: Option<Second>,
    /// When the image ends.
    pub destroy_at: Time,
}

/// A second look that nobody has taken yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Second {
    /// Whether whoever wants to look decided about the document, or in a call about it.
    pub took_part: bool,
}

/// Whether somebody may look at an image: an agent who holds the case at this moment, is in the call about it, or may
/// take the second look that its badge waits for; and never at one's own.
#[must_use]
pub fn may_open(held: Held, who: Looker, now: Time) -> bool {
    let is_agent = matches!(who.role, Role::VerificationAgent | Role::SeniorAgent);
    let holds = held.claim.is_some_and(|(holder, until)| holder == who.id && until > now);
    let reviews = holds && held.state == State::InReview;
    let talks = held.caller == Some(who.id) && held.state == State::Approved;
    let is_second = held.second.is_some_and(|second| !second.took_part) && held.state == State::Approved;
    is_agent && (reviews || talks || is_second) && held.owner != who.id && held.destroy_at > now
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day() -> Time {
        chrono::NaiveDate::from_ymd_opt(2026, 6, 3).unwrap().and_hms_opt(10, 12, 0).unwrap()
    }

    proptest! {
        #[test]
        fn no_image_outlives_thirty_days_its_decision_by_seven_or_a_wish(
            decided in proptest::option::of(-100_i64..5_000_000),
            asked in proptest::option::of(-100_i64..5_000_000),
        ) {
            let after = |seconds: i64| day() + TimeDelta::seconds(seconds);
            let (decided, asked) = (decided.map(after), asked.map(after));
            let end = destroy_at(day(), decided, asked);
            prop_assert!(end < day() + TimeDelta::days(30) && end >= day());
            prop_assert!(decided.is_none_or(|decided| end <= (decided + TimeDelta::days(7)).max(day())));
            prop_assert!(asked.is_none_or(|asked| end <= asked.max(day())));
            // It ends at one of these moments and at no other.
            let moments = [Some(day() + LONGEST), decided.map(|at| at + AFTER_DECISION), asked, Some(day())];
            prop_assert!(moments.into_iter().flatten().any(|moment| moment == end));
            // Whatever else becomes known brings it nearer, never further away.
            prop_assert!(end <= destroy_at(day(), decided, None) && end <= destroy_at(day(), None, asked));
        }
    }

    #[test]
    fn only_the_agent_who_holds_the_case_looks_and_never_at_their_own() {
        let (agent, owner) = (MemberId(1), MemberId(2));
        let later = day() + TimeDelta::minutes(1);
        let claim = Some((agent, later));
        let held =
            Held { owner, state: State::InReview, claim, caller: None, second: None, destroy_at: later };
        let who = Looker { id: agent, role: Role::VerificationAgent };
        assert!(may_open(held, who, day()));
        let talk = Held { state: State::Approved, claim: None, caller: Some(agent), ..held };
        assert!(may_open(talk, who, day()));
        for held in [
            Held { caller: Some(owner), ..talk },
            Held { caller: None, ..talk },
            Held { state: State::Withdrawn, ..talk },
            Held { owner: agent, ..talk },
            Held { destroy_at: day(), ..talk },
        ] {
            assert!(!may_open(held, who, day()), "{held:?}");
        }
        let second = Some(Second { took_part: false });
        let again = Held { state: State::Approved, claim: None, second, ..held };
        assert!(may_open(again, who, day()));
        for held in [
            Held { second: None, ..again },
            Held { second: Some(Second { took_part: true }), ..again },
            Held { state: State::Withdrawn, ..again },
            Held { owner: agent, ..again },
            Held { destroy_at: day(), ..again },
        ] {
            assert!(!may_open(held, who, day()), "{held:?}");
        }
        assert!(!may_open(again, Looker { role: Role::TrustAdministrator, ..who }, day()));
        assert!(may_open(held, Looker { role: Role::SeniorAgent, ..who }, day()));
        for (held, who, now) in [
            (Held { owner: agent, ..held }, who, day()),
            (Held { claim: None, ..held }, who, day()),
            (Held { claim: Some((owner, later)), ..held }, who, day()),
            (Held { claim: Some((agent, day())), ..held }, who, day()),
            (Held { destroy_at: day(), ..held }, who, day()),
            (Held { state: State::Approved, ..held }, who, day()),
            (held, Looker { id: MemberId(3), ..who }, day()),
            (held, Looker { role: Role::Administrator, ..who }, day()),
            (held, Looker { role: Role::TrustAdministrator, ..who }, day()),
            (held, who, later),
        ] {
            assert!(!may_open(held, who, now), "{held:?} {who:?}");
        }
    }

    #[test]
    fn every_end_has_its_reason() {
        let past = |state, hours| Past {
            state,
            uploaded_at: day(),
            destroy_at: day() + TimeDelta::hours(hours),
            is_kept: true,
        };
        let (soon, last) = (day() + TimeDelta::hours(170), day() + TimeDelta::hours(719));
        assert_eq!(why(past(State::Approved, 170), soon), End::Decided);
        assert_eq!(why(past(State::Approved, 719), soon), End::Decided);
        assert_eq!(why(past(State::Approved, 719), last), End::Oldest);
        assert_eq!(why(past(State::Withdrawn, 719), last), End::Withdrawn);
        assert_eq!(why(past(State::Expired, 719), soon), End::Expired);
        assert_eq!(why(Past { is_kept: false, ..past(State::Withdrawn, 719) }, soon), End::BrokenOff);
        assert_eq!(why_ended(State::Approved), End::Asked);
        assert_eq!(why_ended(State::Withdrawn), End::Withdrawn);
        for end in End::ALL {
            assert_eq!(End::parse(end.code()), Some(end));
        }
    }
}
