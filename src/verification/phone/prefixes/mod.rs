//! Dialling prefixes: what may be spent on each in a day, and the alarm when codes are not typed in.

pub mod actions;
pub mod pages;
pub mod rules;
