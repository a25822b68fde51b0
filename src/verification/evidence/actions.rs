//! Keeping an image, and its end.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::store;
pub use super::vault::NewImage;
use super::vault::Vault;
use crate::clock::Time;
use crate::db::{Conn, Db};
use crate::error::Error;
use crate::sealing::{DataKey, Keys};
use crate::tokens::Token;
use crate::verification::{CaseId, EvidenceId};

/// Keeps an image: its row first, then its object.
pub async fn keep(db: &Db, vault: &Vault, new: NewImage, now: Time) -> Result<EvidenceId, Error> {
    let object = HEXLOWER.encode(&Token::new()?.hash());
    let (key, context) = (DataKey::new()?, format!("evidence {object}"));
    let sealed = key.seal(&context, &new.jpeg)?;
    let wrapped = vault.keys.wrap(&key, &context)?;
    let (hash, name) = (HEXLOWER.encode(&Sha256::digest(&sealed)), object.clone());
    let id = db.write(move |conn| Ok(store::insert(conn, &new, &name, &wrapped, &hash, now)?)).await?;
    let putting = vault.storage.put(format!("sealed-{object}"), "application/octet-stream", sealed).await;
    putting.map_err(|cause| Error::internal(cause.to_string()))?;
    Ok(id)
}

/// Drops the keys of all images of a case.
pub fn end_case(conn: &mut Conn, _: &Keys, case: CaseId, now: Time) -> Result<usize, Error> {
    Ok(store::end_case(conn, case, now)?)
}

/// Drops the key of one image.
pub fn drop_image(conn: &mut Conn, _: &Keys, id: EvidenceId, now: Time) -> Result<bool, Error> {
    Ok(store::end_image(conn, id, now)? == 1)
}
