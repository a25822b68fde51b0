//! Signing (RS256, RFC 7515 and 7518): drawing a key, signing a token, and checking one.

use std::convert::Infallible;

use data_encoding::BASE64URL_NOPAD;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};
use rsa::RsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey;
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::Error;

/// Bits of a key.
const BITS: usize = 2048;

/// The public part of a key, as it is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// Its thumbprint (RFC 7638).
    pub name: String,
    /// The modulus, as base64url.
    pub modulus: String,
    /// The exponent, as base64url.
    pub exponent: String,
}

impl PublicKey {
    fn new(modulus: &[u8], exponent: &[u8]) -> Self {
        let (n, e) = (BASE64URL_NOPAD.encode(modulus), BASE64URL_NOPAD.encode(exponent));
        // The members in the order of their names, without spaces: what the standard hashes.
        let hashed = Sha256::digest(format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#));
        Self { name: BASE64URL_NOPAD.encode(&hashed), modulus: n, exponent: e }
    }

    /// The key as a JWK, under the name by which tokens call it.
    #[must_use]
    pub fn jwk(&self, kid: &str) -> Value {
        json!({ "kty": "RSA", "n": self.modulus, "e": self.exponent, "alg": "RS256", "use": "sig", "kid": kid })
    }

    /// Whether this key signed the token's first two parts.
    #[must_use]
    pub fn signed(&self, token: &Token) -> bool {
        let decode = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).ok();
        let (Some(n), Some(e)) = (decode(&self.modulus), decode(&self.exponent)) else { return false };
        let key = PublicKeyComponents { n, e };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, token.signed.as_bytes(), &token.signature).is_ok()
    }
}

/// A key that was drawn: its private part as PKCS #8, and its public part.
pub struct Drawn {
    /// The private part.
    pub private: Zeroizing<Vec<u8>>,
    /// The public part.
    pub public: PublicKey,
}

/// The system's randomness.
struct System;

impl TryRng for System {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    #[expect(clippy::expect_used, reason = "a key must not be drawn from anything else")]
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        getrandom::fill(bytes).expect("the system gave randomness a moment ago");
        Ok(())
    }
}

impl TryCryptoRng for System {}

/// Draws a key. It takes about a second, so it is done where nobody is held up.
///
/// # Errors
/// When the system has no randomness to give.
pub fn draw() -> Result<Drawn, Error> {
    let failed = |cause: &dyn std::fmt::Display| Error::internal(format!("no key was drawn: {cause}"));
    getrandom::fill(&mut [0; 16]).map_err(|cause| failed(&cause))?;
    let key = RsaPrivateKey::new(&mut System, BITS).map_err(|cause| failed(&cause))?;
    let private = key.to_pkcs8_der().map_err(|cause| failed(&cause))?;
    let public =
        PublicKey::new(&key.n().to_be_bytes_trimmed_vartime(), &key.e().to_be_bytes_trimmed_vartime());
    Ok(Drawn { private: Zeroizing::new(private.as_bytes().to_vec()), public })
}

/// What signs: the private part, ready, and the name of the public one.
pub struct Signer {
    key: KeyPair,
    /// The name of the key.
    pub name: String,
}

impl Signer {
    /// Opens the private part of a key.
    ///
    /// # Errors
    /// When it is none.
    pub fn open(name: String, private: &[u8]) -> Result<Self, Error> {
        let key = KeyPair::from_pkcs8(private)
            .map_err(|cause| Error::internal(format!("the key {name} does not open: {cause}")))?;
        Ok(Self { key, name })
    }

    /// A token (RFC 7519) with this payload. `key` is the name under which the key is published.
    ///
    /// # Errors
    /// When signing fails.
    pub fn token(&self, kind: &str, key: &str, payload: &Value) -> Result<String, Error> {
        let head = json!({ "alg": "RS256", "typ": kind, "kid": key });
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(&head), part(payload));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| Error::internal("a credential was not signed"))?;
        Ok(format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature)))
    }
}

/// A token that was taken apart; nothing of it is believed yet.
#[derive(Clone, Debug)]
pub struct Token {
    signed: String,
    signature: Vec<u8>,
    /// The name of the key that is said to have signed it.
    pub kid: String,
    /// What it says.
    pub payload: Value,
}

impl Token {
    /// Takes a token apart; nothing where it is none, or is signed in another way than ours.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (head, payload) = signed.split_once('.')?;
        let decode = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).ok();
        let head: Value = serde_json::from_slice(&decode(head)?).ok()?;
        let kid = head.get("kid").and_then(Value::as_str).unwrap_or_default().to_owned();
        let payload: Value = serde_json::from_slice(&decode(payload)?).ok()?;
        // The way of signing is ours to say, not the token's: this one is refused before any key is asked.
        let signature = if head.get("alg")? == "RS256" { decode(signature)? } else { Vec::new() };
        payload.is_object().then(|| Self { signed: signed.to_owned(), signature, kid, payload })
    }

    /// A part of what it says that is text.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.payload.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_signed_holds_until_a_byte_changes() {
        let (drawn, other) = (draw().unwrap(), draw().unwrap());
        assert_ne!(drawn.public, other.public);
        assert_eq!(BASE64URL_NOPAD.decode(drawn.public.modulus.as_bytes()).unwrap().len(), BITS / 8);
        let signer = Signer::open(drawn.public.name.clone(), &drawn.private).unwrap();
        let text = signer.token("JWT", "did:web:forum.example#k", &json!({ "iss": "x", "n": 7 })).unwrap();
        let token = Token::read(&text).unwrap();
        assert!(drawn.public.signed(&token) && !other.public.signed(&token));
        assert_eq!((token.kid.as_str(), token.text("iss")), ("did:web:forum.example#k", "x"));
        for at in (0..text.len()).step_by(7) {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(!Token::read(&changed).is_some_and(|token| drawn.public.signed(&token)), "byte {at}");
        }
    }

    #[test]
    fn a_token_that_names_another_way_of_signing_is_signed_by_nobody() {
        let drawn = draw().unwrap();
        for alg in ["none", "HS256", "PS256"] {
            let head = BASE64URL_NOPAD.encode(json!({ "alg": alg }).to_string().as_bytes());
            let payload = BASE64URL_NOPAD.encode(b"{}");
            let token = Token::read(&format!("{head}.{payload}.AAAA")).unwrap();
            assert!(!drawn.public.signed(&token));
        }
        assert!(Token::read("a.b.c").is_none() && Token::read("").is_none());
    }

    /// The example of RFC 7638, section 3.1.
    #[test]
    fn a_thumbprint_is_the_one_of_the_standard() {
        let modulus = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let modulus = BASE64URL_NOPAD.decode(modulus.as_bytes()).unwrap();
        let key = PublicKey::new(&modulus, &[1, 0, 1]);
        assert_eq!(key.name, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }
}
