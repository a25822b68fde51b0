//! What changed between two texts, by line and within lines by word, for an inline view and one side by side.

mod lines;
mod words;

use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

/// How long looking for the changes may take. What is not found by then is told line by line.
const TIME: Duration = Duration::from_millis(200);

/// What became of a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is in both texts.
    Same,
    /// It is in the old one alone.
    Removed,
    /// It is in the new one alone.
    Added,
}

/// A stretch of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What became of it.
    pub change: Change,
    /// Its words.
    pub text: String,
}

impl Piece {
    fn new(change: Change, text: impl Into<String>) -> Self {
        Self { change, text: text.into() }
    }

    /// Whether it is in both texts.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.change == Change::Same
    }

    /// Whether it is in the old text alone.
    #[must_use]
    pub fn is_removed(&self) -> bool {
        self.change == Change::Removed
    }

    /// Whether it is in the new text alone.
    #[must_use]
    pub fn is_added(&self) -> bool {
        self.change == Change::Added
    }
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    Same,
    /// It reads otherwise.
    Changed,
    /// It went.
    Removed,
    /// It came.
    Added,
}

/// A line of either text or of both. Its pieces in order are the inline view; [`Row::old`] and [`Row::new_side`]
/// are the two sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What became of it.
    pub kind: Kind,
    /// Its stretches; a line without words has none.
    pub pieces: Vec<Piece>,
}

impl Row {
    fn whole(kind: Kind, change: Change, line: &str) -> Self {
        let pieces = if line.is_empty() { Vec::new() } else { vec![Piece::new(change, line)] };
        Self { kind, pieces }
    }

    /// Whether it stands unchanged in both texts.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.kind == Kind::Same
    }

    /// Whether it went.
    #[must_use]
    pub fn is_removed(&self) -> bool {
        self.kind == Kind::Removed
    }

    /// Whether it came.
    #[must_use]
    pub fn is_added(&self) -> bool {
        self.kind == Kind::Added
    }

    /// The line in the old text, if it is there.
    #[must_use]
    pub fn old(&self) -> Option<Vec<&Piece>> {
        (self.kind != Kind::Added).then(|| self.pieces.iter().filter(|piece| !piece.is_added()).collect())
    }

    /// The line in the new text, if it is there.
    #[must_use]
    pub fn new_side(&self) -> Option<Vec<&Piece>> {
        (self.kind != Kind::Removed).then(|| self.pieces.iter().filter(|piece| !piece.is_removed()).collect())
    }
}

/// What a view shows: a line, or how many unchanged ones it leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown<'d> {
    /// A line.
    Row(&'d Row),
    /// So many lines that are the same, far from any change.
    Gap(usize),
}

/// What changed between two texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    /// The lines of both texts, in order.
    pub rows: Vec<Row>,
}

impl Diff {
    /// Compares two texts.
    #[must_use]
    pub fn between(old: &str, new: &str) -> Self {
        Self::until(old, new, Instant::now() + TIME)
    }

    fn until(old: &str, new: &str, deadline: Instant) -> Self {
        let (old, new): (Vec<&str>, Vec<&str>) = (old.split('\n').collect(), new.split('\n').collect());
        let mut rows = Vec::with_capacity(old.len().max(new.len()));
        let (mut gone, mut come) = (0..0, 0..0);
        for op in capture_diff_slices_deadline(Algorithm::Patience, &old, &new, Some(deadline)) {
            let (before, after) = (op.old_range(), op.new_range());
            if matches!(op, DiffOp::Equal { .. }) {
                lines::replace(&mut rows, &old[gone], &new[come], deadline);
                rows.extend(
                    old[before.clone()].iter().map(|line| Row::whole(Kind::Same, Change::Same, line)),
                );
                (gone, come) = (before.end..before.end, after.end..after.end);
            } else {
                gone.end = before.end;
                come.end = after.end;
            }
        }
        lines::replace(&mut rows, &old[gone], &new[come], deadline);
        Self { rows }
    }

    /// Whether the texts are the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.iter().all(Row::is_same)
    }

    /// The changed lines with `context` unchanged ones around them; what is between is counted.
    #[must_use]
    pub fn near(&self, context: usize) -> Vec<Shown<'_>> {
        let changed: Vec<usize> = (0..self.rows.len()).filter(|&at| !self.rows[at].is_same()).collect();
        let mut shown = Vec::new();
        let (mut next, mut gap) = (0, 0);
        for (at, row) in self.rows.iter().enumerate() {
            while changed.get(next).is_some_and(|&change| change + context < at) {
                next += 1;
            }
            if changed.get(next).is_some_and(|&change| change <= at + context) {
                if gap > 0 {
                    shown.push(Shown::Gap(gap));
                    gap = 0;
                }
                shown.push(Shown::Row(row));
            } else {
                gap += 1;
            }
        }
        if gap > 0 {
            shown.push(Shown::Gap(gap));
        }
        shown
    }
}

#[cfg(test)]
mod tests;
