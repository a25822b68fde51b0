//! Names for a relay that are good for a while, in the manner of coturn's REST interface: the relay shares a secret
//! with us and nothing else.

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::rules::Servers;
use crate::clock::Time;
use crate::settings::CallServers;

/// The name and what belongs to it: `EXPIRY:name`, and the HMAC-SHA-1 over that by the secret.
#[must_use]
pub fn credentials(secret: &str, name: &str, until: Time) -> (String, String) {
    let username = format!("{}:{name}", until.and_utc().timestamp());
    let credential = BASE64.encode(&signed(secret, &username));
    (username, credential)
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of every length (RFC 2104)")]
fn signed(secret: &str, username: &str) -> Vec<u8> {
    let mut hmac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    hmac.update(username.as_bytes());
    hmac.finalize().into_bytes().to_vec()
}

/// What a browser is given to reach the other: for nobody but somebody whom the room let in, until then.
#[must_use]
pub fn servers(settings: &CallServers, name: &str, until: Time) -> Vec<Servers> {
    let mut all = Vec::new();
    if !settings.stun.is_empty() {
        all.push(Servers { urls: settings.stun.clone(), username: None, credential: None });
    }
    if let (false, Some(secret)) = (settings.turn.is_empty(), &settings.secret) {
        let (username, credential) = credentials(secret.reveal(), name, until);
        let (username, credential) = (Some(username), Some(credential));
        all.push(Servers { urls: settings.turn.clone(), username, credential });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Given, Settings};

    fn then() -> Time {
        chrono::DateTime::from_timestamp(1_433_895_918, 0).unwrap().naive_utc()
    }

    /// `printf '1433895918:ninefingers' | openssl dgst -sha1 -hmac north -binary | base64`
    #[test]
    fn credentials_are_those_that_openssl_computes() {
        let (username, credential) = credentials("north", "ninefingers", then());
        assert_eq!(username, "1433895918:ninefingers");
        assert_eq!(credential, "jy8hTxmOO7UtEKXqSkSlvakPVYA=");
    }

    #[test]
    fn servers_are_those_of_the_settings_and_only_the_relay_has_a_name() {
        let read =
            |file: &str| Settings::from_sources(&Given::default(), &|_| None, file).unwrap().call_servers;
        assert_eq!(servers(&read(""), "x", then()), []);
        let both = read(
            "stun = 'stun:a.example'\nturn = 'turn:b.example,turns:b.example:443'\nturn_secret = 'north'",
        );
        let list = servers(&both, "ninefingers", then());
        assert_eq!(list[0].urls, ["stun:a.example"]);
        assert_eq!((list[0].username.as_ref(), list[0].credential.as_ref()), (None, None));
        assert_eq!(list[1].urls, ["turn:b.example", "turns:b.example:443"]);
        assert_eq!(list[1].credential.as_deref(), Some("jy8hTxmOO7UtEKXqSkSlvakPVYA="));
        assert!(!serde_json::to_string(&list).unwrap().contains("north"));
    }
}
