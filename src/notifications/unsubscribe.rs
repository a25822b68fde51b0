//! The links that end mails of one kind with one click. They name a member and a kind, and are signed, so that
//! nobody ends another's mails by guessing.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::rules::Kind;
use crate::members::MemberId;

/// What such a link ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// Mails of one kind.
    Kind(Kind),
    /// The daily mail: every kind that waits for it.
    Daily,
}

impl Ends {
    fn code(self) -> &'static str {
        match self {
            Self::Kind(kind) => kind.code(),
            Self::Daily => "daily",
        }
    }

    fn parse(code: &str) -> Option<Self> {
        if code == "daily" { Some(Self::Daily) } else { Kind::parse(code).map(Self::Kind) }
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Kind(kind) => kind.title(),
            Self::Daily => "The daily mail",
        }
    }
}

/// Signs and reads such links.
#[derive(Clone, Debug)]
pub struct Signer(Hmac<Sha256>);

impl Signer {
    /// With the site's key.
    #[must_use]
    #[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "HMAC takes a key of any length")]
    pub fn new(key: &str) -> Self {
        Self(Hmac::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length"))
    }

    fn mac(&self, text: &str) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(text.as_bytes());
        mac
    }

    /// The token that ends this for this member.
    #[must_use]
    pub fn sign(&self, member: MemberId, ends: Ends) -> String {
        let text = format!("{}.{}", member.0, ends.code());
        let sum = BASE64URL_NOPAD.encode(&self.mac(&text).finalize().into_bytes());
        format!("{text}.{sum}")
    }

    /// Whose mails of which kind a token ends; nothing where it is not ours.
    #[must_use]
    pub fn read(&self, token: &str) -> Option<(MemberId, Ends)> {
        let (text, sum) = token.rsplit_once('.')?;
        let sum = BASE64URL_NOPAD.decode(sum.as_bytes()).ok()?;
        // Compares in a time that says nothing.
        self.mac(text).verify_slice(&sum).ok()?;
        let (member, code) = text.split_once('.')?;
        Some((MemberId(member.parse().ok()?), Ends::parse(code)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_token_says_whose_mails_it_ends() {
        let signer = Signer::new("a key");
        for ends in [Ends::Daily, Ends::Kind(Kind::Reply)] {
            let token = signer.sign(MemberId(7), ends);
            assert_eq!(signer.read(&token), Some((MemberId(7), ends)), "{token}");
            assert_eq!(Signer::new("another key").read(&token), None);
            assert_eq!(signer.read(&token.replace("7.", "8.")), None);
        }
    }

    proptest! {
        #[test]
        fn nothing_that_was_not_signed_is_read(token in "\\PC*") {
            prop_assert_eq!(Signer::new("a key").read(&token), None);
        }

        #[test]
        fn a_token_with_one_sign_changed_is_not_read(place in 0_usize..40, sign in "[A-Za-z0-9_-]") {
            let signer = Signer::new("a key");
            let token = signer.sign(MemberId(7), Ends::Kind(Kind::Like));
            let place = place.min(token.len() - 2);
            let mut changed = token.clone();
            changed.replace_range(place..=place, &sign);
            prop_assert_eq!(signer.read(&changed).is_some(), changed == token);
        }
    }
}
