//! Likes: one per member and post, never on one's own, and taken back at will.
//!
//! A like counts for its post for as long as it stands. It counts for the author, and so for ranks, while the post
//! can be read and its thread exists for everyone: as with posts, what is hidden shows in no count.

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;
