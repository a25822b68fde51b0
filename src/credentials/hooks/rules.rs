//! Where messages may go, how they are signed, and when they are tried again.

use chrono::TimeDelta;
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use url::{Host, Url};

use crate::clock::Time;

/// What a secret begins with, in the words of the standard.
pub const SECRET: &str = "whsec_";
/// How many webhooks there may be.
pub const HOOKS: usize = 10;
/// How long an address may be, in bytes.
const LONGEST: usize = 500;

/// The pauses between tries: in all a day and a half.
const PAUSES: [TimeDelta; 7] = [
    TimeDelta::seconds(5),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(5),
    TimeDelta::hours(10),
    TimeDelta::hours(14),
];

/// When to try again after so many tries; never, when there were enough.
#[must_use]
pub fn next_try(tries: i64, now: Time) -> Option<Time> {
    let pause = usize::try_from(tries - 1).ok().and_then(|at| PAUSES.get(at))?;
    Some(now + *pause)
}

/// An address to which messages may go: https, or a program on this machine.
///
/// # Errors
/// A sentence for whoever typed it.
pub fn address(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.len() > LONGEST {
        return Err("Keep the address within 500 characters.");
    }
    let url = Url::parse(text).map_err(|_| "Write a whole address, such as https://shop.example/hooks.")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("Leave name and password out of the address: messages are signed.");
    }
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(url.into()),
        "http" if is_here => Ok(url.into()),
        _ => Err("The address has to begin with https://. Only a program on this machine may do without."),
    }
}

/// The signature of a message, as its header has it: over its name, the second, and the body.
///
/// # Panics
/// Never: HMAC takes keys of every length.
#[must_use]
pub fn signature(secret: &[u8], name: &str, second: i64, body: &str) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length (RFC 2104)")]
    let mut hmac = Hmac::<Sha256>::new_from_slice(secret).expect("a key of any length");
    hmac.update(format!("{name}.{second}.{body}").as_bytes());
    format!("v1,{}", BASE64.encode(&hmac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the libraries of the standard share.
    #[test]
    fn a_signature_is_the_one_of_the_standard() {
        let secret = BASE64.decode(b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed =
            signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn messages_go_to_https_or_stay_on_this_machine() {
        for good in [
            "https://shop.example/hooks?x=1",
            "http://127.0.0.1:9000/x",
            "http://localhost/x",
            "http://[::1]:80/x",
        ] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "shop.example",
            "http://shop.example/",
            "http://localhost.evil.example/",
            "http://10.0.0.1/",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
            "https://user:pass@shop.example/",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn tries_come_to_an_end() {
        let noon = chrono::NaiveDate::from_ymd_opt(2026, 11, 18).unwrap().and_hms_opt(12, 0, 0).unwrap();
        assert_eq!(next_try(1, noon), Some(noon + TimeDelta::seconds(5)));
        assert!(next_try(7, noon).is_some());
        assert_eq!(next_try(8, noon), None);
        assert_eq!(next_try(0, noon), None);
    }
}
