//! Verification, as a member sees it: where one stands, and by which policy.

pub mod pages;
pub mod rules;
