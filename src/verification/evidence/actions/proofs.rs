//! Whether a receipt holds: it is signed, and its leaf is in the tree.

use crate::db::Conn;
use crate::error::Error;
use crate::verification::evidence::merkle::{self, Hash, Part, Parts, needed};
use crate::verification::evidence::receipts::{Head, Signed};
use crate::verification::evidence::store::log;

/// The hashes of these parts.
pub(super) fn parts(conn: &mut Conn, wanted: &[Part]) -> Result<Parts, Error> {
    let leaves: Vec<i64> = wanted.iter().filter(|part| part.level == 0).map(|part| part.place).collect();
    let above: Vec<Part> = wanted.iter().copied().filter(|part| part.level > 0).collect();
    let mut parts = log::leaf_hashes(conn, &leaves)?;
    parts.extend(log::node_hashes(conn, &above)?);
    Ok(parts)
}

/// That a leaf is in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The leaf's place.
    pub place: i64,
    /// Its hash.
    pub leaf: Hash,
    /// The hashes that lead from it to the root.
    pub proof: Vec<Hash>,
    /// The tree.
    pub head: Head,
    /// The signature of its head.
    pub signature: String,
}

/// The proof that the leaf at this place is in the tree as it is now; `None` where there is none.
///
/// # Errors
/// When the database fails, or the log has lost a part.
pub fn prove(conn: &mut Conn, place: i64) -> Result<Option<Proven>, Error> {
    let Some((head, signature)) = log::head(conn)? else { return Ok(None) };
    if !(0..head.size).contains(&place) {
        return Ok(None);
    }
    let own = Part { level: 0, place };
    let mut wanted = needed(place, head.size);
    wanted.push(own);
    let parts = parts(conn, &wanted)?;
    let lost = || Error::internal(format!("the destruction log has lost what proves leaf {place}"));
    let leaf = *parts.get(&own).ok_or_else(lost)?;
    let proof = merkle::proof(place, head.size, &parts).ok_or_else(lost)?;
    Ok(Some(Proven { place, leaf, proof, head, signature }))
}

/// What is to be said of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its signature is not of this site's key over these words.
    NotSigned,
    /// It is signed, and there is no such leaf.
    NoLeaf,
    /// It is signed, and the leaf at its place is another.
    OtherLeaf,
    /// It is signed, and the proof does not lead to the signed root.
    NoProof,
    /// It holds.
    Holds(Proven),
}

/// Looks a receipt up.
///
/// # Errors
/// When the database fails.
pub fn look_up(conn: &mut Conn, public_key: &[u8], signed: &Signed) -> Result<Verdict, Error> {
    if !signed.is_by(public_key) {
        return Ok(Verdict::NotSigned);
    }
    let Some(proven) = prove(conn, signed.receipt.place)? else { return Ok(Verdict::NoLeaf) };
    let leaf = merkle::leaf(signed.receipt.line().as_bytes());
    if leaf != proven.leaf {
        return Ok(Verdict::OtherLeaf);
    }
    let head = &proven.head;
    let leads = merkle::is_in(&leaf, proven.place, head.size, &proven.proof, &head.root);
    if leads && head.is_by(public_key, &proven.signature) {
        Ok(Verdict::Holds(proven))
    } else {
        Ok(Verdict::NoProof)
    }
}
