//! Blocks: a member who does not want to read another. It hides the other's posts from the one who blocks, and from
//! nobody else, and stops mentions; the other is not told. Staff cannot be blocked: what they say officially is for all.

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;
