//! Moderation: removing posts with a reason, locking and pinning threads.

pub mod actions;
pub mod pages;
