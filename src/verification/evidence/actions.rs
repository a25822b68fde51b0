//! Keeping and opening images. Stand-in.

use std::sync::PoisonError;

use zeroize::Zeroizing;

use super::{Vault, store};
use crate::clock::Time;
use crate::db::Db;
use crate::error::Error;
use crate::members::rules::Role;
use crate::members::{self, MemberId};
use crate::verification::document::rules::Side;
use crate::verification::{CaseId, EvidenceId};

/// An image to keep.
#[derive(Clone, Debug)]
pub struct NewImage {
    /// The attempt.
    pub case: CaseId,
    /// Whose.
    pub member: MemberId,
    /// Which side.
    pub side: Side,
    /// The image.
    pub jpeg: Vec<u8>,
    /// Pixels across.
    pub width: i64,
    /// Pixels down.
    pub height: i64,
}

/// Whoever looks.
#[derive(Clone, Copy, Debug)]
pub struct Looker {
    /// Who.
    pub id: MemberId,
    /// As what.
    pub role: Role,
}

/// Keeps an image.
///
/// # Errors
/// When the database fails.
pub async fn keep(db: &Db, vault: &Vault, new: NewImage, now: Time) -> Result<EvidenceId, Error> {
    let (case, member, side, size) = (new.case, new.member, new.side, (new.width, new.height));
    let id = db.write(move |conn| Ok(store::insert(conn, case, member, side, size, now)?)).await?;
    vault.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.0, new.jpeg);
    Ok(id)
}

/// Opens an image for an agent.
///
/// # Errors
/// When there is none.
pub async fn open(db: &Db, vault: &Vault, id: EvidenceId, who: Looker, now: Time) -> Result<Zeroizing<Vec<u8>>, Error> {
    let opening = db.write(move |conn| {
        let subject = format!("evidence {}", id.0);
        Ok(members::audit::store::add(conn, Some(who.id), "evidence.opened", &subject, who.role.code(), now)?)
    });
    opening.await?;
    let found = vault.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id.0).cloned();
    found.map(Zeroizing::new).ok_or(Error::NotFound)
}
