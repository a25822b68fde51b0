//! Mail: what one is, and what can send it.

use std::time::Duration;

/// A mail to one person, in plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// To whom.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub body: String,
    /// The conversation it belongs to, as the left side of a message id: mail programs gather what names the same.
    pub conversation: Option<String>,
    /// Where one click ends mails of this kind; what has no such address is about the account itself.
    pub unsubscribe: Option<String>,
}

impl Mail {
    /// A mail that stands alone.
    #[must_use]
    pub fn new(to: impl Into<String>, subject: impl Into<String>, body: impl Into<String>) -> Self {
        let (to, subject, body) = (to.into(), subject.into(), body.into());
        Self { to, subject, body, conversation: None, unsubscribe: None }
    }
}

/// Why a mail was not handed over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Trying again may help.
    #[error("{0}")]
    Passing(String),
    /// It will never be taken.
    #[error("{0}")]
    Final(String),
}

/// Hands mail over. Blocks while it does.
pub trait Mailer: Send + Sync {
    /// Hands one mail over. `id` is the same for each try of the same mail, and becomes its Message-ID, so
    /// that a mail that arrives twice can be told.
    ///
    /// # Errors
    /// When it was not taken.
    fn send(&self, id: i64, mail: &Mail) -> Result<(), Failure>;
}

/// The demo's way: nothing leaves the machine, everything can be read under `/outbox`.
#[derive(Clone, Copy, Debug)]
pub struct Outbox;

impl Mailer for Outbox {
    fn send(&self, _id: i64, _mail: &Mail) -> Result<(), Failure> {
        Ok(())
    }
}

/// How many times a mail is tried before it is given up.
pub const TRIES: i64 = 12;

/// How long to wait before the next try: 30 seconds at first, twice as long each time, six hours at most.
#[must_use]
pub fn pause(tries: i64) -> Duration {
    let doubled = 30_u64.saturating_mul(1_u64 << u32::try_from(tries.clamp(0, 20)).unwrap_or(0));
    Duration::from_secs(doubled.min(6 * 3600))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_under_six_hours() {
        assert_eq!(pause(0), Duration::from_secs(30));
        assert_eq!(pause(1), Duration::from_mins(1));
        assert!((1..TRIES).all(|tries| pause(tries) >= pause(tries - 1)));
        assert_eq!(pause(i64::MAX), Duration::from_hours(6));
    }
}
