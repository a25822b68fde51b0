//! What an account needs, how long links and sessions live, and how often something may be tried.

use chrono::TimeDelta;

use crate::clock::{Time, date_and_time};

/// A session ends when it was idle for so long.
pub const SESSION_IDLE: TimeDelta = TimeDelta::days(30);
/// The cookie that names a session is kept so long, the longest that browsers allow: whoever comes back in time
/// must still have it, and the server says when the session is over.
pub const SESSION_COOKIE: TimeDelta = TimeDelta::days(400);
/// A link that confirms an e-mail address lives so long.
pub const VERIFY_LINK: TimeDelta = TimeDelta::hours(24);
/// A link that resets a password lives so long.
pub const RESET_LINK: TimeDelta = TimeDelta::hours(1);
/// The link with which the first administrator joins lives so long; each start prints a new one.
pub const FIRST_ADMINISTRATOR_LINK: TimeDelta = TimeDelta::days(7);

/// Least length of a password, in characters (NIST SP 800-63B asks for 8; we ask for more).
pub const SHORTEST_PASSWORD: usize = 10;
/// Greatest length of a password, in characters.
pub const LONGEST_PASSWORD: usize = 200;

/// Failed sign-ins to one account before it is closed to further tries for the rest of the window.
pub const TRIES_PER_ACCOUNT: i64 = 10;
/// Sign-ins from one address before it is closed to further tries for the rest of the window.
pub const TRIES_PER_ADDRESS: i64 = 40;
/// Mails that one address or one account may have sent in a window.
pub const MAILS_PER_WINDOW: i64 = 5;
/// Accounts that may be made from one address in a window.
pub const JOINS_PER_ADDRESS: i64 = 20;
/// How long tries are counted.
pub const WINDOW: TimeDelta = TimeDelta::minutes(15);

/// How many posts a page of a thread holds for a member, as they choose.
pub const PAGE_SIZES: [i64; 3] = [10, 20, 50];

/// Why a page's size was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Choose 10, 20 or 50 posts a page.")]
pub struct BadPageSize;

/// Reads a page's size.
///
/// # Errors
/// When it is none of those that can be chosen.
pub fn page_size(text: &str) -> Result<i64, BadPageSize> {
    text.trim().parse().ok().filter(|size| PAGE_SIZES.contains(size)).ok_or(BadPageSize)
}

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Confirm the e-mail address.
    VerifyEmail,
    /// Choose a new password.
    ResetPassword,
    /// Join as the first administrator.
    FirstAdministrator,
}

impl Purpose {
    /// The purpose's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify-email",
            Self::ResetPassword => "reset-password",
            Self::FirstAdministrator => "first-administrator",
        }
    }
}

/// An e-mail address: as typed, and as the key by which one address has one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    typed: String,
}

/// Why an address was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This does not look like an e-mail address. It should look like name@example.org.")]
pub struct BadEmail;

impl Email {
    /// Reads an address. Only a mail that arrives proves one, so this refuses what cannot be one
    /// (RFC 5321: 64 octets before the @, 254 in all) and no more.
    ///
    /// # Errors
    /// When it cannot be an address.
    pub fn parse(text: &str) -> Result<Self, BadEmail> {
        let typed = text.trim();
        let (local, host) = typed.rsplit_once('@').ok_or(BadEmail)?;
        let is_sane = |c: char| {
            !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | ',' | ';' | '"' | '(' | ')')
        };
        let has_labels = host.contains('.') && host.split('.').all(|label| !label.is_empty());
        let fits = (1..=64).contains(&local.len()) && typed.len() <= 254;
        if fits && has_labels && !local.contains('@') && typed.chars().all(is_sane) {
            Ok(Self { typed: typed.to_owned() })
        } else {
            Err(BadEmail)
        }
    }

    /// As it was typed: where mail goes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.typed
    }

    /// By which it is found: two spellings that differ in case only are one address.
    #[must_use]
    pub fn key(&self) -> String {
        self.typed.to_lowercase()
    }
}

/// Why a password was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPassword {
    /// Too short.
    #[error("Use at least {SHORTEST_PASSWORD} characters. A few unrelated words are easy to remember.")]
    TooShort,
    /// Too long.
    #[error("Use at most {LONGEST_PASSWORD} characters.")]
    TooLong,
    /// Made of the member's own names.
    #[error("Do not use your own name, handle or e-mail address in the password.")]
    OwnName,
    /// Too easy to guess; says why.
    #[error("This password is too easy to guess. {0}")]
    Guessable(String),
}

/// Checks a password for a member with these names (handle, display name, e-mail address).
///
/// # Errors
/// The reason, with a suggestion.
pub fn check_password(password: &str, own_names: &[&str]) -> Result<(), BadPassword> {
    let length = password.chars().count();
    if length < SHORTEST_PASSWORD {
        return Err(BadPassword::TooShort);
    }
    if length > LONGEST_PASSWORD {
        return Err(BadPassword::TooLong);
    }
    let lowered = password.to_lowercase();
    if own_names.iter().any(|name| holds_name(&lowered, name)) {
        return Err(BadPassword::OwnName);
    }
    let estimate = zxcvbn::zxcvbn(password, own_names);
    if estimate.score() >= zxcvbn::Score::Three {
        return Ok(());
    }
    Err(BadPassword::Guessable(advice(&estimate)))
}

/// Whether a password holds a name, one of its words, or an address's part before the @: of four letters or more.
fn holds_name(lowered: &str, name: &str) -> bool {
    let name = name.to_lowercase();
    let local = name.split('@').next().unwrap_or_default();
    let words = local.split([' ', '-', '.', '\'', '’']);
    let joined: String = words.clone().collect();
    words.chain([local, joined.as_str()]).any(|part| part.chars().count() >= 4 && lowered.contains(part))
}

fn advice(estimate: &zxcvbn::Entropy) -> String {
    let Some(feedback) = estimate.feedback() else {
        return "Add another word or two.".to_owned();
    };
    let warning = feedback.warning().map(|warning| warning.to_string());
    let suggestions = feedback.suggestions().iter().map(ToString::to_string);
    warning.into_iter().chain(suggestions).collect::<Vec<_>>().join(" ")
}

/// Whether a session that was last used at `seen` is over at `now`.
#[must_use]
pub fn is_over(seen: Time, now: Time) -> bool {
    now - seen > SESSION_IDLE
}

/// What counts as somebody's first post: an address that is not confirmed may not write.
#[must_use]
pub fn seconds_left(window_began: Time, now: Time) -> i64 {
    (window_began + WINDOW - now).num_seconds().max(1)
}

/// Why a member may not write for some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Barred {
    /// They may read, and not write.
    #[error(
        "You are silenced until {} (UTC): you can read, and not write. Under /notices you find why, and can appeal.",
        date_and_time(*.0)
    )]
    Silenced(Time),
    /// They may not take part.
    #[error(
        "You are suspended until {} (UTC): you can read what is public. Under /notices you find why, and can appeal.",
        date_and_time(*.0)
    )]
    Suspended(Time),
}

/// Whether somebody may write, who is silenced or suspended until these times.
///
/// # Errors
/// The reason, in words for them.
pub fn may_write(silenced: Option<Time>, suspended: Option<Time>, now: Time) -> Result<(), Barred> {
    let still = |until: Option<Time>| until.filter(|until| *until > now);
    match (still(suspended), still(silenced)) {
        (Some(until), _) => Err(Barred::Suspended(until)),
        (None, Some(until)) => Err(Barred::Silenced(until)),
        (None, None) => Ok(()),
    }
}

/// Whether a form may be sent by somebody who is barred: leaving, appealing and what only concerns oneself. The
/// forms that post look themselves, because they give back what was typed.
#[must_use]
pub fn is_open_to_barred(barred: Barred, path: &str) -> bool {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let for_all = matches!(
        parts.as_slice(),
        ["notices", _, "appeal"]
            | ["logout" | "login" | "demo" | "preview"]
            | ["openness", "destroyed"]
            | ["t", _, "replies"]
            | ["b", _, "threads"]
            | ["verification", "document", "withdraw" | "appeal"]
            | ["verification", "appeal", _, _]
            | ["verification", "credential", "end"]
            | ["verification", "credential", "links", _, "end"]
            | ["badges", "check"]
    );
    let for_oneself = matches!(
        parts.as_slice(),
        ["read" | "notifications" | "settings" | "announcements" | "verification", ..]
            | ["b", _, "read" | "level" | "draft", ..]
            | ["u", _, "block" | "unblock"]
            | ["t", _, "read" | "unread" | "level" | "bookmark" | "unbookmark" | "draft", ..]
    );
    for_all || (for_oneself && matches!(barred, Barred::Silenced(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_page_holds_one_of_three_numbers_of_posts() {
        assert_eq!(PAGE_SIZES.map(|size| page_size(&size.to_string())), PAGE_SIZES.map(Ok));
        for text in ["", "0", "11", "-10", "ten"] {
            assert_eq!(page_size(text), Err(BadPageSize), "{text}");
        }
    }

    #[test]
    fn addresses_are_found_whatever_their_case() {
        let email = Email::parse(" Maria.K@Example.org ").unwrap();
        assert_eq!(email.as_str(), "Maria.K@Example.org");
        assert_eq!(email.key(), "maria.k@example.org");
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        for wrong in [
            "",
            "maria",
            "@example.org",
            "maria@",
            "maria@example",
            "a b@example.org",
            "a@b@example.org",
            "a@.org",
            "x\n@example.org",
        ] {
            assert_eq!(Email::parse(wrong), Err(BadEmail), "{wrong:?}");
        }
        assert!(Email::parse(&format!("{}@example.org", "a".repeat(64))).is_ok());
        assert!(Email::parse(&format!("{}@example.org", "a".repeat(65))).is_err());
    }

    #[test]
    fn a_password_is_long_unguessable_and_not_ones_name() {
        let names = ["maria-k", "Maria Kowalska", "kowalska@example.org"];
        assert_eq!(check_password("short", &names), Err(BadPassword::TooShort));
        assert_eq!(check_password(&"long ".repeat(41), &names), Err(BadPassword::TooLong));
        assert_eq!(check_password("xx-KOWALSKA-9471-yy", &names), Err(BadPassword::OwnName));
        assert_eq!(check_password("q7mariakowalskaq7", &names), Err(BadPassword::OwnName));
        assert_eq!(check_password("slate maria lantern 88", &names), Err(BadPassword::OwnName));
        assert!(matches!(check_password("password123", &names), Err(BadPassword::Guessable(_))));
        assert_eq!(check_password("slate gold streak lantern", &names), Ok(()));
    }

    #[test]
    fn a_guessable_password_is_refused_with_a_suggestion() {
        let Err(BadPassword::Guessable(advice)) = check_password("qwertyuiop", &[]) else {
            panic!("accepted")
        };
        assert!(advice.len() > 10, "{advice}");
    }

    #[test]
    fn a_session_ends_after_thirty_idle_days() {
        let seen = chrono::NaiveDate::from_ymd_opt(2026, 6, 3).unwrap().and_hms_opt(0, 0, 0).unwrap();
        assert!(!is_over(seen, seen + TimeDelta::days(30)));
        assert!(is_over(seen, seen + TimeDelta::days(30) + TimeDelta::seconds(1)));
    }

    proptest! {
        #[test]
        fn reading_an_address_never_panics(text in ".{0,80}") {
            let _ = Email::parse(&text);
        }

        #[test]
        fn checking_a_password_never_panics(text in ".{0,60}", name in ".{0,20}") {
            let _ = check_password(&text, &[&name]);
        }
    }

    #[test]
    fn barred_members_write_nothing_until_the_end() {
        let noon = chrono::NaiveDate::from_ymd_opt(2026, 6, 3).unwrap().and_hms_opt(12, 0, 0).unwrap();
        let later = noon + TimeDelta::seconds(1);
        assert_eq!(may_write(None, None, noon), Ok(()));
        assert_eq!(may_write(Some(noon), Some(noon), noon), Ok(()));
        assert_eq!(may_write(Some(later), None, noon), Err(Barred::Silenced(later)));
        assert_eq!(may_write(Some(later), Some(later), noon), Err(Barred::Suspended(later)));
        assert!(Barred::Silenced(noon).to_string().contains("Jun 3, 2026, 12:00"));
    }

    #[test]
    fn a_form_that_nobody_thought_of_is_closed_to_the_barred() {
        let noon = chrono::NaiveDate::from_ymd_opt(2026, 6, 3).unwrap().and_hms_opt(12, 0, 0).unwrap();
        let (silenced, suspended) = (Barred::Silenced(noon), Barred::Suspended(noon));
        for path in ["/p/7/like", "/p/7/edit", "/p/7/report", "/t/7/title", "/admin/rules", "/", "/new"] {
            assert!(!is_open_to_barred(silenced, path) && !is_open_to_barred(suspended, path), "{path}");
        }
        for path in ["/logout", "/notices/7/appeal", "/t/7/replies", "/verification/document/withdraw"] {
            assert!(is_open_to_barred(silenced, path) && is_open_to_barred(suspended, path), "{path}");
        }
        for path in ["/t/7/draft/discard", "/settings/profile", "/read", "/verification/document/photos"] {
            assert!(is_open_to_barred(silenced, path) && !is_open_to_barred(suspended, path), "{path}");
        }
    }
}
