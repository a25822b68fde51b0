//! The document: consent, images, what is typed, and the way of a case until it is decided.

pub mod rules;
pub mod store;
