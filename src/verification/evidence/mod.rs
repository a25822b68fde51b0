//! Evidence: sealed images, who looked at them, and their end.

pub mod actions;
pub mod store;
mod vault;

pub use vault::Vault;
