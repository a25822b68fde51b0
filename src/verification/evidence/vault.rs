//! Where sealed images lie, and what seals them.

use std::sync::Arc;

use data_encoding::HEXLOWER;
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::store::{Found, NewRow};
use crate::error::Error;
use crate::members::MemberId;
use crate::outside::storage::{Storage, StorageFailure};
use crate::sealing::{DataKey, Inspected, Keys, Wrapped};
use crate::verification::CaseId;
use crate::verification::document::rules::Side;

/// How the storage calls the type of a sealed object.
const KIND: &str = "application/octet-stream";

/// The storage of sealed images, and the keys. Cloning is cheap.
#[derive(Clone)]
pub struct Vault {
    storage: Arc<dyn Storage>,
    keys: Arc<Keys>,
}

/// An image as a case takes it in.
pub struct NewImage {
    /// Of which case.
    pub case: CaseId,
    /// Whose.
    pub member: MemberId,
    /// What it shows.
    pub side: Side,
    /// The image itself, written anew.
    pub jpeg: Vec<u8>,
    /// Its width.
    pub width: i64,
    /// Its height.
    pub height: i64,
}

/// What an image is sealed for: in another row, case or member's place it does not open.
fn context(object: &str, case: CaseId, member: MemberId, side: Side) -> String {
    format!("evidence {object} of case {} of member {}: {}", case.0, member.0, side.code())
}

/// What its key is wrapped for.
fn key_context(context: &str) -> String {
    format!("key of {context}")
}

/// What the storage's failures become.
pub(super) fn failed(cause: &StorageFailure) -> Error {
    Error::internal(format!("the storage of evidence: {cause}"))
}

impl Vault {
    /// Around a storage.
    #[must_use]
    pub fn new(storage: Arc<dyn Storage>, keys: Arc<Keys>) -> Self {
        Self { storage, keys }
    }

    /// The site's keys.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Seals an image under a key of its own. Nothing of it is written anywhere.
    pub(super) async fn seal(&self, new: NewImage) -> Result<(NewRow, Vec<u8>), Error> {
        let keys = Arc::clone(&self.keys);
        // Reading the wrapping key may wait for a command.
        let sealing = tokio::task::spawn_blocking(move || seal(&keys, new));
        sealing.await.map_err(|cause| Error::internal(format!("sealing broke off: {cause}")))?
    }

    /// Opens an image.
    pub(super) async fn open(&self, found: Found) -> Result<Zeroizing<Vec<u8>>, Error> {
        let read = self.storage.get(found.object.clone()).await.map_err(|cause| failed(&cause))?;
        let read = read.ok_or_else(|| Error::internal(format!("evidence {} is missing", found.object)))?;
        let pieces: Vec<_> = read
            .pieces
            .try_collect()
            .await
            .map_err(|cause| Error::internal(format!("evidence cannot be read: {cause}")))?;
        let (sealed, keys) = (pieces.concat(), Arc::clone(&self.keys));
        let opening = tokio::task::spawn_blocking(move || {
            let context = context(&found.object, found.case, found.member, found.side);
            let key = keys.unwrap(&found.key, &key_context(&context))?;
            Ok(key.open(&context, &sealed)?)
        });
        opening.await.map_err(|cause| Error::internal(format!("opening broke off: {cause}")))?
    }

    pub(super) async fn put(&self, object: &str, sealed: Vec<u8>) -> Result<(), Error> {
        self.storage.put(object.to_owned(), KIND, sealed).await.map_err(|cause| failed(&cause))
    }

    pub(super) async fn delete(&self, object: &str) -> Result<(), Error> {
        self.storage.delete(object.to_owned()).await.map_err(|cause| failed(&cause))
    }

    /// The objects of this site: another's, should one share the place, are none of ours to judge.
    pub(super) async fn list(&self) -> Result<Vec<String>, Error> {
        let mut names = self.storage.list().await.map_err(|cause| failed(&cause))?;
        let mark = mark(&self.keys);
        names.retain(|name| name.starts_with(&mark));
        Ok(names)
    }
}

/// What the names of this site's objects begin with.
fn mark(keys: &Keys) -> String {
    keys.index("vault", "objects").chars().take(8).collect()
}

fn seal(keys: &Keys, new: NewImage) -> Result<(NewRow, Vec<u8>), Error> {
    let jpeg = Zeroizing::new(new.jpeg);
    let mut name = [0_u8; 12];
    getrandom::fill(&mut name).map_err(|cause| Error::internal(format!("no randomness: {cause}")))?;
    let object = format!("{}{}", mark(keys), HEXLOWER.encode(&name));
    let context = context(&object, new.case, new.member, new.side);
    let key = DataKey::new()?;
    let sealed = key.seal(&context, &jpeg)?;
    let row = NewRow {
        case: new.case,
        member: new.member,
        side: new.side,
        key: keys.wrap(&key, &key_context(&context))?,
        sealed_hash: HEXLOWER.encode(&Sha256::digest(&sealed)),
        object,
        width: new.width,
        height: new.height,
        bytes: i64::try_from(sealed.len()).unwrap_or(i64::MAX),
    };
    Ok((row, sealed))
}

/// Whether the key of an image opens by any wrapping key.
pub(super) fn opens(keys: &Inspected, found: &Found) -> bool {
    keys.opens(&found.key, &key_context(&context(&found.object, found.case, found.member, found.side)))
}

/// Wraps the key of an image anew.
pub(super) fn rewrap(keys: &Keys, found: &Found) -> Result<Wrapped, Error> {
    let context = key_context(&context(&found.object, found.case, found.member, found.side));
    keys.wrap(&keys.unwrap(&found.key, &context)?, &context)
}
