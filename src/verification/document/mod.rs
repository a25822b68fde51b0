//! The document: consent, images, what is typed, and the way of a case until it is decided.

pub mod countries;
pub mod details;
pub mod mrz;
pub mod rules;
pub mod store;
