//! The phone: a number, and a code that proves one can read what is sent to it.

pub mod actions;
mod countries;
pub mod numbers;
pub mod pages;
pub mod prefixes;
pub mod rules;
pub mod store;
