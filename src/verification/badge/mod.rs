//! The grant of Identity Verified.

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;
