//! Which lines that came stand for which that went.

use std::time::Instant;

use super::{Change, Kind, Row, words};

/// How many pairs of lines are weighed against each other; in a larger block each line meets the one at its own
/// place.
const MAX_PAIRS: usize = 900;
/// How alike, in hundredths, two lines must be for one to be shown as the other changed.
const ALIKE: u64 = 40;

/// Adds the rows for a block of lines that went and those that came in their place.
pub(super) fn replace(rows: &mut Vec<Row>, gone: &[&str], come: &[&str], deadline: Instant) {
    let mut before = 0;
    let mut after = 0;
    for (old, new) in pairs(gone, come) {
        let Some(changed) = words::changed(gone[old], come[new], deadline) else {
            continue;
        };
        alone(rows, &gone[before..old], &come[after..new]);
        rows.push(changed);
        (before, after) = (old + 1, new + 1);
    }
    alone(rows, &gone[before..], &come[after..]);
}

/// Lines without a counterpart.
fn alone(rows: &mut Vec<Row>, gone: &[&str], come: &[&str]) {
    rows.extend(gone.iter().map(|line| Row::whole(Kind::Removed, Change::Removed, line)));
    rows.extend(come.iter().map(|line| Row::whole(Kind::Added, Change::Added, line)));
}

/// Pairs of lines that are alike, in order on both sides, so that they are as alike as can be together.
fn pairs(gone: &[&str], come: &[&str]) -> Vec<(usize, usize)> {
    let (rows, columns) = (gone.len(), come.len());
    if rows * columns > MAX_PAIRS {
        return (0..rows.min(columns)).map(|at| (at, at)).collect();
    }
    let (gone, come): (Vec<_>, Vec<_>) = (
        gone.iter().map(|line| words::bag(line)).collect(),
        come.iter().map(|line| words::bag(line)).collect(),
    );
    let alike = |old: usize, new: usize| {
        let alike = words::likeness(&gone[old], &come[new]);
        if alike >= ALIKE { alike } else { 0 }
    };
    // best[old][new]: how alike the lines from these on can be together.
    let mut best = vec![vec![0; columns + 1]; rows + 1];
    for old in (0..rows).rev() {
        for new in (0..columns).rev() {
            let together = match alike(old, new) {
                0 => 0,
                alike => alike + best[old + 1][new + 1],
            };
            best[old][new] = together.max(best[old + 1][new]).max(best[old][new + 1]);
        }
    }
    let (mut pairs, mut old, mut new) = (Vec::new(), 0, 0);
    while old < rows && new < columns {
        if best[old][new] == best[old + 1][new] {
            old += 1;
        } else if best[old][new] == best[old][new + 1] {
            new += 1;
        } else {
            pairs.push((old, new));
            (old, new) = (old + 1, new + 1);
        }
    }
    pairs
}
