//! Talking to each other rather than past each other: quotes and mentions.

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;
