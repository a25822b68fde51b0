//! Who may sit in the room of a call, what its two may say to each other, and how quickly.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::clock::Time;
use crate::verification::call::rules::State;

/// How long a ticket opens the room.
pub const TICKET: TimeDelta = TimeDelta::seconds(60);
/// How long a seat stays with the session whose connection broke, as long as the call waits for it.
pub const HELD: TimeDelta = TimeDelta::seconds(60);
/// For how long a call stands for its agent's second factor, from when it began.
pub const PROVED: TimeDelta = TimeDelta::minutes(90);
/// Whoever was not heard for so long is not there.
pub const SILENT: TimeDelta = TimeDelta::seconds(15);
/// The largest message, in bytes.
pub const LARGEST: usize = 64 * 1024;
/// The longest line of chat, in characters.
pub const CHAT: usize = 2_000;
/// For how long the relay may be tried before a call.
pub const TEST_RELAY: TimeDelta = TimeDelta::minutes(2);
/// How many messages wait for a side that is not there.
pub const WAITING: i64 = 400;
/// How long a call from the queue lasts at most, for what is given out for its time.
const LONGEST: TimeDelta = TimeDelta::minutes(60);
/// For how long the relay is open after the end of the call.
const AFTER: TimeDelta = TimeDelta::minutes(10);

/// A side of the call.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Whoever is checked.
    Member,
    /// Whoever checks.
    Agent,
}

impl Side {
    /// Its name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Agent => "agent",
        }
    }

    /// The side of this name.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Member, Self::Agent].into_iter().find(|side| side.code() == code)
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Member => Self::Agent,
            Self::Agent => Self::Member,
        }
    }
}

/// What a page says: to the server, or through it to the other side.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Said {
    /// The first message: the ticket.
    Hello {
        /// The ticket's text.
        ticket: String,
    },
    /// It is still there, and whether sound and picture of the other side arrive.
    Ping {
        /// Whether they do.
        linked: bool,
    },
    /// What it can send and receive.
    Offer {
        /// The session description.
        sdp: String,
        /// Which connection of this page.
        from: String,
        /// Which connection of the other page, where it is known.
        to: Option<String>,
    },
    /// What it takes of an offer.
    Answer {
        /// The session description.
        sdp: String,
        /// Which connection of this page.
        from: String,
        /// Which connection of the other page.
        to: String,
    },
    /// A way by which it may be reached.
    Ice {
        /// The candidate; empty for the end of them.
        candidate: String,
        /// Which part of the description.
        mid: Option<String>,
        /// The same by number.
        line: Option<u16>,
        /// Which gathering.
        fragment: Option<String>,
        /// Which connection of this page.
        from: String,
        /// Which connection of the other page.
        to: Option<String>,
    },
    /// A line of words.
    Chat {
        /// The words.
        text: String,
    },
    /// It goes, and means to.
    Bye {},
}

/// Why a message is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// No message of this room.
    #[error("That is no message of a call.")]
    Unknown,
    /// More than fits.
    #[error("That is more than fits into one message.")]
    TooLong,
}

impl Said {
    /// Reads a message.
    ///
    /// # Errors
    /// When it is none, or one of its fields is out of bounds.
    pub fn read(text: &str) -> Result<Self, Unfit> {
        if text.len() > LARGEST {
            return Err(Unfit::TooLong);
        }
        let said: Self = serde_json::from_str(text).map_err(|_| Unfit::Unknown)?;
        if said.fits() { Ok(said) } else { Err(Unfit::TooLong) }
    }

    fn fits(&self) -> bool {
        let name = |text: &str| text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let maybe = |text: &Option<String>, most: usize| text.as_ref().is_none_or(|text| text.len() <= most);
        match self {
            Self::Hello { ticket } => ticket.len() <= 100,
            Self::Ping { .. } | Self::Bye {} => true,
            Self::Offer { from, to, .. } => name(from) && to.as_ref().is_none_or(|to| name(to)),
            Self::Answer { from, to, .. } => name(from) && name(to),
            Self::Ice { candidate, mid, fragment, from, to, .. } => {
                candidate.len() <= 2_000
                    && maybe(mid, 100)
                    && maybe(fragment, 300)
                    && name(from)
                    && to.as_ref().is_none_or(|to| name(to))
            }
            Self::Chat { text } => !text.trim().is_empty() && text.chars().count() <= CHAT,
        }
    }

    /// Whether it goes to the other side.
    #[must_use]
    pub fn is_relayed(&self) -> bool {
        !matches!(self, Self::Hello { .. } | Self::Ping { .. })
    }
}

/// What the server says to a page. What the other side says is passed on as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Told {
    /// The ticket was good.
    Seated {
        /// As which side.
        side: Side,
        /// How the two may reach each other.
        ice: Vec<Servers>,
    },
    /// How the room stands: told first, and whenever it changes.
    Room {
        /// Whether the agent let the member in.
        admitted: bool,
        /// Whether the other side is there.
        other: bool,
    },
    /// The call is over.
    Over {
        /// Whether it broke off.
        aborted: bool,
    },
    /// This connection ends.
    Refused {
        /// Why, in words.
        why: String,
        /// Whether trying again with a new ticket may help.
        again: bool,
    },
    /// An answer to a ping.
    Pong {},
}

/// Servers that help two browsers to reach each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Servers {
    /// Their addresses.
    pub urls: Vec<String>,
    /// The name to be used with a relay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// What belongs to the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

/// Whether a call has a room that one may be in.
#[must_use]
pub fn has_room(state: State) -> bool {
    matches!(state, State::Waiting | State::InCall)
}

/// Until when a relay may be used: some minutes longer than the call.
#[must_use]
pub fn relay_until(ends: Option<Time>, now: Time) -> Time {
    ends.unwrap_or(now).max(now + LONGEST) + AFTER
}

/// A seat, as far as it says who is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seat {
    /// The connection that stands or stood last.
    pub connection: Option<String>,
    /// When it was heard last.
    pub heard_at: Option<Time>,
    /// Until when the two saw and heard each other, as this side says.
    pub linked_at: Option<Time>,
    /// Since when its connection is broken.
    pub left_at: Option<Time>,
}

impl Seat {
    /// Whether somebody is there.
    #[must_use]
    pub fn is_there(&self, now: Time) -> bool {
        self.connection.is_some()
            && self.left_at.is_none()
            && self.heard_at.is_some_and(|at| now - at < SILENT)
    }

    /// Whether sound and picture of the other side arrive here.
    #[must_use]
    pub fn is_linked(&self, now: Time) -> bool {
        self.is_there(now) && self.linked_at.is_some_and(|at| now - at < SILENT)
    }
}

/// How quickly a page may speak: so many at once, and then so many in a second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    left: f64,
    most: f64,
    a_second: f64,
    at: Time,
}

impl Pace {
    /// For messages of all kinds: a browser sends dozens of candidates at once.
    #[must_use]
    pub fn of_messages(now: Time) -> Self {
        Self { left: 200.0, most: 200.0, a_second: 20.0, at: now }
    }

    /// For lines of chat.
    #[must_use]
    pub fn of_chat(now: Time) -> Self {
        Self { left: 10.0, most: 10.0, a_second: 0.5, at: now }
    }

    /// Whether one more may come now.
    pub fn take(&mut self, now: Time) -> bool {
        let passed = (now - self.at).num_milliseconds().max(0);
        let passed = f64::from(i32::try_from(passed).unwrap_or(i32::MAX)) / 1_000.0;
        self.left = (self.left + passed * self.a_second).min(self.most);
        self.at = now;
        let is_free = self.left >= 1.0;
        if is_free {
            self.left -= 1.0;
        }
        is_free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> Time {
        chrono::NaiveDate::from_ymd_opt(2026, 11, 25).unwrap().and_hms_opt(12, 0, 0).unwrap()
    }

    #[test]
    fn messages_are_read_by_their_kind_and_nothing_else_is() {
        let offer = r#"{"type":"offer","sdp":"v=0","from":"a1","to":null}"#;
        let read = Said::read(offer).unwrap();
        assert_eq!(read, Said::Offer { sdp: "v=0".to_owned(), from: "a1".to_owned(), to: None });
        assert_eq!(Said::read(&serde_json::to_string(&read).unwrap()), Ok(read));
        assert_eq!(Said::read(r#"{"type":"bye"}"#), Ok(Said::Bye {}));
        for wrong in [
            "",
            "hello",
            "{}",
            r#"{"type":"shout","text":"x"}"#,
            r#"{"type":"chat"}"#,
            r#"{"type":"chat","text":"x","html":"<b>"}"#,
            r#"{"type":"bye","to":"all"}"#,
            r#"{"type":"ping","linked":"yes"}"#,
        ] {
            assert_eq!(Said::read(wrong), Err(Unfit::Unknown), "{wrong}");
        }
    }

    #[test]
    fn fields_have_bounds() {
        let chat = |text: &str| Said::read(&serde_json::json!({"type": "chat", "text": text}).to_string());
        assert!(chat(&"é".repeat(CHAT)).is_ok());
        assert_eq!(chat(&"é".repeat(CHAT + 1)), Err(Unfit::TooLong));
        assert_eq!(chat("  "), Err(Unfit::TooLong));
        let offer = |from: &str, bytes: usize| {
            let said = Said::Offer { sdp: "x".repeat(bytes), from: from.to_owned(), to: None };
            Said::read(&serde_json::to_string(&said).unwrap())
        };
        assert!(offer("a1", 60_000).is_ok());
        assert_eq!(offer("a1", LARGEST), Err(Unfit::TooLong));
        assert_eq!(offer("a b", 3), Err(Unfit::TooLong));
        assert_eq!(offer(&"a".repeat(41), 3), Err(Unfit::TooLong));
    }

    #[test]
    fn only_what_is_for_the_other_side_is_passed_on() {
        assert!(!Said::Hello { ticket: String::new() }.is_relayed());
        assert!(!Said::Ping { linked: true }.is_relayed());
        assert!(Said::Bye {}.is_relayed() && Said::Chat { text: "x".to_owned() }.is_relayed());
    }

    #[test]
    fn a_room_is_there_while_one_waits_and_talks_and_never_else() {
        let open: Vec<_> = State::ALL.into_iter().filter(|state| has_room(*state)).collect();
        assert_eq!(open, [State::Waiting, State::InCall]);
    }

    #[test]
    fn whoever_was_not_heard_for_long_is_not_there() {
        let mut seat = Seat { connection: Some("c".to_owned()), heard_at: Some(noon()), ..Seat::default() };
        let almost = noon() + SILENT - TimeDelta::seconds(1);
        assert!(seat.is_there(almost) && !seat.is_there(noon() + SILENT) && !seat.is_linked(noon()));
        seat.linked_at = Some(noon());
        assert!(seat.is_linked(almost) && !seat.is_linked(noon() + SILENT));
        seat.left_at = Some(noon());
        assert!(!seat.is_there(almost) && !seat.is_linked(almost));
        assert!(!Seat::default().is_there(noon()));
    }

    #[test]
    fn whoever_speaks_too_quickly_waits() {
        let mut pace = Pace::of_chat(noon());
        assert!((0..10).all(|_| pace.take(noon())));
        assert!(!pace.take(noon()));
        assert!(pace.take(noon() + TimeDelta::seconds(2)));
        assert!(!pace.take(noon() + TimeDelta::seconds(2)));
        let later = noon() + TimeDelta::hours(1);
        assert_eq!((0..30).filter(|_| pace.take(later)).count(), 10, "never more than at first");
    }

    #[test]
    fn a_relay_outlasts_the_call_by_ten_minutes() {
        assert_eq!(relay_until(None, noon()), noon() + TimeDelta::minutes(70));
        let ends = noon() + TimeDelta::minutes(90);
        assert_eq!(relay_until(Some(ends), noon()), noon() + TimeDelta::minutes(100));
    }
}
