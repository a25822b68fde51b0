//! New answers in a thread that somebody has open: who watches which thread, in this process.

pub mod pages;
pub mod store;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::ThreadId;

/// How many pages one address may have open and be told of new answers.
pub const PER_ADDRESS: usize = 20;
/// How many pages one process tells of new answers.
pub const IN_ALL: usize = 2_000;

/// Who watches which thread.
#[derive(Debug, Default)]
pub struct Watching(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    threads: HashMap<ThreadId, watch::Sender<i64>>,
    addresses: HashMap<String, usize>,
    all: usize,
    is_closed: bool,
}

/// Why somebody is not told of new answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// This address has enough pages open.
    Address,
    /// There are enough in all, or the program is about to end.
    All,
}

impl Watching {
    /// Lets somebody at `address` watch a thread whose last number they know.
    ///
    /// # Errors
    /// When there are too many.
    pub fn watch(self: &Arc<Self>, thread: ThreadId, last: i64, address: &str) -> Result<Watcher, Full> {
        let mut state = self.state();
        if state.is_closed || state.all >= IN_ALL {
            return Err(Full::All);
        }
        let here = state.addresses.entry(address.to_owned()).or_default();
        if *here >= PER_ADDRESS {
            return Err(Full::Address);
        }
        *here += 1;
        state.all += 1;
        let sender = state.threads.entry(thread).or_insert_with(|| watch::channel(last).0);
        sender.send_if_modified(|known| raise(known, last));
        let mut last = sender.subscribe();
        // What is known now is told at once.
        last.mark_changed();
        Ok(Watcher { watching: Arc::clone(self), thread, address: address.to_owned(), last: Some(last) })
    }

    /// The threads that somebody watches.
    #[must_use]
    pub fn threads(&self) -> Vec<ThreadId> {
        self.state().threads.keys().copied().collect()
    }

    /// How many watch.
    #[must_use]
    pub fn count(&self) -> usize {
        self.state().all
    }

    /// Tells the last numbers of threads to those who watch them.
    pub fn tell(&self, last: &[(ThreadId, i64)]) {
        let state = self.state();
        for (thread, last) in last {
            if let Some(sender) = state.threads.get(thread) {
                sender.send_if_modified(|known| raise(known, *last));
            }
        }
    }

    /// Lets everybody go, and nobody in any more: the program is about to end.
    pub fn close(&self) {
        let mut state = self.state();
        state.is_closed = true;
        state.threads.clear();
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Numbers only grow; an older answer of the database changes nothing.
fn raise(known: &mut i64, last: i64) -> bool {
    let is_newer = last > *known;
    *known = last.max(*known);
    is_newer
}

/// Somebody who watches a thread, until this is dropped.
#[derive(Debug)]
pub struct Watcher {
    watching: Arc<Watching>,
    thread: ThreadId,
    address: String,
    last: Option<watch::Receiver<i64>>,
}

impl Watcher {
    /// Waits for a number that is not told yet; nothing when the program is about to end.
    pub async fn next(&mut self) -> Option<i64> {
        let last = self.last.as_mut()?;
        last.changed().await.ok()?;
        Some(*last.borrow_and_update())
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.last = None;
        let mut state = self.watching.state();
        state.all = state.all.saturating_sub(1);
        if let Some(here) = state.addresses.get_mut(&self.address) {
            *here -= 1;
            if *here == 0 {
                state.addresses.remove(&self.address);
            }
        }
        if state.threads.get(&self.thread).is_some_and(|sender| sender.receiver_count() == 0) {
            state.threads.remove(&self.thread);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    const THREAD: ThreadId = ThreadId(7);

    #[test]
    fn what_is_known_is_told_at_once_and_then_what_is_new() {
        let watching = Arc::new(Watching::default());
        let mut watcher = watching.watch(THREAD, 3, "a").unwrap();
        assert_eq!(watcher.next().now_or_never(), Some(Some(3)));
        assert_eq!(watcher.next().now_or_never(), None);
        watching.tell(&[(THREAD, 2), (ThreadId(8), 9)]);
        assert_eq!(watcher.next().now_or_never(), None, "an older number is no news");
        watching.tell(&[(THREAD, 4)]);
        watching.tell(&[(THREAD, 5)]);
        assert_eq!(watcher.next().now_or_never(), Some(Some(5)));
        watching.close();
        assert_eq!(watcher.next().now_or_never(), Some(None));
    }

    #[test]
    fn nobody_asks_for_threads_that_nobody_watches() {
        let watching = Arc::new(Watching::default());
        let (one, other) = (watching.watch(THREAD, 1, "a").unwrap(), watching.watch(THREAD, 1, "b").unwrap());
        drop(one);
        assert_eq!((watching.threads(), watching.count()), (vec![THREAD], 1));
        drop(other);
        assert_eq!((watching.threads(), watching.count()), (vec![], 0));
    }

    #[test]
    fn an_address_has_its_limit_and_others_keep_their_place() {
        let watching = Arc::new(Watching::default());
        let mut open: Vec<_> = (0..PER_ADDRESS).map(|_| watching.watch(THREAD, 1, "a").unwrap()).collect();
        assert_eq!(watching.watch(THREAD, 1, "a").err(), Some(Full::Address));
        assert!(watching.watch(THREAD, 1, "b").is_ok());
        open.pop();
        assert!(watching.watch(THREAD, 1, "a").is_ok());
        watching.close();
        assert_eq!(watching.watch(THREAD, 1, "b").err(), Some(Full::All));
    }
}
