//! Ranks: published rules over what a member did, kept in versions, and a job that holds members against them.
//!
//! A rank that was reached is kept: neither stricter rules nor fewer likes take it, and an imported one stays until the
//! member's figures reach a higher one. Only a warning lowers a rank, for as long as the rank asks for days without
//! one; then it comes back by itself.

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;
