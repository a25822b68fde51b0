//! Banners: what stands on top of every page. Kept in memory, so that no page asks for them.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::frame::HeaderMember;
use crate::clock::Time;

/// How many of those already written down are remembered, so that they are not written again.
const REMEMBERED: usize = 100_000;
/// The bit of everybody, visitors included.
const EVERYBODY: i64 = 1;

/// One banner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Banner {
    /// What dismissing it is called by.
    pub id: i64,
    /// Its place in the order; members dismiss up to a number.
    pub number: i64,
    /// The thread it leads to.
    pub thread: i64,
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub path: String,
    /// The bits of whoever it is for.
    pub audience: i64,
    /// When it is over.
    pub ends_at: Option<Time>,
}

#[derive(Debug, Default)]
struct Reached {
    new: Vec<(i64, i64)>,
    known: HashSet<(i64, i64)>,
}

/// The banners of this moment, and whom they reached since the last batch.
#[derive(Debug, Default)]
pub struct Banners {
    live: RwLock<Arc<Vec<Banner>>>,
    reached: Mutex<Reached>,
}

impl Banners {
    /// Puts these in the place of those before; they come in the order of their numbers.
    pub fn set(&self, mut banners: Vec<Banner>) {
        banners.sort_by_key(|banner| banner.number);
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(banners);
    }

    /// The oldest banner for a visitor.
    #[must_use]
    pub fn for_visitor(&self, now: Time) -> Option<Banner> {
        self.first(EVERYBODY, 0, now)
    }

    /// The oldest banner that a member has not dismissed. It has reached them then.
    #[must_use]
    pub fn for_member(&self, member: &HeaderMember, now: Time) -> Option<Banner> {
        let banner = self.first(member.audiences, member.banners_dismissed, now)?;
        let mut reached = self.reached.lock().unwrap_or_else(PoisonError::into_inner);
        if reached.known.len() >= REMEMBERED {
            reached.known.clear();
        }
        if reached.known.insert((banner.thread, member.number)) {
            reached.new.push((banner.thread, member.number));
        }
        Some(banner)
    }

    fn first(&self, audiences: i64, after: i64, now: Time) -> Option<Banner> {
        let live = Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner));
        let is_shown = |banner: &&Banner| {
            banner.number > after
                && banner.audience & audiences != 0
                && banner.ends_at.is_none_or(|end| end > now)
        };
        live.iter().find(is_shown).cloned()
    }

    /// Hands over whom banners reached: thread and member.
    #[must_use]
    pub fn take_reached(&self) -> Vec<(i64, i64)> {
        std::mem::take(&mut self.reached.lock().unwrap_or_else(PoisonError::into_inner).new)
    }
}
