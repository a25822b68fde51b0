//! Texts and calls to phones: what one is, and what can send it.

mod kannel;
pub mod pages;
pub mod store;
mod twilio;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

pub use super::mail::Failure;
pub use twilio::is_signed;

use crate::sealing::Keys;
use crate::settings::TextService;

/// How a message reaches somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// A text message.
    Text,
    /// A call that speaks.
    Call,
}

impl Channel {
    /// The channel's name in the database and in forms.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Call => "call",
        }
    }

    /// The channel of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Text, Self::Call].into_iter().find(|channel| channel.code() == code)
    }
}

/// A message to one phone. It holds a number and a code, so it is never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// To which number, in the form of E.164.
    pub to: String,
    /// The words, to be read or to be spoken.
    pub words: String,
    /// Read or spoken.
    pub channel: Channel,
    /// What the address ends with at which the service tells what became of it: see [`receipt_key`].
    #[serde(default)]
    pub receipt: String,
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text").field("channel", &self.channel).finish_non_exhaustive()
    }
}

/// A text that was handed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// The name by which the service knows it.
    pub reference: Option<String>,
}

/// Hands texts over. Blocks while it does.
pub trait Texter: Send + Sync {
    /// Hands one text over. `id` is the same for each try of the same text.
    ///
    /// # Errors
    /// When it was not taken. What the failure says holds neither the number nor a password.
    fn send(&self, id: i64, text: &Text) -> Result<Sent, Failure>;
}

/// The demo's way: nothing leaves the machine, everything can be read under `/outbox`.
#[derive(Clone, Copy, Debug)]
pub struct Outbox;

impl Texter for Outbox {
    fn send(&self, _id: i64, _text: &Text) -> Result<Sent, Failure> {
        Ok(Sent::default())
    }
}

/// The way to a service; nothing is sent yet. `origin` is where its receipts are to come.
#[must_use]
pub fn open(service: &TextService, origin: &str) -> Arc<dyn Texter> {
    match service {
        TextService::Twilio(account) => Arc::new(twilio::Sender::new(account.clone(), origin)),
        TextService::Kannel(user) => Arc::new(kannel::Sender::new(user.clone(), origin)),
    }
}

/// How long one request to a service may take.
const PATIENCE: Duration = Duration::from_secs(20);

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false);
    config.timeout_global(Some(PATIENCE)).build().into()
}

/// What went wrong on the way, without the address: it may hold a password.
fn unreachable(cause: &ureq::Error) -> Failure {
    let why = match cause {
        ureq::Error::Timeout(_) => "the service did not answer in time",
        ureq::Error::ConnectionFailed | ureq::Error::HostNotFound => "the service cannot be reached",
        ureq::Error::Io(_) => "the connection to the service broke off",
        _ => "the request to the service failed",
    };
    Failure::Passing(why.to_owned())
}

/// Whether a refusal may pass: too much at once, a failure over there, or credentials that are about to be mended.
fn refused(status: u16, detail: &str) -> Failure {
    let why = format!("the service answered {status}{detail}");
    match status {
        401 | 403 | 408 | 429 | 500.. => Failure::Passing(why),
        _ => Failure::Final(why),
    }
}

/// How many times a text is tried before it is given up: about four minutes, as its code is good for ten.
pub const TRIES: i64 = 5;

/// How long to wait before the next try: 15 seconds at first, twice as long each time.
#[must_use]
pub fn pause(tries: i64) -> chrono::TimeDelta {
    chrono::TimeDelta::seconds(15 << tries.clamp(0, 4))
}

const RECEIPT: &str = "text receipt";

/// What the address for a text's receipt ends with: its number, and what nobody else can make.
#[must_use]
pub fn receipt_key(keys: &Keys, id: i64) -> String {
    format!("{id}.{}", BASE64URL_NOPAD.encode(&keys.mac(RECEIPT, &[&id.to_string()])))
}

/// The text that a receipt is for, where its address was made here.
#[must_use]
pub fn read_receipt_key(keys: &Keys, key: &str) -> Option<i64> {
    let (id, mac) = key.split_once('.')?;
    let mac = BASE64URL_NOPAD.decode(mac.as_bytes()).ok()?;
    let number = id.parse().ok()?;
    keys.is_mac(RECEIPT, &[id], &mac).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_never_prints_its_number_or_its_words() {
        let text = Text {
            to: "+4915112345678".to_owned(),
            words: "12345".to_owned(),
            channel: Channel::Text,
            receipt: String::new(),
        };
        let printed = format!("{text:?}");
        assert!(!printed.contains("12345"), "{printed}");
    }

    #[test]
    fn all_tries_are_over_before_the_code_is() {
        let waits: i64 = (0..TRIES - 1).map(|tries| pause(tries).num_seconds()).sum();
        assert!((120..600).contains(&waits), "{waits}");
    }

    #[test]
    fn what_may_pass_is_tried_again() {
        assert!(matches!(refused(429, ""), Failure::Passing(_)));
        assert!(matches!(refused(503, ""), Failure::Passing(_)));
        assert!(matches!(refused(400, ""), Failure::Final(_)));
    }
}
