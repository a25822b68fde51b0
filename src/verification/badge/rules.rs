//! Who may look a second time, why a grant is refused then, and what its member reads of it.

mod ending;

pub use ending::Reminder;

use crate::badges::rules::{Cause, GrantState, Known};
use crate::clock::{Time, date, date_and_time, span};
use crate::members::MemberId;

/// The longest words of a refusal.
pub const LONGEST_WORDS: usize = 500;

/// Why a grant is refused or taken away. The member is told its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The document does not carry the decision.
    Document,
    /// The call does not show that the document is the member's.
    Person,
    /// A step was not carried out as the policy asks.
    Procedure,
    /// Something that was said was not true.
    Untrue,
}

impl Doubt {
    /// Every one there is.
    pub const ALL: [Self; 4] = [Self::Document, Self::Person, Self::Procedure, Self::Untrue];

    /// Its name in the database and in forms.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Person => "person",
            Self::Procedure => "procedure",
            Self::Untrue => "untrue",
        }
    }

    /// The one of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|doubt| doubt.code() == code)
    }

    /// What agents choose.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Document => "The document does not carry the decision",
            Self::Person => "The call does not show that the document is theirs",
            Self::Procedure => "A step was not done as the policy asks",
            Self::Untrue => "Something that was said was not true",
        }
    }

    /// What the member is told: a class, so that nobody learns what gave a forgery away.
    #[must_use]
    pub fn told(self) -> &'static str {
        match self {
            Self::Document | Self::Person | Self::Untrue => "We could not confirm your identity.",
            Self::Procedure => {
                "A step was not carried out as our policy asks. That was our mistake, and not yours."
            }
        }
    }
}

/// Checks the words of a refusal.
///
/// # Errors
/// What is wrong with them.
pub fn words(typed: &str) -> Result<String, String> {
    let words = typed.trim();
    match words.chars().count() {
        0 => Err("Say what you found, for whoever looks at it after you.".to_owned()),
        1..=LONGEST_WORDS => Ok(words.to_owned()),
        _ => Err(format!("Keep it within {LONGEST_WORDS} characters.")),
    }
}

/// What somebody reads who took part before.
pub const TOOK_PART: &str = "You took part in one of the two steps behind this badge, or it is your own. Somebody who took no part looks a second time.";

/// Whether an agent may look a second time: neither the member nor anybody who took part in a step.
#[must_use]
pub fn may_look(agent: MemberId, member: MemberId, took_part: &[MemberId]) -> bool {
    agent != member && !took_part.contains(&agent)
}

/// Whether chance draws a grant for a second look: `share` of a hundred are drawn.
#[must_use]
pub fn is_drawn(number: u64, share: u8) -> bool {
    number % 100 < u64::from(share)
}

/// What a member reads of their own grant: where it stands, and the way on.
#[must_use]
pub fn told(grant: &Known, now: Time) -> String {
    let since = date(grant.granted_at);
    match grant.place.state {
        GrantState::Settling => settling(grant.promised_until, now),
        GrantState::Embargoed => held(grant.held_until),
        GrantState::Active if grant.expires_at.is_some_and(|end| end <= now) => expired(grant.expires_at),
        GrantState::Active if grant.hidden_at.is_some() => format!(
            "You hid it, so nobody sees it, here or elsewhere, until you show it again. It was checked on {since}."
        ),
        GrantState::Active => match grant.expires_at {
            Some(end) => format!("It stands beside your posts, checked on {since}, until {}.", date(end)),
            None => format!("It stands beside your posts, checked on {since}."),
        },
        GrantState::Suspended => suspended(grant),
        GrantState::Expired => expired(grant.expires_at),
        GrantState::Superseded => "A newer check replaced it.".to_owned(),
        GrantState::Revoked => {
            let class = grant.revoked_for.as_deref().and_then(Doubt::parse).map(Doubt::told);
            format!("It was taken away. {}", class.unwrap_or("You were told why when that happened."))
        }
    }
}

fn held(until: Option<Time>) -> String {
    let when =
        until.map(|until| format!(" on {} UTC at the latest", date_and_time(until))).unwrap_or_default();
    format!(
        "You are verified. It will be shown together with everyone else’s{when}. Until then only you can see it."
    )
}

fn settling(promised: Option<Time>, now: Time) -> String {
    let Some(until) = promised else { return "It is decided, and not shown yet.".to_owned() };
    let clock = date_and_time(until);
    if now <= until {
        format!(
            "Your document and your call were passed. The badge is promised by {clock} UTC; there is nothing left for you to do."
        )
    } else {
        format!(
            "We promised your badge by {clock} UTC, and did not keep it: it is late by {}. We are sorry. It is on us, and there is nothing for you to do.",
            span(now - until)
        )
    }
}

fn suspended(grant: &Known) -> String {
    match grant.place.cause {
        Some(Cause::Name) | None => format!(
            "Your display name changed, and the badge belongs to the name that was checked, “{}”. Change your name back to it and the badge is back at once, or verify again under the new name.",
            grant.bound_name
        ),
        Some(Cause::TakeOver) => {
            "Changes to your account looked as if somebody else might have made them, such as a new second factor and another e-mail address within a day. So the badge is off until a trust administrator has looked and shows it again; there is nothing for you to send. Your account itself works as before. If you did not change anything, choose a new password at once under Settings, and end every other session there.".to_owned()
        }
        Some(Cause::Report) => {
            "A report about you is being looked into, so the badge is off until a trust administrator has decided. A report alone takes no badge off.".to_owned()
        }
        Some(Cause::Other) => {
            "A trust administrator took it off for now, until what is open is settled.".to_owned()
        }
    }
}

fn expired(end: Option<Time>) -> String {
    let on = end.map_or_else(String::new, |end| format!(" It ended on {}.", date(end)));
    format!("Its time is over.{on} You can have your identity checked anew.")
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::badges::rules::Place;

    fn day(day: u32) -> Time {
        chrono::NaiveDate::from_ymd_opt(2026, 6, day).unwrap().and_hms_opt(9, 0, 0).unwrap()
    }

    fn known(place: Place) -> Known {
        Known {
            id: 1,
            place,
            bound_name: "Maria K".to_owned(),
            granted_at: day(3),
            expires_at: None,
            promised_until: Some(day(5)),
            revoked_for: None,
            hidden_at: None,
            held_until: None,
        }
    }

    #[test]
    fn every_place_has_its_words() {
        for state in GrantState::ALL {
            let words = told(&known(Place::of(state)), day(4));
            assert!(words.ends_with('.') && words.len() > 20, "{state:?}: {words}");
        }
        let mut all: Vec<String> = Cause::ALL.map(|cause| told(&known(Place::off(cause)), day(4))).to_vec();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), Cause::ALL.len());
    }

    #[test]
    fn a_broken_promise_says_by_how_much() {
        let settling = known(Place::BEGIN);
        assert!(told(&settling, day(5)).contains("promised by Jun 5, 2026, 09:00 UTC"));
        let late = told(&settling, day(5) + TimeDelta::minutes(185));
        assert!(late.contains("late by 3 h 05 min. We are sorry"), "{late}");
    }

    #[test]
    fn a_hidden_badge_is_not_said_to_stand_anywhere() {
        let hidden = Known { hidden_at: Some(day(4)), ..known(Place::of(GrantState::Active)) };
        assert!(told(&hidden, day(5)).starts_with("You hid it"));
        assert!(
            told(&known(Place::of(GrantState::Active)), day(5)).starts_with("It stands beside your posts")
        );
    }

    #[test]
    fn what_gave_a_forgery_away_is_told_to_nobody() {
        assert_eq!(Doubt::Document.told(), Doubt::Untrue.told());
        assert_ne!(Doubt::Document.told(), Doubt::Procedure.told());
    }

    proptest! {
        #[test]
        fn chance_draws_its_share_and_nothing_beyond_it(number: u64, share in 0..=100_u8) {
            prop_assert_eq!(is_drawn(number, 100), true);
            prop_assert_eq!(is_drawn(number, 0), false);
            let drawn = (0..100).filter(|number| is_drawn(*number, share)).count();
            prop_assert_eq!(drawn, usize::from(share));
        }

        #[test]
        fn whoever_took_part_never_looks(agent in 0..6_i64, member in 0..6_i64, part in prop::collection::vec(0..6_i64, 0..4)) {
            let part: Vec<MemberId> = part.into_iter().map(MemberId).collect();
            let may = may_look(MemberId(agent), MemberId(member), &part);
            prop_assert_eq!(may, agent != member && !part.contains(&MemberId(agent)));
        }
    }
}
