//! How far members read, what is new to them, what they follow, mute and keep.

pub mod actions;
mod gathered;
pub mod pages;
pub mod rules;
pub mod store;

pub use gathered::Reads;
