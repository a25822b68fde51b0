//! The site's keys in memory, and what can be done with them.

use std::sync::{PoisonError, RwLock};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::masters::{self, KEY, Masters, Rotation, Secret};
use super::store;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Error;
use crate::settings::KeySource;

/// Bytes of a nonce (XChaCha20): long enough to be drawn at random for each message.
const NONCE: usize = 24;
/// What sealed bytes begin with: the version of their form.
const VERSION: u8 = 1;
/// What sealed text begins with; no address, name or number does.
const TEXT: &str = "sealed1.";
/// What columns of sealed text are like, for `LIKE`.
pub const SEALED_TEXT: &str = "sealed1.%";

/// Something did not open: another key, another context, or changed bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sealed data did not open")]
pub struct SealFailure;

impl From<SealFailure> for Error {
    fn from(failure: SealFailure) -> Self {
        Self::internal(failure.to_string())
    }
}

/// A key that is stored wrapped: dropping the stored form ends whatever it sealed, for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapped {
    /// The name of the wrapping key.
    pub by: String,
    /// The wrapped bytes.
    pub bytes: Vec<u8>,
}

/// A key of its own, for one object.
pub struct DataKey(Secret);

impl DataKey {
    /// A new one.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn new() -> Result<Self, Error> {
        random().map(|key| Self(Zeroizing::new(key)))
    }

    /// Seals bytes so that they open only in the same context.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let nonce: [u8; NONCE] = random()?;
        let payload = Payload { msg: plain, aad: context.as_bytes() };
        let sealed = cipher(&self.0)
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| Error::internal("what should be sealed is too long"))?;
        Ok([&[VERSION], nonce.as_slice(), &sealed].concat())
    }

    /// Opens what was sealed in this context.
    ///
    /// # Errors
    /// When it was sealed by another key, in another context, or changed since.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealFailure> {
        let (version, rest) = sealed.split_first().ok_or(SealFailure)?;
        let (nonce, sealed) = rest.split_at_checked(NONCE).ok_or(SealFailure)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| SealFailure)?;
        if *version != VERSION {
            return Err(SealFailure);
        }
        let payload = Payload { msg: sealed, aad: context.as_bytes() };
        let plain = cipher(&self.0).decrypt(&XNonce::from(nonce), payload).map_err(|_| SealFailure)?;
        Ok(Zeroizing::new(plain))
    }
}

fn cipher(key: &Secret) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&(**key).into())
}

fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|cause| Error::internal(format!("no randomness: {cause}")))?;
    Ok(bytes)
}

/// The context in which a key of the site is wrapped.
pub(super) fn wrapping(purpose: &str) -> String {
    format!("key for {purpose}")
}

/// The site's keys.
pub struct Keys {
    source: KeySource,
    masters: RwLock<Masters>,
    columns: DataKey,
    index: Secret,
    signing: SigningKey,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("source", &self.source).finish_non_exhaustive()
    }
}

impl Keys {
    /// Opens the keys of the site, and makes those that are missing: a new site's first start makes all. Who rotates
    /// them at the same time waits: rows and file are read as they stand together.
    ///
    /// # Errors
    /// When the wrapping key is missing though the database has keys, cannot be read, or is not the one.
    pub fn open(conn: &mut Conn, source: &KeySource, now: Time) -> Result<Self, Error> {
        store::hold(conn)?;
        let masters = match (masters::load(source).map_err(Error::internal)?, source) {
            (Some(masters), _) => masters,
            (None, KeySource::File(path)) => {
                if !store::all(conn)?.is_empty() {
                    return Err(Error::internal(format!(
                        "the key file {} is missing; without it nothing that is sealed can be opened: put it back",
                        path.display()
                    )));
                }
                masters::add(path).map_err(Error::internal)?;
                loaded(source)?
            }
            (None, KeySource::Command(_)) => return Err(Error::internal("the key command printed no key")),
        };
        let columns = site_key(conn, &masters, store::COLUMNS, now)?;
        let index = site_key(conn, &masters, store::INDEX, now)?;
        let receipts = site_key(conn, &masters, store::RECEIPTS, now)?;
        let signing = SigningKey::from_bytes(&receipts.0);
        let masters = RwLock::new(masters);
        Ok(Self { source: source.clone(), masters, columns, index: index.0, signing })
    }

    /// Seals a column's bytes. The context names the column and the row, so that a value copied into another
    /// row does not open there.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        self.columns.seal(context, plain)
    }

    /// Opens a column's bytes.
    ///
    /// # Errors
    /// When they were sealed elsewhere, or changed.
    pub fn unseal(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealFailure> {
        self.columns.open(context, sealed)
    }

    /// Seals text into text, for columns of that type.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn seal_text(&self, context: &str, plain: &str) -> Result<String, Error> {
        let sealed = self.seal(context, plain.as_bytes())?;
        Ok(format!("{TEXT}{}", BASE64URL_NOPAD.encode(&sealed)))
    }

    /// Opens text that [`Keys::seal_text`] sealed.
    ///
    /// # Errors
    /// When it is not sealed, was sealed elsewhere, or changed.
    pub fn unseal_text(&self, context: &str, sealed: &str) -> Result<String, SealFailure> {
        let encoded = sealed.strip_prefix(TEXT).ok_or(SealFailure)?;
        let bytes = BASE64URL_NOPAD.decode(encoded.as_bytes()).map_err(|_| SealFailure)?;
        let plain = self.unseal(context, &bytes)?;
        String::from_utf8(plain.to_vec()).map_err(|_| SealFailure)
    }

    /// A value's blind index: the same for the same value, and nothing to whoever has no key (HMAC-SHA-256).
    #[must_use]
    pub fn index(&self, purpose: &str, value: &str) -> String {
        HEXLOWER.encode(&self.mac(purpose, &[value]))
    }

    /// The HMAC-SHA-256 over parts, each behind its length, so that no two lists of parts read alike.
    #[must_use]
    pub fn mac(&self, purpose: &str, parts: &[&str]) -> Vec<u8> {
        self.hmac(purpose, parts).finalize().into_bytes().to_vec()
    }

    /// Whether `mac` is the one over these parts, compared in constant time.
    #[must_use]
    pub fn is_mac(&self, purpose: &str, parts: &[&str], mac: &[u8]) -> bool {
        self.hmac(purpose, parts).verify_slice(mac).is_ok()
    }

    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length (RFC 2104)")]
    fn hmac(&self, purpose: &str, parts: &[&str]) -> Hmac<Sha256> {
        let mut hmac = Hmac::<Sha256>::new_from_slice(&*self.index).expect("a key of any length");
        for part in [purpose].iter().chain(parts) {
            hmac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hmac.update(part.as_bytes());
        }
        hmac
    }

    /// Signs a message (Ed25519, RFC 8032).
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.signing.sign(message).to_bytes().to_vec()
    }

    /// The public half of the key that signs.
    #[must_use]
    pub fn public_key(&self) -> [u8; KEY] {
        self.signing.verifying_key().to_bytes()
    }

    /// Wraps an object's key by the newest key outside, which is read anew: it may have been rotated.
    ///
    /// # Errors
    /// When the wrapping key cannot be read.
    pub fn wrap(&self, key: &DataKey, context: &str) -> Result<Wrapped, Error> {
        self.reload()?;
        wrap(&self.masters.read().unwrap_or_else(PoisonError::into_inner), key, context)
    }

    /// Opens an object's key. A wrapping key that is not known yet is looked for outside.
    ///
    /// # Errors
    /// When there is no such wrapping key, or it does not open in this context.
    pub fn unwrap(&self, wrapped: &Wrapped, context: &str) -> Result<DataKey, Error> {
        let known = self.masters.read().unwrap_or_else(PoisonError::into_inner).find(&wrapped.by).is_some();
        if !known {
            self.reload()?;
        }
        unwrap(&self.masters.read().unwrap_or_else(PoisonError::into_inner), wrapped, context)
    }

    /// The name of the key that wraps new keys now.
    ///
    /// # Errors
    /// When the wrapping keys cannot be read.
    pub fn newest_master(&self) -> Result<String, Error> {
        self.reload()?;
        let masters = self.masters.read().unwrap_or_else(PoisonError::into_inner);
        let (name, _) = masters.newest().ok_or_else(|| Error::internal("there is no wrapping key"))?;
        Ok(name.to_owned())
    }

    fn reload(&self) -> Result<(), Error> {
        let fresh = loaded(&self.source)?;
        *self.masters.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Adds a wrapping key where it can. Whatever is wrapped by older ones has to be wrapped anew after. Who rotates
    /// at the same time waits: of two files written at once, one key would be lost, and all that it wraps.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn add_master(&self, conn: &mut Conn) -> Result<Rotation, Error> {
        store::hold(conn)?;
        match &self.source {
            KeySource::File(path) => {
                let name = masters::add(path).map_err(Error::internal)?;
                self.reload()?;
                Ok(Rotation::Added(name))
            }
            KeySource::Command(_) => self.newest_master().map(Rotation::FromCommand),
        }
    }

    /// Wraps the site's own keys anew by the newest key outside, and says how many were wrapped by another.
    ///
    /// # Errors
    /// When a key does not open, or the database fails.
    pub fn rewrap(&self, conn: &mut Conn) -> Result<usize, Error> {
        store::hold(conn)?;
        let newest = self.newest_master()?;
        let old: Vec<_> = store::all(conn)?.into_iter().filter(|(_, key)| key.by != newest).collect();
        for (purpose, wrapped) in &old {
            let context = wrapping(purpose);
            let key = self.unwrap(wrapped, &context)?;
            store::replace(conn, purpose, &self.wrap(&key, &context)?)?;
        }
        Ok(old.len())
    }
}

fn loaded(source: &KeySource) -> Result<Masters, Error> {
    let masters = masters::load(source).map_err(Error::internal)?;
    masters.ok_or_else(|| Error::internal("the key file is missing: put it back"))
}

fn wrap(masters: &Masters, key: &DataKey, context: &str) -> Result<Wrapped, Error> {
    let (name, master) = masters.newest().ok_or_else(|| Error::internal("there is no wrapping key"))?;
    let bytes = DataKey(master.clone()).seal(context, key.0.as_ref())?;
    Ok(Wrapped { by: name.to_owned(), bytes })
}

pub(super) fn unwrap(masters: &Masters, wrapped: &Wrapped, context: &str) -> Result<DataKey, Error> {
    let master = masters.find(&wrapped.by).ok_or_else(|| {
        Error::internal(format!("the wrapping key {} is missing: put it back into the key file", wrapped.by))
    })?;
    let bytes = DataKey(master.clone()).open(context, &wrapped.bytes).map_err(|_| {
        Error::internal(format!(
            "the wrapping key {} is not the one that wrapped the {context}: put the right key file back",
            wrapped.by
        ))
    })?;
    let key: [u8; KEY] = bytes.as_slice().try_into().map_err(|_| SealFailure)?;
    Ok(DataKey(Zeroizing::new(key)))
}

/// The site's key for a purpose, made where there is none. Of two processes that make it at once, one wins.
fn site_key(conn: &mut Conn, masters: &Masters, purpose: &str, now: Time) -> Result<DataKey, Error> {
    let context = wrapping(purpose);
    if let Some(wrapped) = store::find(conn, purpose)? {
        return unwrap(masters, &wrapped, &context);
    }
    store::add(conn, purpose, &wrap(masters, &DataKey::new()?, &context)?, now)?;
    let wrapped =
        store::find(conn, purpose)?.ok_or_else(|| Error::internal("a key of the site was not kept"))?;
    unwrap(masters, &wrapped, &context)
}

/// Whether `signature` is the one of the key with this public half over the message.
#[must_use]
pub fn is_signed(public_key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (public_key.try_into(), Signature::from_slice(signature)) else {
        return false;
    };
    VerifyingKey::from_bytes(key).is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_key_and_context_alone() {
        let key = DataKey::new().unwrap();
        let sealed = key.seal("evidence 7", b"a document").unwrap();
        assert_eq!(*key.open("evidence 7", &sealed).unwrap(), b"a document");
        assert_eq!(key.open("evidence 8", &sealed), Err(SealFailure));
        assert_eq!(DataKey::new().unwrap().open("evidence 7", &sealed), Err(SealFailure));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key.open("evidence 7", &changed), Err(SealFailure), "byte {at}");
        }
        for length in 0..sealed.len() {
            assert_eq!(key.open("evidence 7", &sealed[..length]), Err(SealFailure));
        }
    }

    #[test]
    fn the_same_plain_text_never_seals_alike() {
        let key = DataKey::new().unwrap();
        assert_ne!(key.seal("x", b"same").unwrap(), key.seal("x", b"same").unwrap());
    }
}
