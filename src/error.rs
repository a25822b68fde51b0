//! What can go wrong, sorted by what the person in front of the page can do about it.

use std::borrow::Cow;

/// Why an action or a page could not be finished.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing is here, or nothing that this person may know of.
    #[error("Nothing was found here.")]
    NotFound,
    /// This person may not do this; the reason is shown.
    #[error("{0}")]
    Forbidden(Cow<'static, str>),
    /// One must be signed in first.
    #[error("Please sign in first.")]
    SignInNeeded,
    /// What one works at opens to a second factor alone, and there is none yet.
    #[error("This opens to a second factor alone. Add one first.")]
    FactorNeeded,
    /// The second factor is to be shown in this session, for the first time or again.
    #[error("Show your second factor first: it is asked for after 15 minutes without work.")]
    ProofNeeded,
    /// What was asked for breaks a rule; the reason is shown.
    #[error("{0}")]
    Refused(String),
    /// Somebody else changed the same thing meanwhile, or it is there already.
    #[error("{0}")]
    Conflict(Cow<'static, str>),
    /// Too much was sent at once.
    #[error("{0}")]
    TooLarge(Cow<'static, str>),
    /// Tried too often.
    #[error("That was too many tries. Please wait {} and try again.", in_words(*seconds))]
    TooMany {
        /// When to try again.
        seconds: i64,
    },
    /// The machine has more to do than it can; trying again helps.
    #[error("There is more going on than we can answer. Please try again in a moment.")]
    Busy,
    /// A failure of ours: logged once where it is answered, never shown.
    #[error("Something went wrong on our side.")]
    Internal(String),
}

impl Error {
    /// A failure of ours, with its cause for the log.
    pub fn internal(cause: impl Into<String>) -> Self {
        Self::Internal(cause.into())
    }

    /// A broken rule, worded by the rule itself.
    pub fn refused(rule: impl std::fmt::Display) -> Self {
        Self::Refused(rule.to_string())
    }

    /// The cause of an internal failure, or the shown text of any other.
    #[must_use]
    pub fn cause(&self) -> String {
        match self {
            Self::Internal(cause) => cause.clone(),
            other => other.to_string(),
        }
    }
}

fn in_words(seconds: i64) -> String {
    match seconds {
        ..=1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", (seconds + 59) / 60),
    }
}

impl From<diesel::result::Error> for Error {
    fn from(cause: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error as Db};
        match cause {
            Db::NotFound => Self::NotFound,
            Db::DatabaseError(DatabaseErrorKind::UniqueViolation, detail) => {
                tracing::debug!(detail = detail.message(), "a unique key refused a row");
                Self::Conflict("That is there already, or somebody was quicker. Please try again.".into())
            }
            Db::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Self::Busy,
            other => Self::Internal(format!("database: {other}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_internal_cause_is_never_shown() {
        let error = Error::internal("password for db is hunter2");
        assert_eq!(error.to_string(), "Something went wrong on our side.");
        assert_eq!(error.cause(), "password for db is hunter2");
    }

    #[test]
    fn waits_are_told_in_seconds_and_then_in_minutes() {
        let told = |seconds| Error::TooMany { seconds }.to_string();
        assert!(told(0).contains("a second"));
        assert!(told(90).contains("90 seconds"));
        assert!(told(91).contains("2 minutes"));
    }
}
