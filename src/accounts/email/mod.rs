//! Another e-mail address for an account, and what it says together with a new second factor.

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;
