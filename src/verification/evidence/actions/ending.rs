//! The end of images: their keys, their receipts, their leaves, and then their objects.

use data_encoding::HEXLOWER;

use super::BATCH;
use crate::clock::Time;
use crate::db::{Conn, Db};
use crate::error::Error;
use crate::sealing::Keys;
use crate::verification::evidence::Vault;
use crate::verification::evidence::merkle::{self, Tree, edge};
use crate::verification::evidence::receipts::{Head, Receipt, case_name, sign};
use crate::verification::evidence::rules::{End, why, why_ended};
use crate::verification::evidence::store::log::{self, NewLeaf};
use crate::verification::evidence::store::{self, Doomed};
use crate::verification::{CaseId, EvidenceId};

/// Destroys all images of a case: their keys are gone with the caller's transaction, and their objects are deleted
/// by the next sweep. Says how many.
///
/// # Errors
/// When the database fails.
pub fn end_case(conn: &mut Conn, keys: &Keys, case: CaseId, now: Time) -> Result<usize, Error> {
    let images = store::there_of(conn, case)?;
    destroy(conn, keys, &images, now, |doomed| why_ended(doomed.past.state))
}

/// Destroys one image, because its member took it out or put another in its place. Says whether it was there.
///
/// # Errors
/// When the database fails.
pub fn drop_image(conn: &mut Conn, keys: &Keys, id: EvidenceId, now: Time) -> Result<bool, Error> {
    Ok(destroy(conn, keys, &[id], now, |_| End::Replaced)? == 1)
}

/// Drops the keys of images, writes and signs a receipt for each, adds the receipts to the tree and signs its head.
/// The log is held first and to the end, so that leaves follow each other one by one.
fn destroy(
    conn: &mut Conn,
    keys: &Keys,
    images: &[EvidenceId],
    now: Time,
    reason: impl Fn(&Doomed) -> End,
) -> Result<usize, Error> {
    if images.is_empty() {
        return Ok(0);
    }
    let size = log::hold(conn)?;
    let gone = store::drop_keys(conn, images, now)?;
    if gone.is_empty() {
        return Ok(0);
    }
    let parts = super::proofs::parts(conn, &edge(size))?;
    let mut tree =
        Tree::of(size, &parts).ok_or_else(|| Error::internal("a part of the destruction log is missing"))?;
    let (mut leaves, mut nodes) = (Vec::new(), Vec::new());
    for doomed in store::to_destroy(conn, &gone)? {
        let receipt = Receipt {
            place: tree.size(),
            case: case_name(keys, doomed.case),
            side: doomed.side,
            uploaded: doomed.past.uploaded_at,
            destroyed: now,
            reason: reason(&doomed),
            object: doomed.sealed_hash,
        };
        let line = receipt.line();
        let hash = merkle::leaf(line.as_bytes());
        nodes.extend(tree.push(hash).into_iter().filter(|(part, _)| part.level > 0));
        leaves.push(NewLeaf {
            place: receipt.place,
            evidence: doomed.id,
            member: doomed.member,
            signature: sign(keys, &line),
            receipt: line,
            hash,
        });
    }
    log::add_leaves(conn, &leaves, now)?;
    if !nodes.is_empty() {
        log::add_nodes(conn, &nodes)?;
    }
    let head = Head { size: tree.size(), root: tree.root(), signed_at: now };
    log::add_head(conn, &head, &sign(keys, &head.line()))?;
    log::grow(conn, head.size)?;
    tracing::info!(images = leaves.len(), size = head.size, root = HEXLOWER.encode(&head.root), "destroyed");
    Ok(leaves.len())
}

/// Destroys every image whose time has come or that was forgotten, and deletes every object whose key is gone. With
/// nothing to do, nothing is written. Says how many objects went.
///
/// # Errors
/// What the database and the storage say; the next turn goes on.
pub async fn sweep(db: &Db, vault: &Vault, now: Time) -> Result<usize, Error> {
    while !db.read(move |conn| Ok(store::due(conn, now, 1)?)).await?.is_empty() {
        let vault = vault.clone();
        let destroying = db.write(move |conn| {
            let due = store::due(conn, now, BATCH)?;
            destroy(conn, vault.keys(), &due, now, |doomed| why(doomed.past, now))
        });
        destroying.await?;
    }
    let mut cleared = 0;
    loop {
        let gone = db.read(|conn| Ok(store::uncleared(conn, BATCH)?)).await?;
        if gone.is_empty() {
            break;
        }
        for (_, object) in &gone {
            vault.delete(object).await?;
        }
        let ids: Vec<EvidenceId> = gone.into_iter().map(|(id, _)| id).collect();
        cleared += db.write(move |conn| Ok(store::clear(conn, &ids, now)?)).await?;
    }
    if cleared > 0 {
        db.forget().await?;
    }
    Ok(cleared)
}

/// Deletes objects that no row knows: a row comes before its object, so nothing will ever open them. Says how many.
///
/// # Errors
/// What the database and the storage say.
pub async fn orphans(db: &Db, vault: &Vault) -> Result<usize, Error> {
    let mut orphans = 0;
    for batch in vault.list().await?.chunks(usize::try_from(BATCH).unwrap_or(1)) {
        let names = batch.to_vec();
        let known = db.read(move |conn| Ok(store::known(conn, &names)?)).await?;
        for object in batch.iter().filter(|name| !known.contains(name)) {
            vault.delete(object).await?;
            orphans += 1;
        }
    }
    Ok(orphans)
}
