//! What members are writing: kept on the server for each of them and each place, until it is posted.

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;
