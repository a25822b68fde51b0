//! Members' words: posts to safe HTML (nothing else makes it), and the names and titles they choose.

pub mod diff;
pub mod images;
pub mod known;
pub mod markdown;
pub mod mentions;
pub mod names;
pub mod quotes;

mod address;
mod autolink;
mod blocks;
mod builder;
mod characters;
mod commonmark;
mod escape;
mod handles;
mod import;
mod lexer;
mod plain;
mod sanitize;
mod skeleton;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod speed_tests;

pub use markdown::{Format, SafeHtml, excerpt, render, render_with};
