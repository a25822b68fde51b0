//! Accepted answers: in a question, the asker or staff say which answer solved it.
//!
//! An accepted answer counts for its author while it can be read, in a thread for everyone, and only where somebody
//! else asked and somebody else accepted: nobody climbs by answering themselves.

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;
