//! The world outside: mail, and where files are kept. One trait for each kind of thing, and its adapters.

pub mod mail;
pub mod pages;
mod s3;
pub mod smtp;
pub mod storage;
pub mod store;
pub mod texts;
