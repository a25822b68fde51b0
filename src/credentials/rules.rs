//! What a credential is worth at a moment, and how names are compared.

use unicode_normalization::UnicodeNormalization;

use crate::badges::rules::GrantState;
use crate::clock::Time;

/// Entries of a status list: what Bitstring Status List asks for at the least, so that none stands out.
pub const ENTRIES: i64 = 131_072;
/// How full a list may be before another is begun: a free place is then found in few tries.
pub const FULL: i64 = ENTRIES / 2;
/// How many links of a credential may be open at once.
pub const LINKS: i64 = 20;
/// How long the name of a link or a token may be, in characters.
pub const LABEL: usize = 60;
/// The most that is read of what is pasted to be checked, in bytes.
pub const LARGEST: usize = 64 * 1024;

/// What a credential says at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The badge is shown.
    Valid,
    /// The badge is off for now: suspended, or hidden by the member. Strangers do not learn which.
    Off,
    /// The badge is past its date.
    Expired,
    /// The badge was taken away, or another took its place.
    Revoked,
    /// The member ended the credential; the badge may still be shown.
    Ended,
}

impl Standing {
    /// Every standing there is.
    pub const ALL: [Self; 5] = [Self::Valid, Self::Off, Self::Expired, Self::Revoked, Self::Ended];

    /// Whether the list of revocations has it: for good.
    #[must_use]
    pub fn is_revoked(self) -> bool {
        matches!(self, Self::Expired | Self::Revoked | Self::Ended)
    }

    /// Whether the list of suspensions has it: for now.
    #[must_use]
    pub fn is_suspended(self) -> bool {
        self == Self::Off
    }
}

/// Where a credential stands whose grant is in `state`. `is_shown` is whether the badge can be seen on the member's
/// profile; whatever cannot is not vouched for here either.
#[must_use]
pub fn standing(
    is_ended: bool,
    state: GrantState,
    is_shown: bool,
    expires_at: Option<Time>,
    now: Time,
) -> Standing {
    let is_past = expires_at.is_some_and(|end| end <= now);
    match state {
        _ if is_ended => Standing::Ended,
        GrantState::Revoked | GrantState::Superseded => Standing::Revoked,
        GrantState::Expired => Standing::Expired,
        _ if is_past => Standing::Expired,
        GrantState::Active if is_shown => Standing::Valid,
        GrantState::Active | GrantState::Suspended | GrantState::Settling | GrantState::Embargoed => {
            Standing::Off
        }
    }
}

/// What a check found, in words for somebody who never heard of credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Ours, unchanged, and it stands at this moment.
    Stands(Standing),
    /// Ours and valid, but the name that was typed is another.
    WrongName,
    /// Said to be ours, but no key of ours signed it: changed, or made up.
    Altered,
    /// Of another issuer, or a link to another site.
    NotOurs,
    /// Nothing that can be read.
    Unreadable,
}

impl Verdict {
    /// The heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Stands(Standing::Valid) => "Valid",
            Self::Stands(Standing::Off) => "Not valid at the moment",
            Self::Stands(Standing::Expired) => "Expired",
            Self::Stands(Standing::Revoked) => "Revoked",
            Self::Stands(Standing::Ended) => "Ended by its owner",
            Self::WrongName => "Genuine, but for another name",
            Self::Altered => "Not genuine",
            Self::NotOurs => "Not from here",
            Self::Unreadable => "Nothing to check",
        }
    }

    /// What it means, and what to do.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Stands(Standing::Valid) => {
                "This community issued it, nobody changed it, and the badge is shown at this moment."
            }
            Self::Stands(Standing::Off) => {
                "This community issued it, but the badge is not shown at the moment. Do not rely on it; it may come back."
            }
            Self::Stands(Standing::Expired) => {
                "This community issued it, but the time for which the check counts is over. Ask the member for a newer one."
            }
            Self::Stands(Standing::Revoked) => {
                "This community issued it and took it back, or a newer check took its place. Do not rely on it."
            }
            Self::Stands(Standing::Ended) => {
                "This community issued it, and the member ended it. Ask them for a newer one."
            }
            Self::WrongName => {
                "The credential is valid, but it names somebody other than the name you typed. Whoever sent it to you may not be its owner."
            }
            Self::Altered => {
                "It says that it comes from this community, but its signature does not fit: it was changed on the way, or somebody made it up. Do not rely on it."
            }
            Self::NotOurs => {
                "It was not issued by this community, so nothing can be said of it here. Other sites are never opened from this page."
            }
            Self::Unreadable => {
                "This is neither a credential nor one of our links, or the link was ended. Paste the whole text of the file, or the whole address."
            }
        }
    }

    /// Whether it can be relied on.
    #[must_use]
    pub fn is_good(self) -> bool {
        self == Self::Stands(Standing::Valid)
    }

    /// The name in the page, for styles and tests.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Stands(Standing::Valid) => "valid",
            Self::Stands(Standing::Off) => "off",
            Self::Stands(Standing::Expired) => "expired",
            Self::Stands(Standing::Revoked) => "revoked",
            Self::Stands(Standing::Ended) => "ended",
            Self::WrongName => "wrong-name",
            Self::Altered => "altered",
            Self::NotOurs => "not-ours",
            Self::Unreadable => "unreadable",
        }
    }
}

/// Whether a name that was typed is the one of the credential: case, width and spaces do not count. Nothing typed
/// is no comparison.
#[must_use]
pub fn is_same_name(typed: &str, bound: &str) -> bool {
    let plain = |name: &str| {
        let folded = name.nfkc().collect::<String>().to_lowercase();
        folded.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let typed = plain(typed);
    typed.is_empty() || typed == plain(bound)
}

/// A name for a link or a token.
///
/// # Errors
/// A sentence for whoever typed it.
pub fn label(text: &str) -> Result<String, &'static str> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return Err("Give it a name, so that you know later what it is for.");
    }
    if text.chars().count() > LABEL {
        return Err("Keep the name within 60 characters.");
    }
    Ok(text)
}

/// What somebody pasted to be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pasted {
    /// The end of one of our links.
    Link(String),
    /// A signed credential.
    Signed(String),
    /// An address that is not of this site.
    Elsewhere,
    /// Anything else.
    Unreadable,
}

/// What a signed credential begins with in a file of JSON: an enveloped credential.
const ENVELOPE: &str = "data:application/vc+jwt,";

/// Reads what was pasted. `origin` is the address of this site.
#[must_use]
pub fn read(text: &str, origin: &str) -> Pasted {
    let text = text.trim().trim_matches(['"', '<', '>']);
    if let Some(path) = text.strip_prefix(origin).or_else(|| text.starts_with("/c/").then_some(text)) {
        let token = path.strip_prefix("/c/").unwrap_or_default();
        let token = token.split(['?', '#', '/']).next().unwrap_or_default();
        return if token.is_empty() { Pasted::Unreadable } else { Pasted::Link(token.to_owned()) };
    }
    if text.starts_with("http://") || text.starts_with("https://") {
        return Pasted::Elsewhere;
    }
    if text.starts_with('{') {
        let id = serde_json::from_str::<serde_json::Value>(text)
            .ok()
            .and_then(|document| document.get("id")?.as_str().map(str::to_owned));
        let signed = id.as_deref().and_then(|id| id.strip_prefix(ENVELOPE));
        return signed.map_or(Pasted::Unreadable, |signed| Pasted::Signed(signed.to_owned()));
    }
    // A mail program may have broken the text into lines.
    let signed: String = text.split_whitespace().collect();
    let signed = signed.strip_prefix(ENVELOPE).unwrap_or(&signed);
    let is_signed = signed.split('.').count() == 3 && signed.starts_with("ey");
    if is_signed { Pasted::Signed(signed.to_owned()) } else { Pasted::Unreadable }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use proptest::prelude::*;

    fn noon() -> Time {
        chrono::NaiveDate::from_ymd_opt(2026, 11, 18).unwrap().and_hms_opt(12, 0, 0).unwrap()
    }

    #[test]
    fn only_an_active_grant_that_is_shown_and_not_past_its_date_is_valid() {
        for state in GrantState::ALL {
            for (ended, shown, end) in
                [(false, true, None), (true, true, None), (false, false, None), (false, true, Some(noon()))]
            {
                let found = standing(ended, state, shown, end, noon());
                let expected = state == GrantState::Active && !ended && shown && end.is_none();
                assert_eq!(found == Standing::Valid, expected, "{state:?} {ended} {shown} {end:?}");
                assert_eq!(found.is_revoked() || found.is_suspended(), !expected);
                assert!(!(found.is_revoked() && found.is_suspended()));
            }
        }
        let later = Some(noon() + TimeDelta::microseconds(1));
        assert_eq!(standing(false, GrantState::Active, true, later, noon()), Standing::Valid);
    }

    #[test]
    fn a_hidden_badge_reads_like_a_suspended_one() {
        let hidden = standing(false, GrantState::Active, false, None, noon());
        assert_eq!(hidden, standing(false, GrantState::Suspended, false, None, noon()));
    }

    #[test]
    fn every_verdict_has_words() {
        let stands = Standing::ALL.map(Verdict::Stands);
        let others = [Verdict::WrongName, Verdict::Altered, Verdict::NotOurs, Verdict::Unreadable];
        let mut codes: Vec<_> = stands
            .into_iter()
            .chain(others)
            .map(|verdict| {
                assert!(verdict.words().ends_with('.') && !verdict.title().is_empty());
                verdict.code()
            })
            .collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), 9);
    }

    #[test]
    fn names_are_compared_without_case_width_and_spaces() {
        assert!(is_same_name("", "Maria K."));
        assert!(is_same_name("  maria   k. ", "Maria K."));
        assert!(is_same_name("Ｍaria K.", "Maria K."));
        assert!(!is_same_name("Maria", "Maria K."));
    }

    #[test]
    fn what_is_pasted_is_told_apart() {
        let read = |text: &str| read(text, "https://forum.example");
        assert_eq!(read(" https://forum.example/c/abc?x=1 "), Pasted::Link("abc".to_owned()));
        assert_eq!(read("/c/abc"), Pasted::Link("abc".to_owned()));
        assert_eq!(read("https://forum.example/c/"), Pasted::Unreadable);
        assert_eq!(read("https://forum.example.evil.example/c/abc"), Pasted::Unreadable);
        assert_eq!(read("https://evil.example/c/abc"), Pasted::Elsewhere);
        assert_eq!(read("http://169.254.169.254/"), Pasted::Elsewhere);
        assert_eq!(read("eyA.b\n.c"), Pasted::Signed("eyA.b.c".to_owned()));
        let envelope = r#"{"id": "data:application/vc+jwt,eyA.b.c"}"#;
        assert_eq!(read(envelope), Pasted::Signed("eyA.b.c".to_owned()));
        for nothing in ["", "hello", "a.b.c", "{", "{}", r#"{"id": 7}"#, "eyA.b"] {
            assert_eq!(read(nothing), Pasted::Unreadable, "{nothing}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_pasted_breaks_the_reader(text in ".{0,200}") {
            let _ = read(&text, "https://forum.example");
        }
    }
}
