//! Passkeys (`WebAuthn`): what a browser is asked, and what its answer says. Questions and answers are JSON.

use webauthn_rs::prelude::{
    AuthenticationResult, Passkey, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Uuid, Webauthn, WebauthnBuilder,
};

use super::rules::CHALLENGE;
use crate::error::Error;
use crate::settings::Settings;

/// Asks for passkeys in the name of one site.
pub struct Passkeys(Webauthn);

/// A question to a browser, and what has to be kept until its answer.
pub struct Question {
    /// For the browser, as JSON.
    pub json: String,
    /// To be kept, as JSON.
    pub state: Vec<u8>,
}

/// A passkey that was made.
pub struct NewPasskey {
    /// Its id.
    pub credential: String,
    /// The passkey, as JSON.
    pub bytes: Vec<u8>,
}

/// A passkey that was shown.
pub struct Shown(AuthenticationResult);

impl Shown {
    /// The passkey's id.
    #[must_use]
    pub fn credential(&self) -> String {
        data_encoding::BASE64URL_NOPAD.encode(self.0.cred_id())
    }

    /// The passkey with its counter moved on.
    ///
    /// # Errors
    /// When `bytes` are no passkey.
    pub fn update(&self, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        let mut passkey: Passkey = read(bytes)?;
        passkey.update_credential(&self.0);
        write(&passkey)
    }
}

impl Passkeys {
    /// Passkeys of the site at this address. There are none where it is a bare number, or is neither under https
    /// nor on this machine: browsers refuse them there.
    #[must_use]
    pub fn of(settings: &Settings) -> Option<Self> {
        let host = settings.url.domain()?;
        let is_here = host == "localhost" || host.ends_with(".localhost");
        if !settings.is_https() && !is_here {
            return None;
        }
        let builder = WebauthnBuilder::new(host, &settings.url).ok()?;
        let builder = builder.rp_name(&settings.name).timeout(CHALLENGE.to_std().ok()?);
        builder.build().ok().map(Self)
    }

    /// Asks for a new passkey for whoever `user` stands for, on none of the devices that keep one of `known`.
    ///
    /// # Errors
    /// When a stored passkey cannot be read.
    pub fn ask_new(
        &self,
        user: [u8; 16],
        handle: &str,
        name: &str,
        known: &[Vec<u8>],
    ) -> Result<Question, Error> {
        let known = known.iter().map(|bytes| Ok(read::<Passkey>(bytes)?.cred_id().clone()));
        let known = known.collect::<Result<Vec<_>, Error>>()?;
        let asked = self.0.start_passkey_registration(Uuid::from_bytes(user), handle, name, Some(known));
        let (question, state) = asked.map_err(|cause| unasked(&cause))?;
        Ok(Question { json: text(&question)?, state: write(&state)? })
    }

    /// Reads the answer with a new passkey; nothing where it does not fit the question.
    ///
    /// # Errors
    /// When what was kept cannot be read.
    pub fn read_new(&self, answer: &str, state: &[u8]) -> Result<Option<NewPasskey>, Error> {
        let state: PasskeyRegistration = read(state)?;
        let Ok(answer) = serde_json::from_str::<RegisterPublicKeyCredential>(answer) else {
            return Ok(None);
        };
        let Ok(passkey) = self.0.finish_passkey_registration(&answer, &state) else { return Ok(None) };
        let credential = data_encoding::BASE64URL_NOPAD.encode(passkey.cred_id());
        Ok(Some(NewPasskey { credential, bytes: write(&passkey)? }))
    }

    /// Asks for one of these passkeys.
    ///
    /// # Errors
    /// When a stored passkey cannot be read.
    pub fn ask(&self, passkeys: &[Vec<u8>]) -> Result<Question, Error> {
        let passkeys = passkeys.iter().map(|bytes| read(bytes)).collect::<Result<Vec<Passkey>, Error>>()?;
        let (question, state) =
            self.0.start_passkey_authentication(&passkeys).map_err(|cause| unasked(&cause))?;
        Ok(Question { json: text(&question)?, state: write(&state)? })
    }

    /// Reads the answer that shows a passkey; nothing where it does not fit the question.
    ///
    /// # Errors
    /// When what was kept cannot be read.
    pub fn read_shown(&self, answer: &str, state: &[u8]) -> Result<Option<Shown>, Error> {
        let state: PasskeyAuthentication = read(state)?;
        let Ok(answer) = serde_json::from_str::<PublicKeyCredential>(answer) else { return Ok(None) };
        Ok(self.0.finish_passkey_authentication(&answer, &state).ok().map(Shown))
    }
}

fn unasked(cause: &impl std::fmt::Debug) -> Error {
    Error::internal(format!("a passkey could not be asked for: {cause:?}"))
}

fn read<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(bytes)
        .map_err(|cause| Error::internal(format!("a passkey cannot be read: {cause}")))
}

fn write(value: &impl serde::Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|cause| Error::internal(format!("a passkey cannot be kept: {cause}")))
}

fn text(value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(value)
        .map_err(|cause| Error::internal(format!("a question cannot be sent: {cause}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Given;

    fn has_passkeys(url: &str) -> bool {
        let given = Given { url: Some(url.to_owned()), ..Given::default() };
        Passkeys::of(&Settings::from_sources(&given, &|_| None, "").unwrap()).is_some()
    }

    #[test]
    fn passkeys_need_a_name_and_a_safe_way() {
        for url in ["https://forum.example", "http://localhost:8080", "https://forum.example:8443"] {
            assert!(has_passkeys(url), "{url}");
        }
        for url in ["http://127.0.0.1:8080", "https://192.0.2.7", "http://forum.example", "https://[::1]"] {
            assert!(!has_passkeys(url), "{url}");
        }
    }
}
