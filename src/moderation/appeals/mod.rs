//! What members are told of acts that concern them, and how they ask for another look.

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;
