//! How texts and calls leave: which service, as whom, from which number. The address holds credentials, so it comes
//! from the environment or the file and never from the command line, and is shown nowhere.

use std::fmt;

use url::{Url, form_urlencoded};

use super::{BadSetting, Found, Name, Sources};

pub(super) const TEXTS_URL: Name = Name { key: "texts_url", variable: "TOUCHSTONE_TEXTS_URL" };

const RIGHT: &str = "twilio://ACCOUNT:TOKEN@api.twilio.com?from=+15550100 or \
                     kannel+http://user:password@host:13013/cgi-bin/sendsms?from=+15550100";

/// What sends texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextService {
    /// Twilio, or whatever speaks the same API.
    Twilio(Twilio),
    /// A gateway in the manner of Kannel.
    Kannel(Kannel),
}

impl TextService {
    /// Whether it can call and speak.
    #[must_use]
    pub fn calls(&self) -> bool {
        matches!(self, Self::Twilio(_))
    }
}

/// An account of Twilio's API.
#[derive(Clone, PartialEq, Eq)]
pub struct Twilio {
    /// Where the API is, without a slash at the end.
    pub base: String,
    /// The account's SID, which stands in addresses.
    pub account: String,
    /// What requests are signed in with: the account's SID, or that of an API key.
    pub user: String,
    /// The account's token, or the API key's secret.
    pub password: String,
    /// What receipts are signed with: always the account's token. Without it no receipts are asked for.
    pub signing: Option<String>,
    /// The number texts and calls come from.
    pub from: String,
}

/// A user of a gateway in the manner of Kannel.
#[derive(Clone, PartialEq, Eq)]
pub struct Kannel {
    /// Where texts are sent to.
    pub address: String,
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
    /// The sender.
    pub from: String,
}

impl fmt::Debug for Twilio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Twilio").field("base", &self.base).finish_non_exhaustive()
    }
}

impl fmt::Debug for Kannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kannel").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Reads the setting.
pub(super) fn read(sources: &Sources<'_>) -> Result<Option<TextService>, BadSetting> {
    let Some(found) = sources.find(None, &TEXTS_URL)? else { return Ok(None) };
    let hidden = Found { value: scheme_alone(&found.value), place: found.place.clone() };
    parse(&found.value).map(Some).ok_or_else(|| hidden.refuse(RIGHT))
}

/// A refused address is shown by its scheme: whatever follows may be a secret.
fn scheme_alone(value: &str) -> String {
    value.split_once("://").map_or_else(|| "…".to_owned(), |(scheme, _)| format!("{scheme}://…"))
}

fn parse(value: &str) -> Option<TextService> {
    let (scheme, rest) = value.split_once("://")?;
    let (is_twilio, web) = match scheme {
        "twilio" | "twilio+https" => (true, "https"),
        "twilio+http" => (true, "http"),
        "kannel+http" => (false, "http"),
        "kannel+https" => (false, "https"),
        _ => return None,
    };
    let url = Url::parse(&format!("{web}://{rest}")).ok()?;
    let (user, password) = (decoded(url.username()), decoded(url.password()?));
    let host = url.host_str()?;
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    let address = format!("{web}://{host}{port}{}", url.path().trim_end_matches('/'));
    let asked = |name: &str| query(&url).into_iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let from = asked("from").filter(|from| !from.is_empty())?;
    if user.is_empty() || password.is_empty() {
        return None;
    }
    if !is_twilio {
        return Some(TextService::Kannel(Kannel { address, user, password, from }));
    }
    let account = asked("account").unwrap_or_else(|| user.clone());
    let is_key = account != user;
    let signing = asked("token").or_else(|| (!is_key).then(|| password.clone()));
    Some(TextService::Twilio(Twilio { base: address, account, user, password, signing, from }))
}

fn query(url: &Url) -> Vec<(String, String)> {
    // Numbers begin with a plus, which a form would read as a space.
    let query = url.query().unwrap_or_default().replace('+', "%2B");
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn decoded(part: &str) -> String {
    let whole = format!("x={}", part.replace('+', "%2B").replace('&', "%26"));
    let mut pairs = form_urlencoded::parse(whole.as_bytes());
    pairs.next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::{Given, Settings};
    use super::*;

    fn read(value: &str) -> Result<Settings, String> {
        let file = format!("texts_url = '{value}'");
        Settings::from_sources(&Given::default(), &|_| None, &file).map_err(|bad| bad.to_string())
    }

    #[test]
    fn services_are_read_with_their_credentials() {
        let Some(TextService::Twilio(twilio)) =
            read("twilio://AC1:to%2Fken@api.example/v?from=+15550100").unwrap().texts
        else {
            panic!("no Twilio")
        };
        assert_eq!((twilio.base.as_str(), twilio.from.as_str()), ("https://api.example/v", "+15550100"));
        assert_eq!((twilio.account.as_str(), twilio.signing.as_deref()), ("AC1", Some("to/ken")));
        let key = read("twilio://SK1:secret@api.example?account=AC1&from=+1").unwrap().texts;
        let Some(TextService::Twilio(key)) = key else { panic!("no Twilio") };
        assert_eq!((key.account.as_str(), key.user.as_str(), key.signing), ("AC1", "SK1", None));
        let kannel = read("kannel+http://u:p@localhost:13013/cgi-bin/sendsms?from=Forum").unwrap().texts;
        let Some(TextService::Kannel(kannel)) = kannel else { panic!("no Kannel") };
        assert_eq!(kannel.address, "http://localhost:13013/cgi-bin/sendsms");
        assert_eq!(read("kannel+http://u:p@h?from=x").unwrap().texts.map(|it| it.calls()), Some(false));
    }

    #[test]
    fn secrets_are_shown_neither_when_refused_nor_when_printed() {
        for wrong in ["smtp://u:hunter2@h?from=1", "twilio://AC1:hunter2@h", "kannel+http://hunter2@h?from=1"]
        {
            assert!(!read(wrong).unwrap_err().contains("hunter2"), "{wrong}");
        }
        for right in ["twilio://AC1:hunter2@h?from=+1&token=hunter2", "kannel+http://u:hunter2@h?from=+1"] {
            assert!(!format!("{:?}", read(right).unwrap()).contains("hunter2"), "{right}");
        }
    }
}
