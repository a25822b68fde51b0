//! How far members read, what is new to them, what they follow, mute and keep; and what is read elsewhere: feeds,
//! print, the map of the site.

pub mod actions;
mod gathered;
pub mod news;
pub mod pages;
pub mod rules;
pub mod store;

pub use gathered::Reads;
