//! Editing: posts and their history, official notes below a member's words, titles and labels.

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;
