//! What a second factor is, when a code of an app counts, and how long the agents' desk stays open.

mod lost;

use chrono::TimeDelta;
use totp_rs::{Builder, Totp};

use crate::clock::Time;

pub use lost::{LONGEST_REASON, NoReset, may_reset, reason};

/// Bytes of a secret from which an app makes its codes (RFC 4226 recommends 160 bits).
pub const SECRET: usize = 20;
/// Seconds for which an app shows a code.
pub const STEP: i64 = 30;
/// Recovery codes that are made at once.
pub const RECOVERY_CODES: usize = 10;
/// Characters of a recovery code, without the hyphens: 60 bits.
pub const RECOVERY_LENGTH: usize = 12;
/// Second factors that a member may have.
pub const MOST: usize = 10;
/// Greatest length of a factor's name, in characters.
pub const LONGEST_NAME: usize = 40;
/// Wrong codes of a member before further ones are refused for the rest of the window.
pub const TRIES: i64 = 10;
/// For so long somebody whose password was right may look for their second factor.
pub const PENDING: TimeDelta = TimeDelta::minutes(10);
/// For so long a passkey's question waits for its answer.
pub const CHALLENGE: TimeDelta = TimeDelta::minutes(5);
/// For so long a secret that was shown can be confirmed.
pub const SETUP: TimeDelta = TimeDelta::hours(1);
/// After so long without work the desk asks for the second factor again.
pub const IDLE: TimeDelta = TimeDelta::minutes(15);
/// Work at the desk is written down at most so often.
pub const NOTED: TimeDelta = TimeDelta::minutes(1);

/// What kind of second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A key that a device keeps (`WebAuthn`).
    Passkey,
    /// Codes that an app makes (RFC 6238).
    App,
}

impl Kind {
    /// The kind's name in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::App => "totp",
        }
    }

    /// The kind of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Passkey, Self::App].into_iter().find(|kind| kind.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Passkey => "Passkey",
            Self::App => "Codes of an app",
        }
    }

    /// Its icon.
    #[must_use]
    pub fn icon(self) -> &'static str {
        match self {
            Self::Passkey => "lock",
            Self::App => "phone",
        }
    }
}

/// Why a factor's name was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Give it a name of 1 to {LONGEST_NAME} characters, such as “My phone”.")]
pub struct BadName;

/// Reads a factor's name.
///
/// # Errors
/// When it is empty, too long, or holds what cannot be shown.
pub fn name(text: &str) -> Result<String, BadName> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count());
    if fits && !name.chars().any(char::is_control) { Ok(name) } else { Err(BadName) }
}

/// Why another factor was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("You have {MOST} second factors. Remove one that you no longer use first.")]
pub struct TooMany;

/// Whether a member who has `count` factors may add another.
///
/// # Errors
/// When they have too many.
pub fn may_add(count: usize) -> Result<(), TooMany> {
    if count < MOST { Ok(()) } else { Err(TooMany) }
}

/// A code, told apart by how it looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// Six digits: a code of an app.
    App(String),
    /// Twelve letters and digits: a recovery code, as it is hashed.
    Recovery(String),
}

impl Typed {
    /// Reads a code. Spaces and hyphens are for the eye, and what looks alike is taken as what was meant.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bare: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        if bare.len() == 6 && bare.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Self::App(bare));
        }
        let meant = bare.to_ascii_uppercase().replace('0', "O").replace('1', "I").replace('8', "B");
        let is_code = meant.len() == RECOVERY_LENGTH && meant.bytes().all(|byte| BASE32.contains(&byte));
        is_code.then_some(Self::Recovery(meant))
    }
}

/// The letters and digits of RFC 4648: those that look alike are not among them.
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A recovery code as it is shown: `ABCD-EFGH-IJKL`.
#[must_use]
pub fn in_groups(code: &str, separator: char) -> String {
    let letters = code.chars().enumerate();
    letters.fold(String::new(), |mut shown, (place, letter)| {
        if place > 0 && place % 4 == 0 {
            shown.push(separator);
        }
        shown.push(letter);
        shown
    })
}

fn totp(secret: &[u8]) -> Builder {
    Builder::new().with_secret(secret.to_vec()).with_digits(6).with_skew(1).with_step_duration(30)
}

fn seconds(now: Time) -> u64 {
    u64::try_from(now.and_utc().timestamp()).unwrap_or(0)
}

/// The step of time whose code this is: the one of `now`, or one beside it (RFC 6238, 5.2).
#[must_use]
pub fn step_of(secret: &[u8], code: &str, now: Time) -> Option<i64> {
    let step = totp(secret).build().ok()?.check(code, seconds(now))?;
    i64::try_from(step).ok()
}

/// The code that an app with this secret shows at `now`.
#[must_use]
pub fn code_at(secret: &[u8], now: Time) -> String {
    totp(secret).build().map_or_else(|_| String::new(), |totp| totp.generate(seconds(now)).to_string())
}

/// The secret as one types it: `ABCD EFGH …`.
#[must_use]
pub fn typed_secret(secret: &[u8]) -> String {
    in_groups(&data_encoding::BASE32_NOPAD.encode(secret), ' ')
}

/// The address that an app reads from the picture.
#[must_use]
pub fn setup_address(secret: &[u8], community: &str, handle: &str) -> Option<String> {
    // A colon would part the name.
    let issuer = community.replace(':', " ");
    let totp: Totp = totp(secret).with_account_name(handle).with_issuer(Some(issuer)).build().ok()?;
    totp.to_url().ok()
}

/// The largest form of the desk that is kept while its sender shows a second factor, in bytes.
pub const KEPT: usize = 64 * 1024;

/// Whether this is where a form of the desk or of trust administrators is sent, and nothing else: what was kept is
/// sent there once more.
#[must_use]
pub fn is_desk_form(path: &str) -> bool {
    let plain = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'/' | b'-');
    let below = |desk| path.strip_prefix(desk).is_some_and(|rest: &str| !rest.is_empty());
    let to_desk = below("/agent/") || path == "/admin/badges" || below("/admin/badges/");
    let shows = path == "/agent/sign-in" || path.starts_with("/agent/sign-in/");
    to_desk && !shows && !path.contains("//") && path.bytes().all(plain)
}

/// What a session showed, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whether its member has a second factor.
    pub has_factor: bool,
    /// When it last showed one.
    pub proved_at: Option<Time>,
    /// When it last worked at the desk.
    pub worked_at: Option<Time>,
}

/// What the agents' desk does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desk {
    /// It is open.
    Open,
    /// It is open, and the work is to be written down.
    OpenAndNote,
    /// There is no second factor: one has to be added.
    NoFactor,
    /// The second factor is to be shown, for the first time or again.
    Prove,
}

/// Whether the desk is open to an agent.
#[must_use]
pub fn desk(standing: Standing, now: Time) -> Desk {
    if !standing.has_factor {
        return Desk::NoFactor;
    }
    let Some(proved) = standing.proved_at else { return Desk::Prove };
    let last = standing.worked_at.map_or(proved, |worked| worked.max(proved));
    if now - last > IDLE {
        return Desk::Prove;
    }
    let is_noted = standing.worked_at.is_some_and(|worked| now - worked < NOTED);
    if is_noted { Desk::Open } else { Desk::OpenAndNote }
}

/// Whether a second factor was shown so lately that changing one's factors asks for nothing more.
#[must_use]
pub fn is_fresh(standing: Standing, now: Time) -> bool {
    standing.has_factor && standing.proved_at.is_some_and(|proved| now - proved <= IDLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> Time {
        chrono::DateTime::from_timestamp(seconds, 0).unwrap().naive_utc()
    }

    /// RFC 6238, appendix B, SHA-1: its eight digits end with our six.
    const VECTORS: [(i64, &str); 6] = [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ];
    const RFC_SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn what_was_kept_goes_to_the_desk_and_nowhere_else() {
        for path in [
            "/agent/next",
            "/agent/cases/7/decide",
            "/agent/phones/waive",
            "/admin/badges",
            "/admin/badges/7",
        ] {
            assert!(is_desk_form(path), "{path}");
        }
        for path in [
            "",
            "/",
            "/agent",
            "/agent/",
            "/agents/next",
            "/admin/members",
            "/admin/badges//evil.example",
            "/admin/badgesque",
            "/agent/sign-in",
            "/agent/sign-in/passkey",
            "//evil.example/agent/next",
            "/agent//evil.example",
            "/agent/../settings/password",
            "/agent/%2e%2e/settings",
            "/agent/next?to=x",
            "/agent/ne xt",
            "https://evil.example/agent/next",
            "javascript:/agent/next",
        ] {
            assert!(!is_desk_form(path), "{path}");
        }
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        for (seconds, eight) in VECTORS {
            let six = &eight[2..];
            assert_eq!(code_at(RFC_SECRET, at(seconds)), six);
            assert_eq!(step_of(RFC_SECRET, six, at(seconds)), Some(seconds / STEP));
        }
    }

    #[test]
    fn a_code_counts_one_step_early_and_one_step_late() {
        let now = at(1_234_567_890);
        let code = code_at(RFC_SECRET, now);
        let step = 1_234_567_890 / STEP;
        for (moved, expected) in [(-60, None), (-30, Some(step)), (30, Some(step)), (60, None)] {
            assert_eq!(step_of(RFC_SECRET, &code, now + TimeDelta::seconds(moved)), expected, "{moved}");
        }
        assert_eq!(step_of(RFC_SECRET, "12345", now), None);
        assert_eq!(step_of(RFC_SECRET, "", now), None);
    }

    #[test]
    fn codes_are_told_apart_by_how_they_look() {
        assert_eq!(Typed::parse(" 123 456 "), Some(Typed::App("123456".to_owned())));
        assert_eq!(Typed::parse("abcd-efgh-i234"), Some(Typed::Recovery("ABCDEFGHI234".to_owned())));
        assert_eq!(Typed::parse("0bcd efgh 1238"), Some(Typed::Recovery("OBCDEFGHI23B".to_owned())));
        for wrong in ["", "12345", "1234567", "ABCD-EFGH", "ABCD-EFGH-IJK9", "１２３４５６"] {
            assert_eq!(Typed::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_app_reads_who_it_is_for() {
        let address = setup_address(RFC_SECRET, "Fair: Work", "maria-k").unwrap();
        assert!(address.starts_with("otpauth://totp/Fair%20%20Work:maria-k?secret="), "{address}");
        assert!(address.contains("issuer=Fair%20%20Work"), "{address}");
        assert_eq!(typed_secret(RFC_SECRET), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }

    #[test]
    fn names_are_short_and_can_be_read() {
        assert_eq!(name("  My   phone "), Ok("My phone".to_owned()));
        assert_eq!(name(&"x".repeat(40)).map(|name| name.len()), Ok(40));
        for wrong in ["", "   ", "a\u{7}b", &"x".repeat(41)] {
            assert_eq!(name(wrong), Err(BadName));
        }
        assert_eq!((may_add(9), may_add(10)), (Ok(()), Err(TooMany)));
    }

    fn standing(proved: Option<i64>, worked: Option<i64>) -> Standing {
        Standing { has_factor: true, proved_at: proved.map(at), worked_at: worked.map(at) }
    }

    #[test]
    fn the_desk_closes_after_fifteen_idle_minutes() {
        let now = at(1_000_000);
        let ago = |seconds: i64| Some(1_000_000 - seconds);
        assert_eq!(desk(standing(None, None), now), Desk::Prove);
        assert_eq!(desk(standing(None, ago(1)), now), Desk::Prove);
        assert_eq!(desk(standing(ago(900), None), now), Desk::OpenAndNote);
        assert_eq!(desk(standing(ago(901), None), now), Desk::Prove);
        assert_eq!(desk(standing(ago(9_000), ago(900)), now), Desk::OpenAndNote);
        assert_eq!(desk(standing(ago(9_000), ago(901)), now), Desk::Prove);
        assert_eq!(desk(standing(ago(9_000), ago(59)), now), Desk::Open);
        assert_eq!(desk(standing(ago(9_000), ago(60)), now), Desk::OpenAndNote);
        let bare = Standing { has_factor: false, ..standing(ago(1), ago(1)) };
        assert_eq!(desk(bare, now), Desk::NoFactor);
        assert!(!is_fresh(bare, now) && is_fresh(standing(ago(900), None), now));
        assert!(!is_fresh(standing(ago(901), ago(1)), now) && !is_fresh(standing(None, ago(1)), now));
    }

    proptest! {
        /// Whoever asks again within fifteen minutes stays in, and whoever once waits longer does not.
        #[test]
        fn the_desk_is_open_as_long_as_one_works(pauses in proptest::collection::vec(1_i64..1_200, 1..40)) {
            let mut now = 1_000_000;
            let mut standing = standing(Some(now), None);
            let mut noted = now;
            for pause in pauses {
                now += pause;
                match desk(standing, at(now)) {
                    Desk::Open => prop_assert!(now - noted < 60),
                    Desk::OpenAndNote => {
                        prop_assert!(now - noted <= 900);
                        standing.worked_at = Some(at(now));
                        noted = now;
                    }
                    other => {
                        prop_assert_eq!(other, Desk::Prove);
                        prop_assert!(now - noted > 900);
                        return Ok(());
                    }
                }
            }
        }

        #[test]
        fn reading_a_code_never_panics(text in ".{0,40}") {
            let _ = (Typed::parse(&text), name(&text), step_of(RFC_SECRET, &text, at(0)));
        }
    }
}
