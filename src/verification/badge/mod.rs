//! The grant of Identity Verified.

pub mod actions;
