//! Whether all images can still be opened.

use std::collections::BTreeMap;

use super::BATCH;
use crate::db::Db;
use crate::error::Error;
use crate::outside::storage::Storage;
use crate::sealing::Inspected;
use crate::verification::evidence::store::{self, Found, there};
use crate::verification::evidence::vault::{failed, opens};
use crate::verification::{CaseId, EvidenceId};

/// What the images look like to whoever asks what is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// How many of their keys each wrapping key wraps.
    pub wraps: BTreeMap<String, usize>,
    /// How many of their keys no wrapping key opens.
    pub closed: usize,
    /// Images whose objects are not in the storage: the case, the image, and the object's name.
    pub missing: Vec<(CaseId, EvidenceId, String)>,
}

/// Tries the key of every image that was not destroyed, and looks for its object. Nothing is opened.
///
/// # Errors
/// When the database or the storage fails.
pub async fn check(db: &Db, storage: &dyn Storage, keys: &Inspected) -> Result<Checked, Error> {
    let (mut checked, mut after) = (Checked::default(), EvidenceId(0));
    loop {
        let page = db.read(move |conn| Ok(there::page(conn, after, BATCH)?)).await?;
        let Some((last, _)) = page.last() else { return Ok(checked) };
        after = last.id;
        let mut absent = Vec::new();
        for (found, is_kept) in &page {
            *checked.wraps.entry(found.key.by.clone()).or_default() += 1;
            checked.closed += usize::from(!opens(keys, found));
            let has = storage.has(found.object.clone()).await.map_err(|cause| failed(&cause))?;
            if *is_kept && !has {
                absent.push(found.id);
            }
        }
        checked
            .missing
            .extend(still_there(db, absent).await?.into_iter().map(|it| (it.case, it.id, it.object)));
    }
}

/// Those that were not destroyed while it was looked for their objects.
async fn still_there(db: &Db, images: Vec<EvidenceId>) -> Result<Vec<Found>, Error> {
    if images.is_empty() {
        return Ok(Vec::new());
    }
    db.read(move |conn| Ok(store::found(conn, &images)?)).await
}
