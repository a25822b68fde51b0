//! What changed within a line, so that it can be read: stretches of words, not letters.

use std::ops::Range;
use std::time::Instant;

use similar::{Algorithm, DiffOp, DiffableStr, capture_diff_slices_deadline};

use super::{Change, Kind, Piece, Row};

/// How much of the longer line, in hundredths, must have stayed for the change to be shown within it.
const STAYED: usize = 25;

/// The line with what changed in it; nothing where so little stayed that it reads better as two lines, or where
/// time is up.
pub(super) fn changed(old: &str, new: &str, deadline: Instant) -> Option<Row> {
    if Instant::now() >= deadline {
        return None;
    }
    let (old, new) = (old.tokenize_unicode_words(), new.tokenize_unicode_words());
    let ops = capture_diff_slices_deadline(Algorithm::Myers, &old, &new, Some(deadline));
    if Instant::now() >= deadline {
        return None;
    }
    let stretches = readable(&old, &new, stretches(&ops));
    let stayed: usize = stretches.iter().filter(|one| one.same).map(|one| seen(&old[one.old.clone()])).sum();
    let longer = seen(&old).max(seen(&new));
    if longer > 0 && stayed * 100 < longer * STAYED {
        return None;
    }
    let mut pieces = Vec::new();
    for Stretch { same, old: before, new: after } in stretches {
        if same {
            pieces.push(Piece::new(Change::Same, old[before].concat()));
            continue;
        }
        if !before.is_empty() {
            pieces.push(Piece::new(Change::Removed, old[before].concat()));
        }
        if !after.is_empty() {
            pieces.push(Piece::new(Change::Added, new[after].concat()));
        }
    }
    Some(Row { kind: Kind::Changed, pieces })
}

/// A stretch that stayed, or that went and what came in its place.
struct Stretch {
    same: bool,
    old: Range<usize>,
    new: Range<usize>,
}

impl Stretch {
    fn join(&mut self, later: &Self) {
        self.old.end = later.old.end;
        self.new.end = later.new.end;
    }
}

/// The steps, so that every second one is a change.
fn stretches(ops: &[DiffOp]) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::with_capacity(ops.len());
    for op in ops {
        let next =
            Stretch { same: matches!(op, DiffOp::Equal { .. }), old: op.old_range(), new: op.new_range() };
        match stretches.last_mut() {
            Some(last) if last.same == next.same => last.join(&next),
            _ => stretches.push(next),
        }
    }
    stretches
}

/// Counts what stayed as changed where it is no longer than the changes on both of its sides, so that few long
/// changes stand in the place of many short ones.
fn readable(old: &[&str], new: &[&str], stretches: Vec<Stretch>) -> Vec<Stretch> {
    let weight = |one: &Stretch| seen(&old[one.old.clone()]).max(seen(&new[one.new.clone()]));
    let mut kept: Vec<Stretch> = Vec::with_capacity(stretches.len());
    for next in stretches {
        kept.push(next);
        while let [.., before, same, after] = &kept[..]
            && same.same
            && !after.same
            && weight(same) <= weight(before).min(weight(after))
        {
            let (after, same) = (kept.pop(), kept.pop());
            let Some(before) = kept.last_mut() else { break };
            for later in [same, after].into_iter().flatten() {
                before.join(&later);
            }
        }
    }
    kept
}

/// How many characters of these words can be seen.
fn seen(words: &[&str]) -> usize {
    words.iter().map(|word| word.chars().filter(|c| !c.is_whitespace()).count()).sum()
}

/// The words of a line, sorted, each with its length.
pub(super) fn bag(line: &str) -> Vec<(&str, u64)> {
    let words = line.tokenize_unicode_words().into_iter();
    let mut bag: Vec<_> = words.map(|word| (word, seen(&[word]) as u64)).filter(|word| word.1 > 0).collect();
    bag.sort_unstable();
    bag
}

/// How much of both lines stands in both, in hundredths. Two lines without words are quite alike.
pub(super) fn likeness(old: &[(&str, u64)], new: &[(&str, u64)]) -> u64 {
    let length = |bag: &[(&str, u64)]| bag.iter().map(|word| word.1).sum::<u64>();
    let all = length(old) + length(new);
    if all == 0 {
        return 100;
    }
    let (mut old, mut new, mut shared) = (old.iter().peekable(), new.iter().peekable(), 0);
    while let (Some(left), Some(right)) = (old.peek(), new.peek()) {
        match left.0.cmp(right.0) {
            std::cmp::Ordering::Less => drop(old.next()),
            std::cmp::Ordering::Greater => drop(new.next()),
            std::cmp::Ordering::Equal => {
                shared += left.1;
                old.next();
                new.next();
            }
        }
    }
    shared * 200 / all
}
