//! What became of the two halves of a test.

pub mod rules;
pub mod store;
