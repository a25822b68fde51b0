//! Texts and calls by Twilio, or by whatever speaks its API (2010-04-01).

use std::fmt::Write;

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::{Channel, Failure, Sent, Text, Texter, agent, refused, unreachable};
use crate::settings::Twilio;

/// How long, in seconds, the service may try to deliver a text: a code is good for 10 minutes.
const VALIDITY: &str = "600";

pub(super) struct Sender {
    account: Twilio,
    receipts: String,
    agent: ureq::Agent,
}

impl Sender {
    pub(super) fn new(account: Twilio, origin: &str) -> Self {
        Self { account, receipts: format!("{origin}/texts/receipts/twilio"), agent: agent() }
    }

    fn authorization(&self) -> String {
        let pair = format!("{}:{}", self.account.user, self.account.password);
        format!("Basic {}", BASE64.encode(pair.as_bytes()))
    }

    fn form(&self, text: &Text) -> Vec<(&'static str, String)> {
        let mut form = vec![("To", text.to.clone()), ("From", self.account.from.clone())];
        match text.channel {
            Channel::Text => {
                form.push(("Body", text.words.clone()));
                form.push(("ValidityPeriod", VALIDITY.to_owned()));
            }
            Channel::Call => form.push(("Twiml", spoken(&text.words))),
        }
        // A receipt that could not be checked is not asked for.
        if self.account.signing.is_some() {
            form.push(("StatusCallback", format!("{}/{}", self.receipts, text.receipt)));
        }
        form
    }
}

/// The words as `TwiML`, said twice.
fn spoken(words: &str) -> String {
    let words = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<Response><Pause length=\"1\"/><Say language=\"en-US\">{words}</Say><Pause length=\"2\"/>\
         <Say language=\"en-US\">Once more. {words}</Say></Response>"
    )
}

#[derive(serde::Deserialize)]
struct Answer {
    #[serde(default)]
    sid: Option<String>,
    /// The service's own number for what went wrong. Its words may hold the phone's number, so they are not read.
    #[serde(default)]
    code: Option<i64>,
}

impl Texter for Sender {
    fn send(&self, _id: i64, text: &Text) -> Result<Sent, Failure> {
        let kind = match text.channel {
            Channel::Text => "Messages",
            Channel::Call => "Calls",
        };
        let (base, account) = (&self.account.base, &self.account.account);
        let mut answer = self
            .agent
            .post(format!("{base}/2010-04-01/Accounts/{account}/{kind}.json"))
            .header("authorization", self.authorization())
            .send_form(self.form(text))
            .map_err(|cause| unreachable(&cause))?;
        let status = answer.status().as_u16();
        let read = answer.body_mut().read_to_string().unwrap_or_default();
        let said: Option<Answer> = serde_json::from_str(&read).ok();
        if (200..300).contains(&status) {
            return Ok(Sent { reference: said.and_then(|said| said.sid) });
        }
        let mut detail = String::new();
        if let Some(code) = said.and_then(|said| said.code) {
            let _ = write!(detail, ", code {code}");
        }
        Err(refused(status, &detail))
    }
}

/// Whether Twilio signed a request to `address` with these fields: HMAC-SHA-1, by the account's token, over the
/// address and each field's name and value in the order of the names.
#[must_use]
pub fn is_signed(token: &str, address: &str, fields: &[(String, String)], signature: &str) -> bool {
    let Ok(signature) = BASE64.decode(signature.as_bytes()) else { return false };
    let Ok(mut hmac) = Hmac::<Sha1>::new_from_slice(token.as_bytes()) else { return false };
    let mut fields: Vec<_> = fields.iter().collect();
    fields.sort();
    hmac.update(address.as_bytes());
    for (name, value) in fields {
        hmac.update(name.as_bytes());
        hmac.update(value.as_bytes());
    }
    hmac.verify_slice(&signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Twilio's documentation of request validation.
    #[test]
    fn the_published_example_of_a_signature_holds() {
        let fields = [
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
            ("To", "+18005551212"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let address = "https://mycompany.com/myapp.php?foo=1&bar=2";
        let signature = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
        assert!(is_signed("12345", address, &fields, signature));
        assert!(!is_signed("12346", address, &fields, signature));
        assert!(!is_signed("12345", address, &fields[1..], signature));
        assert!(!is_signed("12345", address, &fields, "nonsense"));
    }

    #[test]
    fn what_is_spoken_is_no_markup() {
        assert!(spoken("Tom & <Jerry>").contains("Tom &amp; &lt;Jerry&gt;"));
    }
}
