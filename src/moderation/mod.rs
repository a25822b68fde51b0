//! Moderation: reports and their cases, what moderators do to posts, threads and members, and how that is looked at
//! again.

pub mod actions;
pub mod appeals;
pub mod cases;
pub mod held;
pub mod pages;
pub mod sanctions;
