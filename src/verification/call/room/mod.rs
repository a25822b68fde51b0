//! The room of a live call: who sits in it, what the two browsers say to each other to meet, and the words beside the
//! picture. Sound and picture go from browser to browser; nothing of them comes here.
//!
//! What one side says is written down, sealed, until it was handed to the other, in whichever process that is: one way
//! for all, so that everything arrives once and in order. Within a process the other is woken at once.

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;
pub mod turn;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::CallId;
use crate::accounts::SessionId;
use crate::members::MemberId;
use rules::Side;

/// Somebody, by one of their sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Who.
    pub member: MemberId,
    /// By which session.
    pub session: SessionId,
}

/// A connection that sits in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The room.
    pub call: CallId,
    /// The seat.
    pub side: Side,
    /// The connection's own name.
    pub connection: String,
}

/// The rooms in which somebody sits in this process.
#[derive(Debug, Default)]
pub struct Rooms(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    rooms: HashMap<CallId, watch::Sender<u64>>,
    is_closed: bool,
}

impl Rooms {
    /// Lets a connection hear when something happens in a room; nothing when the program is about to end.
    #[must_use]
    pub fn enter(self: &Arc<Self>, call: CallId) -> Option<Presence> {
        let mut state = self.state();
        if state.is_closed {
            return None;
        }
        let happened = state.rooms.entry(call).or_insert_with(|| watch::channel(0).0).subscribe();
        Some(Presence { rooms: Arc::clone(self), call, happened: Some(happened) })
    }

    /// Something happened in a room: whoever sits there looks at once.
    pub fn wake(&self, call: CallId) {
        if let Some(room) = self.state().rooms.get(&call) {
            room.send_modify(|times| *times += 1);
        }
    }

    /// How many rooms there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.state().rooms.len()
    }

    /// Lets everybody go, and nobody in any more: the program is about to end.
    pub fn close(&self) {
        let mut state = self.state();
        state.is_closed = true;
        state.rooms.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who sits in a room, until this is dropped.
#[derive(Debug)]
pub struct Presence {
    rooms: Arc<Rooms>,
    call: CallId,
    happened: Option<watch::Receiver<u64>>,
}

impl Presence {
    /// Waits until something happens; `false` when the program is about to end.
    pub async fn happened(&mut self) -> bool {
        match self.happened.as_mut() {
            Some(happened) => happened.changed().await.is_ok(),
            None => false,
        }
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.happened = None;
        let mut state = self.rooms.state();
        if state.rooms.get(&self.call).is_some_and(|room| room.receiver_count() == 0) {
            state.rooms.remove(&self.call);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn whoever_sits_in_a_room_hears_of_it_and_of_no_other() {
        let rooms = Arc::new(Rooms::default());
        let (mut one, mut other) = (rooms.enter(CallId(1)).unwrap(), rooms.enter(CallId(2)).unwrap());
        rooms.wake(CallId(1));
        rooms.wake(CallId(3));
        assert_eq!(one.happened().now_or_never(), Some(true));
        assert_eq!(one.happened().now_or_never(), None);
        assert_eq!(other.happened().now_or_never(), None);
        drop(other);
        assert_eq!(rooms.count(), 1);
        rooms.close();
        assert_eq!(one.happened().now_or_never(), Some(false));
        assert!(rooms.enter(CallId(1)).is_none());
    }
}
