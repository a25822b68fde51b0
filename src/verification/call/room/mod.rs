//! The room of a call.

pub mod pages;
