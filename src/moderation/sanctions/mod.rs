//! Warning, silencing and suspending members.

pub mod actions;
pub mod pages;
pub mod rules;
