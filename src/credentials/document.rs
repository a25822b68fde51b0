//! What is signed and published: Open Badges 3.0 credentials, status lists, the DID document and the key set.

use chrono::{SubsecRound, TimeDelta};
use serde_json::{Value, json};
use url::Url;

use super::signing::PublicKey;
use super::store::Credential;
use crate::badges::rules::Badge;
use crate::clock::{Time, date, rfc3339};

const VC: &str = "https://www.w3.org/ns/credentials/v2";
const BADGES: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
/// How long programs may keep a status list, in milliseconds.
const KEEP: i64 = 60_000;

/// Who issues: this site.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// `https://forum.example`.
    pub origin: String,
    /// `did:web:forum.example`.
    pub did: String,
    /// The community's name.
    pub name: String,
}

/// Why a bit of a status list is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// For good.
    Revocation,
    /// For now.
    Suspension,
}

impl Purpose {
    /// Its name in the standard.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Revocation => "revocation",
            Self::Suspension => "suspension",
        }
    }
}

/// Seconds since 1970, as tokens count.
fn seconds(time: Time) -> i64 {
    time.and_utc().timestamp()
}

fn moment(time: Time) -> String {
    rfc3339(time.trunc_subsecs(0))
}

impl Issuer {
    /// The site at this address.
    #[must_use]
    pub fn new(origin: &str, name: &str) -> Self {
        // A port is written so that its colon divides nothing (did:web, "Web DID method").
        let host = Url::parse(origin).ok().and_then(|url| {
            let port = url.port().map_or_else(String::new, |port| format!("%3A{port}"));
            Some(format!("{}{port}", url.host_str()?))
        });
        let did = format!("did:web:{}", host.unwrap_or_default());
        Self { origin: origin.to_owned(), did, name: name.to_owned() }
    }

    /// The name under which a key is published.
    #[must_use]
    pub fn kid(&self, key: &str) -> String {
        format!("{}#{key}", self.did)
    }

    fn profile(&self) -> Value {
        json!({ "id": self.did, "type": ["Profile"], "name": self.name, "url": self.origin })
    }

    /// The address of a status list.
    #[must_use]
    pub fn list(&self, list: i64, purpose: Purpose) -> String {
        match purpose {
            Purpose::Revocation => format!("{}/credentials/status/{list}", self.origin),
            Purpose::Suspension => format!("{}/credentials/status/{list}/suspension", self.origin),
        }
    }

    fn entry(&self, credential: &Credential, purpose: Purpose) -> Value {
        let list = self.list(credential.list, purpose);
        let place = credential.place.to_string();
        json!({
            "id": format!("{list}#{place}"), "type": "BitstringStatusListEntry", "statusPurpose": purpose.code(),
            "statusListIndex": place, "statusListCredential": list,
        })
    }

    /// The payload of a credential: the credential itself, and beside it what every token has (Open Badges 3.0,
    /// "JSON Web Token Proof Format").
    #[must_use]
    pub fn credential(&self, credential: &Credential) -> Value {
        let badge = Badge::IdentityVerified;
        let id = format!("{}/credentials/{}", self.origin, credential.name);
        let profile = format!("{}/u/{}", self.origin, credential.handle);
        let about = format!("{}/badges/{}", self.origin, badge.code());
        let fact = format!(
            "{} checked on {}: {}, policy {}.",
            badge.subject(),
            date(credential.granted_at),
            credential.checked,
            credential.policy_version
        );
        let mut payload = json!({
            "@context": [VC, BADGES],
            "id": id,
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": badge.title(),
            "issuer": self.profile(),
            "validFrom": moment(credential.granted_at),
            "credentialSubject": {
                "id": profile,
                "type": ["AchievementSubject"],
                "name": credential.bound_name,
                "identifier": [{
                    "type": "IdentityObject", "identityHash": credential.bound_name,
                    "identityType": "name", "hashed": false,
                }],
                "achievement": {
                    "id": about,
                    "type": ["Achievement"],
                    "achievementType": "Badge",
                    "name": badge.title(),
                    "description": "A government document was read and its holder was met, under a published policy.",
                    "criteria": { "id": about, "narrative": fact },
                },
            },
            "credentialStatus": [
                self.entry(credential, Purpose::Revocation),
                self.entry(credential, Purpose::Suspension),
            ],
            "iss": self.did,
            "jti": id,
            "sub": profile,
            "nbf": seconds(credential.granted_at),
        });
        if let Some(end) = credential.expires_at {
            payload["validUntil"] = json!(moment(end));
            payload["exp"] = json!(seconds(end));
        }
        payload
    }

    /// The payload of a status list.
    #[must_use]
    pub fn status(&self, list: i64, purpose: Purpose, bits: &str, now: Time) -> Value {
        let id = self.list(list, purpose);
        let end = now + TimeDelta::days(1);
        json!({
            "@context": [VC],
            "id": id,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": self.did,
            "validFrom": moment(now),
            "validUntil": moment(end),
            "credentialSubject": {
                "id": format!("{id}#list"), "type": "BitstringStatusList", "statusPurpose": purpose.code(),
                "encodedList": bits, "ttl": KEEP,
            },
            "iss": self.did,
            "jti": id,
            "sub": format!("{id}#list"),
            "nbf": seconds(now),
            "exp": seconds(end),
        })
    }

    /// The DID document: every key that ever signed, so that what it signed can still be checked.
    #[must_use]
    pub fn did_document(&self, keys: &[PublicKey]) -> Value {
        let methods = keys.iter().map(|key| {
            let kid = self.kid(&key.name);
            json!({ "id": kid, "type": "JsonWebKey", "controller": self.did, "publicKeyJwk": key.jwk(&kid) })
        });
        let names: Vec<String> = keys.iter().map(|key| self.kid(&key.name)).collect();
        json!({
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"],
            "id": self.did,
            "verificationMethod": methods.collect::<Vec<Value>>(),
            "assertionMethod": names,
        })
    }

    /// The keys as a set (RFC 7517).
    #[must_use]
    pub fn key_set(&self, keys: &[PublicKey]) -> Value {
        let keys: Vec<Value> = keys.iter().map(|key| key.jwk(&self.kid(&key.name))).collect();
        json!({ "keys": keys })
    }
}

/// A signed credential as a file of JSON (Verifiable Credentials 2.0, "Enveloped Verifiable Credentials").
#[must_use]
pub fn envelope(signed: &str) -> Value {
    json!({
        "@context": [VC], "id": format!("data:application/vc+jwt,{signed}"),
        "type": ["EnvelopedVerifiableCredential"],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_named_by_its_host_and_port() {
        let did = |origin: &str| Issuer::new(origin, "x").did;
        assert_eq!(did("https://forum.example"), "did:web:forum.example");
        assert_eq!(did("http://127.0.0.1:8080"), "did:web:127.0.0.1%3A8080");
        assert_eq!(Issuer::new("https://forum.example", "x").kid("k"), "did:web:forum.example#k");
    }
}
