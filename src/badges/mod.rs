//! Badges: checked facts with dates, shown beside a member's name. The system gives them; nobody can.

pub mod actions;
pub mod marks;
pub mod pages;
pub mod rules;
pub mod store;
