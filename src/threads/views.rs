//! View counts, gathered in memory and written in batches. Only members' reading counts: a crawler's
//! visit says nothing, and a visitor's page must never lead to a write.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::ThreadId;

/// Views since the last batch.
#[derive(Debug, Default)]
pub struct Views(Mutex<HashMap<ThreadId, i64>>);

impl Views {
    /// Counts one view.
    pub fn count(&self, thread: ThreadId) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(thread).or_default() += 1;
    }

    /// Hands over what was gathered, in the order of the threads' numbers: two processes that write at once
    /// then lock rows in the same order.
    #[must_use]
    pub fn take(&self) -> Vec<(ThreadId, i64)> {
        let gathered = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut batch: Vec<_> = gathered.into_iter().collect();
        batch.sort_unstable();
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_is_not_taken_again() {
        let views = Views::default();
        views.count(ThreadId(2));
        views.count(ThreadId(1));
        views.count(ThreadId(2));
        assert_eq!(views.take(), [(ThreadId(1), 1), (ThreadId(2), 2)]);
        assert!(views.take().is_empty());
    }
}
