//! The audit: what staff did, in rows that are only added, each with the hash of itself and of the row before it.

pub mod rules;
pub mod store;
