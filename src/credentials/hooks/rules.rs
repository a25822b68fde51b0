//! Where messages may go, how they are signed, and when they are tried again.

mod reach;

pub use reach::{Reach, is_public};

use std::net::{IpAddr, Ipv4Addr};

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

/// What is said of an address inside a network.
pub const INSIDE: &str = "This address leads into a private network, to which messages do not go. Whoever runs the site can allow it with the setting webhooks_private.";

/// An address to which messages may go: https, or a program on this machine where the reach holds it. Names are
/// looked up by whoever sends.
///
/// # Errors
/// A sentence for whoever typed it.
pub fn address(text: &str, reach: Reach) -> Result<String, &'static str> {
    let text = text.trim();
    if text.len() > LONGEST {
        return Err("Keep the address within 500 characters.");
    }
    let url = Url::parse(text).map_err(|_| "Write a whole address, such as https://shop.example/hooks.")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("Leave name and password out of the address: messages are signed.");
    }
    let ip = match url.host() {
        Some(Host::Domain(name)) => is_own_name(name).then_some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
        None => None,
    };
    let is_inside = ip.is_some_and(|ip| !reach.holds(ip));
    match url.scheme() {
        "https" | "http" if is_inside => Err(INSIDE),
        "https" => Ok(url.into()),
        "http" if ip.is_some_and(|ip| ip.is_loopback()) => Ok(url.into()),
        _ => Err("The address has to begin with https://. Only a program on this machine may do without."),
    }
}

/// Whether a name is every machine's own (RFC 6761).
fn is_own_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name == "localhost" || name.ends_with(".localhost")
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
            assert!(address(good, Reach::Anywhere).is_ok(), "{good}");
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
            assert!(address(bad, Reach::Anywhere).is_err(), "{bad}");
        }
    }

    #[test]
    fn private_networks_are_refused_however_they_are_written() {
        assert!(address("https://shop.example/hooks", Reach::Public).is_ok());
        for inside in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://10.1.2.3/hooks",
            "https://169.254.169.254/latest",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[fd00::1]/",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://shop.localhost/",
            "http://127.0.0.1:9000/x",
        ] {
            assert_eq!(address(inside, Reach::Public), Err(INSIDE), "{inside}");
            assert!(address(inside, Reach::Anywhere).is_ok(), "{inside}");
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
