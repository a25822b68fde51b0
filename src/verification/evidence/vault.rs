//! Where sealed images lie, and what seals them.

use std::sync::Arc;

use crate::members::MemberId;
use crate::outside::storage::Storage;
use crate::sealing::Keys;
use crate::verification::CaseId;
use crate::verification::document::rules::Side;

/// The storage of sealed images, and the keys. Cloning is cheap.
#[derive(Clone)]
pub struct Vault {
    pub(super) storage: Arc<dyn Storage>,
    pub(super) keys: Arc<Keys>,
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
