//! The world outside: mail for now. One trait for each kind of thing, and its adapters.

pub mod mail;
pub mod pages;
pub mod smtp;
pub mod store;
