//! Official answers: what staff answered, listed under the first post in the managers' order.

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;
