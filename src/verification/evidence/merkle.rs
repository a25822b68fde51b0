//! A tree of hashes over a list that only grows (RFC 9162, section 2.1): what is in it can be proven, and nothing in
//! it can be changed without its root telling.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// A full part of the tree: the one with 2^`level` leaves that has `place` others of its size before it. On level 0
/// it is a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Part {
    /// How high it is.
    pub level: u32,
    /// Which one of its size, from 0.
    pub place: i64,
}

/// Hashes of full parts.
pub type Parts = BTreeMap<Part, Hash>;

/// The hash of a leaf.
#[must_use]
pub fn leaf(data: &[u8]) -> Hash {
    Sha256::new_with_prefix([0]).chain_update(data).finalize().into()
}

/// The hash of what stands above two parts.
#[must_use]
pub fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new_with_prefix([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of a tree without leaves.
#[must_use]
pub fn empty() -> Hash {
    Sha256::digest(b"").into()
}

/// The full parts of which the leaves from `from` up to `to` consist, from left to right.
fn cover(from: i64, to: i64) -> Vec<Part> {
    let (mut at, mut parts) = (from, Vec::new());
    while at < to {
        let level = (to - at).ilog2().min(at.trailing_zeros());
        parts.push(Part { level, place: at >> level });
        at += 1 << level;
    }
    parts
}

/// The stretches of leaves whose hashes prove the leaf at `place`, the nearest first.
fn path(place: i64, size: i64) -> Vec<(i64, i64)> {
    let (mut from, mut to, mut stretches) = (0, size, Vec::new());
    while to - from > 1 {
        // The left part takes the largest power of two that leaves something for the right.
        let middle = from + (1 << (to - from - 1).ilog2());
        if place < middle {
            stretches.push((middle, to));
            to = middle;
        } else {
            stretches.push((from, middle));
            from = middle;
        }
    }
    stretches.reverse();
    stretches
}

/// The hash over neighbouring full parts that become smaller from left to right.
fn fold(hashes: &[Hash]) -> Option<Hash> {
    hashes.iter().rev().copied().reduce(|right, left| node(&left, &right))
}

fn hash_of(stretch: (i64, i64), parts: &Parts) -> Option<Hash> {
    let hashes: Option<Vec<Hash>> =
        cover(stretch.0, stretch.1).iter().map(|part| parts.get(part).copied()).collect();
    fold(&hashes?)
}

/// The parts that the root of a tree of this size is made of.
#[must_use]
pub fn edge(size: i64) -> Vec<Part> {
    cover(0, size)
}

/// The parts that a proof is made of.
#[must_use]
pub fn needed(place: i64, size: i64) -> Vec<Part> {
    path(place, size).into_iter().flat_map(|(from, to)| cover(from, to)).collect()
}

/// The root of a tree of this size; `None` where a part is missing.
#[must_use]
pub fn root(size: i64, parts: &Parts) -> Option<Hash> {
    if size == 0 { Some(empty()) } else { hash_of((0, size), parts) }
}

/// The hashes that prove the leaf at `place` in a tree of this size, as RFC 9162 orders them; `None` where there is
/// no such leaf or a part is missing.
#[must_use]
pub fn proof(place: i64, size: i64, parts: &Parts) -> Option<Vec<Hash>> {
    if !(0..size).contains(&place) {
        return None;
    }
    path(place, size).into_iter().map(|stretch| hash_of(stretch, parts)).collect()
}

/// Whether the proof leads from the leaf at `place` to the root of a tree of this size (RFC 9162, 2.1.3.2).
#[must_use]
pub fn is_in(leaf: &Hash, place: i64, size: i64, proof: &[Hash], root: &Hash) -> bool {
    if !(0..size).contains(&place) {
        return false;
    }
    let (mut here, mut last, mut hash) = (place, size - 1, *leaf);
    for beside in proof {
        if last == 0 {
            return false;
        }
        if here & 1 == 1 || here == last {
            hash = node(beside, &hash);
            while here & 1 == 0 && here != 0 {
                here >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, beside);
        }
        here >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// A tree that leaves are added to. It holds what its root is made of, and nothing else.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    size: i64,
    edge: Vec<(u32, Hash)>,
}

impl Tree {
    /// The tree of this size; `None` where a part of its edge is missing.
    #[must_use]
    pub fn of(size: i64, parts: &Parts) -> Option<Self> {
        let hashes = edge(size).into_iter().map(|part| Some((part.level, *parts.get(&part)?)));
        Some(Self { size, edge: hashes.collect::<Option<_>>()? })
    }

    /// How many leaves it has.
    #[must_use]
    pub fn size(&self) -> i64 {
        self.size
    }

    /// Adds a leaf. Answers with the parts that are full now: the leaf itself, and those above it.
    pub fn push(&mut self, leaf: Hash) -> Vec<(Part, Hash)> {
        let place = self.size;
        let mut full = vec![(Part { level: 0, place }, leaf)];
        let mut new = (0, leaf);
        while let Some((_, left)) = self.edge.pop_if(|(level, _)| *level == new.0) {
            new = (new.0 + 1, node(&left, &new.1));
            full.push((Part { level: new.0, place: place >> new.0 }, new.1));
        }
        self.edge.push(new);
        self.size += 1;
        full
    }

    /// Its root.
    #[must_use]
    pub fn root(&self) -> Hash {
        let hashes: Vec<Hash> = self.edge.iter().map(|(_, hash)| *hash).collect();
        fold(&hashes).unwrap_or_else(empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The largest power of two below `n`.
    fn split(n: usize) -> usize {
        (1..n).filter(|k| k.is_power_of_two()).max().unwrap()
    }

    /// MTH of RFC 9162, 2.1.1, to the letter.
    fn mth(data: &[Vec<u8>]) -> Hash {
        match data {
            [] => empty(),
            [one] => leaf(one),
            _ => {
                let (left, right) = data.split_at(split(data.len()));
                node(&mth(left), &mth(right))
            }
        }
    }

    /// PATH of RFC 9162, 2.1.3.1, to the letter.
    fn rfc_path(m: usize, data: &[Vec<u8>]) -> Vec<Hash> {
        if data.len() == 1 {
            return Vec::new();
        }
        let k = split(data.len());
        let (left, right) = data.split_at(k);
        let (mut path, last) =
            if m < k { (rfc_path(m, left), mth(right)) } else { (rfc_path(m - k, right), mth(left)) };
        path.push(last);
        path
    }

    fn data(size: i64) -> Vec<Vec<u8>> {
        (0..size).map(|at| format!("leaf {at}").into_bytes()).collect()
    }

    fn grown(size: i64) -> (Tree, Parts) {
        let (mut tree, mut parts) = (Tree::default(), Parts::new());
        for one in data(size) {
            parts.extend(tree.push(leaf(&one)));
        }
        (tree, parts)
    }

    #[test]
    fn hashes_are_those_of_the_rfc() {
        let hex = |hash: Hash| data_encoding::HEXLOWER.encode(&hash);
        assert_eq!(hex(empty()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        // The leaf of no bytes, and the tree over the first three of the test vectors of RFC 6962's reference code.
        assert_eq!(hex(leaf(b"")), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
        let mut tree = Tree::default();
        for one in [&b""[..], b"\0", b"\x10"] {
            tree.push(leaf(one));
        }
        assert_eq!(hex(tree.root()), "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
    }

    #[test]
    fn roots_and_proofs_are_those_of_the_rfc_for_every_size_up_to_130() {
        let (_, parts) = grown(130);
        for size in 0..=130 {
            let all = data(size);
            let root_here = root(size, &parts).unwrap();
            assert_eq!(root_here, mth(&all), "size {size}");
            let mut tree = Tree::of(size, &parts).unwrap();
            assert_eq!(tree.root(), root_here);
            tree.push(leaf(b"more"));
            assert_ne!(tree.root(), root_here);
            for (place, one) in (0..size).zip(&all) {
                let found = proof(place, size, &parts).unwrap();
                assert_eq!(found, rfc_path(usize::try_from(place).unwrap(), &all), "{place} of {size}");
                assert!(is_in(&leaf(one), place, size, &found, &root_here), "{place} of {size}");
                assert!(needed(place, size).iter().all(|part| parts.contains_key(part)));
            }
            assert_eq!(proof(size, size, &parts), None);
            assert_eq!(proof(-1, size, &parts), None);
        }
    }

    #[test]
    fn a_missing_part_makes_no_proof() {
        let (_, mut parts) = grown(40);
        parts.remove(&Part { level: 3, place: 4 });
        assert_eq!(root(40, &parts), None);
        assert!(Tree::of(40, &parts).is_none());
        assert_eq!(proof(12, 40, &parts), None);
    }

    proptest! {
        #[test]
        fn a_changed_leaf_place_size_proof_or_root_never_verifies(
            (size, place) in (1_i64..200).prop_flat_map(|size| (Just(size), 0..size)),
            other in 0_i64..200, bit in 0_usize..256, which in 0_usize..8,
        ) {
            let (tree, parts) = grown(size);
            let (root, proof) = (tree.root(), proof(place, size, &parts).unwrap());
            let own = leaf(format!("leaf {place}").as_bytes());
            prop_assert!(is_in(&own, place, size, &proof, &root));
            let flip = |hash: &Hash| {
                let mut changed = *hash;
                changed[bit / 8] ^= 1 << (bit % 8);
                changed
            };
            prop_assert!(!is_in(&flip(&own), place, size, &proof, &root));
            prop_assert!(!is_in(&own, place, size, &proof, &flip(&root)));
            prop_assert!(other == place || !is_in(&own, other, size, &proof, &root));
            prop_assert!(!is_in(&own, -1 - other, size, &proof, &root));
            prop_assert!(!is_in(&own, place, size, &[proof.clone(), vec![root]].concat(), &root));
            if !proof.is_empty() {
                let mut changed = proof.clone();
                let at = which % proof.len();
                changed[at] = flip(&changed[at]);
                prop_assert!(!is_in(&own, place, size, &changed, &root));
                prop_assert!(!is_in(&own, place, size, &proof[1..], &root));
                prop_assert!(!is_in(&own, place, size, &proof[..proof.len() - 1], &root));
            }
        }
    }
}
