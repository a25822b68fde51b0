//! Who was shown an announcement and who opened it, gathered in memory and written in batches: reading a page
//! writes nothing. Members only.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::ThreadId;
use crate::members::MemberId;

/// How many of those already written down are remembered, so that they are not written again.
const REMEMBERED: usize = 100_000;

/// How far an announcement got with somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// It was on a page that they loaded.
    Reached,
    /// They opened it.
    Read,
}

/// One step of one member.
pub type Seen = (ThreadId, MemberId, Step);

#[derive(Debug, Default)]
struct Gathered {
    new: Vec<Seen>,
    known: HashSet<Seen>,
}

/// Steps since the last batch.
#[derive(Debug, Default)]
pub struct Readers(Mutex<Gathered>);

impl Readers {
    /// An announcement's row was on a page that this member loaded.
    pub fn reached(&self, member: MemberId, thread: ThreadId) {
        self.note((thread, member, Step::Reached));
    }

    /// This member opened an announcement.
    pub fn opened(&self, member: MemberId, thread: ThreadId) {
        self.note((thread, member, Step::Read));
    }

    fn note(&self, seen: Seen) {
        let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if gathered.known.len() >= REMEMBERED {
            gathered.known.clear();
        }
        if gathered.known.insert(seen) {
            gathered.new.push(seen);
        }
    }

    /// Hands over what was gathered, in an order that every process shares.
    #[must_use]
    pub fn take(&self) -> Vec<Seen> {
        let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut batch = std::mem::take(&mut gathered.new);
        batch.sort_unstable();
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_down_is_not_gathered_again() {
        let readers = Readers::default();
        let (ada, news) = (MemberId(3), ThreadId(7));
        readers.opened(ada, news);
        readers.reached(ada, news);
        readers.reached(ada, news);
        assert_eq!(readers.take(), [(news, ada, Step::Reached), (news, ada, Step::Read)]);
        readers.reached(ada, news);
        assert!(readers.take().is_empty());
    }
}
