//! The document: consent, images, what is typed, and the way of a case until it is decided.

pub mod actions;
pub mod countries;
pub mod details;
pub mod handover;
pub mod mrz;
pub mod pages;
pub mod photo;
pub mod rules;
pub mod store;
