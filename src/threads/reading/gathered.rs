//! How far members read, gathered in memory and written in batches: reading a page waits for no write.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::members::MemberId;
use crate::threads::ThreadId;

/// A member's positions, by thread.
type Positions = HashMap<ThreadId, i64>;

/// Positions since the last batch.
#[derive(Debug, Default)]
pub struct Reads(Mutex<Gathered>);

#[derive(Debug, Default)]
struct Gathered {
    waiting: HashMap<MemberId, Positions>,
    /// Handed over and not yet durable: pages go on counting them.
    leaving: HashMap<MemberId, Positions>,
}

/// What is written in one batch.
pub type Batch = Vec<(MemberId, ThreadId, i64)>;

impl Reads {
    /// Notes that a member read up to a number; a lower one than before changes nothing.
    pub fn note(&self, member: MemberId, thread: ThreadId, number: i64) {
        let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let position = gathered.waiting.entry(member).or_default().entry(thread).or_default();
        *position = number.max(*position);
    }

    /// What a member read and no batch has written yet.
    #[must_use]
    pub fn pending(&self, member: MemberId) -> Positions {
        let gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pending = gathered.leaving.get(&member).cloned().unwrap_or_default();
        for (thread, number) in gathered.waiting.get(&member).into_iter().flatten() {
            let position = pending.entry(*thread).or_default();
            *position = (*number).max(*position);
        }
        pending
    }

    /// Forgets what is gathered of a member's thread, because they say something else about it.
    pub fn forget(&self, member: MemberId, thread: ThreadId) {
        let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Gathered { waiting, leaving } = &mut *gathered;
        for positions in [waiting, leaving] {
            if let Some(of_member) = positions.get_mut(&member) {
                of_member.remove(&thread);
            }
        }
    }

    /// Hands over what was gathered, in one order for every process: two that write at once then lock rows in
    /// the same order. It stays pending until [`Reads::written`].
    #[must_use]
    pub fn take(&self) -> Batch {
        let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = std::mem::take(&mut gathered.waiting);
        for (member, positions) in waiting {
            let leaving = gathered.leaving.entry(member).or_default();
            for (thread, number) in positions {
                let position = leaving.entry(thread).or_default();
                *position = number.max(*position);
            }
        }
        let of_member = |(member, positions): (&MemberId, &Positions)| {
            let member = *member;
            positions.iter().map(move |(thread, number)| (member, *thread, *number)).collect::<Vec<_>>()
        };
        let mut batch: Batch = gathered.leaving.iter().flat_map(of_member).collect();
        batch.sort_unstable();
        batch
    }

    /// What was handed over is durable. Until this is said, the next batch holds it again.
    pub fn written(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).leaving.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: MemberId = MemberId(1);
    const BEN: MemberId = MemberId(2);

    #[test]
    fn a_position_only_goes_forward() {
        let reads = Reads::default();
        reads.note(ADA, ThreadId(7), 12);
        reads.note(ADA, ThreadId(7), 5);
        assert_eq!(reads.pending(ADA).get(&ThreadId(7)), Some(&12));
        assert!(reads.pending(BEN).is_empty());
    }

    #[test]
    fn what_is_being_written_still_counts_and_comes_again_when_it_fails() {
        let reads = Reads::default();
        reads.note(BEN, ThreadId(2), 3);
        reads.note(ADA, ThreadId(9), 1);
        assert_eq!(reads.take(), [(ADA, ThreadId(9), 1), (BEN, ThreadId(2), 3)]);
        reads.note(ADA, ThreadId(9), 4);
        assert_eq!(reads.pending(ADA).get(&ThreadId(9)), Some(&4));
        assert_eq!(reads.pending(BEN).get(&ThreadId(2)), Some(&3));
        assert_eq!(reads.take(), [(ADA, ThreadId(9), 4), (BEN, ThreadId(2), 3)]);
        reads.written();
        assert!(reads.take().is_empty());
        assert!(reads.pending(ADA).is_empty());
    }

    #[test]
    fn what_was_forgotten_is_not_written() {
        let reads = Reads::default();
        reads.note(ADA, ThreadId(1), 3);
        let _ = reads.take();
        reads.note(ADA, ThreadId(1), 4);
        reads.forget(ADA, ThreadId(1));
        assert!(reads.pending(ADA).is_empty() && reads.take().is_empty());
    }
}
