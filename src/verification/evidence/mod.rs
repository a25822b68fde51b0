//! Evidence: sealed images, who looked at them, and their end.

pub mod actions;
pub mod merkle;
pub mod pages;
pub mod receipts;
pub mod rules;
pub mod store;
mod vault;

pub use vault::Vault;
